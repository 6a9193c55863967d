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

/* Is a above b anywhere? */
INLINE bool
wide_above(wide_bits a, wide_bits b)
{
	return _mm512_cmpgt_epi32_mask((__m512i)a, (__m512i)b) != 0;
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

INLINE bool
wide_above(wide_bits a, wide_bits b)
{
	__m256i above = _mm256_cmpgt_epi32((__m256i)a, (__m256i)b);
	return !_mm256_testz_si256(above, above);
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

INLINE bool
wide_above(wide_bits a, wide_bits b)
{
	__m128i above = _mm_cmpgt_epi32((__m128i)a, (__m128i)b);
	return _mm_movemask_epi8(above) != 0;
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

/* --- scans --- */

/* In registers: four chains, so that none waits for itself. */
struct look {
	wide_bits most;
	wide a, b, c, d;
};

INLINE wide
look_at(struct look *look, wide v, wide squares)
{
	look->most = wide_max(look->most, wide_magnitude(v));
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
	*look = (struct look){ 0 };
}

REALTIME static struct kernel_scan
wide_scan(const float *x, uint32_t n)
{
	struct kernel_scan scan = { 0 };
	struct look look = { 0 };

	for (uint32_t i = 0, end; i < n; i = end) {
		end = n - i < KERNEL_STRETCH ? n : i + KERNEL_STRETCH;
		for (; i + 4 * WIDE <= end; i += 4 * WIDE) {
			look.a = look_at(&look, wide_load(x + i), look.a);
			look.b =
			    look_at(&look, wide_load(x + i + WIDE), look.b);
			look.c =
			    look_at(&look, wide_load(x + i + 2 * WIDE), look.c);
			look.d =
			    look_at(&look, wide_load(x + i + 3 * WIDE), look.d);
		}
		for (; i + WIDE <= end; i += WIDE)
			look.a = look_at(&look, wide_load(x + i), look.a);
		if (i < end)
			look.b = look_at(
			    &look, wide_load_part(x + i, end - i), look.b);
		look_up(&look, &scan);
	}
	return scan;
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
    const float *restrict ramp, uint32_t n)
{
	struct kernel_scan scan = { 0 };
	struct look look = { 0 };
	wide by = wide_fill(gain);
	uint32_t i = 0;

	for (; i + 2 * WIDE <= n; i += 2 * WIDE) {
		wide v = by * wide_load(ramp + i) * wide_load(x + i);
		wide w =
		    by * wide_load(ramp + i + WIDE) * wide_load(x + i + WIDE);
		wide_store(out + i, v);
		wide_store(out + i + WIDE, w);
		look.a = look_at(&look, v, look.a);
		look.b = look_at(&look, w, look.b);
		if ((i + 2 * WIDE) % KERNEL_STRETCH == 0)
			look_up(&look, &scan);
	}
	for (uint32_t part; i < n; i += part) {
		part = n - i < WIDE ? n - i : WIDE;
		wide v = by * wide_load_part(ramp + i, part) *
			 wide_load_part(x + i, part);
		wide_store_part(out + i, v, part);
		look.c = look_at(&look, v, look.c);
	}
	look_up(&look, &scan);
	return scan;
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

/* --- mixing --- */

/* One source on its way through a pass, all of it in registers. */
struct source {
	const float *x;
	wide_bits most;
	wide squares;
	wide gain, other_gain;
};

INLINE struct source
mix_open(const struct kernel_mix *mix, uint32_t k, const uint32_t sums)
{
	return (struct source){
		.x = mix->x[k],
		.gain = wide_fill(sums > 0 ? mix->gain[0][k] : 0),
		.other_gain = wide_fill(sums > 1 ? mix->gain[1][k] : 0),
	};
}

INLINE void
mix_add(struct source *source, wide v, wide *sum, wide *other)
{
	source->most = wide_max(source->most, wide_magnitude(v));
	if (ENGINE_METERS > 0)
		source->squares = wide_fma(v, v, source->squares);
	*sum = wide_fma(source->gain, v, *sum);
	*other = wide_fma(source->other_gain, v, *other);
}

/* Of each source KERNEL_PARTS values, as a tally has them. */
#define FOLDS (KERNEL_SOURCES * KERNEL_PARTS / WIDE)
struct folded {
	wide v[FOLDS];
};

INLINE wide
fold_two(wide a, wide b, const bool peaks)
{
	return peaks ? (wide)wide_max((wide_bits)a, (wide_bits)b) : a + b;
}

/* Folds each source's vector to the width of its parts: the largest, or the
 * sum. */
INLINE struct folded
fold(wide a, wide b, wide c, wide d, const bool peaks)
{
#if WIDE == 16
	__m512 ab = (__m512)fold_two(
	    (wide)_mm512_shuffle_f32x4((__m512)a, (__m512)b, 0x44),
	    (wide)_mm512_shuffle_f32x4((__m512)a, (__m512)b, 0xee), peaks);
	__m512 cd = (__m512)fold_two(
	    (wide)_mm512_shuffle_f32x4((__m512)c, (__m512)d, 0x44),
	    (wide)_mm512_shuffle_f32x4((__m512)c, (__m512)d, 0xee), peaks);
	return (
	    struct folded){ { fold_two((wide)_mm512_shuffle_f32x4(ab, cd, 0x88),
	    (wide)_mm512_shuffle_f32x4(ab, cd, 0xdd), peaks) } };
#elif WIDE == 8
	return (struct folded){ {
	    fold_two((wide)_mm256_permute2f128_ps((__m256)a, (__m256)b, 0x20),
		(wide)_mm256_permute2f128_ps((__m256)a, (__m256)b, 0x31),
		peaks),
	    fold_two((wide)_mm256_permute2f128_ps((__m256)c, (__m256)d, 0x20),
		(wide)_mm256_permute2f128_ps((__m256)c, (__m256)d, 0x31),
		peaks),
	} };
#else
	(void)peaks;
	return (struct folded){ { a, b, c, d } };
#endif
}

/* Bits of the sources that are above a tally of limits anywhere. */
INLINE uint32_t
fold_above(const struct folded *most, const struct folded *limit)
{
	uint32_t sources = 0;
	float part[KERNEL_SOURCES][KERNEL_PARTS];
	bool above = false;

	for (int i = 0; i < FOLDS; i++)
		above |=
		    wide_above((wide_bits)most->v[i], (wide_bits)limit->v[i]);
	if (!above)
		return 0;
	for (int i = 0; i < FOLDS; i++)
		wide_store(&part[0][0] + i * WIDE,
		    (wide)((wide_bits)most->v[i] > (wide_bits)limit->v[i]));
	for (uint32_t k = 0; k < KERNEL_SOURCES; k++)
		for (int i = 0; i < KERNEL_PARTS; i++)
			sources |= (uint32_t)(kernel_bits(part[k][i]) != 0)
				   << k;
	return sources;
}

INLINE struct folded
fold_load(float (*x)[KERNEL_PARTS])
{
	struct folded folded;

	for (int i = 0; i < FOLDS; i++)
		folded.v[i] = wide_load(&x[0][0] + i * WIDE);
	return folded;
}

INLINE struct folded
fold_fill(float x)
{
	struct folded folded;

	for (int i = 0; i < FOLDS; i++)
		folded.v[i] = wide_fill(x);
	return folded;
}

/* What was seen of the sources; those that are none were silent. */
INLINE uint32_t
mix_say(struct kernel_tally *tally, const struct folded *most,
    const struct folded *squares)
{
	const struct folded largest = fold_fill(KERNEL_LARGEST),
			    silence = fold_fill(0);
	const struct folded limit = fold_load(tally->limit);
	uint32_t says = fold_above(most, &limit) * KERNEL_ABOVE(0) +
			fold_above(most, &largest) * KERNEL_INVALID(0);

	for (int i = 0; i < FOLDS; i++)
		if (wide_above((wide_bits)most->v[i], (wide_bits)silence.v[i]))
			says |= KERNEL_SOUND;
	if ((says & KERNEL_ANY_INVALID) != 0)
		return says;
	for (int i = 0; i < FOLDS; i++) {
		float *peak = &tally->peak[0][0] + i * WIDE;
		float *sum = &tally->squares[0][0] + i * WIDE;
		wide_store(peak, fold_two(wide_load(peak), most->v[i], true));
		wide_store(sum, wide_load(sum) + squares->v[i]);
	}
	return says;
}

INLINE void
mix_keep(float *last, const float *x, uint32_t n)
{
	for (int i = 0; i < KERNEL_LAST; i += WIDE)
		wide_store(last + i, wide_load(x + n - KERNEL_LAST + i));
}

struct pass {
	struct source a, b, c, d;
	const float *from, *other_from;
	float *to, *other_to;
};

/* `sources` and `sums` are constants where it is called, and what they leave
 * out costs nothing; so is `left` but in the tail. */
INLINE void
mix_step(struct pass *pass, uint32_t i, uint32_t left, const uint32_t sources,
    const uint32_t sums)
{
	wide sum = { 0 }, other = { 0 };

	if (sums > 0)
		sum = wide_load_most(pass->from + i, left);
	if (sums > 1)
		other = wide_load_most(pass->other_from + i, left);
	mix_add(&pass->a, wide_load_most(pass->a.x + i, left), &sum, &other);
	if (sources > 1)
		mix_add(&pass->b, wide_load_most(pass->b.x + i, left), &sum,
		    &other);
	if (sources > 2)
		mix_add(&pass->c, wide_load_most(pass->c.x + i, left), &sum,
		    &other);
	if (sources > 3)
		mix_add(&pass->d, wide_load_most(pass->d.x + i, left), &sum,
		    &other);
	if (sums > 0)
		wide_store_most(pass->to + i, sum, left);
	if (sums > 1)
		wide_store_most(pass->other_to + i, other, left);
}

INLINE uint32_t
mix_some(struct kernel_mix *mix, uint32_t n, const uint32_t sources,
    const uint32_t sums)
{
	struct pass pass = {
		mix_open(mix, 0, sums),
		mix_open(mix, sources > 1 ? 1 : 0, sums),
		mix_open(mix, sources > 2 ? 2 : 0, sums),
		mix_open(mix, sources > 3 ? 3 : 0, sums),
		mix->from[0],
		mix->from[1],
		mix->to[0],
		mix->to[1],
	};
	const struct source none = { 0 };
	uint32_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		mix_step(&pass, i, WIDE, sources, sums);
	if (i < n)
		mix_step(&pass, i, n - i, sources, sums);
	const struct source *b = sources > 1 ? &pass.b : &none,
			    *c = sources > 2 ? &pass.c : &none,
			    *d = sources > 3 ? &pass.d : &none;
	struct folded most = fold((wide)pass.a.most, (wide)b->most,
	    (wide)c->most, (wide)d->most, true);
	struct folded squares =
	    fold(pass.a.squares, b->squares, c->squares, d->squares, false);
	uint32_t says = mix_say(&mix->tally, &most, &squares);
	if (ENGINE_METERS > 1 && kernel_keeps(mix, says, n))
		for (uint32_t k = 0; k < sources; k++)
			mix_keep(mix->last[k], mix->x[k], n);
	return says;
}

INLINE uint32_t
mix_into(struct kernel_mix *mix, uint32_t n, const uint32_t sums)
{
	switch (mix->sources) {
	case 1:
		return mix_some(mix, n, 1, sums);
	case 2:
		return mix_some(mix, n, 2, sums);
	case 3:
		return mix_some(mix, n, 3, sums);
	default:
		return mix_some(mix, n, 4, sums);
	}
}

REALTIME static uint32_t
wide_mix(struct kernel_mix *mix, uint32_t n)
{
	switch (mix->sums) {
	case 0:
		return mix_into(mix, n, 0);
	case 1:
		return mix_into(mix, n, 1);
	default:
		return mix_into(mix, n, 2);
	}
}

#include "engine/kernel_peak.h"

const struct kernels KERNELS = {
	.name = KERNELS_NAME,
	.scan = wide_scan,
	.scale = wide_scale,
	.add = wide_add,
	.scale_ramp = wide_scale_ramp,
	.add_ramp = wide_add_ramp,
	.mix = wide_mix,
	.true_peak = wide_true_peak,
};

#endif
