#include "ask.h"

#include "value.h"

#include "protocol/match.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define QUIET 0.15     /* seconds that end the answers to a pattern */
#define ASK_AGAIN 0.25 /* seconds: a datagram may be lost */

struct ask {
	struct command *command;
	struct ask_item *item;
	size_t items;
	struct link_message **answer;
	size_t answers;
	void *by_address; /* tree of `answer` */
	double heard;     /* time of the last packet */
	bool alive;       /* anything came */
	bool failed;      /* no memory */
};

struct ask *
ask_new(struct command *command)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (ask)
		ask->command = command;
	return ask;
}

static void
ask_free_answer(struct link_message *answer)
{
	for (size_t i = 0; answer && i < answer->values; i++)
		free((char *)answer->value[i].text);
	if (answer)
		free((char *)answer->address);
	free(answer);
}

static int
ask_compare(const void *a, const void *b)
{
	return strcmp(((const struct link_message *)a)->address,
	    ((const struct link_message *)b)->address);
}

void
ask_free(struct ask *ask)
{
	if (!ask)
		return;
	for (size_t i = 0; i < ask->answers; i++) {
		tdelete(ask->answer[i], &ask->by_address, ask_compare);
		ask_free_answer(ask->answer[i]);
	}
	free(ask->answer);
	free(ask->item);
	free(ask);
}

bool
ask_is_address(const char *text)
{
	if (match_is_valid(text))
		return true;
	command_warn("found \"%s\", allowed: an address such as "
		     "/ch/kick/fader%s",
	    text,
	    match_is_pattern(text) ? ", in patterns ? * [a-z] [!x] {a,b} //"
				   : "");
	return false;
}

enum status
ask_add(struct ask *ask, const char *address)
{
	if (!ask_is_address(address))
		return STATUS_USAGE;
	struct ask_item *grown =
	    realloc(ask->item, (ask->items + 1) * sizeof(*grown));
	if (!grown) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	ask->item = grown;
	grown[ask->items++] = (struct ask_item){ .address = address,
		.pattern = match_is_pattern(address) };
	return STATUS_OK;
}

const struct ask_item *
ask_item(const struct ask *ask, size_t index)
{
	return &ask->item[index];
}

const struct link_message *
ask_answer(const struct ask *ask, size_t index)
{
	return ask->answer[index];
}

size_t
ask_answers(const struct ask *ask)
{
	return ask->answers;
}

/* The answer kept to an address; NULL if there is none. */
static const struct link_message *
ask_kept(const struct ask *ask, const char *address)
{
	struct link_message key = { .address = address };
	void *found = tfind(&key, &ask->by_address, ask_compare);

	return found ? *(struct link_message **)found : NULL;
}

/* The message with texts of its own; NULL without memory. */
static struct link_message *
ask_copy(const struct link_message *message)
{
	struct link_message *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *message;
	copy->address = strdup(message->address);
	bool failed = !copy->address;
	for (size_t i = 0; i < copy->values; i++)
		if (message->value[i].text) {
			copy->value[i].text = strdup(message->value[i].text);
			failed = failed || !copy->value[i].text;
		}
	if (!failed)
		return copy;
	ask_free_answer(copy);
	return NULL;
}

void
ask_keep(struct ask *ask, const struct link_message *message)
{
	struct link_message *copy = ask_copy(message);
	const struct link_message *before = ask_kept(ask, message->address);

	if (copy && before) {
		struct link_message old = *before;
		*(struct link_message *)before = *copy;
		*copy = old;
		/* The tree is ordered by the address, which is the same. */
		ask_free_answer(copy);
		return;
	}
	struct link_message **grown = realloc(
	    ask->answer, (ask->answers + 1) * sizeof(struct link_message *));
	if (grown)
		ask->answer = grown;
	if (!copy || !grown || !tsearch(copy, &ask->by_address, ask_compare)) {
		ask_free_answer(copy);
		ask->failed = true;
		return;
	}
	ask->answer[ask->answers++] = copy;
}

/* An /error: about one of ours, it is printed once. */
static void
ask_refuse(struct ask *ask, const struct link_message *message)
{
	const char *address, *text;
	bool known = false, printed = false;

	if (message->values < 3 || !message->value[0].text ||
	    !message->value[2].text)
		return;
	address = message->value[0].text;
	text = message->value[2].text;
	for (size_t i = 0; i < ask->items; i++) {
		struct ask_item *item = &ask->item[i];
		bool same = strcmp(item->address, address) == 0;
		if (!same &&
		    !(item->pattern && match_address(item->address, address)))
			continue;
		known = true;
		printed = printed || (same && item->refused);
		item->refused = item->answered = true;
	}
	/* The daemon's words mostly begin with the address already. */
	if (known && !printed && strncmp(text, address, strlen(address)) == 0)
		command_warn("%s: %s", ask->command->link.url, text);
	else if (known && !printed)
		command_warn(
		    "%s: %s: %s", ask->command->link.url, address, text);
}

static void
ask_take(void *arg, const struct link_message *message)
{
	struct ask *ask = arg;
	bool ours = false;

	ask->alive = true;
	ask->heard = link_now();
	if (strcmp(message->address, "/error") == 0) {
		ask_refuse(ask, message);
		return;
	}
	for (size_t i = 0; i < ask->items; i++) {
		struct ask_item *item = &ask->item[i];
		if (item->pattern
			? !match_address(item->address, message->address)
			: strcmp(item->address, message->address) != 0)
			continue;
		ours = item->answered = true;
	}
	if (ours)
		ask_keep(ask, message);
}

/* Are there addresses without, and patterns that may still get, an answer? */
static void
ask_waiting(const struct ask *ask, bool *addresses, bool *patterns)
{
	*addresses = *patterns = false;
	for (size_t i = 0; i < ask->items; i++) {
		if (ask->item[i].pattern)
			*patterns = true;
		else if (!ask->item[i].answered)
			*addresses = true;
	}
}

static int
ask_send(const struct ask *ask, bool again)
{
	struct link *link = &ask->command->link;
	bool patterns = false;

	for (size_t i = 0; i < ask->items; i++) {
		const struct ask_item *item = &ask->item[i];
		patterns = patterns || item->pattern;
		if (item->answered || (again && item->pattern && ask->alive))
			continue;
		if (osc_pack_print(&link->packer, item->address, "") < 0) {
			command_warn("%s: too long", item->address);
			return -1;
		}
	}
	/* Tells a pattern that matches nothing from a daemon that is away. */
	if (patterns && !ask->alive)
		osc_pack_print(&link->packer, "/renew", "");
	link_flush(link);
	return 0;
}

static enum status
ask_verdict(const struct ask *ask)
{
	enum status status = STATUS_OK;
	bool silent = false;

	for (size_t i = 0; i < ask->items; i++) {
		const struct ask_item *item = &ask->item[i];
		if (item->refused) {
			status = STATUS_REFUSED;
		} else if (!item->answered && item->pattern && ask->alive) {
			command_warn("%s: no address matches", item->address);
			status = STATUS_REFUSED;
		} else if (!item->answered) {
			if (ask->alive)
				command_warn("%s: no answer from %s",
				    item->address, ask->command->link.url);
			silent = true;
		}
	}
	if (silent && ask->alive)
		return STATUS_LOST;
	return silent ? command_silent(ask->command) : status;
}

enum status
ask_run(struct ask *ask)
{
	struct link *link = &ask->command->link;
	double start = link_now(), sent = start;
	bool addresses, patterns;

	if (ask_send(ask, false) < 0)
		return STATUS_USAGE;
	ask->heard = start;
	for (;;) {
		double now = link_now();
		ask_waiting(ask, &addresses, &patterns);
		if (now - start >= ask->command->timeout) {
			addresses = false;
			patterns = patterns && ask->alive;
		}
		if (patterns && ask->alive && now - ask->heard >= QUIET)
			patterns = false;
		if (!addresses && !patterns)
			break;
		if (now - sent >= ASK_AGAIN) {
			ask_send(ask, true);
			sent = now;
		}
		int got = link_receive(link, QUIET / 3, ask_take, ask);
		if (got < 0) {
			link->fault = got;
			break;
		}
	}
	if (ask->failed) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	return ask_verdict(ask);
}

void
ask_print(const struct ask *ask,
    void (*print)(struct output *out, const struct link_message *message))
{
	for (size_t i = 0; i < ask->answers; i++)
		print(&ask->command->out, ask->answer[i]);
}
