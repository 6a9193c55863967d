#include "table.h"

#include "mixer/route.h"

static void
each_strip_comes_after_what_feeds_it(void **state)
{
	static const char json[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
	    " \"to\": [\"one\"], \"sends\": { \"two\": {} } } ],\n"
	    "\"buses\": [ { \"id\": \"three\" }, { \"id\": \"two\","
	    " \"to\": [\"three\"] }, { \"id\": \"one\", \"to\": [\"two\"] } ] "
	    "}";
	struct table table;
	unsigned order[6], at[6];

	(void)state;
	table_open(&table, json, 48000);
	assert_int_equal(route_order(mixer_desk(table.mixer), order), 6);
	for (unsigned i = 0; i < 6; i++)
		at[order[i]] = i;
	/* a, three, two, one, master, monitor */
	assert_true(at[0] < at[3] && at[3] < at[2] && at[2] < at[1] &&
		    at[1] < at[4] && at[4] < at[5]);
	table_close(&table);
}

static void
pan_laws_attenuate_the_centre_as_named(void **state)
{
	(void)state;
	assert_float_equal(
	    20 * log10(route_pan(-3, 0, 1, 2, 0)), -3.0103, 1e-3);
	assert_float_equal(
	    20 * log10(route_pan(-4.5, 0, 1, 2, 1)), -4.5154, 1e-3);
	assert_float_equal(
	    20 * log10(route_pan(-6, 0, 1, 2, 0)), -6.0206, 1e-3);
	for (int i = 0; i < 3; i++) {
		double law = -6 + 1.5 * i;
		assert_float_equal(route_pan(law, -1, 1, 2, 0), 1, 1e-12);
		assert_float_equal(route_pan(law, -1, 1, 2, 1), 0, 1e-12);
		assert_float_equal(route_pan(law, 1, 1, 2, 0), 0, 1e-12);
		assert_float_equal(route_pan(law, 1, 1, 2, 1), 1, 1e-12);
	}
}

static void
constant_power_is_constant(void **state)
{
	(void)state;
	for (int i = -20; i <= 20; i++) {
		double pan = i / 20.0;
		double left = route_pan(-3, pan, 1, 2, 0);
		double right = route_pan(-3, pan, 1, 2, 1);
		assert_float_equal(left * left + right * right, 1, 1e-9);
	}
}

static void
balance_never_raises_a_lane(void **state)
{
	(void)state;
	assert_float_equal(route_pan(-3, 0, 2, 2, 0), 1, 0);
	assert_float_equal(route_pan(-3, 0, 2, 2, 1), 1, 0);
	assert_float_equal(route_pan(-3, 0.25, 2, 2, 0), 0.75, 1e-12);
	assert_float_equal(route_pan(-3, 0.25, 2, 2, 1), 1, 0);
	assert_float_equal(route_pan(-3, -1, 2, 2, 1), 0, 0);
	assert_float_equal(route_pan(-3, 0, 2, 1, 1), 0.5, 0);
	assert_float_equal(route_pan(-3, 0.7, 1, 1, 0), 1, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_strip_comes_after_what_feeds_it),
		cmocka_unit_test(pan_laws_attenuate_the_centre_as_named),
		cmocka_unit_test(constant_power_is_constant),
		cmocka_unit_test(balance_never_raises_a_lane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
