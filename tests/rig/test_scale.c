#include "rig.h"

#include <jack/jack.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * A large desk on a server that is started as anyone starts it: 512 channels
 * into 32 stereo buses into a master, every stage metered, at 64 frames.
 */

#define RATE 48000
#define CHANNELS 512
#define BUSES 32
#define SILENT 32 /* the last channels, which nothing feeds */
#define CYCLE 480 /* frames of the tone, and of 10 ms */
#define TAKES 16
#define OWN_PORTS (CHANNELS + CHANNELS + 2 * BUSES + 2 + 2)
#define LENGTH (RATE * 6 / 10)

struct scene {
	struct rig rig;
	struct rig_take *take;
};

/* Each playing channel has the same tone at -60 dB, hard left. */
static char *
make_json(void)
{
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);

	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (int i = 1; i <= CHANNELS; i++)
		fprintf(out,
		    "%s\n{ \"id\": \"c%d\", \"fader\": -60, \"pan\": -1,"
		    " \"to\": [\"b%d\"], \"from\": [%s] }",
		    i > 1 ? "," : "", i, i % BUSES + 1,
		    i <= CHANNELS - SILENT ? "\"rig-play:out_1\"" : "[]");
	fprintf(out, " ], \"buses\": [");
	for (int i = 1; i <= BUSES; i++)
		fprintf(out, "%s\n{ \"id\": \"b%d\", \"lanes\": 2 }",
		    i > 1 ? "," : "", i);
	fprintf(out, " ], \"master\": { \"outputs\":"
		     " [\"rig-rec:in_1\", \"rig-rec:in_2\"] } }\n");
	fclose(out);
	return json;
}

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct rig *rig = &scene->rig;
	char *json = make_json();
	char name[64];

	*state = scene;
	rig_init(rig, RATE, rig_sanitized() ? 1024 : 64);
	rig->port_max = 0;
	/* On a machine with few cores only this keeps time at 64 frames. */
	rig->priority = rig_may_realtime() ? 70 : 0;
	rig_start_server(rig);
	rig_start_daemon(rig, json);
	free(json);
	rig_wait_state(rig, "running");
	rig_join(rig, 1, 2);
	snprintf(name, sizeof name, "headroom:c%d_in_1", CHANNELS - SILENT);
	rig_wait_connected(rig, "rig-play:out_1", name);
	rig_wait_connected(rig, "headroom:master_out_2", "rig-rec:in_2");
	scene->take = take_new(1, 2, LENGTH, LENGTH);
	/* Each cycle is the same to the last bit. */
	signal_sine(scene->take->play[0], CYCLE, 0.5, 1.0 / CYCLE);
	for (int i = CYCLE; i < LENGTH; i++)
		scene->take->play[0][i] = scene->take->play[0][i - CYCLE];
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	rig_end(&scene->rig);
	take_free(scene->take);
	free(scene);
	return 0;
}

static size_t
count_ports(const struct rig *rig, const char *pattern)
{
	const char **name = jack_get_ports(rig_client(rig), pattern, NULL, 0);
	size_t count = 0;

	while (name != NULL && name[count] != NULL)
		count++;
	jack_free(name);
	return count;
}

static void
the_ports_fit_the_server_as_it_comes(void **state)
{
	struct scene *scene = *state;
	size_t all = count_ports(&scene->rig, NULL);

	assert_int_equal(count_ports(&scene->rig, "^headroom:"), OWN_PORTS);
	print_message("%d ports of the desk, %zu in all\n", OWN_PORTS, all);
	assert_true(all < 2048);
}

/* --- meters --- */

static void
expect_peak(struct rig *rig, const char *strip, const char *stage, double peak)
{
	char address[80];

	snprintf(address, sizeof address, "/meter/%s/%s", strip, stage);
	osc_send(rig->osc, address, NULL);
	const struct osc_reply *reply = osc_wait(rig->osc, address);
	double found = osc_number(reply, 0);
	if (fabs(found - peak) > 0.05)
		rig_fail(rig, "%s: a peak of %.2f dB, wanted %.2f", address,
		    found, peak);
}

static void
every_stage_of_every_strip_is_metered(void **state)
{
	struct scene *scene = *state;
	struct rig *rig = &scene->rig;
	double tone = ref_db(0.5);
	char strip[32];

	struct rig_take take = { .frames = UINT32_MAX / 4,
		.played = LENGTH,
		.loops = true,
		.play = { scene->take->play[0] } };
	rig_roll(rig, &take);
	rig_settle(rig, 500);
	for (int i = 1; i <= CHANNELS; i++) {
		bool silent = i > CHANNELS - SILENT;
		snprintf(strip, sizeof strip, "ch/c%d", i);
		expect_peak(rig, strip, "in", silent ? -200 : tone);
		expect_peak(rig, strip, "trim", silent ? -200 : tone);
		expect_peak(rig, strip, "fader", silent ? -200 : tone - 60);
	}
	for (int i = 1; i <= BUSES; i++) {
		int feeding = 0;
		for (int k = 1; k <= CHANNELS - SILENT; k++)
			feeding += k % BUSES + 1 == i;
		snprintf(strip, sizeof strip, "bus/b%d", i);
		expect_peak(rig, strip, "in", tone - 60 + ref_db(feeding));
		expect_peak(rig, strip, "fader", tone - 60 + ref_db(feeding));
	}
	expect_peak(
	    rig, "master", "fader", tone - 60 + ref_db(CHANNELS - SILENT));
	rig_cut(rig);
}

/* --- new plans --- */

/* A first delay makes a plan: of silent channels, and of 10 ms, which a tone
 * of 10 ms a cycle does not show. Returns 0, or -1 if JACK lost time. */
static int
swap_plans(struct scene *scene, int first, int count)
{
	struct rig *rig = &scene->rig;
	double xruns = osc_get(rig->osc, "/status/xruns");
	char address[32];

	rig_roll(rig, scene->take);
	for (int i = 0; i < count; i++) {
		rig_wait_frames(rig, RATE / 10);
		snprintf(address, sizeof address, "/ch/c%d/delay", first + i);
		osc_send(rig->osc, address, "f", 10.0);
		osc_get(rig->osc, address);
	}
	int lost = rig_finish(rig);
	/* The server may tell of it late. */
	rig_wait_frames(rig, RATE / 10);
	if (osc_get(rig->osc, "/status/xruns") != xruns)
		lost = -1;
	return lost;
}

/* Does it on channels that never had a delay until JACK has lost no time. */
static void
swap_plans_in_time(struct scene *scene, int first, int count)
{
	for (int attempt = 0; attempt < TAKES; attempt++) {
		if (swap_plans(scene, first, count) == 0)
			return;
		first += count;
	}
	rig_lost(&scene->rig);
}

/* Largest difference from the cycle of the tone before. */
static double
largest_change(const struct rig_take *take)
{
	const float *x = take->capture[0];
	double largest = 0;

	for (uint32_t i = 3 * CYCLE; i < take->frames; i++)
		largest =
		    fmax(largest, fabs((double)x[i] - (double)x[i - CYCLE]));
	return largest;
}

static void
expect_tone(const struct scene *scene)
{
	double wanted = 0.5 * 1e-3 * (CHANNELS - SILENT), peak = 0;

	for (uint32_t i = 0; i < scene->take->frames; i++)
		peak = fmax(peak, fabs((double)scene->take->capture[0][i]));
	assert_true(fabs(peak - wanted) < 1e-4);
}

static void
new_plans_leave_what_sounds_as_it_is(void **state)
{
	struct scene *scene = *state;

	/* The tone has settled one cycle after it came: every strip rests. */
	swap_plans_in_time(scene, CHANNELS - SILENT + 1, 2);
	expect_tone(scene);
	assert_true(largest_change(scene->take) == 0);
}

static void
delays_come_without_a_gap(void **state)
{
	struct scene *scene = *state;

	swap_plans_in_time(scene, 1, 4);
	expect_tone(scene);
	double change = largest_change(scene->take);
	if (change > 1e-6)
		rig_fail(&scene->rig, "a step of %g", change);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ports_fit_the_server_as_it_comes),
		cmocka_unit_test(every_stage_of_every_strip_is_metered),
		cmocka_unit_test(new_plans_leave_what_sounds_as_it_is),
		cmocka_unit_test(delays_come_without_a_gap),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
