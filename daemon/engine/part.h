#ifndef ENGINE_PART_H
#define ENGINE_PART_H

#include "engine/meter.h"
#include "engine/plan.h"
#include "engine/realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The parts of a strip in which all gains stand: the whole of it, or where its
 * fader alone moves what is before and what is behind that. R only.
 */

/* Is a stage met in a part? */
REALTIME static inline bool
part_has_stage(enum plan_part part, enum plan_stage stage)
{
	return part == PART_WHOLE ||
	       (part == PART_BEHIND) == (stage == STAGE_FADER);
}

/* Gain from the part's input to a stage that it has. */
REALTIME static inline float
part_gain(const struct plan_standing *standing, enum plan_part part,
    enum plan_stage stage)
{
	return part == PART_BEHIND ? 1 : standing->gain[stage];
}

/* The stage where a route begins. */
REALTIME static inline enum plan_stage
part_stage_of(const struct plan_route *route)
{
	return route->pre ? STAGE_TRIM : STAGE_FADER;
}

/* Where the input of a part is looked at. */
REALTIME static inline enum plan_point
part_point(enum plan_part part)
{
	return part == PART_BEHIND ? POINT_FADER : POINT_IN;
}

REALTIME static inline struct plan_standing_lane *
part_lane(const struct plan_strip *strip, enum plan_part part, uint32_t lane)
{
	struct plan_standing *standing = strip->standing;

	return part == PART_BEHIND ? &standing->behind[lane]
				   : &standing->lane[lane];
}

/* The part of a strip that its input goes into. */
REALTIME static inline enum plan_part
part_first(const struct plan_strip *strip)
{
	return strip->standing->motion == MOTION_FADER ? PART_BEFORE
						       : PART_WHOLE;
}

/* A strip whose loudness is measured is run by itself: that wants both of its
 * lanes at once. So is one whose slot comes next. */
REALTIME static inline bool
part_is_alone(const struct plan_strip *strip)
{
	return strip->standing->alone || strip->weighting != NULL ||
	       strip->into != NULL;
}

/* Is nothing on its way in the strip? */
REALTIME bool part_stands(const struct plan_strip *strip);

/* Do its parts still hold, whatever its fader was told? Then it is as if it had
 * been made ready. */
REALTIME bool part_holds(const struct plan_strip *strip);

/* Puts what is known of a lane of a part into a window's meters. */
REALTIME void part_settle(const struct plan_strip *strip, enum plan_part part,
    uint32_t lane, const struct plan_known *known, struct meter *meter);

/* Before a schedule is made: finds what moves in a strip, and makes its parts
 * anew if that has changed; then what was known of them goes into the
 * window's meters. */
REALTIME void
part_get_ready(const struct plan_strip *strip, struct meter *meter);

#endif
