#include "mixer/mixer.h"

#include "mixer/align.h"
#include "mixer/latency.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/slots.h"
#include "protocol/level.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct mixer *
mixer_new(struct desk *desk)
{
	struct mixer *mixer = calloc(1, sizeof *mixer);

	if (mixer == NULL)
		return NULL;
	mixer->desk = desk;
	mixer->status.started = seconds_now();
	mixer->engine =
	    aligned_alloc(_Alignof(struct engine), sizeof(struct engine));
	mixer->events = event_log_new();
	mixer->stale = calloc(desk->strips, sizeof *mixer->stale);
	if (mixer->events != NULL)
		mixer->meters = meters_new(desk, mixer->events);
	if (mixer->engine != NULL)
		engine_init(mixer->engine);
	if (mixer->engine == NULL || mixer->meters == NULL ||
	    mixer->stale == NULL || route_solo_update(&mixer->solo, desk) < 0) {
		mixer->desk = NULL;
		mixer_free(mixer);
		return NULL;
	}
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
	slots_leave(mixer, mixer->live, mixer->plan);
	if (mixer->engine != NULL)
		free_batches(mixer->engine);
	free(mixer->engine);
	live_free(mixer->live);
	align_free(&mixer->align);
	route_solo_free(&mixer->solo);
	meters_free(mixer->meters);
	event_log_free(mixer->events);
	free(mixer->stale);
	free(mixer->change);
	desk_free(mixer->desk);
	free(mixer);
}

void
mixer_use_host(struct mixer *mixer, struct plugin_host *host)
{
	mixer->host = host;
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
	(void)mixer;
	(void)strip;
	return PLAN_STAGES;
}

const char *
mixer_stage_name(const struct mixer *mixer, unsigned strip, unsigned stage)
{
	(void)mixer;
	(void)strip;
	return meters_stage_name(stage);
}

const char *
mixer_drop_name(enum mixer_drop drop)
{
	static const char *const name[DROPS] = { "malformed", "denied",
		"leases", "meters", "send" };

	return name[drop];
}

const char *
mixer_jack_name(enum mixer_jack jack)
{
	static const char *const name[] = { "waiting", "running",
		"freewheeling" };

	return name[jack];
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

/* --- values --- */

/* Where a number is kept, or NULL for what is no number of a strip or send. */
static double *
value_of(const struct mixer *mixer, const struct address *address)
{
	enum param id = address->param->id;
	struct desk_strip *strip = &mixer->desk->strip[address->strip];

	if (id < STRIP_VALUES)
		return &strip->value[id];
	if (id < SEND_END)
		return &strip->send[address->sub].value[SEND_VALUE(id)];
	return NULL;
}

static double
status_number(const struct mixer *mixer, const struct address *address)
{
	const struct mixer_status *status = &mixer->status;

	switch (address->param->id) {
	case PARAM_STATUS_SAMPLE_RATE:
		return status->sample_rate;
	case PARAM_STATUS_PERIOD:
		return status->period;
	case PARAM_STATUS_DSP_LOAD:
		return status->dsp_load;
	case PARAM_STATUS_XRUNS:
		return status->xruns;
	case PARAM_STATUS_JACK:
		return status->jack;
	case PARAM_STATUS_UPTIME:
		return seconds_now() - status->started;
	case PARAM_STATUS_SUBSCRIBERS:
		return status->subscribers;
	default:
		return status->drops[address->sub];
	}
}

void
mixer_get(struct mixer *mixer, const struct address *address,
    struct schema_value *value)
{
	const struct schema_param *param = address->param;
	const double *number = value_of(mixer, address);
	const struct desk_strip *strip = &mixer->desk->strip[address->strip];

	*value = (struct schema_value){ .type = 'f' };
	if (param->type == SCHEMA_TEXT) {
		value->type = 's';
		value->text = param->id == PARAM_NAME ? strip->name : VERSION;
		return;
	}
	if (param->id == PARAM_FADER_POSITION)
		value->number = level_position(strip->value[PARAM_FADER]);
	else
		value->number =
		    number != NULL ? *number : status_number(mixer, address);
	if (param->type == SCHEMA_INT) {
		value->type = 'i';
	} else if (param->type == SCHEMA_CHOICE) {
		value->type = 's';
		value->text = param->choices[(size_t)value->number];
	}
}

static void
tell(const struct mixer *mixer, const struct address *address, enum param id,
    const void *origin)
{
	struct address told = *address;

	if (mixer->changed == NULL)
		return;
	told.param = schema_param(id);
	mixer->changed(mixer->changed_arg, &told, origin);
}

static void
mark_stale(struct mixer *mixer, unsigned strip, enum param id)
{
	mixer->any_stale = true;
	mixer->stale[strip] = true;
	if (id != PARAM_SOLO)
		return;
	/* Out of memory the solo is heard at the next change of one. */
	route_solo_update(&mixer->solo, mixer->desk);
	for (size_t i = 0; i < mixer->desk->strips; i++)
		mixer->stale[i] = true;
}

static void
set_number(struct mixer *mixer, const struct address *address, double number,
    const void *origin)
{
	enum param id = address->param->id;
	struct address where = *address;

	if (id == PARAM_FADER_POSITION) {
		id = PARAM_FADER;
		where.param = schema_param(PARAM_FADER);
		number = level_from_position(number);
	}
	double *value = value_of(mixer, &where);
	if (*value == number)
		return;
	*value = number;
	mark_stale(mixer, where.strip, id);
	tell(mixer, &where, id, origin);
	if (id == PARAM_FADER)
		tell(mixer, &where, PARAM_FADER_POSITION, origin);
}

static void
set_name(struct mixer *mixer, const struct address *address, const char *text,
    const void *origin)
{
	struct desk_strip *strip = &mixer->desk->strip[address->strip];

	if (strcmp(strip->name, text) == 0)
		return;
	snprintf(strip->name, sizeof strip->name, "%s", text);
	tell(mixer, address, PARAM_NAME, origin);
}

enum schema_verdict
mixer_set(struct mixer *mixer, const struct address *address,
    const struct schema_value *value, const void *origin, char *why,
    size_t why_size)
{
	struct schema_value taken;
	enum schema_verdict verdict =
	    schema_accept(address->param, value, &taken, why, why_size);

	if (verdict != SCHEMA_OK && verdict != SCHEMA_CLAMPED)
		return verdict;
	if (address->param->type == SCHEMA_TEXT)
		set_name(mixer, address, taken.text, origin);
	else
		set_number(mixer, address, taken.number, origin);
	return verdict;
}

void
mixer_insert_state(struct mixer *mixer, unsigned strip, unsigned insert,
    enum insert_state state, const char *why)
{
	(void)why;
	mixer->live->strip[strip].slot[insert].told = state;
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
