#ifndef CTL_ROSTER_BLOB_H
#define CTL_ROSTER_BLOB_H

#include "roster.h"

/*
 * The two files of the roster to each other. One thread.
 */

/* Takes what a lane of a stage reads, in dBFS. */
void roster_feed(struct roster_stage *stage, unsigned lanes, unsigned lane,
    const double level[3], double now);

/* The strip of this address, such as "ch/kick", or NULL. */
struct roster_strip *roster_find(struct roster *roster, const char *address);

/* Takes a /meters/blob message. Returns the strip of its last entry, or NULL if
 * it has none of ours. */
struct roster_strip *roster_read_blob(
    struct roster *roster, const struct link_message *message, double now);

#endif
