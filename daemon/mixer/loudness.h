#ifndef MIXER_LOUDNESS_H
#define MIXER_LOUDNESS_H

#include "engine/weighting.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Programme loudness of one strip by BS.1770-5, EBU Tech 3341 and 3342, and
 * what else is read over 300 ms. Time and memory are bounded however long it
 * measures. Control thread.
 */

/* Loudness in LUFS, -200 for silence and for what nothing was gated into. */
struct loudness_reading {
	double momentary;      /* last 400 ms */
	double short_term;     /* last 3 s */
	double integrated;     /* since the reset, gated */
	double range;          /* LU, since the reset; 0 before anything */
	double correlation;    /* -1…1, last 300 ms; 0 in silence */
	double dc;             /* dBFS, of the lane with more, last 300 ms */
	double crest;          /* dB, likewise; 0 in silence */
	double momentary_most; /* highest since the reset */
	double short_term_most;
};

struct loudness;

/* What one strip measured in a window; a mono strip has the same in both
 * lanes. */
struct loudness_window {
	const struct meter_program *program;
	double squares[METER_LANES]; /* sum of x² */
	float peak[METER_LANES];
	unsigned lanes; /* that count: 1 or 2 */
	uint32_t frames;
};

/* NULL without memory; free() it. */
struct loudness *loudness_new(void);

/* The sample rate of the windows to come, in Hz. What was measured stays. */
void loudness_set_rate(struct loudness *loudness, unsigned rate);

/* Takes a window of any length in. One that reaches over the border of a step
 * of 10 ms is shared out evenly, so that no energy is lost or counted twice
 * while the control thread is late. */
void
loudness_fold(struct loudness *loudness, const struct loudness_window *window);

/* Nothing is heard: what slides reads silence, what was gated stays. */
void loudness_rest(struct loudness *loudness);

/* Begins anew what is measured since the reset. */
void loudness_reset(struct loudness *loudness);

void loudness_read(
    const struct loudness *loudness, struct loudness_reading *reading);

/* Designs K-weighting for a sample rate in Hz, without touching its state. At
 * 48 kHz these are the coefficients of BS.1770-5, at any other the same
 * analogue filters (B. De Man, Evaluation of implementations of the EBU R128
 * loudness measurement, AES 145, 2018) through the bilinear transform. */
void loudness_design(unsigned rate, struct weighting *weighting);

#endif
