#include "each_kernels.h"

#include "engine/engine.h"
#include "engine/fader.h"

#include <math.h>
#include <stdlib.h>

/* What is said of the samples behind a fader on its way before they are made,
 * held against what they turn out to be. */

#define FRAMES 4096
#define LONGEST_RAMP 1920
#define CLICK 12 /* samples, with the signs of a phase's taps */

static struct plan plan;
static struct engine engine = { .plan = &plan };
static float curve[LONGEST_RAMP + PLAN_BLOCK];
static float x[FRAMES];

static uint32_t seed;

/* 0…1 */
static double
any(void)
{
	seed = seed * 1664525U + 1013904223U;
	return (double)(seed >> 8) / (1 << 24);
}

/* Noise, ever duller; clicks whose true peak is the highest there is; and a
 * tone that has none above its samples. */
static void
play(unsigned kind)
{
	static const int signs[CLICK] = { -1, 1, -1, 1, -1, 1, 1, -1, 1, -1, 1,
		-1 };
	double last = 0;

	memset(x, 0, sizeof x);
	for (int i = 0; kind < 3 && i < FRAMES; i++) {
		last += (2 * any() - 1 - last) / (1 + 2 * kind);
		x[i] = (float)last;
	}
	for (int at = 16; kind == 3 && at + CLICK < FRAMES;
	     at += 40 + (int)(any() * 50))
		for (int i = 0; i < CLICK; i++)
			x[at + i] = (float)signs[i];
	for (int i = 0; kind == 4 && i < FRAMES; i++)
		x[i] = (float)sin(0.03 * i);
}

/* A lane before its fader, as the engine has looked at it. */
struct lane {
	struct plan_batch before;
	struct gain fader;
	float last[KERNEL_LAST];
	float made[KERNEL_LAST + FRAMES]; /* behind it */
};

static void
lane_open(struct lane *lane, uint32_t ramp)
{
	memset(lane, 0, sizeof *lane);
	lane->before.mix.sources = 1;
	lane->before.mix.last[0] = lane->last;
	lane->before.fader[0] = &lane->fader;
	lane->before.trim[0] = any() < 0.5 ? -1.4F : 0.7F;
	lane->before.mix.tally.limit[0] = 1000;
	gain_init(&lane->fader, (float)any());
	plan.ramp = ramp;
	plan.curve = curve;
	gain_curve(curve, ramp, ramp + PLAN_BLOCK);
}

static void
look(struct lane *lane, const struct kernels *kernels, uint32_t at, uint32_t n)
{
	struct kernel_tally *tally = &lane->before.mix.tally;

	lane->before.mix.x[0] = x + at;
	kernels->mix(&lane->before.mix, n);
	float known = fmaxf(tally->true_peak[0], tally->level[0]);
	tally->true_peak[0] = kernels->true_peak(
	    x + at, n, lane->last, tally->reach[0], known, false);
	memcpy(lane->last, x + at + n - KERNEL_LAST, sizeof lane->last);
}

static double
largest_bend(const float *y, uint32_t n)
{
	double most = 0;

	for (uint32_t i = 0; i < n; i++)
		most =
		    fmax(most, fabs((double)y[i] - 2.0 * (double)y[(int)i - 1] +
				    (double)y[(int)i - 2]));
	return most;
}

static void
hold(struct lane *lane, const struct kernels *kernels, uint32_t at, uint32_t n)
{
	float *y = lane->made + KERNEL_LAST + at;
	const struct kernel_fade *fade = &engine.fade;

	look(lane, kernels, at, n);
	fader_run(&engine, &lane->before, n);
	for (uint32_t i = 0; i < n; i++)
		y[i] =
		    x[at + i] * (fade->to[0] + fade->by[0] * fade->curve[0][i]);
	float peak =
	    kernel_named("portable")
		->true_peak(y, n, y - KERNEL_LAST, KERNEL_LARGEST, 0, false);
	assert_true(largest_bend(y, n) <= (double)fade->bend[0] + 1e-6);
	assert_true(peak <= fade->bound[0] + 1e-6F);
}

static void
nothing_behind_a_fader_is_above_what_was_said(const struct kernels *kernels)
{
	static const uint32_t ramps[] = { 80, 441, 480, LONGEST_RAMP };
	static const uint32_t blocks[] = { 16, 17, 48, 64, 256 };
	static struct lane lane;

	engine.kernels = kernels;
	seed = 3;
	for (unsigned run = 0; run < 1000; run++) {
		uint32_t n = blocks[run % 5], window = 0;
		play(run / 5 % 5);
		lane_open(&lane, ramps[run / 25 % 4]);
		for (uint32_t at = 0; at + n <= FRAMES; at += n) {
			/* Also while it is on its way, and back again. */
			if (!gain_moves(&lane.fader) || any() < 0.1)
				gain_move(&lane.fader,
				    any() < 0.3 ? 0 : (float)any() * 2,
				    plan.ramp);
			hold(&lane, kernels, at, n);
			if (++window % 5 == 0)
				lane.before.mix.tally.true_peak[0] = 0;
		}
	}
}

static void
what_is_said_of_a_slow_fader_is_little_more(const struct kernels *kernels)
{
	static struct lane lane;

	engine.kernels = kernels;
	play(4);
	lane_open(&lane, 480);
	gain_init(&lane.fader, 0.5F);
	lane.before.trim[0] = 1;
	gain_move(&lane.fader, 0.52F, 480);
	for (uint32_t at = 0; at < 448; at += 64) {
		const struct kernel_tally *tally = &lane.before.mix.tally;
		hold(&lane, kernels, at, 64);
		assert_true(engine.fade.bound[0] <
			    1.01F * lane.fader.now * tally->true_peak[0]);
		assert_true(
		    engine.fade.bend[0] < 0.53F * tally->reach[0] + 0.001F);
	}
}

int
main(void)
{
	struct each_kernels each[] = {
		EACH_KERNELS(nothing_behind_a_fader_is_above_what_was_said),
		EACH_KERNELS(what_is_said_of_a_slow_fader_is_little_more),
	};
	struct CMUnitTest tests[sizeof each / sizeof each[0]];

	each_kernels_add(tests, each, sizeof each / sizeof each[0]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
