#ifndef CTL_TEXTS_H
#define CTL_TEXTS_H

#include "command.h"

#include <stddef.h>

/*
 * JSON texts that the daemon tells in numbered parts: descriptions of
 * addresses and of a plugin.
 */

struct cJSON;

struct texts {
	struct cJSON **json; /* one object each, in the order of the daemon */
	size_t count;
	char refused
	    [400]; /* the daemon's URL and words, if it said no; else "" */
};

/* Asks `address` ("/describe", "/plugin") about something and gathers the
 * answer; where the daemon says no, the status is STATUS_REFUSED and nothing is
 * printed. Says why for any other status that is not STATUS_OK. */
enum status texts_ask(struct command *command, const char *address,
    const char *about, struct texts *texts);

void texts_free(struct texts *texts);

/* A member of an object: the number or text, or `none`. */
double texts_number(const struct cJSON *object, const char *key, double none);
const char *
texts_word(const struct cJSON *object, const char *key, const char *none);
bool texts_true(const struct cJSON *object, const char *key);

#endif
