#include "rig.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LEAVE_MS 3000 /* for closing clients */

/* In the child: what fails says so and ends it, where the test would go on in
 * two processes. It keeps its clients until it is told, or its parent ends. */
static _Noreturn void
work_apart(struct rig *rig, rig_work work, void *arg, int fd)
{
	double result;
	char byte;

	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	result = work(rig, arg);
	if (write(fd, &result, sizeof result) == sizeof result &&
	    read(fd, &byte, 1) == 1)
		rig_leave(rig);
	_exit(0);
}

static bool
speaks(int fd, unsigned ms)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };

	return poll(&look, 1, (int)ms) == 1;
}

static void
forget(struct rig *rig)
{
	kill(rig->apart, SIGKILL);
	waitpid(rig->apart, NULL, 0);
	close(rig->apart_fd);
	rig->apart = 0;
}

bool
rig_apart(
    struct rig *rig, rig_work work, void *arg, unsigned ms, double *result)
{
	int fd[2];

	assert_int_equal(rig->apart, 0);
	assert_null(rig->jack);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	fflush(NULL);
	rig->apart = fork();
	assert_true(rig->apart >= 0);
	if (rig->apart == 0) {
		close(fd[0]);
		work_apart(rig, work, arg, fd[1]);
	}
	close(fd[1]);
	rig->apart_fd = fd[0];
	if (!speaks(fd[0], ms)) {
		forget(rig);
		return false;
	}
	if (read(fd[0], result, sizeof *result) != sizeof *result) {
		forget(rig);
		rig_fail(rig, "the clients failed in their process");
	}
	return true;
}

bool
rig_apart_end(struct rig *rig)
{
	bool left = false;

	if (rig->apart == 0)
		return true;
	if (write(rig->apart_fd, "", 1) == 1)
		left = speaks(rig->apart_fd, LEAVE_MS);
	forget(rig);
	return left;
}
