/* The client is no part of the library that the tests link. */
#include "client/ctl/controls.c" // NOLINT(bugprone-suspicious-include)

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static unsigned flushes;

/* Nothing goes anywhere: what is told comes from the test. */
void
link_flush(struct link *link)
{
	(void)link;
	flushes++;
}

static void
nowhere(void *arg, const void *packet, size_t size)
{
	(void)arg;
	(void)packet;
	(void)size;
}

static struct roster_strip strips[] = {
	{ .kind = STRIP_CHANNEL, .address = "ch/kick" },
	{ .kind = STRIP_CHANNEL, .address = "ch/kick2" },
	{ .kind = STRIP_MASTER, .address = "master" },
};
static const struct roster roster = { .strip = strips, .strips = 3 };

static bool
tell(struct controls *controls, const char *address, double value, double now)
{
	struct link_message message = { .address = address,
		.value = { { .type = 'f', .number = value } },
		.values = 1 };

	return controls_take(controls, &roster, &message, now);
}

static void
assert_step(enum control control, double from, bool up, bool fine, double to)
{
	double found = controls_step(control, from, up, fine);

	if (fabs(found - to) > 1e-9)
		fail_msg("from %g found %g, wanted %g", from, found, to);
}

static void
steps_are_of_a_decibel_or_a_tenth(void **state)
{
	(void)state;

	assert_step(CONTROL_FADER, -6, true, false, -5);
	assert_step(CONTROL_FADER, -6, false, true, -6.1);
	assert_step(CONTROL_FADER, -6.04, true, true, -5.9);
	assert_step(CONTROL_TRIM, 3, false, false, 2);
	assert_step(CONTROL_TRIM, 3, true, true, 3.1);
}

static void
steps_end_at_the_bounds_of_the_schema(void **state)
{
	(void)state;

	assert_step(CONTROL_FADER, 9.5, true, false, 10);
	assert_step(CONTROL_FADER, 10, true, true, 10);
	assert_step(CONTROL_TRIM, 40, true, false, 40);
	assert_step(CONTROL_TRIM, -39.5, false, false, -40);
}

static void
a_fader_goes_off_below_its_foot_and_comes_back(void **state)
{
	(void)state;

	assert_step(CONTROL_FADER, -40, false, false, -45);
	assert_step(CONTROL_FADER, -45, true, false, -40);
	assert_step(CONTROL_FADER, -90, false, false, -200);
	assert_step(CONTROL_FADER, -200, false, false, -200);
	assert_step(CONTROL_FADER, -200, true, false, -90);
}

static void
what_the_daemon_says_is_what_stands(void **state)
{
	struct controls controls;
	(void)state;

	assert_int_equal(controls_open(&controls, 3), 0);
	assert_false(controls.strip[0].known[CONTROL_FADER]);
	assert_true(tell(&controls, "/ch/kick/fader", -6, 0));
	assert_true(tell(&controls, "/ch/kick2/fader", -7, 0));
	assert_true(tell(&controls, "/master/mute", 1, 0));
	assert_false(tell(&controls, "/ch/kick/pan", 1, 0));
	assert_false(tell(&controls, "/ch/nobody/fader", 1, 0));
	assert_true(controls.strip[0].value[CONTROL_FADER] == -6);
	assert_true(controls.strip[1].value[CONTROL_FADER] == -7);
	assert_true(controls.strip[2].value[CONTROL_MUTE] == 1);
	controls_close(&controls);
}

static void
an_answer_from_before_our_change_does_not_undo_it(void **state)
{
	struct controls controls;
	struct link link;
	(void)state;

	osc_pack_start(&link.packer, nowhere, NULL);
	assert_int_equal(controls_open(&controls, 3), 0);
	tell(&controls, "/ch/kick/fader", -6, 0);
	controls_set(&controls, &roster, 0, CONTROL_FADER, -5, &link, 1);
	assert_true(controls.strip[0].value[CONTROL_FADER] == -5);
	tell(&controls, "/ch/kick/fader", -6, 1.1);
	assert_true(controls.strip[0].value[CONTROL_FADER] == -5);
	/* Later it is the truth, whoever made it. */
	tell(&controls, "/ch/kick/fader", -8, 2);
	assert_true(controls.strip[0].value[CONTROL_FADER] == -8);
	controls_close(&controls);
}

static void
nothing_is_set_that_is_not_known(void **state)
{
	struct controls controls;
	struct link link;
	(void)state;

	osc_pack_start(&link.packer, nowhere, NULL);
	assert_int_equal(controls_open(&controls, 3), 0);
	flushes = 0;
	controls_set(&controls, &roster, 0, CONTROL_FADER, 10, &link, 1);
	controls_set(&controls, &roster, 7, CONTROL_FADER, 10, &link, 1);
	assert_int_equal(flushes, 0);
	controls_close(&controls);
}

static void
a_refused_change_is_told_and_a_refused_question_is_not_repeated(void **state)
{
	struct controls controls;
	struct link link;
	(void)state;

	osc_pack_start(&link.packer, nowhere, NULL);
	assert_int_equal(controls_open(&controls, 3), 0);
	tell(&controls, "/ch/kick/fader", -6, 0);
	controls_set(&controls, &roster, 0, CONTROL_FADER, -5, &link, 1);
	assert_true(controls_refuse(&controls, &roster, "/ch/kick/fader"));
	assert_false(controls.strip[0].known[CONTROL_FADER]);
	for (int s = 0; s < 3; s++)
		for (int c = 0; c < CONTROLS; c++) {
			char address[80];
			snprintf(address, sizeof(address), "/%s/%s",
			    strips[s].address, schema_param(params[c])->tail);
			assert_false(
			    controls_refuse(&controls, &roster, address));
		}
	flushes = 0;
	controls_ask(&controls, &roster, &link, 10);
	assert_int_equal(flushes, 0);
	controls_close(&controls);
}

static void
what_is_missing_is_asked_for_twice_a_second(void **state)
{
	struct controls controls;
	struct link link;
	(void)state;

	osc_pack_start(&link.packer, nowhere, NULL);
	assert_int_equal(controls_open(&controls, 3), 0);
	flushes = 0;
	for (int i = 0; i < 100; i++)
		controls_ask(&controls, &roster, &link, 5 + i / 100.0);
	assert_int_equal(flushes, 2);
	controls_close(&controls);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_of_a_decibel_or_a_tenth),
		cmocka_unit_test(steps_end_at_the_bounds_of_the_schema),
		cmocka_unit_test(
		    a_fader_goes_off_below_its_foot_and_comes_back),
		cmocka_unit_test(what_the_daemon_says_is_what_stands),
		cmocka_unit_test(
		    an_answer_from_before_our_change_does_not_undo_it),
		cmocka_unit_test(nothing_is_set_that_is_not_known),
		cmocka_unit_test(
		    a_refused_change_is_told_and_a_refused_question_is_not_repeated),
		cmocka_unit_test(what_is_missing_is_asked_for_twice_a_second),
	};

	return cmocka_run_group_tests_name("ctl controls", tests, NULL, NULL);
}
