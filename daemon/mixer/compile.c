#include "mixer/live.h"

#include "mixer/route.h"

#include <stdlib.h>

/* 10 ms, as many times a second as this, for gains and for meter windows. */
#define STEPS 100
/* From this rate on the samples stand close enough for fewer phases of the
 * true peak, in Hz. */
#define FEW_PHASES 96000
/* Windows that the control thread may fall behind before they grow. */
#define WINDOWS 32

/* Indices handed out while a desk is walked through. */
struct numbering {
	uint32_t *sum; /* a strip: its first sum lane */
	uint32_t *input;
	uint32_t *output;
	size_t *meter;
	size_t *program;
	size_t sums, routes, meters, programs;
};

static int
number(
    struct numbering *numbers, const struct live *live, const struct desk *desk)
{
	size_t n = desk->strips;
	uint32_t input = 0, output = 0;

	numbers->sum = calloc(n * 3, sizeof *numbers->sum);
	numbers->meter = calloc(n * 2, sizeof *numbers->meter);
	if (numbers->sum == NULL || numbers->meter == NULL)
		return -1;
	numbers->input = numbers->sum + n;
	numbers->output = numbers->input + n;
	numbers->program = numbers->meter + n;
	for (size_t i = 0; i < n; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		numbers->output[i] = output;
		output += strip->lanes;
		numbers->meter[i] = numbers->meters;
		numbers->meters += (size_t)PLAN_STAGES * strip->lanes;
		numbers->routes += live->strip[i].routes;
		if (strip->kind == STRIP_CHANNEL) {
			numbers->input[i] = input;
			input += strip->lanes;
		} else {
			numbers->sum[i] = (uint32_t)numbers->sums;
			numbers->sums += strip->lanes;
			numbers->program[i] = numbers->programs++;
		}
	}
	return 0;
}

static struct plan_route *
compile_routes(struct plan_route *route, struct gain **gain,
    const struct desk *desk, const struct numbering *numbers,
    const struct desk_strip *from, unsigned to, bool pre)
{
	unsigned lanes = desk->strip[to].lanes;

	for (unsigned k = 0; k < route_count(from->lanes, lanes); k++)
		*route++ = (struct plan_route){
			.gain = (*gain)++,
			.lane = route_lane(from->lanes, k),
			.sum = numbers->sum[to] + route_lane(lanes, k),
			.pre = pre,
		};
	return route;
}

static struct plan_route *
compile_strip(struct plan_strip *out, struct plan_route *route,
    struct live_strip *live, const struct desk *desk,
    const struct numbering *numbers, size_t index)
{
	const struct desk_strip *strip = &desk->strip[index];
	bool port_input = strip->kind == STRIP_CHANNEL;
	struct gain *gain = live->route;

	*out = (struct plan_strip){
		.lanes = strip->lanes,
		.port_input = port_input,
		.state = &live->state,
		.trim = &live->trim,
		.delay = live->delay,
		.fader = &live->fader,
		.route = route,
		.routes = live->routes,
		.meter = numbers->meter[index],
		.weighting = port_input ? NULL : &live->weighting,
		.program = numbers->program[index],
	};
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		out->in[lane] =
		    lane + (port_input ? numbers->input : numbers->sum)[index];
		out->out[lane] = numbers->output[index] + lane;
	}
	for (size_t i = 0; i < strip->tos; i++)
		route = compile_routes(
		    route, &gain, desk, numbers, strip, strip->to[i], false);
	for (size_t i = 0; i < strip->sends; i++) {
		unsigned bus = strip->send[i].bus;
		route = compile_routes(
		    route, &gain, desk, numbers, strip, bus, true);
		route = compile_routes(
		    route, &gain, desk, numbers, strip, bus, false);
	}
	return route;
}

static struct live_plan *
plan_alloc(
    const struct desk *desk, const struct numbering *numbers, unsigned rate)
{
	struct live_plan *made = live_alloc(sizeof *made);

	if (made == NULL)
		return NULL;
	struct plan *plan = &made->plan;
	struct meter_ring *ring = &plan->meters;
	ring->slots = WINDOWS;
	ring->meters = numbers->meters;
	ring->programs = numbers->programs;
	ring->stride = meter_stride(numbers->meters, numbers->programs);
	ring->memory = live_alloc(ring->slots * ring->stride);
	plan->sum = live_alloc(numbers->sums * 2 * PLAN_BLOCK * sizeof(float));
	plan->sum_at = live_alloc((numbers->sums + 1) * sizeof *plan->sum_at);
	plan->sums = numbers->sums;
	plan->strips = desk->strips;
	plan->ramp = rate / STEPS;
	plan->window = rate / STEPS;
	plan->rail_samples = desk->clip_samples;
	plan->few_phases = rate >= FEW_PHASES;
	made->strip = calloc(desk->strips, sizeof *made->strip);
	made->route = calloc(numbers->routes + 1, sizeof *made->route);
	made->standing = live_alloc(desk->strips * sizeof *made->standing);
	plan->strip = made->strip;
	if (ring->memory == NULL || plan->sum == NULL || plan->sum_at == NULL ||
	    made->strip == NULL || made->route == NULL ||
	    made->standing == NULL) {
		live_plan_free(made);
		return NULL;
	}
	return made;
}

struct live_plan *
live_compile(struct live *live, const struct desk *desk)
{
	struct numbering numbers = { 0 };
	unsigned *order = calloc(desk->strips, sizeof *order);
	struct live_plan *made = NULL;

	if (order != NULL && number(&numbers, live, desk) == 0 &&
	    route_order(desk, order) == desk->strips)
		made = plan_alloc(desk, &numbers, live->rate);
	if (made != NULL) {
		struct plan_route *route = made->route;
		for (size_t i = 0; i < desk->strips; i++) {
			route = compile_strip(&made->strip[i], route,
			    &live->strip[order[i]], desk, &numbers, order[i]);
			made->strip[i].standing = &made->standing[i];
		}
	}
	free(order);
	free(numbers.sum);
	free(numbers.meter);
	return made;
}

void
live_plan_free(struct live_plan *plan)
{
	if (plan == NULL)
		return;
	live_free(plan->retired);
	free(plan->plan.meters.memory);
	free(plan->plan.sum);
	free(plan->plan.sum_at);
	free(plan->strip);
	free(plan->route);
	free(plan->standing);
	free(plan);
}
