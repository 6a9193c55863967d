#include "engine/delay.h"

void
delay_init(struct delay *delay, float *const line[DELAY_LANES], uint32_t size,
    uint32_t frames)
{
	*delay = (struct delay){
		.line = { line[0], line[1] },
		.size = size,
		.filled = frames == 0 ? 0 : size,
		.tap = frames,
		.wanted = frames,
	};
}

void
delay_set(struct delay *delay, uint32_t frames)
{
	delay->wanted = frames;
}

bool
delay_rests(struct delay *delay)
{
	if (delay->tap != 0 || delay->wanted != 0 || gain_moves(&delay->fade))
		return false;
	delay->filled = 0;
	return true;
}

static void
delay_read(const struct delay *delay, const float *line, uint32_t tap,
    float *out, uint32_t n)
{
	uint32_t mask = delay->size - 1;
	uint32_t at = delay->write - tap;

	for (uint32_t i = 0; i < n; i++)
		out[i] = line[(at + i) & mask];
}

static void
delay_fade(const struct delay *delay, const float *line, const float *weight,
    float *out, uint32_t n)
{
	uint32_t mask = delay->size - 1;
	uint32_t at = delay->write - delay->next;

	for (uint32_t i = 0; i < n; i++)
		out[i] += weight[i] * (line[(at + i) & mask] - out[i]);
}

void
delay_run(struct delay *delay, unsigned lanes, const float *const *x,
    float gain, float *const *out, uint32_t n, uint32_t ramp, float *weight)
{
	uint32_t mask = delay->size - 1;

	if (!gain_moves(&delay->fade) && delay->wanted != delay->tap &&
	    delay->filled >= delay->wanted) {
		delay->next = delay->wanted;
		gain_init(&delay->fade, 0);
		gain_move(&delay->fade, 1, ramp);
	}
	bool fades = gain_moves(&delay->fade);
	if (fades)
		gain_ramp(&delay->fade, weight, n);
	for (unsigned lane = 0; lane < lanes; lane++) {
		float *line = delay->line[lane];
		for (uint32_t i = 0; i < n; i++)
			line[(delay->write + i) & mask] = x[lane][i] * gain;
		delay_read(delay, line, delay->tap, out[lane], n);
		if (fades)
			delay_fade(delay, line, weight, out[lane], n);
	}
	delay->write += n;
	delay->filled =
	    delay->filled + n < delay->size ? delay->filled + n : delay->size;
	if (fades && !gain_moves(&delay->fade))
		delay->tap = delay->next;
}
