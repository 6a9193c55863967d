#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* How the daemon goes: not with a click. */

#define RATE 48000
#define FRAMES (RATE * 3 / 2)
#define LEVEL 0.5F
#define FADE (RATE / 20)

static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    " { \"id\": \"a\", \"from\": [\"rig-play:out_1\"], \"to\": [],"
    "   \"outputs\": [\"rig-rec:in_2\"] },"
    " { \"id\": \"b\", \"from\": [\"rig-play:out_1\"], \"fader\": -6 } ],"
    " \"master\": { \"outputs\": [\"rig-rec:in_1\"], \"lanes\": 1 } }";

/* Frames from the last that is as loud as ever to the first silent one. */
static uint32_t
fade_of(const float *x)
{
	uint32_t begin, end;
	float level = x[0];

	for (begin = 0; begin + 1 < FRAMES && x[begin + 1] == level; begin++)
		continue;
	for (end = begin; end < FRAMES && x[end] != 0; end++)
		continue;
	assert_true(end < FRAMES);
	/* A cubic without overshoot: no step is above 1.5 even ones, and it
	 * never turns back. */
	for (uint32_t i = begin; i < end; i++) {
		assert_true(x[i + 1] <= x[i]);
		assert_true(x[i] - x[i + 1] < 1.6F * level / FADE);
	}
	for (uint32_t i = end; i < FRAMES; i++)
		assert_true(x[i] == 0);
	return end - begin;
}

static void
a_stop_fades_what_goes_to_hardware(void **state)
{
	struct rig *rig = *state;
	struct rig_take *take = take_new(1, 2, FRAMES, FRAMES);

	signal_dc(take->play[0], FRAMES, LEVEL);
	for (int left = rig_takes();; left--) {
		if (left == 0)
			rig_lost(rig);
		rig_init(rig, RATE, 512);
		rig_start_server(rig);
		rig_join(rig, 1, 2);
		rig_start_daemon(rig, desk);
		rig_wait_state(rig, "running");
		rig_wait_connected(rig, "rig-play:out_1", "headroom:b_in_1");
		rig_wait_connected(
		    rig, "headroom:master_out_1", "rig-rec:in_1");
		rig_wait_connected(rig, "headroom:a_out_1", "rig-rec:in_2");
		rig_settle(rig, 50);
		rig_roll(rig, take);
		rig_wait_frames(rig, RATE / 4);
		double begin = rig_now();
		assert_int_equal(rig_stop_daemon(rig), 0);
		double took = rig_now() - begin;
		int lost = rig_finish(rig);
		if (lost == 0) {
			/* From the first frame on it sounded. */
			assert_true(take->capture[0][0] > LEVEL / 4);
			assert_true(take->capture[1][0] == LEVEL);
			assert_int_equal(fade_of(take->capture[0]), FADE);
			assert_int_equal(fade_of(take->capture[1]), FADE);
			assert_true(took < 1);
			break;
		}
		rig_end(rig);
	}
	take_free(take);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(a_stop_fades_what_goes_to_hardware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
