#include "engine/kernel_body.h"

#include <math.h>

/*
 * The plain reference: what the others must do, one sample after the other.
 * Machines without vectors of their own here run it, too.
 */

static float
portable_bend(const float *x, uint32_t n, const float *before)
{
	float last = before[KERNEL_LAST - 1], but_one = before[KERNEL_LAST - 2];
	float most = 0;

	for (uint32_t i = 0; i < n; i++) {
		float bend = fabsf(x[i] + but_one - 2 * last);
		most = bend > most ? bend : most;
		but_one = last;
		last = x[i];
	}
	return n < KERNEL_LAST ? KERNEL_LARGEST : most;
}

/* The largest magnitude, by its bits. */
static int32_t
portable_top(const float *x, uint32_t n)
{
	int32_t top = 0;

	for (uint32_t i = 0; i < n; i++)
		top = kernel_bits(x[i]) > top ? kernel_bits(x[i]) : top;
	return top;
}

REALTIME static struct kernel_scan
portable_scan(const float *x, uint32_t n, const float *before)
{
	int32_t peak = portable_top(x, n);
	int32_t top = portable_top(before, KERNEL_LAST);
	double squares = 0;

	for (uint32_t i = 0; i < n; i++)
		squares += (double)x[i] * (double)x[i];
	return (struct kernel_scan){ kernel_float(peak),
		kernel_float(peak > top ? peak : top),
		portable_bend(x, n, before), squares };
}

REALTIME static struct kernel_overs
portable_overs(const float *x, float gain, float limit, uint32_t n)
{
	struct kernel_overs overs = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		if (!(fabsf(gain * x[i]) > limit))
			continue;
		if (overs.count++ == 0)
			overs.first = i;
		overs.last = i;
	}
	return overs;
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
    const float *restrict ramp, uint32_t n, const float *before)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = gain * ramp[i] * x[i];
	return portable_scan(out, n, before);
}

REALTIME static void
portable_add_ramp(float *restrict out, const float *restrict x, float gain,
    const float *restrict ramp, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] += gain * ramp[i] * x[i];
}

static float
larger(float a, float b)
{
	return a > b ? a : b;
}

REALTIME static void
portable_cubic(float *restrict out, const float c[4], uint32_t from, float step,
    uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		float t = (float)(int32_t)(from + i) * step;
		out[i] = c[0] + t * (c[1] + t * (c[2] + t * c[3]));
	}
}

/* May the source have a true peak above its limit? The block before reaches
 * into this one's. */
static bool
portable_bound(struct kernel_mix *mix, uint32_t k,
    const struct kernel_scan *scan, uint32_t n)
{
	struct kernel_tally *tally = &mix->tally;
	float known = tally->true_peak[k];

	tally->level[k] = scan->peak;
	tally->reach[k] = larger(scan->bend, tally->bend[k]);
	tally->bend[k] = scan->bend;
	tally->around[k] = scan->level;
	if (n < KERNEL_LAST)
		return true;
	return (mix->fade == NULL || mix->fade->bound[k] > known) &&
	       kernel_may_peak(scan->level, tally->reach[k], known);
}

/* The samples of a source that are looked at and added. */
static const float *
portable_made(const struct kernel_mix *mix, uint32_t k, uint32_t n)
{
	const struct kernel_fade *fade = mix->fade;
	const float *x = mix->x[k];

	if (fade == NULL)
		return x;
	for (uint32_t i = 0; i < n; i++)
		fade->made[k][i] =
		    x[i] * (fade->to[k] + fade->by[k] * fade->curve[k][i]);
	return fade->made[k];
}

static uint32_t
portable_look(struct kernel_mix *mix, const float *const *x, uint32_t n)
{
	struct kernel_scan scan[KERNEL_SOURCES];
	struct kernel_tally *tally = &mix->tally;
	uint32_t says = 0;

	for (uint32_t k = 0; k < mix->sources; k++) {
		scan[k] = portable_scan(x[k], n, mix->last[k]);
		if (mix->fade != NULL && n >= KERNEL_LAST)
			scan[k].bend = mix->fade->bend[k];
		if (!(scan[k].peak <= KERNEL_LARGEST))
			says |= KERNEL_INVALID(k);
	}
	for (uint32_t k = 0;
	     k < mix->sources && (says & KERNEL_ANY_INVALID) == 0; k++) {
		float level = scan[k].peak;
		if (portable_bound(mix, k, &scan[k], n) ||
		    level > tally->limit[k])
			says |= KERNEL_ABOVE(k);
		if (level != 0)
			says |= KERNEL_SOUND;
		tally->peak[k][0] = larger(tally->peak[k][0], level);
		tally->squares[k][0] += (float)scan[k].squares;
	}
	return says;
}

REALTIME static uint32_t
portable_mix(struct kernel_mix *mix, uint32_t n)
{
	const float *x[KERNEL_SOURCES];

	for (uint32_t k = 0; k < mix->sources; k++)
		x[k] = portable_made(mix, k, n);
	uint32_t says = portable_look(mix, x, n);

	for (uint32_t sum = 0; sum < mix->sums; sum++)
		for (uint32_t i = 0; i < n; i++) {
			float all = mix->from[sum][i];
			for (uint32_t k = 0; k < mix->sources; k++)
				all += mix->gain[sum][k] * x[k][i];
			mix->to[sum][i] = all;
		}
	if (kernel_keeps(says, n))
		for (uint32_t k = 0; k < mix->sources; k++)
			memcpy(mix->last[k], x[k] + n - KERNEL_LAST,
			    KERNEL_LAST * sizeof *mix->last[k]);
	return says;
}

/* The larger of the two outputs of a phase and its reverse whose last sample is
 * x[KERNEL_TAPS - 1]. */
static float
phase_pair(const float *phase, const float *x)
{
	float a = 0, b = 0;

	for (int k = 0; k < KERNEL_TAPS; k++) {
		a += phase[k] * x[KERNEL_TAPS - 1 - k];
		b += phase[k] * x[k];
	}
	a = fabsf(a);
	b = fabsf(b);
	return a > b ? a : b;
}

/* Nothing is skipped here. */
REALTIME static float
portable_true_peak(const float *x, uint32_t n, const float *before, float bend,
    float ref, bool few)
{
	(void)bend;
	float reach[KERNEL_TAPS];

	memcpy(reach, before + KERNEL_LAST - KERNEL_TAPS, sizeof reach);
	for (uint32_t i = 0; i < n; i++) {
		memmove(reach, reach + 1, sizeof reach - sizeof *reach);
		reach[KERNEL_TAPS - 1] = x[i];
		float inner = phase_pair(kernel_inner, reach);
		float outer = few ? 0 : phase_pair(kernel_outer, reach);
		ref = inner > ref ? inner : ref;
		ref = outer > ref ? outer : ref;
	}
	return ref;
}

const struct kernels kernels_portable = {
	.name = "portable",
	.scan = portable_scan,
	.overs = portable_overs,
	.scale = portable_scale,
	.add = portable_add,
	.scale_ramp = portable_scale_ramp,
	.add_ramp = portable_add_ramp,
	.cubic = portable_cubic,
	.mix = portable_mix,
	.true_peak = portable_true_peak,
};
