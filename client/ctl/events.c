#include "command.h"

#include "follow.h"
#include "notice.h"

#include <stdio.h>
#include <string.h>

#define STRICT_TRIES 2 /* replays before a gap is taken as lost for good */
#define TRY_EVERY 0.5  /* seconds */

/* Events are numbered: what a lost datagram held is asked for again. */
struct events {
	struct command *command;
	struct follow follow;
	double last;    /* sequence number printed last, -1: not known yet */
	double asked;   /* time of the last request for a replay, 0 if done */
	unsigned tries; /* replays asked for the same gap */
	unsigned times; /* follow.times that the replay was asked for */
	bool done;
};

static void
events_ask(struct events *events)
{
	struct link *link = &events->command->link;

	if (events->last < 0)
		osc_pack_print(&link->packer, "/events", "");
	else
		osc_pack_print(
		    &link->packer, "/events", "h", (int64_t)events->last);
	link_flush(link);
	events->asked = link_now();
}

static void
events_happened(struct events *events, const struct link_message *message)
{
	double sequence = message->value[0].number;

	if (events->last < 0 || sequence <= events->last)
		return;
	if (sequence > events->last + 1 && events->tries <= STRICT_TRIES) {
		if (!events->asked) {
			events->tries++;
			events_ask(events);
		}
		return;
	}
	if (sequence > events->last + 1)
		command_warn("events %.0f to %.0f are gone", events->last + 1,
		    sequence - 1);
	events->tries = 0;
	events->last = sequence;
	events->command->out.form->event(&events->command->out, message);
	fflush(events->command->out.file);
}

/* The end of a replay, which names the newest event. */
static void
events_newest(struct events *events, double newest)
{
	events->asked = 0;
	if (events->last < 0 || newest < events->last) {
		/* A daemon that was started anew counts from 1. */
		events->last = events->last < 0 ? newest : 0;
	}
	if (newest > events->last) {
		events->tries++;
		events_ask(events);
	} else {
		events->tries = 0;
		events->done = events->command->once;
	}
}

static void
events_take(void *arg, const struct link_message *message)
{
	struct events *events = arg;

	if (strcmp(message->address, "/events") == 0 && message->values == 1)
		events_newest(events, message->value[0].number);
	else if (notice_fields(message))
		events_happened(events, message);
}

static bool
events_due(void *arg)
{
	struct events *events = arg;

	if (events->follow.state != FOLLOW_LIVE)
		return true;
	bool again = events->asked && link_now() - events->asked > TRY_EVERY;
	if (events->follow.times != events->times || again) {
		events->times = events->follow.times;
		events_ask(events);
	}
	return !events->done;
}

enum status
events_run(struct command *command, int count, char **argument)
{
	static const struct follow_topic topic = { "events", 0, "" };
	struct events events = { .command = command };

	(void)argument;
	if (count) {
		command_warn("events: found an argument, allowed: none");
		return STATUS_USAGE;
	}
	events.last = (double)command->since;
	if (command->once && events.last < 0)
		events.last = 0;
	follow_start(
	    &events.follow, &command->link, &topic, 1, events_take, &events);
	return command_explain(command, &events.follow,
	    command_loop(
		command, &events.follow, false, 20, events_due, &events));
}
