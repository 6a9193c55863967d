#include "config_case.h"

#define BROKEN "tests/config/broken.txt"

static void
check_broken(const char *text, size_t size, const char *expected)
{
	config_assert_complaint(text, size, expected);
}

static void
every_broken_configuration_says_exactly_what_is_wrong(void **state)
{
	(void)state;
	assert_in_range(config_each_case(BROKEN, check_broken), 60, 1000);
}

/* Every key, with a value that is not its default. */
static const char config_full[] =
    "{ \"version\": 1, \"name\": \"club\", \"pan_law\": -4.5,"
    "  \"jack\": { \"client\": \"foh\" }, \"meters\": { \"clip_samples\": 5 },"
    "  \"osc\": { \"listen\": [\"udp://[::]:1\", \"tcp://a:2\"],"
    "    \"allow\": [{ \"network\": \"10.0.0.0/8\", \"role\": \"mix\" }] },"
    "  \"buses\": [{ \"id\": \"verb\" }, { \"id\": \"wedge\", \"lanes\": 1,"
    "    \"to\": [], \"sends\": { \"verb\": {} } }],"
    "  \"channels\": [{ \"id\": \"kick\" }, { \"id\": \"keys\","
    "    \"name\": \"Keys\", \"lanes\": 2, \"from\": [\"a:b\","
    "      [\"/c.*/\", \"d:e\"]], \"trim\": -1.5, \"polarity\": 1,"
    "    \"delay\": 2.5, \"fader\": -6, \"pan\": 0.25, \"mute\": true,"
    "    \"safe\": 1,"
    "    \"to\": [\"verb\", \"master\"], \"sends\": { \"wedge\": {"
    "      \"level\": -12, \"tap\": \"pre\", \"pan\": -1, \"mute\": 1 } },"
    "    \"outputs\": [[], \"f:g\"] }],"
    "  \"master\": { \"name\": \"Main\", \"fader\": -3, \"outputs\": [] } }";

static void
the_desk_holds_what_the_file_says(void **state)
{
	struct desk *desk = config_take(config_full);

	(void)state;
	assert_string_equal(desk->name, "club");
	assert_true(desk->pan_law == -4.5);
	assert_string_equal(desk->jack_client, "foh");
	assert_int_equal(desk->clip_samples, 5);
	assert_int_equal(desk->listens, 2);
	assert_string_equal(desk->listen[1], "tcp://a:2");
	assert_int_equal(desk->allows, 1);
	assert_string_equal(desk->allow[0].network, "10.0.0.0/8");
	assert_int_equal(desk->allow[0].role, ROLE_MIX);
	assert_false(desk->allow[0].trusted);
	assert_int_equal(desk->strips, 6);
	assert_int_equal(desk->channels, 2);
	assert_int_equal(desk->buses, 2);
	assert_string_equal(desk->strip[3].id, "wedge");
	assert_int_equal(desk->strip[3].place, 2);
	assert_string_equal(desk->strip[4].name, "Main");
	assert_true(desk->strip[4].value[PARAM_FADER] == -3);
	assert_true(desk->strip[4].has_outputs);
	assert_int_equal(desk->strip[4].outputs[0].count, 0);
	desk_free(desk);
}

static void
a_strip_holds_what_the_file_says(void **state)
{
	static const double value[STRIP_VALUES] = { -1.5, 1, 2.5, -6, 0.25, 1,
		0, 1, 0, 200, 6, 0, 0, -20 };
	struct desk *desk = config_take(config_full);
	const struct desk_strip *keys = &desk->strip[1];

	(void)state;
	assert_int_equal(keys->kind, STRIP_CHANNEL);
	assert_int_equal(keys->place, 2);
	assert_string_equal(keys->id, "keys");
	assert_string_equal(keys->name, "Keys");
	assert_int_equal(keys->lanes, 2);
	for (unsigned i = 0; i < STRIP_VALUES; i++)
		assert_true(keys->value[i] == value[i]);
	assert_int_equal(keys->from[0].count, 1);
	assert_string_equal(keys->from[0].port[0].text, "a:b");
	assert_false(keys->from[0].port[0].pattern);
	assert_int_equal(keys->from[1].count, 2);
	assert_string_equal(keys->from[1].port[0].text, "c.*");
	assert_true(keys->from[1].port[0].pattern);
	assert_string_equal(keys->from[1].port[1].text, "d:e");
	assert_true(keys->has_outputs);
	assert_int_equal(keys->outputs[0].count, 0);
	assert_string_equal(keys->outputs[1].port[0].text, "f:g");
	assert_int_equal(keys->tos, 2);
	assert_int_equal(keys->to[0], 2);
	assert_int_equal(keys->to[1], 4);
	desk_free(desk);
}

static void
a_send_holds_what_the_file_says(void **state)
{
	struct desk *desk = config_take(config_full);
	const struct desk_send *send = &desk->strip[1].send[0];

	(void)state;
	assert_int_equal(desk->strip[1].sends, 1);
	assert_int_equal(send->bus, 3);
	assert_true(send->value[SEND_VALUE(PARAM_SEND_LEVEL)] == -12);
	assert_true(send->value[SEND_VALUE(PARAM_SEND_PAN)] == -1);
	assert_true(send->value[SEND_VALUE(PARAM_SEND_MUTE)] == 1);
	assert_true(send->value[SEND_VALUE(PARAM_SEND_TAP)] == TAP_PRE);
	send = &desk->strip[3].send[0];
	assert_int_equal(send->bus, 2);
	assert_true(send->value[SEND_VALUE(PARAM_SEND_TAP)] == TAP_POST);
	desk_free(desk);
}

static void
what_is_left_out_has_its_default(void **state)
{
	struct desk *desk = config_take(config_full);
	const struct desk_strip *kick = &desk->strip[0];

	(void)state;
	assert_string_equal(kick->name, "kick");
	assert_int_equal(kick->lanes, 1);
	assert_int_equal(desk->strip[2].lanes, 2);
	for (unsigned i = 0; i < STRIP_VALUES; i++)
		assert_true(kick->value[i] == schema_param((enum param)i)->def);
	assert_int_equal(kick->from[0].count, 0);
	assert_false(kick->has_outputs);
	assert_int_equal(kick->sends, 0);
	assert_int_equal(kick->tos, 1);
	assert_int_equal(kick->to[0], 4);
	assert_int_equal(desk->strip[2].tos, 1);
	assert_int_equal(desk->strip[3].tos, 0);
	assert_int_equal(desk->strip[4].tos, 0);
	desk_free(desk);
}

/* A configuration with `count` elements of `key`, with running numbers where
 * `element` has "%u". */
static char *
many(const char *before, const char *element, unsigned count, const char *after)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fputs(before, out);
	for (unsigned i = 0; i < count; i++) {
		const char *number = strchr(element, '#');

		fprintf(out, "%s%.*s%u%s", i ? "," : "",
		    (int)(number - element), element, i, number + 1);
	}
	fputs(after, out);
	fclose(out);
	return text;
}

static void
a_desk_may_be_as_large_as_its_limits_and_no_larger(void **state)
{
	static const struct {
		const char *before, *element, *after, *complaint;
		unsigned most;
	} limit[] = {
		{ "{\"version\":1,\"channels\":[", "{\"id\":\"a#\"}", "]}",
		    "channels: found an array of 1025; allowed: an array of at "
		    "most 1024 channels\n",
		    DESK_CHANNELS },
		{ "{\"version\":1,\"buses\":[", "{\"id\":\"a#\"}", "]}",
		    "buses: found an array of 257; allowed: an array of at "
		    "most "
		    "256 buses\n",
		    DESK_BUSES },
		{ "{\"version\":1,\"osc\":{\"listen\":[", "\"udp://a:1#\"",
		    "]}}",
		    "osc.listen: found an array of 17; allowed: an array of at "
		    "most 16 addresses to listen on\n",
		    DESK_LISTENERS },
		{ "{\"version\":1,\"osc\":{\"allow\":[",
		    "{\"role\":\"mix\",\"network\":\"10.#.0.0/16\"}", "]}}",
		    "osc.allow: found an array of 65; allowed: an array of at "
		    "most 64 networks\n",
		    DESK_NETWORKS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(limit) / sizeof(limit[0]); i++) {
		char *text, expected[200];

		text = many(limit[i].before, limit[i].element, limit[i].most,
		    limit[i].after);
		config_assert_complaint(text, strlen(text), "");
		free(text);
		text = many(limit[i].before, limit[i].element,
		    limit[i].most + 1, limit[i].after);
		snprintf(expected, sizeof(expected), "desk.json:1: %s",
		    limit[i].complaint);
		config_assert_complaint(text, strlen(text), expected);
		free(text);
	}
}

static void
a_loop_of_all_buses_is_spelled_out(void **state)
{
	char text[30000] = "{\"version\":1,\"buses\":[", *found;
	size_t at = strlen(text);

	(void)state;
	for (unsigned i = 0; i < DESK_BUSES; i++)
		at += (size_t)snprintf(&text[at], sizeof(text) - at,
		    "%s{\"id\":\"%032u\",\"to\":[\"%032u\"]}", i ? "," : "", i,
		    (i + 1) % DESK_BUSES);
	for (char *c = text; (c = strstr(c, "\"0")) != NULL; c++)
		c[1] = 'b';
	snprintf(&text[at], sizeof(text) - at, "]}");
	found = config_complaints(text, strlen(text));
	assert_non_null(
	    strstr(found, "desk.json:1: buses[255].to[0]: found b000"));
	assert_non_null(
	    strstr(found, "254 -> b0000000000000000000000000000255 -> b000"));
	free(found);
}

static void
a_thousand_errors_are_told_and_the_rest_is_mentioned(void **state)
{
	char *text = many("{\"version\":1,", "\"k#\":0", 5000, "}");
	struct config_errors errors = { 0 };

	(void)state;
	assert_null(config_parse(text, strlen(text), NULL, &errors));
	assert_int_equal(errors.count, 1001);
	assert_string_equal(
	    errors.error[1000].found, "more errors than are shown");
	config_free_errors(&errors);
	free(text);
}

static void
errors_are_told_in_file_order_with_line_and_path(void **state)
{
	static const char text[] = "{\n\"version\": 1,\n"
				   "\"master\": {\n\"fader\":\n99 },\n"
				   "\"channels\":\n[ {} ],\n\"pan\n_law\": 1";
	static const char good[] =
	    "{\n\"version\": 1,\n\"master\": {\n\"fader\":\n99 },\n"
	    "\"channels\":\n[ {} ],\n\"panlaw\":\n 1 }";
	struct config_errors errors = { 0 };

	(void)state;
	assert_null(config_parse(text, strlen(text), NULL, &errors));
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.error[0].line, 9);
	config_free_errors(&errors);
	assert_null(config_parse(good, strlen(good), NULL, &errors));
	assert_int_equal(errors.count, 3);
	assert_int_equal(errors.error[0].line, 5);
	assert_string_equal(errors.error[0].path, "master.fader");
	assert_int_equal(errors.error[1].line, 7);
	assert_string_equal(errors.error[1].path, "channels[0].id");
	assert_int_equal(errors.error[2].line, 8);
	assert_string_equal(errors.error[2].path, "");
	config_free_errors(&errors);
}

static void
zero_bytes_and_bad_utf8_are_refused_wherever_they_are(void **state)
{
	static const struct {
		const char *text, *complaint;
		size_t size;
	} bad[] = {
		{ "{\"version\":1}\0",
		    "desk.json:1: found byte 0x00; "
		    "allowed: text without zero bytes\n",
		    14 },
		{ "{\n\"ver\0sion\":1}",
		    "desk.json:2: found byte 0x00; "
		    "allowed: text without zero bytes\n",
		    15 },
		{ "{\"version\":1,\"name\":\"\xff\"}",
		    "desk.json:1: found byte 0xff; allowed: UTF-8\n", 24 },
		{ "{\"version\":1,\"name\":\"\xc0\xaf\"}",
		    "desk.json:1: found byte 0xc0; allowed: UTF-8\n", 25 },
		{ "{\"version\":1,\"name\":\"\xed\xa0\x80\"}",
		    "desk.json:1: found byte 0xed; allowed: UTF-8\n", 26 },
		{ "{\"version\":1,\"name\":\"a\xe2\x82",
		    "desk.json:1: found byte 0xe2; allowed: UTF-8\n", 24 },
		{ "{\"version\":1,\v\"name\":\"a\"}",
		    "desk.json:1: found byte 0x0b; allowed: a blank, a tab or "
		    "a line end between values\n",
		    25 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		config_assert_complaint(
		    bad[i].text, bad[i].size, bad[i].complaint);
	config_assert_complaint("\xef\xbb\xbf{\"version\":1}", 16, "");
}

static void
depth_and_size_are_bounded(void **state)
{
	static const char least[] = "{\"version\":1}";
	const size_t large = (16 << 20) + 1, deep = 100000;
	char *text = malloc(large);
	char *found;

	(void)state;
	assert_non_null(text);
	memset(text, '[', deep);
	found = config_complaints(text, deep);
	assert_non_null(strstr(found, "desk.json:1: found ["));
	free(found);
	memset(text, ' ', large);
	memcpy(text, least, sizeof(least) - 1);
	config_assert_complaint(text, large - 1, "");
	config_assert_complaint(text, large,
	    "desk.json: found more than 16 MiB; "
	    "allowed: at most 16 MiB\n");
	free(text);
}

static void
a_file_that_cannot_be_read_says_why(void **state)
{
	struct config_errors errors = { 0 };
	size_t size;

	(void)state;
	assert_null(config_load("tests/config/none.json", &size, &errors));
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.error[0].line, 0);
	assert_string_equal(errors.error[0].found, "No such file or directory");
	config_free_errors(&errors);
	assert_null(config_load("tests", &size, &errors));
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.error[0].found, "Is a directory");
	config_free_errors(&errors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_broken_configuration_says_exactly_what_is_wrong),
		cmocka_unit_test(the_desk_holds_what_the_file_says),
		cmocka_unit_test(a_strip_holds_what_the_file_says),
		cmocka_unit_test(a_send_holds_what_the_file_says),
		cmocka_unit_test(what_is_left_out_has_its_default),
		cmocka_unit_test(
		    a_desk_may_be_as_large_as_its_limits_and_no_larger),
		cmocka_unit_test(a_loop_of_all_buses_is_spelled_out),
		cmocka_unit_test(
		    a_thousand_errors_are_told_and_the_rest_is_mentioned),
		cmocka_unit_test(
		    errors_are_told_in_file_order_with_line_and_path),
		cmocka_unit_test(
		    zero_bytes_and_bad_utf8_are_refused_wherever_they_are),
		cmocka_unit_test(depth_and_size_are_bounded),
		cmocka_unit_test(a_file_that_cannot_be_read_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
