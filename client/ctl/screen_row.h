#ifndef CTL_SCREEN_ROW_H
#define CTL_SCREEN_ROW_H

#include "roster.h"

#include "protocol/zone.h"

#include <stdbool.h>

/*
 * One lane of a strip as a row of the terminal meter bridge: for each stage a
 * bar, numbers and a letter for its zone. Draws with ncurses.
 */

/* Which numbers stand beside a bar, as bits. */
#define ROW_PEAK 1U     /* dBFS, held as long as its mark */
#define ROW_RMS 2U      /* dBFS */
#define ROW_HEADROOM 4U /* dB since the last reset */
#define ROW_NUMBERS 3
#define ROW_NUMBER_WIDTH 6
#define ROW_NAME_MARGIN 4 /* columns before and behind a name */

struct row_style {
	bool utf8, colour;
	int name;         /* columns for name and lane, a gap behind them */
	int cell;         /* columns for each stage, a gap behind them */
	int bar;          /* of those, columns for the bar */
	unsigned numbers; /* ROW_ bits */
	unsigned first, stages; /* stages that are shown */
};

/* Colour pairs and attributes of each zone. Once, after start_color(). */
void row_colours(void);

/* Attributes in which a zone is written. */
int row_attribute(const struct row_style *style, enum zone zone);

/* "L", "N", …: the zone for those who cannot tell colours. */
char row_letter(enum zone zone);

/* Writes text in exactly `width` columns from the cursor on. */
void row_text(const char *text, int width);

/* Draws the row of one lane at line `y`. */
void row_draw(const struct row_style *style, int y,
    const struct roster_strip *strip, unsigned lane);

/* Draws the loudness of a strip at line `y`, as much as there is room for. */
void row_loudness(
    const struct row_style *style, int y, const struct roster_strip *strip);

/* Draws what stands over the stages: their names, and the scale. */
void row_heading(const struct row_style *style, int y, const char *title,
    const struct roster_strip *strip);
void row_scale(const struct row_style *style, int y);

#endif
