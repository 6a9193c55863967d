#ifndef MIXER_ORIGIN_H
#define MIXER_ORIGIN_H

#include "engine/meter.h"
#include "mixer/desk.h"
#include "mixer/route.h"

#include <stddef.h>

/*
 * Where an over came from: the way up the signal's path, through inserts, sends
 * and buses, to the first stage that was over in the same frames; and who made
 * up a sum that was over by itself. Control thread.
 */

/* What it looks at. */
struct origin_view {
	const struct desk *desk;
	const size_t *first; /* a strip: its first meter in a window */
	const struct route_solo *solo; /* NULL: nothing is soloed */
};

struct origin {
	unsigned strip, stage;
};

/* The first stage upstream that was over in frames that the stage's own overs
 * in this window span; itself if there is none. What brings less than
 * ORIGIN_LEAST of a sum's level is not gone up to. A strip's own delay is not
 * reckoned. */
#define ORIGIN_LEAST 0.1
struct origin origin_find(const struct origin_view *view,
    const struct meter_window *window, unsigned strip, unsigned stage);

/* A strip that feeds a sum, and its part of the sum in dB: its peak there over
 * that of all of them together. */
struct origin_share {
	unsigned strip;
	double share;
};

#define ORIGIN_SHARES 3

/* Those that mattered most in this window, the greatest first, none below
 * ORIGIN_LEAST; returns how many. */
unsigned
origin_shares(const struct origin_view *view, const struct meter_window *window,
    unsigned strip, struct origin_share share[ORIGIN_SHARES]);

/* How loud each lane of `from` arrives in the sums of `to`: the linear gain
 * from the stage where it is tapped, of the way after or before the fader. All
 * 0 where that way is not there or closed. Solo may be NULL. */
struct origin_way {
	unsigned stage;                      /* where it is tapped */
	double gain[DESK_LANES][DESK_LANES]; /* from a lane to a lane */
};
void origin_ways(const struct desk *desk, const struct route_solo *solo,
    unsigned from, unsigned to, struct origin_way way[2]);

#endif
