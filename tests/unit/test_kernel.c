#include "each_kernels.h"

#include <math.h>

/* Every promise is held by every set of kernels that this machine has. */

static const uint32_t lengths[] = { 1, 3, 5, 15, 16, 17, 64, 255, 441, 1000 };
#define LENGTHS (sizeof lengths / sizeof lengths[0])
#define LONGEST 1000
#define OFFSETS 5 /* floats off alignment */
#define PORTABLE kernel_named("portable")

static float storage[LONGEST + OFFSETS + 1];
/* What came before any of them. */
static const float before[KERNEL_LAST] = { [KERNEL_LAST - 2] = 0.75F, -0.5F };

static const float *
noise_into(float *x, uint32_t n, unsigned seed)
{
	for (uint32_t i = 0; i < n; i++) {
		seed = seed * 1664525U + 1013904223U;
		x[i] = (float)(int)seed / 2147483648.0F;
	}
	return x;
}

static const float *
noise(uint32_t n, uint32_t offset)
{
	return noise_into(storage + offset, n, 7 + n);
}

static void
the_reference_is_last_and_names_are_known(void **state)
{
	const struct kernels *kernels, *last = NULL;

	(void)state;
	for (unsigned i = 0; (kernels = kernel_at(i)) != NULL; i++) {
		assert_ptr_equal(kernel_named(kernels->name), kernels);
		last = kernels;
	}
	assert_ptr_equal(last, PORTABLE);
	assert_null(kernel_named("v9"));
	assert_null(kernel_named(""));
}

static void
scans_are_exact(const struct kernels *kernels)
{
	for (size_t k = 0; k < LENGTHS; k++)
		for (uint32_t offset = 0; offset < OFFSETS; offset++) {
			uint32_t n = lengths[k];
			const float *x = noise(n, offset);
			struct kernel_scan want = PORTABLE->scan(x, n, before);
			struct kernel_scan scan = kernels->scan(x, n, before);
			assert_true(scan.peak == want.peak);
			assert_true(scan.level == want.level);
			assert_float_equal(scan.bend, want.bend, 1e-6);
			assert_float_equal(
			    scan.squares, want.squares, want.squares * 1e-6);
		}
	assert_true(kernels->scan(storage, 0, before).peak == 0);
}

static void
peak_sees_every_place_and_both_signs(const struct kernels *kernels)
{
	float x[133] = { 0 };

	for (int i = 0; i < 133; i++) {
		x[i] = i % 2 != 0 ? -0.5F : 0.5F;
		assert_true(kernels->scan(x, 133, before).peak == 0.5F);
		x[i] = 0;
	}
}

static void
what_is_no_number_is_seen(const struct kernels *kernels)
{
	const float bad[] = { NAN, -NAN, INFINITY, -INFINITY, 1e30F };
	const float mixed[] = { 1, NAN, 0.1F };

	for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
		for (uint32_t at = 0; at < 69; at++) {
			float x[69];
			for (int i = 0; i < 69; i++)
				x[i] = 1;
			x[at] = bad[k];
			struct kernel_scan scan = kernels->scan(x, 69, before);
			assert_false(scan.peak <= KERNEL_LARGEST);
			assert_int_equal(kernel_invalid(x, 69), 1);
		}
	assert_false(kernels->scan(mixed, 3, before).peak <= KERNEL_LARGEST);
}

static void
the_largest_sample_has_a_finite_square_after_every_gain(
    const struct kernels *kernels)
{
	float x[256], loud[256];

	for (int i = 0; i < 256; i++)
		x[i] = KERNEL_LARGEST;
	/* 40 dB of trim and 10 dB of fader. */
	kernels->scale(loud, x, 316.3F, 256);
	assert_int_equal(kernel_invalid(x, 256), 0);
	assert_true(isfinite(kernels->scan(loud, 256, before).squares));
}

static void
denormals_are_small_not_invalid(const struct kernels *kernels)
{
	const float x[] = { 1e-40F, -1e-45F, 0 };

	assert_true(kernels->scan(x, 3, before).peak <= 1e-38F);
	assert_int_equal(kernel_invalid(x, 3), 0);
}

static void
gains_and_sums_equal_the_reference(const struct kernels *kernels)
{
	for (size_t k = 0; k < LENGTHS; k++) {
		uint32_t n = lengths[k];
		const float *x = noise(n, k % OFFSETS);
		float out[LONGEST + 1], ramp[LONGEST + 1];
		out[n] = 77;
		for (uint32_t i = 0; i < n; i++)
			ramp[i] = (float)i / 1000;
		kernels->scale(out, x, 0.3F, n);
		for (uint32_t i = 0; i < n; i++)
			assert_true(out[i] == 0.3F * x[i]);
		kernels->add(out, x, 0.3F, n);
		for (uint32_t i = 0; i < n; i++)
			assert_float_equal(out[i], 0.6F * x[i], 1e-7);
		struct kernel_scan scan =
		    kernels->scale_ramp(out, x, 2, ramp, n, before);
		for (uint32_t i = 0; i < n; i++)
			assert_true(out[i] == 2 * ramp[i] * x[i]);
		struct kernel_scan want = PORTABLE->scan(out, n, before);
		assert_true(scan.peak == want.peak);
		assert_true(scan.level == want.level);
		assert_float_equal(scan.bend, want.bend, 1e-6);
		assert_float_equal(
		    scan.squares, want.squares, want.squares * 1e-6 + 1e-12);
		kernels->add_ramp(out, x, 2, ramp, n);
		for (uint32_t i = 0; i < n; i++)
			assert_float_equal(out[i], 4 * ramp[i] * x[i], 1e-6);
		assert_true(out[n] == 77);
	}
}

static void
a_sample_rounds_alike_wherever_it_stands(const struct kernels *kernels)
{
	float whole[LONGEST], parts[LONGEST];
	const float *x = noise(LONGEST, 0);

	noise_into(whole, LONGEST, 99);
	memcpy(parts, whole, sizeof whole);
	kernels->add(whole, x, 0.37F, LONGEST);
	for (uint32_t i = 0, n = 1; i < LONGEST; i += n, n = n % 19 + 1) {
		n = n < LONGEST - i ? n : LONGEST - i;
		kernels->add(parts + i, x + i, 0.37F, n);
	}
	assert_memory_equal(whole, parts, sizeof whole);
}

/* A ramp that is cut into blocks in another way is the same. */
static void
curves_equal_the_reference_in_each_bit(const struct kernels *kernels)
{
	static const float c[4] = { 0.1F, 0.03F, 0.61F, -0.44F };

	for (size_t k = 0; k < LENGTHS; k++) {
		uint32_t n = lengths[k];
		float is[LONGEST + 1] = { 0 }, want[LONGEST + 1] = { 0 };
		is[n] = want[n] = 77;
		kernels->cubic(is, c, 480 - n / 4, 1 / 960.0F, n);
		PORTABLE->cubic(want, c, 480 - n / 4, 1 / 960.0F, n);
		assert_memory_equal(is, want, sizeof is);
	}
}

/* --- mixing --- */

#define FRAMES 441

struct desk {
	float x[KERNEL_SOURCES][FRAMES + OFFSETS];
	float from[KERNEL_SUMS][FRAMES + OFFSETS];
	float to[KERNEL_SUMS][FRAMES + OFFSETS + 1];
	float last[KERNEL_SOURCES][KERNEL_LAST];
	struct kernel_mix mix;
	float curve[KERNEL_SOURCES][KERNEL_LONGEST + OFFSETS];
	float made[KERNEL_SOURCES][KERNEL_LONGEST];
	struct kernel_fade fade;
};

static void
desk_set(struct desk *desk, uint32_t sources, uint32_t sums, uint32_t offset)
{
	memset(desk, 0, sizeof *desk);
	desk->mix.sources = sources;
	desk->mix.sums = sums;
	for (uint32_t k = 0; k < KERNEL_SOURCES; k++) {
		desk->mix.x[k] =
		    noise_into(desk->x[k] + (offset + k) % OFFSETS, FRAMES, k);
		desk->mix.tally.limit[k] = 1;
		desk->mix.tally.true_peak[k] = 10;
		desk->mix.last[k] = desk->last[k];
	}
	for (uint32_t d = 0; d < KERNEL_SUMS; d++) {
		desk->mix.from[d] =
		    noise_into(desk->from[d] + offset, FRAMES, 50 + d);
		desk->mix.to[d] = desk->to[d] + offset;
		for (uint32_t k = 0; k < KERNEL_SOURCES; k++)
			desk->mix.gain[d][k] = 0.1F * (float)(k + 2 * d) - 0.3F;
	}
}

/* Sources go through gains that move. */
static void
desk_fade(struct desk *desk, uint32_t offset)
{
	struct kernel_fade *fade = &desk->fade;

	for (uint32_t k = 0; k < KERNEL_SOURCES; k++) {
		fade->curve[k] =
		    noise_into(desk->curve[k] + (offset + k) % OFFSETS,
			KERNEL_LONGEST, 90 + k);
		fade->to[k] = 0.3F - 0.2F * (float)k;
		fade->by[k] = 0.1F + 0.3F * (float)k;
		fade->bend[k] = 4;
		fade->bound[k] = 2;
	}
	fade->made = desk->made;
	desk->mix.fade = fade;
}

static void
check_mix(const struct kernels *kernels, uint32_t sources, uint32_t sums,
    uint32_t n, uint32_t offset, bool fades)
{
	static struct desk is, want;

	desk_set(&is, sources, sums, offset);
	desk_set(&want, sources, sums, 0);
	if (fades) {
		desk_fade(&is, offset);
		desk_fade(&want, 0);
	}
	is.mix.to[0][n] = is.mix.to[1][n] = 77;
	is.mix.tally.limit[0] = want.mix.tally.limit[0] = 0.001F;
	assert_int_equal(kernels->mix(&is.mix, n), PORTABLE->mix(&want.mix, n));
	for (uint32_t d = 0; d < sums; d++) {
		for (uint32_t i = 0; i < n; i++)
			assert_float_equal(
			    is.mix.to[d][i], want.mix.to[d][i], 1e-6);
		assert_true(is.mix.to[d][n] == 77);
	}
	for (uint32_t k = 0; k < KERNEL_SOURCES; k++) {
		float peak = 0, squares = 0;
		for (int i = 0; i < KERNEL_PARTS; i++) {
			peak = fmaxf(peak, is.mix.tally.peak[k][i]);
			squares += is.mix.tally.squares[k][i];
		}
		assert_true(peak == want.mix.tally.peak[k][0]);
		assert_float_equal(squares, want.mix.tally.squares[k][0], 1e-4);
		if (k < sources)
			assert_float_equal(
			    is.mix.tally.bend[k], want.mix.tally.bend[k], 1e-6);
	}
	assert_memory_equal(is.last, want.last, sizeof is.last);
	assert_memory_equal(is.made, want.made, sizeof is.made);
	for (uint32_t i = 0; fades && i < n; i++)
		assert_true(
		    is.made[0][i] ==
		    is.mix.x[0][i] * (0.3F + 0.1F * is.fade.curve[0][i]));
}

static void
mixing_equals_the_reference(const struct kernels *kernels)
{
	static const uint32_t frames[] = { 1, 3, 5, 16, 17, 31, 64, 250, 441 };

	for (uint32_t sources = 1; sources <= KERNEL_SOURCES; sources++)
		for (uint32_t sums = 0; sums <= KERNEL_SUMS; sums++)
			for (uint32_t k = 0; k < 9 * OFFSETS; k++)
				check_mix(kernels, sources, sums,
				    frames[k / OFFSETS], k % OFFSETS, false);
}

static void
mixing_through_gains_equals_the_reference(const struct kernels *kernels)
{
	static const uint32_t frames[] = { 1, 3, 5, 16, 17, 31, 64, 250, 256 };

	for (uint32_t sources = 1; sources <= KERNEL_SOURCES; sources++)
		for (uint32_t sums = 0; sums <= KERNEL_SUMS; sums++)
			for (uint32_t k = 0; k < 9 * OFFSETS; k++)
				check_mix(kernels, sources, sums,
				    frames[k / OFFSETS], k % OFFSETS, true);
}

/* Neither their samples nor what is said of them may have a higher one. */
static void
behind_gains_either_bound_is_enough(const struct kernels *kernels)
{
	static struct desk desk;

	for (uint32_t k = 0; k < 3; k++) {
		desk_set(&desk, 1, 0, 0);
		desk_fade(&desk, 0);
		desk.fade.bend[0] = k == 0 ? 0.01F : 4;
		desk.fade.bound[0] = k == 1 ? 0.9F : 2;
		desk.mix.tally.true_peak[0] = 1;
		desk.mix.tally.limit[0] = 10;
		desk.fade.to[0] = 0.9F;
		desk.fade.by[0] = 0;
		assert_int_equal(kernels->mix(&desk.mix, 64),
		    k < 2 ? KERNEL_SOUND : KERNEL_SOUND | KERNEL_ABOVE(0));
		assert_float_equal(
		    desk.mix.tally.bend[0], desk.fade.bend[0], 0);
	}
}

static void
mixing_tells_what_is_above_invalid_or_silent(const struct kernels *kernels)
{
	static struct desk desk;

	desk_set(&desk, 4, 1, 0);
	desk.x[1][201] = -1.5F;
	assert_int_equal(
	    kernels->mix(&desk.mix, 250), KERNEL_SOUND | KERNEL_ABOVE(1));
	for (uint32_t at = 0; at < 250; at++) {
		desk_set(&desk, 4, 1, 0);
		desk.x[2][at + 2] = NAN;
		assert_int_equal(
		    kernels->mix(&desk.mix, 250) & KERNEL_ANY_INVALID,
		    KERNEL_INVALID(2));
		for (int i = 0; i < KERNEL_PARTS; i++)
			assert_true(desk.mix.tally.peak[0][i] == 0);
	}
	memset(desk.x, 0, sizeof desk.x);
	assert_int_equal(kernels->mix(&desk.mix, 250), 0);
}

/* Its true peak may be that of a sample before the short block. */
static void
a_block_after_a_short_one_is_looked_at(const struct kernels *kernels)
{
	static struct desk desk;

	desk_set(&desk, 1, 0, 0);
	memset(desk.x, 0, sizeof desk.x);
	desk.mix.tally.true_peak[0] = 0;
	assert_int_equal(kernels->mix(&desk.mix, 3), KERNEL_ABOVE(0));
	desk.last[0][KERNEL_LAST - 4] = 0.5F;
	assert_int_equal(kernels->mix(&desk.mix, 64), KERNEL_ABOVE(0));
	/* Who looks closer keeps the last samples, which are zero by now. */
	memset(desk.last, 0, sizeof desk.last);
	assert_int_equal(kernels->mix(&desk.mix, 64), 0);
}

/* The filter reaches back over a few samples, not over the block before. */
static void
only_the_end_of_a_block_reaches_into_the_next(const struct kernels *kernels)
{
	static struct desk desk;

	for (uint32_t at = 0; at < 64; at++) {
		desk_set(&desk, 2, 0, 0);
		memset(desk.x, 0, sizeof desk.x);
		desk.x[1][at + 1] = 0.5F;
		desk.mix.tally.true_peak[1] = 2;
		assert_int_equal(kernels->mix(&desk.mix, 64), KERNEL_SOUND);
		memset(desk.x, 0, sizeof desk.x);
		desk.mix.tally.true_peak[1] = 0.7F;
		assert_int_equal(kernels->mix(&desk.mix, 64),
		    at < 64 - KERNEL_LAST ? 0 : KERNEL_ABOVE(1));
	}
}

/* --- true peak --- */

static float
largest_bend(const float *x, uint32_t n)
{
	float most = 0;

	for (uint32_t i = 2; i < n; i++)
		most = fmaxf(most, fabsf(x[i] - 2 * x[i - 1] + x[i - 2]));
	return most;
}

static void
true_peaks_equal_the_reference(const struct kernels *kernels)
{
	/* What follows the samples is zero. */
	static float x[16 + 256 + 16];

	for (unsigned turn = 0; turn < 600; turn++) {
		uint32_t n = turn % 3 == 0 ? 256 : turn % 256 + 1;
		double step = 3.1 * turn / 600, level = 1;
		noise_into(x, 16 + n, turn);
		/* From smooth to rough, and from steady to bursts: each
		 * shortcut has its turn. */
		for (uint32_t i = 0; i < 16 + n; i++) {
			level = turn % 4 == 0 && i % 64 == 0 ? 1 : level * 0.97;
			double tone = sin(step * i + turn);
			x[i] = (float)((turn % 4 < 2 ? tone : (double)x[i]) *
				       (turn % 4 == 0 ? level : 1));
		}
		memset(x + 16 + n, 0, (256 - n) * sizeof *x);
		for (int few = 0; few < 2; few++)
			for (int k = 0; k < 3; k++) {
				float ref = 0.6F * (float)k;
				float bend = turn % 2 == 0
						 ? KERNEL_LARGEST
						 : largest_bend(x, 16 + n);
				float want = PORTABLE->true_peak(
				    x + 16, n, x, bend, ref, few != 0);
				float is = kernels->true_peak(
				    x + 16, n, x, bend, ref, few != 0);
				assert_float_equal(is, want, 2e-6);
			}
	}
}

static void
no_true_peak_is_beyond_the_bound(const struct kernels *kernels)
{
	static const float signs[] = { -1, 1, -1, 1, -1, 1, 1, -1, 1, -1, 1,
		-1 };
	float x[48] = { 0 };

	/* The signs of the taps, in reverse: the worst there is. */
	for (int i = 0; i < 12; i++)
		x[16 + 11 - i] = signs[i];
	float peak =
	    kernels->true_peak(x + 16, 12, x, KERNEL_LARGEST, 0, false);
	assert_true(peak <= KERNEL_OVERSHOOT);
	assert_true(peak > KERNEL_OVERSHOOT - 0.001F);
}

static void
overs_are_counted_and_placed(const struct kernels *kernels)
{
	const float few[] = { 0.5F, -0.6F, 0.1F, 0.51F, 0.5F };
	const float *x = noise(441, 1);

	struct kernel_overs overs = kernels->overs(few, 2, 1, 5);
	assert_int_equal(overs.count, 2);
	assert_int_equal(overs.first, 1);
	assert_int_equal(overs.last, 3);
	assert_int_equal(kernels->overs(few, 1, 1, 5).count, 0);
	for (uint32_t n = 1; n <= 441; n++) {
		struct kernel_overs want = PORTABLE->overs(x, 1.4F, 1, n);
		overs = kernels->overs(x, 1.4F, 1, n);
		assert_int_equal(overs.count, want.count);
		assert_int_equal(overs.first, want.first);
		assert_int_equal(overs.last, want.last);
	}
}

int
main(void)
{
	struct each_kernels each[] = {
		EACH_KERNELS(scans_are_exact),
		EACH_KERNELS(overs_are_counted_and_placed),
		EACH_KERNELS(peak_sees_every_place_and_both_signs),
		EACH_KERNELS(what_is_no_number_is_seen),
		EACH_KERNELS(
		    the_largest_sample_has_a_finite_square_after_every_gain),
		EACH_KERNELS(denormals_are_small_not_invalid),
		EACH_KERNELS(gains_and_sums_equal_the_reference),
		EACH_KERNELS(a_sample_rounds_alike_wherever_it_stands),
		EACH_KERNELS(curves_equal_the_reference_in_each_bit),
		EACH_KERNELS(mixing_equals_the_reference),
		EACH_KERNELS(mixing_through_gains_equals_the_reference),
		EACH_KERNELS(behind_gains_either_bound_is_enough),
		EACH_KERNELS(mixing_tells_what_is_above_invalid_or_silent),
		EACH_KERNELS(a_block_after_a_short_one_is_looked_at),
		EACH_KERNELS(only_the_end_of_a_block_reaches_into_the_next),
		EACH_KERNELS(true_peaks_equal_the_reference),
		EACH_KERNELS(no_true_peak_is_beyond_the_bound),
	};
	const size_t count = sizeof each / sizeof each[0];
	struct CMUnitTest tests[sizeof each / sizeof each[0] + 1] = {
		cmocka_unit_test(the_reference_is_last_and_names_are_known),
	};

	each_kernels_add(tests + 1, each, count);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
