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
	for (uint32_t lane = 0; lane < slot->lanes; lane++)
		memcpy(slot->out[lane],
		    block->in[slot->back[lane]] + block->offset,
		    block->frames * sizeof *slot->out[lane]);
}

/* Half a program is none: a lane of it would be silent. */
static bool
program_there(const struct block *block, const struct plan_slot *slot)
{
	for (uint32_t lane = 0; lane < slot->lanes; lane++)
		if (block->in[slot->back[lane]] == NULL)
			return false;
	return true;
}

static void
fade(float *out, const float *dry, const float *weight, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = dry[i] + weight[i] * (out[i] - dry[i]);
}

/* A program that was heard is gone, or back: what comes now begins where the
 * last block ended, and goes over to what it is. */
static void
ease(const struct plan *plan, struct plan_slot *slot, bool there, float *weight,
    uint32_t n)
{
	struct slot *state = slot->state;

	if (there != state->there && state->wet.now != 0) {
		for (uint32_t lane = 0; lane < slot->lanes; lane++)
			state->step[lane] =
			    state->last[lane] - slot->result[lane][0];
		gain_init(&state->ease, 1);
		gain_move(&state->ease, 0, plan->ramp);
	}
	state->there = there;
	bool eases = gain_moves(&state->ease);
	if (eases)
		gain_ramp(&state->ease, weight, n);
	for (uint32_t lane = 0; lane < slot->lanes; lane++) {
		const float *x = slot->result[lane];
		for (uint32_t i = 0; eases && i < n; i++)
			slot->out[lane][i] =
			    x[i] + state->step[lane] * weight[i];
		if (eases)
			slot->result[lane] = slot->out[lane];
		state->last[lane] = slot->result[lane][n - 1];
	}
}

/* The dry way, as late as the wet one. */
static void
run_dry(const struct plan *plan, const struct plan_slot *slot,
    const float *const *in, const float **dry, float *weight, uint32_t n)
{
	float *const out[PLAN_LANES] = { slot->dry[0], slot->dry[1] };
	bool late = slot->late != NULL && !delay_rests(slot->late);

	if (late)
		delay_run(
		    slot->late, slot->lanes, in, 1, out, n, plan->ramp, weight);
	for (uint32_t lane = 0; lane < slot->lanes; lane++)
		dry[lane] = late ? slot->dry[lane] : in[lane];
}

void
slot_run(const struct block *block, const struct plan *plan,
    struct plan_slot *slot, float *weight)
{
	struct gain *wet = &slot->state->wet;
	const float *in[PLAN_LANES], *dry[PLAN_LANES];
	uint32_t n = block->frames;
	bool is_program = slot->kind != SLOT_PROCESSOR;
	bool works =
	    is_program ? program_there(block, slot) : slot->processor != NULL;
	bool there = works;

	for (uint32_t lane = 0; lane < slot->lanes; lane++)
		in[lane] = slot_input(block, slot, lane);
	run_dry(plan, slot, in, dry, weight, n);
	if (slot->processor != NULL)
		run_processor(slot, in, n);
	bool fades = gain_moves(wet);
	if (fades)
		gain_ramp(wet, weight, n);
	works = works && (fades || wet->now != 0);
	if (works && is_program)
		take_return(block, slot);
	for (uint32_t lane = 0; lane < slot->lanes; lane++) {
		if (works && fades)
			fade(slot->out[lane], dry[lane], weight, n);
		slot->instead[lane] = dry[lane];
		slot->result[lane] = works ? slot->out[lane] : dry[lane];
	}
	if (is_program)
		ease(plan, slot, there, weight, n);
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
	/* R alone writes these. */
	atomic_store_explicit(&state->ticks,
	    atomic_load_explicit(&state->ticks, memory_order_relaxed) + took,
	    memory_order_relaxed);
	atomic_store_explicit(&state->runs,
	    atomic_load_explicit(&state->runs, memory_order_relaxed) + 1,
	    memory_order_relaxed);
	if (took > atomic_load_explicit(&state->worst, memory_order_relaxed))
		atomic_store_explicit(
		    &state->worst, took, memory_order_relaxed);
}
