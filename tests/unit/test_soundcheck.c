#include "table.h"

#include "mixer/mixer.h"
#include "mixer/soundcheck.h"
#include "mixer/undo.h"
#include "protocol/level.h"

#include <stdio.h>

/*
 * Sound checks of sources that are played through the engine: what is heard,
 * and which trim is proposed for it.
 */

#define RATE 48000
#define BLOCK 4800 /* a tenth of a second */
#define TURN (2 * 3.14159265358979 / RATE)

#define LOW (-18.0) /* the window of a channel, unless told otherwise */
#define HIGH (-10.0)
#define MIDDLE (-12.0) /* where a source of common density is to peak */

static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    "  { \"id\": \"a\" }, { \"id\": \"b\", \"lanes\": 2 } ] }";
#define A 0
#define B 1

/* What a source sends into a port. */
struct source {
	unsigned port;
	double peak; /* dBFS */
	/* s of one stroke and from one stroke to the next; 0: it never stops */
	double stroke, every;
	double decay;    /* dB/s of a stroke */
	bool square;     /* as dense as it gets */
	double limit;    /* largest sample that its converter makes; 0: none */
	double from, to; /* s in which it plays; to 0: always */
};

struct fixture {
	struct table table;
	uint64_t played; /* frames */
};

static void
begin(struct fixture *fixture, const char *json)
{
	*fixture = (struct fixture){ 0 };
	table_open(&fixture->table, json, RATE);
}

static void
end(struct fixture *fixture)
{
	table_close(&fixture->table);
}

static double
sample(const struct source *source, uint64_t frame)
{
	double at = (double)frame / RATE, level = source->peak;

	if (level <= LEVEL_SILENCE ||
	    (source->to > 0 && (at < source->from || at >= source->to)))
		return 0;
	if (source->every > 0) {
		at = fmod(at, source->every);
		if (at >= source->stroke)
			return 0;
		level -= source->decay * at;
	}
	double x = sin(TURN * 200 * (double)frame);
	if (source->square)
		x = x < 0 ? -1 : 1;
	x *= pow(10, level / 20);
	if (source->limit > 0)
		x = fmin(fmax(x, -source->limit), source->limit);
	return x;
}

static void
play(struct fixture *fixture, const struct source *source, size_t count,
    double seconds)
{
	struct table *table = &fixture->table;

	for (int i = 0; i < (int)lrint(seconds * 10); i++) {
		for (int port = 0; port < 4; port++)
			memset(table->in[port], 0, BLOCK * sizeof(float));
		for (size_t s = 0; s < count; s++)
			for (unsigned k = 0; k < BLOCK; k++)
				table->in[source[s].port][k] += (float)sample(
				    &source[s], fixture->played + k);
		fixture->played += BLOCK;
		table_run(table, 0, BLOCK, 480);
	}
}

static enum soundcheck_state
state_of(const struct fixture *fixture)
{
	double heard, seconds;

	return mixer_soundcheck_state(fixture->table.mixer, &heard, &seconds);
}

static void
listen(struct fixture *fixture, bool a, bool b, double seconds)
{
	bool marked[8] = { a, b };

	assert_int_equal(
	    mixer_soundcheck_start(fixture->table.mixer, marked, seconds), 0);
	fixture->played = 0;
}

static struct soundcheck_finding
finding(const struct fixture *fixture, unsigned strip)
{
	struct soundcheck_finding found;

	assert_true(mixer_soundcheck_read(fixture->table.mixer, strip, &found));
	return found;
}

/* A whole check of channel a, of 10 s. */
static struct soundcheck_finding
check(struct fixture *fixture, const struct source *source, size_t count)
{
	listen(fixture, true, false, 10);
	play(fixture, source, count, 10);
	assert_int_equal(state_of(fixture), SOUNDCHECK_DONE);
	return finding(fixture, A);
}

static struct soundcheck_finding
check_one(struct source source)
{
	struct fixture fixture;
	struct soundcheck_finding found;

	begin(&fixture, desk);
	found = check(&fixture, &source, 1);
	end(&fixture);
	return found;
}

static void
expect_move(const struct soundcheck_finding *found, double trim)
{
	assert_string_equal(soundcheck_verdict_name(found->verdict), "move");
	assert_float_equal(found->trim, trim, 1e-9);
	assert_true(found->peak + found->trim >= LOW - 1e-9);
	assert_true(found->peak + found->trim <= HIGH + 1e-9);
}

static void
expect_words(const struct soundcheck_finding *found, const char *words)
{
	if (strstr(found->words, words) == NULL)
		fail_msg("\"%s\" has nothing of \"%s\"", found->words, words);
}

static double
value(struct fixture *fixture, const char *text)
{
	struct address address = table_find(&fixture->table, text);
	struct schema_value value;

	mixer_get(fixture->table.mixer, &address, &value);
	return value.number;
}

/* --- what a trim mends --- */

static void
a_loud_source_is_turned_down(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -2 });

	(void)state;
	expect_move(&found, -10);
	assert_float_equal(found.peak, -2, 0.05);
	assert_float_equal(found.loud, -5.01, 0.05);
	assert_float_equal(found.sounded, 10, 0.01);
	expect_words(&found,
	    "peaks at -2.0 dBFS: trim down by 10.0 dB, to -10.0 dB, makes that "
	    "-12.0");
}

static void
a_soft_source_is_turned_up(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -30 });

	(void)state;
	expect_move(&found, 18);
	expect_words(&found, "trim up by 18.0 dB, to +18.0 dB");
	assert_null(strstr(found.words, "preamp"));
}

static void
a_trim_that_lifts_the_noise_says_so(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -40 });

	(void)state;
	expect_move(&found, 28);
	expect_words(&found, "Better: its preamp up by 26 dB");
}

static void
trims_are_proposed_in_halves_of_a_db(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -5.3 });

	(void)state;
	expect_move(&found, -6.5);
}

static void
a_spiky_snare_may_peak_high(void **state)
{
	/* Strokes of 30 ms, half a second apart: 20 dB from peak to RMS. */
	struct soundcheck_finding found = check_one((struct source){
	    .peak = -2, .stroke = 0.03, .every = 0.5, .decay = 1000 });

	(void)state;
	assert_int_equal(found.verdict, VERDICT_MOVE);
	assert_true(found.peak - found.loud > 12);
	assert_float_equal(found.peak + found.trim, HIGH - 0.5, 0.3);
}

static void
a_dense_guitar_is_kept_lower(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -3, .square = true });

	(void)state;
	/* RMS 3 dB above what slots are to be fed with, not more. */
	assert_int_equal(found.verdict, VERDICT_MOVE);
	assert_true(found.loud + found.trim <= -15 + 0.3);
	assert_true(found.peak + found.trim >= LOW);
	assert_true(found.peak + found.trim < MIDDLE - 1);
}

static void
what_it_proposes_is_right_the_next_time(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		struct source source = { .peak = -43 + 3.6 * i,
			.square = i % 3 == 1,
			.stroke = i % 3 == 2 ? 0.04 : 0,
			.every = i % 3 == 2 ? 0.4 : 0,
			.decay = 500 };
		struct fixture fixture;
		bool all[8] = { true, true };

		begin(&fixture, desk);
		listen(&fixture, true, false, 5);
		play(&fixture, &source, 1, 5);
		if (finding(&fixture, A).verdict == VERDICT_MOVE)
			assert_int_equal(
			    mixer_soundcheck_apply(
				fixture.table.mixer, all, false, NULL),
			    1);
		assert_int_equal(finding(&fixture, A).verdict, VERDICT_RIGHT);
		assert_int_equal(mixer_soundcheck_apply(
				     fixture.table.mixer, all, false, NULL),
		    0);
		end(&fixture);
	}
}

static void
a_window_of_another_target_is_kept(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -6 };

	(void)state;
	begin(&fixture, "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
			"  \"target\": { \"low\": -30, \"high\": -22,"
			"    \"insert\": -30 } } ] }");
	struct soundcheck_finding found = check(&fixture, &source, 1);
	assert_int_equal(found.verdict, VERDICT_MOVE);
	assert_float_equal(found.peak + found.trim, -24, 0.3);
	end(&fixture);
}

static void
a_window_without_room_is_met(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -6.2 };
	bool all[8] = { true };

	(void)state;
	begin(&fixture,
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
	    "  \"target\": { \"low\": -14.1, \"high\": -14 } } ] }");
	struct soundcheck_finding found = check(&fixture, &source, 1);
	assert_int_equal(found.verdict, VERDICT_MOVE);
	mixer_soundcheck_apply(fixture.table.mixer, all, false, NULL);
	assert_int_equal(finding(&fixture, A).verdict, VERDICT_RIGHT);
	end(&fixture);
}

/* --- what needs no trim --- */

static void
a_source_within_its_window_stays(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -14 });

	(void)state;
	assert_int_equal(found.verdict, VERDICT_RIGHT);
	assert_true(found.trim == 0);
	expect_words(&found, "within -18 to -10: leave it");
}

static void
a_trim_that_stands_right_stays(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -30 };

	(void)state;
	begin(&fixture, desk);
	table_set(&fixture.table, "/ch/a/trim", 15);
	mixer_commit(fixture.table.mixer);
	struct soundcheck_finding found = check(&fixture, &source, 1);
	assert_int_equal(found.verdict, VERDICT_RIGHT);
	assert_true(found.trim == 15);
	end(&fixture);
}

/* --- what no trim mends --- */

static void
silence_has_no_trim(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -200 });

	(void)state;
	assert_int_equal(found.verdict, VERDICT_SILENT);
	assert_true(found.trim == 0 && found.sounded == 0);
	assert_true(found.peak == LEVEL_SILENCE);
	assert_true(found.loud == LEVEL_SILENCE);
	expect_words(&found, "cable");
}

static void
bleed_alone_is_too_quiet_to_judge(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -48 });

	(void)state;
	assert_int_equal(found.verdict, VERDICT_QUIET);
	assert_true(found.trim == 0);
	expect_words(&found, "too quiet to judge, -48.0 dBFS may be bleed");
	expect_words(&found, "preamp up by 34 dB");
}

static void
bleed_does_not_count_beside_a_source(void **state)
{
	struct fixture fixture;
	const struct source alone = { .peak = -6, .from = 2, .to = 4 };
	const struct source both[] = { alone, { .peak = -42 } };

	(void)state;
	begin(&fixture, desk);
	struct soundcheck_finding without = check(&fixture, &alone, 1);
	struct soundcheck_finding with = check(&fixture, both, 2);
	expect_move(&with, without.trim);
	assert_float_equal(with.sounded, 2, 0.11);
	/* The pauses do not make its passages softer either. */
	assert_float_equal(with.loud, -9, 0.2);
	end(&fixture);
}

static void
a_source_that_is_cut_at_the_input_needs_its_preamp(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = 6, .limit = 1 });

	(void)state;
	assert_int_equal(found.verdict, VERDICT_CLIPPED);
	assert_true(found.trim == 0);
	expect_words(&found,
	    "clips at the input, which no trim mends: turn its "
	    "preamp down by 1");
}

static void
one_knock_is_no_passage(void **state)
{
	struct soundcheck_finding found =
	    check_one((struct source){ .peak = -3, .from = 5, .to = 5.2 });

	(void)state;
	assert_int_equal(found.verdict, VERDICT_SHORT);
	assert_float_equal(found.sounded, 0.2, 0.11);
	expect_words(&found, "play its loudest passage for 0.5 s at least");
}

static void
what_the_trim_cannot_reach_is_told(void **state)
{
	static const char hot[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
	    "  \"target\": { \"low\": -60, \"high\": -50 } } ] }";
	static const char far[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
	    "  \"target\": { \"low\": -2, \"high\": -1 } } ] }";
	struct fixture fixture;
	struct source source = { .peak = -4 };

	(void)state;
	begin(&fixture, hot);
	struct soundcheck_finding found = check(&fixture, &source, 1);
	assert_int_equal(found.verdict, VERDICT_LOUD);
	expect_words(&found, "turn its source down by 51 dB");
	end(&fixture);
	begin(&fixture, far);
	source.peak = -43;
	found = check(&fixture, &source, 1);
	assert_int_equal(found.verdict, VERDICT_QUIET);
	expect_words(&found, "turn its preamp up by 42 dB");
	end(&fixture);
}

/* --- what it listens to --- */

static void
the_louder_lane_of_a_stereo_strip_counts(void **state)
{
	struct fixture fixture;
	const struct source source[] = { { .port = 1, .peak = -20 },
		{ .port = 2, .peak = -4 } };

	(void)state;
	begin(&fixture, desk);
	listen(&fixture, false, true, 5);
	play(&fixture, source, 2, 5);
	struct soundcheck_finding found = finding(&fixture, B);
	expect_move(&found, -8);
	assert_float_equal(found.loud, -7.01, 0.05);
	end(&fixture);
}

static void
only_strips_that_are_marked_are_heard(void **state)
{
	struct fixture fixture;
	const struct source source[] = { { .port = 0, .peak = -4 },
		{ .port = 1, .peak = -4 } };
	struct soundcheck_finding found;
	bool all[8] = { true, true, true };

	(void)state;
	begin(&fixture, desk);
	listen(&fixture, false, true, 5);
	play(&fixture, source, 2, 5);
	assert_false(mixer_soundcheck_read(fixture.table.mixer, A, &found));
	assert_int_equal(
	    mixer_soundcheck_apply(fixture.table.mixer, all, false, NULL), 1);
	assert_true(value(&fixture, "/ch/a/trim") == 0);
	assert_true(value(&fixture, "/ch/b/trim") == -8);
	end(&fixture);
}

static void
mute_fader_solo_and_trim_do_not_disturb_it(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -2 };

	(void)state;
	begin(&fixture, desk);
	table_set(&fixture.table, "/ch/a/mute", 1);
	table_set(&fixture.table, "/ch/b/solo", 1);
	table_set(&fixture.table, "/ch/a/fader", -200);
	mixer_commit(fixture.table.mixer);
	listen(&fixture, true, false, 10);
	play(&fixture, &source, 1, 5);
	table_set(&fixture.table, "/ch/a/trim", 7);
	mixer_commit(fixture.table.mixer);
	play(&fixture, &source, 1, 5);
	struct soundcheck_finding found = finding(&fixture, A);
	expect_move(&found, -10);
	expect_words(&found, "trim down by 17.0 dB, to -10.0 dB");
	end(&fixture);
}

static void
the_master_has_a_sound_check_too(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = 3 };
	bool marked[8] = { false, false, true };

	(void)state;
	begin(&fixture, desk);
	assert_int_equal(
	    mixer_soundcheck_start(fixture.table.mixer, marked, 5), 0);
	play(&fixture, &source, 1, 5);
	struct soundcheck_finding found = finding(&fixture, 2);
	assert_int_equal(found.verdict, VERDICT_MOVE);
	assert_true(found.peak + found.trim <= -6);
	end(&fixture);
}

/* --- how it goes --- */

static void
it_ends_by_itself_and_moves_nothing(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -2 };
	double heard, seconds;

	(void)state;
	begin(&fixture, desk);
	assert_int_equal(state_of(&fixture), SOUNDCHECK_IDLE);
	listen(&fixture, true, false, 3);
	play(&fixture, &source, 1, 2);
	assert_int_equal(state_of(&fixture), SOUNDCHECK_LISTENING);
	mixer_soundcheck_state(fixture.table.mixer, &heard, &seconds);
	assert_float_equal(heard, 2, 0.11);
	assert_true(seconds == 3);
	/* What is heard so far can be looked at. */
	assert_float_equal(finding(&fixture, A).peak, -2, 0.05);
	play(&fixture, &source, 1, 1);
	assert_int_equal(state_of(&fixture), SOUNDCHECK_DONE);
	source.peak = 0;
	play(&fixture, &source, 1, 1);
	assert_float_equal(finding(&fixture, A).peak, -2, 0.05);
	assert_true(value(&fixture, "/ch/a/trim") == 0);
	end(&fixture);
}

static void
what_was_cancelled_proposes_nothing(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -2 };
	struct soundcheck_finding found;
	bool all[8] = { true };

	(void)state;
	begin(&fixture, desk);
	check(&fixture, &source, 1);
	mixer_soundcheck_cancel(fixture.table.mixer);
	assert_int_equal(state_of(&fixture), SOUNDCHECK_IDLE);
	assert_false(mixer_soundcheck_read(fixture.table.mixer, A, &found));
	assert_int_equal(
	    mixer_soundcheck_apply(fixture.table.mixer, all, false, NULL), 0);
	end(&fixture);
}

static void
another_rate_ends_what_goes_on(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -2 };

	(void)state;
	begin(&fixture, desk);
	listen(&fixture, true, false, 10);
	play(&fixture, &source, 1, 2);
	assert_int_equal(mixer_set_rate(fixture.table.mixer, 44100), 0);
	assert_int_equal(state_of(&fixture), SOUNDCHECK_IDLE);
	end(&fixture);
}

static void
what_is_applied_is_one_step_to_take_back(void **state)
{
	struct fixture fixture;
	const struct source source[] = { { .port = 0, .peak = -2 },
		{ .port = 1, .peak = -30 } };
	bool all[8] = { true, true, true };
	char label[UNDO_LABEL];

	(void)state;
	begin(&fixture, desk);
	table_set(&fixture.table, "/ch/a/trim", 3);
	listen(&fixture, true, true, 5);
	play(&fixture, source, 2, 5);
	assert_int_equal(
	    mixer_soundcheck_apply(fixture.table.mixer, all, false, NULL), 2);
	assert_true(value(&fixture, "/ch/a/trim") == -10);
	assert_true(value(&fixture, "/ch/b/trim") == 18);
	assert_true(value(&fixture, "/ch/a/fader") == 0);
	assert_int_equal(mixer_undo(fixture.table.mixer, NULL, label), 2);
	assert_string_equal(label, "sound check");
	assert_true(value(&fixture, "/ch/a/trim") == 3);
	assert_true(value(&fixture, "/ch/b/trim") == 0);
	end(&fixture);
}

static void
a_balance_that_is_kept_moves_the_fader(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -2 };
	bool all[8] = { true };

	(void)state;
	begin(&fixture, desk);
	table_set(&fixture.table, "/ch/a/fader", -7);
	check(&fixture, &source, 1);
	mixer_soundcheck_apply(fixture.table.mixer, all, true, NULL);
	assert_true(value(&fixture, "/ch/a/trim") == -10);
	assert_true(value(&fixture, "/ch/a/fader") == 3);
	end(&fixture);
}

static void
a_fader_that_is_off_stays_off(void **state)
{
	struct fixture fixture;
	struct source source = { .peak = -2 };
	bool all[8] = { true };

	(void)state;
	begin(&fixture, desk);
	table_set(&fixture.table, "/ch/a/fader", -200);
	check(&fixture, &source, 1);
	mixer_soundcheck_apply(fixture.table.mixer, all, true, NULL);
	assert_true(value(&fixture, "/ch/a/trim") == -10);
	assert_true(value(&fixture, "/ch/a/fader") == -200);
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loud_source_is_turned_down),
		cmocka_unit_test(a_soft_source_is_turned_up),
		cmocka_unit_test(a_trim_that_lifts_the_noise_says_so),
		cmocka_unit_test(trims_are_proposed_in_halves_of_a_db),
		cmocka_unit_test(a_spiky_snare_may_peak_high),
		cmocka_unit_test(a_dense_guitar_is_kept_lower),
		cmocka_unit_test(what_it_proposes_is_right_the_next_time),
		cmocka_unit_test(a_window_of_another_target_is_kept),
		cmocka_unit_test(a_window_without_room_is_met),
		cmocka_unit_test(a_source_within_its_window_stays),
		cmocka_unit_test(a_trim_that_stands_right_stays),
		cmocka_unit_test(silence_has_no_trim),
		cmocka_unit_test(bleed_alone_is_too_quiet_to_judge),
		cmocka_unit_test(bleed_does_not_count_beside_a_source),
		cmocka_unit_test(
		    a_source_that_is_cut_at_the_input_needs_its_preamp),
		cmocka_unit_test(one_knock_is_no_passage),
		cmocka_unit_test(what_the_trim_cannot_reach_is_told),
		cmocka_unit_test(the_louder_lane_of_a_stereo_strip_counts),
		cmocka_unit_test(only_strips_that_are_marked_are_heard),
		cmocka_unit_test(mute_fader_solo_and_trim_do_not_disturb_it),
		cmocka_unit_test(the_master_has_a_sound_check_too),
		cmocka_unit_test(it_ends_by_itself_and_moves_nothing),
		cmocka_unit_test(what_was_cancelled_proposes_nothing),
		cmocka_unit_test(another_rate_ends_what_goes_on),
		cmocka_unit_test(what_is_applied_is_one_step_to_take_back),
		cmocka_unit_test(a_balance_that_is_kept_moves_the_fader),
		cmocka_unit_test(a_fader_that_is_off_stays_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
