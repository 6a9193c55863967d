#include "screen.h"

#include "screen_row.h"

#include <ncurses.h>
#include <stdio.h>
#include <string.h>

/* Selects the strip `step` places further, the ends being ends. */
static void
keys_select(struct screen *screen, const struct roster *roster, int step)
{
	int way = step < 0 ? -1 : 1;
	size_t at = screen->selected;

	while (step != 0) {
		size_t next = at;
		do {
			next += (size_t)way;
		} while (next < roster->strips && !roster->strip[next].shown);
		if (next >= roster->strips)
			break;
		at = next;
		step -= way;
	}
	screen->selected = at;
}

/* Shows the next stage across all strips, by name. */
static void
keys_stage(struct screen *screen, const struct roster *roster, int step)
{
	const struct roster_strip *longest = screen_longest(roster);
	unsigned at = 0, stages = longest ? longest->stages : 0;

	if (!stages)
		return;
	while (at + 1 < stages &&
	       strcmp(longest->stage[at].name, screen->stage) != 0)
		at++;
	for (unsigned tries = 0; tries < stages; tries++) {
		at = (at + stages + (unsigned)step) % stages;
		if (longest->stage[at].shown)
			break;
	}
	snprintf(screen->stage, sizeof(screen->stage), "%s",
	    longest->stage[at].name);
}

/* Left and right: other stages, or the next strip where strips stand side by
 * side. */
static void
keys_aside(struct screen *screen, const struct roster *roster, int step)
{
	if (screen->view != SCREEN_STAGES)
		keys_select(screen, roster, step);
	else if (step > 0)
		screen->first++;
	else if (screen->first)
		screen->first--;
}

static bool
keys_move(struct screen *screen, const struct roster *roster, int key)
{
	int page = LINES > 12 ? LINES - 8 : 4;

	switch (key) {
	case KEY_UP:
		keys_select(screen, roster, -1);
		return true;
	case KEY_DOWN:
		keys_select(screen, roster, 1);
		return true;
	case KEY_PPAGE:
		keys_select(screen, roster, -page);
		return true;
	case KEY_NPAGE:
		keys_select(screen, roster, page);
		return true;
	case KEY_HOME:
		keys_select(screen, roster, -(1 << 20));
		return true;
	case KEY_END:
		keys_select(screen, roster, 1 << 20);
		return true;
	case KEY_LEFT:
		keys_aside(screen, roster, -1);
		return true;
	case KEY_RIGHT:
		keys_aside(screen, roster, 1);
		return true;
	case '\t':
		keys_stage(screen, roster, 1);
		return true;
	case KEY_BTAB:
		keys_stage(screen, roster, -1);
		return true;
	default:
		return false;
	}
}

static enum screen_key
keys_command(struct screen *screen, int key)
{
	static const struct {
		char key;
		enum screen_key means;
	} commands[] = { { 'q', SCREEN_QUIT }, { 'Q', SCREEN_QUIT },
		{ 'r', SCREEN_RESET }, { 'l', SCREEN_RESET_LOUDNESS },
		{ 'm', SCREEN_MUTE }, { 's', SCREEN_SOLO }, { '+', SCREEN_UP },
		{ '=', SCREEN_UP }, { '-', SCREEN_DOWN }, { '_', SCREEN_DOWN },
		{ '.', SCREEN_UP_FINE }, { ',', SCREEN_DOWN_FINE } };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].key == key)
			return commands[i].means;
	if (key == 'v') {
		screen->view = (screen->view + 1) % SCREEN_VIEWS;
		screen->top = 0;
	} else if (key == 't') {
		screen->trim = !screen->trim;
	} else if (key == 'n') {
		screen->numbers = (screen->numbers + 1) % (ROW_NUMBERS + 1);
	}
	return SCREEN_MOVED;
}

enum screen_key
screen_take_key(struct screen *screen, const struct roster *roster)
{
	int key = getch();

	if (key == ERR)
		return SCREEN_NONE;
	if (key == KEY_RESIZE)
		return SCREEN_MOVED;
	/* Any key leaves the page of keys, and does nothing else. */
	if (screen->help || key == '?' || key == 'h') {
		screen->help = !screen->help;
		return SCREEN_MOVED;
	}
	if (keys_move(screen, roster, key))
		return SCREEN_MOVED;
	return keys_command(screen, key);
}
