#ifndef MIXER_STATE_H
#define MIXER_STATE_H

#include "mixer/mixer.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The live state of a desk as text (JSON, with a checksum): every value that
 * differs from the configuration. So a value that was never touched follows its
 * configuration, and one that was touched survives it. Values whose strip, send
 * or plugin the desk does not have now are kept, for when it comes back. Control
 * thread.
 */

#define STATE_VERSION 1

struct address;
struct desk_map;
struct state;

/* Remembers the values that the desk has now as those of the configuration.
 * NULL without memory. The mixer must outlive it. */
struct state *state_new(struct mixer *mixer);
void state_free(struct state *state);

/* Goes on with another desk, whose mixer has the values of its configuration:
 * sets what was touched, but where the configuration itself has another value
 * than before; keeps what has no place there. state_adopt() hands it to the
 * mixer that the desk goes to. NULL without memory: nothing is of use then. */
struct state *state_follow(
    const struct state *before, struct mixer *next, const struct desk_map *map);
void state_adopt(struct state *state, struct mixer *mixer);

/* The configuration has the values of `desk` now, which has the strips, sends and
 * slots of this one: only what differs from them is touched. Returns 0, or -1
 * without memory or where it has other values, and nothing changed. */
int state_configure(struct state *state, struct desk *desk);

/* What is kept of a value that has no place in the desk is of no use any more:
 * another was set in its stead. */
void state_forget(struct state *state, const struct address *address);

enum state_verdict {
	STATE_TAKEN,
	STATE_DAMAGED, /* no such text, or its checksum is another */
	STATE_NEWER    /* of a version that comes after STATE_VERSION */
};

/* How much of a text was taken. */
struct state_count {
	unsigned taken; /* values set, if only to the nearest bound */
	unsigned kept;  /* values that the desk has no place for now */
};

/* Sets what the text of `size` bytes says, all of it or, but for STATE_TAKEN,
 * nothing; heard from the next mixer_commit() on. `why` says what is wrong with
 * it. */
enum state_verdict state_read(struct state *state, const char *text,
    size_t size, struct state_count *count, char *why, size_t why_size);

/* The text of what the desk is now; the caller frees it. NULL without memory. */
char *state_print(const struct state *state);

#endif
