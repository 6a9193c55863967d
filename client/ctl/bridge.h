#ifndef CTL_BRIDGE_H
#define CTL_BRIDGE_H

#include "command.h"
#include "follow.h"
#include "roster.h"

/*
 * The meter bridge in a terminal: what the daemon tells goes onto the screen,
 * keys go to the daemon.
 */

#define BRIDGE_RATE 30.0 /* Hz, unless another was asked for */

#define METERS_TOPICS 5

/* Where meters come from, and which of them are shown. */
struct meters_source {
	const char *prefix; /* as typed */
	char asked[200];    /* the same as a prefix to subscribe to */
	/* Meters and loudness, then what else is watched. */
	struct follow_topic topic[METERS_TOPICS];
	struct roster roster;
	unsigned times; /* how often the daemon was found, at the last load */
};

/* Asks the daemon for the desk, and shows what is under the prefix. A daemon
 * that knows no meter blobs is asked for messages. */
enum status meters_load(struct meters_source *source, struct command *command);

/* The desk may be another one after the daemon has been away, or where blobs of
 * another layout come, or an /event/desk: then loads it anew, and subscribes anew if that is to
 * something else. True if the daemon was found again. */
bool meters_reload(struct meters_source *source, struct command *command,
    struct follow *follow);

/* Runs until the user quits. */
enum status bridge_run(struct command *command, struct meters_source *source);

#endif
