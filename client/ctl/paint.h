#ifndef CTL_PAINT_H
#define CTL_PAINT_H

#include "cells.h"

#include "protocol/zone.h"

#include <stdbool.h>

/*
 * How zones, bars, numbers and names look on this terminal. Draws with
 * ncurses at the cursor unless a place is given; one thread.
 */

#define PAINT_NUMBER_WIDTH 6

struct paint;

/* Reads what the terminal can do; once, after initscr(). NULL without
 * memory. */
struct paint *paint_open(void);
void paint_close(struct paint *paint);

bool paint_is_utf8(const struct paint *paint);

/* Whether zones need fills, because there is neither colour nor finer
 * glyphs. */
bool paint_needs_fills(const struct paint *paint);

/* Attributes in which a zone is written. */
int paint_attribute(const struct paint *paint, enum zone zone);

/* "L", "N", …: the zone for those who cannot tell colours. */
char paint_letter(enum zone zone);

/* Writes `count` cells from a place on, or one. */
void paint_cells(const struct paint *paint, int y, int x,
    const struct cell *cell, int count);

/* Writes text in exactly `width` columns. */
void paint_text(const char *text, int width);

/* Writes a level in dB with one decimal, "-" for silence; `sign` shows a
 * plus. */
void paint_number(double number, bool sign);

/* The same as text of a fader: "off" at its foot. */
void paint_fader(char *text, size_t size, double level);

#endif
