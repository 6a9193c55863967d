#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The guard of the master at work: a tone that clips, heard and told. */

#define RATE 48000
#define PERIOD 256
#define FRAMES (RATE / 2) /* again and again */
#define SOON 0.3          /* s of audio until it is pulled */
#define TRIES 30          /* until JACK has kept time for one reading */

static const char desk[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
    " \"from\": [\"rig-play:out_1\"], \"pan\": -1, \"trim\": 6 } ],"
    " \"master\": { \"guard\": { \"after\": 100, \"most\": 6 },"
    " \"outputs\": [\"rig-rec:in_1\"], \"lanes\": 1 } }";

static void
begin(struct rig *rig, struct rig_take *take, const char *json)
{
	rig_init(rig, RATE, PERIOD);
	rig_start_server(rig);
	rig_join(rig, 1, 1);
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "running");
	rig_wait_connected(rig, "rig-play:out_1", "headroom:a_in_1");
	osc_send(rig->osc, "/subscribe", "s", "events");
	osc_wait(rig->osc, "/subscribed");
	rig_roll(rig, take);
}

/* A tone with its peaks at 0.7, and so 3 dB above full scale behind the trim. */
static struct rig_take *
take_of_tone(void)
{
	struct rig_take *take = take_new(1, 0, FRAMES, UINT32_MAX);

	take->loops = true;
	signal_sine(take->play[0], FRAMES, 0.7, 480.0 / RATE);
	return take;
}

/* True peak behind the fader, of a time in which JACK lost nothing: a jump in
 * the tone peaks higher than the tone. */
static double
peak_now(struct rig *rig)
{
	for (int i = 0; i < TRIES; i++) {
		unsigned xruns = rig_xruns(rig);

		/* What the reading before has left, then what is to be read. */
		osc_send(rig->osc, "/meter/master/fader", "");
		osc_wait(rig->osc, "/meter/master/fader");
		rig_sleep(400);
		osc_send(rig->osc, "/meter/master/fader", "");
		double peak =
		    osc_number(osc_wait(rig->osc, "/meter/master/fader"), 2);
		if (i > 0 && rig_xruns(rig) == xruns)
			return peak;
	}
	rig_lost(rig);
}

static void
a_clip_that_lasts_is_stopped_told_and_given_back(void **state)
{
	struct rig *rig = *state;
	struct rig_take *take = take_of_tone();
	double over = ref_db(0.7) + 6;

	begin(rig, take, desk);
	const struct osc_reply *event = osc_wait(rig->osc, "/event/guard");
	assert_string_equal(event->types, "hhssffh");
	assert_string_equal(osc_text(event, 2), "master");
	assert_string_equal(osc_text(event, 3), "pulled");
	double by = osc_number(event, 4);
	double after = (double)(osc_long(event, 1) - take->start) / RATE;
	print_message("%.1f dB after %.3f s\n", by, after);
	/* The least that stops it, in whole tenths. */
	assert_true(by > over);
	if (rig_xruns(rig) == 0)
		assert_true(by < over + 0.25 && after < SOON);
	assert_true(fabs(osc_get(rig->osc, "/master/trim") + by) < 1e-4);
	double peak = peak_now(rig);
	assert_true(peak <= 0);
	assert_true(
	    fabs(peak - over - osc_get(rig->osc, "/master/trim")) < 0.05);
	osc_send(rig->osc, "/guard/release", "s", "master");
	assert_int_equal(
	    (int)osc_number(osc_wait(rig->osc, "/guard/release"), 0), 1);
	assert_true(fabs(osc_get(rig->osc, "/master/trim")) < 1e-4);
	/* It clips still, so it is pulled again. */
	event = osc_wait(rig->osc, "/event/guard");
	while (strcmp(osc_text(event, 3), "pulled") != 0)
		event = osc_wait(rig->osc, "/event/guard");
	rig_cut(rig);
	take_free(take);
}

static void
it_is_off_by_default(void **state)
{
	static const char plain[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
	    " \"from\": [\"rig-play:out_1\"], \"pan\": -1, \"trim\": 6 } ],"
	    " \"master\": { \"outputs\": [\"rig-rec:in_1\"], \"lanes\": 1 } }";
	struct rig *rig = *state;
	struct rig_take *take = take_of_tone();

	begin(rig, take, plain);
	osc_wait(rig->osc, "/event/clip");
	rig_sleep(1500);
	assert_true(osc_get(rig->osc, "/master/trim") == 0);
	osc_send(rig->osc, "/master/guard", "i", 1);
	osc_wait(rig->osc, "/event/guard");
	rig_cut(rig);
	take_free(take);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(a_clip_that_lasts_is_stopped_told_and_given_back),
		RIG_TEST(it_is_off_by_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
