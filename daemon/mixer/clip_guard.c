#include "mixer/clip_guard.h"

#include "mixer/desk_map.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "protocol/level.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WINDOWS 256 /* of a span; some are cut short */
#define LEAST 0.05  /* dB that are worth a pull */

struct window {
	uint32_t frames;
	float peak; /* true peak behind the fader */
};

/* Of one strip. */
struct watch {
	struct window window[WINDOWS]; /* of the last GUARD_SPAN, a ring */
	size_t newest, windows;
	uint64_t frames, above; /* of these; of those above 0 dBFS */
	uint32_t settle;        /* frames that are left out */
	double reduction;       /* dB */
	double trim;            /* where the last pull left it */
	bool told;              /* that it can take no more */
};

struct clip_guard {
	const struct desk *desk;
	const size_t *first;
	unsigned rate;
	struct watch *watch; /* of each bus, and the master */
};

struct clip_guard *
clip_guard_new(const struct desk *desk, const size_t *first)
{
	struct clip_guard *guard = calloc(1, sizeof *guard);

	if (guard == NULL)
		return NULL;
	guard->desk = desk;
	guard->first = first;
	guard->watch =
	    calloc(desk->strips - desk->channels, sizeof *guard->watch);
	if (guard->watch == NULL) {
		clip_guard_free(guard);
		return NULL;
	}
	return guard;
}

void
clip_guard_free(struct clip_guard *guard)
{
	if (guard == NULL)
		return;
	free(guard->watch);
	free(guard);
}

static struct watch *
watch_of(const struct clip_guard *guard, size_t strip)
{
	return &guard->watch[strip - guard->desk->channels];
}

static void
watch_restart(struct watch *watch, uint32_t settle)
{
	watch->windows = 0;
	watch->frames = watch->above = 0;
	watch->settle = settle;
}

void
clip_guard_follow(struct clip_guard *guard, const struct clip_guard *before,
    const struct desk_map *map)
{
	guard->rate = before->rate;
	for (size_t i = guard->desk->channels; i < guard->desk->strips; i++)
		if (desk_map_sounds_on(map, (unsigned)i))
			*watch_of(guard, i) =
			    *watch_of(before, (size_t)map->strip[i]);
}

void
clip_guard_set_rate(struct clip_guard *guard, unsigned rate)
{
	guard->rate = rate;
	for (size_t i = guard->desk->channels; i < guard->desk->strips; i++)
		watch_restart(watch_of(guard, i), 0);
}

/* The oldest window leaves. */
static void
watch_drop(struct watch *watch)
{
	const struct window *oldest =
	    &watch->window[(watch->newest + WINDOWS + 1 - watch->windows) %
			   WINDOWS];

	watch->frames -= oldest->frames;
	watch->above -= oldest->peak > 1 ? oldest->frames : 0;
	watch->windows--;
}

static void
watch_take(struct watch *watch, struct window window, uint64_t span)
{
	if (watch->settle != 0) {
		watch->settle -= watch->settle < window.frames ? watch->settle
							       : window.frames;
		return;
	}
	if (watch->windows == WINDOWS)
		watch_drop(watch);
	watch->newest = (watch->newest + 1) % WINDOWS;
	watch->window[watch->newest] = window;
	watch->windows++;
	watch->frames += window.frames;
	watch->above += window.peak > 1 ? window.frames : 0;
	while (watch->windows > 1 && watch->frames > span)
		watch_drop(watch);
}

void
clip_guard_fold(struct clip_guard *guard, const struct meter_window *window)
{
	const struct desk *desk = guard->desk;

	for (size_t i = desk->channels; i < desk->strips; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		const struct meter *meter =
		    window->meter + guard->first[i] +
		    (size_t)desk_stage_fader(strip) * strip->lanes;
		struct window taken = { .frames = window->frames };
		if (strip->value[PARAM_GUARD] == 0)
			continue;
		for (unsigned lane = 0; lane < strip->lanes; lane++)
			if (meter[lane].true_peak > taken.peak)
				taken.peak = meter[lane].true_peak;
		watch_take(watch_of(guard, i), taken,
		    (uint64_t)(GUARD_SPAN * guard->rate));
	}
}

/* The loudest of the span, in dBFS. */
static double
watch_peak(const struct watch *watch)
{
	float peak = 0;

	for (size_t i = 0; i < watch->windows; i++) {
		size_t at = (watch->newest + WINDOWS - i) % WINDOWS;
		if (watch->window[at].peak > peak)
			peak = watch->window[at].peak;
	}
	return level_db((double)peak);
}

/* --- what it does --- */

static void
log_guard(struct mixer *mixer, unsigned strip, const char *action, double by)
{
	const struct desk_strip *at = &mixer->desk->strip[strip];
	struct event event = {
		.kind = EVENT_GUARD,
		.frame = meters_frame(mixer->meters),
		.peak = by,
		.reduction =
		    watch_of(meters_guard(mixer->meters), strip)->reduction,
	};

	desk_strip_text(at, false, event.strip);
	snprintf(event.state, sizeof event.state, "%s", action);
	event_log_add(mixer->events, &event);
}

static void
move_trim(struct mixer *mixer, unsigned strip, double by, const void *origin)
{
	struct watch *watch = watch_of(meters_guard(mixer->meters), strip);
	const struct desk_strip *at = &mixer->desk->strip[strip];
	struct address address = { .param = schema_param(PARAM_TRIM),
		.strip = strip };
	struct schema_value value = { .type = 'f',
		.number = at->value[PARAM_TRIM] + by };
	char why[200];

	mixer_set(mixer, &address, &value, origin, why, sizeof why);
	watch->trim = at->value[PARAM_TRIM];
	watch->reduction = by < 0 ? watch->reduction - by : 0;
	mixer_tell(mixer, &address, PARAM_GUARD_REDUCTION, NULL);
}

static void
pull(struct mixer *mixer, unsigned strip)
{
	struct clip_guard *guard = meters_guard(mixer->meters);
	struct watch *watch = watch_of(guard, strip);
	const double *value = mixer->desk->strip[strip].value;
	/* Whole tenths, which people can read back. */
	double wanted = ceil((watch_peak(watch) + GUARD_MARGIN) * 10) / 10;
	double room = fmin(value[PARAM_GUARD_MOST] - watch->reduction,
	    value[PARAM_TRIM] - schema_param(PARAM_TRIM)->min);
	double by = fmin(wanted, room);

	watch_restart(watch, (uint32_t)(GUARD_SETTLE * guard->rate));
	if (by >= LEAST) {
		move_trim(mixer, strip, -by, NULL);
		log_guard(mixer, strip, "pulled", by);
	} else if (!watch->told) {
		watch->told = true;
		log_guard(mixer, strip, "limit", 0);
	}
}

void
mixer_guard_step(struct mixer *mixer)
{
	struct clip_guard *guard = meters_guard(mixer->meters);
	const struct desk *desk = mixer->desk;

	for (unsigned i = (unsigned)desk->channels; i < desk->strips; i++) {
		struct watch *watch = watch_of(guard, i);
		const double *value = desk->strip[i].value;
		if (watch->reduction != 0 && value[PARAM_TRIM] != watch->trim) {
			struct address address = { .strip = i };
			watch->reduction = 0;
			mixer_tell(
			    mixer, &address, PARAM_GUARD_REDUCTION, NULL);
		}
		if (watch->frames >= GUARD_SPAN / 2 * guard->rate &&
		    watch->above == 0)
			watch->told = false;
		if (value[PARAM_GUARD] == 0)
			watch_restart(watch, 0);
		else if ((double)watch->above >
			 value[PARAM_GUARD_AFTER] * 1e-3 * guard->rate)
			pull(mixer, i);
	}
}

double
mixer_guard_reduction(const struct mixer *mixer, unsigned strip)
{
	const struct watch *watch =
	    watch_of(meters_guard(mixer->meters), strip);

	return mixer->desk->strip[strip].value[PARAM_TRIM] == watch->trim
		   ? watch->reduction
		   : 0;
}

bool
mixer_guard_release(struct mixer *mixer, unsigned strip, const void *origin)
{
	double reduction = mixer_guard_reduction(mixer, strip);

	if (reduction == 0)
		return false;
	move_trim(mixer, strip, reduction, origin);
	watch_restart(watch_of(meters_guard(mixer->meters), strip),
	    (uint32_t)(GUARD_SETTLE * meters_guard(mixer->meters)->rate));
	log_guard(mixer, strip, "released", reduction);
	return true;
}
