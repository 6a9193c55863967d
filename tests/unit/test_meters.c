#include "table.h"

#include "mixer/meters.h"

#define RATE 48000

static const char one[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"trim\": 6,"
    " \"fader\": -20, \"to\": [\"sub\"] } ],"
    " \"buses\": [ { \"id\": \"sub\", \"lanes\": 1, \"fader\": 10 } ] }";

enum { CH_A, BUS_SUB, MASTER };
enum { IN, TRIM, FADER };

static double
db(double gain)
{
	return 20 * log10(gain);
}

static struct meters_reading
reading(struct table *table, struct meters_reader *reader, unsigned strip,
    unsigned stage)
{
	struct meters_reading lane[DESK_LANES];

	meters_read(mixer_meters(table->mixer), reader, strip, stage, lane);
	return lane[0];
}

static void
stages_read_what_the_gains_make_of_a_sine(void **state)
{
	static const uint32_t periods[] = { 32, 64, 441, 1024 };

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct table table;
		table_open(&table, one, RATE);
		for (int i = 0; i < 48000; i++)
			table.in[0][i] =
			    0.25F * (float)sin(2 * M_PI * 1000 * i / RATE);
		table_run(&table, 0, 48000, periods[k]);
		struct meters_reading in = reading(&table, NULL, CH_A, IN);
		assert_float_equal(in.peak, db(0.25), 0.001);
		assert_float_equal(in.rms, db(0.25) - 3.0103, 0.001);
		struct meters_reading trim = reading(&table, NULL, CH_A, TRIM);
		assert_float_equal(trim.peak, db(0.25) + 6, 0.001);
		assert_float_equal(trim.rms, db(0.25) + 6 - 3.0103, 0.001);
		struct meters_reading fader =
		    reading(&table, NULL, CH_A, FADER);
		assert_float_equal(fader.peak, db(0.25) - 14, 0.001);
		struct meters_reading sub =
		    reading(&table, NULL, BUS_SUB, FADER);
		assert_float_equal(sub.peak, db(0.25) - 4, 0.001);
		table_close(&table);
	}
}

static void
each_reader_has_its_own_since_last(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, one, RATE);
	struct meters *meters = mixer_meters(table.mixer);
	struct meters_reader *often = meters_reader_new(meters);
	struct meters_reader *seldom = meters_reader_new(meters);
	reading(&table, often, CH_A, IN);
	reading(&table, seldom, CH_A, IN);
	table.in[0][100] = -0.5F;
	table_run(&table, 0, 9600, 64);
	assert_float_equal(
	    reading(&table, often, CH_A, IN).peak, db(0.5), 1e-6);
	assert_float_equal(reading(&table, often, CH_A, IN).peak, -200, 0);
	table_run(&table, 9600, 60000, 64);
	assert_float_equal(reading(&table, often, CH_A, IN).peak, -200, 0);
	assert_float_equal(
	    reading(&table, seldom, CH_A, IN).peak, db(0.5), 1e-6);
	/* The last 300 ms of a newcomer have no peak in them any more. */
	assert_float_equal(reading(&table, NULL, CH_A, IN).peak, -200, 0);
	meters_reader_free(often);
	meters_reader_free(seldom);
	table_close(&table);
}

static void
no_peak_is_lost_while_control_is_late(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, one, RATE);
	struct meters *meters = mixer_meters(table.mixer);
	struct meters_reader *reader = meters_reader_new(meters);
	reading(&table, reader, CH_A, IN);
	/* A second goes by, and nobody takes windows. */
	const float *in[TABLE_PORTS];
	table.in[0][47000] = 0.7F;
	for (uint32_t at = 0; at < 48000; at += 64) {
		in[0] = table.in[0] + at;
		engine_run(mixer_engine(table.mixer), at, 64, in, table.out);
	}
	table.frame = 48000;
	table_run(&table, 48000, 49000, 64);
	assert_float_equal(
	    reading(&table, reader, CH_A, IN).peak, db(0.7), 1e-5);
	meters_reader_free(reader);
	table_close(&table);
}

static void
a_desk_that_does_not_run_reads_silence(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, one, RATE);
	struct meters_reader *reader =
	    meters_reader_new(mixer_meters(table.mixer));
	reading(&table, reader, CH_A, IN);
	table.in[0][100] = 0.5F;
	table_run(&table, 0, 9600, 64);
	mixer_tick(table.mixer, false);
	assert_float_equal(reading(&table, NULL, CH_A, IN).peak, -200, 0);
	assert_float_equal(reading(&table, NULL, CH_A, IN).rms, -200, 0);
	/* What happened before is not forgotten by who has not seen it. */
	assert_float_equal(
	    reading(&table, reader, CH_A, IN).peak, db(0.5), 1e-6);
	meters_reader_free(reader);
	table_close(&table);
}

static const struct event *
only_event(struct table *table, enum event_kind kind)
{
	struct event_log *log = mixer_events(table->mixer);
	const struct event *found = NULL;

	for (uint64_t i = 1; i <= event_log_newest(log); i++) {
		const struct event *event = event_log_at(log, i);
		if (event->kind != kind)
			continue;
		assert_null(found);
		found = event;
	}
	return found;
}

static void
an_over_names_frames_samples_and_peak(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, one, RATE);
	/* 0.6 is over after 6 dB of trim, and nowhere else. */
	table.in[0][1000] = 0.6F;
	table.in[0][1700] = -0.7F;
	table.in[0][1701] = 0.4F;
	table_run(&table, 0, 9600, 64);
	const struct event *event = only_event(&table, EVENT_OVER);
	assert_non_null(event);
	assert_string_equal(event->strip, "ch/a");
	assert_string_equal(event->stage, "trim");
	assert_string_equal(event->origin, "ch/a/trim");
	assert_int_equal(event->lane, 1);
	assert_int_equal(event->frame, 1000);
	assert_int_equal(event->last, 1700);
	assert_int_equal(event->count, 2);
	assert_float_equal(event->peak, db(0.7) + 6, 0.001);
	table_close(&table);
}

static void
an_over_downstream_names_where_it_began(void **state)
{
	struct table table;
	bool seen = false;

	(void)state;
	table_open(&table, one, RATE);
	table_set(&table, "/ch/a/fader", 0);
	mixer_commit(table.mixer);
	table.in[0][3000] = 0.9F;
	table_run(&table, 0, 9600, 64);
	struct event_log *log = mixer_events(table.mixer);
	for (uint64_t i = 1; i <= event_log_newest(log); i++) {
		const struct event *event = event_log_at(log, i);
		if (event->kind == EVENT_ZONE)
			continue;
		assert_string_equal(event->origin, "ch/a/trim");
		seen |= strcmp(event->strip, "bus/sub") == 0 &&
			strcmp(event->stage, "in") == 0;
	}
	assert_true(seen);
	table_close(&table);
}

static void
a_run_at_the_rail_is_a_clip_also_across_blocks(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, one, RATE);
	table_set(&table, "/ch/a/trim", -20);
	mixer_commit(table.mixer);
	/* Two at the rail are loud, three in a row are a clip; these three lie
	 * across a period and the next three across a window. */
	table.in[0][100] = table.in[0][101] = 1;
	table.in[0][1022] = table.in[0][1023] = table.in[0][1024] = -1;
	for (int i = 1438; i < 1442; i++)
		table.in[0][i] = 32767.0F / 32768.0F;
	table_run(&table, 0, 9600, 64);
	const struct event *event = only_event(&table, EVENT_CLIP);
	assert_non_null(event);
	assert_string_equal(event->stage, "in");
	assert_int_equal(event->frame, 1022);
	assert_int_equal(event->last, 1441);
	assert_int_equal(event->count, 7);
	table_close(&table);
}

static void
a_clip_begins_where_its_run_began_in_the_window_before(void **state)
{
	struct table table;

	(void)state;
	table_open(&table, one, RATE);
	table_set(&table, "/ch/a/trim", -20);
	mixer_commit(table.mixer);
	for (int i = 959; i < 963; i++)
		table.in[0][i] = 1;
	table_run(&table, 0, 9600, 64);
	const struct event *event = only_event(&table, EVENT_CLIP);
	assert_non_null(event);
	assert_int_equal(event->frame, 959);
	assert_int_equal(event->last, 962);
	assert_int_equal(event->count, 4);
	table_close(&table);
}

/* The only over of a desk whose one channel gets 0.9 is at the fader of
 * `strip`, and of this kind. */
static void
over_at_fader(const char *json, const char *strip, enum event_kind kind)
{
	enum event_kind other = kind == EVENT_CLIP ? EVENT_OVER : EVENT_CLIP;
	struct table table;

	table_open(&table, json, RATE);
	table.in[0][100] = 0.9F;
	table_run(&table, 0, 9600, 64);
	const struct event *event = only_event(&table, kind);
	assert_non_null(event);
	assert_string_equal(event->strip, strip);
	assert_string_equal(event->stage, "fader");
	assert_null(only_event(&table, other));
	table_close(&table);
}

static void
an_over_at_an_output_is_a_clip(void **state)
{
	(void)state;
	over_at_fader("{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
		      " \"pan\": -1 } ], \"master\": { \"fader\": 10,"
		      " \"outputs\": [\"system:playback_1\","
		      " \"system:playback_2\"] } }",
	    "master", EVENT_CLIP);
	over_at_fader("{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
		      " \"fader\": 10, \"to\": [],"
		      " \"outputs\": [\"system:playback_1\"] } ] }",
	    "ch/a", EVENT_CLIP);
}

static void
what_leaves_the_master_clips_also_where_no_outputs_are_named(void **state)
{
	(void)state;
	over_at_fader("{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
		      " \"pan\": -1 } ], \"master\": { \"fader\": 10 } }",
	    "master", EVENT_CLIP);
}

static void
an_over_at_a_fader_that_feeds_no_hardware_is_no_clip(void **state)
{
	(void)state;
	over_at_fader("{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
		      " \"fader\": 10, \"to\": [] } ] }",
	    "ch/a", EVENT_OVER);
}

static void
a_long_over_is_told_every_second_and_each_sample_once(void **state)
{
	struct table table;
	unsigned samples = 0, overs = 0;

	(void)state;
	table_open(&table, one, RATE);
	table_set(&table, "/ch/a/fader", -40);
	mixer_commit(table.mixer);
	for (int i = 0; i < 60000; i++)
		table.in[0][i] = 0.6F;
	table_run(&table, 0, TABLE_FRAMES, 64);
	struct event_log *log = mixer_events(table.mixer);
	for (uint64_t i = 1; i <= event_log_newest(log); i++) {
		samples += event_log_at(log, i)->count;
		overs += event_log_at(log, i)->kind == EVENT_OVER;
	}
	assert_int_equal(overs, 2);
	assert_int_equal(samples, 60000);
	table_close(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_read_what_the_gains_make_of_a_sine),
		cmocka_unit_test(each_reader_has_its_own_since_last),
		cmocka_unit_test(no_peak_is_lost_while_control_is_late),
		cmocka_unit_test(a_desk_that_does_not_run_reads_silence),
		cmocka_unit_test(an_over_names_frames_samples_and_peak),
		cmocka_unit_test(an_over_downstream_names_where_it_began),
		cmocka_unit_test(
		    a_run_at_the_rail_is_a_clip_also_across_blocks),
		cmocka_unit_test(
		    a_clip_begins_where_its_run_began_in_the_window_before),
		cmocka_unit_test(an_over_at_an_output_is_a_clip),
		cmocka_unit_test(
		    what_leaves_the_master_clips_also_where_no_outputs_are_named),
		cmocka_unit_test(
		    an_over_at_a_fader_that_feeds_no_hardware_is_no_clip),
		cmocka_unit_test(
		    a_long_over_is_told_every_second_and_each_sample_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
