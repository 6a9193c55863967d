#include "rig.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Scenes as they are heard: all strips in the same frame without a fade, evenly
 * in dB with one; and as they are found again after a restart.
 */

#define RATE 48000
#define LEVEL 0.25F
#define HALF_A_SECOND (RATE / 2)

enum { A, B, MASTER };

struct place {
	struct rig rig;
	struct ref_desk desk;
	struct rig_take *take;
	char directory[64];
};

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	snprintf(place->directory, sizeof place->directory,
	    "/tmp/headroom-scene-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	*state = place;
	return 0;
}

static void
empty(const char *path)
{
	DIR *directory = opendir(path);
	char file[600];

	if (directory == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(file);
	}
	closedir(directory);
	rmdir(path);
}

static int
tear_down(void **state)
{
	struct place *place = *state;
	char scenes[128];

	rig_end(&place->rig);
	if (place->take)
		take_free(place->take);
	snprintf(scenes, sizeof scenes, "%s/scenes", place->directory);
	empty(scenes);
	empty(place->directory);
	free(place);
	return 0;
}

/* Two channels with a direct out each, and a level into both. */
static void
start(struct place *place, uint32_t frames)
{
	struct ref_desk *desk = &place->desk;
	struct rig *rig = &place->rig;
	char *json;

	ref_init(desk, -3);
	ref_channel(desk, "a", 1);
	ref_channel(desk, "b", 1);
	ref_master(desk, 2);
	ref_to(desk, A, MASTER);
	ref_to(desk, B, MASTER);
	desk->strip[A].direct = desk->strip[B].direct = true;
	json = ref_json(desk);
	rig_init(rig, RATE, 1024);
	rig->sync = true;
	rig->state_dir = place->directory;
	rig_start_server(rig);
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "running");
	free(json);
	rig_join(rig, ref_plays(desk), ref_captures(desk));
	ref_patch(rig, desk);
	place->take =
	    take_new(ref_plays(desk), ref_captures(desk), frames, frames);
	for (unsigned i = 0; i < ref_plays(desk); i++)
		signal_dc(place->take->play[i], frames, LEVEL);
}

static void
save(struct rig *rig, const char *name)
{
	osc_send(rig->osc, "/scene/save", "s", name);
	osc_wait_long(rig->osc, "/scene/save", 5000);
}

static void
set_faders(struct rig *rig, double a, double b)
{
	osc_send(rig->osc, "/ch/a/fader", "f", a);
	osc_send(rig->osc, "/ch/b/fader", "f", b);
	assert_float_equal(osc_get(rig->osc, "/ch/b/fader"), b, 1e-6);
	rig_settle(rig, 100);
}

/* The first frame from `from` on in which it is another than there. */
static uint32_t
leaves(const float *x, uint32_t from, uint32_t frames)
{
	uint32_t at = from;

	while (at < frames && x[at] == x[from])
		at++;
	return at;
}

static void
all_strips_move_in_the_same_frame(void **state)
{
	struct place *place = *state;
	struct rig *rig = &place->rig;
	const uint32_t frames = 2 * RATE;
	uint32_t a, b;

	start(place, frames);
	set_faders(rig, -6, -12);
	save(rig, "verse");
	for (int left = rig_takes();; left--) {
		if (left == 0)
			rig_lost(rig);
		set_faders(rig, -20, -3);
		rig_roll(rig, place->take);
		rig_sleep(700);
		osc_send(rig->osc, "/scene/recall", "s", "verse");
		osc_wait_long(rig->osc, "/scene/recall", 5000);
		if (rig_finish(rig) == 0)
			break;
	}
	a = leaves(place->take->capture[0], HALF_A_SECOND, frames);
	b = leaves(place->take->capture[1], HALF_A_SECOND, frames);
	assert_in_range(a, HALF_A_SECOND + 1, frames - 4800);
	assert_int_equal(a, b);
	assert_float_equal(
	    place->take->capture[0][frames - 1], LEVEL * ref_gain(-6), 1e-6);
	assert_float_equal(
	    place->take->capture[1][frames - 1], LEVEL * ref_gain(-12), 1e-6);
}

/* From -60 to -6 dB in a second: every 50 ms it is louder by about 2.7 dB. */
static void
a_fade_is_even_in_db_and_lands_exactly(void **state)
{
	struct place *place = *state;
	struct rig *rig = &place->rig;
	const uint32_t frames = 3 * RATE, part = RATE / 20;
	const float *x;
	uint32_t from, worst = 0;

	start(place, frames);
	set_faders(rig, -6, -6);
	save(rig, "verse");
	set_faders(rig, -60, -6);
	for (int left = rig_takes();; left--) {
		if (left == 0)
			rig_lost(rig);
		rig_roll(rig, place->take);
		rig_sleep(700);
		osc_send(rig->osc, "/scene/recall", "sf", "verse", 1.0);
		osc_wait_long(rig->osc, "/scene/recall", 5000);
		if (rig_finish(rig) == 0)
			break;
		set_faders(rig, -60, -6);
	}
	x = place->take->capture[0];
	from = leaves(x, HALF_A_SECOND, frames);
	assert_in_range(from, HALF_A_SECOND + 1, frames - 3 * RATE / 2);
	for (uint32_t i = from; i < frames; i++)
		if (x[i] < x[i - 1] * 0.999999F)
			worst = i;
	assert_int_equal(worst, 0);
	for (uint32_t i = 2; i < 18; i++) {
		double step = ref_db(x[from + (i + 1) * part]) -
			      ref_db(x[from + i * part]);
		/* A busy machine may be late by a tick or more. */
		assert_in_range(step * 100, 50, 540);
	}
	assert_float_equal(x[frames - 1], LEVEL * ref_gain(-6), 1e-6);
	assert_true(x[from + RATE * 9 / 10] < x[frames - 1]);
	/* The other one stood where it was to be. */
	assert_int_equal(
	    leaves(place->take->capture[1], HALF_A_SECOND, frames), frames);
}

static void
a_scene_is_there_after_a_restart(void **state)
{
	static const char json[] = "{ \"version\": 1, \"channels\": ["
				   " { \"id\": \"a\", \"fader\": -6 } ] }";
	struct place *place = *state;
	struct rig *rig = &place->rig;
	const struct osc_reply *reply;

	rig_init(rig, RATE, 64);
	rig->state_dir = place->directory;
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "waiting");
	osc_send(rig->osc, "/ch/a/fader", "f", -12.3);
	save(rig, "Vers 1");
	osc_send(rig->osc, "/ch/a/fader", "f", -40.0);
	assert_int_equal(rig_stop_daemon(rig), 0);
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "waiting");
	osc_send(rig->osc, "/scene/list", "");
	reply = osc_wait_long(rig->osc, "/scene/list", 5000);
	assert_string_equal(osc_text(reply, 0), "Vers 1");
	assert_string_equal(osc_text(reply, 3), "");
	osc_wait(rig->osc, "/scene/list/end");
	osc_send(rig->osc, "/scene/recall", "s", "Vers 1");
	osc_wait_long(rig->osc, "/scene/recall", 5000);
	assert_float_equal(osc_get(rig->osc, "/ch/a/fader"), -12.3, 1e-6);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(all_strips_move_in_the_same_frame),
		TEST(a_fade_is_even_in_db_and_lands_exactly),
		TEST(a_scene_is_there_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
