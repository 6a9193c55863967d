#include "tests/unit/osc_bench.h"

#include "tests/unit/fake_plugins.h"

#include <cjson/cJSON.h>

static const char slots_text[] =
    "{ \"version\": 1,"
    "  \"channels\": ["
    "    { \"id\": \"kick\", \"lanes\": 2, \"inserts\": ["
    "      { \"lv2\": \"urn:fake:comp\", \"params\": { \"thr\": -30 } },"
    "      { \"jack\": {}, \"bypass\": true },"
    "      { \"lv2\": \"urn:fake:none\", \"required\": false } ] },"
    "    { \"id\": \"snare\", \"inserts\": ["
    "      { \"lv2\": \"urn:fake:gain\" } ] } ],"
    "  \"master\": { \"inserts\": [ { \"lv2\": \"urn:fake:comp\" } ] } }";

static int
start_slots(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	bench_start_desk(b, slots_text, fake_plugins());
	*state = b;
	return 0;
}

#define WITH_SLOTS(test) \
	cmocka_unit_test_setup_teardown(test, start_slots, bench_stop)

/* --- get and set --- */

static void
a_slot_tells_its_name_state_bypass_and_parameters(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/ch/kick/insert/1/name", ""),
	    "/ch/kick/insert/1/name s Compressor\n");
	assert_string_equal(ask(b, 0, "/ch/1/insert/2/name", ""),
	    "/ch/1/insert/2/name s jack\n");
	assert_string_equal(ask(b, 0, "/ch/1/insert/3/name", ""),
	    "/ch/1/insert/3/name s urn:fake:none\n");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/*/state", ""),
	    "/ch/kick/insert/1/state s loading\n"
	    "/ch/kick/insert/2/state s unconnected\n"
	    "/ch/kick/insert/3/state s failed\n");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/2/bypass", ""),
	    "/ch/kick/insert/2/bypass i 1\n");
	assert_string_equal(ask(b, 0, "/status/insert/ch/*/1/mean", ""),
	    "/status/insert/ch/kick/1/mean f 0\n"
	    "/status/insert/ch/snare/1/mean f 0\n");
	assert_string_equal(ask(b, 0, "/status/insert/master/1/worst", ""),
	    "/status/insert/master/1/worst f 0\n");
	assert_string_equal(ask(b, 0, "/ch/1/insert/1/param/thr", ""),
	    "/ch/1/insert/1/param/thr f -30\n");
	assert_string_equal(ask(b, 0, "/master/insert/1/param/steps", ""),
	    "/master/insert/1/param/steps f 2\n");
}

static void
a_parameter_takes_what_its_range_holds_and_echoes_the_bound(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
	    ask(b, 0, "/ch/kick/insert/1/param/thr", "f", -12.5), "");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/1/param/thr", ""),
	    "/ch/kick/insert/1/param/thr f -12.5\n");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/1/param/thr", "f", 3.0),
	    "/ch/kick/insert/1/param/thr f 0\n");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/insert/1/param/steps", "f", 2.6), "");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/1/param/steps", ""),
	    "/ch/kick/insert/1/param/steps f 3\n");
	assert_error(ask(b, 0, "/ch/kick/insert/1/param/thr", "s", "loud"),
	    "wrong-type", "-60 to 0 dB");
	assert_error(ask(b, 0, "/ch/kick/insert/1/param/thr", "f", (double)NAN),
	    "not-finite", "NaN");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/1/param/thr", ""),
	    "/ch/kick/insert/1/param/thr f 0\n");
}

static void
a_choice_goes_by_its_label_or_the_nearest_value(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
	    ask(b, 0, "/ch/kick/insert/1/param/mode", "s", "rms"), "");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/1/param/mode", ""),
	    "/ch/kick/insert/1/param/mode f 1\n");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/1/param/mode", "f", 3.0),
	    "/ch/kick/insert/1/param/mode f 4\n");
	assert_error(ask(b, 0, "/ch/kick/insert/1/param/mode", "s", "vu"),
	    "bad-value", "peak (0), RMS (1), true peak (4)");
	/* A label beside a range. */
	assert_string_equal(
	    ask(b, 0, "/ch/kick/insert/1/param/knee", "f", 3.0), "");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/insert/1/param/knee", "s", "hard"), "");
	assert_string_equal(ask(b, 0, "/ch/kick/insert/1/param/knee", ""),
	    "/ch/kick/insert/1/param/knee f 0\n");
}

static void
patterns_go_through_slots_and_parameters(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/*/*/insert/*/bypass", "i", 1), "");
	assert_string_equal(ask(b, 0, "/{ch,bus}/*/insert/?/bypass", ""),
	    "/ch/kick/insert/1/bypass i 1\n"
	    "/ch/kick/insert/2/bypass i 1\n"
	    "/ch/kick/insert/3/bypass i 1\n"
	    "/ch/snare/insert/1/bypass i 1\n");
	assert_string_equal(ask(b, 0, "/ch/*/insert/[13]/param/{thr,gain}", ""),
	    "/ch/kick/insert/1/param/thr f -30\n"
	    "/ch/snare/insert/1/param/gain f 0\n");
	assert_string_equal(ask(b, 0, "//thr", ""),
	    "/ch/kick/insert/1/param/thr f -30\n"
	    "/master/insert/1/param/thr f -20\n");
	ask(b, 0, "/master/insert/1/param/*", "f", 1.0);
	assert_string_equal(ask(b, 0, "/master/insert/1/param/{rat,steps}", ""),
	    "/master/insert/1/param/rat f 1\n"
	    "/master/insert/1/param/steps f 1\n");
	/* One part of a pattern is one part of an address. */
	assert_string_equal(ask(b, 0, "/ch/snare/*", ""),
	    "/ch/snare/trim f 0\n/ch/snare/polarity i 0\n"
	    "/ch/snare/delay f 0\n/ch/snare/fader f 0\n/ch/snare/pan f 0\n"
	    "/ch/snare/mute i 0\n/ch/snare/solo i 0\n/ch/snare/safe i 0\n"
	    "/ch/snare/name s snare\n");
}

static void
meters_have_a_stage_for_each_slot(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/meter/ch/snare/*", ""),
	    "/meter/ch/snare/in fff -200 -200 -200\n"
	    "/meter/ch/snare/trim fff -200 -200 -200\n"
	    "/meter/ch/snare/fader fff -200 -200 -200\n");
	assert_string_equal(ask(b, 0, "/meter/ch/2/insert/1", ""),
	    "/meter/ch/2/insert/1 fff -200 -200 -200\n");
	ask(b, 0, "/meter/ch/kick/*/*", "");
	assert_int_equal(b->messages, 3);
	ask(b, 0, "/meter//insert/2", "");
	assert_int_equal(b->messages, 1);
	assert_error(ask(b, 0, "/meter/ch/snare/insert/2", ""),
	    "unknown-address",
	    "found no stage \"insert/2\" in \"snare\"; allowed in, trim, "
	    "insert/1, fader");
}

static void
what_is_not_there_is_named_with_what_is(void **state)
{
	struct bench *b = *state;

	assert_error(ask(b, 0, "/ch/snare/insert/2/bypass", ""),
	    "unknown-address", "slot \"2\" in \"snare\"; allowed 1 to 1");
	assert_error(ask(b, 0, "/ch/kick/insert/01/bypass", ""),
	    "unknown-address", "insert");
	assert_error(ask(b, 0, "/ch/kick/insert/0/bypass", "i", 1),
	    "unknown-address", "allowed 1 to 3");
	assert_error(ask(b, 0, "/ch/kick/insert/1/wet", ""), "unknown-address",
	    "found no \"wet\" in insert slot 1; allowed name, state, bypass, "
	    "param/<symbol>");
	assert_error(ask(b, 0, "/ch/kick/insert/1/param/thresh", ""),
	    "unknown-address",
	    "found no parameter \"thresh\" in \"Compressor\"; allowed thr");
	assert_error(ask(b, 0, "/ch/kick/insert/2/param/thr", ""),
	    "unknown-address", "no plugin");
	assert_error(ask(b, 0, "/ch/kick/insert/1/param/thr/x", ""),
	    "unknown-address", "insert");
	assert_error(ask(b, 0, "/ch/kick/insert/1/state", "s", "active"),
	    "read-only", "read");
}

/* --- subscriptions and events --- */

static void
others_hear_of_bypass_parameters_and_states(void **state)
{
	struct bench *b = *state;

	ask(b, 1, "/subscribe", "ss", "state", "/ch/1/insert");
	mixer_insert_state(b->mixer, 0, 0, INSERT_ACTIVE, "");
	run_for(b, 15);
	assert_string_equal(hear(b, 1), "/ch/1/insert/1/state s active\n");
	assert_string_equal(ask(b, 0, "/ch/1/insert/1/bypass", "i", 1), "");
	assert_string_equal(hear(b, 1),
	    "/ch/1/insert/1/state s bypassed\n/ch/1/insert/1/bypass i 1\n");
	ask(b, 0, "/ch/1/insert/1/param/{thr,rat}", "f", -5.0);
	assert_string_equal(hear(b, 1),
	    "/ch/1/insert/1/param/thr f -5\n/ch/1/insert/1/param/rat f 1\n");
	/* A slot that fails is failed, bypassed or not. */
	mixer_insert_state(b->mixer, 0, 0, INSERT_FAILED, "it makes NaN");
	run_for(b, 15);
	assert_string_equal(hear(b, 1), "/ch/1/insert/1/state s failed\n");
}

/* Each line without its last word, which is the time where it tells an event. */
static const char *
without_times(char *heard)
{
	char *to = heard;

	for (char *line = heard, *end; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		size_t size = (size_t)(end - line);
		if (strncmp(line, "/event/", 7) == 0)
			while (line[--size] != ' ')
				continue;
		memmove(to, line, size);
		to += size;
		*to++ = '\n';
	}
	*to = '\0';
	return heard;
}

static void
a_new_state_is_an_event_with_its_reason(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "ss", "events", "/ch/kick/insert/1");
	mixer_insert_state(b->mixer, 0, 0, INSERT_FAILED, "it makes NaN");
	mixer_insert_state(b->mixer, 0, 0, INSERT_FAILED, "");
	mixer_insert_state(b->mixer, 0, 1, INSERT_ACTIVE, "");
	run_for(b, 2);
	hear(b, 0);
	assert_string_equal(without_times(b->heard),
	    "/event/insert hhsissh 2 0 ch/kick 1 failed it makes "
	    "NaN\n");
	/* The first tells of the plugin that is not installed. */
	ask(b, 0, "/events", "h", (int64_t)0);
	assert_string_equal(without_times(b->heard),
	    "/event/insert hhsissh 1 0 ch/kick 3 failed the plugin is not "
	    "installed\n"
	    "/event/insert hhsissh 2 0 ch/kick 1 failed it makes NaN\n"
	    "/event/insert hhsissh 3 0 ch/kick 2 active \n"
	    "/events h 3\n");
}

/* --- what there is --- */

static void
list_names_the_slots(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/list", ""),
	    "/list ssisi ch/kick kick 2 in trim insert/1 insert/2 insert/3 "
	    "fader 0\n"
	    "/list ssisi ch/snare snare 1 in trim insert/1 fader 0\n"
	    "/list ssisi master master 2 in trim insert/1 fader 1\n"
	    "/list ssisi monitor monitor 2 in trim fader 0\n"
	    "/list/slot sisssi ch/kick 1 lv2 Compressor loading 2\n"
	    "/list/slot sisssi ch/kick 2 jack jack unconnected 2\n"
	    "/list/slot sisssi ch/kick 3 lv2 urn:fake:none failed 2\n"
	    "/list/slot sisssi ch/snare 1 lv2 Plain Gain loading 1\n"
	    "/list/slot sisssi master 1 lv2 Compressor loading 2\n"
	    "/list/target sff ch/kick -18 -10\n"
	    "/list/target sff ch/snare -18 -10\n"
	    "/list/target sff master -30 -6\n"
	    "/list/target sff monitor -30 -6\n"
	    "/list/end iii 4 0 0\n");
}

/* Puts the parts of the texts together; checks that they come in order. */
static char *
put_together(const char *heard, const char *head, int *texts)
{
	char *text = calloc(1, HEARD), *copy = strdup(heard), *save = NULL;
	size_t used = 0;
	int due = 1;

	*texts = 0;
	for (char *line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		int part, parts, at = 0;
		char about[200];

		if (strncmp(line, head, strlen(head)) != 0 ||
		    line[strlen(head)] != ' ')
			continue;
		assert_int_equal(
		    sscanf(line + strlen(head), " siis %199s %d %d %n", about,
			&part, &parts, &at),
		    3);
		assert_int_equal(part, due);
		due = part == parts ? 1 : part + 1;
		*texts += part == parts;
		used += (size_t)snprintf(
		    text + used, HEARD - used, "%s", line + strlen(head) + at);
	}
	assert_int_equal(due, 1);
	free(copy);
	return text;
}

static double
number_in(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	assert_true(cJSON_IsNumber(item));
	return item->valuedouble;
}

static const char *
text_in(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	assert_true(cJSON_IsString(item));
	return item->valuestring;
}

static cJSON *
describe(struct bench *b, const char *address)
{
	int texts;
	char *text = put_together(
	    ask(b, 0, "/describe", "s", address), "/describe", &texts);
	cJSON *json = cJSON_Parse(text);

	assert_int_equal(texts, 1);
	assert_non_null(json);
	assert_string_equal(text_in(json, "address"), address);
	free(text);
	return json;
}

static void
describe_tells_unit_range_default_and_value(void **state)
{
	struct bench *b = *state;
	cJSON *json = describe(b, "/ch/1/insert/1/param/freq");

	assert_string_equal(text_in(json, "type"), "float");
	assert_string_equal(text_in(json, "access"), "set");
	assert_string_equal(text_in(json, "name"), "Key filter");
	assert_string_equal(text_in(json, "unit"), "kHz");
	assert_true(number_in(json, "min") == 0.1);
	assert_true(number_in(json, "max") == 19.9);
	assert_true(number_in(json, "default") == 0.2);
	assert_true(number_in(json, "value") == 0.2);
	assert_true(cJSON_IsTrue(
	    cJSON_GetObjectItemCaseSensitive(json, "logarithmic")));
	cJSON_Delete(json);
	json = describe(b, "/ch/kick/insert/1/param/mode");
	const cJSON *choice =
	    cJSON_GetObjectItemCaseSensitive(json, "choices")->child;
	assert_string_equal(text_in(choice->next, "label"), "RMS");
	assert_true(number_in(choice->next, "value") == 1);
	cJSON_Delete(json);
	json = describe(b, "/ch/kick/fader");
	assert_true(number_in(json, "min") == -200);
	assert_string_equal(text_in(json, "unit"), "dB");
	assert_non_null(strstr(text_in(json, "help"), "Level"));
	cJSON_Delete(json);
	json = describe(b, "/ch/kick/insert/2/state");
	assert_string_equal(text_in(json, "type"), "choice");
	assert_string_equal(text_in(json, "access"), "get");
	assert_string_equal(text_in(json, "value"), "unconnected");
	cJSON_Delete(json);
	json = describe(b, "/subscribe");
	assert_string_equal(text_in(json, "access"), "call");
	cJSON_Delete(json);
	json = describe(b, "/meter/ch/kick/insert/3");
	assert_string_equal(text_in(json, "unit"), "dBFS");
	cJSON_Delete(json);
}

static void
every_address_of_the_desk_can_be_described(void **state)
{
	struct bench *b = *state;
	const char *heard = ask(b, 0, "/describe", "s", "//*");
	int texts, counted = 0;
	char *text = put_together(heard, "/describe", &texts);

	assert_true(texts > 60);
	const char *end = strstr(heard, "/describe/end si //* ");
	assert_non_null(end);
	sscanf(end, "/describe/end si //* %d", &counted);
	assert_int_equal(texts, counted);
	assert_true(b->largest <= OSC_PACKET);
	free(text);
	assert_string_equal(ask(b, 0, "/describe", "s", "/ch/x*/fader"),
	    "/describe/end si /ch/x*/fader 0\n");
	assert_error(ask(b, 0, "/describe", "s", "/ch/kik/fader"),
	    "unknown-address", "found no channel \"kik\"");
	assert_error(
	    ask(b, 0, "/describe", "s", "fader"), "bad-value", "address");
	assert_error(ask(b, 0, "/describe", ""), "wrong-type", "address");
}

static void
describe_leaves_nothing_out_of_what_can_be_set(void **state)
{
	static const char *const keys[] = { "address", "type", "access", "unit",
		"default", "value", "help" };
	struct bench *b = *state;
	const char *heard = ask(b, 0, "/describe", "s", "//*");
	int texts, settable = 0;
	char *text = put_together(heard, "/describe", &texts);

	for (const char *at = text, *end; *at != '\0'; at = end) {
		cJSON *json = cJSON_ParseWithOpts(at, &end, false);
		assert_non_null(json);
		bool set = strcmp(text_in(json, "access"), "set") == 0;
		bool number = strcmp(text_in(json, "type"), "float") == 0 ||
			      strcmp(text_in(json, "type"), "int") == 0;
		settable += set;
		for (size_t i = 0; set && i < sizeof(keys) / sizeof(keys[0]);
		     i++)
			if (!cJSON_HasObjectItem(json, keys[i]))
				fail_msg("%s has no %s",
				    text_in(json, "address"), keys[i]);
		if (set && number) {
			assert_true(cJSON_HasObjectItem(json, "min"));
			assert_true(cJSON_HasObjectItem(json, "max"));
		}
		assert_true(cJSON_HasObjectItem(json, "unit"));
		assert_true(strlen(text_in(json, "help")) > 0);
		cJSON_Delete(json);
	}
	assert_true(settable > 30);
	free(text);
}

/* --- all at once --- */

static void
a_dump_tells_names_states_and_parameters_of_slots(void **state)
{
	static const char *const told[] = { "/ch/kick/insert/1/name s Comp",
		"/ch/kick/insert/1/state s loading",
		"/ch/kick/insert/1/param/freq f 0.2",
		"/ch/kick/insert/1/param/mode f 0",
		"/ch/kick/insert/3/state s failed",
		"/ch/snare/insert/1/bypass i 0", "/master/insert/1/param/" };
	struct bench *b = *state;
	const char *heard, *end;
	int counted;

	say(b, 0, "/dump", "");
	run_for(b, 50);
	heard = hear(b, 0);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (!strstr(heard, told[i]))
			fail_msg("no %s in %s", told[i], heard);
	assert_null(strstr(heard, "/meter"));
	assert_null(strstr(heard, "/status"));
	end = strstr(heard, "/dump/end sih ");
	assert_non_null(end);
	assert_int_equal(sscanf(end, "/dump/end sih  %d", &counted), 1);
	assert_int_equal(counted, b->messages - 2);
	say(b, 0, "/dump", "s", "/ch/1/insert/1/param");
	run_for(b, 50);
	heard = hear(b, 0);
	assert_non_null(strstr(heard, "/ch/1/insert/1/param/freq f 0.2"));
	assert_null(strstr(heard, "bypass"));
}

static void
plugins_are_told_one_a_message_with_an_end(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/plugins", "s", "");
	run_for(b, 30);
	assert_string_equal(hear(b, 0),
	    "/plugins ssiii urn:fake:gain Plain Gain 1 1 1\n"
	    "/plugins ssiii urn:fake:comp Compressor 2 2 7\n"
	    "/plugins ssiii urn:fake:wide Wide 2 6 0\n"
	    "/plugins ssiii urn:fake:big Big 1 1 200\n"
	    "/plugins ssiii urn:fake:late Late Gain 1 1 2\n"
	    "/plugins ssiii urn:fake:makeup Level in dB 1 1 1\n"
	    "/plugins/end si  6\n");
	ask(b, 0, "/plugins", "s", "COMPR");
	run_for(b, 30);
	assert_string_equal(hear(b, 0),
	    "/plugins ssiii urn:fake:comp Compressor 2 2 7\n"
	    "/plugins/end si COMPR 1\n");
	assert_error(ask(b, 0, "/plugins", "i", 1), "wrong-type", "name");
	assert_string_equal(hear(b, 1), "");
}

static void
a_plugin_is_described_in_numbered_parts(void **state)
{
	struct bench *b = *state;
	int texts;
	char *text = put_together(
	    ask(b, 0, "/plugin", "s", "urn:fake:big"), "/plugin", &texts);
	cJSON *json = cJSON_Parse(text);

	assert_int_equal(texts, 1);
	assert_true(b->messages > 10);
	assert_true(b->largest <= OSC_PACKET);
	assert_non_null(json);
	const cJSON *params = cJSON_GetObjectItemCaseSensitive(json, "params");
	assert_int_equal(cJSON_GetArraySize(params), FAKE_BIG);
	const cJSON *last = cJSON_GetArrayItem(params, FAKE_BIG - 1);
	assert_string_equal(text_in(last, "symbol"), "band_200");
	assert_string_equal(text_in(last, "name"), "Gain of a bänd");
	cJSON_Delete(json);
	free(text);
	assert_non_null(strstr(ask(b, 0, "/plugin", "s", FAKE_COMP),
	    "\"presets\":[{\"uri\":\"urn:fake:comp#hard\",\"name\":\"Hard\"}"
	    "]"));
	assert_error(ask(b, 0, "/plugin", "s", "urn:fake:none"), "bad-value",
	    "found \"urn:fake:none\"");
	assert_error(ask(b, 0, "/plugin", ""), "wrong-type", "URI");
}

static void
without_a_host_there_are_no_plugins(void **state)
{
	struct bench b = { 0 };

	(void)state;
	bench_start_desk(&b, "{ \"version\": 1 }", NULL);
	ask(&b, 0, "/plugins", "");
	run_for(&b, 15);
	assert_string_equal(hear(&b, 0), "/plugins/end si  0\n");
	assert_error(ask(&b, 0, "/plugin", "s", FAKE_COMP), "bad-value",
	    "no plugin host");
	bench_end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SLOTS(a_slot_tells_its_name_state_bypass_and_parameters),
		WITH_SLOTS(
		    a_parameter_takes_what_its_range_holds_and_echoes_the_bound),
		WITH_SLOTS(a_choice_goes_by_its_label_or_the_nearest_value),
		WITH_SLOTS(patterns_go_through_slots_and_parameters),
		WITH_SLOTS(meters_have_a_stage_for_each_slot),
		WITH_SLOTS(what_is_not_there_is_named_with_what_is),
		WITH_SLOTS(others_hear_of_bypass_parameters_and_states),
		WITH_SLOTS(a_new_state_is_an_event_with_its_reason),
		WITH_SLOTS(list_names_the_slots),
		WITH_SLOTS(describe_tells_unit_range_default_and_value),
		WITH_SLOTS(every_address_of_the_desk_can_be_described),
		WITH_SLOTS(describe_leaves_nothing_out_of_what_can_be_set),
		WITH_SLOTS(a_dump_tells_names_states_and_parameters_of_slots),
		WITH_SLOTS(plugins_are_told_one_a_message_with_an_end),
		WITH_SLOTS(a_plugin_is_described_in_numbered_parts),
		cmocka_unit_test(without_a_host_there_are_no_plugins),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	fake_plugins_end();
	return failed;
}
