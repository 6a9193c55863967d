#include "bridge.h"

#include "controls.h"
#include "follow.h"
#include "notice.h"
#include "screen.h"

#include <stdio.h>
#include <string.h>

#define REFUSED_FOR 5.0 /* seconds that a refusal is shown */
#define LOAD_EVERY 1.0  /* seconds between looks at a desk that changed */

struct bridge {
	struct command *command;
	struct meters_source *source;
	struct controls controls;
	struct follow follow;
	struct screen screen;
	struct screen_news news;
	double refused; /* time of the newest refusal */
	double drawn;   /* time of the last drawing */
	double loaded;  /* time at which the desk was asked for */
	bool changed;   /* something came that is worth drawing */
	bool foreign;   /* a meter came that is not of the desk we know */
};

static void
bridge_take_status(struct bridge *bridge, const struct link_message *message)
{
	const char *tail = message->address + strlen("/status/");
	const struct schema_value *value = &message->value[0];
	struct screen_news *news = &bridge->news;

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
bridge_refuse(struct bridge *bridge, const struct link_message *message)
{
	const struct schema_value *value = message->value;

	if (message->values < 3 || !value[0].text || !value[2].text ||
	    !controls_refuse(
		&bridge->controls, &bridge->source->roster, value[0].text))
		return;
	snprintf(bridge->news.refused, sizeof(bridge->news.refused), "%s: %s",
	    value[0].text, value[2].text);
	bridge->refused = link_now();
}

static void
bridge_take(void *arg, const struct link_message *message)
{
	struct bridge *bridge = arg;
	struct roster *roster = &bridge->source->roster;
	const char *address = message->address;
	double now = link_now();

	if (roster_read(roster, message, now))
		bridge->changed = true;
	else if (strncmp(address, "/meter/", 7) == 0)
		bridge->foreign = true;
	else if (strncmp(address, "/status/", 8) == 0 && message->values == 1)
		bridge_take_status(bridge, message);
	else if (strcmp(address, "/error") == 0)
		bridge_refuse(bridge, message);
	else if (!controls_take(&bridge->controls, roster, message, now))
		notice_short(
		    message, bridge->news.event, sizeof(bridge->news.event));
}

/* Begins anew with the controls of a desk that was just loaded. */
static bool
bridge_begin(struct bridge *bridge)
{
	controls_close(&bridge->controls);
	bridge->loaded = link_now();
	bridge->changed = true;
	bridge->foreign = false;
	return controls_open(
		   &bridge->controls, bridge->source->roster.strips) == 0;
}

/* The desk may be another one after the daemon was away, or has taken another
 * configuration. */
static bool
bridge_keep_desk(struct bridge *bridge, double now)
{
	struct meters_source *source = bridge->source;

	if (bridge->follow.state != FOLLOW_LIVE)
		return true;
	bool outdated = source->roster.outdated;
	if (meters_reload(source, bridge->command, &bridge->follow)) {
		snprintf(bridge->news.event, sizeof(bridge->news.event),
		    "%.200s is back", bridge->command->link.url);
		return bridge_begin(bridge);
	}
	if (outdated && !source->roster.outdated)
		return bridge_begin(bridge);
	if (bridge->foreign && now - bridge->loaded > LOAD_EVERY &&
	    meters_load(source, bridge->command) != STATUS_SILENT)
		return bridge_begin(bridge);
	controls_ask(
	    &bridge->controls, &source->roster, &bridge->command->link, now);
	return true;
}

static bool
bridge_fall(struct bridge *bridge, double now)
{
	struct roster *roster = &bridge->source->roster;
	bool moved = false;

	for (size_t i = 0; i < roster->strips; i++) {
		struct roster_strip *strip = &roster->strip[i];
		for (unsigned s = 0; s < strip->stages; s++)
			for (unsigned l = 0; l < strip->lanes; l++)
				if (bar_fall(&strip->stage[s].lane[l].bar, now))
					moved = true;
	}
	return moved;
}

/* A key that moves something of the selected strip. */
static void
bridge_control(struct bridge *bridge, enum screen_key key, double now)
{
	size_t at = bridge->screen.selected;
	enum control control = key == SCREEN_MUTE    ? CONTROL_MUTE
			       : key == SCREEN_SOLO  ? CONTROL_SOLO
			       : bridge->screen.trim ? CONTROL_TRIM
						     : CONTROL_FADER;

	if (at >= bridge->controls.strips)
		return;
	double value = bridge->controls.strip[at].value[control];
	if (key == SCREEN_MUTE || key == SCREEN_SOLO)
		value = value == 0;
	else
		value = controls_step(control, value,
		    key == SCREEN_UP || key == SCREEN_UP_FINE,
		    key == SCREEN_UP_FINE || key == SCREEN_DOWN_FINE);
	controls_set(&bridge->controls, &bridge->source->roster, at, control,
	    value, &bridge->command->link, now);
}

/* Takes all keys that were pressed; false to quit. */
static bool
bridge_keys(struct bridge *bridge, double now)
{
	struct link *link = &bridge->command->link;

	for (;;) {
		enum screen_key key =
		    screen_take_key(&bridge->screen, &bridge->source->roster);
		if (key == SCREEN_QUIT)
			return false;
		if (key == SCREEN_NONE)
			return true;
		if (key == SCREEN_RESET_LOUDNESS) {
			osc_pack_print(&link->packer, "/loudness/reset", "");
			link_flush(link);
		} else if (key == SCREEN_RESET) {
			roster_reset_highest(&bridge->source->roster);
			bridge->news.event[0] = bridge->news.refused[0] = '\0';
		} else if (key >= SCREEN_MUTE) {
			bridge_control(bridge, key, now);
		}
		bridge->changed = true;
	}
}

static bool
bridge_draw(void *arg)
{
	struct bridge *bridge = arg;
	double now = link_now();

	if (!bridge_keep_desk(bridge, now) || !bridge_keys(bridge, now))
		return false;
	if (now - bridge->refused > REFUSED_FOR)
		bridge->news.refused[0] = '\0';
	if (bridge_fall(bridge, now) || bridge->changed ||
	    now - bridge->drawn >= 1) {
		struct screen_scene scene = { &bridge->source->roster,
			&bridge->controls, &bridge->news, now };
		bridge->news.silence = bridge->follow.state == FOLLOW_LOST
					   ? follow_silence(&bridge->follow)
					   : 0;
		screen_draw(&bridge->screen, &scene);
		bridge->drawn = now;
		bridge->changed = false;
	}
	return true;
}

enum status
bridge_run(struct command *command, struct meters_source *source)
{
	struct bridge bridge = { .command = command,
		.source = source,
		.news.url = command->link.url };
	double rate = command->rate > 0 ? command->rate : BRIDGE_RATE;

	source->topic[0].rate = rate < 1 ? 1 : (int)rate;
	source->topic[2] = (struct follow_topic){ "status", 1, "" };
	source->topic[3] = (struct follow_topic){ "events", 0, "" };
	source->topic[4] = (struct follow_topic){ "state", 0, "" };
	if (!bridge_begin(&bridge)) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	follow_start(&bridge.follow, &command->link, source->topic,
	    METERS_TOPICS, bridge_take, &bridge);
	if (screen_open(&bridge.screen) < 0) {
		controls_close(&bridge.controls);
		command_warn("meters: the terminal is not known to ncurses, "
			     "allowed: another TERM, or --plain");
		return STATUS_USAGE;
	}
	enum status status = command_loop(
	    command, &bridge.follow, true, rate, bridge_draw, &bridge);
	screen_close(&bridge.screen);
	controls_close(&bridge.controls);
	return command_explain(command, &bridge.follow, status);
}
