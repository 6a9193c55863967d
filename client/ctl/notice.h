#ifndef CTL_NOTICE_H
#define CTL_NOTICE_H

#include "link.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What /event messages mean. Pure functions.
 */

#define NOTICE_LONGEST 240 /* bytes of an event as text */

/* Names of the arguments of an event in order, NULL behind the last; NULL for
 * a message that is no event, or not one with these arguments. */
const char *const *notice_fields(const struct link_message *message);

/* "over", "clip", …: what stands after "/event/". */
const char *notice_kind(const struct link_message *message);

/* The event as one line without a line feed: sequence, frame, kind, then what
 * happened. False if it is none. */
bool notice_text(const struct link_message *message, char *text, size_t size);

/* Only what happened, such as "over at ch/kick trim, peak +2.1 dBFS". */
bool notice_short(const struct link_message *message, char *text, size_t size);

#endif
