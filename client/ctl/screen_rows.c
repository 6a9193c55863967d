#include "screen.h"

#include "paint.h"
#include "screen_row.h"

#include <ncurses.h>
#include <stdlib.h>

#define NAME_MOST 16
#define PANE_NARROWEST 46 /* columns of a pane of strips */

/* The lane of a stage that is louder just now, and the higher hold of both. */
static struct roster_lane
rows_lane(const struct roster_strip *strip, const struct roster_stage *stage)
{
	struct roster_lane lane = stage->lane[0];

	if (strip->lanes < 2)
		return lane;
	if (stage->lane[1].bar.level > lane.bar.level)
		lane.bar.level = stage->lane[1].bar.level;
	if (stage->lane[1].bar.held > lane.bar.held)
		lane.bar.held = stage->lane[1].bar.held;
	if (stage->lane[1].rms > lane.rms)
		lane.rms = stage->lane[1].rms;
	if (stage->lane[1].highest > lane.highest)
		lane.highest = stage->lane[1].highest;
	return lane;
}

static void
rows_row(struct screen *screen, const struct screen_scene *scene,
    const struct row_front *front, int y, int x, int width, size_t index)
{
	const struct roster_strip *strip = &scene->roster->strip[index];
	const struct roster_stage *stage = screen_stage(strip, screen->stage);
	int left = x + row_front_width(front);
	unsigned numbers = row_choose(screen, width - (left - x));
	int bar = width - (left - x) - row_tail_width(numbers);

	row_draw_front(screen, scene, front, y, x, index, 0);
	if (!stage) {
		attrset(A_DIM);
		mvaddstr(y, left, "-");
		attrset(A_NORMAL);
		return;
	}
	struct roster_lane lane = rows_lane(strip, stage);
	row_draw_bar(screen, scene, y, left, bar, index,
	    (unsigned)(stage - strip->stage), &lane);
	row_draw_tail(screen, numbers, strip, stage, &lane);
}

static void
rows_heading(const struct screen *screen, const struct row_front *front, int y,
    int x, int width)
{
	int left = x + row_front_width(front);
	unsigned numbers = row_choose(screen, width - (left - x));
	int bar = width - (left - x) - row_tail_width(numbers);

	row_draw_scale(y, left, bar);
	attrset(A_BOLD | A_REVERSE);
	mvaddch(y, x + 1, ' ');
	addnstr(screen->stage, left - x - 3);
	addch(' ');
	attrset(A_NORMAL);
	move(y, left + bar);
	row_draw_headings(numbers);
}

/* Strips fill panes from above to below, as many panes as they need and as
 * there is room for. */
bool
screen_draw_rows(struct screen *screen, const struct screen_scene *scene,
    struct screen_area area)
{
	const struct roster *roster = scene->roster;
	size_t *shown = calloc(roster->strips + 1, sizeof(*shown));
	int count = 0, at = 0;

	if (!shown)
		return false;
	for (size_t i = 0; i < roster->strips; i++) {
		if (i == screen->selected)
			at = count;
		if (roster->strip[i].shown)
			shown[count++] = i;
	}
	int panes = 1, most = COLS / PANE_NARROWEST;
	while (panes < most && panes * area.height < count)
		panes++;
	int fits = panes * area.height, width = COLS / panes;
	/* Where there is room to spare, panes are alike. */
	int height = count < fits ? (count + panes - 1) / panes : area.height;
	struct row_front front = { row_names(roster, NAME_MOST), false,
		width >= PANE_NARROWEST + 10 };
	if (screen->top < at - fits + 1)
		screen->top = at - fits + 1;
	if (screen->top > at || count <= fits)
		screen->top = count <= fits ? 0 : at;
	for (int p = 0; p < panes; p++)
		rows_heading(screen, &front, area.y - 1, p * width, width);
	for (int i = 0; i < panes * height && screen->top + i < count; i++)
		rows_row(screen, scene, &front, area.y + i % height,
		    i / height * width, width, shown[screen->top + i]);
	free(shown);
	return count > fits;
}
