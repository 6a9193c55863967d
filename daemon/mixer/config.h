#ifndef MIXER_CONFIG_H
#define MIXER_CONFIG_H

#include "mixer/desk.h"

#include <stddef.h>
#include <stdio.h>

/*
 * The configuration file (headroom.json(5)): reading with every error in one
 * go, and printing in full. Control thread.
 */

struct plugin_host;

/* Everything that is wrong with a file, in file order, and beside it what is
 * amiss but was allowed for. */
struct config_errors {
	struct config_error {
		unsigned line; /* 1, 2, … */
		char
		    *path; /* "channels[3].sends.verb.level"; "" for the file */
		char *found;   /* "\"loud\", a string" */
		char *allowed; /* "a number from -200 to 10 dB" */
	} * error, *warning;
	size_t count, warnings;
};

/* Reads and checks JSON text of `size` bytes. What a plugin takes is asked of
 * `host`, which must outlive the desk; NULL knows no plugin. Returns a desk, or
 * NULL with at least one error; either way there may be warnings. `errors` must
 * be zeroed before and freed after. */
struct desk *config_parse(const char *text, size_t size,
    struct plugin_host *host, struct config_errors *errors);

/* The text of a file, at most 16 MiB; "-" is standard input. A zero byte stands
 * behind it, and the caller frees it. NULL with an error. May block. */
char *config_load(const char *file, size_t *size, struct config_errors *errors);

/* Writes each error as "FILE:LINE: PATH: found FOUND; allowed: ALLOWED", and
 * each warning with "warning: " before its path. */
void config_print_errors(
    FILE *out, const char *file, const struct config_errors *errors);

void config_free_errors(struct config_errors *errors);

/* Writes the desk as a configuration with every value in it; reading that
 * gives the same desk, unless there are tokens: those are not shown, and what
 * stands in their place is refused. Returns 0, or -1 on a write error. */
int config_print(FILE *out, const struct desk *desk);

#endif
