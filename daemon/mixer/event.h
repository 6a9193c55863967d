#ifndef MIXER_EVENT_H
#define MIXER_EVENT_H

#include "mixer/desk.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What happened, numbered without gaps, with a history to replay from.
 * Control thread.
 */

#define EVENT_HISTORY 4096

enum event_kind {
	EVENT_OVER,    /* above 0 dBFS inside the mixer */
	EVENT_CLIP,    /* at the rail at an input, or over at an output */
	EVENT_INVALID, /* NaN or Inf came in and was silenced */
	EVENT_XRUN,
	EVENT_JACK,   /* the JACK server came, went or changed its mode */
	EVENT_INSERT, /* an insert slot works, or works no more */
	EVENT_ZONE,   /* a stage is in another zone */
	EVENT_KINDS
};

struct event {
	uint64_t sequence; /* 1, 2, … since the start of the daemon */
	uint64_t frame;    /* JACK frame: the first one, for over and clip */
	enum event_kind kind;
	/* over, clip, invalid, insert, zone */
	char strip[DESK_STRIP_TEXT]; /* "ch/kick", "master" */
	char stage[16];              /* "in", "trim", "insert/1", "fader" */
	/* over, clip, invalid */
	int lane;       /* 1, 2 */
	uint64_t last;  /* last frame */
	unsigned count; /* samples; xruns so far */
	double peak;    /* dBFS */
	/* over, clip: "ch/kick/trim", the first stage that was over */
	char origin[64];
	/* over, clip: if that is a sum, "ch/kick -4.1, ch/snare -9.0", those
	 * who made it up and their parts of it in dB; else "" */
	char sum[160];
	char text[96]; /* jack: as in /status/jack; insert: why */
	unsigned slot; /* insert: 1, 2, … */
	/* insert: as in /<s>/insert/<n>/state; zone: the new one */
	const char *state;
	const char *before; /* zone: the old one */
};

struct event_log;

struct event_log *event_log_new(void);
void event_log_free(struct event_log *log);

/* Gives the event its sequence number, keeps it and hands it to the listener.
 * The event is copied. */
void event_log_add(struct event_log *log, struct event *event);

/* The one who is told of each new event; NULL for nobody. */
void event_log_listen(struct event_log *log,
    void (*added)(void *arg, const struct event *event), void *arg);

/* The kept event with this sequence number, or NULL. */
const struct event *
event_log_at(const struct event_log *log, uint64_t sequence);

/* Sequence number of the newest event, 0 for none. */
uint64_t event_log_newest(const struct event_log *log);

/* "over", "clip", … : what stands after /event/. */
const char *event_kind_name(enum event_kind kind);

#endif
