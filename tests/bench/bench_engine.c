#include "tests/bench/bench_floor.h"
#include "tests/bench/bench_time.h"

#include "client/demo/band.h"
#include "engine/engine.h"
#include "mixer/config.h"
#include "mixer/mixer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a strip costs: nanoseconds per sample that one more mono channel into a
 * mono bus takes, for each set of kernels, beside the floor of the same machine
 * instructions: gain, peak and squares of one lane in one pass, stored, in the
 * L1 cache. Also with meters left out by the compiler; bench_engine_N.o is the
 * engine built with ENGINE_METERS=N.
 */

#define RATE 48000
#define LARGEST 1024 /* frames */
#define FEW 4        /* channels of the desk that a larger one is held to */
#define ROUNDS 15    /* the median of these is printed */
#define FRAMES_A_ROUND 7680
#define TAKE 16384 /* samples of a channel that are played again and again */
/* Floats from port to port where JACK keeps them. */
#define PORT_STRIDE 8456

REALTIME void engine_run_0(struct engine *engine, uint64_t frame,
    uint32_t frames, const float *const *in, float *const *out);
REALTIME void engine_run_1(struct engine *engine, uint64_t frame,
    uint32_t frames, const float *const *in, float *const *out);
const struct kernels *kernel_named_0(const char *name);
const struct kernels *kernel_named_1(const char *name);

static const struct build {
	void (*run)(struct engine *engine, uint64_t frame, uint32_t frames,
	    const float *const *in, float *const *out);
	const struct kernels *(*kernels)(const char *name);
} without_meters = { engine_run_0, kernel_named_0 },
  without_true_peak = { engine_run_1, kernel_named_1 },
  complete = { engine_run, kernel_named };

enum signal { STILL, BAND, NOISE, SIGNALS };

/* What is timed, of few and of many channels. */
static const struct job {
	const struct build *build;
	enum signal signal;
	bool moving; /* every fader, all the time */
} jobs[] = {
	{ &without_meters, STILL, false },
	{ &without_true_peak, STILL, false },
	{ &without_true_peak, BAND, false },
	{ &complete, BAND, false },
	{ &complete, NOISE, false },
	{ &complete, BAND, true },
};
enum { BARE, PLAIN, PLAIN_BAND, FULL, FULL_NOISE, MOVING, JOBS };

/* --- the desk --- */

struct rig {
	const struct job *job;
	struct mixer *mixer;
	unsigned channels;
	const float **in;
	float **out;
	float *ports;
	uint64_t frame;
};

/* What the band plays, and white noise at full scale. */
static float takes[BAND_SOURCES][TAKE];
static float white[TAKE];

static void
record_takes(void)
{
	static struct band band;
	float *out[BAND_SOURCES];
	uint32_t seed = 1;

	if (band_init(&band, RATE) < 0)
		exit(1);
	/* Up to where they all play; the last that is heard is kept. */
	for (int i = 0; i < BAND_SOURCES; i++)
		out[i] = takes[i];
	uint64_t start = band_bar_frame(&band, 12);
	while (band.frame < start)
		band_run(&band, out, TAKE);
	for (int i = 0; i < TAKE; i++) {
		for (int k = 0; k < BAND_SOURCES; k++)
			takes[k][i] *= 0.5F; /* no overs */
		seed = seed * 1664525U + 1013904223U;
		white[i] = (float)(int32_t)seed / 2147483648.0F;
	}
}

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

/* The next samples of each channel, where JACK would have them: each plays
 * another part of a take. */
static void
play(const struct rig *rig, uint32_t n)
{
	for (unsigned i = 0; i < rig->channels; i++) {
		const float *take =
		    rig->job->signal == NOISE ? white : takes[i % BAND_SOURCES];
		size_t at = (rig->frame + i * 1237) % (TAKE - LARGEST);
		memcpy(rig->ports + (size_t)i * PORT_STRIDE, take + at,
		    n * sizeof *take);
	}
}

static void
rig_open(
    struct rig *rig, const struct job *job, const char *isa, unsigned channels)
{
	struct desk *desk = make_desk(channels);
	size_t ports = channels + 5;

	*rig = (struct rig){ .job = job, .channels = channels };
	rig->mixer = desk != NULL ? mixer_new(desk) : NULL;
	rig->in = calloc(ports, sizeof *rig->in);
	rig->out = calloc(ports, sizeof *rig->out);
	rig->ports = calloc(ports * PORT_STRIDE, sizeof *rig->ports);
	if (rig->mixer == NULL || rig->in == NULL || rig->out == NULL ||
	    rig->ports == NULL || mixer_set_rate(rig->mixer, RATE) < 0)
		exit(1);
	/* Direct outs are not connected, the master's two are. */
	for (size_t i = 0; i < channels; i++)
		rig->in[i] = rig->ports + i * PORT_STRIDE;
	rig->out[channels + 1] = rig->ports + (size_t)channels * PORT_STRIDE;
	rig->out[channels + 2] = rig->out[channels + 1] + PORT_STRIDE;
	engine_use(mixer_engine(rig->mixer), job->build->kernels(isa));
	play(rig, LARGEST);
}

static void
rig_close(struct rig *rig)
{
	mixer_free(rig->mixer);
	free(rig->in);
	free(rig->out);
	free(rig->ports);
}

/* By what the engine is told, without what control does for it. */
static void
move_faders(struct rig *rig)
{
	struct engine *engine = mixer_engine(rig->mixer);

	if (engine->plan == NULL || gain_moves(engine->plan->strip[0].fader))
		return;
	engine->plan->scheduled = false;
	for (size_t i = 0; i < rig->channels; i++) {
		const struct plan_strip *strip = &engine->plan->strip[i];
		strip->state->faded = true;
		gain_move(strip->fader,
		    strip->fader->target < 0.2F ? 0.3F : 0.1F,
		    engine->plan->ramp);
	}
}

/* Runs a cycle; returns what it took. */
static double
rig_cycle(struct rig *rig, uint32_t n)
{
	struct engine *engine = mixer_engine(rig->mixer);

	if (rig->job->signal != STILL)
		play(rig, n);
	if (rig->job->moving)
		move_faders(rig);
	double start = bench_now_ns();
	rig->job->build->run(engine, rig->frame, n, rig->in, rig->out);
	double took = bench_now_ns() - start;
	rig->frame += n;
	/* What control makes of the windows is measured elsewhere. */
	while (engine->plan != NULL && meter_oldest(&engine->plan->meters))
		meter_done(&engine->plan->meters);
	return took;
}

/* Nanoseconds per frame. */
static double
time_rig(struct rig *rig, uint32_t n)
{
	unsigned cycles = FRAMES_A_ROUND / n;
	double took = 0;

	for (unsigned i = 0; i < cycles; i++)
		took += rig_cycle(rig, n);
	return took / cycles / n;
}

static double
time_floor(const struct floor *fused, uint32_t n)
{
	static _Alignas(64) float y[LARGEST];
	_Alignas(64) static float x[LARGEST];
	unsigned calls = 40 * FRAMES_A_ROUND / n;

	memcpy(x, takes[BAND_VOICE], sizeof x);
	double start = bench_now_ns();
	for (unsigned i = 0; i < calls; i++)
		fused->fused(y, x, n);
	return (bench_now_ns() - start) / calls / n;
}

/* The floor where the lanes come from as far away as those of the desk. */
static double
time_far_floor(const struct floor *fused, const struct rig *rig, uint32_t n)
{
	static _Alignas(64) float y[LARGEST];
	unsigned passes = FRAMES_A_ROUND / n;
	double start = bench_now_ns();

	for (unsigned pass = 0; pass < passes; pass++)
		for (unsigned i = 0; i < rig->channels; i++)
			fused->fused(y, rig->in[i], n);
	return (bench_now_ns() - start) / passes / rig->channels / n;
}

/* --- the table --- */

struct line {
	const char *isa;
	uint32_t frames;
	unsigned strips;
	double floor, far; /* per lane and sample */
	double ns[JOBS];   /* per strip and sample */
};

/* One after the other in each round, so that whatever slows the machine down
 * slows all of them. */
static void
time_line(struct line *line)
{
	static double took[JOBS][ROUNDS], least[ROUNDS], far[ROUNDS];
	const struct floor *fused = floor_of(line->isa);
	struct rig few[JOBS], many[JOBS];

	for (int i = 0; i < JOBS; i++) {
		rig_open(&few[i], &jobs[i], line->isa, FEW);
		rig_open(&many[i], &jobs[i], line->isa, line->strips);
	}
	for (int round = -1; round < ROUNDS; round++) {
		double floor = time_floor(fused, line->frames);
		double away = time_far_floor(fused, &many[PLAIN], line->frames);
		for (int i = 0; i < JOBS; i++) {
			double ns = time_rig(&many[i], line->frames) -
				    time_rig(&few[i], line->frames);
			if (round >= 0)
				took[i][round] = ns / (line->strips - FEW);
		}
		if (round >= 0)
			least[round] = floor, far[round] = away;
	}
	line->floor = bench_median(least, ROUNDS);
	line->far = bench_median(far, ROUNDS);
	for (int i = 0; i < JOBS; i++) {
		line->ns[i] = bench_median(took[i], ROUNDS);
		rig_close(&few[i]);
		rig_close(&many[i]);
	}
}

static void
print_line(FILE *json, const struct line *line)
{
	static const char *const names[JOBS] = { "bare", "plain", "plain_band",
		"full", "full_noise", "moving" };
	const double *ns = line->ns;

	printf("%8s %6u %6u %6.3f %6.3f %6.2f %6.2f %6.2f %6.3f %6.2f %6.2f"
	       " %6.2f\n",
	    line->isa, line->frames, line->strips, line->floor, ns[PLAIN],
	    ns[PLAIN] / line->floor, ns[PLAIN] / line->far,
	    ns[PLAIN] / ns[BARE], ns[FULL], ns[FULL] / ns[PLAIN_BAND],
	    ns[FULL_NOISE] / ns[PLAIN_BAND], ns[MOVING] / ns[FULL]);
	fflush(stdout);
	if (json == NULL)
		return;
	fprintf(json,
	    "{ \"bench\": \"engine\", \"isa\": \"%s\", \"frames\": %u,"
	    " \"strips\": %u, \"floor_ns\": %.5f, \"far_floor_ns\": %.5f",
	    line->isa, line->frames, line->strips, line->floor, line->far);
	for (int i = 0; i < JOBS; i++)
		fprintf(json, ", \"%s_ns\": %.5f", names[i], ns[i]);
	fprintf(json, " }\n");
}

/* Is the argument, if it is there, another one? */
static bool
differs(char **argv, int argc, int index, unsigned value)
{
	return argc > index && strtoul(argv[index], NULL, 10) != value;
}

/* Arguments are the one set of kernels, period and strips to time. */
int
main(int argc, char **argv)
{
	static const unsigned strips[] = { 32, 128, 512 };
	static const uint32_t frames[] = { 16, 64, 256, 1024 };
	const char *name = getenv("BENCH_JSON");
	FILE *json = name != NULL ? fopen(name, "a") : NULL;
	const struct kernels *kernels;

	record_takes();
	printf("engine: ns per sample of one more strip, median of %d rounds\n",
	    ROUNDS);
	printf("%8s %6s %6s %6s %6s %6s %6s %6s %6s %6s %6s %6s\n", "isa",
	    "frames", "strips", "floor", "strip", "/floor", "/far", "/bare",
	    "full", "/strip", "noise", "moving");
	for (unsigned i = 0; (kernels = kernel_at(i)) != NULL; i++)
		for (size_t f = 0; f < 4; f++)
			for (size_t c = 0; c < 3; c++) {
				struct line line = { .isa = kernels->name,
					.frames = frames[f],
					.strips = strips[c] };
				if ((argc > 1 &&
					strcmp(argv[1], kernels->name) != 0) ||
				    differs(argv, argc, 2, line.frames) ||
				    differs(argv, argc, 3, line.strips))
					continue;
				time_line(&line);
				print_line(json, &line);
			}
	printf("strip: peak, RMS and overs, to the floor, to the floor over as"
	       " many lanes,\nand to no meters;"
	       " full: true peak too,\nwith the demo band, to strip with it;"
	       " noise: the same with white noise;\nmoving: every fader moves"
	       " all the time, to full\n\n");
	if (json != NULL)
		fclose(json);
	return 0;
}
