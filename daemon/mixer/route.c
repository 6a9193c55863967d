#include "mixer/route.h"

#include <math.h>
#include <stdlib.h>

#define QUARTER_TURN 1.57079632679489661923

/* Calls `each` for all strips that a strip feeds, sends included. */
static void
each_fed(const struct desk *desk, unsigned from,
    void (*each)(void *arg, unsigned to), void *arg)
{
	const struct desk_strip *strip = &desk->strip[from];

	for (size_t i = 0; i < strip->tos; i++)
		each(arg, strip->to[i]);
	for (size_t i = 0; i < strip->sends; i++)
		each(arg, strip->send[i].bus);
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

unsigned
route_count(unsigned from_lanes, unsigned to_lanes)
{
	return from_lanes > to_lanes ? from_lanes : to_lanes;
}

unsigned
route_lane(unsigned lanes, unsigned route)
{
	return route < lanes ? route : lanes - 1;
}

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

bool
route_open(const struct route_solo *solo, unsigned from, unsigned to)
{
	return !solo->any || !solo->main[to] || solo->up[from] ||
	       solo->down[to];
}
