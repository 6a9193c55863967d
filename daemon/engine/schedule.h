#ifndef ENGINE_SCHEDULE_H
#define ENGINE_SCHEDULE_H

#include "engine/measure.h"
#include "engine/part.h"
#include "engine/plan.h"
#include "engine/realtime.h"

#include <stdbool.h>

/*
 * In which order and together with which others the strips of a plan are run.
 * Whatever that is, each sum is added to in the order of the strips, so that
 * it comes out the same to the last bit. R only.
 */

/* Makes the steps anew. What the strips that have moved tallied goes into the
 * window's meters; the others go on. */
REALTIME void schedule_make(struct plan *plan, struct meter *meter);

/* Puts what all strips tallied into a window's meters; or those of a
 * segment. */
REALTIME void schedule_settle(const struct plan *plan, struct meter *meter);
REALTIME void schedule_settle_segment(const struct plan *plan,
    const struct plan_segment *segment, struct meter *meter);

/* A block needs a closer look where it may be over at a stage, or at the rail,
 * and whatever is in it where a run at the rail may end. */
REALTIME static inline void
schedule_set_limit(struct plan_batch *batch, uint32_t k)
{
	const struct plan_strip *strip = batch->strip[k];
	uint32_t lane = batch->lane[k];
	bool runs =
	    batch->part != PART_BEHIND && strip->state->rail_run[lane] != 0;

	batch->mix.tally.limit[k] =
	    runs ? -1 : part_lane(strip, batch->part, lane)->over;
}

#endif
