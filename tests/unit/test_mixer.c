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
output_does_not_depend_on_the_period(void **state)
{
	static const uint32_t periods[] = { 1, 32, 441, 1024 };
	struct table first, other;

	(void)state;
	table_open(&first, band, RATE);
	for (int i = 0; i < 4; i++)
		table_noise(first.in[i], (unsigned)i + 1);
	table_run(&first, 0, 2048, 64);
	for (size_t k = 0; k < 4; k++) {
		table_open(&other, band, RATE);
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standing_gains_sum_as_they_should),
		cmocka_unit_test(output_does_not_depend_on_the_period),
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
