#include "stage.h"

#include <ebur128.h>
#include <stdio.h>

/*
 * libebur128 hears what the master plays, and must come to the same figures.
 */

#define LOUDNESS 0.05 /* LU */
/* libebur128 takes a value for the range once a second only, so that the range
 * is worked out here from its short-term loudness ten times a second, in the
 * plain way of Tech 3342. Ours has bins of 0.1 LU. */
#define RANGE 0.1 /* LU */
#define TENTHS 300

struct voice {
	const char *name;
	unsigned seed;
	/* The next samples of both lanes, `at` in seconds. */
	void (*play)(struct voice *voice, double at, float x[2]);
	double slow[2];
	double depth;
};

static double
random_number(struct voice *voice)
{
	voice->seed = voice->seed * 1664525U + 1013904223U;
	return (double)(int32_t)voice->seed / 2147483648.0;
}

static void
play_white(struct voice *voice, double at, float x[2])
{
	(void)at;
	x[0] = (float)(0.1 * random_number(voice));
	x[1] = (float)(0.05 * random_number(voice));
}

/* Speech-like: dull noise in syllables and sentences, with pauses, a little
 * hum and DC in them, and now and then something loud. */
static void
play_programme(struct voice *voice, double at, float x[2])
{
	double syllable = fmax(sin(2 * M_PI * 3.7 * at), 0);
	double sentence = fmod(at, 5.3) < 3.9 ? 1 : 0.003;
	double shout = fmod(at, 11) > 9.6 ? 4 : 1;
	double level =
	    voice->depth * syllable * sentence * shout * (1 + sin(at / 7));
	double hum = 0.0005 * sin(2 * M_PI * 50 * at) + 0.001;

	for (int lane = 0; lane < 2; lane++) {
		voice->slow[lane] +=
		    0.1 * (random_number(voice) - voice->slow[lane]);
		x[lane] = (float)(level * voice->slow[lane] + hum);
	}
}

/* Low and high tones, where the weighting is steepest. */
static void
play_tones(struct voice *voice, double at, float x[2])
{
	static const double frequency[] = { 25, 38, 60, 250, 1700, 3000, 9000 };
	double tone = frequency[(size_t)(at / 2) % 7];

	(void)voice;
	x[0] = (float)(0.3 * sin(2 * M_PI * tone * at));
	x[1] = (float)(0.2 * cos(2 * M_PI * tone * at));
}

struct opinion {
	struct stage *stage;
	ebur128_state *other;
	float *heard; /* what the other one is told in one go */
	double worst;
	double short_term[TENTHS];
	size_t short_terms;
};

static void
compare(struct opinion *opinion, double seconds)
{
	struct loudness_reading mine = stage_read(opinion->stage);
	double momentary, short_term;

	ebur128_loudness_momentary(opinion->other, &momentary);
	ebur128_loudness_shortterm(opinion->other, &short_term);
	if (seconds >= 0.4 && momentary > -70)
		opinion->worst =
		    fmax(opinion->worst, fabs(momentary - mine.momentary));
	if (seconds < 3)
		return;
	opinion->worst =
	    fmax(opinion->worst, fabs(short_term - mine.short_term));
	if (short_term > -70)
		opinion->short_term[opinion->short_terms++] = short_term;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
range_of(struct opinion *opinion)
{
	size_t count = opinion->short_terms, first = 0;
	double power = 0;

	for (size_t i = 0; i < count; i++)
		power += pow(10, opinion->short_term[i] / 10);
	double gate = 10 * log10(power / (double)count) - 20;
	qsort(opinion->short_term, count, sizeof(double), by_size);
	while (opinion->short_term[first] < gate)
		first++;
	double last = (double)(count - first - 1);
	return opinion->short_term[first + (size_t)round(0.95 * last)] -
	       opinion->short_term[first + (size_t)round(0.1 * last)];
}

/* A tenth of a second, in periods that do not divide it. */
static void
hear(struct opinion *opinion, struct voice *voice)
{
	struct stage *stage = opinion->stage;
	uint32_t left = stage->rate / 10, lanes = stage->lanes, heard = 0;

	while (left != 0) {
		uint32_t n = left < 441 ? left : 441;
		for (uint32_t i = 0; i < n; i++) {
			float x[2];
			voice->play(
			    voice, (double)(stage->frame + i) / stage->rate, x);
			stage->in[0][i] = x[0];
			stage->in[1][i] = x[1];
		}
		stage_run(stage, n);
		for (uint32_t i = 0; i < n; i++)
			for (uint32_t lane = 0; lane < lanes; lane++)
				opinion->heard[heard++] = stage->out[lane][i];
		left -= n;
	}
	ebur128_add_frames_float(
	    opinion->other, opinion->heard, stage->rate / 10);
}

static void
assert_same(struct voice voice, unsigned rate, unsigned lanes)
{
	struct opinion opinion = { .stage = stage_open(rate, lanes),
		.other = ebur128_init(lanes, rate,
		    EBUR128_MODE_M | EBUR128_MODE_S | EBUR128_MODE_I),
		.heard = calloc(rate, sizeof(float)) };
	double integrated, range;

	assert_non_null(opinion.other);
	assert_non_null(opinion.heard);
	for (int i = 1; i <= TENTHS; i++) {
		hear(&opinion, &voice);
		compare(&opinion, i / 10.0);
	}
	struct loudness_reading mine = stage_read(opinion.stage);
	ebur128_loudness_global(opinion.other, &integrated);
	range = range_of(&opinion);
	printf("%-10s %6u Hz %u: M, S within %.4f LU, I %.3f and %.3f, LRA "
	       "%.2f and %.2f\n",
	    voice.name, rate, lanes, opinion.worst, mine.integrated, integrated,
	    mine.range, range);
	assert_true(opinion.worst < LOUDNESS);
	assert_float_equal(mine.integrated, integrated, LOUDNESS);
	assert_float_equal(mine.range, range, RANGE);
	stage_close(opinion.stage);
	ebur128_destroy(&opinion.other);
	free(opinion.heard);
}

static void
libebur128_reads_the_same(void **state)
{
	static const struct voice voices[] = {
		{ .name = "white", .seed = 1, .play = play_white },
		{ .name = "programme",
		    .seed = 2,
		    .play = play_programme,
		    .depth = 0.7 },
		{ .name = "tones", .play = play_tones },
	};

	(void)state;
	for (size_t v = 0; v < sizeof voices / sizeof voices[0]; v++)
		for (size_t i = 0; i < STAGE_RATES; i++)
			for (unsigned lanes = 1; lanes <= 2; lanes++)
				assert_same(voices[v], stage_rates[i], lanes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libebur128_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
