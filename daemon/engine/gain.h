#ifndef ENGINE_GAIN_H
#define ENGINE_GAIN_H

#include "engine/kernel.h"
#include "engine/realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A linear gain that never jumps, and neither does its slope: on its way to a
 * new target it follows a cubic that sets off with the slope it has and lands
 * exactly, with none. Monotonic (Fritsch and Carlson, SIAM J. Numer. Anal. 17,
 * 1980), so it overshoots neither end; where that forbids the slope it has,
 * the new target waits until the ramp has landed. R only, except gain_init.
 */

struct gain {
	float now;       /* the gain of the last sample that was run */
	float target;    /* where it stands, or lands */
	float next;      /* where it goes from there, or the same */
	uint32_t left;   /* samples until it lands; 0: it stands */
	uint32_t length; /* samples of the whole ramp */
	float c[4];      /* c0 + t(c1 + t(c2 + t c3)), t in 0…1 */
	/* No sample of this ramp differs more from the one before it; and of
	 * this one and the ramp before it. */
	float rise, steepest;
};

/* Stands at a value. */
REALTIME void gain_init(struct gain *gain, float value);

/* Sets off for a target, to land after `length` samples; 0: at once. One that
 * lies behind it, or too near for its slope, is set off for once the running
 * ramp has landed, and takes as long as that did; the last one counts. */
REALTIME void gain_move(struct gain *gain, float target, uint32_t length);

/* Writes the gains of the next `n` samples and moves on by them. */
REALTIME void gain_ramp(struct gain *gain, float *out, uint32_t n);

/* Writes the same with the kernels of the machine. */
REALTIME void gain_ramp_by(
    struct gain *gain, const struct kernels *kernels, float *out, uint32_t n);

/* Gains from sample to sample: to + by curve[i]. */
struct gain_stretch {
	const float *curve;
	float to, by;
};

/* What is left of the way of a ramp that sets off with no slope, behind each of
 * its `length` samples; then zeros up to `n`. Any thread. */
void gain_curve(float *out, uint32_t length, uint32_t n);

/* Moves on by `n` samples that nobody hears. */
REALTIME void gain_skip(struct gain *gain, uint32_t n);

REALTIME static inline bool
gain_moves(const struct gain *gain)
{
	return gain->left != 0;
}

/* Does all of it in the next `n` samples follow a curve of that length? */
REALTIME static inline bool
gain_follows(const struct gain *gain, uint32_t length, uint32_t n)
{
	return gain_moves(gain) && gain->length == length && gain->c[1] == 0 &&
	       (n < gain->left || gain->next == gain->target);
}

/* Moves on by `n` samples that follow the curve, and tells their gains. */
REALTIME static inline struct gain_stretch
gain_follow(struct gain *gain, const float *curve, uint32_t n)
{
	const struct gain_stretch stretch = {
		.curve = curve + (gain->length - gain->left),
		.to = gain->target,
		.by = gain->c[0] - gain->target,
	};

	gain->left -= n < gain->left ? n : gain->left;
	gain->now = stretch.to + stretch.by * stretch.curve[n - 1];
	return stretch;
}

#endif
