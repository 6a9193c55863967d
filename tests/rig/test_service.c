#include "rig.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * What the service manager hears: the test is the manager.
 */

static const char desk[] = "{ \"version\": 1 }";

struct manager {
	struct rig rig;
	struct sockaddr_un address;
	int socket;
};

static int
set_up(void **state)
{
	struct manager *manager = calloc(1, sizeof *manager);

	assert_non_null(manager);
	rig_init(&manager->rig, 48000, 64);
	manager->address.sun_family = AF_UNIX;
	snprintf(manager->address.sun_path, sizeof manager->address.sun_path,
	    "/tmp/headroom-notify-%d", (int)getpid());
	unlink(manager->address.sun_path);
	manager->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(manager->socket, (void *)&manager->address,
			     sizeof manager->address),
	    0);
	setenv("NOTIFY_SOCKET", manager->address.sun_path, 1);
	setenv("WATCHDOG_USEC", "5000000", 1);
	*state = manager;
	return 0;
}

static int
tear_down(void **state)
{
	struct manager *manager = *state;

	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	rig_end(&manager->rig);
	close(manager->socket);
	unlink(manager->address.sun_path);
	free(manager);
	return 0;
}

/* Waits at most so long for a word. */
static bool
hears(struct manager *manager, const char *words, unsigned ms)
{
	double until = rig_now() + ms / 1000.0;
	char text[256];

	while (rig_now() < until) {
		ssize_t size =
		    recv(manager->socket, text, sizeof text - 1, MSG_DONTWAIT);
		if (size < 0) {
			rig_sleep(5);
			continue;
		}
		text[size] = '\0';
		if (strstr(text, words) != NULL)
			return true;
	}
	return false;
}

static void
expect(struct manager *manager, const char *words)
{
	if (!hears(manager, words, 10000))
		rig_fail(&manager->rig, "never heard \"%s\"", words);
}

static void
it_is_ready_once_osc_answers_and_says_how_jack_stands(void **state)
{
	struct manager *manager = *state;
	struct rig *rig = &manager->rig;

	rig_start_daemon(rig, desk);
	expect(manager, "READY=1");
	/* Bound, so the first packet is answered, not refused. */
	osc_send(rig->osc, "/status/jack", NULL);
	assert_string_equal(
	    osc_text(osc_wait(rig->osc, "/status/jack"), 0), "waiting");
	expect(manager, "STATUS=waiting for JACK");
	rig_start_server(rig);
	expect(manager, "STATUS=running: 48000 Hz, 64 frames");
	rig_stop_server(rig, SIGTERM);
	expect(manager, "STATUS=waiting for JACK");
	assert_int_equal(rig_stop_daemon(rig), 0);
	expect(manager, "STOPPING=1");
}

static void
the_watchdog_is_fed_with_and_without_jack(void **state)
{
	struct manager *manager = *state;
	struct rig *rig = &manager->rig;

	rig_start_daemon(rig, desk);
	expect(manager, "WATCHDOG=1");
	expect(manager, "WATCHDOG=1");
	rig_start_server(rig);
	expect(manager, "STATUS=running");
	expect(manager, "WATCHDOG=1");
	expect(manager, "WATCHDOG=1");
}

static void
a_daemon_that_stands_still_does_not_feed_it(void **state)
{
	struct manager *manager = *state;
	struct rig *rig = &manager->rig;

	rig_start_daemon(rig, desk);
	expect(manager, "WATCHDOG=1");
	kill(rig->daemon, SIGSTOP);
	while (hears(manager, "WATCHDOG=1", 100))
		;
	assert_false(hears(manager, "WATCHDOG=1", 1500));
	kill(rig->daemon, SIGCONT);
	expect(manager, "WATCHDOG=1");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(it_is_ready_once_osc_answers_and_says_how_jack_stands),
		TEST(the_watchdog_is_fed_with_and_without_jack),
		TEST(a_daemon_that_stands_still_does_not_feed_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
