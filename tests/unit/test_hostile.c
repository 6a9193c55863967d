#include "table.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

/*
 * The crossings between control (C, this thread) and the realtime thread (R)
 * while both really run, each at a pace that is random and often as bad as can
 * be: batches that queue up, plans swapped under way, windows that fill while
 * C is late, clocks that jump. The sequences are fixed; how they meet is up to
 * the machine. What was freed is overwritten, so that its use is heard.
 */

#define PERIOD_MOST 512
#define LEVEL 0.25F
#define POISON 0xa5

/* Two channels alike, one for peaks, and two strips that get delays. */
static const char desk_json[] =
    "{ \"version\": 1, \"channels\": ["
    " { \"id\": \"a\", \"fader\": -20, \"to\": [] },"
    " { \"id\": \"b\", \"fader\": -20, \"to\": [] },"
    " { \"id\": \"peak\" }, { \"id\": \"late\", \"to\": [\"sub\"] } ],"
    " \"buses\": [ { \"id\": \"sub\", \"lanes\": 1 } ] }";
enum { IN_A, IN_B, IN_PEAK, IN_LATE, INS };
enum { OUT_A, OUT_B, OUTS = 9 };

struct duel {
	struct table table;
	uint32_t seed_r, seed_c;
	unsigned rate;
	atomic_bool ends;
	atomic_uint frames;  /* that R has run; wraps */
	atomic_uint peaks;   /* that R has played */
	atomic_uint wanted;  /* peaks that C has asked for */
	_Atomic float peak;  /* how high the next one is */
	_Atomic float heard; /* the last sample of output A */
	atomic_uint torn;    /* samples where A and B differed */
};

static uint32_t
next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525U + 1013904223U;
	return (uint32_t)((uint64_t)*seed * below >> 32);
}

/* Goes on at once, or gives way, or sleeps for up to `us`. */
static void
dawdle(uint32_t *seed, uint32_t us)
{
	uint32_t how = next(seed, 8);
	struct timespec time = { 0, (long)next(seed, us) * 1000 };

	if (how == 0)
		nanosleep(&time, NULL);
	else if (how < 4)
		sched_yield();
}

/* --- R --- */

static void
check_outputs(struct duel *duel, float *const *out, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++)
		if (out[OUT_A][i] != out[OUT_B][i])
			atomic_fetch_add(&duel->torn, 1);
	atomic_store(&duel->heard, out[OUT_A][frames - 1]);
}

static void *
realtime(void *arg)
{
	struct duel *duel = arg;
	struct engine *engine = mixer_engine(duel->table.mixer);
	static float peaks[PERIOD_MOST];
	const float *in[INS];
	float *out[OUTS];
	uint64_t frame = 1000;

	for (int i = 0; i < INS; i++)
		in[i] = duel->table.in[i];
	in[IN_PEAK] = peaks;
	for (int i = 0; i < OUTS; i++)
		out[i] = duel->table.out[i];
	while (!atomic_load(&duel->ends)) {
		uint32_t n = 1 + next(&duel->seed_r, PERIOD_MOST);
		uint32_t at = next(&duel->seed_r, n);
		unsigned played = atomic_load(&duel->peaks);
		bool now = atomic_load(&duel->wanted) != played;

		peaks[at] = now ? -atomic_load(&duel->peak) : 0;
		engine_run(engine, frame, n, in, out);
		check_outputs(duel, out, n);
		peaks[at] = 0;
		frame += n;
		/* An xrun: the clock jumps. */
		if (next(&duel->seed_r, 100) == 0)
			frame += next(&duel->seed_r, 5000);
		atomic_fetch_add(&duel->frames, n);
		if (now)
			atomic_store(&duel->peaks, played + 1);
		dawdle(&duel->seed_r, 300);
	}
	return NULL;
}

/* --- C --- */

static struct meters_reading
read_peak(struct duel *duel, struct meters_reader *reader)
{
	struct meters_reading lane[DESK_LANES];

	meters_read(mixer_meters(duel->table.mixer), reader, IN_PEAK, 0, lane);
	return lane[0];
}

/* Ticks until R has run so many frames more; a clock that has stopped would
 * stop this, too, and the runner's time limit ends it. */
static void
tick_for(struct duel *duel, unsigned frames)
{
	unsigned since = atomic_load(&duel->frames);

	while (atomic_load(&duel->frames) - since < frames) {
		mixer_tick(duel->table.mixer, true);
		dawdle(&duel->seed_c, 100);
	}
	mixer_tick(duel->table.mixer, true);
}

/* One thing out of all that C does. */
static void
meddle(struct duel *duel)
{
	static const char *const delayed[] = { "/ch/late/delay",
		"/ch/peak/delay", "/bus/sub/delay", "/master/delay" };
	struct table *table = &duel->table;

	switch (next(&duel->seed_c, 12)) {
	case 0:
		duel->rate = duel->rate == 48000 ? 44100 : 48000;
		if (mixer_set_rate(table->mixer, duel->rate) < 0)
			duel->rate = mixer_status(table->mixer)->sample_rate;
		break;
	case 1:
	case 2:
	case 3:
		table_set(table, delayed[next(&duel->seed_c, 4)],
		    next(&duel->seed_c, 200));
		mixer_commit(table->mixer);
		break;
	case 4:
		mixer_tick(table->mixer, true);
		break;
	case 5:
		table_set(table, "/ch/late/mute", next(&duel->seed_c, 2));
		table_set(table, "/bus/sub/trim", next(&duel->seed_c, 20));
		break;
	case 6:
		/* R fills every window there is. */
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
		break;
	default:
		break;
	}
	dawdle(&duel->seed_c, 2000);
}

/* The same in both channels, as one batch. */
static void
set_both(struct duel *duel, double db)
{
	table_set(&duel->table, "/ch/a/fader", db);
	table_set(&duel->table, "/ch/b/fader", db);
	mixer_commit(duel->table.mixer);
}

static void
open_duel(struct duel *duel, pthread_t *thread, uint32_t seed)
{
	memset(duel, 0, sizeof *duel);
	duel->rate = 48000;
	duel->seed_r = seed;
	duel->seed_c = seed + 1;
	table_open(&duel->table, desk_json, duel->rate);
	for (int i = 0; i < PERIOD_MOST; i++) {
		duel->table.in[IN_A][i] = duel->table.in[IN_B][i] = LEVEL;
		duel->table.in[IN_LATE][i] = 0.1F;
	}
	assert_int_equal(pthread_create(thread, NULL, realtime, duel), 0);
}

static void
close_duel(struct duel *duel, pthread_t thread)
{
	atomic_store(&duel->ends, true);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&duel->torn), 0);
	table_close(&duel->table);
}

/* Times the usual number of rounds, from the environment. */
static int
rounds(int usual)
{
	const char *times = getenv("HEADROOM_HOSTILE");

	return times != NULL ? usual * (int)strtol(times, NULL, 10) : usual;
}

static void
no_peak_is_lost_whatever_the_schedule(void **state)
{
	struct duel duel;
	pthread_t thread;

	(void)state;
	open_duel(&duel, &thread, 1);
	struct meters_reader *reader =
	    meters_reader_new(mixer_meters(duel.table.mixer));
	read_peak(&duel, reader);
	for (int round = 1; round <= rounds(150); round++) {
		float peak = 0.3F + 0.001F * (float)(round % 500);
		atomic_store(&duel.peak, peak);
		for (int i = 0; i < 6; i++)
			meddle(&duel);
		atomic_store(&duel.wanted, (unsigned)round);
		for (int i = 0; i < 6; i++)
			meddle(&duel);
		while (atomic_load(&duel.peaks) != (unsigned)round)
			meddle(&duel);
		tick_for(&duel, 3 * PERIOD_MOST);
		tick_for(&duel, 3 * PERIOD_MOST);
		assert_float_equal(read_peak(&duel, reader).peak,
		    20 * log10((double)peak), 1e-5);
	}
	meters_reader_free(reader);
	close_duel(&duel, thread);
}

static void
batches_are_whole_and_in_order_whatever_the_schedule(void **state)
{
	struct duel duel;
	pthread_t thread;

	(void)state;
	open_duel(&duel, &thread, 3);
	for (int round = 0; round < rounds(150); round++) {
		double db = 0;
		for (uint32_t i = 1 + next(&duel.seed_c, 100); i > 0; i--) {
			db = -(double)next(&duel.seed_c, 60);
			set_both(&duel, db);
			if (next(&duel.seed_c, 10) == 0)
				meddle(&duel);
		}
		/* Until all has been posted, and then until it has landed. */
		tick_for(&duel, PERIOD_MOST);
		tick_for(&duel, 2 * PERIOD_MOST + duel.rate / 50);
		assert_float_equal(atomic_load(&duel.heard),
		    LEVEL * (float)pow(10, db / 20), 1e-6);
	}
	close_duel(&duel, thread);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_peak_is_lost_whatever_the_schedule),
		cmocka_unit_test(
		    batches_are_whole_and_in_order_whatever_the_schedule),
	};

	mallopt(M_PERTURB, POISON);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
