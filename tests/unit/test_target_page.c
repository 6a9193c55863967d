#include "mixer/target.h"
#include "protocol/level.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Holds the tables of presets in headroom(7) and headroom.json(5) to the code.
 */

#define ROW 160

/* The row of a preset, its windows told with this between both bounds. */
static void
make_row(enum target_preset preset, const char *between, char row[ROW])
{
	static const enum strip_kind kinds[] = { STRIP_CHANNEL, STRIP_BUS,
		STRIP_MASTER };
	double at[TARGET_VALUES];
	int size = snprintf(row, ROW, ".It %s", target_preset_name(preset));

	for (int i = 0; i < 3; i++) {
		target_defaults(preset, kinds[i], at);
		size += snprintf(row + size, ROW - (size_t)size,
		    " Ta \\-%g%s\\-%g", -at[TARGET_VALUE(PARAM_TARGET_LOW)],
		    between, -at[TARGET_VALUE(PARAM_TARGET_HIGH)]);
	}
	double loudness = at[TARGET_VALUE(PARAM_TARGET_LOUDNESS)];
	size += snprintf(row + size, ROW - (size_t)size, " Ta \\-%g Ta ",
	    -at[TARGET_VALUE(PARAM_TARGET_INSERT)]);
	if (loudness > LEVEL_SILENCE)
		snprintf(row + size, ROW - (size_t)size, "\\-%g\n", -loudness);
	else
		snprintf(row + size, ROW - (size_t)size, "none\n");
}

static void
assert_page(const char *path, const char *between)
{
	char *text = calloc(1, 1 << 17), row[ROW];
	FILE *file = fopen(path, "r");

	assert_non_null(text);
	assert_non_null(file);
	text[fread(text, 1, (1 << 17) - 1, file)] = '\0';
	fclose(file);
	for (int i = 0; i < TARGET_PRESETS; i++) {
		make_row((enum target_preset)i, between, row);
		if (strstr(text, row) == NULL)
			fail_msg("%s is without: %s", path, row);
	}
	free(text);
}

static void
pages_have_the_figures_of_every_preset(void **state)
{
	(void)state;
	assert_page("daemon/headroom.7", " to ");
	assert_page("daemon/mixer/headroom.json.5", "\\(en");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_have_the_figures_of_every_preset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
