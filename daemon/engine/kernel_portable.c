#include "engine/kernel_body.h"

#include <math.h>

/*
 * The plain reference: what the others must do, one sample after the other.
 * Machines without vectors of their own here run it, too.
 */

REALTIME static struct kernel_scan
portable_scan(const float *x, uint32_t n)
{
	int32_t peak = 0;
	double squares = 0;

	for (uint32_t i = 0; i < n; i++) {
		int32_t bits = kernel_bits(x[i]);
		if (bits > peak)
			peak = bits;
		squares += (double)x[i] * (double)x[i];
	}
	return (struct kernel_scan){ kernel_float(peak), squares };
}

REALTIME static void
portable_scale(
    float *restrict out, const float *restrict x, float gain, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = gain * x[i];
}

REALTIME static void
portable_add(
    float *restrict out, const float *restrict x, float gain, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] += gain * x[i];
}

REALTIME static struct kernel_scan
portable_scale_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = gain * ramp[i] * x[i];
	return portable_scan(out, n);
}

REALTIME static void
portable_add_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] += gain * ramp[i] * x[i];
}

static uint32_t
look(struct kernel_mix *mix, uint32_t n, struct kernel_scan *scan)
{
	uint32_t says = 0;

	for (uint32_t k = 0; k < mix->sources; k++) {
		scan[k] = portable_scan(mix->x[k], n);
		int32_t bits = kernel_bits(scan[k].peak);
		if (bits > kernel_bits(mix->tally.limit[k][0]))
			says |= KERNEL_ABOVE(k);
		if (bits > kernel_bits(KERNEL_LARGEST))
			says |= KERNEL_INVALID(k);
		if (bits != 0)
			says |= KERNEL_SOUND;
	}
	return says;
}

REALTIME static uint32_t
portable_mix(struct kernel_mix *mix, uint32_t n)
{
	struct kernel_scan scan[KERNEL_SOURCES];
	uint32_t says = look(mix, n, scan);

	for (uint32_t sum = 0; sum < mix->sums; sum++)
		for (uint32_t i = 0; i < n; i++) {
			float all = mix->from[sum][i];
			for (uint32_t k = 0; k < mix->sources; k++)
				all += mix->gain[sum][k] * mix->x[k][i];
			mix->to[sum][i] = all;
		}
	if ((says & KERNEL_ANY_INVALID) != 0)
		return says;
	for (uint32_t k = 0; k < mix->sources; k++) {
		if (scan[k].peak > mix->tally.peak[k][0])
			mix->tally.peak[k][0] = scan[k].peak;
		mix->tally.squares[k][0] += (float)scan[k].squares;
		if (kernel_keeps(mix, says, n))
			memcpy(mix->last[k], mix->x[k] + n - KERNEL_LAST,
			    KERNEL_LAST * sizeof *mix->last[k]);
	}
	return says;
}

/* The larger of the two outputs at x[0] of a phase and its reverse. */
static float
phase_pair(const float *phase, const float *x)
{
	float a = 0, b = 0;

	for (int k = 0; k < KERNEL_TAPS; k++) {
		a += phase[k] * x[-k];
		b += phase[KERNEL_TAPS - 1 - k] * x[-k];
	}
	a = fabsf(a);
	b = fabsf(b);
	return a > b ? a : b;
}

/* Nothing is skipped here. */
REALTIME static float
portable_true_peak(const float *x, uint32_t n, float ref, bool few)
{
	for (uint32_t i = 0; i < n; i++) {
		float inner = phase_pair(kernel_inner, x + i);
		float outer = few ? 0 : phase_pair(kernel_outer, x + i);
		ref = inner > ref ? inner : ref;
		ref = outer > ref ? outer : ref;
	}
	return ref;
}

const struct kernels kernels_portable = {
	.name = "portable",
	.scan = portable_scan,
	.scale = portable_scale,
	.add = portable_add,
	.scale_ramp = portable_scale_ramp,
	.add_ramp = portable_add_ramp,
	.mix = portable_mix,
	.true_peak = portable_true_peak,
};
