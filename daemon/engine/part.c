#include "engine/part.h"

#include "engine/measure.h"

#include <math.h>

/* --- meters --- */

void
part_settle(const struct plan_strip *strip, enum plan_part part, uint32_t lane,
    const struct plan_known *known, struct meter *meter)
{
	if (known->true_peak == 0)
		return;
	for (enum plan_stage stage = STAGE_IN; stage < PLAN_STAGES; stage++) {
		if (strip->meter[stage] == PLAN_NONE ||
		    !part_has_stage(part, stage))
			continue;
		struct meter *at = &meter[strip->meter[stage] + lane];
		float gain = fabsf(part_gain(strip->standing, part, stage));
		at->squares +=
		    (double)gain * (double)gain * (double)known->squares;
		if (gain * known->peak > at->peak)
			at->peak = gain * known->peak;
		if (gain * known->true_peak > at->true_peak)
			at->true_peak = gain * known->true_peak;
	}
}

/* --- what stands --- */

/* Is nothing but the fader on its way? */
static bool
all_but_fader_stands(const struct plan_strip *strip)
{
	if (gain_moves(strip->trim))
		return false;
	for (size_t i = 0; i < strip->routes; i++)
		if (gain_moves(strip->route[i].gain))
			return false;
	return strip->delay == NULL || delay_rests(strip->delay);
}

bool
part_stands(const struct plan_strip *strip)
{
	return !gain_moves(strip->fader) && all_but_fader_stands(strip);
}

/* Does it wait, or will it? */
static bool
route_is_late(const struct plan_route *route)
{
	return route->late != NULL && !delay_rests(route->late);
}

static void
plan_routes(const struct plan_strip *strip, enum plan_part part, uint32_t index)
{
	struct plan_standing_lane *lane = part_lane(strip, part, index);

	lane->sums = 0;
	lane->adds = 0;
	lane->more = lane->late = false;
	for (uint32_t i = 0; i < strip->routes; i++) {
		const struct plan_route *route = &strip->route[i];
		enum plan_stage stage = part_stage_of(route);
		if (route->lane != index || !part_has_stage(part, stage))
			continue;
		float gain =
		    part_gain(strip->standing, part, stage) * route->gain->now;
		bool late = route_is_late(route);
		if (gain == 0 && !late)
			continue;
		lane->adds |= PLAN_SUM_BIT(route->sum);
		if (late) {
			lane->more = lane->late = true;
			continue;
		}
		if (lane->sums == KERNEL_SUMS ||
		    (lane->sums == 1 && lane->sum[0] == route->sum)) {
			lane->more = true;
			continue;
		}
		lane->sum[lane->sums] = route->sum;
		lane->into[lane->sums] = gain;
		lane->fused[lane->sums++] = i;
	}
}

/* Do two open routes end in the same sum? Then the order in which strips are
 * added depends on what else stands, unless the strip is run by itself. */
static bool
routes_meet(const struct plan_strip *strip)
{
	for (size_t i = 0; i < strip->routes; i++)
		for (size_t k = 0; k < i; k++)
			if (strip->route[i].sum == strip->route[k].sum &&
			    strip->route[i].gain->now != 0 &&
			    strip->route[k].gain->now != 0)
				return true;
	return false;
}

/* Just below 1: the over of a rounded product is none that is missed. */
#define NEARLY 0.9999F

static float
over_of(const struct plan_strip *strip, enum plan_part part)
{
	float most = 1;

	for (enum plan_stage stage = STAGE_IN; stage < PLAN_STAGES; stage++) {
		float gain = fabsf(part_gain(strip->standing, part, stage));
		if (part_has_stage(part, stage) && gain > most)
			most = gain;
	}
	return NEARLY / most;
}

/* Of a strip in which all but the fader stands. */
static enum plan_motion
fader_motion(const struct plan_strip *strip)
{
	if (!gain_moves(strip->fader))
		return MOTION_NONE;
	return part_is_alone(strip) ? MOTION_ANY : MOTION_FADER;
}

static enum plan_motion
motion_of(const struct plan_strip *strip)
{
	return all_but_fader_stands(strip) ? fader_motion(strip) : MOTION_ANY;
}

bool
part_holds(const struct plan_strip *strip)
{
	struct plan_standing *standing = strip->standing;

	if (strip->state->moved || standing->motion == MOTION_ANY ||
	    standing->motion != fader_motion(strip))
		return false;
	if (strip->state->faded && standing->motion == MOTION_FADER)
		standing->twin = *strip->fader;
	strip->state->faded = false;
	return true;
}

static void
settle_strip(const struct plan_strip *strip, struct meter *meter)
{
	enum plan_motion motion = strip->standing->motion;

	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		struct plan_standing *standing = strip->standing;
		if (motion == MOTION_NONE)
			part_settle(strip, PART_WHOLE, lane,
			    &standing->lane[lane].known, meter);
		if (motion != MOTION_FADER)
			continue;
		part_settle(strip, PART_BEFORE, lane,
		    &standing->lane[lane].known, meter);
		part_settle(strip, PART_BEHIND, lane,
		    &standing->behind[lane].known, meter);
	}
}

/* The second differences of the last block, as far as they are known, go
 * where all parts find them. */
static void
keep_bends(const struct plan_strip *strip)
{
	const struct plan_standing *standing = strip->standing;
	struct plan_state *state = strip->state;

	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		for (int point = 0; point < PLAN_POINTS && !state->knows_last;
		     point++)
			state->bend[point][lane] = KERNEL_LARGEST;
		if (standing->motion != MOTION_ANY)
			state->bend[POINT_IN][lane] =
			    standing->lane[lane].known.bend;
		if (standing->motion == MOTION_FADER)
			state->bend[POINT_FADER][lane] =
			    standing->behind[lane].known.bend;
	}
	state->knows_last = true;
}

static void
plan_part(const struct plan_strip *strip, enum plan_part part)
{
	for (uint32_t index = 0; index < strip->lanes; index++) {
		struct plan_standing_lane *lane = part_lane(strip, part, index);
		plan_routes(strip, part, index);
		lane->over = over_of(strip, part);
		lane->known = (struct plan_known){
			.bend = strip->state->bend[part_point(part)][index]
		};
	}
}

static void
plan_parts(const struct plan_strip *strip)
{
	struct plan_standing *standing = strip->standing;
	struct plan_state *state = strip->state;

	standing->gain[STAGE_IN] = 1;
	standing->gain[STAGE_TRIM] = strip->trim->now;
	standing->gain[STAGE_FADER] = strip->trim->now * strip->fader->now;
	plan_part(strip, part_first(strip));
	if (standing->motion == MOTION_FADER) {
		measure_make_history(
		    state, POINT_FADER, POINT_IN, standing->gain[STAGE_FADER]);
		plan_part(strip, PART_BEHIND);
		state->looked = 1U << POINT_IN | 1U << POINT_FADER;
	} else {
		state->looked = 1U << POINT_IN;
	}
	state->knows_last = false;
}

void
part_get_ready(const struct plan_strip *strip, struct meter *meter)
{
	struct plan_standing *standing = strip->standing;

	if (part_holds(strip))
		return;
	standing->alone = routes_meet(strip);
	enum plan_motion motion = motion_of(strip);
	if (motion == MOTION_FADER)
		standing->twin = *strip->fader;
	if (ENGINE_METERS > 0)
		settle_strip(strip, meter);
	keep_bends(strip);
	standing->motion = motion;
	strip->state->moved = strip->state->faded = false;
	if (motion != MOTION_ANY)
		plan_parts(strip);
}
