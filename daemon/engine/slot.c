#include "engine/slot.h"

#include "engine/kernel.h"

#include <string.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

uint64_t
slot_clock(void)
{
#if defined(__x86_64__)
	return __rdtsc();
#elif defined(__aarch64__)
	uint64_t count;
	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
	return count;
#else
	return 0;
#endif
}

/* A plugin may leave the processor as it likes; it is set right again. */
static void
run_processor(const struct plan_slot *slot, const float *const *in, uint32_t n)
{
	float *out[PLAN_LANES] = { slot->out[0], slot->out[1] };
	uint64_t start = slot_clock();

	slot->processor->run(slot->processor, in, out, n);
	kernel_flush_denormals();
	slot->state->cycle += slot_clock() - start;
}

void
slot_send(const struct block *block, const struct plan_slot *slot)
{
	if (slot->kind == SLOT_PROCESSOR)
		return;
	for (uint32_t lane = 0; lane < slot->lanes; lane++) {
		float *send = block->out[slot->send[lane]];
		if (send != NULL)
			memcpy(send + block->offset,
			    slot_input(block, slot, lane),
			    block->frames * sizeof *send);
	}
}

/* What came in with this cycle: of a loop, the answer to the last one. */
static void
take_return(const struct block *block, const struct plan_slot *slot)
{
	for (uint32_t lane = 0; lane < slot->lanes; lane++) {
		const float *back = block->in[slot->back[lane]];
		size_t size = block->frames * sizeof *back;
		if (back != NULL)
			memcpy(slot->out[lane], back + block->offset, size);
		else
			memset(slot->out[lane], 0, size);
	}
}

static void
fade(float *out, const float *dry, const float *weight, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = dry[i] + weight[i] * (out[i] - dry[i]);
}

void
slot_run(const struct block *block, const struct plan *plan,
    struct plan_slot *slot, float *weight)
{
	struct gain *wet = &slot->state->wet;
	const float *in[PLAN_LANES], *dry[PLAN_LANES];
	uint32_t n = block->frames;
	bool works = slot->processor != NULL || slot->kind != SLOT_PROCESSOR;

	for (uint32_t lane = 0; lane < slot->lanes; lane++)
		dry[lane] = in[lane] = slot_input(block, slot, lane);
	if (slot->late != NULL && !delay_rests(slot->late)) {
		float *const out[PLAN_LANES] = { slot->dry[0], slot->dry[1] };
		delay_run(
		    slot->late, slot->lanes, in, 1, out, n, plan->ramp, weight);
		dry[0] = slot->dry[0];
		dry[1] = slot->dry[1];
	}
	if (slot->processor != NULL)
		run_processor(slot, in, n);
	bool fades = gain_moves(wet);
	if (fades)
		gain_ramp(wet, weight, n);
	works = works && (fades || wet->now != 0);
	if (works && slot->kind != SLOT_PROCESSOR)
		take_return(block, slot);
	for (uint32_t lane = 0; lane < slot->lanes; lane++) {
		if (works && fades)
			fade(slot->out[lane], dry[lane], weight, n);
		slot->result[lane] = works ? slot->out[lane] : dry[lane];
	}
}

void
slot_end_cycle(const struct plan_slot *slot)
{
	struct slot *state = slot->state;
	uint32_t took =
	    state->cycle < UINT32_MAX ? (uint32_t)state->cycle : UINT32_MAX;

	if (took == 0)
		return;
	state->cycle = 0;
	atomic_fetch_add_explicit(&state->ticks, took, memory_order_relaxed);
	atomic_fetch_add_explicit(&state->runs, 1, memory_order_relaxed);
	if (took > atomic_load_explicit(&state->worst, memory_order_relaxed))
		atomic_store_explicit(
		    &state->worst, took, memory_order_relaxed);
}
