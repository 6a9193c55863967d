#include "table.h"

#include "mixer/clip_guard.h"

#include <stdio.h>

/*
 * The guard of the master, at whose input is a sine of a whole period in each
 * window, so that its true peak and the time above 0 dBFS are known.
 */

#define RATE 48000
#define PERIOD 480
#define MASTER 1

static const char guarded[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ],"
    " \"master\": { \"lanes\": 1, \"guard\": { \"after\": 100, \"most\": 6 } } "
    "}";
static const char unguarded[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ],"
    " \"master\": { \"lanes\": 1 } }";

static double
get(struct table *table, enum param id)
{
	struct address address = { .param = schema_param(id), .strip = MASTER };
	struct schema_value value;

	mixer_get(table->mixer, &address, &value);
	return value.number;
}

static void
set(struct table *table, enum param id, double number)
{
	struct address address = { .param = schema_param(id), .strip = MASTER };
	struct schema_value value = { .type = 'f', .number = number };
	char why[200];

	mixer_set(table->mixer, &address, &value, NULL, why, sizeof why);
}

/* A sine that peaks at `peak` dBFS behind the fader while nothing is pulled, for
 * so many ms, then silence up to `all` ms. */
static void
play(struct table *table, double peak, unsigned ms, unsigned all)
{
	double gain = pow(10, peak / 20);

	for (unsigned at = 0; at < all; at += 10) {
		for (int i = 0; i < PERIOD; i++)
			table->in[0][i] =
			    at < ms
				? (float)(gain * sin(2 * M_PI * 100 * i / RATE))
				: 0;
		table_run(table, 0, PERIOD, PERIOD);
	}
}

/* Counts the guard's events of this action, and the last one's `by`. */
static unsigned
events(struct table *table, const char *action, double *by)
{
	const struct event_log *log = mixer_events(table->mixer);
	unsigned count = 0;

	for (uint64_t i = 1; i <= event_log_newest(log); i++) {
		const struct event *event = event_log_at(log, i);
		if (event->kind != EVENT_GUARD ||
		    strcmp(event->state, action) != 0)
			continue;
		assert_string_equal(event->strip, "master");
		count++;
		if (by)
			*by = event->peak;
	}
	return count;
}

static void
it_is_off_where_nothing_names_it(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, unguarded, RATE);
	play(&table, 4, 900, 1000);
	assert_true(get(&table, PARAM_GUARD) == 0);
	assert_true(get(&table, PARAM_TRIM) == 0);
	assert_int_equal(events(&table, "pulled", NULL), 0);
	table_close(&table);
}

static void
a_short_clip_is_left_alone(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, guarded, RATE);
	play(&table, 4, 80, 1000);
	play(&table, -1, 500, 500);
	assert_true(get(&table, PARAM_TRIM) == 0);
	assert_int_equal(events(&table, "pulled", NULL), 0);
	table_close(&table);
}

static void
short_clips_add_up_within_a_second_only(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, guarded, RATE);
	for (int i = 0; i < 4; i++)
		play(&table, 3, 60, 1100);
	assert_true(get(&table, PARAM_TRIM) == 0);
	play(&table, 3, 60, 200);
	play(&table, 3, 60, 200);
	assert_true(get(&table, PARAM_TRIM) < 0);
	table_close(&table);
}

static void
a_long_one_is_pulled_down_by_the_least(void **state)
{
	struct table table;
	double by = 0;

	(void)state;
	table_open(&table, guarded, RATE);
	play(&table, 2.93, 3000, 3000);
	/* 2.93 and a tenth, in whole tenths. */
	assert_float_equal(get(&table, PARAM_TRIM), -3.1, 1e-6);
	assert_float_equal(get(&table, PARAM_GUARD_REDUCTION), 3.1, 1e-6);
	assert_int_equal(events(&table, "pulled", &by), 1);
	assert_float_equal(by, 3.1, 1e-6);
	/* Never up. */
	play(&table, -40, 3000, 3000);
	assert_float_equal(get(&table, PARAM_TRIM), -3.1, 1e-6);
	table_close(&table);
}

static void
what_rises_is_pulled_again_up_to_the_most(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, guarded, RATE);
	play(&table, 1.95, 1500, 1500);
	assert_float_equal(get(&table, PARAM_TRIM), -2.1, 1e-6);
	play(&table, 4.95, 1500, 1500);
	assert_float_equal(get(&table, PARAM_TRIM), -5.1, 1e-6);
	play(&table, 9.95, 3000, 3000);
	assert_float_equal(get(&table, PARAM_TRIM), -6, 1e-6);
	assert_int_equal(events(&table, "pulled", NULL), 3);
	/* Once, however long it goes on. */
	assert_int_equal(events(&table, "limit", NULL), 1);
	table_close(&table);
}

static void
a_release_gives_back_what_was_taken(void **state)
{
	struct table table;
	double by = 0;

	(void)state;
	table_open(&table, guarded, RATE);
	set(&table, PARAM_TRIM, 1.5);
	play(&table, 1.95, 1500, 1500);
	assert_float_equal(get(&table, PARAM_GUARD_REDUCTION), 3.6, 1e-6);
	assert_true(mixer_guard_release(table.mixer, MASTER, NULL));
	assert_float_equal(get(&table, PARAM_TRIM), 1.5, 1e-6);
	assert_true(get(&table, PARAM_GUARD_REDUCTION) == 0);
	assert_int_equal(events(&table, "released", &by), 1);
	assert_float_equal(by, 3.6, 1e-6);
	assert_false(mixer_guard_release(table.mixer, MASTER, NULL));
	table_close(&table);
}

static void
who_moves_the_trim_takes_it_over(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, guarded, RATE);
	play(&table, 1.95, 1500, 1500);
	set(&table, PARAM_TRIM, -1);
	assert_true(get(&table, PARAM_GUARD_REDUCTION) == 0);
	assert_false(mixer_guard_release(table.mixer, MASTER, NULL));
	assert_true(get(&table, PARAM_TRIM) == -1);
	/* All of it may be taken again. */
	play(&table, 9.95, 3000, 3000);
	assert_float_equal(get(&table, PARAM_TRIM), -7, 1e-6);
	table_close(&table);
}

static void
the_least_trim_is_the_end(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, guarded, RATE);
	set(&table, PARAM_TRIM, -38);
	set(&table, PARAM_GUARD_MOST, 20);
	play(&table, 41.95, 3000, 3000);
	assert_float_equal(get(&table, PARAM_TRIM), -40, 1e-6);
	assert_int_equal(events(&table, "limit", NULL), 1);
	table_close(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_off_where_nothing_names_it),
		cmocka_unit_test(a_short_clip_is_left_alone),
		cmocka_unit_test(short_clips_add_up_within_a_second_only),
		cmocka_unit_test(a_long_one_is_pulled_down_by_the_least),
		cmocka_unit_test(what_rises_is_pulled_again_up_to_the_most),
		cmocka_unit_test(a_release_gives_back_what_was_taken),
		cmocka_unit_test(who_moves_the_trim_takes_it_over),
		cmocka_unit_test(the_least_trim_is_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
