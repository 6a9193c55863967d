#ifndef MIXER_FADE_H
#define MIXER_FADE_H

#include "mixer/mixer.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Values on their way to others: levels evenly in dB, with -90 dB as the foot
 * of what is off; what has a logarithmic scale evenly on that; all else evenly.
 * Switches, choices and texts do not fade. What somebody else moves meanwhile
 * is let go. One fade at a time. Control thread.
 */

struct desk_map;
struct fade;

/* NULL without memory. */
struct fade *fade_new(void);
void fade_free(struct fade *fade);

/* The desk is another one: leaves alone what it does not have. */
void fade_follow(struct fade *fade, const struct desk_map *map);

/* Ends what goes on, and begins one of so many seconds. */
void fade_begin(struct fade *fade, double seconds, double now);

/* Takes a number along. False, and it is to be set at once: it cannot fade, or
 * there is no memory. */
bool fade_add(struct fade *fade, struct mixer *mixer,
    const struct address *address, double to);

/* Sets all values to where they are now, on the last call exactly to their
 * ends; to be heard from the next mixer_commit() on. `origin` as for
 * mixer_set(). */
void mixer_fade_step(struct mixer *mixer, double now, const void *origin);

/* Values on their way, and seconds to go; 0: none. */
size_t mixer_fade_values(const struct mixer *mixer);
double mixer_fade_left(const struct mixer *mixer, double now);

/* Where the value with this index, of those on their way, stands. */
const struct address *mixer_fade_at(const struct mixer *mixer, size_t index);

/* Holds all values where they are. Returns how many that were. */
size_t mixer_fade_stop(struct mixer *mixer);

#endif
