#include "table.h"

#include "fake_plugins.h"
#include "mixer/fade.h"
#include "mixer/scene.h"
#include "mixer/undo.h"

#include <stdio.h>

#define RATE 48000
#define TICK 0.01 /* s */

static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    "  { \"id\": \"drum-a\", \"lanes\": 2, \"sends\": { \"fx\": { \"level\": "
    "-10 } },"
    "    \"inserts\": [ { \"lv2\": \"urn:fake:comp\" } ] },"
    "  { \"id\": \"drum-b\", \"fader\": -200 },"
    "  { \"id\": \"voice\", \"sends\": { \"fx\": {} } } ],"
    " \"buses\": [ { \"id\": \"fx\" } ] }";

static const struct scene_scope everything;

struct scene_case {
	struct table table;
	struct scene scene;
	char why[256];
};

static int
set_up(void **state)
{
	struct scene_case *c = calloc(1, sizeof *c);

	assert_non_null(c);
	table_open_with(&c->table, desk, RATE, fake_plugins());
	*state = c;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene_case *c = *state;

	scene_free(&c->scene);
	table_close(&c->table);
	free(c);
	return 0;
}

static double
get(struct scene_case *c, const char *text)
{
	struct address address = table_find(&c->table, text);
	struct schema_value value;

	mixer_get(c->table.mixer, &address, &value);
	return value.number;
}

static void
set_text(struct scene_case *c, const char *text, const char *word)
{
	struct address address = table_find(&c->table, text);
	struct schema_value value = { .type = 's', .text = word };

	assert_int_equal(mixer_set(c->table.mixer, &address, &value, NULL,
			     c->why, sizeof c->why),
	    SCHEMA_OK);
}

static void
capture(struct scene_case *c)
{
	scene_free(&c->scene);
	assert_int_equal(
	    scene_capture(&c->scene, c->table.mixer, &everything), 0);
}

static struct scene_scope
scope_of(const char *first, const char *second)
{
	struct scene_scope scope = { .patterns = 0 };
	char why[256];

	assert_int_equal(scene_scope_add(&scope, first, why, sizeof why), 0);
	if (second)
		assert_int_equal(
		    scene_scope_add(&scope, second, why, sizeof why), 0);
	return scope;
}

static size_t
count(
    struct scene_case *c, const struct scene_scope *scope, enum scene_part part)
{
	size_t found = 0;

	for (size_t i = 0; i < c->scene.values; i++)
		found += scene_judge(
			     c->table.mixer, scope, &c->scene.value[i]) == part;
	return found;
}

static size_t
recall(struct scene_case *c, double seconds)
{
	return scene_recall(c->table.mixer, &c->scene, "one", seconds, 0, NULL);
}

static void
step(struct scene_case *c, double now)
{
	mixer_fade_step(c->table.mixer, now, NULL);
}

static int
read_text(struct scene_case *c, const char *text)
{
	scene_free(&c->scene);
	return scene_read(&c->scene, c->table.mixer, text, strlen(text), c->why,
	    sizeof c->why);
}

/* Everything on other values than those of the configuration. */
static void
turn_everything(struct scene_case *c)
{
	table_set(&c->table, "/ch/drum-a/fader", -12.3);
	table_set(&c->table, "/ch/drum-a/mute", 1);
	table_set(&c->table, "/ch/drum-a/send/fx/level", -200);
	set_text(c, "/ch/drum-a/send/fx/tap", "pre");
	set_text(c, "/ch/drum-a/name", "\"Ada\" \\ Ünï /");
	table_set(&c->table, "/ch/drum-a/insert/1/param/thr", -17.5);
	table_set(&c->table, "/ch/drum-a/insert/1/bypass", 1);
	table_set(&c->table, "/ch/drum-b/fader", -6);
	table_set(&c->table, "/ch/voice/pan", -0.7);
	table_set(&c->table, "/bus/fx/trim", 3);
	table_set(&c->table, "/master/target/low", -40);
}
#define TURNED 11

/* --- texts --- */

static void
a_scene_reads_as_it_was_printed(void **state)
{
	struct scene_case *c = *state;
	char *text, *again;

	turn_everything(c);
	capture(c);
	text = scene_print(&c->scene, c->table.mixer, "Vers \"1\"");
	assert_non_null(strstr(text, "\"/ch/drum-a/fader\":\t-12.3,"));
	assert_non_null(strstr(text, "\"name\":\t\"Vers \\\"1\\\"\""));
	assert_int_equal(read_text(c, text), 0);
	assert_int_equal(c->scene.unknowns, 0);
	assert_true(scene_stands(c->table.mixer, &c->scene));
	again = scene_print(&c->scene, c->table.mixer, "Vers \"1\"");
	assert_string_equal(again, text);
	free(again);
	free(text);
}

static void
solo_and_safe_are_in_no_scene(void **state)
{
	struct scene_case *c = *state;
	char *text;

	capture(c);
	text = scene_print(&c->scene, c->table.mixer, "x");
	assert_null(strstr(text, "solo"));
	assert_null(strstr(text, "safe"));
	free(text);
	assert_int_equal(
	    read_text(c, "{ \"values\": { \"/ch/voice/solo\": 1 } }"), 0);
	assert_int_equal(c->scene.values, 0);
	assert_string_equal(c->scene.unknown[0], "/ch/voice/solo");
}

static void
what_the_desk_does_not_have_is_named(void **state)
{
	struct scene_case *c = *state;

	assert_int_equal(
	    read_text(c, "{ \"version\": 1, \"values\": {"
			 " \"/ch/gone/fader\": -3, \"/ch/voice/fader\": -4,"
			 " \"/ch/*/mute\": 1,"
			 " \"/ch/drum-a/insert/1/param/thr\":"
			 "  { \"value\": 1, \"plugin\": \"urn:other\" } } }"),
	    0);
	assert_int_equal(c->scene.values, 1);
	assert_int_equal(c->scene.unknowns, 3);
	assert_string_equal(c->scene.unknown[0], "/ch/gone/fader");
}

static void
slips_of_an_editor_are_named_and_nothing_is_read(void **state)
{
	static const struct {
		const char *text, *why;
	} slips[] = {
		{ "", "line 1: " },
		{ "[]", "line 1: the file: found []; allowed an object" },
		{ "{ \"values\": {\n\"/ch/voice/fader\": -3,\n}}", "line 3: " },
		{ "{ \"values\": {\n\n\"/ch/voice/fader\": \"loud\" } }",
		    "line 3: /ch/voice/fader: found \"loud\"; allowed -200 to "
		    "10 dB" },
		{ "{ \"values\": { \"/ch/voice/fader\": true } }",
		    "line 1: /ch/voice/fader: found true; allowed a number" },
		{ "{ \"values\": { \"/ch/voice/send/fx/tap\": \"mid\" } }",
		    "found \"mid\"; allowed pre or post" },
		{ "{ \"value\": {} }", "line 1: value: " },
		{ "{ }", "values: found {}; allowed an object of addresses" },
		{ "{ \"version\": 2, \"values\": {} }",
		    "version: found 2; allowed 1" },
	};
	struct scene_case *c = *state;

	for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
		assert_int_equal(read_text(c, slips[i].text), -1);
		if (!strstr(c->why, slips[i].why))
			fail_msg("%s: %s", slips[i].text, c->why);
		assert_int_equal(c->scene.values + c->scene.unknowns, 0);
	}
}

static void
a_renamed_text_keeps_all_else(void **state)
{
	static const char old[] =
	    "{\"name\": \"a\", \"values\": {\"/ch/gone/fader\": -3}}";
	char *text = scene_rename(old, strlen(old), "b");

	(void)state;
	assert_non_null(strstr(text, "\"name\":\t\"b\""));
	assert_non_null(strstr(text, "\"/ch/gone/fader\":\t-3"));
	free(text);
	assert_null(scene_rename("{", 1, "b"));
}

static void
names_are_1_to_64_bytes_of_printable_text(void **state)
{
	char most[] = "012345678901234567890123456789012345678901234567890123"
		      "4567890123";
	char more[] = "012345678901234567890123456789012345678901234567890123"
		      "45678901234";
	const char *const good[] = { "a", "..", "Lied 1 – größer", most };
	const char *const bad[] = { "", "a/b", "a\nb", "\xff", more };
	char why[256];

	(void)state;
	assert_int_equal(strlen(most), 64);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(scene_name_is_valid(good[i], why, sizeof why));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(scene_name_is_valid(bad[i], why, sizeof why));
		assert_non_null(strstr(why, "allowed"));
	}
}

/* --- what a recall would do --- */

static void
the_difference_is_what_was_turned(void **state)
{
	struct scene_case *c = *state;

	capture(c);
	assert_int_equal(count(c, &everything, SCENE_CHANGE), 0);
	turn_everything(c);
	assert_int_equal(count(c, &everything, SCENE_CHANGE), TURNED);
	assert_false(scene_stands(c->table.mixer, &c->scene));
}

static void
a_scope_is_strips_or_parameters(void **state)
{
	struct scene_case *c = *state;
	struct scene_scope drums = scope_of("ch/drum*", NULL);
	struct scene_scope faders = scope_of("/ch/*/fader", "/ch/3");
	struct scene_scope sends = scope_of("/ch/*/send/fx", NULL);
	struct scene_scope place = scope_of("/ch/2/fader", NULL);
	struct scene_scope none = scope_of("/ch/x", NULL);

	capture(c);
	turn_everything(c);
	assert_int_equal(count(c, &drums, SCENE_CHANGE), 8);
	assert_int_equal(count(c, &faders, SCENE_CHANGE), 3);
	assert_int_equal(count(c, &sends, SCENE_CHANGE), 2);
	assert_int_equal(count(c, &place, SCENE_CHANGE), 1);
	assert_int_equal(count(c, &none, SCENE_OUTSIDE), c->scene.values);
	scene_narrow(&c->scene, c->table.mixer, &faders);
	assert_int_equal(recall(c, 0), 3);
	assert_true(get(c, "/ch/drum-a/fader") == 0);
	assert_true(get(c, "/ch/drum-a/mute") == 1);
	assert_true(get(c, "/ch/voice/pan") == 0);
}

static void
a_wrong_scope_is_refused(void **state)
{
	struct scene_scope scope = { .patterns = 0 };
	char why[256];

	(void)state;
	assert_int_equal(scene_scope_add(&scope, "/ch/[a", why, 256), -1);
	assert_int_equal(scene_scope_add(&scope, "", why, 256), -1);
	assert_int_equal(scope.patterns, 0);
	for (int i = 0; i < SCENE_PATTERNS; i++)
		assert_int_equal(scene_scope_add(&scope, "ch", why, 256), 0);
	assert_int_equal(scene_scope_add(&scope, "ch", why, 256), -1);
	assert_int_equal(scope.patterns, SCENE_PATTERNS);
}

static void
a_safe_strip_is_left_alone_but_for_sends_to_it(void **state)
{
	struct scene_case *c = *state;

	capture(c);
	turn_everything(c);
	table_set(&c->table, "/ch/drum-a/safe", 1);
	table_set(&c->table, "/bus/fx/safe", 1);
	table_set(&c->table, "/ch/voice/send/fx/level", -3);
	assert_int_equal(count(c, &everything, SCENE_SAFE), 8);
	assert_int_equal(
	    scene_narrow(&c->scene, c->table.mixer, &everything), 8);
	assert_int_equal(recall(c, 0), 4);
	assert_true(get(c, "/ch/drum-a/fader") == -12.3);
	assert_true(get(c, "/ch/drum-a/send/fx/level") == -200);
	assert_true(get(c, "/ch/drum-a/insert/1/param/thr") == -17.5);
	assert_true(get(c, "/bus/fx/trim") == 3);
	assert_true(get(c, "/ch/voice/send/fx/level") == 0);
	assert_true(get(c, "/ch/voice/pan") == 0);
}

/* --- recalls --- */

static void
a_recall_brings_every_value_back(void **state)
{
	struct scene_case *c = *state;

	turn_everything(c);
	capture(c);
	char *text = scene_print(&c->scene, c->table.mixer, "x");
	tear_down(state);
	set_up(state);
	c = *state;
	assert_int_equal(read_text(c, text), 0);
	assert_int_equal(recall(c, 0), TURNED);
	assert_true(scene_stands(c->table.mixer, &c->scene));
	assert_true(get(c, "/ch/drum-a/send/fx/tap") == TAP_PRE);
	assert_int_equal(mixer_fade_values(c->table.mixer), 0);
	free(text);
}

static void
an_undo_takes_a_recall_back(void **state)
{
	struct scene_case *c = *state;
	char label[UNDO_LABEL];

	capture(c);
	turn_everything(c);
	assert_int_equal(recall(c, 0), TURNED);
	assert_int_equal(mixer_undo(c->table.mixer, NULL, label), TURNED);
	assert_string_equal(label, "scene one");
	assert_int_equal(count(c, &everything, SCENE_CHANGE), TURNED);
	assert_true(get(c, "/ch/drum-a/fader") == -12.3);
	assert_int_equal(mixer_undo(c->table.mixer, NULL, label), 0);
}

/* --- fades --- */

static void
a_fade_is_even_in_db_and_ends_exactly(void **state)
{
	struct scene_case *c = *state;
	double before = 0;

	capture(c);
	table_set(&c->table, "/ch/drum-a/fader", -40);
	table_set(&c->table, "/ch/voice/fader", 10);
	assert_int_equal(recall(c, 2), 2);
	assert_true(get(c, "/ch/drum-a/fader") == -40);
	for (int i = 1; i < 200; i++) {
		step(c, i * TICK);
		assert_float_equal(
		    get(c, "/ch/drum-a/fader"), -40 + i * 0.2, 1e-5);
		assert_float_equal(
		    get(c, "/ch/voice/fader"), 10 - i * 0.05, 1e-5);
		before = get(c, "/ch/drum-a/fader");
	}
	assert_true(before < 0);
	assert_float_equal(mixer_fade_left(c->table.mixer, 1.99), 0.01, 1e-9);
	step(c, 2);
	assert_true(get(c, "/ch/drum-a/fader") == 0);
	assert_true(get(c, "/ch/voice/fader") == 0);
	assert_int_equal(mixer_fade_values(c->table.mixer), 0);
}

static void
off_is_at_90_db_below_on_its_way_and_off_at_its_end(void **state)
{
	struct scene_case *c = *state;

	table_set(&c->table, "/ch/drum-a/fader", -10);
	capture(c);
	table_set(&c->table, "/ch/drum-b/fader", -10);
	table_set(&c->table, "/ch/drum-a/fader", -200);
	recall(c, 1);
	step(c, 0.5);
	assert_float_equal(get(c, "/ch/drum-a/fader"), -50, 1e-9);
	assert_float_equal(get(c, "/ch/drum-b/fader"), -50, 1e-9);
	step(c, 0.999);
	assert_true(get(c, "/ch/drum-b/fader") > -90);
	step(c, 1.001);
	assert_true(get(c, "/ch/drum-a/fader") == -10);
	assert_true(get(c, "/ch/drum-b/fader") == -200);
}

static void
switches_and_texts_are_there_at_once(void **state)
{
	struct scene_case *c = *state;

	capture(c);
	turn_everything(c);
	recall(c, 1);
	assert_true(get(c, "/ch/drum-a/mute") == 0);
	assert_true(get(c, "/ch/drum-a/insert/1/bypass") == 0);
	assert_true(get(c, "/ch/drum-a/send/fx/tap") == TAP_POST);
	assert_true(get(c, "/master/target/low") == -30);
	assert_int_equal(mixer_fade_values(c->table.mixer), 6);
	step(c, 0.5);
	assert_float_equal(get(c, "/ch/voice/pan"), -0.35, 1e-6);
	assert_float_equal(
	    get(c, "/ch/drum-a/insert/1/param/thr"), -18.75, 1e-6);
	assert_float_equal(get(c, "/bus/fx/trim"), 1.5, 1e-6);
}

static void
a_logarithmic_parameter_fades_evenly_on_its_scale(void **state)
{
	struct scene_case *c = *state;
	static const char f[] = "/ch/drum-a/insert/1/param/freq";

	table_set(&c->table, f, 1);
	capture(c);
	table_set(&c->table, f, 10);
	recall(c, 1);
	step(c, 0.5);
	assert_float_equal(get(c, f), 3.1622776, 1e-5);
	step(c, 1);
	assert_true(get(c, f) == 1);
}

static void
what_a_hand_moves_is_let_go(void **state)
{
	struct scene_case *c = *state;

	capture(c);
	table_set(&c->table, "/ch/drum-a/fader", -40);
	table_set(&c->table, "/ch/voice/fader", -40);
	recall(c, 1);
	step(c, 0.5);
	table_set(&c->table, "/ch/voice/fader", -33);
	step(c, 0.6);
	step(c, 2);
	assert_true(get(c, "/ch/drum-a/fader") == 0);
	assert_true(get(c, "/ch/voice/fader") == -33);
}

static void
a_stop_holds(void **state)
{
	struct scene_case *c = *state;

	capture(c);
	table_set(&c->table, "/ch/drum-a/fader", -40);
	recall(c, 1);
	step(c, 0.5);
	assert_int_equal(mixer_fade_stop(c->table.mixer), 1);
	step(c, 2);
	assert_float_equal(get(c, "/ch/drum-a/fader"), -20, 1e-5);
	assert_int_equal(mixer_fade_stop(c->table.mixer), 0);
}

static void
an_undo_stops_the_fade_and_restores_all(void **state)
{
	struct scene_case *c = *state;
	char label[UNDO_LABEL];

	capture(c);
	turn_everything(c);
	recall(c, 1);
	step(c, 0.5);
	assert_int_equal(mixer_undo(c->table.mixer, NULL, label), TURNED);
	step(c, 2);
	assert_true(get(c, "/ch/drum-a/fader") == -12.3);
	assert_true(get(c, "/ch/drum-b/fader") == -6);
	assert_true(get(c, "/ch/drum-a/mute") == 1);
}

static void
another_recall_replaces_a_fade(void **state)
{
	struct scene_case *c = *state;
	struct scene_scope voice = scope_of("ch/voice", NULL);

	capture(c);
	table_set(&c->table, "/ch/drum-a/fader", -40);
	table_set(&c->table, "/ch/voice/fader", -40);
	recall(c, 1);
	step(c, 0.5);
	scene_narrow(&c->scene, c->table.mixer, &voice);
	assert_int_equal(recall(c, 0), 1);
	step(c, 2);
	assert_true(get(c, "/ch/voice/fader") == 0);
	assert_float_equal(get(c, "/ch/drum-a/fader"), -20, 1e-5);
}

/* --- heard --- */

/* Two strips move in the same frame: no frame in which one is still on its old
 * value while the other has left it. */
static void
a_recall_without_a_fade_lands_in_one_cycle(void **state)
{
	static const uint32_t period = 64, before = 4096, after = 16384;
	struct scene_case *c = *state;
	struct table *t = &c->table;
	uint32_t moved[2] = { 0, 0 };

	table_set(t, "/ch/drum-b/fader", -6);
	table_set(t, "/ch/voice/fader", -6);
	capture(c);
	table_set(t, "/ch/drum-b/fader", -20);
	table_set(t, "/ch/voice/fader", -20);
	mixer_commit(t->mixer);
	for (uint32_t i = 0; i < after; i++)
		t->in[2][i] = t->in[3][i] = 0.5F;
	table_run(t, 0, before, period);
	assert_int_equal(recall(c, 0), 2);
	mixer_commit(t->mixer);
	table_run(t, before, after, period);
	for (int lane = 0; lane < 2; lane++) {
		const float *x = t->out[2 + lane]; /* behind the faders */
		assert_true(x[before - 1] > 0.01F);
		uint32_t i = before;
		while (i < after && x[i] == x[before - 1])
			i++;
		moved[lane] = i;
	}
	assert_in_range(moved[0], before, before + period);
	assert_int_equal(moved[0], moved[1]);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(a_scene_reads_as_it_was_printed),
		TEST(solo_and_safe_are_in_no_scene),
		TEST(what_the_desk_does_not_have_is_named),
		TEST(slips_of_an_editor_are_named_and_nothing_is_read),
		TEST(a_renamed_text_keeps_all_else),
		TEST(names_are_1_to_64_bytes_of_printable_text),
		TEST(the_difference_is_what_was_turned),
		TEST(a_scope_is_strips_or_parameters),
		TEST(a_wrong_scope_is_refused),
		TEST(a_safe_strip_is_left_alone_but_for_sends_to_it),
		TEST(a_recall_brings_every_value_back),
		TEST(an_undo_takes_a_recall_back),
		TEST(a_fade_is_even_in_db_and_ends_exactly),
		TEST(off_is_at_90_db_below_on_its_way_and_off_at_its_end),
		TEST(switches_and_texts_are_there_at_once),
		TEST(a_logarithmic_parameter_fades_evenly_on_its_scale),
		TEST(what_a_hand_moves_is_let_go),
		TEST(a_stop_holds),
		TEST(an_undo_stops_the_fade_and_restores_all),
		TEST(another_recall_replaces_a_fade),
		TEST(a_recall_without_a_fade_lands_in_one_cycle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
