#ifndef MIXER_ROUTE_H
#define MIXER_ROUTE_H

#include "mixer/desk.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Which strip feeds which, in what order, over which lanes and how loud. Pure
 * functions over a desk, any thread.
 */

/* Writes the indices of all strips so that each comes after all that feed it.
 * Returns how many could be placed: all, unless there is a loop. */
size_t route_order(const struct desk *desk, unsigned *order);

/* Routes that carry one strip into another: one a lane of the wider of both.
 * Route k runs from route_lane(from lanes, k) into route_lane(to lanes, k). */
unsigned route_count(unsigned from_lanes, unsigned to_lanes);
unsigned route_lane(unsigned lanes, unsigned route);

/* Linear gain of route k by the pan or balance alone, pan -1…1. Mono into
 * stereo: constant-power (pan_law -3), linear (-6) or their geometric mean
 * (-4.5). Stereo: linear balance, the louder lane at unity. Into mono each
 * lane of a stereo strip counts half. */
double route_pan(double pan_law, double pan, unsigned from_lanes,
    unsigned to_lanes, unsigned route);

/* Which routes are open while strips are soloed in place. */
struct route_solo {
	bool any;   /* something is soloed */
	bool *up;   /* a strip: it or one that feeds it is soloed */
	bool *down; /* a strip: it or one that it feeds is soloed */
	bool *main; /* a strip: it is the master or feeds it */
};

/* Works it out; `solo` must be zeroed at first and freed at last. Returns 0,
 * or -1 without memory. */
int route_solo_update(struct route_solo *solo, const struct desk *desk);
void route_solo_free(struct route_solo *solo);

/* Is the route between two strips open? Paths that cannot reach the master (a
 * wedge mix) stay as they are. */
bool route_open(const struct route_solo *solo, unsigned from, unsigned to);

#endif
