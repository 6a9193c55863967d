#ifndef ENGINE_KERNEL_MIX_H
#define ENGINE_KERNEL_MIX_H

/*
 * The pass that looks at sources and adds them to sums. A part of
 * kernel_wide.h.
 */

/* --- mixing --- */

/* One source on its way through a pass, all of it in registers. */
struct source {
	const float *x, *curve;
	wide_bits most, bend;
	wide squares, behind;
	wide gain, other_gain;
	wide to, by; /* of a gain that moves */
};

/* Are there registers to take second differences in the same pass? */
#define AT_ONCE (ENGINE_METERS > 1 && WIDE == 16)

INLINE struct source
mix_open(const struct kernel_mix *mix, uint32_t k, const uint32_t sums,
    const bool fades)
{
	const struct kernel_fade *fade = mix->fade;

	return (struct source){
		.x = mix->x[k],
		.curve = fades ? fade->curve[k] : NULL,
		.to = wide_fill(fades ? fade->to[k] : 0),
		.by = wide_fill(fades ? fade->by[k] : 0),
		.behind = wide_load(mix->last[k] + KERNEL_LAST - WIDE),
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

INLINE void
mix_take(struct source *source, uint32_t i, uint32_t left, wide *sum,
    wide *other, float (*made)[KERNEL_LONGEST], const bool fades)
{
	wide v = wide_load_most(source->x + i, left);

	if (fades) {
		wide at = wide_load_most(source->curve + i, left);
		v *= source->to + source->by * at;
		wide_store_most(*made + i, v, left);
	}
	mix_add(source, v, sum, other);
	if (AT_ONCE && !fades && left >= WIDE) {
		source->bend =
		    wide_max(source->bend, bend_behind(v, source->behind));
		source->behind = v;
	}
}

/* What the pass has not seen of the second differences of at least KERNEL_LAST
 * samples. */
INLINE void
mix_bend(struct source *source, const float *before, uint32_t n)
{
	wide_bits rest = AT_ONCE ? bend_tail(source->x, n)
				 : bend_of_block(source->x, n, before);

	source->bend = wide_max(source->bend, rest);
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

/* Where the parts of the i-th vector stand. */
INLINE float *
fold_at(float (*x)[KERNEL_PARTS], int i)
{
	return (float *)(void *)(x + i * WIDE / KERNEL_PARTS);
}

/* The largest part of each source. */
INLINE __m128i
fold_most(const struct folded *most)
{
#if WIDE == 16
	__m512i v = (__m512i)most->v[0];
	v = _mm512_max_epi32(v, _mm512_shuffle_epi32(v, 0x4e));
	v = _mm512_max_epi32(v, _mm512_shuffle_epi32(v, 0xb1));
	return _mm512_castsi512_si128(_mm512_permutexvar_epi32(
	    _mm512_set_epi32(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 8, 4, 0),
	    v));
#else
	__m128 a[KERNEL_SOURCES];
	memcpy(a, most->v, sizeof a);
	_MM_TRANSPOSE4_PS(a[0], a[1], a[2], a[3]);
	return _mm_max_epi32(_mm_max_epi32((__m128i)a[0], (__m128i)a[1]),
	    _mm_max_epi32((__m128i)a[2], (__m128i)a[3]));
#endif
}

INLINE uint32_t
which_above(__m128i a, __m128i b)
{
	return (uint32_t)_mm_movemask_ps((__m128)_mm_cmpgt_epi32(a, b));
}

/* Which sources may have a true peak above the ones that they had? `level` is
 * the largest with the samples before; the second differences of the block
 * before reach into this one. */
INLINE uint32_t
mix_bounds(struct kernel_tally *tally, __m128i level_bits, __m128i most_bend,
    const struct kernel_fade *fade, uint32_t n, const bool fades)
{
	__m128 level = (__m128)level_bits;
	__m128 bend = _mm_max_ps((__m128)most_bend, _mm_load_ps(tally->bend));
	__m128 outer = level * _mm_set1_ps(KERNEL_OUTER_LEVEL) +
		       bend * _mm_set1_ps(KERNEL_OUTER_BEND);
	__m128 inner = level * _mm_set1_ps(KERNEL_INNER_LEVEL) +
		       bend * _mm_set1_ps(KERNEL_INNER_BEND);
	__m128 any = level * _mm_set1_ps(KERNEL_OVERSHOOT);
	__m128 bound = _mm_min_ps(_mm_max_ps(outer, inner), any);

	if (fades)
		bound = _mm_min_ps(bound, _mm_load_ps(fade->bound));

	if (n < KERNEL_LAST) {
		_mm_store_ps(tally->bend, _mm_set1_ps(KERNEL_LARGEST));
		_mm_store_ps(tally->reach, _mm_set1_ps(KERNEL_LARGEST));
		_mm_store_ps(tally->around, level);
		return UINT32_MAX;
	}
	_mm_store_ps(tally->around, level);
	_mm_store_ps(tally->bend, (__m128)most_bend);
	_mm_store_ps(tally->reach, bend);
	return (uint32_t)_mm_movemask_ps(
	    _mm_cmpgt_ps(bound, _mm_load_ps(tally->true_peak)));
}

/* What was seen of the sources; those that are none were silent. */
INLINE uint32_t
mix_say(struct kernel_mix *mix, const struct folded *peaks,
    const struct folded *squares, __m128i bend, const struct folded *before,
    uint32_t n, const uint32_t sources, const bool fades)
{
	struct kernel_tally *tally = &mix->tally;
	__m128i most = fold_most(peaks);
	uint32_t says =
	    KERNEL_INVALID(0) *
	    which_above(most, _mm_set1_epi32(kernel_bits(KERNEL_LARGEST)));

	if (says != 0)
		return says;
	says = which_above(most, (__m128i)_mm_load_ps(tally->limit));
	if (which_above(most, _mm_setzero_si128()) != 0)
		says |= KERNEL_SOUND;
	if (ENGINE_METERS > 1)
		says |=
		    mix_bounds(tally, _mm_max_epi32(most, fold_most(before)),
			bend, mix->fade, n, fades) &
		    (KERNEL_ABOVE(sources) - 1);
	if (ENGINE_METERS > 0)
		_mm_store_ps(tally->level, (__m128)most);
	for (int i = 0; ENGINE_METERS > 0 && i < FOLDS; i++) {
		float *peak = fold_at(tally->peak, i);
		float *sum = fold_at(tally->squares, i);
		wide_store(peak, fold_two(wide_load(peak), peaks->v[i], true));
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
	float (*made)[KERNEL_LONGEST]; /* of each source */
};

/* `sources` and `sums` are constants where it is called, and what they leave
 * out costs nothing; so is `left` but in the tail. */
INLINE void
mix_step(struct pass *pass, uint32_t i, uint32_t left, const uint32_t sources,
    const uint32_t sums, const bool fades)
{
	wide sum = { 0 }, other = { 0 };

	if (sums > 0)
		sum = wide_load_most(pass->from + i, left);
	if (sums > 1)
		other = wide_load_most(pass->other_from + i, left);
	mix_take(&pass->a, i, left, &sum, &other, fades ? &pass->made[0] : NULL,
	    fades);
	if (sources > 1)
		mix_take(&pass->b, i, left, &sum, &other,
		    fades ? &pass->made[1] : NULL, fades);
	if (sources > 2)
		mix_take(&pass->c, i, left, &sum, &other,
		    fades ? &pass->made[2] : NULL, fades);
	if (sources > 3)
		mix_take(&pass->d, i, left, &sum, &other,
		    fades ? &pass->made[3] : NULL, fades);
	if (sums > 0)
		wide_store_most(pass->to + i, sum, left);
	if (sums > 1)
		wide_store_most(pass->other_to + i, other, left);
}

/* Behind the pass, which has brought the samples near. */
INLINE void
mix_bends(struct pass *pass, const struct kernel_mix *mix, uint32_t n,
    const uint32_t sources)
{
	if (ENGINE_METERS < 2 || n < KERNEL_LAST)
		return;
	mix_bend(&pass->a, mix->last[0], n);
	if (sources > 1)
		mix_bend(&pass->b, mix->last[1], n);
	if (sources > 2)
		mix_bend(&pass->c, mix->last[2], n);
	if (sources > 3)
		mix_bend(&pass->d, mix->last[3], n);
}

/* The levels of what came before. */
INLINE struct folded
mix_before(const struct kernel_mix *mix, const uint32_t sources)
{
	const wide_bits none = { 0 };

	if (ENGINE_METERS < 2)
		return (struct folded){ 0 };
	return fold((wide)level_of(mix->last[0]),
	    (wide)(sources > 1 ? level_of(mix->last[1]) : none),
	    (wide)(sources > 2 ? level_of(mix->last[2]) : none),
	    (wide)(sources > 3 ? level_of(mix->last[3]) : none), true);
}

INLINE uint32_t
mix_some(struct kernel_mix *mix, uint32_t n, const uint32_t sources,
    const uint32_t sums, const bool fades)
{
	struct pass pass = {
		mix_open(mix, 0, sums, fades),
		mix_open(mix, sources > 1 ? 1 : 0, sums, fades),
		mix_open(mix, sources > 2 ? 2 : 0, sums, fades),
		mix_open(mix, sources > 3 ? 3 : 0, sums, fades),
		mix->from[0],
		mix->from[1],
		mix->to[0],
		mix->to[1],
		fades ? mix->fade->made : NULL,
	};
	const struct source none = { 0 };
	uint32_t i = 0;

	for (; i + WIDE <= n; i += WIDE)
		mix_step(&pass, i, WIDE, sources, sums, fades);
	if (i < n)
		mix_step(&pass, i, n - i, sources, sums, fades);
	if (!fades)
		mix_bends(&pass, mix, n, sources);
	const struct source *b = sources > 1 ? &pass.b : &none,
			    *c = sources > 2 ? &pass.c : &none,
			    *d = sources > 3 ? &pass.d : &none;
	struct folded most = fold((wide)pass.a.most, (wide)b->most,
	    (wide)c->most, (wide)d->most, true);
	struct folded squares =
	    fold(pass.a.squares, b->squares, c->squares, d->squares, false);
	struct folded bends = fold((wide)pass.a.bend, (wide)b->bend,
	    (wide)c->bend, (wide)d->bend, true);
	__m128i bend =
	    fades ? (__m128i)_mm_load_ps(mix->fade->bend) : fold_most(&bends);
	struct folded before = mix_before(mix, sources);
	uint32_t says =
	    mix_say(mix, &most, &squares, bend, &before, n, sources, fades);
	if (ENGINE_METERS > 1 && kernel_keeps(says, n))
		for (uint32_t k = 0; k < sources; k++)
			mix_keep(mix->last[k],
			    fades ? mix->fade->made[k] : mix->x[k], n);
	return says;
}

INLINE uint32_t
mix_into(
    struct kernel_mix *mix, uint32_t n, const uint32_t sums, const bool fades)
{
	switch (mix->sources) {
	case 1:
		return mix_some(mix, n, 1, sums, fades);
	case 2:
		return mix_some(mix, n, 2, sums, fades);
	case 3:
		return mix_some(mix, n, 3, sums, fades);
	default:
		return mix_some(mix, n, 4, sums, fades);
	}
}

INLINE uint32_t
mix_any(struct kernel_mix *mix, uint32_t n, const bool fades)
{
	switch (mix->sums) {
	case 0:
		return mix_into(mix, n, 0, fades);
	case 1:
		return mix_into(mix, n, 1, fades);
	default:
		return mix_into(mix, n, 2, fades);
	}
}

REALTIME static uint32_t
wide_mix(struct kernel_mix *mix, uint32_t n)
{
	return mix->fade != NULL ? mix_any(mix, n, true)
				 : mix_any(mix, n, false);
}

#endif
