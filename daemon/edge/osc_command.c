#include "edge/osc_internal.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Default rates; 0 for what is sent as it happens. */
static const unsigned default_rate[LEASE_TOPICS] = {
	[LEASE_METERS] = 20,
	[LEASE_BLOB] = 20,
	[LEASE_HEADROOM] = 5,
	[LEASE_LOUDNESS] = 10,
	[LEASE_ADVICE] = 1,
	[LEASE_STATUS] = 1,
};

/* What a command was called with. */
struct call {
	struct osc_request *request;
	const char *address;
	const char *types;
	const struct schema_value *value;
	size_t count;
	size_t used; /* arguments that were taken */
};

static const char *
take_text(struct call *call)
{
	if (call->used < call->count && call->value[call->used].text)
		return call->value[call->used++].text;
	return NULL;
}

static const struct schema_value *
take_number(struct call *call)
{
	if (call->used < call->count &&
	    strchr("ihfd", call->value[call->used].type))
		return &call->value[call->used++];
	return NULL;
}

static void
refuse(struct call *call, const char *code, const char *text)
{
	osc_request_error(call->request, call->address, code, NULL, text);
}

static void
refuse_arguments(struct call *call, const char *allowed)
{
	char text[OSC_TEXT];

	snprintf(text, sizeof(text),
	    "found the arguments \"%.32s\"; allowed %s", call->types, allowed);
	refuse(call, "wrong-type", text);
}

/* Are there arguments that the command does not know? Then that is said. */
static bool
has_more(struct call *call, const char *allowed)
{
	if (call->used == call->count)
		return false;
	refuse_arguments(call, allowed);
	return true;
}

static bool
find_topic(struct call *call, const char *name, enum lease_topic *topic)
{
	char text[OSC_TEXT];

	*topic = lease_topic_find(name);
	if (*topic != LEASE_TOPICS)
		return true;
	snprintf(text, sizeof(text),
	    "found the topic \"%.40s\"; allowed state, meters, "
	    "meters/blob, headroom, loudness, events, advice or status",
	    name);
	refuse(call, "bad-value", text);
	return false;
}

static bool
find_prefix(struct call *call, const char *asked, char prefix[ADDRESS_LONGEST])
{
	char text[OSC_TEXT];

	if (lease_prefix(asked, prefix) == 0)
		return true;
	snprintf(text, sizeof(text),
	    "found the prefix \"%.80s\"; allowed \"\" or the beginning of an "
	    "address in whole parts, such as /ch/kick; no pattern",
	    asked);
	refuse(call, "bad-value", text);
	return false;
}

unsigned
osc_topic_rate(enum lease_topic topic, double asked)
{
	if (default_rate[topic] == 0 || asked == 0)
		return default_rate[topic];
	return asked < 1               ? 1
	       : asked > LEASE_FASTEST ? LEASE_FASTEST
				       : (unsigned)asked;
}

/* --- the commands --- */

static void
too_many(struct call *call)
{
	struct osc_request *request = call->request;
	char text[OSC_TEXT];

	mixer_status(request->osc->mixer)->drops[DROP_LEASES]++;
	if (request->client)
		snprintf(text, sizeof(text),
		    "found %d subscriptions of this sender already; allowed %d",
		    LEASE_EACH, LEASE_EACH);
	else
		snprintf(text, sizeof(text),
		    "found %d other subscribers already; allowed %d",
		    LEASE_CLIENTS, LEASE_CLIENTS);
	refuse(call, "too-many", text);
}

/* NULL, and told, where there is no room for it. */
static struct lease *
take_lease(struct call *call, enum lease_topic topic, const char *prefix,
    unsigned rate)
{
	struct osc_request *request = call->request;
	struct lease_client *client = request->client;
	size_t before = client ? client->leases : 0;
	struct lease *lease = NULL;
	char text[OSC_TEXT];

	if (client)
		lease = lease_take(client, topic, prefix, rate, request->now);
	if (!lease) {
		too_many(call);
	} else if (client->leases > before &&
		   osc_leases_exceed(request, text, sizeof(text))) {
		lease_end(client, topic, prefix);
		mixer_status(request->osc->mixer)->drops[DROP_LEASES]++;
		refuse(call, "too-many", text);
		lease = NULL;
	}
	return lease;
}

static void
subscribe(struct call *call)
{
	static const char allowed[] =
	    "a topic, then a rate in Hz or nothing, then a prefix or nothing";
	struct osc_request *request = call->request;
	char prefix[ADDRESS_LONGEST];
	const char *name = take_text(call), *asked;
	const struct schema_value *hertz;
	enum lease_topic topic;
	struct lease *lease;
	unsigned rate;

	if (!name) {
		refuse_arguments(call, allowed);
		return;
	}
	hertz = take_number(call);
	asked = take_text(call);
	if (has_more(call, allowed) || !find_topic(call, name, &topic) ||
	    !find_prefix(call, asked ? asked : "", prefix))
		return;
	if (hertz && !isfinite(hertz->number)) {
		refuse(call, "not-finite",
		    "found a rate that is no number; allowed 1 to 100 Hz");
		return;
	}
	rate = osc_topic_rate(topic, hertz ? fmax(1, hertz->number) : 0);
	lease = take_lease(call, topic, prefix, rate);
	if (!lease)
		return;
	request->subscribed = true;
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/subscribed", "sis",
		    lease_topic_name(topic), (int)lease->rate, prefix);
}

static void
renew(struct call *call)
{
	struct osc_request *request = call->request;
	size_t leases = request->client ? request->client->leases : 0;

	if (!has_more(call, "none") && osc_request_answers(request))
		osc_pack_print(&request->replies, "/renewed", "ih", (int)leases,
		    (int64_t)request->osc->state);
}

static void
unsubscribe(struct call *call)
{
	struct lease_client *client = call->request->client;
	const char *name = take_text(call), *asked = take_text(call);
	char prefix[ADDRESS_LONGEST];
	enum lease_topic topic = LEASE_TOPICS;

	if (has_more(call, "none, a topic, or a topic and a prefix") ||
	    (name && !find_topic(call, name, &topic)) ||
	    (asked && !find_prefix(call, asked, prefix)))
		return;
	if (client)
		lease_end(client, topic, asked ? prefix : NULL);
}

static void
replay(struct call *call)
{
	struct osc_request *request = call->request;
	struct lease_client *client = request->client;
	const struct schema_value *since = take_number(call);
	const struct schema_value *until = take_number(call);
	uint64_t newest = event_log_newest(mixer_events(request->osc->mixer));

	if (has_more(call, "none, or the sequence numbers of the event before "
			   "the first and, if it is not the newest, of the "
			   "last"))
		return;
	if ((since && !isfinite(since->number)) ||
	    (until && !isfinite(until->number))) {
		refuse(call, "not-finite",
		    "found a sequence number that is none; allowed 0 or more");
	} else if (!since || since->number >= (double)newest) {
		if (osc_request_answers(request))
			osc_pack_print(
			    &request->replies, "/events", "h", (int64_t)newest);
	} else if (!client) {
		too_many(call);
	} else {
		client->replay =
		    since->number < 1 ? 0 : (uint64_t)since->number;
		client->replay_end = newest;
		if (until && until->number < (double)newest)
			client->replay_end =
			    until->number < 1 ? 0 : (uint64_t)until->number;
		client->replaying = true;
		request->replays = true;
	}
}

static void
dump(struct call *call)
{
	const char *asked = take_text(call);
	char prefix[ADDRESS_LONGEST];

	if (has_more(call, "none, or the beginning of an address") ||
	    !find_prefix(call, asked ? asked : "", prefix))
		return;
	if (call->request->client)
		osc_dump(call->request, prefix);
	else
		too_many(call);
}

static void
describe(struct call *call)
{
	const char *asked = take_text(call);

	if (!asked || call->used < call->count)
		refuse_arguments(call, "an address or pattern");
	else
		osc_describe(call->request, asked);
}

static void
search_plugins(struct call *call)
{
	struct lease_client *client = call->request->client;
	const char *filter = take_text(call);
	char text[OSC_TEXT];

	if (has_more(call, "none, or a part of a name or URI"))
		return;
	if (!client) {
		too_many(call);
		return;
	}
	if (filter && strlen(filter) >= sizeof(client->search.filter)) {
		snprintf(text, sizeof(text),
		    "found a text of %zu bytes; allowed at most %zu",
		    strlen(filter), sizeof(client->search.filter) - 1);
		refuse(call, "bad-value", text);
		return;
	}
	client->search = (struct lease_search){ .going = true };
	snprintf(client->search.filter, sizeof(client->search.filter), "%s",
	    filter ? filter : "");
}

static void
describe_plugin(struct call *call)
{
	const char *uri = take_text(call);

	if (!uri || call->used < call->count)
		refuse_arguments(call, "the URI of a plugin");
	else
		osc_plugin(call->request, uri);
}

static void
tell_layout(struct call *call)
{
	const char *asked = take_text(call);
	char prefix[ADDRESS_LONGEST];

	if (!has_more(call, "none, or a prefix") &&
	    find_prefix(call, asked ? asked : "", prefix))
		osc_blob_layout(call->request, prefix);
}

static void
reset_loudness(struct call *call)
{
	struct osc_request *request = call->request;
	const struct desk *desk = mixer_desk(request->osc->mixer);

	if (has_more(call, "none") || !osc_request_may_all(request))
		return;
	for (size_t i = desk->channels; i < desk->strips; i++)
		meters_reset_loudness(
		    mixer_meters(request->osc->mixer), (unsigned)i);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, call->address, "i",
		    (int)(desk->strips - desk->channels));
}

/* Those without arguments. */
static void
run_plain(struct call *call, enum param command)
{
	if (has_more(call, "none"))
		return;
	if (command == PARAM_ADVICE)
		osc_advice(call->request);
	else if (command == PARAM_UNDO)
		osc_undo(call->request);
	else
		osc_headroom_reset(call->request, call->address);
}

static void
release_guards(struct call *call)
{
	const char *strips = take_text(call);

	if (!has_more(call, "none, or a strip"))
		osc_release_guards(call->request, strips);
}

static void
apply_advice(struct call *call)
{
	static const char allowed[] = "the number of a finding, or 0 for all";
	const struct schema_value *id = take_number(call);

	if (!id)
		refuse_arguments(call, allowed);
	else if (!has_more(call, allowed) &&
		 (!isfinite(id->number) || id->number < 0 ||
		     id->number > INT_MAX))
		refuse(call, "bad-value",
		    "found a number that is none of a finding; allowed one "
		    "that /advice tells, or 0 for all");
	else if (call->used == call->count)
		osc_advice_apply(call->request, (unsigned)id->number);
}

/* Only whose address is known to be their own, in a network that is trusted,
 * may point at another port of it. */
static void
reply_to(struct call *call)
{
	struct osc_request *request = call->request;
	const struct schema_value *port = take_number(call);

	if (!port || call->used != call->count) {
		refuse_arguments(call, "a port, or 0 for that of the sender");
		return;
	}
	if (port->number < 0 || port->number > UINT16_MAX ||
	    port->number != floor(port->number)) {
		refuse(call, "bad-value",
		    "found no port; allowed 1 to 65535, or 0 for that of the "
		    "sender");
		return;
	}
	if (!request->client || request->client->peer.stream ||
	    !request->pass.network->desk->trusted) {
		refuse(call, "not-allowed",
		    "found a reply port for a connection, or from a network "
		    "that osc.allow does not trust; allowed over UDP from one "
		    "that it does");
		return;
	}
	lease_reply_to(request->client, (uint16_t)port->number);
	if (osc_request_answers(request))
		osc_pack_print(
		    &request->replies, "/reply", "i", (int)port->number);
}

static void
echo_cookie(struct call *call)
{
	const char *text = take_text(call);

	if (!has_more(call, "none, or a cookie"))
		osc_cookie(call->request, text);
}

static void
show_token(struct call *call)
{
	const char *text = take_text(call);

	if (!has_more(call, "none, or a token"))
		osc_auth(call->request, text);
}

/* What moves the desk, or says how it should be moved. */
static void
run_work(
    struct call *call, enum param command, const struct packet_message *message)
{
	switch (command) {
	case PARAM_ADVICE:
	case PARAM_UNDO:
	case PARAM_RESET_HEADROOM:
		run_plain(call, command);
		break;
	case PARAM_ADVICE_APPLY:
		apply_advice(call);
		break;
	case PARAM_GUARD_RELEASE:
		release_guards(call);
		break;
	case PARAM_RESET_LOUDNESS:
		reset_loudness(call);
		break;
	case PARAM_SOUNDCHECK_START:
	case PARAM_SOUNDCHECK_STATUS:
	case PARAM_SOUNDCHECK_APPLY:
	case PARAM_SOUNDCHECK_CANCEL:
		osc_soundcheck(
		    call->request, command, call->value, call->count);
		break;
	case PARAM_RELOAD:
	case PARAM_RELOAD_CHECK:
	case PARAM_ADD:
	case PARAM_REMOVE:
	case PARAM_MOVE:
	case PARAM_CONFIG_SAVE:
		osc_reload(
		    call->request, command, message, call->value, call->count);
		break;
	default:
		osc_scene(
		    call->request, command, message, call->value, call->count);
		break;
	}
}

void
osc_command(struct osc_request *request, enum param command,
    const struct packet_message *message, const struct schema_value *values,
    size_t count)
{
	struct call call = { request, message->address, message->types, values,
		count, 0 };

	switch (command) {
	case PARAM_SUBSCRIBE:
		subscribe(&call);
		break;
	case PARAM_RENEW:
		renew(&call);
		break;
	case PARAM_UNSUBSCRIBE:
		unsubscribe(&call);
		break;
	case PARAM_EVENTS:
		replay(&call);
		break;
	case PARAM_LIST:
		if (!has_more(&call, "none"))
			osc_list(request);
		break;
	case PARAM_DUMP:
		dump(&call);
		break;
	case PARAM_DESCRIBE:
		describe(&call);
		break;
	case PARAM_PLUGINS:
		search_plugins(&call);
		break;
	case PARAM_PLUGIN:
		describe_plugin(&call);
		break;
	case PARAM_METERS_LAYOUT:
		tell_layout(&call);
		break;
	case PARAM_REPLY:
		reply_to(&call);
		break;
	case PARAM_COOKIE:
		echo_cookie(&call);
		break;
	case PARAM_AUTH:
		show_token(&call);
		break;
	default:
		run_work(&call, command, message);
		break;
	}
}
