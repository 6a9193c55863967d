#include "screen.h"

#include "paint.h"
#include "screen_row.h"

#include "protocol/level.h"

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_NARROW 8 /* columns of a name on a narrow terminal */
#define NAME_WIDE 18
#define BAR_TINIEST 4 /* before a stage is left out */

/* What a row of the body shows. */
enum line_kind { LINE_TITLE, LINE_LANE, LINE_LOUDNESS };

struct line {
	size_t strip;
	unsigned lane;
	enum line_kind kind;
};

/* How the width is shared out. */
struct plan {
	struct row_front front;
	const struct roster_strip *longest; /* names the stages */
	unsigned first, stages;             /* of it, that are shown */
	int left, cell, bar;                /* columns */
	unsigned numbers;
};

static struct plan
stages_plan(struct screen *screen, const struct screen_scene *scene)
{
	int least = BAR_TINIEST + row_tail_width(ROW_HEADROOM);
	struct plan plan = {
		.front = { row_names(scene->roster,
			       COLS < 100 ? NAME_NARROW : NAME_WIDE),
		    true, COLS >= 80 },
		.longest = screen_longest(scene->roster),
		.stages = 1
	};

	plan.left = row_front_width(&plan.front);
	int room = COLS - plan.left;
	while (plan.stages < plan.longest->stages &&
	       ((int)plan.stages + 1) * least <= room)
		plan.stages++;
	if (screen->first > plan.longest->stages - plan.stages)
		screen->first = plan.longest->stages - plan.stages;
	plan.first = screen->first;
	plan.cell = room / (int)plan.stages;
	plan.numbers = row_choose(screen, plan.cell);
	plan.bar = plan.cell - row_tail_width(plan.numbers);
	return plan;
}

/* Adds a line to those that there are; `line` may be NULL. */
static void
stages_add(struct line *line, int *lines, struct line added)
{
	if (line)
		line[*lines] = added;
	++*lines;
}

/* Rows of all strips of these kinds, titles among them and, where it is wanted,
 * their loudness; returns their number. `line` may be NULL. */
static int
stages_lines(
    const struct roster *roster, bool master, bool loudness, struct line *line)
{
	int lines = 0, kind = -1;

	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		if (!strip->shown || (strip->kind == STRIP_MASTER) != master)
			continue;
		if ((int)strip->kind != kind)
			stages_add(
			    line, &lines, (struct line){ i, 0, LINE_TITLE });
		kind = (int)strip->kind;
		for (unsigned l = 0; l < strip->lanes; l++)
			stages_add(
			    line, &lines, (struct line){ i, l, LINE_LANE });
		if (loudness && strip->has_loudness && strip->loudness_read)
			stages_add(
			    line, &lines, (struct line){ i, 0, LINE_LOUDNESS });
	}
	return lines;
}

static void
stages_title(const struct plan *plan, int y, enum strip_kind kind)
{
	static const char *const titles[STRIP_KINDS] = { "CHANNELS", "BUSES",
		"MASTER", "MONITOR" };

	attrset(A_BOLD);
	mvaddch(y, 0, ' ');
	paint_text(titles[kind], plan->left - 1);
	for (unsigned i = 0; i < plan->stages; i++) {
		move(y, plan->left + (int)i * plan->cell);
		attrset(A_BOLD);
		paint_text(
		    plan->longest->stage[plan->first + i].name, plan->bar);
		row_draw_headings(plan->numbers);
	}
}

static void
stages_lane(struct screen *screen, const struct screen_scene *scene,
    const struct plan *plan, int y, const struct line *line)
{
	const struct roster_strip *strip = &scene->roster->strip[line->strip];

	row_draw_front(
	    screen, scene, &plan->front, y, 0, line->strip, line->lane);
	for (unsigned i = 0; i < plan->stages; i++) {
		const struct roster_stage *stage = screen_stage(
		    strip, plan->longest->stage[plan->first + i].name);
		if (!stage)
			continue;
		const struct roster_lane *lane = &stage->lane[line->lane];
		row_draw_bar(screen, scene, y, plan->left + (int)i * plan->cell,
		    plan->bar, line->strip, (unsigned)(stage - strip->stage),
		    lane);
		row_draw_tail(screen, plan->numbers, strip, stage, lane);
	}
}

/* As much of a strip's loudness as there is room for. */
static void
stages_loudness(
    const struct plan *plan, int y, const struct roster_strip *strip)
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

	move(y, plan->left);
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

static void
stages_line(struct screen *screen, const struct screen_scene *scene,
    const struct plan *plan, int y, const struct line *line)
{
	const struct roster_strip *strip = &scene->roster->strip[line->strip];

	if (line->kind == LINE_TITLE)
		stages_title(plan, y, strip->kind);
	else if (line->kind == LINE_LOUDNESS)
		stages_loudness(plan, y, strip);
	else
		stages_lane(screen, scene, plan, y, line);
}

/* Scrolls so far that the selected strip, and a title just above it, are in
 * sight. */
static void
stages_scroll(
    struct screen *screen, const struct line *line, int lines, int shown)
{
	int from = -1, to = -1;

	for (int i = 0; i < lines; i++)
		if (line[i].strip == screen->selected) {
			from = from < 0 ? i : from;
			to = i;
		}
	if (from > 0 && line[from - 1].kind == LINE_TITLE)
		from--;
	if (to >= 0 && screen->top < to - shown + 1)
		screen->top = to - shown + 1;
	if (from >= 0 && screen->top > from)
		screen->top = from;
	if (screen->top > lines - shown)
		screen->top = lines - shown;
	if (screen->top < 0)
		screen->top = 0;
}

/* The strips that scroll, and the master, which stays in sight below them. */
bool
screen_draw_stages(struct screen *screen, const struct screen_scene *scene,
    struct screen_area area)
{
	const struct roster *roster = scene->roster;
	int all = stages_lines(roster, false, true, NULL);
	int pinned = stages_lines(roster, true, true, NULL);
	struct line *line = calloc((size_t)(all + pinned) + 1, sizeof(*line));

	if (!line || !screen_longest(roster)) {
		free(line);
		return false;
	}
	struct plan plan = stages_plan(screen, scene);
	/* The master's loudness costs no more than bars that scroll, that of
	 * the buses must cost nothing. */
	bool loud = area.height >= pinned + 4;
	bool louder = area.height >= pinned + all;
	int lines = stages_lines(roster, false, louder, line);
	pinned = stages_lines(roster, true, loud, line + lines);
	/* With no room for both, the master scrolls with the others. */
	if (area.height < pinned + 4) {
		lines += pinned;
		pinned = 0;
	}
	int shown = area.height - pinned < lines ? area.height - pinned : lines;
	stages_scroll(screen, line, lines, shown);
	for (unsigned i = 0; i < plan.stages; i++)
		row_draw_scale(
		    area.y - 1, plan.left + (int)i * plan.cell, plan.bar);
	for (int i = 0; i < shown; i++)
		stages_line(
		    screen, scene, &plan, area.y + i, &line[screen->top + i]);
	for (int i = 0; i < pinned; i++)
		stages_line(
		    screen, scene, &plan, area.y + shown + i, &line[lines + i]);
	free(line);
	return lines > shown;
}
