#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include "cells.h"
#include "controls.h"
#include "notice.h"
#include "roster.h"

#include <stdbool.h>

/*
 * The terminal meter bridge: the whole desk as bars, in one of three views.
 * Draws with ncurses; one thread.
 */

/* What the lines above and below the bars tell. */
struct screen_news {
	const char *url;
	double rate, period, load, xruns;
	char jack[24];
	char event[NOTICE_LONGEST];   /* the newest, "" for none */
	char refused[NOTICE_LONGEST]; /* what the daemon would not, or "" */
	double silence; /* seconds without an answer, 0 while there is one */
};

enum screen_view {
	SCREEN_STAGES,  /* a row for each lane, its stages side by side */
	SCREEN_ROWS,    /* one stage, a row for each strip */
	SCREEN_COLUMNS, /* one stage, an upright bar for each strip */
	SCREEN_VIEWS
};

struct paint;

struct screen {
	struct paint *paint;
	enum screen_view view;
	bool help;        /* the page of keys is shown */
	bool trim;        /* keys move the trim, not the fader */
	char stage[24];   /* shown across all strips */
	size_t selected;  /* index of a strip */
	int top;          /* rows, or upright bars, that are scrolled away */
	unsigned first;   /* stages that are scrolled away */
	unsigned numbers; /* index of the choice of numbers, 0: what fits */
	struct cells_ruler *ruler; /* of each stage of each strip */
	size_t rulers;
	double ruled; /* time at which they were laid */
};

/* All that is drawn. */
struct screen_scene {
	const struct roster *roster;
	const struct controls *controls;
	const struct screen_news *news;
	double now;
};

enum screen_key {
	SCREEN_NONE,
	SCREEN_MOVED,
	SCREEN_RESET,
	SCREEN_RESET_LOUDNESS,
	SCREEN_MUTE,
	SCREEN_SOLO,
	SCREEN_UP,
	SCREEN_UP_FINE,
	SCREEN_DOWN,
	SCREEN_DOWN_FINE,
	SCREEN_QUIT
};

/* Takes the terminal. Returns 0, or -1 where ncurses does not know it. */
int screen_open(struct screen *screen);

/* Gives the terminal back as it was. */
void screen_close(struct screen *screen);

/* Draws everything that is shown. */
void screen_draw(struct screen *screen, const struct screen_scene *scene);

/* Takes the next key that was pressed, and scrolls, selects or changes the
 * view by it. */
enum screen_key
screen_take_key(struct screen *screen, const struct roster *roster);

/* The ruler of a stage on a bar of `size` cells. */
const struct cells_ruler *screen_ruler(struct screen *screen,
    const struct screen_scene *scene, size_t strip, unsigned stage, int size);

/* The strip that has most stages, which are those of all the others too; NULL
 * where none is shown. */
const struct roster_strip *screen_longest(const struct roster *roster);

/* The stage of a strip by its name; NULL if it has none that is shown. */
const struct roster_stage *
screen_stage(const struct roster_strip *strip, const char *name);

/* The worst zone of a strip since the reset, over all stages that are shown or
 * of one. */
enum zone
screen_worst(const struct roster_strip *strip, const struct roster_stage *only);

/* --- the views, each in a file of its own; true if there is more than fits */

struct screen_area {
	int y, height;
};

bool screen_draw_stages(struct screen *screen, const struct screen_scene *scene,
    struct screen_area area);
bool screen_draw_rows(struct screen *screen, const struct screen_scene *scene,
    struct screen_area area);
bool screen_draw_columns(struct screen *screen,
    const struct screen_scene *scene, struct screen_area area);

/* The lines above and below, and the page of keys. */
void
screen_draw_head(const struct screen *screen, const struct screen_scene *scene);
void screen_draw_foot(const struct screen *screen,
    const struct screen_scene *scene, bool scrolls);
void screen_draw_help(const struct screen *screen);

#define SCREEN_HEAD 2 /* lines */
#define SCREEN_FOOT 3

#endif
