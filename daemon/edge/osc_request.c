#include "edge/osc_internal.h"

#include "mixer/zones.h"
#include "protocol/match.h"

#include <stdio.h>
#include <string.h>

/* What one message meets on its way over the addresses that it matches. */
struct errand {
	struct osc_request *request;
	const struct packet_message *message;
	const struct schema_value *value; /* NULL: a get */
	size_t matched; /* commands, which have no value, are none */
	size_t writable;
	bool failed;  /* one error speaks for all of a pattern */
	bool refused; /* something among them is not the sender's to set */
	struct address first_refused;
};

static void
pack_error(struct osc_request *request, const char *asked, const char *code,
    const char *about, const char *text)
{
	char name[MATCH_LONGEST + 1], full[MATCH_LONGEST + OSC_TEXT + 4];

	snprintf(name, sizeof(name), "%s", asked);
	snprintf(full, sizeof(full), "%s: %s", about ? about : name, text);
	osc_pack_print(&request->replies, "/error", "sss", name, code, full);
}

bool
osc_request_answers(struct osc_request *request)
{
	char text[OSC_TEXT];

	if (request->answers++ < OSC_ANSWERS)
		return true;
	if (request->answers == OSC_ANSWERS + 1) {
		snprintf(text, sizeof(text),
		    "found more answers than one datagram may ask for; "
		    "allowed %d",
		    OSC_ANSWERS);
		pack_error(request, request->asked, "too-many", NULL, text);
	}
	return false;
}

void
osc_request_error(struct osc_request *request, const char *asked,
    const char *code, const char *about, const char *text)
{
	if (osc_request_answers(request))
		pack_error(request, asked, code, about, text);
}

/* --- get --- */

static void
get_one(struct errand *errand, const struct address *address)
{
	struct osc_request *request = errand->request;
	struct mixer *mixer = request->osc->mixer;
	struct lease_client *client = request->client;

	if (!osc_request_answers(request))
		return;
	if (address->param->scope == SCOPE_LOUDNESS) {
		osc_pack_loudness(&request->replies, mixer, address);
		return;
	}
	if (address->param->scope == SCOPE_HEADROOM) {
		osc_pack_headroom(&request->replies, mixer, address);
		return;
	}
	if (address->param->scope != SCOPE_METER) {
		osc_pack_value(&request->replies, mixer, address);
		return;
	}
	if (client && !client->reader)
		client->reader = meters_reader_new(mixer_meters(mixer));
	osc_pack_meter(
	    &request->replies, mixer, client ? client->reader : NULL, address);
}

/* --- set --- */

static void
set_failed(struct errand *errand, const struct address *address,
    enum schema_verdict verdict, const char *why)
{
	char about[ADDRESS_LONGEST];

	if (errand->failed)
		return;
	errand->failed = true;
	mixer_address_text(errand->request->osc->mixer, address, about);
	osc_request_error(errand->request, errand->message->address,
	    schema_code(verdict), about, why);
}

static void
set_one(struct errand *errand, const struct address *address)
{
	struct osc_request *request = errand->request;
	enum schema_verdict verdict;
	char why[OSC_TEXT];

	if (!address->param->writable)
		return;
	errand->writable++;
	verdict = mixer_set(request->osc->mixer, address, errand->value,
	    request->client, why, sizeof(why));
	if (verdict == SCHEMA_CLAMPED) {
		if (osc_request_answers(request))
			osc_pack_value(
			    &request->replies, request->osc->mixer, address);
	} else if (verdict != SCHEMA_OK) {
		set_failed(errand, address, verdict, why);
	}
}

/* --- reset --- */

static void
reset_one(struct errand *errand, const struct address *address)
{
	struct osc_request *request = errand->request;
	char text[ADDRESS_LONGEST];

	errand->writable++;
	if (errand->failed)
		return;
	if (errand->value)
		osc_request_error(request, errand->message->address,
		    schema_code(SCHEMA_TYPE), NULL,
		    "found a value for a reset; allowed no arguments");
	errand->failed = errand->value || !osc_request_may_set(request);
	if (errand->failed)
		return;
	struct meters *meters = mixer_meters(request->osc->mixer);
	if (address->param->id == PARAM_HEADROOM_RESET)
		zones_reset(meters_zones(meters), address->strip);
	else
		meters_reset_loudness(meters, address->strip);
	mixer_address_text(request->osc->mixer, address, text);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, text, "i", 1);
}

/* --- one message --- */

static void
errand_each(void *arg, const struct address *address)
{
	struct errand *errand = arg;

	if (address->param->type == SCHEMA_COMMAND &&
	    address->param->scope == SCOPE_DESK)
		return;
	errand->matched++;
	if (address->param->type == SCHEMA_COMMAND)
		reset_one(errand, address);
	else if (errand->value)
		set_one(errand, address);
	else
		get_one(errand, address);
}

static void
errand_check(void *arg, const struct address *address)
{
	struct errand *errand = arg;

	bool changes = errand->value
			   ? address->param->writable
			   : address->param->scope != SCOPE_DESK &&
				 address->param->type == SCHEMA_COMMAND;

	if (errand->refused || !changes ||
	    osc_may_change(errand->request, address))
		return;
	errand->refused = true;
	errand->first_refused = *address;
}

/* May the sender change all that the message would change? If not, it is told,
 * and none of it is. */
static bool
errand_allowed(struct errand *errand)
{
	struct osc_request *request = errand->request;

	if (request->pass.entry->desk->strips == 0)
		return true;
	mixer_each(request->osc->mixer, errand->message->address,
	    &request->tries, errand_check, errand);
	if (errand->refused)
		osc_refuse_change(request, &errand->first_refused);
	return !errand->refused;
}

static void
say_unknown(struct osc_request *request, const char *asked, bool pattern)
{
	char text[OSC_TEXT];

	if (pattern)
		snprintf(text, sizeof(text),
		    "found nothing that this pattern matches; /list names the "
		    "strips");
	else
		osc_unknown(request->osc->mixer, asked, text, sizeof(text));
	osc_request_error(request, asked, "unknown-address", NULL, text);
}

/* Walks the addresses; false when there are none. */
static void
errand_run(struct osc_request *request, const struct packet_message *message,
    const struct schema_value *value)
{
	struct errand errand = {
		.request = request, .message = message, .value = value
	};
	bool pattern = match_is_pattern(message->address);

	if (pattern && !match_is_valid(message->address)) {
		osc_request_error(request, message->address, "bad-pattern",
		    NULL,
		    "found a pattern that is too long, has an odd character or "
		    "a [ or { that is not closed within its path part; "
		    "allowed ? * [a-z] [!x] {a,b} //");
		return;
	}
	if (!errand_allowed(&errand))
		return;
	mixer_each(request->osc->mixer, message->address, &request->tries,
	    errand_each, &errand);
	if (request->tries == 0) {
		osc_request_error(request, message->address, "too-many", NULL,
		    "found patterns that try too many addresses; allowed "
		    "20000 tries a datagram");
		return;
	}
	if (errand.matched == 0)
		say_unknown(request, message->address, pattern);
	else if (value && errand.writable == 0)
		osc_request_error(request, message->address,
		    schema_code(SCHEMA_READ_ONLY), NULL,
		    "found a value for what can only be read; allowed no "
		    "arguments");
}

/* The command that an address names, or PARAMS. */
static enum param
find_command(const char *address)
{
	const struct schema_param *param = schema_find(SCOPE_DESK, address + 1);

	return param && param->type == SCHEMA_COMMAND ? param->id : PARAMS;
}

void
osc_request_handle(
    struct osc_request *request, const struct packet_message *message)
{
	struct schema_value values[OSC_ARGUMENTS];
	enum param command = find_command(message->address);
	int count = osc_arguments(message, values, OSC_ARGUMENTS);
	char text[OSC_TEXT];

	request->asked = message->address;
	if (command != PARAM_AUTH && command != PARAM_COOKIE &&
	    !osc_request_may_ask(request))
		return;
	if (command != PARAMS && count >= 0) {
		osc_command(request, command, message, values, (size_t)count);
	} else if (count == 0) {
		errand_run(request, message, NULL);
	} else if (count == 1) {
		if (osc_request_may_set(request))
			errand_run(request, message, values);
	} else {
		snprintf(text, sizeof(text),
		    "found the arguments \"%.32s\"; allowed none for a get, "
		    "one for a set",
		    message->types);
		osc_request_error(
		    request, message->address, "wrong-type", NULL, text);
	}
}
