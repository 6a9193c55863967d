#ifndef MIXER_CONFIG_READER_H
#define MIXER_CONFIG_READER_H

#include "mixer/config.h"
#include "mixer/desk.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What the readers of the configuration's parts share: the JSON path, the
 * errors so far, objects read by a table of keys. Internal to config*.c.
 * Control thread.
 */

#define CONFIG_ERRORS_MOST 1000 /* kept; one more says that there are more */
#define CONFIG_PORT_LONGEST 320 /* bytes of a JACK port name or pattern */
#define CONFIG_CLIENT_LONGEST 32

/* One step of a JSON path, on the stack of whoever reads that part. */
struct config_path {
	const struct config_path *up; /* NULL for the whole file */
	const char *key;              /* NULL for an array's element */
	size_t index;                 /* of that element */
};

struct config_item;
struct config_reader;

/* A key that an object may have. */
struct config_key {
	const char *name;
	void (*read)(
	    struct config_reader *reader, const struct config_item *item);
	unsigned kinds;       /* KIND_BIT()s of the strips that have it */
	const char *required; /* what is allowed, if it must be there */
	const struct schema_param *param; /* the row that describes it */
};

/* A member that is being read. */
struct config_item {
	const struct config_key *key;
	const cJSON *node;
	const struct config_path *path;
	void *into; /* what the object fills */
};

struct config_keys {
	const struct config_key *key;
	size_t count;   /* at most 32 */
	unsigned kinds; /* only keys that share a bit with it; 0: all */
};

/* A route between two buses, for the search for loops. */
struct config_edge {
	unsigned from, to; /* indices into desk.strip */
	const cJSON *node;
	bool send;
	size_t index; /* place in "to" */
};

struct config_reader {
	const char *text;
	const cJSON *root;
	struct desk *desk;
	struct plugin_host *host; /* NULL: none */
	struct config_finding {
		size_t offset, order;
		bool warning;
		struct config_error error;
	} * finding;
	size_t findings, warnings, room; /* warnings are findings too */
	struct config_edge *edge;
	size_t edges, edge_room;
	bool no_memory;
};

/* Adds an error at a byte of the text; the strings are copied. */
void config_fail(struct config_reader *reader, size_t offset,
    const struct config_path *path, const char *found, const char *allowed);

/* Adds an error about a value of the right type. */
void config_fail_value(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const char *allowed);

/* Adds an error about a value of the wrong type. */
void config_fail_type(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const char *allowed);

/* Adds an error about the key of a member; `form` goes behind it. */
void config_fail_key(struct config_reader *reader, const cJSON *member,
    const struct config_path *path, const char *form, const char *allowed);

/* Adds a warning about a value of the right type. */
void config_warn_value(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const char *allowed);

/* The errors in file order, with their lines; the reader has none after. */
void config_finish(struct config_reader *reader, struct config_errors *errors);

/* Reads an object by its keys: unknown, repeated and missing ones and a value
 * that is no object are errors. */
void config_object(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const struct config_keys *keys, void *into);

/* Is this an array of at most `most`? Otherwise adds an error and `allowed`,
 * which says what is. */
bool config_array(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, size_t most, const char *allowed);

/* A text that PARAM_NAME allows, into `name` of DESK_NAME_LONGEST + 1. The error
 * says `allowed`, or what the row says where that is NULL. */
void config_name(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, char *name, const char *allowed);

/* A number, choice or 0/1 that the row allows, into `value`. */
void config_param(struct config_reader *reader, const struct config_item *item,
    double *value);

/* A whole number from `least` to `most`, into `value`. */
void config_whole(struct config_reader *reader, const struct config_item *item,
    unsigned least, unsigned most, unsigned *value);

/* A copy of a string; NULL and no_memory without memory. */
char *config_copy(struct config_reader *reader, const char *text);

/* Appends to a list for people: "a, b, c"; returns false once it is full and
 * says so with "...". `list` starts empty. */
bool config_list(char *list, size_t size, const char *word);

/* --- the parts --- */

#define CONFIG_ID_ALLOWED                                                   \
	"1 to 32 of a-z, 0-9, - and _, not only digits, not \"master\" or " \
	"\"monitor\""

/* Is this an id that something may have? Otherwise adds an error. */
bool config_id(struct config_reader *reader, const struct config_item *item);

/* Makes room for the DCAs and mute groups that the file names, with their ids. */
void config_prepare_groups(struct config_reader *reader);

/* "dcas" and "mutegroups" of the desk, and of a strip. */
void config_read_groups(
    struct config_reader *reader, const struct config_item *item);
void config_read_members(
    struct config_reader *reader, const struct config_item *item);

/* Makes room for the strips that the file names, with their ids and lanes. */
void config_prepare_strips(struct config_reader *reader);

/* The id of a strip for errors about others; "?" for one that no strip can
 * have, as it may hold anything. */
const char *config_shown_id(const struct desk_strip *strip);

void config_read_strips(
    struct config_reader *reader, const struct config_item *item);
/* "master" and "monitor". */
void
config_read_one(struct config_reader *reader, const struct config_item *item);

/* Ports of each of so many lanes (0: nobody knows how many) into `ports`, which
 * is DESK_LANES long. Returns false where that is no array. */
bool config_lanes(struct config_reader *reader, const struct config_item *item,
    unsigned lanes, struct desk_ports *ports);

/* "from" and "outputs". */
void
config_read_ports(struct config_reader *reader, const struct config_item *item);

/* "targets" of the desk, "target" of a strip. */
void config_read_targets(
    struct config_reader *reader, const struct config_item *item);
void config_read_target(
    struct config_reader *reader, const struct config_item *item);

/* Nothing is said of these targets yet. */
void config_blank_target(double target[TARGET_VALUES]);

/* After all is read: what was left out comes from the kind of strip, and for
 * that from the preset. */
void config_resolve_targets(struct desk *desk);

/* "guard" of the desk, and of a bus or the master. */
void config_read_guards(
    struct config_reader *reader, const struct config_item *item);
void
config_read_guard(struct config_reader *reader, const struct config_item *item);

/* Nothing is said of the guard of this bus, or the master, yet. */
void config_blank_guard(struct desk_strip *strip);

/* After all is read: what was left out comes from the desk. */
void config_resolve_guards(struct desk *desk);

void config_read_inserts(
    struct config_reader *reader, const struct config_item *item);

void
config_read_to(struct config_reader *reader, const struct config_item *item);
void
config_read_sends(struct config_reader *reader, const struct config_item *item);

/* "direct", "loop". */
const char *config_mode_name(enum insert_mode mode);

/* After all routes are read: adds an error for each loop of buses. Returns
 * true if there is none. */
bool config_check_loops(struct config_reader *reader);

/* After that, where there is none: adds an error for each strip in which a path has
 * more direct JACK inserts in series than the engine has segments for. */
void config_check_cuts(struct config_reader *reader);

void
config_read_osc(struct config_reader *reader, const struct config_item *item);

/* "allow", "limits" and "subscribers" of "osc". */
void
config_read_allow(struct config_reader *reader, const struct config_item *item);
void config_read_limits(
    struct config_reader *reader, const struct config_item *item);
void config_read_subscribers(
    struct config_reader *reader, const struct config_item *item);

/* Is each subscriber in a network that "osc" lists as trusted? */
void config_check_subscribers(
    struct config_reader *reader, const struct config_item *osc);

#endif
