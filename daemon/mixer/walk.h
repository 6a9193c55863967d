#ifndef MIXER_WALK_H
#define MIXER_WALK_H

#include "mixer/mixer.h"

#include <stdbool.h>

/*
 * All that the desk holds, one after the other, with rests in between. Control
 * thread.
 */

/* Where a walk has come to. Zeroed to begin with; nothing in it is owned. */
struct walk {
	unsigned strip; /* or, behind the last one, a kind of group */
	int param;      /* row of the schema */
	unsigned sub, item;
};

/* The next parameter of a strip, its sends or its insert slots, in desk order,
 * then of each DCA and mute group: what a state subscriber is told of. Returns
 * false behind the last. */
bool walk_next(
    const struct mixer *mixer, struct walk *walk, struct address *address);

#endif
