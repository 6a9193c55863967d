#include "output_reload.h"
#include "output_scene.h"

#include "advice.h"
#include "notice.h"
#include "soundcheck.h"
#include "texts.h"
#include "value.h"

#include "protocol/zone.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static cJSON *
json_value(const struct schema_value *value)
{
	return value->text ? cJSON_CreateString(value->text)
			   : cJSON_CreateNumber(value_number(value));
}

/* The value of a message, or an array of them if there are more. */
static cJSON *
json_values(const struct link_message *message)
{
	if (message->values == 1)
		return json_value(&message->value[0]);
	cJSON *array = cJSON_CreateArray();
	for (size_t i = 0; i < message->values; i++)
		cJSON_AddItemToArray(array, json_value(&message->value[i]));
	return array;
}

static void
json_write(struct output *out, const cJSON *json, bool line)
{
	char *text = line ? cJSON_PrintUnformatted(json) : cJSON_Print(json);

	if (text)
		fprintf(out->file, "%s\n", text);
	cJSON_free(text);
	fflush(out->file);
}

static void
json_line(struct output *out, cJSON *json)
{
	json_write(out, json, true);
	cJSON_Delete(json);
}

static cJSON *
json_root(struct output *out, cJSON *(*create)(void))
{
	if (!out->root)
		out->root = create();
	return out->root;
}

static void
json_answer(struct output *out, const struct link_message *message)
{
	cJSON_AddItemToObject(json_root(out, cJSON_CreateObject),
	    message->address, json_values(message));
}

static void
json_change(struct output *out, const struct link_message *message)
{
	cJSON *line = cJSON_CreateObject();

	cJSON_AddStringToObject(line, "address", message->address);
	cJSON_AddItemToObject(line, "value", json_values(message));
	json_line(out, line);
}

/* "/status/drops/denied" becomes { "drops": { "denied": … } }. */
static void
json_status(struct output *out, const struct link_message *message)
{
	static const char drops[] = "drops/";
	cJSON *object = json_root(out, cJSON_CreateObject);
	const char *tail = message->address + strlen("/status/");

	if (strncmp(tail, drops, strlen(drops)) == 0) {
		cJSON *inner = cJSON_GetObjectItem(object, "drops");
		object =
		    inner ? inner : cJSON_AddObjectToObject(object, "drops");
		tail += strlen(drops);
	}
	cJSON_AddItemToObject(object, tail, json_values(message));
}

/* The same line that the daemon keeps in its file. */
static void
json_event(struct output *out, const struct link_message *message)
{
	char text[EVENT_LINE_LONGEST];
	struct event_line line;

	if (notice_take(message, &line) &&
	    event_line_write(&line, text, sizeof(text)) >= 0)
		fprintf(out->file, "%s\n", text);
	fflush(out->file);
}

/* Hundredths of a decibel are finer than any meter. */
static void
json_level(cJSON *object, const char *name, double level)
{
	cJSON_AddNumberToObject(object, name, rint(level * 100) / 100);
}

static cJSON *
json_stage(const struct roster_strip *strip, const struct roster_stage *stage)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *lanes;

	cJSON_AddStringToObject(object, "stage", stage->name);
	lanes = cJSON_AddArrayToObject(object, "lanes");
	for (unsigned l = 0; l < strip->lanes; l++) {
		const struct roster_lane *lane = &stage->lane[l];
		cJSON *item = cJSON_CreateObject();
		json_level(item, "peak", lane->peak);
		json_level(item, "rms", lane->rms);
		json_level(item, "true_peak", lane->true_peak);
		json_level(item, "headroom", roster_headroom(lane));
		cJSON_AddStringToObject(item, "zone",
		    zone_name(roster_zone(strip, stage, lane->peak)));
		cJSON_AddItemToArray(lanes, item);
	}
	return object;
}

static cJSON *
json_loudness(const struct roster_strip *strip)
{
	static const char *const name[LOUDNESSES] = { "momentary", "short_term",
		"integrated", "range", "correlation", "dc", "crest",
		"momentary_max", "short_term_max" };
	cJSON *object = cJSON_CreateObject();

	for (size_t i = 0; i < LOUDNESSES; i++)
		json_level(object, name[i], strip->loudness[i]);
	return object;
}

static void
json_meters(struct output *out, const struct roster *roster)
{
	cJSON *line = cJSON_CreateObject();
	cJSON *strips = cJSON_AddArrayToObject(line, "strips");

	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		if (!strip->shown)
			continue;
		cJSON *object = cJSON_CreateObject();
		cJSON_AddStringToObject(object, "strip", strip->address);
		cJSON *stages = cJSON_AddArrayToObject(object, "stages");
		for (unsigned s = 0; s < strip->stages; s++)
			if (strip->stage[s].shown)
				cJSON_AddItemToArray(stages,
				    json_stage(strip, &strip->stage[s]));
		if (strip->has_loudness && strip->loudness_read)
			cJSON_AddItemToObject(
			    object, "loudness", json_loudness(strip));
		cJSON_AddItemToArray(strips, object);
	}
	json_line(out, line);
}

static cJSON *
json_slot_of(const struct roster_slot *slot)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddNumberToObject(object, "slot", slot->number);
	cJSON_AddStringToObject(object, "kind", slot->kind);
	cJSON_AddStringToObject(object, "name", slot->name);
	cJSON_AddStringToObject(object, "state", slot->state);
	return object;
}

static cJSON *
json_group(const struct roster_group *group)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(
	    object, schema_group_name(group->kind), group->id);
	cJSON_AddStringToObject(object, "name", group->name);
	cJSON *strips = cJSON_AddArrayToObject(object, "strips");
	for (size_t i = 0; i < group->strips; i++)
		cJSON_AddItemToArray(
		    strips, cJSON_CreateString(group->strip[i]));
	return object;
}

static void
json_strips(struct output *out, const struct roster *roster)
{
	cJSON *array = json_root(out, cJSON_CreateArray);

	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		cJSON *object = cJSON_CreateObject();
		cJSON_AddStringToObject(object, "strip", strip->address);
		cJSON_AddNumberToObject(object, "place", strip->place);
		cJSON_AddStringToObject(object, "name", strip->name);
		cJSON_AddNumberToObject(object, "lanes", strip->lanes);
		cJSON_AddBoolToObject(object, "outputs", strip->outputs);
		cJSON *stages = cJSON_AddArrayToObject(object, "stages");
		for (unsigned s = 0; s < strip->stages; s++)
			cJSON_AddItemToArray(
			    stages, cJSON_CreateString(strip->stage[s].name));
		cJSON *sends = cJSON_AddArrayToObject(object, "sends");
		for (size_t s = 0; s < strip->sends; s++)
			cJSON_AddItemToArray(
			    sends, cJSON_CreateString(strip->send[s]));
		cJSON *slots = cJSON_AddArrayToObject(object, "inserts");
		for (size_t s = 0; s < strip->slots; s++)
			cJSON_AddItemToArray(
			    slots, json_slot_of(&strip->slot[s]));
		cJSON_AddItemToArray(array, object);
	}
	for (size_t i = 0; i < roster->groups; i++)
		cJSON_AddItemToArray(array, json_group(&roster->group[i]));
}

static void
json_slots(struct output *out)
{
	json_root(out, cJSON_CreateArray);
}

static void
json_slot(struct output *out, const struct roster_strip *strip,
    const struct roster_slot *slot, bool bypass, const struct texts *params)
{
	cJSON *object = json_slot_of(slot);
	cJSON *array;

	cJSON_AddStringToObject(object, "strip", strip->address);
	cJSON_AddBoolToObject(object, "bypass", bypass);
	array = cJSON_AddArrayToObject(object, "params");
	for (size_t i = 0; i < params->count; i++)
		cJSON_AddItemToArray(
		    array, cJSON_Duplicate(params->json[i], true));
	cJSON_AddItemToArray(json_root(out, cJSON_CreateArray), object);
}

static void
json_plugins(
    struct output *out, const struct output_plugin *plugin, size_t count)
{
	cJSON *array = json_root(out, cJSON_CreateArray);

	for (size_t i = 0; i < count; i++) {
		cJSON *object = cJSON_CreateObject();
		cJSON_AddStringToObject(object, "uri", plugin[i].uri);
		cJSON_AddStringToObject(object, "name", plugin[i].name);
		cJSON_AddNumberToObject(object, "inputs", plugin[i].inputs);
		cJSON_AddNumberToObject(object, "outputs", plugin[i].outputs);
		cJSON_AddNumberToObject(object, "params", plugin[i].params);
		cJSON_AddItemToArray(array, object);
	}
}

static void
json_plugin(struct output *out, cJSON *json)
{
	out->root = cJSON_Duplicate(json, true);
}

static void
json_address(struct output *out, const char *address)
{
	cJSON_AddItemToArray(
	    json_root(out, cJSON_CreateArray), cJSON_CreateString(address));
}

static const char *
json_type(enum schema_type type)
{
	switch (type) {
	case SCHEMA_FLOAT:
		return "float";
	case SCHEMA_INT:
		return "int";
	case SCHEMA_TEXT:
		return "text";
	case SCHEMA_CHOICE:
		return "choice";
	case SCHEMA_COMMAND:
		break;
	}
	return "command";
}

static void
json_param(struct output *out, const struct schema_param *param)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "address", param->address);
	cJSON_AddStringToObject(object, "type", json_type(param->type));
	cJSON_AddBoolToObject(object, "writable", param->writable);
	cJSON_AddStringToObject(object, "unit", param->unit);
	if (param->writable && param->type != SCHEMA_COMMAND &&
	    param->type != SCHEMA_TEXT && !param->choices &&
	    isfinite(param->min)) {
		cJSON_AddNumberToObject(object, "min", param->min);
		cJSON_AddNumberToObject(object, "max", param->max);
		cJSON_AddNumberToObject(object, "default", param->def);
	}
	if (param->choices) {
		cJSON *choices = cJSON_AddArrayToObject(object, "choices");
		for (size_t i = 0; param->choices[i]; i++)
			cJSON_AddItemToArray(
			    choices, cJSON_CreateString(param->choices[i]));
	}
	cJSON_AddStringToObject(object, "help", param->help);
	cJSON_AddItemToArray(json_root(out, cJSON_CreateArray), object);
}

static void
json_close(struct output *out)
{
	if (out->root)
		json_write(out, out->root, false);
	cJSON_Delete(out->root);
	out->root = NULL;
}

const struct output_form output_json = {
	.answer = json_answer,
	.change = json_change,
	.status = json_status,
	.event = json_event,
	.meters = json_meters,
	.strips = json_strips,
	.slots = json_slots,
	.slot = json_slot,
	.plugins = json_plugins,
	.plugin = json_plugin,
	.advice = json_advice,
	.undone = json_undone,
	.soundcheck = json_soundcheck,
	.scene = json_scene,
	.reload = json_reload,
	.address = json_address,
	.param = json_param,
	.close = json_close,
};
