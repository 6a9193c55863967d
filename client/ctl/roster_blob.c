#include "roster_blob.h"

#include "protocol/blob.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_AGAIN 0.25 /* seconds */

/* A layout that is being told. */
struct telling {
	struct roster *roster;
	double heard; /* time of the last answer */
	bool complete;
	int error;
};

static int
layout_add_stage(struct roster *roster, struct roster_strip *strip,
    const char *name, unsigned lanes)
{
	struct roster_entry entry = {
		.strip = (size_t)(strip - roster->strip),
		.stage = 0,
	};
	struct roster_entry *grown =
	    realloc(roster->entry, (roster->entries + lanes) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	roster->entry = grown;
	while (entry.stage < strip->stages &&
	       strcmp(strip->stage[entry.stage].name, name) != 0)
		entry.stage++;
	for (; entry.lane < lanes; entry.lane++)
		roster->entry[roster->entries++] = entry;
	return 0;
}

/* ,sisiis prefix layout strip entry lanes stages. A strip out of turn means that
 * a packet was lost: then the count in the end will not be right. */
static int
layout_add_strip(struct roster *roster, const struct schema_value *value)
{
	struct roster_strip *strip = roster_find(roster, value[2].text);
	const char *names = value[5].text;
	char name[sizeof(strip->stage->name)];
	int end = 0, error = 0;

	if (!strip || value[3].number != (double)roster->entries ||
	    value[4].number < 1 || value[4].number > ROSTER_LANES)
		return 0;
	while (error == 0 && sscanf(names, "%23s%n", name, &end) == 1) {
		error = layout_add_stage(
		    roster, strip, name, (unsigned)value[4].number);
		names += end;
	}
	return error;
}

static void
layout_forget(struct roster *roster)
{
	free(roster->entry);
	roster->entry = NULL;
	roster->entries = 0;
	roster->layout = 0;
}

static void
layout_refused(struct telling *telling, const struct link_message *message)
{
	if (link_is(message, "/error", "sss") &&
	    strcmp(message->value[0].text, "/meters/layout") == 0)
		telling->error = -ENOTSUP;
}

static void
layout_told(void *arg, const struct link_message *message)
{
	struct telling *telling = arg;
	struct roster *roster = telling->roster;
	const struct schema_value *value = message->value;

	if (telling->complete || strncmp(message->address, "/meters/layout",
				     strlen("/meters/layout")) != 0) {
		layout_refused(telling, message);
		return;
	}
	telling->heard = link_now();
	if (link_is(message, "/meters/layout", "sisiis")) {
		int error = layout_add_strip(roster, value);
		if (error)
			telling->error = error;
	} else if (link_is(message, "/meters/layout/end", "siii")) {
		telling->complete = value[3].number == (double)roster->entries;
		roster->layout = (uint32_t)value[1].number;
	}
}

int
roster_load_layout(struct roster *roster, struct link *link, const char *prefix,
    double seconds)
{
	struct telling telling = { .roster = roster };
	double asked = 0, end = link_now() + seconds;

	while (!telling.complete && !telling.error) {
		double now = link_now();
		if (now >= end)
			telling.error = -ETIMEDOUT;
		/* What else comes in says nothing about the answer. */
		if (now - fmax(asked, telling.heard) >= ASK_AGAIN) {
			layout_forget(roster);
			osc_pack_print(
			    &link->packer, "/meters/layout", "s", prefix);
			link_flush(link);
			asked = now;
		}
		int got =
		    link_receive(link, ASK_AGAIN / 4, layout_told, &telling);
		if (got < 0)
			link->fault = telling.error = got;
	}
	if (telling.error)
		layout_forget(roster);
	roster->outdated = false;
	return telling.error;
}

struct roster_strip *
roster_read_blob(
    struct roster *roster, const struct link_message *message, double now)
{
	struct roster_strip *strip = NULL;
	struct blob_header header;
	const uint8_t *entries;
	int count = blob_read(message->packet, &header, &entries);

	if (count < 0 || !roster->layout)
		return NULL;
	if (header.layout != roster->layout) {
		roster->outdated = true;
		return NULL;
	}
	for (size_t i = 0; i < (size_t)count; i++) {
		struct blob_entry entry = blob_entry_at(entries, i);
		const double level[] = { blob_db(entry.peak),
			blob_db(entry.rms), blob_db(entry.true_peak) };
		if (header.first + i >= roster->entries)
			break;
		const struct roster_entry *at =
		    &roster->entry[header.first + i];
		strip = &roster->strip[at->strip];
		if (at->stage < strip->stages)
			roster_feed(&strip->stage[at->stage], strip->lanes,
			    at->lane, level, now);
	}
	return strip;
}
