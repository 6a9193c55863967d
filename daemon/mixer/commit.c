#include "mixer/align.h"
#include "mixer/clip_guard.h"
#include "mixer/history.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/slots.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FADE_OUT 0.05 /* s */
#define FADE_SLACK 10 /* ms until R has taken a batch, beside its periods */

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

/* What is collected for one batch. */
struct batch {
	struct mixer *mixer;
	size_t count;
	bool failed; /* no memory */
};

static void
collect(struct batch *batch, struct engine_change change)
{
	struct mixer *mixer = batch->mixer;

	if (!more_room(mixer, batch->count + 1))
		batch->failed = true;
	else
		mixer->change[batch->count++] = change;
}

/* The targets of a strip's gains, as they should be, in memory that is used
 * again; NULL without memory. Their number into `count`. */
static const float *
wanted_gains(struct mixer *mixer, size_t index, size_t *count)
{
	*count = LIVE_ROUTE + mixer->live->strip[index].routes;
	if (*count > mixer->targets) {
		float *more = realloc(mixer->target, *count * sizeof *more);
		if (more == NULL)
			return NULL;
		mixer->target = more;
		mixer->targets = *count;
	}
	live_wanted(
	    mixer->live, mixer->desk, &mixer->solo, index, mixer->target);
	return mixer->target;
}

static void
collect_gains(struct batch *batch, size_t index)
{
	struct mixer *mixer = batch->mixer;
	struct live_strip *strip = &mixer->live->strip[index];
	size_t targets;
	const float *target = wanted_gains(mixer, index, &targets);

	if (target == NULL) {
		batch->failed = true;
		return;
	}
	for (size_t i = 0; i < targets; i++) {
		float *sent;
		struct gain *gain = live_gain(strip, i, &sent);
		size_t place = i == LIVE_TRIM ? 0 : strip->slots;
		struct plan_state *stretch = live_stretch(strip, place);
		if (target[i] != *sent)
			collect(batch,
			    (struct engine_change){
				.moved = i == LIVE_FADER ? &stretch->faded
							 : &stretch->moved,
				.gain = gain,
				.target = target[i],
			    });
	}
}

/* A delay that is to have another length. */
static void
collect_delay(struct batch *batch, struct live_delay *delay, bool *moved,
    uint32_t frames, uint32_t longest, unsigned lanes)
{
	struct mixer *mixer = batch->mixer;

	if (frames == delay->frames)
		return;
	int made = live_need_line(delay, frames, longest, lanes, mixer->plan);
	if (made < 0) {
		batch->failed = true;
		return;
	}
	mixer->plan_stale |= made > 0;
	collect(batch,
	    (struct engine_change){
		.moved = moved, .delay = delay->delay, .frames = frames });
}

/* Twice what is needed: it may grow, and another line would be a gap. */
static void
collect_wait(struct batch *batch, struct live_delay *delay, bool *moved,
    uint32_t frames, unsigned lanes)
{
	collect_delay(batch, delay, moved, frames, 2 * frames, lanes);
}

static void
collect_waits(struct batch *batch, size_t index)
{
	const struct desk *desk = batch->mixer->desk;
	struct live_strip *strip = &batch->mixer->live->strip[index];
	bool *moved = &live_stretch(strip, strip->slots)->moved;

	for (size_t i = 0; i < strip->routes; i++)
		collect_wait(batch, &strip->route[i]->late, moved,
		    live_wait(&batch->mixer->align, desk, index, i), 1);
}

static void
collect_slot(struct batch *batch, const struct desk_strip *desk, size_t index,
    struct live_slot *slot)
{
	const struct desk_insert *insert = &desk->insert[index];
	float wet = live_wet(insert, slot);

	collect_wait(batch, &slot->late, NULL, slot->latency, desk->lanes);
	if (wet != slot->wet)
		collect(batch, (struct engine_change){
				   .gain = &slot->state.wet, .target = wet });
	if (slot->processor == NULL)
		return;
	for (size_t i = 0; i < slot->params; i++)
		if ((float)insert->param[i] != slot->param[i])
			collect(batch, (struct engine_change){
					   .param = &slot->processor->param[i],
					   .target = (float)insert->param[i] });
}

static void
collect_strip(struct batch *batch, size_t index)
{
	struct mixer *mixer = batch->mixer;
	const struct desk_strip *desk = &mixer->desk->strip[index];
	struct live_strip *strip = &mixer->live->strip[index];

	collect_gains(batch, index);
	collect_delay(batch, &strip->core->delay,
	    &live_stretch(strip, strip->slots)->moved,
	    live_delay_frames(mixer->live, mixer->desk, index),
	    live_longest_delay(mixer->live), DELAY_LANES);
	collect_waits(batch, index);
	for (size_t i = 0; i < strip->slots; i++)
		collect_slot(batch, desk, i, strip->slot[i]);
}

/* As the gains were collected, so there is memory for them. */
static void
note_gains(struct mixer *mixer, size_t index)
{
	const struct live_strip *strip = &mixer->live->strip[index];
	size_t targets;
	const float *target = wanted_gains(mixer, index, &targets);
	float *sent;

	for (size_t i = 0; target != NULL && i < targets; i++) {
		live_gain(strip, i, &sent);
		*sent = target[i];
	}
}

static void
note_delay(struct mixer *mixer, struct live_delay *delay, uint32_t frames)
{
	mixer->latency_version += delay->frames != frames;
	delay->frames = frames;
}

static void
note_slot(struct mixer *mixer, const struct desk_insert *insert,
    struct live_slot *slot)
{
	note_delay(mixer, &slot->late, slot->latency);
	slot->wet = live_wet(insert, slot);
	for (size_t i = 0; slot->processor != NULL && i < slot->params; i++)
		slot->param[i] = (float)insert->param[i];
}

/* What was collected has been posted. */
static void
note_sent(struct mixer *mixer)
{
	const struct desk *desk = mixer->desk;

	for (size_t i = 0; i < desk->strips; i++) {
		struct live_strip *strip = &mixer->live->strip[i];
		if (!mixer->stale[i])
			continue;
		mixer->stale[i] = false;
		note_gains(mixer, i);
		note_delay(mixer, &strip->core->delay,
		    live_delay_frames(mixer->live, desk, i));
		for (size_t k = 0; k < strip->routes; k++)
			note_delay(mixer, &strip->route[k]->late,
			    live_wait(&mixer->align, desk, i, k));
		for (size_t k = 0; k < strip->slots; k++)
			note_slot(
			    mixer, &desk->strip[i].insert[k], strip->slot[k]);
	}
	mixer->any_stale = false;
}

int
mixer_post(struct mixer *mixer, size_t changes)
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
		plan->plan.ports = mixer->ports;
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
		mixer->plans_away += mixer->plan != NULL;
		mixer->plan = plan;
		mixer->plan_stale = false;
	}
	return 0;
}

void
mixer_commit(struct mixer *mixer)
{
	struct batch batch = { .mixer = mixer };

	if (mixer->live == NULL || !mixer->any_stale || mixer->faded_out)
		return;
	for (size_t i = 0; i < mixer->desk->strips; i++)
		if (mixer->stale[i])
			collect_strip(&batch, i);
	if (!batch.failed && ((batch.count == 0 && !mixer->plan_stale) ||
				 mixer_post(mixer, batch.count) == 0))
		note_sent(mixer);
}

unsigned
mixer_ms_until_heard(const struct mixer *mixer, double seconds)
{
	return FADE_SLACK +
	       (unsigned)ceil(1e3 * seconds + 3e-3 * timing_period(mixer));
}

unsigned
mixer_fade_out(struct mixer *mixer)
{
	const struct desk *desk = mixer->desk;
	struct batch batch = { .mixer = mixer };

	if (mixer->live == NULL || mixer->status.jack != JACK_RUNNING)
		return 0;
	mixer_commit(mixer);
	for (size_t i = 0; i < desk->strips; i++) {
		struct live_strip *strip = &mixer->live->strip[i];
		if (desk_feeds_hardware(&desk->strip[i]) ||
		    desk->strip[i].tos == 0)
			collect(&batch,
			    (struct engine_change){
				.moved =
				    &live_stretch(strip, strip->slots)->moved,
				.gain = &strip->core->fader,
				.target = 0,
				.frames =
				    (uint32_t)(FADE_OUT * mixer->live->rate),
			    });
	}
	if (batch.failed || mixer_post(mixer, batch.count) < 0)
		return 0;
	mixer->faded_out = true;
	return mixer_ms_until_heard(mixer, FADE_OUT);
}

void
mixer_set_ports(struct mixer *mixer, void *ports)
{
	mixer->ports = ports;
}

int
mixer_set_rate(struct mixer *mixer, unsigned rate)
{
	struct live_plan *before = mixer->plan;
	struct live *old = mixer->live;
	struct align align;
	bool was_stale = mixer->plan_stale;

	if (old != NULL && old->rate == rate)
		return 0;
	if (align_solve(&align, mixer->desk, &mixer->solo, NULL) < 0)
		return -1;
	mixer->live = live_new(mixer->desk, &mixer->solo, rate);
	mixer->plan_stale = true;
	if (mixer->live == NULL || mixer_post(mixer, 0) < 0) {
		align_free(&align);
		live_free(mixer->live);
		mixer->live = old;
		mixer->plan_stale = was_stale;
		return -1;
	}
	slots_orphan(old, true);
	if (before != NULL)
		before->retired = old;
	align_free(&mixer->align);
	mixer->align = align;
	meters_set_rate(mixer->meters, rate);
	memset(mixer->stale, 0, mixer->desk->strips * sizeof *mixer->stale);
	mixer->any_stale = false;
	mixer->status.sample_rate = rate;
	mixer->latency_version++;
	return 0;
}

/* --- and back --- */

/* A window, of the desk before where `places` are given. */
static void
fold(struct mixer *mixer, const struct meter_window *window,
    struct meter_places *places)
{
	meters_fold(mixer->meters,
	    places != NULL ? meter_places_window(places, window) : window);
}

static void
take_windows(
    struct mixer *mixer, struct meter_ring *ring, struct meter_places *places)
{
	const struct meter_window *window;

	while ((window = meter_oldest(ring)) != NULL) {
		fold(mixer, window, places);
		meter_done(ring);
	}
}

static void
take_probe(struct mixer *mixer, struct probe *probe)
{
	if (!atomic_load_explicit(&probe->told, memory_order_acquire))
		return;
	history_probe(meters_history(mixer->meters), &probe->reading);
	atomic_store_explicit(&probe->told, false, memory_order_release);
}

/* A plan that R has left: its open window is C's now, too. */
static void
take_plan_back(struct mixer *mixer, struct plan *plan)
{
	struct live_plan *whole = (struct live_plan *)(void *)plan;
	struct meter_places *places =
	    whole == mixer->leaving.plan ? mixer->leaving.places : NULL;

	mixer->plans_away--;
	take_windows(mixer, &plan->meters, places);
	if (meter_open(&plan->meters)->frames != 0)
		fold(mixer, meter_open(&plan->meters), places);
	if (places != NULL) {
		mixer->leaving.plan = NULL;
		meters_begin(mixer->meters);
	}
	live_plan_free(whole);
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
	if (mixer->plan != NULL) {
		take_windows(mixer, &mixer->plan->plan.meters, NULL);
		take_probe(mixer, &mixer->plan->plan.probe);
	}
	if (mixer->leaving.plan == NULL)
		mixer_left(mixer);
	if (!running)
		meters_rest(mixer->meters);
	mixer_guard_step(mixer);
	slots_tick(mixer);
	if (mixer->live != NULL)
		timing_tick(mixer);
	mixer_commit(mixer);
}
