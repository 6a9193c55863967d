#include "edge/osc_internal.h"
#include "mixer/plugin.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static cJSON *
plugin_json(const struct plugin *plugin)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *params, *presets;

	cJSON_AddStringToObject(object, "uri", plugin->uri);
	cJSON_AddStringToObject(object, "name", plugin->name);
	cJSON_AddNumberToObject(object, "inputs", plugin->inputs);
	cJSON_AddNumberToObject(object, "outputs", plugin->outputs);
	cJSON_AddBoolToObject(object, "hard_rt", plugin->hard_rt);
	params = cJSON_AddArrayToObject(object, "params");
	for (size_t i = 0; i < plugin->params; i++) {
		cJSON *param = cJSON_CreateObject();

		osc_json_param(param, &plugin->param[i]);
		cJSON_AddItemToArray(params, param);
	}
	presets = cJSON_AddArrayToObject(object, "presets");
	for (size_t i = 0; i < plugin->presets; i++) {
		cJSON *preset = cJSON_CreateObject();

		cJSON_AddStringToObject(preset, "uri", plugin->preset[i]);
		cJSON_AddStringToObject(preset, "name", plugin->preset_name[i]);
		cJSON_AddItemToArray(presets, preset);
	}
	return object;
}

void
osc_plugin(struct osc_request *request, const char *uri)
{
	struct plugin_host *host = mixer_host(request->osc->mixer);
	const struct plugin *plugin = NULL;
	char why[160] = "there is no plugin host here", text[OSC_TEXT];

	if (host && strlen(uri) < 256)
		plugin = host->find(host, uri, why, sizeof(why));
	if (plugin) {
		osc_json_answer(request, "/plugin", uri, plugin_json(plugin));
		return;
	}
	snprintf(text, sizeof(text),
	    "found \"%.100s\"; allowed the URI of a plugin that /plugins names "
	    "(%s)",
	    uri, why);
	osc_request_error(request, request->asked, "bad-value", NULL, text);
}

static bool
is_wanted(const struct plugin *plugin, const char *filter)
{
	return strcasestr(plugin->uri, filter) ||
	       strcasestr(plugin->name, filter);
}

/* Looks at one plugin. Returns whether it was told. */
static bool
search_step(struct plugin_host *host, struct lease_search *search,
    struct osc_packer *packer)
{
	const char *uri = host->uri(host, search->next++);
	const struct plugin *plugin;
	char why[160];

	plugin = host->find(host, uri, why, sizeof(why));
	if (!plugin || !is_wanted(plugin, search->filter))
		return false;
	search->found++;
	osc_pack_print(packer, "/plugins", "ssiii", plugin->uri, plugin->name,
	    (int)plugin->inputs, (int)plugin->outputs, (int)plugin->params);
	return true;
}

void
osc_publish_plugins(struct osc *osc, struct lease_client *client, double end)
{
	struct plugin_host *host = mixer_host(osc->mixer);
	struct lease_search *search = &client->search;
	size_t count = host ? host->count(host) : 0;
	struct osc_target target = { osc, &client->to };
	struct osc_packer packer;
	unsigned told = 0;

	if (!search->going)
		return;
	osc_pack_start(&packer, osc_send, &target);
	while (search->next < count && told < OSC_PLUGINS) {
		told += search_step(host, search, &packer);
		if (mixer_seconds() > end)
			break;
	}
	if (search->next >= count) {
		search->going = false;
		osc_pack_print(&packer, "/plugins/end", "si", search->filter,
		    (int)search->found);
	}
	osc_pack_flush(&packer);
}
