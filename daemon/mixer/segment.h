#ifndef MIXER_SEGMENT_H
#define MIXER_SEGMENT_H

#include "mixer/desk.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Where the desk is cut at its JACK inserts: what comes behind one runs in a
 * later segment, in another JACK client, so that JACK runs the program in
 * between in the same cycle. Pure functions over a desk.
 */

struct segments {
	unsigned *in;    /* a strip: the segment in which it begins */
	unsigned *first; /* … and the first in which something feeds it */
	unsigned count;  /* 1 without JACK inserts */
};

/* Returns 0, or -1 without memory; segments_free() frees what it holds. */
int segments_solve(struct segments *segments, const struct desk *desk);
void segments_free(struct segments *segments);

/* The segment of what lies behind so many inserts of a strip. */
unsigned segment_of(const struct segments *segments, const struct desk *desk,
    unsigned strip, size_t inserts);

/* Is it an insert at which the desk is cut? */
bool segment_cut(const struct desk_insert *insert);

#endif
