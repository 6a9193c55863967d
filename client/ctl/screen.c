#include "screen.h"

#include "paint.h"

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termcap.h>

#define RULE_EVERY 1.0 /* seconds, because a target may be changed */

int
screen_open(struct screen *screen)
{
	const char *kind = getenv("TERM");

	*screen = (struct screen){ .stage = "fader" };
	/* initscr() would end the program for a terminal it does not know. */
	if (!kind || tgetent(NULL, kind) <= 0 || !initscr())
		return -1;
	screen->paint = paint_open();
	if (!screen->paint) {
		endwin();
		return -1;
	}
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
	endwin();
	paint_close(screen->paint);
	free(screen->ruler);
}

const struct roster_strip *
screen_longest(const struct roster *roster)
{
	const struct roster_strip *longest = NULL;

	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		if (strip->shown &&
		    (!longest || strip->stages > longest->stages))
			longest = strip;
	}
	return longest;
}

const struct roster_stage *
screen_stage(const struct roster_strip *strip, const char *name)
{
	for (unsigned i = 0; i < strip->stages; i++)
		if (strip->stage[i].shown &&
		    strcmp(strip->stage[i].name, name) == 0)
			return &strip->stage[i];
	return NULL;
}

enum zone
screen_worst(const struct roster_strip *strip, const struct roster_stage *only)
{
	enum zone worst = ZONE_SILENT;

	for (unsigned s = 0; s < strip->stages; s++) {
		const struct roster_stage *stage = &strip->stage[s];
		if (!stage->shown || (only && only != stage))
			continue;
		for (unsigned l = 0; l < strip->lanes; l++) {
			enum zone zone =
			    roster_zone(strip, stage, stage->lane[l].highest);
			if (zone > worst)
				worst = zone;
		}
	}
	return worst;
}

const struct cells_ruler *
screen_ruler(struct screen *screen, const struct screen_scene *scene,
    size_t strip, unsigned stage, int size)
{
	const struct roster_strip *of = &scene->roster->strip[strip];
	struct cells_ruler *ruler =
	    &screen->ruler[strip * ROSTER_STAGES + stage];

	if (ruler->size != size)
		cells_rule(ruler, of, &of->stage[stage], size);
	return ruler;
}

/* Room for a ruler of each stage. */
static bool
screen_keep_rulers(struct screen *screen, const struct screen_scene *scene)
{
	size_t wanted = (scene->roster->strips + 1) * ROSTER_STAGES;

	if (wanted == screen->rulers && scene->now - screen->ruled < RULE_EVERY)
		return true;
	if (wanted != screen->rulers) {
		free(screen->ruler);
		screen->ruler = malloc(wanted * sizeof(*screen->ruler));
		screen->rulers = screen->ruler ? wanted : 0;
	}
	if (screen->ruler)
		memset(screen->ruler, 0, wanted * sizeof(*screen->ruler));
	screen->ruled = scene->now;
	return screen->ruler;
}

/* The stage shown across all strips and the selected strip are those of a
 * desk that may have changed. */
static void
screen_keep_choices(struct screen *screen, const struct roster *roster)
{
	const struct roster_strip *longest = screen_longest(roster);
	size_t at = screen->selected;

	if (longest && !screen_stage(longest, screen->stage))
		for (unsigned i = 0; i < longest->stages; i++)
			if (longest->stage[i].shown)
				snprintf(screen->stage, sizeof(screen->stage),
				    "%s", longest->stage[i].name);
	if (at < roster->strips && roster->strip[at].shown)
		return;
	for (at = 0; at < roster->strips && !roster->strip[at].shown; at++)
		;
	screen->selected = at < roster->strips ? at : 0;
}

void
screen_draw(struct screen *screen, const struct screen_scene *scene)
{
	static bool (*const draw[SCREEN_VIEWS])(struct screen * screen,
	    const struct screen_scene *scene, struct screen_area area) = {
		screen_draw_stages, screen_draw_rows, screen_draw_columns
	};
	struct screen_area area = { SCREEN_HEAD,
		LINES - SCREEN_HEAD - SCREEN_FOOT };
	bool scrolls = false;

	if (!screen_keep_rulers(screen, scene))
		return;
	screen_keep_choices(screen, scene->roster);
	erase();
	screen_draw_head(screen, scene);
	if (screen->help)
		screen_draw_help(screen);
	else if (area.height > 0 && scene->roster->strips)
		scrolls = draw[screen->view](screen, scene, area);
	screen_draw_foot(screen, scene, scrolls);
	refresh();
}
