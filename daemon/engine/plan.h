#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "engine/delay.h"
#include "engine/gain.h"
#include "engine/kernel.h"
#include "engine/meter.h"
#include "engine/probe.h"
#include "engine/processor.h"
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
#define PLAN_BLOCK 256  /* most frames run in one go: stays in the L1 cache */
#define PLAN_CYCLE 8192 /* most frames run in one cycle */
#define PLAN_CYCLE_BLOCKS 192 /* in that, also where windows cut it short */
#define PLAN_SEGMENTS 16
#define PLAN_HISTORY 16 /* samples that are kept for the next block */
#define PLAN_NONE UINT32_MAX

/* Stages that a stretch can have; each has a meter a lane. The input of a
 * stretch behind an insert slot is the slot's output. */
enum plan_stage { STAGE_IN, STAGE_TRIM, STAGE_FADER, PLAN_STAGES };

/* Points of a strip where samples may have to be looked at. A stage behind
 * standing gains is derived from the point before them. */
enum plan_point { POINT_IN, POINT_TRIM, POINT_DELAY, POINT_FADER, PLAN_POINTS };

/* What R keeps of a strip across plans. */
struct plan_state {
	bool moved;      /* a gain but the fader, or a delay was told to move */
	bool faded;      /* the fader was */
	unsigned looked; /* bits of points that were looked at last */
	uint32_t rail_run[PLAN_LANES]; /* samples at the rail so far */
	/* Of the last block at each of those points, if it was looked at here:
	 * the largest second difference. */
	bool knows_last;
	float bend[PLAN_POINTS][PLAN_LANES];
	/* The last samples at each of those points. */
	_Alignas(64) float history[PLAN_POINTS][PLAN_LANES][PLAN_HISTORY];
};

/* What moves in a strip. */
enum plan_motion { MOTION_ANY, MOTION_FADER, MOTION_NONE };

/* What gains that stand apply to: all of a strip, or where its fader alone
 * moves what is before and what is behind that. */
enum plan_part { PART_WHOLE, PART_BEFORE, PART_BEHIND };

/* What is known of a lane of a part, of its input in the open window. Its
 * meters are derived from that when a window ends or a gain moves. */
struct plan_known {
	float peak;
	float squares;
	float true_peak;
	float bend; /* of the last block */
};

/* A lane of a part. */
struct plan_standing_lane {
	struct plan_known known; /* while plan_batch is made anew */
	uint32_t sums;           /* added to in the same pass */
	uint32_t sum[KERNEL_SUMS];
	float into[KERNEL_SUMS];     /* gain from the part's input to sum */
	uint32_t fused[KERNEL_SUMS]; /* the routes that are those */
	uint64_t adds;               /* PLAN_SUM_BIT of all that it adds to */
	bool more;                   /* there are more routes to add */
	bool late;                   /* one of them waits */
	float over; /* an input below it is over nowhere, nor at the rail */
};

struct plan_standing {
	struct plan_standing_lane lane[PLAN_LANES]; /* the whole, or before */
	struct plan_standing_lane behind[PLAN_LANES];
	enum plan_motion motion; /* for which this holds */
	bool alone;              /* two of its routes meet in a sum */
	float gain[PLAN_STAGES]; /* from the input to each stage that stands */
	/* Of the second lane, in step with the fader that moves. */
	struct gain twin;
};

/* A set of sums in 64 bits: two that share a bit count as one, which costs
 * time where it is wrong and nothing else. */
#define PLAN_SUM_BIT(sum) (UINT64_C(1) << ((sum) % 64))

/* Lanes with the same sums whose gains stand: run in one pass. Those before
 * their faders are followed by those behind them. */
struct plan_batch {
	struct kernel_mix mix; /* with the tallies of the open window */
	const struct plan_strip *strip[KERNEL_SOURCES];
	uint32_t lane[KERNEL_SOURCES]; /* of its strip */
	uint32_t in[KERNEL_SOURCES];   /* input ports, if they are all that */
	uint32_t out[KERNEL_SOURCES];
	uint32_t sum[KERNEL_SUMS];
	struct gain *fader[KERNEL_SOURCES]; /* of each, on its way or not */
	float trim[KERNEL_SOURCES];         /* gain that stands before it */
	enum plan_part part;                /* of all of them */
	uint64_t adds;     /* PLAN_SUM_BIT of all that it adds to */
	uint32_t more;     /* bits of those with more routes to add */
	uint32_t late;     /* bits of those that wait for one of these */
	bool port_input;   /* of all of them */
	bool plain_output; /* to ports or nowhere, of all of them */
	uint32_t rings;    /* samples until its silence has begun */
};

/* What is run next: batches, and the strip that they are if it is run by
 * itself; without batches a strip in which more moves than parts allow. */
struct plan_step {
	const struct plan_strip *strip; /* or NULL */
	uint32_t batch, batches;
};

/* One lane of a strip into one lane of a sum. */
struct plan_route {
	struct gain *gain;
	struct delay *late; /* waits for what it meets there; NULL: never */
	uint32_t lane;      /* of the strip */
	uint32_t sum;       /* index of the sum lane it is added to */
	bool pre;           /* tapped before the fader */
};

struct slot;

/* What works in a slot: a processor, or a JACK program whose return comes one
 * period later, or in the next segment. */
enum plan_slot_kind { SLOT_PROCESSOR, SLOT_LOOP, SLOT_CUT };

/* An insert slot between two stretches. */
struct plan_slot {
	enum plan_slot_kind kind;
	uint32_t lanes;
	struct slot *state;
	struct processor *processor; /* NULL: there is none, or not yet */
	uint32_t send[PLAN_LANES], back[PLAN_LANES]; /* ports of a program */
	struct delay *late;     /* of the dry way; NULL: never late */
	float *in[PLAN_LANES];  /* PLAN_BLOCK samples; of a cut PLAN_CYCLE */
	float *out[PLAN_LANES]; /* what the processor makes of them */
	float *dry[PLAN_LANES]; /* `in`, late */
	/* Of the block that runs: what is heard, and its dry signal. */
	const float *result[PLAN_LANES], *instead[PLAN_LANES];
};

/* A stretch: a strip, or the part of one before, between or behind its
 * insert slots. */
struct plan_strip {
	uint32_t lanes;
	bool port_input;        /* in[] are input ports, else sum lanes */
	struct plan_slot *from; /* the slot before it: then in[] is nothing */
	struct plan_slot *into; /* the slot behind it, or NULL */
	uint32_t in[PLAN_LANES];
	uint32_t out[PLAN_LANES]; /* output ports, or PLAN_NONE */
	struct plan_state *state;
	struct plan_standing *standing;
	struct gain *trim;   /* polarity is its sign */
	struct delay *delay; /* NULL: the strip has none */
	struct gain *fader;  /* mute is 0 */
	struct plan_route *route;
	size_t routes;
	/* The meter of a stage's first lane, or PLAN_NONE. */
	uint32_t meter[PLAN_STAGES];
	struct weighting *weighting; /* NULL: its loudness is not measured */
	size_t program;              /* index of its sums */
};

/* A sum that is added to in an earlier segment than the one that hears it:
 * then it is kept for a whole cycle. */
struct plan_crossing {
	uint32_t sum;
	uint32_t from, to; /* the first that adds to it, and who hears it */
	float *store;      /* PLAN_CYCLE samples */
	bool sounds[PLAN_CYCLE_BLOCKS];
};

/* Consecutive stretches, which run in one JACK client. */
struct plan_segment {
	size_t first, count;     /* in plan.strip */
	struct plan_slot **slot; /* those before its stretches */
	size_t slots;
	uint32_t step, steps; /* in plan.step, as they hold */
	uint32_t batch, batches;
};

struct plan {
	struct plan_strip *strip; /* each after all that feed it */
	size_t strips;
	struct plan_segment segment[PLAN_SEGMENTS];
	uint32_t segments; /* at least 1 */
	struct plan_crossing *crossing;
	size_t crossings;
	/* The strips as R runs them, made anew when one moves or comes to rest:
	 * up to a batch a lane, a step a strip and batch. */
	struct plan_batch *batch;
	struct plan_step *step;
	uint32_t batches, steps;
	bool scheduled; /* the steps hold */
	float *sum;     /* twice PLAN_BLOCK floats a sum lane */
	float **sum_at; /* the half that holds; NULL: nothing was added yet */
	size_t sums;
	uint32_t ramp;         /* samples of a gain on its way */
	const float *curve;    /* gain_curve() of those and PLAN_BLOCK more */
	uint32_t window;       /* samples of a meter window */
	uint32_t rail_samples; /* run at the rail that is a clip */
	bool few_phases;       /* of the true peak: from 96 kHz on */
	struct meter_ring meters;
	struct probe probe;
	void *ports; /* of whoever hands the engine its buffers: their table */
};

#endif
