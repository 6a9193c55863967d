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

INLINE wide_bits
bend_at(const float *x)
{
	wide middle = wide_load(x);

	return wide_magnitude(
	    (wide_load(x - 1) - middle) + (wide_load(x + 1) - middle));
}

/* The largest second difference whose middle is in x[from…to), as many. */
INLINE float
bend_of(const float *x, int from, int to)
{
	wide_bits bend = bend_at(x + to - WIDE);

	for (int i = from; i < to - WIDE; i += WIDE)
		bend = wide_max(bend, bend_at(x + i));
	return kernel_float(wide_top(bend));
}

/* Outputs from…to - 1 in vectors, the last of which may overlap. */
INLINE int
vector_at(int from, int to, int index)
{
	int at = from + index * WIDE;

	return at < to - WIDE ? at : to - WIDE;
}

/* Bits of the vectors of outputs that have a sample above `room` in the middle
 * of their filters, which is 5 and 6 before them. Also tells the highest. */
INLINE uint32_t
which_matter(const float *x, int from, int to, float room, wide_bits *most)
{
	wide_bits limit = wide_fill_bits(room);
	int vectors = (to - from + WIDE - 1) / WIDE;
	uint32_t which = 0;

	if (room < 0)
		return UINT32_MAX >> (32 - vectors);
	for (int i = 0; i < vectors; i++) {
		const float *middle = x + vector_at(from, to, i) - 6;
		wide_bits level = wide_max(wide_magnitude(wide_load(middle)),
		    wide_magnitude(wide_load(middle + 1)));
		*most = wide_max(*most, level);
		which |= (uint32_t)wide_above(level, limit) << i;
	}
	return which;
}

INLINE float
peak_of_those(const float *x, int from, int to, int end, uint32_t which,
    float ref, const bool few)
{
	wide_bits most = wide_fill_bits(ref);

	for (; which != 0; which &= which - 1) {
		int at = vector_at(from, to, __builtin_ctz(which));
		most = wide_max(most, peaks_at(x, at, end, few));
	}
	return kernel_float(wide_top(most));
}

/* More than three bits. */
INLINE bool
are_many(uint32_t bits)
{
	for (int i = 0; i < 3; i++)
		bits &= bits - 1;
	return bits != 0;
}

/* Outputs from…to - 1, at least WIDE, which depend on x[from - 11…to); those
 * from `end` on, if that is not INT_MAX, do not count. Where no sample in the middle of its filter is
 * above what the second differences leave room for, an output need not be
 * known. */
INLINE float
peak_where(const float *x, int from, int to, int end, float bend, float ref,
    const bool few)
{
	float room = kernel_level_room(bend, ref);
	wide_bits most = { 0 };
	uint32_t which = which_matter(x, from, to, room, &most);

	if (which == 0)
		return ref;
	/* Many: the crests first, for they may settle the others. */
	if (room > 0 && are_many(which)) {
		float level = kernel_float(wide_top(most));
		uint32_t first =
		    which & which_matter(x, from, to, 0.97F * level, &most);
		ref = peak_of_those(x, from, to, end, first, ref, few);
		which &= ~first & which_matter(x, from, to,
				      kernel_level_room(bend, ref), &most);
	}
	return peak_of_those(x, from, to, end, which, ref, few);
}

INLINE float
peak_between(
    const float *x, int from, int to, int end, float ref, const bool few)
{
	return peak_where(
	    x, from, to, end, bend_of(x, from - 10, to - 1), ref, few);
}

/* Outputs that are judged together: a burst among them does not spoil more
 * than that. Two of these at most have a bit for each vector. */
#define CHUNK (8 * WIDE)
/* Blocks up to this long are copied behind what came before them. */
#define SHORT 48

INLINE float
peak_of_short(
    const float *x, int n, const float *before, float ref, const bool few)
{
	float near_by[KERNEL_LAST + SHORT + KERNEL_WIDEST];

	memcpy(near_by, before, KERNEL_LAST * sizeof *near_by);
	for (int i = 0; i < n; i += WIDE)
		wide_store(near_by + KERNEL_LAST + i,
		    wide_load_most(x + i, (uint32_t)(n - i)));
	return peak_between(near_by + KERNEL_LAST, 0,
	    (n + WIDE - 1) / WIDE * WIDE, n, ref, few);
}

/* Are samples above `room` in the middle of the first KERNEL_LAST outputs? They
 * are the last 6 before the block and its first 11. */
INLINE bool
first_matter(const float *x, const float *before, float room)
{
	wide_bits limit = wide_fill_bits(room), place;
	wide_bits most = wide_magnitude(wide_load(before + KERNEL_LAST - WIDE));

	memcpy(&place, kernel_place, sizeof place);
	most &= place >= WIDE - 6;
	for (int i = 0; i < 11; i += WIDE)
		most = wide_max(
		    most, wide_magnitude(wide_load(x + i)) & (place < 11 - i));
	return room < 0 || wide_above(most, limit);
}

/* The first KERNEL_LAST outputs, which need what came before. */
INLINE float
peak_of_first(const float *x, const float *before, float ref, const bool few)
{
	float near_by[2 * KERNEL_LAST];

	memcpy(near_by, before, KERNEL_LAST * sizeof *near_by);
	memcpy(near_by + KERNEL_LAST, x, KERNEL_LAST * sizeof *near_by);
	return peak_between(
	    near_by + KERNEL_LAST, 0, KERNEL_LAST, INT_MAX, ref, few);
}

/* Of a block whose largest second difference is known. */
INLINE float
peak_of_bent(const float *x, int n, const float *before, float bend, float ref,
    const bool few)
{
	ref = peak_where(x, KERNEL_LAST, n, INT_MAX, bend, ref, few);
	return first_matter(x, before, kernel_level_room(bend, ref))
		   ? peak_of_first(x, before, ref, few)
		   : ref;
}

INLINE float
peak_of(const float *x, int n, const float *before, float bend, float ref,
    const bool few)
{
	if (n < SHORT)
		return peak_of_short(x, n, before, ref, few);
	if (n < 2 * CHUNK && bend < KERNEL_LARGEST)
		return peak_of_bent(x, n, before, bend, ref, few);
	for (int at = KERNEL_LAST, next; at < n; at = next) {
		next = n - at < 2 * CHUNK ? n : at + CHUNK;
		ref = peak_between(x, at, next, INT_MAX, ref, few);
	}
	return peak_of_first(x, before, ref, few);
}

REALTIME static float
wide_true_peak(const float *x, uint32_t n, const float *before, float bend,
    float ref, bool few)
{
	return few ? peak_of(x, (int)n, before, bend, ref, true)
		   : peak_of(x, (int)n, before, bend, ref, false);
}

#endif
