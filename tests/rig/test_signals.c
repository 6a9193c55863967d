#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * What signals do to a daemon at work. Its end as it is heard is a fade of 50 ms,
 * on recorded samples.
 */

#define RATE 48000
#define PERIOD 256
#define FADE 2400   /* frames: 50 ms */
#define LEVEL 0.5f  /* of what is played, all the time */
#define BEFORE 4800 /* frames before the signal at least */
#define FRAMES RATE
#define LONGEST 1.0 /* seconds; 0.2 is the goal on a machine at rest */
#define SLOPE 1.5   /* steepest of the fade, against a straight line */
#define ROUNDING 2e-6

static const char desk[] =
    "{ \"version\": 1,"
    " \"channels\": [ { \"id\": \"a\", \"to\": [ \"master\", \"wedge\" ],"
    " \"pan\": -1 } ],"
    " \"buses\": [ { \"id\": \"wedge\", \"lanes\": 1, \"to\": [] } ] }";

static struct rig_take *
take_of_dc(void)
{
	struct rig_take *take = take_new(1, 2, FRAMES, FRAMES);

	for (uint32_t i = 0; i < FRAMES; i++)
		take->play[0][i] = LEVEL;
	return take;
}

/* Sends the signal while the tone is heard, and leaves in `took` how many seconds
 * the daemon needed to end. Returns whether JACK kept time. */
static bool
stop_while_it_plays(
    struct rig *rig, struct rig_take *take, int sig, double *took)
{
	unsigned xruns;
	double begin;

	rig_connect_play(rig, 0, "headroom:a_in_1");
	rig_connect_capture(rig, "headroom:master_out_1", 0);
	rig_connect_capture(rig, "headroom:wedge_out_1", 1);
	xruns = rig_xruns(rig);
	rig_roll(rig, take);
	while (rig_rolled(rig) < 2 * BEFORE)
		rig_sleep(5);
	begin = rig_now();
	kill(rig->daemon, sig);
	assert_int_equal(rig_stop_daemon(rig), 0);
	*took = rig_now() - begin;
	return rig_finish(rig) == 0 && rig_xruns(rig) == xruns;
}

/* From the level to silence without a step, in the time of the fade: NULL, or
 * what is wrong with it. */
static const char *
judge_fade(const float *x)
{
	static char why[128];
	double steepest = SLOPE * (double)LEVEL / FADE + ROUNDING;
	uint32_t first = BEFORE, last = FRAMES - 1;

	while (first < FRAMES && fabsf(x[first] - LEVEL) < 1e-5f)
		first++;
	while (last > 0 && x[last] == 0)
		last--;
	if (first >= FRAMES || last >= FRAMES - 1)
		return "it is never silent";
	for (uint32_t i = first; i <= last + 1; i++)
		if (fabs((double)x[i] - (double)x[i - 1]) > steepest) {
			snprintf(why, sizeof why,
			    "a step from %g to %g at frame %u",
			    (double)x[i - 1], (double)x[i], i - first);
			return why;
		}
	/* Its first and last frames differ by less than is seen above. */
	if (last - first < FADE * 9 / 10 || last - first > FADE) {
		snprintf(why, sizeof why, "it takes %u frames", last - first);
		return why;
	}
	return NULL;
}

/* A client that leaves may cost the server a cycle. So a take is only repeated
 * if it is wrong and JACK lost time in it; one that is right says all. */
static void
stop_is_a_fade(struct rig *rig, int sig)
{
	struct rig_take *take = take_of_dc();
	const char *why = NULL;
	double took = 0;
	bool kept = false;

	rig_init(rig, RATE, PERIOD);
	rig->sync = true;
	rig_start_server(rig);
	rig_join(rig, 1, 2);
	for (int i = 0; i < rig_takes(); i++) {
		rig_start_daemon(rig, desk);
		rig_wait_state(rig, "running");
		kept = stop_while_it_plays(rig, take, sig, &took);
		why = judge_fade(take->capture[0]);
		if (why == NULL)
			why = judge_fade(take->capture[1]);
		if (why == NULL || kept)
			break;
	}
	take_free(take);
	if (why != NULL && kept)
		rig_fail(rig, "%s", why);
	if (why != NULL)
		rig_lost(rig);
	print_message("the daemon ended after %.0f ms\n", took * 1e3);
	if (took > LONGEST && !rig_sanitized())
		rig_fail(rig, "the end took %g s", took);
}

static void
sigterm_fades_the_master_and_what_feeds_nothing(void **state)
{
	stop_is_a_fade(*state, SIGTERM);
}

static void
sigint_does_so_too(void **state)
{
	stop_is_a_fade(*state, SIGINT);
}

/* Asks for the status while the tone is heard; `log` is all that the daemon has
 * said then. Returns whether JACK kept time. */
static bool
ask_while_it_plays(struct rig *rig, struct rig_take *take, char **log)
{
	unsigned xruns;

	rig_connect_play(rig, 0, "headroom:a_in_1");
	xruns = rig_xruns(rig);
	rig_roll(rig, take);
	while (rig_rolled(rig) < FRAMES / 2)
		rig_sleep(5);
	kill(rig->daemon, SIGUSR1);
	rig_sleep(200);
	*log = rig_daemon_log(rig);
	bool kept = rig_finish(rig) == 0 && rig_xruns(rig) == xruns;
	assert_int_equal(rig_stop_daemon(rig), 0);
	return kept;
}

/* A period that is lost is a step in the tone, which has a true peak of its
 * own: then it is asked again. */
static void
sigusr1_tells_zone_and_headroom_of_what_is_not_silent(void **state)
{
	static const char *const says[] = {
		"status: JACK is running, 48000 Hz, 256 frames",
		"status: ch/a in: hot, headroom 6.0 dB",
		"status: master fader: ",
	};
	struct rig *rig = *state;
	struct rig_take *take = take_new(1, 2, FRAMES, FRAMES);
	const char *missing = NULL;
	bool kept = false;

	/* From 0 on, slowly: a step would have a true peak of its own. */
	signal_sine(take->play[0], FRAMES, (double)LEVEL, 100.0 / RATE);
	rig_init(rig, RATE, PERIOD);
	rig_start_server(rig);
	rig_join(rig, 1, 2);
	for (int i = 0; i < rig_takes(); i++) {
		char *log;
		rig_start_daemon(rig, desk);
		rig_wait_state(rig, "running");
		kept = ask_while_it_plays(rig, take, &log);
		missing = NULL;
		for (size_t k = 0; k < sizeof says / sizeof *says; k++)
			if (strstr(log, says[k]) == NULL)
				missing = says[k];
		free(log);
		if (missing == NULL || kept)
			break;
	}
	take_free(take);
	if (missing != NULL && kept)
		rig_fail(rig, "it does not tell \"%s\"", missing);
	if (missing != NULL)
		rig_lost(rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		RIG_TEST(sigterm_fades_the_master_and_what_feeds_nothing),
		RIG_TEST(sigint_does_so_too),
		RIG_TEST(sigusr1_tells_zone_and_headroom_of_what_is_not_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
