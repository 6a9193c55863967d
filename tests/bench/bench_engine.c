#include "engine/engine.h"
#include "engine/kernel.h"
#include "mixer/config.h"
#include "mixer/mixer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Nanoseconds per lane and sample: mono channels with standing gains, panned
 * into a stereo master, every stage metered, beside the floor kernels of the
 * same run. One pass of a floor kernel is what one look at a lane must cost.
 */

#define RATE 48000
#define LARGEST 256 /* frames */
#define ROUNDS 41   /* the median of these is printed */
#define SAMPLES_A_ROUND 4000000.0

typedef float wide __attribute__((vector_size(16)));
typedef int32_t wide_bits __attribute__((vector_size(16)));

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

struct floor_lane {
	_Alignas(64) float x[LARGEST];
	_Alignas(64) float y[LARGEST];
	float peak, squares;
};

/* Gain, peak and squares in one pass, stored. */
static void
floor_fused(void *arg, uint32_t n)
{
	struct floor_lane *lane = arg;
	wide_bits most = { 0 };
	wide squares[4] = { { 0 } };

	for (uint32_t i = 0; i + 16 <= n; i += 16)
		for (uint32_t k = 0; k < 4; k++) {
			wide v;
			memcpy(&v, lane->x + i + 4 * k, sizeof v);
			v *= 0.7F;
			memcpy(lane->y + i + 4 * k, &v, sizeof v);
			wide_bits bits = (wide_bits)v & 0x7fffffff;
			wide_bits more = bits > most;
			most = (bits & more) | (most & ~more);
			squares[k] += v * v;
		}
	lane->peak = (float)most[0];
	squares[0] += squares[1] + squares[2] + squares[3];
	lane->squares = squares[0][0];
	__asm__ volatile("" : : "r"(lane) : "memory");
}

static void
floor_mix(void *arg, uint32_t n)
{
	struct floor_lane *lane = arg;

	for (uint32_t i = 0; i < n; i++)
		lane->y[i] += 0.7F * lane->x[i];
	__asm__ volatile("" : : "r"(lane) : "memory");
}

/* --- the desk --- */

struct rig {
	struct mixer *mixer;
	unsigned channels;
	const float **in;
	float **out;
	float *memory;
	uint64_t frame;
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
		    "%s{ \"id\": \"c%u\", \"fader\": -20, \"trim\": 1 }",
		    i == 0 ? "" : ",", i);
	fprintf(out, "] }");
	fclose(out);
	struct desk *desk = config_parse(json, size, &errors);
	config_print_errors(stderr, "bench", &errors);
	config_free_errors(&errors);
	free(json);
	return desk;
}

static int
rig_open(struct rig *rig, unsigned channels)
{
	struct desk *desk = make_desk(channels);
	size_t ports = channels + 2;

	*rig = (struct rig){ .channels = channels };
	rig->mixer = desk != NULL ? mixer_new(desk) : NULL;
	rig->in = calloc(ports, sizeof *rig->in);
	rig->out = calloc(ports, sizeof *rig->out);
	rig->memory = calloc(ports * LARGEST, sizeof *rig->memory);
	if (rig->mixer == NULL || rig->in == NULL || rig->out == NULL ||
	    rig->memory == NULL || mixer_set_rate(rig->mixer, RATE) < 0)
		return -1;
	for (size_t i = 0; i < ports * LARGEST; i++)
		rig->memory[i] = (float)((int)(i * 7919 % 2001) - 1000) / 2000;
	/* Direct outs are not connected, the master's two are. */
	for (size_t i = 0; i < channels; i++)
		rig->in[i] = rig->memory + i * LARGEST;
	rig->out[channels] = rig->memory + (size_t)channels * LARGEST;
	rig->out[channels + 1] = rig->out[channels] + LARGEST;
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

static void
rig_cycle(void *arg, uint32_t n)
{
	struct rig *rig = arg;

	engine_run(mixer_engine(rig->mixer), rig->frame, n, rig->in, rig->out);
	rig->frame += n;
	if (rig->frame % (RATE / 20) < n)
		mixer_tick(rig->mixer, true);
}

int
main(void)
{
	static const unsigned channels[] = { 8, 32, 128, 512 };
	static const uint32_t frames[] = { 64, 256 };
	static struct floor_lane lane;

	for (int i = 0; i < LARGEST; i++)
		lane.x[i] = (float)(i % 100) / 100;
	printf(
	    "engine: ns per lane and sample (median of %d rounds)\n", ROUNDS);
	printf("%8s %8s %8s %8s %8s %8s\n", "frames", "strips", "engine",
	    "fused", "mix", "ratio");
	for (size_t f = 0; f < 2; f++)
		for (size_t c = 0; c < 4; c++) {
			struct rig rig;
			uint32_t n = frames[f];
			if (rig_open(&rig, channels[c]) < 0)
				return 1;
			double fused = time_job(floor_fused, &lane, n, n);
			double mix = time_job(floor_mix, &lane, n, n);
			double engine = time_job(
			    rig_cycle, &rig, n, (double)n * channels[c]);
			printf("%8u %8u %8.4f %8.4f %8.4f %8.2f\n", n,
			    channels[c], engine, fused, mix,
			    engine / (fused + 2 * mix));
			rig_close(&rig);
		}
	printf("ratio: engine / (fused + 2 mix), the least a mono strip into a "
	       "stereo bus can cost\nwith one pass for its meters and one for "
	       "each lane it is added to\n\n");
	return 0;
}
