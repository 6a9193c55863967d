#ifndef MIXER_GATING_H
#define MIXER_GATING_H

#include <stdint.h>

/*
 * Blocks of loudness, kept in bins of 0.1 LU with their exact energies, and the
 * gated measures over them: BS.1770-5 annex 1 (integrated loudness), EBU Tech
 * 3342 (loudness range). Control thread.
 */

#define GATING_BINS 1000 /* -70…+30 LUFS; what is louder is in the last one */

/* Zeroed to begin with. */
struct gating {
	double energy[GATING_BINS];
	uint32_t count[GATING_BINS];
};

/* Loudness of a mean square of K-weighted lanes, in LUFS; -200 for silence. */
double gating_loudness(double power);

/* Adds a block; one at or below the absolute gate of -70 LUFS is left out. */
void gating_add(struct gating *gating, double power);

/* Loudness of the blocks above -10 LU relative to the mean of all, in LUFS;
 * -200 without any. */
double gating_integrated(const struct gating *gating);

/* From the 10th to the 95th percentile of the blocks above -20 LU relative to
 * the mean of all, in LU; 0 without any. */
double gating_range(const struct gating *gating);

#endif
