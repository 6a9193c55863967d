#ifndef ENGINE_MOVING_H
#define ENGINE_MOVING_H

#include "engine/measure.h"
#include "engine/plan.h"
#include "engine/realtime.h"

/*
 * A strip in which more moves than its fader: its trim, a gain into a sum, its
 * delay; or which must be run by itself. It is looked at behind each stage that
 * moves. R only.
 */

struct engine;

/* Runs a strip over a block. */
REALTIME void moving_run(struct engine *engine, const struct block *block,
    const struct plan_strip *strip);

#endif
