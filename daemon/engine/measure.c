#include "engine/measure.h"

#include "engine/slot.h"

#include <math.h>

const float measure_silence[PLAN_BLOCK];

const float *
measure_invalid(const struct block *block, const struct plan_strip *strip,
    uint32_t lane, const float *x)
{
	measure_meter(block, strip, STAGE_IN, lane)->invalid +=
	    kernel_invalid(x, block->frames);
	if (strip->from == NULL || x == strip->from->instead[lane])
		return NULL;
	atomic_fetch_add_explicit(
	    &strip->from->state->invalid, 1, memory_order_relaxed);
	return strip->from->instead[lane];
}

void
measure_overs(const struct kernels *kernels, const struct block *block,
    struct meter *meter, const float *x, float gain)
{
	struct kernel_overs overs =
	    kernels->overs(x, gain, MEASURE_OVER, block->frames);

	if (overs.count == 0)
		return;
	if (meter->overs == 0)
		meter->first = block->window_offset + overs.first;
	meter->last = block->window_offset + overs.last;
	meter->overs += overs.count;
}

void
measure_rail(const struct block *block, struct meter *meter, const float *x,
    uint32_t *run, uint32_t run_samples)
{
	for (uint32_t i = 0; i < block->frames; i++) {
		if (!(fabsf(x[i]) >= MEASURE_RAIL)) {
			*run = 0;
			continue;
		}
		++*run;
		if (*run < run_samples)
			continue;
		uint32_t at = block->window_offset + i;
		uint32_t fresh = *run == run_samples ? run_samples : 1;
		if (meter->rails == 0)
			meter->rail_first = (int32_t)at - (int32_t)(fresh - 1);
		meter->rail_last = at;
		meter->rails += fresh;
	}
}

void
measure_make_history(struct plan_state *state, enum plan_point point,
    enum plan_point before, float gain)
{
	if ((state->looked & (1U << point)) != 0)
		return;
	for (uint32_t lane = 0; lane < PLAN_LANES; lane++) {
		for (uint32_t i = 0; i < PLAN_HISTORY; i++)
			state->history[point][lane][i] =
			    gain * state->history[before][lane][i];
		/* What is not known stays so. */
		float bend = state->bend[before][lane];
		state->bend[point][lane] =
		    bend < KERNEL_LARGEST ? fabsf(gain) * bend : bend;
	}
}
