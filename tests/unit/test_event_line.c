#include "protocol/event_line.h"

#include "mixer/event.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TIME "\"time\":\"2026-11-22T23:04:05.678Z\""

static const char *const sound[] = {
	"{" TIME ",\"event\":\"over\",\"sequence\":1,\"frame\":4294967296,"
	"\"strip\":\"ch/kick\",\"stage\":\"insert/16\",\"lane\":2,"
	"\"last_frame\":4294967396,\"samples\":17,\"peak\":2.1,"
	"\"origin\":\"ch/kick/trim\",\"sum\":\"\"}",
	"{" TIME ",\"event\":\"clip\",\"sequence\":2,\"frame\":0,"
	"\"strip\":\"master\",\"stage\":\"fader\",\"lane\":1,"
	"\"last_frame\":0,\"samples\":1,\"peak\":-0.04,"
	"\"origin\":\"bus/drums/in\","
	"\"sum\":\"ch/kick -4.1, ch/snare -9.0\"}",
	"{" TIME ",\"event\":\"invalid\",\"sequence\":3,\"frame\":5,"
	"\"strip\":\"bus/verb\",\"stage\":\"in\",\"lane\":1,"
	"\"last_frame\":5,\"samples\":64}",
	"{" TIME ",\"event\":\"xrun\",\"sequence\":4,\"frame\":5,"
	"\"xruns\":2147483647}",
	"{" TIME ",\"event\":\"jack\",\"sequence\":999999999999999,"
	"\"frame\":5,\"state\":\"freewheeling\"}",
	"{" TIME ",\"event\":\"insert\",\"sequence\":6,\"frame\":5,"
	"\"strip\":\"ch/kick\",\"slot\":16,\"state\":\"failed\","
	"\"reason\":\"it says \\\"\xc3\xa9\\\" \\u0007\"}",
	"{" TIME ",\"event\":\"zone\",\"sequence\":7,\"frame\":5,"
	"\"strip\":\"ch/kick\",\"stage\":\"insert/1\","
	"\"from\":\"nominal\",\"to\":\"hot\"}",
	"{" TIME ",\"event\":\"scene\",\"sequence\":8,\"frame\":5,"
	"\"action\":\"recalled\",\"scene\":\"Vers \xc3\xa9\"}",
	"{" TIME ",\"event\":\"state\",\"sequence\":9,\"frame\":5,"
	"\"state\":\"set-aside\",\"reason\":\"a.state.json: cut off\"}",
	"{" TIME ",\"event\":\"guard\",\"sequence\":10,\"frame\":5,"
	"\"strip\":\"master\",\"action\":\"pulled\",\"by\":2.5,"
	"\"reduction\":3}",
	"{" TIME ",\"event\":\"desk\",\"sequence\":11,\"frame\":5,"
	"\"action\":\"reload\",\"changes\":\"2 added, 1 removed\"}",
};
#define SOUND (sizeof sound / sizeof sound[0])

/* --- lines --- */

static void
a_line_of_each_kind_reads_and_writes_the_same(void **state)
{
	struct event_line line;
	char text[EVENT_LINE_LONGEST];

	(void)state;
	assert_int_equal(SOUND, EVENT_KINDS);
	for (size_t i = 0; i < SOUND; i++) {
		size_t size = strlen(sound[i]);
		assert_int_equal(event_line_read(&line, sound[i], size), 0);
		assert_int_equal(line.kind, i);
		assert_int_equal(event_line_time(&line), 1795388645678);
		assert_int_equal(
		    event_line_write(&line, text, sizeof text), (int)size);
		assert_string_equal(text, sound[i]);
		assert_int_equal(event_line_write(&line, text, size), -1);
	}
}

static void
a_line_becomes_the_event_that_it_was_written_from(void **state)
{
	struct event_line line, again;
	struct event event;
	struct schema_value value[EVENT_VALUES];
	char text[EVENT_LINE_LONGEST];

	(void)state;
	for (size_t i = 0; i < SOUND; i++) {
		assert_int_equal(
		    event_line_read(&line, sound[i], strlen(sound[i])), 0);
		event_from_line(&event, &line);
		assert_int_equal(event.sequence, event_line_sequence(&line));
		size_t count = event_values(&event, value);
		assert_int_equal(
		    event_line_set(&again, line.kind, value, count), 0);
		assert_true(event_line_write(&again, text, sizeof text) > 0);
		assert_string_equal(text, sound[i]);
	}
}

static void
keys_in_another_order_and_others_beside_them_are_taken(void **state)
{
	static const char text[] =
	    " {\"xruns\" : 3, \"new\" : [{}], \"frame\" : 1, "
	    "\"event\" : \"xrun\", \"sequence\" : 2, " TIME " }\n";
	struct event_line line;

	(void)state;
	assert_int_equal(event_line_read(&line, text, strlen(text)), 0);
	assert_int_equal(line.value[2].number, 3);
}

static void
what_is_no_event_is_refused(void **state)
{
	static const char *const bad[] = { "", "\n", "{}", "[]", "null", "7",
		"{" TIME ",\"event\":\"xrun\",\"sequence\":1,\"frame\":1}",
		"{" TIME ",\"event\":\"zoo\",\"sequence\":1,\"frame\":1,"
		"\"xruns\":1}",
		"{" TIME ",\"event\":5,\"sequence\":1,\"frame\":1,"
		"\"xruns\":1}",
		"{" TIME ",\"event\":\"xrun\",\"sequence\":0,\"frame\":1,"
		"\"xruns\":1}",
		"{" TIME ",\"event\":\"xrun\",\"sequence\":1.5,\"frame\":1,"
		"\"xruns\":1}",
		"{" TIME ",\"event\":\"xrun\",\"sequence\":1000000000000000,"
		"\"frame\":1,\"xruns\":1}",
		"{" TIME ",\"event\":\"xrun\",\"sequence\":1e999,\"frame\":1,"
		"\"xruns\":1}",
		"{" TIME ",\"event\":\"xrun\",\"sequence\":\"1\",\"frame\":1,"
		"\"xruns\":1}",
		"{" TIME ",\"event\":\"jack\",\"sequence\":1,\"frame\":1,"
		"\"state\":null}",
		"{\"time\":1,\"event\":\"xrun\",\"sequence\":1,\"frame\":1,"
		"\"xruns\":1}",
		"{\"time\":\"2026-02-31T00:00:00.000Z\",\"event\":\"xrun\","
		"\"sequence\":1,\"frame\":1,\"xruns\":1}" };
	struct event_line line;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (event_line_read(&line, bad[i], strlen(bad[i])) == 0)
			fail_msg("taken: %s", bad[i]);
}

static void
a_line_cut_anywhere_is_refused(void **state)
{
	struct event_line line;

	(void)state;
	for (size_t i = 0; i < SOUND; i++)
		for (size_t size = 0; size < strlen(sound[i]); size++)
			assert_int_equal(
			    event_line_read(&line, sound[i], size), -1);
}

static void
texts_that_are_too_long_are_refused(void **state)
{
	char text[EVENT_LINE_LONGEST + 256], name[EVENT_LINE_LONGEST];
	struct event_line line;

	(void)state;
	for (size_t size = 0; size < EVENT_LINE_LONGEST - 128; size += 7) {
		memset(name, 'x', size);
		name[size] = '\0';
		snprintf(text, sizeof text,
		    "{" TIME ",\"event\":\"jack\",\"sequence\":1,\"frame\":1,"
		    "\"state\":\"%s\"}",
		    name);
		assert_int_equal(event_line_read(&line, text, strlen(text)),
		    size < EVENT_TEXT ? 0 : -1);
	}
	memset(text, ' ', sizeof text);
	assert_int_equal(event_line_read(&line, text, sizeof text), -1);
}

static void
arguments_of_another_kind_are_refused(void **state)
{
	struct schema_value value[EVENT_VALUES] = {
		{ .type = 'h', .number = 1 }, { .type = 'h', .number = 1 },
		{ .type = 'i', .number = 1 }, { .type = 'h', .number = 1 }
	};
	struct event_line line;

	(void)state;
	assert_int_equal(event_line_set(&line, EVENT_XRUN, value, 4), 0);
	assert_int_equal(event_line_set(&line, EVENT_XRUN, value, 3), -1);
	assert_int_equal(event_line_set(&line, EVENT_JACK, value, 4), -1);
	value[1].number = NAN;
	assert_int_equal(event_line_set(&line, EVENT_XRUN, value, 4), -1);
}

static void
times_are_in_utc_with_milliseconds(void **state)
{
	static const char *const bad[] = { "", "2026-11-22", "x",
		"2026-11-22T23:04:05Z", "2026-11-22T23:04:05.67Z",
		"2026-11-22T23:04:05.678", "2026-11-22T23:04:05.678Zx",
		"2026-13-22T23:04:05.678Z", "1969-12-31T23:59:59.999Z" };
	char text[EVENT_TIME_TEXT];
	int64_t ms;

	(void)state;
	event_time_text(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	assert_int_equal(event_time_read("2026-11-22T23:04:05.678Z", &ms), 0);
	assert_int_equal(ms, 1795388645678);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(event_time_read(bad[i], &ms), -1);
}

/* --- the log --- */

static struct event
xrun(uint64_t sequence)
{
	return (struct event){ .kind = EVENT_XRUN, .sequence = sequence };
}

static void
restored_events_come_before_those_of_the_start(void **state)
{
	const struct event older[] = { xrun(70), xrun(71), xrun(74) };
	struct event_log *log = event_log_new();
	struct event event = xrun(0);

	(void)state;
	event.count = 5;
	event_log_add(log, &event);
	assert_int_equal(event.sequence, 1);
	event_log_restore(log, older, 3);
	assert_int_equal(event_log_newest(log), 75);
	assert_int_equal(event_log_at(log, 75)->count, 5);
	assert_non_null(event_log_at(log, 70));
	assert_null(event_log_at(log, 72));
	assert_null(event_log_at(log, 1));
	assert_null(event_log_at(log, 69));
	event_log_add(log, &event);
	assert_int_equal(event.sequence, 76);
	event_log_free(log);
}

static void
the_history_holds_what_was_last(void **state)
{
	struct event_log *log = event_log_new();
	struct event event = xrun(0);

	(void)state;
	for (int i = 0; i < EVENT_HISTORY + 3; i++)
		event_log_add(log, &event);
	assert_null(event_log_at(log, 3));
	assert_int_equal(event_log_at(log, 4)->sequence, 4);
	assert_true(event_log_at(log, 4)->time > 1600000000000);
	assert_null(event_log_at(log, EVENT_HISTORY + 4));
	event_log_free(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_each_kind_reads_and_writes_the_same),
		cmocka_unit_test(
		    a_line_becomes_the_event_that_it_was_written_from),
		cmocka_unit_test(
		    keys_in_another_order_and_others_beside_them_are_taken),
		cmocka_unit_test(what_is_no_event_is_refused),
		cmocka_unit_test(a_line_cut_anywhere_is_refused),
		cmocka_unit_test(texts_that_are_too_long_are_refused),
		cmocka_unit_test(arguments_of_another_kind_are_refused),
		cmocka_unit_test(times_are_in_utc_with_milliseconds),
		cmocka_unit_test(
		    restored_events_come_before_those_of_the_start),
		cmocka_unit_test(the_history_holds_what_was_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
