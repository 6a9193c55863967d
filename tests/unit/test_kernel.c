#include "engine/kernel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint32_t lengths[] = { 0, 1, 3, 5, 15, 16, 17, 64, 255, 441,
	1000 };
#define LENGTHS (sizeof lengths / sizeof lengths[0])
#define LONGEST 1000
#define OFFSETS 5 /* floats off alignment */

static float storage[LONGEST + OFFSETS + 1];

static const float *
noise(uint32_t n, uint32_t offset)
{
	unsigned seed = 7 + n;
	float *x = storage + offset;

	for (uint32_t i = 0; i < n; i++) {
		seed = seed * 1664525U + 1013904223U;
		x[i] = (float)(int)seed / 2147483648.0F;
	}
	return x;
}

static void
peak_is_exact_and_squares_are_right(void **state)
{
	(void)state;
	for (size_t k = 0; k < LENGTHS; k++)
		for (uint32_t offset = 0; offset < OFFSETS; offset++) {
			uint32_t n = lengths[k];
			const float *x = noise(n, offset);
			float peak = 0;
			double squares = 0;
			for (uint32_t i = 0; i < n; i++) {
				peak = fmaxf(peak, fabsf(x[i]));
				squares += (double)x[i] * (double)x[i];
			}
			struct kernel_scan scan = kernel_scan(x, n);
			assert_true(scan.peak == peak);
			assert_true(
			    fabs(scan.squares - squares) <= squares * 1e-6);
		}
}

static void
peak_sees_every_place_and_both_signs(void **state)
{
	float x[67] = { 0 };

	(void)state;
	for (int i = 0; i < 67; i++) {
		x[i] = i % 2 != 0 ? -0.5F : 0.5F;
		assert_true(kernel_scan(x, 67).peak == 0.5F);
		x[i] = 0;
	}
}

static void
what_is_no_number_is_seen(void **state)
{
	const float bad[] = { NAN, -NAN, INFINITY, -INFINITY, 1e30F };

	(void)state;
	for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
		for (uint32_t at = 0; at < 37; at++) {
			float x[37];
			for (int i = 0; i < 37; i++)
				x[i] = 1;
			x[at] = bad[k];
			struct kernel_scan scan = kernel_scan(x, 37);
			assert_false(scan.peak <= KERNEL_LARGEST);
			assert_int_equal(kernel_invalid(x, 37), 1);
		}
	const float mixed[] = { 1, NAN, 0.1F };
	assert_false(kernel_scan(mixed, 3).peak <= KERNEL_LARGEST);
}

static void
the_largest_sample_has_a_finite_square_after_every_gain(void **state)
{
	float x[256], loud[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		x[i] = KERNEL_LARGEST;
	/* 40 dB of trim and 10 dB of fader. */
	kernel_scale(loud, x, 316.3F, 256);
	assert_int_equal(kernel_invalid(x, 256), 0);
	assert_true(isfinite(kernel_scan(loud, 256).squares));
}

static void
denormals_are_small_not_invalid(void **state)
{
	const float x[] = { 1e-40F, -1e-45F, 0 };

	(void)state;
	assert_true(kernel_scan(x, 3).peak <= 1e-38F);
	assert_int_equal(kernel_invalid(x, 3), 0);
}

static void
overs_are_counted_and_placed(void **state)
{
	const float x[] = { 0.5F, -0.6F, 0.1F, 0.51F, 0.5F };

	(void)state;
	struct kernel_overs overs = kernel_overs(x, 2, 1, 5);
	assert_int_equal(overs.count, 2);
	assert_int_equal(overs.first, 1);
	assert_int_equal(overs.last, 3);
	assert_int_equal(kernel_overs(x, 1, 1, 5).count, 0);
}

static void
gains_and_sums_equal_the_reference(void **state)
{
	(void)state;
	for (size_t k = 0; k < LENGTHS; k++) {
		uint32_t n = lengths[k];
		const float *x = noise(n, k % OFFSETS);
		float out[LONGEST + 1], ramp[LONGEST + 1];
		out[n] = 77;
		for (uint32_t i = 0; i < n; i++)
			ramp[i] = (float)i / 1000;
		kernel_scale(out, x, 0.3F, n);
		for (uint32_t i = 0; i < n; i++)
			assert_true(out[i] == 0.3F * x[i]);
		kernel_add(out, x, 0.3F, n);
		for (uint32_t i = 0; i < n; i++)
			assert_true(out[i] == 0.3F * x[i] + 0.3F * x[i]);
		kernel_scale_ramp(out, x, 2, ramp, n);
		for (uint32_t i = 0; i < n; i++)
			assert_true(out[i] == 2 * ramp[i] * x[i]);
		kernel_add_ramp(out, x, 2, ramp, n);
		for (uint32_t i = 0; i < n; i++)
			assert_true(out[i] == 4 * ramp[i] * x[i]);
		assert_true(out[n] == 77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peak_is_exact_and_squares_are_right),
		cmocka_unit_test(peak_sees_every_place_and_both_signs),
		cmocka_unit_test(what_is_no_number_is_seen),
		cmocka_unit_test(
		    the_largest_sample_has_a_finite_square_after_every_gain),
		cmocka_unit_test(denormals_are_small_not_invalid),
		cmocka_unit_test(overs_are_counted_and_placed),
		cmocka_unit_test(gains_and_sums_equal_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
