#include "screen_row.h"

#include "bar.h"

#include "protocol/level.h"

#include <math.h>
#include <ncurses.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define LOWEST_SHOWN (-99.9) /* dB, the lowest that fits a number */

void
row_colours(void)
{
	static const short ink[ZONES] = { COLOR_WHITE, COLOR_CYAN, COLOR_GREEN,
		COLOR_YELLOW, COLOR_RED, COLOR_WHITE };

	start_color();
	use_default_colors();
	for (int i = 0; i < ZONES; i++)
		init_pair(
		    (short)(i + 1), ink[i], i == ZONE_CLIP ? COLOR_RED : -1);
}

int
row_attribute(const struct row_style *style, enum zone zone)
{
	int attribute = style->colour ? COLOR_PAIR((int)zone + 1) : 0;

	if (zone == ZONE_SILENT)
		attribute |= A_DIM;
	if (zone >= ZONE_OVER)
		attribute |= A_BOLD;
	if (!style->colour && zone >= ZONE_OVER)
		attribute |= A_REVERSE;
	return attribute;
}

char
row_letter(enum zone zone)
{
	static const char letters[] = ".LNHOC";

	return letters[zone];
}

void
row_text(const char *text, int width)
{
	mbstate_t state;
	wchar_t character;
	size_t left = strlen(text);

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
		printw("%*s", width, "");
}

/* What one column of a bar shows; `filled` of 0…1 of it. */
static const char *
row_glyph(const struct row_style *style, double filled)
{
	static const char *const eighths[] = { " ", "▏", "▎", "▍", "▌", "▋",
		"▊", "▉", "█" };

	if (style->utf8)
		return eighths[(int)(filled * 8)];
	return filled >= 0.5 ? "#" : " ";
}

/* A bar: lit columns in the colours of the zones they reach into, the target
 * marked where the bar leaves it free, and a line at the held peak. */
static void
row_bar(const struct row_style *style, const struct roster_strip *strip,
    const struct roster_stage *stage, const struct bar *bar)
{
	struct zone_target target = zone_target(strip->kind, stage->name);
	double end = bar_position(bar->level) * style->bar;
	double held = bar_position(bar->held) * style->bar;

	for (int i = 0; i < style->bar; i++) {
		/* A column is judged by the level at its middle. */
		double level = bar_level((i + 0.5) / style->bar);
		enum zone zone = roster_zone(strip, stage, level);
		double filled = fmin(fmax(end - i, 0), 1);
		bool mark = bar->held > bar->level && held > i &&
			    held <= i + 1 && filled < 1;
		bool aim = target.low > target.silence && level >= target.low &&
			   level <= target.high;
		if (zone == ZONE_SILENT)
			zone = ZONE_LOW;
		int attribute = row_attribute(style, zone);
		if (mark) {
			zone = roster_zone(strip, stage, bar->held);
			attribute = row_attribute(style, zone) | A_BOLD;
		} else if (filled * 8 < 1) {
			attribute |= A_DIM;
		}
		attrset((attr_t)attribute);
		if (mark)
			addstr(style->utf8 ? "│" : "|");
		else if (filled * 8 < 1 && aim)
			addstr(style->utf8 ? "·" : ".");
		else
			addstr(row_glyph(style, filled));
	}
	attrset(A_NORMAL);
}

static void
row_number(double number, bool sign)
{
	if (number < LOWEST_SHOWN || number > -LOWEST_SHOWN)
		printw("%*s", ROW_NUMBER_WIDTH, "-");
	else
		printw(sign ? "%+*.1f" : "%*.1f", ROW_NUMBER_WIDTH, number);
}

static void
row_stage(const struct row_style *style, const struct roster_strip *strip,
    const struct roster_stage *stage, const struct roster_lane *lane)
{
	const struct bar *bar = &lane->bar;
	enum zone zone = roster_zone(strip, stage, bar->held);

	row_bar(style, strip, stage, bar);
	attrset((attr_t)row_attribute(style, zone));
	if (style->numbers & ROW_PEAK)
		row_number(bar->held, true);
	if (style->numbers & ROW_RMS)
		row_number(lane->rms, true);
	if (style->numbers & ROW_HEADROOM) {
		enum zone worst = roster_zone(strip, stage, lane->highest);
		attrset((attr_t)row_attribute(style, worst));
		row_number(roster_headroom(lane), false);
	}
	attrset((attr_t)row_attribute(style, zone));
	printw(" %c", row_letter(zone));
	attrset(A_NORMAL);
}

void
row_draw(const struct row_style *style, int y, const struct roster_strip *strip,
    unsigned lane)
{
	move(y, 0);
	attrset(A_BOLD);
	addch(' ');
	row_text(lane             ? ""
		 : strip->name[0] ? strip->name
				  : strip->address,
	    style->name - ROW_NAME_MARGIN);
	attrset(A_DIM);
	printw(" %c ", strip->lanes == 1 ? ' ' : lane ? 'R' : 'L');
	attrset(A_NORMAL);
	for (unsigned i = 0; i < style->stages; i++) {
		unsigned at = style->first + i;
		if (at >= strip->stages || !strip->stage[at].shown)
			continue;
		move(y, style->name + (int)i * style->cell);
		row_stage(style, strip, &strip->stage[at],
		    &strip->stage[at].lane[lane]);
	}
}

void
row_loudness(
    const struct row_style *style, int y, const struct roster_strip *strip)
{
	/* What matters most comes first, so that it is there longest. */
	static const struct {
		enum roster_loudness number;
		const char *name;
		int digits;
		const char *unit;
	} part[] = {
		{ LOUDNESS_INTEGRATED, "I", 1, " LUFS" },
		{ LOUDNESS_SHORT_TERM, "S", 1, "" },
		{ LOUDNESS_MOMENTARY, "M", 1, "" },
		{ LOUDNESS_RANGE, "LRA", 1, "" },
		{ LOUDNESS_CORRELATION, "corr", 2, "" },
		{ LOUDNESS_CREST, "crest", 1, "" },
		{ LOUDNESS_DC, "DC", 1, "" },
		{ LOUDNESS_MOMENTARY_MAX, "max M", 1, "" },
		{ LOUDNESS_SHORT_TERM_MAX, "max S", 1, "" },
	};
	char text[32];

	move(y, style->name);
	attrset(A_DIM);
	for (size_t i = 0; i < LOUDNESSES; i++) {
		double number = strip->loudness[part[i].number];
		int size;
		if (number <= LEVEL_SILENCE)
			size =
			    snprintf(text, sizeof(text), "%s -", part[i].name);
		else
			size = snprintf(text, sizeof(text), "%s %.*f%s",
			    part[i].name, part[i].digits, number, part[i].unit);
		if (getcurx(stdscr) + size + 2 >= COLS)
			break;
		printw("%s  ", text);
	}
	attrset(A_NORMAL);
}

void
row_heading(const struct row_style *style, int y, const char *title,
    const struct roster_strip *strip)
{
	static const char *const numbers[ROW_NUMBERS] = { "peak", "rms",
		"room" };

	attrset(A_BOLD);
	mvaddch(y, 0, ' ');
	row_text(title, style->name - 1);
	for (unsigned i = 0; i < style->stages; i++) {
		unsigned at = style->first + i;
		if (at >= strip->stages)
			continue;
		move(y, style->name + (int)i * style->cell);
		attrset(A_BOLD);
		row_text(strip->stage[at].name, style->bar);
		attrset(A_DIM);
		for (unsigned n = 0; n < ROW_NUMBERS; n++)
			if (style->numbers & (1U << n))
				printw("%*s", ROW_NUMBER_WIDTH, numbers[n]);
	}
	attrset(A_NORMAL);
}

void
row_scale(const struct row_style *style, int y)
{
	static const int marks[] = { 0, -10, -20, -30, -40, -60 };
	char text[8];

	attrset(A_DIM);
	for (unsigned i = 0; i < style->stages; i++) {
		int x = style->name + (int)i * style->cell;
		int taken = style->bar + 2;
		for (unsigned m = 0; m < sizeof(marks) / sizeof(marks[0]);
		     m++) {
			int size = snprintf(text, sizeof(text), "%d", marks[m]);
			int at =
			    (int)lround(bar_position(marks[m]) * style->bar) -
			    size;
			/* Marks that would touch a higher one are left out. */
			if (at < 0 || at + size >= taken)
				continue;
			mvaddstr(y, x + at, text);
			taken = at;
		}
	}
	attrset(A_NORMAL);
}
