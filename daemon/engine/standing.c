#include "engine/standing.h"

#include "engine/engine.h"
#include "engine/sum.h"

#include <math.h>
#include <string.h>

/* Just under the rail: a sample above it may be one at the rail. */
#define NEARLY_RAIL 0.9999F

const float *
standing_input(const struct plan *plan, const struct block *block,
    const struct plan_strip *strip, uint32_t lane)
{
	uint32_t in = strip->in[lane];

	if (strip->from != NULL)
		return strip->from->result[lane];
	if (!strip->port_input)
		return plan->sum_at[in];
	return block->in[in] != NULL ? block->in[in] + block->offset : NULL;
}

float *
standing_output(
    const struct block *block, const struct plan_strip *strip, uint32_t lane)
{
	uint32_t port = strip->out[lane];

	if (strip->into != NULL)
		return strip->into->in[lane];
	if (port == PLAN_NONE || block->out[port] == NULL)
		return NULL;
	return block->out[port] + block->offset;
}

/* --- meters --- */

static void
settle_lane(const struct plan_strip *strip, uint32_t lane, struct meter *meter)
{
	const struct plan_standing *standing = strip->standing;
	struct plan_standing_lane *from = &strip->standing->lane[lane];
	float peak = 0, squares = 0;

	for (int k = 0; k < KERNEL_WIDEST; k++) {
		peak = from->tally.peak[k] > peak ? from->tally.peak[k] : peak;
		squares += from->tally.squares[k];
	}
	float true_peak = from->true_peak > peak ? from->true_peak : peak;
	from->limit = 0;
	from->true_peak = 0;
	if (true_peak == 0)
		return;
	from->watch = PLAN_HISTORY;
	memset(&from->tally, 0, sizeof from->tally);
	for (int stage = 0; stage < PLAN_STAGES; stage++) {
		if (strip->meter[stage] == PLAN_NONE)
			continue;
		struct meter *at = &meter[strip->meter[stage] + lane];
		float gain = fabsf(standing->gain[stage]);
		at->squares += (double)gain * (double)gain * (double)squares;
		if (gain * peak > at->peak)
			at->peak = gain * peak;
		if (gain * true_peak > at->true_peak)
			at->true_peak = gain * true_peak;
	}
}

static void
settle_strip(const struct plan_strip *strip, struct meter *meter)
{
	if (!strip->standing->ready)
		return;
	for (uint32_t lane = 0; lane < strip->lanes; lane++)
		settle_lane(strip, lane, meter);
}

void
standing_settle(const struct plan *plan, struct meter *meter)
{
	for (size_t i = 0; ENGINE_METERS > 0 && i < plan->strips; i++)
		settle_strip(&plan->strip[i], meter);
}

/* --- getting ready --- */

static bool
stands(const struct plan_strip *strip)
{
	if (gain_moves(strip->trim) || gain_moves(strip->fader))
		return false;
	for (size_t i = 0; i < strip->routes; i++)
		if (gain_moves(strip->route[i].gain))
			return false;
	return strip->delay == NULL || delay_rests(strip->delay);
}

/* Gain from the strip's input to where a route begins. */
static float
gain_before(
    const struct plan_standing *standing, const struct plan_route *route)
{
	return standing->gain[route->pre ? STAGE_TRIM : STAGE_FADER];
}

/* Does it wait, or will it? */
static bool
route_is_late(const struct plan_route *route)
{
	return route->late != NULL && !delay_rests(route->late);
}

static void
plan_routes(const struct plan_strip *strip, uint32_t index)
{
	struct plan_standing_lane *lane = &strip->standing->lane[index];

	lane->sums = 0;
	lane->more = lane->late = false;
	for (uint32_t i = 0; i < strip->routes; i++) {
		const struct plan_route *route = &strip->route[i];
		float gain =
		    gain_before(strip->standing, route) * route->gain->now;
		if (route->lane == index && route_is_late(route))
			lane->more = lane->late = true;
		if (route->lane != index || gain == 0 || route_is_late(route))
			continue;
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

static bool
get_ready(const struct block *block, const struct plan_strip *strip)
{
	struct plan_standing *standing = strip->standing;

	settle_strip(strip, block->meter);
	standing->ready = false;
	strip->state->moved = false;
	if (!stands(strip))
		return false;
	standing->gain[STAGE_IN] = 1;
	standing->gain[STAGE_TRIM] = strip->trim->now;
	standing->gain[STAGE_FADER] = strip->trim->now * strip->fader->now;
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		plan_routes(strip, lane);
		standing->lane[lane].limit = 0;
		standing->lane[lane].watch = PLAN_HISTORY;
	}
	standing->alone = routes_meet(strip);
	standing->asleep = false;
	standing->ready = true;
	strip->state->looked = 1U << POINT_IN;
	return true;
}

/* --- running --- */

/* A sample needs a closer look where it may be over at a stage, at the rail,
 * or near a true peak above those of the window. */
static float
limit_of(const struct plan_strip *strip, float true_peak)
{
	float limit = ENGINE_METERS > 1 ? true_peak / KERNEL_OVERSHOOT : 1;

	for (int stage = 0; stage < PLAN_STAGES; stage++) {
		float over = 0.9999F / fabsf(strip->standing->gain[stage]);
		limit = over < limit ? over : limit;
	}
	return strip->port_input && limit > NEARLY_RAIL ? NEARLY_RAIL : limit;
}

static void
look_closer(struct engine *engine, const struct block *block,
    const struct plan_strip *strip, uint32_t index, const float *x)
{
	const struct plan_standing *standing = strip->standing;
	struct plan_standing_lane *lane = &strip->standing->lane[index];
	struct plan_state *state = strip->state;
	float peak = engine->kernels->scan(x, block->frames).peak;

	if (strip->port_input && peak >= MEASURE_RAIL)
		measure_rail(block,
		    measure_meter(block, strip, STAGE_IN, index), x,
		    &state->rail_run[index], engine->plan->rail_samples);
	else
		state->rail_run[index] = 0;
	for (int stage = 0; stage < PLAN_STAGES; stage++) {
		float gain = standing->gain[stage];
		if (strip->meter[stage] != PLAN_NONE &&
		    fabsf(gain) * peak > MEASURE_OVER)
			measure_overs(block,
			    measure_meter(
				block, strip, (enum plan_stage)stage, index),
			    x, gain);
	}
	if (peak > lane->true_peak)
		lane->true_peak = peak;
	if (ENGINE_METERS > 1)
		lane->true_peak = measure_true_peak(engine->kernels,
		    engine->heard, state->history[POINT_IN][index], x,
		    block->frames, lane->true_peak, engine->plan->few_phases);
	lane->limit = limit_of(strip, lane->true_peak);
}

static void
write_output(const struct block *block, const struct kernels *kernels,
    const struct plan_strip *strip, uint32_t lane, const float *x)
{
	float *out = standing_output(block, strip, lane);
	float gain = strip->standing->gain[STAGE_FADER];

	if (out == NULL)
		return;
	if (x == measure_silence || gain == 0)
		memset(out, 0, block->frames * sizeof *out);
	else
		kernels->scale(out, x, gain, block->frames);
}

static bool
is_fused(const struct plan_standing_lane *lane, uint32_t route)
{
	return (lane->sums > 0 && lane->fused[0] == route) ||
	       (lane->sums > 1 && lane->fused[1] == route);
}

/* The routes beyond those of the common pass. */
static void
add_more(struct engine *engine, const struct block *block,
    const struct plan_strip *strip, uint32_t index, const float *x)
{
	const struct plan_standing *standing = strip->standing;

	for (uint32_t i = 0; i < strip->routes; i++) {
		const struct plan_route *route = &strip->route[i];
		if (route->lane != index || is_fused(&standing->lane[index], i))
			continue;
		sum_route(engine, route, x, gain_before(standing, route),
		    x == measure_silence, block->frames);
	}
}

/* What was said of one lane of the group after the pass. */
static void
finish_lane(struct engine *engine, const struct block *block,
    const struct standing_group *group, uint32_t k, uint32_t says)
{
	const struct plan_strip *strip = group->strip[k];
	struct plan_standing_lane *lane = &strip->standing->lane[group->lane];
	struct plan_state *state = strip->state;
	const float *x = group->mix.x[k];
	bool above = (says & KERNEL_ABOVE(k)) != 0;

	if (ENGINE_METERS > 0 && (above || lane->watch != 0))
		look_closer(engine, block, strip, group->lane, x);
	else if (state->rail_run[group->lane] != 0)
		state->rail_run[group->lane] = 0;
	if (above)
		lane->watch = PLAN_HISTORY;
	else
		lane->watch -=
		    lane->watch < block->frames ? lane->watch : block->frames;
	if (ENGINE_METERS > 1)
		measure_history(
		    state->history[POINT_IN][group->lane], x, block->frames);
	if (lane->late || (lane->more && x != measure_silence))
		add_more(engine, block, strip, group->lane, x);
	write_output(block, engine->kernels, strip, group->lane, x);
}

/* What is no number is silenced before it gets any further: the sums that it
 * is in are thrown away, for they were written beside the ones that hold. */
static void
silence_invalid(
    const struct block *block, struct standing_group *group, uint32_t says)
{
	for (uint32_t k = 0; k < group->mix.sources; k++) {
		const struct plan_strip *strip = group->strip[k];
		if ((says & KERNEL_INVALID(k)) == 0)
			continue;
		measure_invalid(block, strip, group->lane, group->mix.x[k]);
		group->mix.x[k] = measure_silence;
	}
}

static void
run_group(struct engine *engine, const struct block *block,
    struct standing_group *group)
{
	struct plan *plan = engine->plan;
	struct kernel_mix *mix = &group->mix;
	uint32_t says;

	for (uint32_t d = 0; d < mix->sums; d++) {
		const float *now = plan->sum_at[group->sum[d]];
		mix->from[d] = now != NULL ? now : measure_silence;
		mix->to[d] = sum_other_half(plan, group->sum[d]);
	}
	while (((says = engine->kernels->mix(mix, block->frames)) &
		   KERNEL_ANY_INVALID) != 0)
		silence_invalid(block, group, says);
	if ((says & KERNEL_SOUND) != 0)
		for (uint32_t d = 0; d < mix->sums; d++)
			plan->sum_at[group->sum[d]] = mix->to[d];
	for (uint32_t k = 0; k < mix->sources; k++)
		finish_lane(engine, block, group, k, says);
	mix->sources = 0;
	group->more = false;
}

void
standing_flush(struct engine *engine, const struct block *block)
{
	for (uint32_t lane = 0; lane < PLAN_LANES; lane++)
		if (engine->group[lane].mix.sources != 0)
			run_group(engine, block, &engine->group[lane]);
}

/* --- gathering --- */

static bool
fits(const struct standing_group *group, const struct plan_standing_lane *lane)
{
	if (group->mix.sources == 0)
		return true;
	if (group->mix.sources == KERNEL_SOURCES ||
	    group->mix.sums != lane->sums)
		return false;
	for (uint32_t d = 0; d < lane->sums; d++)
		if (group->sum[d] != lane->sum[d])
			return false;
	return true;
}

/* A strip whose loudness is measured is run by itself: that wants both of its
 * lanes at once. So is one whose slot comes next. */
static bool
is_alone(const struct plan_strip *strip)
{
	return strip->standing->alone || strip->weighting != NULL ||
	       strip->into != NULL;
}

/* May the strip wait with those that wait already? Each sum is added to in
 * the order of the strips, whatever stands or moves. */
static bool
may_wait(const struct engine *engine, const struct plan_strip *strip)
{
	const struct plan_standing *standing = strip->standing;

	if (is_alone(strip))
		return false;
	for (uint32_t lane = 0; lane < PLAN_LANES; lane++) {
		const struct standing_group *group = &engine->group[lane];
		if (group->mix.sources == 0)
			continue;
		if (lane >= strip->lanes || !fits(group, &standing->lane[lane]))
			return false;
	}
	return true;
}

/* Is something that waits on its way into the strip? */
static bool
is_fed(const struct engine *engine, const struct plan_strip *strip)
{
	for (uint32_t lane = 0; lane < PLAN_LANES; lane++) {
		const struct standing_group *group = &engine->group[lane];
		if (group->mix.sources == 0)
			continue;
		if (group->more)
			return true;
		for (uint32_t d = 0; d < group->mix.sums; d++)
			if (group->sum[d] == strip->in[0] ||
			    group->sum[d] == strip->in[strip->lanes - 1])
				return true;
	}
	return false;
}

static void
join(struct standing_group *group, const struct plan_strip *strip,
    uint32_t index, const float *x)
{
	struct plan_standing_lane *lane = &strip->standing->lane[index];
	uint32_t k = group->mix.sources++;

	group->strip[k] = strip;
	group->lane = index;
	group->more |= lane->more;
	group->mix.x[k] = x;
	group->mix.limit[k] = lane->limit;
	group->mix.tally[k] = &lane->tally;
	group->mix.sums = lane->sums;
	for (uint32_t d = 0; d < lane->sums; d++) {
		group->sum[d] = lane->sum[d];
		group->mix.gain[d][k] = lane->into[d];
	}
}

/* The loudness of a strip, from its input. */
static void
weigh(const struct block *block, const struct plan_strip *strip,
    const float *const *x)
{
	float gain = strip->standing->gain[STAGE_FADER];
	bool silent = true;

	if (strip->weighting == NULL || ENGINE_METERS == 0)
		return;
	for (uint32_t lane = 0; lane < strip->lanes; lane++)
		silent = silent && x[lane] == measure_silence;
	weighting_run(strip->weighting, x, strip->lanes, gain,
	    silent || gain == 0, block->frames,
	    block->program + strip->program);
}

/* The same after it was run by itself: what was no number in its lanes has
 * been silenced there. */
static void
weigh_alone(const struct engine *engine, const struct block *block,
    const struct plan_strip *strip)
{
	const float *x[PLAN_LANES];

	for (uint32_t lane = 0; lane < PLAN_LANES; lane++)
		x[lane] = engine->group[lane].mix.x[0];
	weigh(block, strip, x);
}

/* Nothing comes in, and nothing rings on. */
static void
sleep_on(const struct engine *engine, const struct block *block,
    const struct plan_strip *strip)
{
	struct plan_state *state = strip->state;

	if (!strip->standing->asleep) {
		strip->standing->asleep = true;
		memset(state->history, 0, sizeof state->history);
		memset(state->rail_run, 0, sizeof state->rail_run);
	}
	for (uint32_t lane = 0; lane < strip->lanes; lane++)
		write_output(
		    block, engine->kernels, strip, lane, measure_silence);
	weigh(block, strip,
	    (const float *[]){ measure_silence, measure_silence });
}

bool
standing_take(struct engine *engine, const struct block *block,
    const struct plan_strip *strip)
{
	struct plan_standing *standing = strip->standing;
	const float *x[PLAN_LANES];
	bool sounds = false;

	if ((strip->state->moved || !standing->ready) &&
	    !get_ready(block, strip))
		return false;
	if (!strip->port_input && is_fed(engine, strip))
		standing_flush(engine, block);
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		x[lane] = standing_input(engine->plan, block, strip, lane);
		sounds |= x[lane] != NULL || standing->lane[lane].watch != 0 ||
			  standing->lane[lane].late;
	}
	if (!sounds) {
		sleep_on(engine, block, strip);
		return true;
	}
	standing->asleep = false;
	if (!may_wait(engine, strip))
		standing_flush(engine, block);
	for (uint32_t lane = 0; lane < strip->lanes; lane++)
		join(&engine->group[lane], strip, lane,
		    x[lane] != NULL ? x[lane] : measure_silence);
	if (is_alone(strip)) {
		standing_flush(engine, block);
		weigh_alone(engine, block, strip);
	}
	return true;
}
