#include "each_kernels.h"
#include "table.h"

#include "engine/kernel.h"
#include "mixer/meters.h"

#include <ebur128.h>

/* The published cases of EBU Tech 3341, 15 to 19, through the whole engine:
 * +0.2/-0.4 dB; and libebur128's opinion of other signals. */

#define SECONDS_RUN 0.5
#define FADE 0.1 /* s */

static const char one[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"trim\": -6,"
    " \"fader\": 3, \"to\": [\"sub\"] } ],"
    " \"buses\": [ { \"id\": \"sub\", \"lanes\": 1 } ] }";

enum { CH_A, BUS_SUB };
enum { IN, TRIM, FADER };

static const unsigned rates[] = { 44100, 48000, 96000, 192000 };
#define RATES (sizeof rates / sizeof rates[0])

/* Reads a stage's highest true peak of the whole run. */
static double
true_peak(struct table *table, struct meters_reader *reader, unsigned strip,
    unsigned stage)
{
	struct meters_reading lane[DESK_LANES];

	meters_read(mixer_meters(table->mixer), reader, strip, stage, lane);
	assert_true(lane[0].true_peak >= lane[0].peak);
	return lane[0].true_peak;
}

/* A reader whose "since last" begins now. */
static struct meters_reader *
reader_from_now(struct table *table)
{
	struct meters_reader *reader =
	    meters_reader_new(mixer_meters(table->mixer));

	for (unsigned strip = CH_A; strip <= BUS_SUB; strip++)
		for (unsigned stage = IN; stage <= FADER; stage++) {
			struct meters_reading lane[DESK_LANES];
			meters_read(mixer_meters(table->mixer), reader, strip,
			    stage, lane);
		}
	return reader;
}

static double
faded(uint32_t i, uint32_t frames, unsigned rate)
{
	double in = i / (FADE * rate), out = (frames - i) / (FADE * rate);

	return fmin(1, fmin(in, out));
}

struct tone {
	double part; /* of the sample rate */
	double amplitude, degrees;
	double reads; /* dBTP */
};

static uint32_t
play_tone(struct table *table, const struct tone *tone, unsigned rate)
{
	uint32_t frames = (uint32_t)(SECONDS_RUN * rate);

	frames = frames < TABLE_FRAMES ? frames : TABLE_FRAMES;
	for (uint32_t i = 0; i < frames; i++)
		table->in[0][i] =
		    (float)(tone->amplitude * faded(i, frames, rate) *
			    sin(2 * M_PI * tone->part * i +
				tone->degrees * M_PI / 180));
	return frames;
}

static void
published_cases_are_held(const struct kernels *kernels)
{
	static const struct tone cases[] = {
		{ 1.0 / 4, 0.50, 0, -6 },
		{ 1.0 / 4, 0.50, 45, -6 },
		{ 1.0 / 6, 0.50, 60, -6 },
		{ 1.0 / 8, 0.50, 67.5, -6 },
		{ 1.0 / 4, 1.41, 45, 3 },
	};

	for (size_t r = 0; r < RATES; r++)
		for (size_t c = 0; c < 5; c++) {
			struct table table;
			table_open(&table, one, rates[r]);
			engine_use(mixer_engine(table.mixer), kernels);
			struct meters_reader *reader = reader_from_now(&table);
			uint32_t n = play_tone(&table, &cases[c], rates[r]);
			table_run(&table, 0, n, 64);
			table_run(&table, n, TABLE_FRAMES, 1024);
			double is = true_peak(&table, reader, CH_A, IN);
			assert_true(is <= cases[c].reads + 0.2);
			assert_true(is >= cases[c].reads - 0.4);
			/* Stages behind standing gains follow exactly. */
			assert_float_equal(
			    true_peak(&table, reader, CH_A, TRIM), is - 6,
			    1e-4);
			assert_float_equal(
			    true_peak(&table, reader, CH_A, FADER), is - 3,
			    1e-4);
			assert_float_equal(
			    true_peak(&table, reader, BUS_SUB, IN), is - 3,
			    1e-3);
			meters_reader_free(reader);
			table_close(&table);
		}
}

/* The highest that libebur128 finds. */
static double
second_opinion(const float *x, uint32_t n, unsigned rate)
{
	ebur128_state *state = ebur128_init(1, rate, EBUR128_MODE_TRUE_PEAK);
	double peak = 0;

	assert_non_null(state);
	assert_int_equal(ebur128_add_frames_float(state, x, n), 0);
	assert_int_equal(ebur128_true_peak(state, 0, &peak), 0);
	ebur128_destroy(&state);
	return 20 * log10(peak);
}

static void
a_second_opinion_agrees(const struct kernels *kernels)
{
	for (unsigned seed = 2; seed <= 7; seed++) {
		struct table table;
		table_open(&table, one, 48000);
		engine_use(mixer_engine(table.mixer), kernels);
		struct meters_reader *reader = reader_from_now(&table);
		table_noise(table.in[0], seed);
		/* Low-passed more and more, as programme is. */
		for (int i = 1; i < TABLE_FRAMES; i++)
			table.in[0][i] =
			    table.in[0][i - 1] +
			    (table.in[0][i] - table.in[0][i - 1]) / (float)seed;
		table_run(&table, 0, TABLE_FRAMES, 64);
		double want =
		    second_opinion(table.in[0], TABLE_FRAMES - 480, 48000);
		assert_float_equal(
		    true_peak(&table, reader, CH_A, IN), want, 0.3);
		meters_reader_free(reader);
		table_close(&table);
	}
}

/* A click whose true peak lies between two blocks, in each place. */
static void
a_reading_does_not_depend_on_the_period(const struct kernels *kernels)
{
	static const uint32_t periods[] = { 1, 3, 5, 32, 441, 1024 };
	double want = 0;

	for (size_t k = 0; k < 6; k++) {
		struct table table;
		table_open(&table, one, 48000);
		engine_use(mixer_engine(table.mixer), kernels);
		struct meters_reader *reader = reader_from_now(&table);
		for (int at = 100; at < 4000; at += 333) {
			table.in[0][at] = table.in[0][at + 1] = 0.5F;
			table.in[0][at - 1] = table.in[0][at + 2] = -0.4F;
		}
		table_run(&table, 0, 9600, periods[k]);
		double is = true_peak(&table, reader, CH_A, FADER);
		if (k == 0)
			want = is;
		assert_true(is > 20 * log10(0.5) - 3 + 1);
		assert_float_equal(is, want, 1e-4);
		meters_reader_free(reader);
		table_close(&table);
	}
}

/* The history of a stage that is looked at anew comes through the gain. */
static void
a_moving_fader_leaves_no_trace(const struct kernels *kernels)
{
	struct table table;
	const struct tone tone = { 1.0 / 4, 0.5, 45, -6 };

	table_open(&table, one, 48000);
	engine_use(mixer_engine(table.mixer), kernels);
	uint32_t n = play_tone(&table, &tone, 48000);
	table_run(&table, 0, 9600, 64);
	struct meters_reader *reader = reader_from_now(&table);
	for (int k = 0; k < 8; k++) {
		table_set(&table, "/ch/a/fader", k % 2 != 0 ? 3 : -20);
		mixer_commit(table.mixer);
		table_run(&table, 9600 + 1000 * (uint32_t)k,
		    10600 + 1000 * (uint32_t)k, 50);
	}
	assert_true(10600 + 8000 < n);
	assert_float_equal(true_peak(&table, reader, CH_A, FADER), -9, 0.05);
	assert_float_equal(true_peak(&table, reader, CH_A, TRIM), -12, 0.05);
	meters_reader_free(reader);
	table_close(&table);
}

/* Noise through a trim and a fader that move in turn every so many frames, so
 * that some land before and some do not: a period of 1 skips nothing. What came
 * before a ramp that ended within a block is known to 1e-4 dB. */
static void
check_moving(const struct kernels *kernels, uint32_t turns, bool fader_alone)
{
	static const uint32_t periods[] = { 1, 17, 64, 256 };
	double want[20][3], is;

	for (size_t k = 0; k < 4; k++) {
		struct table table;
		table_open(&table, one, 48000);
		engine_use(mixer_engine(table.mixer), kernels);
		struct meters_reader *reader = reader_from_now(&table);
		table_noise(table.in[0], 5);
		for (int i = 1; i < TABLE_FRAMES; i++)
			table.in[0][i] =
			    table.in[0][i - 1] +
			    (table.in[0][i] - table.in[0][i - 1]) * 0.2F;
		for (uint32_t turn = 0; turn < 20; turn++) {
			table_set(&table,
			    turn % 3 == 0 && !fader_alone ? "/ch/a/trim"
							  : "/ch/a/fader",
			    turn % 4 < 2 ? -9 : 3);
			mixer_commit(table.mixer);
			table_run(&table, turns * turn, turns * turn + turns,
			    periods[k]);
			for (unsigned stage = IN; stage <= FADER; stage++) {
				is = true_peak(&table, reader, CH_A, stage);
				if (k == 0)
					want[turn][stage] = is;
				assert_float_equal(is, want[turn][stage], 1e-3);
			}
		}
		meters_reader_free(reader);
		table_close(&table);
	}
}

static void
a_moving_gain_reads_alike_at_each_period(const struct kernels *kernels)
{
	check_moving(kernels, 400, false);
	check_moving(kernels, 700, false);
	check_moving(kernels, 400, true);
	check_moving(kernels, 700, true);
}

int
main(void)
{
	struct each_kernels each[] = {
		EACH_KERNELS(published_cases_are_held),
		EACH_KERNELS(a_second_opinion_agrees),
		EACH_KERNELS(a_reading_does_not_depend_on_the_period),
		EACH_KERNELS(a_moving_fader_leaves_no_trace),
		EACH_KERNELS(a_moving_gain_reads_alike_at_each_period),
	};
	struct CMUnitTest tests[sizeof each / sizeof each[0]];

	each_kernels_add(tests, each, sizeof each / sizeof each[0]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
