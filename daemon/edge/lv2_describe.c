#include "edge/lv2_internal.h"

#include <lv2/port-groups/port-groups.h>
#include <lv2/port-props/port-props.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Ports: which are the channels that a slot passes through, which are the
 * parameters, and what becomes of the others.
 */

#define SIDE_CHAIN LV2_CORE_PREFIX "isSideChain"

struct view {
	LilvWorld *world;
	const LilvPlugin *plugin;
	LilvNode *main_group[2]; /* of outputs, of inputs; NULL: none named */
};

/* --- questions --- */

static bool
port_is(const struct view *view, const LilvPort *port, const char *uri)
{
	LilvNode *type = lilv_new_uri(view->world, uri);
	bool is = lilv_port_is_a(view->plugin, port, type);

	lilv_node_free(type);
	return is;
}

static bool
port_has(const struct view *view, const LilvPort *port, const char *uri)
{
	LilvNode *property = lilv_new_uri(view->world, uri);
	bool has = lilv_port_has_property(view->plugin, port, property);

	lilv_node_free(property);
	return has;
}

static LilvNode *
port_get(const struct view *view, const LilvPort *port, const char *uri)
{
	LilvNode *predicate = lilv_new_uri(view->world, uri);
	LilvNode *value = lilv_port_get(view->plugin, port, predicate);

	lilv_node_free(predicate);
	return value;
}

static bool
port_is_for(const struct view *view, const LilvPort *port, const char *uri)
{
	LilvNode *designation = port_get(view, port, LV2_CORE__designation);
	bool is = designation != NULL && lilv_node_is_uri(designation) &&
		  strcmp(lilv_node_as_uri(designation), uri) == 0;

	lilv_node_free(designation);
	return is;
}

static const char *
port_symbol(const struct view *view, const LilvPort *port)
{
	return lilv_node_as_string(lilv_port_get_symbol(view->plugin, port));
}

/* --- audio --- */

static bool
group_is_side(const struct view *view, const LilvNode *group)
{
	LilvNode *of = lilv_new_uri(view->world, LV2_PORT_GROUPS__sideChainOf);
	bool is = lilv_world_ask(view->world, group, of, NULL);

	lilv_node_free(of);
	return is;
}

/* A main port, unless the plugin says that it is a sidechain, that it need not
 * be connected, or that its main ports are those of another group. The order
 * of ports says nothing. */
static bool
port_is_main(const struct view *view, const LilvPort *port, bool input)
{
	LilvNode *group = port_get(view, port, LV2_PORT_GROUPS__group);
	const LilvNode *main_group = view->main_group[input];
	bool is = !port_has(view, port, LV2_CORE__connectionOptional) &&
		  !port_has(view, port, SIDE_CHAIN);

	if (is && group != NULL && group_is_side(view, group))
		is = false;
	if (is && main_group != NULL)
		is = group != NULL && lilv_node_equals(group, main_group);
	lilv_node_free(group);
	return is;
}

static void
audio_port(const struct view *view, const LilvPort *port, bool input,
    struct lv2_plugin *out, struct lv2_port *to)
{
	unsigned *count = input ? &out->plugin.inputs : &out->plugin.outputs;

	if (!port_is_main(view, port, input)) {
		to->role = input ? ROLE_SIDE_IN : ROLE_SPARE_OUT;
		if (input)
			out->plugin.sidechains++;
		return;
	}
	to->role = input ? ROLE_MAIN_IN : ROLE_MAIN_OUT;
	to->index = (*count)++;
}

/* --- the others --- */

static void
control_in(const struct view *view, const LilvPort *port,
    struct lv2_plugin *out, struct lv2_port *to)
{
	if (port_is_for(view, port, LV2_CORE__enabled)) {
		to->role = ROLE_HELD;
		to->value = 1;
	} else if (port_is_for(view, port, LV2_CORE__freeWheeling)) {
		to->role = ROLE_HELD;
	} else {
		to->role = ROLE_PARAM;
		to->index = (uint32_t)out->plugin.params++;
	}
}

static void
event_port(const struct view *view, const LilvPort *port, bool input,
    struct lv2_port *to)
{
	LilvNode *least = port_get(view, port, LV2_RESIZE_PORT__minimumSize);

	to->role = input ? ROLE_EVENTS_IN : ROLE_EVENTS_OUT;
	if (least != NULL && lilv_node_is_int(least) &&
	    lilv_node_as_int(least) > 0)
		to->bytes = (uint32_t)lilv_node_as_int(least);
	lilv_node_free(least);
}

static void
describe_port(
    const struct view *view, const LilvPort *port, struct lv2_plugin *out)
{
	struct lv2_port *to =
	    &out->port[lilv_port_get_index(view->plugin, port)];
	bool input = port_is(view, port, LV2_CORE__InputPort);
	bool is_cv = port_is(view, port, LV2_CORE__CVPort);

	if (port_is(view, port, LV2_CORE__AudioPort) && !is_cv)
		audio_port(view, port, input, out, to);
	else if (port_is(view, port, LV2_CORE__ControlPort) && input)
		control_in(view, port, out, to);
	else if (port_is(view, port, LV2_CORE__ControlPort))
		to->role =
		    port_is_for(view, port, LV2_CORE__latency) ||
			    port_has(view, port, LV2_CORE__reportsLatency)
			? ROLE_LATENCY
			: ROLE_METER;
	else if (port_is(view, port, LV2_ATOM__AtomPort))
		event_port(view, port, input, to);
	else if (!port_has(view, port, LV2_CORE__connectionOptional))
		snprintf(out->why, sizeof out->why,
		    "its port \"%s\" is %s, which a slot cannot connect",
		    port_symbol(view, port),
		    is_cv ? "control voltage" : "of an unknown kind");
}

static void
check_shape(struct lv2_plugin *out)
{
	const struct plugin *plugin = &out->plugin;

	if (out->why[0] != '\0')
		return;
	if (plugin->inputs == 0 && plugin->outputs == 0)
		snprintf(out->why, sizeof out->why, "it has no audio");
	else if (plugin->inputs != plugin->outputs || plugin->inputs == 0 ||
		 plugin->inputs > PLAN_LANES)
		snprintf(out->why, sizeof out->why,
		    "it makes %u channels of %u; a slot takes plugins that "
		    "make 1 of 1 or 2 of 2",
		    plugin->outputs, plugin->inputs);
}

/* --- all of it --- */

static LilvNode *
plugin_get(const struct view *view, const char *uri)
{
	LilvNode *predicate = lilv_new_uri(view->world, uri);
	LilvNodes *values = lilv_plugin_get_value(view->plugin, predicate);
	LilvNode *value =
	    values != NULL && lilv_nodes_size(values) > 0
		? lilv_node_duplicate(lilv_nodes_get_first(values))
		: NULL;

	lilv_nodes_free(values);
	lilv_node_free(predicate);
	return value;
}

static bool
has_feature(const struct view *view, const char *uri)
{
	LilvNode *feature = lilv_new_uri(view->world, uri);
	bool has = lilv_plugin_has_feature(view->plugin, feature);

	lilv_node_free(feature);
	return has;
}

static void
describe_ports(struct view *view, struct lv2_plugin *out)
{
	view->main_group[0] = plugin_get(view, LV2_PORT_GROUPS__mainOutput);
	view->main_group[1] = plugin_get(view, LV2_PORT_GROUPS__mainInput);
	for (uint32_t i = 0; i < out->ports; i++)
		describe_port(
		    view, lilv_plugin_get_port_by_index(view->plugin, i), out);
	lilv_node_free(view->main_group[0]);
	lilv_node_free(view->main_group[1]);
}

struct lv2_plugin *
lv2_describe(LilvWorld *world, const LilvPlugin *plugin)
{
	struct view view = { .world = world, .plugin = plugin };
	struct lv2_plugin *out = calloc(1, sizeof *out);
	LilvNode *name = lilv_plugin_get_name(plugin);
	const char *uri = lilv_node_as_uri(lilv_plugin_get_uri(plugin));

	if (out == NULL)
		goto end;
	out->ports = lilv_plugin_get_num_ports(plugin);
	out->port = calloc(out->ports + 1, sizeof *out->port);
	out->plugin.uri = strdup(uri);
	out->plugin.name =
	    strdup(name != NULL ? lilv_node_as_string(name) : uri);
	if (out->port == NULL || out->plugin.uri == NULL ||
	    out->plugin.name == NULL)
		goto fail;
	out->plugin.hard_rt = has_feature(&view, LV2_CORE__hardRTCapable);
	out->has_default_state =
	    has_feature(&view, LV2_STATE__loadDefaultState);
	lv2_features_missing(plugin, out->why, sizeof out->why);
	describe_ports(&view, out);
	check_shape(out);
	if (out->why[0] == '\0' &&
	    (lv2_describe_params(world, plugin, out) < 0 ||
		lv2_describe_presets(world, plugin, &out->plugin) < 0))
		goto fail;
	goto end;
fail:
	lv2_description_free(out);
	out = NULL;
end:
	lilv_node_free(name);
	return out;
}

static void
param_free(struct plugin_param *param)
{
	for (size_t i = 0; i < param->choices; i++)
		free(param->choice[i].label);
	free(param->choice);
	free(param->symbol);
	free(param->name);
	free(param->unit);
}

void
lv2_description_free(struct lv2_plugin *plugin)
{
	if (plugin == NULL)
		return;
	struct plugin *all = &plugin->plugin;
	for (size_t i = 0; all->param != NULL && i < all->params; i++)
		param_free(&all->param[i]);
	for (size_t i = 0; i < all->presets; i++) {
		free(all->preset[i]);
		free(all->preset_name[i]);
	}
	free(all->param);
	free(all->preset);
	free(all->preset_name);
	free(all->uri);
	free(all->name);
	free(plugin->per_rate);
	free(plugin->port);
	free(plugin);
}
