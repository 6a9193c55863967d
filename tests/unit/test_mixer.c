#include "each_kernels.h"
#include "table.h"

#include "protocol/level.h"

#include <stdio.h>

#define RATE 48000
#define RAMP 480

static const char band[] =
    "{ \"version\": 1,\n"
    "  \"channels\": [\n"
    "    { \"id\": \"kick\", \"to\": [\"drums\"] },\n"
    "    { \"id\": \"keys\", \"lanes\": 2, \"fader\": -6,\n"
    "      \"sends\": { \"verb\": { \"level\": -12 } } },\n"
    "    { \"id\": \"voice\", \"pan\": -1,\n"
    "      \"sends\": { \"wedge\": { \"tap\": \"pre\" } } } ],\n"
    "  \"buses\": [ { \"id\": \"drums\" , \"lanes\": 2 },\n"
    "    { \"id\": \"verb\", \"lanes\": 2 },\n"
    "    { \"id\": \"wedge\", \"lanes\": 1, \"to\": [] } ] }";

/* Ports of that desk. */
enum { IN_KICK, IN_KEYS_L, IN_KEYS_R, IN_VOICE };
enum {
	OUT_KICK,
	OUT_KEYS_L,
	OUT_KEYS_R,
	OUT_VOICE,
	OUT_DRUMS_L,
	OUT_DRUMS_R,
	OUT_VERB_L,
	OUT_VERB_R,
	OUT_WEDGE,
	OUT_L,
	OUT_R
};

static void
standing_gains_sum_as_they_should(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, band, RATE);
	for (int i = 0; i < 4; i++)
		table_noise(table.in[i], (unsigned)i + 1);
	table_run(&table, 0, 4000, 64);
	double half = level_gain(-6), send = level_gain(-12);
	for (int i = 0; i < 4000; i++) {
		double kick = sqrt(0.5) * (double)table.in[IN_KICK][i];
		double keys = half * (double)table.in[IN_KEYS_L][i];
		double left =
		    kick + keys * (1 + send) + (double)table.in[IN_VOICE][i];
		assert_true(fabs((double)table.out[OUT_L][i] - left) < 1e-6);
		double keys_r = half * (double)table.in[IN_KEYS_R][i];
		double right = kick + keys_r * (1 + send);
		assert_true(fabs((double)table.out[OUT_R][i] - right) < 1e-6);
		assert_true(table.out[OUT_WEDGE][i] == table.in[IN_VOICE][i]);
	}
	table_close(&table);
}

static void
open_with(struct table *table, const char *json, const struct kernels *kernels)
{
	table_open(table, json, RATE);
	engine_use(mixer_engine(table->mixer), kernels);
}

static void
output_does_not_depend_on_the_period(const struct kernels *kernels)
{
	static const uint32_t periods[] = { 1, 3, 32, 441, 1024 };
	struct table first, other;

	open_with(&first, band, kernels);
	for (int i = 0; i < 4; i++)
		table_noise(first.in[i], (unsigned)i + 1);
	table_run(&first, 0, 2048, 64);
	for (size_t k = 0; k < 5; k++) {
		open_with(&other, band, kernels);
		for (int i = 0; i < 4; i++)
			table_noise(other.in[i], (unsigned)i + 1);
		table_run(&other, 0, 2048, periods[k]);
		for (int port = 0; port <= OUT_R; port++)
			assert_memory_equal(first.out[port], other.out[port],
			    2048 * sizeof(float));
		table_close(&other);
	}
	table_close(&first);
}

/* Channels by turns into three buses, some with a send to a fourth; they are
 * run in batches of those that share their sums. */
#define TURNS 30
#define BUSES 3

static char *
desk_by_turns(void)
{
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);

	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (int i = 0; i < TURNS; i++)
		fprintf(out, "%s{ \"id\": \"c%d\", \"to\": [\"b%d\"]%s }",
		    i == 0 ? "" : ",", i, i % BUSES,
		    i % 4 == 0 ? ", \"sends\": { \"verb\": { \"level\": 0 } }"
			       : "");
	fprintf(out, "], \"buses\": [");
	for (int i = 0; i < BUSES; i++)
		fprintf(
		    out, "{ \"id\": \"b%d\", \"lanes\": 1, \"to\": [] },", i);
	fprintf(out, "{ \"id\": \"verb\", \"lanes\": 1, \"to\": [] } ] }");
	fclose(out);
	return json;
}

static void
buses_hold_what_was_sent(const struct table *table, uint32_t at, double half)
{
	double sum[BUSES + 1] = { 0 };

	for (int i = 0; i < TURNS; i++) {
		double x = (double)table->in[i][at] * (i % 7 == 3 ? half : 1);
		sum[i % BUSES] += x;
		if (i % 4 == 0)
			sum[BUSES] += x;
	}
	for (int i = 0; i <= BUSES; i++)
		assert_float_equal(table->out[TURNS + i][at], sum[i], 4e-6);
}

static void
sums_are_right_however_strips_are_batched(const struct kernels *kernels)
{
	struct table table;
	char *json = desk_by_turns();

	open_with(&table, json, kernels);
	for (int i = 0; i < TURNS; i++)
		table_noise(table.in[i], (unsigned)i + 1);
	table_run(&table, 0, 2000, 64);
	for (int i = 3; i < TURNS; i += 7) {
		char address[32];
		snprintf(address, sizeof address, "/ch/c%d/fader", i);
		table_set(&table, address, -6);
	}
	mixer_commit(table.mixer);
	table_run(&table, 2000, 4000, 64);
	for (uint32_t at = 0; at < 2000; at++)
		buses_hold_what_was_sent(&table, at, 1);
	for (uint32_t at = 2000 + RAMP + 64; at < 4000; at++)
		buses_hold_what_was_sent(&table, at, level_gain(-6));
	table_close(&table);
	free(json);
}

static void
one_commit_lands_in_one_cycle(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, band, RATE);
	for (int i = 0; i < 2000; i++)
		table.in[IN_KICK][i] = table.in[IN_VOICE][i] = 0.5F;
	table_run(&table, 0, 640, 64);
	table_set(&table, "/ch/kick/mute", 1);
	table_set(&table, "/ch/voice/mute", 1);
	table_run(&table, 640, 704, 64);
	mixer_commit(table.mixer);
	table_run(&table, 704, 2000, 64);
	int kick = -1, voice = -1;
	for (int i = 0; i < 2000; i++) {
		if (kick < 0 && table.out[OUT_KICK][i] != 0.5F)
			kick = i;
		if (voice < 0 && table.out[OUT_VOICE][i] != 0.5F)
			voice = i;
	}
	assert_int_equal(kick, voice);
	/* The first step of a ramp is smaller than half an ulp of 1. */
	assert_in_range(kick, 640, 712);
	assert_true(table.out[OUT_KICK][704 + RAMP] == 0);
	table_close(&table);
}

static void
a_new_plan_is_swapped_in_without_a_gap(void **state)
{
	struct table plain, swapped;
	const uint32_t end = 40000;

	(void)state;
	table_open(&plain, band, RATE);
	table_open(&swapped, band, RATE);
	for (int i = 0; i < 4; i++) {
		table_noise(plain.in[i], (unsigned)i + 1);
		table_noise(swapped.in[i], (unsigned)i + 1);
	}
	table_run(&plain, 0, end, 64);
	table_run(&swapped, 0, 6400, 64);
	table_set(&swapped, "/ch/kick/delay", 10);
	mixer_commit(swapped.mixer);
	table_run(&swapped, 6400, end, 64);
	/* The strips beside it are bit-identical across the swap. */
	for (int port = OUT_KEYS_L; port <= OUT_VOICE; port++)
		assert_memory_equal(
		    plain.out[port], swapped.out[port], end * sizeof(float));
	for (uint32_t i = 6400 + 480 + RAMP + 256; i < end; i++)
		assert_true(
		    swapped.out[OUT_KICK][i] == swapped.in[IN_KICK][i - 480]);
	table_close(&plain);
	table_close(&swapped);
}

static void
what_the_engine_cannot_take_yet_is_kept(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, band, RATE);
	for (int i = 0; i < 2000; i++)
		table.in[IN_KICK][i] = 0.5F;
	for (int i = 0; i < 10 * ENGINE_BATCHES; i++) {
		table_set(&table, "/ch/kick/fader", -0.01 * i);
		mixer_commit(table.mixer);
	}
	table_set(&table, "/ch/kick/fader", -20);
	mixer_commit(table.mixer);
	table_run(&table, 0, 2000, 64);
	assert_true(table.out[OUT_KICK][1999] == 0.5F * (float)level_gain(-20));
	table_close(&table);
}

static void
nobody_running_takes_batches_all_the_same(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, band, RATE);
	for (int i = 0; i < 10 * ENGINE_BATCHES; i++) {
		table_set(&table, "/ch/kick/fader", -0.01 * i);
		mixer_commit(table.mixer);
		mixer_tick(table.mixer, false);
	}
	table_close(&table);
}

static void
nan_is_contained_to_its_strip(void **state)
{
	static const float bad[] = { NAN, INFINITY, -INFINITY, 1e30F };
	struct table table;

	(void)state;
	table_open(&table, band, RATE);
	for (int i = 0; i < 4; i++)
		table_noise(table.in[i], (unsigned)i + 1);
	for (int k = 0; k < 4; k++)
		table.in[IN_KICK][1000 + 64 * k] = bad[k];
	table_run(&table, 0, 8000, 64);
	for (int i = 0; i < 8000; i++) {
		for (int port = 0; port <= OUT_R; port++)
			assert_true(fabsf(table.out[port][i]) < 4);
		assert_true(table.out[OUT_WEDGE][i] == table.in[IN_VOICE][i]);
	}
	uint64_t newest = event_log_newest(mixer_events(table.mixer));
	assert_int_equal(newest, 1);
	const struct event *event = event_log_at(mixer_events(table.mixer), 1);
	assert_int_equal(event->kind, EVENT_INVALID);
	assert_string_equal(event->strip, "ch/kick");
	assert_int_equal(event->count, 4);
	table_close(&table);
}

static void
a_new_sample_rate_starts_afresh(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, band, RATE);
	table_set(&table, "/ch/kick/delay", 10);
	mixer_commit(table.mixer);
	for (int i = 0; i < 4000; i++)
		table.in[IN_KICK][i] = (float)i;
	table_run(&table, 0, 640, 64);
	assert_int_equal(mixer_set_rate(table.mixer, 96000), 0);
	table_run(&table, 640, 4000, 64);
	assert_true(table.out[OUT_KICK][3999] == 3999 - 960);
	table_close(&table);
}

static void
solo_closes_paths_to_the_master_only(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, band, RATE);
	for (int i = 0; i < 4; i++)
		table_noise(table.in[i], (unsigned)i + 1);
	table_set(&table, "/bus/drums/solo", 1);
	mixer_commit(table.mixer);
	table_run(&table, 0, 4000, 64);
	for (int i = RAMP + 64; i < 4000; i++) {
		double kick = sqrt(0.5) * (double)table.in[IN_KICK][i];
		assert_true(fabs((double)table.out[OUT_L][i] - kick) < 1e-6);
		assert_true(table.out[OUT_WEDGE][i] == table.in[IN_VOICE][i]);
		assert_true(table.out[OUT_VOICE][i] == table.in[IN_VOICE][i]);
	}
	table_close(&table);
}

static void
count_match(void *arg, const struct address *address)
{
	(void)address;
	++*(unsigned *)arg;
}

static void
patterns_try_few_addresses_and_never_more_than_allowed(void **state)
{
	struct table table;
	unsigned found = 0, budget = 100;

	(void)state;
	table_open(&table, band, RATE);
	assert_int_equal(mixer_each(table.mixer, "/ch/*/send/verb/level",
			     &budget, count_match, &found),
	    1);
	assert_int_equal(budget, 99);
	budget = 100;
	mixer_each(
	    table.mixer, "/*/*/send/*/nothing", &budget, count_match, &found);
	assert_int_equal(budget, 100);
	budget = found = 0;
	assert_int_equal(mixer_each(table.mixer, "/ch/kick/fader", &budget,
			     count_match, &found),
	    1);
	budget = 20;
	found = 0;
	mixer_each(table.mixer, "//*", &budget, count_match, &found);
	assert_int_equal(budget, 0);
	assert_true(found > 0 && found <= 20);
	table_close(&table);
}

int
main(void)
{
	struct each_kernels each[] = {
		EACH_KERNELS(output_does_not_depend_on_the_period),
		EACH_KERNELS(sums_are_right_however_strips_are_batched),
	};
	struct CMUnitTest tests[] = {
		{ 0 },
		{ 0 },
		cmocka_unit_test(standing_gains_sum_as_they_should),
		cmocka_unit_test(one_commit_lands_in_one_cycle),
		cmocka_unit_test(a_new_plan_is_swapped_in_without_a_gap),
		cmocka_unit_test(what_the_engine_cannot_take_yet_is_kept),
		cmocka_unit_test(nobody_running_takes_batches_all_the_same),
		cmocka_unit_test(nan_is_contained_to_its_strip),
		cmocka_unit_test(a_new_sample_rate_starts_afresh),
		cmocka_unit_test(solo_closes_paths_to_the_master_only),
		cmocka_unit_test(
		    patterns_try_few_addresses_and_never_more_than_allowed),
	};

	each_kernels_add(tests, each, sizeof each / sizeof each[0]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
