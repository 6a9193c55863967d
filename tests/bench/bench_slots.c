#include "engine/engine.h"
#include "engine/kernel.h"
#include "mixer/mixer.h"

#include "tests/bench/bench_floor.h"
#include "tests/bench/bench_time.h"
#include "tests/unit/fake_host.h"
#include "tests/unit/large.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What an insert slot costs beside its plugin: mono channels into buses at 64
 * frames, every lane metered, each with a slot whose processor only copies, and
 * the same desk without slots. A slot ends a stretch and begins another, whose
 * input has meters of its own. Beside it what a whole channel takes, and the
 * floor of a metering pass: gain, peak and squares of a lane in one pass, stored.
 */

#define RATE 48000
#define PERIOD 64
#define CHANNELS 32
#define ROUNDS 31
#define BLOCKS 7 /* between two ticks, about a window of meters */
#define TICKS 100
#define SETTLE 100 /* ticks until all slots are heard */

struct bench {
	struct fake_host host;
	struct mixer *mixer;
	unsigned channels;
	uint64_t frame;
	float signal[PERIOD], master[2][PERIOD];
	const float *in[CHANNELS];
	float *out[2 * CHANNELS];
};

static void
copy(struct processor *processor, const float *const *in, float *const *out,
    uint32_t frames)
{
	(void)processor;
	memcpy(out[0], in[0], frames * sizeof *out[0]);
}

static void
load(struct plugin_host *host, const struct plugin_order *order,
    void (*done)(void *arg, struct processor *processor, const char *why),
    void *arg)
{
	struct fake_host *fake = (struct fake_host *)(void *)host;

	fake_load(host, order, done, arg);
	struct fake_processor *made = fake->job[fake->jobs - 1].made;
	if (made != NULL)
		made->processor.run = copy;
}

static void
add_slot(struct desk_strip *strip)
{
	strip->insert = calloc(1, sizeof *strip->insert);
	if (strip->insert == NULL)
		exit(1);
	strip->inserts = 1;
	strip->insert[0] = (struct desk_insert){ .kind = INSERT_LV2,
		.uri = strdup(FAKE_LATE),
		.plugin = fake_find(NULL, FAKE_LATE, NULL, 0),
		.param = calloc(2, sizeof *strip->insert->param) };
}

/* Time of `blocks` blocks in ns, and a tick. */
static double
run(struct bench *bench, unsigned blocks)
{
	double start = bench_now_ns();

	for (unsigned i = 0; i < blocks; i++) {
		engine_run(mixer_engine(bench->mixer), bench->frame, PERIOD,
		    bench->in, bench->out);
		bench->frame += PERIOD;
	}
	double took = bench_now_ns() - start;
	mixer_tick(bench->mixer, true);
	return took;
}

static void
bench_open(struct bench *bench, unsigned channels, bool slots)
{
	struct desk *desk = large_desk(channels);
	size_t ports = 0;

	bench->channels = channels;
	fake_host_init(&bench->host);
	bench->host.host.load = load;
	for (unsigned i = 0; desk != NULL && slots && i < channels; i++)
		add_slot(&desk->strip[i]);
	bench->mixer = desk != NULL ? mixer_new(desk) : NULL;
	if (bench->mixer == NULL)
		exit(1);
	mixer_set_host(bench->mixer, &bench->host.host);
	if (mixer_set_rate(bench->mixer, RATE) < 0)
		exit(1);
	for (int i = 0; i < PERIOD; i++)
		bench->signal[i] = (float)(0.3 * sin(0.11 * i));
	for (unsigned i = 0; i < channels; i++)
		bench->in[i] = bench->signal;
	/* Direct outs are not connected, the master's two are. */
	for (size_t i = 0; i < desk->strips; i++)
		ports += desk->strip[i].lanes;
	bench->out[ports - 2] = bench->master[0];
	bench->out[ports - 1] = bench->master[1];
	for (int i = 0; i < SETTLE; i++) {
		run(bench, BLOCKS);
		fake_host_deliver(&bench->host);
	}
}

static void
bench_close(struct bench *bench)
{
	mixer_free(bench->mixer);
	fake_host_deliver(&bench->host);
}

/* ns a block. */
static double
round_of(struct bench *bench)
{
	double took = 0;

	for (int i = 0; i < TICKS; i++)
		took += run(bench, BLOCKS);
	return took / (TICKS * BLOCKS);
}

/* ns of a metering pass over a block. */
static double
floor_ns(void)
{
	const struct floor *fused = floor_of(kernel_at(0)->name);
	static float x[PERIOD], y[PERIOD];
	double took[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double start = bench_now_ns();
		for (int k = 0; k < TICKS * BLOCKS; k++)
			fused->fused(k % 2 ? x : y, k % 2 ? y : x, PERIOD);
		took[i] = (bench_now_ns() - start) / (TICKS * BLOCKS);
	}
	return bench_median(took, ROUNDS);
}

static void
print(FILE *json, double slot, double channel)
{
	double pass = floor_ns();

	printf("slots: %d mono channels at %d frames; median of %d rounds\n",
	    CHANNELS, PERIOD, ROUNDS);
	printf("%8s %8s %8s\n%8.0f %8.0f %8.0f\n", "slot", "channel", "pass",
	    slot, channel, pass);
	printf("ns a block: a slot beside its plugin; a channel; the floor of "
	       "a metering pass\n\n");
	if (json != NULL)
		fprintf(json,
		    "{ \"bench\": \"slots\", \"slot_ns\": %.1f,"
		    " \"channel_ns\": %.1f, \"pass_ns\": %.1f }\n",
		    slot, channel, pass);
}

int
main(void)
{
	static struct bench with, without, half;
	double slot[ROUNDS], channel[ROUNDS];
	const char *name = getenv("BENCH_JSON");
	FILE *json = name != NULL ? fopen(name, "a") : NULL;

	bench_open(&with, CHANNELS, true);
	bench_open(&without, CHANNELS, false);
	bench_open(&half, CHANNELS / 2, false);
	for (int i = 0; i < ROUNDS; i++) {
		double plain = round_of(&without);
		slot[i] = (round_of(&with) - plain) / CHANNELS;
		channel[i] = (plain - round_of(&half)) / (CHANNELS / 2.);
	}
	print(json, bench_median(slot, ROUNDS), bench_median(channel, ROUNDS));
	if (json != NULL)
		fclose(json);
	bench_close(&with);
	bench_close(&without);
	bench_close(&half);
	return 0;
}
