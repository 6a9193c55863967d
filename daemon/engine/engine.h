#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "engine/kernel.h"
#include "engine/plan.h"
#include "engine/realtime.h"
#include "engine/standing.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The mixer itself. It is handed float pointers and knows nothing else: no
 * JACK, no files, no memory of its own. One realtime thread (R) runs it, one
 * control thread (C) feeds it batches and takes them back.
 */

#define ENGINE_BATCHES 64 /* batches on their way at most; a power of two */

/* A gain that gets a new target, a delay that gets a new length, or a
 * parameter of a processor that gets a new value: one of the three. */
struct engine_change {
	bool *moved; /* or `faded` of the stretch's state, or NULL */
	struct gain *gain;
	struct delay *delay;
	float *param;
	float target; /* linear; in the parameter's own unit */
	/* Length of the delay; how long the gain is on its way, 0 for as long
	 * as the plan says. */
	uint32_t frames;
};

/* Everything that changes in one cycle. Made by C, applied by R, handed back.
 * With a plan it swaps that in before the changes and carries the old one
 * home in `plan`. */
struct engine_batch {
	struct plan *plan;
	size_t changes;
	struct engine_change change[];
};

/* Single producer, single consumer, lock-free. */
struct engine_ring {
	_Alignas(64) _Atomic uint32_t head; /* next to write */
	_Alignas(64) _Atomic uint32_t tail; /* next to read */
	struct engine_batch *slot[ENGINE_BATCHES];
};

/* A part of a cycle that is run in one go. */
struct engine_block {
	uint32_t offset, frames, window_offset;
	struct meter_window *window;
	bool ends; /* the window */
};

/* Whose turn it is, below the count of cycles: later segments run behind the
 * first, one after the other, each in a JACK client of its own. */
enum engine_turn {
	TURN_DONE,
	TURN_READY,   /* the segment before it has run */
	TURN_RUNNING, /* nobody else may touch the engine */
	TURN_MISSED   /* it comes too late for this cycle */
};

struct engine {
	struct engine_ring posted; /* C to R */
	struct engine_ring spent;  /* R to C */
	uint32_t away;             /* C's own: batches on their way */
	/* Of each segment but the first: its turn, and how many cycles it was
	 * too late for in a row. */
	_Atomic uint32_t turn[PLAN_SEGMENTS];
	_Atomic uint32_t missed[PLAN_SEGMENTS];
	/* Ticks of slot_clock() that the longest cycle took, all segments
	 * together; C may set it back to 0. */
	_Atomic uint64_t worst;
	/* R's own from here on. */
	_Alignas(64) struct plan *plan;
	const struct kernels *kernels;
	uint64_t frame; /* the next frame it expects */
	uint32_t cycle; /* counts; wraps */
	uint32_t base;  /* frames into the buffers of ports */
	uint64_t took;  /* ticks of the cycle so far */
	struct engine_block block[PLAN_CYCLE_BLOCKS];
	uint32_t blocks;
	_Alignas(64) float trimmed[PLAN_LANES][PLAN_BLOCK];
	float delayed[PLAN_LANES][PLAN_BLOCK];
	struct kernel_fade fade;
	float faded[KERNEL_SOURCES][PLAN_BLOCK];
	float ramps[KERNEL_SOURCES][PLAN_BLOCK];
	float late[PLAN_BLOCK];
	float ramp[PLAN_BLOCK];
};

/* Zeroes an engine, to run the fastest kernels of this machine. Before R
 * starts. */
void engine_init(struct engine *engine);

/* Runs other kernels instead. Before R starts. */
void engine_use(struct engine *engine, const struct kernels *kernels);

/* C: hands a batch to R. Returns 0, or -1 when ENGINE_BATCHES are on their
 * way: then nothing happened. */
int engine_post(struct engine *engine, struct engine_batch *batch);

/* C: a batch that R is done with, or NULL. */
struct engine_batch *engine_take_spent(struct engine *engine);

/* R: runs one cycle of any length. `frame` is the JACK frame of its first
 * sample, counted in 64 bits. `in` and `out` hold a buffer a port in the order
 * of the plan; a NULL input is silence, a NULL output is not written. Buffers
 * of inputs and outputs may not overlap. All segments run, one after the
 * other. With `frames` 0 only takes batches;
 * without a plan writes nothing. */
REALTIME void engine_run(struct engine *engine, uint64_t frame, uint32_t frames,
    const float *const *in, float *const *out);

/* R of a segment: before its part of a cycle of at most PLAN_CYCLE frames. The
 * first begins the cycle; each other has its turn when the one before it has
 * run, and `frame` and `frames` mean nothing to it. False: it is not its turn,
 * and its outputs must be silent. True: engine->plan stays what it is until
 * the part has been run, which must follow. */
REALTIME bool engine_begin(
    struct engine *engine, uint32_t segment, uint64_t frame, uint32_t frames);

/* R of a segment that has begun: runs its part. */
REALTIME void engine_run_segment(struct engine *engine, uint32_t segment,
    const float *const *in, float *const *out);

/* C: no segment is at it any more, whatever it was doing. While nobody is R. */
void engine_reset_turns(struct engine *engine);

/* For cycle.c: */

/* Takes what was posted. */
REALTIME void engine_take_batches(struct engine *engine);

/* Runs the stretches of a segment over a block. */
REALTIME void engine_strips(struct engine *engine, const struct block *block,
    const struct plan_segment *segment);

#endif
