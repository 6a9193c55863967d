#ifndef TESTS_FAKE_HOST_H
#define TESTS_FAKE_HOST_H

#include "fake_plugins.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * A plugin host that works: all that it makes are urn:fake:late, which multiplies
 * by its parameter "gain" and is late by its parameter "late", and
 * urn:fake:makeup, which is its parameter in dB louder; both make NaN while told
 * so. Instances come when fake_host_deliver() is called.
 */

#define FAKE_JOBS 64
#define FAKE_SLOW 300

struct fake_processor {
	struct processor processor; /* must be first */
	float param[2];
	unsigned lanes;
	bool decibels; /* its parameter is a gain in dB, without latency */
	bool *sick;    /* makes NaN */
	bool *slow;    /* takes FAKE_SLOW us a run */
	float line[2][FAKE_LATEST];
	unsigned at;
};

struct fake_job {
	struct fake_processor *made;
	void (*done)(void *arg, struct processor *processor, const char *why);
	void *arg;
};

struct fake_host {
	struct plugin_host host; /* must be first */
	struct fake_job job[FAKE_JOBS];
	size_t jobs;
	unsigned loads, resets, unloads;
	bool slow;  /* all that it made */
	bool sick;  /* all that it made */
	bool heals; /* a reset ends that */
	bool refuses;
};

static inline double
fake_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

static inline void
fake_run(struct processor *processor, const float *const *in, float *const *out,
    uint32_t frames)
{
	struct fake_processor *fake =
	    (struct fake_processor *)(void *)processor;
	unsigned late = (unsigned)fake->param[1];
	float gain =
	    fake->decibels ? powf(10, fake->param[0] / 20) : fake->param[0];
	double until = *fake->slow ? fake_us() + FAKE_SLOW : 0;

	for (uint32_t i = 0; i < frames; i++, fake->at++)
		for (unsigned lane = 0; lane < fake->lanes; lane++) {
			float *line = fake->line[lane];
			line[fake->at % FAKE_LATEST] = in[lane][i];
			out[lane][i] =
			    *fake->sick
				? NAN
				: gain * line[(fake->at - late) % FAKE_LATEST];
		}
	while (*fake->slow && fake_us() < until)
		continue;
	atomic_store(&processor->latency, late);
}

static inline void
fake_ask(struct fake_host *fake, struct fake_processor *made,
    void (*done)(void *arg, struct processor *processor, const char *why),
    void *arg)
{
	fake->job[fake->jobs++] = (struct fake_job){ made, done, arg };
}

static inline void
fake_load(struct plugin_host *host, const struct plugin_order *order,
    void (*done)(void *arg, struct processor *processor, const char *why),
    void *arg)
{
	struct fake_host *fake = (struct fake_host *)(void *)host;
	struct fake_processor *made = calloc(1, sizeof *made);

	fake->loads++;
	made->processor.run = fake_run;
	made->processor.param = made->param;
	made->param[0] = (float)order->param[0];
	made->decibels = strcmp(order->uri, FAKE_MAKEUP) == 0;
	if (!made->decibels)
		made->param[1] = (float)order->param[1];
	atomic_store(&made->processor.latency, (unsigned)made->param[1]);
	made->lanes = order->lanes;
	made->sick = &fake->sick;
	made->slow = &fake->slow;
	if (fake->refuses) {
		free(made);
		made = NULL;
	}
	fake_ask(fake, made, done, arg);
}

static inline void
fake_reset(struct plugin_host *host, struct processor *processor,
    void (*done)(void *arg, struct processor *processor, const char *why),
    void *arg)
{
	struct fake_host *fake = (struct fake_host *)(void *)host;

	fake->resets++;
	if (fake->heals)
		fake->sick = false;
	fake_ask(fake, (struct fake_processor *)(void *)processor, done, arg);
}

static inline void
fake_unload(struct plugin_host *host, struct processor *processor)
{
	((struct fake_host *)(void *)host)->unloads++;
	free(processor);
}

/* Everything that was asked for comes. */
static inline void
fake_host_deliver(struct fake_host *fake)
{
	size_t jobs = fake->jobs;

	fake->jobs = 0;
	for (size_t i = 0; i < jobs; i++) {
		struct fake_processor *made = fake->job[i].made;
		fake->job[i].done(fake->job[i].arg,
		    made != NULL ? &made->processor : NULL, "it is fake");
	}
}

static inline void
fake_host_init(struct fake_host *fake)
{
	*fake = (struct fake_host){ .host = { .find = fake_find,
					.load = fake_load,
					.reset = fake_reset,
					.unload = fake_unload } };
}

#endif
