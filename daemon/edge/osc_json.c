#include "edge/osc_internal.h"
#include "mixer/plugin.h"
#include "protocol/number.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

void
osc_json_float(cJSON *object, const char *key, double number)
{
	if (isfinite(number))
		cJSON_AddNumberToObject(object, key, number_shortest(number));
}

void
osc_json_param(cJSON *object, const struct plugin_param *param)
{
	cJSON *labels;

	cJSON_AddStringToObject(object, "symbol", param->symbol);
	cJSON_AddStringToObject(object, "name", param->name);
	cJSON_AddStringToObject(object, "unit", param->unit);
	osc_json_float(object, "min", param->min);
	osc_json_float(object, "max", param->max);
	osc_json_float(object, "default", param->def);
	cJSON_AddBoolToObject(object, "whole", param->whole);
	cJSON_AddBoolToObject(object, "toggle", param->toggle);
	cJSON_AddBoolToObject(object, "logarithmic", param->logarithmic);
	if (param->choices == 0)
		return;
	cJSON_AddBoolToObject(object, "only_choices", param->only_choices);
	labels = cJSON_AddArrayToObject(object, "choices");
	for (size_t i = 0; i < param->choices; i++) {
		cJSON *choice = cJSON_CreateObject();

		osc_json_float(choice, "value", param->choice[i].value);
		cJSON_AddStringToObject(
		    choice, "label", param->choice[i].label);
		cJSON_AddItemToArray(labels, choice);
	}
}

/* Bytes of a part: whole characters of UTF-8. */
static size_t
part_size(const char *text)
{
	size_t size = strlen(text);

	if (size <= OSC_PART)
		return size;
	size = OSC_PART;
	while (((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}

void
osc_json_answer(struct osc_request *request, const char *address,
    const char *about, cJSON *object)
{
	char *text = cJSON_PrintUnformatted(object);
	char part[OSC_PART + 1];
	int parts = 0;

	cJSON_Delete(object);
	if (!text) {
		osc_request_error(request, request->asked, "too-many", NULL,
		    "found no memory left for the answer; allowed fewer at "
		    "once");
		return;
	}
	for (const char *at = text; *at; at += part_size(at))
		parts++;
	const char *at = text;
	for (int i = 1; i <= parts; i++) {
		size_t size = part_size(at);

		memcpy(part, at, size);
		part[size] = '\0';
		if (osc_request_answers(request))
			osc_pack_print(&request->replies, address, "siis",
			    about, i, parts, part);
		at += size;
	}
	cJSON_free(text);
}
