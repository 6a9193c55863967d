#include "protocol/match.h"

#include <stdint.h>
#include <string.h>

/*
 * A pattern is read once from left to right, and with it goes the set of all
 * places in the text that what was read so far can reach. A choice widens the
 * set instead of being tried out, so nothing is ever gone back to.
 */

#define WORDS ((size_t)(MATCH_LONGEST + 1 + 63) / 64)

/* Places 0 … size of a text of at most MATCH_LONGEST bytes, as bits. */
struct places {
	uint64_t word[WORDS];
};

struct text {
	const char *at;
	size_t size;
};

static void
places_add(struct places *places, size_t place)
{
	places->word[place / 64] |= UINT64_C(1) << place % 64;
}

static bool
places_has(const struct places *places, size_t place)
{
	return places->word[place / 64] >> place % 64 & 1;
}

/* The first place at or after `from`, or one past the last possible place. */
static size_t
places_next(const struct places *places, size_t from)
{
	for (; from < 64 * WORDS; from = (from / 64 + 1) * 64) {
		uint64_t rest = places->word[from / 64] >> from % 64;

		if (rest != 0)
			return from + (size_t)__builtin_ctzll(rest);
	}
	return from;
}

static bool
places_none(const struct places *places)
{
	return places_next(places, 0) == 64 * WORDS;
}

/* Is `c` in the class between "[" and "]"? */
static bool
class_has(const char *class, size_t size, char c)
{
	bool inside = true;
	size_t i = 0;

	if (size > 0 && class[0] == '!') {
		inside = false;
		i++;
	}
	while (i < size) {
		char low = class[i], high = low;

		if (i + 2 < size && class[i + 1] == '-') {
			high = class[i + 2];
			i += 2;
		}
		i++;
		if ((low <= c && c <= high) || (high <= c && c <= low))
			return inside;
	}
	return !inside;
}

/* Moves each place over one character, if that is what the token wants: "?",
 * a class "[…]" or a literal character, "[" alone among them. */
static void
step_over(struct places *places, const struct text *text, const char *token,
    size_t size)
{
	struct places next = { { 0 } };
	size_t i;

	for (i = places_next(places, 0); i < text->size;
	     i = places_next(places, i + 1)) {
		char c = text->at[i];
		bool fits;

		if (*token == '?')
			fits = c != '/';
		else if (*token == '[' && size > 1)
			fits = c != '/' && class_has(token + 1, size - 2, c);
		else
			fits = c == *token;
		if (fits)
			places_add(&next, i + 1);
	}
	*places = next;
}

/* "*": each place spreads to the end of its part. */
static void
step_any(struct places *places, const struct text *text)
{
	size_t i;

	for (i = places_next(places, 0); i < text->size;
	     i = places_next(places, i + 1))
		if (text->at[i] != '/')
			places_add(places, i + 1);
}

/* "//": from the first place on that is before a "/", everything that stands
 * behind a "/" can be reached. At the end of a pattern it takes the rest. */
static void
step_parts(struct places *places, const struct text *text, bool last)
{
	struct places next = { { 0 } };
	bool open = false;

	for (size_t i = 0; i < text->size; i++) {
		if (text->at[i] != '/')
			continue;
		open = open || places_has(places, i);
		if (open)
			places_add(&next, last ? text->size : i + 1);
	}
	*places = next;
}

/* Bytes of the token in front, or 0 where a bracket or brace stays open. */
static size_t
token_size(const char *pattern, size_t size)
{
	const char *end;
	size_t slashes = 1;

	switch (*pattern) {
	case '[':
		end = memchr(pattern, ']', size);
		return end != NULL ? (size_t)(end - pattern) + 1 : 0;
	case '{':
		end = memchr(pattern, '}', size);
		return end != NULL ? (size_t)(end - pattern) + 1 : 0;
	case '/':
		while (slashes < size && pattern[slashes] == '/')
			slashes++;
		return slashes;
	default:
		return 1;
	}
}

/* One alternative out of braces: characters, "?" and "*". */
static void
step_alternative(struct places *places, const struct text *text,
    const char *alternative, size_t size)
{
	for (size_t i = 0; i < size && !places_none(places); i++)
		if (alternative[i] == '*')
			step_any(places, text);
		else
			step_over(places, text, alternative + i, 1);
}

/* "{a,b}": what any of the alternatives can reach. */
static void
step_braces(struct places *places, const struct text *text, const char *token,
    size_t size)
{
	struct places all = { { 0 } };
	size_t from = 1;

	for (size_t i = 1; i < size; i++) {
		struct places some = *places;

		if (token[i] != ',' && token[i] != '}')
			continue;
		step_alternative(&some, text, token + from, i - from);
		for (size_t w = 0; w < WORDS; w++)
			all.word[w] |= some.word[w];
		from = i + 1;
	}
	*places = all;
}

static bool
match(const char *pattern, size_t size, const struct text *text)
{
	struct places places = { { 1 } };
	size_t token;

	for (size_t i = 0; i < size && !places_none(&places); i += token) {
		token = token_size(pattern + i, size - i);
		if (token == 0)
			return false;
		if (pattern[i] == '*')
			step_any(&places, text);
		else if (pattern[i] == '{')
			step_braces(&places, text, pattern + i, token);
		else if (pattern[i] == '/' && token > 1)
			step_parts(&places, text, i + token == size);
		else
			step_over(&places, text, pattern + i, token);
	}
	return places_has(&places, text->size);
}

bool
match_is_pattern(const char *text)
{
	return strpbrk(text, "?*[]{}") != NULL || strstr(text, "//") != NULL;
}

/* May this character stand there? `open` is the bracket or brace that it
 * stands in, or 0; it is updated. */
static bool
may_stand(char c, char *open)
{
	if (c <= ' ' || c > '~' || c == '#')
		return false;
	if (*open == '[') {
		if (c == ']')
			*open = 0;
		return c != '/' && c != ',';
	}
	if (*open == '{') {
		if (c == '}')
			*open = 0;
		return strchr("/[]{", c) == NULL;
	}
	if (c == '[' || c == '{')
		*open = c;
	return c != ']' && c != '}' && c != ',';
}

bool
match_is_valid(const char *pattern)
{
	char open = 0;
	size_t size = strnlen(pattern, MATCH_LONGEST + 1);

	if (pattern[0] != '/' || size > MATCH_LONGEST)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!may_stand(pattern[i], &open))
			return false;
	return open == 0;
}

bool
match_part(const char *pattern, size_t pattern_size, const char *text,
    size_t text_size)
{
	struct text whole = { text, text_size };

	if (pattern_size > MATCH_LONGEST || text_size > MATCH_LONGEST)
		return false;
	return match(pattern, pattern_size, &whole);
}

bool
match_address(const char *pattern, const char *address)
{
	struct text whole = { address, strnlen(address, MATCH_LONGEST + 1) };

	if (whole.size > MATCH_LONGEST || !match_is_valid(pattern))
		return false;
	return match(pattern, strlen(pattern), &whole);
}
