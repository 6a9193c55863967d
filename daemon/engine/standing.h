#ifndef ENGINE_STANDING_H
#define ENGINE_STANDING_H

#include "engine/measure.h"
#include "engine/plan.h"
#include "engine/realtime.h"

#include <stdbool.h>

/*
 * Strips whose gains all stand, which is nearly all of them nearly always.
 * Their input is read once: the pass that looks at it adds it to its sums, up
 * to four lanes at a time, and the meters of all stages are derived from the
 * input's when a window ends or a gain moves, for |g x| peaks at exactly
 * |g| times the peak of x. R only.
 */

struct engine;

/* Lanes that wait to be added to the same sums. */
struct standing_group {
	struct kernel_mix mix;
	uint32_t sum[KERNEL_SUMS];
	bool more; /* one of them has more routes than those */
	const struct plan_strip *strip[KERNEL_SOURCES];
	uint32_t lane; /* of each strip */
};

/* Takes the strip in if its gains stand; it has run after standing_flush() at
 * the latest. False: it must be run the other way, after standing_flush(). */
REALTIME bool standing_take(struct engine *engine, const struct block *block,
    const struct plan_strip *strip);

/* Runs all that were taken in. */
REALTIME void standing_flush(struct engine *engine, const struct block *block);

/* Puts what some strips of a plan tallied into a window's meters. */
REALTIME void standing_settle(
    const struct plan *plan, size_t first, size_t count, struct meter *meter);

/* What comes into a lane, or NULL for silence. */
REALTIME const float *standing_input(const struct plan *plan,
    const struct block *block, const struct plan_strip *strip, uint32_t lane);

/* Where a lane's signal behind the fader goes: an output port or the slot that
 * follows; NULL if nobody wants it. */
REALTIME float *standing_output(
    const struct block *block, const struct plan_strip *strip, uint32_t lane);

#endif
