#include "table.h"

#include "config_case.h"
#include "mixer/target.h"

/*
 * Targets: from preset, kind and strip in the configuration, and moved live.
 */

static double
target(const struct desk *desk, enum strip_kind kind, const char *id,
    enum param param)
{
	int strip = desk_find(desk, kind, id);

	assert_true(strip >= 0);
	return desk->strip[strip].target[TARGET_VALUE(param)];
}

static void
assert_window(const struct desk *desk, enum strip_kind kind, const char *id,
    double low, double high)
{
	assert_true(target(desk, kind, id, PARAM_TARGET_LOW) == low);
	assert_true(target(desk, kind, id, PARAM_TARGET_HIGH) == high);
}

static void
a_desk_without_targets_has_those_of_a_live_show(void **state)
{
	struct desk *desk = config_take(
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"kick\" } ],"
	    "  \"buses\": [ { \"id\": \"drums\" } ] }");

	(void)state;
	assert_window(desk, STRIP_CHANNEL, "kick", -18, -10);
	assert_window(desk, STRIP_BUS, "drums", -30, -6);
	assert_window(desk, STRIP_MASTER, "master", -30, -6);
	assert_true(
	    target(desk, STRIP_CHANNEL, "kick", PARAM_TARGET_INSERT) == -18);
	assert_true(target(desk, STRIP_MASTER, "master",
			PARAM_TARGET_LOUDNESS) == -200);
	desk_free(desk);
}

static void
a_strip_goes_before_its_kind_and_that_before_the_preset(void **state)
{
	struct desk *desk =
	    config_take("{ \"version\": 1,"
			"  \"channels\": [ { \"id\": \"kick\", \"target\": "
			"{ \"high\": -12 } }, { \"id\": \"snare\" } ],"
			"  \"targets\": { \"preset\": \"k20\","
			"    \"channel\": { \"low\": -24, \"high\": -14 } } }");

	(void)state;
	assert_window(desk, STRIP_CHANNEL, "kick", -24, -12);
	assert_window(desk, STRIP_CHANNEL, "snare", -24, -14);
	assert_window(desk, STRIP_MASTER, "master", -30, -3);
	assert_true(
	    target(desk, STRIP_MASTER, "master", PARAM_TARGET_LOUDNESS) == -20);
	config_assert_prints_back(desk);
	desk_free(desk);
}

static void
broadcast_is_ebu_r_128(void **state)
{
	double master[TARGET_VALUES];

	(void)state;
	target_defaults(TARGET_BROADCAST, STRIP_MASTER, master);
	assert_true(master[TARGET_VALUE(PARAM_TARGET_LOUDNESS)] == -23);
	assert_true(master[TARGET_VALUE(PARAM_TARGET_HIGH)] == -1);
}

static void
every_preset_has_a_window_and_a_name_that_leads_back(void **state)
{
	(void)state;
	for (int i = 0; i < TARGET_PRESETS; i++) {
		enum target_preset preset = (enum target_preset)i;
		assert_int_equal(
		    target_preset_find(target_preset_name(preset)), preset);
		for (int kind = 0; kind < STRIP_KINDS; kind++) {
			double at[TARGET_VALUES];
			target_defaults(preset, (enum strip_kind)kind, at);
			assert_true(at[TARGET_VALUE(PARAM_TARGET_LOW)] <
				    at[TARGET_VALUE(PARAM_TARGET_HIGH)]);
		}
	}
	assert_int_equal(target_preset_find("loud"), TARGET_PRESETS);
}

static void
a_bound_that_is_set_moves_the_other(void **state)
{
	struct table table;
	const struct desk *desk;

	(void)state;
	table_open(&table,
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"kick\" } ] }",
	    48000);
	desk = mixer_desk(table.mixer);
	table_set(&table, "/ch/1/target/low", -8);
	assert_window(desk, STRIP_CHANNEL, "kick", -8, -8);
	table_set(&table, "/ch/1/target/high", -20);
	assert_window(desk, STRIP_CHANNEL, "kick", -20, -20);
	table_set(&table, "/master/target/loudness", -23);
	assert_true(
	    target(desk, STRIP_MASTER, "master", PARAM_TARGET_LOUDNESS) == -23);
	table_close(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_desk_without_targets_has_those_of_a_live_show),
		cmocka_unit_test(
		    a_strip_goes_before_its_kind_and_that_before_the_preset),
		cmocka_unit_test(broadcast_is_ebu_r_128),
		cmocka_unit_test(
		    every_preset_has_a_window_and_a_name_that_leads_back),
		cmocka_unit_test(a_bound_that_is_set_moves_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
