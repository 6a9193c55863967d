#ifndef MIXER_LIVE_H
#define MIXER_LIVE_H

#include "engine/engine.h"
#include "mixer/desk.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What sounds: the gains, delays and plans made from a desk. The realtime
 * thread works on the gains and delays while a plan names them; control only
 * makes, names and frees them. Control thread.
 */

/* A strip's state across plans: what its gains were last told, beside them. */
struct live_strip {
	struct gain trim, fader;
	struct gain *route; /* in the order of live_targets() */
	size_t routes;
	float *sent; /* targets of trim, fader and routes, as last posted */
	struct delay *delay; /* NULL until the strip was delayed once */
	float *line;         /* its memory */
	uint32_t frames;     /* the delay's length as last posted */
	struct plan_state state;
	struct weighting weighting; /* of buses and the master */
};

/* All strips of a desk at one sample rate. */
struct live {
	struct live_strip *strip;
	size_t strips;
	unsigned rate; /* Hz */
};

/* A plan with the memory that belongs to it. */
struct live_plan {
	struct plan plan;
	struct plan_strip *strip;
	struct plan_route *route;
	struct plan_standing *standing;
	struct live *retired; /* freed with the plan that used it last */
};

/* Zeroed memory from a cache line on, for the realtime thread: every page has
 * been touched. NULL without memory; free() it. */
void *live_alloc(size_t size);

#define LIVE_TRIM 0
#define LIVE_FADER 1
#define LIVE_ROUTE 2 /* the first route in live_strip.sent */

struct route_solo;

/* Every gain stands at its target, every delay at its length. NULL without
 * memory. */
struct live *
live_new(const struct desk *desk, const struct route_solo *solo, unsigned rate);
void live_free(struct live *live);

/* Gives the strip a delay line if it lacks one. Returns 1 if it got one (the
 * plan must be compiled anew), 0 if it had one, -1 without memory. */
int live_need_delay(struct live *live, size_t strip);

/* Length of a strip's delay in frames. */
uint32_t
live_delay(const struct live *live, const struct desk *desk, size_t strip);

/* Writes the targets of trim, fader and each route of a strip into `target`:
 * routes of `to` first, then of each send the pre and the post ones. */
void live_targets(const struct desk *desk, const struct route_solo *solo,
    size_t strip, float *target);

/* Compiles the plan of a desk. NULL without memory. */
struct live_plan *live_compile(struct live *live, const struct desk *desk);

void live_plan_free(struct live_plan *plan);

#endif
