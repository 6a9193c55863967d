#ifndef TESTS_BENCH_FLOOR_H
#define TESTS_BENCH_FLOOR_H

#include <stdint.h>

/*
 * What the machine allows, in the same instructions as a set of kernels.
 */

struct floor {
	const char *name;
	/* Gain, peak and squares of a lane in one pass, stored. `n` is a
	 * multiple of 16. */
	void (*fused)(float *restrict out, const float *restrict x, uint32_t n);
};

const struct floor *floor_of(const char *name);

#endif
