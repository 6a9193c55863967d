#ifndef CTL_BRIDGE_H
#define CTL_BRIDGE_H

#include "command.h"
#include "roster.h"

/*
 * The meter bridge in a terminal: what the daemon tells goes onto the screen,
 * keys go to the daemon.
 */

#define BRIDGE_RATE 30.0 /* Hz, unless another was asked for */

/* Where meters come from, and which of them are shown. */
struct meters_source {
	const char *prefix; /* as typed */
	char topic[200];    /* the same as a prefix to subscribe to */
	const char *strip;  /* the part of it behind "/meter" */
	struct roster roster;
	unsigned times; /* how often the daemon was found, at the last load */
};

/* Asks the daemon for the desk, and shows what is under the prefix. */
enum status meters_load(struct meters_source *source, struct command *command);

/* The desk may be another one after the daemon has been away: loads it anew if
 * it was found again. True if it was. */
bool meters_reload(
    struct meters_source *source, struct command *command, unsigned times);

/* Runs until the user quits. */
enum status bridge_run(struct command *command, struct meters_source *source);

#endif
