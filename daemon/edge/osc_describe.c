#include "edge/osc_internal.h"
#include "mixer/plugin_param.h"
#include "protocol/match.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

/* What describing meets on its way over the addresses. */
struct describing {
	struct osc_request *request;
	const char *asked;
	unsigned count;
};

static const char *
type_name(const struct schema_param *param)
{
	switch (param->type) {
	case SCHEMA_INT:
		/* Those of a plugin are floats to the wire. */
		return param->scope == SCOPE_INSERT_PARAM ? "float" : "int";
	case SCHEMA_TEXT:
		return "text";
	case SCHEMA_CHOICE:
		return "choice";
	case SCHEMA_COMMAND:
		return "command";
	default:
		return "float";
	}
}

static const char *
access_name(const struct schema_param *param)
{
	if (param->type == SCHEMA_COMMAND)
		return "call";
	return param->writable ? "set" : "get";
}

/* Unit, range, default and choices of a row of the schema. */
static void
add_row(cJSON *object, const struct schema_param *param)
{
	bool number = param->type == SCHEMA_FLOAT || param->type == SCHEMA_INT;

	cJSON_AddStringToObject(object, "unit", param->unit);
	if (number) {
		osc_json_float(object, "min", param->min);
		osc_json_float(object, "max", param->max);
	}
	if (number && param->writable)
		osc_json_float(object, "default", param->def);
	if (param->type == SCHEMA_CHOICE) {
		cJSON *choices = cJSON_AddArrayToObject(object, "choices");

		for (size_t i = 0; param->choices[i]; i++)
			cJSON_AddItemToArray(
			    choices, cJSON_CreateString(param->choices[i]));
		if (param->writable)
			cJSON_AddStringToObject(object, "default",
			    param->choices[(size_t)param->def]);
	}
	if (param->type == SCHEMA_TEXT && param->writable) {
		cJSON_AddNumberToObject(object, "bytes", param->max);
		cJSON_AddStringToObject(object, "default", "");
	}
}

static void
add_value(cJSON *object, struct mixer *mixer, const struct address *address)
{
	struct schema_value value;

	if (address->param->type == SCHEMA_COMMAND ||
	    address->param->scope == SCOPE_METER ||
	    address->param->scope == SCOPE_HEADROOM ||
	    address->param->scope == SCOPE_LOUDNESS)
		return;
	mixer_get(mixer, address, &value);
	if (value.text)
		cJSON_AddStringToObject(object, "value", value.text);
	else
		osc_json_float(object, "value", value.number);
}

static void
describe_row(struct osc_request *request, const char *text,
    const struct schema_param *param, const struct address *address)
{
	struct mixer *mixer = request->osc->mixer;
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "address", text);
	cJSON_AddStringToObject(object, "type", type_name(param));
	cJSON_AddStringToObject(object, "access", access_name(param));
	if (param->scope == SCOPE_INSERT_PARAM)
		osc_json_param(object, mixer_insert_param(mixer, address));
	else
		add_row(object, param);
	if (address)
		add_value(object, mixer, address);
	/* Of a parameter of a plugin there is no more to say. */
	cJSON_AddStringToObject(object, "help",
	    param->scope == SCOPE_INSERT_PARAM
		? mixer_insert_param(mixer, address)->name
		: param->help);
	osc_json_answer(request, "/describe", text, object);
}

static void
describe_each(void *arg, const struct address *address)
{
	struct describing *describing = arg;
	char text[ADDRESS_LONGEST];

	describing->count++;
	mixer_address_text(describing->request->osc->mixer, address, text);
	describe_row(describing->request, text, address->param, address);
}

void
osc_describe(struct osc_request *request, const char *asked)
{
	struct describing describing = { request, asked, 0 };
	const struct schema_param *command =
	    asked[0] == '/' ? schema_find(SCOPE_DESK, asked + 1) : NULL;
	char why[OSC_TEXT];

	if (asked[0] != '/' || !match_is_valid(asked)) {
		osc_request_error(request, request->asked, "bad-value", NULL,
		    "found no address or pattern; allowed such as "
		    "/ch/kick/fader or /ch/*/insert/*/param/*");
		return;
	}
	if (command) {
		describe_row(request, asked, command, NULL);
		describing.count++;
	} else {
		mixer_each(request->osc->mixer, asked, &request->tries,
		    describe_each, &describing);
	}
	if (request->tries == 0) {
		osc_request_error(request, request->asked, "too-many", NULL,
		    "found patterns that try too many addresses; allowed "
		    "20000 tries a datagram");
	} else if (describing.count == 0 && !match_is_pattern(asked)) {
		osc_unknown(request->osc->mixer, asked, why, sizeof(why));
		osc_request_error(
		    request, request->asked, "unknown-address", asked, why);
	} else if (osc_request_answers(request)) {
		osc_pack_print(&request->replies, "/describe/end", "si", asked,
		    (int)describing.count);
	}
}
