#include "tests/rig/rig.h"

#include <jack/jack.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/*
 * From the datagram to the changed sample: fader moves sent at random moments
 * over UDP to a running daemon, and the frame at which the output first
 * differs. The promise is one period plus 1 ms in the median.
 */

#define RATE 48000
#define MOVES 150
#define GAP_MS 45 /* a move lands before the next one is sent */
#define LENGTH (RATE * 8)

static const char json[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ] }";

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sends the moves while the take rolls; notes the frame of each. */
static void
send_moves(struct rig *rig, uint32_t *sent)
{
	unsigned seed = 1;

	for (int i = 0; i < MOVES; i++) {
		seed = seed * 1664525U + 1013904223U;
		rig_sleep(GAP_MS + (seed >> 24) % 16);
		sent[i] = jack_frame_time(rig_client(rig));
		osc_send(rig->osc, "/ch/a/fader", "f", i % 2 == 0 ? -6.0 : 0.0);
	}
}

/* Milliseconds from a move to the first sample that differs from the one
 * before it; negative if there is none. */
static double
heard_after(const struct rig_take *take, uint32_t sent)
{
	int32_t at = (int32_t)(sent - take->start);
	const float *x = take->capture[0];

	for (int32_t i = at > 1 ? at : 1; i < LENGTH; i++)
		if (x[i] != x[i - 1])
			return (i - at) * 1000.0 / RATE;
	return -1;
}

static void
measure(unsigned period)
{
	static float dc[LENGTH], heard[LENGTH];
	struct rig_take take = { .frames = LENGTH, .played = LENGTH };
	uint32_t sent[MOVES];
	double took[MOVES];
	struct rig rig;

	for (int i = 0; i < LENGTH; i++)
		dc[i] = 0.5F;
	take.play[0] = dc;
	take.capture[0] = heard;
	rig_start(&rig, RATE, period, json);
	rig_join(&rig, 1, 1);
	rig_connect_play(&rig, 0, "headroom:a_in_1");
	rig_connect_capture(&rig, "headroom:master_out_1", 0);
	rig_roll(&rig, &take);
	send_moves(&rig, sent);
	rig_finish(&rig);
	rig_end(&rig);
	for (int i = 0; i < MOVES; i++)
		took[i] = heard_after(&take, sent[i]);
	qsort(took, MOVES, sizeof took[0], by_size);
	double allowed = period * 1000.0 / RATE + 1;
	printf("%8u %8.2f %8.2f %8.2f %8.2f %8.2f\n", period,
	    period * 1000.0 / RATE, took[MOVES / 2], took[MOVES * 9 / 10],
	    took[MOVES - 1], allowed);
}

static void
control(void **state)
{
	static const unsigned periods[] = { 32, 64, 256, 1024 };

	(void)state;
	printf("control: ms from datagram to changed sample, %d fader moves\n",
	    MOVES);
	printf("%8s %8s %8s %8s %8s %8s\n", "frames", "period", "median", "90%",
	    "worst", "allowed");
	for (size_t i = 0; i < 4; i++)
		measure(periods[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(control) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
