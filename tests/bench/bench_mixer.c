#include "engine/engine.h"
#include "mixer/meters.h"
#include "mixer/mixer.h"

#include "tests/unit/large.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/*
 * How a desk grows: mono channels into stereo buses, 16 to each, into a
 * master, at 64 frames, every lane with a signal and metered, one subscriber.
 * What the realtime thread takes a lane, what the control thread takes for the
 * meter windows that come of it, and how long a new plan takes.
 */

#define RATE 48000
#define PERIOD 64
#define TICK (RATE / 100) /* frames between two ticks: a window */
#define TICK_NS 1e7       /* the same in ns */
#define STAGES 3
#define BANK 64   /* blocks of a falling tone that channels step through */
#define ROUNDS 15 /* the median of these is printed, but for plans */
#define ROUND_TICKS 30

static const unsigned sizes[] = { 32, 64, 128, 512 };
#define SIZES (sizeof sizes / sizeof *sizes)

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

static double
median(double *x)
{
	qsort(x, ROUNDS, sizeof *x, by_size);
	return x[ROUNDS / 2];
}

static double
largest(const double *x)
{
	double most = 0;

	for (int i = 0; i < ROUNDS; i++)
		most = fmax(most, x[i]);
	return most;
}

/* --- a desk that runs --- */

struct rig {
	struct mixer *mixer;
	struct meters_reader *reader;
	unsigned channels, lanes;
	const float **in;
	float **out;
	float bank[BANK][PERIOD];
	float master[2][PERIOD];
	uint64_t frame;
	uint32_t until_tick;
};

static void
rig_open(struct rig *rig, unsigned channels)
{
	struct desk *desk = large_desk(channels);
	size_t ports = 0;

	*rig = (struct rig){ .channels = channels, .until_tick = TICK };
	rig->mixer = desk != NULL ? mixer_new(desk) : NULL;
	if (rig->mixer == NULL || mixer_set_rate(rig->mixer, RATE) < 0)
		exit(1);
	for (size_t i = 0; i < desk->strips; i++)
		ports += desk->strip[i].lanes;
	rig->lanes = (unsigned)ports;
	rig->reader = meters_reader_new(mixer_meters(rig->mixer));
	rig->in = calloc(channels + 1, sizeof *rig->in);
	rig->out = calloc(ports + 1, sizeof *rig->out);
	if (rig->reader == NULL || rig->in == NULL || rig->out == NULL)
		exit(1);
	for (int i = 0; i < BANK * PERIOD; i++)
		rig->bank[i / PERIOD][i % PERIOD] =
		    (float)(0.3 * exp(-i / 600.0) *
			    (sin(0.11 * i) + 0.3 * sin(0.71 * i)));
	/* Direct outs and the monitor are not connected, the master is. */
	rig->out[ports - 4] = rig->master[0];
	rig->out[ports - 3] = rig->master[1];
}

static void
rig_close(struct rig *rig)
{
	meters_reader_free(rig->reader);
	mixer_free(rig->mixer);
	free(rig->in);
	free(rig->out);
}

/* Runs until a window has been closed. Returns the ns of engine_run(). */
static double
rig_window(struct rig *rig)
{
	double took = 0;
	bool last;

	do {
		size_t step = rig->frame / PERIOD;
		for (size_t i = 0; i < rig->channels; i++)
			rig->in[i] = rig->bank[(i * 7 + step) % BANK];
		double start = now_ns();
		engine_run(mixer_engine(rig->mixer), rig->frame, PERIOD,
		    rig->in, rig->out);
		took += now_ns() - start;
		rig->frame += PERIOD;
		last = rig->until_tick <= PERIOD;
		rig->until_tick += (last ? TICK : 0) - PERIOD;
	} while (!last);
	return took;
}

/* --- the measures --- */

struct line {
	unsigned channels;
	double engine_ns; /* a lane and sample */
	double tick_ns;   /* a lane, stage and window */
	double core;      /* share of a core that ticks take, percent */
	double plan_ms;   /* a delay line and a new plan, the slowest */
};

/* What rounds have measured of a desk, in ns. */
struct times {
	double engine[ROUNDS]; /* a lane and sample */
	double tick[ROUNDS];   /* a tick */
	double plan[ROUNDS];
};

static void
time_windows(struct rig *rig, struct times *times, int round)
{
	double engine = 0, tick = 0;
	uint64_t from = rig->frame;

	for (int i = 0; i < ROUND_TICKS; i++) {
		engine += rig_window(rig);
		double start = now_ns();
		mixer_tick(rig->mixer, true);
		tick += now_ns() - start;
	}
	times->engine[round] =
	    engine / ((double)(rig->frame - from) * rig->lanes);
	times->tick[round] = tick / ROUND_TICKS;
}

static void
take_first(void *arg, const struct address *address)
{
	*(struct address *)arg = *address;
}

/* The first delay of a strip makes a plan. */
static double
time_plan(struct rig *rig, int strip)
{
	struct schema_value value = { .type = 'f', .number = 10 };
	struct address address;
	unsigned budget = 10;
	char text[32], why[200];

	snprintf(text, sizeof text, "/ch/c%d/delay", strip + 1);
	if (mixer_each(rig->mixer, text, &budget, take_first, &address) != 1)
		exit(1);
	mixer_set(rig->mixer, &address, &value, NULL, why, sizeof why);
	double start = now_ns();
	mixer_commit(rig->mixer);
	double took = now_ns() - start;
	rig_window(rig);
	mixer_tick(rig->mixer, true);
	return took;
}

static struct line
make_line(const struct rig *rig, struct times *times)
{
	double tick = median(times->tick);

	return (struct line){
		.channels = rig->channels,
		.engine_ns = median(times->engine),
		.tick_ns = tick / (rig->lanes * STAGES),
		.core = 100 * tick / TICK_NS,
		.plan_ms = largest(times->plan) / 1e6,
	};
}

/* All sizes in turn, so that what else the machine does hits them alike. */
static void
time_all(struct line *line)
{
	static struct rig rig[SIZES];
	static struct times times[SIZES];

	for (size_t i = 0; i < SIZES; i++)
		rig_open(&rig[i], sizes[i]);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < SIZES; i++)
			time_windows(&rig[i], &times[i], round);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < SIZES; i++)
			times[i].plan[round] = time_plan(&rig[i], round);
	for (size_t i = 0; i < SIZES; i++) {
		line[i] = make_line(&rig[i], &times[i]);
		rig_close(&rig[i]);
	}
}

static void
print_line(FILE *json, const struct line *line)
{
	printf("%8u %8.4f %8.2f %8.3f %8.3f\n", line->channels, line->engine_ns,
	    line->tick_ns, line->core, line->plan_ms);
	if (json == NULL)
		return;
	fprintf(json,
	    "{ \"bench\": \"mixer\", \"strips\": %u, \"engine_ns\": %.5f,"
	    " \"tick_ns\": %.3f, \"tick_core_percent\": %.4f,"
	    " \"plan_ms\": %.4f }\n",
	    line->channels, line->engine_ns, line->tick_ns, line->core,
	    line->plan_ms);
}

int
main(void)
{
	const char *name = getenv("BENCH_JSON");
	FILE *json = name != NULL ? fopen(name, "a") : NULL;
	struct line line[SIZES];

	time_all(line);
	printf("mixer: channels into buses, 16 to each, at %d frames; median "
	       "of %d rounds\n",
	    PERIOD, ROUNDS);
	printf("%8s %8s %8s %8s %8s\n", "channels", "engine", "tick", "core %",
	    "plan ms");
	for (size_t i = 0; i < SIZES; i++)
		print_line(json, &line[i]);
	printf("engine: ns a lane and sample; tick: ns a lane, stage and "
	       "window of meters, on the\ncontrol thread; core: of it, at 100 "
	       "windows a second; plan: a delay line and a new\nplan, the "
	       "slowest\n");
	printf("growth: a lane at %u channels costs %.2f of one at %u; allowed "
	       "1.15\n\n",
	    sizes[SIZES - 1], line[SIZES - 1].engine_ns / line[0].engine_ns,
	    sizes[0]);
	if (json != NULL)
		fclose(json);
	return 0;
}
