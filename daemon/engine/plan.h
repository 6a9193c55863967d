#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "engine/delay.h"
#include "engine/gain.h"
#include "engine/meter.h"
#include "engine/weighting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The desk compiled for the realtime thread: what to run, in which order, over
 * which buffers. The control thread makes it and frees it when it has come
 * back; the shape never changes in between. What sounds on across plans
 * (gains, delays, runs at the rail) is pointed to, not held.
 */

#define PLAN_LANES 2
#define PLAN_BLOCK 256 /* most frames run in one go: stays in the L1 cache */
#define PLAN_NONE UINT32_MAX

/* Stages that are measured; each has a meter a lane. */
enum plan_stage { STAGE_IN, STAGE_TRIM, STAGE_FADER, PLAN_STAGES };

/* One lane of a strip into one lane of a sum. */
struct plan_route {
	struct gain *gain;
	uint32_t lane; /* of the strip */
	uint32_t sum;  /* index of the sum lane it is added to */
	bool pre;      /* tapped before the fader */
};

struct plan_strip {
	uint32_t lanes;
	bool port_input; /* in[] are input ports, else sum lanes */
	uint32_t in[PLAN_LANES];
	uint32_t out[PLAN_LANES]; /* output ports, or PLAN_NONE */
	uint32_t *rail_run;       /* a lane: samples at the rail so far */
	struct gain *trim;        /* polarity is its sign */
	struct delay *delay;      /* NULL: the strip has none */
	struct gain *fader;       /* mute is 0 */
	struct plan_route *route;
	size_t routes;
	size_t meter;                /* index of its first: [stage][lane] */
	struct weighting *weighting; /* NULL: its loudness is not measured */
	size_t program;              /* index of its sums */
};

struct plan {
	struct plan_strip *strip; /* each after all that feed it */
	size_t strips;
	float *sum;     /* PLAN_BLOCK floats a sum lane */
	bool *sum_used; /* something was added in this block */
	size_t sums;
	uint32_t ramp;         /* samples of a gain on its way */
	uint32_t window;       /* samples of a meter window */
	uint32_t rail_samples; /* run at the rail that is a clip */
	struct meter_ring meters;
};

#endif
