#include "config_case.h"

#include <math.h>

#define VALID "tests/config/valid.txt"
#define EXAMPLE "config/headroom.json"

static void
check_valid(const char *text, size_t size, const char *expected)
{
	struct desk *desk;

	config_assert_complaint(text, size, expected);
	desk = config_take(text);
	config_assert_prints_back(desk);
	desk_free(desk);
}

static void
every_valid_configuration_is_taken_and_prints_back(void **state)
{
	(void)state;
	assert_in_range(config_each_case(VALID, check_valid), 20, 1000);
}

static void
the_examples_are_valid_and_print_back(void **state)
{
	static const char *const file[] = { EXAMPLE, "config/minimal.json" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct config_errors errors = { 0 };
		size_t size;
		char *text = config_load(file[i], &size, &errors);

		assert_non_null(text);
		struct desk *desk = config_take(text);
		config_assert_prints_back(desk);
		desk_free(desk);
		free(text);
	}
}

static void
every_number_prints_back_exactly(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct desk *desk, *again;
		char text[128], *printed;
		double fader;

		seed = seed * 6364136223846793005U + 1442695040888963407U;
		fader = ldexp((double)(seed >> 11), -53) * 210 - 200;
		snprintf(text, sizeof(text),
		    "{\"version\":1,\"master\":{\"fader\":%.17g}}", fader);
		desk = config_take(text);
		assert_true(desk->strip[0].value[PARAM_FADER] == fader);
		printed = config_text(desk);
		again = config_take(printed);
		assert_true(again->strip[0].value[PARAM_FADER] == fader);
		desk_free(desk);
		desk_free(again);
		free(printed);
	}
}

static void
short_numbers_print_short(void **state)
{
	struct desk *desk = config_take(
	    "{\"version\":1,\"master\":{\"fader\":-0.1,\"trim\":1e1}}");
	char *text = config_text(desk);

	(void)state;
	assert_non_null(strstr(text, "\"fader\": -0.1,"));
	assert_non_null(strstr(text, "\"trim\": 10,"));
	desk_free(desk);
	free(text);
}

static void
a_name_keeps_its_characters_when_printed(void **state)
{
	struct desk *desk = config_take("{\"version\":1,\"name\":"
					"\"\\\"\\\\ \\u00e9\xe2\x82\xac \\ud83c"
					"\\udfb8\"}");
	struct desk *again;
	char *text = config_text(desk);

	(void)state;
	assert_string_equal(
	    desk->name, "\"\\ \xc3\xa9\xe2\x82\xac \xf0\x9f\x8e\xb8");
	again = config_take(text);
	assert_string_equal(again->name, desk->name);
	desk_free(desk);
	desk_free(again);
	free(text);
}

/* Nor may what is printed open what the token closed. */
static void
a_token_is_not_printed(void **state)
{
	struct config_errors errors = { 0 };
	struct desk *desk = config_take(
	    "{\"version\":1,\"osc\":{\"allow\":[{\"network\":\"::/0\","
	    "\"role\":\"admin\",\"token\":\"battery-staple\"}]}}");
	char *text = config_text(desk);

	(void)state;
	assert_string_equal(desk->allow[0].token, "battery-staple");
	assert_null(strstr(text, "battery"));
	assert_non_null(strstr(text, "\"token\": \"(not shown)\""));
	assert_null(config_parse(text, strlen(text), NULL, &errors));
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.error[0].path, "osc.allow[0].token");
	config_free_errors(&errors);
	desk_free(desk);
	free(text);
}

static void
a_print_that_cannot_be_written_fails(void **state)
{
	struct desk *desk = config_take("{\"version\":1}");
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_int_equal(config_print(out, desk), -1);
	fclose(out);
	desk_free(desk);
}

static void
mutated_files_are_refused_or_print_back(void **state)
{
	size_t original_size;
	char *original = config_slurp(EXAMPLE, &original_size);
	uint32_t seed = 20250101;
	unsigned taken = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		struct config_errors errors = { 0 };
		char *text = malloc(original_size + 64);
		size_t size = original_size;
		struct desk *desk;

		assert_non_null(text);
		memcpy(text, original, size);
		for (uint32_t n = 1 + config_draw(&seed, 3); n > 0; n--)
			size = config_mutate(&seed, text, size);
		desk = config_parse(text, size, NULL, &errors);
		assert_int_equal(desk == NULL, errors.count > 0);
		if (desk) {
			config_assert_prints_back(desk);
			taken++;
		}
		desk_free(desk);
		config_free_errors(&errors);
		free(text);
	}
	assert_in_range(taken, 1, 3999);
	free(original);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_valid_configuration_is_taken_and_prints_back),
		cmocka_unit_test(the_examples_are_valid_and_print_back),
		cmocka_unit_test(every_number_prints_back_exactly),
		cmocka_unit_test(short_numbers_print_short),
		cmocka_unit_test(a_name_keeps_its_characters_when_printed),
		cmocka_unit_test(a_token_is_not_printed),
		cmocka_unit_test(a_print_that_cannot_be_written_fails),
		cmocka_unit_test(mutated_files_are_refused_or_print_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
