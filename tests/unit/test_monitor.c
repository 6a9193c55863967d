#include "table.h"

#include "fake_host.h"
#include "mixer/event.h"
#include "mixer/meters.h"
#include "mixer/next_desk.h"
#include "mixer/scene.h"
#include "mixer/state.h"

#include <stdio.h>

/*
 * What the monitor plays, compared with sums in double precision.
 */

/* Channel a is mono and panned, b is stereo; sub is a bus of b. */
static const char json[] =
    "{ \"version\": 1, \"channels\": [\n"
    "{ \"id\": \"a\", \"trim\": 2, \"fader\": -4, \"pan\": -0.5 },\n"
    "{ \"id\": \"b\", \"lanes\": 2, \"fader\": -9, \"pan\": 0.25,"
    " \"to\": [\"sub\"] } ],\n"
    "\"buses\": [ { \"id\": \"sub\", \"fader\": -3 } ],\n"
    "\"master\": { \"fader\": -5 } }";
enum { IN_A, IN_L, IN_R };
enum {
	OUT_A,
	OUT_B_L,
	OUT_B_R,
	OUT_SUB_L,
	OUT_SUB_R,
	OUT_MASTER_L,
	OUT_MASTER_R,
	OUT_L,
	OUT_R
};

#define FRAMES 9600
#define SETTLED 4800 /* frames in which every ramp has landed */

static void
begin(struct table *table, const char *desk)
{
	table_open(table, desk, 48000);
	for (unsigned i = IN_A; i <= IN_R; i++)
		table_noise(table->in[i], i + 1);
}

static void
play(struct table *table)
{
	mixer_commit(table->mixer);
	table_run(table, 0, FRAMES, 64);
}

static double
gain(double db)
{
	return pow(10, db / 20);
}

/* What the test wants of a side: so much of each input. */
struct mix {
	double a, l, r;
};

static void
assert_side(const struct table *table, unsigned out, struct mix mix)
{
	for (unsigned i = SETTLED; i < FRAMES; i++)
		assert_float_equal(table->out[out][i],
		    mix.a * (double)table->in[IN_A][i] +
			mix.l * (double)table->in[IN_L][i] +
			mix.r * (double)table->in[IN_R][i],
		    1e-6);
}

static void
assert_monitor(const struct table *table, struct mix left, struct mix right)
{
	assert_side(table, OUT_L, left);
	assert_side(table, OUT_R, right);
}

/* As the master has it. */
#define A_L (gain(2 - 4) * cos(M_PI / 2 * 0.25))
#define A_R (gain(2 - 4) * sin(M_PI / 2 * 0.25))
#define B_L (0.75 * gain(-9))
#define B_R gain(-9)
#define MASTER_L ((struct mix){ gain(-5) * A_L, gain(-5 - 3) * B_L, 0 })
#define MASTER_R ((struct mix){ gain(-5) * A_R, 0, gain(-5 - 3) * B_R })

static struct mix
by(double factor, struct mix mix)
{
	return (struct mix){ factor * mix.a, factor * mix.l, factor * mix.r };
}

static struct mix
half_sum(struct mix one, struct mix other)
{
	return (struct mix){ (one.a + other.a) / 2, (one.l + other.l) / 2,
		(one.r + other.r) / 2 };
}

static void
assert_master(const struct table *table)
{
	assert_side(table, OUT_MASTER_L, MASTER_L);
	assert_side(table, OUT_MASTER_R, MASTER_R);
}

static void
it_plays_the_master_with_level_dim_mono_and_mute(void **state)
{
	struct table table;

	(void)state;
	begin(&table, json);
	play(&table);
	assert_monitor(&table, MASTER_L, MASTER_R);
	table_set(&table, "/monitor/level", -7);
	play(&table);
	assert_monitor(&table, by(gain(-7), MASTER_L), by(gain(-7), MASTER_R));
	table_set(&table, "/monitor/dim", 1);
	play(&table);
	assert_monitor(
	    &table, by(gain(-27), MASTER_L), by(gain(-27), MASTER_R));
	table_set(&table, "/monitor/dim_level", -12);
	table_set(&table, "/monitor/mono", 1);
	play(&table);
	struct mix both = by(gain(-19), half_sum(MASTER_L, MASTER_R));
	assert_monitor(&table, both, both);
	table_set(&table, "/monitor/mute", 1);
	play(&table);
	assert_monitor(&table, (struct mix){ 0 }, (struct mix){ 0 });
	assert_master(&table);
	table_close(&table);
}

static void
it_plays_a_bus_from_behind_its_fader(void **state)
{
	struct mix left = { .l = gain(-3) * B_L },
		   right = { .r = gain(-3) * B_R };
	struct table table;

	(void)state;
	begin(&table, json);
	table_set_text(&table, "/monitor/source", "bus/sub");
	play(&table);
	assert_monitor(&table, left, right);
	assert_string_equal(table_text(&table, "/monitor/source"), "bus/sub");
	table_set_text(&table, "/monitor/source", "master");
	table_set_text(&table, "/monitor/source", "sub");
	assert_string_equal(table_text(&table, "/monitor/source"), "bus/sub");
	table_set_text(&table, "/monitor/source", "solo");
	play(&table);
	assert_monitor(&table, (struct mix){ 0 }, (struct mix){ 0 });
	assert_master(&table);
	table_close(&table);
}

static void
pfl_is_before_fader_mute_and_pan(void **state)
{
	struct mix a = { .a = gain(2) };
	struct table table;

	(void)state;
	begin(&table, json);
	table_set_text(&table, "/monitor/solo_mode", "pfl");
	table_set(&table, "/ch/a/solo", 1);
	play(&table);
	assert_monitor(&table, a, a);
	assert_master(&table);
	table_set(&table, "/ch/b/solo", 1);
	table_set(&table, "/ch/b/mute", 1);
	play(&table);
	assert_monitor(&table, (struct mix){ gain(2), 1, 0 },
	    (struct mix){ gain(2), 0, 1 });
	table_set(&table, "/ch/b/mute", 0);
	table_set(&table, "/ch/a/solo", 0);
	table_set(&table, "/ch/b/solo", 0);
	table_set(&table, "/bus/sub/solo", 1);
	play(&table);
	assert_monitor(
	    &table, (struct mix){ .l = B_L }, (struct mix){ .r = B_R });
	table_set(&table, "/bus/sub/solo", 0);
	play(&table);
	assert_monitor(&table, MASTER_L, MASTER_R);
	table_close(&table);
}

static void
afl_is_behind_fader_and_pan(void **state)
{
	struct mix left = { .a = A_L }, right = { .a = A_R };
	struct table table;

	(void)state;
	begin(&table, json);
	table_set_text(&table, "/monitor/solo_mode", "afl");
	table_set(&table, "/ch/a/solo", 1);
	play(&table);
	assert_monitor(&table, left, right);
	table_set(&table, "/ch/b/solo", 1);
	table_set(&table, "/monitor/mono", 1);
	play(&table);
	struct mix both =
	    half_sum((struct mix){ A_L, B_L, 0 }, (struct mix){ A_R, 0, B_R });
	assert_monitor(&table, both, both);
	assert_master(&table);
	table_set(&table, "/ch/a/mute", 1);
	table_set(&table, "/ch/b/solo", 0);
	play(&table);
	assert_monitor(&table, (struct mix){ 0 }, (struct mix){ 0 });
	table_close(&table);
}

static void
in_place_it_follows_its_source(void **state)
{
	struct table table;

	(void)state;
	begin(&table, json);
	table_set(&table, "/ch/a/solo", 1);
	play(&table);
	struct mix left = { .a = gain(-5) * A_L },
		   right = { .a = gain(-5) * A_R };
	assert_side(&table, OUT_MASTER_L, left);
	assert_side(&table, OUT_MASTER_R, right);
	assert_monitor(&table, left, right);
	/* The solo bus has what is soloed as afl has it. */
	left.a = A_L;
	right.a = A_R;
	table_set_text(&table, "/monitor/source", "solo");
	play(&table);
	assert_monitor(&table, left, right);
	/* From one mode to the other the master gets all of the mix back. */
	table_set_text(&table, "/monitor/solo_mode", "pfl");
	play(&table);
	assert_master(&table);
	table_close(&table);
}

static void
a_mono_monitor_hears_both_lanes(void **state)
{
	static const char mono[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\" },\n"
	    "{ \"id\": \"b\", \"lanes\": 2 } ], \"monitor\": { \"lanes\": 1,\n"
	    "\"mono\": 1, \"solo_mode\": \"pfl\", \"source\": \"solo\" } }";
	struct table table;

	(void)state;
	begin(&table, mono);
	table_set(&table, "/ch/a/solo", 1);
	table_set(&table, "/ch/b/solo", 1);
	play(&table);
	/* a, b, b, master, master, monitor */
	assert_side(&table, 5, (struct mix){ 1, 0.5, 0.5 });
	table_close(&table);
}

/* No sample of a switch is further from its neighbours than the tone's own. */
static void
solos_do_not_click(void **state)
{
	static const char *const modes[] = { "pfl", "afl", "place" };
	struct table table;

	(void)state;
	begin(&table, json);
	for (unsigned i = IN_A; i <= IN_R; i++)
		for (int k = 0; k < TABLE_FRAMES; k++)
			table.in[i][k] =
			    (float)(0.5 * sin(2 * M_PI * 100 * k / 48000));
	uint32_t at = 0;
	for (int i = 0; i < 6; i++) {
		table_set_text(&table, "/monitor/solo_mode", modes[i % 3]);
		table_set(&table, "/ch/a/solo", i % 2);
		table_set_text(
		    &table, "/monitor/source", i < 3 ? "master" : "sub");
		mixer_commit(table.mixer);
		table_run(&table, at, at + 4800, 64);
		at += 4800;
	}
	double most = 0;
	const float *out = table.out[OUT_L];
	for (uint32_t i = 2; i < at; i++)
		most = fmax(most, fabs((double)out[i] - 2 * (double)out[i - 1] +
				       (double)out[i - 2]));
	assert_true(most < 4e-4);
	table_close(&table);
}

/* --- in time --- */

static void
what_is_soloed_arrives_together(void **state)
{
	static const char late[] =
	    "{ \"version\": 1, \"channels\": [\n"
	    "{ \"id\": \"a\", \"inserts\": [ { \"lv2\": \"" FAKE_LATE "\" } ] "
	    "},\n"
	    "{ \"id\": \"b\", \"lanes\": 2 } ],\n"
	    "\"monitor\": { \"solo_mode\": \"pfl\" } }";
	struct fake_host host = { 0 };
	struct table table;

	(void)state;
	fake_host_init(&host);
	table_open_with(&table, late, 48000, &host.host);
	double *param = mixer_desk(table.mixer)->strip[0].insert[0].param;
	param[0] = 1;
	param[1] = 100;
	mixer_tick(table.mixer, true);
	fake_host_deliver(&host);
	for (unsigned i = IN_A; i <= IN_R; i++)
		table_noise(table.in[i], i + 1);
	/* b alone does not wait for anybody. */
	table_set(&table, "/ch/b/solo", 1);
	mixer_commit(table.mixer);
	table_run(&table, 0, 24000, 64);
	const float *out = table.out[7 - 2];
	for (unsigned i = 12000; i < 24000; i++)
		assert_float_equal(out[i], table.in[IN_L][i], 1e-6);
	table_set(&table, "/ch/a/solo", 1);
	mixer_commit(table.mixer);
	table_run(&table, 24000, 48000, 64);
	for (unsigned i = 36000; i < 48000; i++)
		assert_float_equal(out[i],
		    table.in[IN_A][i - 100] + table.in[IN_L][i - 100], 1e-6);
	table_close(&table);
	fake_host_deliver(&host);
}

/* In place the monitor stays with its source, as late as that is. */
static void
a_source_does_not_wait_for_solos_in_place(void **state)
{
	static const char late[] =
	    "{ \"version\": 1, \"channels\": [\n"
	    "{ \"id\": \"a\", \"inserts\": [ { \"lv2\": \"" FAKE_LATE "\" } ] "
	    "},\n"
	    "{ \"id\": \"b\", \"lanes\": 2, \"to\": [\"sub\"] } ],\n"
	    "\"buses\": [ { \"id\": \"sub\" } ],\n"
	    "\"monitor\": { \"source\": \"sub\" } }";
	struct fake_host host = { 0 };
	struct table table;

	(void)state;
	fake_host_init(&host);
	table_open_with(&table, late, 48000, &host.host);
	double *param = mixer_desk(table.mixer)->strip[0].insert[0].param;
	param[0] = 1;
	param[1] = 100;
	mixer_tick(table.mixer, true);
	fake_host_deliver(&host);
	for (unsigned i = IN_A; i <= IN_R; i++)
		table_noise(table.in[i], i + 1);
	table_set(&table, "/ch/a/solo", 1);
	table_set(&table, "/bus/sub/solo", 1);
	mixer_commit(table.mixer);
	table_run(&table, 0, 24000, 64);
	/* a, b, b, sub, sub, master, master, monitor, monitor */
	for (unsigned i = 12000; i < 24000; i++)
		assert_float_equal(table.out[7][i], table.in[IN_L][i], 1e-6);
	table_close(&table);
	fake_host_deliver(&host);
}

/* --- values --- */

static void
its_targets_are_the_masters(void **state)
{
	static const char targets[] =
	    "{ \"version\": 1, \"master\": { \"target\": { \"high\": -9 } } }";
	struct table table;

	(void)state;
	begin(&table, targets);
	const struct desk *desk = mixer_desk(table.mixer);
	const double *target = desk->strip[desk_monitor(desk)].target;
	assert_true(target[TARGET_VALUE(PARAM_TARGET_HIGH)] == -9);
	table_set(&table, "/master/target/high", -35);
	assert_true(target[TARGET_VALUE(PARAM_TARGET_HIGH)] == -35);
	assert_true(target[TARGET_VALUE(PARAM_TARGET_LOW)] == -35);
	table_close(&table);
}

static void
a_wrong_source_says_what_is_allowed(void **state)
{
	static const char *const wrong[] = { "ch/a", "drums", "bus/9", "",
		"monitor" };
	struct table table;
	char why[200];

	(void)state;
	begin(&table, json);
	table_set_text(&table, "/monitor/source", "bus/1");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct schema_value value = { .type = 's', .text = wrong[i] };
		struct address address = table_find(&table, "/monitor/source");
		assert_int_equal(mixer_set(table.mixer, &address, &value, NULL,
				     why, sizeof why),
		    SCHEMA_CHOICE_UNKNOWN);
		assert_non_null(strstr(why, "master, solo or a bus"));
		assert_string_equal(
		    table_text(&table, "/monitor/source"), "bus/sub");
	}
	table_close(&table);
}

static void
note_soloed(void *arg, const struct address *address, const void *origin)
{
	unsigned *told = arg;

	(void)origin;
	*told += address->param->id == PARAM_SOLOED;
}

static void
a_lamp_tells_that_something_is_soloed(void **state)
{
	struct table table;
	unsigned told = 0;

	(void)state;
	begin(&table, json);
	mixer_listen(table.mixer, note_soloed, &told);
	assert_true(table_number(&table, "/monitor/soloed") == 0);
	table_set(&table, "/ch/a/solo", 1);
	assert_int_equal(told, 1);
	table_set(&table, "/ch/b/solo", 1);
	table_set(&table, "/ch/a/solo", 0);
	assert_int_equal(told, 1);
	assert_true(table_number(&table, "/monitor/soloed") == 1);
	table_set(&table, "/ch/b/solo", 0);
	assert_int_equal(told, 2);
	assert_true(table_number(&table, "/monitor/soloed") == 0);
	table_close(&table);
}

static void
its_loudness_is_measured(void **state)
{
	struct loudness_reading monitor, master;
	struct table table;

	(void)state;
	begin(&table, json);
	table_set(&table, "/monitor/level", -6);
	mixer_commit(table.mixer);
	table_run(&table, 0, TABLE_FRAMES, 64);
	const struct desk *desk = mixer_desk(table.mixer);
	struct meters *meters = mixer_meters(table.mixer);
	meters_read_loudness(meters, desk_monitor(desk), &monitor);
	meters_read_loudness(meters, desk_master(desk), &master);
	assert_true(master.momentary > -30);
	assert_float_equal(monitor.momentary, master.momentary - 6, 0.01);
	table_close(&table);
}

/* The state of a desk, in one that was started anew. */
static void
it_outlives_a_restart_but_is_in_no_scene(void **state)
{
	struct scene_scope all = { 0 };
	struct state_count count;
	struct scene scene;
	struct table table;
	char why[200];

	(void)state;
	begin(&table, json);
	table_set_text(&table, "/monitor/source", "bus/sub");
	table_set_text(&table, "/monitor/solo_mode", "afl");
	table_set(&table, "/monitor/level", -11);
	char *text = state_print(mixer_state(table.mixer));
	assert_non_null(text);
	assert_int_equal(scene_capture(&scene, table.mixer, &all), 0);
	for (size_t i = 0; i < scene.values; i++)
		assert_int_not_equal(scene.value[i].address.strip,
		    desk_monitor(mixer_desk(table.mixer)));
	scene_free(&scene);
	table_close(&table);
	begin(&table, json);
	assert_int_equal(state_read(mixer_state(table.mixer), text,
			     strlen(text), &count, why, sizeof why),
	    STATE_TAKEN);
	assert_int_equal(count.taken, 3);
	assert_string_equal(table_text(&table, "/monitor/source"), "bus/sub");
	assert_string_equal(table_text(&table, "/monitor/solo_mode"), "afl");
	assert_true(table_number(&table, "/monitor/level") == -11);
	free(text);
	table_close(&table);
}

/* As a reload does it. */
static void
replace(struct table *table, const char *desk)
{
	struct config_errors errors = { 0 };
	struct desk *next = config_parse(desk, strlen(desk), NULL, &errors);

	assert_non_null(next);
	config_free_errors(&errors);
	table_run(table, 0, FRAMES, 64);
	mixer_replace_begin(table->mixer, next);
	table_run(table, 0, FRAMES, 64);
	assert_int_equal(mixer_replace_prepare(table->mixer, next, NULL), 0);
	mixer_replace(table->mixer);
	table_run(table, 0, FRAMES, 64);
}

static void
its_source_outlives_a_reload_unless_it_goes(void **state)
{
	static const char other_place[] =
	    "{ \"version\": 1, \"buses\": [ { \"id\": \"new\" },"
	    " { \"id\": \"sub\" } ] }";
	static const char gone[] = "{ \"version\": 1,"
				   " \"buses\": [ { \"id\": \"new\" } ] }";
	static const char configured[] =
	    "{ \"version\": 1, \"buses\": [ { \"id\": \"new\" } ],"
	    " \"monitor\": { \"source\": \"new\" } }";
	struct table table;

	(void)state;
	begin(&table, json);
	table_set_text(&table, "/monitor/source", "sub");
	table_set(&table, "/monitor/level", -3);
	replace(&table, other_place);
	assert_string_equal(table_text(&table, "/monitor/source"), "bus/sub");
	assert_int_equal(mixer_desk(table.mixer)->source, 1);
	replace(&table, gone);
	assert_string_equal(table_text(&table, "/monitor/source"), "master");
	assert_true(table_number(&table, "/monitor/level") == -3);
	/* The bus is back, and so is what was set. */
	replace(&table, gone);
	replace(&table, other_place);
	assert_string_equal(table_text(&table, "/monitor/source"), "bus/sub");
	/* What is set meanwhile counts, if only what it is. */
	replace(&table, gone);
	table_set_text(&table, "/monitor/source", "master");
	replace(&table, other_place);
	assert_string_equal(table_text(&table, "/monitor/source"), "master");
	replace(&table, configured);
	assert_string_equal(table_text(&table, "/monitor/source"), "bus/new");
	table_close(&table);
}

/* An over is told where it came from, and as a clip where it leaves. */
static void
events_tell_of_its_outputs_alone(void **state)
{
	static const char loud[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ],\n"
	    "\"monitor\": { \"level\": 6%s } }";

	(void)state;
	for (int outputs = 0; outputs < 2; outputs++) {
		char text[200];
		struct table table;
		unsigned clips = 0, others = 0;
		snprintf(text, sizeof text, loud,
		    outputs ? ", \"outputs\": [\"a:b\", \"c:d\"]" : "");
		begin(&table, text);
		for (int i = 0; i < 4800; i++)
			table.in[IN_A][i] = 0.8F;
		for (int i = 4800; i < 19200; i++)
			table.in[IN_A][i] = 0;
		table_run(&table, 0, 19200, 64);
		struct event_log *log = mixer_events(table.mixer);
		for (uint64_t i = 1; i <= event_log_newest(log); i++) {
			const struct event *event = event_log_at(log, i);
			bool here = strcmp(event->strip, "monitor") == 0;
			clips += here && event->kind == EVENT_CLIP &&
				 strcmp(event->stage, "fader") == 0;
			others += here && strcmp(event->stage, "fader") != 0;
		}
		assert_int_equal(clips, outputs ? 2 : 0);
		assert_int_equal(others, 0);
		table_close(&table);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    it_plays_the_master_with_level_dim_mono_and_mute),
		cmocka_unit_test(it_plays_a_bus_from_behind_its_fader),
		cmocka_unit_test(pfl_is_before_fader_mute_and_pan),
		cmocka_unit_test(afl_is_behind_fader_and_pan),
		cmocka_unit_test(in_place_it_follows_its_source),
		cmocka_unit_test(a_mono_monitor_hears_both_lanes),
		cmocka_unit_test(solos_do_not_click),
		cmocka_unit_test(what_is_soloed_arrives_together),
		cmocka_unit_test(a_source_does_not_wait_for_solos_in_place),
		cmocka_unit_test(its_targets_are_the_masters),
		cmocka_unit_test(a_wrong_source_says_what_is_allowed),
		cmocka_unit_test(a_lamp_tells_that_something_is_soloed),
		cmocka_unit_test(its_loudness_is_measured),
		cmocka_unit_test(it_outlives_a_restart_but_is_in_no_scene),
		cmocka_unit_test(its_source_outlives_a_reload_unless_it_goes),
		cmocka_unit_test(events_tell_of_its_outputs_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
