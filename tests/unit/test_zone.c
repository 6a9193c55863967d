#include "protocol/zone.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct judged {
	const char *stage;
	double peak;
	enum strip_kind kind;
	enum zone zone;
	bool outputs;
};

/* At a stage of a strip whose bounds are those of its kind. */
static enum zone
zone_at(enum strip_kind kind, const char *stage, bool outputs, double peak)
{
	bool channel = kind == STRIP_CHANNEL;
	bool fader = strcmp(stage, "fader") == 0;
	struct zone_target target =
	    zone_window(kind, fader, channel ? -18 : -30, channel ? -10 : -6);

	return zone_of(&target, outputs && fader, peak);
}

static void
judge(const struct judged *row, size_t rows)
{
	for (size_t i = 0; i < rows; i++)
		assert_string_equal(zone_name(zone_at(row[i].kind, row[i].stage,
					row[i].outputs, row[i].peak)),
		    zone_name(row[i].zone));
}

#define JUDGE(rows) judge(rows, sizeof(rows) / sizeof((rows)[0]))

static void
a_channel_should_peak_from_18_to_10_below_full_scale(void **state)
{
	static const struct judged rows[] = {
		{ "trim", -18.01, STRIP_CHANNEL, ZONE_LOW, false },
		{ "trim", -18, STRIP_CHANNEL, ZONE_NOMINAL, false },
		{ "trim", -10, STRIP_CHANNEL, ZONE_NOMINAL, false },
		{ "trim", -9.99, STRIP_CHANNEL, ZONE_HOT, false },
		{ "trim", 0, STRIP_CHANNEL, ZONE_HOT, false },
		{ "trim", 0.01, STRIP_CHANNEL, ZONE_OVER, false },
	};
	(void)state;

	JUDGE(rows);
}

static void
stages_before_the_fader_of_a_channel_are_judged_alike(void **state)
{
	static const char *const stages[] = { "in", "insert/1" };
	(void)state;

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		for (int peak = -210; peak < 20; peak++)
			assert_int_equal(
			    zone_at(STRIP_CHANNEL, stages[i], true, peak),
			    zone_at(STRIP_CHANNEL, "trim", true, peak));
}

static void
a_fader_may_take_a_channel_as_low_as_the_balance_asks(void **state)
{
	static const struct judged rows[] = {
		{ "fader", -60.01, STRIP_CHANNEL, ZONE_SILENT, false },
		{ "fader", -60, STRIP_CHANNEL, ZONE_NOMINAL, false },
		{ "fader", -10, STRIP_CHANNEL, ZONE_NOMINAL, false },
		{ "fader", -9.99, STRIP_CHANNEL, ZONE_HOT, false },
		{ "fader", 0.01, STRIP_CHANNEL, ZONE_OVER, false },
	};
	(void)state;

	JUDGE(rows);
}

static void
a_bus_and_the_master_should_peak_at_6_below_or_less(void **state)
{
	static const struct judged rows[] = {
		{ "in", -30.01, STRIP_BUS, ZONE_LOW, false },
		{ "in", -30, STRIP_BUS, ZONE_NOMINAL, false },
		{ "fader", -6, STRIP_BUS, ZONE_NOMINAL, false },
		{ "fader", -5.99, STRIP_BUS, ZONE_HOT, false },
		{ "in", -6, STRIP_MASTER, ZONE_NOMINAL, true },
		{ "fader", -5.99, STRIP_MASTER, ZONE_HOT, true },
		{ "fader", 0, STRIP_MASTER, ZONE_HOT, true },
	};
	(void)state;

	JUDGE(rows);
}

static void
only_what_leaves_a_fader_for_outputs_clips(void **state)
{
	static const struct judged rows[] = {
		{ "fader", 0.001, STRIP_MASTER, ZONE_CLIP, true },
		{ "fader", 0.001, STRIP_BUS, ZONE_CLIP, true },
		{ "fader", 0.001, STRIP_CHANNEL, ZONE_CLIP, true },
		{ "fader", 0, STRIP_BUS, ZONE_HOT, true },
		{ "trim", 0.001, STRIP_MASTER, ZONE_OVER, true },
		{ "in", 12, STRIP_MASTER, ZONE_OVER, true },
		{ "trim", 12, STRIP_CHANNEL, ZONE_OVER, true },
		{ "fader", 12, STRIP_BUS, ZONE_OVER, false },
		{ "fader", 12, STRIP_CHANNEL, ZONE_OVER, false },
	};
	(void)state;

	JUDGE(rows);
}

static void
under_60_below_there_is_nothing_to_judge(void **state)
{
	static const struct judged rows[] = {
		{ "in", -60, STRIP_CHANNEL, ZONE_LOW, false },
		{ "in", -60.01, STRIP_CHANNEL, ZONE_SILENT, false },
		{ "in", -200, STRIP_CHANNEL, ZONE_SILENT, false },
		{ "fader", -200, STRIP_MASTER, ZONE_SILENT, true },
		{ "fader", (double)NAN, STRIP_BUS, ZONE_SILENT, false },
	};
	(void)state;

	JUDGE(rows);
}

static void
a_louder_peak_is_never_in_a_lower_zone(void **state)
{
	(void)state;

	for (int i = 0; i < 2 * STRIP_KINDS; i++) {
		enum strip_kind kind = (enum strip_kind)(i / 2);
		enum zone before = ZONE_SILENT;
		for (int tenths = -2100; tenths < 400; tenths++) {
			enum zone zone =
			    zone_at(kind, "fader", i % 2, tenths / 10.0);
			assert_true(zone >= before);
			before = zone;
		}
	}
}

static void
a_window_of_its_own_moves_the_zones(void **state)
{
	struct zone_target tight = zone_window(STRIP_BUS, true, -14, -12);
	struct zone_target balance = zone_window(STRIP_CHANNEL, true, -14, -12);
	(void)state;

	assert_int_equal(zone_of(&tight, true, -11.9), ZONE_HOT);
	assert_int_equal(zone_of(&tight, true, -12), ZONE_NOMINAL);
	assert_int_equal(zone_of(&tight, true, -14), ZONE_NOMINAL);
	assert_int_equal(zone_of(&tight, true, -14.1), ZONE_LOW);
	assert_int_equal(zone_of(&balance, true, -14.1), ZONE_NOMINAL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_channel_should_peak_from_18_to_10_below_full_scale),
		cmocka_unit_test(
		    stages_before_the_fader_of_a_channel_are_judged_alike),
		cmocka_unit_test(
		    a_fader_may_take_a_channel_as_low_as_the_balance_asks),
		cmocka_unit_test(
		    a_bus_and_the_master_should_peak_at_6_below_or_less),
		cmocka_unit_test(only_what_leaves_a_fader_for_outputs_clips),
		cmocka_unit_test(under_60_below_there_is_nothing_to_judge),
		cmocka_unit_test(a_window_of_its_own_moves_the_zones),
		cmocka_unit_test(a_louder_peak_is_never_in_a_lower_zone),
	};

	return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
