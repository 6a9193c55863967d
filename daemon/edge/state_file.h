#ifndef EDGE_STATE_FILE_H
#define EDGE_STATE_FILE_H

#include <stdbool.h>
#include <stdio.h>

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

/* Prints as JSON what state_file_open() would take: "file", or null for none; how
 * many values are "taken" and "kept"; "values" by their addresses; and "refused",
 * a list of files with the reason. Changes no file, but the mixer. Returns 0, or
 * -1 with a line in the log. */
int state_file_dump(
    struct mixer *mixer, const char *directory, const char *config, FILE *out);

/* Writes what is not yet written, and ends. */
void state_file_close(struct state_file *file);

#endif
