#include "engine/engine.h"
#include "engine/schedule.h"
#include "engine/slot.h"

#include <string.h>

/*
 * A cycle: which blocks it has, and whose turn it is to run its segments.
 */

/* --- blocks --- */

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

/* A jump of the clock, after an xrun: no window spans it. */
static void
jump(struct engine *engine, uint64_t frame)
{
	struct meter_ring *meters = &engine->plan->meters;

	if (frame == engine->frame)
		return;
	if (meter_open(meters)->frames != 0) {
		schedule_settle(engine->plan, meter_open(meters)->meter);
		meter_close(meters);
	}
	engine->frame = frame;
}

/* Cuts a cycle into blocks that stay in the cache and end with the windows. */
static void
cut_blocks(struct engine *engine, uint32_t frames)
{
	struct plan *plan = engine->plan;
	uint32_t done = 0;

	engine->blocks = 0;
	while (done < frames && engine->blocks < PLAN_CYCLE_BLOCKS) {
		struct meter_window *window = meter_open(&plan->meters);
		struct engine_block *block = &engine->block[engine->blocks++];
		if (window->frames == 0)
			window->frame = engine->frame;
		block->offset = done;
		block->frames = block_length(plan, window, frames - done);
		block->window = window;
		block->window_offset =
		    (uint32_t)(engine->frame - window->frame);
		window->frames += block->frames;
		block->ends = window->frames >= plan->window;
		if (block->ends)
			meter_close(&plan->meters);
		engine->frame += block->frames;
		done += block->frames;
	}
}

/* --- a segment --- */

/* Sums that go on from an earlier segment, or for a later one. */
static void
load_sums(
    const struct plan *plan, uint32_t segment, uint32_t index, uint32_t offset)
{
	memset(plan->sum_at, 0, plan->sums * sizeof *plan->sum_at);
	for (size_t i = 0; i < plan->crossings; i++) {
		const struct plan_crossing *crossing = &plan->crossing[i];
		if (crossing->from < segment && segment <= crossing->to &&
		    crossing->sounds[index])
			plan->sum_at[crossing->sum] = crossing->store + offset;
	}
}

static void
store_sums(const struct plan *plan, uint32_t segment, uint32_t index,
    const struct block *block)
{
	for (size_t i = 0; i < plan->crossings; i++) {
		struct plan_crossing *crossing = &plan->crossing[i];
		const float *sum = plan->sum_at[crossing->sum];
		float *store = crossing->store + block->kept;
		if (segment < crossing->from || segment >= crossing->to)
			continue;
		crossing->sounds[index] = sum != NULL;
		if (sum != NULL && sum != store)
			memcpy(store, sum, block->frames * sizeof *store);
	}
}

static void
run_segment(struct engine *engine, uint32_t index, const float *const *in,
    float *const *out)
{
	struct plan *plan = engine->plan;
	const struct plan_segment *segment = &plan->segment[index];

	for (uint32_t i = 0; i < engine->blocks; i++) {
		const struct engine_block *at = &engine->block[i];
		struct block block = {
			.in = in,
			.out = out,
			.offset = engine->base + at->offset,
			.kept = at->offset,
			.frames = at->frames,
			.window_offset = at->window_offset,
			.meter = at->window->meter,
			.program =
			    meter_programs(at->window, plan->meters.meters),
		};
		if (index == 0)
			probe_run(plan, &block);
		load_sums(plan, index, i, at->offset);
		engine_strips(engine, &block, segment);
		store_sums(plan, index, i, &block);
		if (at->ends)
			schedule_settle_segment(
			    plan, segment, at->window->meter);
	}
	for (size_t i = 0; i < segment->slots; i++)
		slot_end_cycle(segment->slot[i]);
}

/* --- turns --- */

#define TURN(cycle, turn) ((cycle) << 2 | (uint32_t)(turn))

/* Before a cycle: those that have not begun with the last are too late. False
 * while one of them is at it. */
static bool
close_turns(struct engine *engine)
{
	uint32_t segments = engine->plan != NULL ? engine->plan->segments : 0;

	for (uint32_t i = 1; i < segments; i++) {
		uint32_t turn = TURN(engine->cycle, TURN_READY);
		if (!atomic_compare_exchange_strong_explicit(&engine->turn[i],
			&turn, TURN(engine->cycle, TURN_MISSED),
			memory_order_acq_rel, memory_order_acquire) &&
		    turn == TURN(engine->cycle, TURN_RUNNING))
			return false;
		uint32_t missed = atomic_load_explicit(
		    &engine->missed[i], memory_order_relaxed);
		if (turn == TURN(engine->cycle, TURN_DONE))
			missed = 0;
		else
			missed++;
		atomic_store_explicit(
		    &engine->missed[i], missed, memory_order_relaxed);
	}
	return true;
}

/* A segment's turn, if it is in time for it. */
static bool
take_turn(struct engine *engine, uint32_t segment)
{
	uint32_t turn =
	    atomic_load_explicit(&engine->turn[segment], memory_order_relaxed);

	return (turn & 3) == TURN_READY &&
	       atomic_compare_exchange_strong_explicit(&engine->turn[segment],
		   &turn, (turn & ~3U) | TURN_RUNNING, memory_order_acquire,
		   memory_order_relaxed);
}

/* The next one's, and nobody's any more. */
static void
hand_on(struct engine *engine, uint32_t segment)
{
	uint32_t cycle = engine->cycle, segments = engine->plan->segments;

	if (segment + 1 < segments)
		atomic_store_explicit(&engine->turn[segment + 1],
		    TURN(cycle, TURN_READY), memory_order_release);
	if (segment != 0)
		atomic_store_explicit(&engine->turn[segment],
		    TURN(cycle, TURN_DONE), memory_order_release);
}

static bool
begin(struct engine *engine, uint64_t frame, uint32_t frames)
{
	if (!close_turns(engine))
		return false;
	if (engine->plan != NULL)
		meter_publish(&engine->plan->meters);
	engine_take_batches(engine);
	if (engine->plan == NULL || frames == 0)
		return false;
	engine->cycle++;
	engine->took = 0;
	jump(engine, frame);
	cut_blocks(engine, frames < PLAN_CYCLE ? frames : PLAN_CYCLE);
	return true;
}

/* The last segment has run. */
static void
end(struct engine *engine)
{
	meter_publish(&engine->plan->meters);
	if (engine->took >
	    atomic_load_explicit(&engine->worst, memory_order_relaxed))
		atomic_store_explicit(
		    &engine->worst, engine->took, memory_order_relaxed);
}

bool
engine_begin(
    struct engine *engine, uint32_t segment, uint64_t frame, uint32_t frames)
{
	kernel_flush_denormals();
	return segment == 0 ? begin(engine, frame, frames)
			    : take_turn(engine, segment);
}

void
engine_run_segment(struct engine *engine, uint32_t segment,
    const float *const *in, float *const *out)
{
	uint64_t start = slot_clock();

	run_segment(engine, segment, in, out);
	engine->took += slot_clock() - start;
	if (segment + 1 >= engine->plan->segments)
		end(engine);
	hand_on(engine, segment);
}

static void
run_all(struct engine *engine, uint64_t frame, uint32_t frames,
    const float *const *in, float *const *out)
{
	for (uint32_t i = 0; engine_begin(engine, i, frame, frames); i++) {
		engine_run_segment(engine, i, in, out);
		if (i + 1 >= engine->plan->segments)
			break;
	}
}

void
engine_run(struct engine *engine, uint64_t frame, uint32_t frames,
    const float *const *in, float *const *out)
{
	uint32_t done = 0;

	do {
		uint32_t left = frames - done;
		uint32_t n = left < PLAN_CYCLE ? left : PLAN_CYCLE;
		engine->base = done;
		run_all(engine, frame + done, n, in, out);
		done += n;
	} while (done < frames);
	engine->base = 0;
}

void
engine_reset_turns(struct engine *engine)
{
	for (uint32_t i = 0; i < PLAN_SEGMENTS; i++) {
		atomic_store(&engine->turn[i], TURN(engine->cycle, TURN_DONE));
		atomic_store(&engine->missed[i], 0);
	}
}
