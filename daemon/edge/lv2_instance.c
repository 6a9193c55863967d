#include "edge/lv2_guard.h"
#include "edge/lv2_internal.h"
#include "engine/kernel.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Instances, made and ended on W.
 */

/* Blocks of silence before an instance is used, so that what it allocates or
 * touches for the first time it has then. */
#define WARM_BLOCKS 8

/* --- ports --- */

static bool
copy_buffers(struct lv2_copy *copy, const struct lv2_plugin *plugin)
{
	uint32_t spare = 0, events = 0;

	for (uint32_t i = 0; i < plugin->ports; i++) {
		enum lv2_role role = plugin->port[i].role;
		spare += role == ROLE_SIDE_IN || role == ROLE_SPARE_OUT;
		events += role == ROLE_EVENTS_IN || role == ROLE_EVENTS_OUT;
	}
	copy->meter = calloc(plugin->ports + 1, sizeof *copy->meter);
	copy->spare = calloc((size_t)(spare + 1) * PLAN_BLOCK, sizeof(float));
	copy->events = calloc(events + 1, sizeof *copy->events);
	return copy->meter != NULL && copy->spare != NULL &&
	       copy->events != NULL;
}

static void *
add_events(struct lv2_copy *copy, uint32_t port, bool out)
{
	/* The end of a sequence is padded to 8 bytes. */
	size_t bytes = ((size_t)copy->bytes[port] + 7) / 8 * 8;
	struct lv2_events *events = &copy->events[copy->event_ports];

	events->sequence = calloc(1, bytes);
	if (events->sequence == NULL)
		return NULL;
	events->bytes = (uint32_t)bytes;
	events->out = out;
	copy->event_ports++;
	return events->sequence;
}

/* Where a port is connected for good. Main ports are connected as it runs. */
static bool
connect_port(struct lv2_instance *instance, struct lv2_copy *copy,
    uint32_t index, float **spare)
{
	const struct lv2_port *port = &instance->plugin->port[index];
	void *to = NULL;

	switch (port->role) {
	case ROLE_MAIN_IN:
		copy->in[port->index].port = index;
		return true;
	case ROLE_MAIN_OUT:
		copy->out[port->index].port = index;
		return true;
	case ROLE_SIDE_IN:
	case ROLE_SPARE_OUT:
		to = *spare;
		*spare += PLAN_BLOCK;
		break;
	case ROLE_PARAM:
		to = &instance->control[port->index].value;
		break;
	case ROLE_HELD:
		to = &instance->held[index];
		break;
	case ROLE_LATENCY:
		copy->latency = &copy->meter[index];
		to = &copy->meter[index];
		break;
	case ROLE_METER:
		to = &copy->meter[index];
		break;
	case ROLE_EVENTS_IN:
	case ROLE_EVENTS_OUT:
		to = add_events(copy, index, port->role == ROLE_EVENTS_OUT);
		if (to == NULL)
			return false;
		break;
	case ROLE_NONE:
		break;
	}
	copy->connect(copy->handle, index, to);
	return true;
}

static bool
connect_ports(struct lv2_instance *instance, struct lv2_copy *copy)
{
	float *spare;

	if (!copy_buffers(copy, instance->plugin))
		return false;
	spare = copy->spare;
	for (uint32_t i = 0; i < instance->plugin->ports; i++)
		if (!connect_port(instance, copy, i, &spare))
			return false;
	return true;
}

/* --- a copy --- */

/* What R calls of it. LV2 says that these wait for nothing, and what a plugin
 * does nevertheless is watched as it runs; the types cannot know. */
static void
set_calls(struct lv2_copy *copy)
{
	const LV2_Descriptor *descriptor =
	    lilv_instance_get_descriptor(copy->instance);
	struct lv2_work *work = &copy->work;

	copy->handle = lilv_instance_get_handle(copy->instance);
	copy->run = (REALTIME void (*)(LV2_Handle, uint32_t))descriptor->run;
	copy->connect = (REALTIME void (*)(
	    LV2_Handle, uint32_t, void *))descriptor->connect_port;
	work->handle = copy->handle;
	work->interface = lilv_instance_get_extension_data(
	    copy->instance, LV2_WORKER__interface);
	if (work->interface == NULL)
		return;
	work->response = (REALTIME LV2_Worker_Status(*)(
	    LV2_Handle, uint32_t, const void *))work->interface->work_response;
	work->end_run =
	    (REALTIME LV2_Worker_Status(*)(LV2_Handle))work->interface->end_run;
}

static bool
copy_restore(LilvWorld *world, const struct lv2_instance *instance,
    struct lv2_copy *copy, char *why, size_t why_size)
{
	const struct lv2_plugin *plugin = instance->plugin;
	const char *preset = instance->preset;

	if (preset == NULL && !plugin->has_default_state)
		return true;
	LilvState *state =
	    lv2_state_read(world, &instance->shared->urids, plugin->plugin.uri,
		preset != NULL ? preset : plugin->plugin.uri, why, why_size);
	if (state == NULL)
		return preset == NULL;
	lilv_state_restore(
	    state, copy->instance, NULL, NULL, 0, copy->features.list);
	lilv_state_free(state);
	return true;
}

/* The library of a plugin, with dlopen()'s flags; NULL: dlerror() knows. */
static void *
open_library(const LilvPlugin *plugin, int flags)
{
	const LilvNode *uri = lilv_plugin_get_library_uri(plugin);
	char *path = uri != NULL ? lilv_node_get_path(uri, NULL) : NULL;
	void *library = path != NULL ? dlopen(path, flags) : NULL;

	lilv_free(path);
	return library;
}

/* lilv tells nobody but standard error. */
static void
say_why(const LilvPlugin *plugin, char *why, size_t why_size)
{
	void *library = open_library(plugin, RTLD_NOW);
	const char *error = library == NULL ? dlerror() : NULL;

	if (library == NULL)
		snprintf(why, why_size, "its library cannot be loaded: %s",
		    error != NULL ? error : "none is named");
	else
		snprintf(why, why_size, "the plugin refuses to start");
	if (library != NULL)
		dlclose(library);
}

/* Libraries stay once they are there: many leave tables and threads behind
 * that would be lost, or run into nothing, with each instance that ends. */
static void
keep_library(const LilvPlugin *plugin)
{
	void *library =
	    open_library(plugin, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);

	if (library != NULL)
		dlclose(library);
}

static bool
copy_new(LilvWorld *world, struct lv2_instance *instance, struct lv2_copy *copy,
    char *why, size_t why_size)
{
	const struct lv2_plugin *plugin = instance->plugin;
	LilvNode *uri = lilv_new_uri(world, plugin->plugin.uri);
	const LilvPlugin *lilv =
	    lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), uri);

	lilv_node_free(uri);
	snprintf(why, why_size, "no memory for it");
	if (lv2_features_init(copy, instance->shared, plugin, instance->rate) <
	    0)
		return false;
	copy->work.now = true;
	if (lilv == NULL) {
		snprintf(why, why_size, "it is not installed any more");
		return false;
	}
	copy->instance =
	    lilv_plugin_instantiate(lilv, instance->rate, copy->features.list);
	if (copy->instance == NULL) {
		say_why(lilv, why, why_size);
		return false;
	}
	keep_library(lilv);
	set_calls(copy);
	if (!connect_ports(instance, copy) ||
	    !copy_restore(world, instance, copy, why, why_size))
		return false;
	lilv_instance_activate(copy->instance);
	return true;
}

static void
copy_free(struct lv2_copy *copy)
{
	if (copy->instance != NULL) {
		lilv_instance_deactivate(copy->instance);
		lilv_instance_free(copy->instance);
	}
	for (uint32_t i = 0; i < copy->event_ports; i++)
		free(copy->events[i].sequence);
	free(copy->events);
	free(copy->meter);
	free(copy->spare);
	free(copy->bytes);
	lv2_ring_free(&copy->work.requests);
	lv2_ring_free(&copy->work.responses);
	lv2_ring_free(&copy->log.lines);
	*copy = (struct lv2_copy){ 0 };
}

/* --- an instance --- */

/* As it warms up, a plugin may do all that R must not, though it is run by the
 * same function; the realtime sanitizer has to be told. */
#if defined(__has_feature)
#if __has_feature(realtime_sanitizer)
#include <sanitizer/rtsan_interface.h>
#define ALLOW_ALL() __rtsan_disable()
#define ALLOW_NO_MORE() __rtsan_enable()
#endif
#endif
#ifndef ALLOW_ALL
#define ALLOW_ALL() ((void)0)
#define ALLOW_NO_MORE() ((void)0)
#endif

/* Runs it on silence. Returns whether what came out are numbers. */
static bool
warm_up(struct lv2_instance *instance)
{
	static const float silence[PLAN_BLOCK];
	float heard[PLAN_LANES][PLAN_BLOCK] = { { 0 } };
	const float *in[PLAN_LANES] = { silence, silence };
	float *out[PLAN_LANES] = { heard[0], heard[1] };

	ALLOW_ALL();
	for (unsigned i = 0; i < WARM_BLOCKS; i++)
		instance->processor.run(
		    &instance->processor, in, out, PLAN_BLOCK);
	ALLOW_NO_MORE();
	for (unsigned i = 0; i < instance->copies; i++) {
		struct lv2_copy *copy = &instance->copy[i];

		for (unsigned lane = 0; lane < PLAN_LANES; lane++)
			copy->in[lane].now = copy->out[lane].now = NULL;
		copy->work.now = false;
	}
	atomic_store(&instance->processor.allocates, false);
	for (unsigned lane = 0; lane < instance->lanes; lane++)
		if (kernel_invalid(heard[lane], PLAN_BLOCK) > 0)
			return false;
	return true;
}

static bool
make_copies(
    LilvWorld *world, struct lv2_instance *instance, char *why, size_t why_size)
{
	struct lv2_guard before =
	    lv2_guard_enter(instance->plugin->plugin.uri, false);
	bool made = true;

	for (unsigned i = 0; made && i < instance->copies; i++)
		made = copy_new(
		    world, instance, &instance->copy[i], why, why_size);
	lv2_guard_leave(before);
	if (made)
		warm_up(instance);
	return made;
}

static void
free_copies(struct lv2_instance *instance)
{
	struct lv2_guard before =
	    lv2_guard_enter(instance->plugin->plugin.uri, false);

	for (unsigned i = 0; i < instance->copies; i++)
		copy_free(&instance->copy[i]);
	lv2_guard_leave(before);
}

static void
set_bounds(struct lv2_instance *instance, const double *value)
{
	const struct lv2_plugin *plugin = instance->plugin;

	for (size_t i = 0; i < plugin->plugin.params; i++) {
		const struct plugin_param *param = &plugin->plugin.param[i];
		double scale =
		    plugin->per_rate[i] ? instance->rate / LV2_SHOWN_RATE : 1;

		instance->control[i] = (struct lv2_control){
			.low = (float)(param->min * scale),
			.high = (float)(param->max * scale),
			.whole = param->whole,
		};
		instance->processor.param[i] = (float)value[i];
	}
	for (uint32_t i = 0; i < plugin->ports; i++)
		instance->held[i] = plugin->port[i].value;
}

struct lv2_instance *
lv2_instance_new(LilvWorld *world, struct lv2_host_shared *shared,
    const struct lv2_plugin *plugin, const struct plugin_order *order,
    char *why, size_t why_size)
{
	struct lv2_instance *instance = calloc(1, sizeof *instance);
	size_t params = plugin->plugin.params;

	snprintf(why, why_size, "no memory for it");
	if (instance == NULL)
		return NULL;
	instance->plugin = plugin;
	instance->shared = shared;
	instance->lanes = order->lanes;
	instance->copies = order->lanes / plugin->plugin.inputs;
	instance->rate = order->rate;
	instance->control = calloc(params + 1, sizeof *instance->control);
	instance->held = calloc(plugin->ports + 1, sizeof *instance->held);
	instance->processor.run = lv2_run;
	instance->processor.param = calloc(params + 1, sizeof(float));
	instance->preset = order->preset ? strdup(order->preset) : NULL;
	if (instance->control == NULL || instance->held == NULL ||
	    instance->processor.param == NULL ||
	    (order->preset && !instance->preset)) {
		lv2_instance_free(instance);
		return NULL;
	}
	set_bounds(instance, order->param);
	if (!make_copies(world, instance, why, why_size)) {
		lv2_instance_free(instance);
		return NULL;
	}
	return instance;
}

/* Some keep what is no number through a new activation. They are made anew. */
bool
lv2_instance_reset(
    LilvWorld *world, struct lv2_instance *instance, char *why, size_t why_size)
{
	struct lv2_guard before =
	    lv2_guard_enter(instance->plugin->plugin.uri, false);

	for (unsigned i = 0; i < instance->copies; i++) {
		struct lv2_copy *copy = &instance->copy[i];

		copy->work.now = true;
		lilv_instance_deactivate(copy->instance);
		lilv_instance_activate(copy->instance);
	}
	lv2_guard_leave(before);
	if (warm_up(instance))
		return true;
	free_copies(instance);
	return make_copies(world, instance, why, why_size);
}

void
lv2_instance_free(struct lv2_instance *instance)
{
	if (instance == NULL)
		return;
	free_copies(instance);
	free(instance->processor.param);
	free(instance->control);
	free(instance->held);
	free(instance->preset);
	free(instance);
}
