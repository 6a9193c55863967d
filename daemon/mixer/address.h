#ifndef MIXER_ADDRESS_H
#define MIXER_ADDRESS_H

#include "mixer/mixer.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What plain addresses and patterns of them share. For the files of the mixer
 * itself; control thread.
 */

#define ADDRESS_PARTS 8

struct address_parts {
	const char *at[ADDRESS_PARTS];
	size_t size[ADDRESS_PARTS];
	size_t count; /* ADDRESS_PARTS + 1 for more than that */
};

/* The parts of an address or pattern; they point into the text. */
struct address_parts address_split(const char *text);

/* Does the strip of an address have its parameter, if there is one? */
bool address_strip_has(const struct desk *desk, const struct address *address);

/* The place that a plain address leads to; false if there is none. */
bool address_find(
    const struct mixer *mixer, const char *text, struct address *address);

#endif
