#include "protocol/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct match_case {
	const char *pattern, *address;
	bool matches;
} cases[] = {
	/* characters */
	{ "/ch/1/mute", "/ch/1/mute", true },
	{ "/ch/1/mute", "/ch/1/mut", false },
	{ "/ch/1/mut", "/ch/1/mute", false },
	{ "/ch/1/mute", "/ch/1/mutE", false },
	{ "/", "/", true },
	/* "?" is one character of a part */
	{ "/ch/?/mute", "/ch/1/mute", true },
	{ "/ch/?/mute", "/ch/12/mute", false },
	{ "/ch/?/mute", "/ch//mute", false },
	{ "/ch?1/mute", "/ch/1/mute", false },
	{ "/ch/k??k", "/ch/kick", true },
	/* "*" is any number of characters of a part */
	{ "/ch/*/mute", "/ch/kick/mute", true },
	{ "/ch/*/mute", "/ch/kick/solo", false },
	{ "/ch/*/mute", "/ch/a/b/mute", false },
	{ "/*", "/ch/1", false },
	{ "/*/*", "/ch/1", true },
	{ "/*/*/*", "/ch/1", false },
	{ "/ch/k*", "/ch/k", true },
	{ "/ch/*k", "/ch/kick", true },
	{ "/ch/*i*", "/ch/kick", true },
	{ "/ch/*c*i*", "/ch/kick", false },
	{ "/ch/k**k", "/ch/kick", true },
	{ "/ch/*?", "/ch/k", true },
	{ "/ch/*??", "/ch/k", false },
	{ "/ch/*ab", "/ch/aab", true },
	{ "/ch/*aab", "/ch/aaaab", true },
	/* "[...]" */
	{ "/ch/[1-3]/mute", "/ch/2/mute", true },
	{ "/ch/[1-3]/mute", "/ch/4/mute", false },
	{ "/ch/[3-1]/mute", "/ch/2/mute", true },
	{ "/ch/[abc]x", "/ch/bx", true },
	{ "/ch/[abc]x", "/ch/dx", false },
	{ "/ch/[a-cx-z]", "/ch/y", true },
	{ "/ch/[a-cx-z]", "/ch/m", false },
	{ "/ch/[!a-c]", "/ch/d", true },
	{ "/ch/[!a-c]", "/ch/b", false },
	{ "/ch/[a!]", "/ch/!", true },
	{ "/ch/[a-]", "/ch/-", true },
	{ "/ch/[-a]", "/ch/-", true },
	{ "/ch/[a-]", "/ch/b", false },
	{ "/ch/[!x]1", "/ch//1", false },
	{ "/ch[!x]1", "/ch/1", false },
	{ "/ch[--0]1", "/ch/1", false },
	{ "/ch/[]x", "/ch/x", false },
	{ "/ch/[!]x", "/ch/ax", true },
	{ "/ch/[*]", "/ch/a", false },
	/* "{a,b}" */
	{ "/ch/{kick,snare}/mute", "/ch/kick/mute", true },
	{ "/ch/{kick,snare}/mute", "/ch/snare/mute", true },
	{ "/ch/{kick,snare}/mute", "/ch/bass/mute", false },
	{ "/ch/{kick,snare}/mute", "/ch/kicksnare/mute", false },
	{ "/{ch,bus}/*/mute", "/bus/drums/mute", true },
	{ "/ch/{a,ab}c", "/ch/abc", true },
	{ "/ch/{ab,a}bc", "/ch/abc", true },
	{ "/ch/{a,ab}{c,bc}d", "/ch/abcd", true },
	{ "/ch/*{k,e}", "/ch/snare", true },
	{ "/ch/*{k,e}", "/ch/bass", false },
	{ "/ch/{k,s}*", "/ch/snare", true },
	{ "/ch/*{ic,na}*", "/ch/kick", true },
	{ "/ch/*{ic,na}*", "/ch/snare", true },
	{ "/ch/*{ic,na}*", "/ch/bass", false },
	{ "/ch/{,sub}kick", "/ch/kick", true },
	{ "/ch/{,sub}kick", "/ch/subkick", true },
	{ "/ch/{}kick", "/ch/kick", true },
	{ "/ch/{k*,s?b}", "/ch/kick", true },
	{ "/ch/{k*,s?b}", "/ch/sub", true },
	{ "/ch/{k*,s?b}", "/ch/slab", false },
	/* "//" is any number of parts */
	{ "//mute", "/mute", true },
	{ "//mute", "/ch/1/mute", true },
	{ "//mute", "/ch/1/unmute", false },
	{ "//mute", "/ch/1/mute/x", false },
	{ "/ch//mute", "/ch/mute", true },
	{ "/ch//mute", "/ch/1/send/verb/mute", true },
	{ "/ch//mute", "/bus/1/mute", false },
	{ "/ch//mute", "/chx/1/mute", false },
	{ "/ch//verb/*", "/ch/1/send/verb/level", true },
	{ "/ch///mute", "/ch/1/mute", true },
	{ "//send//level", "/ch/1/send/verb/level", true },
	{ "//send//level", "/ch/1/level", false },
	{ "/c*//mute", "/ch/1/mute", true },
	{ "//", "/ch/1/mute", true },
	{ "/ch//", "/ch/1/mute", true },
	{ "/ch//", "/ch", false },
	{ "/ch//", "/bus/1", false },
	/* patterns that are none */
	{ "ch/1", "ch/1", false },
	{ "", "", false },
	{ "/ch/[1", "/ch/1", false },
	{ "/ch/{1", "/ch/1", false },
	{ "/ch/1]", "/ch/1]", false },
	{ "/ch/1}", "/ch/1}", false },
};

static void
patterns_match_what_osc_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (match_address(cases[i].pattern, cases[i].address) !=
		    cases[i].matches)
			fail_msg("\"%s\" and \"%s\": wanted %s",
			    cases[i].pattern, cases[i].address,
			    cases[i].matches ? "a match" : "no match");
}

static void
only_wildcards_make_a_pattern(void **state)
{
	static const char *const patterns[] = { "/ch/?", "/*", "/[a]", "/{a}",
		"//mute", "/a]", "/a}" };

	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
		assert_true(match_is_pattern(patterns[i]));
	assert_false(match_is_pattern("/ch/1/fader"));
	assert_false(match_is_pattern("/"));
	assert_false(match_is_pattern(""));
	assert_false(match_is_pattern("/a-b_c!"));
}

static void
unusable_patterns_are_refused(void **state)
{
	static const char *const bad[] = { "", "ch", "*", "/a b", "/a#b",
		"/a,b", "/a\tb", "/a\x7f", "/\xc3\xa9", "/[a", "/a]", "/{a",
		"/a}", "/[a/b]", "/{a/b}", "/[a,b]", "/{a{b}}", "/{a[b]}",
		"/{a]}", "/[a]]", "/{a}}", "/[a\x01]" };
	static const char *const good[] = { "/", "//", "/ch/1/fader",
		"/{a,b}/[!a-z]*?", "/[{]", "/[[]", "/{}", "/[]", "/a!$%&'()" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (match_is_valid(bad[i]))
			fail_msg("\"%s\" is taken", bad[i]);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!match_is_valid(good[i]))
			fail_msg("\"%s\" is refused", good[i]);
}

static void
lengths_end_at_the_longest(void **state)
{
	char pattern[MATCH_LONGEST + 2], address[MATCH_LONGEST + 2];

	(void)state;
	memset(pattern, 'a', sizeof pattern);
	memset(address, 'a', sizeof address);
	pattern[0] = address[0] = '/';
	pattern[MATCH_LONGEST + 1] = address[MATCH_LONGEST + 1] = '\0';
	assert_false(match_is_valid(pattern));
	assert_false(match_address(pattern, "/a"));
	assert_false(match_address("/*", address));
	pattern[MATCH_LONGEST] = address[MATCH_LONGEST] = '\0';
	assert_true(match_is_valid(pattern));
	assert_true(match_address(pattern, address));
	assert_true(match_address("/*", address));
	assert_true(match_address("//", address));
	assert_false(match_part("*", 1, address, MATCH_LONGEST + 1));
	assert_false(match_part(pattern, MATCH_LONGEST + 1, "a", 1));
}

static void
a_part_is_matched_within_its_size(void **state)
{
	(void)state;
	assert_true(match_part("k*k/mute", 3, "kick/mute", 4));
	assert_false(match_part("k*", 2, "snare", 5));
	assert_true(match_part("*", 1, "", 0));
	assert_true(match_part("", 0, "", 0));
	assert_false(match_part("", 0, "a", 1));
	/* Unchecked parts are safe, if they match nothing. */
	assert_false(match_part("[", 1, "a", 1));
	assert_false(match_part("[a]", 2, "a", 1));
	assert_false(match_part("{a}", 2, "a", 1));
	assert_false(match_part("{[}", 3, "a", 1));
}

/* Fills a text of MATCH_LONGEST bytes with "/" and repeats of a unit. */
static void
fill(char text[MATCH_LONGEST + 1], const char *unit, char end)
{
	size_t size = strlen(unit), at = 1;

	text[0] = '/';
	for (; at + size < MATCH_LONGEST; at += size)
		memcpy(text + at, unit, size);
	text[at++] = end;
	text[at] = '\0';
}

static void
no_pattern_takes_exponential_time(void **state)
{
	static const char *const unit[] = { "*a", "*?", "*[a]", "{a,aa}",
		"{*a,a*}", "*{a,aa}*", "{*,*,*,*}", "a/", "/*", "//a", "//*" };
	char pattern[MATCH_LONGEST + 1], address[MATCH_LONGEST + 1];
	clock_t start = clock();

	(void)state;
	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
		fill(pattern, unit[i], 'b');
		assert_true(match_is_valid(pattern));
		fill(address, "a", 'a');
		assert_false(match_address(pattern, address));
		fill(address, "a/", 'a');
		assert_false(match_address(pattern, address));
		fill(pattern, unit[i], '*');
		match_address(pattern, address);
	}
	/* Milliseconds even under sanitizers; backtracking takes years. */
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
}

/* The definition by backtracking, for short texts. */
static bool
slow_match(const char *p, const char *t)
{
	if (*p == '\0')
		return *t == '\0';
	if (*p == '*')
		return slow_match(p + 1, t) ||
		       (*t != '\0' && *t != '/' && slow_match(p, t + 1));
	if (*p == '?')
		return *t != '\0' && *t != '/' && slow_match(p + 1, t + 1);
	if (p[0] == '/' && p[1] == '/') {
		for (bool at_part = *t == '/'; at_part && *t != '\0'; t++)
			if (*t == '/' && slow_match(p + 2, t + 1))
				return true;
		return false;
	}
	return *p == *t && slow_match(p + 1, t + 1);
}

static unsigned
draw(uint32_t *seed, unsigned below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 16) % below;
}

static void
sets_of_places_agree_with_backtracking(void **state)
{
	uint32_t seed = 1;
	unsigned matched = 0;

	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		char pattern[12] = "/", address[12] = "/";
		size_t p = 1, t = 1, end = 2 + draw(&seed, 6);

		while (p < end)
			pattern[p++] = "ab*?/"[draw(&seed, 5)];
		pattern[p++] = 'a';
		end = 2 + draw(&seed, 7);
		while (t < end) {
			char c = "ab/"[draw(&seed, 3)];

			address[t] = address[t - 1] == '/' ? 'a' : c;
			t++;
		}
		if (strstr(pattern, "///") != NULL)
			continue;
		if (match_address(pattern, address) !=
		    slow_match(pattern, address))
			fail_msg("\"%s\" and \"%s\"", pattern, address);
		matched += match_address(pattern, address);
	}
	assert_true(matched > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_what_osc_says),
		cmocka_unit_test(only_wildcards_make_a_pattern),
		cmocka_unit_test(unusable_patterns_are_refused),
		cmocka_unit_test(lengths_end_at_the_longest),
		cmocka_unit_test(a_part_is_matched_within_its_size),
		cmocka_unit_test(no_pattern_takes_exponential_time),
		cmocka_unit_test(sets_of_places_agree_with_backtracking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
