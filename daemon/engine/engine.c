#include "engine/engine.h"

#include "engine/measure.h"
#include "engine/moving.h"
#include "engine/schedule.h"
#include "engine/slot.h"

#include <string.h>

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

/* --- strips --- */

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
			moving_run(engine, block, step->strip);
			if (part_stands(step->strip))
				plan->scheduled = false;
		}
		if (step->strip != NULL && step->strip->into != NULL)
			leave_strip(engine, block, step->strip->into);
	}
}
