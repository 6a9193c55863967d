#ifndef EDGE_STATE_FILE_H
#define EDGE_STATE_FILE_H

#include <stdbool.h>

/*
 * The live state on disk: read at start, written within 2 s of a change and at
 * stop, whole or not at all. One file for each configuration file, two
 * generations. Control thread; the disk is waited for on a worker.
 */

struct loop;
struct mixer;
struct state_file;

/* Takes the values that the mixer has now as those of the configuration file,
 * reads the state that belongs to it in the directory, and sees to its being
 * written. With `restore` false nothing is read. What cannot be used is set
 * aside under a name that says why, and the generation before is read. NULL,
 * and a line in the log, where there is nothing to go by: no regular file as
 * configuration, or no memory or thread. */
struct state_file *state_file_open(struct mixer *mixer, struct loop *loop,
    const char *directory, const char *config, bool restore);

/* Writes what is not yet written, and ends. */
void state_file_close(struct state_file *file);

#endif
