#include "protocol/schema.h"

#include "protocol/level.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct accept_case {
	enum param param;
	enum schema_verdict verdict;
	struct schema_value in;
	double number;   /* wanted, where it is taken */
	const char *why; /* wanted, "" for SCHEMA_OK */
};

#define NUMBER(t, n)                       \
	{                                  \
		.type = (t), .number = (n) \
	}
#define TEXT(t, s)                       \
	{                                \
		.type = (t), .text = (s) \
	}

static const struct accept_case floats[] = {
	{ PARAM_FADER, SCHEMA_OK, NUMBER('f', -6), -6, "" },
	{ PARAM_FADER, SCHEMA_OK, NUMBER('i', -6), -6, "" },
	{ PARAM_FADER, SCHEMA_OK, NUMBER('d', -6.25), -6.25, "" },
	{ PARAM_FADER, SCHEMA_OK, NUMBER('h', -6), -6, "" },
	{ PARAM_FADER, SCHEMA_OK, NUMBER('f', 10), 10, "" },
	{ PARAM_FADER, SCHEMA_OK, NUMBER('f', -200), -200, "" },
	{ PARAM_FADER, SCHEMA_CLAMPED, NUMBER('f', 20), 10,
	    "found 20 dB; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_CLAMPED, NUMBER('d', -1e300), -200,
	    "found -1e+300 dB; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_CLAMPED, NUMBER('h', 123456789), 10,
	    "found 1.2345679e+08 dB; allowed -200 to 10 dB" },
	{ PARAM_TRIM, SCHEMA_CLAMPED, NUMBER('f', 40.5), 40,
	    "found 40.5 dB; allowed -40 to 40 dB" },
	{ PARAM_DELAY, SCHEMA_CLAMPED, NUMBER('f', -1), 0,
	    "found -1 ms; allowed 0 to 500 ms" },
	{ PARAM_PAN, SCHEMA_CLAMPED, NUMBER('i', 2), 1,
	    "found 2; allowed -1 to 1" },
	{ PARAM_SEND_LEVEL, SCHEMA_CLAMPED, NUMBER('f', 11), 10,
	    "found 11 dB; allowed -200 to 10 dB" },
	{ PARAM_FADER_POSITION, SCHEMA_CLAMPED, NUMBER('f', 1.5), 1,
	    "found 1.5; allowed 0 to 1" },
	{ PARAM_FADER, SCHEMA_NOT_FINITE, NUMBER('f', NAN), 0,
	    "found NaN; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_NOT_FINITE, NUMBER('f', INFINITY), 0,
	    "found infinity; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_NOT_FINITE, NUMBER('d', -INFINITY), 0,
	    "found -infinity; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, TEXT('s', "loud"), 0,
	    "found \"loud\"; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, TEXT('S', "-6"), 0,
	    "found \"-6\"; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('T', 1), 0,
	    "found true; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('F', 0), 0,
	    "found false; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('N', 0), 0,
	    "found nothing (N); allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('I', 0), 0,
	    "found an impulse (I); allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('b', 0), 0,
	    "found a blob; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('t', 0), 0,
	    "found a time tag; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('m', 0), 0,
	    "found a MIDI message; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('c', 0), 0,
	    "found a character; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('r', 0), 0,
	    "found a colour; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, NUMBER('q', 0), 0,
	    "found type 'q'; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE, TEXT('s', "a\nb\x80"), 0,
	    "found \"a?b?\"; allowed -200 to 10 dB" },
	{ PARAM_FADER, SCHEMA_TYPE,
	    TEXT('s', "0123456789012345678901234567890123456789abc"), 0,
	    "found \"0123456789012345678901234567890123456789\"...; "
	    "allowed -200 to 10 dB" },
};

static const struct accept_case ints[] = {
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('i', 1), 1, "" },
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('h', 0), 0, "" },
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('T', 1), 1, "" },
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('F', 0), 0, "" },
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('f', 1), 1, "" },
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('f', 0.6), 1, "" },
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('d', 0.4), 0, "" },
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('f', 1.4), 1, "" },
	{ PARAM_MUTE, SCHEMA_OK, NUMBER('f', -0.4), 0, "" },
	{ PARAM_POLARITY, SCHEMA_CLAMPED, NUMBER('i', 7), 1,
	    "found 7; allowed 0 or 1" },
	{ PARAM_SOLO, SCHEMA_CLAMPED, NUMBER('f', -0.6), 0,
	    "found -0.6; allowed 0 or 1" },
	{ PARAM_SEND_MUTE, SCHEMA_NOT_FINITE, NUMBER('f', NAN), 0,
	    "found NaN; allowed 0 or 1" },
	{ PARAM_MUTE, SCHEMA_TYPE, TEXT('s', "on"), 0,
	    "found \"on\"; allowed 0 or 1" },
	{ PARAM_MUTE, SCHEMA_TYPE, NUMBER('N', 0), 0,
	    "found nothing (N); allowed 0 or 1" },
	{ PARAM_MUTE, SCHEMA_TYPE, NUMBER('\0', 0), 0, NULL },
};

static const struct accept_case choices[] = {
	{ PARAM_SEND_TAP, SCHEMA_OK, TEXT('s', "pre"), TAP_PRE, "" },
	{ PARAM_SEND_TAP, SCHEMA_OK, TEXT('S', "post"), TAP_POST, "" },
	{ PARAM_SEND_TAP, SCHEMA_OK, NUMBER('i', 0), TAP_PRE, "" },
	{ PARAM_SEND_TAP, SCHEMA_OK, NUMBER('f', 1), TAP_POST, "" },
	{ PARAM_SEND_TAP, SCHEMA_CHOICE_UNKNOWN, NUMBER('f', 0.5), 0,
	    "found 0.5; allowed pre or post" },
	{ PARAM_SEND_TAP, SCHEMA_CHOICE_UNKNOWN, NUMBER('i', 2), 0,
	    "found 2; allowed pre or post" },
	{ PARAM_SEND_TAP, SCHEMA_CHOICE_UNKNOWN, NUMBER('i', -1), 0,
	    "found -1; allowed pre or post" },
	{ PARAM_SEND_TAP, SCHEMA_CHOICE_UNKNOWN, TEXT('s', "Post"), 0,
	    "found \"Post\"; allowed pre or post" },
	{ PARAM_SEND_TAP, SCHEMA_CHOICE_UNKNOWN, TEXT('s', ""), 0,
	    "found \"\"; allowed pre or post" },
	{ PARAM_SEND_TAP, SCHEMA_NOT_FINITE, NUMBER('d', NAN), 0,
	    "found NaN; allowed pre or post" },
	{ PARAM_SEND_TAP, SCHEMA_TYPE, NUMBER('T', 1), 0,
	    "found true; allowed pre or post" },
	{ PARAM_SEND_TAP, SCHEMA_TYPE, NUMBER('b', 0), 0,
	    "found a blob; allowed pre or post" },
};

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define CONTROL                                                            \
	"found a control character at byte 2; allowed UTF-8 text without " \
	"control characters"
#define NO_UTF8                                                         \
	"found no UTF-8 at byte 2; allowed UTF-8 text without control " \
	"characters"

static const struct accept_case texts[] = {
	{ PARAM_NAME, SCHEMA_OK, TEXT('s', "Kick in"), 0, "" },
	{ PARAM_NAME, SCHEMA_OK, TEXT('S', ""), 0, "" },
	{ PARAM_NAME, SCHEMA_OK, TEXT('s', A64), 0, "" },
	{ PARAM_NAME, SCHEMA_OK,
	    TEXT('s', "\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa5\x81"), 0, "" },
	{ PARAM_NAME, SCHEMA_OK,
	    TEXT('s', "\xf4\x8f\xbf\xbf\xed\x9f\xbf\xc2\xa0"), 0, "" },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', A64 "a"), 0,
	    "found text of 65 bytes; allowed text of at most 64 bytes" },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\tb"), 0, CONTROL },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\x7f"), 0, CONTROL },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xc2\x9b"), 0, CONTROL },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xff"), 0, NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\x80"), 0, NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xc3"), 0, NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xe2\x82"), 0, NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xc0\x80"), 0, NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xe0\x80\xaf"), 0, NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xed\xa0\x80"), 0, NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xf4\x90\x80\x80"), 0,
	    NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xf8\x88\x80\x80\x80"), 0,
	    NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TEXT_BAD, TEXT('s', "a\xfc\x80\x80\x80"), 0,
	    NO_UTF8 },
	{ PARAM_NAME, SCHEMA_TYPE, NUMBER('i', 20), 0,
	    "found 20; allowed text of at most 64 bytes" },
	{ PARAM_NAME, SCHEMA_TYPE, NUMBER('f', NAN), 0,
	    "found NaN; allowed text of at most 64 bytes" },
	{ PARAM_NAME, SCHEMA_TYPE, NUMBER('T', 1), 0,
	    "found true; allowed text of at most 64 bytes" },
	{ PARAM_NAME, SCHEMA_TYPE, NUMBER('c', 0), 0,
	    "found a character; allowed text of at most 64 bytes" },
};

static const struct accept_case read_only[] = {
	{ PARAM_METER, SCHEMA_READ_ONLY, NUMBER('f', 1), 0,
	    "/meter/<s>/<stage> can only be read" },
	{ PARAM_STATUS_XRUNS, SCHEMA_READ_ONLY, NUMBER('i', 0), 0,
	    "/status/xruns can only be read" },
	{ PARAM_STATUS_JACK, SCHEMA_READ_ONLY, TEXT('s', "running"), 0,
	    "/status/jack can only be read" },
	{ PARAM_RENEW, SCHEMA_READ_ONLY, NUMBER('i', 0), 0,
	    "/renew is a command, which has no value" },
};

/* 'f', 'i' or 's': what a parameter is kept as. */
static char
type_of(enum param param)
{
	enum schema_type type = schema_param(param)->type;

	return type == SCHEMA_FLOAT ? 'f' : type == SCHEMA_INT ? 'i' : 's';
}

static void
check(const struct accept_case *row)
{
	struct schema_value out = { .type = '?', .number = 99 };
	char why[160];
	enum schema_verdict verdict = schema_accept(
	    schema_param(row->param), &row->in, &out, why, sizeof why);

	if (row->why != NULL)
		assert_string_equal(why, row->why);
	assert_int_equal(verdict, row->verdict);
	if (verdict != SCHEMA_OK && verdict != SCHEMA_CLAMPED) {
		assert_int_equal(out.type, '?');
		assert_true(out.number == 99);
		return;
	}
	assert_int_equal(out.type, type_of(row->param));
	assert_true(out.number == row->number &&
		    !signbit(out.number) == !signbit(row->number));
	if (schema_param(row->param)->type == SCHEMA_TEXT)
		assert_ptr_equal(out.text, row->in.text);
}

#define CHECK_ALL(rows)                                             \
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows)[0]; i++) \
	check(&(rows)[i])

static void
a_level_takes_every_number_and_nothing_else(void **state)
{
	(void)state;
	CHECK_ALL(floats);
}

static void
a_switch_rounds_and_takes_true_and_false(void **state)
{
	(void)state;
	CHECK_ALL(ints);
}

static void
a_choice_takes_its_name_or_exact_index(void **state)
{
	(void)state;
	CHECK_ALL(choices);
}

static void
a_name_takes_short_clean_utf8_only(void **state)
{
	(void)state;
	CHECK_ALL(texts);
}

static void
what_is_read_only_takes_nothing(void **state)
{
	(void)state;
	CHECK_ALL(read_only);
}

static void
a_short_why_is_cut_not_overrun(void **state)
{
	const struct schema_value loud = NUMBER('f', 20);
	struct schema_value out;
	char why[] = "0123456789";

	(void)state;
	schema_accept(schema_param(PARAM_FADER), &loud, &out, why, 6);
	assert_memory_equal(why,
	    "found\0"
	    "6789",
	    10);
	schema_accept(schema_param(PARAM_FADER), &loud, &out, NULL, 0);
	assert_true(out.number == 10);
}

static void
a_value_can_be_converted_in_place(void **state)
{
	struct schema_value value = NUMBER('d', 20);
	char why[64];

	(void)state;
	assert_int_equal(schema_accept(schema_param(PARAM_FADER), &value,
			     &value, why, sizeof why),
	    SCHEMA_CLAMPED);
	assert_string_equal(why, "found 20 dB; allowed -200 to 10 dB");
	assert_true(value.type == 'f' && value.number == 10);
}

static void
verdicts_have_their_stable_codes(void **state)
{
	(void)state;
	assert_string_equal(schema_code(SCHEMA_OK), "");
	assert_string_equal(schema_code(SCHEMA_CLAMPED), "");
	assert_string_equal(schema_code(SCHEMA_TYPE), "wrong-type");
	assert_string_equal(schema_code(SCHEMA_NOT_FINITE), "not-finite");
	assert_string_equal(schema_code(SCHEMA_CHOICE_UNKNOWN), "bad-value");
	assert_string_equal(schema_code(SCHEMA_TEXT_BAD), "bad-value");
	assert_string_equal(schema_code(SCHEMA_READ_ONLY), "read-only");
}

static void
what_is_allowed_is_said_in_words(void **state)
{
	static const struct {
		enum param param;
		const char *text;
	} rows[] = {
		{ PARAM_FADER, "-200 to 10 dB" },
		{ PARAM_TRIM, "-40 to 40 dB" },
		{ PARAM_DELAY, "0 to 500 ms" },
		{ PARAM_PAN, "-1 to 1" },
		{ PARAM_MUTE, "0 or 1" },
		{ PARAM_SEND_TAP, "pre or post" },
		{ PARAM_NAME, "text of at most 64 bytes" },
		{ PARAM_STATUS_SAMPLE_RATE, "at least 0 Hz" },
		{ PARAM_STATUS_XRUNS, "at least 0" },
		{ PARAM_STATUS_JACK, "waiting, running or freewheeling" },
		{ PARAM_METER, "at least -200 dBFS" },
		{ PARAM_LIST, "a command, which has no value" },
	};
	char text[80], cut[4];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct schema_param *param = schema_param(rows[i].param);

		assert_int_equal(schema_allowed(param, text, sizeof text),
		    strlen(rows[i].text));
		assert_string_equal(text, rows[i].text);
		assert_int_equal(schema_allowed(param, cut, sizeof cut),
		    strlen(rows[i].text));
		assert_memory_equal(cut, rows[i].text, 3);
		assert_int_equal(cut[3], 0);
	}
}

static void
the_table_is_indexed_by_its_ids_and_its_addresses_are_unique(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PARAMS; i++) {
		const struct schema_param *param = schema_param((enum param)i);

		assert_int_equal(param->id, i);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(param->address,
			    schema_param((enum param)j)->address);
		assert_ptr_equal(schema_find(param->scope, param->tail), param);
	}
	assert_null(schema_find(SCOPE_STRIP, "fade"));
	assert_null(schema_find(SCOPE_STRIP, "tap"));
	assert_null(schema_find(SCOPE_DESK, ""));
}

static void
each_address_is_its_scope_and_tail(void **state)
{
	static const char *const scopes[] = { [SCOPE_STRIP] = "/<s>/",
		[SCOPE_SEND] = "/<s>/send/<bus>/",
		[SCOPE_INSERT] = "/<s>/insert/<n>/",
		[SCOPE_INSERT_PARAM] = "/<s>/insert/<n>/param/",
		[SCOPE_DCA] = "/dca/<id>/",
		[SCOPE_MUTE_GROUP] = "/mutegroup/<id>",
		[SCOPE_METER] = "/meter/<s>/<stage>",
		[SCOPE_HEADROOM] = "/headroom/<s>/",
		[SCOPE_LOUDNESS] = "/loudness/<s>",
		[SCOPE_STATUS_INSERT] = "/status/insert/<s>/<n>/",
		[SCOPE_STATUS] = "/status/",
		[SCOPE_DESK] = "/" };

	(void)state;
	for (unsigned i = 0; i < PARAMS; i++) {
		const struct schema_param *param = schema_param((enum param)i);
		char address[64];

		bool monitor = param->kinds == KIND_BIT(STRIP_MONITOR);
		snprintf(address, sizeof address, "%s%s%s%s",
		    monitor ? "/monitor/" : scopes[param->scope],
		    i == PARAM_LOUDNESS_RESET || i == PARAM_MUTE_GROUP_NAME
			? "/"
			: "",
		    i == PARAM_HEADROOM ? "<stage>" : param->tail,
		    i == PARAM_STATUS_DROPS ? "/<reason>" : "");
		assert_string_equal(param->address, address);
	}
}

static void
each_row_is_sound(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PARAMS; i++) {
		const struct schema_param *param = schema_param((enum param)i);
		size_t help = strlen(param->help), count = 0;

		assert_true(help > 10 && param->help[help - 1] == '.');
		assert_true(param->min <= param->max);
		assert_true(param->def >= param->min);
		assert_true(param->def <= param->max);
		assert_true(param->writable || !param->in_config);
		assert_true(
		    (param->kinds != 0) == (param->scope < SCOPE_STATUS));
		assert_true(
		    (param->choices != NULL) == (param->type == SCHEMA_CHOICE));
		while (param->choices != NULL && param->choices[count] != NULL)
			count++;
		if (param->choices != NULL)
			assert_true(param->max == (double)count - 1);
		/* The row that stands for what plugins bring is open. */
		if (param->writable)
			assert_int_equal(isfinite(param->max),
			    param->scope != SCOPE_INSERT_PARAM);
	}
}

static void
values_of_strips_and_sends_lie_without_gaps(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STRIP_VALUES; i++)
		assert_int_equal(
		    schema_param((enum param)i)->scope, SCOPE_STRIP);
	for (unsigned i = PARAM_SEND_LEVEL; i < SEND_END; i++)
		assert_int_equal(
		    schema_param((enum param)i)->scope, SCOPE_SEND);
	assert_int_equal(SEND_VALUE(PARAM_SEND_LEVEL), 0);
	assert_int_equal(SEND_VALUE(PARAM_SEND_TAP), SEND_VALUES - 1);
}

static void
the_master_has_no_pan_solo_and_sends(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PARAM_STATUS_SAMPLE_RATE; i++) {
		const struct schema_param *param = schema_param((enum param)i);
		bool mixed = i == PARAM_PAN || i == PARAM_SOLO ||
			     param->scope == SCOPE_SEND;

		if (i == PARAM_TARGET_LOUDNESS) {
			assert_int_equal(param->kinds, KIND_BIT(STRIP_MASTER));
			continue;
		}
		if (param->kinds == KIND_BIT(STRIP_MONITOR) ||
		    schema_scope_group(param->scope) != GROUP_KINDS)
			continue;
		/* Only what is summed up has a loudness, and a guard. */
		bool guard = (i >= PARAM_GUARD && i <= PARAM_GUARD_MOST) ||
			     i == PARAM_GUARD_REDUCTION;
		assert_int_equal(!(param->kinds & KIND_BIT(STRIP_CHANNEL)),
		    param->scope == SCOPE_LOUDNESS || guard);
		assert_true(param->kinds & KIND_BIT(STRIP_BUS));
		assert_int_equal(
		    !(param->kinds & KIND_BIT(STRIP_MASTER)), mixed);
	}
	assert_string_equal(schema_kind_name(STRIP_CHANNEL), "ch");
	assert_string_equal(schema_kind_name(STRIP_BUS), "bus");
	assert_string_equal(schema_kind_name(STRIP_MASTER), "master");
	assert_string_equal(schema_kind_name(STRIP_MONITOR), "monitor");
}

static void
fader_and_position_have_the_same_default(void **state)
{
	(void)state;
	assert_true(level_position(schema_param(PARAM_FADER)->def) ==
		    schema_param(PARAM_FADER_POSITION)->def);
	assert_true(schema_param(PARAM_FADER)->min == LEVEL_SILENCE);
	assert_true(schema_param(PARAM_SEND_LEVEL)->min == LEVEL_SILENCE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_level_takes_every_number_and_nothing_else),
		cmocka_unit_test(a_switch_rounds_and_takes_true_and_false),
		cmocka_unit_test(a_choice_takes_its_name_or_exact_index),
		cmocka_unit_test(a_name_takes_short_clean_utf8_only),
		cmocka_unit_test(what_is_read_only_takes_nothing),
		cmocka_unit_test(a_short_why_is_cut_not_overrun),
		cmocka_unit_test(a_value_can_be_converted_in_place),
		cmocka_unit_test(verdicts_have_their_stable_codes),
		cmocka_unit_test(what_is_allowed_is_said_in_words),
		cmocka_unit_test(
		    the_table_is_indexed_by_its_ids_and_its_addresses_are_unique),
		cmocka_unit_test(each_address_is_its_scope_and_tail),
		cmocka_unit_test(each_row_is_sound),
		cmocka_unit_test(values_of_strips_and_sends_lie_without_gaps),
		cmocka_unit_test(the_master_has_no_pan_solo_and_sends),
		cmocka_unit_test(fader_and_position_have_the_same_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
