#include "engine/gain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RAMP 480

static void
lands_exactly_and_stays(void **state)
{
	struct gain gain;
	float out[RAMP + 10];

	(void)state;
	gain_init(&gain, 1);
	gain_move(&gain, 0.1F, RAMP);
	gain_ramp(&gain, out, RAMP + 10);
	for (int i = RAMP - 1; i < RAMP + 10; i++)
		assert_true(out[i] == 0.1F);
	assert_true(out[RAMP - 2] != 0.1F);
	assert_false(gain_moves(&gain));
	assert_true(gain.now == 0.1F);
}

static void
is_the_same_in_blocks_of_any_length(void **state)
{
	static const uint32_t lengths[] = { 1, 3, 32, 64, 441, RAMP };

	(void)state;
	for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
		struct gain whole, parts;
		float a[2 * RAMP], b[2 * RAMP];
		gain_init(&whole, 0);
		gain_init(&parts, 0);
		gain_move(&whole, 3.16F, RAMP);
		gain_move(&parts, 3.16F, RAMP);
		gain_ramp(&whole, a, 2 * RAMP);
		for (uint32_t at = 0; at < 2 * RAMP; at += lengths[k]) {
			uint32_t n = 2 * RAMP - at < lengths[k] ? 2 * RAMP - at
								: lengths[k];
			gain_ramp(&parts, b + at, n);
		}
		for (int i = 0; i < 2 * RAMP; i++)
			assert_true(a[i] == b[i]);
	}
}

static void
skipping_is_running_unheard(void **state)
{
	struct gain heard, skipped;
	float out[RAMP];

	(void)state;
	gain_init(&heard, 1);
	gain_init(&skipped, 1);
	gain_move(&heard, 0, RAMP);
	gain_move(&skipped, 0, RAMP);
	gain_ramp(&heard, out, 100);
	gain_skip(&skipped, 100);
	assert_true(fabsf(heard.now - skipped.now) < 1e-6F);
	assert_int_equal(heard.left, skipped.left);
	gain_skip(&skipped, RAMP);
	assert_true(skipped.now == 0);
	assert_false(gain_moves(&skipped));
}

/* Targets of 0 to 1 in a hurry, which is a bound for the curve as well: its
 * second derivative is at most 6 ways by the square of the ramp's length. */
static void
neither_value_nor_slope_jumps_when_interrupted(void **state)
{
	const float bend = 6.0F / RAMP / RAMP + 1e-6F;
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct gain gain;
		float out[2 * RAMP], last = 1, step = 0;
		gain_init(&gain, 1);
		for (int move = 0; move < 12; move++) {
			seed = seed * 1664525U + 1013904223U;
			gain_move(
			    &gain, (float)(seed >> 8) / (float)(1 << 24), RAMP);
			uint32_t n = 1 + seed % (RAMP * 3 / 2);
			gain_ramp(&gain, out, n);
			for (uint32_t i = 0; i < n; i++) {
				assert_true(out[i] >= -1e-6F);
				assert_true(out[i] <= 1 + 1e-6F);
				assert_true(fabsf(out[i] - last - step) < bend);
				step = out[i] - last;
				last = out[i];
			}
		}
	}
}

static void
what_would_turn_it_around_waits_for_the_landing(void **state)
{
	struct gain gain, skipped;
	float out[3 * RAMP];

	(void)state;
	gain_init(&gain, 1);
	gain_move(&gain, 0, RAMP);
	gain_ramp(&gain, out, RAMP / 2);
	gain_move(&gain, 0.5F, RAMP);
	gain_move(&gain, 0.75F, RAMP);
	skipped = gain;
	gain_ramp(&gain, out, 3 * RAMP);
	assert_true(out[RAMP / 2 - 1] == 0);
	assert_true(out[RAMP / 2 + RAMP - 2] != 0.75F);
	for (int i = RAMP / 2 + RAMP - 1; i < 3 * RAMP; i++)
		assert_true(out[i] == 0.75F);
	for (int i = RAMP / 2; i < RAMP / 2 + RAMP; i++)
		assert_true(out[i] >= out[i - 1]);
	gain_skip(&skipped, RAMP / 2 + 100);
	assert_true(fabsf(skipped.now - out[RAMP / 2 + 99]) < 1e-6F);
	gain_skip(&skipped, RAMP);
	assert_true(skipped.now == 0.75F && !gain_moves(&skipped));
}

static void
a_move_taken_back_in_time_is_none(void **state)
{
	struct gain gain;
	float out[2 * RAMP];

	(void)state;
	gain_init(&gain, 1);
	gain_move(&gain, 0, RAMP);
	gain_ramp(&gain, out, RAMP / 2);
	gain_move(&gain, 1, RAMP);
	gain_move(&gain, 0, RAMP);
	gain_ramp(&gain, out, 2 * RAMP);
	assert_true(out[RAMP / 2 - 1] == 0 && out[2 * RAMP - 1] == 0);
}

static void
keeps_its_slope_when_it_goes_on_the_same_way(void **state)
{
	struct gain gain;
	float before[RAMP / 2], after[RAMP];

	(void)state;
	gain_init(&gain, 0);
	gain_move(&gain, 1, RAMP);
	gain_ramp(&gain, before, RAMP / 2);
	gain_move(&gain, 2, RAMP);
	gain_ramp(&gain, after, RAMP);
	float slope = before[RAMP / 2 - 1] - before[RAMP / 2 - 2];
	assert_true(fabsf((after[1] - after[0]) - slope) < slope / 20);
}

static void
a_length_of_nothing_jumps(void **state)
{
	struct gain gain;

	(void)state;
	gain_init(&gain, 1);
	gain_move(&gain, 0.5F, RAMP);
	gain_move(&gain, 0.25F, 0);
	assert_true(gain.now == 0.25F);
	assert_false(gain_moves(&gain));
}

static void
following_the_curve_is_running_it(void **state)
{
	static const uint32_t lengths[] = { 1, 3, 64, 441, RAMP + 10 };
	float curve[2 * RAMP + 20], out[RAMP + 10];

	(void)state;
	gain_curve(curve, RAMP, 2 * RAMP + 20);
	for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
		struct gain run, followed;
		gain_init(&run, -0.5F);
		gain_move(&run, 1.7F, RAMP);
		followed = run;
		gain_ramp(&run, out, RAMP + 10);
		for (uint32_t at = 0; gain_moves(&followed);) {
			uint32_t n = lengths[k];
			assert_true(gain_follows(&followed, RAMP, n));
			struct gain_stretch is =
			    gain_follow(&followed, curve, n);
			for (uint32_t i = 0; i < n && at < RAMP; i++, at++)
				assert_true(fabsf(is.to + is.by * is.curve[i] -
						  out[at]) < 1e-6F);
			assert_true(
			    followed.now == is.to + is.by * is.curve[n - 1]);
		}
		assert_true(followed.now == 1.7F);
	}
}

/* A slope, another length, another target behind the landing. */
static void
what_is_not_the_curve_is_not_followed(void **state)
{
	struct gain gain;
	float out[RAMP];

	(void)state;
	gain_init(&gain, 0);
	assert_false(gain_follows(&gain, RAMP, 64));
	gain_move(&gain, 1, RAMP);
	assert_true(gain_follows(&gain, RAMP, RAMP));
	assert_false(gain_follows(&gain, RAMP / 2, 64));
	gain_ramp(&gain, out, RAMP / 2);
	gain_move(&gain, 0, RAMP);
	assert_true(gain_follows(&gain, RAMP, RAMP / 2 - 1));
	assert_false(gain_follows(&gain, RAMP, RAMP / 2));
	gain_init(&gain, 0);
	gain_move(&gain, 1, RAMP);
	gain_ramp(&gain, out, RAMP / 2);
	gain_move(&gain, 2, RAMP);
	assert_false(gain_follows(&gain, RAMP, 64));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lands_exactly_and_stays),
		cmocka_unit_test(is_the_same_in_blocks_of_any_length),
		cmocka_unit_test(skipping_is_running_unheard),
		cmocka_unit_test(
		    neither_value_nor_slope_jumps_when_interrupted),
		cmocka_unit_test(
		    what_would_turn_it_around_waits_for_the_landing),
		cmocka_unit_test(a_move_taken_back_in_time_is_none),
		cmocka_unit_test(keeps_its_slope_when_it_goes_on_the_same_way),
		cmocka_unit_test(a_length_of_nothing_jumps),
		cmocka_unit_test(following_the_curve_is_running_it),
		cmocka_unit_test(what_is_not_the_curve_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
