#include "edge/loop.h"
#include "edge/lv2_guard.h"
#include "edge/lv2_host.h"
#include "edge/worker.h"
#include "engine/kernel.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Instances: asked of W, kept while the mixer has them, and ended.
 */

#define LOOK_MS 10     /* between two looks at what instances ask for */
#define LINES_EVERY 50 /* looks between two lots of what they say */
#define LINES 4        /* of one plugin at a time */

typedef void made(void *arg, struct processor *processor, const char *why);

/* An instance that the mixer has. C. */
struct held {
	struct worker_job job; /* of the worker extension; must be first */
	struct worker_job end; /* so that ending one never wants memory */
	struct lv2_host *host;
	struct lv2_instance *instance;
	bool working; /* `job` is on its way */
	struct held *next;
};

/* Something asked of W. */
struct order {
	struct worker_job job; /* must be first */
	struct lv2_host *host;
	const struct lv2_plugin *plugin;
	struct plugin_order order;
	char *preset;
	double *param;
	struct lv2_instance *instance;
	bool ok;
	char why[256];
	made *done;
	void *arg;
	struct held *held;
};

/* --- while instances run --- */

static void
work(struct worker_job *job)
{
	struct lv2_instance *instance = ((struct held *)(void *)job)->instance;

	kernel_flush_denormals();
	for (unsigned i = 0; i < instance->copies; i++)
		lv2_work_do(
		    &instance->copy[i].work, instance->plugin->plugin.uri);
}

static void
worked(struct worker_job *job)
{
	((struct held *)(void *)job)->working = false;
}

static void
look_at(struct lv2_host *host, struct held *held, unsigned lines)
{
	struct lv2_instance *instance = held->instance;
	bool waits = false;

	for (unsigned i = 0; i < instance->copies; i++) {
		waits = waits || lv2_work_waits(&instance->copy[i].work);
		if (lines > 0)
			lv2_log_drain(&instance->copy[i].log, lines);
	}
	if (!waits || held->working)
		return;
	held->working = true;
	worker_post(host->worker, &held->job);
}

/* R wakes nobody, so it is looked after here. */
static void
look(void *arg)
{
	struct lv2_host *host = arg;
	unsigned lines = ++host->looks % LINES_EVERY == 0 ? LINES : 0;

	for (struct held *held = host->held; held != NULL; held = held->next)
		look_at(host, held, lines);
}

static struct held *
held_by_end(struct worker_job *job)
{
	return (
	    struct held *)(void *)((char *)job - offsetof(struct held, end));
}

static void
end(struct worker_job *job)
{
	lv2_instance_free(held_by_end(job)->instance);
}

static void
ended(struct worker_job *job)
{
	free(held_by_end(job));
}

static void
hold(struct order *order)
{
	struct lv2_host *host = order->host;
	struct held *held = order->held;

	*held = (struct held){ .job = { work, worked, NULL },
		.end = { end, ended, NULL },
		.host = host,
		.instance = order->instance,
		.next = host->held };
	host->held = held;
	order->held = NULL;
	if (host->timer < 0 && !host->closing)
		host->timer = loop_every(host->loop, LOOK_MS, look, host);
}

static struct held *
let_go(struct lv2_host *host, const struct processor *processor)
{
	struct held **at = &host->held;

	while (*at != NULL && &(*at)->instance->processor != processor)
		at = &(*at)->next;
	struct held *held = *at;
	if (held == NULL)
		return NULL;
	*at = held->next;
	if (host->held == NULL && host->timer >= 0) {
		loop_end(host->loop, host->timer);
		host->timer = -1;
	}
	return held;
}

/* --- made, reset and ended on W --- */

static LilvWorld *
world_of_w(struct lv2_host *host)
{
	if (host->world_w == NULL) {
		host->world_w = lilv_world_new();
		if (host->world_w != NULL)
			lilv_world_load_all(host->world_w);
		lv2_guard_thread();
	}
	return host->world_w;
}

static void
make(struct worker_job *job)
{
	struct order *order = (struct order *)(void *)job;
	LilvWorld *world = world_of_w(order->host);

	kernel_flush_denormals();
	if (world == NULL)
		snprintf(order->why, sizeof order->why, "no memory for it");
	else
		order->instance =
		    lv2_instance_new(world, &order->host->shared, order->plugin,
			&order->order, order->why, sizeof order->why);
}

static void
reset(struct worker_job *job)
{
	struct order *order = (struct order *)(void *)job;

	kernel_flush_denormals();
	if (lv2_instance_reset(world_of_w(order->host), order->instance,
		order->why, sizeof order->why))
		return;
	lv2_instance_free(order->instance);
	order->instance = NULL;
}

static void
order_free(struct order *order)
{
	free(order->held);
	free(order->preset);
	free(order->param);
	free(order);
}

/* Made or reset, or not. */
static void
came(struct worker_job *job)
{
	struct order *order = (struct order *)(void *)job;
	struct lv2_instance *instance = order->instance;

	if (instance != NULL)
		hold(order);
	if (order->host->closing)
		order->done(order->arg, NULL, "the plugin host ends");
	else
		order->done(order->arg,
		    instance != NULL ? &instance->processor : NULL,
		    instance != NULL ? "" : order->why);
	order_free(order);
}

static struct order *
order_new(struct lv2_host *host)
{
	struct order *order = calloc(1, sizeof *order);

	if (order == NULL)
		return NULL;
	order->host = host;
	order->held = calloc(1, sizeof *order->held);
	if (order->held == NULL) {
		free(order);
		return NULL;
	}
	return order;
}

/* What of it cannot be had is said in order->why. */
static bool
order_check(struct order *order, const struct plugin_order *wanted)
{
	struct lv2_host *host = order->host;
	char *why = order->why;
	size_t size = sizeof order->why;
	char when[32];

	order->plugin = lv2_host_describe(host, wanted->uri, why, size);
	if (order->plugin == NULL)
		return false;
	const struct plugin *plugin = &order->plugin->plugin;
	if (order->plugin->why[0] != '\0') {
		snprintf(why, size, "%s", order->plugin->why);
		return false;
	}
	if (!plugin_fits(plugin, wanted->lanes, why, size))
		return false;
	if (host->crash_file != NULL && lv2_guard_crashed(host->crash_file,
					    wanted->uri, when, sizeof when)) {
		snprintf(why, size,
		    "it took the daemon down at %s; remove its line from %s "
		    "to try again",
		    when, host->crash_file);
		return false;
	}
	return true;
}

static bool
order_copy(struct order *order, const struct plugin_order *wanted)
{
	const struct plugin *plugin = &order->plugin->plugin;

	snprintf(order->why, sizeof order->why, "no memory for it");
	order->param = calloc(plugin->params + 1, sizeof *order->param);
	order->preset = wanted->preset ? strdup(wanted->preset) : NULL;
	if (order->param == NULL || (wanted->preset && !order->preset))
		return false;
	for (size_t i = 0; i < plugin->params; i++)
		order->param[i] = wanted->param != NULL ? wanted->param[i]
							: plugin->param[i].def;
	order->order = *wanted;
	order->order.preset = order->preset;
	order->order.param = order->param;
	return true;
}

/* On W nothing is done; the answer comes from the loop all the same. */
static void
refuse(struct worker_job *job)
{
	(void)job;
}

void
lv2_host_load(struct plugin_host *plugins, const struct plugin_order *wanted,
    made *done, void *arg)
{
	struct lv2_host *host = lv2_host_of(plugins);
	struct order *order = order_new(host);

	if (order == NULL) {
		done(arg, NULL, "no memory for it");
		return;
	}
	order->done = done;
	order->arg = arg;
	order->job.done = came;
	order->job.work =
	    order_check(order, wanted) && order_copy(order, wanted) ? make
								    : refuse;
	if (order->job.work == make && wanted->param == NULL &&
	    wanted->preset != NULL &&
	    lv2_host_preset(plugins, &order->plugin->plugin, wanted->preset,
		order->param, order->why, sizeof order->why) < 0)
		order->job.work = refuse;
	worker_post(host->worker, &order->job);
}

/* The order takes what was kept of the instance: a job of the worker extension
 * that is still on its way comes before this one. */
void
lv2_host_reset(struct plugin_host *plugins, struct processor *processor,
    made *done, void *arg)
{
	struct lv2_host *host = lv2_host_of(plugins);
	struct order *order = order_new(host);
	struct held *held = let_go(host, processor);

	if (order == NULL) {
		worker_post(host->worker, &held->end);
		done(arg, NULL, "no memory to reset it");
		return;
	}
	free(order->held);
	order->held = held;
	order->instance = held->instance;
	order->done = done;
	order->arg = arg;
	order->job.work = reset;
	order->job.done = came;
	worker_post(host->worker, &order->job);
}

void
lv2_host_unload(struct plugin_host *plugins, struct processor *processor)
{
	struct lv2_host *host = lv2_host_of(plugins);

	worker_post(host->worker, &let_go(host, processor)->end);
}

void
lv2_host_unload_all(struct lv2_host *host)
{
	while (host->held != NULL)
		lv2_host_unload(&host->host, &host->held->instance->processor);
}

void
lv2_host_free_held(struct lv2_host *host)
{
	struct held *next;

	for (struct held *held = host->held; held != NULL; held = next) {
		next = held->next;
		lv2_instance_free(held->instance);
		free(held);
	}
	host->held = NULL;
}
