#ifndef EDGE_EVENT_FILE_H
#define EDGE_EVENT_FILE_H

/*
 * Events outlive the daemon: what the log takes is written to the files of
 * event_store.h by a worker thread of its own, so that a disk that hangs holds
 * up nothing. What a disk refuses is tried again every second, as long as the
 * history keeps it. Control thread.
 */

struct event_file;
struct loop;
struct mixer;

/* Restores the mixer's events from a state directory, and writes new ones there
 * from now on. Before anybody listens to events, and before the loop runs. NULL
 * if there can be none; the log says why. */
struct event_file *
event_file_new(struct mixer *mixer, struct loop *loop, const char *directory);

/* Writes what is left and ends. Before mixer and loop are freed. */
void event_file_free(struct event_file *file);

#endif
