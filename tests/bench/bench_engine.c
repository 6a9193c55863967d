#include "tests/bench/bench_floor.h"

#include "engine/engine.h"
#include "mixer/config.h"
#include "mixer/mixer.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Nanoseconds per lane and sample: mono channels into a mono bus, every stage
 * metered, for each set of kernels, beside the floor of the same machine
 * instructions in the same run: gain, peak and squares of one lane in one
 * pass, stored, in the L1 cache.
 */

#define RATE 48000
#define LARGEST 1024 /* frames */
#define ROUNDS 7     /* the median of these is printed */
#define SAMPLES_A_ROUND 300000.0

static double
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Median ns per sample of a job that works on `samples` samples a call. */
static double
time_job(
    void (*job)(void *arg, uint32_t n), void *arg, uint32_t n, double samples)
{
	double took[ROUNDS];
	int calls = (int)(SAMPLES_A_ROUND / samples) + 1;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns();
		for (int i = 0; i < calls; i++)
			job(arg, n);
		took[round] = (now_ns() - start) / calls / samples;
	}
	qsort(took, ROUNDS, sizeof took[0], by_size);
	return took[ROUNDS / 2];
}

/* --- the floor --- */

struct floor_job {
	const struct floor *floor;
	_Alignas(64) float x[LARGEST];
	_Alignas(64) float y[LARGEST];
};

static void
run_floor(void *arg, uint32_t n)
{
	struct floor_job *job = arg;

	job->floor->fused(job->y, job->x, n);
}

/* --- the desk --- */

struct rig {
	struct mixer *mixer;
	unsigned channels;
	const float **in;
	float **out;
	float *memory;
	uint64_t frame;
	bool moving; /* every fader, all the time */
};

static struct desk *
make_desk(unsigned channels)
{
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);
	struct config_errors errors = { 0 };

	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (unsigned i = 0; i < channels; i++)
		fprintf(out,
		    "%s{ \"id\": \"c%u\", \"fader\": -20, \"trim\": 1,"
		    " \"to\": [\"sub\"] }",
		    i == 0 ? "" : ",", i);
	fprintf(out, "], \"buses\": [ { \"id\": \"sub\", \"lanes\": 1 } ] }");
	fclose(out);
	struct desk *desk = config_parse(json, size, NULL, &errors);
	config_print_errors(stderr, "bench", &errors);
	config_free_errors(&errors);
	free(json);
	return desk;
}

/* Falling tones with overtones and a little noise, other ones each channel. */
static float
programme(size_t channel, size_t i)
{
	double t =
	    6.2831853 * (60 + 37.0 * (double)(channel % 29)) / RATE * (double)i;
	double level = 0.3 * exp(-(double)i / 400);

	return (float)(level * (sin(t) + 0.3 * sin(3 * t) + 0.1 * sin(7 * t)) +
		       1e-3 * (double)(i * 7919 % 2001) / 2001);
}

static int
rig_open(struct rig *rig, unsigned channels)
{
	struct desk *desk = make_desk(channels);
	size_t ports = channels + 3;

	*rig = (struct rig){ .channels = channels };
	rig->mixer = desk != NULL ? mixer_new(desk) : NULL;
	rig->in = calloc(ports, sizeof *rig->in);
	rig->out = calloc(ports, sizeof *rig->out);
	rig->memory = calloc(ports * LARGEST, sizeof *rig->memory);
	if (rig->mixer == NULL || rig->in == NULL || rig->out == NULL ||
	    rig->memory == NULL || mixer_set_rate(rig->mixer, RATE) < 0)
		return -1;
	for (size_t i = 0; i < ports * LARGEST; i++)
		rig->memory[i] = programme(i / LARGEST, i % LARGEST);
	/* Direct outs are not connected, the master's two are. */
	for (size_t i = 0; i < channels; i++)
		rig->in[i] = rig->memory + i * LARGEST;
	rig->out[channels + 1] = rig->memory + (size_t)channels * LARGEST;
	rig->out[channels + 2] = rig->out[channels + 1] + LARGEST;
	return 0;
}

static void
rig_close(struct rig *rig)
{
	mixer_free(rig->mixer);
	free(rig->in);
	free(rig->out);
	free(rig->memory);
}

/* By what the engine is told, without what control does for it. */
static void
move_faders(struct rig *rig)
{
	struct engine *engine = mixer_engine(rig->mixer);

	for (size_t i = 0; i < rig->channels; i++) {
		const struct plan_strip *strip = &engine->plan->strip[i];
		strip->state->moved = true;
		gain_move(strip->fader,
		    strip->fader->target < 0.2F ? 0.3F : 0.1F,
		    engine->plan->ramp);
	}
}

static void
rig_cycle(void *arg, uint32_t n)
{
	struct rig *rig = arg;
	struct engine *engine = mixer_engine(rig->mixer);

	if (rig->moving && engine->plan != NULL &&
	    !gain_moves(engine->plan->strip[0].fader))
		move_faders(rig);
	engine_run(engine, rig->frame, n, rig->in, rig->out);
	rig->frame += n;
	/* What control makes of the windows is measured elsewhere. */
	while (engine->plan != NULL && meter_oldest(&engine->plan->meters))
		meter_done(&engine->plan->meters);
}

/* --- the table --- */

struct line {
	const char *isa;
	uint32_t frames;
	unsigned strips;
	double floor, engine, moving; /* ns per lane and sample */
};

static double
time_rig(
    const struct kernels *kernels, uint32_t n, unsigned channels, bool moving)
{
	struct rig rig;

	if (rig_open(&rig, channels) < 0)
		exit(1);
	engine_use(mixer_engine(rig.mixer), kernels);
	rig.moving = moving;
	double took = time_job(rig_cycle, &rig, n, (double)n * channels);
	rig_close(&rig);
	return took;
}

static struct line
time_line(const struct kernels *kernels, uint32_t n, unsigned channels)
{
	static struct floor_job job;

	job.floor = floor_of(kernels->name);
	for (size_t i = 0; i < LARGEST; i++)
		job.x[i] = programme(1, i);
	return (struct line){
		.isa = kernels->name,
		.frames = n,
		.strips = channels,
		.floor = time_job(run_floor, &job, n, n),
		.engine = time_rig(kernels, n, channels, false),
		.moving = time_rig(kernels, n, channels, true),
	};
}

static void
print_line(FILE *json, const struct line *line)
{
	printf("%8s %6u %6u %8.4f %8.4f %8.2f %8.2f\n", line->isa, line->frames,
	    line->strips, line->floor, line->engine, line->engine / line->floor,
	    line->moving / line->engine);
	fflush(stdout);
	if (json == NULL)
		return;
	fprintf(json,
	    "{ \"bench\": \"engine\", \"isa\": \"%s\", \"frames\": %u,"
	    " \"strips\": %u, \"floor_ns\": %.5f, \"engine_ns\": %.5f,"
	    " \"moving_ns\": %.5f }\n",
	    line->isa, line->frames, line->strips, line->floor, line->engine,
	    line->moving);
}

int
main(void)
{
	static const unsigned channels[] = { 8, 32, 128, 512, 1024 };
	static const uint32_t frames[] = { 16, 64, 256, 1024 };
	const char *name = getenv("BENCH_JSON");
	FILE *json = name != NULL ? fopen(name, "a") : NULL;
	const struct kernels *kernels;

	printf("engine: ns per lane and sample, median of %d rounds\n", ROUNDS);
	printf("%8s %6s %6s %8s %8s %8s %8s\n", "isa", "frames", "strips",
	    "floor", "engine", "ratio", "moving");
	for (unsigned i = 0; (kernels = kernel_at(i)) != NULL; i++)
		for (size_t f = 0; f < 4; f++)
			for (size_t c = 0; c < 5; c++) {
				struct line line =
				    time_line(kernels, frames[f], channels[c]);
				print_line(json, &line);
			}
	printf("floor, engine: ns; ratio: engine to floor, all meters and the "
	       "true peak on;\nmoving: every fader moves all the time, to "
	       "standing\n\n");
	if (json != NULL)
		fclose(json);
	return 0;
}
