#include "output_plugin.h"

#include "texts.h"
#include "value.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Writes text that cannot play with the terminal. */
static void
plugin_clean(const char *from, char *text, size_t size)
{
	struct schema_value value = { .type = 's', .text = from };

	value_text(&value, text, size);
}

void
text_slots(struct output *out)
{
	fprintf(out->file, "%-16s %4s  %-4s  %-28s %-12s %s\n", "STRIP", "SLOT",
	    "KIND", "NAME", "STATE", "BYPASS");
}

/* The label of a value, or NULL. */
static const char *
plugin_label(const cJSON *param, double value)
{
	const cJSON *choices =
	    cJSON_GetObjectItemCaseSensitive(param, "choices");
	const cJSON *choice;

	cJSON_ArrayForEach(choice, choices)
	{
		if (texts_number(choice, "value", HUGE_VAL) == value)
			return texts_word(choice, "label", NULL);
	}
	return NULL;
}

/* "-20 dB", "peak (0)". */
static void
plugin_value(const cJSON *param, double value, char *text, size_t size)
{
	const char *unit = texts_word(param, "unit", "");
	const char *label = plugin_label(param, value);
	char number[32], clean[64];
	struct schema_value of = { .type = 'f', .number = value };

	value_text(&of, number, sizeof(number));
	plugin_clean(label ? label : unit, clean, sizeof(clean));
	if (label)
		snprintf(text, size, "%s (%s)", clean, number);
	else
		snprintf(text, size, "%s%s%s", number, *unit ? " " : "", clean);
}

/* "-60 to 0; default -20", or the labels there are. */
static void
plugin_range(const cJSON *param, char *text, size_t size)
{
	const cJSON *choices =
	    cJSON_GetObjectItemCaseSensitive(param, "choices");
	const cJSON *choice;
	size_t used = 0;
	char clean[64];

	text[0] = '\0';
	cJSON_ArrayForEach(choice, choices)
	{
		plugin_clean(
		    texts_word(choice, "label", ""), clean, sizeof(clean));
		if (used + strlen(clean) + 40 > size)
			break;
		used += (size_t)snprintf(
		    text + used, size - used, "%s%s", used ? ", " : "", clean);
	}
	if (!texts_true(param, "only_choices"))
		snprintf(text + used, size - used, "%s%.6g to %.6g",
		    used ? ", or " : "", texts_number(param, "min", 0),
		    texts_number(param, "max", 0));
}

static void
text_plugin_param(struct output *out, const cJSON *param, double value)
{
	char shown[120], range[200], name[120], symbol[100];

	plugin_value(param, value, shown, sizeof(shown));
	plugin_range(param, range, sizeof(range));
	plugin_clean(texts_word(param, "name", ""), name, sizeof(name));
	plugin_clean(texts_word(param, "symbol", ""), symbol, sizeof(symbol));
	fprintf(
	    out->file, "  %-20s %-18s %-24s %s\n", symbol, shown, range, name);
}

void
text_slot(struct output *out, const struct roster_strip *strip,
    const struct roster_slot *slot, bool bypass, const struct texts *params)
{
	char name[120];

	plugin_clean(slot->name, name, sizeof(name));
	fprintf(out->file, "%-16s %4u  %-4s  %-28s %-12s %d\n", strip->address,
	    slot->number, slot->kind, name, slot->state, bypass);
	for (size_t i = 0; i < params->count; i++)
		text_plugin_param(out, params->json[i],
		    texts_number(params->json[i], "value", 0));
}

void
text_plugins(
    struct output *out, const struct output_plugin *plugin, size_t count)
{
	char name[120], uri[300];

	fprintf(out->file, "%-32s %6s %7s %6s  %s\n", "NAME", "INPUTS",
	    "OUTPUTS", "PARAMS", "URI");
	for (size_t i = 0; i < count; i++) {
		plugin_clean(plugin[i].name, name, sizeof(name));
		plugin_clean(plugin[i].uri, uri, sizeof(uri));
		fprintf(out->file, "%-32s %6d %7d %6d  %s\n", name,
		    plugin[i].inputs, plugin[i].outputs, plugin[i].params, uri);
	}
}

void
text_plugin(struct output *out, cJSON *json)
{
	const cJSON *params = cJSON_GetObjectItemCaseSensitive(json, "params");
	const cJSON *presets =
	    cJSON_GetObjectItemCaseSensitive(json, "presets");
	const cJSON *item;
	char name[120], uri[300];

	plugin_clean(texts_word(json, "name", ""), name, sizeof(name));
	plugin_clean(texts_word(json, "uri", ""), uri, sizeof(uri));
	fprintf(out->file, "%s\n%s\n%g inputs, %g outputs\n", name, uri,
	    texts_number(json, "inputs", 0), texts_number(json, "outputs", 0));
	if (cJSON_GetArraySize(params))
		fprintf(out->file, "\n  %-20s %-18s %-24s %s\n", "PARAMETER",
		    "DEFAULT", "VALUES", "NAME");
	cJSON_ArrayForEach(item, params)
	{
		text_plugin_param(out, item, texts_number(item, "default", 0));
	}
	if (cJSON_GetArraySize(presets))
		fprintf(out->file, "\n  %-28s %s\n", "PRESET", "URI");
	cJSON_ArrayForEach(item, presets)
	{
		plugin_clean(texts_word(item, "name", ""), name, sizeof(name));
		plugin_clean(texts_word(item, "uri", ""), uri, sizeof(uri));
		fprintf(out->file, "  %-28s %s\n", name, uri);
	}
}
