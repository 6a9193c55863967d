#ifndef MIXER_LIVE_H
#define MIXER_LIVE_H

#include "engine/engine.h"
#include "engine/slot.h"
#include "mixer/align.h"
#include "mixer/desk.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What sounds: the gains, delays and plans made from a desk. The realtime
 * thread works on the gains and delays while a plan names them; control only
 * makes, names and frees them. Control thread.
 */

struct plugin_host;

/* A delay that R runs, and its length as last posted. */
struct live_delay {
	struct delay *delay; /* NULL until it was longer than 0 once */
	uint32_t frames;
};

/* Where a slot stands, for slots.c. */
enum live_phase {
	SLOT_EMPTY,
	SLOT_LOADING, /* an instance will come */
	SLOT_WORKS,
	SLOT_LEAVING, /* it fades out */
	SLOT_FAILED
};

/*
 * What R works on hangs on the tables of struct live by pointer, and can hang on
 * those of two at once: what a new desk has of the old one sounds on.
 */

/* An insert slot, and the stretch behind it. */
struct live_slot {
	unsigned users;            /* tables that have it */
	struct plan_state stretch; /* behind it */
	struct slot state;
	struct processor *processor; /* what plans name, or NULL */
	/* Ends what hangs on it, when no table and no plan has it any more;
	 * NULL: nothing does. */
	void (*leave)(struct live_slot *slot);
	struct plugin_host *host; /* that the processor is from */
	float wet;                /* target of state.wet as last posted */
	float *param;             /* the processor's values as last posted */
	size_t params;
	uint32_t latency; /* frames, of the wet way */
	bool connected;   /* something plays into the return of a JACK slot */
	bool leaving;     /* the processor is faded out, to be taken out */
	bool parked;      /* faded out, as the slot goes or moves */
	enum live_phase phase;
	struct live_job *job; /* what was asked of the host, or NULL */
	uint32_t invalid;     /* state.invalid as of the last tick */
	unsigned bad;         /* ticks in a row in which it rose */
	unsigned ticks;       /* since the phase began */
	unsigned resets;
	double mean, worst;   /* us a cycle, in the last second */
	uint64_t clock_ticks; /* of state.ticks and runs at its end */
	uint32_t clock_runs;
	unsigned quiet; /* seconds in which its time is not told again */
	bool allocates; /* told */
	struct live_delay late; /* of the dry way */
};

/* One lane of a strip on its way into one of another. */
struct live_route {
	unsigned users;
	bool parked; /* faded out, as the route goes */
	struct gain gain;
	float sent; /* the gain's target, as last posted */
	struct live_delay late;
};

/* What every strip has. */
struct live_core {
	unsigned users;
	bool parked; /* faded out, as the strip goes */
	struct gain trim, fader;
	float trim_sent, fader_sent; /* targets, as last posted */
	struct live_delay delay;
	struct plan_state stretch;  /* the first */
	struct weighting weighting; /* of buses and the master */
};

struct live_strip {
	struct live_core *core;
	struct live_route **route; /* in the order of live_targets() */
	size_t routes;
	struct live_slot **slot;
	size_t slots;
};

/* All strips of a desk at one sample rate. */
struct live {
	struct live_strip *strip;
	size_t strips;
	struct gain unity; /* of stretches without trim or fader */
	unsigned rate;     /* Hz */
};

/* A plan with the memory that belongs to it. */
struct live_plan {
	struct plan plan;
	struct plan_strip *strip;
	struct plan_slot *slot;
	struct plan_slot **ending; /* the same by the segment they end in */
	float *slot_memory;
	struct plan_crossing *crossing;
	float *store; /* of the crossings */
	float *curve; /* of gains on their way */
	struct plan_route *route;
	struct plan_standing *standing;
	struct plan_batch *batch;
	struct plan_step *step;
	struct probed *probed;
	struct live *retired; /* freed with the plan that used it last */
	struct live_scrap *scrap;
};

/* Something that goes with the last plan that used it. */
struct live_scrap {
	struct live_scrap *next;
	void (*drop)(void *arg, void *what);
	void *arg, *what;
};

/* Drops it when the plan is freed; now, if that is NULL. Returns 0, or -1
 * without memory: then it is not dropped. */
int live_scrap(struct live_plan *plan, void (*drop)(void *arg, void *what),
    void *arg, void *what);

/* Zeroed memory from a cache line on, for the realtime thread: every page has
 * been touched. NULL without memory; free() it. */
void *live_alloc(size_t size);

#define LIVE_TRIM 0
#define LIVE_FADER 1
#define LIVE_ROUTE 2 /* the first route of live_targets() */

struct desk_map;
struct route_solo;

/* Every gain stands at its target, every delay at its length. NULL without
 * memory. */
struct live *
live_new(const struct desk *desk, const struct route_solo *solo, unsigned rate);

/* The same desk after a change: what it has of `before` is the same, and what is
 * new begins with silence. Both must be freed. NULL without memory: then
 * nothing changed. */
struct live *live_follow(const struct live *before, const struct desk_map *map,
    const struct route_solo *solo);
void live_free(struct live *live);

/* From the next commit on, what the desk after a change does not have, or has at
 * another place, is faded out; resp. nothing is. */
void live_park(struct live *live, const struct desk_map *map);
void live_unpark(struct live *live);

/* The state of a strip's stretch; `place` counts the slots before it. */
struct plan_state *live_stretch(const struct live_strip *strip, size_t place);

/* The gain at a place in live_targets(), and its target as last posted. */
struct gain *
live_gain(const struct live_strip *strip, size_t target, float **sent);

/* Gives a delay a line for lengths up to `longest`, if it has none that is
 * long enough for `frames`.
 * Returns 1 if it got one (the plan must be compiled anew, and what it had is
 * dropped with `plan`), 0 if it need not, -1 without memory. */
int live_need_line(struct live_delay *delay, uint32_t frames, uint32_t longest,
    unsigned lanes, struct live_plan *plan);

/* Frames of the longest delay of its own that a strip can have. */
uint32_t live_longest_delay(const struct live *live);

/* Length of a strip's own delay in frames. */
uint32_t live_delay_frames(
    const struct live *live, const struct desk *desk, size_t strip);

/* Writes the targets of trim, fader and each route of a strip into `target`:
 * routes of `to` first, then of each send the pre and the post ones. */
void live_targets(const struct desk *desk, const struct route_solo *solo,
    size_t strip, float *target);

/* The same, but 0 for what is faded out because it goes. */
void live_wanted(const struct live *live, const struct desk *desk,
    const struct route_solo *solo, size_t strip, float *target);

/* Frames that a route of a strip waits, by its place in live_targets(). */
uint32_t live_wait(const struct align *align, const struct desk *desk,
    size_t strip, size_t route);

/* Target of a slot's wet gain. */
float live_wet(const struct desk_insert *insert, const struct live_slot *slot);

/* Compiles the plan of a desk. NULL without memory. */
struct live_plan *live_compile(struct live *live, const struct desk *desk);

void live_plan_free(struct live_plan *plan);

#endif
