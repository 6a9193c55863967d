#include "tests/bench/bench_floor.h"

#include <stddef.h>
#include <string.h>

#define MAGNITUDE 0x7fffffff

static void
fused_portable(float *restrict out, const float *restrict x, uint32_t n)
{
	int32_t top = 0;
	float sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		int32_t bits;
		out[i] = 0.7F * x[i];
		memcpy(&bits, &out[i], sizeof bits);
		bits &= MAGNITUDE;
		top = bits > top ? bits : top;
		sum += out[i] * out[i];
	}
	__asm__ volatile("" : : "r"(&sum), "r"(&top) : "memory");
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("sse4.1"))) static void
fused_v2(float *restrict out, const float *restrict x, uint32_t n)
{
	__m128i top[2] = { _mm_setzero_si128(), _mm_setzero_si128() };
	__m128 sum[4] = { _mm_setzero_ps(), _mm_setzero_ps(), _mm_setzero_ps(),
		_mm_setzero_ps() };
	const __m128i magnitude = _mm_set1_epi32(MAGNITUDE);
	const __m128 gain = _mm_set1_ps(0.7F);

	for (uint32_t i = 0; i + 4 <= n; i += 4 * 4)
		for (uint32_t k = 0; k < 4 && i + k * 4 < n; k++) {
			__m128 y =
			    _mm_mul_ps(gain, _mm_loadu_ps(x + i + k * 4));
			_mm_storeu_ps(out + i + k * 4, y);
			__m128i bits =
			    _mm_and_si128(_mm_castps_si128(y), magnitude);
			top[k & 1] = _mm_max_epi32(top[k & 1], bits);
			sum[k] = _mm_add_ps(sum[k], _mm_mul_ps(y, y));
		}
	sum[0] =
	    _mm_add_ps(_mm_add_ps(sum[0], sum[1]), _mm_add_ps(sum[2], sum[3]));
	sum[0] =
	    _mm_add_ps(sum[0], _mm_castsi128_ps(_mm_max_epi32(top[0], top[1])));
	__asm__ volatile("" : : "r"(&sum[0]) : "memory");
}

__attribute__((target("avx2,fma"))) static void
fused_v3(float *restrict out, const float *restrict x, uint32_t n)
{
	__m256i top[2] = { _mm256_setzero_si256(), _mm256_setzero_si256() };
	__m256 sum[4] = { _mm256_setzero_ps(), _mm256_setzero_ps(),
		_mm256_setzero_ps(), _mm256_setzero_ps() };
	const __m256i magnitude = _mm256_set1_epi32(MAGNITUDE);
	const __m256 gain = _mm256_set1_ps(0.7F);

	for (uint32_t i = 0; i + 8 <= n; i += 4 * 8)
		for (uint32_t k = 0; k < 4 && i + k * 8 < n; k++) {
			__m256 y =
			    _mm256_mul_ps(gain, _mm256_loadu_ps(x + i + k * 8));
			_mm256_storeu_ps(out + i + k * 8, y);
			__m256i bits =
			    _mm256_and_si256(_mm256_castps_si256(y), magnitude);
			top[k & 1] = _mm256_max_epi32(top[k & 1], bits);
			sum[k] = _mm256_fmadd_ps(y, y, sum[k]);
		}
	sum[0] = _mm256_add_ps(
	    _mm256_add_ps(sum[0], sum[1]), _mm256_add_ps(sum[2], sum[3]));
	sum[0] = _mm256_add_ps(
	    sum[0], _mm256_castsi256_ps(_mm256_max_epi32(top[0], top[1])));
	__asm__ volatile("" : : "r"(&sum[0]) : "memory");
}

__attribute__((target("avx512f,avx512vl,fma"))) static void
fused_v4(float *restrict out, const float *restrict x, uint32_t n)
{
	__m512i top[2] = { _mm512_setzero_si512(), _mm512_setzero_si512() };
	__m512 sum[4] = { _mm512_setzero_ps(), _mm512_setzero_ps(),
		_mm512_setzero_ps(), _mm512_setzero_ps() };
	const __m512i magnitude = _mm512_set1_epi32(MAGNITUDE);
	const __m512 gain = _mm512_set1_ps(0.7F);

	for (uint32_t i = 0; i + 16 <= n; i += 4 * 16)
		for (uint32_t k = 0; k < 4 && i + k * 16 < n; k++) {
			__m512 y = _mm512_mul_ps(
			    gain, _mm512_loadu_ps(x + i + k * 16));
			_mm512_storeu_ps(out + i + k * 16, y);
			__m512i bits =
			    _mm512_and_si512(_mm512_castps_si512(y), magnitude);
			top[k & 1] = _mm512_max_epi32(top[k & 1], bits);
			sum[k] = _mm512_fmadd_ps(y, y, sum[k]);
		}
	sum[0] = _mm512_add_ps(
	    _mm512_add_ps(sum[0], sum[1]), _mm512_add_ps(sum[2], sum[3]));
	sum[0] = _mm512_add_ps(
	    sum[0], _mm512_castsi512_ps(_mm512_max_epi32(top[0], top[1])));
	__asm__ volatile("" : : "r"(&sum[0]) : "memory");
}

#endif

static const struct floor floors[] = {
	{ "portable", fused_portable },
#if defined(__x86_64__)
	{ "v2", fused_v2 },
	{ "v3", fused_v3 },
	{ "v4", fused_v4 },
#endif
};

const struct floor *
floor_of(const char *name)
{
	for (size_t i = 0; i < sizeof floors / sizeof floors[0]; i++)
		if (strcmp(floors[i].name, name) == 0)
			return &floors[i];
	return NULL;
}
