#include "mixer/live.h"

#include "mixer/loudness.h"
#include "mixer/route.h"
#include "protocol/level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64

/* The longest delay must fit behind the longest block. */
#define LONGEST_MS (schema_param(PARAM_DELAY)->max)

void *
live_alloc(size_t size)
{
	size_t whole = (size + CACHE_LINE) / CACHE_LINE * CACHE_LINE;
	void *memory = aligned_alloc(CACHE_LINE, whole);

	if (memory != NULL)
		memset(memory, 0, whole);
	return memory;
}

static size_t
routes_of(const struct desk *desk, const struct desk_strip *strip)
{
	size_t routes = 0;

	for (size_t i = 0; i < strip->tos; i++)
		routes +=
		    route_count(strip->lanes, desk->strip[strip->to[i]].lanes);
	for (size_t i = 0; i < strip->sends; i++)
		routes += 2 * route_count(strip->lanes,
				  desk->strip[strip->send[i].bus].lanes);
	return routes;
}

static size_t
target_send(const struct desk *desk, const struct desk_strip *strip,
    const struct desk_send *send, bool open, float *target)
{
	unsigned lanes = desk->strip[send->bus].lanes;
	unsigned routes = route_count(strip->lanes, lanes);
	double level =
	    open && send->value[SEND_VALUE(PARAM_SEND_MUTE)] == 0
		? level_gain(send->value[SEND_VALUE(PARAM_SEND_LEVEL)])
		: 0;
	bool pre = send->value[SEND_VALUE(PARAM_SEND_TAP)] == TAP_PRE;

	for (unsigned k = 0; k < routes; k++) {
		float gain =
		    (float)(level * route_pan(desk->pan_law,
					send->value[SEND_VALUE(PARAM_SEND_PAN)],
					strip->lanes, lanes, k));
		target[k] = pre ? gain : 0;
		target[routes + k] = pre ? 0 : gain;
	}
	return 2 * (size_t)routes;
}

void
live_targets(const struct desk *desk, const struct route_solo *solo,
    size_t index, float *target)
{
	const struct desk_strip *strip = &desk->strip[index];
	const double *value = strip->value;
	double trim = level_gain(value[PARAM_TRIM]);
	double fader =
	    value[PARAM_MUTE] != 0 ? 0 : level_gain(value[PARAM_FADER]);

	target[LIVE_TRIM] = (float)(value[PARAM_POLARITY] != 0 ? -trim : trim);
	target[LIVE_FADER] = (float)fader;
	target += LIVE_ROUTE;
	for (size_t i = 0; i < strip->tos; i++) {
		unsigned to = strip->to[i];
		unsigned lanes = desk->strip[to].lanes;
		bool open = route_open(solo, (unsigned)index, to);
		for (unsigned k = 0; k < route_count(strip->lanes, lanes); k++)
			*target++ =
			    open ? (float)route_pan(desk->pan_law,
				       value[PARAM_PAN], strip->lanes, lanes, k)
				 : 0;
	}
	for (size_t i = 0; i < strip->sends; i++) {
		const struct desk_send *send = &strip->send[i];
		bool open = route_open(solo, (unsigned)index, send->bus);
		target += target_send(desk, strip, send, open, target);
	}
}

uint32_t
live_delay(const struct live *live, const struct desk *desk, size_t strip)
{
	return (uint32_t)lrint(
	    desk->strip[strip].value[PARAM_DELAY] * live->rate / 1000);
}

int
live_need_delay(struct live *live, size_t index)
{
	struct live_strip *strip = &live->strip[index];
	uint32_t most = (uint32_t)(LONGEST_MS * live->rate / 1000) + PLAN_BLOCK;
	uint32_t size = 1;

	if (strip->delay != NULL)
		return 0;
	while (size < most + 1)
		size *= 2;
	struct delay *delay = malloc(sizeof *delay);
	float *line = live_alloc((size_t)size * DELAY_LANES * sizeof *line);
	if (delay == NULL || line == NULL) {
		free(delay);
		free(line);
		return -1;
	}
	float *const lanes[DELAY_LANES] = { line, line + size };
	delay_init(delay, lanes, size, 0);
	strip->delay = delay;
	strip->line = line;
	return 1;
}

static int
live_strip_init(struct live *live, const struct desk *desk,
    const struct route_solo *solo, size_t index)
{
	struct live_strip *strip = &live->strip[index];
	uint32_t frames = live_delay(live, desk, index);

	loudness_design(live->rate, &strip->weighting);
	strip->routes = routes_of(desk, &desk->strip[index]);
	strip->route = calloc(strip->routes + 1, sizeof *strip->route);
	strip->sent = calloc(LIVE_ROUTE + strip->routes, sizeof *strip->sent);
	if (strip->route == NULL || strip->sent == NULL)
		return -1;
	if (frames != 0) {
		if (live_need_delay(live, index) < 0)
			return -1;
		delay_init(strip->delay, strip->delay->line, strip->delay->size,
		    frames);
		strip->frames = frames;
	}
	live_targets(desk, solo, index, strip->sent);
	gain_init(&strip->trim, strip->sent[LIVE_TRIM]);
	gain_init(&strip->fader, strip->sent[LIVE_FADER]);
	for (size_t i = 0; i < strip->routes; i++)
		gain_init(&strip->route[i], strip->sent[LIVE_ROUTE + i]);
	return 0;
}

struct live *
live_new(const struct desk *desk, const struct route_solo *solo, unsigned rate)
{
	struct live *live = calloc(1, sizeof *live);

	if (live == NULL)
		return NULL;
	live->rate = rate;
	live->strips = desk->strips;
	live->strip = calloc(desk->strips, sizeof *live->strip);
	if (live->strip == NULL) {
		live->strips = 0;
		live_free(live);
		return NULL;
	}
	for (size_t i = 0; i < desk->strips; i++)
		if (live_strip_init(live, desk, solo, i) < 0) {
			live_free(live);
			return NULL;
		}
	return live;
}

void
live_free(struct live *live)
{
	if (live == NULL)
		return;
	for (size_t i = 0; i < live->strips; i++) {
		free(live->strip[i].route);
		free(live->strip[i].sent);
		free(live->strip[i].delay);
		free(live->strip[i].line);
	}
	free(live->strip);
	free(live);
}
