#include "screen.h"

#include "paint.h"

#include "bar.h"

#include <math.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCALE_WIDTH 5
#define CELL_NARROWEST 4 /* columns of a strip, a gap included */
#define CELL_WIDEST 12
#define LABELS 4 /* lines below a bar: headroom, state, name, place */
#define BAR_HIGHEST 256

static void
columns_scale(struct screen_area area, int height)
{
	static const int marks[] = { 0, -6, -10, -18, -20, -30, -40, -50, -60 };
	int taken = -1;

	attrset(A_DIM);
	for (unsigned i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		int y = height - (int)ceil(bar_position(marks[i]) * height);
		if (y <= taken)
			continue;
		mvprintw(area.y + y, 0, "%*d", SCALE_WIDTH - 1, marks[i]);
		taken = y;
	}
	attrset(A_NORMAL);
}

static void
columns_bar(struct screen *screen, const struct screen_scene *scene,
    struct screen_area bar, int x, int width, size_t index, unsigned stage,
    unsigned lane)
{
	const struct roster_lane *of =
	    &scene->roster->strip[index].stage[stage].lane[lane];
	struct cells_look look = { true, paint_needs_fills(screen->paint) };
	struct cell cell[BAR_HIGHEST], line[CELL_WIDEST];

	if (bar.height > BAR_HIGHEST)
		bar.height = BAR_HIGHEST;
	cells_bar(screen_ruler(screen, scene, index, stage, bar.height), &look,
	    of->bar.level, of->bar.held, of->highest, cell);
	for (int i = 0; i < bar.height; i++) {
		for (int c = 0; c < width; c++)
			line[c] = cell[i];
		paint_cells(
		    screen->paint, bar.y + bar.height - 1 - i, x, line, width);
	}
}

/* Names are cut, places are not: "12", "b1". */
static void
columns_place(int y, int x, int width, const struct roster_strip *strip)
{
	char text[16];

	if (schema_kind_is_one(strip->kind))
		return;
	snprintf(text, sizeof(text), "%s%u",
	    strip->kind == STRIP_BUS ? "b" : "", strip->place);
	attrset(A_DIM);
	move(y, x);
	paint_text(text, width);
	attrset(A_NORMAL);
}

/* Headroom of the worse lane, its zone, mute and solo, then the name. */
static void
columns_labels(const struct screen *screen, const struct screen_scene *scene,
    int y, int x, int width, size_t index, const struct roster_stage *stage)
{
	const struct roster_strip *strip = &scene->roster->strip[index];
	const struct controls_strip *controls = &scene->controls->strip[index];
	enum zone worst = screen_worst(strip, NULL), zone = ZONE_SILENT;
	const char *name = strip->name[0] ? strip->name : strip->address;
	char text[16] = "-";

	move(y, x);
	if (stage) {
		double room = roster_headroom(&stage->lane[0]);
		if (strip->lanes > 1)
			room = fmin(room, roster_headroom(&stage->lane[1]));
		zone = screen_worst(strip, stage);
		if (room < 100)
			snprintf(text, sizeof(text), "%.*f", width >= 5,
			    width >= 5 ? room : floor(room));
	}
	attrset((attr_t)paint_attribute(screen->paint, zone));
	printw("%*s", width, text);
	mvaddch(y + 1, x, (chtype)paint_letter(zone));
	attrset((attr_t)paint_attribute(screen->paint, ZONE_OVER));
	addstr(controls->value[CONTROL_MUTE] != 0 ? "M" : "");
	attrset((attr_t)paint_attribute(screen->paint, ZONE_HOT) | A_BOLD);
	addstr(controls->value[CONTROL_SOLO] != 0 ? "S" : "");
	attrset(
	    (worst >= ZONE_HOT ? (attr_t)paint_attribute(screen->paint, worst)
			       : 0U) |
	    A_BOLD | (index == screen->selected ? A_REVERSE : 0U));
	move(y + 2, x);
	paint_text(name, width);
	attrset(A_NORMAL);
	columns_place(y + 3, x, width, strip);
}

static void
columns_strip(struct screen *screen, const struct screen_scene *scene,
    struct screen_area area, int x, int width, size_t index)
{
	const struct roster_strip *strip = &scene->roster->strip[index];
	const struct roster_stage *stage = screen_stage(strip, screen->stage);
	struct screen_area bar = { area.y, area.height - LABELS };

	for (unsigned l = 0; stage && l < strip->lanes; l++) {
		int own = (width - (int)strip->lanes + 1) / (int)strip->lanes;
		columns_bar(screen, scene, bar, x + (int)l * (own + 1), own,
		    index, (unsigned)(stage - strip->stage), l);
	}
	columns_labels(
	    screen, scene, bar.y + bar.height, x, width, index, stage);
}

bool
screen_draw_columns(struct screen *screen, const struct screen_scene *scene,
    struct screen_area area)
{
	const struct roster *roster = scene->roster;
	int count = 0, at = 0, x = SCALE_WIDTH;

	if (area.height <= LABELS)
		return false;
	for (size_t i = 0; i < roster->strips; i++) {
		if (i == screen->selected)
			at = count;
		count += roster->strip[i].shown;
	}
	int cell = (COLS - SCALE_WIDTH) / (count ? count : 1);
	cell = cell < CELL_NARROWEST ? CELL_NARROWEST
	       : cell > CELL_WIDEST  ? CELL_WIDEST
				     : cell;
	int fits = (COLS - SCALE_WIDTH) / cell;
	if (screen->top < at - fits + 1)
		screen->top = at - fits + 1;
	if (screen->top > at || count <= fits)
		screen->top = count <= fits ? 0 : at;
	attrset(A_BOLD | A_REVERSE);
	mvprintw(area.y - 1, SCALE_WIDTH, " %s ", screen->stage);
	attrset(A_NORMAL);
	columns_scale(area, area.height - LABELS);
	int skip = screen->top;
	for (size_t i = 0; i < roster->strips && x + cell <= COLS; i++) {
		if (!roster->strip[i].shown || skip-- > 0)
			continue;
		columns_strip(screen, scene, area, x, cell - 1, i);
		x += cell;
	}
	return count > fits;
}
