#include "engine/fader.h"

#include "engine/engine.h"

#include <math.h>

static float
larger(float a, float b)
{
	return a > b ? a : b;
}

/*
 * What no sample behind a fader is above whose gain is not above `most` in a
 * block and differs by no more than `step` from one sample to the next, from
 * what is known before it: second differences D, true peaks P and levels L.
 *
 * The second difference of g x is g(n-1) times the one of x, and a step of g
 * times two samples.
 *
 * In a true peak, each tap meets another gain than the one in the middle of its
 * filter, by a step for each sample in between: where that weighs most it is
 * 2.4 L. And the middle lies up to 6 samples back, before the block.
 */
static void
bound(struct kernel_fade *fade, uint32_t k, float most, float step,
    const struct kernel_tally *before)
{
	float level = step * before->around[k], bend = before->reach[k];

	fade->bend[k] = bend < KERNEL_LARGEST ? most * bend + 2 * level : bend;
	fade->bound[k] =
	    (most + 6 * step) * before->true_peak[k] + 2.4F * level;
}

/* One that lands and sets off again may be the highest in between. */
static struct gain_stretch
write_ramp(struct gain *fader, const struct kernels *kernels, float *ramp,
    uint32_t n, float *most)
{
	*most = larger(*most, fabsf(fader->target));
	gain_ramp_by(fader, kernels, ramp, n);
	return (struct gain_stretch){ .curve = ramp, .to = 0, .by = 1 };
}

static void
run_one(struct engine *engine, const struct plan_batch *before, uint32_t k,
    uint32_t n)
{
	struct kernel_fade *fade = &engine->fade;
	struct gain *fader = before->fader[k];
	float trim = before->trim[k], by = fabsf(trim);
	float step = fader->steepest, most = fabsf(fader->now);
	const struct gain_stretch stretch =
	    gain_follows(fader, engine->plan->ramp, n)
		? gain_follow(fader, engine->plan->curve, n)
		: write_ramp(
		      fader, engine->kernels, engine->ramps[k], n, &most);

	fade->curve[k] = stretch.curve;
	fade->to[k] = trim * stretch.to;
	fade->by[k] = trim * stretch.by;
	bound(fade, k, by * larger(most, fabsf(fader->now)),
	    by * larger(step, fader->steepest), &before->mix.tally);
	if (!gain_moves(fader))
		engine->plan->scheduled = false;
}

void
fader_run(struct engine *engine, const struct plan_batch *before, uint32_t n)
{
	engine->fade.made = engine->faded;
	for (uint32_t k = 0; k < before->mix.sources; k++)
		run_one(engine, before, k, n);
}
