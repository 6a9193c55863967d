#include "edge/cable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
what_was_seen_is_wanted_again(void **state)
{
	struct cables cables = { 0 };

	(void)state;
	cables_see(&cables, 1, "x:a");
	cables_see(&cables, 1, "x:a");
	cables_see(&cables, 2, "x:a");
	assert_int_equal(cables.count, 2);
	cables_renew(&cables, NULL);
	assert_true(cables_find(&cables, 1, "x:a")->wanted);
	assert_false(cables_find(&cables, 1, "x:a")->seen);
	assert_null(cables_find(&cables, 3, "x:a"));
	assert_null(cables_find(&cables, 1, "x:b"));
	cables_free(&cables);
}

static void
a_cable_is_taken_out_when_it_stays_away_beside_its_ports(void **state)
{
	struct cables cables = { 0 };

	(void)state;
	cables_see(&cables, 0, "x:a");
	struct cable *cable = cables_find(&cables, 0, "x:a");
	assert_true(cable_miss(cable, 10));
	assert_true(cable_miss(cable, 10 + 0.9 * CABLE_DOUBT));
	assert_true(cable->wanted);
	assert_false(cable_miss(cable, 10 + 1.1 * CABLE_DOUBT));
	assert_false(cable->wanted);
	/* It stays so when its program comes anew, until it is put back. */
	cables_renew(&cables, "x:a");
	assert_false(cable->wanted);
	cables_see(&cables, 0, "x:a");
	assert_true(cable->wanted);
	cables_free(&cables);
}

static void
a_program_that_ends_takes_no_cable_out(void **state)
{
	struct cables cables = { 0 };

	(void)state;
	cables_see(&cables, 0, "x:a");
	cables_see(&cables, 0, "y:a");
	struct cable *cable = cables_find(&cables, 0, "x:a");
	assert_true(cable_miss(cable, 10));
	cables_renew(&cables, "x:a");
	assert_true(cables_find(&cables, 0, "y:a")->seen);
	/* Its port is back, and the cable is not yet. */
	assert_false(cable_miss(cable, 20));
	assert_false(cable_miss(cable, 30));
	assert_true(cable->wanted);
	cables_free(&cables);
}

static void
names_without_end_fill_no_memory(void **state)
{
	struct cables cables = { 0 };
	char name[32];

	(void)state;
	cables_see(&cables, 0, "stays:a");
	for (int i = 0; i < CABLES_MOST + 100; i++) {
		snprintf(name, sizeof name, "x-%d:a", i);
		cables_see(&cables, 0, name);
		cables_renew(&cables, name);
	}
	assert_int_equal(cables.count, CABLES_MOST);
	assert_non_null(cables_find(&cables, 0, name));
	assert_non_null(cables_find(&cables, 0, "stays:a"));
	assert_null(cables_find(&cables, 0, "x-0:a"));
	cables_free(&cables);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_seen_is_wanted_again),
		cmocka_unit_test(
		    a_cable_is_taken_out_when_it_stays_away_beside_its_ports),
		cmocka_unit_test(a_program_that_ends_takes_no_cable_out),
		cmocka_unit_test(names_without_end_fill_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
