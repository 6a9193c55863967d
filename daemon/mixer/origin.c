#include "mixer/origin.h"

#include "protocol/level.h"

static const struct meter *
stage_meters(const struct origin_view *view, const struct meter_window *window,
    unsigned strip, unsigned stage)
{
	return &window->meter[view->first[strip] +
			      (size_t)stage * view->desk->strip[strip].lanes];
}

/* --- the ways into a sum --- */

void
origin_ways(const struct desk *desk, const struct route_solo *solo,
    unsigned from, unsigned to, struct origin_way way[2])
{
	unsigned fader = desk_stage_fader(&desk->strip[from]);
	struct route_way part;

	for (unsigned i = 0; i < 2; i++)
		way[i] = (struct origin_way){ .stage = fader - i };
	for (size_t i = 0; route_way(desk, from, i, &part); i++)
		for (unsigned k = 0; part.to == to && k < part.count; k++) {
			struct route_lanes lanes = route_lanes(desk, &part, k);
			way[part.pre].gain[lanes.from][lanes.to] +=
			    route_gain(desk, solo, &part, k);
		}
}

/* The peak that a way brings to those lanes of the sum. */
static double
brings(const struct origin_view *view, const struct meter_window *window,
    unsigned from, unsigned to, const struct origin_way *way, unsigned over)
{
	const struct desk_strip *strip = &view->desk->strip[from];
	unsigned lanes = view->desk->strip[to].lanes;
	const struct meter *meter =
	    stage_meters(view, window, from, way->stage);
	double most = 0;

	for (unsigned a = 0; a < strip->lanes; a++)
		for (unsigned b = 0; b < lanes; b++) {
			double peak = way->gain[a][b] * (double)meter[a].peak;
			if ((over & 1U << b) != 0 && peak > most)
				most = peak;
		}
	return most;
}

/* The peaks that all ways bring to those lanes of the sum, together. */
static double
all_bring(const struct origin_view *view, const struct meter_window *window,
    unsigned to, unsigned over)
{
	double sum = 0;

	for (unsigned i = 0; i < view->desk->strips; i++) {
		struct origin_way way[2];
		origin_ways(view->desk, view->solo, i, to, way);
		for (int k = 0; k < 2; k++)
			sum += brings(view, window, i, to, &way[k], over);
	}
	return sum;
}

/* --- up the path --- */

/* The overs of a stage: their span over all lanes, and which lanes. */
struct span {
	uint32_t first, last;
	unsigned lanes; /* bits */
};

static struct span
stage_span(const struct origin_view *view, const struct meter_window *window,
    struct origin at)
{
	const struct meter *meter =
	    stage_meters(view, window, at.strip, at.stage);
	struct span span = { .first = UINT32_MAX };

	for (unsigned lane = 0; lane < view->desk->strip[at.strip].lanes;
	     lane++, meter++) {
		if (meter->overs == 0)
			continue;
		span.first =
		    meter->first < span.first ? meter->first : span.first;
		span.last = meter->last > span.last ? meter->last : span.last;
		span.lanes |= 1U << lane;
	}
	return span;
}

/* Was the stage over within the span? */
static bool
was_over(const struct origin_view *view, const struct meter_window *window,
    struct origin at, const struct span *span)
{
	const struct meter *meter =
	    stage_meters(view, window, at.strip, at.stage);

	for (unsigned lane = 0; lane < view->desk->strip[at.strip].lanes;
	     lane++, meter++)
		if (meter->overs != 0 && meter->first <= span->last &&
		    meter->last >= span->first)
			return true;
	return false;
}

/* From a sum: the one that was over too and brings most. */
static bool
step_out(const struct origin_view *view, const struct meter_window *window,
    const struct span *span, struct origin *at)
{
	unsigned to = at->strip;
	unsigned lanes = stage_span(view, window, *at).lanes;
	double most = ORIGIN_LEAST * all_bring(view, window, to, lanes);
	bool found = false;

	for (unsigned i = 0; i < view->desk->strips; i++) {
		struct origin_way way[2];
		origin_ways(view->desk, view->solo, i, to, way);
		for (int k = 0; k < 2; k++) {
			struct origin source = { i, way[k].stage };
			double peak =
			    brings(view, window, i, to, &way[k], lanes);
			if (peak <= most ||
			    !was_over(view, window, source, span))
				continue;
			most = peak;
			*at = source;
			found = true;
		}
	}
	return found;
}

static bool
step_up(const struct origin_view *view, const struct meter_window *window,
    const struct span *span, struct origin *at)
{
	struct origin before = { at->strip, at->stage - 1 };

	if (at->stage == 0)
		return step_out(view, window, span, at);
	if (!was_over(view, window, before, span))
		return false;
	*at = before;
	return true;
}

struct origin
origin_find(const struct origin_view *view, const struct meter_window *window,
    unsigned strip, unsigned stage)
{
	struct origin at = { strip, stage };
	struct span span = stage_span(view, window, at);

	while (step_up(view, window, &span, &at))
		;
	return at;
}

/* --- who made up a sum --- */

static void
insert_share(struct origin_share share[ORIGIN_SHARES], unsigned *count,
    struct origin_share new)
{
	unsigned at = *count;

	if (at == ORIGIN_SHARES && new.share <= share[at - 1].share)
		return;
	at = at == ORIGIN_SHARES ? at - 1 : (*count)++;
	for (; at > 0 && share[at - 1].share < new.share; at--)
		share[at] = share[at - 1];
	share[at] = new;
}

unsigned
origin_shares(const struct origin_view *view, const struct meter_window *window,
    unsigned strip, struct origin_share share[ORIGIN_SHARES])
{
	struct origin at = { strip, 0 };
	unsigned lanes = stage_span(view, window, at).lanes;
	double all = all_bring(view, window, strip, lanes);
	unsigned count = 0;

	for (unsigned i = 0; i < view->desk->strips; i++) {
		struct origin_way way[2];
		origin_ways(view->desk, view->solo, i, strip, way);
		double peak = brings(view, window, i, strip, &way[0], lanes) +
			      brings(view, window, i, strip, &way[1], lanes);
		if (peak > ORIGIN_LEAST * all)
			insert_share(share, &count,
			    (struct origin_share){ i, level_db(peak / all) });
	}
	return count;
}
