#include "screen.h"

#include "screen_row.h"

#include <langinfo.h>
#include <ncurses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termcap.h>

#define NAME_NARROW 8 /* columns of a name on a narrow terminal */
#define NAME_WIDE 18
#define BAR_SHORTEST 12 /* before a number is left out */
#define BAR_TINIEST 4   /* before a stage is left out */
#define MARGIN 3        /* columns in a cell that are no bar or number */
#define HEAD 2          /* rows above the strips */
#define FOOT 2          /* rows below them */

/* What a row of the body shows. */
enum line_kind { LINE_TITLE, LINE_LANE, LINE_LOUDNESS };

struct line {
	const struct roster_strip *strip;
	unsigned lane;
	enum line_kind kind;
};

int
screen_open(struct screen *screen)
{
	const char *kind = getenv("TERM");

	*screen = (struct screen){ 0 };
	/* initscr() would end the program for a terminal it does not know. */
	if (!kind || tgetent(NULL, kind) <= 0 || !initscr())
		return -1;
	screen->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	screen->colour = has_colors() && !getenv("NO_COLOR");
	if (screen->colour)
		row_colours();
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	return 0;
}

void
screen_close(struct screen *screen)
{
	(void)screen;
	endwin();
}

/* Most stages that a shown strip has, at least 1. */
static unsigned
screen_stages(const struct roster *roster)
{
	unsigned most = 1;

	for (size_t i = 0; i < roster->strips; i++)
		if (roster->strip[i].shown && roster->strip[i].stages > most)
			most = roster->strip[i].stages;
	return most;
}

static int
screen_count(unsigned numbers)
{
	return !!(numbers & ROW_PEAK) + !!(numbers & ROW_RMS) +
	       !!(numbers & ROW_HEADROOM);
}

/* Gives a cell its numbers: as many as leave the bar long enough, or the one
 * that was chosen. */
static void
screen_share(const struct screen *screen, struct row_style *style)
{
	static const unsigned automatic[] = { ROW_PEAK | ROW_RMS | ROW_HEADROOM,
		ROW_PEAK | ROW_HEADROOM, ROW_PEAK };
	static const unsigned chosen[] = { 0, ROW_PEAK, ROW_RMS, ROW_HEADROOM };
	const unsigned *numbers =
	    screen->numbers ? &chosen[screen->numbers] : automatic;
	size_t choices = screen->numbers ? 1 : 3;

	for (size_t i = 0; i < choices; i++) {
		int taken =
		    MARGIN + ROW_NUMBER_WIDTH * screen_count(numbers[i]);
		style->numbers = numbers[i];
		style->bar = style->cell - taken;
		if (style->bar >= BAR_SHORTEST)
			return;
	}
	if (style->bar < 1)
		style->bar = 1;
}

/* Columns for the names: what the longest needs, within reason. */
static int
screen_names(const struct roster *roster)
{
	int most = COLS < 100 ? NAME_NARROW : NAME_WIDE, longest = 0;

	for (size_t i = 0; i < roster->strips; i++) {
		int size = (int)strlen(roster->strip[i].name);
		if (roster->strip[i].shown && size > longest)
			longest = size;
	}
	return (longest < most ? longest : most) + ROW_NAME_MARGIN;
}

/* Shares the width out among as many stages as leave each a bar. */
static struct row_style
screen_style(struct screen *screen, const struct roster *roster)
{
	static const int least = BAR_TINIEST + ROW_NUMBER_WIDTH + MARGIN;
	struct row_style style = { .utf8 = screen->utf8,
		.colour = screen->colour,
		.name = screen_names(roster) };
	int all = (int)screen_stages(roster), room = COLS - style.name;
	int stages = 1;

	while (stages < all && (stages + 1) * least <= room)
		stages++;
	if (screen->first > (unsigned)(all - stages))
		screen->first = (unsigned)(all - stages);
	style.stages = (unsigned)stages;
	style.first = screen->first;
	style.cell = room / stages;
	screen_share(screen, &style);
	return style;
}

/* Adds a line to those that there are; `line` may be NULL. */
static void
screen_add(struct line *line, int *lines, struct line added)
{
	if (line)
		line[*lines] = added;
	++*lines;
}

/* Rows of all strips of these kinds, titles among them and, where it is wanted,
 * their loudness; returns their number. `line` may be NULL. */
static int
screen_lines(
    const struct roster *roster, bool master, bool loudness, struct line *line)
{
	int lines = 0, kind = -1;

	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		if (!strip->shown || (strip->kind == STRIP_MASTER) != master)
			continue;
		if ((int)strip->kind != kind)
			screen_add(line, &lines,
			    (struct line){ strip, 0, LINE_TITLE });
		kind = (int)strip->kind;
		for (unsigned l = 0; l < strip->lanes; l++)
			screen_add(
			    line, &lines, (struct line){ strip, l, LINE_LANE });
		if (loudness && strip->has_loudness && strip->loudness_read)
			screen_add(line, &lines,
			    (struct line){ strip, 0, LINE_LOUDNESS });
	}
	return lines;
}

static void
screen_line(const struct row_style *style, int y, const struct line *line)
{
	static const char *const titles[STRIP_KINDS] = { "CHANNELS", "BUSES",
		"MASTER" };

	if (line->kind == LINE_TITLE)
		row_heading(style, y, titles[line->strip->kind], line->strip);
	else if (line->kind == LINE_LOUDNESS)
		row_loudness(style, y, line->strip);
	else
		row_draw(style, y, line->strip, line->lane);
}

/* A state of the desk in the first line, if there is room for it; red where
 * it needs a look. */
__attribute__((format(printf, 3, 4))) static void
screen_item(const struct row_style *style, bool bad, const char *format, ...)
{
	char text[80];
	va_list list;

	va_start(list, format);
	int size = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (getcurx(stdscr) + 3 + size >= COLS)
		return;
	addstr(style->utf8 ? " · " : "  ");
	if (bad)
		attrset((attr_t)row_attribute(style, ZONE_CLIP));
	addstr(text);
	attrset(A_NORMAL);
}

static void
screen_head(const struct row_style *style, const struct screen_news *news)
{
	int size = (int)strlen(news->url);

	attrset(A_BOLD | A_REVERSE);
	mvaddstr(0, 0, " headroom ");
	attrset(A_NORMAL);
	if (news->silence > 0) {
		screen_item(style, true, "NO ANSWER for %.0f s", news->silence);
	} else {
		screen_item(style, strcmp(news->jack, "waiting") == 0,
		    "JACK %s", news->jack[0] ? news->jack : "?");
		screen_item(style, false, "%.0f Hz", news->rate);
		screen_item(style, false, "%.0f frames", news->period);
		screen_item(style, news->load > 80, "DSP %.1f %%", news->load);
		screen_item(style, news->xruns > 0, "%.0f xrun%s", news->xruns,
		    news->xruns == 1 ? "" : "s");
	}
	attrset(A_DIM);
	if (getcurx(stdscr) + size + 2 < COLS)
		mvaddstr(0, COLS - size - 1, news->url);
	attrset(A_NORMAL);
}

static void
screen_foot(
    const struct row_style *style, const struct screen_news *news, bool scrolls)
{
	int y = LINES - FOOT;

	if (news->event[0]) {
		mvaddstr(y, 1, "last: ");
		row_text(news->event, COLS - 8);
	}
	y++;
	attrset(A_DIM);
	mvprintw(y, 1, "q quit  r reset  l loudness  n numbers%s",
	    !scrolls      ? ""
	    : style->utf8 ? "  ↑↓ scroll"
			  : "  arrows scroll");
	int x = COLS;
	for (int zone = ZONE_SILENT; zone < ZONES; zone++)
		x -= (int)strlen(zone_name((enum zone)zone)) + 4;
	if (x > getcurx(stdscr))
		for (int zone = ZONE_SILENT; zone < ZONES; zone++) {
			attrset((attr_t)row_attribute(style, (enum zone)zone));
			mvaddch(y, x, (chtype)row_letter((enum zone)zone));
			attrset(A_NORMAL);
			printw(" %s", zone_name((enum zone)zone));
			x = getcurx(stdscr) + 2;
		}
	attrset(A_NORMAL);
}

/* The strips that scroll, and the master, which stays in sight below them. */
static bool
screen_body(struct screen *screen, const struct row_style *style,
    const struct roster *roster)
{
	int room = LINES - HEAD - FOOT;
	int all = screen_lines(roster, false, true, NULL);
	int pinned = screen_lines(roster, true, true, NULL);
	/* The master's loudness costs no more than bars that scroll, that of
	 * the buses must cost nothing. */
	bool loud = room >= pinned + 4, louder = room >= pinned + all;
	int lines = screen_lines(roster, false, louder, NULL);
	struct line *line = calloc((size_t)(all + pinned) + 1, sizeof(*line));

	if (!line)
		return false;
	screen_lines(roster, false, louder, line);
	pinned = screen_lines(roster, true, loud, line + lines);
	/* With no room for both, the master scrolls with the others. */
	if (room < pinned + 4) {
		lines += pinned;
		pinned = 0;
	}
	int shown = room - pinned < lines ? room - pinned : lines;
	if (screen->top > lines - shown)
		screen->top = lines - shown;
	if (screen->top < 0)
		screen->top = 0;
	for (int i = 0; i < shown; i++)
		screen_line(style, HEAD + i, &line[screen->top + i]);
	for (int i = 0; i < pinned; i++)
		screen_line(style, HEAD + shown + i, &line[lines + i]);
	free(line);
	return lines > shown;
}

void
screen_draw(struct screen *screen, const struct roster *roster,
    const struct screen_news *news)
{
	struct row_style style = screen_style(screen, roster);

	erase();
	screen_head(&style, news);
	row_scale(&style, 1);
	bool scrolls = screen_body(screen, &style, roster);
	screen_foot(&style, news, scrolls);
	refresh();
}

enum screen_key
screen_take_key(struct screen *screen)
{
	int page = LINES > HEAD + FOOT + 2 ? LINES - HEAD - FOOT - 2 : 1;

	switch (getch()) {
	case ERR:
		return SCREEN_NONE;
	case 'q':
	case 'Q':
		return SCREEN_QUIT;
	case 'r':
		return SCREEN_RESET;
	case 'l':
		return SCREEN_RESET_LOUDNESS;
	case 'n':
		screen->numbers = (screen->numbers + 1) % (ROW_NUMBERS + 1);
		break;
	case KEY_UP:
		screen->top--;
		break;
	case KEY_DOWN:
		screen->top++;
		break;
	case KEY_PPAGE:
		screen->top -= page;
		break;
	case KEY_NPAGE:
		screen->top += page;
		break;
	case KEY_HOME:
		screen->top = 0;
		break;
	case KEY_END:
		screen->top = 1 << 20;
		break;
	case KEY_LEFT:
		if (screen->first)
			screen->first--;
		break;
	case KEY_RIGHT:
		screen->first++;
		break;
	}
	return SCREEN_MOVED;
}
