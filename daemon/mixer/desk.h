#ifndef MIXER_DESK_H
#define MIXER_DESK_H

#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct plugin;

/*
 * The model of the desk: what the configuration says and every live value, in
 * field units. Plain data owned by the control thread; config.h makes one,
 * mixer.h changes it.
 */

#define DESK_ID_LONGEST 32   /* bytes, without the terminator */
#define DESK_NAME_LONGEST 64 /* bytes, without the terminator */
/* Room for desk_strip_text(), terminator included. */
#define DESK_STRIP_TEXT (DESK_ID_LONGEST + 8)
#define DESK_LANES 2 /* most lanes a strip can have */
#define DESK_CHANNELS 1024
#define DESK_BUSES 256
#define DESK_GROUPS 64  /* of a kind: each is a bit */
#define DESK_INSERTS 16 /* of a strip */
#define DESK_LISTENERS 16
#define DESK_NETWORKS 64
#define DESK_EVENT_FILES 100 /* of events at most */
#define DESK_PATTERNS 32     /* of strips, in one of those */
#define DESK_SUBSCRIBERS 32
#define DESK_TOPICS 8         /* of one of those */
#define DESK_TOKEN_SHORTEST 8 /* bytes */
#define DESK_TOKEN_LONGEST 128

/* One wanted connection of a lane: an exact JACK port name, or a POSIX
 * extended regular expression that must match a whole port name. */
struct desk_port {
	char *text; /* without the slashes of a pattern */
	bool pattern;
};

struct desk_ports {
	struct desk_port *port;
	size_t count;
};

struct desk_send {
	unsigned bus; /* index into desk.strip */
	double value[SEND_VALUES];
};

enum insert_kind { INSERT_LV2, INSERT_JACK };

/* How the return of a JACK slot is taken: in the same cycle, or one period
 * later. */
enum insert_mode { INSERT_DIRECT, INSERT_LOOP };

struct desk_insert {
	enum insert_kind kind;
	bool bypass;
	bool required; /* the desk does not start without the plugin */
	/* LV2 */
	char *uri;
	char *preset;                /* as written; NULL: none */
	const struct plugin *plugin; /* NULL: it is missing */
	double *param;               /* live values, plugin->params of them */
	char *unread; /* "params" of a missing plugin, as JSON; NULL: none */
	/* JACK */
	enum insert_mode mode;
	struct desk_ports send[DESK_LANES];
	struct desk_ports back[DESK_LANES]; /* the return */
};

struct desk_strip {
	enum strip_kind kind;
	unsigned place;               /* 1, 2, … within its kind */
	char id[DESK_ID_LONGEST + 1]; /* "master", "monitor" for those */
	char name[DESK_NAME_LONGEST + 1];
	unsigned lanes; /* 1 or 2 */
	double value[STRIP_VALUES];
	double target[TARGET_VALUES];
	unsigned *to; /* indices into desk.strip, without repeats */
	size_t tos;
	struct desk_send *send;
	size_t sends;
	struct desk_ports from[DESK_LANES]; /* channels only */
	struct desk_ports
	    outputs[DESK_LANES]; /* a direct out after the fader */
	bool has_outputs; /* the configuration names outputs, if only [] */
	struct desk_insert *insert;   /* in the order of the signal */
	size_t inserts;               /* 0…DESK_INSERTS */
	bool align;                   /* waits for those it meets in a sum */
	uint64_t groups[GROUP_KINDS]; /* that it is in, by their indices */
};

/* Strips that are moved or muted together. */
struct desk_group {
	char id[DESK_ID_LONGEST + 1];
	char name[DESK_NAME_LONGEST + 1];
	double fader; /* dB; of a DCA */
	double mute;  /* 0 or 1 */
};

enum desk_role { ROLE_NONE, ROLE_VIEW, ROLE_MIX, ROLE_ADMIN };

struct desk_network {
	char *network; /* as written: "127.0.0.0/8", "::1/128" */
	enum desk_role role;
	bool trusted;
	char *token;                /* that must be shown first; NULL: none */
	char *token_file;           /* where it is written; NULL: nowhere */
	char *strip[DESK_PATTERNS]; /* "bus/mon-*": the only ones to set */
	size_t strips;              /* 0: all */
};

/* How much is taken from the senders of osc.allow. */
struct desk_limits {
	unsigned packets, bytes; /* a second, from one address */
	unsigned leases; /* of one address, unless its network is trusted */
	/* A second, from all networks together that are not trusted. */
	unsigned all_packets, all_bytes;
};

/* Who is sent topics without having asked. */
struct desk_subscriber {
	char *url;                      /* "udp://192.168.1.20:9000" */
	const char *topic[DESK_TOPICS]; /* as in /subscribe */
	size_t topics;
	unsigned rate; /* Hz; 0: the topic's own */
	char *prefix;  /* NULL: none */
};

struct desk {
	char name[DESK_NAME_LONGEST + 1];
	double pan_law; /* -3, -4.5 or -6 dB */
	char *jack_client;
	unsigned clip_samples; /* samples at the rail that make a clip, 1…15 */
	unsigned insert_share; /* percent of a period that is much for one */
	unsigned preset;       /* of targets: enum target_preset */
	double target[STRIP_KINDS][TARGET_VALUES]; /* of a kind of strip */
	/* Of buses and the master that have none of their own, in the order
	 * of PARAM_GUARD and what follows. */
	double guard[GUARD_VALUES];
	unsigned event_bytes; /* of a file of events, before a new one */
	unsigned event_files; /* that are kept */
	char *listen[DESK_LISTENERS]; /* "udp://127.0.0.1:9018" */
	size_t listens;
	struct desk_network allow[DESK_NETWORKS];
	size_t allows;
	struct desk_limits limits;
	struct desk_subscriber subscriber[DESK_SUBSCRIBERS];
	size_t subscribers;
	/* Channels, then buses, then the master, then the monitor. */
	struct desk_strip *strip;
	size_t strips, channels, buses;
	struct desk_group *group[GROUP_KINDS];
	size_t groups[GROUP_KINDS];
	/* The strip that the monitor plays; its own index for what is soloed.
	 * desk_set_source() sets it and how it is shown. */
	unsigned source;
	char source_text[DESK_STRIP_TEXT];
};

/* An empty desk with every default and nothing but a stereo master and a stereo
 * monitor; NULL without memory. */
struct desk *desk_new(void);

void desk_free(struct desk *desk);

/* "view", "mix", "admin"; "none" for ROLE_NONE. */
const char *desk_role_name(enum desk_role role);

/* Frees what an entry of osc.allow holds, a token wiped. */
void desk_free_network(struct desk_network *network);

/* Indices of the two that every desk has. */
unsigned desk_master(const struct desk *desk);
unsigned desk_monitor(const struct desk *desk);

/* The strip that a text names as what the monitor plays: "master", "bus/drums",
 * "bus/2", "drums", or "solo" for the monitor's own index; -1 for none. */
int desk_source(const struct desk *desk, const char *text);
void desk_set_source(struct desk *desk, unsigned strip);

/* The monitor is judged by the master's targets, whenever those have moved. */
void desk_aim_monitor(struct desk *desk);

/* Index of the strip of this kind and id, or -1. */
int desk_find(const struct desk *desk, enum strip_kind kind, const char *id);

/* Index of the strip that is named by its id or, in digits, its place; -1 if
 * there is none. `by_place` says which. */
int desk_named(const struct desk *desk, enum strip_kind kind, const char *name,
    bool *by_place);

/* Index of the strip of this kind at a place (1, 2, …), or -1. */
int desk_at(const struct desk *desk, enum strip_kind kind, unsigned place);

/* Index of the group of this kind and id, or -1; or that is named by its id or,
 * in digits, its place. */
int
desk_find_group(const struct desk *desk, enum group_kind kind, const char *id);
int desk_named_group(const struct desk *desk, enum group_kind kind,
    const char *name, bool *by_place);

/* Linear gain that its groups give the fader of a strip; 0 where one mutes
 * it. */
double
desk_groups_gain(const struct desk *desk, const struct desk_strip *strip);

/* Does what leaves the strip's fader go to hardware: do the JACK ports there
 * matter, because the configuration names outputs or it is the master? */
bool desk_feeds_hardware(const struct desk_strip *strip);

/* Do events tell of a stage? Of the monitor's only where it leaves for hardware:
 * all else was told where it came from. */
bool desk_stage_is_told(const struct desk_strip *strip, unsigned stage);

/* Stages of a strip that are measured: "in", "trim", the output of each insert
 * and "fader". */
unsigned desk_stages(const struct desk_strip *strip);

/* The stage behind the fader: the last. The one before it is where a send before
 * the fader is tapped. */
unsigned desk_stage_fader(const struct desk_strip *strip);

/* "in", "trim", "insert/1", …, "fader". */
const char *desk_stage_name(const struct desk_strip *strip, unsigned stage);

/* Writes how addresses name a strip: "ch/kick", or by place "ch/1"; "master" and
 * "monitor", which have neither. */
void desk_strip_text(
    const struct desk_strip *strip, bool by_place, char text[DESK_STRIP_TEXT]);

/* JACK ports in the order in which the engine numbers them: inputs of the
 * channels, outputs of all strips, each strip's lanes in order. */
size_t desk_input_count(const struct desk *desk);
size_t desk_output_count(const struct desk *desk);

/* Lanes of all JACK inserts: each has an input port behind those inputs (its
 * return) and an output port behind those outputs (its send), strip by strip,
 * insert by insert. */
size_t desk_send_count(const struct desk *desk);

#endif
