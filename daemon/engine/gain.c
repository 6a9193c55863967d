#include "engine/gain.h"

#include <math.h>

void
gain_init(struct gain *gain, float value)
{
	*gain = (struct gain){ .now = value, .target = value };
}

static float
gain_at(const struct gain *gain, float t)
{
	return gain->from + t * (gain->c1 + t * (gain->c2 + t * gain->c3));
}

/* Slope per whole ramp of the running one, in units of a new ramp. */
static float
gain_slope(const struct gain *gain, uint32_t length)
{
	if (!gain_moves(gain))
		return 0;
	float t = (float)(gain->length - gain->left) / (float)gain->length;
	float slope = gain->c1 + t * (2 * gain->c2 + t * 3 * gain->c3);
	return slope * (float)length / (float)gain->length;
}

void
gain_move(struct gain *gain, float target, uint32_t length)
{
	if (target == gain->target && (gain_moves(gain) || length != 0))
		return;
	if (length == 0) {
		gain_init(gain, target);
		return;
	}
	float way = target - gain->now;
	float slope = gain_slope(gain, length);
	if (slope * way <= 0)
		slope = 0;
	else if (fabsf(slope) > 3 * fabsf(way))
		slope = 3 * way;
	*gain = (struct gain){
		.now = gain->now,
		.target = target,
		.left = length,
		.length = length,
		.from = gain->now,
		.c1 = slope,
		.c2 = 3 * way - 2 * slope,
		.c3 = slope - 2 * way,
	};
}

void
gain_ramp(struct gain *gain, float *out, uint32_t n)
{
	uint32_t moving = n < gain->left ? n : gain->left;
	uint32_t done = gain->length - gain->left;
	float step = moving != 0 ? 1.0F / (float)gain->length : 0;
	/* A copy, which out[] cannot be part of: so the loop vectorises. */
	const struct gain curve = *gain;

	for (uint32_t i = 0; i < moving; i++)
		out[i] = gain_at(&curve, (float)(int32_t)(done + i + 1) * step);
	gain->left -= moving;
	if (gain->left == 0) {
		for (uint32_t i = moving != 0 ? moving - 1 : 0; i < n; i++)
			out[i] = gain->target;
		gain->now = gain->target;
	} else {
		gain->now = out[moving - 1];
	}
}

void
gain_skip(struct gain *gain, uint32_t n)
{
	if (n >= gain->left) {
		gain->left = 0;
		gain->now = gain->target;
		return;
	}
	gain->left -= n;
	gain->now = gain_at(
	    gain, (float)(gain->length - gain->left) / (float)gain->length);
}
