#ifndef EDGE_MEMORY_H
#define EDGE_MEMORY_H

#include "engine/realtime.h"

#include <stddef.h>

/*
 * Memory that stays in RAM, and no more of it than is used. Not on the
 * realtime thread, but for memory_touch().
 */

/* Locks all memory of the process, now and later, each page from its first
 * touch on. Returns 0, or -1 with the reason in a log line. */
int memory_lock(void);

/* Gives back what JACK's shared memory takes of this process without being
 * used; on Linux before 5.18 nothing happens. Nothing goes of `count` buffers
 * of `size` bytes, in order of address, and of what lies before the first of
 * them: a realtime thread may be using that. After a client was opened (then
 * with none), and after each walk through all ports. */
void memory_trim_jack(const void *const *keep, size_t count, size_t size);

/* Makes sure that the pages of a stretch of memory are mapped. */
REALTIME void memory_touch(const void *at, size_t size);

/* The same for this program, libjack and libc, so that code that runs for the
 * first time runs at once. */
void memory_touch_program(void);

#endif
