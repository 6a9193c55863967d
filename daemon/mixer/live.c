#include "mixer/live.h"

#include "mixer/desk_map.h"
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

void
live_targets(const struct desk *desk, const struct route_solo *solo,
    size_t index, float *target)
{
	const struct desk_strip *strip = &desk->strip[index];
	const double *value = strip->value;
	double trim = level_gain(value[PARAM_TRIM]);
	double fader =
	    level_gain(strip->kind == STRIP_MONITOR ? value[PARAM_LEVEL]
						    : value[PARAM_FADER]);
	struct route_way way;

	if (value[PARAM_DIM] != 0)
		fader *= level_gain(value[PARAM_DIM_LEVEL]);
	fader *= value[PARAM_MUTE] != 0 ? 0 : desk_groups_gain(desk, strip);

	target[LIVE_TRIM] = (float)(value[PARAM_POLARITY] != 0 ? -trim : trim);
	target[LIVE_FADER] = (float)fader;
	target += LIVE_ROUTE;
	for (size_t i = 0; route_way(desk, (unsigned)index, i, &way); i++)
		for (unsigned k = 0; k < way.count; k++)
			*target++ = (float)route_gain(desk, solo, &way, k);
}

uint32_t
live_wait(const struct align *align, const struct desk *desk, size_t index,
    size_t route)
{
	struct route_way way;

	for (size_t i = 0; route_way(desk, (unsigned)index, i, &way); i++) {
		if (route < way.count)
			return align_wait(align, desk, &way);
		route -= way.count;
	}
	return 0;
}

float
live_wet(const struct desk_insert *insert, const struct live_slot *slot)
{
	bool works = insert->kind == INSERT_JACK
			 ? slot->connected
			 : slot->processor != NULL && !slot->leaving;

	return works && !insert->bypass && !slot->parked ? 1 : 0;
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

/* --- what hangs on the tables --- */

static struct live_core *
core_new(const struct live *live, const struct desk *desk, size_t index)
{
	struct live_core *core = live_alloc(sizeof *core);
	uint32_t frames = live_delay_frames(live, desk, index);

	if (core == NULL)
		return NULL;
	loudness_design(live->rate, &core->weighting);
	if (line_begin(&core->delay, frames, live_longest_delay(live),
		DELAY_LANES) == 0)
		return core;
	free(core);
	return NULL;
}

static void
core_drop(struct live_core *core)
{
	if (core == NULL || --core->users != 0)
		return;
	free(core->delay.delay);
	free(core);
}

static void
route_drop(struct live_route *route)
{
	if (route == NULL || --route->users != 0)
		return;
	free(route->late.delay);
	free(route);
}

static struct live_slot *
slot_new(const struct desk_insert *insert)
{
	struct live_slot *slot = live_alloc(sizeof *slot);

	if (slot == NULL)
		return NULL;
	slot->params = insert->plugin != NULL ? insert->plugin->params : 0;
	slot->param = calloc(slot->params + 1, sizeof *slot->param);
	if (slot->param != NULL)
		return slot;
	free(slot);
	return NULL;
}

static void
slot_drop(struct live_slot *slot)
{
	if (slot == NULL || --slot->users != 0)
		return;
	if (slot->leave != NULL)
		slot->leave(slot);
	free(slot->late.delay);
	free(slot->param);
	free(slot);
}

/* --- tables --- */

/* What a strip has of the one before it; `before` NULL: nothing. */
static void
strip_share(struct live_strip *strip, const struct live_strip *before,
    const struct desk_map *map, size_t index)
{
	if (before == NULL)
		return;
	strip->core = before->core;
	strip->core->users++;
	for (size_t k = 0; k < strip->slots; k++)
		if (map->slot[index][k] >= 0) {
			strip->slot[k] = before->slot[map->slot[index][k]];
			strip->slot[k]->users++;
		}
	for (size_t k = 0; k < strip->routes; k++) {
		int route = desk_map_route(map, (unsigned)index, k);
		if (route >= 0) {
			strip->route[k] = before->route[route];
			strip->route[k]->users++;
		}
	}
}

/* Gives a strip the gains that it does not share. In a desk that plays they
 * begin with silence. */
static int
strip_fill_gains(const struct live *live, const struct desk *desk, size_t index,
    const float *target, bool fades_in)
{
	struct live_strip *strip = &live->strip[index];

	if (strip->core == NULL) {
		struct live_core *core = core_new(live, desk, index);
		if (core == NULL)
			return -1;
		core->users = 1;
		core->trim_sent = target[LIVE_TRIM];
		core->fader_sent = fades_in ? 0 : target[LIVE_FADER];
		gain_init(&core->trim, core->trim_sent);
		gain_init(&core->fader, core->fader_sent);
		strip->core = core;
	}
	for (size_t k = 0; k < strip->routes; k++) {
		if (strip->route[k] != NULL)
			continue;
		struct live_route *route = calloc(1, sizeof *route);
		if (route == NULL)
			return -1;
		route->users = 1;
		route->sent = fades_in ? 0 : target[LIVE_ROUTE + k];
		gain_init(&route->gain, route->sent);
		strip->route[k] = route;
	}
	return 0;
}

static int
strip_fill_slots(struct live_strip *strip, const struct desk_strip *desk)
{
	for (size_t k = 0; k < strip->slots; k++) {
		if (strip->slot[k] != NULL)
			continue;
		strip->slot[k] = slot_new(&desk->insert[k]);
		if (strip->slot[k] == NULL)
			return -1;
		strip->slot[k]->users = 1;
	}
	return 0;
}

static int
strip_init(struct live *live, const struct desk *desk,
    const struct route_solo *solo, size_t index, const struct live *before,
    const struct desk_map *map)
{
	struct live_strip *strip = &live->strip[index];
	const struct live_strip *same = NULL;
	int error = -1;

	strip->routes = route_total(desk, (unsigned)index);
	strip->slots = desk->strip[index].inserts;
	strip->route = calloc(strip->routes + 1, sizeof(struct live_route *));
	strip->slot = calloc(strip->slots + 1, sizeof(struct live_slot *));
	float *target = calloc(LIVE_ROUTE + strip->routes, sizeof *target);
	if (strip->route != NULL && strip->slot != NULL && target != NULL) {
		if (before != NULL && desk_map_sounds_on(map, (unsigned)index))
			same = &before->strip[map->strip[index]];
		strip_share(strip, same, map, index);
		live_targets(desk, solo, index, target);
		error =
		    strip_fill_gains(live, desk, index, target, before != NULL);
		if (error == 0)
			error = strip_fill_slots(strip, &desk->strip[index]);
	}
	free(target);
	return error;
}

static void
strip_free(struct live_strip *strip)
{
	core_drop(strip->core);
	for (size_t k = 0; strip->slot != NULL && k < strip->slots; k++)
		slot_drop(strip->slot[k]);
	for (size_t k = 0; strip->route != NULL && k < strip->routes; k++)
		route_drop(strip->route[k]);
	free(strip->slot);
	free(strip->route);
}

static struct live *
tables_new(const struct desk *desk, const struct route_solo *solo,
    unsigned rate, const struct live *before, const struct desk_map *map)
{
	struct live *live = calloc(1, sizeof *live);

	if (live == NULL)
		return NULL;
	live->rate = rate;
	gain_init(&live->unity, 1);
	live->strip = calloc(desk->strips, sizeof *live->strip);
	for (size_t i = 0; live->strip != NULL && i < desk->strips; i++) {
		live->strips++;
		if (strip_init(live, desk, solo, i, before, map) < 0) {
			live_free(live);
			return NULL;
		}
	}
	if (live->strip == NULL) {
		live_free(live);
		return NULL;
	}
	return live;
}

struct live *
live_new(const struct desk *desk, const struct route_solo *solo, unsigned rate)
{
	return tables_new(desk, solo, rate, NULL, NULL);
}

struct live *
live_follow(const struct live *before, const struct desk_map *map,
    const struct route_solo *solo)
{
	return tables_new(map->after, solo, before->rate, before, map);
}

void
live_free(struct live *live)
{
	if (live == NULL)
		return;
	for (size_t i = 0; live->strip != NULL && i < live->strips; i++)
		strip_free(&live->strip[i]);
	free(live->strip);
	free(live);
}

/* --- what goes --- */

static void
strip_park(struct live_strip *strip, const struct desk_map *map, unsigned index)
{
	int after = map->strip_after[index];

	strip->core->parked =
	    after < 0 || !desk_map_sounds_on(map, (unsigned)after);
	for (size_t k = 0; k < strip->routes; k++)
		strip->route[k]->parked = true;
	for (size_t k = 0; k < strip->slots; k++)
		strip->slot[k]->parked = true;
	if (strip->core->parked)
		return;
	const struct desk_strip *next = &map->after->strip[after];
	for (size_t k = 0; k < route_total(map->after, (unsigned)after); k++) {
		int route = desk_map_route(map, (unsigned)after, k);
		if (route >= 0)
			strip->route[route]->parked = false;
	}
	for (size_t k = 0; k < next->inserts; k++) {
		int slot = map->slot[after][k];
		if (slot >= 0)
			strip->slot[slot]->parked = map->moved[after][k];
	}
}

void
live_park(struct live *live, const struct desk_map *map)
{
	for (size_t i = 0; i < live->strips; i++)
		strip_park(&live->strip[i], map, (unsigned)i);
}

void
live_unpark(struct live *live)
{
	for (size_t i = 0; i < live->strips; i++) {
		struct live_strip *strip = &live->strip[i];
		strip->core->parked = false;
		for (size_t k = 0; k < strip->routes; k++)
			strip->route[k]->parked = false;
		for (size_t k = 0; k < strip->slots; k++)
			strip->slot[k]->parked = false;
	}
}

void
live_wanted(const struct live *live, const struct desk *desk,
    const struct route_solo *solo, size_t index, float *target)
{
	const struct live_strip *strip = &live->strip[index];

	live_targets(desk, solo, index, target);
	if (strip->core->parked)
		target[LIVE_FADER] = 0;
	for (size_t k = 0; k < strip->routes; k++)
		if (strip->route[k]->parked)
			target[LIVE_ROUTE + k] = 0;
}

/* --- for whoever posts --- */

struct plan_state *
live_stretch(const struct live_strip *strip, size_t place)
{
	return place == 0 ? &strip->core->stretch
			  : &strip->slot[place - 1]->stretch;
}

struct gain *
live_gain(const struct live_strip *strip, size_t target, float **sent)
{
	struct live_core *core = strip->core;

	if (target == LIVE_TRIM) {
		*sent = &core->trim_sent;
		return &core->trim;
	}
	if (target == LIVE_FADER) {
		*sent = &core->fader_sent;
		return &core->fader;
	}
	struct live_route *route = strip->route[target - LIVE_ROUTE];
	*sent = &route->sent;
	return &route->gain;
}
