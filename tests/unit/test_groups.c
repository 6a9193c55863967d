#include "table.h"

#include "mixer/next_desk.h"
#include "mixer/scene.h"
#include "mixer/state.h"

#include <stdio.h>

/*
 * DCAs and mute groups: what they do to what is heard, and what they leave as
 * it is.
 */

static const char json[] =
    "{ \"version\": 1, \"channels\": [\n"
    "{ \"id\": \"a\", \"fader\": -4, \"dcas\": [\"one\", \"two\"],"
    " \"mutegroups\": [\"band\"], \"to\": [],"
    " \"sends\": { \"pre\": { \"tap\": \"pre\" } } },\n"
    "{ \"id\": \"b\", \"dcas\": [\"two\"], \"to\": [] },\n"
    "{ \"id\": \"c\", \"to\": [] } ],\n"
    "\"buses\": [ { \"id\": \"pre\", \"lanes\": 1, \"to\": [] } ],\n"
    "\"dcas\": [ { \"id\": \"one\" },"
    " { \"id\": \"two\", \"name\": \"Two\", \"fader\": -3 } ],\n"
    "\"mutegroups\": [ { \"id\": \"band\" } ] }";
enum { A, B, C, PRE, PLACES };

#define FRAMES 4800
#define SETTLED 2400

static void
begin(struct table *table)
{
	table_open(table, json, 48000);
	for (unsigned i = A; i <= C; i++)
		table_noise(table->in[i], i + 1);
}

/* The direct outs have this of their inputs, the bus that of a, in dB; -200
 * for silence. */
static void
assert_levels(struct table *table, double a, double b, double c)
{
	const double db[PLACES] = { a, b, c, 0 };

	mixer_commit(table->mixer);
	table_run(table, 0, FRAMES, 64);
	for (unsigned i = A; i < PLACES; i++) {
		const float *x = table->in[i == PRE ? A : i];
		double gain = db[i] <= -200 ? 0 : pow(10, db[i] / 20);
		for (int k = SETTLED; k < FRAMES; k++)
			assert_float_equal(
			    table->out[i][k], gain * (double)x[k], 1e-6);
	}
}

static void
faders_of_dcas_add_up(void **state)
{
	struct table table;

	(void)state;
	begin(&table);
	assert_levels(&table, -7, -3, 0);
	table_set(&table, "/dca/one/fader", -5.5);
	assert_levels(&table, -12.5, -3, 0);
	table_set(&table, "/dca/2/fader", 2);
	assert_levels(&table, -7.5, 2, 0);
	table_set(&table, "/dca/two/fader", -200);
	assert_levels(&table, -200, -200, 0);
	table_set(&table, "/dca/two/fader/position", 0.75);
	assert_levels(&table, -9.5, 0, 0);
	assert_true(table_number(&table, "/dca/two/fader") == 0);
	assert_true(table_number(&table, "/ch/a/fader") == -4);
	table_close(&table);
}

static void
mutes_leave_the_strips_own_as_they_are(void **state)
{
	struct table table;

	(void)state;
	begin(&table);
	table_set(&table, "/dca/one/mute", 1);
	assert_levels(&table, -200, -3, 0);
	table_set(&table, "/dca/one/mute", 0);
	table_set(&table, "/mutegroup/band", 1);
	assert_levels(&table, -200, -3, 0);
	assert_true(table_number(&table, "/ch/a/mute") == 0);
	table_set(&table, "/ch/a/mute", 1);
	table_set(&table, "/mutegroup/band", 0);
	assert_levels(&table, -200, -3, 0);
	table_set(&table, "/ch/a/mute", 0);
	assert_levels(&table, -7, -3, 0);
	table_close(&table);
}

struct found {
	char text[2000];
	struct table *table;
};

static void
note(void *arg, const struct address *address)
{
	struct found *found = arg;
	char text[ADDRESS_LONGEST];
	size_t used = strlen(found->text);

	mixer_address_text(found->table->mixer, address, text);
	snprintf(found->text + used, sizeof found->text - used, "%s ", text);
}

static const char *
match(struct found *found, const char *pattern)
{
	unsigned budget = 1000;

	found->text[0] = '\0';
	mixer_each(found->table->mixer, pattern, &budget, note, found);
	return found->text;
}

static void
addresses_and_patterns_lead_to_them(void **state)
{
	struct table table;
	struct found found = { .table = &table };

	(void)state;
	begin(&table);
	assert_string_equal(match(&found, "/dca/two/mute"), "/dca/two/mute ");
	assert_string_equal(match(&found, "/dca/2/mute"), "/dca/2/mute ");
	assert_string_equal(
	    match(&found, "/dca/*/mute"), "/dca/one/mute /dca/two/mute ");
	assert_string_equal(
	    match(&found, "/dca/[12]/fader"), "/dca/1/fader /dca/2/fader ");
	assert_string_equal(match(&found, "/dca/one/*"),
	    "/dca/one/fader /dca/one/mute /dca/one/name ");
	assert_string_equal(
	    match(&found, "/dca/one/*/*"), "/dca/one/fader/position ");
	assert_string_equal(match(&found, "/mutegroup/*"), "/mutegroup/band ");
	assert_string_equal(
	    match(&found, "/mutegroup/1/name"), "/mutegroup/1/name ");
	for (int i = 0; i < 8; i++)
		assert_string_equal(
		    match(&found,
			(const char *const[]){ "/dca", "/dca/", "/dca/one",
			    "/dca/3/fader", "/dca/0/fader", "/dca/one/trim",
			    "/mutegroup/band/fader", "/mutegroup/2" }[i]),
		    "");
	table_close(&table);
}

static void
places_need_no_channels(void **state)
{
	static const char empty[] =
	    "{ \"version\": 1, \"dcas\": [ { \"id\": \"one\" } ] }";
	struct table table;
	struct found found = { .table = &table };

	(void)state;
	table_open(&table, empty, 48000);
	assert_string_equal(match(&found, "/dca/[12]/fader"), "/dca/1/fader ");
	table_close(&table);
}

struct told {
	unsigned fader, position, mute;
};

static void
note_told(void *arg, const struct address *address, const void *origin)
{
	struct told *told = arg;

	(void)origin;
	told->fader += address->param->id == PARAM_DCA_FADER;
	told->position += address->param->id == PARAM_DCA_POSITION;
	told->mute += address->param->id == PARAM_MUTE_GROUP;
}

static void
changes_are_told_once_and_clamped(void **state)
{
	struct schema_value value = { .type = 'f', .number = 40 };
	struct told told = { 0 };
	struct table table;
	char why[200];

	(void)state;
	begin(&table);
	mixer_listen(table.mixer, note_told, &told);
	struct address address = table_find(&table, "/dca/one/fader");
	assert_int_equal(
	    mixer_set(table.mixer, &address, &value, NULL, why, sizeof why),
	    SCHEMA_CLAMPED);
	assert_true(table_number(&table, "/dca/one/fader") == 10);
	table_set(&table, "/dca/one/fader", 10);
	table_set(&table, "/mutegroup/band", 1);
	table_set(&table, "/mutegroup/band", 1);
	assert_int_equal(told.fader, 1);
	assert_int_equal(told.position, 1);
	assert_int_equal(told.mute, 1);
	table_close(&table);
}

/* A change of a DCA is a ramp as that of a fader is. */
static void
they_do_not_click(void **state)
{
	struct table table;
	double most = 0;

	(void)state;
	begin(&table);
	for (int k = 0; k < TABLE_FRAMES; k++)
		table.in[A][k] = (float)(0.5 * sin(2 * M_PI * 100 * k / 48000));
	for (uint32_t i = 0; i < 8; i++) {
		table_set(&table, "/dca/one/fader", i % 2 == 0 ? -6 : 0);
		table_set(&table, "/mutegroup/band", i / 2 % 2);
		mixer_commit(table.mixer);
		table_run(&table, i * 2400, (i + 1) * 2400, 64);
	}
	for (uint32_t i = 2; i < 8 * 2400; i++)
		most = fmax(most, fabs((double)table.out[A][i] -
				       2 * (double)table.out[A][i - 1] +
				       (double)table.out[A][i - 2]));
	assert_true(most < 2e-4);
	table_close(&table);
}

static void
they_outlive_a_restart_and_are_in_scenes(void **state)
{
	struct scene_scope all = { 0 };
	struct state_count count;
	struct scene scene;
	struct table table;
	char why[200];
	unsigned found = 0;

	(void)state;
	begin(&table);
	table_set(&table, "/ch/a/safe", 1);
	table_set(&table, "/dca/one/fader", -8);
	table_set(&table, "/mutegroup/band", 1);
	table_set_text(&table, "/dca/two/name", "Drums");
	char *text = state_print(mixer_state(table.mixer));
	assert_non_null(text);
	assert_int_equal(scene_capture(&scene, table.mixer, &all), 0);
	/* No group is safe, whatever the first strip is. */
	table_set(&table, "/dca/one/fader", 0);
	for (size_t i = 0; i < scene.values; i++) {
		const struct scene_value *value = &scene.value[i];
		if (value->address.param->id != PARAM_DCA_FADER ||
		    value->address.sub != 0)
			continue;
		found++;
		assert_true(value->number == -8);
		assert_int_equal(
		    scene_judge(table.mixer, &all, value), SCENE_CHANGE);
	}
	assert_int_equal(found, 1);
	scene_free(&scene);
	table_close(&table);
	begin(&table);
	assert_int_equal(state_read(mixer_state(table.mixer), text,
			     strlen(text), &count, why, sizeof why),
	    STATE_TAKEN);
	assert_int_equal(count.taken, 4);
	assert_true(table_number(&table, "/dca/one/fader") == -8);
	assert_true(table_number(&table, "/mutegroup/band") == 1);
	assert_string_equal(table_text(&table, "/dca/two/name"), "Drums");
	assert_levels(&table, -200, -3, 0);
	free(text);
	table_close(&table);
}

static void
they_outlive_a_reload_by_their_ids(void **state)
{
	static const char other[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"to\": [],"
	    " \"fader\": -4, \"dcas\": [\"new\", \"one\"] } ],\n"
	    "\"dcas\": [ { \"id\": \"new\", \"fader\": -1 },"
	    " { \"id\": \"one\" } ] }";
	struct config_errors errors = { 0 };
	struct table table;

	(void)state;
	begin(&table);
	table_set(&table, "/dca/one/fader", -8);
	table_set(&table, "/dca/two/fader", -9);
	mixer_commit(table.mixer);
	struct desk *next = config_parse(other, strlen(other), NULL, &errors);
	assert_non_null(next);
	table_run(&table, 0, FRAMES, 64);
	mixer_replace_begin(table.mixer, next);
	table_run(&table, 0, FRAMES, 64);
	assert_int_equal(mixer_replace_prepare(table.mixer, next, NULL), 0);
	mixer_replace(table.mixer);
	mixer_commit(table.mixer);
	table_run(&table, 0, FRAMES, 64);
	assert_true(table_number(&table, "/dca/one/fader") == -8);
	assert_true(table_number(&table, "/dca/new/fader") == -1);
	for (int k = SETTLED; k < FRAMES; k++)
		assert_float_equal(table.out[A][k],
		    pow(10, -13.0 / 20) * (double)table.in[A][k], 1e-6);
	table_close(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faders_of_dcas_add_up),
		cmocka_unit_test(mutes_leave_the_strips_own_as_they_are),
		cmocka_unit_test(addresses_and_patterns_lead_to_them),
		cmocka_unit_test(places_need_no_channels),
		cmocka_unit_test(changes_are_told_once_and_clamped),
		cmocka_unit_test(they_do_not_click),
		cmocka_unit_test(they_outlive_a_restart_and_are_in_scenes),
		cmocka_unit_test(they_outlive_a_reload_by_their_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
