#ifndef CTL_NOTICE_H
#define CTL_NOTICE_H

#include "link.h"

#include "protocol/event_line.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What /event messages mean. Pure functions.
 */

#define NOTICE_LONGEST 480 /* bytes of an event as text */

/* Takes the arguments of an event. False for a message that is no event, or
 * not one with these arguments. */
bool notice_take(const struct link_message *message, struct event_line *line);

/* The message that tells an event; its texts are those of `line`, its address
 * is written to `address`. */
#define NOTICE_ADDRESS 32
void notice_message(const struct event_line *line, char address[NOTICE_ADDRESS],
    struct link_message *message);

/* The event as one line without a line feed: sequence, local time, frame, then
 * what happened. False if it is none. */
bool notice_text(const struct link_message *message, char *text, size_t size);

/* Only what happened, such as "over at ch/kick trim, peak +2.1 dBFS". */
bool notice_short(const struct link_message *message, char *text, size_t size);

#endif
