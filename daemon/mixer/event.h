#ifndef MIXER_EVENT_H
#define MIXER_EVENT_H

#include "mixer/desk.h"
#include "protocol/event_line.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What happened, numbered without gaps, with a history to replay from.
 * Control thread.
 */

#define EVENT_HISTORY 4096

struct event {
	uint64_t sequence; /* 1, 2, …, going on where a file ended */
	uint64_t frame;    /* JACK frame: the first one, for over and clip */
	int64_t time;      /* ms since 1970, UTC, when it was logged */
	enum event_kind kind;
	/* over, clip, invalid, insert, zone, guard */
	char strip[DESK_STRIP_TEXT]; /* "ch/kick", "master" */
	char stage[16];              /* "in", "trim", "insert/1", "fader" */
	/* over, clip, invalid */
	int lane;         /* 1, 2 */
	uint64_t last;    /* last frame */
	unsigned count;   /* samples; xruns so far */
	double peak;      /* dBFS; guard: dB that the trim was moved by */
	double reduction; /* guard: dB that it has taken by now */
	/* over, clip: "ch/kick/trim", the first stage that was over */
	char origin[64];
	/* over, clip: if that is a sum, "ch/kick -4.1, ch/snare -9.0", those
	 * who made it up and their parts of it in dB; else "" */
	char sum[160];
	/* jack: as in /status/jack; insert: as in /<s>/insert/<n>/state; zone:
	 * the new one; scene: "saved", "recalled", "renamed" or "deleted";
	 * state: restored, set-aside, unsaved, saved; guard: pulled, limit,
	 * released; desk: what was done, "reload" */
	char state[16];
	char before[16]; /* zone: the old one */
	/* insert: why; scene: its name; state: which file, and why; desk: what
	 * changed, "2 strips added" */
	char text[96];
	unsigned slot; /* insert: 1, 2, … */
};

struct event_log;

struct event_log *event_log_new(void);
void event_log_free(struct event_log *log);

/* Gives the event its sequence number and, where it has none, its time, keeps
 * it and hands it to the listener. The event is copied. */
void event_log_add(struct event_log *log, struct event *event);

/* Puts older events, in the order of their sequence numbers, before those that
 * are there, which are numbered anew behind them. Before anyone listens. */
void event_log_restore(
    struct event_log *log, const struct event *older, size_t count);

/* The one who is told of each new event; NULL for nobody. */
void event_log_listen(struct event_log *log,
    void (*added)(void *arg, const struct event *event), void *arg);

/* The kept event with this sequence number, or NULL: it is too old, or was
 * missing in what was restored. */
const struct event *
event_log_at(const struct event_log *log, uint64_t sequence);

/* Sequence number of the newest event, 0 for none. */
uint64_t event_log_newest(const struct event_log *log);

/* The event by its arguments, which point into it, as event_form() has them.
 * Returns how many there are. */
size_t event_values(
    const struct event *event, struct schema_value value[EVENT_VALUES]);

/* The event that a line tells. What is too long for it is cut. */
void event_from_line(struct event *event, const struct event_line *line);

#endif
