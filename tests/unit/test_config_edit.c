#include "config_case.h"

#include "mixer/config_edit.h"
#include "mixer/json_print.h"

#include <cjson/cJSON.h>

static char why[400];

static const char desk[] =
    "{ \"$schema\": \"x\", \"version\": 1,\n"
    "  \"osc\": { \"allow\": [ { \"network\": \"10.0.0.0/8\",\n"
    "    \"role\": \"admin\", \"token\": \"open sesame\", \"own\": [1e-3] } ] "
    "},\n"
    "  \"channels\": [\n"
    "    { \"id\": \"kick\", \"to\": [\"drums\"], \"sends\": { \"verb\": {} "
    "},\n"
    "      \"inserts\": [ { \"lv2\": \"urn:a\" }, { \"jack\": {} },\n"
    "        { \"lv2\": \"urn:c\" } ] },\n"
    "    { \"id\": \"voice\", \"to\": [\"drums\", \"master\"], \"new\": null "
    "},\n"
    "    { \"id\": \"keys\", \"to\": [] } ],\n"
    "  \"buses\": [ { \"id\": \"drums\", \"sends\": { \"verb\": {} } },\n"
    "    { \"id\": \"verb\" } ],\n"
    "  \"monitor\": { \"source\": \"bus/verb\", \"dim\": 1 } }";

/* What an edit gives, all of it on one line; freed by the next call. */
static const char *
flat(char *text)
{
	static char *line;
	cJSON *tree;

	assert_non_null(text);
	tree = cJSON_Parse(text);
	assert_non_null(tree);
	free(text);
	cJSON_free(line);
	line = cJSON_PrintUnformatted(tree);
	cJSON_Delete(tree);
	return line;
}

static void
refused(char *text, const char *reason)
{
	assert_null(text);
	assert_string_equal(why, reason);
}

/* The ids of a list of the text, in order. */
static void
in_order(char *text, const char *list, const char *ids)
{
	char found[200] = "";
	size_t used = 0;
	cJSON *tree = cJSON_Parse(text), *node;

	assert_non_null(text);
	cJSON_ArrayForEach(node, cJSON_GetObjectItem(tree, list))
	{
		used += (size_t)snprintf(found + used, sizeof(found) - used,
		    "%s%s", used > 0 ? " " : "",
		    cJSON_GetStringValue(cJSON_GetObjectItem(node, "id")));
	}
	assert_string_equal(found, ids);
	cJSON_Delete(tree);
	free(text);
}

/* What stands in the slots of the channel kick. */
static void
slots_are(char *text, const char *wanted)
{
	char found[400];
	cJSON *tree = cJSON_Parse(text);
	cJSON *kick =
	    cJSON_GetArrayItem(cJSON_GetObjectItem(tree, "channels"), 0);
	char *slots =
	    cJSON_PrintUnformatted(cJSON_GetObjectItem(kick, "inserts"));

	assert_non_null(text);
	snprintf(found, sizeof(found), "%s", slots);
	assert_string_equal(found, wanted);
	cJSON_free(slots);
	cJSON_Delete(tree);
	free(text);
}

static void
a_strip_comes_last_or_at_its_place(void **state)
{
	(void)state;
	in_order(config_add_strip(desk, "{\"channel\": {\"id\": \"bass\"}}",
		     why, sizeof why),
	    "channels", "kick voice keys bass");
	in_order(config_add_strip(desk,
		     "{\"at\": 1, \"channel\": {\"id\": \"bass\"}}", why,
		     sizeof why),
	    "channels", "bass kick voice keys");
	in_order(
	    config_add_strip(desk, "{\"bus\": {\"id\": \"mon\"}, \"at\": 2}",
		why, sizeof why),
	    "buses", "drums mon verb");
	assert_string_equal(
	    flat(config_add_strip("{\"version\":1}",
		"{\"bus\":{\"id\":\"a\",\"x\":[0.1]}}", why, sizeof why)),
	    "{\"version\":1,\"buses\":[{\"id\":\"a\",\"x\":[0.1]}]}");
}

static void
what_is_no_strip_is_refused(void **state)
{
#define ALLOWED                                                           \
	"{ \"channel\": { \"id\": \"kick\" } } or { \"bus\": { ... } }, " \
	"and \"at\", its place"
	static const struct {
		const char *json, *why;
	} bad[] = {
		{ "{", "byte 2 of the JSON: found the end of the file; "
		       "allowed: the rest of the JSON value" },
		{ "[]", "found no object; allowed: " ALLOWED },
		{ "{}", "found no strip; allowed: " ALLOWED },
		{ "{\"bus\": {}, \"channel\": {}}",
		    "found more than one strip; allowed: " ALLOWED },
		{ "{\"bus\": {}, \"to\": 1}",
		    "found another key than those; allowed: " ALLOWED },
		{ "{\"bus\": 3}", "found a \"bus\" that is no object; "
				  "allowed: " ALLOWED },
		{ "{\"bus\": {}, \"at\": 0}", "found another \"at\"; allowed: "
					      "a whole number from 1 to 3" },
		{ "{\"bus\": {}, \"at\": 4}", "found another \"at\"; allowed: "
					      "a whole number from 1 to 3" },
		{ "{\"bus\": {}, \"at\": 1.5}",
		    "found another \"at\"; allowed: a whole number from 1 to "
		    "3" },
		{ "{\"bus\": {}, \"at\": \"1\"}",
		    "found another \"at\"; allowed: a whole number from 1 to "
		    "3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(config_add_strip(desk, bad[i].json, why, sizeof why),
		    bad[i].why);
	refused(config_add_strip(
		    "{\"channels\": 1}", "{\"channel\": {}}", why, sizeof why),
	    "found \"channels\" that is no array; allowed: one");
	refused(
	    config_add_strip("{\n1: 2 }", "{\"channel\": {}}", why, sizeof why),
	    "line 2 of the configuration: found 1: 2 }; allowed: a key in "
	    "double quotes");
}

static void
a_strip_goes_with_all_that_leads_to_it(void **state)
{
	const char *text;

	(void)state;
	in_order(config_remove_strip(desk, "ch/voice", why, sizeof why),
	    "channels", "kick keys");
	in_order(config_remove_strip(desk, "ch/1", why, sizeof why), "channels",
	    "voice keys");
	text = flat(config_remove_strip(desk, "bus/verb", why, sizeof why));
	assert_null(strstr(text, "verb"));
	assert_non_null(strstr(text, "\"sends\":{},\"inserts\""));
	assert_non_null(strstr(text, "\"monitor\":{\"dim\":1}"));
	text = flat(config_remove_strip(desk, "bus/drums", why, sizeof why));
	assert_null(strstr(text, "drums"));
	/* What went there alone goes to the master, what went nowhere stays. */
	assert_non_null(strstr(text, "{\"id\":\"kick\",\"sends\""));
	assert_non_null(strstr(text, "\"voice\",\"to\":[\"master\"]"));
	assert_non_null(strstr(text, "\"keys\",\"to\":[]"));
}

static void
the_solo_bus_is_no_bus(void **state)
{
	static const char both[] =
	    "{ \"version\": 1, \"buses\": [ { \"id\": \"solo\" } ],"
	    " \"monitor\": { \"source\": \"solo\" } }";

	(void)state;
	assert_non_null(
	    strstr(flat(config_remove_strip(both, "bus/solo", why, sizeof why)),
		"{\"source\":\"solo\"}"));
}

static void
an_unknown_strip_is_told_with_those_there_are(void **state)
{
#define THERE "bus/drums, bus/verb, ch/kick, ch/voice, ch/keys"
	(void)state;
	refused(config_remove_strip(desk, "ch/kik", why, sizeof why),
	    "found strip \"ch/kik\"; allowed: " THERE);
	refused(config_remove_strip(desk, "master", why, sizeof why),
	    "found strip \"master\"; allowed: " THERE);
	refused(config_remove_strip(desk, "ch/4", why, sizeof why),
	    "found strip \"ch/4\"; allowed: " THERE);
	refused(config_remove_strip(desk, "ch/0", why, sizeof why),
	    "found strip \"ch/0\"; allowed: " THERE);
	refused(config_remove_strip(
		    desk, "ch/99999999999999999999", why, sizeof why),
	    "found strip \"ch/99999999999999999999\"; allowed: " THERE);
	refused(config_move_strip(desk, "/ch/kick\033\n", 1, why, sizeof why),
	    "found strip \"/ch/kick??\"; allowed: " THERE);
	refused(config_remove_insert(desk, "", 1, why, sizeof why),
	    "found strip \"\"; allowed: master, " THERE);
	refused(config_move_strip("{}", "bus/a", 1, why, sizeof why),
	    "found strip \"bus/a\"; allowed: none, as there are none");
}

static void
a_strip_moves_among_its_kind(void **state)
{
	(void)state;
	in_order(config_move_strip(desk, "ch/kick", 3, why, sizeof why),
	    "channels", "voice keys kick");
	in_order(config_move_strip(desk, "ch/3", 1, why, sizeof why),
	    "channels", "keys kick voice");
	in_order(config_move_strip(desk, "ch/voice", 2, why, sizeof why),
	    "channels", "kick voice keys");
	in_order(config_move_strip(desk, "bus/verb", 1, why, sizeof why),
	    "buses", "verb drums");
	refused(config_move_strip(desk, "ch/kick", 4, why, sizeof why),
	    "found place 4; allowed: 1 to 3");
	refused(config_move_strip(desk, "ch/kick", 0, why, sizeof why),
	    "found place 0; allowed: 1 to 3");
	refused(config_move_strip(desk, "ch/kick", -1, why, sizeof why),
	    "found place -1; allowed: 1 to 3");
}

static void
slots_come_move_and_go(void **state)
{
#define A "{\"lv2\":\"urn:a\"}"
#define B "{\"jack\":{}}"
#define C "{\"lv2\":\"urn:c\"}"
#define D "{\"lv2\":\"urn:d\",\"params\":{\"a\":1}}"
	(void)state;
	slots_are(config_add_insert(desk, "ch/kick", 0, D, why, sizeof why),
	    "[" A "," B "," C "," D "]");
	slots_are(config_add_insert(desk, "ch/kick", 1, D, why, sizeof why),
	    "[" D "," A "," B "," C "]");
	slots_are(config_add_insert(desk, "ch/1", 4, D, why, sizeof why),
	    "[" A "," B "," C "," D "]");
	slots_are(config_remove_insert(desk, "ch/kick", 2, why, sizeof why),
	    "[" A "," C "]");
	slots_are(config_move_insert(desk, "ch/kick", 1, 3, why, sizeof why),
	    "[" B "," C "," A "]");
	slots_are(config_move_insert(desk, "ch/kick", 3, 2, why, sizeof why),
	    "[" A "," C "," B "]");
	assert_string_equal(
	    flat(config_add_insert("{}", "master", 0, B, why, sizeof why)),
	    "{\"master\":{\"inserts\":[" B "]}}");
}

static void
a_slot_that_is_none_is_refused(void **state)
{
	(void)state;
	refused(config_add_insert(desk, "ch/kick", 5, B, why, sizeof why),
	    "found place 5; allowed: 1 to 4");
	refused(config_add_insert(desk, "ch/kick", -1, B, why, sizeof why),
	    "found place -1; allowed: 1 to 4");
	refused(config_add_insert(desk, "ch/kick", 1, "7", why, sizeof why),
	    "found no object; allowed: { \"lv2\": URI } or { \"jack\": {} }");
	refused(config_remove_insert(desk, "ch/kick", 4, why, sizeof why),
	    "found slot 4; allowed: 1 to 3");
	refused(config_remove_insert(desk, "ch/keys", 1, why, sizeof why),
	    "found slot 1; allowed: none, as there are none");
	refused(config_move_insert(desk, "ch/kick", 1, 4, why, sizeof why),
	    "found place 4; allowed: 1 to 3");
	refused(config_move_insert(desk, "master", 1, 1, why, sizeof why),
	    "found slot 1; allowed: none, as there are none");
}

static void
all_else_stays_as_it_was(void **state)
{
	const char *wanted;
	char before[2000];

	(void)state;
	snprintf(before, sizeof before, "%s", flat(strdup(desk)));
	wanted = flat(config_move_strip(desk, "ch/voice", 2, why, sizeof why));
	assert_string_equal(wanted, before);
	assert_non_null(strstr(wanted, "\"open sesame\",\"own\":[0.001]"));
}

static void
is_laid_out(char *text, const char *wanted)
{
	assert_non_null(text);
	assert_string_equal(text, wanted);
	free(text);
}

/* A text that is one line has no layout to keep. */
static void
what_is_one_line_is_laid_out_for_people(void **state)
{
	(void)state;
	is_laid_out(
	    config_move_strip(
		"{\"version\":1,\"name\":\"\\\"Ä\\u0001/\",\"pan_law\":-4.50,"
		"\"events\":{\"file_bytes\":1000000000},\"channels\":["
		"{\"id\":\"kick\",\"from\":[[\"a:b\",\"c:d\"],[]],"
		"\"name\":\"so many words do not fit beside the others\","
		"\"inserts\":[{\"jack\":{}}]},{\"id\":\"voice\",\"sends\":{}},"
		"{\"id\":\"eighty\",\"sends\":{\"verb\":{\"level\":-12.3}},"
		"\"new\":[1,22]},"
		"{\"id\":\"eighty-1\",\"sends\":{\"verb\":{\"level\":-12.3}},"
		"\"new\":[1,22]}]}",
		"ch/1", 1, why, sizeof why),
	    "{\n"
	    "  \"version\": 1,\n"
	    "  \"name\": \"\\\"Ä\\u0001/\",\n"
	    "  \"pan_law\": -4.5,\n"
	    "  \"events\": { \"file_bytes\": 1000000000 },\n"
	    "  \"channels\": [\n"
	    "    {\n"
	    "      \"id\": \"kick\",\n"
	    "      \"from\": [[\"a:b\", \"c:d\"], []],\n"
	    "      \"name\": \"so many words do not fit beside the others\",\n"
	    "      \"inserts\": [ { \"jack\": {} } ]\n"
	    "    },\n"
	    "    { \"id\": \"voice\", \"sends\": {} },\n"
	    "    { \"id\": \"eighty\", \"sends\": { \"verb\": { \"level\": "
	    "-12.3 } }, \"new\": [1, 22] },\n"
	    "    {\n"
	    "      \"id\": \"eighty-1\",\n"
	    "      \"sends\": { \"verb\": { \"level\": -12.3 } },\n"
	    "      \"new\": [1, 22]\n"
	    "    }\n"
	    "  ]\n"
	    "}\n");
}

static void
lines_stay_as_they_were(void **state)
{
	static const char *const files[] = { "config/headroom.json",
		"config/live-band.json", "config/minimal.json" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t size;
		char *text = config_slurp(files[i], &size);

		is_laid_out(
		    config_move_strip(text, "ch/1", 1, why, sizeof why), text);
		free(text);
	}
}

#define LONG_LINE                                                              \
	"    { \"id\": \"kick\", \"name\": \"a line that is longer than ours " \
	"may be\", \"from\": [\"system:capture_1\"] }"

/* What comes new, or grows, is laid out as if there had been no layout. */
static void
what_is_new_fits_in(void **state)
{
	(void)state;
	is_laid_out(
	    config_add_strip("{\n \"channels\": [\n" LONG_LINE "\n ]\n}",
		"{\n\"channel\": {\n\"id\": \"a\",\n\"sends\": {}}, \"at\": 1}",
		why, sizeof why),
	    "{\n  \"channels\": [\n    { \"id\": \"a\", \"sends\": {} "
	    "},\n" LONG_LINE "\n  ]\n}\n");
	is_laid_out(
	    config_add_insert("{\n \"buses\": [\n  { \"id\": \"verb\", "
			      "\"inserts\": [] } ]\n}",
		"bus/verb", 0,
		"{\"lv2\": \"urn:a\", \"preset\": \"a preset with a long name, "
		"really\"}",
		why, sizeof why),
	    "{\n  \"buses\": [\n    {\n      \"id\": \"verb\",\n"
	    "      \"inserts\": [\n        { \"lv2\": \"urn:a\", "
	    "\"preset\": \"a preset with a long name, really\" }\n      ]\n    "
	    "}\n  ]\n}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_strip_comes_last_or_at_its_place),
		cmocka_unit_test(what_is_no_strip_is_refused),
		cmocka_unit_test(a_strip_goes_with_all_that_leads_to_it),
		cmocka_unit_test(the_solo_bus_is_no_bus),
		cmocka_unit_test(an_unknown_strip_is_told_with_those_there_are),
		cmocka_unit_test(a_strip_moves_among_its_kind),
		cmocka_unit_test(slots_come_move_and_go),
		cmocka_unit_test(a_slot_that_is_none_is_refused),
		cmocka_unit_test(all_else_stays_as_it_was),
		cmocka_unit_test(what_is_one_line_is_laid_out_for_people),
		cmocka_unit_test(lines_stay_as_they_were),
		cmocka_unit_test(what_is_new_fits_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
