#include "mixer/config_reader.h"

#include "mixer/plugin.h"
#include "mixer/plugin_param.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND_ALLOWED                                           \
	"an object with the key \"lv2\" or the key \"jack\", " \
	"such as { \"jack\": {} }"
#define PARAMS_ALLOWED "an object of symbols: { \"gain\": -6 }"
#define PARAMS_MOST 4096 /* more than any plugin has */
#define TEXT_LONGEST 640 /* bytes of what is allowed */

/* What the keys of a slot fill. */
struct into {
	const struct desk_strip *strip;
	struct desk_insert *insert;
};

static const char *const modes[] = { "direct", "loop" };

const char *
config_mode_name(enum insert_mode mode)
{
	return modes[mode];
}

/* --- parameters --- */

static const char *
number_allowed(const struct plugin_param *param, char text[TEXT_LONGEST])
{
	char allowed[TEXT_LONGEST - 32];

	plugin_param_allowed(param, allowed, sizeof(allowed));
	snprintf(text, TEXT_LONGEST, "%s%s",
	    param->whole && !param->toggle && !param->choices
		? "a whole number, "
		: "",
	    allowed);
	return text;
}

static void
read_param(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const struct plugin_param *param,
    double *value)
{
	struct schema_value in = { 'd', node->valuedouble, NULL };
	char allowed[TEXT_LONGEST], why[256];
	double taken;

	number_allowed(param, allowed);
	if (cJSON_IsString(node) && param->choices)
		in = (struct schema_value){ 's', 0, node->valuestring };
	else if (cJSON_IsBool(node) && param->toggle)
		in.number = cJSON_IsTrue(node);
	else if (!cJSON_IsNumber(node)) {
		config_fail_type(reader, node, path, allowed);
		return;
	}
	/* The file's 0.1 and the plugin's nearest float are one value. */
	if (in.type == 'd')
		in.number = (double)(float)in.number;
	if ((in.type == 'd' && (param->whole || param->toggle) &&
		in.number != floor(in.number)) ||
	    plugin_param_accept(param, &in, &taken, why, sizeof(why)) !=
		SCHEMA_OK)
		config_fail_value(reader, node, path, allowed);
	else
		*value = taken;
}

static bool
is_repeated(const cJSON *object, const cJSON *member)
{
	for (const cJSON *n = object->child; n != member; n = n->next)
		if (!strcmp(n->string, member->string))
			return true;
	return false;
}

/* Without a plugin there is nothing to hold the values to. */
static void
keep_unread(struct config_reader *reader, const struct config_item *item,
    struct desk_insert *insert)
{
	struct config_path step = { item->path, NULL, 0 };

	for (const cJSON *node = item->node->child; node; node = node->next) {
		step.key = node->string;
		if (is_repeated(item->node, node))
			config_fail_key(reader, node, item->path, " again",
			    "each key once");
		bool number =
		    cJSON_IsNumber(node) && isfinite(node->valuedouble);
		if (!number && !cJSON_IsBool(node) && !cJSON_IsString(node))
			config_fail_type(
			    reader, node, &step, "a number or a label");
	}
	free(insert->unread);
	insert->unread = cJSON_PrintUnformatted(item->node);
	if (!insert->unread)
		reader->no_memory = true;
}

static void
read_params(struct config_reader *reader, const struct config_item *item)
{
	struct into *into = item->into;
	const struct plugin *plugin = into->insert->plugin;
	char nearest[TEXT_LONGEST];

	if (!cJSON_IsObject(item->node)) {
		config_fail_type(
		    reader, item->node, item->path, PARAMS_ALLOWED);
		return;
	}
	if (cJSON_GetArraySize(item->node) > PARAMS_MOST) {
		config_fail_value(reader, item->node, item->path,
		    "an object of at most 4096 symbols");
		return;
	}
	if (!plugin) {
		keep_unread(reader, item, into->insert);
		return;
	}
	for (const cJSON *node = item->node->child; node; node = node->next) {
		const struct config_path step = { item->path, node->string, 0 };
		int at = plugin_param_find(plugin, node->string);

		if (is_repeated(item->node, node)) {
			config_fail_key(reader, node, item->path, " again",
			    "each key once");
		} else if (at < 0) {
			plugin_param_nearest(
			    plugin, node->string, nearest, sizeof(nearest));
			config_fail_key(reader, node, item->path, "", nearest);
		} else {
			read_param(reader, node, &step, &plugin->param[at],
			    &into->insert->param[at]);
		}
	}
}

/* --- the plugin --- */

static void
list_presets(
    const struct plugin *plugin, const char *why, char text[TEXT_LONGEST])
{
	char list[TEXT_LONGEST - 200] = "";

	for (size_t i = 0; i < plugin->presets; i++)
		if (!config_list(list, sizeof(list), plugin->preset[i]))
			break;
	snprintf(text, TEXT_LONGEST,
	    "a path, or a preset of this plugin (%.120s): %s", why,
	    plugin->presets ? list : "it has none");
}

/* The values of a preset; those of "params" go on top. */
static void
apply_preset(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, struct desk_insert *insert)
{
	const struct config_path step = { path, "preset", 0 };
	char why[160] = "", allowed[TEXT_LONGEST];

	if (!cJSON_IsString(node) || !insert->plugin)
		return;
	if (!reader->host->preset(reader->host, insert->plugin,
		node->valuestring, insert->param, why, sizeof(why)))
		return;
	list_presets(insert->plugin, why, allowed);
	config_fail_value(reader, node, &step, allowed);
}

static void
read_preset(struct config_reader *reader, const struct config_item *item)
{
	struct into *into = item->into;

	if (!cJSON_IsString(item->node) || !item->node->valuestring[0]) {
		config_fail_type(reader, item->node, item->path,
		    "the URI of a preset, or a path");
		return;
	}
	into->insert->preset = config_copy(reader, item->node->valuestring);
}

static void
set_plugin(struct config_reader *reader, struct desk_insert *insert,
    const struct plugin *plugin)
{
	insert->param = calloc(plugin->params + 1, sizeof(*insert->param));
	if (!insert->param) {
		reader->no_memory = true;
		return;
	}
	for (size_t i = 0; i < plugin->params; i++)
		insert->param[i] = plugin->param[i].def;
	insert->plugin = plugin;
}

static void
find_plugin(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const struct into *into)
{
	const struct config_path step = { path, "lv2", 0 };
	struct plugin_host *host = reader->host;
	const struct plugin *plugin = NULL;
	char why[200] = "there is no plugin host here", allowed[256];

	if (host)
		plugin = host->find(host, node->valuestring, why, sizeof(why));
	snprintf(allowed, sizeof(allowed), "an installed plugin (%s)", why);
	if (!plugin && into->insert->required) {
		config_fail_value(reader, node, &step, allowed);
		return;
	}
	if (!plugin) {
		config_warn_value(reader, node, &step, allowed);
		return;
	}
	set_plugin(reader, into->insert, plugin);
	/* Without right lanes nobody knows what fits. */
	if (into->strip->lanes == 0 ||
	    plugin_fits(plugin, into->strip->lanes, why, sizeof(why)))
		return;
	snprintf(
	    allowed, sizeof(allowed), "a plugin that fits the lanes (%s)", why);
	config_fail_value(reader, node, &step, allowed);
}

static void
read_uri(struct config_reader *reader, const struct config_item *item)
{
	if (!cJSON_IsString(item->node) || !item->node->valuestring[0])
		config_fail_type(
		    reader, item->node, item->path, "the URI of an LV2 plugin");
}

static void
read_bypass(struct config_reader *reader, const struct config_item *item)
{
	struct into *into = item->into;
	double value = 0;

	config_param(reader, item, &value);
	into->insert->bypass = value != 0;
}

/* It has been read before the plugin was looked for. */
static void
check_required(struct config_reader *reader, const struct config_item *item)
{
	if (!cJSON_IsBool(item->node))
		config_fail_type(
		    reader, item->node, item->path, "true or false");
}

/* --- send and return --- */

static void
read_mode(struct config_reader *reader, const struct config_item *item)
{
	struct into *into = item->into;

	if (!cJSON_IsString(item->node)) {
		config_fail_type(
		    reader, item->node, item->path, "direct or loop");
		return;
	}
	if (!strcmp(item->node->valuestring, modes[INSERT_LOOP]))
		into->insert->mode = INSERT_LOOP;
	else if (strcmp(item->node->valuestring, modes[INSERT_DIRECT]) != 0)
		config_fail_value(
		    reader, item->node, item->path, "direct or loop");
}

static void
read_lanes(struct config_reader *reader, const struct config_item *item)
{
	struct into *into = item->into;
	const bool send = !strcmp(item->key->name, "send");

	config_lanes(reader, item, into->strip->lanes,
	    send ? into->insert->send : into->insert->back);
}

static void
read_jack(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "mode", read_mode, 0, NULL, NULL },
		{ "send", read_lanes, 0, NULL, NULL },
		{ "return", read_lanes, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 3, 0 };

	config_object(reader, item->node, item->path, &keys, item->into);
}

/* --- a slot --- */

#define LV2 1U
#define JACK 2U

static void
read_insert(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, struct into *into)
{
	const struct config_key key[] = {
		{ "lv2", read_uri, LV2, NULL, NULL },
		{ "jack", read_jack, JACK, NULL, NULL },
		{ "preset", read_preset, LV2, NULL, NULL },
		{ "params", read_params, LV2, NULL, NULL },
		{ "bypass", read_bypass, LV2 | JACK, NULL,
		    schema_param(PARAM_INSERT_BYPASS) },
		{ "required", check_required, LV2, NULL, NULL },
	};
	struct config_keys keys = { key, sizeof(key) / sizeof(key[0]), JACK };
	const cJSON *uri = cJSON_GetObjectItemCaseSensitive(node, "lv2");
	const cJSON *required =
	    cJSON_GetObjectItemCaseSensitive(node, "required");
	const char *text = cJSON_GetStringValue(uri);
	struct desk_insert *insert = into->insert;

	insert->required = !cJSON_IsFalse(required);
	insert->kind = uri ? INSERT_LV2 : INSERT_JACK;
	if (!uri && !cJSON_GetObjectItemCaseSensitive(node, "jack")) {
		config_fail_type(reader, node, path, KIND_ALLOWED);
		return;
	}
	if (uri)
		keys.kinds = LV2;
	if (uri && text && text[0]) {
		insert->uri = config_copy(reader, text);
		find_plugin(reader, uri, path, into);
		apply_preset(reader,
		    cJSON_GetObjectItemCaseSensitive(node, "preset"), path,
		    insert);
	}
	config_object(reader, node, path, &keys, into);
}

void
config_read_inserts(
    struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;
	struct config_path step = { item->path, NULL, 0 };

	if (!config_array(reader, item->node, item->path, DESK_INSERTS,
		"an array of at most 16 insert slots") ||
	    !item->node->child)
		return;
	strip->insert = calloc(DESK_INSERTS, sizeof(*strip->insert));
	if (!strip->insert) {
		reader->no_memory = true;
		return;
	}
	for (const cJSON *node = item->node->child; node; node = node->next) {
		struct into into = { strip, &strip->insert[strip->inserts++] };

		read_insert(reader, node, &step, &into);
		step.index++;
	}
}
