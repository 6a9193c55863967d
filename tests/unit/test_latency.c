#include "table.h"

#include "mixer/latency.h"

/* Inputs: a, b_1, b_2. Outputs: a, b_1, b_2, sub_1, sub_2, lone, master,
 * monitor. */
static const char json[] =
    "{ \"version\": 1, \"channels\": [\n"
    "{ \"id\": \"a\", \"delay\": 10, \"to\": [\"sub\"] },\n"
    "{ \"id\": \"b\", \"lanes\": 2, \"sends\": { \"sub\": {} } } ],\n"
    "\"buses\": [ { \"id\": \"sub\", \"lanes\": 2, \"delay\": 1 },\n"
    "{ \"id\": \"lone\", \"lanes\": 1 } ] }";
enum {
	OUT_A,
	OUT_B_1,
	OUT_B_2,
	OUT_SUB_1,
	OUT_SUB_2,
	OUT_LONE,
	OUT_L,
	OUT_R,
	OUT_MONITOR_1,
	OUT_MONITOR_2,
	OUTS
};

static void
assert_range(struct latency_range range, uint32_t min, uint32_t max)
{
	assert_int_equal(range.min, min);
	assert_int_equal(range.max, max);
}

static void
capture_follows_the_routes_and_delays(void **state)
{
	const struct latency_range in[] = { { 64, 64 }, { 100, 200 },
		{ 300, 300 } };
	struct latency_range out[OUTS];
	struct table table;

	(void)state;
	table_open(&table, json, 48000);
	struct latency *latency = mixer_latency(table.mixer);
	assert_int_equal(latency_capture(latency, in, out), 0);
	assert_range(out[OUT_A], 64 + 480, 64 + 480);
	assert_range(out[OUT_B_1], 100, 200);
	assert_range(out[OUT_B_2], 300, 300);
	assert_range(out[OUT_SUB_1], 100 + 48, 64 + 480 + 48);
	assert_range(out[OUT_SUB_2], 300 + 48, 64 + 480 + 48);
	assert_range(out[OUT_LONE], 0, 0);
	assert_range(out[OUT_L], 100, 64 + 480 + 48);
	/* As late as the master, which it plays. */
	assert_range(out[OUT_MONITOR_1], 100, 64 + 480 + 48);
	latency_free(latency);
	table_close(&table);
}

static void
playback_is_the_way_back(void **state)
{
	struct latency_range out[OUTS] = { { 0, 0 } }, in[3];
	struct table table;

	(void)state;
	table_open(&table, json, 48000);
	struct latency *latency = mixer_latency(table.mixer);
	out[OUT_L] = (struct latency_range){ 128, 128 };
	out[OUT_R] = (struct latency_range){ 256, 256 };
	assert_int_equal(latency_playback(latency, out, in), 0);
	assert_range(in[0], 480, 256 + 480 + 48);
	assert_range(in[1], 0, 128 + 48);
	assert_range(in[2], 0, 256 + 48);
	latency_free(latency);
	table_close(&table);
}

static void
a_port_that_is_not_connected_is_no_path(void **state)
{
	struct latency_range out[OUTS], in[3];
	struct table table;

	(void)state;
	table_open(&table, json, 48000);
	struct latency *latency = mixer_latency(table.mixer);
	for (int i = 0; i < OUTS; i++)
		out[i] = latency_nothing;
	out[OUT_L] = (struct latency_range){ 128, 128 };
	assert_int_equal(latency_playback(latency, out, in), 0);
	assert_range(in[0], 128 + 480 + 48, 128 + 480 + 48);
	assert_range(in[2], 0, 0);
	latency_free(latency);
	table_close(&table);
}

static void
a_new_delay_is_a_new_version(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, json, 48000);
	unsigned before = mixer_latency_version(table.mixer);
	table_set(&table, "/ch/a/fader", -3);
	mixer_commit(table.mixer);
	assert_int_equal(mixer_latency_version(table.mixer), before);
	table_set(&table, "/ch/a/delay", 20);
	mixer_commit(table.mixer);
	assert_int_not_equal(mixer_latency_version(table.mixer), before);
	table_close(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capture_follows_the_routes_and_delays),
		cmocka_unit_test(playback_is_the_way_back),
		cmocka_unit_test(a_port_that_is_not_connected_is_no_path),
		cmocka_unit_test(a_new_delay_is_a_new_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
