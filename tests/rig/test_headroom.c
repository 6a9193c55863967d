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
 * Advice from outside: a source that is too hot plays through a running daemon,
 * a client asks what is wrong, has it mended and takes it back.
 */

#define RATE 48000
#define LENGTH (18 * RATE)
#define PARTS 9 /* of a second, of which the middle one counts */
#define HOT 0.6 /* of full scale, -4.4 dBFS */

static const char json[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"fader\": -8 } ],"
    "  \"master\": { \"lanes\": 1 } }";

struct scene {
	struct rig rig;
	struct rig_take *take;
};

static void
begin(struct scene *scene)
{
	rig_start(&scene->rig, RATE, 256, json);
	rig_join(&scene->rig, 1, 1);
	rig_connect_play(&scene->rig, 0, "headroom:a_in_1");
	rig_connect_capture(&scene->rig, "headroom:master_out_1", 0);
	scene->take = take_new(1, 1, LENGTH, LENGTH);
	signal_sine(scene->take->play[0], LENGTH, HOT, 1 / 48.0);
	rig_roll(&scene->rig, scene->take);
}

static void
end(struct scene *scene)
{
	take_free(scene->take);
	rig_end(&scene->rig);
}

/* Until so many frames of the take have passed. */
static void
wait_until(struct scene *scene, uint32_t frames)
{
	while (rig_rolled(&scene->rig) < frames)
		rig_sleep(50);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Level in dB of a second of what was captured. JACK may have lost some of it
 * on a busy machine: that is in few of its parts. */
static double
level(const struct scene *scene, uint32_t from)
{
	const uint32_t size = RATE / PARTS / 48 * 48;
	double part[PARTS];

	for (int k = 0; k < PARTS; k++, from += size) {
		double power = 1e-20;
		for (uint32_t i = from; i < from + size; i++) {
			double x = (double)scene->take->capture[0][i];
			power += x * x;
		}
		part[k] = 10 * log10(power / size);
	}
	qsort(part, PARTS, sizeof part[0], by_size);
	return part[PARTS / 2];
}

static double
trim(struct osc_client *osc)
{
	osc_send(osc, "/ch/a/trim", "");
	return osc_number(osc_wait(osc, "/ch/a/trim"), 0);
}

/* What a client was told; looked at when the take is known to be whole. */
struct told {
	int id, findings, sets, left, undone;
	char code[32], strip[16];
	double peak, mended, back;
};

/* Findings, and of the last one what it is. */
static int
ask(struct osc_client *osc, struct told *told)
{
	const struct osc_reply *reply;

	osc_send(osc, "/advice", "");
	while ((reply = osc_next(osc, 1000)) != NULL &&
	       strcmp(reply->address, "/advice/end") != 0) {
		if (strcmp(reply->address, "/advice") != 0)
			continue;
		told->id = (int)osc_long(reply, 0);
		snprintf(
		    told->code, sizeof told->code, "%s", osc_text(reply, 2));
		snprintf(
		    told->strip, sizeof told->strip, "%s", osc_text(reply, 3));
		told->peak = osc_number(reply, 5);
	}
	assert_non_null(reply);
	return (int)osc_long(reply, 0);
}

static void
converse(struct scene *scene, struct told *told)
{
	struct osc_client *osc = scene->rig.osc;

	wait_until(scene, 6 * RATE);
	told->findings = ask(osc, told);
	osc_send(osc, "/advice/apply", "i", 0);
	told->sets = (int)osc_long(osc_wait(osc, "/advice/apply"), 2);
	told->mended = trim(osc);
	wait_until(scene, 15 * RATE);
	struct told after = { 0 };
	told->left = ask(osc, &after);
	osc_send(osc, "/undo", "");
	told->undone = (int)osc_long(osc_wait(osc, "/undo"), 0);
	told->back = trim(osc);
}

static void
what_is_wrong_is_told_mended_and_taken_back(void **state)
{
	struct scene scene;
	struct told told = { 0 };
	(void)state;

	begin(&scene);
	converse(&scene, &told);
	rig_finish(&scene.rig);
	assert_int_equal(told.findings, 1);
	assert_string_equal(told.code, "hot-source");
	assert_string_equal(told.strip, "ch/a");
	assert_true(told.peak > -4.6);
	assert_int_equal(told.sets, 2);
	assert_true(told.mended < -9);
	assert_int_equal(told.left, 0);
	assert_int_equal(told.undone, 2);
	assert_true(told.back == 0);
	/* What is heard did not change by any of it. */
	assert_true(
	    fabs(level(&scene, 4 * RATE) - level(&scene, 13 * RATE)) < 0.1);
	assert_true(
	    fabs(level(&scene, 4 * RATE) - level(&scene, 17 * RATE)) < 0.1);
	end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_told_mended_and_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
