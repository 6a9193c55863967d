#ifndef ENGINE_KERNEL_SCAN_H
#define ENGINE_KERNEL_SCAN_H

/*
 * What is found by looking at samples: peaks, squares, second differences,
 * overs. A part of kernel_wide.h.
 */

/* --- second differences --- */

/* Those that end in v. `behind` are as many samples that end BEHIND before
 * them: shifted in registers, for a load across cache lines counts twice. */
#define BEHIND (WIDE == 16 ? 16 : 4)
INLINE wide_bits
bend_behind(wide v, wide behind)
{
#if WIDE == 16
	__m512i now = (__m512i)v, then = (__m512i)behind;
	wide last = (wide)_mm512_alignr_epi32(now, then, 15);
	wide but_one = (wide)_mm512_alignr_epi32(now, then, 14);
#elif WIDE == 8
	__m256i now = (__m256i)v, then = (__m256i)behind;
	wide last = (wide)_mm256_alignr_epi8(now, then, 12);
	wide but_one = (wide)_mm256_alignr_epi8(now, then, 8);
#else
	__m128i now = (__m128i)v, then = (__m128i)behind;
	wide last = (wide)_mm_alignr_epi8(now, then, 12);
	wide but_one = (wide)_mm_alignr_epi8(now, then, 8);
#endif
	return wide_magnitude(wide_fma(wide_fill(-2), last, v + but_one));
}

/* Those that end in v, which comes after the vector `before`. */
INLINE wide_bits
bend_after(wide v, wide before)
{
#if WIDE == 8
	before =
	    (wide)_mm256_permute2x128_si256((__m256i)before, (__m256i)v, 0x21);
#endif
	return bend_behind(v, before);
}

/* Those that end in the first samples of a block: `before` are the KERNEL_LAST
 * before it. */
INLINE wide_bits
bend_first(const float *x, const float *before)
{
	return bend_after(wide_load(x), wide_load(before + KERNEL_LAST - WIDE));
}

INLINE wide_bits
bend_next(const float *x)
{
	return bend_behind(wide_load(x), wide_load(x - BEHIND));
}

/* Those that end in the samples behind the last whole vector, or 0. */
INLINE wide_bits
bend_tail(const float *x, uint32_t n)
{
	wide_bits bend = { 0 };

	if (n % WIDE != 0 && n >= WIDE + BEHIND)
		return bend_next(x + n - WIDE);
	for (uint32_t i = WIDE; n < WIDE + BEHIND && i < n; i++)
		bend = wide_max(
		    bend, wide_fill_bits(x[i] + x[i - 2] - 2 * x[i - 1]));
	return bend;
}

/* Those that end in at least KERNEL_LAST samples. */
INLINE wide_bits
bend_of_block(const float *x, uint32_t n, const float *before)
{
	wide_bits bend = wide_max(bend_first(x, before), bend_tail(x, n));

	for (uint32_t i = WIDE; i + WIDE <= n; i += WIDE)
		bend = wide_max(bend, bend_next(x + i));
	return bend;
}

/* --- scans --- */

/* In registers: four chains, so that none waits for itself. */
struct look {
	wide_bits most, bend;
	wide a, b, c, d;
	wide before; /* the last vector */
};

/* The largest magnitudes of KERNEL_LAST samples. */
INLINE wide_bits
level_of(const float *last)
{
	wide_bits level = { 0 };

	for (int i = 0; i < KERNEL_LAST; i += WIDE)
		level = wide_max(level, wide_magnitude(wide_load(last + i)));
	return level;
}

INLINE struct look
look_begin(const float *before)
{
	return (
	    struct look){ .before = wide_load(before + KERNEL_LAST - WIDE) };
}

/* Of a part of a vector the second differences are found in the end. */
INLINE wide
look_at(struct look *look, wide v, uint32_t left, wide squares)
{
	look->most = wide_max(look->most, wide_magnitude(v));
	if (ENGINE_METERS > 1 && left >= WIDE)
		look->bend = wide_max(look->bend, bend_after(v, look->before));
	look->before = v;
	return wide_fma(v, v, squares);
}

/* Adds what was seen to the scan, and begins anew. */
INLINE void
look_up(struct look *look, struct kernel_scan *scan)
{
	int32_t top = wide_top(look->most);

	if (top > kernel_bits(scan->peak))
		scan->peak = kernel_float(top);
	scan->squares +=
	    (double)wide_sum((look->a + look->b) + (look->c + look->d));
	look->most = (wide_bits){ 0 };
	look->a = look->b = look->c = look->d = (wide){ 0 };
}

/* All of x[0…n) was seen. */
INLINE struct kernel_scan
look_end(struct look *look, struct kernel_scan scan, const float *x, uint32_t n,
    const float *before)
{
	look_up(look, &scan);
	scan.bend = KERNEL_LARGEST;
	scan.level = scan.peak;
	if (ENGINE_METERS > 1) {
		float level = kernel_float(wide_top(level_of(before)));
		scan.level = level > scan.peak ? level : scan.peak;
	}
	if (ENGINE_METERS > 1 && n >= KERNEL_LAST)
		scan.bend = kernel_float(
		    wide_top(wide_max(look->bend, bend_tail(x, n))));
	return scan;
}

REALTIME static struct kernel_scan
wide_scan(const float *x, uint32_t n, const float *before)
{
	struct kernel_scan scan = { 0 };
	struct look look = look_begin(before);
	uint32_t i = 0;

	for (; i + 4 * WIDE <= n; i += 4 * WIDE) {
		const float *at = x + i;
		look.a = look_at(&look, wide_load(at), WIDE, look.a);
		look.b = look_at(&look, wide_load(at + WIDE), WIDE, look.b);
		look.c = look_at(&look, wide_load(at + 2 * WIDE), WIDE, look.c);
		look.d = look_at(&look, wide_load(at + 3 * WIDE), WIDE, look.d);
		if ((i + 4 * WIDE) % KERNEL_STRETCH == 0 && i + 4 * WIDE < n)
			look_up(&look, &scan);
	}
	for (; i + WIDE <= n; i += WIDE)
		look.a = look_at(&look, wide_load(x + i), WIDE, look.a);
	if (i < n)
		look.b =
		    look_at(&look, wide_load_part(x + i, n - i), n - i, look.b);
	return look_end(&look, scan, x, n, before);
}

/* Without branches: where there are overs, nothing tells which samples they
 * are. The largest of what is counted from either end tells first and last. */
REALTIME static struct kernel_overs
wide_overs(const float *x, float gain, float limit, uint32_t n)
{
	wide_bits count = { 0 }, from_start = { 0 }, from_end = { 0 }, place;
	wide by = wide_fill(gain);

	memcpy(&place, kernel_place, sizeof place);
	for (uint32_t i = 0; i < n; i += WIDE) {
		wide_bits above =
		    wide_magnitude(by * wide_load_most(x + i, n - i)) >
		    wide_fill_bits(limit);
		wide_bits at = place + (int32_t)i;
		count -= above;
		from_start = wide_max(from_start, above & (at + 1));
		from_end = wide_max(from_end, above & ((int32_t)n - at));
	}
	struct kernel_overs overs = { 0 };
	for (int k = 0; k < WIDE; k++)
		overs.count += (uint32_t)count[k];
	if (overs.count != 0) {
		overs.first = n - (uint32_t)wide_top(from_end);
		overs.last = (uint32_t)wide_top(from_start) - 1;
	}
	return overs;
}

#endif
