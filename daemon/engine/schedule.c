#include "engine/schedule.h"

#include "engine/part.h"

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
settle_batch(struct plan_batch *batch, struct meter *meter)
{
	for (uint32_t k = 0; k < batch->mix.sources; k++) {
		struct plan_known known = take_known(batch, k);
		part_settle(batch->strip[k], batch->part, batch->lane[k],
		    &known, meter);
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
	step->batches =
	    making->plan->batch[step->batch].part == PART_BEFORE ? 2 : 1;
	making->opened--;
	for (uint32_t i = at; i < making->opened; i++)
		making->open[i] = making->open[i + 1];
}

/* All that a batch adds to, and the one behind the faders of its lanes. */
static uint64_t
adds_to(const struct plan_batch *batch)
{
	return batch->part == PART_BEFORE ? batch[0].adds | batch[1].adds
					  : batch->adds;
}

/* Those that add to one of these sums are run before what comes next. */
static void
close_before(struct making *making, uint64_t sums)
{
	for (uint32_t i = 0; i < making->opened;)
		if ((adds_to(&making->plan->batch[making->open[i]]) & sums) !=
		    0)
			close_batch(making, i);
		else
			i++;
}

static void
join_part(
    struct plan_batch *batch, const struct plan_strip *strip, uint32_t index)
{
	const enum plan_part part = batch->part;
	struct plan_standing_lane *lane = part_lane(strip, part, index);
	const struct plan_known *known = &lane->known;
	struct kernel_mix *mix = &batch->mix;
	uint32_t k = mix->sources++;

	for (uint32_t d = 0; d < lane->sums; d++)
		mix->gain[d][k] = lane->into[d];
	mix->last[k] = strip->state->history[part_point(part)][index];
	mix->tally.peak[k][0] = known->peak;
	mix->tally.squares[k][0] = known->squares;
	mix->tally.true_peak[k] = known->true_peak;
	mix->tally.bend[k] = known->bend;
	batch->strip[k] = strip;
	batch->lane[k] = index;
	batch->fader[k] = index == 0 ? strip->fader : &strip->standing->twin;
	batch->trim[k] = strip->standing->gain[STAGE_TRIM];
	schedule_set_limit(batch, k);
	batch->rings = PLAN_HISTORY;
	batch->in[k] = strip->in[index];
	batch->out[k] = part == PART_BEFORE ? PLAN_NONE : strip->out[index];
	batch->adds |= lane->adds;
	batch->more |= (uint32_t)lane->more << k;
	batch->late |= (uint32_t)lane->late << k;
	batch->plain_output &= strip->into == NULL;
}

static void
join(struct plan_batch *batch, const struct plan_strip *strip, uint32_t index)
{
	join_part(batch, strip, index);
	if (batch->part == PART_BEFORE)
		join_part(batch + 1, strip, index);
}

static void
new_part(struct plan *plan, const struct plan_strip *strip, enum plan_part part,
    uint32_t index)
{
	const struct plan_standing_lane *lane = part_lane(strip, part, index);
	struct plan_batch *batch = &plan->batch[plan->batches++];

	memset(batch, 0, sizeof *batch);
	batch->part = part;
	batch->mix.sums = lane->sums;
	for (uint32_t d = 0; d < lane->sums; d++)
		batch->sum[d] = lane->sum[d];
	batch->port_input = part != PART_BEHIND && strip->port_input;
	batch->plain_output = true;
}

static uint32_t
new_batch(struct plan *plan, const struct plan_strip *strip, uint32_t index)
{
	uint32_t batch = plan->batches;

	new_part(plan, strip, part_first(strip), index);
	if (part_first(strip) == PART_BEFORE)
		new_part(plan, strip, PART_BEHIND, index);
	return batch;
}

static bool
sums_fit(const struct plan_batch *batch, const struct plan_standing_lane *lane)
{
	if (batch->mix.sums != lane->sums)
		return false;
	for (uint32_t d = 0; d < lane->sums; d++)
		if (batch->sum[d] != lane->sum[d])
			return false;
	return true;
}

/* All that a lane of a strip adds to. */
static uint64_t
adds_of(const struct plan_strip *strip, uint32_t index)
{
	uint64_t adds = strip->standing->lane[index].adds;

	if (part_first(strip) == PART_BEFORE)
		adds |= strip->standing->behind[index].adds;
	return adds;
}

static bool
fits(const struct plan_batch *batch, const struct plan_strip *strip,
    uint32_t index)
{
	const struct plan_standing *standing = strip->standing;
	const struct plan_standing_lane *lane = &standing->lane[index];
	const struct plan_standing_lane *behind = &standing->behind[index];

	if (batch->part != part_first(strip) ||
	    batch->port_input != strip->port_input || !sums_fit(batch, lane))
		return false;
	if (batch->part == PART_WHOLE)
		return true;
	/* All of them before their faders come first: a sum may only be one
	 * of the two. */
	return sums_fit(batch + 1, behind) &&
	       ((batch[0].adds | lane->adds) &
		   (batch[1].adds | behind->adds)) == 0;
}

/* Puts a lane where it is run with others that have the same sums. */
static void
place_lane(
    struct making *making, const struct plan_strip *strip, uint32_t index)
{
	struct plan *plan = making->plan;
	uint64_t adds = adds_of(strip, index);
	uint32_t at = 0;

	for (uint32_t i = 0; i < making->opened;) {
		const struct plan_batch *batch = &plan->batch[making->open[i]];
		if (!fits(batch, strip, index) && (adds_to(batch) & adds) != 0)
			close_batch(making, i);
		else
			i++;
	}
	while (at < making->opened &&
	       !fits(&plan->batch[making->open[at]], strip, index))
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
place_strip(struct making *making, const struct plan_strip *strip)
{
	bool stands = strip->standing->motion == MOTION_NONE;
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
	step->batches = stands ? strip->lanes : 0;
	for (uint32_t lane = 0; lane < step->batches; lane++)
		join(&plan->batch[new_batch(plan, strip, lane)], strip, lane);
}

static void
remember(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->batches; i++) {
		struct plan_batch *batch = &plan->batch[i];
		for (uint32_t k = 0; k < batch->mix.sources; k++)
			part_lane(batch->strip[k], batch->part, batch->lane[k])
			    ->known = take_known(batch, k);
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
		part_get_ready(strip, meter);
		if (strip->standing->motion == MOTION_ANY ||
		    part_is_alone(strip)) {
			place_strip(&making, strip);
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

/* Did no more than faders that move get other targets? */
static bool
all_hold(const struct plan *plan)
{
	for (size_t i = 0; i < plan->strips; i++)
		if (!part_holds(&plan->strip[i]))
			return false;
	return true;
}

void
schedule_make(struct plan *plan, struct meter *meter)
{
	plan->scheduled = true;
	if (all_hold(plan))
		return;
	remember(plan);
	plan->batches = plan->steps = 0;
	for (uint32_t i = 0; i < plan->segments; i++)
		make_segment(plan, &plan->segment[i], meter);
}
