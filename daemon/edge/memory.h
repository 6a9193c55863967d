#ifndef EDGE_MEMORY_H
#define EDGE_MEMORY_H

/*
 * Memory that stays in RAM, and no more of it than is used. Not on the
 * realtime thread.
 */

/* Locks all memory of the process, now and later, each page from its first
 * touch on. Returns 0, or -1 with the reason in a log line. */
int memory_lock(void);

/* Gives back what JACK's shared memory takes of this process without being
 * used; on Linux before 5.18 nothing happens. After a client was opened, and
 * after each walk through all ports. */
void memory_trim_jack(void);

#endif
