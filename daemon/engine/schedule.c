#include "engine/schedule.h"

#include <math.h>
#include <string.h>

/* Batches that wait for more lanes at a time. */
#define OPEN 8

/* --- meters --- */

/* What is known of a source, which begins anew. */
static struct plan_known
take_known(struct plan_batch *batch, uint32_t k)
{
	struct kernel_tally *tally = &batch->mix.tally;
	struct plan_known known = {
		.true_peak = tally->true_peak[k],
		.bend = tally->bend[k],
	};

	for (int i = 0; i < KERNEL_PARTS; i++) {
		known.squares += tally->squares[k][i];
		if (tally->peak[k][i] > known.peak)
			known.peak = tally->peak[k][i];
		tally->peak[k][i] = tally->squares[k][i] = 0;
	}
	if (known.peak > known.true_peak)
		known.true_peak = known.peak;
	return known;
}

static void
settle(const struct plan_strip *strip, uint32_t lane,
    const struct plan_known *known, struct meter *meter)
{
	if (known->true_peak == 0)
		return;
	for (int stage = 0; stage < PLAN_STAGES; stage++) {
		if (strip->meter[stage] == PLAN_NONE)
			continue;
		struct meter *at = &meter[strip->meter[stage] + lane];
		float gain = fabsf(strip->standing->gain[stage]);
		at->squares +=
		    (double)gain * (double)gain * (double)known->squares;
		if (gain * known->peak > at->peak)
			at->peak = gain * known->peak;
		if (gain * known->true_peak > at->true_peak)
			at->true_peak = gain * known->true_peak;
	}
}

static void
settle_batch(struct plan_batch *batch, struct meter *meter)
{
	for (uint32_t k = 0; k < batch->mix.sources; k++) {
		struct plan_known known = take_known(batch, k);
		settle(batch->strip[k], batch->lane[k], &known, meter);
		batch->mix.tally.true_peak[k] = 0;
	}
}

void
schedule_settle_segment(const struct plan *plan,
    const struct plan_segment *segment, struct meter *meter)
{
	for (uint32_t i = 0; ENGINE_METERS > 0 && i < segment->batches; i++)
		settle_batch(&plan->batch[segment->batch + i], meter);
}

void
schedule_settle(const struct plan *plan, struct meter *meter)
{
	for (uint32_t i = 0; i < plan->segments; i++)
		schedule_settle_segment(plan, &plan->segment[i], meter);
}

/* --- strips --- */

bool
schedule_stands(const struct plan_strip *strip)
{
	if (gain_moves(strip->trim) || gain_moves(strip->fader))
		return false;
	for (size_t i = 0; i < strip->routes; i++)
		if (gain_moves(strip->route[i].gain))
			return false;
	return strip->delay == NULL || delay_rests(strip->delay);
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
	lane->adds = 0;
	lane->more = lane->late = false;
	for (uint32_t i = 0; i < strip->routes; i++) {
		const struct plan_route *route = &strip->route[i];
		float gain = schedule_gain_before(strip->standing, route) *
			     route->gain->now;
		bool late = route_is_late(route);
		if (route->lane != index || (gain == 0 && !late))
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
over_of(const struct plan_strip *strip)
{
	float most = 1;

	for (int stage = 0; stage < PLAN_STAGES; stage++) {
		float gain = fabsf(strip->standing->gain[stage]);
		most = gain > most ? gain : most;
	}
	return NEARLY / most;
}

/* Brings what is known of a strip up to date; is it at rest? */
static bool
get_ready(const struct plan_strip *strip, struct meter *meter)
{
	struct plan_standing *standing = strip->standing;

	if (standing->ready && !strip->state->moved)
		return true;
	if (standing->ready && ENGINE_METERS > 0)
		for (uint32_t lane = 0; lane < strip->lanes; lane++)
			settle(strip, lane, &standing->lane[lane].known, meter);
	standing->ready = schedule_stands(strip);
	strip->state->moved = false;
	if (!standing->ready)
		return false;
	standing->gain[STAGE_IN] = 1;
	standing->gain[STAGE_TRIM] = strip->trim->now;
	standing->gain[STAGE_FADER] = strip->trim->now * strip->fader->now;
	standing->over = over_of(strip);
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		plan_routes(strip, lane);
		standing->lane[lane].known =
		    (struct plan_known){ .bend = KERNEL_LARGEST };
	}
	standing->alone = routes_meet(strip);
	strip->state->looked = 1U << POINT_IN;
	strip->state->knows_last = false;
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

/* --- batches --- */

/* A schedule under way. */
struct making {
	struct plan *plan;
	uint32_t open[OPEN]; /* batches that wait, the oldest first */
	uint32_t opened;
};

static struct plan_step *
add_step(struct plan *plan)
{
	struct plan_step *step = &plan->step[plan->steps++];

	*step = (struct plan_step){ 0 };
	return step;
}

/* The batch is run next. */
static void
close_batch(struct making *making, uint32_t at)
{
	struct plan_step *step = add_step(making->plan);

	step->batch = making->open[at];
	step->batches = 1;
	making->opened--;
	for (uint32_t i = at; i < making->opened; i++)
		making->open[i] = making->open[i + 1];
}

/* Those that add to one of these sums are run before what comes next. */
static void
close_before(struct making *making, uint64_t sums)
{
	for (uint32_t i = 0; i < making->opened;)
		if ((making->plan->batch[making->open[i]].adds & sums) != 0)
			close_batch(making, i);
		else
			i++;
}

static void
join(struct plan_batch *batch, const struct plan_strip *strip, uint32_t index)
{
	struct plan_standing_lane *lane = &strip->standing->lane[index];
	const struct plan_known *known = &lane->known;
	struct kernel_mix *mix = &batch->mix;
	uint32_t k = mix->sources++;

	for (uint32_t d = 0; d < lane->sums; d++)
		mix->gain[d][k] = lane->into[d];
	mix->last[k] = strip->state->history[POINT_IN][index];
	mix->tally.peak[k][0] = known->peak;
	mix->tally.squares[k][0] = known->squares;
	mix->tally.true_peak[k] = known->true_peak;
	mix->tally.bend[k] = known->bend;
	batch->strip[k] = strip;
	batch->lane[k] = index;
	schedule_set_limit(batch, k);
	batch->rings = PLAN_HISTORY;
	batch->in[k] = strip->in[index];
	batch->out[k] = strip->out[index];
	batch->adds |= lane->adds;
	batch->more |= (uint32_t)lane->more << k;
	batch->late |= (uint32_t)lane->late << k;
	batch->plain_output &= strip->into == NULL;
}

static uint32_t
new_batch(struct plan *plan, const struct plan_strip *strip, uint32_t index)
{
	const struct plan_standing_lane *lane = &strip->standing->lane[index];
	struct plan_batch *batch = &plan->batch[plan->batches];

	memset(batch, 0, sizeof *batch);
	batch->mix.sums = lane->sums;
	for (uint32_t d = 0; d < lane->sums; d++)
		batch->sum[d] = lane->sum[d];
	batch->port_input = strip->port_input;
	batch->plain_output = true;
	return plan->batches++;
}

static bool
fits(const struct plan_batch *batch, const struct plan_strip *strip,
    const struct plan_standing_lane *lane)
{
	if (batch->mix.sums != lane->sums ||
	    batch->port_input != strip->port_input)
		return false;
	for (uint32_t d = 0; d < lane->sums; d++)
		if (batch->sum[d] != lane->sum[d])
			return false;
	return true;
}

/* Puts a lane where it is run with others that have the same sums. */
static void
place_lane(
    struct making *making, const struct plan_strip *strip, uint32_t index)
{
	const struct plan_standing_lane *lane = &strip->standing->lane[index];
	struct plan *plan = making->plan;
	uint32_t at = 0;

	for (uint32_t i = 0; i < making->opened;) {
		const struct plan_batch *batch = &plan->batch[making->open[i]];
		if (!fits(batch, strip, lane) &&
		    (batch->adds & lane->adds) != 0)
			close_batch(making, i);
		else
			i++;
	}
	while (at < making->opened &&
	       !fits(&plan->batch[making->open[at]], strip, lane))
		at++;
	if (at == OPEN) {
		close_batch(making, 0);
		at--;
	}
	if (at == making->opened)
		making->open[making->opened++] = new_batch(plan, strip, index);
	struct plan_batch *batch = &plan->batch[making->open[at]];
	join(batch, strip, index);
	if (batch->mix.sources == KERNEL_SOURCES)
		close_batch(making, at);
}

/* A strip that is run by itself, after all that feed it or add to the same
 * sums before it. */
static void
place_strip(
    struct making *making, const struct plan_strip *strip, bool is_ready)
{
	struct plan *plan = making->plan;
	uint64_t sums = 0;

	for (size_t i = 0; i < strip->routes; i++)
		sums |= PLAN_SUM_BIT(strip->route[i].sum);
	for (uint32_t lane = 0; lane < strip->lanes; lane++)
		if (!strip->port_input && strip->from == NULL)
			sums |= PLAN_SUM_BIT(strip->in[lane]);
	close_before(making, sums);
	struct plan_step *step = add_step(plan);
	step->strip = strip;
	step->batch = plan->batches;
	step->batches = is_ready ? strip->lanes : 0;
	for (uint32_t lane = 0; lane < step->batches; lane++)
		join(&plan->batch[new_batch(plan, strip, lane)], strip, lane);
}

static void
remember(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->batches; i++) {
		struct plan_batch *batch = &plan->batch[i];
		for (uint32_t k = 0; k < batch->mix.sources; k++)
			batch->strip[k]->standing->lane[batch->lane[k]].known =
			    take_known(batch, k);
	}
}

static void
make_segment(
    struct plan *plan, struct plan_segment *segment, struct meter *meter)
{
	struct making making = { .plan = plan };

	segment->step = plan->steps;
	segment->batch = plan->batches;
	for (size_t i = 0; i < segment->count; i++) {
		const struct plan_strip *strip =
		    &plan->strip[segment->first + i];
		bool is_ready = get_ready(strip, meter);
		if (!is_ready || is_alone(strip)) {
			place_strip(&making, strip, is_ready);
			continue;
		}
		for (uint32_t lane = 0; lane < strip->lanes; lane++)
			place_lane(&making, strip, lane);
	}
	while (making.opened != 0)
		close_batch(&making, 0);
	segment->steps = plan->steps - segment->step;
	segment->batches = plan->batches - segment->batch;
}

void
schedule_make(struct plan *plan, struct meter *meter)
{
	remember(plan);
	plan->batches = plan->steps = 0;
	plan->scheduled = true;
	for (uint32_t i = 0; i < plan->segments; i++)
		make_segment(plan, &plan->segment[i], meter);
}
