#ifndef MIXER_ADVICE_INTERNAL_H
#define MIXER_ADVICE_INTERNAL_H

#include "mixer/advice.h"

/*
 * What the files of the advisor share, and nobody else. Control thread.
 */

#define ADVICE_MARGIN 0.5  /* dB out of a target before anything is said */
#define ADVICE_LEAST 3     /* seconds that must have sounded */
#define ADVICE_OFF (-90.0) /* a fader at or below it is closed */

struct advisor {
	struct advice *advice;
	const struct advice_input *in;
	const struct desk *desk;
};

/* A strip's target, in the unit of its row. */
double
advisor_target(const struct advisor *advisor, unsigned strip, enum param param);

const struct history_levels *
advisor_levels(const struct advisor *advisor, unsigned strip, unsigned stage);

/* Begins a finding; its words and fix are added to the newest one. It may be
 * NULL without memory. */
struct finding *advisor_find(struct advisor *advisor, enum advice_code code,
    enum advice_severity severity, unsigned strip, unsigned stage);

/* Its evidence. */
void advisor_evidence(struct finding *finding, double value, double limit,
    const char *unit, unsigned seconds);

void advisor_say(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a set to the newest finding's fix, by which a value changes by so much.
 * False if that is out of the parameter's range: then the fix is to be dropped.
 * A level that is off stays off. */
bool advisor_change(struct advisor *advisor, unsigned strip, enum param param,
    unsigned sub, double change);
/* The same of a plugin's parameter. */
bool advisor_change_param(struct advisor *advisor, unsigned strip,
    unsigned insert, unsigned item, double change);
/* Adds a set to a value. */
void advisor_put(struct advisor *advisor, unsigned strip, enum param param,
    unsigned sub, double value);

/* The newest finding has no fix after all. */
void advisor_drop_fix(struct advisor *advisor);

/* Trim by so much and fader and pre-fader sends back: what leaves the strip
 * stays. False as advisor_change(). */
bool advisor_move(struct advisor *advisor, unsigned strip, double change);

/* Rounds to tenths of a dB. */
double advisor_tenths(double db);

/* Looks at a channel, at the slots of any strip, at a bus or the master.
 * `trimmed`: its level at the trim was found wrong already. */
void advisor_channel(struct advisor *advisor, unsigned strip);
void advisor_slots(struct advisor *advisor, unsigned strip, bool trimmed);
void advisor_sum(struct advisor *advisor, unsigned strip);
void advisor_feeds(struct advisor *advisor, unsigned strip);
void advisor_dc(struct advisor *advisor, unsigned strip);
void advisor_polarity(struct advisor *advisor, unsigned strip);

/* Does what leaves a strip come into a bus at all? */
bool
advisor_reaches(const struct advisor *advisor, unsigned strip, unsigned bus);

#endif
