#include "engine/engine.h"

#include "engine/measure.h"
#include "engine/schedule.h"
#include "engine/slot.h"
#include "engine/sum.h"

#include <math.h>
#include <string.h>

/* The lanes of a strip on their way through it: `gain` is still to be applied
 * to `x`, so that a chain of standing gains costs one multiplication. */
struct signal {
	uint32_t lanes;
	const float *x[PLAN_LANES];
	float gain;
	enum plan_point point;
	struct kernel_scan scan[PLAN_LANES]; /* of x, before gain */
	float bend[PLAN_LANES];              /* its second differences */
	/* The true peak of x if it is above `asked`, else that. */
	float asked[PLAN_LANES], true_peak[PLAN_LANES];
};

/* --- batches --- */

static int
ring_push(struct engine_ring *ring, struct engine_batch *batch)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);

	if (head - tail == ENGINE_BATCHES)
		return -1;
	ring->slot[head % ENGINE_BATCHES] = batch;
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return 0;
}

static struct engine_batch *
ring_pop(struct engine_ring *ring)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);

	if (head == tail)
		return NULL;
	struct engine_batch *batch = ring->slot[tail % ENGINE_BATCHES];
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return batch;
}

void
engine_init(struct engine *engine)
{
	memset(engine, 0, sizeof *engine);
	engine->kernels = kernel_at(0);
}

void
engine_use(struct engine *engine, const struct kernels *kernels)
{
	engine->kernels = kernels;
}

int
engine_post(struct engine *engine, struct engine_batch *batch)
{
	if (engine->away == ENGINE_BATCHES || ring_push(&engine->posted, batch))
		return -1;
	engine->away++;
	return 0;
}

struct engine_batch *
engine_take_spent(struct engine *engine)
{
	struct engine_batch *batch = ring_pop(&engine->spent);

	if (batch != NULL)
		engine->away--;
	return batch;
}

static void
apply_batch(struct engine *engine, struct engine_batch *batch)
{
	if (batch->plan != NULL) {
		struct plan *old = engine->plan;
		if (old != NULL)
			schedule_settle(old, meter_open(&old->meters)->meter);
		engine->plan = batch->plan;
		batch->plan = old;
	}
	struct plan *plan = engine->plan;
	uint32_t ramp = plan != NULL ? plan->ramp : 0;
	if (plan != NULL && batch->changes != 0)
		plan->scheduled = false;
	for (size_t i = 0; i < batch->changes; i++) {
		const struct engine_change *change = &batch->change[i];
		if (change->moved != NULL)
			*change->moved = true;
		if (change->gain != NULL)
			gain_move(change->gain, change->target,
			    change->frames != 0 ? change->frames : ramp);
		else if (change->delay != NULL)
			delay_set(change->delay, change->frames);
		else
			*change->param = change->target;
	}
}

/* `spent` has room for as many batches as can be away, so it never is full. */
void
engine_take_batches(struct engine *engine)
{
	struct engine_batch *batch;

	while ((batch = ring_pop(&engine->posted)) != NULL) {
		apply_batch(engine, batch);
		ring_push(&engine->spent, batch);
	}
}

/* --- meters --- */

static bool
is_silent(const struct signal *signal)
{
	for (uint32_t lane = 0; lane < signal->lanes; lane++)
		if (signal->scan[lane].peak != 0)
			return false;
	return true;
}

/* A signal that has just been made has not been asked for its true peak. */
static void
open_signal(struct engine *engine, const struct plan_strip *strip,
    struct signal *signal, enum plan_point point, uint32_t n)
{
	signal->gain = 1;
	signal->point = point;
	for (uint32_t lane = 0; lane < signal->lanes; lane++) {
		signal->asked[lane] = INFINITY;
		signal->bend[lane] = engine->kernels->bend(
		    signal->x[lane], n, strip->state->history[point][lane]);
	}
}

/* May a signal before its gain have a true peak above `ref`? The block before
 * reaches into this one's. */
static bool
may_peak(const struct plan_strip *strip, const struct signal *signal,
    uint32_t lane, float ref)
{
	const struct plan_state *state = strip->state;
	float level = signal->scan[lane].peak, bend = signal->bend[lane];
	float level_before = state->level[signal->point][lane];
	float bend_before = state->bend[signal->point][lane];

	return !state->knows_last ||
	       kernel_may_peak(level > level_before ? level : level_before,
		   bend > bend_before ? bend : bend_before, ref);
}

/* Two stages that differ by a standing gain ask for the same, but for what
 * rounding makes of it. */
#define ASKED (1 - 1e-6F)

/* The true peak of a signal before its gain, if it is above `ref`; else no
 * more than that. */
static float
true_peak_above(struct engine *engine, const struct block *block,
    const struct plan_strip *strip, struct signal *signal, uint32_t lane,
    float ref)
{
	if (ref < ASKED * signal->asked[lane]) {
		signal->asked[lane] = ref;
		signal->true_peak[lane] = ref;
		if (may_peak(strip, signal, lane, ref))
			signal->true_peak[lane] = engine->kernels->true_peak(
			    signal->x[lane], block->frames,
			    strip->state->history[signal->point][lane],
			    signal->bend[lane], ref, engine->plan->few_phases);
	}
	return signal->true_peak[lane] > signal->asked[lane]
		   ? signal->true_peak[lane]
		   : 0;
}

static void
measure(struct engine *engine, const struct block *block,
    const struct plan_strip *strip, enum plan_stage stage,
    struct signal *signal)
{
	float gain = fabsf(signal->gain);

	if (strip->meter[stage] == PLAN_NONE)
		return;
	struct meter *meter = measure_meter(block, strip, stage, 0);
	for (uint32_t lane = 0; lane < signal->lanes; lane++, meter++) {
		const struct kernel_scan *scan = &signal->scan[lane];
		float peak = gain * scan->peak;
		if (peak > meter->peak)
			meter->peak = peak;
		meter->squares += (double)gain * (double)gain * scan->squares;
		if (peak > MEASURE_OVER)
			measure_overs(engine->kernels, block, meter,
			    signal->x[lane], signal->gain);
		if (peak > meter->true_peak)
			meter->true_peak = peak;
		if (gain == 0)
			continue;
		float top = gain * true_peak_above(engine, block, strip, signal,
				       lane, meter->true_peak / gain);
		if (top > meter->true_peak)
			meter->true_peak = top;
	}
}

/* What leaves a strip is its loudness. */
static void
measure_program(const struct block *block, const struct plan_strip *strip,
    const struct signal *signal)
{
	if (strip->weighting != NULL)
		weighting_run(strip->weighting, signal->x, signal->lanes,
		    signal->gain, is_silent(signal) || signal->gain == 0,
		    block->frames, block->program + strip->program);
}

/* --- the stages of a strip --- */

/* A point that was not looked at in the last block has the history of the one
 * before it, through the gain that stood between them. */
static void
make_history(struct plan_state *state, enum plan_point point,
    enum plan_point before, float gain)
{
	if ((state->looked & (1U << point)) != 0)
		return;
	for (uint32_t lane = 0; lane < PLAN_LANES; lane++) {
		for (uint32_t i = 0; i < PLAN_HISTORY; i++)
			state->history[point][lane][i] =
			    gain * state->history[before][lane][i];
		state->level[point][lane] =
		    fabsf(gain) * state->level[before][lane];
		/* What is not known stays so. */
		float bend = state->bend[before][lane];
		state->bend[point][lane] =
		    bend < KERNEL_LARGEST ? fabsf(gain) * bend : bend;
	}
}

/* Before a block: what will be looked at, and what came before it there. */
static void
make_histories(const struct plan_strip *strip)
{
	struct plan_state *state = strip->state;
	enum plan_point before = POINT_IN;
	unsigned looked = 1U << POINT_IN;
	float gain = strip->trim->now;

	if (gain_moves(strip->trim)) {
		make_history(state, POINT_TRIM, before, gain);
		before = POINT_TRIM;
		looked |= 1U << POINT_TRIM;
		gain = 1;
	}
	if (strip->delay != NULL && !delay_rests(strip->delay)) {
		make_history(state, POINT_DELAY, before, gain);
		before = POINT_DELAY;
		looked |= 1U << POINT_DELAY;
		gain = 1;
	}
	if (gain_moves(strip->fader)) {
		make_history(
		    state, POINT_FADER, before, gain * strip->fader->now);
		looked |= 1U << POINT_FADER;
	}
	state->looked = looked;
}

/* After a block: keeps the end of a signal for the true peak of the next. */
static void
keep_history(
    const struct plan_strip *strip, const struct signal *signal, uint32_t n)
{
	struct plan_state *state = strip->state;
	enum plan_point point = signal->point;

	for (uint32_t lane = 0; lane < signal->lanes; lane++) {
		measure_history(
		    state->history[point][lane], signal->x[lane], n);
		state->level[point][lane] = signal->scan[lane].peak;
		state->bend[point][lane] = signal->bend[lane];
	}
}

/* The first look at a signal: what is no number is replaced before it gets any
 * further. */
static void
take_input(struct engine *engine, const struct block *block,
    const struct plan_strip *strip, struct signal *signal)
{
	struct meter *meter = measure_meter(block, strip, STAGE_IN, 0);

	signal->lanes = strip->lanes;
	for (uint32_t lane = 0; lane < strip->lanes; lane++, meter++) {
		const float *x =
		    standing_input(engine->plan, block, strip, lane);
		struct kernel_scan scan = { 0 };
		while (x != NULL) {
			scan = engine->kernels->scan(x, block->frames);
			if (scan.peak <= KERNEL_LARGEST)
				break;
			x = measure_invalid(block, strip, lane, x);
			scan = (struct kernel_scan){ 0 };
		}
		signal->x[lane] = x != NULL ? x : measure_silence;
		signal->scan[lane] = scan;
		uint32_t *run = &strip->state->rail_run[lane];
		if (strip->port_input && scan.peak >= MEASURE_RAIL)
			measure_rail(block, meter, signal->x[lane], run,
			    engine->plan->rail_samples);
		else
			*run = 0;
	}
	open_signal(engine, strip, signal, POINT_IN, block->frames);
}

/* A standing gain is only remembered; a moving one is written out. */
static void
apply_gain(struct engine *engine, const struct plan_strip *strip,
    struct signal *signal, enum plan_point point, uint32_t n)
{
	struct gain *gain = point == POINT_TRIM ? strip->trim : strip->fader;
	float(*lanes)[PLAN_BLOCK] =
	    point == POINT_TRIM ? engine->trimmed : engine->faded;

	if (!gain_moves(gain)) {
		signal->gain *= gain->now;
		return;
	}
	gain_ramp(gain, engine->ramp, n);
	for (uint32_t lane = 0; lane < signal->lanes; lane++) {
		signal->scan[lane] = engine->kernels->scale_ramp(lanes[lane],
		    signal->x[lane], signal->gain, engine->ramp, n);
		signal->x[lane] = lanes[lane];
	}
	open_signal(engine, strip, signal, point, n);
}

static void
apply_delay(struct engine *engine, const struct plan_strip *strip,
    struct signal *signal, uint32_t n)
{
	struct delay *delay = strip->delay;
	float *const out[PLAN_LANES] = { engine->delayed[0],
		engine->delayed[1] };

	if (delay == NULL || delay_rests(delay))
		return;
	delay_run(delay, signal->lanes, signal->x, signal->gain, out, n,
	    engine->plan->ramp, engine->ramp);
	for (uint32_t lane = 0; lane < signal->lanes; lane++) {
		signal->x[lane] = engine->delayed[lane];
		signal->scan[lane] =
		    engine->kernels->scan(engine->delayed[lane], n);
	}
	open_signal(engine, strip, signal, POINT_DELAY, n);
}

static void
write_outputs(const struct engine *engine, const struct block *block,
    const struct plan_strip *strip, const struct signal *signal)
{
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		float *out = standing_output(block, strip, lane);
		if (out == NULL)
			continue;
		if (signal->scan[lane].peak == 0)
			memset(out, 0, block->frames * sizeof *out);
		else
			engine->kernels->scale(
			    out, signal->x[lane], signal->gain, block->frames);
	}
}

/* A strip in which something moves. */
static void
run_moving(struct engine *engine, const struct block *block,
    const struct plan_strip *strip)
{
	uint32_t n = block->frames;
	struct signal in = { 0 }, trimmed, pre, post;

	make_histories(strip);
	take_input(engine, block, strip, &in);
	measure(engine, block, strip, STAGE_IN, &in);
	trimmed = in;
	apply_gain(engine, strip, &trimmed, POINT_TRIM, n);
	measure(engine, block, strip, STAGE_TRIM, &trimmed);
	pre = trimmed;
	apply_delay(engine, strip, &pre, n);
	post = pre;
	apply_gain(engine, strip, &post, POINT_FADER, n);
	measure(engine, block, strip, STAGE_FADER, &post);
	measure_program(block, strip, &post);
	for (size_t i = 0; i < strip->routes; i++) {
		const struct plan_route *route = &strip->route[i];
		const struct signal *from = route->pre ? &pre : &post;
		sum_route(engine, route, from->x[route->lane], from->gain,
		    from->scan[route->lane].peak == 0, n);
	}
	write_outputs(engine, block, strip, &post);
	keep_history(strip, &in, n);
	if (trimmed.point != in.point)
		keep_history(strip, &trimmed, n);
	if (pre.point != trimmed.point)
		keep_history(strip, &pre, n);
	if (post.point != pre.point)
		keep_history(strip, &post, n);
	strip->state->knows_last = true;
}

/* A slot in the same segment is run at once; the send of one where the plan
 * is cut goes out. */
static void
leave_strip(
    struct engine *engine, const struct block *block, struct plan_slot *slot)
{
	slot_send(block, slot);
	if (slot->kind != SLOT_CUT)
		slot_run(block, engine->plan, slot, engine->ramp);
}

void
engine_strips(struct engine *engine, const struct block *block,
    const struct plan_segment *segment)
{
	struct plan *plan = engine->plan;

	if (!plan->scheduled)
		schedule_make(plan, block->meter);
	for (size_t i = 0; i < segment->slots; i++)
		if (segment->slot[i]->kind == SLOT_CUT)
			slot_run(block, plan, segment->slot[i], engine->ramp);
	for (uint32_t i = 0; i < segment->steps; i++) {
		const struct plan_step *step = &plan->step[segment->step + i];
		if (step->batches != 0) {
			standing_run(engine, block, step);
		} else {
			run_moving(engine, block, step->strip);
			if (schedule_stands(step->strip))
				plan->scheduled = false;
		}
		if (step->strip != NULL && step->strip->into != NULL)
			leave_strip(engine, block, step->strip->into);
	}
}
