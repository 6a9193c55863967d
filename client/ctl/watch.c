#include "command.h"

#include "follow.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 20.0    /* Hz: looks at what is to be asked */
#define QUIET 0.15   /* s of silence: what ends a dump was lost */
#define PATIENCE 1.0 /* s without anything new: begin anew */

/*
 * Changes come as they are made; what a network loses does not come again. So
 * the daemon counts its changes, and where that count has moved on its whole
 * state is read, and what is not as it was told is printed.
 */

struct watch_value {
	char *address;
	struct schema_value value;
	char *text;     /* of a text */
	unsigned round; /* in which it was read last */
};

struct watch {
	struct command *command;
	const char *prefix;
	struct follow follow;
	void *known;    /* struct watch_value by address */
	double state;   /* as of which all is known; -1: it is not */
	unsigned times; /* follow.times of that */
	bool other;     /* another desk than that is there */
	bool failed;    /* no memory */
	/* The read that goes on, if any. */
	bool reading, ended;
	unsigned round;
	size_t count, total; /* values read; as its end told */
	double began, heard, grown;
};

static int
watch_compare(const void *a, const void *b)
{
	return strcmp(((const struct watch_value *)a)->address,
	    ((const struct watch_value *)b)->address);
}

static void
watch_free(void *node)
{
	struct watch_value *value = node;

	free(value->address);
	free(value->text);
	free(value);
}

/* The value that is known at an address, an empty one if there is none; NULL
 * without memory. */
static struct watch_value *
watch_find(struct watch *watch, const char *address)
{
	struct watch_value *fresh = calloc(1, sizeof(*fresh));
	struct watch_value **at;

	if (!fresh || !(fresh->address = strdup(address))) {
		free(fresh);
		return NULL;
	}
	at = tsearch(fresh, &watch->known, watch_compare);
	if (!at || *at != fresh)
		watch_free(fresh);
	return at ? *at : NULL;
}

static bool
watch_is_news(const struct watch_value *known, const struct schema_value *value)
{
	if (value->text)
		return !known->text || strcmp(known->text, value->text) != 0;
	return known->value.type != value->type ||
	       known->value.number != value->number;
}

/* Prints a value unless it is known, or is one of a desk that is read for the
 * first time. */
static void
watch_value(struct watch *watch, const struct link_message *message)
{
	struct watch_value *known = watch_find(watch, message->address);
	const struct schema_value *value = &message->value[0];

	if (!known) {
		watch->failed = true;
		return;
	}
	if (watch->reading && known->round != watch->round) {
		known->round = watch->round;
		watch->count++;
		watch->grown = watch->heard;
	}
	if (!watch_is_news(known, value))
		return;
	if (watch->state >= 0 || !watch->reading || known->value.type) {
		watch->command->out.form->change(&watch->command->out, message);
		fflush(watch->command->out.file);
	}
	free(known->text);
	known->text = value->text ? strdup(value->text) : NULL;
	known->value = *value;
}

static void
watch_take(void *arg, const struct link_message *message)
{
	struct watch *watch = arg;

	watch->heard = link_now();
	if (strcmp(message->address, "/dump") == 0) {
		/* What changes from the first one on may be missing in it. */
		if (message->values == 2 && watch->began < 0)
			watch->began = message->value[1].number;
	} else if (strcmp(message->address, "/dump/end") == 0) {
		watch->ended = watch->reading && message->values == 3;
		if (watch->ended)
			watch->total = (size_t)message->value[1].number;
	} else if (strcmp(message->address, "/event/desk") == 0) {
		watch->other = true;
	} else if (message->values == 1 && message->address[1]) {
		watch_value(watch, message);
	}
}

static void
watch_ask(struct watch *watch)
{
	struct link *link = &watch->command->link;

	watch->ended = false;
	watch->heard = link_now();
	osc_pack_print(&link->packer, "/dump", "s", watch->prefix);
	link_flush(link);
}

static void
watch_begin(struct watch *watch, double now)
{
	watch->reading = true;
	watch->round++;
	watch->count = watch->total = 0;
	watch->began = -1;
	watch->grown = now;
	watch_ask(watch);
}

/* Goes on with a read until it is whole, or nothing new has come for so long. */
static void
watch_read(struct watch *watch, double now)
{
	if (watch->ended && watch->count >= watch->total) {
		watch->reading = false;
		watch->state = watch->began;
	} else if (now - watch->grown > PATIENCE) {
		watch->reading = false;
	} else if (watch->ended || now - watch->heard > QUIET) {
		watch_ask(watch);
	}
}

/* What there is before anything changes; whoever is silent now is asked again
 * once there is an answer to the subscription. */
static void
watch_first(struct watch *watch)
{
	struct link *link = &watch->command->link;

	watch_begin(watch, link_now());
	while (watch->reading) {
		if (link_receive(link, QUIET / 3, watch_take, watch) < 0)
			break;
		watch_read(watch, link_now());
	}
	watch->reading = false;
	watch->times = watch->state >= 0;
}

/* The daemon may be another one, or have changed what we were not told. */
static bool
watch_step(void *arg)
{
	struct watch *watch = arg;
	const struct follow *follow = &watch->follow;
	double now = link_now();

	if (follow->state != FOLLOW_LIVE) {
		watch->reading = false;
	} else if (watch->other) {
		watch->other = false;
		watch_begin(watch, now);
	} else if (watch->reading) {
		watch_read(watch, now);
	} else if (follow->times != watch->times ||
		   (follow->desk >= 0 && follow->desk != watch->state)) {
		watch->times = follow->times;
		watch_begin(watch, now);
	}
	return !watch->failed;
}

enum status
watch_run(struct command *command, int count, char **argument)
{
	struct watch watch = { .command = command,
		.prefix = count ? argument[0] : "",
		.state = -1 };
	const struct follow_topic topic[] = { { "state", 0, watch.prefix },
		{ "events", 0, "/event/desk" } };
	enum status status;

	if (count > 1) {
		command_warn(
		    "watch: found %d arguments, allowed: one PREFIX", count);
		return STATUS_USAGE;
	}
	watch_first(&watch);
	follow_start(
	    &watch.follow, &command->link, topic, 2, watch_take, &watch);
	status = command_loop(
	    command, &watch.follow, false, RATE, watch_step, &watch);
	tdestroy(watch.known, watch_free);
	if (watch.failed) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	return command_explain(command, &watch.follow, status);
}
