#include "table.h"

#include "fake_plugins.h"
#include "mixer/config_edit.h"
#include "mixer/values.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#define RATE 48000

/* Every kind of strip, of slot and of send; as little said as can be. */
static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    "  { \"id\": \"a\", \"lanes\": 2, \"sends\": { \"fx\": {} },"
    "    \"inserts\": [ { \"lv2\": \"urn:fake:comp\" }, { \"jack\": {} } ] },"
    "  { \"id\": \"b\" } ],"
    " \"buses\": [ { \"id\": \"fx\", \"sends\": { \"mon\": {} },"
    "    \"inserts\": [ { \"jack\": {} } ] }, { \"id\": \"mon\" } ],"
    " \"dcas\": [ { \"id\": \"all\" }, { \"id\": \"b\" } ],"
    " \"mutegroups\": [ { \"id\": \"b\" } ] }";

/* The same with every object that a value can stand in, and switches as true
 * and false. */
static const char full[] =
    "{ \"version\": 1, \"guard\": { \"most\": 3 }, \"channels\": ["
    "  { \"id\": \"a\", \"name\": \"A\", \"lanes\": 2, \"trim\": 6,"
    "    \"mute\": false, \"sends\": { \"fx\": { \"tap\": \"pre\" } },"
    "    \"target\": { \"low\": -30 },"
    "    \"inserts\": [ { \"lv2\": \"urn:fake:comp\", \"bypass\": true,"
    "      \"params\": { \"rat\": 2, \"look\": true } },"
    "      { \"jack\": {} } ] }, { \"id\": \"b\" } ],"
    " \"buses\": [ { \"id\": \"fx\", \"guard\": { \"after\": 100 },"
    "    \"sends\": { \"mon\": {} }, \"inserts\": [ { \"jack\": {} } ] },"
    "    { \"id\": \"mon\" } ],"
    " \"master\": { \"guard\": { \"on\": false }, \"target\": {} },"
    " \"dcas\": [ { \"id\": \"all\" }, { \"id\": \"b\", \"fader\": -3 } ],"
    " \"mutegroups\": [ { \"id\": \"b\", \"name\": \"B\" } ] }";

static char why[400];

/* A walk through all values of a desk. */
struct gather {
	struct table *table;
	cJSON *values;
	double turn; /* where in its range the next value goes */
};

static void
gather_value(void *arg, const struct address *address)
{
	struct gather *gather = arg;
	struct schema_value value;

	mixer_get(gather->table->mixer, address, &value);
	if (address->param->id == PARAM_SOLO)
		return;
	assert_int_equal(
	    values_add(gather->values, gather->table->mixer, address, &value),
	    0);
}

static cJSON *
values_of(struct table *table)
{
	struct gather gather = { .table = table,
		.values = cJSON_CreateObject() };

	values_each(table->mixer, gather_value, &gather);
	return gather.values;
}

/* As floats, which is what they are on the wire. */
static bool
is_same(const cJSON *a, const cJSON *b)
{
	struct schema_value one = { .type = 0 }, other = { .type = 0 };

	assert_true(values_read(a, &one) && values_read(b, &other));
	if (one.type == 's' || other.type == 's')
		return one.type == other.type &&
		       strcmp(one.text, other.text) == 0;
	return (float)one.number == (float)other.number;
}

/* Another value, as a client sends it: a float. */
static void
turn_value(void *arg, const struct address *address)
{
	struct gather *gather = arg;
	const struct schema_param *param = address->param;
	struct schema_value value = { .type = 'f' };
	char text[80];

	if (param->id == PARAM_SOLO)
		return;
	if (param->type == SCHEMA_TEXT) {
		snprintf(text, sizeof text, "\"%g\" \\ Ünï", gather->turn);
		value = (struct schema_value){ .type = 's', .text = text };
	} else if (param->type == SCHEMA_INT) {
		mixer_get(gather->table->mixer, address, &value);
		value.type = 'f';
		value.number =
		    value.number == param->min ? param->max : param->min;
	} else {
		value.number =
		    (double)(float)(param->min +
				    gather->turn * (param->max - param->min));
	}
	gather->turn = fmod(gather->turn + 0.137, 0.9);
	if (param->type == SCHEMA_CHOICE) {
		struct schema_value now;
		mixer_get(gather->table->mixer, address, &now);
		bool first = strcmp(now.text, param->choices[0]) == 0;
		value = (struct schema_value){ .type = 's',
			.text = param->choices[first ? 1 : 0] };
	}
	if (param->id == PARAM_SOURCE)
		value.text = "bus/fx";
	mixer_set(gather->table->mixer, address, &value, NULL, why, sizeof why);
}

/* What differs, as a state has it. */
static cJSON *
difference(const cJSON *now, const cJSON *before)
{
	cJSON *changed = cJSON_CreateObject();
	const cJSON *item;

	cJSON_ArrayForEach(item, now)
	{
		const cJSON *other =
		    cJSON_GetObjectItemCaseSensitive(before, item->string);
		struct schema_value one, two;

		values_read(item, &one);
		values_read(other, &two);
		if (one.type == 's' ? strcmp(one.text, two.text) != 0
				    : one.number != two.number)
			cJSON_AddItemToObject(
			    changed, item->string, cJSON_Duplicate(item, true));
	}
	return changed;
}

static void
assert_same_values(const cJSON *now, const cJSON *then)
{
	const cJSON *item;

	assert_int_equal(cJSON_GetArraySize(now), cJSON_GetArraySize(then));
	cJSON_ArrayForEach(item, now)
	{
		const cJSON *other =
		    cJSON_GetObjectItemCaseSensitive(then, item->string);

		if (!other || !is_same(item, other))
			fail_msg("%s is another", item->string);
	}
}

/* Sets all values of a desk (`all`), or each by itself and no other, and
 * expects a desk with what was merged to have the same. Returns how many
 * differ. */
static unsigned
turn_and_merge(const char *text, int only)
{
	struct table table, next;
	struct config_merged merged;
	cJSON *before, *now, *changed, *then;
	struct gather gather = { .table = &table, .turn = 0.031 };

	table_open_with(&table, text, RATE, fake_plugins());
	before = values_of(&table);
	if (only < 0) {
		values_each(table.mixer, turn_value, &gather);
	} else {
		struct address address = table_find(
		    &table, cJSON_GetArrayItem(before, only)->string);
		gather.turn += 0.11 * (only % 8);
		turn_value(&gather, &address);
	}
	now = values_of(&table);
	changed = difference(now, before);
	char *edited = config_merge(text, changed, &merged, why, sizeof why);
	assert_non_null(edited);
	assert_int_equal(merged.taken, cJSON_GetArraySize(changed));
	assert_int_equal(merged.left, 0);
	table_open_with(&next, edited, RATE, fake_plugins());
	then = values_of(&next);
	assert_same_values(now, then);
	unsigned count = merged.taken;
	cJSON_Delete(before);
	cJSON_Delete(now);
	cJSON_Delete(then);
	cJSON_Delete(changed);
	free(edited);
	table_close(&table);
	table_close(&next);
	return count;
}

static int
count_values(const char *text)
{
	struct table table;
	cJSON *values;

	table_open_with(&table, text, RATE, fake_plugins());
	values = values_of(&table);
	int count = cJSON_GetArraySize(values);
	cJSON_Delete(values);
	table_close(&table);
	return count;
}

static void
every_value_has_its_key(void **state)
{
	(void)state;
	/* Less the few that happened to stand there already. */
	assert_in_range(turn_and_merge(desk, -1),
	    (unsigned)count_values(desk) - 2, (unsigned)count_values(desk));
	assert_in_range(turn_and_merge(full, -1),
	    (unsigned)count_values(full) - 2, (unsigned)count_values(full));
}

/* A state may remember a bus that the configuration does not have. */
static void
a_source_that_is_gone_is_left(void **state)
{
	struct config_merged merged;
	cJSON *values = cJSON_CreateObject();

	(void)state;
	cJSON_AddStringToObject(values, "/monitor/source", "bus/gone");
	char *text = config_merge(desk, values, &merged, why, sizeof why);
	assert_non_null(text);
	assert_int_equal(merged.left, 1);
	assert_null(strstr(text, "monitor"));
	free(text);
	cJSON_ReplaceItemInObject(
	    values, "/monitor/source", cJSON_CreateString("bus/mon"));
	text = config_merge(desk, values, &merged, why, sizeof why);
	assert_int_equal(merged.taken, 1);
	assert_non_null(strstr(text, "\"bus/mon\""));
	free(text);
	cJSON_Delete(values);
}

/* A low that pushes its high, a guard that is named for the first time… */
static void
every_value_may_come_alone(void **state)
{
	unsigned changed = 0;
	int count = count_values(desk);

	(void)state;
	assert_int_equal(count, count_values(full));
	for (int i = 0; i < count; i++)
		changed += turn_and_merge(desk, i) > 0;
	for (int i = 0; i < count; i++)
		changed += turn_and_merge(full, i) > 0;
	assert_in_range(changed, 2 * (unsigned)count - 4, 2 * (unsigned)count);
}

/* --- what the text looks like --- */

static void
merges_to(const char *text, const char *values, const char *wanted)
{
	cJSON *tree = cJSON_Parse(values), *read;
	struct config_merged merged;
	char *edited = config_merge(text, tree, &merged, why, sizeof why);
	char *line;

	assert_non_null(tree);
	assert_non_null(edited);
	read = cJSON_Parse(edited);
	line = cJSON_PrintUnformatted(read);
	assert_string_equal(line, wanted);
	cJSON_free(line);
	cJSON_Delete(read);
	cJSON_Delete(tree);
	free(edited);
}

static void
a_float_is_written_as_it_was_meant(void **state)
{
	(void)state;
	merges_to("{\"channels\":[{\"id\":\"a\",\"fader\":0,\"x\":1}]}",
	    "{\"/ch/a/fader\":-3.7000000476837158,\"/ch/a/trim\":-3.7001}",
	    "{\"channels\":[{\"id\":\"a\",\"fader\":-3.7,\"x\":1,"
	    "\"trim\":-3.7001}]}");
}

static void
a_switch_stays_true_or_false(void **state)
{
	(void)state;
	merges_to("{\"channels\":[{\"id\":\"a\",\"mute\":false}]}",
	    "{\"/ch/a/mute\":1,\"/ch/a/polarity\":1}",
	    "{\"channels\":[{\"id\":\"a\",\"mute\":true,\"polarity\":1}]}");
}

static void
objects_come_only_as_they_are_needed(void **state)
{
	(void)state;
	merges_to("{}", "{\"/master/fader\":-1,\"/master/guard/after\":20}",
	    "{\"master\":{\"fader\":-1,\"guard\":{\"on\":0,\"after\":20}}}");
	merges_to("{\"guard\":{},\"master\":{}}", "{\"/master/guard/most\":2}",
	    "{\"guard\":{},\"master\":{\"guard\":{\"on\":1,\"most\":2}}}");
	merges_to("{\"guard\":{\"on\":0},\"master\":{}}",
	    "{\"/master/guard/most\":2,\"/master/guard\":1}",
	    "{\"guard\":{\"on\":0},\"master\":{\"guard\":{\"on\":1,"
	    "\"most\":2}}}");
	merges_to("{\"channels\":[{\"id\":\"a\"}]}",
	    "{\"/ch/a/target/low\":-9}",
	    "{\"channels\":[{\"id\":\"a\",\"target\":{\"low\":-9}}]}");
}

static void
what_has_no_place_is_left(void **state)
{
	static const char *const left[] = { "\"/ch/a/solo\":1",
		"\"/ch/a/fader/position\":0.5", "\"/ch/gone/fader\":1",
		"\"/bus/a/fader\":1", "\"/ch/a/send/none/level\":1",
		"\"/ch/a/send/b/level\":1", "\"/ch/a/send/fx/none\":1",
		"\"/ch/a/insert/2/bypass\":1", "\"/ch/a/insert/0/bypass\":1",
		"\"/ch/a/insert/1/state\":\"active\"",
		"\"/ch/a/insert/1/param/gain\":1",
		"\"/ch/a/insert/1/param/gain\":{\"value\":1,\"plugin\":\"b\"}",
		"\"/ch/a/guard\":1", "\"/ch/a/target/loudness\":-23",
		"\"/ch/a/guard/reduction\":1", "\"/ch/a/fader\":[]",
		"\"/ch/a\":1", "\"/ch\":1", "\"/\":1", "\"\":1",
		"\"/master\":1", "\"/ch/a/fader/x/y/z/1/2/3/4/5/6\":1",
		"\"/ch/a/id\":\"b\"", "\"/ch/a/lanes\":2" };
	static const char text[] =
	    "{\"channels\":[{\"id\":\"a\",\"sends\":{\"fx\":{}},"
	    "\"inserts\":[{\"lv2\":\"a\"}]}],"
	    "\"buses\":[{\"id\":\"fx\"},{\"id\":\"b\"}]}";

	(void)state;
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		char values[200];
		struct config_merged merged;

		snprintf(
		    values, sizeof values, "{%s,\"/ch/1/trim\":1}", left[i]);
		cJSON *tree = cJSON_Parse(values);
		char *edited =
		    config_merge(text, tree, &merged, why, sizeof why);

		assert_non_null(tree);
		assert_non_null(edited);
		assert_int_equal(merged.taken, 1);
		assert_int_equal(merged.left, 1);
		free(edited);
		cJSON_Delete(tree);
		merges_to(text, values,
		    "{\"channels\":[{\"id\":\"a\",\"sends\":{\"fx\":{}},"
		    "\"inserts\":[{\"lv2\":\"a\"}],\"trim\":1}],"
		    "\"buses\":[{\"id\":\"fx\"},{\"id\":\"b\"}]}");
	}
}

static int
end_plugins(void **state)
{
	(void)state;
	fake_plugins_end();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_has_its_key),
		cmocka_unit_test(every_value_may_come_alone),
		cmocka_unit_test(a_source_that_is_gone_is_left),
		cmocka_unit_test(a_float_is_written_as_it_was_meant),
		cmocka_unit_test(a_switch_stays_true_or_false),
		cmocka_unit_test(objects_come_only_as_they_are_needed),
		cmocka_unit_test(what_has_no_place_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, end_plugins);
}
