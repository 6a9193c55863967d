/* The client is no part of the library that the tests link. */
#include "client/ctl/since.c" // NOLINT(bugprone-suspicious-include)

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW 1795388645678 /* 2026-11-22T23:04:05.678Z, a Sunday */
#define HOUR 3600000

static int64_t
time_of(const char *text)
{
	struct since since;
	char why[320];

	if (since_parse(text, NOW, &since, why, sizeof why) < 0)
		fail_msg("%s", why);
	assert_true(since.by_time);
	return since.time;
}

static void
a_number_is_that_of_an_event(void **state)
{
	static const char *const text[] = { "0", "1200", "999999999999999" };
	struct since since;
	char why[320];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    since_parse(text[i], NOW, &since, why, sizeof why), 0);
		assert_false(since.by_time);
		assert_int_equal(since.sequence, strtoll(text[i], NULL, 10));
	}
}

static void
a_number_with_a_unit_is_a_time_that_has_passed(void **state)
{
	(void)state;
	assert_int_equal(time_of("8h"), NOW - 8 * HOUR);
	assert_int_equal(time_of("90s"), NOW - 90000);
	assert_int_equal(time_of("0.5s"), NOW - 500);
	assert_int_equal(time_of("1d12h30m"), NOW - 36 * HOUR - HOUR / 2);
	assert_int_equal(time_of("900000d"), 0);
}

static void
a_time_of_day_is_the_last_time_that_it_was_so(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(time_of("23:00"), NOW - 245678);
	assert_int_equal(time_of("23:04:05.5"), NOW - 178);
	assert_int_equal(time_of("23:05"), NOW - 24 * HOUR + 54322);
	setenv("TZ", "EST5", 1);
	tzset();
	assert_int_equal(time_of("18:00"), NOW - 245678);
	assert_int_equal(time_of("23:00"), NOW - 19 * HOUR - 245678);
	assert_int_equal(time_of("23:00Z"), NOW - 245678);
}

static void
a_date_is_local_unless_it_says_otherwise(void **state)
{
	(void)state;
	setenv("TZ", "EST5", 1);
	tzset();
	assert_int_equal(time_of("2026-11-22T23:04:05.678Z"), NOW);
	assert_int_equal(time_of("2026-11-22T18:04:05.678"), NOW);
	assert_int_equal(time_of("2026-11-22 18:04"), NOW - 5678);
	assert_int_equal(time_of("2026-11-22"), NOW - 18 * HOUR - 245678);
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = { "", "x", "-5", "8x", "h", "8h x",
		"25:00", "23:61", "23:00x", "2026-13-01", "1.5", "2026-11-22T",
		"23:00:05.", "1000000000000000", "nan", "infs" };
	struct since since;
	char why[320];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (since_parse(bad[i], NOW, &since, why, sizeof why) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_non_null(strstr(why, "allowed: a sequence number"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_that_of_an_event),
		cmocka_unit_test(
		    a_number_with_a_unit_is_a_time_that_has_passed),
		cmocka_unit_test(a_time_of_day_is_the_last_time_that_it_was_so),
		cmocka_unit_test(a_date_is_local_unless_it_says_otherwise),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
