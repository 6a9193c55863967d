#include "table.h"

#include "fake_plugins.h"
#include "mixer/state.h"

#include <stdio.h>

#define RATE 48000

static const char desk[] =
    "{ \"version\": 1, \"name\": \"club\", \"channels\": ["
    "  { \"id\": \"a\", \"lanes\": 2, \"trim\": 6, \"sends\": { \"fx\": {} },"
    "    \"inserts\": [ { \"lv2\": \"urn:fake:comp\" } ] },"
    "  { \"id\": \"b\" } ],"
    " \"buses\": [ { \"id\": \"fx\" } ] }";

/* The same after somebody has been at the configuration: b is gone, a has
 * another plugin and another trim. */
static const char changed[] =
    "{ \"version\": 1, \"name\": \"club\", \"channels\": ["
    "  { \"id\": \"a\", \"lanes\": 2, \"trim\": -3, \"sends\": { \"fx\": {} },"
    "    \"inserts\": [ { \"lv2\": \"urn:fake:gain\" } ] } ],"
    " \"buses\": [ { \"id\": \"fx\" } ] }";

struct desk_case {
	struct table table;
	struct state *state;
};

static void
open_case(struct desk_case *c, const char *json)
{
	table_open_with(&c->table, json, RATE, fake_plugins());
	c->state = state_new(c->table.mixer);
	assert_non_null(c->state);
}

static void
close_case(struct desk_case *c)
{
	state_free(c->state);
	table_close(&c->table);
}

static void
put(struct desk_case *c, const char *text, double number, const char *word)
{
	struct address address = table_find(&c->table, text);
	struct schema_value value = {
		.type = word ? 's' : 'd', .number = number, .text = word
	};
	char why[256];

	assert_int_equal(
	    mixer_set(c->table.mixer, &address, &value, NULL, why, sizeof why),
	    SCHEMA_OK);
}

static struct schema_value
get(struct desk_case *c, const char *text)
{
	struct address address = table_find(&c->table, text);
	struct schema_value value;

	mixer_get(c->table.mixer, &address, &value);
	return value;
}

static enum state_verdict
take(struct desk_case *c, const char *text, size_t size,
    struct state_count *count)
{
	char why[256];

	return state_read(c->state, text, size, count, why, sizeof why);
}

static void
turn_everything(struct desk_case *c)
{
	put(c, "/ch/a/fader", -12.34567, NULL);
	put(c, "/ch/a/name", 0, "\"Ada\" \\ Ünï /");
	put(c, "/ch/a/send/fx/level", -200, NULL);
	put(c, "/ch/a/send/fx/tap", 0, "pre");
	put(c, "/ch/a/insert/1/bypass", 1, NULL);
	put(c, "/ch/a/insert/1/param/thr", -17.5, NULL);
	put(c, "/ch/b/mute", 1, NULL);
	put(c, "/ch/b/solo", 1, NULL);
	put(c, "/bus/fx/pan", -1, NULL);
	put(c, "/master/fader", 10, NULL);
}

static char *
turned_text(void)
{
	struct desk_case c;

	open_case(&c, desk);
	turn_everything(&c);
	char *text = state_print(c.state);
	assert_non_null(text);
	close_case(&c);
	return text;
}

static void
every_value_that_was_set_comes_back(void **state)
{
	struct desk_case c;
	struct state_count count;
	char *text = turned_text();

	(void)state;
	open_case(&c, desk);
	assert_int_equal(take(&c, text, strlen(text), &count), STATE_TAKEN);
	assert_int_equal(count.taken, 10);
	assert_int_equal(count.kept, 0);
	assert_true(get(&c, "/ch/a/fader").number == -12.34567);
	assert_string_equal(get(&c, "/ch/a/name").text, "\"Ada\" \\ Ünï /");
	assert_true(get(&c, "/ch/a/send/fx/level").number == -200);
	assert_string_equal(get(&c, "/ch/a/send/fx/tap").text, "pre");
	assert_true(get(&c, "/ch/a/insert/1/bypass").number == 1);
	assert_true(get(&c, "/ch/a/insert/1/param/thr").number == -17.5);
	assert_true(get(&c, "/ch/b/mute").number == 1);
	assert_true(get(&c, "/ch/b/solo").number == 1);
	assert_true(get(&c, "/bus/fx/pan").number == -1);
	assert_true(get(&c, "/master/fader").number == 10);
	char *again = state_print(c.state);
	assert_string_equal(again, text);
	free(again);
	free(text);
	close_case(&c);
}

static void
what_was_never_touched_follows_the_configuration(void **state)
{
	struct desk_case c;
	struct state_count count;
	char *text = turned_text();

	(void)state;
	open_case(&c, changed);
	assert_int_equal(take(&c, text, strlen(text), &count), STATE_TAKEN);
	assert_true(get(&c, "/ch/a/trim").number == -3);
	assert_true(get(&c, "/ch/a/fader").number == -12.34567);
	free(text);
	close_case(&c);
}

static void
a_value_that_is_turned_back_is_not_kept(void **state)
{
	struct desk_case c;

	(void)state;
	open_case(&c, desk);
	char *before = state_print(c.state);
	put(&c, "/ch/a/fader", -12, NULL);
	put(&c, "/ch/a/name", 0, "x");
	put(&c, "/ch/a/fader", 0, NULL);
	put(&c, "/ch/a/name", 0, "a");
	char *after = state_print(c.state);
	assert_string_equal(before, after);
	free(before);
	free(after);
	close_case(&c);
}

/* What has no place now: b, and the threshold of a plugin that is not there. */
static void
what_has_no_place_is_kept_until_it_has(void **state)
{
	struct desk_case c;
	struct state_count count;
	char *text = turned_text(), *between;

	(void)state;
	open_case(&c, changed);
	assert_int_equal(take(&c, text, strlen(text), &count), STATE_TAKEN);
	assert_int_equal(count.kept, 3);
	put(&c, "/master/fader", -1, NULL);
	between = state_print(c.state);
	close_case(&c);
	open_case(&c, desk);
	assert_int_equal(
	    take(&c, between, strlen(between), &count), STATE_TAKEN);
	assert_int_equal(count.kept, 0);
	assert_true(get(&c, "/ch/b/mute").number == 1);
	assert_true(get(&c, "/ch/a/insert/1/param/thr").number == -17.5);
	assert_true(get(&c, "/master/fader").number == -1);
	free(between);
	free(text);
	close_case(&c);
}

/* No byte of it can be another, or missing, without that being seen. */
static void
damage_is_seen_and_changes_nothing(void **state)
{
	struct desk_case c;
	struct state_count count;
	char *text = turned_text();
	size_t size = strlen(text);

	(void)state;
	open_case(&c, desk);
	char *before = state_print(c.state);
	for (size_t i = 0; i < size; i++) {
		text[i] ^= 4;
		assert_int_not_equal(take(&c, text, size, &count), STATE_TAKEN);
		text[i] ^= 4;
	}
	for (size_t i = 0; i < size; i++)
		assert_int_equal(take(&c, text, i, &count), STATE_DAMAGED);
	char *after = state_print(c.state);
	assert_string_equal(before, after);
	free(before);
	free(after);
	free(text);
	close_case(&c);
}

static void
a_newer_version_is_told_from_damage(void **state)
{
	static const char newer[] = "{ \"version\": 2, \"all\": \"new\" }";
	struct desk_case c;
	struct state_count count;
	char why[256];

	(void)state;
	open_case(&c, desk);
	assert_int_equal(
	    state_read(c.state, newer, strlen(newer), &count, why, sizeof why),
	    STATE_NEWER);
	assert_string_equal(why,
	    "found version 2; allowed: at most 1, it is of a newer headroomd");
	close_case(&c);
}

static void
changes_are_counted_with_and_without_a_listener(void **state)
{
	struct desk_case c;

	(void)state;
	open_case(&c, desk);
	unsigned before = mixer_changes(c.table.mixer);
	put(&c, "/ch/a/mute", 1, NULL);
	assert_int_not_equal(mixer_changes(c.table.mixer), before);
	before = mixer_changes(c.table.mixer);
	put(&c, "/ch/a/mute", 1, NULL);
	assert_int_equal(mixer_changes(c.table.mixer), before);
	close_case(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_that_was_set_comes_back),
		cmocka_unit_test(
		    what_was_never_touched_follows_the_configuration),
		cmocka_unit_test(a_value_that_is_turned_back_is_not_kept),
		cmocka_unit_test(what_has_no_place_is_kept_until_it_has),
		cmocka_unit_test(damage_is_seen_and_changes_nothing),
		cmocka_unit_test(a_newer_version_is_told_from_damage),
		cmocka_unit_test(
		    changes_are_counted_with_and_without_a_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
