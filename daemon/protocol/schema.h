#ifndef PROTOCOL_SCHEMA_H
#define PROTOCOL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The one table of everything that has an OSC address: type, unit, range,
 * default, access, help. Dispatch, clamping, error texts, configuration
 * defaults, headroomctl's help and the tables of headroom-osc(7) come from it.
 * Constant data; any thread.
 */

/* Numbers of a strip, of a send and of a target come first and without gaps,
 * because a strip and a send keep them in arrays indexed by these. */
enum param {
	PARAM_TRIM,
	PARAM_POLARITY,
	PARAM_DELAY,
	PARAM_FADER,
	PARAM_PAN,
	PARAM_MUTE,
	PARAM_SOLO,
	PARAM_SAFE,
	PARAM_GUARD,
	PARAM_GUARD_AFTER,
	PARAM_GUARD_MOST,
	PARAM_LEVEL,
	PARAM_DIM,
	PARAM_DIM_LEVEL,
	PARAM_MONO,
	PARAM_SOLO_MODE,
	STRIP_VALUES,
	PARAM_SEND_LEVEL = STRIP_VALUES,
	PARAM_SEND_PAN,
	PARAM_SEND_MUTE,
	PARAM_SEND_TAP,
	SEND_END,
	PARAM_TARGET_LOW = SEND_END,
	PARAM_TARGET_HIGH,
	PARAM_TARGET_INSERT,
	PARAM_TARGET_LOUDNESS,
	TARGET_END,
	PARAM_GUARD_REDUCTION = TARGET_END,
	PARAM_NAME,
	PARAM_SOURCE,
	PARAM_SOLOED,
	PARAM_DCA_FADER,
	PARAM_DCA_POSITION,
	PARAM_DCA_MUTE,
	PARAM_DCA_NAME,
	PARAM_MUTE_GROUP,
	PARAM_MUTE_GROUP_NAME,
	PARAM_FADER_POSITION,
	PARAM_INSERT_NAME,
	PARAM_INSERT_STATE,
	PARAM_INSERT_BYPASS,
	PARAM_INSERT_PARAM,
	PARAM_METER,
	PARAM_HEADROOM,
	PARAM_HEADROOM_RESET,
	PARAM_LOUDNESS,
	PARAM_LOUDNESS_RESET,
	PARAM_STATUS_SAMPLE_RATE,
	PARAM_STATUS_PERIOD,
	PARAM_STATUS_DSP_LOAD,
	PARAM_STATUS_WORST_CYCLE,
	PARAM_STATUS_XRUNS,
	PARAM_STATUS_JACK,
	PARAM_STATUS_UPTIME,
	PARAM_STATUS_VERSION,
	PARAM_STATUS_SUBSCRIBERS,
	PARAM_STATUS_DROPS,
	PARAM_STATUS_INSERT_MEAN,
	PARAM_STATUS_INSERT_WORST,
	PARAM_SUBSCRIBE,
	PARAM_RENEW,
	PARAM_UNSUBSCRIBE,
	PARAM_EVENTS,
	PARAM_LIST,
	PARAM_DUMP,
	PARAM_DESCRIBE,
	PARAM_PLUGINS,
	PARAM_PLUGIN,
	PARAM_METERS_LAYOUT,
	PARAM_RESET_LOUDNESS,
	PARAM_RESET_HEADROOM,
	PARAM_ADVICE,
	PARAM_ADVICE_APPLY,
	PARAM_UNDO,
	PARAM_GUARD_RELEASE,
	PARAM_SOUNDCHECK_START,
	PARAM_SOUNDCHECK_STATUS,
	PARAM_SOUNDCHECK_APPLY,
	PARAM_SOUNDCHECK_CANCEL,
	PARAM_SCENE_SAVE,
	PARAM_SCENE_RECALL,
	PARAM_SCENE_PREVIEW,
	PARAM_SCENE_SHOW,
	PARAM_SCENE_LIST,
	PARAM_SCENE_CURRENT,
	PARAM_SCENE_STOP,
	PARAM_SCENE_RENAME,
	PARAM_SCENE_DELETE,
	PARAM_RELOAD,
	PARAM_RELOAD_CHECK,
	PARAM_ADD,
	PARAM_REMOVE,
	PARAM_MOVE,
	PARAM_CONFIG_SAVE,
	PARAM_REPLY,
	PARAM_COOKIE,
	PARAM_AUTH,
	PARAMS
};
#define SEND_VALUES (SEND_END - PARAM_SEND_LEVEL)
#define SEND_VALUE(param) ((param)-PARAM_SEND_LEVEL)
#define GUARD_VALUES (PARAM_GUARD_MOST + 1 - PARAM_GUARD)
#define TARGET_VALUES (TARGET_END - PARAM_TARGET_LOW)
#define TARGET_VALUE(param) ((param)-PARAM_TARGET_LOW)

/* Taps of a send, the choices of PARAM_SEND_TAP in order. */
enum send_tap { TAP_PRE, TAP_POST };

/* Where a solo is heard, the choices of PARAM_SOLO_MODE in order: at the master,
 * or on the monitor from before or behind the faders. */
enum solo_mode { SOLO_PLACE, SOLO_PFL, SOLO_AFL };

enum schema_type {
	SCHEMA_FLOAT,
	SCHEMA_INT,
	SCHEMA_TEXT,   /* UTF-8, at most `max` bytes, no control characters */
	SCHEMA_CHOICE, /* one of `choices`; kept as its index, shown as text */
	SCHEMA_COMMAND /* arguments and answer as `help` says */
};

/* What the address is relative to. */
enum schema_scope {
	SCOPE_STRIP,  /* /<s>/TAIL */
	SCOPE_SEND,   /* /<s>/send/<bus>/TAIL */
	SCOPE_INSERT, /* /<s>/insert/<n>/TAIL */
	/* /<s>/insert/<n>/param/TAIL. The table has one row that stands for
	 * all of them, with an open range; a plugin brings the real ones. */
	SCOPE_INSERT_PARAM,
	SCOPE_METER,         /* /meter/<s>/<stage> */
	SCOPE_HEADROOM,      /* /headroom/<s>/<stage>, or /TAIL */
	SCOPE_LOUDNESS,      /* /loudness/<s>, with /TAIL if there is one */
	SCOPE_STATUS_INSERT, /* /status/insert/<s>/<n>/TAIL */
	SCOPE_STATUS,        /* /status/TAIL, drops by reason */
	SCOPE_DCA,           /* /dca/<id>/TAIL */
	SCOPE_MUTE_GROUP,    /* /mutegroup/<id>, with /TAIL if there is one */
	SCOPE_DESK           /* /TAIL */
};

/* States of an insert slot, the choices of PARAM_INSERT_STATE in order. */
enum insert_state {
	INSERT_ACTIVE,
	INSERT_BYPASSED,
	INSERT_UNCONNECTED, /* nothing comes back: dry */
	INSERT_FAILED,      /* dry */
	INSERT_LOADING      /* dry, until the plugin has been made */
};

/* Kinds of strip, as bits in schema_param.kinds. */
enum strip_kind {
	STRIP_CHANNEL,
	STRIP_BUS,
	STRIP_MASTER,
	STRIP_MONITOR,
	STRIP_KINDS
};
#define KIND_BIT(kind) (1U << (kind))

/* Kinds of group of strips: moved and muted together, or only muted. */
enum group_kind { GROUP_DCA, GROUP_MUTE, GROUP_KINDS };

struct schema_param {
	enum param id;       /* its own index in the table */
	const char *address; /* for people: "/<s>/fader" */
	const char *tail;    /* what stands after the scope: "fader" */
	enum schema_scope scope;
	enum schema_type type;
	unsigned kinds; /* which strips have it; 0 where none is meant */
	bool writable;
	bool in_config;       /* `tail` is a key of the configuration too */
	const char *unit;     /* "dB", "ms", "" */
	double min, max, def; /* in that unit; `max` bytes for text */
	const char *const *choices; /* NULL-terminated, for SCHEMA_CHOICE */
	const char *help;           /* one sentence for people */
};

/* A value on its way in or out. */
struct schema_value {
	char type;     /* OSC type: 'f' 'i' 's' 'h'; in also 'd' 'T' 'F' … */
	double number; /* for every numeric type, and 0 or 1 for T and F */
	const char *text; /* for 's' and 'S'; not owned */
};

enum schema_verdict {
	SCHEMA_OK,
	SCHEMA_CLAMPED,    /* taken, at the nearest bound */
	SCHEMA_TYPE,       /* no plain conversion from this OSC type */
	SCHEMA_NOT_FINITE, /* NaN or Inf */
	SCHEMA_CHOICE_UNKNOWN,
	SCHEMA_TEXT_BAD, /* too long, not UTF-8, control characters */
	SCHEMA_READ_ONLY
};

/* The row of a parameter. */
const struct schema_param *schema_param(enum param id);

/* The writable or readable row with this scope and tail; NULL if none. */
const struct schema_param *
schema_find(enum schema_scope scope, const char *tail);

/* Converts and clamps `in` for this parameter. On SCHEMA_OK and
 * SCHEMA_CLAMPED `out` holds it in the parameter's own type: a float, a whole
 * number, an index into `choices`, or the text of `in`. Otherwise `out` is
 * untouched and `why` says what was found and what is allowed. */
enum schema_verdict
schema_accept(const struct schema_param *param, const struct schema_value *in,
    struct schema_value *out, char *why, size_t why_size);

/* The stable short word for a verdict in /error: "wrong-type", "not-finite",
 * "bad-value", "read-only"; "" for those that are taken. */
const char *schema_code(enum schema_verdict verdict);

/* What is allowed, for error texts and help: "-200 to 10 dB", "pre or post",
 * "0 or 1", "text of at most 64 bytes". */
int schema_allowed(const struct schema_param *param, char *text, size_t size);

/* "ch", "bus", "master", "monitor": the first part of a strip's address. */
const char *schema_kind_name(enum strip_kind kind);

/* The parameter that shows a fader as a place along its travel, and the fader that
 * such a place moves; PARAMS for all others. */
enum param schema_position_of(enum param fader);
enum param schema_fader_of(enum param position);

/* "dca", "mutegroup": the first part of a group's address. */
const char *schema_group_name(enum group_kind kind);

/* The scope of a kind of group, and back: GROUP_KINDS for another one. */
enum schema_scope schema_group_scope(enum group_kind kind);
enum group_kind schema_scope_group(enum schema_scope scope);

/* Is there one strip of this kind, whose address is the kind alone, without an
 * id or a place? */
bool schema_kind_is_one(enum strip_kind kind);

#endif
