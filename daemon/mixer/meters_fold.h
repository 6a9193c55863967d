#ifndef MIXER_METERS_FOLD_H
#define MIXER_METERS_FOLD_H

#include "engine/meter.h"
#include "mixer/desk.h"
#include "mixer/event.h"

/*
 * The side of meters.h that the mixer itself uses. Control thread.
 */

struct clip_guard;
struct desk_map;
struct history;
struct meters;
struct route_solo;
struct soundcheck;

/* Meters of a desk, which must outlive them; overs, clips and invalid samples
 * go into the log. NULL without memory. */
struct meters *meters_new(const struct desk *desk, struct event_log *log);
void meters_free(struct meters *meters);

/* Takes over what another desk's have measured of the stages that both have.
 * Nothing can fail; `before` is of no use any more, and has no reader. */
void meters_follow(
    struct meters *meters, struct meters *before, const struct desk_map *map);

/* The next window is the first that this desk, and not the one before, has
 * measured. */
void meters_begin(struct meters *meters);

/* Where the meters of a desk are in windows of the one before. NULL without
 * memory. */
struct meter_places;
struct meter_places *meter_places_new(const struct desk_map *map);
void meter_places_free(struct meter_places *places);

/* A window of the desk before, as one of the desk after; valid until the next
 * call. */
const struct meter_window *meter_places_window(
    struct meter_places *places, const struct meter_window *window);

/* Which routes are open; it must outlive them. */
void meters_set_solo(struct meters *meters, const struct route_solo *solo);

/* The sample rate of the windows to come, in Hz. */
void meters_set_rate(struct meters *meters, unsigned rate);

/* Takes one window in. */
void meters_fold(struct meters *meters, const struct meter_window *window);

/* What the stages have been in the last half minute, for history.h. */
struct history *meters_history(const struct meters *meters);

/* What pulls buses and the master down, for clip_guard.h. */
struct clip_guard *meters_guard(const struct meters *meters);

/* A sound check, for soundcheck.h. */
struct soundcheck *meters_soundcheck(const struct meters *meters);

/* The first JACK frame that is not measured yet. */
uint64_t meters_frame(const struct meters *meters);

/* Nothing runs: the last 300 ms are silence. Peaks that a reader has not read
 * yet stay. */
void meters_rest(struct meters *meters);

#endif
