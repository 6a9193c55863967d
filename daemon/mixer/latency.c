#include "mixer/latency.h"

#include "mixer/align.h"
#include "mixer/desk.h"
#include "mixer/live.h"
#include "mixer/route.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One lane of one strip; a lane of a strip stands at strip × DESK_LANES. */
struct node {
	uint32_t delay;  /* frames */
	uint32_t input;  /* index of its input port, or NO_PORT */
	uint32_t output; /* index of its output port, or NO_PORT */
};

struct arrow {
	unsigned from, to; /* node indices */
	uint32_t delay;    /* frames on top of that of `from` */
};

/* A lane of a JACK insert: its send and its return. */
struct tap {
	unsigned node;
	uint32_t before;  /* frames from the input of the strip to the send */
	uint32_t through; /* … to the return */
};

struct latency {
	struct node *node;
	size_t nodes;
	struct arrow *arrow; /* sorted by the order of `from` */
	size_t arrows;
	struct tap *tap; /* in the order of their ports */
	size_t taps;
	size_t inputs, outputs; /* ports before theirs */
};

#define NO_PORT UINT32_MAX

/* More than its maximum: the first range that is added replaces it. */
const struct latency_range latency_nothing = { UINT32_MAX, 0 };

/* Of one strip, by its ways behind the fader: those before it lead along the
 * same lanes. The monitor is as late as its source. */
static void
add_arrows(struct latency *latency, const struct desk *desk,
    const struct align *align, unsigned from)
{
	struct route_way way;

	for (size_t i = 0; route_way(desk, from, i, &way); i++) {
		if (way.pre ||
		    (way.kind == ROUTE_LISTEN && from != desk->source))
			continue;
		for (unsigned k = 0; k < way.count; k++) {
			struct route_lanes lanes = route_lanes(desk, &way, k);
			latency->arrow[latency->arrows++] = (struct arrow){
				from * DESK_LANES + lanes.from,
				way.to * DESK_LANES + lanes.to,
				align_wait(align, desk, &way),
			};
		}
	}
}

static void
add_nodes(struct latency *latency, const struct desk *desk,
    const struct align *align, unsigned rate)
{
	uint32_t input = 0, output = 0;

	latency->nodes = desk->strips * DESK_LANES;
	for (size_t i = 0; i < desk->strips; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		struct node *node = &latency->node[i * DESK_LANES];
		uint32_t delay =
		    (uint32_t)lrint(strip->value[PARAM_DELAY] * rate / 1000) +
		    align->out[i] - align->in[i];
		for (unsigned lane = 0; lane < DESK_LANES; lane++) {
			bool is = lane < strip->lanes;
			bool has_input = is && strip->kind == STRIP_CHANNEL;
			node[lane] =
			    (struct node){ delay, has_input ? input++ : NO_PORT,
				    is ? output++ : NO_PORT };
		}
	}
}

static void
add_taps(
    struct latency *latency, const struct desk *desk, const struct live *live)
{
	for (size_t i = 0; i < desk->strips; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		uint32_t before = 0;
		for (size_t k = 0; k < strip->inserts; k++) {
			uint32_t own = live->strip[i].slot[k]->latency;
			for (unsigned lane = 0;
			     strip->insert[k].kind == INSERT_JACK &&
			     lane < strip->lanes;
			     lane++)
				latency->tap[latency->taps++] = (struct tap){
					(unsigned)i * DESK_LANES + lane, before,
					before + own
				};
			before += own;
		}
	}
	latency->inputs = desk_input_count(desk);
	latency->outputs = desk_output_count(desk);
}

struct latency *
latency_new(
    const struct desk *desk, const struct live *live, const struct align *align)
{
	struct latency *latency = calloc(1, sizeof *latency);
	unsigned *order = malloc(desk->strips * sizeof *order);
	size_t arrows = 0;

	for (size_t i = 0; i < desk->strips; i++)
		arrows += route_total(desk, (unsigned)i);
	if (latency != NULL) {
		latency->node =
		    calloc(desk->strips * DESK_LANES, sizeof(struct node));
		latency->arrow = calloc(arrows + 1, sizeof(struct arrow));
	}
	if (latency != NULL)
		latency->tap =
		    calloc(desk_send_count(desk) + 1, sizeof(struct tap));
	if (latency == NULL || order == NULL || latency->node == NULL ||
	    latency->arrow == NULL || latency->tap == NULL) {
		latency_free(latency);
		free(order);
		return NULL;
	}
	add_nodes(latency, desk, align, live->rate);
	add_taps(latency, desk, live);
	size_t placed = route_order(desk, order);
	for (size_t i = 0; i < placed; i++)
		add_arrows(latency, desk, align, order[i]);
	free(order);
	return latency;
}

void
latency_free(struct latency *latency)
{
	if (latency == NULL)
		return;
	free(latency->node);
	free(latency->arrow);
	free(latency->tap);
	free(latency);
}

static void
widen(struct latency_range *range, struct latency_range by, uint32_t delay)
{
	if (by.min > by.max)
		return;
	if (by.min + delay < range->min)
		range->min = by.min + delay;
	if (by.max + delay > range->max)
		range->max = by.max + delay;
}

static struct latency_range
shown(struct latency_range range)
{
	return range.min > range.max ? (struct latency_range){ 0, 0 } : range;
}

/* Ranges at the nodes, nothing at all of them; NULL without memory. */
static struct latency_range *
node_ranges(const struct latency *latency)
{
	struct latency_range *range = calloc(latency->nodes, sizeof *range);

	if (range == NULL)
		return NULL;
	for (size_t i = 0; i < latency->nodes; i++)
		range[i] = latency_nothing;
	return range;
}

int
latency_capture(const struct latency *latency,
    const struct latency_range *input, struct latency_range *output)
{
	struct latency_range *range = node_ranges(latency);

	if (range == NULL)
		return -1;
	for (size_t i = 0; i < latency->nodes; i++)
		if (latency->node[i].input != NO_PORT)
			range[i] = input[latency->node[i].input];
	for (size_t i = 0; i < latency->arrows; i++) {
		const struct arrow *arrow = &latency->arrow[i];
		widen(&range[arrow->to], range[arrow->from],
		    latency->node[arrow->from].delay + arrow->delay);
	}
	for (size_t i = 0; i < latency->nodes; i++) {
		const struct node *node = &latency->node[i];
		struct latency_range out = latency_nothing;
		widen(&out, range[i], node->delay);
		if (node->output != NO_PORT)
			output[node->output] = shown(out);
	}
	for (size_t i = 0; i < latency->taps; i++) {
		struct latency_range out = latency_nothing;
		widen(
		    &out, range[latency->tap[i].node], latency->tap[i].before);
		output[latency->outputs + i] = shown(out);
	}
	free(range);
	return 0;
}

int
latency_playback(const struct latency *latency,
    const struct latency_range *output, struct latency_range *input)
{
	struct latency_range *range = node_ranges(latency);

	if (range == NULL)
		return -1;
	for (size_t i = 0; i < latency->nodes; i++)
		if (latency->node[i].output != NO_PORT)
			widen(&range[i], output[latency->node[i].output],
			    latency->node[i].delay);
	for (size_t i = latency->arrows; i-- > 0;) {
		const struct arrow *arrow = &latency->arrow[i];
		widen(&range[arrow->from], range[arrow->to],
		    latency->node[arrow->from].delay + arrow->delay);
	}
	for (size_t i = 0; i < latency->nodes; i++)
		if (latency->node[i].input != NO_PORT)
			input[latency->node[i].input] = shown(range[i]);
	for (size_t i = 0; i < latency->taps; i++) {
		struct latency_range in = range[latency->tap[i].node];
		if (in.min <= in.max) {
			in.min -= latency->tap[i].through;
			in.max -= latency->tap[i].through;
		}
		input[latency->inputs + i] = shown(in);
	}
	free(range);
	return 0;
}
