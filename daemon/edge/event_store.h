#ifndef EDGE_EVENT_STORE_H
#define EDGE_EVENT_STORE_H

#include "mixer/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The files of events in the state directory: events.jsonl, whose lines
 * event_line.h knows, and older ones as events.1.jsonl, events.2.jsonl, ….
 * Everything here waits for the disk. One thread at a time.
 */

struct event_store {
	char *path;        /* of the directory */
	int dir;           /* locked, so that only one daemon writes there */
	int fd;            /* of events.jsonl, -1 while it cannot be opened */
	off_t size;        /* bytes of whole lines in it */
	size_t file_bytes; /* a file that has them is put aside */
	unsigned files;    /* kept in all */
	bool dirty;        /* written, and not yet synced */
};

/* What event_store_load() met. */
struct event_store_report {
	size_t strange; /* lines that hold no event */
	size_t torn;    /* bytes cut off at the end, of a line without end */
	int error;      /* 0, or the last -errno, … */
	char file[32];  /* … which this file gave */
	bool blind;     /* it is the newest events that cannot be read */
};

/* Opens and locks the directory. Returns 0, -EWOULDBLOCK if another daemon
 * has it, or another -errno. */
int event_store_open(struct event_store *store, const char *directory,
    size_t file_bytes, unsigned files);
void event_store_close(struct event_store *store);

/* Reads the newest `room` events, oldest first, with growing sequence numbers,
 * after mending the end of the newest file, and deletes files that are more
 * than are kept. Returns how many there are. Where the report says `blind`, what
 * is appended would have numbers that are given already. */
size_t event_store_load(struct event_store *store, struct event *to,
    size_t room, struct event_store_report *report);

/* Writes whole lines behind the last, to a new file if they would make this one
 * too large. Returns 0, or -errno: then none of it is there. */
int
event_store_append(struct event_store *store, const char *text, size_t size);

/* Waits until the disk has all of it. Returns 0 or -errno. */
int event_store_sync(struct event_store *store);

#endif
