#include "config_case.h"

#include "mixer/config_diff.h"

#include <stdio.h>

#define FROM                                                       \
	"{ \"version\": 1, \"name\": \"Club\", \"channels\": ["    \
	"{ \"id\": \"a\" }, { \"id\": \"b\", \"to\": [\"sub\"] }," \
	"{ \"id\": \"c\" }, { \"id\": \"d\" } ],"                  \
	"\"buses\": [ { \"id\": \"sub\" }, { \"id\": \"verb\" } ] }"
#define TO                                                                    \
	"{ \"version\": 1, \"name\": \"Hall\","                               \
	"\"osc\": { \"limits\": { \"leases\": 5 } }, \"channels\": ["         \
	"{ \"id\": \"d\" }, { \"id\": \"a\", \"fader\": -3 },"                \
	"{ \"id\": \"b\", \"to\": [\"sub\"], \"sends\": { \"verb\": { } } }," \
	"{ \"id\": \"e\" } ],"                                                \
	"\"buses\": [ { \"id\": \"sub\", \"lanes\": 1 }, { \"id\": \"verb\" " \
	"} ] }"

struct heard {
	char line[32][400];
	size_t lines;
};

static void
hear(void *arg, enum config_change change, const char *text)
{
	struct heard *heard = arg;

	assert_true(heard->lines < 32);
	snprintf(heard->line[heard->lines++], sizeof heard->line[0], "%s %s",
	    config_change_name(change), text);
}

static bool
was_heard(const struct heard *heard, const char *text)
{
	for (size_t i = 0; i < heard->lines; i++)
		if (strncmp(heard->line[i], text, strlen(text)) == 0)
			return true;
	for (size_t i = 0; i < heard->lines; i++)
		print_message("%s\n", heard->line[i]);
	return false;
}

static void
every_difference_is_told_once(void **state)
{
	struct desk *from = config_take(FROM), *to = config_take(TO);
	struct heard heard = { .lines = 0 };
	unsigned count[CONFIG_CHANGES];
	char text[CONFIG_SUMMARY];

	(void)state;
	assert_int_equal(config_diff(from, to, hear, &heard, count), 8);
	assert_int_equal(heard.lines, 8);
	assert_true(
	    was_heard(&heard, "changed name: from \"Club\" to \"Hall\""));
	assert_true(was_heard(&heard, "changed osc: limits.leases: from "));
	assert_true(was_heard(&heard, "removed ch/c"));
	assert_true(was_heard(&heard, "added ch/e"));
	assert_true(was_heard(&heard, "moved ch/d: from place 4 to 1"));
	assert_true(was_heard(&heard, "changed ch/a: fader: from 0 to -3"));
	assert_true(
	    was_heard(&heard, "changed ch/b: sends.verb: from nothing to {"));
	assert_true(was_heard(&heard, "changed bus/sub: lanes: from 2 to 1"));
	config_summary(count, text);
	assert_string_equal(text, "1 added, 1 removed, 1 moved, 5 changed");
	desk_free(from);
	desk_free(to);
}

static void
two_of_a_kind_have_no_difference(void **state)
{
	struct desk *from = config_take(FROM), *to = config_take(FROM);
	struct heard heard = { .lines = 0 };
	unsigned count[CONFIG_CHANGES];
	char text[CONFIG_SUMMARY];

	(void)state;
	assert_int_equal(config_diff(from, to, hear, &heard, count), 0);
	config_summary(count, text);
	assert_string_equal(text, "nothing changed");
	desk_free(from);
	desk_free(to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_difference_is_told_once),
		cmocka_unit_test(two_of_a_kind_have_no_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
