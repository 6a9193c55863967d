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

#include "engine/kernel_scan.h"

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
