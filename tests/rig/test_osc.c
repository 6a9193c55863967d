#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Gets, sets, errors, patterns and bundles, as headroom-osc(7) promises.
 */

static const char desk[] =
    "{ \"version\": 1, \"osc\": { \"allow\": ["
    "  { \"network\": \"127.0.0.1/32\", \"role\": \"admin\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.0.3/32\", \"role\": \"view\","
    "    \"trusted\": true } ] },"
    "  \"channels\": ["
    "  { \"id\": \"kick\", \"name\": \"Kick\", \"fader\": -6,"
    "    \"sends\": { \"verb\": { \"level\": -12 } } },"
    "  { \"id\": \"snare\" }, { \"id\": \"wide\", \"lanes\": 2 } ],"
    "  \"buses\": [ { \"id\": \"sub\", \"lanes\": 2 },"
    "    { \"id\": \"verb\", \"lanes\": 2 } ],"
    "  \"master\": { \"lanes\": 2 } }";

static int
set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);

	*state = rig;
	rig_start(rig, 48000, 64, desk);
	return 0;
}

static struct osc_client *
osc_of(void **state)
{
	struct rig *rig = *state;

	osc_drain(rig->osc);
	return rig->osc;
}

/* --- gets and sets --- */

static void
a_get_answers_in_the_form_that_was_asked(void **state)
{
	struct osc_client *osc = osc_of(state);
	static const char *const types[] = { NULL, "" };

	for (int i = 0; i < 2; i++) {
		osc_send(osc, "/ch/kick/fader", types[i]);
		osc_expect(osc, "/ch/kick/fader", "f", -6.0);
		osc_send(osc, "/ch/1/fader", types[i]);
		osc_expect(osc, "/ch/1/fader", "f", -6.0);
		osc_send(osc, "/bus/2/name", types[i]);
		osc_wait(osc, "/bus/2/name");
		osc_send(osc, "/ch/1/send/verb/level", types[i]);
		osc_expect(osc, "/ch/1/send/verb/level", "f", -12.0);
	}
	osc_send(osc, "/ch/kick/name", "");
	osc_expect(osc, "/ch/kick/name", "s", "Kick");
	osc_send(osc, "/ch/kick/send/verb/tap", "");
	osc_expect(osc, "/ch/kick/send/verb/tap", "s", "post");
	osc_send(osc, "/ch/kick/polarity", "");
	osc_expect(osc, "/ch/kick/polarity", "i", 0);
	osc_send(osc, "/master/fader", "");
	osc_expect(osc, "/master/fader", "f", 0.0);
}

static void
a_set_is_kept_and_not_echoed(void **state)
{
	struct osc_client *osc = osc_of(state);
	static const struct {
		const char *address;
		double value;
	} set[] = { { "/ch/kick/trim", 3.5 }, { "/ch/kick/delay", 12.5 },
		{ "/ch/snare/fader", -33.25 }, { "/ch/3/pan", -0.75 },
		{ "/bus/sub/fader", -200 }, { "/bus/sub/pan", 1 },
		{ "/master/trim", -40 }, { "/master/fader", 10 },
		{ "/ch/kick/send/verb/level", -1.5 },
		{ "/ch/kick/send/verb/pan", 0.5 } };

	for (size_t i = 0; i < sizeof set / sizeof *set; i++)
		osc_send(osc, set[i].address, "f", set[i].value);
	osc_expect_nothing(osc, 100);
	for (size_t i = 0; i < sizeof set / sizeof *set; i++)
		assert_true(osc_get(osc, set[i].address) == set[i].value);
	osc_send(osc, "/ch/snare/name", "s", "Sn\xc3\xa4re");
	osc_send(osc, "/ch/2/name", "");
	osc_expect(osc, "/ch/2/name", "s", "Sn\xc3\xa4re");
	osc_send(osc, "/ch/kick/send/verb/tap", "s", "pre");
	osc_send(osc, "/ch/1/send/verb/tap", "");
	osc_expect(osc, "/ch/1/send/verb/tap", "s", "pre");
}

static void
plain_conversions_are_made(void **state)
{
	struct osc_client *osc = osc_of(state);

	osc_send(osc, "/ch/kick/fader", "i", -12);
	assert_true(osc_get(osc, "/ch/kick/fader") == -12);
	osc_send(osc, "/ch/kick/fader", "d", -12.5);
	assert_true(osc_get(osc, "/ch/kick/fader") == -12.5);
	osc_send(osc, "/ch/kick/fader", "h", -7LL);
	assert_true(osc_get(osc, "/ch/kick/fader") == -7);
	osc_send(osc, "/ch/kick/mute", "T");
	assert_true(osc_get(osc, "/ch/kick/mute") == 1);
	osc_send(osc, "/ch/kick/mute", "F");
	assert_true(osc_get(osc, "/ch/kick/mute") == 0);
	osc_send(osc, "/ch/kick/mute", "f", 1.0);
	assert_true(osc_get(osc, "/ch/kick/mute") == 1);
	osc_send(osc, "/ch/kick/mute", "f", 0.0);
	assert_true(osc_get(osc, "/ch/kick/mute") == 0);
	osc_expect_nothing(osc, 50);
}

static void
fader_and_position_follow_the_law(void **state)
{
	struct osc_client *osc = osc_of(state);
	static const double law[][2] = { { 1, 10 }, { 0.75, 0 }, { 0.5, -10 },
		{ 0.375, -20 }, { 0.25, -30 }, { 0.125, -50 }, { 0.0625, -60 },
		{ 0.03125, -75 }, { 0, -200 } };

	for (size_t i = 0; i < sizeof law / sizeof *law; i++) {
		osc_send(osc, "/ch/kick/fader/position", "f", law[i][0]);
		assert_true(
		    fabs(osc_get(osc, "/ch/kick/fader") - law[i][1]) < 1e-4);
		osc_send(osc, "/ch/snare/fader", "f", law[i][1]);
		assert_true(fabs(osc_get(osc, "/ch/snare/fader/position") -
				 law[i][0]) < 1e-6);
	}
}

static void
out_of_range_is_clamped_and_echoed(void **state)
{
	struct osc_client *osc = osc_of(state);

	osc_send(osc, "/ch/kick/fader", "f", 99.0);
	osc_expect(osc, "/ch/kick/fader", "f", 10.0);
	osc_send(osc, "/ch/1/fader", "f", -1e30);
	osc_expect(osc, "/ch/1/fader", "f", -200.0);
	osc_send(osc, "/ch/kick/pan", "i", -7);
	osc_expect(osc, "/ch/kick/pan", "f", -1.0);
	osc_send(osc, "/ch/kick/delay", "f", 501.0);
	osc_expect(osc, "/ch/kick/delay", "f", 500.0);
	osc_send(osc, "/ch/kick/trim", "d", 1e300);
	osc_expect(osc, "/ch/kick/trim", "f", 40.0);
	osc_send(osc, "/ch/kick/mute", "i", 5);
	osc_expect(osc, "/ch/kick/mute", "i", 1);
	osc_send(osc, "/ch/kick/fader/position", "f", 2.0);
	osc_expect(osc, "/ch/kick/fader/position", "f", 1.0);
	osc_expect_nothing(osc, 50);
	assert_true(osc_get(osc, "/ch/kick/trim") == 40);
	osc_send(osc, "/ch/kick/{mute,delay,trim,pan}", "i", 0);
}

/* --- errors --- */

static void
unknown_addresses_are_named(void **state)
{
	struct osc_client *osc = osc_of(state);
	static const char *const unknown[] = { "/ch/nobody/fader",
		"/ch/9/fader", "/ch/0/fader", "/bus/kick/fader",
		"/ch/kick/send/sub/level", "/ch/kick/send/9/level",
		"/meter/ch/kick/nostage", "/meter/ch/nobody/in", "/nonsense",
		"/", "/ch", "/ch/kick", "/master/pan", "/master/solo",
		"/status/nothing", "/ch/kick/fader/", "/ch/kick/Fader",
		"/ch//fader/x" };

	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		osc_send(osc, unknown[i], NULL);
		osc_expect_error(osc, unknown[i], "unknown-address");
		osc_send(osc, unknown[i], "f", 1.0);
		osc_expect_error(osc, unknown[i], "unknown-address");
	}
	osc_expect_nothing(osc, 50);
}

static void
wrong_values_change_nothing_and_are_named(void **state)
{
	struct osc_client *osc = osc_of(state);
	char longer[70];

	memset(longer, 'x', sizeof longer);
	longer[65] = '\0';
	osc_send(osc, "/ch/kick/fader", "f", -6.0);
	osc_send(osc, "/ch/kick/name", "s", "Kick");
	osc_send(osc, "/ch/kick/fader", "s", "loud");
	osc_expect_error(osc, "/ch/kick/fader", "wrong-type");
	osc_send(osc, "/ch/kick/fader", "N");
	osc_expect_error(osc, "/ch/kick/fader", "wrong-type");
	osc_send(osc, "/ch/kick/fader", "ff", 1.0, 2.0);
	osc_expect_error(osc, "/ch/kick/fader", "wrong-type");
	osc_send(osc, "/ch/1/name", "f", 1.0);
	osc_expect_error(osc, "/ch/1/name", "wrong-type");
	osc_send(osc, "/ch/kick/fader", "f", (double)NAN);
	osc_expect_error(osc, "/ch/kick/fader", "not-finite");
	osc_send(osc, "/ch/kick/fader", "d", (double)NAN);
	osc_expect_error(osc, "/ch/kick/fader", "not-finite");
	osc_send(osc, "/ch/kick/fader", "f", (double)-INFINITY);
	osc_expect_error(osc, "/ch/kick/fader", "not-finite");
	osc_send(osc, "/ch/kick/mute", "f", (double)INFINITY);
	osc_expect_error(osc, "/ch/kick/mute", "not-finite");
	osc_send(osc, "/ch/kick/send/verb/tap", "s", "maybe");
	osc_expect_error(osc, "/ch/kick/send/verb/tap", "bad-value");
	osc_send(osc, "/ch/kick/name", "s", "a\nb");
	osc_expect_error(osc, "/ch/kick/name", "bad-value");
	osc_send(osc, "/ch/kick/name", "s", "\xff\xfe");
	osc_expect_error(osc, "/ch/kick/name", "bad-value");
	osc_send(osc, "/ch/kick/name", "s", longer);
	osc_expect_error(osc, "/ch/kick/name", "bad-value");
	osc_send(osc, "/status/xruns", "i", 0);
	osc_expect_error(osc, "/status/xruns", "read-only");
	osc_send(osc, "/meter/ch/kick/in", "f", 0.0);
	osc_expect_error(osc, "/meter/ch/kick/in", "read-only");
	osc_send(osc, "/ch/[kick/fader", "f", 0.0);
	osc_expect_error(osc, "/ch/[kick/fader", "bad-pattern");
	osc_send(osc, "/ch/{kick/fader", "");
	osc_expect_error(osc, "/ch/{kick/fader", "bad-pattern");
	osc_expect_nothing(osc, 50);
	assert_true(osc_get(osc, "/ch/kick/fader") == -6);
	osc_send(osc, "/ch/kick/name", "");
	osc_expect(osc, "/ch/kick/name", "s", "Kick");
}

static void
only_listed_networks_are_answered(void **state)
{
	struct rig *rig = *state;
	struct osc_client *osc = osc_of(state);
	struct osc_client *stranger = osc_open_from("127.0.0.2", rig->udp_port);
	struct osc_client *viewer = osc_open_from("127.0.0.3", rig->udp_port);
	double denied = osc_get(osc, "/status/drops/denied");

	osc_send(osc, "/ch/kick/fader", "f", -6.0);
	osc_send(stranger, "/ch/kick/fader", "");
	osc_send(stranger, "/ch/kick/fader", "f", 0.0);
	osc_expect_nothing(stranger, 100);
	assert_true(osc_get(osc, "/status/drops/denied") == denied + 2);
	assert_true(osc_get(viewer, "/ch/kick/fader") == -6);
	osc_send(viewer, "/ch/kick/fader", "f", 0.0);
	osc_expect_error(viewer, "/ch/kick/fader", "not-allowed");
	assert_true(osc_get(osc, "/ch/kick/fader") == -6);
	osc_close(stranger);
	osc_close(viewer);
}

/* --- patterns and bundles --- */

static void
patterns_set_and_get_each_match_once(void **state)
{
	struct osc_client *osc = osc_of(state);

	osc_send(osc, "/ch/*/mute", "i", 1);
	osc_send(osc, "/ch/*/mute", "");
	osc_expect(osc, "/ch/kick/mute", "i", 1);
	osc_expect(osc, "/ch/snare/mute", "i", 1);
	osc_expect(osc, "/ch/wide/mute", "i", 1);
	osc_send(osc, "/ch/[ks]*/mute", "i", 0);
	osc_send(osc, "/{ch,bus}/?i*/mute", "");
	osc_expect(osc, "/ch/kick/mute", "i", 0);
	osc_expect(osc, "/ch/wide/mute", "i", 1);
	osc_send(osc, "/{bus,ch}/{wide,verb}/mute", "F");
	osc_send(osc, "//send//level", NULL);
	osc_wait(osc, "/ch/kick/send/verb/level");
	osc_send(osc, "/ch/[!w1-9]*/{pan,solo}", "");
	osc_expect(osc, "/ch/kick/pan", "f", 0.0);
	osc_expect(osc, "/ch/kick/solo", "i", 0);
	osc_wait(osc, "/ch/snare/solo");
	osc_send(osc, "/ch/{1,2}/polarity", "");
	osc_expect(osc, "/ch/1/polarity", "i", 0);
	osc_expect(osc, "/ch/2/polarity", "i", 0);
	osc_expect_nothing(osc, 50);
	osc_send(osc, "/ch/x*/mute", "");
	osc_expect_error(osc, "/ch/x*/mute", "unknown-address");
	osc_send(osc, "/ch/****************x/mute", "");
	osc_expect_error(osc, "/ch/****************x/mute", "unknown-address");
}

static void
a_bundle_is_opened_unless_it_is_for_later(void **state)
{
	struct osc_client *osc = osc_of(state);

	osc_bundle(osc, 1);
	osc_add(osc, "/ch/kick/fader", "f", -1.0);
	osc_add(osc, "/ch/kick/fader", NULL);
	osc_add(osc, "/ch/snare/fader", "f", -2.0);
	osc_flush(osc);
	osc_expect(osc, "/ch/kick/fader", "f", -1.0);
	assert_true(osc_get(osc, "/ch/snare/fader") == -2);
	/* The year 2000 is past, 2090 to come. */
	osc_bundle(osc, (uint64_t)3155673600U << 32);
	osc_add(osc, "/ch/kick/fader", "f", -3.0);
	osc_flush(osc);
	assert_true(osc_get(osc, "/ch/kick/fader") == -3);
	osc_bundle(osc, (uint64_t)0xffffff00U << 32);
	osc_add(osc, "/ch/kick/fader", "f", -4.0);
	osc_add(osc, "/ch/snare/fader", "f", -4.0);
	osc_flush(osc);
	osc_expect_error(osc, NULL, "bad-time");
	osc_expect_nothing(osc, 50);
	assert_true(osc_get(osc, "/ch/kick/fader") == -3);
	assert_true(osc_get(osc, "/ch/snare/fader") == -2);
}

/* Two ramps begin in the same sample each time: the signals stay alike. */
static void
a_bundle_lands_in_one_cycle(void **state)
{
	struct rig *rig = *state;
	struct osc_client *osc = osc_of(state);
	uint32_t frames = 2 * 48000;
	struct rig_take *take = take_new(2, 2, frames, frames);
	unsigned ramps = 0;

	rig_join(rig, 2, 2);
	rig_connect_play(rig, 0, "headroom:kick_in_1");
	rig_connect_play(rig, 1, "headroom:snare_in_1");
	rig_connect_capture(rig, "headroom:kick_out_1", 0);
	rig_connect_capture(rig, "headroom:snare_out_1", 1);
	osc_send(osc, "/ch/{kick,snare}/*", "i", 0);
	osc_drain(osc);
	signal_dc(take->play[0], frames, 0.5);
	signal_dc(take->play[1], frames, 0.5);
	rig_settle(rig, 50);
	rig_roll(rig, take);
	for (int i = 0; i < 40; i++) {
		double db = i % 2 ? -3 : -9;
		osc_bundle(osc, 1);
		osc_add(osc, "/ch/kick/fader", "f", db);
		osc_add(osc, "/ch/snare/fader", "f", db);
		osc_flush(osc);
		rig_sleep(37);
	}
	rig_finish(rig);
	assert_memory_equal(
	    take->capture[0], take->capture[1], frames * sizeof(float));
	for (uint32_t i = 2; i < frames; i++)
		ramps += take->capture[0][i] != take->capture[0][i - 1] &&
			 take->capture[0][i - 1] == take->capture[0][i - 2];
	assert_in_range(ramps, 20, 200);
	rig_leave(rig);
	take_free(take);
}

static void
the_desk_lists_itself(void **state)
{
	struct osc_client *osc = osc_of(state);

	osc_send(osc, "/ch/snare/name", "s", "Snare");
	osc_send(osc, "/list", "");
	osc_expect(
	    osc, "/list", "ssisi", "ch/kick", "Kick", 1, "in trim fader", 0);
	osc_expect(
	    osc, "/list", "ssisi", "ch/snare", "Snare", 1, "in trim fader", 0);
	for (int i = 0; i < 5; i++)
		osc_expect(osc, "/list", "ssisi",
		    (const char *[]){ "ch/wide", "bus/sub", "bus/verb",
			"master", "monitor" }[i],
		    (const char *[]){
			"wide", "sub", "verb", "master", "monitor" }[i],
		    2, "in trim fader", i == 3);
	osc_expect(osc, "/list/send", "ss", "ch/kick", "verb");
	for (int i = 0; i < 7; i++)
		osc_expect(osc, "/list/target", "sff",
		    (const char *[]){ "ch/kick", "ch/snare", "ch/wide",
			"bus/sub", "bus/verb", "master", "monitor" }[i],
		    i < 3 ? -18.0 : -30.0, i < 3 ? -10.0 : -6.0);
	osc_expect(osc, "/list/end", "iii", 7, 0, 0);
}

static void
status_is_published(void **state)
{
	struct osc_client *osc = osc_of(state);

	assert_true(osc_get(osc, "/status/sample_rate") == 48000);
	assert_true(osc_get(osc, "/status/period") == 64);
	assert_true(osc_get(osc, "/status/dsp_load") >= 0);
	/* Looked at once a second. */
	double end = rig_now() + 5;
	while (osc_get(osc, "/status/worst_cycle") <= 0)
		assert_true(rig_now() < end);
	assert_true(osc_get(osc, "/status/uptime") > 0);
	assert_true(osc_get(osc, "/status/subscribers") == 0);
	osc_send(osc, "/status/version", "");
	assert_true(strlen(osc_text(osc_wait(osc, "/status/version"), 0)) > 0);
	osc_send(osc, "/status/jack", "");
	osc_expect(osc, "/status/jack", "s", "running");
	for (int i = 0; i < 5; i++)
		osc_get(
		    osc, (const char *[]){ "/status/drops/malformed",
			     "/status/drops/denied", "/status/drops/leases",
			     "/status/drops/meters", "/status/drops/send" }[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_get_answers_in_the_form_that_was_asked),
		cmocka_unit_test(a_set_is_kept_and_not_echoed),
		cmocka_unit_test(plain_conversions_are_made),
		cmocka_unit_test(fader_and_position_follow_the_law),
		cmocka_unit_test(out_of_range_is_clamped_and_echoed),
		cmocka_unit_test(unknown_addresses_are_named),
		cmocka_unit_test(wrong_values_change_nothing_and_are_named),
		cmocka_unit_test(only_listed_networks_are_answered),
		cmocka_unit_test(patterns_set_and_get_each_match_once),
		cmocka_unit_test(a_bundle_is_opened_unless_it_is_for_later),
		cmocka_unit_test(a_bundle_lands_in_one_cycle),
		cmocka_unit_test(the_desk_lists_itself),
		cmocka_unit_test(status_is_published),
	};

	return cmocka_run_group_tests(tests, set_up, rig_tear_down);
}
