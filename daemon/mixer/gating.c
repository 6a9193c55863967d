#include "mixer/gating.h"

#include "protocol/level.h"

#include <math.h>
#include <stddef.h>

#define ABSOLUTE_GATE (-70.0) /* LUFS */
#define BINS_A_LU 10
#define INTEGRATED_GATE 0.1 /* of the mean energy: -10 LU */
#define RANGE_GATE 0.01     /* -20 LU */
#define RANGE_LOW 0.10
#define RANGE_HIGH 0.95

double
gating_loudness(double power)
{
	/* BS.1770-5 annex 1, equation 2: 997 Hz at 0 dBFS reads -3.01. */
	return fmax(level_power_db(power) - 0.691, LEVEL_SILENCE);
}

void
gating_add(struct gating *gating, double power)
{
	double loudness = gating_loudness(power);
	double at = (loudness - ABSOLUTE_GATE) * BINS_A_LU;
	size_t bin =
	    at < GATING_BINS - 1 ? (size_t)fmax(at, 0) : GATING_BINS - 1;

	if (!(loudness > ABSOLUTE_GATE))
		return;
	gating->energy[bin] += power;
	gating->count[bin]++;
}

/* Mean energy of a bin that is not empty. */
static double
bin_power(const struct gating *gating, size_t bin)
{
	return gating->energy[bin] / gating->count[bin];
}

/* The first bin that is not below the gate, which is `share` of the mean
 * energy of all blocks; GATING_BINS when there are no blocks. */
static size_t
first_bin(const struct gating *gating, double share)
{
	double energy = 0;
	uint64_t count = 0;
	size_t bin = 0;

	for (size_t i = 0; i < GATING_BINS; i++) {
		energy += gating->energy[i];
		count += gating->count[i];
	}
	if (count == 0)
		return GATING_BINS;
	while (gating->count[bin] == 0 ||
	       bin_power(gating, bin) < share * energy / (double)count)
		bin++;
	return bin;
}

double
gating_integrated(const struct gating *gating)
{
	double energy = 0;
	uint64_t count = 0;

	for (size_t i = first_bin(gating, INTEGRATED_GATE); i < GATING_BINS;
	     i++) {
		energy += gating->energy[i];
		count += gating->count[i];
	}
	return gating_loudness(count != 0 ? energy / (double)count : 0);
}

/* Loudness of the block of this rank, counted from `bin` on. */
static double
ranked(const struct gating *gating, size_t bin, uint64_t rank)
{
	while (rank >= gating->count[bin])
		rank -= gating->count[bin++];
	return gating_loudness(bin_power(gating, bin));
}

double
gating_range(const struct gating *gating)
{
	size_t first = first_bin(gating, RANGE_GATE);
	uint64_t count = 0;

	for (size_t i = first; i < GATING_BINS; i++)
		count += gating->count[i];
	if (count == 0)
		return 0;
	double last = (double)(count - 1);
	return ranked(gating, first, (uint64_t)round(RANGE_HIGH * last)) -
	       ranked(gating, first, (uint64_t)round(RANGE_LOW * last));
}
