#include "mixer/port_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum port_pattern_match
match(const char *expression, const char *name)
{
	char why[PORT_PATTERN_WHY];
	struct port_pattern *pattern = port_pattern_new(expression, why);
	enum port_pattern_match found;

	assert_non_null(pattern);
	found = port_pattern_match(pattern, name);
	port_pattern_free(pattern);
	return found;
}

static void
the_whole_name_must_match(void **state)
{
	(void)state;
	assert_int_equal(match("system:capture_[0-9]+", "system:capture_12"),
	    PORT_PATTERN_MATCHES);
	assert_int_equal(
	    match("capture_[0-9]+", "system:capture_12"), PORT_PATTERN_DIFFERS);
	assert_int_equal(
	    match("system:capture", "system:capture_12"), PORT_PATTERN_DIFFERS);
	assert_int_equal(match("a:b$", "a:b\n"), PORT_PATTERN_DIFFERS);
}

static void
the_longer_of_two_may_be_the_one(void **state)
{
	(void)state;
	assert_int_equal(match("a:b|a:bc", "a:bc"), PORT_PATTERN_MATCHES);
	assert_int_equal(match("a:b|a:bc", "a:b"), PORT_PATTERN_MATCHES);
	assert_int_equal(match("a:b|a:bc", "a:bcd"), PORT_PATTERN_DIFFERS);
}

static void
names_are_bytes(void **state)
{
	(void)state;
	assert_int_equal(match("fx:.{2}", "fx:\xc3\xa4"), PORT_PATTERN_MATCHES);
	assert_int_equal(match("fx:.", "fx:\xff"), PORT_PATTERN_MATCHES);
}

static void
what_is_none_says_why(void **state)
{
	static const char *const bad[] = { "(a", "a)", "[a", "a\\", "*a",
		"a{2,1}", "\\C", "(*UTF)a", "a{1,65536}",
		"((((a{0,99}){0,99}){0,99}){0,99})",
		"(((((((a+){9})+){9})+){99})+){999}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char why[PORT_PATTERN_WHY] = "";

		assert_null(port_pattern_new(bad[i], why));
		assert_true(strlen(why) > 0);
	}
}

/* Each would take until the end of the world. */
static void
what_takes_too_long_is_given_up(void **state)
{
	static const char *const slow[] = { "(a*)*[bc]", "((a|aa)+)+[bc]",
		"(.*)(.*)(.*)(.*)(.*)\\1\\2\\3\\4[bc]" };
	char name[301];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		assert_int_equal(match(slow[i], name), PORT_PATTERN_GIVES_UP);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_name_must_match),
		cmocka_unit_test(the_longer_of_two_may_be_the_one),
		cmocka_unit_test(names_are_bytes),
		cmocka_unit_test(what_is_none_says_why),
		cmocka_unit_test(what_takes_too_long_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
