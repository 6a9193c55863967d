#include "edge/lv2_guard.h"
#include "edge/lv2_internal.h"

#include <lv2/buf-size/buf-size.h>
#include <lv2/parameters/parameters.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_LEAST 8192  /* bytes of an event port */
#define RING_REQUESTS 8192 /* bytes */
#define RING_LINES 4096

/* All that a plugin can be given. Blocks are of 1 to PLAN_BLOCK frames and of
 * no fixed length, so that is not promised. No state is saved, so that there is
 * no place for files of a plugin's own (makePath). */
static const char *const provided[] = {
	LV2_URID__map,
	LV2_URID__unmap,
	LV2_OPTIONS__options,
	LV2_BUF_SIZE__boundedBlockLength,
	LV2_WORKER__schedule,
	LV2_LOG__log,
	LV2_STATE__loadDefaultState,
	LV2_STATE__freePath,
	LV2_STATE__mapPath,
	LV2_STATE__threadSafeRestore,
	LV2_RESIZE_PORT__resize,
	LV2_CORE__isLive,
	LV2_CORE__hardRTCapable,
};
#define PROVIDED (sizeof provided / sizeof *provided)

void
lv2_features_missing(const LilvPlugin *plugin, char *why, size_t why_size)
{
	LilvNodes *required = lilv_plugin_get_required_features(plugin);

	LILV_FOREACH(nodes, i, required)
	{
		const char *uri = lilv_node_as_uri(lilv_nodes_get(required, i));
		size_t at = 0;

		while (at < PROVIDED && strcmp(provided[at], uri) != 0)
			at++;
		if (at == PROVIDED)
			snprintf(why, why_size,
			    "it requires <%s>, which is not provided here",
			    uri);
	}
	lilv_nodes_free(required);
}

/* Before there is an instance it counts; after that, ports stay as they are. */
static LV2_Resize_Port_Status
resize(LV2_Resize_Port_Feature_Data data, uint32_t index, size_t size)
{
	struct lv2_copy *copy = data;

	if (copy->instance != NULL || size > UINT32_MAX / 2)
		return LV2_RESIZE_PORT_ERR_NO_SPACE;
	if (index >= copy->ports)
		return LV2_RESIZE_PORT_ERR_UNKNOWN;
	if (copy->bytes[index] < size)
		copy->bytes[index] = (uint32_t)size;
	return LV2_RESIZE_PORT_SUCCESS;
}

/* States here name files by their whole path, so nothing has to be done. */
static char *
same_path(LV2_State_Map_Path_Handle handle, const char *path)
{
	(void)handle;
	return strdup(path);
}

static void
free_path(LV2_State_Free_Path_Handle handle, char *path)
{
	(void)handle;
	free(path);
}

static LV2_State_Map_Path map_path = { NULL, same_path, same_path };
static LV2_State_Free_Path path_free = { NULL, free_path };

/* --- what a copy is given --- */

static void
set_options(struct lv2_features *features, const struct lv2_host_shared *shared,
    unsigned rate)
{
	features->rate = (float)rate;
	features->least = 1;
	features->most = PLAN_BLOCK;
	features->nominal = PLAN_BLOCK;
	features->sequence_size = EVENTS_LEAST;
	const struct {
		LV2_URID key, type;
		const void *value;
	} option[] = {
		{ shared->rate, shared->as_float, &features->rate },
		{ shared->least, shared->as_int, &features->least },
		{ shared->most, shared->as_int, &features->most },
		{ shared->nominal, shared->as_int, &features->nominal },
		{ shared->sequence_size, shared->as_int,
		    &features->sequence_size },
	};
	size_t options = sizeof option / sizeof *option;

	/* The last one stays zero, which ends the list. */
	for (size_t i = 0; i < options; i++)
		features->option[i] =
		    (LV2_Options_Option){ LV2_OPTIONS_INSTANCE, 0,
			    option[i].key, sizeof(float), option[i].type,
			    option[i].value };
}

static void
set_list(struct lv2_copy *copy, struct lv2_host_shared *shared)
{
	struct lv2_features *features = &copy->features;
	size_t count = 0;

	for (size_t i = 0; i < PROVIDED; i++) {
		LV2_Feature *feature = &features->feature[count];
		const struct {
			const char *uri;
			void *data;
		} data[] = {
			{ LV2_URID__map, &shared->urids.map },
			{ LV2_URID__unmap, &shared->urids.unmap },
			{ LV2_OPTIONS__options, features->option },
			{ LV2_WORKER__schedule, &copy->work.schedule },
			{ LV2_LOG__log, &features->log },
			{ LV2_STATE__freePath, &path_free },
			{ LV2_STATE__mapPath, &map_path },
			{ LV2_RESIZE_PORT__resize, &features->resize },
		};

		*feature = (LV2_Feature){ provided[i], NULL };
		for (size_t k = 0; k < sizeof data / sizeof *data; k++)
			if (strcmp(data[k].uri, provided[i]) == 0)
				feature->data = data[k].data;
		features->list[count++] = feature;
	}
	features->list[count] = NULL;
}

static int
set_rings(struct lv2_copy *copy)
{
	int error = lv2_ring_init(&copy->work.requests, RING_REQUESTS);

	if (error == 0)
		error = lv2_ring_init(&copy->work.responses, RING_REQUESTS);
	if (error == 0)
		error = lv2_ring_init(&copy->log.lines, RING_LINES);
	return error;
}

int
lv2_features_init(struct lv2_copy *copy, struct lv2_host_shared *shared,
    const struct lv2_plugin *plugin, unsigned rate)
{
	struct lv2_features *features = &copy->features;

	copy->uri = plugin->plugin.uri;
	copy->ports = plugin->ports;
	copy->bytes = calloc(plugin->ports + 1, sizeof *copy->bytes);
	if (copy->bytes == NULL || set_rings(copy) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < plugin->ports; i++)
		copy->bytes[i] = plugin->port[i].bytes > EVENTS_LEAST
				     ? plugin->port[i].bytes
				     : EVENTS_LEAST;
	copy->log.uri = copy->uri;
	copy->log.shared = shared;
	copy->work.schedule =
	    (LV2_Worker_Schedule){ &copy->work, lv2_work_schedule };
	features->log =
	    (LV2_Log_Log){ &copy->log, lv2_log_printf, lv2_log_vprintf };
	features->resize = (LV2_Resize_Port_Resize){ copy, resize };
	set_options(features, shared, rate);
	set_list(copy, shared);
	return 0;
}
