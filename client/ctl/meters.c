#include "command.h"

#include "follow.h"
#include "notice.h"
#include "roster.h"
#include "screen.h"

#include "protocol/level.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DRAW_RATE 20.0 /* Hz, of the screen and of the meters by default */
#define LEAST_RATE 20
#define LOUDNESS_RATE 10
#define MOST_RATE 100

struct meters {
	struct command *command;
	const char *prefix; /* as typed */
	char asked[200];    /* … as it is subscribed to */
	struct follow_topic topic[4];
	struct follow follow;
	struct roster roster;
	struct screen screen;
	struct screen_news news;
	unsigned times; /* follow.times that the roster was loaded for */
	double next;    /* time of the next table */
	double give_up; /* time at which --once prints what it has */
	double drawn;   /* time of the last drawing */
	bool changed;   /* something came that is worth drawing */
};

static void
meters_take_status(struct meters *meters, const struct link_message *message)
{
	const char *tail = message->address + strlen("/status/");
	const struct schema_value *value = &message->value[0];
	struct screen_news *news = &meters->news;

	if (strcmp(tail, "sample_rate") == 0)
		news->rate = value->number;
	else if (strcmp(tail, "period") == 0)
		news->period = value->number;
	else if (strcmp(tail, "dsp_load") == 0)
		news->load = value->number;
	else if (strcmp(tail, "xruns") == 0)
		news->xruns = value->number;
	else if (strcmp(tail, "jack") == 0 && value->text)
		snprintf(news->jack, sizeof(news->jack), "%s", value->text);
}

static void
meters_take(void *arg, const struct link_message *message)
{
	struct meters *meters = arg;

	if (roster_read(&meters->roster, message, link_now()))
		meters->changed = true;
	else if (strncmp(message->address, "/status/", 8) == 0 &&
		 message->values == 1)
		meters_take_status(meters, message);
	else
		notice_short(
		    message, meters->news.event, sizeof(meters->news.event));
}

/* A strip that was asked for by place is subscribed to by id, which is how the
 * roster knows it. */
static void
meters_topic_prefix(struct meters *meters)
{
	const struct roster_strip *only = NULL;
	const char *strip;
	size_t shown = 0;

	for (size_t i = 0; i < meters->roster.strips; i++)
		if (meters->roster.strip[i].shown) {
			only = &meters->roster.strip[i];
			shown++;
		}
	if (shown == 1)
		snprintf(
		    meters->asked, sizeof(meters->asked), "/%s", only->address);
	else
		snprintf(meters->asked, sizeof(meters->asked), "%s%s",
		    meters->prefix[0] && meters->prefix[0] != '/' ? "/" : "",
		    meters->prefix);
	strip = meters->asked;
	if (strncmp(strip, "/meter/", 7) == 0 || !strcmp(strip, "/meter"))
		strip += strlen("/meter");
	meters->topic[0].prefix = meters->asked;
	meters->topic[1].prefix = strip;
}

/* The desk may be another one after the daemon has been away. A daemon that
 * knows no meter blobs sends messages. */
static enum status
meters_load(struct meters *meters)
{
	struct command *command = meters->command;
	struct roster roster;
	int error;

	if (roster_load(&roster, &command->link, command->timeout) < 0)
		return STATUS_SILENT;
	roster_free(&meters->roster);
	meters->roster = roster;
	if (roster_narrow(&meters->roster, meters->prefix) == 0)
		return STATUS_REFUSED;
	meters_topic_prefix(meters);
	error = roster_load_layout(
	    &meters->roster, &command->link, meters->asked, command->timeout);
	meters->topic[0].topic = error ? "meters" : "meters/blob";
	return error && error != -ENOTSUP ? STATUS_SILENT : STATUS_OK;
}

static void
meters_follow_changes(struct meters *meters)
{
	char asked[sizeof(meters->asked)];

	if (meters->follow.state != FOLLOW_LIVE ||
	    (meters->follow.times == meters->times && !meters->roster.outdated))
		return;
	memcpy(asked, meters->asked, sizeof(asked));
	if (meters->times && meters_load(meters) == STATUS_SILENT)
		return;
	if (strcmp(asked, meters->asked) != 0) {
		follow_stop(&meters->follow);
		meters->follow.state = FOLLOW_ASKING;
	}
	meters->times = meters->follow.times;
	meters->changed = true;
}

static bool
meters_fall(struct meters *meters, double now)
{
	bool moved = false;

	for (size_t i = 0; i < meters->roster.strips; i++) {
		struct roster_strip *strip = &meters->roster.strip[i];
		for (unsigned s = 0; s < strip->stages; s++)
			for (unsigned l = 0; l < strip->lanes; l++)
				if (bar_fall(&strip->stage[s].lane[l].bar, now))
					moved = true;
	}
	return moved;
}

static bool
meters_draw(void *arg)
{
	struct meters *meters = arg;
	double now = link_now();
	bool due = meters->changed || now - meters->drawn >= 1;

	meters_follow_changes(meters);
	for (;;) {
		enum screen_key key = screen_take_key(&meters->screen);
		if (key == SCREEN_QUIT)
			return false;
		if (key == SCREEN_NONE)
			break;
		if (key == SCREEN_RESET_LOUDNESS) {
			struct link *link = &meters->command->link;
			osc_pack_print(&link->packer, "/loudness/reset", "");
			link_flush(link);
		}
		if (key == SCREEN_RESET) {
			roster_reset_highest(&meters->roster);
			meters->news.event[0] = '\0';
		}
		due = true;
	}
	if (meters_fall(meters, now) || due) {
		meters->news.silence = meters->follow.state == FOLLOW_LOST
					   ? follow_silence(&meters->follow)
					   : 0;
		screen_draw(&meters->screen, &meters->roster, &meters->news);
		meters->drawn = now;
		meters->changed = false;
	}
	return true;
}

static bool
meters_print(void *arg)
{
	struct meters *meters = arg;
	struct command *command = meters->command;
	double now = link_now();

	meters_follow_changes(meters);
	if (now < meters->next || meters->follow.state != FOLLOW_LIVE)
		return true;
	if (!roster_complete(&meters->roster) && now < meters->give_up)
		return true;
	command->out.form->meters(&command->out, &meters->roster);
	roster_restart(&meters->roster);
	meters->next = now + 1 / (command->rate > 0 ? command->rate : 1);
	return !command->once;
}

static enum status
meters_show(struct meters *meters)
{
	struct command *command = meters->command;
	bool screen = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) &&
		      !command->plain && !command->once && !command->json;
	double rate = command->rate;

	if (!screen)
		rate = rate * 2 > LEAST_RATE ? rate * 2 : LEAST_RATE;
	else if (rate <= 0)
		rate = DRAW_RATE;
	if (rate > MOST_RATE)
		rate = MOST_RATE;
	meters->topic[0].rate = rate < 1 ? 1 : (int)rate;
	follow_start(&meters->follow, &command->link, meters->topic,
	    screen ? 4 : 2, meters_take, meters);
	if (screen && screen_open(&meters->screen) < 0) {
		command_warn("meters: the terminal is not known to ncurses, "
			     "allowed: another TERM, or --plain");
		return STATUS_USAGE;
	}
	meters->give_up = link_now() + command->timeout;
	enum status status = command_loop(command, &meters->follow, screen,
	    rate, screen ? meters_draw : meters_print, meters);
	if (screen)
		screen_close(&meters->screen);
	return command_explain(command, &meters->follow, status);
}

enum status
meters_run(struct command *command, int count, char **argument)
{
	struct meters meters = { .command = command,
		.prefix = count ? argument[0] : "",
		.topic = { { .topic = "meters" },
		    { "loudness", LOUDNESS_RATE, "" }, { "status", 1, "" },
		    { "events", 0, "" } },
		.news.url = command->link.url };

	if (count > 1) {
		command_warn(
		    "meters: found %d arguments, allowed: one PREFIX", count);
		return STATUS_USAGE;
	}
	enum status status = meters_load(&meters);
	if (status == STATUS_OK)
		status = meters_show(&meters);
	else if (status == STATUS_SILENT)
		command_silent(command);
	else
		command_warn("meters: found prefix \"%s\", allowed: a strip "
			     "that `headroomctl list` shows, or a kind of them",
		    meters.prefix);
	roster_free(&meters.roster);
	return status;
}
