#ifndef PROTOCOL_EVENT_LINE_H
#define PROTOCOL_EVENT_LINE_H

#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What each kind of event holds: the arguments of its /event/… message, in
 * order, which are the keys of its line in a file, too. A line is one JSON
 * object:
 *
 *	{"time":"2026-11-22T23:04:05.678Z","event":"xrun","sequence":7,
 *	 "frame":48000,"xruns":1}
 *
 * Pure functions.
 */

#define EVENT_VALUES 11         /* arguments of an event at most */
#define EVENT_TEXT 320          /* bytes of all its texts, terminators too */
#define EVENT_LINE_LONGEST 2048 /* bytes of a line, terminator included */
#define EVENT_TIME_TEXT 32      /* bytes of a time, terminator included */

/* Largest whole number in a line: cJSON prints 15 digits. */
#define EVENT_NUMBER_MAX 999999999999999.0

enum event_kind {
	EVENT_OVER,    /* above 0 dBFS inside the mixer */
	EVENT_CLIP,    /* at the rail at an input, or over at an output */
	EVENT_INVALID, /* NaN or Inf came in and was silenced */
	EVENT_XRUN,
	EVENT_JACK,   /* the JACK server came, went or changed its mode */
	EVENT_INSERT, /* an insert slot works, or works no more */
	EVENT_ZONE,   /* a stage is in another zone */
	EVENT_SCENE,  /* a scene was saved, recalled, renamed or deleted */
	EVENT_STATE,  /* the saved state was taken, refused, or not written */
	EVENT_GUARD,  /* the guard of a strip moved its trim, or could not */
	EVENT_DESK,   /* another desk took the place of the one before */
	EVENT_KINDS
};

struct event_form {
	const char *name;  /* what stands after "/event/" */
	const char *types; /* OSC types of the arguments */
	/* Names of the arguments, NULL behind the last: first "sequence" and
	 * "frame", last "time", in ms since 1970, UTC. */
	const char *const *fields;
};

/* An event by its arguments. Texts point into `text`, so it is not to be
 * copied but by event_line_set(). */
struct event_line {
	enum event_kind kind;
	struct schema_value value[EVENT_VALUES];
	size_t values;
	char text[EVENT_TEXT];
};

const struct event_form *event_form(enum event_kind kind);

/* The kind with this name, EVENT_KINDS if there is none. */
enum event_kind event_kind_find(const char *name);

/* Takes arguments over, with copies of their texts. Returns 0, or -1 if they
 * are not those of the kind, or too long. */
int event_line_set(struct event_line *line, enum event_kind kind,
    const struct schema_value value[], size_t values);

uint64_t event_line_sequence(const struct event_line *line);

/* Milliseconds since 1970, UTC. */
int64_t event_line_time(const struct event_line *line);

/* Writes the line, without a line feed. Returns its bytes, or -1 if it does not
 * fit or there is no memory. */
int event_line_write(const struct event_line *line, char *text, size_t size);

/* Reads a line of `size` bytes, with a line feed behind it or not. Other keys
 * are passed over. Returns 0, or -1 for what is no event; any bytes may
 * come. */
int event_line_read(struct event_line *line, const char *text, size_t size);

/* Writes a time as "2026-11-22T23:04:05.678Z", and reads one; -1 for another
 * text. */
void event_time_text(int64_t ms, char text[EVENT_TIME_TEXT]);
int event_time_read(const char *text, int64_t *ms);

#endif
