#ifndef ENGINE_KERNEL_BODY_H
#define ENGINE_KERNEL_BODY_H

#include "engine/kernel.h"

#include <string.h>

/*
 * What every set of kernels is made from: exported tables, bit patterns, and
 * the filter of the true peak.
 */

extern const struct kernels kernels_v2, kernels_v3, kernels_v4,
    kernels_portable;

#define KERNEL_MAGNITUDE 0x7fffffff
#define KERNEL_STRETCH 256 /* samples between sums in double */
#define KERNEL_TAPS 12     /* of a phase */

/* The phases of the filter of BS.1770-5, annex 2: the other two are these
 * reversed. Outer is within 1/8 sample of a sample, inner within 3/8: from 96
 * kHz on the inner pair and the samples themselves leave no gap wider than
 * 3/8, which reads at most 0.3 dB low at 20 kHz; two phases half a sample
 * apart would leave 1/2, and have no symmetry to save by. */
static const float kernel_outer[KERNEL_TAPS] = { 0.0017089843750F,
	0.0109863281250F, -0.0196533203125F, 0.0332031250000F,
	-0.0594482421875F, 0.1373291015625F, 0.9721679687500F,
	-0.1022949218750F, 0.0476074218750F, -0.0266113281250F,
	0.0148925781250F, -0.0083007812500F };
static const float kernel_inner[KERNEL_TAPS] = { -0.0291748046875F,
	0.0292968750000F, -0.0517578125000F, 0.0891113281250F,
	-0.1665039062500F, 0.4650878906250F, 0.7797851562500F,
	-0.2003173828125F, 0.1015625000000F, -0.0582275390625F,
	0.0330810546875F, -0.0189208984375F };

/*
 * A phase is a weighing of the two samples in its middle, with the same sum
 * and centre of mass, plus a rest that answers to second differences only.
 * With L the largest of those samples and D the largest of the 10 second
 * differences within the filter's reach, no phase exceeds
 *     outer: 1.00159 L + 0.16419 D    inner: 0.97303 L + 0.56971 D
 * so that smooth signals need no filter but at their crests. Rounded up.
 */
#define KERNEL_OUTER_LEVEL 1.0017F
#define KERNEL_OUTER_BEND 0.1643F
#define KERNEL_INNER_LEVEL 0.9732F
#define KERNEL_INNER_BEND 0.5698F

static inline int32_t
kernel_bits(float x)
{
	int32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits & KERNEL_MAGNITUDE;
}

static inline float
kernel_float(int32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/* Does a pass keep the last samples of its sources? */
static inline bool
kernel_keeps(uint32_t says, uint32_t n)
{
	return n >= KERNEL_LAST &&
	       (says & (KERNEL_ANY_ABOVE | KERNEL_ANY_INVALID)) == 0;
}

/* Up to which level no true peak is above `ref`, where no second difference is
 * above `bend`; negative if there may be one in any case. */
static inline float
kernel_level_room(float bend, float ref)
{
	float outer =
	    (ref - KERNEL_OUTER_BEND * bend) * (1 / KERNEL_OUTER_LEVEL);
	float inner =
	    (ref - KERNEL_INNER_BEND * bend) * (1 / KERNEL_INNER_LEVEL);

	return outer < inner ? outer : inner;
}

/* May there be a true peak above `ref`, where no sample that the filter takes
 * in is above `level` and no second difference above `bend`? */
static inline bool
kernel_may_peak(float level, float bend, float ref)
{
	return level > kernel_level_room(bend, ref) &&
	       level * KERNEL_OVERSHOOT > ref;
}

#endif
