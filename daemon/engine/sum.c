#include "engine/sum.h"

#include "engine/engine.h"

#include <string.h>

float *
sum_other_half(const struct plan *plan, uint32_t sum)
{
	float *first = plan->sum + (size_t)sum * 2 * PLAN_BLOCK;

	return plan->sum_at[sum] == first ? first + PLAN_BLOCK : first;
}

/* A sum to add to: zeros at first. */
static float *
open_sum(const struct plan *plan, uint32_t sum, uint32_t n)
{
	if (plan->sum_at[sum] == NULL) {
		float *first = sum_other_half(plan, sum);
		memset(first, 0, n * sizeof *first);
		plan->sum_at[sum] = first;
	}
	return plan->sum_at[sum];
}

void
sum_route(struct engine *engine, const struct plan_route *route, const float *x,
    float gain, bool silent, uint32_t n)
{
	if (route->late != NULL && !delay_rests(route->late)) {
		float *const late[] = { engine->late };
		delay_run(route->late, 1, &x, gain, late, n, engine->plan->ramp,
		    engine->ramp);
		x = engine->late;
		gain = 1;
	} else if (silent || gain == 0) {
		gain_skip(route->gain, n);
		return;
	}
	bool moves = gain_moves(route->gain);
	if (!moves && route->gain->now == 0)
		return;
	float *sum = open_sum(engine->plan, route->sum, n);
	if (moves) {
		gain_ramp_by(route->gain, engine->kernels, engine->ramp, n);
		engine->kernels->add_ramp(sum, x, gain, engine->ramp, n);
	} else {
		engine->kernels->add(sum, x, gain * route->gain->now, n);
	}
}
