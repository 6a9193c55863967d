#include "command.h"

#include "bridge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LEAST_RATE 20
#define LOUDNESS_RATE 10
#define MOST_RATE 100

/* Tables of meters, one after the other. */
struct meters {
	struct command *command;
	struct meters_source *source;
	struct follow follow;
	double next;    /* time of the next table */
	double give_up; /* time at which --once prints what it has */
};

static void
meters_take(void *arg, const struct link_message *message)
{
	struct meters *meters = arg;

	roster_read(&meters->source->roster, message, link_now());
}

/* A strip that was asked for by place is subscribed to by id, which is how the
 * roster knows it. */
static void
meters_ask_for(struct meters_source *source)
{
	const struct roster_strip *only = NULL;
	const char *strip = source->asked;
	size_t shown = 0, size = sizeof(source->asked);

	for (size_t i = 0; i < source->roster.strips; i++)
		if (source->roster.strip[i].shown) {
			only = &source->roster.strip[i];
			shown++;
		}
	if (shown == 1)
		snprintf(source->asked, size, "/%s", only->address);
	else
		snprintf(source->asked, size, "%s%s",
		    source->prefix[0] && source->prefix[0] != '/' ? "/" : "",
		    source->prefix);
	if (strncmp(strip, "/meter/", 7) == 0 || strcmp(strip, "/meter") == 0)
		strip += strlen("/meter");
	source->topic[0].prefix = source->asked;
	source->topic[1].prefix = strip;
}

enum status
meters_load(struct meters_source *source, struct command *command)
{
	struct roster roster;
	int error;

	if (roster_load(&roster, &command->link, command->timeout) < 0)
		return STATUS_SILENT;
	roster_free(&source->roster);
	source->roster = roster;
	if (!roster_narrow(&source->roster, source->prefix))
		return STATUS_REFUSED;
	meters_ask_for(source);
	error = roster_load_layout(
	    &source->roster, &command->link, source->asked, command->timeout);
	source->topic[0].topic = error ? "meters" : "meters/blob";
	source->topic[1].topic = "loudness";
	source->topic[1].rate = LOUDNESS_RATE;
	return error && error != -ENOTSUP ? STATUS_SILENT : STATUS_OK;
}

bool
meters_reload(struct meters_source *source, struct command *command,
    struct follow *follow)
{
	bool found = follow->times != source->times;
	const char *topic = source->topic[0].topic;
	char asked[sizeof(source->asked)];

	if (!found && !source->roster.outdated)
		return false;
	memcpy(asked, source->asked, sizeof(asked));
	if (source->times != 0 && meters_load(source, command) == STATUS_SILENT)
		return false;
	if (strcmp(asked, source->asked) != 0 ||
	    strcmp(topic, source->topic[0].topic) != 0) {
		follow_stop(follow);
		follow->state = FOLLOW_ASKING;
	}
	found = found && source->times != 0;
	source->times = follow->times;
	return found;
}

static bool
meters_print(void *arg)
{
	struct meters *meters = arg;
	struct command *command = meters->command;
	struct roster *roster = &meters->source->roster;
	double now = link_now();

	if (meters->follow.state == FOLLOW_LIVE)
		meters_reload(meters->source, command, &meters->follow);
	if (now < meters->next || meters->follow.state != FOLLOW_LIVE)
		return true;
	if (!roster_complete(roster) && now < meters->give_up)
		return true;
	command->out.form->meters(&command->out, roster);
	roster_restart(roster);
	meters->next = now + 1 / (command->rate > 0 ? command->rate : 1);
	return !command->once;
}

static enum status
meters_tables(struct command *command, struct meters_source *source)
{
	struct meters meters = { .command = command, .source = source };
	double rate = command->rate * 2;

	if (rate < LEAST_RATE)
		rate = LEAST_RATE;
	if (rate > MOST_RATE)
		rate = MOST_RATE;
	source->topic[0].rate = (int)rate;
	source->topic[2] = (struct follow_topic){ "events", 0, "/event/desk" };
	follow_start(&meters.follow, &command->link, source->topic, 3,
	    meters_take, &meters);
	meters.give_up = link_now() + command->timeout;
	enum status status = command_loop(
	    command, &meters.follow, false, rate, meters_print, &meters);
	return command_explain(command, &meters.follow, status);
}

enum status
meters_run(struct command *command, int count, char **argument)
{
	struct meters_source source = { .prefix = count ? argument[0] : "" };
	bool screen = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) &&
		      !command->plain && !command->once && !command->json;

	if (count > 1) {
		command_warn(
		    "meters: found %d arguments, allowed: one PREFIX", count);
		return STATUS_USAGE;
	}
	enum status status = meters_load(&source, command);
	if (status == STATUS_SILENT)
		command_silent(command);
	else if (status != STATUS_OK)
		command_warn("meters: found prefix \"%s\", allowed: a strip "
			     "that `headroomctl list` shows, or a kind of them",
		    source.prefix);
	else
		status = screen ? bridge_run(command, &source)
				: meters_tables(command, &source);
	roster_free(&source.roster);
	return status;
}
