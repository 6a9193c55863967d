#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Sound checks from outside: headroomctl has one made of a source that plays, and
 * what is then recorded peaks where it should; and who may have one made.
 */

#define RATE 48000
#define PERIOD 256
#define TONE RATE          /* frames that loop */
#define LENGTH (30 * RATE) /* at most */
#define HOT 0.6            /* of full scale, -4.4 dBFS */
#define PARTS 9 /* of half a second, of which the middle one counts */
#define PART (RATE / 2 / PARTS)

#define LOW (-18.0) /* the window of a channel */
#define HIGH (-10.0)

static const char desk[] =
    "{ \"version\": 1, \"osc\": { \"allow\": ["
    "  { \"network\": \"127.0.0.1/32\", \"role\": \"admin\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.0.2/32\", \"role\": \"view\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.0.3/32\", \"role\": \"mix\","
    "    \"trusted\": true, \"strips\": [\"ch/b\"] } ] },"
    "  \"channels\": [ { \"id\": \"a\", \"fader\": -2,"
    "    \"outputs\": [\"nobody:in\"] }, { \"id\": \"b\" } ],"
    "  \"master\": { \"lanes\": 1 } }";

struct scene {
	struct rig *rig;
	struct rig_take *take;
};

static void
begin(struct scene *scene, struct rig *rig)
{
	scene->rig = rig;
	rig_start(rig, RATE, PERIOD, desk);
	rig_join(rig, 1, 1);
	rig_connect_play(rig, 0, "headroom:a_in_1");
	rig_connect_capture(rig, "headroom:a_out_1", 0);
	scene->take = take_new(1, 1, TONE, LENGTH);
	scene->take->loops = true;
	signal_sine(scene->take->play[0], TONE, HOT, 1 / 48.0);
	rig_roll(rig, scene->take);
	rig_settle(rig, 100);
}

static void
end(struct scene *scene)
{
	rig_cut(scene->rig);
	take_free(scene->take);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The peak of the next half second of what is recorded, in dBFS. JACK may lose
 * some of it on a busy machine: that is in few of its parts. */
static double
peak_now(struct scene *scene)
{
	double part[PARTS];

	rig_settle(scene->rig, 100);
	uint32_t from = rig_rolled(scene->rig);
	assert_true(from + PARTS * PART <= LENGTH);
	while (rig_rolled(scene->rig) < from + PARTS * PART)
		rig_sleep(20);
	for (int k = 0; k < PARTS; k++) {
		const float *x = scene->take->capture[0] + from + k * PART;
		double most = 1e-10;
		for (int i = 0; i < PART; i++)
			most = fmax(most, fabs((double)x[i]));
		part[k] = 20 * log10(most);
	}
	qsort(part, PARTS, sizeof part[0], by_size);
	return part[PARTS / 2];
}

/* Runs headroomctl on channel a, and keeps what it prints. */
static void
ctl(const struct scene *scene, const char *arguments, char text[4096])
{
	const char *build = getenv("HEADROOM_BUILD");
	char command[512];
	FILE *out;

	snprintf(command, sizeof command,
	    "%s/headroomctl -u udp://127.0.0.1:%u %s </dev/null 2>&1",
	    build != NULL ? build : "build", scene->rig->udp_port, arguments);
	out = popen(command, "r");
	assert_non_null(out);
	text[fread(text, 1, 4095, out)] = '\0';
	if (pclose(out) != 0)
		rig_fail(scene->rig, "%s: %s", command, text);
}

/* What the trim was moved to. Where JACK lost some of the sine, the jump in it
 * has a true peak of up to 2 dB more. */
static double
moved(const struct scene *scene)
{
	double trim = osc_get(scene->rig->osc, "/ch/a/trim");

	assert_true(trim <= -7.5 && trim >= -9.5);
	return trim;
}

static void
it_lands_the_peak_in_the_window(void **state)
{
	struct scene scene;
	char text[4096];

	begin(&scene, *state);
	double before = peak_now(&scene);
	assert_float_equal(before, 20 * log10(HOT) - 2, 0.05);
	ctl(&scene, "soundcheck --seconds 2 ch/a", text);
	assert_non_null(strstr(text, "too hot: trim down"));
	assert_non_null(strstr(text, "Nothing was moved."));
	assert_float_equal(peak_now(&scene), before, 0.01);
	ctl(&scene, "soundcheck --seconds 2 --apply ch/a", text);
	assert_non_null(strstr(text, "Moved 1 trim."));
	/* The fader, 2 dB down, stands behind the trim. */
	double after = peak_now(&scene) + 2;
	print_message("from %.2f to %.2f dBFS\n", before + 2, after);
	assert_true(after >= LOW && after <= HIGH);
	assert_float_equal(after, 20 * log10(HOT) + moved(&scene), 0.05);
	ctl(&scene, "soundcheck --seconds 2 --apply ch/a", text);
	assert_non_null(strstr(text, "There is no trim to move."));
	ctl(&scene, "advise --undo", text);
	assert_non_null(strstr(text, "Took back: sound check, 1 value."));
	assert_float_equal(peak_now(&scene), before, 0.01);
	end(&scene);
}

static void
a_balance_that_is_kept_sounds_the_same(void **state)
{
	struct scene scene;
	char text[4096];

	begin(&scene, *state);
	double before = peak_now(&scene);
	ctl(&scene, "soundcheck --seconds 2 --apply --keep-balance ch/a", text);
	assert_non_null(strstr(text, "Moved 1 trim, and faders against them."));
	assert_float_equal(
	    osc_get(scene.rig->osc, "/ch/a/fader"), -2 - moved(&scene), 1e-5);
	assert_float_equal(peak_now(&scene), before, 0.05);
	end(&scene);
}

/* The state that is told, and of how many strips. */
static void
expect_state(struct osc_client *osc, const char *state, int strips)
{
	osc_send(osc, "/soundcheck/status", "");
	assert_string_equal(
	    osc_text(osc_wait(osc, "/soundcheck/status"), 0), state);
	assert_int_equal(osc_long(osc_wait(osc, "/soundcheck/end"), 0), strips);
}

static void
who_may_not_set_may_not_check(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, RATE, PERIOD, desk);
	struct osc_client *view = osc_open_from("127.0.0.2", rig->udp_port);
	struct osc_client *narrow = osc_open_from("127.0.0.3", rig->udp_port);
	osc_send(view, "/soundcheck/start", "f", 5.0);
	osc_expect_error(view, "/soundcheck/start", "not-allowed");
	osc_send(narrow, "/soundcheck/start", "s", "ch/a");
	osc_expect_error(narrow, "/soundcheck/start", "not-allowed");
	osc_send(narrow, "/soundcheck/start", "s", "ch/*");
	osc_expect_error(narrow, "/soundcheck/start", "not-allowed");
	expect_state(rig->osc, "idle", 0);
	osc_send(narrow, "/soundcheck/start", "fs", 5.0, "ch/b");
	osc_expect(narrow, "/soundcheck/start", "fi", 5.0, 1);
	/* Who may only look may look. */
	expect_state(view, "listening", 1);
	osc_send(view, "/soundcheck/cancel", "");
	osc_expect_error(view, "/soundcheck/cancel", "not-allowed");
	osc_close(view);
	osc_close(narrow);
}

static void
there_is_one_at_a_time(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, RATE, PERIOD, desk);
	struct osc_client *other = osc_open(rig->udp_port);
	osc_send(rig->osc, "/soundcheck/apply", "");
	osc_expect_error(rig->osc, "/soundcheck/apply", "bad-value");
	osc_send(rig->osc, "/soundcheck/start", "fs", 60.0, "ch/a");
	osc_expect(rig->osc, "/soundcheck/start", "fi", 60.0, 1);
	osc_send(other, "/soundcheck/start", "s", "ch/b");
	osc_expect_error(other, "/soundcheck/start", "busy");
	osc_send(other, "/soundcheck/apply", "");
	osc_expect_error(other, "/soundcheck/apply", "bad-value");
	expect_state(other, "listening", 1);
	osc_send(other, "/soundcheck/cancel", "");
	osc_expect(other, "/soundcheck/cancel", "i", 1);
	osc_send(other, "/soundcheck/start", "");
	osc_expect(other, "/soundcheck/start", "fi", 20.0, 2);
	osc_close(other);
}

static void
what_cannot_be_asked_for_begins_nothing(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, RATE, PERIOD, desk);
	osc_send(rig->osc, "/soundcheck/start", "s", "ch/none");
	osc_expect_error(rig->osc, "/soundcheck/start", "bad-value");
	osc_send(rig->osc, "/soundcheck/start", "ss", "ch/a", "monitor");
	osc_expect_error(rig->osc, "/soundcheck/start", "bad-value");
	osc_send(rig->osc, "/soundcheck/start", "fs", 301.0, "ch/a");
	osc_expect_error(rig->osc, "/soundcheck/start", "bad-value");
	osc_send(rig->osc, "/soundcheck/start", "ffs", 3.0, 4.0, "ch/a");
	osc_expect_error(rig->osc, "/soundcheck/start", "wrong-type");
	osc_send(rig->osc, "/soundcheck/status", "i", 1);
	osc_expect_error(rig->osc, "/soundcheck/status", "wrong-type");
	expect_state(rig->osc, "idle", 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(it_lands_the_peak_in_the_window),
		RIG_TEST(a_balance_that_is_kept_sounds_the_same),
		RIG_TEST(who_may_not_set_may_not_check),
		RIG_TEST(there_is_one_at_a_time),
		RIG_TEST(what_cannot_be_asked_for_begins_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
