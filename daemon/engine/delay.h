#ifndef ENGINE_DELAY_H
#define ENGINE_DELAY_H

#include "engine/gain.h"
#include "engine/realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The delay line of a strip. A new length is crossfaded to, and only once the
 * line holds that much signal, so that neither a jump nor a hole is heard.
 * R only, except delay_init.
 */

#define DELAY_LANES 2

struct delay {
	float *line[DELAY_LANES]; /* `size` samples each, C's memory */
	uint32_t size;            /* samples; a power of two */
	uint32_t write;           /* where the next sample goes */
	uint32_t filled;  /* samples in the line since it last stood idle */
	uint32_t tap;     /* the length that is heard, in frames */
	uint32_t next;    /* the length that is faded to */
	uint32_t wanted;  /* the length that was asked for */
	struct gain fade; /* 0: all of tap, 1: all of next */
};

/* Stands at a length over zeroed lines, which count as silence that was heard
 * unless the length is 0. `size` must be a power of two and at
 * least the longest length plus the longest block. */
void delay_init(struct delay *delay, float *const line[DELAY_LANES],
    uint32_t size, uint32_t frames);

/* Asks for a length. */
REALTIME void delay_set(struct delay *delay, uint32_t frames);

/* Runs `n` samples of each lane: x × gain in, delayed out. A fade takes `ramp`
 * samples; `weight` is scratch for `n` floats. */
REALTIME void
delay_run(struct delay *delay, unsigned lanes, const float *const *x,
    float gain, float *const *out, uint32_t n, uint32_t ramp, float *weight);

/* Is it no delay at all, so that it need not run? Then it forgets what it
 * holds. */
REALTIME bool delay_rests(struct delay *delay);

#endif
