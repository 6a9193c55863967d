/* The client is no part of the library that the tests link. */
#include "client/ctl/bar.c" // NOLINT(bugprone-suspicious-include)

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
assert_near(double found, double wanted, double tolerance)
{
	if (!(fabs(found - wanted) <= tolerance))
		fail_msg("found %g, wanted %g", found, wanted);
}

static void
the_scale_deflects_as_iec_60268_18_says(void **state)
{
	static const double row[][2] = { { -200, 0 }, { -71, 0 }, { -70, 0 },
		{ -65, 1.25 }, { -60, 2.5 }, { -50, 7.5 }, { -40, 15 },
		{ -30, 30 }, { -25, 40 }, { -20, 50 }, { -10, 75 }, { 0, 100 },
		{ 6, 115 } };
	(void)state;

	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_near(bar_deflection(row[i][0]), row[i][1], 1e-9);
	assert_near(bar_deflection((double)NAN), 0, 0);
}

static void
positions_run_from_nothing_to_the_top_and_back(void **state)
{
	(void)state;

	assert_near(bar_position(-200), 0, 0);
	assert_near(bar_position(BAR_TOP), 1, 0);
	assert_near(bar_position(40), 1, 0);
	for (int db = -69; db <= (int)BAR_TOP; db++)
		assert_near(bar_level(bar_position(db)), db, 1e-9);
}

static void
a_bar_falls_20_db_in_1_7_seconds_however_often_it_is_drawn(void **state)
{
	static const unsigned steps[] = { 1, 7, 34, 1700 };
	(void)state;

	for (unsigned s = 0; s < 4; s++) {
		struct bar bar;
		bar_reset(&bar, 10);
		bar_feed(&bar, -3, 10);
		for (unsigned i = 1; i <= steps[s]; i++)
			bar_fall(&bar, 10 + 1.7 * i / steps[s]);
		assert_near(bar.level, -23, 1e-6);
	}
}

static void
a_bar_rises_at_once(void **state)
{
	struct bar bar;
	(void)state;

	bar_reset(&bar, 0);
	bar_feed(&bar, -40, 1);
	bar_feed(&bar, -2, 1.001);
	assert_near(bar.level, -2, 0);
}

static void
a_peak_is_marked_for_a_second_and_then_dropped(void **state)
{
	struct bar bar;
	(void)state;

	bar_reset(&bar, 0);
	bar_feed(&bar, -6, 0);
	bar_feed(&bar, -30, 0.99);
	assert_near(bar.held, -6, 0);
	bar_feed(&bar, -30, 1.1);
	assert_near(bar.held, bar.level, 0);
	assert_true(bar.held < -6);
}

static void
a_bar_at_rest_does_not_move(void **state)
{
	struct bar bar;
	(void)state;

	bar_reset(&bar, 0);
	assert_false(bar_fall(&bar, 5));
	bar_feed(&bar, -60, 5);
	assert_true(bar_fall(&bar, 5.1));
	bar_fall(&bar, 20);
	assert_near(bar.level, LEVEL_SILENCE, 0);
	assert_false(bar_fall(&bar, 25));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scale_deflects_as_iec_60268_18_says),
		cmocka_unit_test(
		    positions_run_from_nothing_to_the_top_and_back),
		cmocka_unit_test(
		    a_bar_falls_20_db_in_1_7_seconds_however_often_it_is_drawn),
		cmocka_unit_test(a_bar_rises_at_once),
		cmocka_unit_test(
		    a_peak_is_marked_for_a_second_and_then_dropped),
		cmocka_unit_test(a_bar_at_rest_does_not_move),
	};

	return cmocka_run_group_tests_name("ctl bar", tests, NULL, NULL);
}
