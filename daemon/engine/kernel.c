#include "engine/kernel.h"

#include <math.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define WIDE 4      /* floats a vector */
#define STRETCH 256 /* samples between sums in double */

typedef float wide __attribute__((vector_size(WIDE * sizeof(float))));
typedef int32_t wide_bits __attribute__((vector_size(WIDE * sizeof(int32_t))));

#define MAGNITUDE 0x7fffffff

static int32_t
bits_of(float x)
{
	int32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits & MAGNITUDE;
}

static float
float_of(int32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/* By pointer: a vector in a parameter would change the calling convention
 * from machine to machine. */
static inline void
scan_wide(const float *x, wide_bits *most, wide *squares)
{
	wide v;
	memcpy(&v, x, sizeof v);
	wide_bits bits = (wide_bits)v & MAGNITUDE;
	wide_bits more = bits > *most;
	*most = (bits & more) | (*most & ~more);
	*squares += v * v;
}

/* Scans at most STRETCH samples: more would wear out the float sums. */
static void
scan_stretch(const float *x, uint32_t n, int32_t *peak, double *squares)
{
	wide_bits most[2] = { { 0 } };
	wide sums[4] = { { 0 } };
	uint32_t i = 0;

	for (; i + 4 * WIDE <= n; i += 4 * WIDE) {
		scan_wide(x + i, &most[0], &sums[0]);
		scan_wide(x + i + WIDE, &most[1], &sums[1]);
		scan_wide(x + i + 2 * WIDE, &most[0], &sums[2]);
		scan_wide(x + i + 3 * WIDE, &most[1], &sums[3]);
	}
	int32_t top = *peak;
	double sum = 0;
	wide all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
	for (int k = 0; k < WIDE; k++) {
		top = most[0][k] > top ? most[0][k] : top;
		top = most[1][k] > top ? most[1][k] : top;
		sum += (double)all[k];
	}
	for (; i < n; i++) {
		int32_t bits = bits_of(x[i]);
		if (bits > top)
			top = bits;
		sum += (double)x[i] * (double)x[i];
	}
	*peak = top;
	*squares += sum;
}

struct kernel_scan
kernel_scan(const float *x, uint32_t n)
{
	int32_t peak = 0;
	double squares = 0;

	for (uint32_t at = 0; at < n; at += STRETCH)
		scan_stretch(x + at, n - at < STRETCH ? n - at : STRETCH, &peak,
		    &squares);
	return (struct kernel_scan){ float_of(peak), squares };
}

struct kernel_overs
kernel_overs(const float *x, float gain, float limit, uint32_t n)
{
	struct kernel_overs overs = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		if (!(fabsf(gain * x[i]) > limit))
			continue;
		if (overs.count++ == 0)
			overs.first = i;
		overs.last = i;
	}
	return overs;
}

uint32_t
kernel_invalid(const float *x, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += bits_of(x[i]) > bits_of(KERNEL_LARGEST);
	return count;
}

void
kernel_scale(
    float *restrict out, const float *restrict x, float gain, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = gain * x[i];
}

void
kernel_add(float *restrict out, const float *restrict x, float gain, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] += gain * x[i];
}

void
kernel_scale_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = gain * ramp[i] * x[i];
}

void
kernel_add_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] += gain * ramp[i] * x[i];
}

void
kernel_flush_denormals(void)
{
#if defined(__SSE2__)
	/* FTZ is bit 15 and DAZ bit 6 of MXCSR. */
	_mm_setcsr(_mm_getcsr() | 0x8040U);
#elif defined(__aarch64__)
	uint64_t control;
	__asm__ volatile("mrs %0, fpcr" : "=r"(control));
	__asm__ volatile("msr fpcr, %0" : : "r"(control | (1ULL << 24)));
#endif
}
