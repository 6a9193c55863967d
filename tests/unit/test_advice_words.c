#include "mixer/advice.h"
#include "mixer/config.h"
#include "protocol/level.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Whatever the advisor says, it says what is wrong, where, by how much and what
 * to do. With HEADROOM_WORDS in the environment all of it is printed.
 */

/* As long as an id may be, so that nothing is cut off with others. */
#define A "a-very-long-id-of-32-characters-"
#define B "b-very-long-id-of-32-characters-"

enum place { MONO, STEREO, BUS, MASTER, MONITOR, PLACES };

static const char desk_json[] =
    "{ \"version\": 1, \"channels\": ["
    "  { \"id\": \"" A "\", \"inserts\": [ { \"jack\": {} } ],"
    "    \"to\": [\"" B "\"],"
    "    \"sends\": { \"" B "\": { \"tap\": \"pre\", \"level\": -3 } } },"
    "  { \"id\": \"s\", \"lanes\": 2 } ],"
    "  \"buses\": [ { \"id\": \"" B "\", \"inserts\": [ { \"jack\": {} } ] } ],"
    "  \"master\": { \"lanes\": 2 }, \"targets\": { \"preset\": \"k14\" } }";

struct bench {
	struct desk *desk;
	struct route_solo solo;
	struct advice_strip strip[PLACES];
	struct advice advice;
	unsigned seen[ADVICE_CODES];
};

static struct bench *
bench_open(void)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct config_errors errors = { 0 };

	assert_non_null(bench);
	bench->desk = config_parse(desk_json, strlen(desk_json), NULL, &errors);
	config_print_errors(stderr, "desk", &errors);
	config_free_errors(&errors);
	assert_non_null(bench->desk);
	assert_int_equal(bench->desk->strips, PLACES);
	assert_int_equal(route_solo_update(&bench->solo, bench->desk), 0);
	return bench;
}

static void
bench_close(struct bench *bench)
{
	advice_free(&bench->advice);
	route_solo_free(&bench->solo);
	desk_free(bench->desk);
	free(bench);
}

/* A stage that has sounded for a quarter of a minute. */
static void
play(struct bench *bench, enum place strip, unsigned stage, double peak,
    double rms)
{
	bench->strip[strip].stage[stage] =
	    (struct history_levels){ peak, { peak, peak }, rms, rms - 3, 29 };
}

/* Every stage at levels that there is nothing to say of. */
static void
play_well(struct bench *bench)
{
	for (unsigned i = 0; i < PLACES; i++) {
		struct desk_strip *strip = &bench->desk->strip[i];

		strip->value[PARAM_TRIM] = strip->value[PARAM_FADER] = 0;
		strip->value[PARAM_MUTE] = 0;
		bench->strip[i] =
		    (struct advice_strip){ .program = { 0.5, -90 },
			    .works = { true },
			    .loudness = -14,
			    .to_master = true };
		for (unsigned k = 0; k < desk_stages(strip); k++)
			play(bench, i, k, -10, -16);
	}
}

/* Is one of the words said? */
static bool
has_one(const char *words, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(words, list[i]) != NULL)
			return true;
	return false;
}

/* A number, and behind it a unit. */
static bool
has_amount(const char *words)
{
	static const char *const unit[] = { " dB", " LU", " dBFS" };

	if (!has_one(words, unit, 3) && strstr(words, "correlation") == NULL)
		return false;
	while (*words != '\0' && !isdigit((unsigned char)*words))
		words++;
	return *words != '\0';
}

static void
judge(struct bench *bench, const struct finding *finding)
{
	static const char *const where[] = { "ch/" A, "ch/s", "bus/" B,
		"master" };
	static const char *const todo[] = { "Turn ", "Set ", "Mute ",
		"Make up ", "Look ", "Invert " };
	const char *words = finding->words;
	size_t size = strlen(words);

	bench->seen[finding->code]++;
	if (getenv("HEADROOM_WORDS") != NULL)
		printf("%-8s %-14s %s\n",
		    advice_severity_name(finding->severity),
		    advice_code_name(finding->code), words);
	if (!has_one(words, &where[finding->strip], 1))
		fail_msg("it does not say where: %s", words);
	if (!has_amount(words))
		fail_msg("it does not say by how much: %s", words);
	if (!has_one(words, todo, sizeof todo / sizeof todo[0]))
		fail_msg("it does not say what to do: %s", words);
	if (size + 1 >= ADVICE_WORDS || words[size - 1] != '.')
		fail_msg("it is cut off: %s", words);
	if (strstr(words, "-0.0") != NULL || strstr(words, "nan") != NULL ||
	    strstr(words, "inf") != NULL || strstr(words, "  ") != NULL)
		fail_msg("it has no sense: %s", words);
}

/* Runs the advisor; there must be a finding of this code. */
static void
hear(struct bench *bench, enum advice_code code)
{
	const struct advice_input input = { bench->desk, &bench->solo,
		bench->strip };
	unsigned before = bench->seen[code];

	advice_run(&bench->advice, &input);
	for (size_t i = 0; i < bench->advice.findings; i++)
		judge(bench, &bench->advice.finding[i]);
	if (bench->seen[code] == before)
		fail_msg("no %s", advice_code_name(code));
	play_well(bench);
}

static void
hear_channels(struct bench *bench)
{
	struct desk_strip *mono = &bench->desk->strip[MONO];

	play(bench, MONO, 0, 3, -9);
	play(bench, MONO, 1, 3, -9);
	hear(bench, ADVICE_HOT_SOURCE);
	play(bench, MONO, 1, -2, -12);
	mono->value[PARAM_TRIM] = -40;
	hear(bench, ADVICE_HOT_SOURCE);
	play(bench, MONO, 1, -40, -50);
	hear(bench, ADVICE_LOW_SOURCE);
	play(bench, MONO, 1, -30, -40);
	mono->value[PARAM_FADER] = 8;
	hear(bench, ADVICE_FADER_AS_TRIM);
	play(bench, MONO, 2, -3, -9);
	hear(bench, ADVICE_INSERT_LEVEL);
	play(bench, MONO, 2, -20, -26);
	hear(bench, ADVICE_INSERT_LEVEL);
	play(bench, MONO, 1, -7, -7);
	hear(bench, ADVICE_INSERT_FEED);
	mono->value[PARAM_MUTE] = 1;
	hear(bench, ADVICE_MUTED_FEED);
	mono->value[PARAM_FADER] = -200;
	hear(bench, ADVICE_MUTED_FEED);
	mono->value[PARAM_TRIM] = 30;
	bench->strip[MONO].stage[1].floor = -45;
	hear(bench, ADVICE_TRIM_NOISE);
	bench->strip[STEREO].stage[0].lane_peak[1] = -80;
	hear(bench, ADVICE_DEAD_LANE);
	bench->strip[STEREO].stage[0].lane_peak[0] = -200;
	hear(bench, ADVICE_DEAD_LANE);
}

static void
hear_sums(struct bench *bench)
{
	struct desk_strip *bus = &bench->desk->strip[BUS];
	struct desk_strip *master = &bench->desk->strip[MASTER];

	for (unsigned stage = 0; stage < 4; stage++)
		for (int over = 0; over < 2; over++) {
			play(bench, BUS, stage, -0.04 + 4 * over, -10);
			hear(bench, ADVICE_BUS_HOT);
		}
	bench->strip[BUS].to_master = false;
	play(bench, BUS, desk_stage_fader(bus), 2, -10);
	hear(bench, ADVICE_BUS_HOT);
	for (unsigned stage = 0; stage < 3; stage++)
		for (int over = 0; over < 2; over++) {
			play(bench, MASTER, stage, -0.04 + 4 * over, -10);
			hear(bench, ADVICE_MASTER_HOT);
		}
	master->value[PARAM_FADER] = -8;
	play(bench, MASTER, 0, 6, -6);
	hear(bench, ADVICE_MASTER_MEND);
	bench->strip[MASTER].loudness = -20;
	hear(bench, ADVICE_LOUDNESS);
	bench->strip[MASTER].loudness = -8;
	hear(bench, ADVICE_LOUDNESS);
	bench->strip[BUS].program.dc = -25;
	hear(bench, ADVICE_DC);
	bench->strip[MASTER].program.correlation = -0.8;
	hear(bench, ADVICE_POLARITY);
}

static void
words_say_what_where_by_how_much_and_what_to_do(void **state)
{
	struct bench *bench = bench_open();

	(void)state;
	play_well(bench);
	hear_channels(bench);
	hear_sums(bench);
	for (int code = 0; code < ADVICE_CODES; code++)
		if (bench->seen[code] == 0)
			fail_msg("%s was not heard",
			    advice_code_name((enum advice_code)code));
	bench_close(bench);
}

static void
a_healthy_desk_is_not_talked_about(void **state)
{
	struct bench *bench = bench_open();
	const struct advice_input input = { bench->desk, &bench->solo,
		bench->strip };

	(void)state;
	play_well(bench);
	advice_run(&bench->advice, &input);
	if (bench->advice.findings != 0)
		fail_msg("%s", bench->advice.finding[0].words);
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_desk_is_not_talked_about),
		cmocka_unit_test(
		    words_say_what_where_by_how_much_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
