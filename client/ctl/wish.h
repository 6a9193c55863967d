#ifndef CTL_WISH_H
#define CTL_WISH_H

#include "ask.h"
#include "command.h"

#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Values on their way to the daemon: gathered, checked, sent together, and
 * compared with what then stands. What set and batch have in common.
 */

/* One value, and what will then stand there. */
struct wish {
	char *address; /* or a pattern */
	bool pattern;
	char *text; /* as typed */
	const struct schema_param
	    *param; /* NULL if the pattern leaves it open */
	struct schema_value value;
	unsigned line; /* of the input, from 1; 0 for an argument */
	bool told;     /* that it went to a bound */
};

struct wishes {
	struct wish *wish;
	size_t count;
	const char *name; /* of the input, "" for arguments */
};

/* Adds one. Prints why if the status is not STATUS_OK. */
enum status wishes_add(struct wishes *wishes, const char *address,
    const char *text, unsigned line);

/* Reads lines of ADDRESS VALUE as get prints them, where a text is the rest of
 * its line. Empty lines and those that begin with "#" are passed over. Prints
 * every line that cannot be read, by its number; with `strict` also each value
 * that the schema refuses. */
enum status wishes_read(struct wishes *wishes, FILE *file, bool strict);

void wishes_free(struct wishes *wishes);

/* Asks the daemon for the units of plugins' parameters where a value came with
 * one, and prints what does not fit. */
enum status wishes_fit(struct command *command, struct wishes *wishes);

/* Asks for every address without setting anything, and prints what the daemon
 * refuses. */
enum status wishes_probe(struct command *command, const struct wishes *wishes);

/* Sends all in bundles of at most 1,400 bytes, asks for what then stands,
 * prints it, and says where it is not what was wished. */
enum status wishes_run(struct command *command, struct wishes *wishes);

/* Compares answers with wishes: a value at a bound is a remark, any other
 * difference a failure. */
enum status wishes_check(struct command *command, const struct wishes *wishes,
    const struct ask *ask);

#endif
