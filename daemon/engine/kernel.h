#ifndef ENGINE_KERNEL_H
#define ENGINE_KERNEL_H

#include <stdint.h>

/*
 * The loops over samples. Pure functions over `n` floats that may stand at any
 * address; outputs do not overlap inputs. R, or any thread.
 */

/* A sample beyond this (+289 dBFS) counts as Inf, so that neither a gain nor a
 * sum nor a square of the mixer can make an Inf of a sample that passed. */
#define KERNEL_LARGEST 0x1p48F

struct kernel_scan {
	float peak;     /* largest magnitude; above KERNEL_LARGEST or NaN where
			   such a sample was among them */
	double squares; /* sum of squares; means nothing in that case */
};

/* Where |gain x| is above a limit. */
struct kernel_overs {
	uint32_t count;
	uint32_t first, last; /* sample indices; mean nothing when count is 0 */
};

/* Peak by the integer maximum of the magnitude bits, which is exact and keeps
 * NaN; squares in 16 float sums over at most 256 samples, then double. */
struct kernel_scan kernel_scan(const float *x, uint32_t n);

struct kernel_overs
kernel_overs(const float *x, float gain, float limit, uint32_t n);

/* Samples that are NaN or beyond KERNEL_LARGEST. */
uint32_t kernel_invalid(const float *x, uint32_t n);

/* out = gain x */
void kernel_scale(
    float *restrict out, const float *restrict x, float gain, uint32_t n);

/* out += gain x */
void kernel_add(
    float *restrict out, const float *restrict x, float gain, uint32_t n);

/* out = gain ramp x */
void kernel_scale_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n);

/* out += gain ramp x */
void kernel_add_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n);

/* Denormal numbers count as zero from here on, on the calling thread. */
void kernel_flush_denormals(void);

#endif
