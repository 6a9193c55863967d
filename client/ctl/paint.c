#include "paint.h"

#include "protocol/level.h"

#include <langinfo.h>
#include <math.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOWEST_SHOWN (-99.9) /* dB, the lowest that fits a number */
#define LONGEST 256          /* cells that are written in one go */
#define BLANKS 40            /* columns that are left empty at most */

struct paint {
	bool utf8, colour;
	cchar_t ink[CELL_GLYPHS][ZONES][CELL_WEIGHTS];
};

static void
paint_colours(void)
{
	static const short few[ZONES] = { COLOR_WHITE, COLOR_CYAN, COLOR_GREEN,
		COLOR_YELLOW, COLOR_RED, COLOR_WHITE };
	/* Of the 256 of xterm: grey, blue, green, amber, red, white. */
	static const short many[ZONES] = { 244, 39, 40, 220, 203, 231 };
	const short *ink;

	start_color();
	use_default_colors();
	ink = COLORS >= 256 ? many : few;
	for (int i = 0; i < ZONES; i++)
		init_pair((short)(i + 1), ink[i],
		    i != ZONE_CLIP  ? -1
		    : COLORS >= 256 ? 160
				    : COLOR_RED);
}

int
paint_attribute(const struct paint *paint, enum zone zone)
{
	int attribute = paint->colour ? COLOR_PAIR((int)zone + 1) : 0;

	if (zone == ZONE_SILENT)
		attribute |= A_DIM;
	if (zone >= ZONE_OVER)
		attribute |= A_BOLD;
	if (!paint->colour && zone >= ZONE_OVER)
		attribute |= A_REVERSE;
	return attribute;
}

static void
paint_mix(struct paint *paint, int glyph, int zone, int weight)
{
	wchar_t text[2] = {
		cells_character((enum cell_glyph)glyph, paint->utf8), L'\0'
	};
	attr_t attribute = 0;

	/* A bar's colour tells enough; red ground would swallow its marks. */
	if (paint->colour && zone == ZONE_CLIP)
		zone = ZONE_OVER;
	if (weight == CELL_BOLD)
		attribute = A_BOLD;
	else if (weight == CELL_DIM)
		attribute = A_DIM;
	setcchar(&paint->ink[glyph][zone][weight], text, attribute,
	    (short)(paint->colour ? zone + 1 : 0), NULL);
}

struct paint *
paint_open(void)
{
	struct paint *paint = calloc(1, sizeof(*paint));

	if (!paint)
		return NULL;
	paint->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	paint->colour = has_colors() && !getenv("NO_COLOR");
	if (paint->colour)
		paint_colours();
	for (int glyph = 0; glyph < CELL_GLYPHS; glyph++)
		for (int weight = 0; weight < CELL_WEIGHTS; weight++) {
			for (int zone = 0; zone < ZONES; zone++)
				paint_mix(paint, glyph, zone, weight);
			paint->ink[glyph][ZONE_CLIP][weight] =
			    paint->ink[glyph][ZONE_OVER][weight];
		}
	return paint;
}

void
paint_close(struct paint *paint)
{
	free(paint);
}

bool
paint_is_utf8(const struct paint *paint)
{
	return paint->utf8;
}

bool
paint_needs_fills(const struct paint *paint)
{
	return !paint->colour || !paint->utf8;
}

char
paint_letter(enum zone zone)
{
	static const char letters[] = ".LNHOC";

	return letters[zone];
}

void
paint_cells(
    const struct paint *paint, int y, int x, const struct cell *cell, int count)
{
	cchar_t line[LONGEST];

	if (count > LONGEST)
		count = LONGEST;
	for (int i = 0; i < count; i++)
		line[i] =
		    paint->ink[cell[i].glyph][cell[i].zone][cell[i].weight];
	mvadd_wchnstr(y, x, line, count);
}

/* Text whose every byte is a column, in the attributes that are set: beside
 * addstr() it costs next to nothing. */
static void
paint_plain(const char *text, int size)
{
	chtype line[LONGEST];
	attr_t attribute = getattrs(stdscr) & ~(attr_t)A_CHARTEXT;
	int count = size < LONGEST ? size : LONGEST;

	for (int i = 0; i < count; i++)
		line[i] = (unsigned char)text[i] | attribute;
	addchnstr(line, count);
	move(getcury(stdscr), getcurx(stdscr) + count);
}

void
paint_text(const char *text, int width)
{
	static const char blanks[] = "                                        ";
	mbstate_t state;
	wchar_t character;
	size_t left = strlen(text), plain = 0;

	while (plain < left && text[plain] >= ' ' && text[plain] < '\x7f')
		plain++;
	if (plain == left) {
		paint_plain(text, left < (size_t)width ? (int)left : width);
		width -= (int)left;
		left = 0;
	}
	memset(&state, 0, sizeof(state));
	while (left) {
		size_t size = mbrtowc(&character, text, left, &state);
		int columns = 1;
		if (size == 0 || size > left) {
			/* Not in this locale's encoding. */
			memset(&state, 0, sizeof(state));
			size = 1;
			character = L'?';
		} else {
			columns = wcwidth(character);
		}
		if (columns < 0) {
			character = L'?';
			columns = 1;
		}
		if (columns > width)
			break;
		addnwstr(&character, 1);
		width -= columns;
		text += size;
		left -= size;
	}
	if (width > 0)
		paint_plain(blanks, width < BLANKS ? width : BLANKS);
}

/* Tenths from the right to the left; enough for what fits. */
static void
paint_tenths(char text[PAINT_NUMBER_WIDTH], int tenths, bool sign)
{
	int at = PAINT_NUMBER_WIDTH, left = abs(tenths), digits = 0;

	memset(text, ' ', PAINT_NUMBER_WIDTH);
	while (digits < 2 || left) {
		text[--at] = (char)('0' + left % 10);
		left /= 10;
		if (++digits == 1)
			text[--at] = '.';
	}
	if (tenths < 0)
		text[--at] = '-';
	else if (sign)
		text[--at] = '+';
}

void
paint_number(double number, bool sign)
{
	char text[PAINT_NUMBER_WIDTH];

	memset(text, ' ', sizeof(text));
	if (number >= LOWEST_SHOWN && number <= -LOWEST_SHOWN)
		paint_tenths(text, (int)lround(number * 10), sign);
	else
		text[sizeof(text) - 1] = '-';
	paint_plain(text, PAINT_NUMBER_WIDTH);
}

void
paint_fader(char *text, size_t size, double level)
{
	if (level <= LEVEL_SILENCE)
		snprintf(text, size, "off");
	else
		snprintf(text, size, "%+.1f", level);
}
