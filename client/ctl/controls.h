#ifndef CTL_CONTROLS_H
#define CTL_CONTROLS_H

#include "link.h"
#include "roster.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The few parameters of each strip that the meter bridge shows and moves.
 * What a key has set stands at once; what the daemon then says replaces it.
 * One thread.
 */

enum control {
	CONTROL_FADER, /* dB */
	CONTROL_TRIM,  /* dB */
	CONTROL_MUTE,
	CONTROL_SOLO,
	CONTROLS
};

struct controls_strip {
	double value[CONTROLS];
	bool known[CONTROLS];
	bool open[CONTROLS];    /* the daemon has not confirmed our change */
	bool refused[CONTROLS]; /* the daemon will not tell it */
	double moved[CONTROLS]; /* time of that change */
};

struct controls {
	struct controls_strip *strip; /* as many as the roster has */
	size_t strips;
	double asked; /* time of the last question */
};

/* Begins with nothing known. Returns 0 or -ENOMEM. */
int controls_open(struct controls *controls, size_t strips);

void controls_close(struct controls *controls);

/* Does the strip have this control? */
bool controls_has(const struct roster_strip *strip, enum control control);

/* Takes an answer or change. True if it was about one of the controls. */
bool controls_take(struct controls *controls, const struct roster *roster,
    const struct link_message *message, double now);

/* Takes an /error about an address. True if it is about a change of ours, which
 * the user should hear of. */
bool controls_refuse(struct controls *controls, const struct roster *roster,
    const char *address);

/* Asks for what is not known or not confirmed, twice a second at most. */
void controls_ask(struct controls *controls, const struct roster *roster,
    struct link *link, double now);

/* Sets a control of the strip at an index, unless it has none or its value
 * is not known yet. */
void controls_set(struct controls *controls, const struct roster *roster,
    size_t strip, enum control control, double value, struct link *link,
    double now);

/* One step up or down from a value: 1 dB, or 0.1 dB if `fine`; 5 dB in the
 * lowest part of a fader, whose foot is off. */
double controls_step(enum control control, double value, bool up, bool fine);

#endif
