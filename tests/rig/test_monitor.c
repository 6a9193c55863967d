#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * The monitor, DCAs and mute groups from outside: known signals in, JACK ports
 * and OSC out, compared with sums in double precision.
 */

static const char json[] =
    "{ \"version\": 1, \"channels\": [\n"
    "{ \"id\": \"a\", \"trim\": -2, \"fader\": -6, \"pan\": 1,"
    " \"dcas\": [\"all\"], \"mutegroups\": [\"band\"] },\n"
    "{ \"id\": \"b\", \"fader\": -3, \"pan\": -1, \"to\": [\"sub\"],"
    " \"dcas\": [\"all\"] } ],\n"
    "\"buses\": [ { \"id\": \"sub\", \"lanes\": 2 } ],\n"
    "\"dcas\": [ { \"id\": \"all\" } ],\n"
    "\"mutegroups\": [ { \"id\": \"band\" } ] }";
enum { A, B, PLAYS };
enum { MASTER_L, MASTER_R, LEFT, RIGHT, CAPTURES };

#define EXACT 1e-6
#define FRAMES 6000
#define SETTLE_MS 60

static void
start(struct rig *rig, unsigned period)
{
	static const char *const out[CAPTURES] = { "headroom:master_out_1",
		"headroom:master_out_2", "headroom:monitor_out_1",
		"headroom:monitor_out_2" };

	rig_start(rig, 48000, period, json);
	rig_join(rig, PLAYS, CAPTURES);
	rig_connect_play(rig, A, "headroom:a_in_1");
	rig_connect_play(rig, B, "headroom:b_in_1");
	for (unsigned i = 0; i < CAPTURES; i++)
		rig_connect_capture(rig, out[i], i);
}

/* So much of a and of b, in dB; -200 for nothing. */
struct side {
	double a, b;
};

static void
assert_sides(struct rig *rig, const struct side side[CAPTURES])
{
	struct rig_take *take = take_noise(CAPTURES, FRAMES);

	rig_settle(rig, SETTLE_MS);
	rig_run(rig, take);
	for (unsigned out = 0; out < CAPTURES; out++)
		for (uint32_t i = 0; i < FRAMES; i++) {
			double wanted =
			    ref_gain(side[out].a) * (double)take->play[A][i] +
			    ref_gain(side[out].b) * (double)take->play[B][i];
			double got = (double)take->capture[out][i];
			if (!(fabs(wanted - got) <= EXACT))
				rig_fail(rig,
				    "port %u, period %u, frame %u: wanted "
				    "%.9g, got %.9g",
				    out, rig->period, i, wanted, got);
		}
	take_free(take);
}

/* The master plays this all the time. */
#define MIX_L -200, -3
#define MIX_R -8, -200

static void
play_all(struct rig *rig, unsigned period)
{
	const struct side source[] = { { MIX_L }, { MIX_R }, { MIX_L },
		{ MIX_R } };
	const struct side dimmed[] = { { MIX_L }, { MIX_R }, { -200, -33 },
		{ -38, -200 } };
	const struct side bus[] = { { MIX_L }, { MIX_R }, { -200, -3 },
		{ -200, -200 } };
	const struct side pfl[] = { { MIX_L }, { MIX_R }, { -2, -200 },
		{ -2, -200 } };
	const struct side both[] = { { MIX_L }, { MIX_R }, { -2, 0 },
		{ -2, 0 } };
	const struct side afl[] = { { MIX_L }, { MIX_R }, { -200, -200 },
		{ -8, -200 } };

	start(rig, period);
	assert_sides(rig, source);
	osc_send(rig->osc, "/monitor/level", "f", -10.0);
	osc_send(rig->osc, "/monitor/dim", "i", 1);
	assert_sides(rig, dimmed);
	osc_send(rig->osc, "/monitor/level", "f", 0.0);
	osc_send(rig->osc, "/monitor/dim", "T");
	osc_send(rig->osc, "/monitor/dim", "F");
	osc_send(rig->osc, "/monitor/source", "s", "bus/sub");
	assert_sides(rig, bus);
	osc_send(rig->osc, "/monitor/solo_mode", "s", "pfl");
	osc_send(rig->osc, "/ch/a/solo", "i", 1);
	assert_sides(rig, pfl);
	assert_true(osc_get(rig->osc, "/monitor/soloed") == 1);
	osc_send(rig->osc, "/ch/2/solo", "i", 1);
	assert_sides(rig, both);
	osc_send(rig->osc, "/ch/b/solo", "i", 0);
	osc_send(rig->osc, "/monitor/solo_mode", "s", "afl");
	assert_sides(rig, afl);
	osc_send(rig->osc, "/*/*/solo", "i", 0);
	osc_send(rig->osc, "/monitor/source", "s", "master");
	assert_sides(rig, source);
}

static void
the_monitor_plays_what_it_is_told_to(void **state)
{
	play_all(*state, 64);
}

static void
the_monitor_is_the_same_at_an_odd_period(void **state)
{
	play_all(*state, 441);
}

static void
dcas_and_mute_groups_move_the_mix(void **state)
{
	const struct side moved[] = { { -200, -7.5 }, { -12.5, -200 },
		{ -200, -7.5 }, { -12.5, -200 } };
	const struct side muted[] = { { -200, -7.5 }, { -200, -200 },
		{ -200, -7.5 }, { -200, -200 } };
	const struct side off[CAPTURES] = { { -200, -200 }, { -200, -200 },
		{ -200, -200 }, { -200, -200 } };
	struct rig *rig = *state;

	start(rig, 64);
	osc_send(rig->osc, "/dca/all/fader", "f", -4.5);
	assert_sides(rig, moved);
	osc_send(rig->osc, "/mutegroup/band", "i", 1);
	assert_sides(rig, muted);
	assert_true(osc_get(rig->osc, "/ch/a/mute") == 0);
	osc_send(rig->osc, "/mutegroup/1", "F");
	osc_send(rig->osc, "/dca/1/mute", "i", 1);
	assert_sides(rig, off);
	osc_send(rig->osc, "/dca/all/mute", "i", 0);
	assert_sides(rig, moved);
}

static void
what_is_wrong_is_told_and_changes_nothing(void **state)
{
	struct rig *rig = *state;
	struct osc_client *osc;

	start(rig, 64);
	osc = rig->osc;
	osc_send(osc, "/monitor/source", "s", "bus/none");
	osc_expect_error(osc, "/monitor/source", "bad-value");
	osc_send(osc, "/monitor/source", "i", 1);
	osc_expect_error(osc, "/monitor/source", "wrong-type");
	osc_send(osc, "/monitor/soloed", "i", 1);
	osc_expect_error(osc, "/monitor/soloed", "read-only");
	osc_send(osc, "/monitor/solo_mode", "s", "sip");
	osc_expect_error(osc, "/monitor/solo_mode", "bad-value");
	osc_send(osc, "/monitor/fader", "f", 0.0);
	osc_expect_error(osc, "/monitor/fader", "unknown-address");
	osc_send(osc, "/dca/none/fader", "f", 0.0);
	osc_expect_error(osc, "/dca/none/fader", "unknown-address");
	osc_send(osc, "/monitor/level", "f", 11.0);
	osc_expect(osc, "/monitor/level", "f", 10.0);
	osc_send(osc, "/monitor/source", NULL);
	osc_expect(osc, "/monitor/source", "s", "master");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(the_monitor_plays_what_it_is_told_to),
		RIG_TEST(the_monitor_is_the_same_at_an_odd_period),
		RIG_TEST(dcas_and_mute_groups_move_the_mix),
		RIG_TEST(what_is_wrong_is_told_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
