#ifndef ENGINE_KERNEL_H
#define ENGINE_KERNEL_H

#include "engine/realtime.h"

#include <stdint.h>

/*
 * The loops over samples. Pure functions over `n` floats that may stand at any
 * address; outputs do not overlap inputs. R, or any thread.
 */

/* A sample beyond this counts as Inf, so that no gain and no sum of the mixer
 * can make an Inf of a sample that passed. */
#define KERNEL_LARGEST 0x1p63F

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
REALTIME struct kernel_scan kernel_scan(const float *x, uint32_t n);

REALTIME struct kernel_overs
kernel_overs(const float *x, float gain, float limit, uint32_t n);

/* Samples that are NaN or beyond KERNEL_LARGEST. */
REALTIME uint32_t kernel_invalid(const float *x, uint32_t n);

/* out = gain x */
REALTIME void kernel_scale(
    float *restrict out, const float *restrict x, float gain, uint32_t n);

/* out += gain x */
REALTIME void kernel_add(
    float *restrict out, const float *restrict x, float gain, uint32_t n);

/* out = gain ramp x */
REALTIME void kernel_scale_ramp(float *restrict out, const float *restrict x,
    float gain, const float *restrict ramp, uint32_t n);

/* out += gain ramp x */
REALTIME void kernel_add_ramp(float *restrict out, const float *restrict x,
    float gain, const float *restrict ramp, uint32_t n);

/* Denormal numbers count as zero from here on, on the calling thread. */
REALTIME void kernel_flush_denormals(void);

#endif
