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

/* Begins to fade out what the next desk does not have. Returns the ms after
 * which that is silent; 0 if nothing plays now. */
unsigned mixer_replace_begin(struct mixer *mixer, const struct desk *next);

/* It comes to nothing: what was faded out is faded in again. */
void mixer_replace_abort(struct mixer *mixer);

/* May the desk be replaced now? Not while plans are on their way, of which there
 * will be none in some cycles. */
bool mixer_may_replace(const struct mixer *mixer);

/* Does all of it that can fail. `next` has the values of its configuration; what
 * was set in the desk before stays, unless the configuration itself has another
 * value now, and mixer_state() goes on with it. The plan, with this
 * table of ports, is on its way to the engine from here on. Returns 0 and takes
 * `next` over, or -1 without memory or while too many batches are on their way:
 * nothing changed then. mixer_replace() follows at once. */
int mixer_replace_prepare(struct mixer *mixer, struct desk *next, void *ports);

/* The desk that was prepared is the desk from here on: strips may have other
 * indices. Meters have no reader. */
void mixer_replace(struct mixer *mixer);

/* Is the plan of the desk before still run, or on its way back? Until it is not,
 * the desk before is kept. */
bool mixer_is_replacing(const struct mixer *mixer);

#endif
