#ifndef ENGINE_KERNEL_PEAK_H
#define ENGINE_KERNEL_PEAK_H

#include <limits.h>

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
		wide near_x = wide_keep(wide_load(x - k));
		wide far_x = wide_keep(wide_load(x - far));
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

/* The WIDE outputs from `at` on; those from `end` on are 0. */
INLINE wide_bits
peaks_at(const float *x, int at, int end, const bool few)
{
	wide_bits v = phases(x + at, few), here;

	memcpy(&here, kernel_place, sizeof here);
	if (end < INT_MAX)
		v &= here < end - at;
	return v;
}

/* Outputs that are judged together, for each has a bit. */
#define GRAIN 64
/* Blocks up to this long are copied behind what came before them. */
#define SHORT 48

/* Bits of the magnitudes x[0…n), as many as a vector to 64, that are above
 * `limit`. */
INLINE uint64_t
which_above_limit(const float *x, int n, float limit)
{
	wide_bits bits = wide_fill_bits(limit);
	uint64_t which = 0;

	for (int i = 0; i < n; i += WIDE) {
		int at = i < n - WIDE ? i : n - WIDE;
		wide_bits level = wide_magnitude(wide_load(x + at));
		which |= (uint64_t)wide_which(level, bits) << at;
	}
	return which;
}

/* Bits of the outputs from…to - 1 that have a sample above `room` in the
 * middle of their filters, which is 5 and 6 before them. */
INLINE uint64_t
which_matter(const float *x, int from, int to, float room)
{
	int n = to - from;

	if (room < 0)
		return UINT64_MAX >> (GRAIN - n);
	uint64_t early = which_above_limit(x + from - 6, n, room);
	uint64_t last = kernel_bits(x[to - 6]) > kernel_bits(room);
	return early | early >> 1 | last << (n - 1);
}

/* More outputs than this are not picked out of a grain. */
#define PICKED (WIDE == 16 ? 0 : 32)

/* The largest of all outputs from…to - 1, at least a vector of them; those
 * from `end` on do not count. */
INLINE wide_bits
peak_of_all(
    const float *x, int from, int to, int end, wide_bits most, const bool few)
{
	for (int at = from; at < to; at += WIDE) {
		int here = at < to - WIDE ? at : to - WIDE;
		most = wide_max(most, peaks_at(x, here, end, few));
	}
	return most;
}

/* The largest of the outputs of those bits, in as few vectors as they need. */
INLINE wide_bits
peak_of_those(const float *x, int from, int to, int end, uint64_t which,
    wide_bits most, const bool few)
{
	while (which != 0) {
		int first = __builtin_ctzll(which);
		int at = from + first < to - WIDE ? from + first : to - WIDE;
		most = wide_max(most, peaks_at(x, at, end, few));
		which &= ~(((UINT64_C(1) << WIDE) - 1) << first);
	}
	return most;
}

/* Outputs from…to - 1, from a vector to GRAIN, which depend on
 * x[from - 11…to); those from `end` on, if that is not INT_MAX, do not count.
 * Where no sample in the middle of its filter is above `room`, an output need
 * not be known. */
INLINE wide_bits
peak_of_grain(const float *x, int from, int to, int end, float room,
    wide_bits most, const bool few)
{
	uint64_t which = which_matter(x, from, to, room);

	if (which == 0)
		return most;
	if (__builtin_popcountll(which) > PICKED)
		return peak_of_all(x, from, to, end, most, few);
	return peak_of_those(x, from, to, end, which, most, few);
}

/* The first `n` outputs of a block, which need what came before it, from what
 * is near by: the KERNEL_LAST samples before and as many as the outputs are,
 * made up to vectors. */
INLINE wide_bits
peak_of_first(
    const float *near_by, int n, float room, wide_bits most, const bool few)
{
	int outputs = (n + WIDE - 1) / WIDE * WIDE;

	return peak_of_grain(
	    near_by + KERNEL_LAST, 0, outputs, n, room, most, few);
}

INLINE float
peak_of_short(const float *x, int n, const float *before, float bend, float ref,
    const bool few)
{
	float near_by[KERNEL_LAST + SHORT + KERNEL_WIDEST];

	memcpy(near_by, before, KERNEL_LAST * sizeof *near_by);
	for (int i = 0; i < n; i += WIDE)
		wide_store(near_by + KERNEL_LAST + i,
		    wide_load_most(x + i, (uint32_t)(n - i)));
	return kernel_float(wide_top(peak_of_first(near_by, n,
	    kernel_level_room(bend, ref), wide_fill_bits(ref), few)));
}

/* Where a grain that begins at `at` ends: none is too short for a vector. */
INLINE int
grain_end(int at, int n)
{
	if (n - at <= GRAIN)
		return n;
	return at + (n - at < GRAIN + WIDE ? GRAIN - WIDE : GRAIN);
}

INLINE float
peak_of(const float *x, int n, const float *before, float bend, float ref,
    const bool few)
{
	if (n < SHORT)
		return peak_of_short(x, n, before, bend, ref, few);
	float near_by[2 * KERNEL_LAST];
	/* Long before they are read: stores take their time. */
	memcpy(near_by, before, KERNEL_LAST * sizeof *near_by);
	memcpy(near_by + KERNEL_LAST, x, KERNEL_LAST * sizeof *near_by);
	wide_bits most = wide_fill_bits(ref);
	float room = kernel_level_room(bend, ref);
	for (int at = KERNEL_LAST, end; at < n; at = end) {
		end = grain_end(at, n);
		most = peak_of_grain(x, at, end, INT_MAX, room, most, few);
	}
	most = peak_of_first(near_by, KERNEL_LAST, room, most, few);
	return kernel_float(wide_top(most));
}

REALTIME static float
wide_true_peak(const float *x, uint32_t n, const float *before, float bend,
    float ref, bool few)
{
	return few ? peak_of(x, (int)n, before, bend, ref, true)
		   : peak_of(x, (int)n, before, bend, ref, false);
}

#endif
