#ifndef MIXER_MIXER_STATE_H
#define MIXER_MIXER_STATE_H

#include "engine/engine.h"
#include "mixer/live.h"
#include "mixer/mixer.h"
#include "mixer/route.h"

#include <stdbool.h>

/*
 * What struct mixer is made of; for the files of the mixer itself.
 */

struct mixer {
	struct desk *desk;
	struct engine *engine;
	struct plugin_host *host; /* NULL: there is none */
	struct live *live;
	struct live_plan *plan; /* the newest one that was posted */
	struct align align;     /* of the latencies of live's slots */
	struct route_solo solo;
	struct meters *meters;
	struct event_log *events;
	struct mixer_status status;
	bool *stale; /* a strip: its targets may differ from those sent */
	bool any_stale;
	bool plan_stale;              /* the plan must be compiled anew */
	struct engine_change *change; /* scratch for a batch */
	size_t room;                  /* changes that fit */
	unsigned latency_version;
	void (*changed)(
	    void *arg, const struct address *address, const void *origin);
	void *changed_arg;
};

#endif
