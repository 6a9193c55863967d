#include "edge/osc_internal.h"

#include "protocol/blob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Meters to many: leases of one rate and prefix are one group, which reads the
 * meters and packs them once a period; each of its members is sent the same
 * bytes. What no member was told stays in the group's reader.
 */

/* s behind its deadline that a reading, once begun, may still be sent to
 * members: a bound for hundreds of them on a desk of hundreds of packets. */
#define LATEST 0.02

struct stage {
	unsigned strip, stage, lanes;
};

/* What a prefix covers, in desk order: an entry for each lane of each stage. */
struct layout {
	uint32_t number; /* 1…2^31 - 1: fits the OSC type i */
	struct stage *stage;
	size_t stages, entries;
};

struct packet {
	uint8_t data[BLOB_PACKET];
	size_t size;
};

struct osc_blob {
	struct osc_blob *next;
	/* Rate and prefix of its members; reader and time of the next packets
	 * are theirs together. */
	struct lease lease;
	struct layout layout;
	uint32_t tick; /* of the next packets */
	size_t members;
	struct packet *packet;
	size_t packets;
	struct blob_entry *entry;
};

/* --- layouts --- */

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv */
static uint32_t
hash(uint32_t sum, const char *text)
{
	do
		sum = (sum ^ (uint8_t)*text) * 16777619U;
	while (*text++ != '\0');
	return sum;
}

/* The number comes from what the layout holds: the same desk has the same, also
 * after a restart. */
static int
layout_make(
    struct layout *layout, struct mixer *mixer, const struct lease *lease)
{
	const struct desk *desk = mixer_desk(mixer);
	struct address address = { .param = schema_param(PARAM_METER) };
	uint32_t sum = hash(2166136261U, lease->prefix);
	char text[ADDRESS_LONGEST];
	size_t room = 0;

	*layout = (struct layout){ 0 };
	for (unsigned i = 0; i < desk->strips; i++)
		room += mixer_stages(mixer, i);
	layout->stage = calloc(room + 1, sizeof(*layout->stage));
	if (!layout->stage)
		return -1;
	for (unsigned i = 0; i < desk->strips; i++) {
		struct stage stage = { .strip = i,
			.lanes = desk->strip[i].lanes };

		address.strip = i;
		for (; stage.stage < mixer_stages(mixer, i); stage.stage++) {
			address.sub = stage.stage;
			address.by_place = lease->by_place;
			mixer_address_text(mixer, &address, text);
			if (!lease_covers(lease, text))
				continue;
			address.by_place = 0;
			mixer_address_text(mixer, &address, text);
			sum = hash(sum, stage.lanes == 1 ? "1" : "2");
			sum = hash(sum, text);
			layout->entries += stage.lanes;
			layout->stage[layout->stages++] = stage;
		}
	}
	layout->number = (sum & 0x7fffffff) != 0 ? sum & 0x7fffffff : 1;
	return 0;
}

/* Answers the strip whose first stage of the layout is at `from`. Returns where
 * the next one begins. */
static size_t
layout_answer_strip(struct osc_request *request, const struct layout *layout,
    const char *prefix, size_t from, size_t *entry)
{
	const struct mixer *mixer = request->osc->mixer;
	const struct stage *first = &layout->stage[from];
	const struct desk_strip *strip =
	    &mixer_desk(mixer)->strip[first->strip];
	char part[DESK_STRIP_TEXT], stages[16 * (DESK_INSERTS + 3)] = "";
	size_t used = 0, at = from;

	for (; at < layout->stages && layout->stage[at].strip == first->strip;
	     at++) {
		const char *name = mixer_stage_name(
		    mixer, first->strip, layout->stage[at].stage);

		if (used < sizeof(stages))
			used += (size_t)snprintf(stages + used,
			    sizeof(stages) - used, "%s%s", at > from ? " " : "",
			    name);
	}
	desk_strip_text(strip, false, part);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/meters/layout", "sisiis",
		    prefix, (int)layout->number, part, (int)*entry,
		    (int)first->lanes, stages);
	*entry += (at - from) * first->lanes;
	return at;
}

void
osc_blob_layout(struct osc_request *request, const char *prefix)
{
	struct lease lease;
	struct layout layout;
	size_t at = 0, entry = 0;
	int strips = 0;

	lease_init(&lease, LEASE_BLOB, prefix, 0, request->now);
	if (layout_make(&layout, request->osc->mixer, &lease) < 0)
		return;
	for (; at < layout.stages; strips++)
		at = layout_answer_strip(
		    request, &layout, lease.prefix, at, &entry);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/meters/layout/end", "siii",
		    lease.prefix, (int)layout.number, strips, (int)entry);
	free(layout.stage);
}

/* --- groups --- */

static void
blob_free(struct osc_blob *blob)
{
	meters_reader_free(blob->lease.reader);
	free(blob->layout.stage);
	free(blob->packet);
	free(blob->entry);
	free(blob);
}

static struct osc_blob *
blob_new(struct osc *osc, const struct lease *lease, double now)
{
	struct osc_blob *blob = calloc(1, sizeof(*blob));
	struct layout *layout;

	if (!blob)
		return NULL;
	layout = &blob->layout;
	lease_init(&blob->lease, LEASE_BLOB, lease->prefix, lease->rate, now);
	if (layout_make(layout, osc->mixer, &blob->lease) == 0) {
		blob->packets = blob_packets(layout->entries);
		blob->packet = calloc(blob->packets + 1, sizeof(*blob->packet));
		blob->entry = calloc(layout->entries + 1, sizeof(*blob->entry));
		blob->lease.reader =
		    meters_reader_new(mixer_meters(osc->mixer));
	}
	if (!blob->packet || !blob->entry || !blob->lease.reader) {
		blob_free(blob);
		return NULL;
	}
	return blob;
}

/* Packs what the meters read; the next packets tell it `again`, or do not. */
static void
blob_pack(struct osc *osc, struct osc_blob *blob, bool again)
{
	struct meters *meters = mixer_meters(osc->mixer);
	const struct layout *layout = &blob->layout;
	struct blob_header header = { .layout = layout->number,
		.tick = blob->tick,
		.packets = (uint16_t)blob->packets };
	struct blob_entry *entry = blob->entry;

	for (size_t i = 0; i < layout->stages; i++) {
		const struct stage *at = &layout->stage[i];
		struct meters_reading lane[DESK_LANES];

		if (again)
			meters_peek(meters, blob->lease.reader, at->strip,
			    at->stage, lane);
		else
			meters_read(meters, blob->lease.reader, at->strip,
			    at->stage, lane);
		for (unsigned k = 0; k < at->lanes; k++)
			*entry++ = (struct blob_entry){
				.peak = blob_level(lane[k].peak),
				.rms = blob_level(lane[k].rms),
				.true_peak = blob_level(lane[k].true_peak),
			};
	}
	for (; header.packet < header.packets; header.packet++) {
		struct packet *packet = &blob->packet[header.packet];
		size_t left = layout->entries - header.first;
		size_t count = left < BLOB_ENTRIES ? left : BLOB_ENTRIES;

		packet->size = blob_write(
		    packet->data, &header, blob->entry + header.first, count);
		header.first += (uint32_t)count;
	}
}

static void
blob_send(struct osc *osc, const struct osc_blob *blob,
    const struct lease_client *client)
{
	struct osc_target target = { osc, &client->to };

	for (size_t i = 0; i < blob->packets; i++)
		osc_send(&target, blob->packet[i].data, blob->packet[i].size);
}

static bool
blob_is_of(const struct osc_blob *blob, const struct lease *lease)
{
	return blob->lease.rate == lease->rate &&
	       strcmp(blob->lease.prefix, lease->prefix) == 0;
}

/* A lease with another rate than before leaves its group, and is told what that
 * one has not told yet: so it misses no peak. */
static void
blob_join(struct osc *osc, const struct lease_client *client,
    struct lease *lease, double now)
{
	struct osc_blob *blob = lease->blob;

	if (blob && !blob_is_of(blob, lease)) {
		blob_pack(osc, blob, true);
		blob_send(osc, blob, client);
		blob = NULL;
	}
	if (!blob) {
		for (blob = osc->blobs; blob && !blob_is_of(blob, lease);)
			blob = blob->next;
	}
	if (!blob) {
		blob = blob_new(osc, lease, now);
		if (blob) {
			blob->next = osc->blobs;
			osc->blobs = blob;
		}
	}
	lease->blob = blob;
	if (blob)
		blob->members++;
}

static void
blob_join_all(struct osc *osc, double now)
{
	for (struct osc_blob *blob = osc->blobs; blob; blob = blob->next)
		blob->members = 0;
	for (size_t i = 0; i < osc->table.clients; i++) {
		struct lease_client *client = osc->table.client[i];

		for (size_t j = 0; j < client->leases; j++) {
			if (client->lease[j].topic == LEASE_BLOB)
				blob_join(osc, client, &client->lease[j], now);
		}
	}
}

/* Drops groups without members, and puts the first of the others last: under
 * overload, they are left out in turn. */
static void
blob_turn(struct osc *osc)
{
	struct osc_blob **at = &osc->blobs, *first;

	while (*at) {
		struct osc_blob *blob = *at;

		if (blob->members > 0) {
			at = &blob->next;
			continue;
		}
		*at = blob->next;
		blob_free(blob);
	}
	first = osc->blobs;
	if (first && first->next) {
		osc->blobs = first->next;
		first->next = NULL;
		*at = first;
	}
}

static void
blob_tell(struct osc *osc, struct osc_blob *blob)
{
	size_t clients = osc->table.clients;

	blob_pack(osc, blob, false);
	blob->tick++;
	for (size_t i = 0; i < clients; i++) {
		const struct lease_client *client =
		    osc->table.client[(osc->turn + i) % clients];

		for (size_t j = 0; j < client->leases; j++) {
			if (client->lease[j].blob != blob)
				continue;
			if (mixer_seconds() > osc->deadline + LATEST ||
			    osc_is_filling(&client->peer))
				mixer_status(osc->mixer)->drops[DROP_METERS]++;
			else
				blob_send(osc, blob, client);
		}
	}
}

void
osc_blob_publish(struct osc *osc, double now, double slack)
{
	blob_join_all(osc, now);
	blob_turn(osc);
	for (struct osc_blob *blob = osc->blobs; blob; blob = blob->next) {
		if (!lease_due(&blob->lease, now, slack))
			continue;
		/* Left out before it is read, a reading is told next time. */
		if (mixer_seconds() > osc->deadline)
			mixer_status(osc->mixer)->drops[DROP_METERS] +=
			    (unsigned)blob->members;
		else
			blob_tell(osc, blob);
	}
}

void
osc_blob_end(struct osc *osc)
{
	while (osc->blobs) {
		struct osc_blob *next = osc->blobs->next;

		blob_free(osc->blobs);
		osc->blobs = next;
	}
}
