#include "each_kernels.h"
#include "table.h"

#include "engine/gain.h"
#include "mixer/meters.h"

/* Faders that move while all else stands, many lanes at a time, against sums in
 * double precision: what is heard, and what the meters of each stage say. */

#define RATE 48000
#define RAMP 480     /* samples of a gain on its way */
#define FRAMES 28800 /* of a run: 60 windows of meters */
#define RECENT 14400 /* that RMS is taken over */
#define TURN 400     /* frames from move to move: some move on the way */
#define MONO 6
#define STEREO 3
#define CHANNELS (MONO + STEREO)
#define LANES (MONO + 2 * STEREO)

/* The first output of each, in the order of the strips. */
enum {
	OUT_SUB = LANES,
	OUT_MON,
	OUT_ST,
	OUT_MON2 = OUT_ST + 2,
	OUT_FX = OUT_MON2 + 2
};
enum { IN, TRIM, FADER };

/* Every third mono channel adds to a third sum, too, and every fourth one has
 * no send before its fader. */
static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    "  { \"id\": \"c0\", \"lanes\": 1, \"trim\": -4, \"fader\": -10,"
    "    \"to\": [\"sub\"], \"sends\": { \"mon\": { \"level\": -6, \"tap\": "
    "\"pre\" }, "
    "    \"fx\": { \"level\": -3 } } },"
    "  { \"id\": \"c1\", \"lanes\": 1, \"trim\": -3, \"fader\": -10,"
    "    \"to\": [\"sub\"], \"sends\": { \"mon\": { \"level\": -6, \"tap\": "
    "\"pre\" } } },"
    "  { \"id\": \"c2\", \"lanes\": 1, \"trim\": -2, \"fader\": -10,"
    "    \"to\": [\"sub\"], \"sends\": { \"mon\": { \"level\": -6, \"tap\": "
    "\"pre\" } } },"
    "  { \"id\": \"c3\", \"lanes\": 1, \"trim\": -1, \"fader\": -10,"
    "    \"to\": [\"sub\"], \"sends\": { \"fx\": { \"level\": -3 } } },"
    "  { \"id\": \"c4\", \"lanes\": 1, \"trim\": 0, \"fader\": -10,"
    "    \"to\": [\"sub\"], \"sends\": { \"mon\": { \"level\": -6, \"tap\": "
    "\"pre\" } } },"
    "  { \"id\": \"c5\", \"lanes\": 1, \"trim\": 1, \"fader\": -10,"
    "    \"to\": [\"sub\"], \"sends\": { \"mon\": { \"level\": -6, \"tap\": "
    "\"pre\" } } },"
    "  { \"id\": \"c6\", \"lanes\": 2, \"trim\": 2, \"fader\": -10,"
    "    \"to\": [\"st\"], \"sends\": { \"mon2\": { \"level\": -6, \"tap\": "
    "\"pre\" } } },"
    "  { \"id\": \"c7\", \"lanes\": 2, \"trim\": 3, \"fader\": -10,"
    "    \"to\": [\"st\"], \"sends\": {  } },"
    "  { \"id\": \"c8\", \"lanes\": 2, \"trim\": 4, \"fader\": -10,"
    "    \"to\": [\"st\"], \"sends\": { \"mon2\": { \"level\": -6, \"tap\": "
    "\"pre\" } } }"
    "], \"buses\": ["
    "  { \"id\": \"sub\", \"lanes\": 1 }, { \"id\": \"mon\", \"lanes\": 1 },"
    "  { \"id\": \"st\" }, { \"id\": \"mon2\" },"
    "  { \"id\": \"fx\", \"lanes\": 1 } ] }";

static double
linear(double db)
{
	return pow(10, db / 20);
}

/* --- what ought to come out --- */

struct truth {
	double faded[LANES][FRAMES]; /* behind the fader */
	double sum[OUT_FX + 1 - LANES][FRAMES];
};

static unsigned
channel_of(unsigned lane)
{
	return lane < MONO ? lane : MONO + (lane - MONO) / 2;
}

static double
trim_of(unsigned channel)
{
	return linear((int)channel - 4);
}

/* In each turn a third of the faders goes somewhere, and a third back. */
static double
target_of(unsigned channel, unsigned turn)
{
	return (channel + turn) % 3 == 0 ? -30 + 7 * (double)(turn % 6) : -10;
}

static bool
moves_in(unsigned channel, unsigned turn)
{
	return (channel + turn) % 3 != 2;
}

static void
add(struct truth *truth, unsigned out, unsigned i, double x)
{
	truth->sum[out - LANES][i] += x;
}

static void
make_truth(struct truth *truth, const struct table *table)
{
	struct gain fader[LANES];
	float gain;

	memset(truth, 0, sizeof(*truth));
	for (unsigned lane = 0; lane < LANES; lane++)
		gain_init(&fader[lane], (float)linear(-10));
	for (unsigned i = 0; i < FRAMES; i++)
		for (unsigned lane = 0; lane < LANES; lane++) {
			unsigned c = channel_of(lane),
				 right = (lane - MONO) % 2;
			bool mono = lane < MONO;
			double x = trim_of(c) * table->in[lane][i];
			if (i % TURN == 0 && moves_in(c, i / TURN))
				gain_move(&fader[lane],
				    (float)linear(target_of(c, i / TURN)),
				    RAMP);
			gain_ramp(&fader[lane], &gain, 1);
			truth->faded[lane][i] = gain * x;
			add(truth, mono ? OUT_SUB : OUT_ST + right, i,
			    gain * x);
			if (c % 4 != 3)
				add(truth, mono ? OUT_MON : OUT_MON2 + right, i,
				    linear(-6) * x);
			if (mono && c % 3 == 0)
				add(truth, OUT_FX, i, linear(-3) * gain * x);
		}
}

/* --- comparing --- */

static void
hold_samples(const struct table *table, const struct truth *truth)
{
	for (unsigned i = 0; i < FRAMES; i++) {
		for (unsigned lane = 0; lane < LANES; lane++)
			assert_float_equal(
			    table->out[lane][i], truth->faded[lane][i], 2e-6);
		for (unsigned out = LANES; out <= OUT_FX; out++)
			assert_float_equal(table->out[out][i],
			    truth->sum[out - LANES][i], 1e-5);
	}
}

static double
db(double x)
{
	return 20 * log10(fmax(x, 1e-10));
}

static void
hold_stage(const struct meters_reading *is, const double *x, double by)
{
	double peak = 0, squares = 0;

	for (unsigned i = 0; i < FRAMES; i++) {
		peak = fmax(peak, fabs(by * x[i]));
		if (i >= FRAMES - RECENT)
			squares += by * x[i] * by * x[i];
	}
	assert_float_equal(is->peak, db(peak), 0.001);
	assert_float_equal(is->rms, db(sqrt(squares / RECENT)), 0.001);
	assert_true(is->true_peak >= is->peak);
}

static void
read_meters(struct table *table, struct meters_reader *reader,
    struct meters_reading is[CHANNELS][3][DESK_LANES])
{
	for (unsigned c = 0; c < CHANNELS; c++)
		for (unsigned stage = IN; stage <= FADER; stage++)
			meters_read(mixer_meters(table->mixer), reader, c,
			    stage, is[c][stage]);
}

static void
hold_meters(struct table *table, struct meters_reader *reader,
    const struct truth *truth)
{
	static double in[FRAMES];
	struct meters_reading is[CHANNELS][3][DESK_LANES];

	read_meters(table, reader, is);
	for (unsigned lane = 0; lane < LANES; lane++) {
		unsigned c = channel_of(lane),
			 side = lane < MONO ? 0 : (lane - MONO) % 2;
		for (unsigned i = 0; i < FRAMES; i++)
			in[i] = table->in[lane][i];
		hold_stage(&is[c][IN][side], in, 1);
		hold_stage(&is[c][TRIM][side], in, trim_of(c));
		hold_stage(&is[c][FADER][side], truth->faded[lane], 1);
	}
}

static void
move_some(struct table *table, unsigned turn)
{
	char address[32];

	for (unsigned c = 0; c < CHANNELS; c++) {
		if (!moves_in(c, turn))
			continue;
		snprintf(address, sizeof(address), "/ch/c%u/fader", c);
		table_set(table, address, target_of(c, turn));
	}
	mixer_commit(table->mixer);
}

static void
faders_move_alike_at_each_period(const struct kernels *kernels)
{
	static const uint32_t periods[] = { 16, 25, 80, 200, 400 };
	static struct truth truth;

	for (size_t k = 0; k < sizeof(periods) / sizeof(periods[0]); k++) {
		struct table table;
		table_open(&table, desk, RATE);
		engine_use(mixer_engine(table.mixer), kernels);
		mixer_tick(table.mixer, true);
		for (unsigned lane = 0; lane < LANES; lane++)
			table_noise(table.in[lane], 7 + lane);
		struct meters_reader *reader =
		    meters_reader_new(mixer_meters(table.mixer));
		struct meters_reading begin[CHANNELS][3][DESK_LANES];
		read_meters(&table, reader, begin);
		make_truth(&truth, &table);
		for (unsigned turn = 0; turn < FRAMES / TURN; turn++) {
			move_some(&table, turn);
			table_run(
			    &table, turn * TURN, (turn + 1) * TURN, periods[k]);
		}
		hold_samples(&table, &truth);
		hold_meters(&table, reader, &truth);
		meters_reader_free(reader);
		table_close(&table);
	}
}

int
main(void)
{
	struct each_kernels each[] = {
		EACH_KERNELS(faders_move_alike_at_each_period),
	};
	struct CMUnitTest tests[sizeof each / sizeof each[0]];

	each_kernels_add(tests, each, sizeof each / sizeof each[0]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
