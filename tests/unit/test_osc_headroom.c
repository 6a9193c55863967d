#include "osc_bench.h"

#include "engine/engine.h"
#include "mixer/advise.h"

/*
 * Headroom, zones, advice and undo over OSC. Sound is made by running the
 * engine by hand.
 */

#define FRAMES 960

static void
play(struct bench *b, double level, int seconds)
{
	static float x[FRAMES], silence[FRAMES];
	const float *in[3] = { x, silence, silence };
	float *out[10] = { NULL };
	struct engine *engine = mixer_engine(b->mixer);
	float gain = (float)pow(10, level / 20);

	for (int i = 0; i < FRAMES; i++)
		x[i] = gain * sinf((float)i * 0.0654498F);
	for (int i = 0; i < seconds * 50; i++) {
		engine_run(engine, engine->frame, FRAMES, in, out);
		mixer_tick(b->mixer, true);
	}
}

static int
start(void **state)
{
	struct bench *b;

	bench_start(state);
	b = *state;
	return mixer_set_rate(b->mixer, 48000);
}

#define WITH_SOUND(test) \
	cmocka_unit_test_setup_teardown(test, start, bench_stop)

static void
headroom_is_read_and_reset_for_one_or_all(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/headroom/ch/kick/trim", ""),
	    "/headroom/ch/kick/trim fs 200 silent\n");
	play(b, -6.05, 1);
	assert_string_equal(ask(b, 0, "/headroom/ch/1/trim", ""),
	    "/headroom/ch/1/trim fs 6 hot\n");
	assert_non_null(strstr(ask(b, 0, "/headroom/master/*", ""),
	    "/headroom/master/fader fs 13.1 nominal"));
	assert_string_equal(ask(b, 0, "/headroom/ch/kick/reset", ""),
	    "/headroom/ch/kick/reset i 1\n");
	assert_string_equal(ask(b, 0, "/headroom/ch/kick/trim", ""),
	    "/headroom/ch/kick/trim fs 200 silent\n");
	assert_null(strstr(ask(b, 0, "/headroom/master/in", ""), "silent"));
	assert_string_equal(
	    ask(b, 0, "/headroom/reset", ""), "/headroom/reset i 5\n");
	assert_non_null(strstr(ask(b, 0, "/headroom/master/in", ""), "silent"));
	assert_null(strstr(ask(b, 0, "/headroom//*", ""), "reset"));
	assert_error(ask(b, 0, "/headroom/ch/kick/foo", ""), "unknown-address",
	    "allowed in, trim, fader, reset");
	assert_error(
	    ask(b, 0, "/headroom/ch/kick/reset", "i", 1), "wrong-type", "no");
}

static void
the_headroom_topic_tells_what_has_changed_only(void **state)
{
	struct bench *b = *state;

	play(b, -14, 1);
	ask(b, 0, "/subscribe", "sis", "headroom", 100, "/ch");
	run_for(b, 30);
	hear(b, 0);
	run_for(b, 60);
	assert_string_equal(hear(b, 0), "");
	play(b, -5, 1);
	run_for(b, 40);
	hear(b, 0);
	assert_non_null(strstr(b->heard, "/headroom/ch/kick/trim fs "));
	assert_non_null(strstr(b->heard, " hot\n"));
	assert_null(strstr(b->heard, "/ch/keys"));
	assert_null(strstr(b->heard, "/master"));
}

static void
a_zone_that_changes_is_an_event(void **state)
{
	struct bench *b = *state;

	play(b, -14, 1);
	ask(b, 0, "/subscribe", "ss", "events", "/event/zone");
	play(b, -5, 1);
	assert_non_null(strstr(hear(b, 0), " ch/kick trim nominal hot "));
}

static void
advice_is_told_applied_and_undone(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/advice", ""), "/advice/end i 0\n");
	ask(b, 1, "/subscribe", "s", "state");
	play(b, -4, 5);
	assert_memory_equal(ask(b, 0, "/advice", ""),
	    "/advice issssffsiis 1 warning hot-source ch/kick trim -4 -10 "
	    "dBFS ",
	    66);
	assert_non_null(strstr(b->heard, "/advice/fix isf 1 /ch/kick/trim -10\n"
					 "/advice/fix isf 1 /ch/kick/fader 4\n"
					 "/advice/end i 1\n"));
	assert_error(
	    ask(b, 0, "/advice/apply", "i", 7), "bad-value", "finding 7");
	assert_error(ask(b, 0, "/advice/apply", ""), "wrong-type", "number");
	assert_string_equal(
	    ask(b, 0, "/advice/apply", "i", 1), "/advice/apply iii 1 1 2\n");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f 4\n");
	assert_non_null(strstr(hear(b, 1), "/ch/kick/trim f -10\n"));
	assert_string_equal(ask(b, 0, "/advice", ""), "/advice/end i 0\n");
	assert_string_equal(ask(b, 0, "/undo", ""), "/undo is 2 advice 1\n");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f -6\n");
	assert_string_equal(ask(b, 0, "/undo", ""), "/undo is 0 \n");
}

static void
the_advice_topic_tells_findings_when_they_are_other_ones(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/subscribe", "si", "advice", 100),
	    "/subscribed sis advice 100 \n/advice/end i 0\n");
	run_for(b, 40);
	assert_string_equal(hear(b, 0), "");
	play(b, -4, 5);
	run_for(b, 40);
	assert_non_null(strstr(hear(b, 0), "hot-source ch/kick trim"));
	play(b, -4, 1);
	run_for(b, 40);
	assert_string_equal(hear(b, 0), "");
}

static void
a_view_role_sees_advice_and_may_not_apply_it(void **state)
{
	struct bench b = { 0 };
	(void)state;

	bench_start_as(&b, "127.0.0.0/8", "view");
	assert_string_equal(ask(&b, 0, "/advice", ""), "/advice/end i 0\n");
	assert_error(ask(&b, 0, "/advice/apply", "i", 0), "not-allowed", "");
	assert_error(ask(&b, 0, "/undo", ""), "not-allowed", "");
	assert_error(ask(&b, 0, "/headroom/reset", ""), "not-allowed", "");
	assert_error(
	    ask(&b, 0, "/headroom/ch/kick/reset", ""), "not-allowed", "");
	bench_end(&b);
}

/* Client 0, with the role mix narrowed to one strip; ch/kick is too hot. */
static void
start_narrowed(struct bench *b, const char *strip)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "{ \"version\": 1, \"osc\": { \"allow\": [ { \"network\": "
	    "\"127.0.0.0/8\", \"role\": \"mix\", \"trusted\": true, "
	    "\"strips\": [\"%s\"] } ] }, \"channels\": [ { \"id\": "
	    "\"kick\", \"fader\": -6 }, { \"id\": \"keys\" } ] }",
	    strip);
	bench_start_desk(b, text, NULL);
	assert_int_equal(mixer_set_rate(b->mixer, 48000), 0);
	play(b, -4, 5);
	assert_non_null(strstr(ask(b, 0, "/advice", ""), "hot-source ch/kick"));
}

static void
who_is_narrowed_applies_and_takes_back_what_is_its_own(void **state)
{
	struct bench b = { 0 };
	(void)state;

	start_narrowed(&b, "ch/kick");
	assert_string_equal(
	    ask(&b, 0, "/advice/apply", "i", 1), "/advice/apply iii 1 1 2\n");
	assert_string_equal(
	    ask(&b, 0, "/ch/kick/trim", ""), "/ch/kick/trim f -10\n");
	assert_string_equal(ask(&b, 0, "/undo", ""), "/undo is 2 advice 1\n");
	assert_string_equal(ask(&b, 0, "/headroom/ch/kick/reset", ""),
	    "/headroom/ch/kick/reset i 1\n");
	assert_error(ask(&b, 0, "/headroom/reset", ""), "not-allowed", "admin");
	bench_end(&b);
}

static void
who_is_narrowed_applies_and_takes_back_nothing_of_others(void **state)
{
	struct bench b = { 0 };
	unsigned sets;
	(void)state;

	start_narrowed(&b, "ch/keys");
	for (int id = 0; id < 2; id++)
		assert_error(ask(&b, 0, "/advice/apply", "i", id),
		    "not-allowed", "/ch/kick/trim");
	assert_string_equal(
	    ask(&b, 0, "/ch/kick/trim", ""), "/ch/kick/trim f 0\n");
	assert_int_equal(mixer_advice_apply(b.mixer, 1, NULL, &sets), 1);
	assert_error(ask(&b, 0, "/undo", ""), "not-allowed", "/ch/kick/");
	assert_string_equal(
	    ask(&b, 0, "/ch/kick/trim", ""), "/ch/kick/trim f -10\n");
	assert_error(ask(&b, 0, "/headroom/ch/kick/reset", ""), "not-allowed",
	    "ch/keys");
	bench_end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SOUND(headroom_is_read_and_reset_for_one_or_all),
		WITH_SOUND(the_headroom_topic_tells_what_has_changed_only),
		WITH_SOUND(a_zone_that_changes_is_an_event),
		WITH_SOUND(advice_is_told_applied_and_undone),
		WITH_SOUND(
		    the_advice_topic_tells_findings_when_they_are_other_ones),
		cmocka_unit_test(
		    who_is_narrowed_applies_and_takes_back_what_is_its_own),
		cmocka_unit_test(
		    who_is_narrowed_applies_and_takes_back_nothing_of_others),
		cmocka_unit_test(a_view_role_sees_advice_and_may_not_apply_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
