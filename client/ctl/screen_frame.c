#include "screen.h"

#include "paint.h"

#include <ncurses.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEADROOM_MOST 100 /* dB, above which there was no signal */

/* A state of the desk in the first line, if there is room for it; red where
 * it needs a look. */
__attribute__((format(printf, 3, 4))) static void
frame_item(const struct screen *screen, bool bad, const char *format, ...)
{
	char text[80];
	va_list list;

	va_start(list, format);
	int size = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (getcurx(stdscr) + 3 + size >= COLS)
		return;
	addstr(paint_is_utf8(screen->paint) ? " · " : "  ");
	if (bad)
		attrset((attr_t)paint_attribute(screen->paint, ZONE_CLIP));
	addstr(text);
	attrset(A_NORMAL);
}

void
screen_draw_head(const struct screen *screen, const struct screen_scene *scene)
{
	const struct screen_news *news = scene->news;
	int size = (int)strlen(news->url);

	attrset(A_BOLD | A_REVERSE);
	mvaddstr(0, 0, " headroom ");
	attrset(A_NORMAL);
	if (news->silence > 0) {
		frame_item(screen, true, "NO ANSWER for %.0f s, trying again",
		    news->silence);
	} else {
		frame_item(screen, strcmp(news->jack, "waiting") == 0,
		    "JACK %s", news->jack[0] ? news->jack : "?");
		frame_item(screen, false, "%.0f Hz", news->rate);
		frame_item(screen, false, "%.0f frames", news->period);
		frame_item(screen, news->load > 80, "DSP %.1f %%", news->load);
		frame_item(screen, news->xruns > 0, "%.0f xrun%s", news->xruns,
		    news->xruns == 1 ? "" : "s");
	}
	attrset(A_DIM);
	if (getcurx(stdscr) + size + 2 < COLS)
		mvaddstr(0, COLS - size - 1, news->url);
	attrset(A_NORMAL);
}

/* Adds to the line, unless it is full. */
static bool
frame_add(int attribute, const char *text)
{
	if (getcurx(stdscr) + (int)strlen(text) + 1 >= COLS)
		return false;
	attrset((attr_t)attribute);
	addstr(text);
	attrset(A_NORMAL);
	return true;
}

/* The headroom of each stage of a strip, which shows where it is lost. */
static void
frame_stages(const struct screen *screen, const struct roster_strip *strip)
{
	char text[64];

	frame_add(A_DIM, "  room:");
	for (unsigned s = 0; s < strip->stages; s++) {
		const struct roster_stage *stage = &strip->stage[s];
		enum zone worst = screen_worst(strip, stage);
		double room = roster_headroom(&stage->lane[0]);
		if (!stage->shown)
			continue;
		for (unsigned l = 1; l < strip->lanes; l++)
			if (roster_headroom(&stage->lane[l]) < room)
				room = roster_headroom(&stage->lane[l]);
		snprintf(text, sizeof(text), " %s", stage->name);
		if (!frame_add(A_DIM, text))
			return;
		snprintf(
		    text, sizeof(text), " %.1f %c", room, paint_letter(worst));
		if (!frame_add(paint_attribute(screen->paint, worst),
			room < HEADROOM_MOST ? text : " -"))
			return;
	}
}

/* The selected strip: what the keys move, and where its headroom goes. */
static void
frame_selected(
    const struct screen *screen, const struct screen_scene *scene, int y)
{
	static const char *const words[CONTROLS] = { "fader", "trim", "MUTED",
		"SOLO" };
	const struct roster_strip *strip =
	    &scene->roster->strip[screen->selected];
	const struct controls_strip *controls =
	    &scene->controls->strip[screen->selected];
	char level[16], text[40];

	if (screen->selected >= scene->roster->strips)
		return;
	move(y, 0);
	addch('>');
	attrset(A_BOLD);
	paint_text(strip->name[0] ? strip->name : strip->address,
	    COLS > 100 ? 18 : 10);
	attrset(A_NORMAL);
	for (int c = CONTROL_FADER; c <= CONTROL_TRIM; c++) {
		bool moves = (c == CONTROL_TRIM) == screen->trim;
		if (!controls_has(strip, (enum control)c))
			continue;
		paint_fader(level, sizeof(level), controls->value[c]);
		snprintf(text, sizeof(text), "%s %s", words[c],
		    controls->known[c] ? level : "?");
		addch(' ');
		frame_add(moves ? A_REVERSE : A_NORMAL, text);
	}
	for (int c = CONTROL_MUTE; c <= CONTROL_SOLO; c++)
		if (controls->value[c] != 0) {
			addch(' ');
			frame_add(
			    paint_attribute(screen->paint,
				c == CONTROL_MUTE ? ZONE_OVER : ZONE_HOT) |
				A_BOLD,
			    words[c]);
		}
	frame_stages(screen, strip);
}

static void
frame_legend(const struct screen *screen, int y)
{
	int x = COLS;

	for (int zone = ZONE_SILENT; zone < ZONES; zone++)
		x -= (int)strlen(zone_name((enum zone)zone)) + 4;
	if (x <= getcurx(stdscr))
		return;
	for (int zone = ZONE_SILENT; zone < ZONES; zone++) {
		attrset(
		    (attr_t)paint_attribute(screen->paint, (enum zone)zone));
		mvaddch(y, x, (chtype)paint_letter((enum zone)zone));
		attrset(A_NORMAL);
		printw(" %s", zone_name((enum zone)zone));
		x = getcurx(stdscr) + 2;
	}
}

void
screen_draw_foot(
    const struct screen *screen, const struct screen_scene *scene, bool scrolls)
{
	const struct screen_news *news = scene->news;
	int y = LINES - SCREEN_FOOT;

	frame_selected(screen, scene, y++);
	if (news->refused[0]) {
		attrset((attr_t)paint_attribute(screen->paint, ZONE_OVER));
		mvaddstr(y, 1, "refused: ");
		attrset(A_NORMAL);
		paint_text(news->refused, COLS - 11);
	} else if (news->event[0]) {
		mvaddstr(y, 1, "last: ");
		paint_text(news->event, COLS - 8);
	}
	y++;
	attrset(A_DIM);
	mvprintw(y, 1, "? keys  q quit  r reset  v view  m mute  s solo%s",
	    screen->view == SCREEN_STAGES ? "" : "  Tab stage");
	if (COLS >= 76)
		printw("  +- %s%s", screen->trim ? "trim" : "fader",
		    scrolls ? "  arrows scroll" : "");
	attrset(A_NORMAL);
	frame_legend(screen, y);
}

void
screen_draw_help(const struct screen *screen)
{
	static const struct {
		const char *key, *does;
	} line[] = {
		{ "arrows", "select a strip; Page Up and Down, Home, End" },
		{ "left right", "other stages, where not all of them fit" },
		{ "v", "view: stages of each strip, one stage, upright bars" },
		{ "Tab", "the next stage across all strips; Shift-Tab back" },
		{ "+ -", "fader, or trim, by 1 dB" },
		{ ". ,", "the same by 0.1 dB" },
		{ "t", "the keys move the trim, or the fader again" },
		{ "m s", "mute, solo" },
		{ "r", "reset held peaks and headroom" },
		{ "l", "reset the loudness, for everyone" },
		{ "n", "which numbers: all that fit, peak, RMS, headroom" },
		{ "q", "quit" },
	};
	int y = SCREEN_HEAD;

	for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		if (y >= LINES - SCREEN_FOOT)
			return;
		attrset(A_BOLD);
		mvprintw(y, 2, "%-11s", line[i].key);
		attrset(A_NORMAL);
		paint_text(line[i].does, COLS - 14);
		y++;
	}
	if (y + 2 < LINES - SCREEN_FOOT)
		mvaddstr(y + 1, 2,
		    paint_is_utf8(screen->paint)
			? "│ peak of the last second   ┃ highest true peak "
			  "since the reset"
			: ": peak of the last second   | highest true peak "
			  "since the reset");
}
