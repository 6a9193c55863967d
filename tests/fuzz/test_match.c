#include "protocol/match.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/*
 * A pattern and an address, a line each: the matcher says what a matcher says
 * that tries everything, one character after the other.
 */

#define SHORT 24 /* bytes that this one may try; its time is exponential */

/* Is the character in the set behind "["? Leaves `*set` behind "]". */
static bool
in_set(const char **set, char c)
{
	const char *s = *set;
	bool negated = *s == '!', found = false;

	for (s += negated; *s != ']'; s++) {
		char low = *s, high = *s;
		if (s[1] == '-' && s[2] != ']') {
			high = s[2];
			s += 2;
		}
		if (low > high) {
			char other = low;
			low = high;
			high = other;
		}
		found |= c >= low && c <= high;
	}
	*set = s + 1;
	return found != negated;
}

static bool try_all(const char *pattern, const char *text);

/* Each alternative with what stands behind the braces. */
static bool
try_words(const char *words, const char *text)
{
	const char *rest = strchr(words, '}') + 1;
	char whole[2 * SHORT];

	for (const char *word = words;; word++) {
		size_t size = strcspn(word, ",}");
		memcpy(whole, word, size);
		memcpy(whole + size, rest, strlen(rest) + 1);
		if (try_all(whole, text))
			return true;
		word += size;
		if (*word == '}')
			return false;
	}
}

/* "//": the rest from the text's slash or any later one on; none left, all. */
static bool
try_parts(const char *rest, const char *text)
{
	if (*text != '/')
		return false;
	if (*rest == '\0')
		return true;
	for (; text; text = strchr(text + 1, '/')) {
		if (try_all(rest, text + 1))
			return true;
	}
	return false;
}

static bool
try_all(const char *pattern, const char *text)
{
	if (pattern[0] == '/' && pattern[1] == '/')
		return try_parts(pattern + strspn(pattern, "/"), text);
	switch (*pattern) {
	case '\0':
		return *text == '\0';
	case '*':
		/* Several are as many as one, but take for ever. */
		pattern += strspn(pattern, "*") - 1;
		return try_all(pattern + 1, text) ||
		       (*text && *text != '/' && try_all(pattern, text + 1));
	case '?':
		return *text && *text != '/' && try_all(pattern + 1, text + 1);
	case '[':
		pattern++;
		return *text && *text != '/' && in_set(&pattern, *text) &&
		       try_all(pattern, text + 1);
	case '{':
		return try_words(pattern + 1, text);
	default:
		return *pattern == *text && try_all(pattern + 1, text + 1);
	}
}

static bool
is_plain_address(const char *text)
{
	if (text[0] != '/' || strstr(text, "//"))
		return false;
	return !match_is_pattern(text) && match_is_valid(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *pattern = malloc(size + 1);
	char *address;

	memcpy(pattern, data, size);
	pattern[size] = '\0';
	address = strchr(pattern, '\n');
	if (address) {
		*address++ = '\0';
		bool matches = match_address(pattern, address);
		FUZZ_HOLDS(!matches || match_is_valid(pattern));
		if (match_is_valid(pattern) && is_plain_address(address) &&
		    strlen(pattern) <= SHORT && strlen(address) <= SHORT)
			FUZZ_HOLDS(try_all(pattern, address) == matches);
	}
	free(pattern);
	return 0;
}
