#include "mixer/route.h"

#include "protocol/level.h"

#include <math.h>
#include <stdlib.h>

#define QUARTER_TURN 1.57079632679489661923

/* --- ways --- */

bool
route_way(
    const struct desk *desk, unsigned from, size_t place, struct route_way *way)
{
	const struct desk_strip *strip = &desk->strip[from];
	size_t listen = strip->tos + 2 * strip->sends;

	*way = (struct route_way){ .from = from };
	if (place < strip->tos) {
		way->kind = ROUTE_TO;
		way->to = strip->to[place];
	} else if (place < listen) {
		way->kind = ROUTE_SEND;
		way->send = (place - strip->tos) / 2;
		way->pre = (place - strip->tos) % 2 == 0;
		way->to = strip->send[way->send].bus;
	} else if (place < listen + 2 && strip->kind != STRIP_MONITOR) {
		way->kind = ROUTE_LISTEN;
		way->pre = place == listen;
		way->to = desk_monitor(desk);
	} else {
		return false;
	}
	unsigned lanes = desk->strip[way->to].lanes;
	way->count = strip->lanes > lanes ? strip->lanes : lanes;
	if (way->kind == ROUTE_LISTEN)
		way->count = strip->lanes * lanes;
	return true;
}

struct route_lanes
route_lanes(const struct desk *desk, const struct route_way *way, unsigned k)
{
	unsigned from = desk->strip[way->from].lanes - 1;
	unsigned to = desk->strip[way->to].lanes - 1;

	if (way->kind == ROUTE_LISTEN)
		return (struct route_lanes){ k / (to + 1), k % (to + 1) };
	return (struct route_lanes){ k < from ? k : from, k < to ? k : to };
}

size_t
route_total(const struct desk *desk, unsigned from)
{
	struct route_way way;
	size_t total = 0;

	for (size_t place = 0; route_way(desk, from, place, &way); place++)
		total += way.count;
	return total;
}

/* --- order --- */

/* Calls `each` for all strips that a strip feeds, once a way behind its
 * fader: each send has one, and the monitor. */
static void
each_fed(const struct desk *desk, unsigned from,
    void (*each)(void *arg, unsigned to), void *arg)
{
	struct route_way way;

	for (size_t place = 0; route_way(desk, from, place, &way); place++)
		if (!way.pre)
			each(arg, way.to);
}

static void
count_feeder(void *arg, unsigned to)
{
	((unsigned *)arg)[to]++;
}

struct order {
	unsigned *waits; /* a strip: feeders not placed yet */
	unsigned *order;
	size_t placed;
};

static void
place_fed(void *arg, unsigned to)
{
	struct order *order = arg;

	if (--order->waits[to] == 0)
		order->order[order->placed++] = to;
}

size_t
route_order(const struct desk *desk, unsigned *order)
{
	struct order state = { calloc(desk->strips, sizeof(unsigned)), order,
		0 };

	if (state.waits == NULL)
		return 0;
	for (unsigned i = 0; i < desk->strips; i++)
		each_fed(desk, i, count_feeder, state.waits);
	for (unsigned i = 0; i < desk->strips; i++)
		if (state.waits[i] == 0)
			order[state.placed++] = i;
	for (size_t next = 0; next < state.placed; next++)
		each_fed(desk, order[next], place_fed, &state);
	free(state.waits);
	return state.placed;
}

/* --- gains --- */

static double
pan_mono(double pan_law, double pan, bool right)
{
	double way = (right ? 1 + pan : 1 - pan) / 2;
	double power = sin(way * QUARTER_TURN);

	if (pan_law <= -6)
		return way;
	return pan_law <= -4.5 ? sqrt(power * way) : power;
}

double
route_pan(double pan_law, double pan, unsigned from_lanes, unsigned to_lanes,
    unsigned route)
{
	bool right = route != 0;

	if (from_lanes == 1)
		return to_lanes == 1 ? 1 : pan_mono(pan_law, pan, right);
	double balance = fmin(1, right ? 1 + pan : 1 - pan);
	return to_lanes == 1 ? balance / 2 : balance;
}

/* --- solo --- */

struct reach {
	const bool *seen;
	bool found;
};

static void
look_ahead(void *arg, unsigned to)
{
	struct reach *reach = arg;

	reach->found |= reach->seen[to];
}

static void
hand_on(void *arg, unsigned to)
{
	((bool *)arg)[to] = true;
}

/* Marks every strip from which a marked one is reached. */
static void
spread_back(const struct desk *desk, const unsigned *order, bool *seen)
{
	for (size_t i = desk->strips; i-- > 0;) {
		struct reach reach = { seen, seen[order[i]] };
		each_fed(desk, order[i], look_ahead, &reach);
		seen[order[i]] = reach.found;
	}
}

int
route_solo_update(struct route_solo *solo, const struct desk *desk)
{
	size_t strips = desk->strips;
	unsigned *order = malloc(strips * sizeof *order);

	if (solo->up == NULL)
		solo->up = malloc(3 * strips * sizeof *solo->up);
	if (order == NULL || solo->up == NULL ||
	    route_order(desk, order) != strips) {
		free(order);
		return -1;
	}
	solo->down = solo->up + strips;
	solo->main = solo->down + strips;
	solo->any = false;
	for (size_t i = 0; i < strips; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		solo->up[i] = solo->down[i] = strip->value[PARAM_SOLO] != 0;
		solo->main[i] = strip->kind == STRIP_MASTER;
		solo->any |= solo->up[i];
	}
	const double *monitor = desk->strip[desk_monitor(desk)].value;
	solo->place = solo->any && monitor[PARAM_SOLO_MODE] == SOLO_PLACE;
	solo->heard =
	    (solo->any && !solo->place) || desk->source == desk_monitor(desk);
	for (size_t i = 0; i < strips; i++)
		if (solo->up[order[i]])
			each_fed(desk, order[i], hand_on, solo->up);
	spread_back(desk, order, solo->down);
	spread_back(desk, order, solo->main);
	free(order);
	return 0;
}

void
route_solo_free(struct route_solo *solo)
{
	free(solo->up);
	*solo = (struct route_solo){ 0 };
}

/* Is nothing soloed in place that closes this way? */
static bool
is_open(const struct route_solo *solo, const struct route_way *way)
{
	return solo == NULL || !solo->place || !solo->main[way->to] ||
	       solo->up[way->from] || solo->down[way->to];
}

static double
send_gain(const struct desk *desk, const struct route_way *way, unsigned k)
{
	const struct desk_strip *from = &desk->strip[way->from];
	const double *value = from->send[way->send].value;
	bool pre = value[SEND_VALUE(PARAM_SEND_TAP)] == TAP_PRE;

	if (way->pre != pre || value[SEND_VALUE(PARAM_SEND_MUTE)] != 0)
		return 0;
	return level_gain(value[SEND_VALUE(PARAM_SEND_LEVEL)]) *
	       route_pan(desk->pan_law, value[SEND_VALUE(PARAM_SEND_PAN)],
		   from->lanes, desk->strip[way->to].lanes, k);
}

/* From a lane to one of the monitor's, where that is not mono. */
static double
listen_lane(const struct desk *desk, const struct route_way *way, bool panned,
    unsigned from, unsigned to)
{
	const struct desk_strip *strip = &desk->strip[way->from];
	unsigned lanes = desk->strip[way->to].lanes;
	double pan = panned ? strip->value[PARAM_PAN] : 0;

	if (strip->lanes == 1)
		return panned ? route_pan(desk->pan_law, pan, 1, lanes, to) : 1;
	return lanes == 1 || from == to
		   ? route_pan(desk->pan_law, pan, 2, lanes, from)
		   : 0;
}

static double
listen_gain(const struct desk *desk, const struct route_solo *solo,
    const struct route_way *way, unsigned k)
{
	const double *monitor = desk->strip[way->to].value;
	bool soloed = solo != NULL && solo->heard;
	bool pfl = soloed && monitor[PARAM_SOLO_MODE] == SOLO_PFL;
	struct route_lanes lanes = route_lanes(desk, way, k);

	if (way->pre != pfl ||
	    (soloed ? desk->strip[way->from].value[PARAM_SOLO] == 0
		    : way->from != desk->source))
		return 0;
	bool panned = soloed && !pfl;
	if (monitor[PARAM_MONO] == 0 || desk->strip[way->to].lanes == 1)
		return listen_lane(desk, way, panned, lanes.from, lanes.to);
	return (listen_lane(desk, way, panned, lanes.from, 0) +
		   listen_lane(desk, way, panned, lanes.from, 1)) /
	       2;
}

double
route_gain(const struct desk *desk, const struct route_solo *solo,
    const struct route_way *way, unsigned k)
{
	const struct desk_strip *from = &desk->strip[way->from];

	if (way->kind == ROUTE_LISTEN)
		return listen_gain(desk, solo, way, k);
	if (!is_open(solo, way))
		return 0;
	if (way->kind == ROUTE_SEND)
		return send_gain(desk, way, k);
	return route_pan(desk->pan_law, from->value[PARAM_PAN], from->lanes,
	    desk->strip[way->to].lanes, k);
}
