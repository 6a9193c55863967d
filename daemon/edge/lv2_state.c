#include "edge/lv2_internal.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static LilvState *
read_file(LilvWorld *world, struct urids *urids, const char *path, char *why,
    size_t why_size)
{
	LilvState *state = NULL;

	if (access(path, R_OK) < 0)
		snprintf(why, why_size, "the file %s cannot be read", path);
	else if ((state = lilv_state_new_from_file(
		      world, &urids->map, NULL, path)) == NULL)
		snprintf(why, why_size, "the file %s holds no LV2 state", path);
	return state;
}

static LilvState *
read_uri(LilvWorld *world, struct urids *urids, const char *uri, char *why,
    size_t why_size)
{
	/* lilv complains aloud of what is none. */
	LilvNode *preset =
	    strchr(uri, ':') != NULL ? lilv_new_uri(world, uri) : NULL;
	LilvState *state = NULL;

	if (preset != NULL) {
		lilv_world_load_resource(world, preset);
		state = lilv_state_new_from_world(world, &urids->map, preset);
	}
	lilv_node_free(preset);
	if (state == NULL || lilv_state_get_plugin_uri(state) == NULL) {
		lilv_state_free(state);
		snprintf(why, why_size, "there is no preset <%s>", uri);
		return NULL;
	}
	return state;
}

LilvState *
lv2_state_read(LilvWorld *world, struct urids *urids, const char *uri,
    const char *preset, char *why, size_t why_size)
{
	LilvState *state = preset[0] == '/'
			       ? read_file(world, urids, preset, why, why_size)
			       : read_uri(world, urids, preset, why, why_size);

	if (state == NULL)
		return NULL;
	const LilvNode *of = lilv_state_get_plugin_uri(state);
	const char *its = of != NULL ? lilv_node_as_string(of) : "";
	/* The state of a plugin itself, its default, is named by its URI. */
	if (strcmp(its, uri) == 0)
		return state;
	snprintf(why, why_size, "%s is of the plugin <%s>, not of <%s>", preset,
	    its, uri);
	lilv_state_free(state);
	return NULL;
}

struct target {
	const struct urids *urids;
	const struct plugin *plugin;
	double *param;
};

static void
set_value(const char *symbol, void *arg, const void *value, uint32_t size,
    uint32_t type)
{
	const struct target *target = arg;
	const char *name =
	    target->urids->unmap.unmap(target->urids->unmap.handle, type);
	double number;

	if (name == NULL)
		return;
	if (strcmp(name, LV2_ATOM__Float) == 0 && size == sizeof(float))
		number = *(const float *)value;
	else if (strcmp(name, LV2_ATOM__Double) == 0 && size == sizeof(double))
		number = *(const double *)value;
	else if ((strcmp(name, LV2_ATOM__Int) == 0 ||
		     strcmp(name, LV2_ATOM__Bool) == 0) &&
		 size == sizeof(int32_t))
		number = *(const int32_t *)value;
	else if (strcmp(name, LV2_ATOM__Long) == 0 && size == sizeof(int64_t))
		number = (double)*(const int64_t *)value;
	else
		return;
	for (size_t i = 0; i < target->plugin->params; i++) {
		const struct plugin_param *param = &target->plugin->param[i];

		if (strcmp(param->symbol, symbol) == 0 && isfinite(number))
			target->param[i] =
			    fmin(fmax(number, param->min), param->max);
	}
}

void
lv2_state_values(const LilvState *state, struct urids *urids,
    const struct plugin *plugin, double *param)
{
	struct target target = { urids, plugin, param };

	lilv_state_emit_port_values(state, set_value, &target);
}
