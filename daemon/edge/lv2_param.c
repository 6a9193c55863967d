#include "edge/lv2_internal.h"

#include <lv2/port-props/port-props.h>
#include <lv2/presets/presets.h>
#include <lv2/units/units.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"

/*
 * Parameters and presets, as people and the mixer see them.
 */

struct view {
	LilvWorld *world;
	const LilvPlugin *plugin;
	const LilvPort *port;
};

static bool
has(const struct view *view, const char *uri)
{
	LilvNode *property = lilv_new_uri(view->world, uri);
	bool it_has =
	    lilv_port_has_property(view->plugin, view->port, property);

	lilv_node_free(property);
	return it_has;
}

/* Of the subject, in the world; NULL if there is none. */
static LilvNode *
world_get(LilvWorld *world, const LilvNode *subject, const char *uri)
{
	LilvNode *predicate = lilv_new_uri(world, uri);
	LilvNode *value = lilv_world_get(world, subject, predicate, NULL);

	lilv_node_free(predicate);
	return value;
}

/* --- unit --- */

/* The ontology itself need not be installed. */
static const char *
known_unit(const char *uri)
{
	static const char *const unit[][2] = {
		{ LV2_UNITS__db, "dB" },
		{ LV2_UNITS__hz, "Hz" },
		{ LV2_UNITS__khz, "kHz" },
		{ LV2_UNITS__mhz, "MHz" },
		{ LV2_UNITS__ms, "ms" },
		{ LV2_UNITS__s, "s" },
		{ LV2_UNITS__min, "min" },
		{ LV2_UNITS__pc, "%" },
		{ LV2_UNITS__cent, "ct" },
		{ LV2_UNITS__semitone12TET, "semitones" },
		{ LV2_UNITS__oct, "octaves" },
		{ LV2_UNITS__bpm, "BPM" },
		{ LV2_UNITS__beat, "beats" },
		{ LV2_UNITS__bar, "bars" },
		{ LV2_UNITS__frame, "frames" },
		{ LV2_UNITS__degree, "deg" },
		{ LV2_UNITS__m, "m" },
		{ LV2_UNITS__cm, "cm" },
		{ LV2_UNITS__mm, "mm" },
		{ LV2_UNITS__coef, "" },
	};

	for (size_t i = 0; i < sizeof unit / sizeof *unit; i++)
		if (strcmp(unit[i][0], uri) == 0)
			return unit[i][1];
	return NULL;
}

static char *
read_unit(const struct view *view)
{
	LilvNode *predicate = lilv_new_uri(view->world, LV2_UNITS__unit);
	LilvNode *unit = lilv_port_get(view->plugin, view->port, predicate);
	LilvNode *symbol = NULL;
	const char *text = NULL;

	if (unit != NULL && lilv_node_is_uri(unit))
		text = known_unit(lilv_node_as_uri(unit));
	if (unit != NULL && text == NULL) {
		symbol = world_get(view->world, unit, LV2_UNITS__symbol);
		text = symbol != NULL ? lilv_node_as_string(symbol) : NULL;
	}
	char *copy = strdup(text != NULL ? text : "");
	lilv_node_free(symbol);
	lilv_node_free(unit);
	lilv_node_free(predicate);
	return copy;
}

/* --- range --- */

/* Takes the node. */
static double
number(LilvNode *node, double otherwise)
{
	double value = otherwise;

	if (node != NULL &&
	    (lilv_node_is_float(node) || lilv_node_is_int(node)))
		value = lilv_node_as_float(node);
	lilv_node_free(node);
	return isfinite(value) ? value : otherwise;
}

static void
read_range(const struct view *view, struct plugin_param *param, bool per_rate)
{
	LilvNode *low, *high, *def;
	double scale = per_rate ? LV2_SHOWN_RATE : 1;
	double first = 0, last = 1;

	/* Where a bound is missing, what has a name is within. */
	for (size_t i = 0; i < param->choices; i++) {
		double value = param->choice[i].value;
		first = i == 0 || value < first ? value : first;
		last = i == 0 || value > last ? value : last;
	}
	lilv_port_get_range(view->plugin, view->port, &def, &low, &high);
	param->min = number(low, first);
	param->max = number(high, fmax(last, param->min));
	if (param->toggle) {
		param->min = 0;
		param->max = 1;
	}
	if (param->max < param->min) {
		double swap = param->min;
		param->min = param->max;
		param->max = swap;
	}
	param->def = number(def, fmin(fmax(0, param->min), param->max));
	param->def = fmin(fmax(param->def, param->min), param->max);
	param->min *= scale;
	param->max *= scale;
	param->def *= scale;
}

/* --- choices --- */

static int
by_value(const void *a, const void *b)
{
	double left = ((const struct plugin_choice *)a)->value;
	double right = ((const struct plugin_choice *)b)->value;

	return (left > right) - (left < right);
}

static int
read_choices(const struct view *view, struct plugin_param *param)
{
	LilvScalePoints *points =
	    lilv_port_get_scale_points(view->plugin, view->port);
	int error = 0;

	if (points == NULL)
		return 0;
	param->choice =
	    calloc(lilv_scale_points_size(points), sizeof *param->choice);
	if (param->choice == NULL)
		error = -ENOMEM;
	LILV_FOREACH(scale_points, i, points)
	{
		const LilvScalePoint *point = lilv_scale_points_get(points, i);
		const LilvNode *value = lilv_scale_point_get_value(point);
		const LilvNode *label = lilv_scale_point_get_label(point);

		if (error < 0 || value == NULL || label == NULL)
			continue;
		struct plugin_choice *choice = &param->choice[param->choices];
		choice->value = lilv_node_as_float(value);
		choice->label = strdup(lilv_node_as_string(label));
		if (choice->label == NULL)
			error = -ENOMEM;
		else
			param->choices++;
	}
	if (param->choice != NULL && param->choices > 1)
		qsort(param->choice, param->choices, sizeof *param->choice,
		    by_value);
	lilv_scale_points_free(points);
	return error;
}

/* --- a parameter --- */

static void
set_row(struct plugin_param *param)
{
	param->row = (struct schema_param){
		.id = PARAM_INSERT_PARAM,
		.scope = SCOPE_INSERT_PARAM,
		.address = param->symbol,
		.tail = param->symbol,
		.type = param->whole ? SCHEMA_INT : SCHEMA_FLOAT,
		.kinds = KIND_BIT(STRIP_KINDS) - 1,
		.writable = true,
		.unit = param->unit,
		.min = param->min,
		.max = param->max,
		.def = param->def,
		.help = param->name,
	};
}

static int
read_param(const struct view *view, struct plugin_param *param, bool *per_rate)
{
	LilvNode *name = lilv_port_get_name(view->plugin, view->port);
	const LilvNode *symbol = lilv_port_get_symbol(view->plugin, view->port);

	param->symbol = strdup(lilv_node_as_string(symbol));
	param->name = strdup(lilv_node_as_string(name != NULL ? name : symbol));
	param->unit = read_unit(view);
	lilv_node_free(name);
	param->toggle = has(view, LV2_CORE__toggled);
	param->only_choices = has(view, LV2_CORE__enumeration);
	param->whole = param->toggle || has(view, LV2_CORE__integer);
	param->logarithmic = has(view, LV2_PORT_PROPS__logarithmic);
	*per_rate = has(view, LV2_CORE__sampleRate);
	if (read_choices(view, param) < 0 || param->symbol == NULL ||
	    param->name == NULL || param->unit == NULL)
		return -ENOMEM;
	if (param->choices == 0)
		param->only_choices = false;
	read_range(view, param, *per_rate);
	if (param->whole) {
		param->min = ceil(param->min);
		param->max = fmax(floor(param->max), param->min);
		param->def = rint(param->def);
	}
	set_row(param);
	return 0;
}

int
lv2_describe_params(
    LilvWorld *world, const LilvPlugin *plugin, struct lv2_plugin *out)
{
	struct plugin *all = &out->plugin;

	all->param = calloc(all->params + 1, sizeof *all->param);
	out->per_rate = calloc(all->params + 1, sizeof *out->per_rate);
	if (all->param == NULL || out->per_rate == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < out->ports; i++) {
		const struct lv2_port *port = &out->port[i];
		struct view view = { world, plugin,
			lilv_plugin_get_port_by_index(plugin, i) };

		if (port->role == ROLE_PARAM &&
		    read_param(&view, &all->param[port->index],
			&out->per_rate[port->index]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* --- presets --- */

static int
read_preset(LilvWorld *world, const LilvNode *preset, struct plugin *out)
{
	lilv_world_load_resource(world, preset);
	LilvNode *label = world_get(world, preset, LABEL);
	const LilvNode *name = label != NULL ? label : preset;

	out->preset[out->presets] = strdup(lilv_node_as_string(preset));
	out->preset_name[out->presets] = strdup(lilv_node_as_string(name));
	lilv_node_free(label);
	out->presets++;
	return out->preset[out->presets - 1] != NULL &&
		       out->preset_name[out->presets - 1] != NULL
		   ? 0
		   : -ENOMEM;
}

int
lv2_describe_presets(
    LilvWorld *world, const LilvPlugin *plugin, struct plugin *out)
{
	LilvNode *type = lilv_new_uri(world, LV2_PRESETS__Preset);
	LilvNodes *presets = lilv_plugin_get_related(plugin, type);
	size_t count = presets != NULL ? lilv_nodes_size(presets) : 0;
	int error = 0;

	out->preset = calloc(count + 1, sizeof *out->preset);
	out->preset_name = calloc(count + 1, sizeof *out->preset_name);
	if (out->preset == NULL || out->preset_name == NULL)
		error = -ENOMEM;
	LILV_FOREACH(nodes, i, presets)
	if (error == 0)
		error = read_preset(world, lilv_nodes_get(presets, i), out);
	lilv_nodes_free(presets);
	lilv_node_free(type);
	return error;
}
