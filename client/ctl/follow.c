#include "follow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RENEW_EVERY 3.0 /* seconds; a lease lasts ten */
#define ASK_EVERY 0.5   /* seconds between tries while nobody answers */
#define LOST_AFTER 5.0  /* seconds of silence: a renewal and a spare */

void
follow_start(struct follow *follow, struct link *link,
    const struct follow_topic *topic, size_t topics,
    void (*each)(void *arg, const struct link_message *message), void *arg)
{
	*follow = (struct follow){ .link = link,
		.topic = topic,
		.topics = topics,
		.each = each,
		.arg = arg,
		.state = FOLLOW_ASKING,
		.desk = -1,
		.heard = link_now(),
		.asked = -ASK_EVERY };
}

static void
follow_ask(struct follow *follow)
{
	for (size_t i = 0; i < follow->topics; i++) {
		const struct follow_topic *topic = &follow->topic[i];
		osc_pack_print(&follow->link->packer, "/subscribe", "sis",
		    topic->topic, topic->rate, topic->prefix);
	}
	link_flush(follow->link);
}

static void
follow_send_due(struct follow *follow, double now)
{
	if (follow->state == FOLLOW_LIVE && now - follow->heard > LOST_AFTER)
		follow->state = FOLLOW_LOST;
	if (follow->state != FOLLOW_LIVE && now - follow->asked >= ASK_EVERY) {
		follow_ask(follow);
		follow->asked = now;
	} else if (follow->state == FOLLOW_LIVE &&
		   now - follow->asked >= RENEW_EVERY) {
		osc_pack_print(&follow->link->packer, "/renew", "");
		link_flush(follow->link);
		follow->asked = now;
	}
}

static void
follow_take(void *arg, const struct link_message *message)
{
	struct follow *follow = arg;
	const struct schema_value *value = message->value;

	follow->heard = link_now();
	if (strcmp(message->address, "/subscribed") == 0) {
		if (follow->state != FOLLOW_LIVE)
			follow->times++;
		follow->state = FOLLOW_LIVE;
	} else if (strcmp(message->address, "/renewed") == 0) {
		/* Another daemon in the same place, or leases that ran out
		 * while this machine slept. */
		if (message->values == 2)
			follow->desk = value[1].number;
		if (message->values >= 1 &&
		    value[0].number < (double)follow->topics &&
		    follow->state == FOLLOW_LIVE)
			follow->state = FOLLOW_LOST;
	} else if (strcmp(message->address, "/error") == 0 &&
		   message->values == 3 && value[0].text && value[2].text &&
		   strcmp(value[0].text, "/subscribe") == 0) {
		snprintf(follow->refused, sizeof(follow->refused), "%s",
		    value[2].text);
	} else {
		follow->each(follow->arg, message);
	}
}

int
follow_step(struct follow *follow, double seconds)
{
	follow_send_due(follow, link_now());
	int got = link_receive(follow->link, seconds, follow_take, follow);
	if (got < 0) {
		/* Nobody listens there now: the socket says so at once,
		 * again and again, so that waiting is up to us. */
		struct timespec pause = { 0, (long)(1e8) };
		follow->link->fault = got;
		if (follow->state == FOLLOW_LIVE)
			follow->state = FOLLOW_LOST;
		nanosleep(&pause, NULL);
		got = 0;
	}
	return follow->refused[0] ? -EACCES : got;
}

double
follow_silence(const struct follow *follow)
{
	return link_now() - follow->heard;
}

void
follow_stop(struct follow *follow)
{
	osc_pack_print(&follow->link->packer, "/unsubscribe", "");
	link_flush(follow->link);
}
