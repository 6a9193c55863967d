#include "table.h"

#include "mixer/gating.h"
#include "mixer/loudness.h"

#define RATE 48000

static const char desk[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"lanes\": 2 } ],"
    " \"buses\": [ { \"id\": \"sub\", \"lanes\": 1 } ] }";

enum { CH_A, BUS_SUB, MASTER };

static struct loudness_reading
reading(struct table *table)
{
	struct loudness_reading reading;

	meters_read_loudness(mixer_meters(table->mixer), MASTER, &reading);
	return reading;
}

/* Plays the first second of the buffers some times over. */
static void
play(struct table *table, int seconds, uint32_t period)
{
	for (int i = 0; i < seconds; i++)
		table_run(table, 0, RATE, period);
}

/* 1 kHz in both lanes, by gains. */
static void
tone(struct table *table, double left, double right)
{
	for (int i = 0; i < RATE; i++) {
		double x = sin(2 * M_PI * 1000 * i / RATE);
		table->in[0][i] = (float)(left * x);
		table->in[1][i] = (float)(right * x);
	}
}

static void
silence_is_silence(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, desk, RATE);
	for (int i = 0; i < 2; i++) {
		struct loudness_reading r = reading(&table);
		assert_true(r.momentary == -200 && r.short_term == -200);
		assert_true(r.integrated == -200 && r.range == 0);
		assert_true(r.momentary_most == -200 && r.dc == -200);
		assert_true(r.correlation == 0 && r.crest == 0);
		play(&table, 4, 1024);
	}
	table_close(&table);
}

static void
one_lane_of_full_scale_is_minus_three(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, desk, RATE);
	for (int i = 0; i < RATE; i++)
		table.in[0][i] = (float)sin(2 * M_PI * 997 * i / RATE);
	play(&table, 4, 1024);
	assert_float_equal(reading(&table).integrated, -3.01, 0.01);
	assert_float_equal(reading(&table).crest, 3.01, 0.01);
	table_close(&table);
}

static void
each_period_reads_the_same(void **state)
{
	static const uint32_t periods[] = { 32, 64, 441, 1024 };
	struct loudness_reading first = { 0 };

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct table table;
		table_open(&table, desk, RATE);
		table_noise(table.in[0], 1);
		table_noise(table.in[1], 2);
		play(&table, 4, periods[k]);
		struct loudness_reading r = reading(&table);
		if (k == 0)
			first = r;
		assert_float_equal(r.momentary, first.momentary, 1e-9);
		assert_float_equal(r.integrated, first.integrated, 1e-9);
		assert_float_equal(r.correlation, first.correlation, 1e-6);
		assert_float_equal(r.crest, first.crest, 1e-5);
		table_close(&table);
	}
}

static void
correlation_tells_how_the_lanes_are_alike(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, desk, RATE);
	tone(&table, 0.5, 0.25);
	play(&table, 1, 64);
	assert_float_equal(reading(&table).correlation, 1, 1e-6);
	tone(&table, 0.5, -0.25);
	play(&table, 1, 64);
	assert_float_equal(reading(&table).correlation, -1, 1e-6);
	for (int i = 0; i < RATE; i++)
		table.in[1][i] = (float)cos(2 * M_PI * 1000 * i / RATE);
	play(&table, 1, 64);
	assert_float_equal(reading(&table).correlation, 0, 1e-3);
	tone(&table, 0.5, 0);
	play(&table, 1, 64);
	assert_float_equal(reading(&table).correlation, 0, 0);
	table_close(&table);
}

static void
crest_and_dc_are_read_over_300_ms(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, desk, RATE);
	for (int i = 0; i < RATE; i++)
		table.in[0][i] = i / 24 % 2 == 0 ? 0.5F : -0.5F;
	play(&table, 1, 64);
	assert_float_equal(reading(&table).crest, 0, 0.01);
	assert_true(reading(&table).dc < -100);
	for (int i = 0; i < RATE; i++)
		table.in[1][i] = -0.1F;
	table_run(&table, 0, 14400, 64);
	assert_float_equal(reading(&table).dc, -20, 0.001);
	table_close(&table);
}

static void
a_mono_strip_is_one_channel_and_agrees_with_itself(void **state)
{
	static const char json[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ],"
	    " \"master\": { \"lanes\": 1 } }";
	struct loudness_reading r;
	struct table table;

	(void)state;
	table_open(&table, json, RATE);
	tone(&table, 1, 1);
	play(&table, 4, 64);
	meters_read_loudness(mixer_meters(table.mixer), 1, &r);
	assert_float_equal(r.integrated, -3.01, 0.02);
	assert_float_equal(r.correlation, 1, 1e-6);
	table_close(&table);
}

static void
a_reset_begins_anew_what_was_gated_and_nothing_else(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, desk, RATE);
	tone(&table, 0.5, 0.5);
	play(&table, 4, 64);
	double short_term = reading(&table).short_term;
	meters_reset_loudness(mixer_meters(table.mixer), MASTER);
	struct loudness_reading r = reading(&table);
	assert_true(r.integrated == -200 && r.range == 0);
	assert_true(r.momentary_most == -200 && r.short_term_most == -200);
	assert_true(r.short_term == short_term);
	tone(&table, 0.05, 0.05);
	play(&table, 4, 64);
	r = reading(&table);
	assert_float_equal(r.integrated, -26, 0.05);
	assert_float_equal(r.momentary_most, -26, 0.05);
	table_close(&table);
}

static void
without_a_server_it_is_silent_and_what_was_gated_stays(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, desk, RATE);
	tone(&table, 0.5, 0.5);
	play(&table, 4, 64);
	struct loudness_reading before = reading(&table);
	mixer_tick(table.mixer, false);
	struct loudness_reading r = reading(&table);
	assert_true(r.momentary == -200 && r.short_term == -200);
	assert_true(r.crest == 0 && r.correlation == 0 && r.dc == -200);
	assert_true(r.integrated == before.integrated);
	assert_true(r.momentary_most == before.momentary_most);
	table_close(&table);
}

static void
the_fader_moves_loudness_and_mute_ends_it(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, desk, RATE);
	tone(&table, 0.5, 0.5);
	play(&table, 4, 64);
	double before = reading(&table).momentary;
	table_set(&table, "/master/fader", -20);
	mixer_commit(table.mixer);
	play(&table, 1, 64);
	assert_float_equal(reading(&table).momentary, before - 20, 0.001);
	table_set(&table, "/master/mute", 1);
	mixer_commit(table.mixer);
	play(&table, 4, 64);
	assert_float_equal(reading(&table).momentary, -200, 0);
	assert_float_equal(reading(&table).short_term, -200, 0);
	table_close(&table);
}

/* A delay makes a new plan: filters and history go on across it. */
static void
nothing_is_lost_while_control_is_late_or_plans_change(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, desk, RATE);
	tone(&table, 0.5, 0.5);
	play(&table, 4, 64);
	struct loudness_reading before = reading(&table);
	const float *in[TABLE_PORTS] = { table.in[0], table.in[1] };
	for (int i = 0; i < 1000; i++, table.frame += 48)
		engine_run(
		    mixer_engine(table.mixer), table.frame, 48, in, table.out);
	mixer_tick(table.mixer, true);
	table_set(&table, "/ch/a/delay", 1);
	mixer_commit(table.mixer);
	table_run(&table, 0, 1001, 77);
	table_run(&table, 1001, 1001 + 9600, 77);
	struct loudness_reading after = reading(&table);
	assert_float_equal(after.integrated, before.integrated, 0.02);
	assert_float_equal(after.short_term, before.short_term, 0.05);
	table_close(&table);
}

/* --- windows and gates by themselves --- */

static void
windows_of_odd_lengths_keep_their_energy(void **state)
{
	static const uint32_t lengths[] = { 1, 479, 480, 481, 4800, 100000 };
	struct loudness *loudness = loudness_new();
	struct loudness_reading r;

	(void)state;
	assert_non_null(loudness);
	loudness_set_rate(loudness, RATE);
	for (int i = 0; i < 600; i++) {
		uint32_t frames = lengths[i % 6];
		struct meter_program program = { .weighted = { 0.01 * frames },
			.sum = { 0.1 * frames } };
		struct loudness_window window = { .program = &program,
			.squares = { 0.01 * frames },
			.peak = { 0.2F },
			.lanes = 1,
			.frames = frames };
		loudness_fold(loudness, &window);
	}
	loudness_read(loudness, &r);
	assert_float_equal(r.momentary, -20.691, 1e-6);
	assert_float_equal(r.short_term, -20.691, 1e-6);
	assert_float_equal(r.integrated, -20.691, 1e-6);
	assert_float_equal(r.momentary_most, -20.691, 1e-6);
	assert_float_equal(r.range, 0, 0);
	assert_float_equal(r.dc, -20, 1e-6);
	assert_float_equal(r.crest, 6.0206, 1e-3);
	free(loudness);
}

static void
the_absolute_gate_is_at_minus_70(void **state)
{
	struct gating *gating = calloc(1, sizeof *gating);

	(void)state;
	assert_non_null(gating);
	gating_add(gating, 0);
	gating_add(gating, pow(10, (-70.01 + 0.691) / 10));
	assert_float_equal(gating_integrated(gating), -200, 0);
	assert_float_equal(gating_range(gating), 0, 0);
	gating_add(gating, pow(10, (-69.99 + 0.691) / 10));
	assert_float_equal(gating_integrated(gating), -69.99, 1e-9);
	free(gating);
}

static void
what_is_louder_than_the_last_bin_keeps_its_energy(void **state)
{
	struct gating *gating = calloc(1, sizeof *gating);

	(void)state;
	assert_non_null(gating);
	for (int i = 0; i < 10; i++)
		gating_add(gating, pow(10, (100 + 0.691) / 10));
	assert_float_equal(gating_integrated(gating), 100, 1e-9);
	assert_float_equal(gating_range(gating), 0, 0);
	free(gating);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_silence),
		cmocka_unit_test(one_lane_of_full_scale_is_minus_three),
		cmocka_unit_test(each_period_reads_the_same),
		cmocka_unit_test(correlation_tells_how_the_lanes_are_alike),
		cmocka_unit_test(crest_and_dc_are_read_over_300_ms),
		cmocka_unit_test(
		    a_mono_strip_is_one_channel_and_agrees_with_itself),
		cmocka_unit_test(
		    a_reset_begins_anew_what_was_gated_and_nothing_else),
		cmocka_unit_test(
		    without_a_server_it_is_silent_and_what_was_gated_stays),
		cmocka_unit_test(the_fader_moves_loudness_and_mute_ends_it),
		cmocka_unit_test(
		    nothing_is_lost_while_control_is_late_or_plans_change),
		cmocka_unit_test(windows_of_odd_lengths_keep_their_energy),
		cmocka_unit_test(the_absolute_gate_is_at_minus_70),
		cmocka_unit_test(
		    what_is_louder_than_the_last_bin_keeps_its_energy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
