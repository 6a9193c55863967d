#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- to the engine --- */

static bool
more_room(struct mixer *mixer, size_t wanted)
{
	size_t room = mixer->room != 0 ? mixer->room : 64;

	if (wanted <= mixer->room)
		return true;
	while (room < wanted)
		room *= 2;
	struct engine_change *change =
	    realloc(mixer->change, room * sizeof *change);
	if (change == NULL)
		return false;
	mixer->change = change;
	mixer->room = room;
	return true;
}

static struct gain *
gain_at(struct live_strip *strip, size_t target)
{
	if (target == LIVE_TRIM)
		return &strip->trim;
	if (target == LIVE_FADER)
		return &strip->fader;
	return &strip->route[target - LIVE_ROUTE];
}

/* Collects what differs from what was sent, from `count` on. Returns the new
 * count, or SIZE_MAX without memory. */
static size_t
collect_strip(struct mixer *mixer, size_t index, size_t count)
{
	struct live_strip *strip = &mixer->live->strip[index];
	size_t targets = LIVE_ROUTE + strip->routes;
	uint32_t frames = live_delay(mixer->live, mixer->desk, index);

	float *target = calloc(targets, sizeof *target);
	if (target == NULL || !more_room(mixer, count + targets + 1)) {
		free(target);
		return SIZE_MAX;
	}
	live_targets(mixer->desk, &mixer->solo, index, target);
	for (size_t i = 0; i < targets; i++) {
		if (target[i] == strip->sent[i])
			continue;
		mixer->change[count++] = (struct engine_change){
			.moved = &strip->state.moved,
			.gain = gain_at(strip, i),
			.target = target[i],
		};
	}
	free(target);
	if (frames == strip->frames)
		return count;
	int made = live_need_delay(mixer->live, index);
	if (made < 0)
		return SIZE_MAX;
	mixer->plan_stale |= made > 0;
	mixer->change[count++] = (struct engine_change){
		.moved = &strip->state.moved,
		.delay = strip->delay,
		.frames = frames,
	};
	return count;
}

/* What was collected has been posted. */
static void
note_sent(struct mixer *mixer)
{
	for (size_t i = 0; i < mixer->desk->strips; i++) {
		struct live_strip *strip = &mixer->live->strip[i];
		uint32_t frames = live_delay(mixer->live, mixer->desk, i);
		if (!mixer->stale[i])
			continue;
		mixer->stale[i] = false;
		live_targets(mixer->desk, &mixer->solo, i, strip->sent);
		if (strip->frames != frames)
			mixer->latency_version++;
		strip->frames = frames;
	}
	mixer->any_stale = false;
}

/* Posts a batch with these changes and, where it must be, a new plan. Returns
 * 0, or -1 when there is no room or no memory now: nothing happened then. */
static int
post(struct mixer *mixer, size_t changes)
{
	struct engine_batch *batch =
	    malloc(sizeof *batch + changes * sizeof batch->change[0]);
	struct live_plan *plan = NULL;

	if (batch == NULL)
		return -1;
	if (mixer->plan_stale) {
		plan = live_compile(mixer->live, mixer->desk);
		if (plan == NULL) {
			free(batch);
			return -1;
		}
	}
	batch->plan = plan != NULL ? &plan->plan : NULL;
	batch->changes = changes;
	if (changes != 0)
		memcpy(batch->change, mixer->change,
		    changes * sizeof batch->change[0]);
	if (engine_post(mixer->engine, batch) < 0) {
		live_plan_free(plan);
		free(batch);
		return -1;
	}
	if (plan != NULL) {
		mixer->plan = plan;
		mixer->plan_stale = false;
	}
	return 0;
}

void
mixer_commit(struct mixer *mixer)
{
	size_t count = 0;

	if (mixer->live == NULL || !mixer->any_stale)
		return;
	for (size_t i = 0; i < mixer->desk->strips; i++) {
		if (!mixer->stale[i])
			continue;
		count = collect_strip(mixer, i, count);
		if (count == SIZE_MAX)
			return;
	}
	if ((count != 0 || mixer->plan_stale) && post(mixer, count) < 0)
		return;
	note_sent(mixer);
}

int
mixer_set_rate(struct mixer *mixer, unsigned rate)
{
	struct live_plan *before = mixer->plan;
	struct live *old = mixer->live;
	bool was_stale = mixer->plan_stale;

	if (old != NULL && old->rate == rate)
		return 0;
	mixer->live = live_new(mixer->desk, &mixer->solo, rate);
	mixer->plan_stale = true;
	if (mixer->live == NULL || post(mixer, 0) < 0) {
		live_free(mixer->live);
		mixer->live = old;
		mixer->plan_stale = was_stale;
		return -1;
	}
	if (before != NULL)
		before->retired = old;
	meters_set_rate(mixer->meters, rate);
	memset(mixer->stale, 0, mixer->desk->strips * sizeof *mixer->stale);
	mixer->any_stale = false;
	mixer->status.sample_rate = rate;
	mixer->latency_version++;
	return 0;
}

/* --- and back --- */

static void
take_windows(struct mixer *mixer, struct meter_ring *ring)
{
	const struct meter_window *window;

	while ((window = meter_oldest(ring)) != NULL) {
		meters_fold(mixer->meters, window);
		meter_done(ring);
	}
}

/* A plan that R has left: its open window is C's now, too. */
static void
take_plan_back(struct mixer *mixer, struct plan *plan)
{
	take_windows(mixer, &plan->meters);
	if (meter_open(&plan->meters)->frames != 0)
		meters_fold(mixer->meters, meter_open(&plan->meters));
	live_plan_free((struct live_plan *)(void *)plan);
}

void
mixer_tick(struct mixer *mixer, bool running)
{
	struct engine_batch *batch;

	if (!running)
		engine_run(mixer->engine, mixer->engine->frame, 0, NULL, NULL);
	while ((batch = engine_take_spent(mixer->engine)) != NULL) {
		if (batch->plan != NULL)
			take_plan_back(mixer, batch->plan);
		free(batch);
	}
	if (mixer->plan != NULL)
		take_windows(mixer, &mixer->plan->plan.meters);
	if (!running)
		meters_rest(mixer->meters);
	mixer_commit(mixer);
}
