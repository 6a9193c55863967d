#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Every stage and lane reads true, at any period, and no peak is missed.
 */

#define PEAK_TOLERANCE 0.01 /* dB */
#define RMS_TOLERANCE 0.05  /* dB */

enum { TONE, WIDE, NEGATIVE, QUIET, GROUP, MASTER, STRIPS };

struct reading {
	double peak, rms, true_peak;
};

struct readings {
	struct reading at[STRIPS][REF_STAGES][2];
};

static void
make_stages(struct ref_desk *desk)
{
	ref_init(desk, -3);
	ref_channel(desk, "tone", 1);
	ref_channel(desk, "wide", 2);
	ref_channel(desk, "negative", 1);
	ref_channel(desk, "quiet", 1);
	ref_bus(desk, "group", 2);
	ref_master(desk, 2);
	ref_to(desk, TONE, GROUP);
	ref_to(desk, WIDE, GROUP);
	ref_to(desk, NEGATIVE, MASTER);
	ref_to(desk, QUIET, MASTER);
	ref_to(desk, GROUP, MASTER);
	desk->strip[TONE].trim = 6;
	desk->strip[TONE].fader = -3;
	desk->strip[WIDE].trim = -5;
	desk->strip[WIDE].fader = 2;
	desk->strip[WIDE].pan = 0.3;
	desk->strip[WIDE].delay = 1.2;
	desk->strip[NEGATIVE].fader = -60;
	desk->strip[GROUP].trim = -8;
	desk->strip[MASTER].fader = -2.5;
	desk->strip[MASTER].polarity = true;
}

/* A second that repeats every 10 ms or so: any 300 ms of it are alike. */
static struct rig_take *
make_take(unsigned rate)
{
	uint32_t cycle = rate == 48000 ? 48 : 49;
	struct rig_take *take = take_new(5, 0, rate, UINT32_MAX / 2);

	take->loops = true;
	signal_sine(take->play[0], rate, 0.3, 1.0 / cycle);
	signal_noise(take->play[1], rate, 0.25, 4711);
	for (uint32_t i = cycle; i < rate; i++)
		take->play[1][i] = take->play[1][i - cycle];
	for (uint32_t i = 0; i < rate; i++) {
		bool high = i / (5 * cycle) % 2 == 0;
		take->play[2][i] = high ? 0.11F : -0.07F;
		take->play[3][i] = i % cycle == 0 ? -0.8F : 0;
	}
	return take;
}

static void
start(struct rig *rig, const struct ref_desk *desk, unsigned rate,
    unsigned period)
{
	char *json = ref_json(desk);

	rig_start(rig, rate, period, json);
	free(json);
	rig_join(rig, ref_plays(desk), ref_captures(desk));
	ref_patch(rig, desk);
	rig_settle(rig, 150);
}

/* --- readings --- */

static void
read_stage(const struct ref_desk *desk, struct osc_client *osc, int strip,
    int stage, struct reading *lane)
{
	static const char *const name[] = { "in", "trim", "fader" };
	char address[64], text[128];

	ref_address(desk, strip, address);
	snprintf(text, sizeof text, "/meter/%s/%s", address, name[stage]);
	osc_send(osc, text, "");
	const struct osc_reply *reply = osc_wait(osc, text);
	assert_int_equal(reply->argc, 3 * desk->strip[strip].lanes);
	for (unsigned i = 0; i < desk->strip[strip].lanes; i++)
		lane[i] = (struct reading){ osc_number(reply, 3 * (int)i),
			osc_number(reply, 3 * (int)i + 1),
			osc_number(reply, 3 * (int)i + 2) };
}

static void
read_all(
    struct rig *rig, const struct ref_desk *desk, struct readings *readings)
{
	struct osc_client *osc = osc_open(rig->udp_port);

	memset(readings, 0, sizeof *readings);
	for (int s = 0; s < STRIPS; s++)
		for (int stage = 0; stage < REF_STAGES; stage++)
			read_stage(desk, osc, s, stage, readings->at[s][stage]);
	osc_close(osc);
}

/* BS.1770-5, annex 2, written down plainly: two phases of the filter, and
 * those reversed; from 96 kHz on the middle two only. */
static double
ref_true_peak(const double *x, uint32_t from, uint32_t to, unsigned rate)
{
	static const double phase[2][12] = {
		{ -0.0291748046875, 0.0292968750000, -0.0517578125000,
		    0.0891113281250, -0.1665039062500, 0.4650878906250,
		    0.7797851562500, -0.2003173828125, 0.1015625000000,
		    -0.0582275390625, 0.0330810546875, -0.0189208984375 },
		{ 0.0017089843750, 0.0109863281250, -0.0196533203125,
		    0.0332031250000, -0.0594482421875, 0.1373291015625,
		    0.9721679687500, -0.1022949218750, 0.0476074218750,
		    -0.0266113281250, 0.0148925781250, -0.0083007812500 },
	};
	double peak = 0;

	for (uint32_t i = from; i < to; i++) {
		peak = fmax(peak, fabs(x[i]));
		for (int p = 0; p < (rate < 96000 ? 2 : 1); p++) {
			double a = 0, b = 0;
			for (unsigned k = 0; k < 12; k++) {
				a += phase[p][k] * x[i - k];
				b += phase[p][11 - k] * x[i - k];
			}
			peak = fmax(peak, fmax(fabs(a), fabs(b)));
		}
	}
	return peak;
}

/* What the reference reads from its last 300 ms. */
static struct reading
read_sound(const struct ref_sound *sound, unsigned rate, const double *x)
{
	uint32_t window = rate * 3 / 10;
	double peak = 0, squares = 0;

	for (uint32_t i = sound->frames - window; i < sound->frames; i++) {
		peak = fmax(peak, fabs(x[i]));
		squares += x[i] * x[i];
	}
	return (struct reading){ ref_db(peak), ref_db(sqrt(squares / window)),
		ref_db(ref_true_peak(
		    x, sound->frames - window, sound->frames, rate)) };
}

static void
compare(const struct rig *rig, const struct ref_desk *desk,
    const struct ref_sound *sound, const struct readings *got)
{
	for (int s = 0; s < STRIPS; s++)
		for (int stage = 0; stage < REF_STAGES; stage++)
			for (unsigned l = 0; l < desk->strip[s].lanes; l++) {
				struct reading want = read_sound(
				    sound, rig->rate, sound->lane[s][stage][l]);
				const struct reading *is =
				    &got->at[s][stage][l];
				if (fabs(is->peak - want.peak) <=
					PEAK_TOLERANCE &&
				    fabs(is->rms - want.rms) <= RMS_TOLERANCE &&
				    fabs(is->true_peak - want.true_peak) <=
					PEAK_TOLERANCE)
					continue;
				rig_fail(rig,
				    "%s stage %d lane %u, period %u: peak %.4f "
				    "for %.4f, RMS %.4f for %.4f, true %.4f "
				    "for %.4f",
				    desk->strip[s].id, stage, l + 1,
				    rig->period, is->peak, want.peak, is->rms,
				    want.rms, is->true_peak, want.true_peak);
			}
}

static void
wait_rolled(struct rig *rig, uint32_t frames)
{
	while (rig_rolled(rig) < frames)
		rig_sleep(5);
}

static void
read_at(struct rig *rig, unsigned rate, unsigned period, bool freewheel,
    struct readings *out)
{
	struct ref_desk desk;
	struct rig_take *take = make_take(rate), second;

	make_stages(&desk);
	start(rig, &desk, rate, period);
	if (freewheel)
		rig_freewheel(rig, true);
	for (int attempt = 0;; attempt++) {
		unsigned xruns = rig_xruns(rig);
		rig_roll(rig, take);
		wait_rolled(rig, rate);
		/* A second may pass before the daemon looks at its meters. */
		rig_sleep(200);
		read_all(rig, &desk, out);
		rig_cut(rig);
		if (rig_xruns(rig) == xruns)
			break;
		if (attempt == rig_takes())
			rig_lost(rig);
	}
	if (freewheel)
		rig_freewheel(rig, false);
	second = *take;
	second.frames = second.played;
	struct ref_sound *sound = ref_run(&desk, rate, &second);
	compare(rig, &desk, sound, out);
	ref_free(sound);
	take_free(take);
	rig_end(rig);
}

static void
every_stage_and_lane_reads_true(void **state)
{
	struct readings readings;

	read_at(*state, 48000, 1024, false, &readings);
	for (int stage = 0; stage < REF_STAGES; stage++)
		assert_true(readings.at[QUIET][stage][0].peak == -200 &&
			    readings.at[QUIET][stage][0].rms == -200);
	read_at(*state, 44100, 441, true, &readings);
}

static void
readings_are_the_same_at_any_period(void **state)
{
	static const unsigned period[] = { 32, 64, 1024 };
	struct readings first, other;

	for (int i = 0; i < 3; i++) {
		read_at(
		    *state, 48000, period[i], true, i == 0 ? &first : &other);
		if (i == 0)
			continue;
		for (int k = 0; k < STRIPS * REF_STAGES * 2; k++) {
			const struct reading *a = &first.at[0][0][0] + k;
			const struct reading *b = &other.at[0][0][0] + k;
			assert_true(fabs(a->peak - b->peak) < 1e-5);
			assert_true(fabs(a->rms - b->rms) < 0.01);
		}
	}
}

static void
a_reading_covers_the_time_since_the_last(void **state)
{
	struct rig *rig = *state;
	struct ref_desk desk;
	struct reading lane = { 0, 0, 0 };
	struct rig_take *take = take_new(1, 0, 48000, 48000);

	take->play[0][4800] = -0.5F;
	make_stages(&desk);
	start(rig, &desk, 48000, 1024);
	struct osc_client *other = osc_open(rig->udp_port);
	read_stage(&desk, rig->osc, TONE, REF_IN, &lane);
	rig_run(rig, take);
	/* More than 300 ms after the peak: only who asked before hears of it. */
	read_stage(&desk, other, TONE, REF_IN, &lane);
	assert_true(lane.peak == -200);
	read_stage(&desk, rig->osc, TONE, REF_IN, &lane);
	assert_true(fabs(lane.peak - ref_db(0.5)) < PEAK_TOLERANCE);
	assert_true(lane.rms == -200);
	read_stage(&desk, rig->osc, TONE, REF_IN, &lane);
	assert_true(lane.peak == -200);
	osc_close(other);
	take_free(take);
	rig_end(rig);
}

/* --- single samples --- */

#define HELD 512

struct held {
	double peak[HELD];
	unsigned count;
};

/* Takes the meter messages of one stage that come while a take rolls, and
 * those of the half second after. */
static void
hear(struct rig *rig, const char *address, uint32_t frames, struct held *held)
{
	double end = 0, renewed = rig_now();

	held->count = 0;
	while (end == 0 || rig_now() < end) {
		const struct osc_reply *reply = osc_next(rig->osc, 50);
		if (reply != NULL && strcmp(reply->address, address) == 0) {
			assert_true(held->count < HELD);
			held->peak[held->count++] = osc_number(reply, 0);
		}
		if (end == 0 && rig_rolled(rig) >= frames)
			end = rig_now() + 0.5;
		if (rig_now() - renewed > 3) {
			osc_send(rig->osc, "/renew", "");
			renewed = rig_now();
		}
	}
}

static bool
was_heard(const struct held *held, double peak)
{
	for (unsigned i = 0; i < held->count; i++)
		if (fabs(held->peak[i] - peak) < PEAK_TOLERANCE)
			return true;
	return false;
}

static void
no_single_sample_is_missed_at_5_hz(void **state)
{
	struct rig *rig = *state;
	struct ref_desk desk;
	struct held held;
	uint32_t seed = 99, at[10], frames = 12 * 48000;
	struct rig_take *take = take_new(1, 1, frames, frames);

	make_stages(&desk);
	start(rig, &desk, 48000, 256);
	rig_connect_capture(rig, "headroom:tone_out_1", 0);
	signal_sine(take->play[0], frames, 0.001, 0.01);
	for (int i = 0; i < 10; i++) {
		at[i] = (uint32_t)((1.1 * i + signal_random(&seed)) * 48000);
		take->play[0][at[i]] =
		    (i % 2 ? -0.02F : 0.02F) * (float)(i + 1);
	}
	osc_send(rig->osc, "/subscribe", "sis", "meters", 5, "/ch/tone");
	rig_roll(rig, take);
	hear(rig, "/meter/ch/tone/fader", frames, &held);
	rig_finish(rig);
	assert_in_range(held.count, 50, 75);
	for (int i = 0; i < 10; i++) {
		/* JACK may skip a cycle, and then nobody heard it. */
		if (take->capture[0][at[i]] == 0)
			continue;
		double peak = ref_db(0.02 * (i + 1)) + 6 - 3;
		if (!was_heard(&held, peak))
			fail_msg("the peak of %.2f dB at frame %u was missed",
			    peak, at[i]);
	}
	take_free(take);
	rig_end(rig);
}

static void
no_single_sample_of_60_seconds_is_missed(void **state)
{
	struct rig *rig = *state;
	struct ref_desk desk;
	struct held held;
	uint32_t seed = 7, frames = 60 * 48000;
	struct rig_take *take = take_new(1, 0, frames, frames);

	make_stages(&desk);
	start(rig, &desk, 48000, 1024);
	rig_freewheel(rig, true);
	osc_send(rig->osc, "/subscribe", "sis", "meters", 5, "/meter/ch/tone");
	for (int i = 0; i < 8; i++) {
		uint32_t at = (uint32_t)(signal_random(&seed) * frames);
		float peak = 0.03F * (float)(i + 1);
		take->play[0][at] = i % 2 ? peak : -peak;
		rig_roll(rig, take);
		hear(rig, "/meter/ch/tone/trim", frames, &held);
		if (rig_finish(rig) != 0)
			rig_lost(rig);
		take->play[0][at] = 0;
		if (!was_heard(&held, ref_db((double)peak) + 6))
			fail_msg("the peak at frame %u was missed", at);
	}
	rig_freewheel(rig, false);
	take_free(take);
	rig_end(rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(every_stage_and_lane_reads_true),
		RIG_TEST(readings_are_the_same_at_any_period),
		RIG_TEST(a_reading_covers_the_time_since_the_last),
		RIG_TEST(no_single_sample_is_missed_at_5_hz),
		RIG_TEST(no_single_sample_of_60_seconds_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
