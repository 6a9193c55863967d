#include "rig.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Overs, clips and what is no number: told with the right frames, counts,
 * peaks and origins, in a sequence without gaps, and kept where they are.
 */

enum { LOUD, WIDE, CLEAN, GROUP, MASTER };

#define FRAMES 24000
#define EVENTS 256

struct told {
	int64_t sequence, frame, last;
	char kind[16], strip[40], stage[16], origin[64];
	int lane;
	int64_t samples;
	double peak;
};

struct scene {
	struct rig rig;
	struct ref_desk desk;
	struct rig_take *take;
	struct told told[EVENTS];
	unsigned count;
	int64_t newest;
};

/* Only the master and WIDE feed ports of the hardware. */
static void
make_desk(struct ref_desk *desk)
{
	ref_init(desk, -3);
	ref_channel(desk, "loud", 1);
	ref_channel(desk, "wide", 2);
	ref_channel(desk, "clean", 1);
	ref_bus(desk, "group", 2);
	ref_master(desk, 2);
	ref_to(desk, LOUD, GROUP);
	ref_to(desk, WIDE, MASTER);
	ref_to(desk, CLEAN, MASTER);
	ref_to(desk, GROUP, MASTER);
	desk->strip[LOUD].direct = false;
	desk->strip[GROUP].direct = false;
	desk->strip[LOUD].trim = 6;
	desk->strip[WIDE].delay = 2;
}

static int
set_up(void **state, unsigned rate, unsigned period)
{
	struct scene *scene = calloc(1, sizeof *scene);
	char *json;

	*state = scene;
	make_desk(&scene->desk);
	json = ref_json(&scene->desk);
	rig_start(&scene->rig, rate, period, json);
	free(json);
	rig_join(
	    &scene->rig, ref_plays(&scene->desk), ref_captures(&scene->desk));
	ref_patch(&scene->rig, &scene->desk);
	rig_freewheel(&scene->rig, true);
	return 0;
}

static int
set_up_32(void **state)
{
	return set_up(state, 48000, 32);
}

static int
set_up_1024(void **state)
{
	return set_up(state, 44100, 1024);
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	rig_end(&scene->rig);
	if (scene->take != NULL)
		take_free(scene->take);
	free(scene);
	return 0;
}

/* --- hearing of events --- */

static void
note(struct scene *scene, const struct osc_reply *reply)
{
	struct told *told = &scene->told[scene->count];
	bool over = strcmp(reply->types, "hhssihifssh") == 0;

	assert_true(scene->count < EVENTS);
	memset(told, 0, sizeof *told);
	snprintf(told->kind, sizeof told->kind, "%s", reply->address + 7);
	told->sequence = osc_long(reply, 0);
	told->frame = osc_long(reply, 1);
	if (scene->newest != 0)
		assert_int_equal(told->sequence, scene->newest + 1);
	scene->newest = told->sequence;
	if (strcmp(told->kind, "jack") == 0 ||
	    strcmp(told->kind, "xrun") == 0 || strcmp(told->kind, "zone") == 0)
		return;
	snprintf(told->strip, sizeof told->strip, "%s", osc_text(reply, 2));
	snprintf(told->stage, sizeof told->stage, "%s", osc_text(reply, 3));
	told->lane = (int)osc_long(reply, 4);
	told->last = osc_long(reply, 5);
	told->samples = osc_long(reply, 6);
	if (strcmp(told->kind, "invalid") == 0) {
		assert_string_equal(reply->types, "hhssihih");
	} else {
		assert_true(over);
		snprintf(told->origin, sizeof told->origin, "%s",
		    osc_text(reply, 8));
	}
	if (strcmp(told->kind, "invalid") != 0)
		told->peak = osc_number(reply, 7);
	scene->count++;
}

/* Plays the take and gathers its events: they come when 50 ms were quiet. */
static void
perform(struct scene *scene)
{
	struct osc_client *osc = scene->rig.osc;
	const struct osc_reply *reply;

	osc_send(osc, "/subscribe", "s", "events");
	osc_wait(osc, "/subscribed");
	scene->count = 0;
	rig_roll(&scene->rig, scene->take);
	if (rig_finish(&scene->rig) != 0)
		rig_lost(&scene->rig);
	rig_wait_frames(&scene->rig, scene->rig.rate);
	while ((reply = osc_next(osc, 200)) != NULL)
		if (strncmp(reply->address, "/event/", 7) == 0)
			note(scene, reply);
}

/* The one event of this kind there. */
static const struct told *
find(const struct scene *scene, const char *kind, const char *strip,
    const char *stage, int lane)
{
	const struct told *found = NULL;

	for (unsigned i = 0; i < scene->count; i++) {
		const struct told *told = &scene->told[i];
		if (strcmp(told->kind, kind) != 0 ||
		    strcmp(told->strip, strip) != 0 ||
		    strcmp(told->stage, stage) != 0 || told->lane != lane)
			continue;
		if (found != NULL)
			fail_msg("%s at %s/%s lane %d came twice", kind, strip,
			    stage, lane);
		found = told;
	}
	if (found == NULL)
		fail_msg("no %s at %s/%s lane %d", kind, strip, stage, lane);
	return found;
}

/* Frames are told in 64 bits; JACK counts in 32. */
static void
check(const struct scene *scene, const struct told *told, uint32_t first,
    uint32_t last, int64_t samples, double peak, const char *origin)
{
	uint32_t start = scene->take->start;

	if ((uint32_t)told->frame != start + first ||
	    (uint32_t)told->last != start + last || told->samples != samples ||
	    fabs(told->peak - ref_db(peak)) > 0.01 ||
	    strcmp(told->origin, origin) != 0)
		rig_fail(&scene->rig,
		    "%s at %s/%s lane %d: frames %d to %d (wanted %u to %u), "
		    "%d samples (%d), %.3f dB (%.3f), from '%s' ('%s')",
		    told->kind, told->strip, told->stage, told->lane,
		    (int)((uint32_t)told->frame - start),
		    (int)((uint32_t)told->last - start), first, last,
		    (int)told->samples, (int)samples, told->peak, ref_db(peak),
		    told->origin, origin);
}

static void
new_take(struct scene *scene)
{
	if (scene->take != NULL)
		take_free(scene->take);
	scene->take = take_new(ref_plays(&scene->desk),
	    ref_captures(&scene->desk), FRAMES, FRAMES);
}

/* --- promises --- */

static void
an_over_is_told_at_every_stage_with_its_origin(void **state)
{
	struct scene *scene = *state;
	double trimmed = 0.9F * ref_gain(6), grouped = trimmed * sqrt(0.5);
	const char *origin = "ch/loud/trim";

	new_take(scene);
	signal_dc(scene->take->play[0], FRAMES, 0.01);
	for (int i = 0; i < 5; i++)
		scene->take->play[0][3001 + i] = i % 2 ? 0.6F : -0.9F;
	perform(scene);
	assert_int_equal(scene->count, 2 + 6 + 4 + 2);
	check(scene, find(scene, "over", "ch/loud", "trim", 1), 3001, 3005, 5,
	    trimmed, origin);
	check(scene, find(scene, "over", "ch/loud", "fader", 1), 3001, 3005, 5,
	    trimmed, origin);
	for (int lane = 1; lane <= 2; lane++) {
		/* 0.6 is not over any more: 3 samples are. */
		check(scene, find(scene, "over", "bus/group", "in", lane), 3001,
		    3005, 3, grouped, origin);
		check(scene, find(scene, "over", "bus/group", "fader", lane),
		    3001, 3005, 3, grouped, origin);
		check(scene, find(scene, "over", "master", "in", lane), 3001,
		    3005, 3, grouped, origin);
		check(scene, find(scene, "clip", "master", "fader", lane), 3001,
		    3005, 3, grouped, origin);
	}
}

static void
one_sample_over_is_one_over(void **state)
{
	struct scene *scene = *state;

	for (uint32_t at = 4090; at < 4100; at++) {
		new_take(scene);
		scene->take->play[0][at] = 0.55F;
		perform(scene);
		assert_int_equal(scene->count, 2);
		check(scene, find(scene, "over", "ch/loud", "trim", 1), at, at,
		    1, 0.55F * ref_gain(6), "ch/loud/trim");
	}
}

static void
a_long_over_is_one_event(void **state)
{
	struct scene *scene = *state;
	uint32_t seed = 31;

	for (int i = 0; i < 4; i++) {
		uint32_t at = (uint32_t)(signal_random(&seed) * 10000);
		uint32_t length = 700 + (uint32_t)(signal_random(&seed) * 5000);
		new_take(scene);
		for (uint32_t k = 0; k < length; k++)
			scene->take->play[0][at + k] = 0.55F;
		perform(scene);
		assert_int_equal(scene->count, 2);
		check(scene, find(scene, "over", "ch/loud", "fader", 1), at,
		    at + length - 1, length, 0.55F * ref_gain(6),
		    "ch/loud/trim");
	}
}

static void
a_sum_can_be_the_origin(void **state)
{
	struct scene *scene = *state;

	new_take(scene);
	/* Left only: 0.7 + 0.7 × sqrt(0.5). */
	scene->take->play[1][5000 - 2 * scene->rig.rate / 1000] = 0.7F;
	scene->take->play[3][5000] = 0.7F;
	perform(scene);
	check(scene, find(scene, "over", "master", "in", 1), 5000, 5000, 1,
	    (double)0.7F * (1 + sqrt(0.5)), "master/in");
	check(scene, find(scene, "clip", "master", "fader", 1), 5000, 5000, 1,
	    (double)0.7F * (1 + sqrt(0.5)), "master/in");
}

static void
three_samples_at_the_rail_are_a_clip(void **state)
{
	struct scene *scene = *state;
	uint32_t edge = 4 * scene->rig.period;
	float rail = 32767.0F / 32768.0F;

	for (uint32_t at = edge - 4; at < edge + 2; at++) {
		new_take(scene);
		for (uint32_t i = 0; i < 4; i++)
			scene->take->play[2][at + i] = i % 2 ? rail : -rail;
		/* Two are none, nor is a sample less. */
		scene->take->play[1][at] = scene->take->play[1][at + 1] = 1;
		for (uint32_t i = 0; i < 9; i++)
			scene->take->play[3][at + i] = 0.9999F;
		perform(scene);
		check(scene, find(scene, "clip", "ch/wide", "in", 2), at,
		    at + 3, 4, (double)rail, "ch/wide/in");
		for (unsigned i = 0; i < scene->count; i++)
			if (strcmp(scene->told[i].stage, "in") == 0 &&
			    strncmp(scene->told[i].strip, "ch/", 3) == 0)
				assert_int_equal(scene->told[i].lane, 2);
	}
}

/* The same noise with and without bad samples in the left lane of WIDE. */
static struct rig_take *
play_bad(struct scene *scene, uint32_t at, float bad)
{
	new_take(scene);
	for (unsigned i = 0; i < ref_plays(&scene->desk); i++)
		signal_noise(scene->take->play[i], FRAMES, 0.1, 900 + i);
	perform(scene);
	struct rig_take *clean = scene->take;
	scene->take = NULL;
	new_take(scene);
	for (unsigned i = 0; i < ref_plays(&scene->desk); i++)
		memcpy(scene->take->play[i], clean->play[i],
		    FRAMES * sizeof(float));
	scene->take->play[1][at] = bad;
	perform(scene);
	return clean;
}

static bool
same(const struct rig_take *a, const struct rig_take *b, unsigned port,
    uint32_t from, uint32_t to)
{
	return memcmp(a->capture[port] + from, b->capture[port] + from,
		   (to - from) * sizeof(float)) == 0;
}

static void
what_is_no_number_stays_in_its_strip(void **state)
{
	struct scene *scene = *state;
	static const float bad[] = { NAN, -NAN, INFINITY, -INFINITY, 1e38F };
	uint32_t at = 7001, reach = scene->rig.period + scene->rig.rate / 100;

	for (int i = 0; i < 5; i++) {
		struct rig_take *clean = play_bad(scene, at, bad[i]);
		struct rig_take *dirty = scene->take;
		/* Ports: WIDE 0 and 1, CLEAN 2, master 3 and 4. */
		assert_true(same(clean, dirty, 1, 0, FRAMES));
		assert_true(same(clean, dirty, 2, 0, FRAMES));
		assert_true(same(clean, dirty, 4, 0, FRAMES));
		for (unsigned port = 0; port < 5; port += 3) {
			assert_true(same(clean, dirty, port, 0, at - reach));
			assert_true(
			    same(clean, dirty, port, at + reach, FRAMES));
			for (uint32_t k = 0; k < FRAMES; k++)
				assert_true(fabsf(dirty->capture[port][k]) < 1);
		}
		assert_int_equal(scene->count, 1);
		const struct told *told =
		    find(scene, "invalid", "ch/wide", "in", 1);
		assert_int_equal(told->samples, 1);
		assert_true((int32_t)((uint32_t)told->frame - dirty->start) <=
			    (int32_t)at);
		assert_true((int32_t)((uint32_t)told->last - dirty->start) >=
			    (int32_t)at);
		take_free(clean);
	}
}

/* Hears a replay behind `since` without a gap; the newest event. */
static int64_t
replay(struct osc_client *osc, int64_t since)
{
	const struct osc_reply *reply;

	for (;;) {
		reply = osc_next(osc, 1000);
		assert_non_null(reply);
		assert_true(reply->datagram <= 1472);
		if (strcmp(reply->address, "/events") == 0)
			break;
		assert_memory_equal(reply->address, "/event/", 7);
		assert_int_equal(osc_long(reply, 0), ++since);
	}
	assert_int_equal(osc_long(reply, 0), since);
	return since;
}

static void
events_can_be_replayed(void **state)
{
	struct scene *scene = *state;
	struct osc_client *late = osc_open(scene->rig.udp_port);
	int64_t newest;

	/* Zones that fall may add some meanwhile. */
	assert_true(scene->newest > 5);
	osc_send(late, "/events", "h", (long long)(scene->newest - 5));
	newest = replay(late, scene->newest - 5);
	assert_true(newest >= scene->newest);
	osc_send(late, "/events", "");
	assert_true(osc_long(osc_next(late, 1000), 0) >= newest);
	osc_send(late, "/events", "i", INT_MAX);
	assert_true(osc_long(osc_next(late, 1000), 0) >= newest);
	osc_send(late, "/events", "h", 0LL);
	assert_true(replay(late, 0) >= newest);
	osc_close(late);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_over_is_told_at_every_stage_with_its_origin),
		cmocka_unit_test(one_sample_over_is_one_over),
		cmocka_unit_test(a_long_over_is_one_event),
		cmocka_unit_test(a_sum_can_be_the_origin),
		cmocka_unit_test(three_samples_at_the_rail_are_a_clip),
		cmocka_unit_test(what_is_no_number_stays_in_its_strip),
		cmocka_unit_test(events_can_be_replayed),
	};

	return cmocka_run_group_tests_name(
		   "period 32", tests, set_up_32, tear_down) +
	       cmocka_run_group_tests_name(
		   "period 1024", tests, set_up_1024, tear_down);
}
