#ifndef MIXER_VALUES_H
#define MIXER_VALUES_H

#include "mixer/mixer.h"

#include <stdbool.h>

/*
 * Values of the desk as JSON, by their addresses: what state files and scenes
 * hold. A number, a text, or for a plugin's parameter {"value": …, "plugin":
 * URI}. Control thread.
 */

struct cJSON;

/* Calls `each` for all that can be set, each once, in an order that depends on
 * nothing but the desk. */
void values_each(const struct mixer *mixer,
    void (*each)(void *arg, const struct address *address), void *arg);

/* Adds a value under its address. Returns 0, or -1 without memory. */
int values_add(struct cJSON *values, const struct mixer *mixer,
    const struct address *address, const struct schema_value *value);

/* The writable value that the name of an item addresses in this desk; for a
 * plugin's, only of the same plugin. */
bool values_find(const struct mixer *mixer, const struct cJSON *item,
    struct address *address);

/* What the item holds, its text not owned; false if that is neither a number
 * nor a text. */
bool values_read(const struct cJSON *item, struct schema_value *value);

#endif
