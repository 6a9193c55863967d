#include "engine/standing.h"

#include "engine/engine.h"
#include "engine/fader.h"
#include "engine/schedule.h"
#include "engine/slot.h"
#include "engine/sum.h"

#include <math.h>
#include <string.h>

const float *
standing_input(const struct plan *plan, const struct block *block,
    const struct plan_strip *strip, uint32_t lane)
{
	uint32_t in = strip->in[lane];

	if (strip->from != NULL)
		return strip->from->result[lane];
	if (!strip->port_input)
		return plan->sum_at[in];
	return block->in[in] != NULL ? block->in[in] + block->offset : NULL;
}

float *
standing_output(
    const struct block *block, const struct plan_strip *strip, uint32_t lane)
{
	uint32_t port = strip->out[lane];

	if (strip->into != NULL)
		return slot_input(block, strip->into, lane);
	if (port == PLAN_NONE || block->out[port] == NULL)
		return NULL;
	return block->out[port] + block->offset;
}

/* --- a closer look --- */

static void
look_for_overs(struct engine *engine, const struct block *block,
    const struct plan_batch *batch, uint32_t k, float peak)
{
	const struct plan_strip *strip = batch->strip[k];
	uint32_t lane = batch->lane[k];
	uint32_t *run = &strip->state->rail_run[lane];
	const float *x = batch->mix.x[k];

	if (batch->part != PART_BEHIND) {
		if (strip->port_input && peak >= MEASURE_RAIL)
			measure_rail(block,
			    measure_meter(block, strip, STAGE_IN, lane), x, run,
			    engine->plan->rail_samples);
		else
			*run = 0;
	}
	for (enum plan_stage stage = STAGE_IN; stage < PLAN_STAGES; stage++) {
		float gain = part_gain(strip->standing, batch->part, stage);
		if (strip->meter[stage] != PLAN_NONE &&
		    part_has_stage(batch->part, stage) &&
		    fabsf(gain) * peak > MEASURE_OVER)
			measure_overs(engine->kernels, block,
			    measure_meter(block, strip, stage, lane), x, gain);
	}
}

/* Looks at those that need it and keeps the end of all of them. */
static void
look_closer(struct engine *engine, const struct block *block,
    struct plan_batch *batch, uint32_t says)
{
	struct kernel_tally *tally = &batch->mix.tally;
	uint32_t n = block->frames;

	for (uint32_t left = says & KERNEL_ANY_ABOVE; left != 0;
	     left &= left - 1) {
		uint32_t k = (uint32_t)__builtin_ctz(left);
		float peak = tally->level[k];
		if (peak > tally->limit[k]) {
			look_for_overs(engine, block, batch, k, peak);
			schedule_set_limit(batch, k);
		}
		if (ENGINE_METERS < 2)
			continue;
		if (peak > tally->true_peak[k])
			tally->true_peak[k] = peak;
		tally->true_peak[k] = engine->kernels->true_peak(
		    batch->mix.x[k], n, batch->mix.last[k], tally->reach[k],
		    tally->true_peak[k], engine->plan->few_phases);
	}
	for (uint32_t k = 0; k < batch->mix.sources; k++)
		measure_history(batch->mix.last[k], batch->mix.x[k], n);
}

/* --- what comes in and goes out --- */

/* Finds the input of each source. Does anything come in, or ring on? */
static bool
find_inputs(const struct plan *plan, const struct block *block,
    struct plan_batch *batch)
{
	bool sounds = false;

	for (uint32_t k = 0; k < batch->mix.sources; k++) {
		const float *x;
		if (batch->port_input) {
			x = block->in[batch->in[k]];
			x = x != NULL ? x + block->offset : measure_silence;
		} else {
			x = standing_input(
			    plan, block, batch->strip[k], batch->lane[k]);
			x = x != NULL ? x : measure_silence;
		}
		sounds |= x != measure_silence;
		batch->mix.x[k] = x;
	}
	if (sounds)
		batch->rings = PLAN_HISTORY;
	else if (batch->rings != 0)
		batch->rings -=
		    batch->rings < block->frames ? batch->rings : block->frames;
	else
		return batch->late != 0;
	return true;
}

static void
write_output(const struct block *block, const struct kernels *kernels,
    const struct plan_batch *batch, uint32_t k)
{
	const struct plan_strip *strip = batch->strip[k];
	float *out = standing_output(block, strip, batch->lane[k]);
	float gain = part_gain(strip->standing, batch->part, STAGE_FADER);
	const float *x = batch->mix.x[k];

	if (out == NULL)
		return;
	if (x == measure_silence || gain == 0)
		memset(out, 0, block->frames * sizeof *out);
	else
		kernels->scale(out, x, gain, block->frames);
}

static void
write_outputs(const struct block *block, const struct kernels *kernels,
    const struct plan_batch *batch)
{
	for (uint32_t k = 0; k < batch->mix.sources; k++)
		if (!batch->plain_output ||
		    (batch->out[k] != PLAN_NONE &&
			block->out[batch->out[k]] != NULL))
			write_output(block, kernels, batch, k);
}

static bool
is_fused(const struct plan_batch *batch, uint32_t k, uint32_t route)
{
	const struct plan_standing_lane *lane =
	    part_lane(batch->strip[k], batch->part, batch->lane[k]);

	return (lane->sums > 0 && lane->fused[0] == route) ||
	       (lane->sums > 1 && lane->fused[1] == route);
}

/* The routes beyond those of the common pass. */
static void
add_more(struct engine *engine, const struct block *block,
    const struct plan_batch *batch, uint32_t k)
{
	const struct plan_strip *strip = batch->strip[k];
	const float *x = batch->mix.x[k];

	for (uint32_t i = 0; i < strip->routes; i++) {
		const struct plan_route *route = &strip->route[i];
		enum plan_stage stage = part_stage_of(route);
		if (route->lane != batch->lane[k] ||
		    !part_has_stage(batch->part, stage) ||
		    is_fused(batch, k, i))
			continue;
		sum_route(engine, route, x,
		    part_gain(strip->standing, batch->part, stage),
		    x == measure_silence, block->frames);
	}
}

/* --- running --- */

/* What is no number is replaced before it gets any further: the sums that it
 * is in are thrown away, for they were written beside the ones that hold. */
static void
replace_invalid(
    const struct block *block, struct plan_batch *batch, uint32_t says)
{
	for (uint32_t k = 0; k < batch->mix.sources; k++) {
		if ((says & KERNEL_INVALID(k)) == 0)
			continue;
		const float *x = batch->part == PART_BEHIND
				     ? NULL
				     : measure_invalid(block, batch->strip[k],
					   batch->lane[k], batch->mix.x[k]);
		batch->mix.x[k] = x != NULL ? x : measure_silence;
	}
}

/* Adds the batch to its sums; returns what was said of it. */
static uint32_t
mix(struct engine *engine, const struct block *block, struct plan_batch *batch)
{
	struct plan *plan = engine->plan;
	struct kernel_mix *mix = &batch->mix;
	uint32_t says;

	for (uint32_t d = 0; d < mix->sums; d++) {
		const float *now = plan->sum_at[batch->sum[d]];
		mix->from[d] = now != NULL ? now : measure_silence;
		mix->to[d] = sum_other_half(plan, batch->sum[d]);
	}
	mix->fade = batch->part == PART_BEHIND ? &engine->fade : NULL;
	while (((says = engine->kernels->mix(mix, block->frames)) &
		   KERNEL_ANY_INVALID) != 0)
		replace_invalid(block, batch, says);
	for (uint32_t k = 0; mix->fade != NULL && k < mix->sources; k++)
		if (mix->x[k] != measure_silence)
			mix->x[k] = engine->faded[k];
	if ((says & KERNEL_SOUND) != 0)
		for (uint32_t d = 0; d < mix->sums; d++)
			plan->sum_at[batch->sum[d]] = mix->to[d];
	return says;
}

/* Runs a batch whose inputs have been found, but for its outputs. */
static void
run_found(
    struct engine *engine, const struct block *block, struct plan_batch *batch)
{
	uint32_t says = mix(engine, block, batch);

	if (ENGINE_METERS > 0 && (says & KERNEL_ANY_ABOVE) != 0)
		look_closer(engine, block, batch, says);
	for (uint32_t k = 0; batch->more >> k != 0; k++)
		if ((batch->late >> k & 1) != 0 ||
		    ((batch->more >> k & 1) != 0 &&
			batch->mix.x[k] != measure_silence))
			add_more(engine, block, batch, k);
}

static void
run_batch(
    struct engine *engine, const struct block *block, struct plan_batch *batch)
{
	if (find_inputs(engine->plan, block, batch))
		run_found(engine, block, batch);
	write_outputs(block, engine->kernels, batch);
}

/* A batch before faders that move, and the one behind them. */
static void
run_around_faders(
    struct engine *engine, const struct block *block, struct plan_batch *before)
{
	struct plan_batch *behind = before + 1;
	bool sounds = find_inputs(engine->plan, block, before);

	if (sounds)
		run_found(engine, block, before);
	fader_run(engine, before, block->frames);
	for (uint32_t k = 0; k < before->mix.sources; k++)
		behind->mix.x[k] = before->mix.x[k];
	if (sounds || behind->late != 0)
		run_found(engine, block, behind);
	write_outputs(block, engine->kernels, behind);
}

/* The loudness of a strip that was run by itself, from its input: what was no
 * number in its lanes has been silenced there. */
static void
weigh(const struct block *block, const struct plan_strip *strip,
    const struct plan_batch *lane)
{
	float gain = strip->standing->gain[STAGE_FADER];
	const float *x[PLAN_LANES] = { 0 };
	bool silent = true;

	if (strip->weighting == NULL || ENGINE_METERS == 0)
		return;
	for (uint32_t i = 0; i < strip->lanes; i++) {
		x[i] = lane[i].mix.x[0];
		silent = silent && x[i] == measure_silence;
	}
	weighting_run(strip->weighting, x, strip->lanes, gain,
	    silent || gain == 0, block->frames,
	    block->program + strip->program);
}

void
standing_run(struct engine *engine, const struct block *block,
    const struct plan_step *step)
{
	struct plan_batch *batch = engine->plan->batch + step->batch;

	for (uint32_t i = 0; i < step->batches; i++)
		if (batch[i].part == PART_BEFORE)
			run_around_faders(engine, block, &batch[i++]);
		else
			run_batch(engine, block, &batch[i]);
	if (step->strip != NULL)
		weigh(block, step->strip, batch);
}
