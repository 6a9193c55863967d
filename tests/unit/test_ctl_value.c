/* The client is no part of the library that the tests link. */
#include "client/ctl/value.c" // NOLINT(bugprone-suspicious-include)

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
the_parameter_of_an_address_is_found(void **state)
{
	static const struct {
		const char *address;
		enum param param;
	} row[] = {
		{ "/ch/kick/fader", PARAM_FADER },
		{ "/ch/1/fader", PARAM_FADER },
		{ "/ch/*/mute", PARAM_MUTE },
		{ "/ch/fader/mute", PARAM_MUTE },
		{ "/bus/verb/fader/position", PARAM_FADER_POSITION },
		{ "/master/fader", PARAM_FADER },
		{ "/master/fader/position", PARAM_FADER_POSITION },
		{ "/ch/kick/send/verb/level", PARAM_SEND_LEVEL },
		{ "/ch/kick/send/*/tap", PARAM_SEND_TAP },
		{ "/ch/send/send/send/mute", PARAM_SEND_MUTE },
		{ "/ch/kick/insert/1/bypass", PARAM_INSERT_BYPASS },
		{ "/ch/*/insert/*/state", PARAM_INSERT_STATE },
		{ "/ch/insert/insert/2/name", PARAM_INSERT_NAME },
		{ "/master/insert/16/param/thr", PARAM_INSERT_PARAM },
		{ "/bus/1/insert/2/param/bypass", PARAM_INSERT_PARAM },
		{ "/monitor/level", PARAM_LEVEL },
		{ "/monitor/source", PARAM_SOURCE },
		{ "/dca/drums/fader", PARAM_DCA_FADER },
		{ "/dca/*/fader/position", PARAM_DCA_POSITION },
		{ "/dca/1/name", PARAM_DCA_NAME },
		{ "/mutegroup/band", PARAM_MUTE_GROUP },
		{ "/mutegroup/pan", PARAM_MUTE_GROUP },
		{ "/mutegroup/band/name", PARAM_MUTE_GROUP_NAME },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_ptr_equal(
		    value_param(row[i].address), schema_param(row[i].param));
}

static void
an_address_of_nothing_has_no_parameter(void **state)
{
	static const char *const address[] = { "", "/", "//", "fader", "/fader",
		"/ch/kick", "/ch/kick/", "/ch/kick/nope", "/ch/kick/send",
		"/ch/kick/send/", "/ch/kick/send/verb", "/ch/kick/insert/1",
		"/ch/kick/insert/1/param", "/ch/kick/insert/1/param/",
		"/ch/kick/insert/1/param/a/b", "/ch/kick/send/verb/nope",
		"/ch/kick/*", "/subscribe", "/dca/drums", "/dca/drums/trim",
		"/mutegroup/band/fader" };
	(void)state;

	for (size_t i = 0; i < sizeof(address) / sizeof(address[0]); i++)
		assert_null(value_param(address[i]));
}

static void
what_is_typed_becomes_what_the_parameter_wants(void **state)
{
	static const struct {
		const char *address, *typed;
		char type;
		double number;
	} row[] = {
		{ "/ch/1/fader", "-6", 'f', -6 },
		{ "/ch/1/fader", "-6.5dB", 'f', -6.5 },
		{ "/ch/1/fader", "-6 db", 'f', -6 },
		{ "/ch/1/fader", "-inf", 'f', -200 },
		{ "/ch/1/fader", "off", 'f', -200 },
		{ "/ch/1/fader", "-6ms", 's', 0 },
		{ "/ch/1/fader", "loud", 's', 0 },
		{ "/ch/1/fader", "", 's', 0 },
		{ "/ch/1/trim", "off", 's', 0 },
		{ "/ch/1/delay", "3.5 ms", 'f', 3.5 },
		{ "/ch/1/mute", "1", 'i', 1 },
		{ "/ch/1/mute", "on", 'i', 1 },
		{ "/ch/1/mute", "Off", 'i', 0 },
		{ "/ch/1/mute", "0.5", 'f', 0.5 },
		{ "/ch/1/mute", "1e30", 'f', 1e30 },
		{ "/ch/1/mute", "maybe", 's', 0 },
		{ "/ch/1/name", "12", 's', 0 },
		{ "/ch/1/send/verb/tap", "pre", 's', 0 },
		{ "/ch/1/insert/1/bypass", "on", 'i', 1 },
		{ "/ch/1/insert/1/param/thr", "-6", 'f', -6 },
		{ "/ch/1/insert/1/param/mode", "peak", 's', 0 },
		{ "/ch/1/nope", "2", 'i', 2 },
		{ "/ch/1/nope", "2.5", 'f', 2.5 },
		{ "/ch/1/nope", "two", 's', 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct schema_value value;
		value_parse(value_param(row[i].address), row[i].typed, &value);
		assert_int_equal(value.type, row[i].type);
		if (value.type == 's')
			assert_string_equal(value.text, row[i].typed);
		else
			assert_true(value.number == row[i].number);
	}
}

static void
a_float_is_written_as_its_shortest_decimal(void **state)
{
	static const char *const text[] = { "0", "-6", "-12.3", "0.1", "-200",
		"16777216", "0.33333334" };
	(void)state;

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		struct schema_value value = { .type = 'f',
			.number = (double)strtof(text[i], NULL) };
		char written[VALUE_LONGEST];
		value_text(&value, written, sizeof(written));
		if (strcmp(text[i], "16777216") == 0)
			assert_true(strtof(written, NULL) == 16777216.0F);
		else
			assert_string_equal(written, text[i]);
		assert_true(value_number(&value) == strtod(written, NULL));
	}
}

static void
every_float_is_read_back_as_itself(void **state)
{
	uint32_t random = 12345;
	(void)state;

	for (int i = 0; i < 20000; i++) {
		random = random * 1664525U + 1013904223U;
		float number = (float)((int32_t)random) / (float)(1 << 23);
		struct schema_value value = { .type = 'f', .number = number };
		char written[VALUE_LONGEST];
		value_text(&value, written, sizeof(written));
		assert_true(strtof(written, NULL) == number);
	}
}

static void
text_is_written_without_control_characters(void **state)
{
	struct schema_value value = { .type = 's',
		.text = "K\x1b[31m\nick\x7f Größe" };
	char written[VALUE_LONGEST];
	(void)state;

	value_text(&value, written, sizeof(written));
	assert_string_equal(written, "K?[31m?ick? Größe");
}

static void
values_are_equal_when_a_float_cannot_tell_them_apart(void **state)
{
	struct schema_value a = { .type = 'f', .number = -12.3 };
	struct schema_value b = { .type = 'f', .number = (double)-12.3F };
	struct schema_value c = { .type = 'f', .number = -12.31 };
	struct schema_value s = { .type = 's', .text = "pre" };
	struct schema_value t = { .type = 's', .text = "post" };
	(void)state;

	assert_true(value_equal(&a, &b));
	assert_false(value_equal(&a, &c));
	assert_false(value_equal(&a, &s));
	assert_true(value_equal(&s, &s));
	assert_false(value_equal(&s, &t));
}

static void
a_number_may_carry_its_unit_or_one_of_its_kind(void **state)
{
	static const struct {
		const char *unit, *typed;
		double number;
	} row[] = { { "dB", "-6dB", -6 }, { "dB", "-6 db", -6 }, { "", "3", 3 },
		{ "ms", "12ms", 12 }, { "ms", "0.5 s", 500 },
		{ "s", "20ms", 0.02 }, { "Hz", "2kHz", 2000 },
		{ "Hz", "440", 440 } };
	static const char *const wrong[][2] = { { "dB", "12ms" },
		{ "ms", "loud" }, { "Hz", "3 dB" }, { "", "1 dB" },
		{ "dB", "inf" }, { "dB", "" } };
	double number = 0;
	(void)state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_true(value_in_unit(row[i].unit, row[i].typed, &number));
		assert_true(fabs(number - row[i].number) < 1e-9);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(value_in_unit(wrong[i][0], wrong[i][1], &number));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parameter_of_an_address_is_found),
		cmocka_unit_test(an_address_of_nothing_has_no_parameter),
		cmocka_unit_test(
		    what_is_typed_becomes_what_the_parameter_wants),
		cmocka_unit_test(a_float_is_written_as_its_shortest_decimal),
		cmocka_unit_test(every_float_is_read_back_as_itself),
		cmocka_unit_test(text_is_written_without_control_characters),
		cmocka_unit_test(
		    values_are_equal_when_a_float_cannot_tell_them_apart),
		cmocka_unit_test(
		    a_number_may_carry_its_unit_or_one_of_its_kind),
	};

	return cmocka_run_group_tests_name("ctl value", tests, NULL, NULL);
}
