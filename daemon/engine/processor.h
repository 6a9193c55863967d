#ifndef ENGINE_PROCESSOR_H
#define ENGINE_PROCESSOR_H

#include "engine/realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What works in an insert slot, whatever it is made of. Made, warmed up and
 * freed off the realtime thread (R); R alone runs it while a plan names it.
 */

struct processor {
	/* Runs 1…PLAN_BLOCK frames of as many lanes as it was made for. `in`
	 * and `out` do not overlap. What it writes is looked at before it goes
	 * any further, so it may be anything. */
	REALTIME void (*run)(struct processor *processor,
	    const float *const *in, float *const *out, uint32_t frames);

	/* Values of its settable parameters in the order of struct plugin, in
	 * their own units. Written by R only, from the batches. */
	float *param;

	/* Frames by which out is late, as of the last run. Written by R. */
	_Atomic uint32_t latency;

	/* It has allocated memory in a run, for which R may have had to wait:
	 * not fit for realtime. Written by R. */
	_Atomic bool allocates;
};

#endif
