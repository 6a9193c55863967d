#ifndef CTL_SCREEN_ROW_H
#define CTL_SCREEN_ROW_H

#include "screen.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Parts that the rows of the meter bridge are made of. Draws with ncurses.
 */

/* Which numbers stand beside a bar, as bits. */
#define ROW_PEAK 1U     /* dBFS, held as long as its mark */
#define ROW_RMS 2U      /* dBFS */
#define ROW_HEADROOM 4U /* dB since the last reset */
#define ROW_NUMBERS 3

/* How a row begins: cursor, name, lane, mute and solo, fader. */
struct row_front {
	int name;   /* columns for the name */
	bool lane;  /* L and R are told apart */
	bool fader; /* the fader's level is shown */
};

/* Columns of a front, a gap behind it included. */
int row_front_width(const struct row_front *front);

/* Columns that the longest name needs, `most` at most. */
int row_names(const struct roster *roster, int most);

/* Draws a front; only the row of a strip's first lane tells its name. */
void
row_draw_front(const struct screen *screen, const struct screen_scene *scene,
    const struct row_front *front, int y, int x, size_t strip, unsigned lane);

/* Columns of numbers and letter, a gap behind them included. */
int row_tail_width(unsigned numbers);

/* Chooses numbers for a bar with numbers of `width` columns: as many as leave
 * the bar long enough, or those that were chosen. */
unsigned row_choose(const struct screen *screen, int width);

/* Draws the numbers of a lane, or headings of them, and the zone's letter. */
void row_draw_tail(const struct screen *screen, unsigned numbers,
    const struct roster_strip *strip, const struct roster_stage *stage,
    const struct roster_lane *lane);
void row_draw_headings(unsigned numbers);

/* Draws the bar of a lane. */
void row_draw_bar(struct screen *screen, const struct screen_scene *scene,
    int y, int x, int size, size_t strip, unsigned stage,
    const struct roster_lane *lane);

/* Draws the scale over a bar. */
void row_draw_scale(int y, int x, int size);

#endif
