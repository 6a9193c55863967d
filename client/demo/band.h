#ifndef DEMO_BAND_H
#define DEMO_BAND_H

#include "voices.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The demo band: a song without end on eight sources, the same at each start,
 * and the same whatever the period. It is gain-staged as badly as bands are;
 * together with config/headroom.json all five mistakes of PRODUCT.md are in it:
 *
 *   source   peak, dBFS   what is wrong (± 0.5 dB)
 *   kick       +3         the source is too hot: over before the desk's trim
 *   snare     -12         nothing
 *   bass      -34         too low; the desk mends it with the fader
 *   gtr-l      -3         a drive pedal whose output nobody looked at
 *   gtr-r      -3         the same
 *   keys_1    -14         nothing
 *   keys_2    -14         nothing
 *   voice  -16…-6         nothing: soft in the verse, loud in the chorus
 *
 * The sum of them all is close to 0 dBFS and above it, and the desk mends that
 * at the master.
 *
 * Realtime thread, except band_init.
 */

enum band_source {
	BAND_KICK,
	BAND_SNARE,
	BAND_BASS,
	BAND_GTR_L,
	BAND_GTR_R,
	BAND_KEYS_1,
	BAND_KEYS_2,
	BAND_VOICE,
	BAND_SOURCES
};

#define BAND_RATE_LEAST 8000 /* Hz */
#define BAND_RATE_MOST 192000
#define BAND_BARS 28 /* then it begins again */
#define BAND_NOTES 128

struct band {
	unsigned rate;        /* Hz */
	uint64_t frame;       /* samples played */
	uint64_t step;        /* sixteenths begun */
	float hz[BAND_NOTES]; /* of each MIDI note */
	struct kick kick;
	struct snare snare;
	struct bass bass;
	struct guitar left, right;
	struct keys keys;
	struct voice voice;
};

/* "kick", "gtr-l", …: the names of the ports. */
const char *band_source_name(enum band_source source);

/* Goes to the first bar. `rate` in Hz; -1 if it is not within BAND_RATE_LEAST
 * to BAND_RATE_MOST. */
int band_init(struct band *band, unsigned rate);

/* First sample of a bar, counted from 0 at the start. */
uint64_t band_bar_frame(const struct band *band, unsigned bar);

/* Plays on for `frames` samples into a buffer a source. */
void
band_run(struct band *band, float *const out[BAND_SOURCES], uint32_t frames);

#endif
