#ifndef ENGINE_STANDING_H
#define ENGINE_STANDING_H

#include "engine/measure.h"
#include "engine/plan.h"
#include "engine/realtime.h"

/*
 * Strips whose gains all stand, which is nearly all of them nearly always, or
 * all but their faders. Their input is read once: the pass that looks at it
 * adds it to its sums, up to four lanes at a time (schedule.h), and the meters
 * of all stages are derived from the input's when a window ends or a gain
 * moves, for |g x| peaks at exactly |g| times the peak of x. Behind faders that
 * move (fader.h) there is a second pass of the same kind. R only.
 */

struct engine;

/* Runs the batches of a step. */
REALTIME void standing_run(struct engine *engine, const struct block *block,
    const struct plan_step *step);

/* What comes into a lane, or NULL for silence. */
REALTIME const float *standing_input(const struct plan *plan,
    const struct block *block, const struct plan_strip *strip, uint32_t lane);

/* Where a lane's signal behind the fader goes: an output port or the slot that
 * follows; NULL if nobody wants it. */
REALTIME float *standing_output(
    const struct block *block, const struct plan_strip *strip, uint32_t lane);

#endif
