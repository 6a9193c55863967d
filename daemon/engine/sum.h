#ifndef ENGINE_SUM_H
#define ENGINE_SUM_H

#include "engine/plan.h"
#include "engine/realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The sums that buses and the master are fed by. Each has two halves, so that
 * a pass can write beside what holds. R only.
 */

struct engine;

/* The half of a sum that does not hold. */
REALTIME float *sum_other_half(const struct plan *plan, uint32_t sum);

/* Adds a block of gain × x to the sum of a route, through the route's own gain
 * and delay. `silent` says that x is. */
REALTIME void sum_route(struct engine *engine, const struct plan_route *route,
    const float *x, float gain, bool silent, uint32_t n);

#endif
