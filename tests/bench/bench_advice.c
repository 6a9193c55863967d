#include "tests/bench/bench_time.h"

#include "engine/engine.h"
#include "mixer/advise.h"
#include "mixer/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What advice costs the control thread: desks on which every strip has
 * something to be told, made anew from half a minute of levels. The promise is
 * less than 2 ms for 128 strips.
 */

#define RATE 48000
#define FRAMES 960
#define SECONDS 32
#define RUNS 21

static struct desk *
make_desk(unsigned channels)
{
	struct config_errors errors = { 0 };
	char *json = NULL;
	size_t size;
	FILE *out = open_memstream(&json, &size);

	if (out == NULL)
		return NULL;
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (unsigned i = 0; i < channels; i++)
		fprintf(out,
		    "%s{ \"id\": \"c%u\", \"fader\": -6, \"to\": [\"b%u\"],"
		    "  \"sends\": { \"verb\": { \"level\": -20 },"
		    "    \"wedge\": { \"level\": -20, \"tap\": \"pre\" } } }",
		    i > 0 ? "," : "", i, i / 16);
	fprintf(out, "], \"buses\": [ { \"id\": \"verb\" },"
		     "{ \"id\": \"wedge\", \"to\": [] }");
	for (unsigned i = 0; i <= (channels - 1) / 16; i++)
		fprintf(out, ", { \"id\": \"b%u\" }", i);
	fprintf(out, "] }");
	fclose(out);
	struct desk *desk = config_parse(json, size, NULL, &errors);
	config_print_errors(stderr, "advice", &errors);
	config_free_errors(&errors);
	free(json);
	return desk;
}

/* The same sine into every channel: hot, and hotter where they meet. */
static void
play(struct mixer *mixer, int seconds)
{
	static float x[FRAMES], silence[FRAMES];
	const struct desk *desk = mixer_desk(mixer);
	size_t ports = desk_input_count(desk);
	size_t outs = desk_output_count(desk);
	const float **in = malloc(ports * sizeof *in);
	float **out = calloc(outs, sizeof *out);

	for (int i = 0; i < FRAMES; i++)
		x[i] = sinf((float)i * 0.0654498F) * 0.5F;
	for (size_t i = 0; in != NULL && i < ports; i++)
		in[i] = i % 8 == 7 ? silence : x;
	for (int i = 0;
	     in != NULL && out != NULL && i < seconds * RATE / FRAMES; i++) {
		engine_run(mixer_engine(mixer), mixer_engine(mixer)->frame,
		    FRAMES, in, out);
		mixer_tick(mixer, true);
	}
	free(in);
	free(out);
}

static void
measure(unsigned strips)
{
	struct desk *desk = make_desk(strips - 3 - (strips - 1) / 16 - 1);
	struct mixer *mixer = desk != NULL ? mixer_new(desk) : NULL;
	double took[RUNS];

	if (mixer == NULL || mixer_set_rate(mixer, RATE) < 0)
		exit(1);
	play(mixer, SECONDS);
	for (int i = 0; i < RUNS; i++) {
		play(mixer, 1);
		double begin = bench_now_ns();
		mixer_advice(mixer);
		took[i] = (bench_now_ns() - begin) * 1e-6;
	}
	double median = bench_median(took, RUNS);
	printf("%8zu %8zu %8zu %8.3f %8.3f\n", desk->strips,
	    mixer_advice(mixer)->findings, mixer_advice(mixer)->sets, median,
	    took[RUNS - 1]);
	mixer_free(mixer);
}

int
main(void)
{
	printf("advice: ms of the control thread for all findings, at most 2 "
	       "at 128 strips\n");
	printf("%8s %8s %8s %8s %8s\n", "strips", "findings", "sets", "median",
	    "worst");
	measure(32);
	measure(128);
	measure(512);
	return 0;
}
