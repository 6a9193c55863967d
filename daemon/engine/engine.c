#include "engine/engine.h"

#include "engine/kernel.h"

#include <math.h>
#include <string.h>

/* A converter's positive full scale, 32767/32768 (METERING.md, rail). */
#define RAIL (32767.0F / 32768.0F)
#define OVER 1.0F

static const float silence[PLAN_BLOCK];

/* The lanes of a strip on their way through it: `gain` is still to be applied
 * to `x`, so that a chain of standing gains costs one multiplication. */
struct signal {
	uint32_t lanes;
	const float *x[PLAN_LANES];
	float gain;
	struct kernel_scan scan[PLAN_LANES]; /* of x, before gain */
};

/* Where in a cycle a block stands. */
struct block {
	const float *const *in;
	float *const *out;
	uint32_t offset;        /* frames into the cycle */
	uint32_t frames;        /* 1…PLAN_BLOCK */
	uint32_t window_offset; /* frames into the meter window */
	struct meter *meter;
	struct meter_program *program;
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
		engine->plan = batch->plan;
		batch->plan = old;
	}
	uint32_t ramp = engine->plan != NULL ? engine->plan->ramp : 0;
	for (size_t i = 0; i < batch->changes; i++) {
		const struct engine_change *change = &batch->change[i];
		if (change->gain != NULL)
			gain_move(change->gain, change->target, ramp);
		else
			delay_set(change->delay, change->frames);
	}
}

/* `spent` has room for as many batches as can be away, so it never is full. */
static void
take_batches(struct engine *engine)
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

static void
note_overs(
    struct meter *meter, const struct kernel_overs *overs, uint32_t offset)
{
	if (overs->count == 0)
		return;
	if (meter->overs == 0)
		meter->first = offset + overs->first;
	meter->last = offset + overs->last;
	meter->overs += overs->count;
}

static void
measure(const struct block *block, const struct plan_strip *strip,
    enum plan_stage stage, const struct signal *signal)
{
	struct meter *meter =
	    block->meter + strip->meter + (size_t)stage * signal->lanes;
	float gain = fabsf(signal->gain);

	for (uint32_t lane = 0; lane < signal->lanes; lane++, meter++) {
		const struct kernel_scan *scan = &signal->scan[lane];
		float peak = gain * scan->peak;
		if (peak > meter->peak)
			meter->peak = peak;
		meter->squares += (double)gain * (double)gain * scan->squares;
		if (peak > OVER) {
			struct kernel_overs overs = kernel_overs(
			    signal->x[lane], signal->gain, OVER, block->frames);
			note_overs(meter, &overs, block->window_offset);
		}
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

/* Counts runs at the rail that are long enough, also across blocks. The
 * samples of a run count from the moment that it is one. */
static void
measure_rail(const struct block *block, struct meter *meter, const float *x,
    uint32_t *run, uint32_t run_samples)
{
	for (uint32_t i = 0; i < block->frames; i++) {
		if (!(fabsf(x[i]) >= RAIL)) {
			*run = 0;
			continue;
		}
		++*run;
		if (*run < run_samples)
			continue;
		uint32_t at = block->window_offset + i;
		uint32_t fresh = *run == run_samples ? run_samples : 1;
		if (meter->rails == 0)
			meter->rail_first = (int32_t)at - (int32_t)(fresh - 1);
		meter->rail_last = at;
		meter->rails += fresh;
	}
}

/* --- the stages of a strip --- */

/* The first look at a signal: what is no number is silenced before it gets
 * any further. */
static void
take_input(const struct plan *plan, const struct block *block,
    const struct plan_strip *strip, struct signal *signal)
{
	struct meter *meter = block->meter + strip->meter;

	signal->lanes = strip->lanes;
	signal->gain = 1;
	for (uint32_t lane = 0; lane < strip->lanes; lane++, meter++) {
		uint32_t in = strip->in[lane];
		const float *x = NULL;
		if (!strip->port_input)
			x = plan->sum_used[in] ? plan->sum + in * PLAN_BLOCK
					       : NULL;
		else if (block->in[in] != NULL)
			x = block->in[in] + block->offset;
		struct kernel_scan scan = { 0 };
		if (x != NULL)
			scan = kernel_scan(x, block->frames);
		if (!(scan.peak <= KERNEL_LARGEST)) {
			meter->invalid += kernel_invalid(x, block->frames);
			x = NULL;
			scan = (struct kernel_scan){ 0 };
		}
		signal->x[lane] = x != NULL ? x : silence;
		signal->scan[lane] = scan;
		uint32_t *run = &strip->rail_run[lane];
		if (strip->port_input && scan.peak >= RAIL)
			measure_rail(block, meter, signal->x[lane], run,
			    plan->rail_samples);
		else
			*run = 0;
	}
}

static void
rescan(struct signal *signal, float (*lanes)[PLAN_BLOCK], uint32_t n)
{
	for (uint32_t lane = 0; lane < signal->lanes; lane++) {
		signal->x[lane] = lanes[lane];
		signal->scan[lane] = kernel_scan(lanes[lane], n);
	}
	signal->gain = 1;
}

/* A standing gain is only remembered; a moving one is written out. */
static void
apply_gain(struct engine *engine, struct signal *signal, struct gain *gain,
    float (*lanes)[PLAN_BLOCK], uint32_t n)
{
	if (!gain_moves(gain)) {
		signal->gain *= gain->now;
		return;
	}
	gain_ramp(gain, engine->ramp, n);
	for (uint32_t lane = 0; lane < signal->lanes; lane++)
		kernel_scale_ramp(lanes[lane], signal->x[lane], signal->gain,
		    engine->ramp, n);
	rescan(signal, lanes, n);
}

static void
apply_delay(struct engine *engine, struct signal *signal, struct delay *delay,
    uint32_t n)
{
	float *const out[PLAN_LANES] = { engine->delayed[0],
		engine->delayed[1] };

	if (delay == NULL || delay_rests(delay))
		return;
	delay_run(delay, signal->lanes, signal->x, signal->gain, out, n,
	    engine->plan->ramp, engine->ramp);
	rescan(signal, engine->delayed, n);
}

static void
run_route(struct engine *engine, const struct plan_route *route,
    const struct signal *signal, uint32_t n)
{
	struct plan *plan = engine->plan;
	float *sum = plan->sum + (size_t)route->sum * PLAN_BLOCK;
	bool *used = &plan->sum_used[route->sum];
	const float *x = signal->x[route->lane];
	bool moves = gain_moves(route->gain);

	if (signal->scan[route->lane].peak == 0 || signal->gain == 0) {
		gain_skip(route->gain, n);
		return;
	}
	if (moves) {
		gain_ramp(route->gain, engine->ramp, n);
		(*used ? kernel_add_ramp : kernel_scale_ramp)(
		    sum, x, signal->gain, engine->ramp, n);
	} else if (route->gain->now != 0) {
		(*used ? kernel_add : kernel_scale)(
		    sum, x, signal->gain * route->gain->now, n);
	} else {
		return;
	}
	*used = true;
}

static void
write_outputs(const struct block *block, const struct plan_strip *strip,
    const struct signal *signal)
{
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		uint32_t port = strip->out[lane];
		if (port == PLAN_NONE || block->out[port] == NULL)
			continue;
		float *out = block->out[port] + block->offset;
		if (signal->scan[lane].peak == 0)
			memset(out, 0, block->frames * sizeof *out);
		else
			kernel_scale(
			    out, signal->x[lane], signal->gain, block->frames);
	}
}

static void
run_strip(struct engine *engine, const struct block *block,
    const struct plan_strip *strip)
{
	uint32_t n = block->frames;
	struct signal signal;

	take_input(engine->plan, block, strip, &signal);
	if (is_silent(&signal)) {
		gain_skip(strip->trim, n);
	} else {
		measure(block, strip, STAGE_IN, &signal);
		apply_gain(engine, &signal, strip->trim, engine->trimmed, n);
		measure(block, strip, STAGE_TRIM, &signal);
	}
	apply_delay(engine, &signal, strip->delay, n);
	struct signal pre = signal;
	if (is_silent(&signal)) {
		gain_skip(strip->fader, n);
	} else {
		apply_gain(engine, &signal, strip->fader, engine->faded, n);
		measure(block, strip, STAGE_FADER, &signal);
	}
	measure_program(block, strip, &signal);
	for (size_t i = 0; i < strip->routes; i++) {
		const struct plan_route *route = &strip->route[i];
		run_route(engine, route, route->pre ? &pre : &signal, n);
	}
	write_outputs(block, strip, &signal);
}

/* --- the cycle --- */

static uint32_t
block_length(
    const struct plan *plan, const struct meter_window *window, uint32_t left)
{
	uint32_t n = left < PLAN_BLOCK ? left : PLAN_BLOCK;
	uint32_t room = window->frames < plan->window
			    ? plan->window - window->frames
			    : PLAN_BLOCK;

	return n < room ? n : room;
}

static void
run_block(struct engine *engine, const float *const *in, float *const *out,
    uint32_t offset, uint32_t left, uint32_t *ran)
{
	struct plan *plan = engine->plan;
	struct meter_window *window = meter_open(&plan->meters);

	if (window->frames == 0)
		window->frame = engine->frame;
	struct block block = {
		.in = in,
		.out = out,
		.offset = offset,
		.frames = block_length(plan, window, left),
		.window_offset = (uint32_t)(engine->frame - window->frame),
		.meter = window->meter,
		.program = meter_programs(window, plan->meters.meters),
	};
	memset(plan->sum_used, 0, plan->sums * sizeof *plan->sum_used);
	for (size_t i = 0; i < plan->strips; i++)
		run_strip(engine, &block, &plan->strip[i]);
	window->frames += block.frames;
	if (window->frames >= plan->window)
		meter_close(&plan->meters);
	engine->frame += block.frames;
	*ran = block.frames;
}

void
engine_run(struct engine *engine, uint64_t frame, uint32_t frames,
    const float *const *in, float *const *out)
{
	kernel_flush_denormals();
	take_batches(engine);
	if (engine->plan == NULL)
		return;
	/* A jump of the clock, after an xrun: no window spans it. */
	if (frames != 0 && frame != engine->frame) {
		if (meter_open(&engine->plan->meters)->frames != 0)
			meter_close(&engine->plan->meters);
		engine->frame = frame;
	}
	for (uint32_t done = 0, ran; done < frames; done += ran)
		run_block(engine, in, out, done, frames - done, &ran);
}
