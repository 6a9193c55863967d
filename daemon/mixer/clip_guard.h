#ifndef MIXER_CLIP_GUARD_H
#define MIXER_CLIP_GUARD_H

#include "engine/meter.h"
#include "mixer/desk.h"

#include <stddef.h>

/*
 * The guard of a bus or the master, for those who asked for it: where what
 * leaves the fader is above 0 dBFS for longer than `after` within a second, the
 * trim goes down by the least that stops it, never by more than `most` in all,
 * and never up: it is given back by hand. Time is that of the windows. Control
 * thread.
 */

#define GUARD_SPAN 1.0    /* s within which the time above 0 dBFS counts */
#define GUARD_MARGIN 0.1  /* dB that are left below 0 dBFS */
#define GUARD_SETTLE 0.25 /* s behind a pull that are still of before */

struct clip_guard;
struct desk_map;
struct mixer;

/* For the meters of strip i from first[i] on, which must outlive it. NULL
 * without memory. */
struct clip_guard *clip_guard_new(const struct desk *desk, const size_t *first);
void clip_guard_free(struct clip_guard *guard);

/* Takes over what another desk's knows of the strips that both have. */
void clip_guard_follow(struct clip_guard *guard,
    const struct clip_guard *before, const struct desk_map *map);

/* The sample rate of the windows to come, in Hz. */
void clip_guard_set_rate(struct clip_guard *guard, unsigned rate);

/* Takes a window in. */
void
clip_guard_fold(struct clip_guard *guard, const struct meter_window *window);

/* Pulls down what must be, each with an event; heard from the next
 * mixer_commit() on. Every tick. */
void mixer_guard_step(struct mixer *mixer);

/* What the guard has taken of a strip's trim and not given back, in dB. 0 once
 * somebody has moved the trim: then it is theirs. */
double mixer_guard_reduction(const struct mixer *mixer, unsigned strip);

/* Gives it back. `origin` as for mixer_set(). Returns false if there is
 * nothing. */
bool
mixer_guard_release(struct mixer *mixer, unsigned strip, const void *origin);

#endif
