#ifndef CTL_CELLS_H
#define CTL_CELLS_H

#include "roster.h"

#include "protocol/zone.h"

#include <stdbool.h>
#include <wchar.h>

/*
 * What stands in each character cell of a meter bar: pure functions from
 * levels to glyphs, zones and weights, before any terminal is asked.
 */

enum cell_glyph {
	CELL_BLANK,
	CELL_AIM,  /* inside the target, but dark */
	CELL_PEAK, /* of the last second */
	CELL_HOLD, /* the highest true peak since the reset */
	CELL_ACROSS_PEAK,
	CELL_ACROSS_HOLD,
	CELL_FILL,                      /* and one for each zone behind it */
	CELL_RIGHT = CELL_FILL + ZONES, /* 1/8 … 8/8 filled from the left */
	CELL_UP = CELL_RIGHT + 8,       /* 1/8 … 8/8 filled from below */
	CELL_GLYPHS = CELL_UP + 8
};

enum cell_weight { CELL_DIM, CELL_PLAIN, CELL_BOLD, CELL_WEIGHTS };

struct cell {
	unsigned char glyph, zone, weight;
};

/* How bars are drawn. */
struct cells_look {
	bool upright; /* from below to above, else from left to right */
	bool fills;   /* a fill for each zone in place of its colour */
};

/* Where zones begin on a bar of `size` cells. */
struct cells_ruler {
	int size;
	int from[ZONES + 1];  /* cells; the last is `size` */
	int aim_from, aim_to; /* the target, both 0 where it has no foot */
};

/* Lays a ruler along a bar for a stage: each cell is judged by the level at
 * its middle, and a signal that is drawn is never silent. */
void cells_rule(struct cells_ruler *ruler, const struct roster_strip *strip,
    const struct roster_stage *stage, int size);

/* Fills `cell`, of ruler->size, with a bar: lit up to `level`, with marks at
 * the `peak` of the last second and at `hold`, all in dBFS. */
void cells_bar(const struct cells_ruler *ruler, const struct cells_look *look,
    double level, double peak, double hold, struct cell *cell);

/* The character of a glyph, in ASCII unless the terminal knows more. */
wchar_t cells_character(enum cell_glyph glyph, bool utf8);

#endif
