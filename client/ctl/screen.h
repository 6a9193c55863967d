#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include "notice.h"
#include "roster.h"

#include <stdbool.h>

/*
 * The terminal meter bridge: the whole desk as rows of bars. Draws with
 * ncurses; one thread.
 */

/* What the lines above and below the bars tell. */
struct screen_news {
	const char *url;
	double rate, period, load, xruns;
	char jack[24];
	char event[NOTICE_LONGEST]; /* the newest, "" for none */
	double silence; /* seconds without an answer, 0 while there is one */
};

struct screen {
	bool utf8, colour;
	int top;          /* rows that are scrolled away */
	unsigned first;   /* stages that are scrolled away */
	unsigned numbers; /* index of the choice of numbers, 0: what fits */
};

enum screen_key {
	SCREEN_NONE,
	SCREEN_MOVED,
	SCREEN_RESET,
	SCREEN_RESET_LOUDNESS,
	SCREEN_QUIT
};

/* Takes the terminal. Returns 0, or -1 where ncurses does not know it. */
int screen_open(struct screen *screen);

/* Gives the terminal back as it was. */
void screen_close(struct screen *screen);

/* Draws everything that is shown of the roster. */
void screen_draw(struct screen *screen, const struct roster *roster,
    const struct screen_news *news);

/* Takes the next key that was pressed, and scrolls by it. */
enum screen_key screen_take_key(struct screen *screen);

#endif
