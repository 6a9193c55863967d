#include "rig.h"

#include <jack/jack.h>

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * JACK programs in insert slots. The programs are this one, run again: each
 * opens a client with two lanes and multiplies by a gain.
 */

#define FRAMES 24000
#define PROGRAMS 8

static char self[512];
static int turns = 5; /* of programs that die or stand still */

/* --- the program in the slot --- */

struct effect {
	float gain;
	jack_port_t *in[2], *out[2];
};

static int
effect_process(jack_nframes_t frames, void *arg)
{
	struct effect *effect = arg;

	for (int lane = 0; lane < 2; lane++) {
		const float *in =
		    jack_port_get_buffer(effect->in[lane], frames);
		float *out = jack_port_get_buffer(effect->out[lane], frames);
		for (jack_nframes_t i = 0; i < frames; i++)
			out[i] = effect->gain * in[i];
	}
	return 0;
}

static int
effect_main(const char *server, const char *name, const char *gain)
{
	struct effect effect = { .gain = strtof(gain, NULL) };
	jack_client_t *client = jack_client_open(name,
	    JackNoStartServer | JackUseExactName | JackServerName, NULL,
	    server);

	if (client == NULL)
		return 1;
	for (int lane = 0; lane < 2; lane++) {
		char port[16];
		snprintf(port, sizeof port, "in_%d", lane + 1);
		effect.in[lane] = jack_port_register(
		    client, port, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
		snprintf(port, sizeof port, "out_%d", lane + 1);
		effect.out[lane] = jack_port_register(
		    client, port, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
	}
	if (jack_set_process_callback(client, effect_process, &effect) != 0 ||
	    jack_activate(client) != 0)
		return 1;
	for (;;)
		pause();
}

static pid_t
effect_start(const struct rig *rig, unsigned index, const char *gain)
{
	char name[16];
	const char *argv[] = { self, "effect", rig->server, name, gain, NULL };

	snprintf(name, sizeof name, "fx%u", index);
	return rig_spawn(argv);
}

/* --- desks --- */

/* Slots of ch/a, bus/sub and the master, in this order, numbered through: slot
 * n wants program fx<n>. */
struct slots {
	unsigned a, sub, master;
	const char *mode;
	bool sync;        /* the server waits for its clients … */
	unsigned timeout; /* … so many ms; 0: as long as it likes */
};

static void
print_slots(FILE *out, unsigned *index, unsigned count, const char *mode)
{
	fprintf(out, ", \"inserts\": [");
	for (unsigned i = 0; i < count; i++, ++*index)
		fprintf(out,
		    "%s{ \"jack\": { \"mode\": \"%s\", \"send\": ["
		    " \"fx%u:in_1\", \"fx%u:in_2\" ], \"return\": ["
		    " \"fx%u:out_1\", \"fx%u:out_2\" ] } }",
		    i == 0 ? "" : ", ", mode, *index, *index, *index, *index);
	fprintf(out, "]");
}

/* a by way of the bus, b straight into the master; all stereo, at 0 dB. */
static void
start_desk(struct rig *rig, unsigned period, const struct slots *slots)
{
	char *json = NULL;
	size_t size;
	unsigned index = 0;
	FILE *out = open_memstream(&json, &size);

	fprintf(out, "{ \"version\": 1, \"jack\": { \"client\": \"desk\" },"
		     " \"channels\": [ { \"id\": \"a\", \"lanes\": 2,"
		     " \"from\": [ \"rig-play:out_1\", \"rig-play:out_2\" ],"
		     " \"to\": [\"sub\"]");
	print_slots(out, &index, slots->a, slots->mode);
	fprintf(out,
	    " }, { \"id\": \"b\", \"lanes\": 2,"
	    " \"from\": [ \"rig-play:out_3\", \"rig-play:out_4\" ] } ],"
	    " \"buses\": [ { \"id\": \"sub\", \"lanes\": 2");
	print_slots(out, &index, slots->sub, slots->mode);
	fprintf(out, " } ], \"master\": { \"lanes\": 2,"
		     " \"outputs\": [ \"rig-rec:in_1\", \"rig-rec:in_2\" ]");
	print_slots(out, &index, slots->master, slots->mode);
	fprintf(out, " } }");
	fclose(out);
	rig_init(rig, 48000, period);
	rig->priority = rig_may_realtime() ? 70 : 0;
	rig->sync = slots->sync;
	rig->timeout = slots->timeout;
	rig_start_server(rig);
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "running");
	rig_join(rig, 4, 2);
	rig_wait_connected(rig, "rig-play:out_4", "desk:b_in_2");
	free(json);
}

/* --- takes --- */

struct takes {
	struct rig_take take;
	float memory[6][FRAMES];
};

static void
takes_open(struct takes *takes)
{
	unsigned seed = 1;

	*takes =
	    (struct takes){ .take = { .frames = FRAMES, .played = FRAMES } };
	for (int i = 0; i < 4; i++) {
		takes->take.play[i] = takes->memory[i];
		for (int k = 0; k < FRAMES; k++) {
			seed = seed * 1664525U + 1013904223U;
			takes->memory[i][k] = (float)(int)seed / 8589934592.0F;
		}
	}
	takes->take.capture[0] = takes->memory[4];
	takes->take.capture[1] = takes->memory[5];
}

/* What is heard is gain × a + b, both `late` frames late. */
static void
expect_mix(const struct rig *rig, const struct takes *takes, double gain,
    double gain_b, unsigned late)
{
	for (int lane = 0; lane < 2; lane++)
		for (int i = (int)late; i < FRAMES; i++) {
			double wanted =
			    gain * (double)takes->memory[lane][i - (int)late] +
			    gain_b *
				(double)takes->memory[2 + lane][i - (int)late];
			if (fabs((double)takes->memory[4 + lane][i] - wanted) >
			    1e-6)
				rig_fail(rig,
				    "lane %d, frame %d: %g instead of %g", lane,
				    i, (double)takes->memory[4 + lane][i],
				    wanted);
		}
}

static void
slots_are_exact_and_late_by(
    void **state, unsigned period, const struct slots *slots, unsigned late)
{
	struct rig *rig = *state;
	static struct takes takes;
	pid_t program[PROGRAMS];
	unsigned count = slots->a + slots->sub + slots->master;
	char text[32];

	start_desk(rig, period, slots);
	for (unsigned i = 0; i < count; i++)
		program[i] = effect_start(rig, i, i % 2 == 0 ? "-0.5" : "2");
	for (unsigned i = 0; i < slots->a; i++) {
		snprintf(text, sizeof text, "ch/a/insert/%u", i + 1);
		rig_wait_insert(rig, text, "active");
	}
	if (slots->sub > 0)
		rig_wait_insert(rig, "bus/sub/insert/1", "active");
	if (slots->master > 0)
		rig_wait_insert(rig, "master/insert/1", "active");
	rig_settle(rig, 200);
	takes_open(&takes);
	rig_run_quietly(rig, &takes.take);
	double gain = 1, gain_b = 1;
	for (unsigned i = 0; i < count; i++)
		gain *= i % 2 == 0 ? -0.5 : 2;
	for (unsigned i = slots->a + slots->sub; i < count; i++)
		gain_b *= i % 2 == 0 ? -0.5 : 2;
	expect_mix(rig, &takes, gain, gain_b, late);
	for (unsigned i = 0; i < count; i++)
		rig_end_child(program[i], SIGTERM);
}

static const struct slots one = { 1, 0, 0, "direct", false, 0 };
static const struct slots one_sync = { 1, 0, 0, "direct", true, 0 };
static const struct slots series = { 3, 0, 0, "direct", false, 0 };
static const struct slots series_sync = { 3, 0, 0, "direct", true, 0 };
static const struct slots everywhere = { 1, 1, 1, "direct", false, 0 };
static const struct slots everywhere_sync = { 1, 1, 1, "direct", true, 0 };
static const struct slots loop = { 1, 0, 0, "loop", false, 0 };
static const struct slots loop_sync = { 1, 0, 0, "loop", true, 0 };
static const struct slots loops = { 1, 1, 1, "loop", false, 0 };

#define EXACT(name, period, slots, late)                                 \
	static void name(void **state)                                   \
	{                                                                \
		slots_are_exact_and_late_by(state, period, slots, late); \
	}

EXACT(one_at_32, 32, &one, 0)
EXACT(one_at_64, 64, &one, 0)
EXACT(one_at_256_sync, 256, &one_sync, 0)
EXACT(three_in_series_at_64, 64, &series, 0)
EXACT(three_in_series_at_256_sync, 256, &series_sync, 0)
EXACT(channel_bus_and_master_at_64, 64, &everywhere, 0)
EXACT(channel_bus_and_master_at_64_sync, 64, &everywhere_sync, 0)
EXACT(a_loop_is_a_period_late_at_64, 64, &loop, 64)
EXACT(a_loop_is_a_period_late_at_256_sync, 256, &loop_sync, 256)
EXACT(three_loops_are_three_periods_late, 64, &loops, 192)

/* --- programs that go --- */

static void
a_slot_without_a_program_passes_dry(void **state)
{
	struct rig *rig = *state;
	static struct takes takes;

	start_desk(rig, 64, &everywhere);
	rig_wait_insert(rig, "ch/a/insert/1", "unconnected");
	takes_open(&takes);
	rig_run(rig, &takes.take);
	expect_mix(rig, &takes, 1, 1, 0);
}

/* Largest second difference: what a step of that height makes. */
static double
roughness(const float *x, int from, int to)
{
	double most = 0;

	for (int i = from + 2; i < to; i++)
		most = fmax(most, fabs((double)x[i] - 2 * (double)x[i - 1] +
				       (double)x[i - 2]));
	return most;
}

static void
play_tone(struct takes *takes)
{
	takes_open(takes);
	for (int i = 0; i < FRAMES; i++) {
		takes->memory[0][i] = (float)(0.5 * sin(i * 0.013));
		takes->memory[1][i] = takes->memory[0][i];
		takes->memory[2][i] = takes->memory[3][i] = 0;
	}
}

/* Frames at which neither the wet nor the dry tone is heard, from the first to
 * the last. */
static int
between(const struct takes *takes, double gain)
{
	const float *x = takes->memory[0], *y = takes->memory[4];
	int first = FRAMES, last = 0;

	for (int i = 0; i < FRAMES; i++) {
		double dry = (double)x[i], is = (double)y[i];
		if (fabs(is - dry) < 1e-6 || fabs(is - gain * dry) < 1e-6)
			continue;
		first = i < first ? i : first;
		last = i;
	}
	return last - first;
}

static bool
plug(struct rig *rig, bool in)
{
	static const char *const from[] = { "fx0:out_1", "fx0:out_2" };
	static const char *const to[] = { "desk.2:a_insert1_return_1",
		"desk.2:a_insert1_return_2" };

	for (int lane = 0; lane < 2; lane++)
		if ((in ? jack_connect : jack_disconnect)(
			rig_client(rig), from[lane], to[lane]) != 0)
			return false;
	return true;
}

/* Unplugged and plugged in again under a tone: no step either way. */
static void
a_program_that_is_unplugged_leaves_no_step(void **state)
{
	struct rig *rig = *state;
	static struct takes takes;
	pid_t program;
	unsigned xruns;

	start_desk(rig, 64, &one);
	program = effect_start(rig, 0, "-0.5");
	for (int tries = 0;; tries++) {
		if (tries == rig_takes())
			rig_lost(rig);
		rig_wait_insert(rig, "ch/a/insert/1", "active");
		play_tone(&takes);
		xruns = rig_xruns(rig);
		rig_roll(rig, &takes.take);
		rig_wait_frames(rig, 4800);
		bool plugged = plug(rig, false);
		rig_wait_frames(rig, 7200);
		plugged &= plug(rig, true);
		if (rig_finish(rig) == 0 && plugged && rig_xruns(rig) == xruns)
			break;
	}
	const float *x = takes.memory[0], *y = takes.memory[4];
	assert_float_equal(y[2400], -0.5F * x[2400], 1e-6);
	assert_float_equal(y[9600], x[9600], 1e-6);
	assert_float_equal(y[FRAMES - 1], -0.5F * x[FRAMES - 1], 1e-6);
	assert_true(roughness(y, 0, FRAMES) < 0.02);
	rig_end_child(program, SIGTERM);
}

/* JACK holds up what comes behind a program that dies within a cycle, until it
 * has noticed: 3 cycles or so. Then the signal is dry. */
static void
a_program_that_dies_is_replaced_by_the_dry_signal(void **state)
{
	struct rig *rig = *state;
	static struct takes takes;
	pid_t program;
	int shortest = FRAMES;

	start_desk(rig, 64, &one);
	for (int turn = 0; turn < turns; turn++) {
		program = effect_start(rig, 0, "-0.5");
		rig_wait_insert(rig, "ch/a/insert/1", "active");
		play_tone(&takes);
		rig_roll(rig, &takes.take);
		rig_wait_frames(rig, 7200);
		rig_end_child(program, SIGKILL);
		rig_finish(rig);
		rig_wait_insert(rig, "ch/a/insert/1", "unconnected");
		int gap = between(&takes, -0.5);
		shortest = gap < shortest ? gap : shortest;
	}
	/* 14 ms on a quiet machine; any machine has a quiet moment, unless the
	 * daemon is slowed down. */
	if (rig_sanitized() && shortest > 48 * 60)
		rig_lost(rig);
	assert_in_range(shortest, 1, 48 * 60);
	program = effect_start(rig, 0, "-0.5");
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	takes_open(&takes);
	rig_run(rig, &takes.take);
	expect_mix(rig, &takes, -0.5, 1, 0);
	rig_end_child(program, SIGTERM);
}

/* Longest run of frames in which nothing is heard of a tone. */
static int
longest_gap(const float *x, const float *y, int from, int to)
{
	int longest = 0, run = 0;

	for (int i = from; i < to; i++) {
		bool heard = fabs((double)y[i]) > 0.05 * fabs((double)x[i]);
		run = heard ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* A program that is stopped is left out, and taken in again when it goes on;
 * what it does not concern goes on. JACK notices at its own time-out only. */
static void
a_program_that_freezes_is_left_out_until_it_thaws(void **state)
{
	static const struct slots two = { 1, 0, 1, "direct", false, 20 };
	struct rig *rig = *state;
	static struct takes takes;
	pid_t program[2];
	int shortest = FRAMES;

	start_desk(rig, 64, &two);
	program[0] = effect_start(rig, 0, "-0.5");
	program[1] = effect_start(rig, 1, "2");
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	rig_wait_insert(rig, "master/insert/1", "active");
	for (int turn = 0; turn < turns; turn++) {
		play_tone(&takes);
		rig_roll(rig, &takes.take);
		rig_wait_frames(rig, 4800);
		kill(program[0], SIGSTOP);
		rig_wait_insert(rig, "ch/a/insert/1", "failed");
		rig_finish(rig);
		int gap =
		    longest_gap(takes.memory[0], takes.memory[4], 2400, FRAMES);
		shortest = gap < shortest ? gap : shortest;
		kill(program[0], SIGCONT);
		rig_wait_insert(rig, "ch/a/insert/1", "active");
		rig_wait_insert(rig, "master/insert/1", "active");
	}
	/* 24 ms on a quiet machine; any machine has a quiet moment. */
	assert_in_range(shortest, 1, 48 * 60);
	takes_open(&takes);
	rig_run_quietly(rig, &takes.take);
	expect_mix(rig, &takes, -1, 2, 0);
	for (int i = 0; i < 2; i++)
		rig_end_child(program[i], SIGTERM);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(one_at_32),
		RIG_TEST(one_at_64),
		RIG_TEST(one_at_256_sync),
		RIG_TEST(three_in_series_at_64),
		RIG_TEST(three_in_series_at_256_sync),
		RIG_TEST(channel_bus_and_master_at_64),
		RIG_TEST(channel_bus_and_master_at_64_sync),
		RIG_TEST(a_loop_is_a_period_late_at_64),
		RIG_TEST(a_loop_is_a_period_late_at_256_sync),
		RIG_TEST(three_loops_are_three_periods_late),
		RIG_TEST(a_slot_without_a_program_passes_dry),
		RIG_TEST(a_program_that_is_unplugged_leaves_no_step),
		RIG_TEST(a_program_that_freezes_is_left_out_until_it_thaws),
		RIG_TEST(a_program_that_dies_is_replaced_by_the_dry_signal),
	};

	if (argc == 5 && strcmp(argv[1], "effect") == 0)
		return effect_main(argv[2], argv[3], argv[4]);
	cmocka_set_test_filter(getenv("HEADROOM_ONLY"));
	const char *wanted = getenv("HEADROOM_TURNS");
	if (wanted != NULL)
		turns = atoi(wanted);
	else if (!rig_may_realtime())
		turns = 2; /* they take long then */
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return 1;
	return cmocka_run_group_tests_name("inserts", tests, NULL, NULL);
}
