#include "edge/osc_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- one message --- */

void
osc_pack_value(struct osc_packer *packer, struct mixer *mixer,
    const struct address *address)
{
	char text[ADDRESS_LONGEST];
	struct schema_value value;

	mixer_address_text(mixer, address, text);
	mixer_get(mixer, address, &value);
	osc_pack(packer, text, &value, 1);
}

void
osc_pack_meter(struct osc_packer *packer, struct mixer *mixer,
    struct meters_reader *reader, const struct address *address)
{
	struct meters_reading lane[DESK_LANES];
	struct schema_value values[3 * DESK_LANES];
	char text[ADDRESS_LONGEST];
	size_t count = 0;
	unsigned lanes;

	lanes = meters_read(
	    mixer_meters(mixer), reader, address->strip, address->sub, lane);
	for (unsigned i = 0; i < lanes; i++) {
		double level[] = { lane[i].peak, lane[i].rms,
			lane[i].true_peak };

		for (size_t j = 0; j < 3; j++)
			values[count++] = (struct schema_value){ .type = 'f',
				.number = level[j] };
	}
	mixer_address_text(mixer, address, text);
	osc_pack(packer, text, values, count);
}

void
osc_pack_loudness(struct osc_packer *packer, struct mixer *mixer,
    const struct address *address)
{
	struct loudness_reading r;
	char text[ADDRESS_LONGEST];

	meters_read_loudness(mixer_meters(mixer), address->strip, &r);
	mixer_address_text(mixer, address, text);
	osc_pack_print(packer, text, "fffffffff", r.momentary, r.short_term,
	    r.integrated, r.range, r.correlation, r.dc, r.crest,
	    r.momentary_most, r.short_term_most);
}

void
osc_pack_event(struct osc_packer *packer, const struct event *event)
{
	struct schema_value values[EVENT_VALUES];
	size_t count = event_values(event, values);
	char address[ADDRESS_LONGEST];

	snprintf(address, sizeof(address), "/event/%s",
	    event_form(event->kind)->name);
	osc_pack(packer, address, values, count);
}

/* --- state --- */

static int
compare(const void *first, const void *second)
{
	const struct address *a = first, *b = second;

	if (a->strip != b->strip)
		return a->strip < b->strip ? -1 : 1;
	if (a->param->id != b->param->id)
		return a->param->id < b->param->id ? -1 : 1;
	if (a->sub != b->sub)
		return a->sub < b->sub ? -1 : 1;
	if (a->item != b->item)
		return a->item < b->item ? -1 : 1;
	return 0;
}

static void
changes_settle(struct osc_changes *changes)
{
	size_t kept = 0;

	if (changes->count < 2)
		return;
	qsort(changes->address, changes->count, sizeof(*changes->address),
	    compare);
	for (size_t i = 1; i < changes->count; i++) {
		if (compare(&changes->address[kept], &changes->address[i]) != 0)
			changes->address[++kept] = changes->address[i];
	}
	changes->count = kept + 1;
}

/* Room for one more. Repeats are dropped before more memory is taken, so that
 * the desk, not the number of sets, bounds what is held. */
static bool
changes_room(struct osc_changes *changes)
{
	struct address *more;
	size_t room;

	if (changes->count < changes->room)
		return true;
	changes_settle(changes);
	if (changes->count < changes->room / 2)
		return true;
	room = changes->room ? 2 * changes->room : 64;
	more = realloc(changes->address, room * sizeof(*more));
	if (more) {
		changes->address = more;
		changes->room = room;
	}
	return changes->count < changes->room;
}

void
osc_changed(void *arg, const struct address *address, const void *origin)
{
	struct osc *osc = arg;
	struct osc_changes *changes = &osc->changes;

	osc->state++;
	(void)origin; /* one transaction has one maker, who is known there */
	if (!osc->hush && changes_room(changes))
		changes->address[changes->count++] = *address;
}

static void
publish_state(struct osc *osc, const struct lease_client *client,
    const struct lease *lease)
{
	struct osc_target target = { osc, &client->to };
	struct osc_packer packer;
	char text[ADDRESS_LONGEST];

	osc_pack_start(&packer, osc_send, &target);
	for (size_t i = 0; i < osc->changes.count; i++) {
		struct address address = osc->changes.address[i];

		address.by_place = lease->by_place;
		mixer_address_text(osc->mixer, &address, text);
		if (lease_covers(lease, text))
			osc_pack_value(&packer, osc->mixer, &address);
	}
	osc_pack_flush(&packer);
}

void
osc_publish_changes(struct osc *osc, const struct lease_client *origin)
{
	if (osc->changes.count == 0)
		return;
	changes_settle(&osc->changes);
	for (size_t i = 0; i < osc->table.clients; i++) {
		const struct lease_client *client = osc->table.client[i];

		if (client == origin)
			continue;
		for (size_t j = 0; j < client->leases; j++) {
			if (client->lease[j].topic == LEASE_STATE)
				publish_state(osc, client, &client->lease[j]);
		}
	}
	osc->changes.count = 0;
}

/* --- meters and status --- */

static void
publish_meters(
    struct osc *osc, const struct lease_client *client, struct lease *lease)
{
	const struct desk *desk = mixer_desk(osc->mixer);
	struct osc_target target = { osc, &client->to };
	struct address address = { .param = schema_param(PARAM_METER),
		.by_place = lease->by_place };
	struct osc_packer packer;
	char text[ADDRESS_LONGEST];

	if (!lease->reader)
		lease->reader = meters_reader_new(mixer_meters(osc->mixer));
	osc_pack_start(&packer, osc_send, &target);
	for (unsigned i = 0; i < desk->strips; i++) {
		address.strip = i;
		for (unsigned j = 0; j < mixer_stages(osc->mixer, i); j++) {
			address.sub = j;
			mixer_address_text(osc->mixer, &address, text);
			if (lease_covers(lease, text))
				osc_pack_meter(&packer, osc->mixer,
				    lease->reader, &address);
		}
	}
	osc_pack_flush(&packer);
}

static void
publish_loudness(struct osc *osc, const struct lease_client *client,
    const struct lease *lease)
{
	const struct desk *desk = mixer_desk(osc->mixer);
	struct osc_target target = { osc, &client->to };
	struct address address = { .param = schema_param(PARAM_LOUDNESS),
		.by_place = lease->by_place };
	struct osc_packer packer;
	char text[ADDRESS_LONGEST];

	osc_pack_start(&packer, osc_send, &target);
	for (size_t i = desk->channels; i < desk->strips; i++) {
		address.strip = (unsigned)i;
		mixer_address_text(osc->mixer, &address, text);
		if (lease_covers(lease, text))
			osc_pack_loudness(&packer, osc->mixer, &address);
	}
	osc_pack_flush(&packer);
}

static void
publish_status(struct osc *osc, const struct lease_client *client,
    const struct lease *lease)
{
	struct osc_target target = { osc, &client->to };
	struct osc_packer packer;
	char text[ADDRESS_LONGEST];

	osc_pack_start(&packer, osc_send, &target);
	for (enum param id = 0; id < PARAMS; id++) {
		struct address address = { .param = schema_param(id) };
		unsigned subs = id == PARAM_STATUS_DROPS ? DROPS : 1;

		if (address.param->scope != SCOPE_STATUS)
			continue;
		for (address.sub = 0; address.sub < subs; address.sub++) {
			mixer_address_text(osc->mixer, &address, text);
			if (lease_covers(lease, text))
				osc_pack_value(&packer, osc->mixer, &address);
		}
	}
	osc_pack_flush(&packer);
}

void
osc_publish_due(
    struct osc *osc, struct lease_client *client, double now, double slack)
{
	for (size_t i = 0; i < client->leases; i++) {
		struct lease *lease = &client->lease[i];

		if (lease->topic == LEASE_BLOB || !lease_due(lease, now, slack))
			continue;
		/* What is not read now is told with the next reading. */
		if (osc_is_filling(&client->peer))
			continue;
		if (mixer_seconds() > osc->deadline) {
			mixer_status(osc->mixer)->drops[DROP_METERS]++;
			continue;
		}
		if (lease->topic == LEASE_METERS)
			publish_meters(osc, client, lease);
		else if (lease->topic == LEASE_HEADROOM)
			osc_publish_headroom(osc, client, lease);
		else if (lease->topic == LEASE_ADVICE)
			osc_publish_advice(osc, client, lease);
		else if (lease->topic == LEASE_LOUDNESS)
			publish_loudness(osc, client, lease);
		else if (lease->topic == LEASE_STATUS)
			publish_status(osc, client, lease);
	}
}

static void
publish_jack(struct osc *osc)
{
	enum mixer_jack jack = mixer_status(osc->mixer)->jack;

	if (osc->jack == jack)
		return;
	osc->jack = jack;
	for (size_t i = 0; i < osc->table.clients; i++) {
		const struct lease_client *client = osc->table.client[i];

		for (size_t j = 0; j < client->leases; j++) {
			if (client->lease[j].topic == LEASE_STATUS)
				publish_status(osc, client, &client->lease[j]);
		}
	}
}

/* --- events --- */

/* The strip that an event names as "ch/kick", as an address; false for events
 * that name none. */
static bool
event_strip(const struct mixer *mixer, const struct event *event,
    struct address *address)
{
	const struct desk *desk = mixer_desk(mixer);
	char text[DESK_STRIP_TEXT];

	address->param = schema_param(PARAM_METER);
	for (unsigned i = 0; i < desk->strips; i++) {
		desk_strip_text(&desk->strip[i], false, text);
		if (strcmp(event->strip, text) != 0)
			continue;
		address->strip = i;
		return true;
	}
	return false;
}

/* A prefix may begin the event's own address or that of the stage where it
 * happened. */
static bool
event_covered(const struct mixer *mixer, const struct lease *lease,
    const struct event *event)
{
	struct address address = { .by_place = lease->by_place };
	char text[ADDRESS_LONGEST];
	const char *stage;

	snprintf(
	    text, sizeof(text), "/event/%s", event_form(event->kind)->name);
	if (lease_covers(lease, text))
		return true;
	if (!event_strip(mixer, event, &address))
		return false;
	for (unsigned i = 0; i < mixer_stages(mixer, address.strip); i++) {
		stage = mixer_stage_name(mixer, address.strip, i);
		if (strcmp(stage, event->stage) == 0)
			address.sub = i;
	}
	mixer_address_text(mixer, &address, text);
	return lease_covers(lease, text + strlen("/meter"));
}

static bool
client_hears(const struct mixer *mixer, const struct lease_client *client,
    const struct event *event)
{
	for (size_t i = 0; i < client->leases; i++) {
		if (client->lease[i].topic == LEASE_EVENTS &&
		    event_covered(mixer, &client->lease[i], event))
			return true;
	}
	return false;
}

void
osc_event(void *arg, const struct event *event)
{
	struct osc *osc = arg;

	for (size_t i = 0; i < osc->table.clients; i++) {
		const struct lease_client *client = osc->table.client[i];
		struct osc_target target = { osc, &client->to };
		struct osc_packer packer;

		if (!client_hears(osc->mixer, client, event))
			continue;
		osc_pack_start(&packer, osc_send, &target);
		osc_pack_event(&packer, event);
		osc_pack_flush(&packer);
	}
}

/* The next event of a replay; NULL behind its end. What was asked for and is
 * kept no more is told as gone. */
static const struct event *
replay_next(const struct event_log *log, struct lease_client *client,
    struct osc_packer *packer)
{
	uint64_t first = client->replay + 1, at = first;
	uint64_t newest = event_log_newest(log);

	if (newest > EVENT_HISTORY && at <= newest - EVENT_HISTORY)
		at = newest - EVENT_HISTORY + 1;
	while (at <= client->replay_end && !event_log_at(log, at))
		at++;
	if (at > client->replay_end + 1)
		at = client->replay_end + 1;
	if (at > first)
		osc_pack_print(packer, "/events/gone", "hh", (int64_t)first,
		    (int64_t)at - 1);
	client->replay = at;
	return at <= client->replay_end ? event_log_at(log, at) : NULL;
}

void
osc_publish_replay(struct osc *osc, struct lease_client *client)
{
	const struct event_log *log = mixer_events(osc->mixer);
	struct osc_target target = { osc, &client->to };
	struct osc_packer packer;

	if (!client->replaying || osc_is_filling(&client->peer))
		return;
	osc_pack_start(&packer, osc_send, &target);
	for (unsigned i = 0; client->replaying && i < OSC_REPLAY; i++) {
		const struct event *event = replay_next(log, client, &packer);

		client->replaying = event != NULL;
		if (event)
			osc_pack_event(&packer, event);
	}
	if (!client->replaying)
		osc_pack_print(
		    &packer, "/events", "h", (int64_t)event_log_newest(log));
	osc_pack_flush(&packer);
}

void
osc_tick(void *arg)
{
	struct osc *osc = arg;
	double now = mixer_seconds();

	size_t clients;

	osc_streams_tick(osc);
	lease_expire(&osc->table, now);
	osc_scene_tick(osc, now, now + OSC_SHARE);
	osc_reload_tick(osc);
	osc_publish_changes(osc, NULL);
	publish_jack(osc);
	osc->deadline = now + OSC_SHARE;
	clients = osc->table.clients;
	/* Under overload everyone is left out in turn. */
	osc->turn++;
	osc_blob_publish(osc, now, OSC_TICK_MS / 2000.0);
	for (size_t i = 0; i < clients; i++) {
		struct lease_client *client =
		    osc->table.client[(osc->turn + i) % clients];

		osc_publish_due(osc, client, now, OSC_TICK_MS / 2000.0);
		osc_publish_replay(osc, client);
	}
	double end = mixer_seconds() + OSC_SHARE;
	for (size_t i = 0; i < clients; i++) {
		struct lease_client *client =
		    osc->table.client[(osc->turn + i) % clients];

		osc_publish_dump(osc, client, end);
		osc_publish_plugins(osc, client, end);
	}
	mixer_status(osc->mixer)->subscribers =
	    (unsigned)lease_subscribers(&osc->table);
}
