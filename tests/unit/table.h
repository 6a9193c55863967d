#ifndef TESTS_TABLE_H
#define TESTS_TABLE_H

#include "engine/engine.h"
#include "mixer/config.h"
#include "mixer/mixer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * A desk on the test's own table: made from JSON, run by hand without JACK.
 */

#define TABLE_PORTS 64
#define TABLE_FRAMES 65536

struct table {
	struct mixer *mixer;
	uint64_t frame;
	float *in[TABLE_PORTS];
	float *out[TABLE_PORTS];
};

static inline void
table_open_with(struct table *table, const char *json, unsigned rate,
    struct plugin_host *host)
{
	struct config_errors errors = { 0 };
	struct desk *desk = config_parse(json, strlen(json), host, &errors);

	config_print_errors(stderr, "table", &errors);
	assert_non_null(desk);
	config_free_errors(&errors);
	*table = (struct table){ .mixer = mixer_new(desk) };
	assert_non_null(table->mixer);
	mixer_set_host(table->mixer, host);
	assert_int_equal(mixer_set_rate(table->mixer, rate), 0);
	for (int i = 0; i < TABLE_PORTS; i++) {
		table->in[i] = calloc(TABLE_FRAMES, sizeof(float));
		table->out[i] = calloc(TABLE_FRAMES, sizeof(float));
	}
}

static inline void
table_open(struct table *table, const char *json, unsigned rate)
{
	table_open_with(table, json, rate, NULL);
}

static inline void
table_close(struct table *table)
{
	for (int i = 0; i < TABLE_PORTS; i++) {
		free(table->in[i]);
		free(table->out[i]);
	}
	mixer_free(table->mixer);
}

/* Runs frames from…to of the buffers, in periods of `period`. */
static inline void
table_run(struct table *table, uint32_t from, uint32_t to, uint32_t period)
{
	const float *in[TABLE_PORTS];
	float *out[TABLE_PORTS];

	for (uint32_t at = from; at < to; at += period) {
		uint32_t n = to - at < period ? to - at : period;
		for (int i = 0; i < TABLE_PORTS; i++) {
			in[i] = table->in[i] + at;
			out[i] = table->out[i] + at;
		}
		engine_run(
		    mixer_engine(table->mixer), table->frame, n, in, out);
		table->frame += n;
		mixer_tick(table->mixer, true);
	}
}

static inline void
table_noise(float *x, unsigned seed)
{
	for (int i = 0; i < TABLE_FRAMES; i++) {
		seed = seed * 1664525U + 1013904223U;
		x[i] = (float)(int)seed / 4294967296.0F;
	}
}

static inline void
table_first(void *arg, const struct address *address)
{
	*(struct address *)arg = *address;
}

static inline struct address
table_find(struct table *table, const char *text)
{
	struct address address;
	unsigned budget = 1000;

	assert_int_equal(
	    mixer_each(table->mixer, text, &budget, table_first, &address), 1);
	return address;
}

static inline void
table_put(struct table *table, const char *where, struct schema_value value)
{
	struct address address = table_find(table, where);
	char why[200];

	assert_int_equal(
	    mixer_set(table->mixer, &address, &value, NULL, why, sizeof why),
	    SCHEMA_OK);
}

/* Sets a number, or a text; it is heard from mixer_commit() on. */
static inline void
table_set(struct table *table, const char *where, double number)
{
	table_put(table, where,
	    (struct schema_value){ .type = 'f', .number = number });
}

static inline void
table_set_text(struct table *table, const char *where, const char *text)
{
	table_put(
	    table, where, (struct schema_value){ .type = 's', .text = text });
}

static inline const char *
table_text(struct table *table, const char *where)
{
	struct address address = table_find(table, where);
	struct schema_value value;

	mixer_get(table->mixer, &address, &value);
	assert_int_equal(value.type, 's');
	return value.text;
}

static inline double
table_number(struct table *table, const char *where)
{
	struct address address = table_find(table, where);
	struct schema_value value;

	mixer_get(table->mixer, &address, &value);
	return value.number;
}

#endif
