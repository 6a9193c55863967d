#ifndef MIXER_SOUNDCHECK_H
#define MIXER_SOUNDCHECK_H

#include "engine/meter.h"
#include "mixer/desk.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A sound check: listens to the inputs of some strips while their sources play,
 * and says which trim puts the loudest passage where it should be. It moves
 * nothing by itself. Time is that of the windows. Control thread.
 */

#define SOUNDCHECK_SECONDS 20.0 /* unless told otherwise */
#define SOUNDCHECK_SHORTEST 1.0
#define SOUNDCHECK_LONGEST 300.0
#define SOUNDCHECK_GATE (-45.0) /* dBFS peak; what is below may be bleed */
#define SOUNDCHECK_BELOW 30.0   /* dB under the loudest: bleed as well */
#define SOUNDCHECK_LEAST 0.5    /* s of it that can be judged */
#define SOUNDCHECK_PASSAGE 3    /* s whose RMS is told */

enum soundcheck_state {
	SOUNDCHECK_IDLE,
	SOUNDCHECK_LISTENING,
	SOUNDCHECK_DONE,
	SOUNDCHECK_STATES
};

enum soundcheck_verdict {
	VERDICT_SILENT,  /* nothing comes in */
	VERDICT_SHORT,   /* too little to judge */
	VERDICT_CLIPPED, /* at the input: no trim mends that */
	VERDICT_QUIET, /* below the gate, or the trim cannot turn it so far up */
	VERDICT_LOUD,  /* or so far down */
	VERDICT_RIGHT, /* the trim stands where it should */
	VERDICT_MOVE,  /* it should be another */
	VERDICTS
};

/* What was heard of a strip. Levels in dBFS at its input. */
struct soundcheck_finding {
	enum soundcheck_verdict verdict;
	double peak;    /* true peak */
	double loud;    /* RMS of the loudest passage */
	double sounded; /* s */
	double trim;    /* dB that it should have; else what it has */
	char words[160];
};

struct desk_map;
struct soundcheck;
struct mixer;

/* For the meters of strip i from first[i] on, which must outlive it. NULL
 * without memory. */
struct soundcheck *soundcheck_new(const struct desk *desk, const size_t *first);
void soundcheck_free(struct soundcheck *check);

/* Goes on with what another desk's has heard of the strips that both have. */
void soundcheck_follow(struct soundcheck *check, struct soundcheck *before,
    const struct desk_map *map);

/* The sample rate of the windows to come, in Hz; what goes on is given up. */
void soundcheck_set_rate(struct soundcheck *check, unsigned rate);

/* Takes a window in. */
void
soundcheck_fold(struct soundcheck *check, const struct meter_window *window);

/* Begins to listen to the strips that are marked (desk.strips long), in place of
 * what was heard before. Returns 0, or -1 without memory. */
int
mixer_soundcheck_start(struct mixer *mixer, const bool *marked, double seconds);

/* Forgets it. */
void mixer_soundcheck_cancel(struct mixer *mixer);

/* How it stands, how many seconds were heard, and of how many. */
enum soundcheck_state mixer_soundcheck_state(
    const struct mixer *mixer, double *heard, double *seconds);

/* Is the strip listened to? Then what was heard so far. */
bool mixer_soundcheck_read(const struct mixer *mixer, unsigned strip,
    struct soundcheck_finding *finding);

/* Moves the trims of the strips that are marked to where they should be, and, if
 * `balance`, the faders against them, as one step that mixer_undo() takes back.
 * Heard from the next mixer_commit() on. `origin` as for mixer_set(). Returns
 * how many strips were moved. */
unsigned mixer_soundcheck_apply(
    struct mixer *mixer, const bool *marked, bool balance, const void *origin);

/* "idle", "listening", "done"; "silent", "short", "clipped", … */
const char *soundcheck_state_name(enum soundcheck_state state);
const char *soundcheck_verdict_name(enum soundcheck_verdict verdict);

#endif
