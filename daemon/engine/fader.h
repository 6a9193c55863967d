#ifndef ENGINE_FADER_H
#define ENGINE_FADER_H

#include "engine/plan.h"
#include "engine/realtime.h"

#include <stdint.h>

/*
 * Faders on their way: what the batch behind them makes of the one before, and
 * what can be said of that before it is made. R only.
 */

struct engine;

/* Moves the faders behind a batch on by `n` samples, from 1 to PLAN_BLOCK, and
 * makes engine->fade ready for the pass behind them. */
REALTIME void
fader_run(struct engine *engine, const struct plan_batch *before, uint32_t n);

#endif
