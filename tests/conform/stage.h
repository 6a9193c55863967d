#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include "engine/engine.h"
#include "mixer/config.h"
#include "mixer/mixer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * The real mixer and engine, run as fast as they go: one channel, heard through
 * the master, whose loudness is read.
 */

#define STAGE_PERIOD 1024 /* frames */

struct stage {
	struct mixer *mixer;
	unsigned rate, lanes, master;
	uint64_t frame;
	uint32_t period; /* frames, at most STAGE_PERIOD */
	float *tone;     /* a second of 1 kHz, peak 1 */
	float in[2][STAGE_PERIOD];
	float out[2][STAGE_PERIOD];
};

static const unsigned stage_rates[] = { 44100, 48000, 96000, 192000 };
#define STAGE_RATES (sizeof stage_rates / sizeof stage_rates[0])

static inline struct stage *
stage_open(unsigned rate, unsigned lanes)
{
	struct config_errors errors = { 0 };
	struct stage *stage = calloc(1, sizeof *stage);
	char json[200];

	assert_non_null(stage);
	snprintf(json, sizeof json,
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"lanes\": %u }"
	    " ], \"master\": { \"lanes\": %u } }",
	    lanes, lanes);
	struct desk *desk = config_parse(json, strlen(json), NULL, &errors);
	assert_non_null(desk);
	config_free_errors(&errors);
	stage->mixer = mixer_new(desk);
	assert_non_null(stage->mixer);
	assert_int_equal(mixer_set_rate(stage->mixer, rate), 0);
	stage->rate = rate;
	stage->lanes = lanes;
	stage->master = desk_master(desk);
	stage->period = STAGE_PERIOD;
	stage->tone = calloc(rate, sizeof *stage->tone);
	assert_non_null(stage->tone);
	for (unsigned i = 0; i < rate; i++)
		stage->tone[i] = (float)sin(2 * M_PI * 1000 * i / rate);
	return stage;
}

static inline void
stage_close(struct stage *stage)
{
	mixer_free(stage->mixer);
	free(stage->tone);
	free(stage);
}

/* Runs a period of at most stage->period frames from stage->in. */
static inline void
stage_run(struct stage *stage, uint32_t n)
{
	/* The channel's direct outs come first, nobody listens to them. */
	const float *in[2] = { stage->in[0], stage->in[1] };
	float *out[6] = { NULL };

	for (unsigned lane = 0; lane < stage->lanes; lane++)
		out[stage->lanes + lane] = stage->out[lane];
	engine_run(mixer_engine(stage->mixer), stage->frame, n, in, out);
	stage->frame += n;
	mixer_tick(stage->mixer, true);
}

/* Plays the tone with this peak in all lanes. */
static inline void
stage_play(struct stage *stage, double seconds, double level)
{
	uint64_t left = (uint64_t)lrint(seconds * stage->rate);
	float gain = (float)pow(10, level / 20);

	while (left != 0) {
		uint32_t n =
		    left < stage->period ? (uint32_t)left : stage->period;
		for (uint32_t i = 0; i < n; i++)
			stage->in[0][i] = stage->in[1][i] =
			    gain *
			    stage->tone[(stage->frame + i) % stage->rate];
		stage_run(stage, n);
		left -= n;
	}
}

static inline void
stage_rest(struct stage *stage, double seconds)
{
	stage_play(stage, seconds, -1000);
}

static inline struct loudness_reading
stage_read(const struct stage *stage)
{
	struct loudness_reading reading;

	meters_read_loudness(
	    mixer_meters(stage->mixer), stage->master, &reading);
	return reading;
}

static inline void
stage_reset(struct stage *stage)
{
	meters_reset_loudness(mixer_meters(stage->mixer), stage->master);
}

/* Silence until nothing of the past is in any window, then a new programme. */
static inline void
stage_anew(struct stage *stage)
{
	stage_rest(stage, 4);
	stage_reset(stage);
}

#endif
