#include "mixer/live.h"

#include "mixer/loudness.h"
#include "mixer/plugin.h"
#include "mixer/route.h"
#include "protocol/level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64

/* Samples of the shortest line: most delays that change stay within. */
#define SHORTEST_LINE 4096

void *
live_alloc(size_t size)
{
	size_t whole = (size + CACHE_LINE) / CACHE_LINE * CACHE_LINE;
	void *memory = aligned_alloc(CACHE_LINE, whole);

	if (memory != NULL)
		memset(memory, 0, whole);
	return memory;
}

int
live_scrap(struct live_plan *plan, void (*drop)(void *arg, void *what),
    void *arg, void *what)
{
	if (plan == NULL) {
		drop(arg, what);
		return 0;
	}
	struct live_scrap *scrap = malloc(sizeof *scrap);
	if (scrap == NULL)
		return -1;
	*scrap = (struct live_scrap){ plan->scrap, drop, arg, what };
	plan->scrap = scrap;
	return 0;
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
live_wait(const struct align *align, const struct desk *desk, size_t index,
    size_t route)
{
	const struct desk_strip *strip = &desk->strip[index];

	for (size_t i = 0; i < strip->tos; i++) {
		size_t count =
		    route_count(strip->lanes, desk->strip[strip->to[i]].lanes);
		if (route < count)
			return align_wait(
			    align, desk, (unsigned)index, strip->to[i]);
		route -= count;
	}
	for (size_t i = 0; i < strip->sends; i++) {
		unsigned bus = strip->send[i].bus;
		size_t count = 2 * (size_t)route_count(
				       strip->lanes, desk->strip[bus].lanes);
		if (route < count)
			return align_wait(align, desk, (unsigned)index, bus);
		route -= count;
	}
	return 0;
}

float
live_wet(const struct desk_insert *insert, const struct live_slot *slot)
{
	bool works = insert->kind == INSERT_JACK
			 ? slot->connected
			 : slot->processor != NULL && !slot->leaving;

	return works && !insert->bypass ? 1 : 0;
}

uint32_t
live_delay_frames(
    const struct live *live, const struct desk *desk, size_t strip)
{
	return (uint32_t)lrint(
	    desk->strip[strip].value[PARAM_DELAY] * live->rate / 1000);
}

uint32_t
live_longest_delay(const struct live *live)
{
	return (uint32_t)(schema_param(PARAM_DELAY)->max * live->rate / 1000);
}

/* A delay with its lines behind it, in one piece of memory. */
static struct delay *
line_new(uint32_t longest, unsigned lanes, uint32_t frames)
{
	uint32_t size = SHORTEST_LINE;
	size_t head =
	    (sizeof(struct delay) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;

	while (size < longest + PLAN_BLOCK + 1)
		size *= 2;
	unsigned char *memory =
	    live_alloc(head + (size_t)size * lanes * sizeof(float));
	if (memory == NULL)
		return NULL;
	struct delay *delay = (struct delay *)(void *)memory;
	float *line = (float *)(void *)(memory + head);
	float *const at[DELAY_LANES] = { line, lanes > 1 ? line + size : line };
	delay_init(delay, at, size, frames);
	return delay;
}

static void
drop_memory(void *arg, void *what)
{
	(void)arg;
	free(what);
}

int
live_need_line(struct live_delay *delay, uint32_t frames, uint32_t longest,
    unsigned lanes, struct live_plan *plan)
{
	struct delay *old = delay->delay;

	if (frames == 0 || (old != NULL && frames + PLAN_BLOCK < old->size))
		return 0;
	struct delay *fresh = line_new(longest, lanes, 0);
	if (fresh == NULL ||
	    (old != NULL && live_scrap(plan, drop_memory, NULL, old) < 0)) {
		free(fresh);
		return -1;
	}
	delay->delay = fresh;
	return 1;
}

/* As it stands before anything ran. */
static int
line_begin(
    struct live_delay *delay, uint32_t frames, uint32_t longest, unsigned lanes)
{
	delay->frames = frames;
	if (frames == 0)
		return 0;
	delay->delay = line_new(longest, lanes, frames);
	return delay->delay != NULL ? 0 : -1;
}

static int
live_slots_init(struct live_strip *strip, const struct desk_strip *desk)
{
	strip->state = live_alloc((desk->inserts + 1) * sizeof *strip->state);
	strip->slot = calloc(desk->inserts + 1, sizeof *strip->slot);
	if (strip->state == NULL || strip->slot == NULL)
		return -1;
	strip->slots = desk->inserts;
	for (size_t i = 0; i < desk->inserts; i++) {
		const struct desk_insert *insert = &desk->insert[i];
		struct live_slot *slot = &strip->slot[i];
		slot->params =
		    insert->plugin != NULL ? insert->plugin->params : 0;
		slot->param = calloc(slot->params + 1, sizeof *slot->param);
		if (slot->param == NULL)
			return -1;
	}
	return 0;
}

static int
live_strip_init(struct live *live, const struct desk *desk,
    const struct route_solo *solo, size_t index)
{
	struct live_strip *strip = &live->strip[index];
	uint32_t frames = live_delay_frames(live, desk, index);

	loudness_design(live->rate, &strip->weighting);
	strip->routes = routes_of(desk, &desk->strip[index]);
	strip->route = calloc(strip->routes + 1, sizeof *strip->route);
	strip->late = calloc(strip->routes + 1, sizeof *strip->late);
	strip->sent = calloc(LIVE_ROUTE + strip->routes, sizeof *strip->sent);
	if (strip->route == NULL || strip->sent == NULL ||
	    strip->late == NULL ||
	    line_begin(&strip->delay, frames, live_longest_delay(live),
		DELAY_LANES) < 0 ||
	    live_slots_init(strip, &desk->strip[index]) < 0)
		return -1;
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
	gain_init(&live->unity, 1);
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
		struct live_strip *strip = &live->strip[i];
		for (size_t k = 0; strip->late != NULL && k < strip->routes;
		     k++)
			free(strip->late[k].delay);
		for (size_t k = 0; k < strip->slots; k++) {
			free(strip->slot[k].late.delay);
			free(strip->slot[k].param);
		}
		free(strip->route);
		free(strip->late);
		free(strip->sent);
		free(strip->delay.delay);
		free(strip->slot);
		free(strip->state);
	}
	free(live->strip);
	free(live);
}
