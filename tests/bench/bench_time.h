#ifndef TESTS_BENCH_TIME_H
#define TESTS_BENCH_TIME_H

#include <stdlib.h>
#include <time.h>

/*
 * How the benches take and sum up times.
 */

static inline double
bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline int
bench_by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Puts the values in order. */
static inline double
bench_median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, bench_by_size);
	return values[n / 2];
}

#endif
