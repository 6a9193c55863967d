#include "rig.h"

#include <jack/jack.h>

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * JACK servers that end in every way, and what the daemon makes of it: audio,
 * connections of the configuration and those by hand, memory, descriptors.
 * HEADROOM_DEATHS=n sets how many servers end.
 */

#define DEATHS 6
#define WARM 4 /* deaths before anything is compared */
#define MOST 1000
#define GROWTH 1024.0     /* kB of resident memory, at most */
#define BACK_S 0.3        /* s, median */
#define LONGEST 10.0      /* s, of each */
#define SLOW_ANSWER 0.2   /* s */
#define PATIENCE_MS 45000 /* for libjack, well above what fails the test */
#define HANGS 0.02 /* of all deaths: how often it may hang under our clients */
#define BY_HAND_MS 900 /* well above the time in which a cable may come back */

static const char desk[] =
    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" }, \"channels\": ["
    "  { \"id\": \"a\", \"from\": [\"rig-play:out_1\"], \"outputs\": [] },"
    "  { \"id\": \"b\", \"from\": [\"/rig-play:out_[3]/\"] } ],"
    "  \"master\": { \"lanes\": 2,"
    "    \"outputs\": [ \"rig-rec:in_1\", \"rig-rec:in_3\" ] } }";

static bool
connected(const struct rig *rig, const char *from, const char *to)
{
	jack_port_t *port = jack_port_by_name(rig_client(rig), from);

	return port != NULL && jack_port_connected_to(port, to);
}

/* Two that the configuration asks for, two made by hand. */
static const char *const cable[][2] = {
	{ "rig-play:out_1", "desk:a_in_1" },
	{ "desk:master_out_1", "rig-rec:in_1" },
	{ "rig-play:out_2", "desk:b_in_1" },
	{ "desk:a_out_1", "rig-rec:in_2" },
};
#define CABLES (sizeof cable / sizeof *cable)

/* Those that the configuration asks for and the user took out. */
static const char *const out[][2] = {
	{ "desk:master_out_2", "rig-rec:in_3" },
	{ "rig-play:out_3", "desk:b_in_1" },
};
#define OUTS (sizeof out / sizeof *out)

static void
patch_by_hand(struct rig *rig)
{
	rig_join(rig, 3, 3);
	for (size_t i = 0; i < OUTS; i++)
		rig_wait_connected(rig, out[i][0], out[i][1]);
	for (size_t i = 0; i < OUTS; i++)
		jack_disconnect(rig_client(rig), out[i][0], out[i][1]);
	for (size_t i = 2; i < CABLES; i++)
		assert_int_equal(
		    jack_connect(rig_client(rig), cable[i][0], cable[i][1]), 0);
	rig_sleep(BY_HAND_MS);
}

static void
expect_patched(struct rig *rig)
{
	for (size_t i = 0; i < CABLES; i++)
		rig_wait_connected(rig, cable[i][0], cable[i][1]);
	for (size_t i = 0; i < OUTS; i++)
		if (connected(rig, out[i][0], out[i][1]))
			rig_fail(rig, "%s is connected to %s again", out[i][0],
			    out[i][1]);
}

static void
programs_that_return_find_their_connections(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, 48000, 256, desk);
	patch_by_hand(rig);
	for (int i = 0; i < 3; i++) {
		rig_join(rig, 3, 3);
		expect_patched(rig);
	}
	/* By hand again, and so once more later. */
	jack_connect(rig_client(rig), out[0][0], out[0][1]);
	rig_sleep(100);
	rig_join(rig, 3, 3);
	rig_wait_connected(rig, out[0][0], out[0][1]);
}

/* How long OSC took to answer at most, asked for `s` seconds. */
static double
slowest_answer(struct rig *rig, double s)
{
	double end = rig_now() + s, slowest = 0, asked;

	while ((asked = rig_now()) < end) {
		osc_get(rig->osc, "/ch/a/fader");
		double took = rig_now() - asked;
		slowest = took > slowest ? took : slowest;
		rig_sleep(2);
	}
	return slowest;
}

static void
a_server_that_stands_still_holds_nothing_up(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, 48000, 256, desk);
	patch_by_hand(rig);
	kill(rig->jackd, SIGSTOP);
	double slowest = slowest_answer(rig, 2.5);
	rig_wait_state(rig, "waiting");
	kill(rig->jackd, SIGCONT);
	rig_wait_state(rig, "running");
	rig_join(rig, 3, 3);
	expect_patched(rig);
	print_message("OSC answered within %.1f ms\n", 1e3 * slowest);
	if (!rig_sanitized())
		assert_true(slowest < SLOW_ANSWER);
}

/* --- many deaths --- */

enum death { DEATH_TERM, DEATH_KILL, DEATH_HANG, DEATH_REPLACE, DEATH_KINDS };

/* False if our own clients hung in leaving it. */
static bool
server_dies(struct rig *rig, enum death death)
{
	if (death == DEATH_HANG) {
		kill(rig->jackd, SIGSTOP);
		/* All that time it answers. */
		rig_wait_state(rig, "waiting");
	}
	rig_stop_server(rig,
	    death == DEATH_KILL || death == DEATH_HANG ? SIGKILL : SIGTERM);
	if (death == DEATH_REPLACE) {
		rig->period = rig->rate == 48000 ? 441 : 256;
		rig->rate = rig->rate == 48000 ? 44100 : 48000;
	}
	return rig_apart_end(rig);
}

static double
first_sound(const struct rig *rig, const struct rig_take *take, double ready)
{
	uint32_t seen = 0;

	for (;;) {
		for (uint32_t rolled = rig_rolled(rig); seen < rolled; seen++)
			if (take->capture[0][seen] > 0.01F)
				return rig_now() - ready;
		if (rig_now() - ready > LONGEST)
			rig_fail(rig, "no audio for %.0f s", LONGEST);
		rig_sleep(1);
	}
}

/* --- apart --- */

static double
patch_at_start(struct rig *rig, void *arg)
{
	(void)arg;
	rig_await_server(rig);
	patch_by_hand(rig);
	return 0;
}

/* How long after the server was ready audio is back, in s; and is everything
 * connected? */
static double
hear_and_look(struct rig *rig, void *arg)
{
	struct rig_take *take = arg;
	double ready, back;

	rig_await_server(rig);
	ready = rig_now() - 1e-3 * RIG_READY_MS;
	rig_join(rig, 3, 3);
	rig_roll(rig, take);
	back = first_sound(rig, take, ready);
	rig_cut(rig);
	expect_patched(rig);
	return back;
}

/* Starts a server, and returns how long after that audio was back, in s; -1 if
 * our own clients hung, and only the second ones heard it. */
static double
server_returns(struct rig *rig, struct rig_take *take)
{
	double back;

	rig_spawn_server(rig);
	if (rig_apart(rig, hear_and_look, take, PATIENCE_MS, &back))
		return back;
	if (!rig_apart(rig, hear_and_look, take, PATIENCE_MS, &back))
		rig_fail(rig, "libjack hangs in every client");
	return -1;
}

/* How often it said that it has joined a server. */
static unsigned
joins(const struct rig *rig)
{
	char *log = rig_daemon_log(rig);
	unsigned count = 0;

	for (const char *at = log; (at = strstr(at, " inputs, ")) != NULL; at++)
		count++;
	free(log);
	return count;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static unsigned
death_count(void)
{
	const char *text = getenv("HEADROOM_DEATHS");
	unsigned long count = text != NULL ? strtoul(text, NULL, 10) : DEATHS;

	return count > WARM && count <= MOST ? (unsigned)count : DEATHS;
}

/* A desk that is at work, patched by hand, on a server that has just started. */
static void
start_patched(struct rig *rig)
{
	double none;

	rig_init(rig, 48000, 256);
	rig_spawn_server(rig);
	rig_start_daemon(rig, desk);
	rig_wait_state(rig, "running");
	if (!rig_apart(rig, patch_at_start, NULL, PATIENCE_MS, &none))
		rig_fail(rig, "libjack hangs");
}

static void
judge(double *back, unsigned deaths, unsigned hangs, double growth)
{
	qsort(back, deaths, sizeof *back, by_size);
	/* Those that were not measured are first. */
	unsigned unheard = 0;
	while (unheard < deaths && back[unheard] < 0)
		unheard++;
	double median = back[unheard + (deaths - unheard) / 2];
	print_message("audio back after %.0f ms (median), %.0f ms (longest), "
		      "of %u; %+.0f kB; libjack hung %u times under our own "
		      "clients\n",
	    1e3 * median, 1e3 * back[deaths - 1], deaths - unheard, growth,
	    hangs);
	assert_true(unheard <= hangs);
	assert_true(hangs <= 1 + HANGS * deaths);
	if (!rig_sanitized()) {
		assert_true(growth <= GROWTH);
		/* A machine that other work slows gets as long again. */
		assert_true(median <= 2 * BACK_S);
	}
}

static void
every_death_of_a_server_is_survived(void **state)
{
	static double back[MOST];
	struct rig *rig = *state;
	struct rig_take *take = take_new(3, 3, 48000, 480000);
	unsigned deaths = death_count(), fds = 0, hangs = 0;
	double rss = 0;

	take->loops = true;
	signal_dc(take->play[0], 48000, 0.25);
	start_patched(rig);
	for (unsigned i = 0; i < deaths; i++) {
		hangs += !server_dies(rig, (enum death)(i % DEATH_KINDS));
		back[i] = server_returns(rig, take);
		hangs += back[i] < 0;
		assert_int_equal(joins(rig), i + 2);
		assert_true(
		    osc_get(rig->osc, "/status/sample_rate") == rig->rate);
		if (i + 1 == WARM) {
			rss = rig_resident(rig);
			fds = rig_descriptors(rig);
		}
	}
	print_message("%u deaths, %u rejoins, %+d descriptors\n", deaths,
	    joins(rig) - 1, (int)rig_descriptors(rig) - (int)fds);
	assert_int_equal(rig_descriptors(rig), fds);
	judge(back, deaths, hangs, rig_resident(rig) - rss);
	take_free(take);
}

static double
hang(struct rig *rig, void *arg)
{
	(void)rig;
	(void)arg;
	for (;;)
		pause();
	return 0;
}

static double
answer(struct rig *rig, void *arg)
{
	(void)rig;
	return *(const double *)arg;
}

static void
what_hangs_apart_is_ended_and_done_again(void **state)
{
	struct rig *rig = *state;
	double wanted = 0.25, got = 0;

	assert_false(rig_apart(rig, hang, NULL, 100, &got));
	assert_true(rig_apart(rig, answer, &wanted, PATIENCE_MS, &got));
	assert_true(got == wanted);
	assert_true(rig_apart_end(rig));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(what_hangs_apart_is_ended_and_done_again),
		/* Early, before this process knows libjack. */
		RIG_TEST(every_death_of_a_server_is_survived),
		RIG_TEST(programs_that_return_find_their_connections),
		RIG_TEST(a_server_that_stands_still_holds_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
