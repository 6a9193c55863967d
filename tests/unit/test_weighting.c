#include "engine/weighting.h"

#include "mixer/loudness.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FRAMES 4096

static void
at_48_khz_the_coefficients_are_those_of_the_standard(void **state)
{
	struct weighting weighting = { .rings = false };

	(void)state;
	loudness_design(48000, &weighting);
	assert_float_equal(weighting.shelf.b0, 1.53512485958697, 1e-10);
	assert_float_equal(weighting.shelf.b1, -2.69169619940638, 1e-10);
	assert_float_equal(weighting.shelf.b2, 1.19839281085285, 1e-10);
	assert_float_equal(weighting.shelf.a1, -1.69065929318241, 1e-10);
	assert_float_equal(weighting.shelf.a2, 0.73248077421585, 1e-10);
	assert_float_equal(weighting.high_pass.a1, -1.99004745483398, 1e-10);
	assert_float_equal(weighting.high_pass.a2, 0.99007225036621, 1e-10);
}

/* The difference equation as it is written. */
static double
section_plain(const struct weighting_section *section, double *past, double x)
{
	double y = section->b0 * x + section->b1 * past[0] +
		   section->b2 * past[1] - section->a1 * past[2] -
		   section->a2 * past[3];

	past[1] = past[0];
	past[0] = x;
	past[3] = past[2];
	past[2] = y;
	return y;
}

static double
plain_squares(const struct weighting *weighting, const float *x, double gain)
{
	double shelf[4] = { 0 }, high_pass[4] = { 0 }, squares = 0;

	for (int i = 0; i < FRAMES; i++) {
		double y = section_plain(&weighting->shelf, shelf, gain * x[i]);
		y = section_plain(&weighting->high_pass, high_pass, y);
		squares += y * y;
	}
	return squares;
}

static void
fill(float *x, unsigned seed)
{
	for (int i = 0; i < FRAMES; i++) {
		seed = seed * 1664525U + 1013904223U;
		x[i] = (float)(int)seed / 4294967296.0F;
	}
}

static void
any_block_length_sums_up_the_same(void **state)
{
	static const uint32_t lengths[] = { 1, 3, 5, 64, 441, FRAMES };
	static float x[2][FRAMES];
	double gain = 0.7F;

	(void)state;
	fill(x[0], 1);
	fill(x[1], 2);
	for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
		struct weighting weighting = { .rings = false };
		struct meter_program program = { .product = 0 };
		double sum = 0, product = 0;
		loudness_design(44100, &weighting);
		for (uint32_t at = 0; at < FRAMES; at += lengths[k]) {
			const float *in[] = { x[0] + at, x[1] + at };
			uint32_t n =
			    FRAMES - at < lengths[k] ? FRAMES - at : lengths[k];
			weighting_run(
			    &weighting, in, 2, 0.7F, false, n, &program);
		}
		for (int i = 0; i < FRAMES; i++) {
			sum += gain * x[1][i];
			product += gain * x[0][i] * gain * x[1][i];
		}
		for (int lane = 0; lane < 2; lane++)
			assert_float_equal(program.weighted[lane],
			    plain_squares(&weighting, x[lane], gain), 1e-9);
		assert_float_equal(program.sum[1], sum, 1e-9);
		assert_float_equal(program.product, product, 1e-9);
	}
}

static void
silence_lets_it_ring_out_and_then_costs_nothing(void **state)
{
	static const float zero[480];
	const float *none[] = { NULL, NULL }, *zeros[] = { zero, zero };
	float step[480];
	const float *x[] = { step, step };
	struct weighting weighting = { .rings = false }, other;
	struct meter_program rung = { .product = 0 }, run = { .product = 0 };
	int blocks = 0;

	(void)state;
	loudness_design(48000, &weighting);
	weighting_run(&weighting, none, 2, 1, true, 480, &rung);
	assert_false(weighting.rings);
	for (int i = 0; i < 480; i++)
		step[i] = 1;
	weighting_run(&weighting, x, 2, 1, false, 480, &rung);
	other = weighting;
	run = rung;
	while (weighting.rings && ++blocks < 100) {
		weighting_run(&weighting, none, 2, 1, true, 480, &rung);
		weighting_run(&other, zeros, 2, 1, false, 480, &run);
	}
	assert_in_range(blocks, 10, 60);
	assert_float_equal(rung.weighted[0], run.weighted[0], 1e-12);
	assert_true(weighting.shelf_state[0][0] == 0);
	assert_true(weighting.high_pass_state[1][1] == 0);
}

static void
the_loudest_and_the_quietest_samples_do_no_harm(void **state)
{
	static const float odd[] = { 0x1p63F, -0x1p63F, 0x1p-149F, -0.0F, 1 };
	struct weighting weighting = { .rings = false };
	struct meter_program program = { .product = 0 };
	const float *x[] = { odd };
	const float *none[] = { NULL };

	(void)state;
	loudness_design(48000, &weighting);
	weighting_run(&weighting, x, 1, 3.2F, false, 5, &program);
	assert_true(isfinite(program.weighted[0]));
	assert_true(isfinite(program.product));
	for (int i = 0; i < 100; i++)
		weighting_run(&weighting, none, 1, 1, true, 480, &program);
	assert_false(weighting.rings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    at_48_khz_the_coefficients_are_those_of_the_standard),
		cmocka_unit_test(any_block_length_sums_up_the_same),
		cmocka_unit_test(
		    silence_lets_it_ring_out_and_then_costs_nothing),
		cmocka_unit_test(
		    the_loudest_and_the_quietest_samples_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
