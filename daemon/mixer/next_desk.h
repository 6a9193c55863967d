#ifndef MIXER_NEXT_DESK_H
#define MIXER_NEXT_DESK_H

#include "mixer/mixer.h"

#include <stdbool.h>

/*
 * Another desk for a mixer at work, without a gap: what both desks have sounds
 * on, sample for sample, what goes is faded out before and what comes fades in.
 * Strips are the same by kind and id, slots by what works in them, sends by their
 * bus. Control thread.
 */

struct state;

/* Begins to fade out what the next desk does not have. Returns the ms after
 * which that is silent; 0 if nothing plays now. */
unsigned mixer_replace_begin(struct mixer *mixer, const struct desk *next);

/* It comes to nothing: what was faded out is faded in again. */
void mixer_replace_abort(struct mixer *mixer);

/* May the desk be replaced now? Not while plans are on their way, of which there
 * will be none in some cycles. */
bool mixer_may_replace(const struct mixer *mixer);

/* Takes `next` over as the desk. Its values are those of its configuration and
 * `*state` knows those of the configuration before: what was set since stays,
 * unless the configuration itself has another value now. `*state` is replaced by
 * that of the new desk. Meters have no reader. Strips may have other indices
 * from here on. Heard from the next cycle on. Returns 0, or -1 without memory or
 * while too many batches are on their way: nothing changed then. */
int mixer_replace(
    struct mixer *mixer, struct desk *next, struct state **state);

/* Is the plan of the desk before still run, or on its way back? Until it is not,
 * the desk before is kept. */
bool mixer_is_replacing(const struct mixer *mixer);

#endif
