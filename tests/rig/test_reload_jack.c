#include "rig.h"

#include <jack/jack.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Other configurations while JACK is troubled: servers that die, programs that
 * stand still, cables that were moved by hand, names that are taken.
 */

static char self[512];

static int
set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);

	assert_non_null(rig);
	rig_init(rig, 48000, 64);
	rig_take_place(rig);
	*state = rig;
	return 0;
}

static int
tear_down(void **state)
{
	struct rig *rig = *state;

	rig_end(rig);
	rig_remove(rig->place);
	free(rig);
	return 0;
}

/* Asks for another configuration, and does not wait. */
static void
ask(struct rig *rig, const char *json)
{
	rig_configure(rig, json);
	osc_send(rig->osc, "/reload", "");
}

static void
begin(struct rig *rig, const char *json, unsigned plays, unsigned captures)
{

	rig_start_server(rig);
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "running");
	rig_join(rig, plays, captures);
}

#define DESK(strips)                                            \
	"{ \"version\": 1, \"jack\": { \"client\": \"desk\" }," \
	"\"channels\": [ " strips " ] }"
#define FROM(id, port) "{ \"id\": \"" id "\", \"from\": [\"" port "\"] }"
#define BARE(id) "{ \"id\": \"" id "\" }"

/* --- cables --- */

static void
what_is_asked_for_no_more_stays_out_when_a_server_returns(void **state)
{
	struct rig *rig = *state;

	begin(rig, DESK(FROM("a", "rig-play:out_1")), 2, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
	rig_connect_capture(rig, "desk:a_out_1", 1);
	rig_sleep(300);
	rig_stop_server(rig, SIGKILL);
	rig_wait_state(rig, "waiting");
	rig_leave(rig);
	rig_reload(rig, DESK(FROM("a", "rig-play:out_2")));
	rig_start_server(rig);
	rig_wait_state(rig, "running");
	rig_join(rig, 2, 2);
	rig_wait_connected(rig, "rig-play:out_2", "desk:a_in_1");
	rig_wait_connected(rig, "desk:a_out_1", "rig-rec:in_2");
	rig_sleep(200);
	assert_false(rig_is_connected(rig, "rig-play:out_1", "desk:a_in_1"));
}

/* Unplugged a moment before, or long before. */
static void
what_was_taken_out_by_hand_stays_out(void **state)
{
	struct rig *rig = *state;

	begin(rig,
	    DESK(FROM("a", "rig-play:out_1") "," FROM("b", "rig-play:out_2")),
	    2, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
	rig_wait_connected(rig, "rig-play:out_2", "desk:b_in_1");
	rig_sleep(300);
	jack_disconnect(rig_client(rig), "rig-play:out_1", "desk:a_in_1");
	rig_sleep(900);
	jack_disconnect(rig_client(rig), "rig-play:out_2", "desk:b_in_1");
	rig_sleep(150);
	rig_reload(rig, DESK(BARE("c") "," FROM("b", "rig-play:out_2") "," FROM(
			    "a", "rig-play:out_1")));
	rig_sleep(900);
	assert_false(rig_is_connected(rig, "rig-play:out_1", "desk:a_in_1"));
	assert_false(rig_is_connected(rig, "rig-play:out_2", "desk:b_in_1"));
	/* Who asks for it anew gets it. */
	rig_reload(rig, DESK(BARE("a")));
	rig_reload(rig, DESK(FROM("a", "rig-play:out_1")));
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
}

static void
count_connection(jack_port_id_t a, jack_port_id_t b, int connected, void *arg)
{
	(void)a;
	(void)b;
	(void)connected;
	atomic_fetch_add((atomic_uint *)arg, 1);
}

/* Not even for a moment is anything connected or disconnected. */
static void
strips_that_move_leave_every_cable_alone(void **state)
{
	static const char *const order[] = {
		DESK(FROM("b", "rig-play:out_2") "," FROM(
		    "c", "/rig-play:out_[3]/") "," FROM("a", "rig-play:out_1")),
		DESK(FROM("a", "rig-play:out_1") "," FROM(
		    "b", "rig-play:out_2") "," FROM("c", "/rig-play:out_[3]/")),
	};
	struct rig *rig = *state;
	atomic_uint changes = 0;

	begin(rig, order[1], 3, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
	rig_wait_connected(rig, "rig-play:out_2", "desk:b_in_1");
	rig_wait_connected(rig, "rig-play:out_3", "desk:c_in_1");
	rig_connect_capture(rig, "desk:b_out_1", 0);
	rig_connect_capture(rig, "desk:c_out_1", 1);
	jack_client_t *watch = jack_client_open(
	    "watch", JackNoStartServer | JackServerName, NULL, rig->server);
	assert_non_null(watch);
	jack_set_port_connect_callback(watch, count_connection, &changes);
	jack_activate(watch);
	rig_sleep(300);
	atomic_store(&changes, 0);
	for (int i = 0; i < 4; i++)
		rig_reload(rig, order[i % 2]);
	rig_sleep(300);
	assert_int_equal(atomic_load(&changes), 0);
	assert_true(rig_is_connected(rig, "desk:c_out_1", "rig-rec:in_2"));
	jack_client_close(watch);
}

/* --- a program that stands still --- */

static int
effect_process(jack_nframes_t frames, void *arg)
{
	jack_port_t **port = arg;

	memcpy(jack_port_get_buffer(port[1], frames),
	    jack_port_get_buffer(port[0], frames), frames * sizeof(float));
	return 0;
}

static int
effect_main(const char *server)
{
	jack_port_t *port[2];
	jack_client_t *client = jack_client_open("fx",
	    JackNoStartServer | JackUseExactName | JackServerName, NULL,
	    server);

	if (client == NULL)
		return 1;
	port[0] = jack_port_register(
	    client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
	port[1] = jack_port_register(
	    client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
	if (jack_set_process_callback(client, effect_process, port) != 0 ||
	    jack_activate(client) != 0)
		return 1;
	for (;;)
		pause();
}

#define DIRECT                                                  \
	"{ \"id\": \"a\", \"from\": [\"rig-play:out_1\"],"      \
	"  \"inserts\": [ { \"jack\": { \"send\": [\"fx:in\"]," \
	"  \"return\": [\"fx:out\"] } } ] }"

/* How many of the last frames of a take were heard. */
static unsigned
heard(const struct rig_take *take, uint32_t last)
{
	unsigned count = 0;

	for (uint32_t i = take->frames - last; i < take->frames; i++)
		count += take->capture[0][i] > 0.01F;
	return count;
}

static void
wait_gone(struct rig *rig, const char *port)
{
	for (double end = rig_now() + 10; rig_has_port(rig, port);) {
		if (rig_now() > end)
			rig_fail(rig, "%s is still there", port);
		rig_sleep(20);
	}
}

/* A server asks all its clients about some things, and waits for each: a
 * frozen one may hold up what is asked for, but never what is heard. */
static void
a_program_that_stands_still_stays_left_out(void **state)
{
	struct rig *rig = *state;
	const char *argv[] = { self, "effect", rig->server, NULL };
	struct rig_take *take = take_new(1, 1, 48000, 96000);
	char lines[RIG_LINES];

	take->loops = true;
	signal_dc(take->play[0], 48000, 0.25);
	rig->priority = rig_may_realtime() ? 70 : 0;
	rig->timeout = 20;
	begin(rig, DESK(DIRECT), 1, 1);
	rig_connect_capture(rig, "desk.2:a_out_1", 0);
	pid_t program = rig_spawn(argv);
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	rig_sleep(300);
	rig_roll(rig, take);
	rig_wait_frames(rig, 4800);
	kill(program, SIGSTOP);
	rig_wait_insert(rig, "ch/a/insert/1", "failed");
	ask(rig, DESK(DIRECT "," BARE("b")));
	if (!rig_was_done(rig, "/reload", lines))
		rig_fail(rig, "it was refused:\n%s", lines);
	rig_finish(rig);
	unsigned frames = heard(take, 24000);
	print_message("heard of 24000 frames: %u\n", frames);
	assert_true(frames > 20000);
	rig_sleep(300);
	rig_roll(rig, take);
	rig_finish(rig);
	frames = heard(take, 48000);
	print_message("heard of 48000 frames then: %u\n", frames);
	assert_true(frames > 46000);
	/* The answer is not held up; what the server still does for it may be,
	 * until the program goes on. */
	rig_reload(rig, DESK(DIRECT));
	kill(program, SIGCONT);
	wait_gone(rig, "desk:b_in_1");
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	rig_reload(rig, DESK(DIRECT "," BARE("c")));
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	assert_true(rig_has_port(rig, "desk:c_out_1"));
	assert_true(
	    rig_is_connected(rig, "fx:out", "desk.2:a_insert1_return_1"));
	rig_end_child(program, SIGTERM);
	take_free(take);
}

/* --- servers --- */

#define BOTH(id)                                                            \
	DESK("{ \"id\": \"stays\", \"lanes\": 2,"                           \
	     " \"from\": [\"rig-play:out_1\", \"rig-play:out_2\"] }," FROM( \
		 id, "rig-play:out_1"))

/* How long a server lives on after it was asked, in ms. */
static const unsigned lives[] = { 0, 2, 5, 10, 20, 30, 50, 80 };

static void
a_server_may_die_in_the_middle(void **state)
{
	struct rig *rig = *state;
	const char *is = "one", *other = "two";
	unsigned done = 0;

	begin(rig, BOTH("one"), 2, 1);
	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
		char lines[RIG_LINES], port[32];

		rig_connect_capture(rig, "desk:stays_out_1", 0);
		rig_sleep(200);
		ask(rig, is[0] == 'o' ? BOTH("two") : BOTH("one"));
		rig_sleep(lives[i]);
		rig_stop_server(rig, i % 2 == 0 ? SIGKILL : SIGTERM);
		if (rig_was_done(rig, "/reload", lines)) {
			const char *before = is;
			is = other;
			other = before;
			done++;
		} else {
			print_message(
			    "refused after %u ms: %s", lives[i], lines);
		}
		rig_leave(rig);
		rig_start_server(rig);
		rig_wait_state(rig, "running");
		rig_join(rig, 2, 1);
		snprintf(port, sizeof port, "desk:%s_in_1", is);
		rig_wait_connected(rig, "rig-play:out_1", port);
		rig_wait_connected(rig, "rig-play:out_2", "desk:stays_in_2");
		rig_wait_connected(rig, "desk:stays_out_1", "rig-rec:in_1");
		snprintf(port, sizeof port, "desk:%s_in_1", other);
		assert_false(rig_has_port(rig, port));
	}
	/* A server that goes is none that refuses. */
	assert_int_equal(done, sizeof lives / sizeof *lives);
}

/* A server that was stopped answers nothing: what was asked is refused, or done
 * without it once it is as good as gone. */
static void
a_server_that_stands_still_is_not_waited_for(void **state)
{
	struct rig *rig = *state;
	char lines[RIG_LINES];

	begin(rig, DESK(FROM("a", "rig-play:out_1")), 1, 1);
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
	kill(rig->jackd, SIGSTOP);
	double asked = rig_now();
	ask(rig, DESK(FROM("b", "rig-play:out_1")));
	bool done = rig_was_done(rig, "/reload", lines);
	print_message("%s after %.1f s: %s", done ? "done" : "refused",
	    rig_now() - asked, lines);
	assert_true(rig_now() - asked < 15);
	kill(rig->jackd, SIGCONT);
	rig_wait_state(rig, "running");
	rig_join(rig, 1, 1);
	rig_wait_connected(
	    rig, "rig-play:out_1", done ? "desk:b_in_1" : "desk:a_in_1");
	rig_reload(rig, DESK(FROM("c", "rig-play:out_1")));
	rig_wait_connected(rig, "rig-play:out_1", "desk:c_in_1");
}

static double
cpu_time(const struct rig *rig)
{
	unsigned long user = 0, system = 0;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)rig->daemon);
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	assert_int_equal(fscanf(in,
			     "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u "
			     "%*u %lu %lu",
			     &user, &system),
	    2);
	fclose(in);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void
a_name_that_is_taken_is_waited_for(void **state)
{
	static const char taken[] =
	    "{ \"version\": 1, \"jack\": { \"client\": \"taken\" },"
	    "\"channels\": [ { \"id\": \"a\","
	    "  \"from\": [\"rig-play:out_1\"] } ] }";
	struct rig *rig = *state;

	begin(rig, DESK(FROM("a", "rig-play:out_1")), 1, 1);
	jack_client_t *other = jack_client_open("taken",
	    JackNoStartServer | JackUseExactName | JackServerName, NULL,
	    rig->server);
	assert_non_null(other);
	rig_reload(rig, taken);
	rig_wait_state(rig, "waiting");
	rig_sleep(2000);
	double before = cpu_time(rig);
	rig_sleep(2000);
	print_message(
	    "CPU: %.0f ms a second\n", 500 * (cpu_time(rig) - before));
	if (!rig_sanitized())
		assert_true(cpu_time(rig) - before < 0.1);
	jack_client_close(other);
	rig_wait_connected(rig, "rig-play:out_1", "taken:a_in_1");
	rig_reload(rig, DESK(FROM("a", "rig-play:out_1")));
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
}

int
main(int argc, char **argv)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_asked_for_no_more_stays_out_when_a_server_returns),
		TEST(what_was_taken_out_by_hand_stays_out),
		TEST(strips_that_move_leave_every_cable_alone),
		TEST(a_program_that_stands_still_stays_left_out),
		TEST(a_server_may_die_in_the_middle),
		TEST(a_server_that_stands_still_is_not_waited_for),
		TEST(a_name_that_is_taken_is_waited_for),
	};

	if (argc == 3 && strcmp(argv[1], "effect") == 0)
		return effect_main(argv[2]);
	cmocka_set_test_filter(getenv("HEADROOM_ONLY"));
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
