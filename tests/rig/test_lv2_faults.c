#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * LV2 plugins in insert slots that go wrong, by the plugins of tests/lv2: it
 * stays in the slot, and the signal goes round it.
 */

#define PATIENCE 10.0
#define RATE 48000
#define LANES 2

/* Waits for an event of slot 1 of channel a, replayed from the first one on. */
static void
wait_event(struct rig *rig, const char *is, const char *why)
{
	double until = rig_now() + PATIENCE;

	while (rig_now() < until) {
		osc_drain(rig->osc);
		osc_send(rig->osc, "/events", "h", (int64_t)0);
		for (;;) {
			const struct osc_reply *reply =
			    osc_next(rig->osc, 1000);
			if (reply == NULL ||
			    strcmp(reply->address, "/events") == 0)
				break;
			if (strcmp(reply->address, "/event/insert") != 0)
				continue;
			if (strcmp(osc_text(reply, 2), "ch/a") == 0 &&
			    osc_number(reply, 3) == 1 &&
			    strcmp(osc_text(reply, 4), is) == 0 &&
			    strstr(osc_text(reply, 5), why) != NULL)
				return;
		}
		rig_sleep(20);
	}
	rig_fail(rig, "no event %s, %s", is, why);
}

static const char quiet_gain[] = "{ \"lv2\": \"" RIG_TEST_PLUGIN "mono\","
				 " \"params\": { \"gain\": -6 } }";

static void
set_fault(struct rig *rig, const char *fault)
{
	osc_send(rig->osc, "/ch/a/insert/1/param/fault", "s", fault);
}

/* Every frame is dry, wet, or on the way between the two, and none is NaN; the
 * other channel goes on as if nothing had happened. */
static void
expect_contained(const struct rig *rig, const struct rig_take *take)
{
	for (uint32_t i = 0; i < take->frames; i++) {
		double x = (double)take->play[0][i];
		double y = (double)take->capture[0][i];
		double low = fmin(x, x * ref_gain(-6)) - RIG_NOTHING;
		double high = fmax(x, x * ref_gain(-6)) + RIG_NOTHING;
		if (!(y >= low && y <= high))
			rig_fail(rig, "frame %u: %g of %g", i, y, x);
	}
	take_expect(rig, take, 1, 1, 0);
}

static void
fall_sick(struct rig *rig, const char *fault)
{
	set_fault(rig, fault);
	rig_wait_frames(rig, 480);
	set_fault(rig, "none");
}

/* Plays while the plugin makes NaN, until it is said what becomes of it. */
static void
make_nan(struct rig *rig, struct rig_take *take,
    void (*happen)(struct rig *rig, const char *fault), const char *fault,
    const char *becomes)
{
	for (int attempt = 0; attempt < rig_takes(); attempt++) {
		rig_start_channels(rig, 64, quiet_gain, "");
		rig_wait_insert(rig, "ch/a/insert/1", "active");
		unsigned xruns = rig_xruns(rig);
		rig_roll(rig, take);
		rig_wait_frames(rig, 4800);
		happen(rig, fault);
		wait_event(rig, "failed", becomes);
		if (rig_finish(rig) == 0 && rig_xruns(rig) == xruns)
			return;
	}
	rig_lost(rig);
}

static void
nan_is_dry_until_a_reset_helps(struct rig *rig, const char *fault)
{
	struct rig_take *take = take_noise(LANES, 2 * RATE);

	make_nan(rig, take, fall_sick, fault, "it makes NaN; it is reset");
	expect_contained(rig, take);
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	rig_run_quietly(rig, take);
	take_expect(rig, take, 0, ref_gain(-6), 0);
	take_free(take);
}

static void
what_makes_nan_is_dry_until_a_reset_has_helped(void **state)
{
	nan_is_dry_until_a_reset_helps(*state, "stays");
}

static void
what_makes_nan_for_good_is_dry_until_it_is_made_anew(void **state)
{
	nan_is_dry_until_a_reset_helps(*state, "for-good");
}

static void
what_makes_nan_again_and_again_is_left_out(void **state)
{
	struct rig *rig = *state;
	struct rig_take *take = take_noise(LANES, 2 * RATE);

	make_nan(rig, take, set_fault, "nan",
	    "it makes NaN again and again; it is left out");
	expect_contained(rig, take);
	rig_wait_insert(rig, "ch/a/insert/1", "failed");
	rig_run_quietly(rig, take);
	take_expect(rig, take, 0, 1, 0);
	take_free(take);
}

/* --- crashes --- */

static void
wait_death(const struct rig *rig)
{
	double until = rig_now() + PATIENCE;
	siginfo_t info = { 0 };

	while (rig_now() < until) {
		waitid(P_PID, (id_t)rig->daemon, &info,
		    WEXITED | WNOHANG | WNOWAIT);
		if (info.si_pid == rig->daemon)
			return;
		rig_sleep(5);
	}
	rig_fail(rig, "the daemon survives");
}

static void
crash(struct rig *rig, const char *fault)
{
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	set_fault(rig, fault);
	wait_death(rig);
	assert_int_equal(rig_stop_daemon(rig), 128 + SIGSEGV);
}

static void
what_took_the_daemon_down_is_left_out_at_the_next_start(void **state)
{
	struct rig *rig = *state;
	struct rig_take *take = take_noise(LANES, RATE / 2);
	char dir[] = "/tmp/headroom-state.XXXXXX", file[64];

	if (rig_sanitized())
		skip();
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof file, "%s/crashed-plugins", dir);
	rig->state_dir = dir;
	rig_start_channels(rig, 64, quiet_gain, "");
	crash(rig, "segv");
	rig_start_channels(rig, 64, quiet_gain,
	    "{ \"lv2\": \"" RIG_TEST_PLUGIN "sidechain\","
	    " \"params\": { \"gain\": 6 } }");
	rig_wait_insert(rig, "ch/a/insert/1", "failed");
	rig_wait_insert(rig, "ch/b/insert/1", "active");
	wait_event(rig, "failed", "it took the daemon down at ");
	rig_run_quietly(rig, take);
	take_expect(rig, take, 0, 1, 0);
	take_expect(rig, take, 1, ref_gain(6), 0);
	/* Without its line it is tried again. */
	assert_int_equal(unlink(file), 0);
	rig_start_channels(rig, 64, quiet_gain, "");
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	rig_run_quietly(rig, take);
	take_expect(rig, take, 0, ref_gain(-6), 0);
	crash(rig, "stack");
	assert_int_equal(unlink(file), 0);
	snprintf(file, sizeof file, "%s/events.jsonl", dir);
	assert_int_equal(unlink(file), 0);
	snprintf(file, sizeof file, "%s/lock", dir);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(dir), 0);
	take_free(take);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(what_makes_nan_is_dry_until_a_reset_has_helped),
		RIG_TEST(what_makes_nan_for_good_is_dry_until_it_is_made_anew),
		RIG_TEST(what_makes_nan_again_and_again_is_left_out),
		RIG_TEST(
		    what_took_the_daemon_down_is_left_out_at_the_next_start),
	};

	cmocka_set_test_filter(argc > 1 ? argv[1] : getenv("HEADROOM_ONLY"));
	return cmocka_run_group_tests_name(
	    "lv2 faults", tests, rig_find_plugins, NULL);
}
