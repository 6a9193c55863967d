#include "protocol/level.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
assert_near(double found, double wanted, double tolerance)
{
	if (!(fabs(found - wanted) <= tolerance))
		fail_msg("found %.17g; wanted %.17g", found, wanted);
}

static void
gain_is_ten_to_the_db_over_twenty(void **state)
{
	(void)state;
	assert_near(level_gain(0), 1, 0);
	assert_near(level_gain(20), 10, 1e-14);
	assert_near(level_gain(-20), 0.1, 1e-16);
	assert_near(level_gain(-6), 0.50118723362727228, 1e-15);
	assert_near(level_gain(-199), 1.1220184543019634e-10, 1e-22);
}

static void
gain_of_silence_is_exactly_zero(void **state)
{
	(void)state;
	assert_true(level_gain(LEVEL_SILENCE) == 0);
	assert_true(level_gain(-201) == 0);
	assert_true(level_gain(-INFINITY) == 0);
	assert_true(level_gain(NAN) == 0);
}

static void
db_is_the_level_of_the_magnitude(void **state)
{
	(void)state;
	assert_near(level_db(1), 0, 0);
	assert_near(level_db(-1), 0, 0);
	assert_near(level_db(0.1), -20, 1e-13);
	assert_near(level_db(-10), 20, 1e-13);
	assert_near(level_power_db(1), 0, 0);
	assert_near(level_power_db(0.5), -3.0102999566398120, 1e-14);
}

static void
db_is_never_infinite_and_never_nan(void **state)
{
	static const double odd[] = { 0, -0.0, 1e-11, -1e-11, 4.9e-324, NAN };

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		assert_true(level_db(odd[i]) == LEVEL_SILENCE);
	assert_true(level_power_db(0) == LEVEL_SILENCE);
	assert_true(level_power_db(1e-21) == LEVEL_SILENCE);
	assert_true(level_power_db(-1) == LEVEL_SILENCE);
	assert_true(level_power_db(NAN) == LEVEL_SILENCE);
	assert_true(isfinite(level_db(INFINITY)) && level_db(INFINITY) > 1000);
	assert_true(isfinite(level_power_db(INFINITY)));
}

static void
gain_and_db_undo_each_other(void **state)
{
	(void)state;
	for (int half = -399; half <= 80; half++)
		assert_near(
		    level_db(level_gain(half / 2.0)), half / 2.0, 1e-11);
}

static void
fader_law_has_its_published_points(void **state)
{
	static const double point[][2] = { { 1, 10 }, { 0.75, 0 }, { 0.5, -10 },
		{ 0.375, -20 }, { 0.25, -30 }, { 0.125, -50 }, { 0.0625, -60 },
		{ 0.03125, -75 } };

	(void)state;
	for (size_t i = 0; i < sizeof point / sizeof point[0]; i++) {
		assert_near(level_from_position(point[i][0]), point[i][1], 0);
		assert_near(level_position(point[i][1]), point[i][0], 0);
	}
}

static void
fader_law_is_off_at_the_bottom(void **state)
{
	(void)state;
	assert_true(level_from_position(0) == LEVEL_SILENCE);
	assert_true(level_from_position(-1) == LEVEL_SILENCE);
	assert_true(level_from_position(NAN) == LEVEL_SILENCE);
	assert_near(level_from_position(1e-9), -90, 1e-6);
	assert_true(level_position(-90) == 0);
	assert_true(level_position(LEVEL_SILENCE) == 0);
	assert_true(level_position(NAN) == 0);
}

static void
fader_law_is_clamped_at_the_top(void **state)
{
	(void)state;
	assert_near(level_from_position(1.5), 10, 0);
	assert_near(level_position(11), 1, 0);
	assert_near(level_position(INFINITY), 1, 0);
}

static void
fader_law_rises_without_a_jump_and_turns_back(void **state)
{
	double last = level_from_position(1.0 / 1024);

	(void)state;
	for (unsigned i = 2; i <= 1024; i++) {
		double db = level_from_position(i / 1024.0);

		assert_true(db > last && db - last <= 480 / 1024.0);
		assert_near(level_position(db), i / 1024.0, 1e-15);
		last = db;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gain_is_ten_to_the_db_over_twenty),
		cmocka_unit_test(gain_of_silence_is_exactly_zero),
		cmocka_unit_test(db_is_the_level_of_the_magnitude),
		cmocka_unit_test(db_is_never_infinite_and_never_nan),
		cmocka_unit_test(gain_and_db_undo_each_other),
		cmocka_unit_test(fader_law_has_its_published_points),
		cmocka_unit_test(fader_law_is_off_at_the_bottom),
		cmocka_unit_test(fader_law_is_clamped_at_the_top),
		cmocka_unit_test(fader_law_rises_without_a_jump_and_turns_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
