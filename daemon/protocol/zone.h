#ifndef PROTOCOL_ZONE_H
#define PROTOCOL_ZONE_H

#include "protocol/schema.h"

#include <stdbool.h>

/*
 * Where a level stands against the target of its stage. Pure functions, any
 * thread.
 */

#define ZONE_SILENCE (-60.0) /* dBFS; below it there is nothing to judge */

enum zone {
	ZONE_SILENT,
	ZONE_LOW,     /* under the target */
	ZONE_NOMINAL, /* inside the target */
	ZONE_HOT,     /* above the target, not above 0 dBFS */
	ZONE_OVER,    /* above 0 dBFS, inside the float mixer */
	ZONE_CLIP,    /* above 0 dBFS at a port that feeds hardware */
	ZONES
};

/* The window a stage should peak in, in dBFS. Below `silence` there is no
 * signal to judge. */
struct zone_target {
	double silence, low, high;
};

/* The target of a stage of a strip whose own bounds are `low` and `high`, in
 * dBFS: a fader, which sets the balance, has no lower bound in a channel. */
struct zone_target
zone_window(enum strip_kind kind, bool fader, double low, double high);

/* The zone of a peak in dBFS at a stage, which feeds hardware or not. Both
 * bounds of a target belong to it, and exactly 0 dBFS is not over. */
enum zone zone_of(const struct zone_target *target, bool hardware, double peak);

/* "silent", "low", "nominal", "hot", "over", "clip". */
const char *zone_name(enum zone zone);

#endif
