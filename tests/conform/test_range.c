#include "stage.h"

#include <stdio.h>

/*
 * The cases of EBU Tech 3342, each at every rate through the real engine. Its
 * tolerance is 1 LU.
 */

static double
range_of(unsigned rate, const double *level, size_t segments)
{
	struct stage *stage = stage_open(rate, 2);

	for (size_t i = 0; i < segments; i++)
		stage_play(stage, 20, level[i]);
	double range = stage_read(stage).range;
	stage_close(stage);
	return range;
}

static void
assert_range(const double *level, size_t segments, double wanted)
{
	for (size_t i = 0; i < STAGE_RATES; i++)
		assert_float_equal(
		    range_of(stage_rates[i], level, segments), wanted, 1);
}

static void
cases_1_to_3_the_range_of_two_levels_is_their_distance(void **state)
{
	(void)state;
	assert_range((double[]){ -20, -30 }, 2, 10);
	assert_range((double[]){ -20, -15 }, 2, 5);
	assert_range((double[]){ -40, -20 }, 2, 20);
}

static void
case_4_the_relative_gate_leaves_out_what_is_quiet(void **state)
{
	(void)state;
	assert_range((double[]){ -50, -35, -20, -35, -50 }, 5, 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    cases_1_to_3_the_range_of_two_levels_is_their_distance),
		cmocka_unit_test(
		    case_4_the_relative_gate_leaves_out_what_is_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
