#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TAPS 1023 /* of the high-pass; -90 dB from 0.006 cycles off its edge */

/* All that there are: one that a skipped test leaves behind is no leak. */
static struct rig_take *takes;

struct rig_take *
take_new(unsigned plays, unsigned captures, uint32_t played, uint32_t frames)
{
	struct rig_take *take = calloc(1, sizeof *take);

	assert_non_null(take);
	take->played = played;
	take->frames = frames;
	for (unsigned i = 0; i < plays; i++)
		take->play[i] = calloc(played, sizeof(float));
	for (unsigned i = 0; i < captures; i++)
		take->capture[i] = calloc(frames, sizeof(float));
	take->next = takes;
	takes = take;
	return take;
}

void
take_free(struct rig_take *take)
{
	struct rig_take **at = &takes;

	while (*at != take)
		at = &(*at)->next;
	*at = take->next;
	for (unsigned i = 0; i < RIG_PORTS; i++) {
		free(take->play[i]);
		free(take->capture[i]);
	}
	free(take);
}

double
signal_random(uint32_t *seed)
{
	/* Marsaglia, Xorshift RNGs, 2003. */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed / 4294967296.0;
}

void
signal_noise(float *x, uint32_t frames, double amplitude, uint32_t seed)
{
	for (uint32_t i = 0; i < frames; i++)
		x[i] = (float)(amplitude * (2 * signal_random(&seed) - 1));
}

void
signal_sine(float *x, uint32_t frames, double amplitude, double cycles)
{
	for (uint32_t i = 0; i < frames; i++)
		x[i] = (float)(amplitude * sin(2 * M_PI * cycles * i));
}

void
signal_dc(float *x, uint32_t frames, double value)
{
	for (uint32_t i = 0; i < frames; i++)
		x[i] = (float)value;
}

/* A Blackman-windowed sinc, turned into a high-pass. */
static void
design_high_pass(double tap[TAPS], double cycles)
{
	int middle = TAPS / 2;
	double sum = 0;

	for (int i = 0; i < TAPS; i++) {
		double t = i - middle;
		double w = 0.42 - 0.5 * cos(2 * M_PI * i / (TAPS - 1)) +
			   0.08 * cos(4 * M_PI * i / (TAPS - 1));
		tap[i] =
		    w * (i == middle ? 2 * cycles
				     : sin(2 * M_PI * cycles * t) / (M_PI * t));
		sum += tap[i];
	}
	for (int i = 0; i < TAPS; i++)
		tap[i] = (i == middle) - tap[i] / sum;
}

double
signal_above(const float *x, uint32_t frames, double cycles)
{
	double tap[TAPS], largest = 0;

	design_high_pass(tap, cycles);
	for (uint32_t at = 0; at + TAPS <= frames; at++) {
		double y = tap[TAPS / 2] * (double)x[at + TAPS / 2];
		for (uint32_t i = 0; i < TAPS / 2; i++)
			y += tap[i] *
			     ((double)x[at + i] + (double)x[at + TAPS - 1 - i]);
		largest = fmax(largest, fabs(y));
	}
	return largest;
}
