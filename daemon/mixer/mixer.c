#include "mixer/mixer.h"

#include "mixer/advise.h"
#include "mixer/align.h"
#include "mixer/fade.h"
#include "mixer/latency.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/next_desk.h"
#include "mixer/slots.h"
#include "mixer/state.h"
#include "mixer/undo.h"

#include <stdlib.h>
#include <time.h>

double
mixer_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int
mixer_desk_init(struct mixer *mixer, struct desk *desk)
{
	mixer->desk = desk;
	mixer->stale = calloc(desk->strips, sizeof *mixer->stale);
	mixer->insert = calloc(desk->strips, sizeof *mixer->insert);
	mixer->meters = meters_new(desk, mixer->events);
	mixer->advise = advise_new(desk);
	if (mixer->stale != NULL && mixer->insert != NULL &&
	    mixer->meters != NULL && mixer->advise != NULL &&
	    route_solo_update(&mixer->solo, desk) == 0) {
		meters_set_solo(mixer->meters, &mixer->solo);
		return 0;
	}
	mixer->desk = NULL;
	mixer_desk_free(mixer);
	return -1;
}

void
mixer_desk_free(struct mixer *mixer)
{
	free(mixer->stale);
	free(mixer->insert);
	meters_free(mixer->meters);
	advise_free(mixer->advise);
	route_solo_free(&mixer->solo);
	align_free(&mixer->align);
	desk_free(mixer->desk);
	mixer->stale = NULL;
	mixer->insert = NULL;
	mixer->meters = NULL;
	mixer->advise = NULL;
	mixer->desk = NULL;
}

struct mixer *
mixer_new(struct desk *desk)
{
	struct mixer *mixer = calloc(1, sizeof *mixer);

	if (mixer == NULL)
		return NULL;
	mixer->status.started = mixer_seconds();
	mixer->engine =
	    aligned_alloc(_Alignof(struct engine), sizeof(struct engine));
	mixer->events = event_log_new();
	mixer->undo = undo_new();
	mixer->fade = fade_new();
	if (mixer->engine != NULL)
		engine_init(mixer->engine);
	if (mixer->engine == NULL || mixer->events == NULL ||
	    mixer->undo == NULL || mixer->fade == NULL ||
	    mixer_desk_init(mixer, desk) < 0) {
		mixer_free(mixer);
		return NULL;
	}
	mixer->state = state_new(mixer);
	if (mixer->state == NULL) {
		mixer->desk = NULL;
		mixer_free(mixer);
		return NULL;
	}
	for (unsigned i = 0; i < desk->strips; i++)
		for (unsigned k = 0; k < desk->strip[i].inserts; k++)
			mixer_insert_begin(mixer, i, k);
	return mixer;
}

/* Batches still on their way: R runs no more when this is called. */
static void
free_batches(struct engine *engine)
{
	struct engine_batch *batch;

	engine_run(engine, engine->frame, 0, NULL, NULL);
	while ((batch = engine_take_spent(engine)) != NULL) {
		live_plan_free((struct live_plan *)(void *)batch->plan);
		free(batch);
	}
	live_plan_free((struct live_plan *)(void *)engine->plan);
}

void
mixer_free(struct mixer *mixer)
{
	if (mixer == NULL)
		return;
	if (mixer->engine != NULL)
		free_batches(mixer->engine);
	free(mixer->engine);
	live_free(mixer->live);
	mixer_left(mixer);
	mixer_desk_free(mixer);
	state_free(mixer->state);
	event_log_free(mixer->events);
	undo_free(mixer->undo);
	fade_free(mixer->fade);
	free(mixer->change);
	free(mixer->target);
	free(mixer);
}

const struct desk *
mixer_desk(const struct mixer *mixer)
{
	return mixer->desk;
}

struct event_log *
mixer_events(struct mixer *mixer)
{
	return mixer->events;
}

struct meters *
mixer_meters(struct mixer *mixer)
{
	return mixer->meters;
}

struct state *
mixer_state(const struct mixer *mixer)
{
	return mixer->state;
}

struct engine *
mixer_engine(struct mixer *mixer)
{
	return mixer->engine;
}

struct mixer_status *
mixer_status(struct mixer *mixer)
{
	return &mixer->status;
}

unsigned
mixer_stages(const struct mixer *mixer, unsigned strip)
{
	return desk_stages(&mixer->desk->strip[strip]);
}

const char *
mixer_stage_name(const struct mixer *mixer, unsigned strip, unsigned stage)
{
	return desk_stage_name(&mixer->desk->strip[strip], stage);
}

const char *
mixer_drop_name(enum mixer_drop drop)
{
	static const char *const name[DROPS] = { "malformed", "denied",
		"leases", "meters", "send", "events", "role", "token", "cookie",
		"rate", "slow", "connections" };

	return name[drop];
}

const char *
mixer_jack_name(enum mixer_jack jack)
{
	static const char *const name[] = { "waiting", "running",
		"freewheeling" };

	return name[jack];
}

unsigned
mixer_changes(const struct mixer *mixer)
{
	return mixer->changes;
}

void
mixer_listen(struct mixer *mixer,
    void (*changed)(
	void *arg, const struct address *address, const void *origin),
    void *arg)
{
	mixer->changed = changed;
	mixer->changed_arg = arg;
}

struct latency *
mixer_latency(const struct mixer *mixer)
{
	if (mixer->live == NULL)
		return NULL;
	return latency_new(mixer->desk, mixer->live, &mixer->align);
}

unsigned
mixer_latency_version(const struct mixer *mixer)
{
	return mixer->latency_version;
}
