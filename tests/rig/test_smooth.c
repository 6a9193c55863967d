#include "rig.h"

#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * No change clicks, each takes about 10 ms whatever the period, and lands
 * exactly. What a click puts above 2 kHz is measured by a high-pass of 1,023
 * taps in double precision (signal_above()), against a tone of 100 Hz.
 */

#define RATE 48000
#define TEN_MS 480.0 /* frames */
#define CHANGES 64

enum { A, B, VERB, MASTER };

struct scene {
	struct rig rig;
	struct ref_desk desk;
	struct rig_take *take;
};

/* Two values of a parameter to go back and forth between. */
struct change {
	const char *address;
	char type;
	double value[2];
};

static const struct change changes[] = {
	{ "/ch/a/fader", 'f', { 0, -6 } },
	{ "/ch/a/fader", 'f', { -200, 3 } },
	{ "/ch/a/mute", 'i', { 0, 1 } },
	{ "/ch/a/trim", 'f', { 0, -12 } },
	{ "/ch/a/polarity", 'i', { 0, 1 } },
	{ "/ch/a/pan", 'f', { -1, 1 } },
	{ "/ch/b/solo", 'i', { 0, 1 } },
	{ "/ch/a/send/verb/level", 'f', { -200, 0 } },
	{ "/ch/a/send/verb/mute", 'i', { 0, 1 } },
	{ "/ch/a/send/verb/pan", 'f', { -1, 0.5 } },
	{ "/ch/a/delay", 'f', { 0, 3 } },
	{ "/ch/a/delay", 'f', { 5, 8 } },
	{ "/bus/verb/pan", 'f', { 0, -1 } },
	{ "/bus/verb/fader", 'f', { 0, -20 } },
	{ "/master/fader", 'f', { 0, -10 } },
	{ "/master/mute", 'i', { 0, 1 } },
};

static void
start(struct scene *scene, unsigned period, uint32_t frames)
{
	struct ref_desk *desk = &scene->desk;
	char *json;

	ref_init(desk, -3);
	ref_channel(desk, "a", 1);
	ref_channel(desk, "b", 2);
	ref_bus(desk, "verb", 2);
	ref_master(desk, 2);
	ref_to(desk, A, MASTER);
	ref_to(desk, B, MASTER);
	ref_to(desk, VERB, MASTER);
	ref_send(desk, A, VERB, -6, false);
	json = ref_json(desk);
	rig_start(&scene->rig, RATE, period, json);
	free(json);
	rig_join(&scene->rig, ref_plays(desk), ref_captures(desk));
	ref_patch(&scene->rig, desk);
	rig_freewheel(&scene->rig, true);
	scene->take =
	    take_new(ref_plays(desk), ref_captures(desk), frames, frames);
}

static int
set_up(void **state)
{
	*state = calloc(1, sizeof(struct scene));
	return *state != NULL ? 0 : -1;
}

static void
end(struct scene *scene)
{
	rig_end(&scene->rig);
	take_free(scene->take);
	scene->take = NULL;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	rig_end(&scene->rig);
	free(scene);
	return 0;
}

static void
send_change(struct scene *scene, const struct change *change, int which)
{
	if (change->type == 'i')
		osc_send(scene->rig.osc, change->address, "i",
		    (int)change->value[which]);
	else
		osc_send(
		    scene->rig.osc, change->address, "f", change->value[which]);
}

/* Plays the take once and changes back and forth meanwhile. Returns 0, or -1 if
 * JACK lost time in it. */
static int
perform_once(struct scene *scene, const struct change *change, uint32_t every)
{
	struct rig *rig = &scene->rig;
	uint32_t due = RATE / 20;

	send_change(scene, change, 0);
	rig_settle(rig, 100);
	rig_roll(rig, scene->take);
	for (int i = 1; due + RATE / 20 < scene->take->frames; i++) {
		while (rig_rolled(rig) < due)
			sched_yield();
		send_change(scene, change, i % 2);
		due = rig_rolled(rig) + every;
	}
	int lost = rig_finish(rig);
	osc_drain(rig->osc);
	ref_push(rig, &scene->desk);
	return lost;
}

/* Plays the take and changes back and forth, every so many frames or so; all
 * is as configured before and after. What JACK drops on a busy machine is no
 * click of ours: such a take is played again. */
static void
perform(struct scene *scene, const struct change *change, uint32_t every)
{
	for (int attempt = 0; attempt < rig_takes(); attempt++)
		if (perform_once(scene, change, every) == 0)
			return;
	rig_lost(&scene->rig);
}

/* --- ramps of a constant signal --- */

struct ramp {
	uint32_t from, length; /* first moving sample, samples on the way */
	double before, after, step; /* values, largest step */
};

/* Ramps between stretches of at least 5 ms that stand still. */
static unsigned
find_ramps(const float *x, uint32_t frames, struct ramp *ramp)
{
	uint32_t still = RATE / 200, stood = 0, last = 0;
	unsigned count = 0;
	bool moving = false;

	for (uint32_t i = 1; i < frames && count < CHANGES; i++) {
		double step = fabs((double)x[i] - (double)x[i - 1]);
		if (step > 0 && !moving && stood >= still) {
			ramp[count] = (struct ramp){ .from = i,
				.before = (double)x[i - 1] };
			moving = true;
		}
		stood = step > 0 ? 0 : stood + 1;
		if (step > 0)
			last = i;
		if (moving && step > ramp[count].step)
			ramp[count].step = step;
		if (moving && stood >= still) {
			ramp[count].length = last - ramp[count].from + 1;
			ramp[count++].after = (double)x[i];
			moving = false;
		}
	}
	return count;
}

static void
a_change_takes_ten_milliseconds_at_any_period(void **state)
{
	struct scene *scene = *state;
	static const unsigned period[] = { 32, 64, 1024 };
	const struct change fader = { "/ch/a/fader", 'f', { 0, -20 } };
	uint32_t frames = 5 * RATE, length = 0;
	struct ramp ramp[CHANGES];

	for (int p = 0; p < 3; p++) {
		start(scene, period[p], frames);
		signal_dc(scene->take->play[0], frames, 0.5);
		perform(scene, &fader, RATE / 10);
		unsigned count =
		    find_ramps(scene->take->capture[0], frames, ramp);
		/* The first is the beginning of the constant itself. */
		assert_true(count >= 5);
		for (unsigned i = 1; i < count; i++) {
			assert_in_range(
			    ramp[i].length, RATE * 8 / 1000, RATE * 12 / 1000);
			if (length == 0)
				length = ramp[i].length;
			assert_in_range(ramp[i].length, length - 2, length + 2);
		}
		end(scene);
	}
}

static void
a_change_lands_exactly(void **state)
{
	struct scene *scene = *state;
	const struct change fader = { "/ch/a/fader", 'f', { -1.7, -31.3 } };
	uint32_t frames = 5 * RATE;
	struct ramp ramp[CHANGES];

	start(scene, 64, frames);
	signal_dc(scene->take->play[0], frames, 0.5);
	perform(scene, &fader, RATE / 10);
	unsigned count = find_ramps(scene->take->capture[0], frames, ramp);
	assert_true(count >= 5);
	for (unsigned i = 1; i < count; i++) {
		double high = 0.5 * ref_gain(-1.7);
		double low = 0.5 * ref_gain(-31.3);
		bool down = ramp[i].before > ramp[i].after;
		assert_true(fabs(ramp[i].before - (down ? high : low)) < 1e-6);
		assert_true(fabs(ramp[i].after - (down ? low : high)) < 1e-6);
		/* From there on it stands still to the last bit. */
		uint32_t until = i + 1 < count ? ramp[i + 1].from : frames;
		uint32_t from = ramp[i].from + ramp[i].length;
		for (uint32_t k = from; k < until; k++)
			assert_true((double)scene->take->capture[0][k] ==
				    ramp[i].after);
	}
	end(scene);
}

static void
no_change_jumps(void **state)
{
	struct scene *scene = *state;
	uint32_t frames = 3 * RATE;
	struct ramp ramp[CHANGES];

	start(scene, 32, frames);
	signal_dc(scene->take->play[0], frames, 0.5);
	for (size_t c = 0; c < sizeof changes / sizeof *changes; c++) {
		unsigned heard = 0;
		perform(scene, &changes[c], RATE / 20);
		for (unsigned port = 0; port < 7; port++) {
			float *x = scene->take->capture[port];
			unsigned count = find_ramps(x, frames, ramp);
			for (unsigned i = 1; i < count; i++) {
				double way =
				    fabs(ramp[i].after - ramp[i].before);
				/* There and back, where the daemon heard of
				 * both at once. */
				if (way == 0)
					way = 0.5;
				if (ramp[i].step > 2.5 * way / TEN_MS)
					fail_msg("%s: a step of %g on a way "
						 "of %g",
					    changes[c].address, ramp[i].step,
					    way);
				heard++;
			}
		}
		/* A delay does not alter what is constant. */
		if (strstr(changes[c].address, "delay") == NULL)
			assert_true(heard >= 3);
	}
	end(scene);
}

static void
changes_in_a_hurry_do_not_jump_either(void **state)
{
	struct scene *scene = *state;
	const struct change fader = { "/ch/a/fader", 'f', { 0, -200 } };
	uint32_t frames = 5 * RATE, moving = 0;

	start(scene, 32, frames);
	signal_dc(scene->take->play[0], frames, 0.5);
	perform(scene, &fader, RATE * 3 / 1000);
	const float *x = scene->take->capture[0];
	for (uint32_t i = 100; i < frames; i++) {
		double step = fabs((double)x[i] - (double)x[i - 1]);
		moving += step > 0;
		assert_true(step <= 4 * 0.5 / TEN_MS);
		assert_true(x[i] >= 0 && x[i] <= 0.5F);
	}
	assert_true(moving > frames / 4);
	end(scene);
}

/* --- what is heard of it --- */

/* Above 2 kHz a change may leave this much of a tone of 100 Hz. */
#define ALLOWED_DB (-75.0)
#define TONE 0.5

static void
play_tone(struct scene *scene)
{
	uint32_t frames = scene->take->frames, fade = RATE / 20;
	float *x = scene->take->play[0];

	signal_sine(x, frames, TONE, 100.0 / RATE);
	/* Its own beginning and end must not be heard either. */
	for (uint32_t i = 0; i < fade; i++) {
		double gain = 0.5 - 0.5 * cos(M_PI * i / fade);
		x[i] *= (float)gain;
		x[frames - 1 - i] *= (float)gain;
	}
}

/* Changes come at any phase of the tone, the worst one among them. */
static void
expect_no_click(
    struct scene *scene, const struct change *change, uint32_t every)
{
	perform(scene, change, every);
	for (unsigned port = 0; port < ref_captures(&scene->desk); port++) {
		double above = signal_above(scene->take->capture[port],
		    scene->take->frames, 2000.0 / RATE);
		above = ref_db(above / TONE);
		if (above > ALLOWED_DB)
			fail_msg("%s, %g to %g, %u frames a period: %.1f dB "
				 "above 2 kHz at port %u",
			    change->address, change->value[0], change->value[1],
			    scene->rig.period, above, port);
	}
}

static void
no_change_of_a_tone_is_heard_above_2_khz(void **state)
{
	struct scene *scene = *state;
	static const unsigned period[] = { 64, 1024 };

	for (int p = 0; p < 2; p++) {
		start(scene, period[p], RATE * 3 / 2);
		play_tone(scene);
		for (size_t c = 0; c < sizeof changes / sizeof *changes; c++)
			expect_no_click(scene, &changes[c], RATE / 20);
		end(scene);
	}
}

static void
changes_in_a_hurry_are_not_heard_there_either(void **state)
{
	struct scene *scene = *state;
	static const uint32_t every[] = { 96, 150, 240 };

	start(scene, 32, RATE);
	play_tone(scene);
	for (size_t c = 0; c < sizeof changes / sizeof *changes; c++)
		expect_no_click(scene, &changes[c], every[c % 3]);
	end(scene);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_takes_ten_milliseconds_at_any_period),
		TEST(a_change_lands_exactly),
		TEST(no_change_jumps),
		TEST(changes_in_a_hurry_do_not_jump_either),
		TEST(no_change_of_a_tone_is_heard_above_2_khz),
		TEST(changes_in_a_hurry_are_not_heard_there_either),
	};

	cmocka_set_test_filter(getenv("HEADROOM_ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
