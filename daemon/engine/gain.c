#include "engine/gain.h"

#include "engine/kernel_body.h"

#include <math.h>

void
gain_init(struct gain *gain, float value)
{
	*gain = (struct gain){ .now = value, .target = value, .next = value };
}

static float
gain_at(const struct gain *gain, float t)
{
	const float *c = gain->c;

	return c[0] + t * (c[1] + t * (c[2] + t * c[3]));
}

/* Slope per whole ramp of the running one, in units of a new ramp. */
static float
gain_slope(const struct gain *gain, uint32_t length)
{
	if (!gain_moves(gain))
		return 0;
	float t = (float)(gain->length - gain->left) / (float)gain->length;
	const float *c = gain->c;
	float slope = c[1] + t * (2 * c[2] + t * 3 * c[3]);
	return slope * (float)length / (float)gain->length;
}

static void
gain_set_off(struct gain *gain, float target, uint32_t length, float slope)
{
	float way = target - gain->now;
	/* A monotonic cubic is nowhere steeper than three times its mean. */
	float rise = 3 * fabsf(way) / (float)length;

	*gain = (struct gain){
		.rise = rise,
		.steepest = rise > gain->rise ? rise : gain->rise,
		.now = gain->now,
		.target = target,
		.next = target,
		.left = length,
		.length = length,
		.c = { gain->now, slope, 3 * way - 2 * slope, slope - 2 * way },
	};
}

/* The ramp has landed. */
static void
gain_land(struct gain *gain)
{
	gain->left = 0;
	gain->now = gain->target;
	if (gain->next != gain->target)
		gain_set_off(gain, gain->next, gain->length, 0);
}

void
gain_move(struct gain *gain, float target, uint32_t length)
{
	if (target == gain->target && (gain_moves(gain) || length != 0)) {
		gain->next = target;
		return;
	}
	if (length == 0) {
		gain_init(gain, target);
		return;
	}
	float way = target - gain->now;
	float slope = gain_slope(gain, length);
	if (slope == 0 || (slope * way > 0 && fabsf(slope) <= 3 * fabsf(way)))
		gain_set_off(gain, target, length, slope);
	else
		gain->next = target;
}

/* Writes up to `n` gains of the running ramp. Returns how many. */
static uint32_t
ramp_on(
    struct gain *gain, const struct kernels *kernels, float *out, uint32_t n)
{
	uint32_t moving = n < gain->left ? n : gain->left;
	uint32_t done = gain->length - gain->left;

	kernels->cubic(
	    out, gain->c, done + 1, 1.0F / (float)gain->length, moving);
	gain->left -= moving;
	if (gain->left != 0) {
		gain->now = out[moving - 1];
	} else {
		out[moving - 1] = gain->target;
		gain_land(gain);
	}
	return moving;
}

void
gain_ramp_by(
    struct gain *gain, const struct kernels *kernels, float *out, uint32_t n)
{
	uint32_t done = 0;

	while (done < n && gain_moves(gain))
		done += ramp_on(gain, kernels, out + done, n - done);
	for (uint32_t i = done; i < n; i++)
		out[i] = gain->target;
}

void
gain_ramp(struct gain *gain, float *out, uint32_t n)
{
	gain_ramp_by(gain, &kernels_portable, out, n);
}

void
gain_curve(float *out, uint32_t length, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		double t = i + 1 < length ? (i + 1.0) / length : 1;
		out[i] = (float)(1 - t * t * (3 - 2 * t));
	}
}

void
gain_skip(struct gain *gain, uint32_t n)
{
	while (n >= gain->left && gain_moves(gain)) {
		n -= gain->left;
		gain_land(gain);
	}
	if (!gain_moves(gain) || n == 0)
		return;
	gain->left -= n;
	gain->now = gain_at(
	    gain, (float)(gain->length - gain->left) / (float)gain->length);
}
