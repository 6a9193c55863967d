#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/*
 * LV2 plugins in insert slots, as they are heard: paths of different latency
 * meet in time, a bypass does not click, and parameters act together. Most
 * plugins are those of tests/lv2.
 */

#define RATE 48000
#define FRAMES 24000
#define LANES 2

static double
loudest(const float *x, uint32_t frames)
{
	double most = 0;

	for (uint32_t i = 0; i < frames; i++)
		most = fmax(most, fabs((double)x[i]));
	return most;
}

/* The number of frames by which the beginning of a take is late. */
static uint32_t
find_lateness(const struct rig *rig, const struct rig_take *take, double gain)
{
	for (uint32_t late = 0; late + 64 < take->frames; late++) {
		double most = 0;
		for (uint32_t i = 0; i < 64; i++)
			most =
			    fmax(most, fabs((double)take->capture[0][late + i] -
					    gain * (double)take->play[0][i]));
		if (most < 1e-4)
			return late;
	}
	rig_fail(rig, "what was played is not heard");
}

/* --- paths that meet --- */

/* Both ways cancel out; and twice the signal is heard where they do not, so
 * that it is no silence that cancels. Returns how late it is. */
static uint32_t
expect_null(struct rig *rig)
{
	struct rig_take *take = take_noise(LANES, FRAMES);

	rig_run_quietly(rig, take);
	for (unsigned lane = 0; lane < LANES; lane++) {
		double left = loudest(take->capture[lane], FRAMES);
		if (!(left < RIG_NOTHING))
			rig_fail(rig, "lane %u: %.1f dBFS are left", lane,
			    ref_db(left));
	}
	osc_send(rig->osc, "/bus/dry/polarity", "i", 0);
	rig_settle(rig, 200);
	rig_run_quietly(rig, take);
	uint32_t late = find_lateness(rig, take, 2);
	for (unsigned lane = 0; lane < LANES; lane++)
		take_expect(rig, take, lane, 2, late);
	osc_send(rig->osc, "/bus/dry/polarity", "i", 1);
	rig_settle(rig, 200);
	take_free(take);
	return late;
}

/* The latency that the configuration asks for, and others while it runs. */
static void
paths_meet_in_time(struct rig *rig, unsigned period)
{
	static const unsigned late[] = { 1, 441, 3000, 0, 64 };

	rig_start_pair(rig, period,
	    "{ \"lv2\": \"" RIG_TEST_PLUGIN
	    "stereo\", \"params\": { \"late\": 64 } }",
	    "");
	assert_int_equal(expect_null(rig), 64);
	for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
		osc_send(rig->osc, "/bus/wet/insert/1/param/late", "f",
		    (double)late[i]);
		rig_settle(rig, 400);
		assert_int_equal(expect_null(rig), late[i]);
	}
}

static void
a_late_path_is_waited_for_at_64(void **state)
{
	paths_meet_in_time(*state, 64);
}

static void
a_late_path_is_waited_for_at_256(void **state)
{
	paths_meet_in_time(*state, 256);
}

static void
latencies_in_series_add_up(void **state)
{
	struct rig *rig = *state;

	rig_start_pair(rig, 64,
	    "{ \"lv2\": \"" RIG_TEST_PLUGIN
	    "stereo\", \"params\": { \"late\": 100 } },"
	    "{ \"lv2\": \"" RIG_TEST_PLUGIN
	    "mono\", \"params\": { \"late\": 33 } }",
	    "");
	rig_wait_insert(rig, "bus/wet/insert/2", "active");
	rig_settle(rig, 300);
	assert_int_equal(expect_null(rig), 133);
	osc_send(rig->osc, "/bus/wet/insert/*/bypass", "i", 1);
	rig_settle(rig, 300);
	assert_int_equal(expect_null(rig), 133);
}

/* This one delays nothing and says that it did: the bus itself is delayed by as
 * much, which is not compensated. */
static void
what_a_plugin_says_of_its_latency_is_believed(void **state)
{
	struct rig *rig = *state;
	static const unsigned late[] = { 64, 441, 3000, 1 };
	char insert[256], more[64];

	for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
		double ms = 1000.0 * late[i] / RATE;
		snprintf(insert, sizeof insert,
		    "{ \"lv2\": \"http://plugin.org.uk/swh-plugins/"
		    "artificialLatency\", \"params\": { \"delay\": %.6f } }",
		    ms);
		snprintf(more, sizeof more, ", \"delay\": %.6f", ms);
		rig_start_pair(rig, 64, insert, more);
		assert_int_equal(expect_null(rig), late[i]);
	}
}

static void
a_plugin_of_others_with_a_latency_of_its_own_is_waited_for(void **state)
{
	struct rig *rig = *state;

	rig_start_pair(rig, 64,
	    "{ \"lv2\": \"http://gareus.org/oss/lv2/phaserotate#stereo\" }",
	    "");
	assert_true(expect_null(rig) > 0);
}

/* --- bypass --- */

#define TONE 0.5
#define ALLOWED_DB (-70.0)

static void
play_tone(struct rig_take *take)
{
	uint32_t frames = take->frames, fade = RATE / 20;
	float *x = take->play[0];

	signal_sine(x, frames, TONE, 100.0 / RATE);
	/* Its own beginning and end must not be heard either. */
	for (uint32_t i = 0; i < fade; i++) {
		double gain = 0.5 - 0.5 * cos(M_PI * i / fade);
		x[i] *= (float)gain;
		x[frames - 1 - i] *= (float)gain;
	}
}

/* How many frames are gain × the tone. */
static uint32_t
count_frames(const struct rig_take *take, double gain, uint32_t late)
{
	uint32_t count = 0;

	for (uint32_t i = late; i < take->frames; i++) {
		double x = (double)take->play[0][i - late];
		count += fabs(x) > 0.01 &&
			 fabs((double)take->capture[0][i] - gain * x) < 1e-5;
	}
	return count;
}

static void
toggle_bypass(struct rig *rig, struct rig_take *take, uint32_t every)
{
	uint32_t due = RATE / 20;

	for (int attempt = 0; attempt < rig_takes(); attempt++) {
		unsigned xruns = rig_xruns(rig);
		due = RATE / 20;
		rig_roll(rig, take);
		for (int i = 1; due + RATE / 20 < take->frames; i++) {
			while (rig_rolled(rig) < due)
				rig_sleep(1);
			osc_send(rig->osc, "/ch/a/insert/1/bypass", "i", i % 2);
			due = rig_rolled(rig) + every;
		}
		int lost = rig_finish(rig);
		osc_send(rig->osc, "/ch/a/insert/1/bypass", "i", 0);
		rig_settle(rig, 200);
		if (lost == 0 && rig_xruns(rig) == xruns)
			return;
	}
	rig_lost(rig);
}

static void
bypass_is_not_heard(struct rig *rig, unsigned late)
{
	struct rig_take *take = take_new(LANES, LANES, 2 * RATE, 2 * RATE);
	char insert[128];

	snprintf(insert, sizeof insert,
	    "{ \"lv2\": \"" RIG_TEST_PLUGIN "mono\","
	    " \"params\": { \"gain\": -6, \"late\": %u } }",
	    late);
	rig_start_channels(rig, 64, insert, "");
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	rig_settle(rig, 300);
	play_tone(take);
	/* 50 ms and 4.3 ms, which ends each fade before its time. */
	static const uint32_t every[] = { 2400, 207 };
	for (int i = 0; i < 2; i++) {
		toggle_bypass(rig, take, every[i]);
		double above = ref_db(signal_above(take->capture[0],
					  take->frames, 2000.0 / RATE) /
				      TONE);
		if (!(above < ALLOWED_DB))
			rig_fail(rig, "%u late, every %u frames: %.1f dB", late,
			    every[i], above);
		if (i == 0) {
			assert_true(count_frames(take, 1, late) > RATE / 3);
			assert_true(
			    count_frames(take, ref_gain(-6), late) > RATE / 3);
		}
	}
	take_free(take);
}

static void
bypass_is_not_heard_above_2_khz(void **state)
{
	bypass_is_not_heard(*state, 0);
}

static void
bypass_of_what_is_late_is_not_heard_either(void **state)
{
	bypass_is_not_heard(*state, 441);
}

/* --- parameters --- */

static const char quiet_gain[] = "{ \"lv2\": \"" RIG_TEST_PLUGIN "mono\","
				 " \"params\": { \"gain\": -6 } }";

/* Frames at which a constant signal changes; at most `room`. */
static unsigned
find_steps(const float *x, uint32_t frames, uint32_t *at, unsigned room)
{
	unsigned count = 0;

	for (uint32_t i = 1; i < frames && count < room; i++)
		if (x[i] != x[i - 1])
			at[count++] = i;
	return count;
}

static void
a_bundle_sets_parameters_of_two_slots_at_one_frame(void **state)
{
	struct rig *rig = *state;
	struct rig_take *take = take_new(LANES, LANES, RATE, RATE);
	uint32_t a[16], b[16];

	rig_start_channels(rig, 64, quiet_gain, quiet_gain);
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	rig_wait_insert(rig, "ch/b/insert/1", "active");
	signal_dc(take->play[0], RATE, 0.25);
	signal_dc(take->play[1], RATE, 0.25);
	for (int attempt = 0;; attempt++) {
		unsigned xruns = rig_xruns(rig);
		rig_roll(rig, take);
		for (int i = 1; i <= 8; i++) {
			rig_wait_frames(rig, 3000);
			osc_bundle(rig->osc, 1);
			osc_add(rig->osc, "/ch/a/insert/1/param/gain", "f",
			    i % 2 == 0 ? -6.0 : 3.5);
			osc_add(rig->osc, "/ch/b/insert/1/param/gain", "f",
			    i % 2 == 0 ? -6.0 : -20.25);
			osc_flush(rig->osc);
		}
		if (rig_finish(rig) == 0 && rig_xruns(rig) == xruns)
			break;
		if (attempt == rig_takes())
			rig_lost(rig);
	}
	assert_int_equal(find_steps(take->capture[0], RATE, a, 16), 8);
	assert_int_equal(find_steps(take->capture[1], RATE, b, 16), 8);
	assert_memory_equal(a, b, 8 * sizeof *a);
	for (int i = 0; i < 8; i++) {
		double left = 0.25 * ref_gain(i % 2 == 0 ? 3.5 : -6);
		double right = 0.25 * ref_gain(i % 2 == 0 ? -20.25 : -6);
		assert_float_equal(take->capture[0][a[i]], left, RIG_NOTHING);
		assert_float_equal(take->capture[1][b[i]], right, RIG_NOTHING);
	}
	take_free(take);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(a_late_path_is_waited_for_at_64),
		RIG_TEST(a_late_path_is_waited_for_at_256),
		RIG_TEST(latencies_in_series_add_up),
		RIG_TEST(what_a_plugin_says_of_its_latency_is_believed),
		RIG_TEST(
		    a_plugin_of_others_with_a_latency_of_its_own_is_waited_for),
		RIG_TEST(bypass_is_not_heard_above_2_khz),
		RIG_TEST(bypass_of_what_is_late_is_not_heard_either),
		RIG_TEST(a_bundle_sets_parameters_of_two_slots_at_one_frame),
	};

	cmocka_set_test_filter(argc > 1 ? argv[1] : getenv("HEADROOM_ONLY"));
	return cmocka_run_group_tests_name(
	    "lv2", tests, rig_find_plugins, NULL);
}
