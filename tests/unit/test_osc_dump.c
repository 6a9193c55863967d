#include "osc_bench.h"

/* Asks for a dump and waits for its end. */
static const char *
dump(struct bench *b, const char *prefix)
{
	say(b, 0, "/dump", "s", prefix);
	run_for(b, 40);
	return hear(b, 0);
}

static void
a_dump_tells_every_parameter_with_a_count_at_its_end(void **state)
{
	struct bench *b = *state;
	const char *heard = dump(b, "");
	int counted = 0;

	assert_memory_equal(heard, "/dump sh  0\n", 12);
	assert_non_null(strstr(heard, "\n/ch/kick/fader f -6\n"));
	assert_non_null(strstr(heard, "\n/ch/kick/name s kick\n"));
	assert_non_null(strstr(heard, "\n/ch/kick/send/verb/level f -12\n"));
	assert_non_null(strstr(heard, "\n/ch/kick/send/verb/tap s post\n"));
	assert_non_null(strstr(heard, "\n/bus/verb/fader/position f 0.75\n"));
	assert_non_null(strstr(heard, "\n/master/mute i 0\n"));
	assert_null(strstr(heard, "/master/solo"));
	/* Each once. */
	const char *low = strstr(heard, "\n/ch/kick/target/low f -18\n");
	assert_non_null(low);
	assert_null(strstr(low + 2, "/ch/kick/target/low"));
	assert_non_null(strstr(heard, "\n/master/target/high f -6\n"));
	heard = strstr(heard, "/dump/end sih ");
	assert_non_null(heard);
	assert_int_equal(sscanf(heard, "/dump/end sih  %d 0\n", &counted), 1);
	assert_int_equal(counted, b->messages - 2);
	assert_true(b->largest <= OSC_PACKET);
}

/* What a dump tells is what a pattern for the whole desk gets. */
static void
a_dump_leaves_nothing_out(void **state)
{
	struct bench *b = *state;
	char *told = strdup(dump(b, ""));
	const char *heard = ask(b, 0, "//*", "");
	size_t found = 0;

	for (const char *line = heard, *end; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		char text[256];
		if (strncmp(line, "/meter", 6) == 0 ||
		    strncmp(line, "/headroom", 9) == 0 ||
		    strncmp(line, "/loudness", 9) == 0 ||
		    strncmp(line, "/status", 7) == 0)
			continue;
		snprintf(
		    text, sizeof(text), "\n%.*s\n", (int)(end - line), line);
		if (!strstr(told, text))
			fail_msg("not told:%s", text);
		found++;
	}
	assert_true(found > 30);
	free(told);
}

static void
a_prefix_narrows_it_and_says_how_strips_are_named(void **state)
{
	struct bench *b = *state;

	assert_string_equal(dump(b, "/ch/kick/send/verb/"),
	    "/dump sh /ch/kick/send/verb 0\n"
	    "/ch/kick/send/verb/level f -12\n/ch/kick/send/verb/pan f 0\n"
	    "/ch/kick/send/verb/mute i 0\n/ch/kick/send/verb/tap s post\n"
	    "/dump/end sih /ch/kick/send/verb 4 0\n");
	assert_string_equal(dump(b, "/ch/1/fader"),
	    "/dump sh /ch/1/fader 0\n/ch/1/fader f -6\n"
	    "/ch/1/fader/position f 0.6\n/dump/end sih /ch/1/fader 2 0\n");
	assert_string_equal(
	    dump(b, "/ch/ki"), "/dump sh /ch/ki 0\n/dump/end sih /ch/ki 0 0\n");
	assert_error(ask(b, 0, "/dump", "s", "/ch/*"), "bad-value", "prefix");
	assert_error(ask(b, 0, "/dump", "si", "", 1), "wrong-type", "none");
}

static void
the_state_number_tells_of_changes_meanwhile(void **state)
{
	struct bench *b = *state;
	const char *heard;

	ask(b, 1, "/subscribe", "s", "state");
	say(b, 0, "/dump", "s", "/ch/kick/pan");
	say(b, 0, "/ch/kick/pan", "f", 0.5);
	run_for(b, 40);
	heard = hear(b, 0);
	assert_non_null(strstr(heard, "/dump sh /ch/kick/pan 0\n"));
	assert_non_null(strstr(heard, "/dump/end sih /ch/kick/pan 1 1\n"));
	assert_non_null(strstr(heard, "/ch/kick/pan f 0.5\n"));
	assert_string_equal(hear(b, 1), "/ch/kick/pan f 0.5\n");
}

/* --- a large desk --- */

#define STRIPS 128

static int
large_start(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	fprintf(out,
	    "{ \"version\": 1, \"osc\": { \"allow\": [ { \"network\": "
	    "\"127.0.0.0/8\", \"role\": \"admin\", \"trusted\": true } ] }, "
	    "\"channels\": [");
	for (int i = 1; i < STRIPS - 4; i++)
		fprintf(out,
		    "%s{ \"id\": \"c%d\", \"sends\": { \"b1\": {}, "
		    "\"b2\": {}, \"b3\": {}, \"b4\": {} } }",
		    i > 1 ? "," : "", i);
	fprintf(out, "], \"buses\": [ { \"id\": \"b1\" }, { \"id\": \"b2\" }, "
		     "{ \"id\": \"b3\" }, { \"id\": \"b4\" } ], "
		     "\"master\": {} }");
	fclose(out);
	bench_start_desk(b, text, NULL);
	free(text);
	*state = b;
	return 0;
}

static void
a_large_desk_comes_in_bounded_stretches(void **state)
{
	struct bench *b = *state;
	unsigned ticks = 0, total = 0;

	say(b, 0, "/dump", "");
	while (ticks++ < 100) {
		const char *heard = hear(b, 0);
		total += (unsigned)b->messages;
		/* Two ticks at most fall into the time between. */
		assert_true(b->messages <= 2 * 512 + 2);
		if (strstr(heard, "/dump/end"))
			break;
		run_for(b, 10);
	}
	assert_true(total > 24 * STRIPS);
	assert_true(ticks < 60);
}

#define WITH_LARGE(test) \
	cmocka_unit_test_setup_teardown(test, large_start, bench_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(
		    a_dump_tells_every_parameter_with_a_count_at_its_end),
		WITH_BENCH(a_dump_leaves_nothing_out),
		WITH_BENCH(a_prefix_narrows_it_and_says_how_strips_are_named),
		WITH_BENCH(the_state_number_tells_of_changes_meanwhile),
		WITH_LARGE(a_large_desk_comes_in_bounded_stretches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
