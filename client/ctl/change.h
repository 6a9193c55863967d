#ifndef CTL_CHANGE_H
#define CTL_CHANGE_H

#include "command.h"

/*
 * Changes of the configuration: asked for, waited for and printed.
 */

#define CHANGE_LARGEST 60000 /* bytes of text, so that it fits one datagram */

struct change {
	const char *address;
	struct schema_value value[2];
	size_t values;
	bool changes; /* not asked again: it may have been done */
};

/* Asks, waits as long as anything comes, and prints what was done, on standard
 * error why it was refused. A user who gave no time waits for 10 seconds, as
 * the daemon may have to wait for JACK. */
enum status change_ask(struct command *command, const struct change *change);

#endif
