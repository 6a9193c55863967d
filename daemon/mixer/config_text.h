#ifndef MIXER_CONFIG_TEXT_H
#define MIXER_CONFIG_TEXT_H

#include "protocol/schema.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/*
 * A configuration as a tree of JSON that is changed and printed again: what
 * config_edit.c and config_merge.c share. Control thread.
 */

/* One change under way. */
struct config_text {
	cJSON *root;      /* NULL: it has failed */
	const char *text; /* that it was read from, for its lines */
	char *why;
	size_t why_size;
};

/* Where a strip stands. */
struct config_place {
	enum strip_kind kind;
	cJSON *list; /* "channels" or "buses"; NULL for the master */
	cJSON *node; /* the strip; NULL for a master that the text leaves out */
	int index;   /* in the list, from 0 */
};

/* Reads a text, which must stay until the change is closed; `root` is NULL where it is none, and `why` says so. */
struct config_text
config_text_open(const char *text, char *why, size_t why_size);

/* Says why, and gives the change up: returns -1. */
int config_text_fail(struct config_text *edit, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text of the tree, which ends; NULL where the change has failed. */
char *config_text_close(struct config_text *edit);

/* Finds "ch/kick", "bus/2" or "master". Returns 0, or -1 and says nothing. */
int config_text_find(
    const cJSON *root, const char *name, struct config_place *place);

/* Puts a value under a key, in the place of one that is there. Takes `value`;
 * returns 0, or -1 without memory. */
int config_text_put(cJSON *object, const char *key, cJSON *value);

#endif
