#ifndef ENGINE_KERNEL_PEAK_H
#define ENGINE_KERNEL_PEAK_H

/*
 * The true peak in vectors, along time: so each lane of a strip is skipped by
 * its own samples. A part of kernel_wide.h.
 */

/* The largest magnitude of the phases at each of WIDE samples: of one and its
 * reverse, with half-sums and half-differences of their taps, it is
 * max(|a + b|, |a - b|) = |a| + |b|. */
INLINE wide_bits
phases(const float *x, const bool few)
{
	wide a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

	for (int k = 0; k < KERNEL_TAPS / 2; k++) {
		int far = KERNEL_TAPS - 1 - k;
		wide near_x = wide_load(x - k), far_x = wide_load(x - far);
		wide sum = near_x + far_x, difference = near_x - far_x;
		const float *inner = kernel_inner, *outer = kernel_outer;
		a = wide_fma(wide_fill((inner[k] + inner[far]) / 2), sum, a);
		b = wide_fma(
		    wide_fill((inner[k] - inner[far]) / 2), difference, b);
		if (few)
			continue;
		c = wide_fma(wide_fill((outer[k] + outer[far]) / 2), sum, c);
		d = wide_fma(
		    wide_fill((outer[k] - outer[far]) / 2), difference, d);
	}
	wide in = (wide)wide_magnitude(a) + (wide)wide_magnitude(b);
	wide out = (wide)wide_magnitude(c) + (wide)wide_magnitude(d);
	return wide_max((wide_bits)in, (wide_bits)out);
}

/* Largest magnitude and largest second difference that the outputs of a grain
 * depend on: samples -6…10 are in the middle of a filter, -10…14 are bent. */
INLINE bool
grain_matters(const float *x, float ref)
{
	wide_bits level = { 0 }, bend = { 0 };

	for (int i = -6;; i += WIDE) {
		int last = KERNEL_GRAIN - 5 - WIDE;
		int at = i < last ? i : last;
		level = wide_max(level, wide_magnitude(wide_load(x + at)));
		if (at == last)
			break;
	}
	for (int i = -10;; i += WIDE) {
		int last = KERNEL_GRAIN - 1 - WIDE;
		int at = i < last ? i : last;
		wide middle = wide_load(x + at);
		wide v = (wide_load(x + at - 1) - middle) +
			 (wide_load(x + at + 1) - middle);
		bend = wide_max(bend, wide_magnitude(v));
		if (at == last)
			break;
	}
	float room = kernel_bend_room(kernel_float(wide_top(level)), ref);
	return room < 0 || wide_above(bend, wide_fill_bits(room));
}

static const int32_t kernel_place[KERNEL_WIDEST] = { 0, 1, 2, 3, 4, 5, 6, 7, 8,
	9, 10, 11, 12, 13, 14, 15 };

INLINE wide_bits
grain_peak(const float *x, uint32_t n, const bool few)
{
	wide_bits most = { 0 }, here;

	memcpy(&here, kernel_place, sizeof here);
	for (uint32_t i = 0; i < KERNEL_GRAIN; i += WIDE) {
		wide_bits v = phases(x + i, few);
		v &= here < (int32_t)n - (int32_t)i;
		most = wide_max(most, v);
	}
	return most;
}

INLINE float
peak_of_grains(const float *x, uint32_t n, float ref, const bool few)
{
	wide_bits before = { 0 };

	for (int i = -KERNEL_GRAIN; i < 0; i += WIDE)
		before = wide_max(before, wide_magnitude(wide_load(x + i)));
	for (uint32_t at = 0; at < n; at += KERNEL_GRAIN) {
		wide_bits own = { 0 };
		for (uint32_t i = 0; i < KERNEL_GRAIN; i += WIDE)
			own = wide_max(
			    own, wide_magnitude(wide_load(x + at + i)));
		wide_bits near_by = wide_max(own, before);
		before = own;
		if (!wide_above(near_by,
			wide_fill_bits(ref * (1 / KERNEL_OVERSHOOT))) ||
		    !grain_matters(x + at, ref))
			continue;
		wide_bits most = grain_peak(x + at, n - at, few);
		if (wide_above(most, wide_fill_bits(ref)))
			ref = kernel_float(wide_top(most));
	}
	return ref;
}

REALTIME static float
wide_true_peak(const float *x, uint32_t n, float ref, bool few)
{
	return few ? peak_of_grains(x, n, ref, true)
		   : peak_of_grains(x, n, ref, false);
}

#endif
