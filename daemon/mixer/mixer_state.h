#ifndef MIXER_MIXER_STATE_H
#define MIXER_MIXER_STATE_H

#include "engine/engine.h"
#include "mixer/live.h"
#include "mixer/mixer.h"
#include "mixer/route.h"
#include "mixer/timing.h"

#include <stdbool.h>

/*
 * What struct mixer is made of; for the files of the mixer itself.
 */

struct advise;
struct fade;
struct meter_places;
struct mixer_next;
struct state;
struct undo;

/* The desk before this one, for as long as its plan is run. */
struct mixer_leaving {
	struct desk *desk;           /* NULL: there is none */
	struct live_plan *plan;      /* NULL: it is back, or there was none */
	struct meter_places *places; /* for its windows */
};

struct mixer {
	struct desk *desk;
	struct engine *engine;
	struct live *live;
	struct live_plan *plan; /* the newest one that was posted */
	void *ports;            /* of plans to come */
	unsigned plans_away;    /* not counting the newest */
	struct mixer_leaving leaving;
	struct mixer_next *next; /* between its two steps; else NULL */
	struct align align;      /* of the latencies of live's slots */
	struct route_solo solo;
	struct meters *meters;
	struct event_log *events;
	struct advise *advise;
	struct undo *undo;
	struct state *state;
	struct fade *fade;
	struct mixer_status status;
	struct timing timing;
	struct plugin_host *host; /* NULL: no plugins */
	/* A slot of a strip: as mixer_insert_state() was told. */
	enum insert_state (*insert)[DESK_INSERTS];
	bool *stale; /* a strip: its targets may differ from those sent */
	bool any_stale;
	bool faded_out;               /* nothing is sent to the engine */
	bool plan_stale;              /* the plan must be compiled anew */
	struct engine_change *change; /* scratch for a batch */
	size_t room;                  /* changes that fit */
	float *target;                /* scratch for the gains of a strip */
	size_t targets;               /* that fit */
	unsigned latency_version;
	unsigned changes;
	void (*changed)(
	    void *arg, const struct address *address, const void *origin);
	void *changed_arg;
};

/* Tells the listener of one more change at an address, that of another
 * parameter of the same strip, send or slot. */
void mixer_tell(struct mixer *mixer, const struct address *address,
    enum param id, const void *origin);

/* The state of a slot, as long as nobody runs it. */
void mixer_insert_begin(struct mixer *mixer, unsigned strip, unsigned insert);

/* Makes what there is of each desk; or frees it, with the desk. Returns 0, or -1
 * without memory: the desk is not taken then. */
int mixer_desk_init(struct mixer *mixer, struct desk *desk);
void mixer_desk_free(struct mixer *mixer);

/* The plan of the desk before is back. */
void mixer_left(struct mixer *mixer);

/* Posts a batch with the first `changes` of mixer->change and, where it must be,
 * a new plan. Returns 0, or -1 when there is no room or no memory now: nothing
 * happened then. */
int mixer_post(struct mixer *mixer, size_t changes);

/* The ms after which a ramp of so many seconds, posted now, has been heard for
 * certain. */
unsigned mixer_ms_until_heard(const struct mixer *mixer, double seconds);

/* The state of a slot as it is shown: bypassed, if it were active else. */
enum insert_state
mixer_insert_shown(const struct mixer *mixer, unsigned strip, unsigned insert);

#endif
