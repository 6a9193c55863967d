#ifndef EDGE_LV2_GUARD_H
#define EDGE_LV2_GUARD_H

#include "engine/realtime.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Whose code a thread is in, kept for each thread: so that a plugin that
 * allocates where it must not is found out, and one that takes the process
 * down is remembered.
 */

struct lv2_guard {
	const char *volatile uri; /* the plugin; NULL in our own code */
	bool realtime;            /* in code that may not allocate */
	bool allocated;           /* but did */
};

/* The calling thread enters the code of a plugin; returns what was before. */
REALTIME struct lv2_guard lv2_guard_enter(const char *uri, bool realtime);

/* Leaves it; returns whether it allocated where it must not. */
REALTIME bool lv2_guard_leave(struct lv2_guard before);

/* Is the calling thread in code that may not allocate? */
REALTIME bool lv2_guard_is_realtime(void);

/* The calling thread allocates or frees memory. Returns whether it is in the
 * code of a plugin. */
bool lv2_guard_note_allocation(void);

/* From now on a fatal signal in the code of a plugin adds a line to `file`.
 * Returns 0 or -errno. */
int lv2_guard_open(const char *file);
void lv2_guard_close(void);

/* Did this plugin take the process down? Then `when` is the time. */
bool lv2_guard_crashed(
    const char *file, const char *uri, char *when, size_t when_size);

/* Takes the lines of this plugin out of the file. Returns 0 or -errno. */
int lv2_guard_forgive(const char *file, const char *uri);

/* An alternate signal stack for the calling thread. */
void lv2_guard_thread(void);

#endif
