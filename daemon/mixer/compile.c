#include "mixer/live.h"

#include "mixer/route.h"
#include "mixer/segment.h"

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
	size_t *slot;
	size_t sums, routes, meters, programs, stretches, slots;
	size_t slot_floats; /* of memory */
	size_t crossings;
	struct segments segments;
};

/* Input, output and late input of a lane of a slot. */
static size_t
slot_lane_floats(const struct desk_insert *insert)
{
	return (segment_cut(insert) ? PLAN_CYCLE : PLAN_BLOCK) + 2 * PLAN_BLOCK;
}

/* Does something of an earlier segment feed it? */
static bool
crosses(const struct segments *segments, size_t strip)
{
	return segments->first[strip] < segments->in[strip];
}

static int
number(
    struct numbering *numbers, const struct live *live, const struct desk *desk)
{
	size_t n = desk->strips;
	uint32_t input = 0, output = 0;

	numbers->sum = calloc(n * 3, sizeof *numbers->sum);
	numbers->meter = calloc(n * 3, sizeof *numbers->meter);
	if (numbers->sum == NULL || numbers->meter == NULL ||
	    segments_solve(&numbers->segments, desk) < 0)
		return -1;
	numbers->input = numbers->sum + n;
	numbers->output = numbers->input + n;
	numbers->program = numbers->meter + n;
	numbers->slot = numbers->program + n;
	for (size_t i = 0; i < n; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		numbers->output[i] = output;
		output += strip->lanes;
		numbers->meter[i] = numbers->meters;
		numbers->meters += (size_t)desk_stages(strip) * strip->lanes;
		numbers->routes += live->strip[i].routes;
		numbers->stretches += strip->inserts + 1;
		numbers->slot[i] = numbers->slots;
		numbers->slots += strip->inserts;
		for (size_t k = 0; k < strip->inserts; k++)
			numbers->slot_floats +=
			    strip->lanes * slot_lane_floats(&strip->insert[k]);
		if (strip->kind == STRIP_CHANNEL) {
			numbers->input[i] = input;
			input += strip->lanes;
		} else {
			numbers->sum[i] = (uint32_t)numbers->sums;
			numbers->sums += strip->lanes;
			if (crosses(&numbers->segments, i))
				numbers->crossings += strip->lanes;
			numbers->program[i] = numbers->programs++;
		}
	}
	return 0;
}

/* What is being made, and how far it is. */
struct making {
	struct live_plan *plan;
	struct live *live;
	const struct desk *desk;
	struct numbering numbers;
	size_t stretches, routes, slots, slot_floats, crossings, ending;
	uint32_t send, back; /* the next ports to a program, and from one */
};

/* All routes of a strip, in the order of live_targets(). */
static void
compile_routes(
    struct making *making, const struct live_strip *live, unsigned from)
{
	const struct desk *desk = making->desk;
	struct route_way way;
	size_t at = 0;

	for (size_t i = 0; route_way(desk, from, i, &way); i++)
		for (unsigned k = 0; k < way.count; k++) {
			struct live_route *route = live->route[at++];
			struct route_lanes lanes = route_lanes(desk, &way, k);
			making->plan->route[making->routes++] =
			    (struct plan_route){
				    .gain = &route->gain,
				    .late = route->late.delay,
				    .lane = lanes.from,
				    .sum =
					making->numbers.sum[way.to] + lanes.to,
				    .pre = way.pre,
			    };
		}
}

static enum plan_slot_kind
slot_kind(const struct desk_insert *insert)
{
	if (insert->kind == INSERT_LV2)
		return SLOT_PROCESSOR;
	return insert->mode == INSERT_LOOP ? SLOT_LOOP : SLOT_CUT;
}

/* The memory and the ports of a slot are handed out in the order of the
 * desk, whatever the order of the plan. */
static void
compile_slot(struct making *making, const struct desk_strip *strip,
    size_t place, struct live_slot *live)
{
	const struct desk_insert *insert = &strip->insert[place];
	struct plan_slot *slot = &making->plan->slot[making->slots++];
	size_t in = segment_cut(insert) ? PLAN_CYCLE : PLAN_BLOCK;

	*slot = (struct plan_slot){
		.kind = slot_kind(insert),
		.lanes = strip->lanes,
		.state = &live->state,
		.processor = live->processor,
		.late = live->late.delay,
	};
	for (unsigned lane = 0; lane < strip->lanes; lane++) {
		float *at = making->plan->slot_memory + making->slot_floats;
		making->slot_floats += in + 2 * PLAN_BLOCK;
		slot->in[lane] = at;
		slot->out[lane] = at + in;
		slot->dry[lane] = at + in + PLAN_BLOCK;
		if (insert->kind != INSERT_JACK)
			continue;
		slot->send[lane] = making->send++;
		slot->back[lane] = making->back++;
	}
}

/* The meters of a stretch: `place` counts the inserts before it. */
static void
compile_meters(struct plan_strip *out, const struct desk_strip *strip,
    size_t first, size_t place)
{
	bool begins = place == 0, ends = place == strip->inserts;
	size_t in = begins ? 0 : place + 1;

	out->meter[STAGE_IN] = (uint32_t)(first + in * strip->lanes);
	out->meter[STAGE_TRIM] =
	    begins ? (uint32_t)(first + strip->lanes) : PLAN_NONE;
	out->meter[STAGE_FADER] =
	    ends ? (uint32_t)(first + desk_stage_fader(strip) * strip->lanes)
		 : PLAN_NONE;
}

static struct plan_strip *
compile_stretch(
    struct making *making, struct live_strip *live, size_t index, size_t place)
{
	const struct desk_strip *strip = &making->desk->strip[index];
	const struct numbering *numbers = &making->numbers;
	struct plan_strip *out = &making->plan->strip[making->stretches];
	bool begins = place == 0, ends = place == strip->inserts;
	bool port_input = begins && strip->kind == STRIP_CHANNEL;

	*out = (struct plan_strip){
		.lanes = strip->lanes,
		.port_input = port_input,
		.state = live_stretch(live, place),
		.standing = &making->plan->standing[making->stretches++],
		.trim = begins ? &live->core->trim : &making->live->unity,
		.delay = ends ? live->core->delay.delay : NULL,
		.fader = ends ? &live->core->fader : &making->live->unity,
		.route = making->plan->route + making->routes,
		.routes = ends ? live->routes : 0,
		.program = numbers->program[index],
	};
	if (ends && strip->kind != STRIP_CHANNEL)
		out->weighting = &live->core->weighting;
	compile_meters(out, strip, numbers->meter[index], place);
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		out->in[lane] = PLAN_NONE;
		if (begins)
			out->in[lane] =
			    lane +
			    (port_input ? numbers->input : numbers->sum)[index];
		out->out[lane] =
		    ends ? numbers->output[index] + lane : PLAN_NONE;
	}
	return out;
}

/* All stretches of a strip that are in a segment; `slot` is its first. */
static void
compile_strip(struct making *making, size_t index, unsigned segment,
    struct plan_slot *slot)
{
	const struct desk_strip *strip = &making->desk->strip[index];
	struct live_strip *live = &making->live->strip[index];

	for (size_t place = 0; place <= strip->inserts; place++) {
		if (segment_of(&making->numbers.segments, making->desk,
			(unsigned)index, place) != segment)
			continue;
		struct plan_strip *stretch =
		    compile_stretch(making, live, index, place);
		if (place == 0 && strip->kind == STRIP_CHANNEL) {
			struct probe *probe = &making->plan->plan.probe;
			probe->probed[probe->count++] = (struct probed){
				.stretch = stretch,
				.strip = (uint32_t)index,
			};
		}
		stretch->from = place > 0 ? &slot[place - 1] : NULL;
		stretch->into = place < strip->inserts ? &slot[place] : NULL;
		if (place == strip->inserts)
			compile_routes(making, live, (unsigned)index);
	}
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
	plan->strips = numbers->stretches;
	plan->ramp = rate / STEPS;
	plan->window = rate / STEPS;
	plan->rail_samples = desk->clip_samples;
	plan->few_phases = rate >= FEW_PHASES;
	made->strip = calloc(numbers->stretches, sizeof *made->strip);
	made->route = calloc(numbers->routes + 1, sizeof *made->route);
	made->standing =
	    live_alloc(numbers->stretches * sizeof *made->standing);
	made->slot = calloc(numbers->slots + 1, sizeof *made->slot);
	made->slot_memory =
	    live_alloc(numbers->slot_floats * sizeof *made->slot_memory);
	made->crossing = calloc(numbers->crossings + 1, sizeof *made->crossing);
	made->store =
	    live_alloc(numbers->crossings * PLAN_CYCLE * sizeof *made->store);
	made->curve = live_alloc((plan->ramp + PLAN_BLOCK) * sizeof(float));
	made->batch = live_alloc(
	    2 * numbers->stretches * PLAN_LANES * sizeof *made->batch);
	made->step = live_alloc(
	    numbers->stretches * (PLAN_LANES + 1) * sizeof *made->step);
	made->probed = calloc(desk->channels + 1, sizeof *made->probed);
	plan->probe.probed = made->probed;
	made->ending = calloc(numbers->slots + 1, sizeof(struct plan_slot *));
	plan->strip = made->strip;
	plan->batch = made->batch;
	plan->step = made->step;
	plan->segments = numbers->segments.count;
	plan->crossing = made->crossing;
	plan->crossings = numbers->crossings;
	if (ring->memory == NULL || plan->sum == NULL || plan->sum_at == NULL ||
	    made->strip == NULL || made->route == NULL ||
	    made->standing == NULL || made->slot == NULL ||
	    made->slot_memory == NULL || made->crossing == NULL ||
	    made->store == NULL || made->curve == NULL || made->batch == NULL ||
	    made->step == NULL || made->ending == NULL ||
	    made->probed == NULL) {
		live_plan_free(made);
		return NULL;
	}
	gain_curve(made->curve, plan->ramp, plan->ramp + PLAN_BLOCK);
	plan->curve = made->curve;
	return made;
}

static void
compile_crossings(struct making *making)
{
	const struct segments *segments = &making->numbers.segments;
	const struct desk *desk = making->desk;

	for (size_t i = 0; i < desk->strips; i++)
		for (unsigned lane = 0;
		     crosses(segments, i) && lane < desk->strip[i].lanes;
		     lane++) {
			size_t at = making->crossings++;
			making->plan->crossing[at] = (struct plan_crossing){
				.sum = making->numbers.sum[i] + lane,
				.from = segments->first[i],
				.to = segments->in[i],
				.store = making->plan->store + at * PLAN_CYCLE,
			};
		}
}

/* The slots before the stretches of a segment. */
static void
find_slots(struct making *making, struct plan_segment *segment)
{
	segment->slot = making->plan->ending + making->ending;
	for (size_t i = 0; i < segment->count; i++) {
		const struct plan_strip *stretch =
		    &making->plan->strip[segment->first + i];
		if (stretch->from != NULL)
			segment->slot[segment->slots++] = stretch->from;
	}
	making->ending += segment->slots;
}

static void
compile_all(struct making *making, const unsigned *order)
{
	const struct desk *desk = making->desk;
	struct plan *plan = &making->plan->plan;
	struct plan_slot *slot = making->plan->slot;

	for (size_t i = 0; i < desk->strips; i++)
		for (size_t k = 0; k < desk->strip[i].inserts; k++)
			compile_slot(making, &desk->strip[i], k,
			    making->live->strip[i].slot[k]);
	compile_crossings(making);
	for (uint32_t segment = 0; segment < plan->segments; segment++) {
		plan->segment[segment].first = making->stretches;
		for (size_t i = 0; i < desk->strips; i++)
			compile_strip(making, order[i], segment,
			    slot + making->numbers.slot[order[i]]);
		plan->segment[segment].count =
		    making->stretches - plan->segment[segment].first;
		find_slots(making, &plan->segment[segment]);
	}
}

struct live_plan *
live_compile(struct live *live, const struct desk *desk)
{
	struct making making = {
		.live = live,
		.desk = desk,
		.send = (uint32_t)desk_output_count(desk),
		.back = (uint32_t)desk_input_count(desk),
	};
	struct numbering *numbers = &making.numbers;
	unsigned *order = calloc(desk->strips, sizeof *order);

	if (order != NULL && number(numbers, live, desk) == 0 &&
	    numbers->segments.count <= PLAN_SEGMENTS &&
	    route_order(desk, order) == desk->strips)
		making.plan = plan_alloc(desk, numbers, live->rate);
	if (making.plan != NULL)
		compile_all(&making, order);
	free(order);
	free(numbers->sum);
	free(numbers->meter);
	segments_free(&numbers->segments);
	return making.plan;
}

void
live_plan_free(struct live_plan *plan)
{
	if (plan == NULL)
		return;
	while (plan->scrap != NULL) {
		struct live_scrap *scrap = plan->scrap;
		plan->scrap = scrap->next;
		scrap->drop(scrap->arg, scrap->what);
		free(scrap);
	}
	live_free(plan->retired);
	free(plan->plan.meters.memory);
	free(plan->plan.sum);
	free(plan->plan.sum_at);
	free(plan->strip);
	free(plan->route);
	free(plan->standing);
	free(plan->batch);
	free(plan->step);
	free(plan->slot);
	free(plan->slot_memory);
	free(plan->ending);
	free(plan->probed);
	free(plan->crossing);
	free(plan->store);
	free(plan->curve);
	free(plan);
}
