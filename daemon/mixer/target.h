#ifndef MIXER_TARGET_H
#define MIXER_TARGET_H

#include "protocol/schema.h"

/*
 * Targets of stages as presets have them: where a kind of strip should peak,
 * how insert slots are to be fed, how loud the programme should be. Pure
 * functions, any thread.
 */

enum target_preset {
	TARGET_LIVE,
	TARGET_STUDIO,    /* more room above the mix, for mastering */
	TARGET_BROADCAST, /* EBU R 128: -23 LUFS, -1 dBTP */
	TARGET_K20,       /* B. Katz's K-20 and K-14: 0 VU at -20 and -14 */
	TARGET_K14,
	TARGET_PRESETS
};

/* RMS may be so far from what an insert slot is to be fed with, in dB. */
#define TARGET_INSERT_WINDOW 6.0
/* RMS may change so much across an insert slot, in dB. */
#define TARGET_INSERT_CHANGE 3.0

/* The targets of a kind of strip, each in the unit of its row of the schema,
 * at TARGET_VALUE() of it. */
void target_defaults(enum target_preset preset, enum strip_kind kind,
    double target[TARGET_VALUES]);

/* "live", "studio", …, and the way back: TARGET_PRESETS for any other word. */
const char *target_preset_name(enum target_preset preset);
enum target_preset target_preset_find(const char *name);

#endif
