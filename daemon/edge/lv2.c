#include "edge/lv2.h"

#include "edge/log.h"
#include "edge/lv2_guard.h"
#include "edge/lv2_host.h"
#include "edge/worker.h"

#include <lv2/buf-size/buf-size.h>
#include <lv2/parameters/parameters.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STUCK_MS 5000 /* a plugin that takes longer to end is left to itself */

/* --- what is installed --- */

static size_t
host_count(struct plugin_host *host)
{
	return lv2_host_of(host)->plugins;
}

static const char *
uri_of(const struct lv2_host *host, size_t index)
{
	return lilv_node_as_uri(
	    lilv_plugin_get_uri(host->installed[index].lilv));
}

static const char *
host_uri(struct plugin_host *host, size_t index)
{
	return index < lv2_host_of(host)->plugins
		   ? uri_of(lv2_host_of(host), index)
		   : NULL;
}

struct lv2_plugin *
lv2_host_describe(
    struct lv2_host *host, const char *uri, char *why, size_t why_size)
{
	size_t i = 0;

	while (i < host->plugins && strcmp(uri_of(host, i), uri) != 0)
		i++;
	if (i == host->plugins) {
		snprintf(why, why_size, "no plugin <%s> is installed", uri);
		return NULL;
	}
	struct installed *installed = &host->installed[i];
	if (installed->known == NULL)
		installed->known = lv2_describe(host->world, installed->lilv);
	if (installed->known == NULL)
		snprintf(why, why_size, "no memory to read what it is");
	return installed->known;
}

static const struct plugin *
host_find(struct plugin_host *host, const char *uri, char *why, size_t why_size)
{
	struct lv2_plugin *plugin =
	    lv2_host_describe(lv2_host_of(host), uri, why, why_size);

	if (plugin == NULL)
		return NULL;
	if (plugin->why[0] != '\0') {
		snprintf(why, why_size, "%s", plugin->why);
		return NULL;
	}
	return &plugin->plugin;
}

int
lv2_host_preset(struct plugin_host *host, const struct plugin *plugin,
    const char *preset, double *param, char *why, size_t why_size)
{
	struct lv2_host *lv2 = lv2_host_of(host);
	LilvState *state = lv2_state_read(
	    lv2->world, &lv2->shared.urids, plugin->uri, preset, why, why_size);

	if (state == NULL)
		return -1;
	lv2_state_values(state, &lv2->shared.urids, plugin, param);
	lilv_state_free(state);
	return 0;
}

/* --- begin and end --- */

static int
host_find_plugins(struct lv2_host *host)
{
	host->world = lilv_world_new();
	if (host->world == NULL)
		return -1;
	lilv_world_load_all(host->world);
	const LilvPlugins *all = lilv_world_get_all_plugins(host->world);
	host->installed =
	    calloc(lilv_plugins_size(all) + 1, sizeof *host->installed);
	if (host->installed == NULL)
		return -1;
	LILV_FOREACH(plugins, i, all)
	{
		host->installed[host->plugins++].lilv =
		    lilv_plugins_get(all, i);
	}
	return 0;
}

static int
host_number_uris(struct lv2_host_shared *shared)
{
	const struct {
		LV2_URID *to;
		const char *uri;
	} wanted[] = {
		{ &shared->sequence, LV2_ATOM__Sequence },
		{ &shared->chunk, LV2_ATOM__Chunk },
		{ &shared->as_int, LV2_ATOM__Int },
		{ &shared->as_float, LV2_ATOM__Float },
		{ &shared->rate, LV2_PARAMETERS__sampleRate },
		{ &shared->least, LV2_BUF_SIZE__minBlockLength },
		{ &shared->most, LV2_BUF_SIZE__maxBlockLength },
		{ &shared->nominal, LV2_BUF_SIZE__nominalBlockLength },
		{ &shared->sequence_size, LV2_BUF_SIZE__sequenceSize },
		{ &shared->error, LV2_LOG__Error },
		{ &shared->warning, LV2_LOG__Warning },
		{ &shared->trace, LV2_LOG__Trace },
	};

	if (urids_init(&shared->urids) < 0)
		return -1;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		*wanted[i].to = urids_number(&shared->urids, wanted[i].uri);
		if (*wanted[i].to == 0)
			return -1;
	}
	return 0;
}

static int
host_use_directory(struct lv2_host *host, const char *state_dir)
{
	if (state_dir == NULL)
		return 0;
	if (asprintf(&host->crash_file, "%s/crashed-plugins", state_dir) < 0) {
		host->crash_file = NULL;
		return -1;
	}
	return lv2_guard_open(host->crash_file);
}

/* What is left when nothing runs any more. */
static void
host_free_rest(struct lv2_host *host)
{
	lv2_host_free_held(host);
	for (size_t i = 0; i < host->plugins; i++)
		lv2_description_free(host->installed[i].known);
	lilv_world_free(host->world_w);
	lilv_world_free(host->world);
	urids_free(&host->shared.urids);
	free(host->installed);
	free(host->crash_file);
	free(host);
}

struct plugin_host *
lv2_host_new(struct loop *loop, const char *state_dir)
{
	struct lv2_host *host = calloc(1, sizeof *host);

	if (host == NULL)
		return NULL;
	host->host = (struct plugin_host){ host_count, host_uri, host_find,
		lv2_host_preset, lv2_host_load, lv2_host_reset,
		lv2_host_unload };
	host->loop = loop;
	host->timer = -1;
	if (host_number_uris(&host->shared) < 0 ||
	    host_find_plugins(host) < 0 ||
	    host_use_directory(host, state_dir) < 0 ||
	    (host->worker = worker_new(loop)) == NULL) {
		lv2_guard_close();
		host_free_rest(host);
		return NULL;
	}
	return &host->host;
}

void
lv2_host_free(struct plugin_host *plugins)
{
	struct lv2_host *host;

	if (plugins == NULL)
		return;
	host = lv2_host_of(plugins);
	host->closing = true;
	lv2_host_unload_all(host);
	if (!worker_free(host->worker, STUCK_MS)) {
		log_line("a plugin does not come to an end; it is left to "
			 "itself");
		return;
	}
	lv2_guard_close();
	host_free_rest(host);
}

int
lv2_host_forgive(struct plugin_host *host, const char *uri)
{
	return lv2_host_of(host)->crash_file != NULL
		   ? lv2_guard_forgive(lv2_host_of(host)->crash_file, uri)
		   : 0;
}

void
lv2_host_guard_thread(void)
{
	lv2_guard_thread();
}
