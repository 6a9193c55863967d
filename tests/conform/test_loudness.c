#include "stage.h"

#include "mixer/gating.h"

#include <stdio.h>

/*
 * The cases of EBU Tech 3341 for M, S and I, each at every rate through the
 * real engine. Its tolerance is 0.1 LU.
 */

#define TOLERANCE 0.1

static void
at_every_rate(void (*run)(struct stage *stage))
{
	for (size_t i = 0; i < STAGE_RATES; i++) {
		struct stage *stage = stage_open(stage_rates[i], 2);
		run(stage);
		stage_close(stage);
	}
}

static void
assert_all(const struct stage *stage, double loudness)
{
	struct loudness_reading reading = stage_read(stage);

	assert_float_equal(reading.momentary, loudness, TOLERANCE);
	assert_float_equal(reading.short_term, loudness, TOLERANCE);
	assert_float_equal(reading.integrated, loudness, TOLERANCE);
}

static void
run_steady(struct stage *stage)
{
	stage_play(stage, 20, -23);
	assert_all(stage, -23);
	stage_anew(stage);
	stage_play(stage, 20, -33);
	assert_all(stage, -33);
}

static void
cases_1_and_2_a_steady_tone_is_its_level(void **state)
{
	(void)state;
	at_every_rate(run_steady);
}

static void
run_quiet_ends(struct stage *stage)
{
	stage_play(stage, 10, -36);
	stage_play(stage, 60, -23);
	stage_play(stage, 10, -36);
	assert_float_equal(stage_read(stage).integrated, -23, TOLERANCE);
	stage_anew(stage);
	stage_play(stage, 10, -72);
	stage_play(stage, 10, -36);
	stage_play(stage, 60, -23);
	stage_play(stage, 10, -36);
	stage_play(stage, 10, -72);
	assert_float_equal(stage_read(stage).integrated, -23, TOLERANCE);
}

static void
cases_3_and_4_both_gates_leave_out_what_is_quiet(void **state)
{
	(void)state;
	at_every_rate(run_quiet_ends);
}

static void
run_three_levels(struct stage *stage)
{
	stage_play(stage, 20, -26);
	stage_play(stage, 20.1, -20);
	stage_play(stage, 20, -26);
	assert_float_equal(stage_read(stage).integrated, -23, TOLERANCE);
}

static void
case_5_loud_and_less_loud_make_a_mean(void **state)
{
	(void)state;
	at_every_rate(run_three_levels);
}

/* No strip has five lanes: filter and gates are held to it by themselves, with
 * the channel weights of BS.1770-5, table 3. */
static void
case_6_five_channels_are_weighted(void **state)
{
	static const double level[] = { -28, -28, -24, -30, -30 };
	static const double weight[] = { 1, 1, 1, 1.41, 1.41 };
	static struct gating gating;
	static float tone[480];
	struct weighting weighting[5] = { { .rings = false } };
	double power[40] = { 0 };

	(void)state;
	for (int i = 0; i < 480; i++)
		tone[i] = (float)sin(2 * M_PI * 1000 * i / 48000);
	for (int k = 0; k < 5; k++)
		loudness_design(48000, &weighting[k]);
	for (int step = 0; step < 2000; step++) {
		power[step % 40] = 0;
		for (int k = 0; k < 5; k++) {
			struct meter_program program = { .product = 0 };
			const float *x[] = { tone };
			weighting_run(&weighting[k], x, 1,
			    (float)pow(10, level[k] / 20), false, 480,
			    &program);
			power[step % 40] +=
			    weight[k] * program.weighted[0] / 480;
		}
		double mean = 0;
		for (int i = 0; i < 40; i++)
			mean += power[i] / 40;
		if (step >= 39 && step % 10 == 9)
			gating_add(&gating, mean);
	}
	assert_float_equal(gating_integrated(&gating), -23, TOLERANCE);
}

static void
run_short_term_pattern(struct stage *stage)
{
	for (int i = 0; i < 5; i++) {
		stage_play(stage, 1.34, -20);
		if (i > 0)
			assert_float_equal(
			    stage_read(stage).short_term, -23, TOLERANCE);
		for (int k = 0; k < 83; k++) {
			stage_play(stage, 0.02, -30);
			if (i == 0)
				continue;
			assert_float_equal(
			    stage_read(stage).short_term, -23, TOLERANCE);
		}
	}
}

static void
case_9_short_term_is_a_window_of_three_seconds(void **state)
{
	(void)state;
	at_every_rate(run_short_term_pattern);
}

static void
run_short_term_bursts(struct stage *stage)
{
	for (int i = 0; i < 20; i++) {
		stage_anew(stage);
		stage_rest(stage, i * 0.15);
		stage_play(stage, 3, -23);
		stage_rest(stage, 1);
		assert_float_equal(
		    stage_read(stage).short_term_most, -23, TOLERANCE);
	}
}

static void
case_10_the_highest_short_term_is_found_at_any_offset(void **state)
{
	(void)state;
	at_every_rate(run_short_term_bursts);
}

static void
run_short_term_live(struct stage *stage)
{
	for (int i = 0; i < 20; i++) {
		stage_reset(stage);
		stage_rest(stage, i * 0.15);
		stage_play(stage, 3, -38 + i);
		stage_rest(stage, 3 - i * 0.15);
		assert_float_equal(
		    stage_read(stage).short_term_most, -38 + i, TOLERANCE);
	}
}

static void
case_11_the_highest_short_term_is_found_live(void **state)
{
	(void)state;
	at_every_rate(run_short_term_live);
}

static void
run_momentary_pattern(struct stage *stage)
{
	for (int i = 0; i < 25 * 20; i++) {
		stage_play(stage, 0.02, i % 20 < 9 ? -20 : -30);
		if (i >= 50)
			assert_float_equal(
			    stage_read(stage).momentary, -23, TOLERANCE);
	}
}

static void
case_12_momentary_is_a_window_of_400_ms(void **state)
{
	(void)state;
	at_every_rate(run_momentary_pattern);
}

static void
run_momentary_bursts(struct stage *stage)
{
	for (int i = 0; i < 20; i++) {
		stage_anew(stage);
		stage_rest(stage, i * 0.02);
		stage_play(stage, 0.4, -23);
		stage_rest(stage, 1);
		assert_float_equal(
		    stage_read(stage).momentary_most, -23, TOLERANCE);
	}
}

static void
case_13_the_highest_momentary_is_found_at_any_offset(void **state)
{
	(void)state;
	at_every_rate(run_momentary_bursts);
}

static void
run_momentary_live(struct stage *stage)
{
	for (int i = 0; i < 20; i++) {
		stage_reset(stage);
		stage_rest(stage, i * 0.02);
		stage_play(stage, 0.4, -38 + i);
		stage_rest(stage, 0.4 - i * 0.02);
		assert_float_equal(
		    stage_read(stage).momentary_most, -38 + i, TOLERANCE);
	}
}

static void
case_14_the_highest_momentary_is_found_live(void **state)
{
	(void)state;
	at_every_rate(run_momentary_live);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_1_and_2_a_steady_tone_is_its_level),
		cmocka_unit_test(
		    cases_3_and_4_both_gates_leave_out_what_is_quiet),
		cmocka_unit_test(case_5_loud_and_less_loud_make_a_mean),
		cmocka_unit_test(case_6_five_channels_are_weighted),
		cmocka_unit_test(
		    case_9_short_term_is_a_window_of_three_seconds),
		cmocka_unit_test(
		    case_10_the_highest_short_term_is_found_at_any_offset),
		cmocka_unit_test(case_11_the_highest_short_term_is_found_live),
		cmocka_unit_test(case_12_momentary_is_a_window_of_400_ms),
		cmocka_unit_test(
		    case_13_the_highest_momentary_is_found_at_any_offset),
		cmocka_unit_test(case_14_the_highest_momentary_is_found_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
