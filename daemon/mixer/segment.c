#include "mixer/segment.h"

#include "mixer/route.h"

#include <limits.h>
#include <stdlib.h>

bool
segment_cut(const struct desk_insert *insert)
{
	return insert->kind == INSERT_JACK && insert->mode == INSERT_DIRECT;
}

unsigned
segment_of(const struct segments *segments, const struct desk *desk,
    unsigned strip, size_t inserts)
{
	unsigned segment = segments->in[strip];

	for (size_t i = 0; i < inserts; i++)
		segment += segment_cut(&desk->strip[strip].insert[i]);
	return segment;
}

static void
push(struct segments *segments, unsigned to, unsigned segment)
{
	if (segment > segments->in[to])
		segments->in[to] = segment;
	if (segment < segments->first[to])
		segments->first[to] = segment;
}

static void
go_through(struct segments *segments, const struct desk *desk, unsigned index)
{
	unsigned end =
	    segment_of(segments, desk, index, desk->strip[index].inserts);
	struct route_way way;

	if (end >= segments->count)
		segments->count = end + 1;
	for (size_t i = 0; route_way(desk, index, i, &way); i++)
		push(segments, way.to, end);
}

int
segments_solve(struct segments *segments, const struct desk *desk)
{
	unsigned *order = malloc(desk->strips * sizeof *order);

	segments->in = calloc(desk->strips, 2 * sizeof *segments->in);
	segments->count = 1;
	if (order == NULL || segments->in == NULL) {
		segments_free(segments);
		free(order);
		return -1;
	}
	segments->first = segments->in + desk->strips;
	for (size_t i = 0; i < desk->strips; i++)
		segments->first[i] = UINT_MAX;
	size_t placed = route_order(desk, order);
	for (size_t i = 0; i < placed; i++)
		go_through(segments, desk, order[i]);
	free(order);
	return 0;
}

void
segments_free(struct segments *segments)
{
	free(segments->in);
	segments->in = NULL;
}
