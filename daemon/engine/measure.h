#ifndef ENGINE_MEASURE_H
#define ENGINE_MEASURE_H

#include "engine/plan.h"
#include "engine/realtime.h"

#include <stdint.h>
#include <string.h>

/*
 * What a block of samples does to the meters of the open window. R only.
 */

/* A converter's positive full scale, 32767/32768 (METERING.md, rail). */
#define MEASURE_RAIL (32767.0F / 32768.0F)
#define MEASURE_OVER 1.0F

/* Where in a cycle a block stands. */
struct block {
	const float *const *in;
	float *const *out;
	uint32_t offset;               /* frames into the buffers of ports */
	uint32_t kept;                 /* … and of what is kept for a cycle */
	uint32_t frames;               /* 1…PLAN_BLOCK */
	uint32_t window_offset;        /* frames into the meter window */
	struct meter *meter;           /* the window's */
	struct meter_program *program; /* the window's */
};

/* PLAN_BLOCK zeros. */
extern const float measure_silence[PLAN_BLOCK];

/* The meter of a stage that the stretch has. */
REALTIME static inline struct meter *
measure_meter(const struct block *block, const struct plan_strip *strip,
    enum plan_stage stage, uint32_t lane)
{
	return &block->meter[strip->meter[stage] + lane];
}

/* Counts the samples of the input that are no numbers. Returns what is heard
 * instead: behind a slot its dry signal, unless that is `x`; else NULL for
 * silence. */
REALTIME const float *measure_invalid(const struct block *block,
    const struct plan_strip *strip, uint32_t lane, const float *x);

/* Counts samples with |gain x| above full scale. */
REALTIME void measure_overs(const struct kernels *kernels,
    const struct block *block, struct meter *meter, const float *x, float gain);

/* Counts runs at the rail that are long enough, also across blocks. The
 * samples of a run count from the moment that it is one. */
REALTIME void measure_rail(const struct block *block, struct meter *meter,
    const float *x, uint32_t *run, uint32_t run_samples);

/* A point that was not looked at in the last block has the history of the one
 * before it, through the gain that stood between them. */
REALTIME void measure_make_history(struct plan_state *state,
    enum plan_point point, enum plan_point before, float gain);

/* Moves the history on by a block. */
REALTIME static inline void
measure_history(float history[PLAN_HISTORY], const float *x, uint32_t n)
{
	if (n >= PLAN_HISTORY) {
		memcpy(history, x + n - PLAN_HISTORY,
		    PLAN_HISTORY * sizeof *history);
		return;
	}
	memmove(history, history + n, (PLAN_HISTORY - n) * sizeof *history);
	memcpy(history + PLAN_HISTORY - n, x, n * sizeof *history);
}

#endif
