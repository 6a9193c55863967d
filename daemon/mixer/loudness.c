#include "mixer/loudness.h"

#include "mixer/gating.h"
#include "protocol/level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Everything advances in steps of 10 ms, so that a window of 400 ms or 3 s is
 * at most 5 ms beside the one that would have been the loudest. */
#define STEPS_A_SECOND 100
#define MOMENTARY 40
#define SHORT_TERM 300
#define RECENT 30    /* correlation, DC and crest */
#define GATE_STEP 10 /* gated blocks begin every 100 ms: 75 % overlap */

struct step {
	double frames;
	double weighted; /* all lanes, channel weight 1 each */
	double squares[METER_LANES], sum[METER_LANES], product;
	float peak[METER_LANES];
};

struct loudness {
	uint32_t step_frames;
	struct step open;
	struct step recent[RECENT];
	double power[SHORT_TERM]; /* K-weighted mean square of a step */
	uint64_t steps;           /* closed so far */
	uint64_t reset;           /* steps at the reset */
	double momentary_most, short_term_most; /* as power, since then */
	struct gating blocks;                   /* of 400 ms */
	struct gating range;                    /* of 3 s */
};

struct loudness *
loudness_new(void)
{
	return calloc(1, sizeof(struct loudness));
}

void
loudness_set_rate(struct loudness *loudness, unsigned rate)
{
	uint32_t frames = rate / STEPS_A_SECOND;

	loudness->step_frames = frames != 0 ? frames : 1;
	loudness->open = (struct step){ 0 };
}

/* Mean power of the last `wanted` steps, as if it had been silent before the
 * last `known` ones. */
static double
mean_power(const struct loudness *loudness, uint64_t wanted, uint64_t known)
{
	uint64_t at = loudness->steps;
	double power = 0;

	for (uint64_t i = 0; i < wanted && i < known; i++)
		power += loudness->power[--at % SHORT_TERM];
	return power / (double)wanted;
}

static void
close_step(struct loudness *loudness)
{
	const struct step *step = &loudness->open;

	loudness->power[loudness->steps % SHORT_TERM] =
	    step->weighted / step->frames;
	loudness->recent[loudness->steps % RECENT] = *step;
	loudness->steps++;
	loudness->open = (struct step){ 0 };

	uint64_t since = loudness->steps - loudness->reset;
	double momentary = mean_power(loudness, MOMENTARY, since);
	double short_term = mean_power(loudness, SHORT_TERM, since);
	loudness->momentary_most = fmax(loudness->momentary_most, momentary);
	loudness->short_term_most = fmax(loudness->short_term_most, short_term);
	if (since % GATE_STEP != 0)
		return;
	if (since >= MOMENTARY)
		gating_add(&loudness->blocks, momentary);
	if (since >= SHORT_TERM)
		gating_add(&loudness->range, short_term);
}

void
loudness_fold(struct loudness *loudness, const struct loudness_window *window)
{
	const struct meter_program *program = window->program;
	struct step *open = &loudness->open;
	double left = window->frames;

	while (left > 0) {
		double room = loudness->step_frames - open->frames;
		double frames = fmin(left, room);
		double share = frames / window->frames;
		for (unsigned lane = 0; lane < window->lanes; lane++)
			open->weighted += share * program->weighted[lane];

		for (unsigned lane = 0; lane < METER_LANES; lane++) {
			open->squares[lane] += share * window->squares[lane];
			open->peak[lane] =
			    fmaxf(open->peak[lane], window->peak[lane]);
			open->sum[lane] += share * program->sum[lane];
		}
		open->product += share * program->product;
		open->frames += frames;
		left -= frames;
		if (open->frames >= loudness->step_frames)
			close_step(loudness);
	}
}

void
loudness_rest(struct loudness *loudness)
{
	loudness->open = (struct step){ 0 };
	memset(loudness->recent, 0, sizeof loudness->recent);
	memset(loudness->power, 0, sizeof loudness->power);
}

void
loudness_reset(struct loudness *loudness)
{
	loudness->reset = loudness->steps;
	loudness->momentary_most = loudness->short_term_most = 0;
	memset(&loudness->blocks, 0, sizeof loudness->blocks);
	memset(&loudness->range, 0, sizeof loudness->range);
}

/* What is read over the last 300 ms. */
static void
read_recent(const struct loudness *loudness, struct loudness_reading *reading)
{
	struct step sum = { 0 };

	reading->dc = LEVEL_SILENCE;
	reading->crest = reading->correlation = 0;
	for (size_t i = 0; i < RECENT; i++) {
		const struct step *step = &loudness->recent[i];
		sum.frames += step->frames;
		sum.product += step->product;
		for (size_t lane = 0; lane < METER_LANES; lane++) {
			sum.squares[lane] += step->squares[lane];
			sum.sum[lane] += step->sum[lane];
			sum.peak[lane] =
			    fmaxf(sum.peak[lane], step->peak[lane]);
		}
	}
	for (size_t lane = 0; lane < METER_LANES; lane++) {
		double power = sum.squares[lane] / fmax(sum.frames, 1);
		double mean = sum.sum[lane] / fmax(sum.frames, 1);
		reading->dc = fmax(reading->dc, level_db(mean));
		if (power > 0)
			reading->crest = fmax(reading->crest,
			    level_db(sum.peak[lane]) - level_power_db(power));
	}
	double both = sqrt(sum.squares[0]) * sqrt(sum.squares[1]);
	if (both > 0)
		reading->correlation = fmax(fmin(sum.product / both, 1), -1);
}

void
loudness_read(const struct loudness *loudness, struct loudness_reading *reading)
{
	uint64_t steps = loudness->steps;

	reading->momentary =
	    gating_loudness(mean_power(loudness, MOMENTARY, steps));
	reading->short_term =
	    gating_loudness(mean_power(loudness, SHORT_TERM, steps));
	reading->integrated = gating_integrated(&loudness->blocks);
	reading->range = gating_range(&loudness->range);
	reading->momentary_most = gating_loudness(loudness->momentary_most);
	reading->short_term_most = gating_loudness(loudness->short_term_most);
	read_recent(loudness, reading);
}

void
loudness_design(unsigned rate, struct weighting *weighting)
{
	static const double pi = 3.14159265358979323846;
	/* The shelf of the head, in Hz and dB; its gain half way up. */
	double k = tan(pi * 1681.974450955533 / rate);
	double q = 0.7071752369554196;
	double high = pow(10, 3.999843853973347 / 20);
	double middle = pow(high, 0.4996667741545416);
	double a0 = 1 + k / q + k * k;

	weighting->shelf = (struct weighting_section){
		.b0 = (high + middle * k / q + k * k) / a0,
		.b1 = 2 * (k * k - high) / a0,
		.b2 = (high - middle * k / q + k * k) / a0,
		.a1 = 2 * (k * k - 1) / a0,
		.a2 = (1 - k / q + k * k) / a0,
	};
	/* The high-pass, "RLB". The recommendation leaves its gain as it is
	 * with these b. */
	k = tan(pi * 38.13547087602444 / rate);
	q = 0.5003270373238773;
	a0 = 1 + k / q + k * k;
	weighting->high_pass = (struct weighting_section){
		.b0 = 1,
		.b1 = -2,
		.b2 = 1,
		.a1 = 2 * (k * k - 1) / a0,
		.a2 = (1 - k / q + k * k) / a0,
	};
}
