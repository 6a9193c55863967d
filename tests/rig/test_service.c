#include "rig.h"

#include <errno.h>
#include <jack/jack.h>
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
static const char direct[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
    "  \"inserts\": [ { \"jack\": {} } ] } ] }";

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

/* Its server is left to be stopped: libjack waits for it for ever, and who knows
 * that it would not wait for the next one. */
static void
nor_does_one_that_jack_holds(void **state)
{
	struct manager *manager = *state;
	struct rig *rig = &manager->rig;

	rig_start_server(rig);
	rig_start_daemon(rig, desk);
	expect(manager, "STATUS=running");
	kill(rig->jackd, SIGSTOP);
	expect(manager, "STATUS=waiting for JACK");
	expect(manager, "WATCHDOG=1");
	if (!hears(
		manager, "STATUS=waiting for JACK: it does not answer", 20000))
		rig_fail(rig, "it never said that JACK does not answer");
	while (hears(manager, "WATCHDOG=1", 100))
		;
	assert_false(hears(manager, "WATCHDOG=1", 1500));
	kill(rig->jackd, SIGCONT);
	expect(manager, "STATUS=running");
	expect(manager, "WATCHDOG=1");
	char *log = rig_daemon_log(rig);
	assert_non_null(strstr(log, "has not answered for 10 s"));
	assert_non_null(strstr(log, "answers again"));
	free(log);
}

/* It would find the same server. */
static void
a_server_that_never_answered_is_waited_for(void **state)
{
	struct manager *manager = *state;
	struct rig *rig = &manager->rig;

	rig_start_server(rig);
	kill(rig->jackd, SIGSTOP);
	rig_start_daemon(rig, desk);
	rig_sleep(12000);
	while (hears(manager, "WATCHDOG=1", 1))
		;
	expect(manager, "WATCHDOG=1");
	kill(rig->jackd, SIGCONT);
	expect(manager, "STATUS=running");
}

static void
a_name_that_is_taken_is_told_and_waited_for(void **state)
{
	struct manager *manager = *state;
	struct rig *rig = &manager->rig;

	rig_start_server(rig);
	jack_client_t *other = jack_client_open("headroom.2",
	    JackNoStartServer | JackUseExactName | JackServerName, NULL,
	    rig->server);
	assert_non_null(other);
	rig_start_daemon(rig, direct);
	expect(manager, "STATUS=waiting for JACK: it refuses the client");
	expect(manager, "WATCHDOG=1");
	rig_wait_state(rig, "waiting");
	char *log = rig_daemon_log(rig);
	assert_non_null(strstr(log, "refuses client \"headroom.2\""));
	free(log);
	jack_client_close(other);
	expect(manager, "STATUS=running");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(it_is_ready_once_osc_answers_and_says_how_jack_stands),
		TEST(the_watchdog_is_fed_with_and_without_jack),
		TEST(a_daemon_that_stands_still_does_not_feed_it),
		TEST(nor_does_one_that_jack_holds),
		TEST(a_server_that_never_answered_is_waited_for),
		TEST(a_name_that_is_taken_is_told_and_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
