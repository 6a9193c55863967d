#ifndef ENGINE_KERNEL_WIDE_H
#define ENGINE_KERNEL_WIDE_H

/*
 * The kernels in vectors of WIDE floats, as the table KERNELS. Bodies and
 * tails round alike, so that a sample comes out the same wherever in a block
 * it stands.
 */

#include <immintrin.h>

typedef float wide __attribute__((vector_size(WIDE * sizeof(float))));
typedef int32_t wide_bits __attribute__((vector_size(WIDE * sizeof(int32_t))));

#define INLINE static inline __attribute__((always_inline))

#if WIDE == 16
INLINE wide
wide_fma(wide a, wide b, wide c)
{
	return (wide)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

INLINE wide_bits
wide_max(wide_bits a, wide_bits b)
{
	return (wide_bits)_mm512_max_epi32((__m512i)a, (__m512i)b);
}

/* Bits of where a is above b. */
INLINE uint32_t
wide_which(wide_bits a, wide_bits b)
{
	return _mm512_cmpgt_epi32_mask((__m512i)a, (__m512i)b);
}

INLINE int32_t
wide_top(wide_bits v)
{
	return _mm512_reduce_max_epi32((__m512i)v);
}

INLINE float
wide_sum(wide v)
{
	return _mm512_reduce_add_ps((__m512)v);
}
#elif WIDE == 8
INLINE wide
wide_fma(wide a, wide b, wide c)
{
	return (wide)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

INLINE wide_bits
wide_max(wide_bits a, wide_bits b)
{
	return (wide_bits)_mm256_max_epi32((__m256i)a, (__m256i)b);
}

INLINE uint32_t
wide_which(wide_bits a, wide_bits b)
{
	return (uint32_t)_mm256_movemask_ps(
	    (__m256)_mm256_cmpgt_epi32((__m256i)a, (__m256i)b));
}

INLINE int32_t
wide_top(wide_bits v)
{
	__m128i top = _mm_max_epi32(_mm256_castsi256_si128((__m256i)v),
	    _mm256_extracti128_si256((__m256i)v, 1));
	top = _mm_max_epi32(top, _mm_shuffle_epi32(top, 0x4e));
	top = _mm_max_epi32(top, _mm_shuffle_epi32(top, 0xb1));
	return _mm_cvtsi128_si32(top);
}

INLINE float
wide_sum(wide v)
{
	__m128 sum = _mm_add_ps(_mm256_castps256_ps128((__m256)v),
	    _mm256_extractf128_ps((__m256)v, 1));
	sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
	return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}
#else
INLINE wide
wide_fma(wide a, wide b, wide c)
{
	return a * b + c;
}

INLINE wide_bits
wide_max(wide_bits a, wide_bits b)
{
	return (wide_bits)_mm_max_epi32((__m128i)a, (__m128i)b);
}

INLINE uint32_t
wide_which(wide_bits a, wide_bits b)
{
	return (uint32_t)_mm_movemask_ps(
	    (__m128)_mm_cmpgt_epi32((__m128i)a, (__m128i)b));
}

INLINE int32_t
wide_top(wide_bits v)
{
	__m128i top = (__m128i)v;
	top = _mm_max_epi32(top, _mm_shuffle_epi32(top, 0x4e));
	top = _mm_max_epi32(top, _mm_shuffle_epi32(top, 0xb1));
	return _mm_cvtsi128_si32(top);
}

INLINE float
wide_sum(wide v)
{
	__m128 sum = _mm_add_ps((__m128)v, _mm_movehl_ps((__m128)v, (__m128)v));
	return _mm_cvtss_f32(_mm_add_ss(sum, _mm_shuffle_ps(sum, sum, 1)));
}
#endif

INLINE wide
wide_load(const float *x)
{
	wide v;
	memcpy(&v, x, sizeof v);
	return v;
}

/* The same in a register: else the compiler may load it anew for each use. */
INLINE wide
wide_keep(wide v)
{
	__asm__("" : "+v"(v));
	return v;
}

INLINE void
wide_store(float *out, wide v)
{
	memcpy(out, &v, sizeof v);
}

/* The first `n` of a vector; zero beyond. */
INLINE wide
wide_load_part(const float *x, uint32_t n)
{
#if WIDE == 16
	return (wide)_mm512_maskz_loadu_ps((__mmask16)((1U << n) - 1), x);
#else
	wide v = { 0 };
	for (uint32_t k = 0; k < n; k++)
		v[k] = x[k];
	return v;
#endif
}

INLINE void
wide_store_part(float *out, wide v, uint32_t n)
{
#if WIDE == 16
	_mm512_mask_storeu_ps(out, (__mmask16)((1U << n) - 1), (__m512)v);
#else
	for (uint32_t k = 0; k < n; k++)
		out[k] = v[k];
#endif
}

/* A whole vector, or the `left` floats that are there. */
INLINE wide
wide_load_most(const float *x, uint32_t left)
{
	return left >= WIDE ? wide_load(x) : wide_load_part(x, left);
}

INLINE void
wide_store_most(float *out, wide v, uint32_t left)
{
	if (left >= WIDE)
		wide_store(out, v);
	else
		wide_store_part(out, v, left);
}

INLINE wide_bits
wide_magnitude(wide v)
{
	return (wide_bits)v & KERNEL_MAGNITUDE;
}

INLINE wide
wide_fill(float x)
{
	return x - (wide){ 0 };
}

INLINE wide_bits
wide_fill_bits(float x)
{
	return kernel_bits(x) - (wide_bits){ 0 };
}

static const int32_t kernel_place[KERNEL_WIDEST] = { 0, 1, 2, 3, 4, 5, 6, 7, 8,
	9, 10, 11, 12, 13, 14, 15 };

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

/* --- gains --- */

REALTIME static void
wide_scale(float *restrict out, const float *restrict x, float gain, uint32_t n)
{
	wide by = wide_fill(gain);
	uint32_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		wide_store(out + i, by * wide_load(x + i));
	if (i < n)
		wide_store_part(
		    out + i, by * wide_load_part(x + i, n - i), n - i);
}

REALTIME static void
wide_add(float *restrict out, const float *restrict x, float gain, uint32_t n)
{
	wide by = wide_fill(gain);
	uint32_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		wide_store(out + i,
		    wide_fma(by, wide_load(x + i), wide_load(out + i)));
	if (i < n)
		wide_store_part(out + i,
		    wide_fma(by, wide_load_part(x + i, n - i),
			wide_load_part(out + i, n - i)),
		    n - i);
}

REALTIME static struct kernel_scan
wide_scale_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n, const float *before)
{
	struct kernel_scan scan = { 0 };
	struct look look = look_begin(before);
	wide by = wide_fill(gain);
	uint32_t i = 0;

	for (; i + 2 * WIDE <= n; i += 2 * WIDE) {
		wide v = by * wide_load(ramp + i) * wide_load(x + i);
		wide w =
		    by * wide_load(ramp + i + WIDE) * wide_load(x + i + WIDE);
		wide_store(out + i, v);
		wide_store(out + i + WIDE, w);
		look.a = look_at(&look, v, WIDE, look.a);
		look.b = look_at(&look, w, WIDE, look.b);
		if ((i + 2 * WIDE) % KERNEL_STRETCH == 0 && i + 2 * WIDE < n)
			look_up(&look, &scan);
	}
	for (; i < n; i += WIDE) {
		wide v = by * wide_load_most(ramp + i, n - i) *
			 wide_load_most(x + i, n - i);
		wide_store_most(out + i, v, n - i);
		look.c = look_at(&look, v, n - i, look.c);
	}
	return look_end(&look, scan, out, n, before);
}

REALTIME static void
wide_add_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n)
{
	wide by = wide_fill(gain);
	uint32_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		wide_store(out + i, wide_fma(by * wide_load(ramp + i),
					wide_load(x + i), wide_load(out + i)));
	if (i < n)
		wide_store_part(out + i,
		    wide_fma(by * wide_load_part(ramp + i, n - i),
			wide_load_part(x + i, n - i),
			wide_load_part(out + i, n - i)),
		    n - i);
}

REALTIME static void
wide_cubic(float *restrict out, const float c[4], uint32_t from, float step,
    uint32_t n)
{
	wide a = wide_fill(c[0]), b = wide_fill(c[1]), d = wide_fill(c[2]),
	     e = wide_fill(c[3]), by = wide_fill(step);
	wide_bits place;

	memcpy(&place, kernel_place, sizeof place);
	place += (int32_t)from;
	for (uint32_t i = 0; i < n; i += WIDE) {
		wide t = __builtin_convertvector(place, wide) * by;
		wide_store_most(out + i, a + t * (b + t * (d + t * e)), n - i);
		place += WIDE;
	}
}

#include "engine/kernel_mix.h"
#include "engine/kernel_peak.h"

const struct kernels KERNELS = {
	.name = KERNELS_NAME,
	.scan = wide_scan,
	.overs = wide_overs,
	.scale = wide_scale,
	.add = wide_add,
	.scale_ramp = wide_scale_ramp,
	.add_ramp = wide_add_ramp,
	.cubic = wide_cubic,
	.mix = wide_mix,
	.true_peak = wide_true_peak,
};

#endif
