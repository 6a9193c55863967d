#include "table.h"

#include "mixer/segment.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

/*
 * JACK inserts as cuts: the segments are run by hand, with the outside
 * program in between. The same desk without inserts is the reference.
 */

/* A segment's part of a cycle, if it is its turn. */
static bool
run_segment(struct engine *engine, uint32_t segment, uint64_t frame,
    uint32_t frames, const float *const *in, float *const *out)
{
	if (!engine_begin(engine, segment, frame, frames))
		return false;
	engine_run_segment(engine, segment, in, out);
	return true;
}

/* a → sub → master, b → master; the sub also hears b. */
static const char json[] =
    "{ \"version\": 1, \"channels\": [\n"
    "{ \"id\": \"a\", \"to\": [\"sub\"], \"fader\": -3 },\n"
    "{ \"id\": \"b\", \"lanes\": 2, \"sends\": { \"sub\": { \"level\": -6 "
    "} } } ],\n"
    "\"buses\": [ { \"id\": \"sub\", \"fader\": -2 } ] }";
enum { A, B, SUB, MASTER };
enum { IN_A, IN_B_1, IN_B_2, FIRST_BACK };
enum {
	OUT_A,
	OUT_B_1,
	OUT_B_2,
	OUT_SUB_1,
	OUT_SUB_2,
	OUT_L,
	OUT_R,
	OUT_MONITOR_1,
	OUT_MONITOR_2,
	FIRST_SEND
};

#define FRAMES 9600
#define SETTLED 4800

static void
add_insert(struct desk *desk, unsigned index, enum insert_mode mode)
{
	struct desk_strip *strip = &desk->strip[index];

	strip->insert = realloc(
	    strip->insert, (strip->inserts + 1) * sizeof *strip->insert);
	strip->insert[strip->inserts++] =
	    (struct desk_insert){ .kind = INSERT_JACK, .mode = mode };
}

static void
open_table(struct table *table, const unsigned *inserts, enum insert_mode mode)
{
	struct config_errors errors = { 0 };
	struct desk *desk = config_parse(json, strlen(json), NULL, &errors);

	config_print_errors(stderr, "segments", &errors);
	assert_non_null(desk);
	config_free_errors(&errors);
	for (unsigned strip = 0; strip <= MASTER; strip++)
		for (unsigned i = 0; i < inserts[strip]; i++)
			add_insert(desk, strip, mode);
	*table = (struct table){ .mixer = mixer_new(desk) };
	assert_non_null(table->mixer);
	assert_int_equal(mixer_set_rate(table->mixer, 48000), 0);
	for (int i = 0; i < TABLE_PORTS; i++) {
		table->in[i] = calloc(TABLE_FRAMES, sizeof(float));
		table->out[i] = calloc(TABLE_FRAMES, sizeof(float));
	}
	for (unsigned i = IN_A; i < FIRST_BACK; i++)
		table_noise(table->in[i], i + 1);
}

static void
connect_all(struct table *table, const unsigned *inserts, uint32_t latency)
{
	for (unsigned strip = 0; strip <= MASTER; strip++)
		for (unsigned i = 0; i < inserts[strip]; i++)
			mixer_insert_connected(
			    table->mixer, strip, i, true, latency);
	mixer_commit(table->mixer);
}

/* The outside program: every send comes back `gain` times, `late` frames
 * later. */
static void
answer(struct table *table, unsigned sends, uint32_t at, uint32_t n, float gain,
    uint32_t late)
{
	for (unsigned i = 0; i < sends; i++)
		for (uint32_t k = at; k < at + n; k++)
			table->in[FIRST_BACK + i][k + late] =
			    gain * table->out[FIRST_SEND + i][k];
}

struct part {
	unsigned segments, sends;
	float gain;
	uint32_t late;
};

static void
run_parts(struct table *table, const struct part *part, uint32_t from,
    uint32_t to, uint32_t period)
{
	struct engine *engine = mixer_engine(table->mixer);
	const float *in[TABLE_PORTS];
	float *out[TABLE_PORTS];

	for (uint32_t at = from; at < to; at += period) {
		uint32_t n = to - at < period ? to - at : period;
		for (int i = 0; i < TABLE_PORTS; i++) {
			in[i] = table->in[i] + at;
			out[i] = table->out[i] + at;
		}
		for (unsigned s = 0; s < part->segments; s++) {
			assert_true(
			    run_segment(engine, s, table->frame, n, in, out));
			answer(
			    table, part->sends, at, n, part->gain, part->late);
		}
		table->frame += n;
		mixer_tick(table->mixer, true);
	}
}

static unsigned
lanes_of(const unsigned *inserts)
{
	return inserts[A] + 2 * (inserts[B] + inserts[SUB] + inserts[MASTER]);
}

static void
assert_same(
    const struct table *a, const struct table *b, uint32_t late, double within)
{
	for (unsigned port = OUT_L; port <= OUT_R; port++)
		for (uint32_t i = SETTLED; i < FRAMES; i++)
			assert_float_equal(
			    a->out[port][i], b->out[port][i - late], within);
}

static const unsigned none[] = { 0, 0, 0, 0 };

static void
a_cut_adds_no_frame(void **state)
{
	static const struct {
		unsigned inserts[4], segments;
	} desks[] = { { { 1, 0, 0, 0 }, 2 }, { { 3, 0, 0, 0 }, 4 },
		{ { 0, 1, 0, 0 }, 2 }, { { 1, 0, 1, 1 }, 4 },
		{ { 0, 0, 0, 1 }, 2 }, { { 2, 1, 1, 2 }, 6 } };
	static const uint32_t periods[] = { 32, 64, 256, 441, 1024, 8192 };
	struct table plain;

	(void)state;
	open_table(&plain, none, INSERT_DIRECT);
	table_run(&plain, 0, FRAMES, 64);
	for (size_t i = 0; i < sizeof desks / sizeof desks[0]; i++)
		for (size_t p = 0; p < 6; p++) {
			struct table cut;
			struct part part = { desks[i].segments,
				lanes_of(desks[i].inserts), 1, 0 };
			open_table(&cut, desks[i].inserts, INSERT_DIRECT);
			connect_all(&cut, desks[i].inserts, 0);
			run_parts(&cut, &part, 0, FRAMES, periods[p]);
			assert_same(&cut, &plain, 0, 1e-6);
			table_close(&cut);
		}
	table_close(&plain);
}

static void
what_comes_back_is_heard(void **state)
{
	static const unsigned inserts[] = { 1, 0, 0, 0 };
	struct part part = { 2, 1, -1, 0 };
	struct table plain, cut;

	(void)state;
	open_table(&plain, none, INSERT_DIRECT);
	open_table(&cut, inserts, INSERT_DIRECT);
	table_set(&plain, "/ch/a/polarity", 1);
	mixer_commit(plain.mixer);
	table_run(&plain, 0, FRAMES, 64);
	connect_all(&cut, inserts, 0);
	run_parts(&cut, &part, 0, FRAMES, 64);
	assert_same(&cut, &plain, 0, 1e-6);
	table_close(&plain);
	table_close(&cut);
}

static void
what_is_not_connected_passes_dry(void **state)
{
	static const unsigned inserts[] = { 1, 0, 1, 1 };
	struct part part = { 4, 5, 0, 0 };
	struct table plain, cut;

	(void)state;
	open_table(&plain, none, INSERT_DIRECT);
	open_table(&cut, inserts, INSERT_DIRECT);
	table_run(&plain, 0, FRAMES, 64);
	run_parts(&cut, &part, 0, FRAMES, 64);
	assert_same(&cut, &plain, 0, 1e-6);
	table_close(&plain);
	table_close(&cut);
}

static void
a_loop_is_one_period_late_and_compensated(void **state)
{
	static const unsigned inserts[] = { 1, 0, 0, 0 };
	struct table plain, loop;

	(void)state;
	for (uint32_t period = 32; period <= 1024; period *= 2) {
		struct part part = { 1, 1, 1, period };
		open_table(&plain, none, INSERT_LOOP);
		open_table(&loop, inserts, INSERT_LOOP);
		table_run(&plain, 0, FRAMES, period);
		connect_all(&loop, inserts, period);
		run_parts(&loop, &part, 0, FRAMES, period);
		assert_same(&loop, &plain, period, 1e-6);
		table_close(&plain);
		table_close(&loop);
	}
}

static void
a_program_that_is_late_is_waited_for(void **state)
{
	static const unsigned inserts[] = { 1, 0, 0, 0 };
	struct part part = { 2, 1, 1, 100 };
	struct table plain, cut;

	(void)state;
	open_table(&plain, none, INSERT_DIRECT);
	open_table(&cut, inserts, INSERT_DIRECT);
	table_run(&plain, 0, FRAMES, 256);
	connect_all(&cut, inserts, 100);
	run_parts(&cut, &part, 0, FRAMES, 256);
	assert_same(&cut, &plain, 100, 1e-6);
	table_close(&plain);
	table_close(&cut);
}

/* The first segment goes on while the later one does not come, and counts. */
static void
a_segment_that_comes_too_late_is_skipped(void **state)
{
	static const unsigned inserts[] = { 0, 0, 0, 1 };
	struct part part = { 2, 2, 1, 0 };
	struct table cut;
	const float *in[TABLE_PORTS];
	float *out[TABLE_PORTS];

	(void)state;
	open_table(&cut, inserts, INSERT_DIRECT);
	connect_all(&cut, inserts, 0);
	run_parts(&cut, &part, 0, 4800, 64);
	struct engine *engine = mixer_engine(cut.mixer);
	for (int i = 0; i < TABLE_PORTS; i++) {
		in[i] = cut.in[i];
		out[i] = cut.out[i] + 4800;
	}
	for (unsigned k = 0; k < 5; k++) {
		assert_true(run_segment(engine, 0, cut.frame, 64, in, out));
		assert_int_equal(atomic_load(&engine->missed[1]), k);
		cut.frame += 64;
		mixer_tick(cut.mixer, true);
	}
	assert_true(run_segment(engine, 0, cut.frame, 64, in, out));
	assert_true(run_segment(engine, 1, cut.frame, 64, in, out));
	assert_false(run_segment(engine, 1, cut.frame, 64, in, out));
	cut.frame += 64;
	run_parts(&cut, &part, 4864, FRAMES, 64);
	assert_int_equal(atomic_load(&engine->missed[1]), 0);
	table_close(&cut);
}

/* --- three threads --- */

struct duel {
	struct table table;
	sem_t turn;
	atomic_bool ends;
	atomic_uint ran, missed;
};

static void
dawdle(uint32_t *seed)
{
	struct timespec time = { 0, 0 };

	*seed = *seed * 1664525U + 1013904223U;
	if (*seed >> 29 == 0) {
		time.tv_nsec = (long)(*seed >> 12 & 0x1ffff);
		nanosleep(&time, NULL);
	} else if (*seed >> 29 < 4) {
		sched_yield();
	}
}

static void *
run_second(void *arg)
{
	struct duel *duel = arg;
	uint32_t seed = 2;
	const float *in[TABLE_PORTS];
	float *out[TABLE_PORTS];

	for (int i = 0; i < TABLE_PORTS; i++) {
		in[i] = duel->table.in[i];
		out[i] = duel->table.out[i];
	}
	for (;;) {
		sem_wait(&duel->turn);
		if (atomic_load(&duel->ends))
			return NULL;
		dawdle(&seed);
		if (run_segment(
			mixer_engine(duel->table.mixer), 1, 0, 0, in, out))
			atomic_fetch_add(&duel->ran, 1);
		else
			atomic_fetch_add(&duel->missed, 1);
	}
}

static void *
run_first(void *arg)
{
	struct duel *duel = arg;
	struct engine *engine = mixer_engine(duel->table.mixer);
	uint32_t seed = 1;
	const float *in[TABLE_PORTS];
	float *out[TABLE_PORTS];

	for (int i = 0; i < TABLE_PORTS; i++) {
		in[i] = duel->table.in[i] + 1024;
		out[i] = duel->table.out[i] + 1024;
	}
	while (!atomic_load(&duel->ends)) {
		dawdle(&seed);
		if (run_segment(engine, 0, duel->table.frame, 64, in, out))
			sem_post(&duel->turn);
		duel->table.frame += 64;
	}
	return NULL;
}

/* Two segments and control, each at a pace of its own: whoever comes too late
 * is left out, and nobody meets another at the same data. */
static void
segments_meet_as_they_like(void **state)
{
	static const unsigned inserts[] = { 1, 0, 0, 0 };
	static struct duel duel;
	pthread_t first, second;
	uint32_t seed = 3;

	(void)state;
	open_table(&duel.table, inserts, INSERT_DIRECT);
	connect_all(&duel.table, inserts, 0);
	assert_int_equal(sem_init(&duel.turn, 0, 0), 0);
	assert_int_equal(pthread_create(&first, NULL, run_first, &duel), 0);
	assert_int_equal(pthread_create(&second, NULL, run_second, &duel), 0);
	for (int i = 0; i < 3000; i++) {
		dawdle(&seed);
		table_set(&duel.table, "/ch/a/fader", -(double)(seed >> 27));
		table_set(&duel.table, "/bus/sub/delay", seed >> 28);
		mixer_insert_connected(duel.table.mixer, A, 0, i % 3 != 0,
		    (uint32_t)(i / 100 % 3));
		mixer_commit(duel.table.mixer);
		mixer_tick(duel.table.mixer, true);
	}
	atomic_store(&duel.ends, true);
	pthread_join(first, NULL);
	sem_post(&duel.turn);
	pthread_join(second, NULL);
	assert_true(atomic_load(&duel.ran) > 100);
	sem_destroy(&duel.turn);
	table_close(&duel.table);
}

static void
the_desk_is_cut_where_its_inserts_are(void **state)
{
	static const unsigned inserts[] = { 2, 0, 1, 1 };
	struct table cut;
	struct segments segments;

	(void)state;
	open_table(&cut, inserts, INSERT_DIRECT);
	const struct desk *desk = mixer_desk(cut.mixer);
	assert_int_equal(segments_solve(&segments, desk), 0);
	assert_int_equal(segments.count, 5);
	assert_int_equal(segments.in[A], 0);
	assert_int_equal(segments.in[SUB], 2);
	assert_int_equal(segments.first[SUB], 0);
	assert_int_equal(segments.in[MASTER], 3);
	assert_int_equal(segments.first[MASTER], 0);
	assert_int_equal(segment_of(&segments, desk, A, 1), 1);
	assert_int_equal(segment_of(&segments, desk, MASTER, 1), 4);
	segments_free(&segments);
	table_close(&cut);
}

static void
as_many_cuts_as_a_configuration_may_have_can_be_compiled(void **state)
{
	static const unsigned inserts[] = { 6, 0, 4, 5 };
	struct table cut;
	struct segments segments;

	(void)state;
	open_table(&cut, inserts, INSERT_DIRECT);
	assert_int_equal(segments_solve(&segments, mixer_desk(cut.mixer)), 0);
	assert_int_equal(segments.count, PLAN_SEGMENTS);
	segments_free(&segments);
	table_close(&cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_adds_no_frame),
		cmocka_unit_test(what_comes_back_is_heard),
		cmocka_unit_test(what_is_not_connected_passes_dry),
		cmocka_unit_test(a_loop_is_one_period_late_and_compensated),
		cmocka_unit_test(a_program_that_is_late_is_waited_for),
		cmocka_unit_test(a_segment_that_comes_too_late_is_skipped),
		cmocka_unit_test(segments_meet_as_they_like),
		cmocka_unit_test(the_desk_is_cut_where_its_inserts_are),
		cmocka_unit_test(
		    as_many_cuts_as_a_configuration_may_have_can_be_compiled),
	};

	return cmocka_run_group_tests_name("segments", tests, NULL, NULL);
}
