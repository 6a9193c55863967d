#ifndef TESTS_LV2_BENCH_H
#define TESTS_LV2_BENCH_H

#include "edge/loop.h"
#include "edge/lv2.h"
#include "engine/plan.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A plugin host with the project's own test plugins (tests/lv2/plugins.c)
 * beside those that are installed, and one instance.
 */

#define TEST_URI "urn:headroom:test:"
#define BENCH_RATE 48000
#define BENCH_LONGEST 8192 /* frames of a signal */

struct bench {
	struct loop *loop;
	struct plugin_host *host;
	const struct plugin *plugin;
	struct processor *processor;
	unsigned lanes;
	char why[256];
	unsigned told; /* calls of `done` */
	float in[PLAN_LANES][BENCH_LONGEST], out[PLAN_LANES][BENCH_LONGEST];
};

static inline void
bench_start(struct bench *b, const char *state_dir)
{
	const char *build = getenv("HEADROOM_BUILD");
	char whole[PATH_MAX], path[2 * PATH_MAX];

	/* LV2_PATH takes whole paths only. */
	if (realpath(build != NULL ? build : "build", whole) == NULL)
		abort();
	snprintf(path, sizeof path, "%s/lv2:/usr/lib/lv2", whole);
	setenv("LV2_PATH", path, 1);
	memset(b, 0, sizeof *b);
	b->loop = loop_new();
	b->host = lv2_host_new(b->loop, state_dir);
	if (b->loop == NULL || b->host == NULL)
		abort();
}

static inline void
bench_unload(struct bench *b)
{
	if (b->processor != NULL)
		b->host->unload(b->host, b->processor);
	b->processor = NULL;
}

static inline void
bench_end(struct bench *b)
{
	bench_unload(b);
	lv2_host_free(b->host);
	loop_free(b->loop);
}

static inline void
bench_came(void *arg, struct processor *processor, const char *why)
{
	struct bench *b = arg;

	b->processor = processor;
	b->told++;
	snprintf(b->why, sizeof b->why, "%s", why);
	loop_stop(b->loop);
}

/* Returns whether it came; else b->why. */
static inline bool
bench_load(struct bench *b, const char *uri, unsigned lanes, const char *preset)
{
	struct plugin_order order = {
		.uri = uri, .lanes = lanes, .rate = BENCH_RATE, .preset = preset
	};

	bench_unload(b);
	b->plugin = b->host->find(b->host, uri, b->why, sizeof b->why);
	b->lanes = lanes;
	b->host->load(b->host, &order, bench_came, b);
	loop_run(b->loop);
	return b->processor != NULL;
}

static inline bool
bench_reset(struct bench *b)
{
	b->host->reset(b->host, b->processor, bench_came, b);
	loop_run(b->loop);
	return b->processor != NULL;
}

/* NULL if there is none. */
static inline const struct plugin_param *
bench_param(const struct bench *b, const char *symbol)
{
	for (size_t i = 0; i < b->plugin->params; i++)
		if (strcmp(b->plugin->param[i].symbol, symbol) == 0)
			return &b->plugin->param[i];
	return NULL;
}

static inline void
bench_set(struct bench *b, const char *symbol, double value)
{
	const struct plugin_param *param = bench_param(b, symbol);

	if (param == NULL)
		abort();
	b->processor->param[param - b->plugin->param] = (float)value;
}

/* From b->in to b->out, in blocks of the given length. */
static inline void
bench_run(struct bench *b, uint32_t frames, uint32_t block)
{
	for (uint32_t at = 0; at < frames; at += block) {
		const float *in[PLAN_LANES] = { b->in[0] + at, b->in[1] + at };
		float *out[PLAN_LANES] = { b->out[0] + at, b->out[1] + at };
		uint32_t left = frames - at;

		b->processor->run(
		    b->processor, in, out, left < block ? left : block);
	}
}

static inline void
bench_noise(struct bench *b)
{
	uint32_t seed = 1;

	for (unsigned lane = 0; lane < PLAN_LANES; lane++)
		for (uint32_t i = 0; i < BENCH_LONGEST; i++) {
			seed = seed * 1664525U + 1013904223U;
			b->in[lane][i] = (float)(int32_t)seed * 0x1p-32F;
		}
}

static inline void
bench_stop(void *arg)
{
	loop_stop(arg);
}

/* The control thread goes on for a while. */
static inline void
bench_wait(struct bench *b, unsigned ms)
{
	int timer = loop_every(b->loop, ms, bench_stop, b->loop);

	loop_run(b->loop);
	loop_end(b->loop, timer);
}

#endif
