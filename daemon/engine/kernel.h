#ifndef ENGINE_KERNEL_H
#define ENGINE_KERNEL_H

#include "engine/realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The loops over samples, once for each kind of machine. Pure functions over
 * `n` floats that may stand at any address; outputs do not overlap inputs. R,
 * or any thread.
 */

/* A sample beyond this (+289 dBFS) counts as Inf, so that neither a gain nor a
 * sum nor a square of the mixer can make an Inf of a sample that passed. */
#define KERNEL_LARGEST 0x1p48F

/* Meters that are compiled in: 2 all of them, as ever; 1 all but true peaks; 0
 * none, only the guard against what is no number. Fewer are for measuring what
 * the others cost. */
#ifndef ENGINE_METERS
#define ENGINE_METERS 2
#endif

#define KERNEL_WIDEST 16 /* floats of the widest vector */
#define KERNEL_SOURCES 4 /* of one pass of mix */
#define KERNEL_SUMS 2
#define KERNEL_LONGEST 256 /* samples of one pass of mix through gains */
#define KERNEL_PARTS 4
#define KERNEL_LAST 16 /* samples of a block that mix keeps */

/* No true peak is further above the sample peak of the block and the 11
 * samples before it: the largest sum of magnitudes of a phase, rounded up. */
#define KERNEL_OVERSHOOT 2.0230F

struct kernel_scan {
	float peak;     /* largest magnitude; above KERNEL_LARGEST or NaN where
			   such a sample was among them */
	float level;    /* the same with the KERNEL_LAST samples before */
	float bend;     /* largest second difference; KERNEL_LARGEST of fewer
			   than KERNEL_LAST samples */
	double squares; /* sum of squares; it and the bend mean nothing where
			   a sample is no number */
};

/* Where |gain x| is above a limit. */
struct kernel_overs {
	uint32_t count;
	uint32_t first, last; /* sample indices; mean nothing when count is 0 */
};

/* What is known of each source. */
struct kernel_tally {
	/* Over many blocks, each in KERNEL_PARTS parts of which the largest or
	 * the sum counts. */
	_Alignas(64) float peak[KERNEL_SOURCES][KERNEL_PARTS];
	float squares[KERNEL_SOURCES][KERNEL_PARTS];
	/* Of the last block: peak, and the largest second difference; and the
	 * largest of that block and the one before it. */
	_Alignas(16) float level[KERNEL_SOURCES];
	float bend[KERNEL_SOURCES], reach[KERNEL_SOURCES];
	float around[KERNEL_SOURCES];    /* with the KERNEL_LAST before it */
	float limit[KERNEL_SOURCES];     /* of peaks */
	float true_peak[KERNEL_SOURCES]; /* limit of true peaks */
};

/* Gains that move from sample to sample, of each source to + by curve[i]. What
 * is looked at and added is what they make of it. */
struct kernel_fade {
	const float *curve[KERNEL_SOURCES];
	float to[KERNEL_SOURCES], by[KERNEL_SOURCES];
	float (*made)[KERNEL_LONGEST]; /* what they make, of each source */
	/* No second difference of what is made is above, and no true peak. */
	_Alignas(16) float bend[KERNEL_SOURCES];
	float bound[KERNEL_SOURCES];
};

/* A pass that looks at each source and adds it to each sum. */
struct kernel_mix {
	struct kernel_tally tally;
	const struct kernel_fade *fade; /* NULL: sources are as they are */
	uint32_t sources, sums;
	const float *x[KERNEL_SOURCES];
	float *last[KERNEL_SOURCES];    /* where KERNEL_LAST samples are kept */
	const float *from[KERNEL_SUMS]; /* what the sums were */
	float *to[KERNEL_SUMS];         /* what they are then */
	float gain[KERNEL_SUMS][KERNEL_SOURCES];
};

/* What mix says: of source k, that it has a sample above its limit or may
 * have a true peak above that, and that it has a sample beyond KERNEL_LARGEST or NaN; of all, that one is not zero. */
#define KERNEL_ABOVE(k) (1U << (k))
#define KERNEL_INVALID(k) (16U << (k))
#define KERNEL_ANY_ABOVE 15U
#define KERNEL_ANY_INVALID (15U << 4)
#define KERNEL_SOUND (1U << 8)

struct kernels {
	const char *name;

	/* Peak by the integer maximum of the magnitude bits, which is exact
	 * and keeps NaN; squares in float sums over at most 256 samples, then
	 * double. `before` are the KERNEL_LAST samples before x[0…n), for the
	 * level and the second differences that end in those. */
	REALTIME struct kernel_scan (*scan)(
	    const float *x, uint32_t n, const float *before);

	/* Where |gain x| is above a limit that is not negative. */
	REALTIME struct kernel_overs (*overs)(
	    const float *x, float gain, float limit, uint32_t n);

	/* out = gain x */
	REALTIME void (*scale)(float *restrict out, const float *restrict x,
	    float gain, uint32_t n);

	/* out += gain x */
	REALTIME void (*add)(float *restrict out, const float *restrict x,
	    float gain, uint32_t n);

	/* out = gain ramp x, and what `scan` says of out; `before` is what came
	 * before it there */
	REALTIME struct kernel_scan (*scale_ramp)(float *restrict out,
	    const float *restrict x, float gain, const float *restrict ramp,
	    uint32_t n, const float *before);

	/* out += gain ramp x */
	REALTIME void (*add_ramp)(float *restrict out, const float *restrict x,
	    float gain, const float *restrict ramp, uint32_t n);

	/* out[i] = c0 + t(c1 + t(c2 + t c3)), t = step (from + i), rounded at
	 * each operation: all kernels write the same bits. */
	REALTIME void (*cubic)(float *restrict out, const float c[4],
	    uint32_t from, float step, uint32_t n);

	/* Adds all sources to all sums, in the order of the sources, and the
	 * samples to the tally. Keeps the last KERNEL_LAST samples of each
	 * source if there are as many and KERNEL_ANY_ABOVE is not said: then
	 * those before are still there to look closer. Returns KERNEL_ bits;
	 * with any invalid, the tally is as before and what was written means
	 * nothing. Fewer than KERNEL_LAST are always said to be above. */
	REALTIME uint32_t (*mix)(struct kernel_mix *mix, uint32_t n);

	/* The highest true peak of x[0…n) if it is above `ref`, else `ref`
	 * (BS.1770-5, annex 2). `before` are the KERNEL_LAST samples before
	 * them; no second difference of all of these is above `bend`, or it is
	 * KERNEL_LARGEST. `few` looks at two of the four phases, for rates from
	 * 96 kHz on. */
	REALTIME float (*true_peak)(const float *x, uint32_t n,
	    const float *before, float bend, float ref, bool few);
};

/* Kernels that this machine can run, the fastest first, the plain reference
 * last; NULL beyond. */
const struct kernels *kernel_at(unsigned index);

/* Those of a name (v2, v3, v4, portable) that this machine can run, or
 * NULL. */
const struct kernels *kernel_named(const char *name);

/* Samples that are NaN or beyond KERNEL_LARGEST. */
REALTIME uint32_t kernel_invalid(const float *x, uint32_t n);

/* Denormal numbers count as zero from here on, on the calling thread. */
REALTIME void kernel_flush_denormals(void);

#endif
