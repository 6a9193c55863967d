#ifndef CTL_EVENTS_FILE_H
#define CTL_EVENTS_FILE_H

#include "command.h"
#include "since.h"

/*
 * Events from the daemon's files, while it runs or not.
 */

/* Prints the events of a file, of standard input ("-"), or of all files of a
 * state directory, oldest first, from `since` on. Lines that are no events are
 * counted in one warning. */
enum status events_file_print(
    struct command *command, const char *path, const struct since *since);

#endif
