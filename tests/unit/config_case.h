#ifndef TESTS_CONFIG_CASE_H
#define TESTS_CONFIG_CASE_H

#include "mixer/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Needs the ones above. */
#include <cmocka.h>

/*
 * What the tests of the configuration share. Paths are from the project's top
 * directory, where make check runs them.
 */

static inline char *
config_slurp(const char *file, size_t *size)
{
	FILE *stream = fopen(file, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(stream);
	assert_non_null(text);
	*size = fread(text, 1, (1 << 20) - 1, stream);
	fclose(stream);
	return text;
}

/* What the daemon would print about a text, plugins asked of a host (NULL:
 * none); "" for a good one. */
static inline char *
config_complaints_with(struct plugin_host *host, const char *text, size_t size)
{
	struct config_errors errors = { 0 };
	struct desk *desk = config_parse(text, size, host, &errors);
	char *printed = NULL;
	size_t printed_size;
	FILE *out = open_memstream(&printed, &printed_size);

	assert_non_null(out);
	assert_int_equal(desk == NULL, errors.count > 0);
	config_print_errors(out, "desk.json", &errors);
	fclose(out);
	desk_free(desk);
	config_free_errors(&errors);
	assert_null(errors.error);
	return printed;
}

static inline char *
config_complaints(const char *text, size_t size)
{
	return config_complaints_with(NULL, text, size);
}

static inline struct desk *
config_take_with(struct plugin_host *host, const char *text)
{
	struct config_errors errors = { 0 };
	struct desk *desk = config_parse(text, strlen(text), host, &errors);

	if (!desk)
		config_print_errors(stderr, "desk.json", &errors);
	config_free_errors(&errors);
	assert_non_null(desk);
	return desk;
}

static inline struct desk *
config_take(const char *text)
{
	return config_take_with(NULL, text);
}

static inline void
config_assert_complaint(const char *text, size_t size, const char *expected)
{
	char *found = config_complaints(text, size);

	assert_string_equal(found, expected);
	free(found);
}

static inline char *
config_text(const struct desk *desk)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(config_print(out, desk), 0);
	fclose(out);
	return text;
}

static inline void
config_assert_prints_back_with(
    struct plugin_host *host, const struct desk *desk)
{
	char *once = config_text(desk), *twice;
	struct desk *again = config_take_with(host, once);

	twice = config_text(again);
	assert_string_equal(once, twice);
	desk_free(again);
	free(once);
	free(twice);
}

static inline void
config_assert_prints_back(const struct desk *desk)
{
	config_assert_prints_back_with(NULL, desk);
}

/* Calls `check` with the file and the expected errors of each case of a table;
 * tests/config/broken.txt says how one looks. Returns how many. */
static inline unsigned
config_each_case(const char *file,
    void (*check)(const char *text, size_t size, const char *expected))
{
	size_t size;
	char *table = config_slurp(file, &size);
	unsigned count = 0;

	for (char *at = strstr(table, "\n== "); at;) {
		char *text = strchr(at + 1, '\n') + 1;
		char *next = strstr(text - 1, "\n== ");
		char *end = next ? next : table + size;
		char *rest;

		*end = '\0';
		rest = strstr(text - 1, "\n--\n");
		if (rest) {
			*rest = '\0';
			rest += 4;
		}
		check(text, strlen(text), rest ? rest : "");
		count++;
		at = next;
	}
	free(table);
	return count;
}

static inline uint32_t
config_draw(uint32_t *seed, uint32_t bound)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % bound;
}

/* Room for config_mutate() to grow a text, each time. */
#define CONFIG_GROWS 16

/* Changes some bytes, inserts a piece of JSON or takes bytes out. */
static inline size_t
config_mutate(uint32_t *seed, char *text, size_t size)
{
	static const char *const piece[] = { "\"", "{", "}", "[", "]", ",", ":",
		"-", "1e999", "null", "true", "\\u0000", "\"id\":", "\"verb\"",
		"\"master\"", "[]", "{}", "/", "//", "0.5", "-200" };
	const size_t at = config_draw(seed, (uint32_t)size);
	const char *chosen;
	size_t count;

	switch (config_draw(seed, 3)) {
	case 0:
		text[at] = (char)config_draw(seed, 256);
		return size;
	case 1:
		count = config_draw(seed, 40);
		if (at + count > size)
			count = size - at;
		memmove(&text[at], &text[at + count], size - at - count);
		return size - count;
	default:
		chosen =
		    piece[config_draw(seed, sizeof(piece) / sizeof(piece[0]))];
		count = strlen(chosen);
		memmove(&text[at + count], &text[at], size - at);
		memcpy(&text[at], chosen, count);
		return size + count;
	}
}

#endif
