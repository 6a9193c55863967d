/* The demo is no part of the library that tests are linked with. */
#include "client/demo/band.c"   /* NOLINT(bugprone-suspicious-include) */
#include "client/demo/voices.c" /* NOLINT(bugprone-suspicious-include) */

#include "table.h"

#include "mixer/zones.h"

/*
 * Zones and headroom of stages, made from signals through the engine.
 */

#define RATE 48000
#define BLOCK 4800 /* a tenth of a second */

static const char desk[] =
    "{ \"version\": 1,"
    "  \"channels\": [ { \"id\": \"a\", \"inserts\": [ { \"jack\": {} } ] },"
    "    { \"id\": \"b\", \"outputs\": [\"system:playback_9\"] } ] }";

struct fixture {
	struct table table;
	double phase;
};

static void
begin(struct fixture *fixture, const char *json)
{
	*fixture = (struct fixture){ 0 };
	table_open(&fixture->table, json, RATE);
}

/* A sine of 997 Hz into port 0 (and 1), its peak in dBFS, for some seconds. */
static void
play(struct fixture *fixture, double level, double seconds)
{
	struct table *table = &fixture->table;
	double gain = level > -200 ? pow(10, level / 20) : 0;

	for (int i = 0; i < (int)lrint(seconds * 10); i++) {
		for (int k = 0; k < BLOCK; k++) {
			fixture->phase += 2 * 3.14159265358979 * 997 / RATE;
			table->in[0][k] = table->in[1][k] =
			    (float)(gain * sin(fixture->phase));
		}
		table_run(table, 0, BLOCK, 480);
	}
}

static struct zones *
zones_of(const struct fixture *fixture)
{
	return meters_zones(mixer_meters(fixture->table.mixer));
}

static enum zone
zone_now(const struct fixture *fixture, unsigned strip, unsigned stage)
{
	struct zones_reading reading;

	zones_read(zones_of(fixture), strip, stage, &reading);
	return reading.zone;
}

static double
headroom(const struct fixture *fixture, unsigned strip, unsigned stage)
{
	struct zones_reading reading;

	zones_read(zones_of(fixture), strip, stage, &reading);
	return reading.headroom;
}

/* Zone events of a strip's stage in the log. */
static unsigned
zone_events(const struct fixture *fixture, const char *strip, const char *stage)
{
	struct event_log *log = mixer_events(fixture->table.mixer);
	unsigned count = 0;

	for (uint64_t i = 1; i <= event_log_newest(log); i++) {
		const struct event *event = event_log_at(log, i);
		count += event->kind == EVENT_ZONE &&
			 strcmp(event->strip, strip) == 0 &&
			 strcmp(event->stage, stage) == 0;
	}
	return count;
}

static void
a_level_is_in_the_zone_of_its_target_within_200_ms(void **state)
{
	static const struct {
		double level;
		enum zone zone;
	} row[] = { { -70, ZONE_SILENT }, { -30, ZONE_LOW },
		{ -14, ZONE_NOMINAL }, { -9.8, ZONE_HOT }, { 0.2, ZONE_OVER } };
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct fixture fixture;
		begin(&fixture, desk);
		play(&fixture, row[i].level, 0.3);
		assert_int_equal(zone_now(&fixture, 1, 1), row[i].zone);
		table_close(&fixture.table);
	}
}

static void
clip_is_at_hardware_only(void **state)
{
	struct fixture fixture;
	(void)state;

	begin(&fixture, desk);
	play(&fixture, -6, 0.3);
	table_set(&fixture.table, "/ch/a/trim", 9);
	table_set(&fixture.table, "/ch/b/trim", 9);
	mixer_commit(fixture.table.mixer);
	play(&fixture, -6, 0.5);
	assert_int_equal(zone_now(&fixture, 0, 1), ZONE_OVER);
	assert_int_equal(zone_now(&fixture, 0, 3), ZONE_OVER);
	assert_int_equal(zone_now(&fixture, 1, 1), ZONE_OVER);
	assert_int_equal(zone_now(&fixture, 1, 2), ZONE_CLIP);
	assert_int_equal(zone_now(&fixture, 2, 0), ZONE_OVER);
	assert_int_equal(zone_now(&fixture, 2, 2), ZONE_CLIP);
	table_close(&fixture.table);
}

static void
a_run_at_the_rail_of_an_input_is_a_clip(void **state)
{
	struct fixture fixture;
	(void)state;

	begin(&fixture, desk);
	for (int i = 0; i < BLOCK; i++)
		fixture.table.in[0][i] = i / 50 % 2 ? 1.0F : -1.0F;
	for (int i = 0; i < 3; i++)
		table_run(&fixture.table, 0, BLOCK, 480);
	assert_int_equal(zone_now(&fixture, 0, 0), ZONE_CLIP);
	table_close(&fixture.table);
}

static void
a_slot_that_is_fed_too_densely_is_hot(void **state)
{
	struct fixture fixture;
	(void)state;

	begin(&fixture, desk);
	table_set(&fixture.table, "/ch/a/target/insert", -24);
	/* A square wave: peak and RMS are the same. */
	for (int i = 0; i < BLOCK; i++)
		fixture.table.in[0][i] = fixture.table.in[1][i] =
		    i / 60 % 2 ? 0.2F : -0.2F;
	for (int i = 0; i < 40; i++)
		table_run(&fixture.table, 0, BLOCK, 480);
	assert_true(headroom(&fixture, 0, 1) > 10);
	assert_int_equal(zone_now(&fixture, 0, 1), ZONE_HOT);
	assert_int_equal(zone_now(&fixture, 1, 1), ZONE_NOMINAL);
	table_close(&fixture.table);
}

static void
a_zone_falls_after_10_s_at_2_db_below_its_bound(void **state)
{
	struct fixture fixture;
	(void)state;

	begin(&fixture, desk);
	play(&fixture, -9, 1);
	assert_int_equal(zone_now(&fixture, 1, 1), ZONE_HOT);
	play(&fixture, -11, 30);
	assert_int_equal(zone_now(&fixture, 1, 1), ZONE_HOT);
	play(&fixture, -13, 12);
	assert_int_equal(zone_now(&fixture, 1, 1), ZONE_HOT);
	play(&fixture, -13, 2);
	assert_int_equal(zone_now(&fixture, 1, 1), ZONE_NOMINAL);
	assert_int_equal(zone_events(&fixture, "ch/b", "trim"), 2);
	table_close(&fixture.table);
}

static void
headroom_is_held_until_its_reset_and_rounded_down(void **state)
{
	struct fixture fixture;
	(void)state;

	begin(&fixture, desk);
	assert_true(headroom(&fixture, 1, 1) == 200);
	play(&fixture, -5.95, 0.3);
	play(&fixture, -40, 0.3);
	assert_true(fabs(headroom(&fixture, 1, 1) - 5.9) < 1e-6);
	zones_reset(zones_of(&fixture), 1);
	assert_true(headroom(&fixture, 1, 1) == 200);
	assert_int_equal(zone_now(&fixture, 1, 1), ZONE_SILENT);
	assert_true(headroom(&fixture, 0, 1) < 6);
	play(&fixture, 3, 0.3);
	assert_true(headroom(&fixture, 1, 1) < -3);
	table_close(&fixture.table);
}

static void
music_that_begins_and_ends_is_no_event(void **state)
{
	struct fixture fixture;
	(void)state;

	begin(&fixture, desk);
	play(&fixture, -14, 5);
	play(&fixture, -200, 20);
	assert_int_equal(zone_now(&fixture, 1, 1), ZONE_SILENT);
	assert_int_equal(zone_events(&fixture, "ch/b", "trim"), 0);
	table_close(&fixture.table);
}

static void
each_change_has_a_version_of_its_own(void **state)
{
	struct fixture fixture;
	struct zones_reading before, after;
	(void)state;

	begin(&fixture, desk);
	play(&fixture, -14, 1);
	zones_read(zones_of(&fixture), 1, 1, &before);
	assert_true(before.version > 0);
	assert_true(before.version <= zones_version(zones_of(&fixture)));
	play(&fixture, -14, 1);
	zones_read(zones_of(&fixture), 1, 1, &after);
	assert_true(after.version == before.version);
	play(&fixture, -13, 1);
	zones_read(zones_of(&fixture), 1, 1, &after);
	assert_true(after.version > before.version);
	table_close(&fixture.table);
}

/* Twice through the song, at the levels of the demo. */
static void
on_the_demo_band_no_stage_changes_twice_a_minute(void **state)
{
	static const char json[] =
	    "{ \"version\": 1, \"channels\": ["
	    "{ \"id\": \"kick\", \"trim\": -14 }, { \"id\": \"snare\" },"
	    "{ \"id\": \"bass\", \"trim\": 20 },"
	    "{ \"id\": \"gtr-l\", \"trim\": -10 },"
	    "{ \"id\": \"gtr-r\", \"trim\": -10 }, { \"id\": \"keys\","
	    "  \"lanes\": 2 }, { \"id\": \"voice\" } ] }";
	struct fixture fixture;
	struct band *band = malloc(sizeof *band);
	double seconds = 2 * BAND_BARS * 4 * 60.0 / TEMPO;
	(void)state;

	assert_non_null(band);
	begin(&fixture, json);
	assert_int_equal(band_init(band, RATE), 0);
	for (int i = 0; i < (int)(seconds * 10); i++) {
		band_run(band, fixture.table.in, BLOCK);
		table_run(&fixture.table, 0, BLOCK, 1200);
	}
	const struct desk *model = mixer_desk(fixture.table.mixer);
	for (unsigned s = 0; s < model->strips; s++)
		for (unsigned k = 0; k < 3; k++) {
			char strip[DESK_STRIP_TEXT];
			desk_strip_text(&model->strip[s], false, strip);
			unsigned changes = zone_events(&fixture, strip,
			    desk_stage_name(&model->strip[s], k));
			if (changes * 60 / seconds >= 2)
				fail_msg("%s %s: %u changes in %g s", strip,
				    desk_stage_name(&model->strip[s], k),
				    changes, seconds);
		}
	free(band);
	table_close(&fixture.table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_level_is_in_the_zone_of_its_target_within_200_ms),
		cmocka_unit_test(clip_is_at_hardware_only),
		cmocka_unit_test(a_run_at_the_rail_of_an_input_is_a_clip),
		cmocka_unit_test(a_slot_that_is_fed_too_densely_is_hot),
		cmocka_unit_test(
		    a_zone_falls_after_10_s_at_2_db_below_its_bound),
		cmocka_unit_test(
		    headroom_is_held_until_its_reset_and_rounded_down),
		cmocka_unit_test(music_that_begins_and_ends_is_no_event),
		cmocka_unit_test(each_change_has_a_version_of_its_own),
		cmocka_unit_test(
		    on_the_demo_band_no_stage_changes_twice_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
