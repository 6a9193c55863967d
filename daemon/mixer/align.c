#include "mixer/align.h"

#include "mixer/live.h"
#include "mixer/route.h"

#include <stdlib.h>

static void
arrive(struct align *align, unsigned from, unsigned to)
{
	if (align->out[from] > align->in[to])
		align->in[to] = align->out[from];
}

static void
go_through(struct align *align, const struct desk *desk,
    const struct live *live, unsigned index)
{
	const struct desk_strip *strip = &desk->strip[index];
	struct route_way way;

	align->out[index] = align->in[index];
	for (size_t i = 0; live != NULL && i < live->strip[index].slots; i++)
		align->out[index] += live->strip[index].slot[i]->latency;
	if (!strip->align)
		return;
	for (size_t i = 0; route_way(desk, index, i, &way); i++)
		if (way.kind != ROUTE_LISTEN)
			arrive(align, index, way.to);
}

int
align_solve(struct align *align, const struct desk *desk,
    const struct route_solo *solo, const struct live *live)
{
	unsigned *order = malloc(desk->strips * sizeof *order);

	align->in = calloc(desk->strips * 2, sizeof *align->in);
	align->out = align->in + desk->strips;
	if (order == NULL || align->in == NULL) {
		align_free(align);
		free(order);
		return -1;
	}
	size_t placed = route_order(desk, order);
	for (size_t i = 0; i < placed; i++)
		go_through(align, desk, live, order[i]);
	free(order);
	align_solos(align, desk, solo);
	return 0;
}

void
align_solos(
    struct align *align, const struct desk *desk, const struct route_solo *solo)
{
	unsigned monitor = desk_monitor(desk);

	align->heard = solo->heard;
	align->in[monitor] = 0;
	for (unsigned i = 0; solo->heard && i < monitor; i++)
		if (desk->strip[i].value[PARAM_SOLO] != 0 &&
		    desk->strip[i].align)
			arrive(align, i, monitor);
	align->out[monitor] = align->in[monitor];
}

void
align_free(struct align *align)
{
	free(align->in);
	*align = (struct align){ 0 };
}

uint32_t
align_wait(const struct align *align, const struct desk *desk,
    const struct route_way *way)
{
	uint32_t in = align->in[way->to], out = align->out[way->from];

	const struct desk_strip *from = &desk->strip[way->from];

	if (way->kind == ROUTE_LISTEN &&
	    (!align->heard || from->value[PARAM_SOLO] == 0))
		return 0;
	return from->align && in > out ? in - out : 0;
}
