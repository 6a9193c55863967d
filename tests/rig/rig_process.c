#include "rig.h"

#include <jack/jack.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE 10.0 /* seconds for anything to start or to end */

void
rig_sleep(unsigned ms)
{
	struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

double
rig_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

char *
rig_daemon_log(const struct rig *rig)
{
	off_t size =
	    rig->daemon_log > 0 ? lseek(rig->daemon_log, 0, SEEK_END) : 0;
	char *text = calloc(1, (size_t)size + 1);

	if (text != NULL && size > 0 &&
	    pread(rig->daemon_log, text, (size_t)size, 0) < 0)
		text[0] = '\0';
	return text;
}

static void
print_daemon_log(const struct rig *rig)
{
	char *log = rig_daemon_log(rig);

	if (log != NULL && log[0] != '\0')
		fprintf(stderr, "The daemon said:\n%s", log);
	free(log);
}

void
rig_fail(const struct rig *rig, const char *format, ...)
{
	char why[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	print_daemon_log(rig);
	fail_msg("%s", why);
	abort();
}

bool
rig_sanitized(void)
{
	return getenv("HEADROOM_SANITIZED") != NULL;
}

int
rig_takes(void)
{
	return rig_sanitized() ? 6 : 20;
}

void
rig_lost(const struct rig *rig)
{
	if (rig_sanitized()) {
		print_message("SKIPPED: JACK lost time in every take beside a "
			      "daemon that a sanitizer slows\n");
		skip();
	}
	rig_fail(rig, "JACK lost time in every take");
}

/* --- when we are ended --- */

/* What the signal handler has to end: daemon and server, or 0. */
static volatile sig_atomic_t running[2];
enum { RUNNING_DAEMON, RUNNING_SERVER };

/* A server that loses its clients while it ends does not clear up after
 * itself, so it goes last. */
static void
end_all(int sig)
{
	for (int i = 0; i < 2; i++) {
		pid_t pid = running[i];
		if (pid == 0)
			continue;
		kill(pid, SIGCONT);
		kill(pid, SIGTERM);
		for (int n = 0; n < 300 && waitpid(pid, NULL, WNOHANG) == 0;
		     n++)
			poll(NULL, 0, 10);
		kill(pid, SIGKILL);
	}
	_exit(128 + sig);
}

static void
keep_quiet(const char *text)
{
	(void)text;
}

static unsigned
free_udp_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(
	    getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	return ntohs(address.sin_port);
}

void
rig_init(struct rig *rig, unsigned rate, unsigned period)
{
	memset(rig, 0, sizeof *rig);
	rig->rate = rate;
	rig->period = period;
	rig->port_max = 512;
	rig->udp_port = free_udp_port();
	snprintf(rig->server, sizeof rig->server, "rig-%d-%u", (int)getpid(),
	    rig->udp_port);
	signal(SIGHUP, end_all);
	signal(SIGINT, end_all);
	signal(SIGTERM, end_all);
	jack_set_error_function(keep_quiet);
	jack_set_info_function(keep_quiet);
}

/* The kernel ends the child when we end, whatever ends us. */
static pid_t
spawn(const char *const argv[], int in, int out)
{
	char *arguments[24] = { NULL };
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		fail_msg("fork: %s", strerror(errno));
	if (pid != 0)
		return pid;
	signal(SIGINT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	for (int i = 0; i < 23 && argv[i] != NULL; i++)
		memcpy(&arguments[i], &argv[i], sizeof *arguments);
	execvp(argv[0], arguments);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Ends a child; after PATIENCE the hard way. */
int
rig_end_child(pid_t pid, int sig)
{
	int status = 0;
	double until = rig_now() + PATIENCE;

	kill(pid, sig);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (rig_now() > until) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			break;
		}
		rig_sleep(5);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

pid_t
rig_spawn(const char *const argv[])
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid = spawn(argv, null, null);

	close(null);
	return pid;
}

static const char *
number(char text[16], unsigned value)
{
	snprintf(text, 16, "%u", value);
	return text;
}

void
rig_spawn_server(struct rig *rig)
{
	char text[5][16];
	const char *argv[20] = { "jackd", "-n", rig->server };
	int n = 3;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	argv[n++] = rig->priority != 0 ? "-R" : "-r";
	if (rig->priority != 0) {
		argv[n++] = "-P";
		argv[n++] = number(text[0], rig->priority);
	}
	if (rig->port_max != 0) {
		argv[n++] = "--port-max";
		argv[n++] = number(text[1], rig->port_max);
	}
	if (rig->timeout != 0) {
		argv[n++] = "-t";
		argv[n++] = number(text[4], rig->timeout);
	}
	if (rig->sync)
		argv[n++] = "-S";
	argv[n++] = "-d";
	argv[n++] = "dummy";
	argv[n++] = "-r";
	argv[n++] = number(text[2], rig->rate);
	argv[n++] = "-p";
	argv[n++] = number(text[3], rig->period);
	rig->jackd = spawn(argv, null, null);
	running[RUNNING_SERVER] = rig->jackd;
	close(null);
}

void
rig_await_server(const struct rig *rig)
{
	double until = rig_now() + PATIENCE;

	for (;;) {
		jack_client_t *client = jack_client_open("rig-probe",
		    JackNoStartServer | JackServerName, NULL, rig->server);
		if (client != NULL) {
			/* Closing ends a thread that may just hear who else is
			 * there, and then libjack hangs for ever (jack2
			 * #395). */
			rig_sleep(RIG_READY_MS);
			jack_client_close(client);
			return;
		}
		if (rig_now() > until)
			fail_msg("jackd -n %s does not start", rig->server);
		rig_sleep(20);
	}
}

void
rig_start_server(struct rig *rig)
{
	rig_spawn_server(rig);
	rig_await_server(rig);
}

void
rig_stop_server(struct rig *rig, int sig)
{
	if (rig->jackd != 0)
		rig_end_child(rig->jackd, sig);
	running[RUNNING_SERVER] = rig->jackd = 0;
}

void
rig_start_daemon(struct rig *rig, const char *json)
{
	char program[512], url[64];
	const char *build = getenv("HEADROOM_BUILD");
	const char *file = rig->config != NULL ? rig->config : "/dev/stdin";
	const char *argv[12] = { program, "-c", file, "-s", rig->server };
	unsigned n = 5;
	int config =
	    rig->config != NULL
		? open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)
		: memfd_create("config", MFD_CLOEXEC);

	if (rig->osc != NULL)
		assert_int_equal(rig_stop_daemon(rig), 0);
	if (!rig->listens) {
		argv[n++] = "-l";
		argv[n++] = url;
	}
	argv[n++] = "--state";
	argv[n++] = rig->state_dir != NULL ? rig->state_dir : "";
	if (rig->fresh)
		argv[n++] = "--no-restore";
	snprintf(program, sizeof program, "%s/headroomd",
	    build != NULL && build[0] != '\0' ? build : "build");
	snprintf(url, sizeof url, "udp://127.0.0.1:%u", rig->udp_port);
	if (write(config, json, strlen(json)) != (ssize_t)strlen(json))
		fail_msg("%s: %s", file, strerror(errno));
	lseek(config, 0, SEEK_SET);
	if (rig->daemon_log > 0)
		close(rig->daemon_log);
	rig->daemon_log = memfd_create("log", MFD_CLOEXEC);
	rig->daemon = spawn(argv, config, rig->daemon_log);
	running[RUNNING_DAEMON] = rig->daemon;
	close(config);
	rig->osc = osc_open(rig->udp_port);
}

static int
end_daemon(struct rig *rig, int sig)
{
	int status = 0;

	if (rig->daemon != 0)
		status = rig_end_child(rig->daemon, sig);
	running[RUNNING_DAEMON] = rig->daemon = 0;
	osc_close(rig->osc);
	rig->osc = NULL;
	return status;
}

int
rig_stop_daemon(struct rig *rig)
{
	int status = end_daemon(rig, SIGTERM);

	if (status != 0)
		print_daemon_log(rig);
	return status;
}

void
rig_kill_daemon(struct rig *rig)
{
	assert_int_equal(end_daemon(rig, SIGKILL), 128 + SIGKILL);
}

void
rig_wait_state(struct rig *rig, const char *state)
{
	double until = rig_now() + PATIENCE;

	for (;;) {
		int status;
		if (waitpid(rig->daemon, &status, WNOHANG) == rig->daemon) {
			running[RUNNING_DAEMON] = rig->daemon = 0;
			rig_fail(rig, "The daemon ended with status %d.",
			    WIFEXITED(status) ? WEXITSTATUS(status)
					      : 128 + WTERMSIG(status));
		}
		osc_send(rig->osc, "/status/jack", NULL);
		const struct osc_reply *reply = osc_next(rig->osc, 50);
		if (reply != NULL &&
		    strcmp(reply->address, "/status/jack") == 0 &&
		    strcmp(osc_text(reply, 0), state) == 0)
			break;
		if (rig_now() > until)
			rig_fail(rig, "/status/jack never became %s", state);
		rig_sleep(10);
	}
	osc_drain(rig->osc);
}

void
rig_wait_insert(struct rig *rig, const char *slot, const char *state)
{
	double until = rig_now() + PATIENCE;
	char address[64];

	snprintf(address, sizeof address, "/%s/state", slot);
	for (;;) {
		osc_send(rig->osc, address, NULL);
		const struct osc_reply *reply = osc_wait(rig->osc, address);
		if (strcmp(osc_text(reply, 0), state) == 0)
			break;
		if (rig_now() > until)
			rig_fail(rig, "%s never became %s", address, state);
		rig_sleep(5);
	}
	rig_settle(rig, 100);
}

void
rig_start(struct rig *rig, unsigned rate, unsigned period, const char *json)
{
	rig_init(rig, rate, period);
	rig_start_server(rig);
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "running");
}

void
rig_end(struct rig *rig)
{
	int status = 0;

	rig_leave(rig);
	rig_apart_end(rig);
	if (rig->osc != NULL)
		status = rig_stop_daemon(rig);
	rig_stop_server(rig, SIGTERM);
	if (rig->daemon_log > 0)
		close(rig->daemon_log);
	rig->daemon_log = 0;
	/* A sanitizer speaks by the exit status, at the latest here. */
	assert_int_equal(status, 0);
}

int
rig_set_up(void **state)
{
	*state = calloc(1, sizeof(struct rig));
	return *state != NULL ? 0 : -1;
}

int
rig_tear_down(void **state)
{
	rig_end(*state);
	free(*state);
	return 0;
}
