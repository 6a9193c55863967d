#ifndef MIXER_ROUTE_H
#define MIXER_ROUTE_H

#include "mixer/desk.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Which strip feeds which, in what order, over which lanes and how loud. Pure
 * functions over a desk, any thread.
 */

/* A way from a strip into a sum. */
/* Onto the monitor lead a way before the fader and one behind it of every other
 * strip, with a route from each lane to each, for mono. */
enum route_kind { ROUTE_TO, ROUTE_SEND, ROUTE_LISTEN };

struct route_way {
	enum route_kind kind;
	bool pre;       /* begins before the fader */
	unsigned from;  /* strip */
	unsigned to;    /* strip */
	size_t send;    /* of ROUTE_SEND: index into the sends of `from` */
	unsigned count; /* routes; else one a lane of the wider of both */
};

/* The way at a place of a strip: those of `to` first, then of each send, and in
 * the end onto the monitor, the one before the fader and the one behind it.
 * False behind the last. */
bool route_way(const struct desk *desk, unsigned from, size_t place,
    struct route_way *way);

/* The lanes that a route of a way leads from and to. */
struct route_lanes {
	unsigned from, to;
};
struct route_lanes
route_lanes(const struct desk *desk, const struct route_way *way, unsigned k);

/* Routes of a strip, on all of its ways. */
size_t route_total(const struct desk *desk, unsigned from);

/* Writes the indices of all strips so that each comes after all that feed it.
 * Returns how many could be placed: all, unless there is a loop. */
size_t route_order(const struct desk *desk, unsigned *order);

/* Linear gain of route k by the pan or balance alone, pan -1…1. Mono into
 * stereo: constant-power (pan_law -3), linear (-6) or their geometric mean
 * (-4.5). Stereo: linear balance, the louder lane at unity. Into mono each
 * lane of a stereo strip counts half. */
double route_pan(double pan_law, double pan, unsigned from_lanes,
    unsigned to_lanes, unsigned route);

/* Which routes are open while strips are soloed in place. */
struct route_solo {
	bool any;   /* something is soloed, whatever the mode */
	bool place; /* … in place */
	bool heard; /* the monitor plays what is soloed */
	bool *up;   /* a strip: it or one that feeds it is soloed */
	bool *down; /* a strip: it or one that it feeds is soloed */
	bool *main; /* a strip: it is the master or feeds it */
};

/* Works it out; `solo` must be zeroed at first and freed at last. Returns 0,
 * or -1 without memory. */
int route_solo_update(struct route_solo *solo, const struct desk *desk);
void route_solo_free(struct route_solo *solo);

/* Linear gain of route k of a way: 0 where it is closed. Paths that cannot reach
 * the master (a wedge mix) are closed by no solo; `solo` NULL: nothing is
 * soloed. The monitor hears its source as it is, mono strips on both sides;
 * from behind the faders solos are panned as in the mix. */
double route_gain(const struct desk *desk, const struct route_solo *solo,
    const struct route_way *way, unsigned k);

#endif
