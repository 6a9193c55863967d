#ifndef ENGINE_SLOT_H
#define ENGINE_SLOT_H

#include "engine/delay.h"
#include "engine/gain.h"
#include "engine/measure.h"
#include "engine/plan.h"
#include "engine/processor.h"
#include "engine/realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * An insert slot: between two stretches of a strip, a processor or a JACK
 * program. Beside it the same signal goes round it dry, as late as the wet one, so that the two can be crossfaded at
 * any time. R only.
 */

/* What R keeps of a slot across plans, and tells C. */
struct slot {
	struct gain wet; /* 1: what the processor makes, 0: dry */
	/* Of what ran: C reads them at any time. Ticks of slot_clock(). */
	_Atomic uint64_t ticks; /* in all runs */
	_Atomic uint32_t runs;
	_Atomic uint32_t worst;   /* of one cycle; C may set it back to 0 */
	_Atomic uint32_t invalid; /* blocks that the dry signal replaced */
	uint64_t cycle;           /* ticks in the cycle so far */
	/* Of a program that comes or goes without warning: the step that it
	 * would make is filled in, and fades away. */
	bool there;
	float last[PLAN_LANES]; /* sample of the result */
	float step[PLAN_LANES];
	struct gain ease;
};

/* Before the stretch behind it runs: takes a block to slot->result. `weight`
 * is scratch for a block. */
REALTIME void slot_run(const struct block *block, const struct plan *plan,
    struct plan_slot *slot, float *weight);

/* Behind the stretch before it: sends a block to the program, if there is
 * one. */
REALTIME void
slot_send(const struct block *block, const struct plan_slot *slot);

/* Where a block of a lane's input goes. */
REALTIME static inline float *
slot_input(
    const struct block *block, const struct plan_slot *slot, uint32_t lane)
{
	return slot->in[lane] + (slot->kind == SLOT_CUT ? block->kept : 0);
}

/* A cycle has ended. */
REALTIME void slot_end_cycle(const struct plan_slot *slot);

/* A clock that costs nothing to read, of unknown rate; 0 where there is
 * none. */
REALTIME uint64_t slot_clock(void);

#endif
