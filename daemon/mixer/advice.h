#ifndef MIXER_ADVICE_H
#define MIXER_ADVICE_H

#include "mixer/desk.h"
#include "mixer/history.h"
#include "mixer/route.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The gain-staging advisor: levels in, findings out, each with the sets that
 * mend it and leave the balance of the mix as it is. It asks for no time and
 * changes nothing. Control thread.
 */

enum advice_code {
	ADVICE_HOT_SOURCE,
	ADVICE_LOW_SOURCE,
	ADVICE_FADER_AS_TRIM, /* the fader makes up for the trim */
	ADVICE_INSERT_LEVEL,  /* a slot's output is not level with its input */
	ADVICE_INSERT_FEED,   /* a slot is fed far from nominal */
	ADVICE_BUS_HOT,
	ADVICE_MASTER_HOT,
	ADVICE_MASTER_MEND, /* a hot sum is pulled down at the master */
	ADVICE_MUTED_FEED,  /* what seems off is heard by a send before it */
	ADVICE_DC,
	ADVICE_POLARITY,
	ADVICE_DEAD_LANE,
	ADVICE_TRIM_NOISE,
	ADVICE_LOUDNESS,
	ADVICE_CODES
};

enum advice_severity { ADVICE_NOTE, ADVICE_WARNING, ADVICE_ALARM };

/* One set of a fix. */
struct advice_set {
	enum param param;          /* PARAM_INSERT_PARAM for one of a plugin */
	unsigned strip, sub, item; /* as in struct address */
	bool relative;             /* `change` is added; else `value` is set */
	double change;
	double value; /* what will stand then */
};

#define ADVICE_WORDS 320

struct finding {
	unsigned id; /* 0: none was given yet */
	enum advice_code code;
	enum advice_severity severity;
	unsigned strip, stage;
	double value, limit; /* evidence: what was found, what is allowed */
	const char *unit;
	unsigned seconds; /* over which it was found */
	char words[ADVICE_WORDS];
	double mix; /* dB by which its fix turns the whole mix down; or 0 */
	size_t set,
	    sets; /* its fix: from advice.set[set] on; 0: there is none */
};

/* Zeroed to begin with; memory is kept from run to run. */
struct advice {
	struct finding *finding;
	size_t findings, finding_room;
	struct advice_set *set;
	size_t sets, set_room;
	bool no_memory; /* something was left out for want of it */
};

/* What is known of a strip. */
struct advice_strip {
	struct history_levels stage[DESK_INSERTS + 3];
	struct history_program program;
	bool works[DESK_INSERTS]; /* the slot is active */
	double loudness;          /* integrated, of the master; -200 for none */
	bool to_master;           /* what it sends on is heard there */
};

struct advice_input {
	const struct desk *desk;
	const struct route_solo *solo;
	struct advice_strip *strip; /* as many as the desk has */
};

/* Makes the findings anew, in desk order. */
void advice_run(struct advice *advice, const struct advice_input *input);

void advice_free(struct advice *advice);

/* "hot-source", …; "note", "warning", "alarm". */
const char *advice_code_name(enum advice_code code);
const char *advice_severity_name(enum advice_severity severity);

#endif
