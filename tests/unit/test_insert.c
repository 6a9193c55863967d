#include "table.h"

#include "fake_plugins.h"
#include "mixer/episode.h"
#include "mixer/mixer_state.h"

#include <stdio.h>

#define RATE 48000

/* Two slots in a channel that a bus gets after the fader and another before
 * it. */
static const char slots[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"trim\": 6,"
    "  \"fader\": -20, \"to\": [\"post\"], \"sends\": {"
    "    \"pre\": { \"tap\": \"pre\" } },"
    "  \"inserts\": [ { \"lv2\": \"urn:fake:gain\" }, { \"jack\": {} } ] },"
    "  { \"id\": \"b\", \"to\": [] } ],"
    " \"buses\": [ { \"id\": \"post\", \"lanes\": 1, \"to\": [] },"
    "   { \"id\": \"pre\", \"lanes\": 1, \"to\": [] } ] }";

enum { CH_A, CH_B, BUS_POST, BUS_PRE };
enum { IN, TRIM, INSERT_1, INSERT_2, FADER };

static struct meters_reading
reading(struct table *table, unsigned strip, unsigned stage)
{
	struct meters_reading lane[DESK_LANES];

	meters_read(mixer_meters(table->mixer), NULL, strip, stage, lane);
	return lane[0];
}

static void
each_slot_has_a_meter_between_trim_and_fader(void **state)
{
	struct table table;

	(void)state;
	table_open_with(&table, slots, RATE, fake_plugins());
	assert_int_equal(mixer_stages(table.mixer, CH_A), 5);
	assert_int_equal(mixer_stages(table.mixer, CH_B), 3);
	assert_string_equal(
	    mixer_stage_name(table.mixer, CH_A, INSERT_2), "insert/2");
	assert_string_equal(mixer_stage_name(table.mixer, CH_A, 4), "fader");
	assert_string_equal(mixer_stage_name(table.mixer, CH_B, 2), "fader");
	for (int i = 0; i < 9600; i++) {
		table.in[0][i] = 0.25F;
		table.in[1][i] = 0.5F;
	}
	table_run(&table, 0, 9600, 64);
	/* Both slots are dry. */
	double in = 20 * log10(0.25);
	assert_float_equal(reading(&table, CH_A, IN).peak, in, 1e-3);
	assert_float_equal(reading(&table, CH_A, TRIM).peak, in + 6, 1e-3);
	assert_float_equal(reading(&table, CH_A, INSERT_1).peak, in + 6, 1e-3);
	assert_float_equal(reading(&table, CH_A, INSERT_2).peak, in + 6, 1e-3);
	assert_float_equal(reading(&table, CH_A, FADER).peak, in - 14, 1e-3);
	assert_float_equal(reading(&table, CH_B, IN).peak, -6.02, 0.01);
	assert_float_equal(reading(&table, CH_B, 2).peak, -6.02, 0.01);
	assert_float_equal(reading(&table, BUS_POST, IN).peak, in - 14, 1e-3);
	assert_float_equal(reading(&table, BUS_PRE, IN).peak, in + 6, 1e-3);
	table_close(&table);
}

/* --- episodes over windows that no engine has to make --- */

struct made {
	struct desk *desk;
	size_t first[8], count;
	struct event_log *log;
	struct episodes *episodes;
	struct meter_window *window;
};

static void
make(struct made *made)
{
	struct config_errors errors = { 0 };

	*made = (struct made){ .log = event_log_new() };
	made->desk =
	    config_parse(slots, strlen(slots), fake_plugins(), &errors);
	assert_non_null(made->desk);
	for (size_t i = 0; i < made->desk->strips; i++) {
		const struct desk_strip *strip = &made->desk->strip[i];
		made->first[i] = made->count;
		made->count += (size_t)desk_stages(strip) * strip->lanes;
	}
	made->episodes =
	    episodes_new(made->desk, made->first, made->count, made->log);
	episodes_set_rate(made->episodes, RATE);
	made->window = calloc(1, meter_stride(made->count, 3));
	made->window->frames = 480;
}

static void
unmake(struct made *made)
{
	episodes_free(made->episodes);
	event_log_free(made->log);
	desk_free(made->desk);
	free(made->window);
}

static void
over(struct made *made, unsigned strip, unsigned stage, float peak)
{
	struct meter *meter = &made->window->meter[made->first[strip] + stage];

	meter->overs = 10;
	meter->first = 100;
	meter->last = 200;
	meter->peak = peak;
}

static void
assert_origin(struct made *made, unsigned strip, unsigned stage,
    unsigned from_strip, unsigned from_stage)
{
	const struct origin_view view = { made->desk, made->first, NULL };
	struct origin origin = origin_find(&view, made->window, strip, stage);

	assert_int_equal(origin.strip, from_strip);
	assert_int_equal(origin.stage, from_stage);
}

static void
an_over_is_traced_to_the_slot_that_made_it(void **state)
{
	struct made made;

	(void)state;
	make(&made);
	over(&made, CH_A, INSERT_1, 2);
	over(&made, CH_A, INSERT_2, 2);
	assert_origin(&made, CH_A, INSERT_2, CH_A, INSERT_1);
	/* Before the fader a send is tapped behind the last slot. */
	over(&made, BUS_PRE, IN, 2);
	assert_origin(&made, BUS_PRE, IN, CH_A, INSERT_1);
	/* After it nothing was over. */
	over(&made, BUS_POST, IN, 1.5F);
	assert_origin(&made, BUS_POST, IN, BUS_POST, IN);
	over(&made, CH_A, FADER, 1.5F);
	assert_origin(&made, BUS_POST, IN, CH_A, INSERT_1);
	unmake(&made);
}

static void
an_event_names_the_slot_as_its_stage(void **state)
{
	struct made made;

	(void)state;
	make(&made);
	over(&made, CH_A, INSERT_2, 2);
	over(&made, CH_A, FADER, 1.5F);
	over(&made, CH_B, 2, 1.25F);
	episodes_fold(made.episodes, made.window);
	memset(made.window->meter, 0, made.count * sizeof(struct meter));
	made.window->frame = RATE;
	episodes_fold(made.episodes, made.window);
	assert_int_equal(event_log_newest(made.log), 3);
	assert_string_equal(event_log_at(made.log, 1)->stage, "insert/2");
	assert_string_equal(event_log_at(made.log, 1)->origin, "ch/a/insert/2");
	assert_string_equal(event_log_at(made.log, 2)->stage, "fader");
	assert_string_equal(event_log_at(made.log, 2)->origin, "ch/a/insert/2");
	assert_string_equal(event_log_at(made.log, 3)->strip, "ch/b");
	assert_string_equal(event_log_at(made.log, 3)->origin, "ch/b/fader");
	unmake(&made);
}

/* --- values --- */

struct told {
	char text[8][ADDRESS_LONGEST];
	size_t count;
	struct mixer *mixer;
	const void *origin;
};

static void
tell(void *arg, const struct address *address, const void *origin)
{
	struct told *told = arg;

	assert_true(told->count < 8);
	mixer_address_text(told->mixer, address, told->text[told->count++]);
	told->origin = origin;
}

static void
a_change_of_a_slot_makes_its_strip_stale_and_is_told_once(void **state)
{
	struct table table;
	struct told told = { .count = 0 };

	(void)state;
	table_open_with(&table, slots, RATE, fake_plugins());
	told.mixer = table.mixer;
	mixer_listen(table.mixer, tell, &told);
	table_set(&table, "/ch/a/insert/1/param/gain", -6);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.text[0], "/ch/a/insert/1/param/gain");
	assert_true(table.mixer->stale[CH_A]);
	assert_true(table.mixer->any_stale);
	assert_true(
	    mixer_desk(table.mixer)->strip[CH_A].insert[0].param[0] == -6);
	table_set(&table, "/ch/a/insert/1/param/gain", -6);
	assert_int_equal(told.count, 1);
	mixer_commit(table.mixer);
	table_set(&table, "/ch/a/insert/2/bypass", 1);
	assert_true(table.mixer->stale[CH_A]);
	/* It is unconnected, and so no other than before. */
	assert_int_equal(told.count, 2);
	mixer_insert_state(table.mixer, CH_A, 1, INSERT_ACTIVE, "");
	table_set(&table, "/ch/a/insert/2/bypass", 0);
	assert_int_equal(told.count, 5);
	assert_string_equal(told.text[2], "/ch/a/insert/2/state");
	assert_string_equal(told.text[3], "/ch/a/insert/2/bypass");
	assert_string_equal(told.text[4], "/ch/a/insert/2/state");
	table_close(&table);
}

static void
a_reason_that_is_too_long_is_cut_between_characters(void **state)
{
	struct table table;
	char why[256] = "x";
	size_t used = 1;

	(void)state;
	table_open_with(&table, slots, RATE, fake_plugins());
	for (int i = 0; i < 80; i++)
		used += (size_t)snprintf(why + used, sizeof why - used, "ä");
	mixer_insert_state(table.mixer, CH_A, 0, INSERT_FAILED, why);
	mixer_insert_state(table.mixer, CH_A, 0, INSERT_FAILED, why + 1);
	struct event_log *log = mixer_events(table.mixer);
	assert_int_equal(strlen(event_log_at(log, 1)->text), 95);
	assert_int_equal(strlen(event_log_at(log, 2)->text), 94);
	assert_int_equal(event_log_at(log, 2)->slot, 1);
	assert_string_equal(event_log_at(log, 2)->state, "failed");
	table_close(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_slot_has_a_meter_between_trim_and_fader),
		cmocka_unit_test(an_over_is_traced_to_the_slot_that_made_it),
		cmocka_unit_test(an_event_names_the_slot_as_its_stage),
		cmocka_unit_test(
		    a_reason_that_is_too_long_is_cut_between_characters),
		cmocka_unit_test(
		    a_change_of_a_slot_makes_its_strip_stale_and_is_told_once),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	fake_plugins_end();
	return failed;
}
