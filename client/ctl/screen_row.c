#include "screen_row.h"

#include "paint.h"

#include <math.h>
#include <ncurses.h>
#include <stdio.h>
#include <string.h>

#define BAR_SHORTEST 10 /* before a number is left out */
#define BAR_LONGEST 256
#define FADER_WIDTH 6

int
row_front_width(const struct row_front *front)
{
	return 1 + front->name + (front->lane ? 2 : 0) + 3 +
	       (front->fader ? FADER_WIDTH : 0) + 1;
}

int
row_names(const struct roster *roster, int most)
{
	int longest = 4;

	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		const char *name =
		    strip->name[0] ? strip->name : strip->address;
		int size = (int)strlen(name);
		if (strip->shown && size > longest)
			longest = size;
	}
	return longest < most ? longest : most;
}

/* M and S, each in its own column; what is not known yet is not shown. */
static void
row_draw_switches(
    const struct screen *screen, const struct controls_strip *controls)
{
	bool muted = controls->value[CONTROL_MUTE] != 0;
	bool solo = controls->value[CONTROL_SOLO] != 0;

	addch(' ');
	if (muted)
		attrset((attr_t)paint_attribute(screen->paint, ZONE_OVER));
	addch(muted ? 'M' : ' ');
	attrset(A_NORMAL);
	if (solo)
		attrset(
		    (attr_t)paint_attribute(screen->paint, ZONE_HOT) | A_BOLD);
	addch(solo ? 'S' : ' ');
	attrset(A_NORMAL);
}

static void
row_draw_fader(const struct controls_strip *controls)
{
	char level[16] = "", text[16];

	if (controls->known[CONTROL_FADER])
		paint_fader(
		    level, sizeof(level), controls->value[CONTROL_FADER]);
	snprintf(text, sizeof(text), "%*.*s", FADER_WIDTH, FADER_WIDTH, level);
	paint_text(text, FADER_WIDTH);
}

void
row_draw_front(const struct screen *screen, const struct screen_scene *scene,
    const struct row_front *front, int y, int x, size_t index, unsigned lane)
{
	const struct roster_strip *strip = &scene->roster->strip[index];
	const struct controls_strip *controls = &scene->controls->strip[index];
	bool selected = index == screen->selected && lane == 0;
	enum zone worst = screen_worst(strip, NULL);
	int attribute = A_BOLD;

	/* A strip in trouble is seen by its name. */
	if (worst >= ZONE_HOT)
		attribute |= paint_attribute(screen->paint, worst);
	move(y, x);
	addch(selected ? '>' : ' ');
	if (lane == 0) {
		attrset((attr_t)attribute | (selected ? A_UNDERLINE : 0U));
		paint_text(
		    strip->name[0] ? strip->name : strip->address, front->name);
	} else {
		attrset(A_NORMAL);
		paint_text("", front->name);
	}
	attrset(A_DIM);
	if (front->lane) {
		addch(' ');
		addch(strip->lanes == 1 ? ' ' : lane ? 'R' : 'L');
	}
	attrset(A_NORMAL);
	if (lane)
		return;
	row_draw_switches(screen, controls);
	if (front->fader)
		row_draw_fader(controls);
}

int
row_tail_width(unsigned numbers)
{
	int count = !!(numbers & ROW_PEAK) + !!(numbers & ROW_RMS) +
		    !!(numbers & ROW_HEADROOM);

	return PAINT_NUMBER_WIDTH * count + 3;
}

unsigned
row_choose(const struct screen *screen, int width)
{
	static const unsigned automatic[] = { ROW_PEAK | ROW_RMS | ROW_HEADROOM,
		ROW_PEAK | ROW_HEADROOM, ROW_HEADROOM };
	static const unsigned chosen[] = { 0, ROW_PEAK, ROW_RMS, ROW_HEADROOM };

	if (screen->numbers)
		return chosen[screen->numbers];
	for (int i = 0; i < 2; i++)
		if (width - row_tail_width(automatic[i]) >= BAR_SHORTEST)
			return automatic[i];
	return automatic[2];
}

void
row_draw_tail(const struct screen *screen, unsigned numbers,
    const struct roster_strip *strip, const struct roster_stage *stage,
    const struct roster_lane *lane)
{
	enum zone zone = roster_zone(strip, stage, lane->bar.held);
	enum zone worst = roster_zone(strip, stage, lane->highest);

	attrset((attr_t)paint_attribute(screen->paint, zone));
	if (numbers & ROW_PEAK)
		paint_number(lane->bar.held, true);
	if (numbers & ROW_RMS)
		paint_number(lane->rms, true);
	attrset((attr_t)paint_attribute(screen->paint, worst));
	if (numbers & ROW_HEADROOM)
		paint_number(roster_headroom(lane), false);
	attrset(A_NORMAL);
	addch(' ');
	attrset((attr_t)paint_attribute(screen->paint, worst));
	addch((chtype)paint_letter(worst));
	attrset(A_NORMAL);
}

void
row_draw_headings(unsigned numbers)
{
	static const char *const headings[ROW_NUMBERS] = { "peak", "rms",
		"room" };

	attrset(A_DIM);
	for (unsigned n = 0; n < ROW_NUMBERS; n++)
		if (numbers & (1U << n))
			printw("%*s", PAINT_NUMBER_WIDTH, headings[n]);
	attrset(A_NORMAL);
}

void
row_draw_bar(struct screen *screen, const struct screen_scene *scene, int y,
    int x, int size, size_t strip, unsigned stage,
    const struct roster_lane *lane)
{
	struct cells_look look = { .fills = paint_needs_fills(screen->paint) };
	struct cell cell[BAR_LONGEST];

	if (size > BAR_LONGEST)
		size = BAR_LONGEST;
	if (size < 1)
		return;
	cells_bar(screen_ruler(screen, scene, strip, stage, size), &look,
	    lane->bar.level, lane->bar.held, lane->highest, cell);
	paint_cells(screen->paint, y, x, cell, size);
	move(y, x + size);
}

void
row_draw_scale(int y, int x, int size)
{
	static const int marks[] = { 0, -10, -20, -30, -40, -60 };
	int taken = size + 2;
	char text[8];

	attrset(A_DIM);
	for (unsigned m = 0; m < sizeof(marks) / sizeof(marks[0]); m++) {
		int wide = snprintf(text, sizeof(text), "%d", marks[m]);
		int at = (int)lround(bar_position(marks[m]) * size) - wide;
		/* Marks that would touch a higher one are left out. */
		if (at < 0 || at + wide >= taken)
			continue;
		mvaddstr(y, x + at, text);
		taken = at;
	}
	attrset(A_NORMAL);
}
