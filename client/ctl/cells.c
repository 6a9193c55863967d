#include "cells.h"

#include "bar.h"

#include "protocol/level.h"

#include <math.h>

void
cells_rule(struct cells_ruler *ruler, const struct roster_strip *strip,
    const struct roster_stage *stage, int size)
{
	struct zone_target target = roster_target(strip, stage);
	bool has_foot = target.low > target.silence;
	int next = ZONE_LOW;

	*ruler = (struct cells_ruler){ .size = size };
	for (int i = 0; i < size; i++) {
		double level = bar_level((i + 0.5) / size);
		int zone = roster_zone(strip, stage, level);
		for (; next <= zone; next++)
			ruler->from[next] = next == ZONE_LOW ? 0 : i;
		if (!has_foot || level < target.low || level > target.high)
			continue;
		if (ruler->aim_to == 0)
			ruler->aim_from = i;
		ruler->aim_to = i + 1;
	}
	for (; next <= ZONES; next++)
		ruler->from[next] = size;
}

/* The cell that a mark falls into, -1 for none. */
static int
cells_mark(const struct cells_ruler *ruler, double level)
{
	double position = bar_position(level) * ruler->size;

	return position > 0 ? (int)ceil(position) - 1 : -1;
}

static unsigned char
cells_zone(const struct cells_ruler *ruler, int at)
{
	int zone = ZONE_LOW;

	while (zone + 1 < ZONES && at >= ruler->from[zone + 1])
		zone++;
	return (unsigned char)zone;
}

static void
cells_put_mark(const struct cells_ruler *ruler, int at, int glyph,
    enum cell_weight weight, struct cell *cell)
{
	if (at >= 0)
		cell[at] = (struct cell){ (unsigned char)glyph,
			cells_zone(ruler, at), (unsigned char)weight };
}

void
cells_bar(const struct cells_ruler *ruler, const struct cells_look *look,
    double level, double peak, double hold, struct cell *cell)
{
	int lit = (int)(bar_position(level) * ruler->size * 8);
	int base = look->upright ? CELL_UP : CELL_RIGHT, zone = ZONE_LOW;
	int at = cells_mark(ruler, hold), last = cells_mark(ruler, peak);

	for (int i = 0; i < ruler->size; i++) {
		int filled = lit - 8 * i, glyph = CELL_BLANK;
		while (zone + 1 < ZONES && i >= ruler->from[zone + 1])
			zone++;
		if (look->fills && filled >= 4)
			glyph = CELL_FILL + zone;
		else if (!look->fills && filled > 0)
			glyph = base + (filled < 8 ? filled : 8) - 1;
		else if (i >= ruler->aim_from && i < ruler->aim_to)
			glyph = CELL_AIM;
		cell[i] =
		    (struct cell){ (unsigned char)glyph, (unsigned char)zone,
			    glyph == CELL_AIM   ? CELL_DIM
			    : zone >= ZONE_OVER ? CELL_BOLD
						: CELL_PLAIN };
	}
	/* A mark inside the lit part would only make a hole in it. */
	if (lit < 8 * (last + 1))
		cells_put_mark(ruler, last,
		    look->upright ? CELL_ACROSS_PEAK : CELL_PEAK, CELL_PLAIN,
		    cell);
	if (at >= 0 && lit < 8 * (at + 1))
		cells_put_mark(ruler, at,
		    look->upright ? CELL_ACROSS_HOLD : CELL_HOLD, CELL_BOLD,
		    cell);
}

wchar_t
cells_character(enum cell_glyph glyph, bool utf8)
{
	static const wchar_t plain[] = L" .:|-=.-=#XX";
	static const wchar_t rich[] = L" ·│┃─━ ░▒▓██▏▎▍▌▋▊▉█▁▂▃▄▅▆▇█";

	if (utf8)
		return rich[glyph];
	if (glyph >= CELL_RIGHT)
		return (glyph - CELL_RIGHT) % 8 >= 3 ? L'#' : L' ';
	return plain[glyph];
}
