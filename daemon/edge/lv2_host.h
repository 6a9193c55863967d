#ifndef EDGE_LV2_HOST_H
#define EDGE_LV2_HOST_H

#include "edge/lv2_internal.h"
#include "mixer/plugin.h"

#include <lilv/lilv.h>

#include <stdbool.h>
#include <stddef.h>

/*
 * The host itself, shared by what knows the installed plugins and what makes
 * instances of them. Control thread.
 */

struct held; /* an instance that the mixer has */
struct loop;
struct worker;

struct installed {
	const LilvPlugin *lilv;   /* of the world of C */
	struct lv2_plugin *known; /* NULL: not asked yet */
};

struct lv2_host {
	struct plugin_host host; /* must be first */
	struct lv2_host_shared shared;
	struct loop *loop;
	struct worker *worker;
	int timer; /* runs while there are instances; -1: none */
	unsigned looks;
	LilvWorld *world;   /* C */
	LilvWorld *world_w; /* W; made when first used */
	struct installed *installed;
	size_t plugins;
	struct held *held;
	char *crash_file; /* or NULL */
	bool closing;
};

static inline struct lv2_host *
lv2_host_of(struct plugin_host *host)
{
	return (struct lv2_host *)(void *)host;
}

/* The plugin of this URI, also one that no slot can hold; NULL and why. */
struct lv2_plugin *lv2_host_describe(
    struct lv2_host *host, const char *uri, char *why, size_t why_size);

/* What struct plugin_host promises of these. */
int lv2_host_preset(struct plugin_host *host, const struct plugin *plugin,
    const char *preset, double *param, char *why, size_t why_size);
void lv2_host_load(struct plugin_host *host, const struct plugin_order *order,
    void (*done)(void *arg, struct processor *processor, const char *why),
    void *arg);
void lv2_host_reset(struct plugin_host *host, struct processor *processor,
    void (*done)(void *arg, struct processor *processor, const char *why),
    void *arg);
void lv2_host_unload(struct plugin_host *host, struct processor *processor);

/* Begins to end all instances. */
void lv2_host_unload_all(struct lv2_host *host);

/* Ends those that have come since, when the worker thread has ended. */
void lv2_host_free_held(struct lv2_host *host);

#endif
