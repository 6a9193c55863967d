#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/*
 * Advice from outside: a source that is too hot plays through a running daemon,
 * a client asks what is wrong, has it mended and takes it back.
 */

#define RATE 48000
#define LENGTH (18 * RATE)
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

/* Until so many frames of the take have passed. */
static void
wait_until(struct scene *scene, uint32_t frames)
{
	while (rig_rolled(&scene->rig) < frames)
		rig_sleep(50);
}

/* Level in dB of a second of what was captured. */
static double
level(const struct scene *scene, uint32_t from)
{
	const float *x = scene->take->capture[0];
	double power = 0;

	for (uint32_t i = from; i < from + RATE; i++)
		power += (double)x[i] * (double)x[i];
	return 10 * log10(power / RATE + 1e-20);
}

static double
trim(struct osc_client *osc)
{
	osc_send(osc, "/ch/a/trim", "");
	return osc_number(osc_wait(osc, "/ch/a/trim"), 0);
}

static void
what_is_wrong_is_told_mended_and_taken_back(void **state)
{
	struct scene scene;
	struct osc_client *osc;
	const struct osc_reply *reply;
	int id;
	(void)state;

	begin(&scene);
	osc = scene.rig.osc;
	wait_until(&scene, 6 * RATE);
	osc_send(osc, "/advice", "");
	reply = osc_wait(osc, "/advice");
	id = (int)osc_long(reply, 0);
	assert_string_equal(osc_text(reply, 2), "hot-source");
	assert_string_equal(osc_text(reply, 3), "ch/a");
	assert_true(osc_number(reply, 5) > -4.6);
	assert_int_equal(osc_long(osc_wait(osc, "/advice/end"), 0), 1);
	osc_send(osc, "/advice/apply", "i", id);
	assert_int_equal(osc_long(osc_wait(osc, "/advice/apply"), 2), 2);
	assert_true(trim(osc) < -9);
	wait_until(&scene, 15 * RATE);
	osc_send(osc, "/advice", "");
	assert_int_equal(osc_long(osc_wait(osc, "/advice/end"), 0), 0);
	osc_send(osc, "/undo", "");
	assert_int_equal(osc_long(osc_wait(osc, "/undo"), 0), 2);
	assert_true(trim(osc) == 0);
	rig_finish(&scene.rig);
	/* What is heard did not change by any of it. */
	assert_true(
	    fabs(level(&scene, 4 * RATE) - level(&scene, 13 * RATE)) < 0.1);
	assert_true(
	    fabs(level(&scene, 4 * RATE) - level(&scene, 17 * RATE)) < 0.1);
	take_free(scene.take);
	rig_end(&scene.rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_told_mended_and_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
