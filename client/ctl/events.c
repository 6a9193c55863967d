#include "command.h"

#include "events_file.h"
#include "follow.h"
#include "notice.h"
#include "since.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HELD 8192      /* events ahead of a gap: more than a daemon keeps */
#define PATIENCE 0.05  /* seconds that packets may overtake each other */
#define ASK_AGAIN 0.25 /* seconds of silence that end a replay */
#define ASK_IDLE 1.0   /* seconds: the newest event itself may be lost */
#define STALE 3        /* answers that tell a daemon that counts anew */

/* Events are numbered: what lost datagrams held is asked for again, and all are
 * printed in order, each once. */
struct events {
	struct command *command;
	struct follow follow;
	struct since since;
	bool known;      /* `last` is */
	bool heard;      /* how far the daemon has come, since the start */
	uint64_t last;   /* sequence number printed or passed over last */
	uint64_t newest; /* the highest that was heard of */
	unsigned stale;  /* answers in a row that were behind `last` */
	double asked;    /* time of the last question for events, 0 if done */
	double gap;      /* when a gap was seen first, 0 for none */
	double polled;   /* time of the last question of all */
	unsigned times;  /* follow.times that was asked for */
	struct event_line *held[HELD]; /* at sequence % HELD */
};

static struct event_line *
events_held(const struct events *events, uint64_t sequence)
{
	struct event_line *line = events->held[sequence % HELD];

	return line && event_line_sequence(line) == sequence ? line : NULL;
}

static void
events_drop(struct events *events)
{
	for (size_t i = 0; i < HELD; i++) {
		free(events->held[i]);
		events->held[i] = NULL;
	}
}

static void
events_print(struct events *events, const struct event_line *line)
{
	struct output *out = &events->command->out;
	struct link_message message;
	char address[NOTICE_ADDRESS];

	if (events->since.by_time && event_line_time(line) < events->since.time)
		return;
	notice_message(line, address, &message);
	out->form->event(out, &message);
	fflush(out->file);
}

/* Prints what is no longer behind a gap. */
static void
events_go_on(struct events *events)
{
	struct event_line *line;

	while ((line = events_held(events, events->last + 1))) {
		events_print(events, line);
		events->held[++events->last % HELD] = NULL;
		free(line);
	}
	if (events->last >= events->newest)
		events->gap = 0;
}

static void
events_happened(struct events *events, const struct link_message *message)
{
	struct event_line *line = malloc(sizeof(*line));
	uint64_t sequence;

	if (!line || !notice_take(message, line)) {
		free(line);
		return;
	}
	sequence = event_line_sequence(line);
	if (!events->known) {
		events->known = true;
		events->last = sequence - 1;
	}
	if (sequence > events->newest)
		events->newest = sequence;
	if (sequence <= events->last || sequence > events->last + HELD ||
	    events_held(events, sequence)) {
		free(line);
		return;
	}
	free(events->held[sequence % HELD]);
	events->held[sequence % HELD] = line;
	events_go_on(events);
}

/* What a replay should have told is not kept any more. */
static void
events_gone(struct events *events, uint64_t first, uint64_t last)
{
	if (!events->known || first > events->last + 1 || last <= events->last)
		return;
	if (events->last > 0)
		command_warn("events %" PRIu64 " to %" PRIu64 " are gone",
		    events->last + 1, last);
	events->last = last;
	events_go_on(events);
}

/* The end of a replay, which names the newest event. A packet that was
 * overtaken may name an older one; a daemon that keeps no events counts from
 * 1 when it is started anew. */
static void
events_newest(struct events *events, uint64_t newest)
{
	events->asked = 0;
	events->heard = true;
	if (!events->known) {
		events->known = true;
		events->last = newest;
	}
	if (newest >= events->last) {
		events->stale = 0;
	} else if (++events->stale >= STALE) {
		events->stale = 0;
		events->last = events->newest = 0;
		events_drop(events);
	}
	if (newest > events->newest)
		events->newest = newest;
}

static void
events_take(void *arg, const struct link_message *message)
{
	struct events *events = arg;
	const struct schema_value *value = message->value;

	if (strcmp(message->address, "/events") == 0 && message->values == 1)
		events_newest(events, (uint64_t)value[0].number);
	else if (strcmp(message->address, "/events/gone") == 0 &&
		 message->values == 2)
		events_gone(events, (uint64_t)value[0].number,
		    (uint64_t)value[1].number);
	else
		events_happened(events, message);
}

static void
events_ask(struct events *events, double now)
{
	struct link *link = &events->command->link;
	uint64_t until = events->newest;

	while (until > events->last && events_held(events, until))
		until--;
	if (!events->known)
		osc_pack_print(&link->packer, "/events", "");
	else if (until > events->last && events->heard)
		osc_pack_print(&link->packer, "/events", "hh",
		    (int64_t)events->last, (int64_t)until);
	else
		osc_pack_print(
		    &link->packer, "/events", "h", (int64_t)events->last);
	link_flush(link);
	events->asked = events->polled = now;
}

/* Is it time to ask for events? */
static bool
events_should_ask(struct events *events, double now)
{
	if (events->follow.times != events->times) {
		events->times = events->follow.times;
		return true;
	}
	if (events->asked)
		return now - events->asked > ASK_AGAIN &&
		       now - events->follow.heard > ASK_AGAIN;
	if (events->stale)
		return now - events->polled > ASK_AGAIN;
	if (events->known && events->newest > events->last) {
		if (!events->gap)
			events->gap = now;
		return now - events->gap > PATIENCE;
	}
	return now - events->polled > ASK_IDLE;
}

static bool
events_due(void *arg)
{
	struct events *events = arg;
	double now = link_now();

	if (events->follow.state != FOLLOW_LIVE)
		return true;
	if (events->command->once && events->heard && !events->asked &&
	    !events->stale && events->newest <= events->last)
		return false;
	if (events_should_ask(events, now))
		events_ask(events, now);
	return true;
}

static int
events_since(const struct command *command, struct since *since)
{
	struct timespec now;
	char why[320];

	*since = (struct since){ 0 };
	if (!command->since)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	if (since_parse(command->since,
		(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, since, why,
		sizeof(why)) == 0)
		return 0;
	command_warn("--since: %s", why);
	return -1;
}

static enum status
events_follow(struct command *command, const struct since *since)
{
	static const struct follow_topic topic = { "events", 0, "" };
	struct events *events = calloc(1, sizeof(*events));
	enum status status;

	if (!events) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	events->command = command;
	events->since = *since;
	events->known = command->since || command->once || command->history;
	events->last = since->sequence;
	follow_start(
	    &events->follow, &command->link, &topic, 1, events_take, events);
	status = command_explain(command, &events->follow,
	    command_loop(
		command, &events->follow, false, 40, events_due, events));
	events_drop(events);
	free(events);
	return status;
}

enum status
events_run(struct command *command, int count, char **argument)
{
	struct since since;

	(void)argument;
	if (count) {
		command_warn("events: found an argument, allowed: none");
		return STATUS_USAGE;
	}
	if (events_since(command, &since) < 0)
		return STATUS_USAGE;
	if (command->file && (command->once || command->history)) {
		command_warn("events: found --file with --%s, allowed: one "
			     "of them",
		    command->once ? "once" : "follow");
		return STATUS_USAGE;
	}
	if (command->file)
		return events_file_print(command, command->file, &since);
	return events_follow(command, &since);
}
