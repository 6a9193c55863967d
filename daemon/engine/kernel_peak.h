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

/* Outputs that are judged together, for each has a bit. */
#define GRAIN 64
/* Blocks up to this long are copied behind what came before them. */
#define SHORT 48
/* More outputs than this are not picked out of a grain. */
#define PICKED 32

/* A block of at least SHORT samples, of which `near_by` has the first behind
 * those before. */
struct span {
	const float *x, *near_by;
};

/* The WIDE outputs from `at` on. */
INLINE wide_bits
peaks_at(const struct span *span, int at, const bool few)
{
	const float *x =
	    at < KERNEL_LAST ? span->near_by + KERNEL_LAST : span->x;

	return phases(x + at, few);
}

/* Bits of the magnitudes of four vectors that are above. */
INLINE uint64_t
which_of_four(const float *x, wide_bits limit)
{
#if WIDE == 8
	__m256i by = (__m256i)limit;
	__m256i v[4];
	for (int i = 0; i < 4; i++)
		v[i] = _mm256_cmpgt_epi32(
		    (__m256i)wide_magnitude(wide_load(x + i * WIDE)), by);
	/* Halves of all four, then the other halves. */
	__m256i bytes = _mm256_packs_epi16(
	    _mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
	return (uint32_t)_mm256_movemask_epi8(_mm256_permutevar8x32_epi32(
	    bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
#else
	uint64_t which = 0;
	for (int i = 0; i < 4; i++)
		which |= (uint64_t)wide_which(
			     wide_magnitude(wide_load(x + i * WIDE)), limit)
			 << i * WIDE;
	return which;
#endif
}

/* Bits of the magnitudes x[0…n), as many as a vector to 64, that are above
 * `limit`. */
INLINE uint64_t
which_above_limit(const float *x, int n, float limit)
{
	wide_bits bits = wide_fill_bits(limit);
	uint64_t which = 0;
	int i = 0;

	for (; i + 4 * WIDE <= n; i += 4 * WIDE)
		which |= which_of_four(x + i, bits) << i;
	for (; i < n; i += WIDE) {
		int at = i < n - WIDE ? i : n - WIDE;
		wide_bits level = wide_magnitude(wide_load(x + at));
		which |= (uint64_t)wide_which(level, bits) << at;
	}
	return which;
}

/* Bits of the outputs from…to - 1 that have a sample above `room` in the
 * middle of their filters, which is 5 and 6 before them. */
INLINE uint64_t
which_matter(const struct span *span, int from, int to, float room)
{
	int n = to - from;
	uint64_t all = UINT64_MAX >> (GRAIN - n), early, late;

	if (room < 0)
		return all;
	if (from == 0) {
		uint64_t behind =
		    which_above_limit(span->near_by, KERNEL_LAST, room) >>
		    (KERNEL_LAST - 6);
		uint64_t here = which_above_limit(span->x, n, room);
		early = behind | here << 6;
		late = behind >> 1 | here << 5;
	} else {
		const float *last = span->x + to - 6;
		early = which_above_limit(span->x + from - 6, n, room);
		late = early >> 1 |
		       (uint64_t)(kernel_bits(*last) > kernel_bits(room))
			   << (n - 1);
	}
	return (early | late) & all;
}

/* The largest of all outputs from…to - 1, at least a vector of them. */
INLINE wide_bits
peak_of_all(
    const struct span *span, int from, int to, wide_bits most, const bool few)
{
	for (int at = from; at < to; at += WIDE) {
		int here = at < to - WIDE ? at : to - WIDE;
		most = wide_max(most, peaks_at(span, here, few));
	}
	return most;
}

/* The largest of the outputs of those bits, in as few vectors as they need. */
INLINE wide_bits
peak_of_those(const struct span *span, int from, int to, uint64_t which,
    wide_bits most, const bool few)
{
	while (which != 0) {
		int first = __builtin_ctzll(which);
		int at = from + first < to - WIDE ? from + first : to - WIDE;
		most = wide_max(most, peaks_at(span, at, few));
		which &= ~(((UINT64_C(1) << WIDE) - 1) << first);
	}
	return most;
}

/* Outputs from…to - 1, from a vector to GRAIN. Where no sample in the middle
 * of its filter is above `room`, an output need not be known. */
INLINE wide_bits
peak_of_grain(const struct span *span, int from, int to, float room,
    wide_bits most, const bool few)
{
	uint64_t which = which_matter(span, from, to, room);

	if (__builtin_popcountll(which) > PICKED)
		return peak_of_all(span, from, to, most, few);
	return peak_of_those(span, from, to, which, most, few);
}

/* Every output of fewer than SHORT samples is worth no choice. */
INLINE float
peak_of_short(
    const float *x, int n, const float *before, float ref, const bool few)
{
	float near_by[KERNEL_LAST + SHORT + KERNEL_WIDEST];
	wide_bits most = wide_fill_bits(ref), place;

	memcpy(&place, kernel_place, sizeof place);
	memcpy(near_by, before, KERNEL_LAST * sizeof *near_by);
	for (int i = 0; i < n; i += WIDE)
		wide_store(near_by + KERNEL_LAST + i,
		    wide_load_most(x + i, (uint32_t)(n - i)));
	for (int at = 0; at < n; at += WIDE) {
		wide_bits v = phases(near_by + KERNEL_LAST + at, few);
		most = wide_max(most, v & (place < n - at));
	}
	return kernel_float(wide_top(most));
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
		return peak_of_short(x, n, before, ref, few);
	float near_by[2 * KERNEL_LAST + KERNEL_WIDEST];
	/* Long before they are read: stores take their time. */
	memcpy(near_by, before, KERNEL_LAST * sizeof *near_by);
	memcpy(near_by + KERNEL_LAST, x,
	    (KERNEL_LAST + KERNEL_WIDEST) * sizeof *near_by);
	const struct span span = { x, near_by };
	wide_bits most = wide_fill_bits(ref);
	float room = kernel_level_room(bend, ref);
	for (int at = 0, end; at < n; at = end) {
		end = grain_end(at, n);
		most = peak_of_grain(&span, at, end, room, most, few);
	}
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
