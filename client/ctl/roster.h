#ifndef CTL_ROSTER_H
#define CTL_ROSTER_H

#include "bar.h"
#include "link.h"

#include "protocol/schema.h"
#include "protocol/zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What strips the desk has, as /list tells, and what their meters read. Levels
 * are dBFS, -200 for silence. One thread.
 */

#define ROSTER_LANES 2
#define ROSTER_STAGES 32

struct roster_lane {
	double peak;      /* highest since roster_restart() */
	double true_peak; /* highest since roster_restart() */
	double rms;       /* newest */
	double highest;   /* true peak since roster_reset_highest() */
	bool read;        /* as in roster_stage */
	struct bar bar;
};

struct roster_stage {
	char name[24]; /* "in", "trim", "insert/1", "fader" */
	bool read; /* readings of all lanes have come since roster_restart() */
	bool shown;
	struct roster_lane lane[ROSTER_LANES];
};

/* The numbers of /loudness/<s>, in their order. */
enum roster_loudness {
	LOUDNESS_MOMENTARY, /* LUFS */
	LOUDNESS_SHORT_TERM,
	LOUDNESS_INTEGRATED,
	LOUDNESS_RANGE, /* LU */
	LOUDNESS_CORRELATION,
	LOUDNESS_DC,    /* dBFS */
	LOUDNESS_CREST, /* dB */
	LOUDNESS_MOMENTARY_MAX,
	LOUDNESS_SHORT_TERM_MAX,
	LOUDNESSES
};

/* An insert slot. */
struct roster_slot {
	unsigned number; /* from 1 */
	char kind[8];    /* "lv2", "jack" */
	char name[96];   /* of the plugin, or "jack" */
	char state[16];
};

struct roster_strip {
	enum strip_kind kind;
	char address[48]; /* "ch/kick", "master", "monitor" */
	char name[68];
	unsigned lanes, stages, place; /* place from 1, within the kind */
	bool outputs;     /* what leaves the fader goes to hardware */
	bool aimed;       /* its target has been told: */
	double low, high; /* dBFS */
	bool shown;
	bool
	    has_loudness; /* buses and the master, where all stages are shown */
	bool loudness_read;
	double loudness[LOUDNESSES]; /* newest */
	struct roster_stage *stage;
	char (*send)[36]; /* ids of buses */
	size_t sends;
	struct roster_slot *slot;
	size_t slots;
};

/* A DCA or a mute group. */
struct roster_group {
	enum group_kind kind;
	char id[36], name[68];
	char (*strip)[48]; /* addresses of those in it */
	size_t strips, wanted;
};

/* What an entry of a meter blob is. */
struct roster_entry {
	size_t strip;
	unsigned stage, lane;
};

struct roster {
	struct roster_strip *strip;
	size_t strips;
	struct roster_group *group;
	size_t groups;
	size_t next;     /* where the next reading is expected */
	uint32_t layout; /* of meter blobs, which are read then; else 0 */
	struct roster_entry *entry;
	size_t entries;
	bool outdated; /* blobs of another layout came, or another desk: load
			  anew */
};

/* Asks the daemon until it has told everything. Returns 0, -ETIMEDOUT after
 * `seconds`, -ECONNREFUSED where nobody listens, or -ENOMEM. */
int roster_load(struct roster *roster, struct link *link, double seconds);

/* Asks what the entries of the meter blobs of a prefix are, after roster_load().
 * Returns 0, -ENOTSUP where the daemon knows no blobs, or as roster_load(). */
int roster_load_layout(struct roster *roster, struct link *link,
    const char *prefix, double seconds);

void roster_free(struct roster *roster);

/* Shows only strips and stages under an address prefix, with or without
 * "/meter" in front, by id or by place. Returns how many stages that are. */
size_t roster_narrow(struct roster *roster, const char *prefix);

/* Takes a /meter, /meters/blob, /loudness, /<s>/target or /event/desk message. Returns the
 * strip, the last one where there are many, or NULL if it is none of ours. */
struct roster_strip *roster_read(
    struct roster *roster, const struct link_message *message, double now);

/* Forgets peaks, so that the next window begins. The RMS and the bars stay. */
void roster_restart(struct roster *roster);

/* Has every shown stage been read since roster_restart(), and every loudness at
 * all? */
bool roster_complete(const struct roster *roster);

/* The window that a stage should peak in. */
struct zone_target roster_target(
    const struct roster_strip *strip, const struct roster_stage *stage);

/* The zone of a peak in dBFS at a stage. */
enum zone roster_zone(const struct roster_strip *strip,
    const struct roster_stage *stage, double peak);

/* Headroom of a lane in dB, rounded down to tenths; negative when over. */
double roster_headroom(const struct roster_lane *lane);

/* Forgets the highest true peaks, from which the headroom is told. */
void roster_reset_highest(struct roster *roster);

#endif
