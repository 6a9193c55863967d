/* The client is no part of the library that the tests link. */
#include "client/ctl/bar.c"   // NOLINT(bugprone-suspicious-include)
#include "client/ctl/cells.c" // NOLINT(bugprone-suspicious-include)

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define SIZE 40

/* As the roster has it, but without a desk. */
struct zone_target
roster_target(
    const struct roster_strip *strip, const struct roster_stage *stage)
{
	return zone_window(strip->kind, strcmp(stage->name, "fader") == 0,
	    strip->low, strip->high);
}

enum zone
roster_zone(const struct roster_strip *strip, const struct roster_stage *stage,
    double peak)
{
	struct zone_target target = roster_target(strip, stage);

	return zone_of(
	    &target, strip->outputs && strcmp(stage->name, "fader") == 0, peak);
}

static const struct cells_look colours = { false, false };
static const struct cells_look fills = { false, true };

static struct cells_ruler
ruler_of(const char *name, bool outputs, int size)
{
	struct roster_strip strip = { .kind = STRIP_CHANNEL,
		.outputs = outputs,
		.low = -18,
		.high = -10 };
	struct roster_stage stage = { .shown = true };
	struct cells_ruler ruler;

	snprintf(stage.name, sizeof(stage.name), "%s", name);
	cells_rule(&ruler, &strip, &stage, size);
	return ruler;
}

static void
zones_follow_each_other_along_a_bar(void **state)
{
	struct cells_ruler ruler = ruler_of("trim", false, SIZE);
	struct zone_target target = zone_window(STRIP_CHANNEL, false, -18, -10);
	struct cell cell[SIZE];
	(void)state;

	cells_bar(&ruler, &colours, 6, -200, -200, cell);
	for (int i = 0; i < SIZE; i++) {
		enum zone zone =
		    zone_of(&target, false, bar_level((i + 0.5) / SIZE));
		if (zone == ZONE_SILENT)
			zone = ZONE_LOW;
		assert_int_equal(cell[i].zone, zone);
		assert_int_equal(cell[i].glyph, CELL_RIGHT + 7);
	}
	assert_int_equal(cell[0].zone, ZONE_LOW);
	assert_int_equal(cell[SIZE - 1].zone, ZONE_OVER);
}

static void
what_goes_to_hardware_clips(void **state)
{
	struct cells_ruler inside = ruler_of("fader", false, SIZE);
	struct cells_ruler outside = ruler_of("fader", true, SIZE);
	struct cell cell[SIZE];
	(void)state;

	cells_bar(&inside, &colours, 6, -200, -200, cell);
	assert_int_equal(cell[SIZE - 1].zone, ZONE_OVER);
	cells_bar(&outside, &colours, 6, -200, -200, cell);
	assert_int_equal(cell[SIZE - 1].zone, ZONE_CLIP);
}

static void
a_bar_grows_by_eighths(void **state)
{
	struct cells_ruler ruler = ruler_of("trim", false, SIZE);
	struct cell cell[SIZE];
	int before = 0;
	(void)state;

	for (int step = 0; step < 800; step++) {
		int eighths = 0;
		cells_bar(&ruler, &colours, bar_level(step / 800.0), -200, -200,
		    cell);
		for (int i = 0; i < SIZE; i++)
			if (cell[i].glyph >= CELL_RIGHT)
				eighths += cell[i].glyph - CELL_RIGHT + 1;
		assert_true(eighths >= before && eighths <= before + 1);
		before = eighths;
	}
	assert_true(before >= 8 * SIZE - 1);
}

static void
without_colour_each_zone_has_a_fill_of_its_own(void **state)
{
	struct cells_ruler ruler = ruler_of("fader", true, SIZE);
	struct cells_ruler trim = ruler_of("trim", false, SIZE);
	struct cell cell[SIZE];
	wchar_t seen[ZONES] = { 0 };
	(void)state;

	cells_bar(&trim, &fills, 6, -200, -200, cell);
	for (int i = 0; i < SIZE; i++)
		seen[cell[i].zone] =
		    cells_character((enum cell_glyph)cell[i].glyph, false);
	cells_bar(&ruler, &fills, 6, -200, -200, cell);
	seen[ZONE_CLIP] =
	    cells_character((enum cell_glyph)cell[SIZE - 1].glyph, false);
	assert_int_equal(seen[ZONE_LOW], L'-');
	assert_int_equal(seen[ZONE_NOMINAL], L'=');
	assert_int_equal(seen[ZONE_HOT], L'#');
	assert_int_equal(seen[ZONE_OVER], L'X');
	assert_int_equal(seen[ZONE_CLIP], L'X');
}

static void
marks_stand_where_peak_and_hold_are(void **state)
{
	struct cells_ruler ruler = ruler_of("trim", false, SIZE);
	struct cell cell[SIZE];
	int peak = (int)(bar_position(-15) * SIZE);
	int hold = (int)(bar_position(-3) * SIZE);
	(void)state;

	cells_bar(&ruler, &colours, -40, -15, -3, cell);
	assert_int_equal(cell[peak].glyph, CELL_PEAK);
	assert_int_equal(cell[hold].glyph, CELL_HOLD);
	assert_int_equal(cell[hold].zone, ZONE_HOT);
	assert_int_equal(cell[hold].weight, CELL_BOLD);
}

static void
a_mark_makes_no_hole_in_a_lit_bar(void **state)
{
	struct cells_ruler ruler = ruler_of("trim", false, SIZE);
	struct cell cell[SIZE];
	(void)state;

	cells_bar(&ruler, &colours, -3, -20, -20, cell);
	for (int i = 0; i < SIZE; i++)
		assert_true(
		    cell[i].glyph != CELL_PEAK && cell[i].glyph != CELL_HOLD);
}

static void
the_target_is_dotted_where_the_bar_is_dark(void **state)
{
	struct cells_ruler ruler = ruler_of("trim", false, SIZE);
	struct cells_ruler open = ruler_of("fader", false, SIZE);
	struct cell cell[SIZE];
	(void)state;

	cells_bar(&ruler, &colours, -200, -200, -200, cell);
	for (int i = 0; i < SIZE; i++) {
		double level = bar_level((i + 0.5) / SIZE);
		assert_int_equal(cell[i].glyph,
		    level >= -18 && level <= -10 ? CELL_AIM : CELL_BLANK);
	}
	cells_bar(&open, &colours, -200, -200, -200, cell);
	for (int i = 0; i < SIZE; i++)
		assert_int_equal(cell[i].glyph, CELL_BLANK);
}

static void
no_size_is_overrun(void **state)
{
	struct cell cell[SIZE + 1];
	(void)state;

	for (int size = 1; size <= SIZE; size++) {
		struct cells_ruler ruler = ruler_of("trim", false, size);
		memset(cell, 0xee, sizeof(cell));
		cells_bar(&ruler, &colours, 60, 60, 60, cell);
		assert_int_equal(cell[size].glyph, 0xee);
		assert_int_not_equal(cell[size - 1].glyph, 0xee);
		cells_bar(&ruler, &fills, -200, -200, -200, cell);
		assert_int_equal(cell[size].glyph, 0xee);
	}
}

static void
every_glyph_has_a_character(void **state)
{
	(void)state;

	for (int glyph = 0; glyph < CELL_GLYPHS; glyph++) {
		assert_int_not_equal(
		    cells_character((enum cell_glyph)glyph, true), 0);
		wchar_t plain = cells_character((enum cell_glyph)glyph, false);
		assert_true(plain >= L' ' && plain < 0x7f);
	}
	assert_int_equal(cells_character(CELL_RIGHT + 7, true), L'█');
	assert_int_equal(cells_character(CELL_UP, true), L'▁');
	assert_int_equal(cells_character(CELL_FILL + ZONE_LOW, true), L'░');
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_follow_each_other_along_a_bar),
		cmocka_unit_test(what_goes_to_hardware_clips),
		cmocka_unit_test(a_bar_grows_by_eighths),
		cmocka_unit_test(
		    without_colour_each_zone_has_a_fill_of_its_own),
		cmocka_unit_test(marks_stand_where_peak_and_hold_are),
		cmocka_unit_test(a_mark_makes_no_hole_in_a_lit_bar),
		cmocka_unit_test(the_target_is_dotted_where_the_bar_is_dark),
		cmocka_unit_test(no_size_is_overrun),
		cmocka_unit_test(every_glyph_has_a_character),
	};

	return cmocka_run_group_tests_name("ctl cells", tests, NULL, NULL);
}
