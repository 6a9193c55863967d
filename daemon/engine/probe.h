#ifndef ENGINE_PROBE_H
#define ENGINE_PROBE_H

#include "engine/realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the inputs of channels are beside their levels: DC, and the correlation
 * of two lanes. Neither changes fast, so one channel after the other is looked
 * at, for a second each, which costs next to nothing. R only, but for a reading
 * that is told: that is C's until it takes `told` back.
 */

#define PROBE_LANES 2

struct block;
struct plan;
struct plan_strip;

/* What one look found, linear. */
struct probe_reading {
	uint32_t strip; /* of the desk */
	double frames;
	double product;              /* sum of left times right */
	double squares[PROBE_LANES]; /* sums */
	double sum[PROBE_LANES];
};

struct probed {
	const struct plan_strip *stretch; /* the first of a channel */
	uint32_t strip;                   /* of the desk */
};

struct probe {
	struct probed *probed;
	size_t count, at;
	struct probe_reading open;
	_Atomic bool told;
	struct probe_reading reading;
};

/* Looks at a block of whoever's turn it is, in the first segment. */
REALTIME void probe_run(struct plan *plan, const struct block *block);

#endif
