#include "rig.h"

#include <jack/jack.h>

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * What the realtime thread of the release build asks of the kernel while
 * everything is done to the desk that can be done to it: no page, and no
 * system call but the futex by which JACK itself waits and wakes. A build with
 * a sanitizer goes through the same, and only the sanitizer judges.
 */

#define RATE 48000
#define PERIOD 64
#define PLAYS 5
#define CAPTURES 6
#define LENGTH 4800
#define GUEST "rig-guest:out"

static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    " { \"id\": \"a\", \"from\": [\"rig-play:out_1\"],"
    "   \"to\": [\"sub\", \"master\"],"
    "   \"sends\": { \"verb\": { \"level\": -12, \"tap\": \"post\" } } },"
    " { \"id\": \"b\", \"from\": [\"rig-play:out_2\"], \"to\": [\"sub\"],"
    "   \"sends\": { \"verb\": { \"level\": -6, \"tap\": \"pre\" } } },"
    " { \"id\": \"c\", \"from\": [\"rig-play:out_3\"], \"fader\": -10 },"
    " { \"id\": \"d\", \"lanes\": 2,"
    "   \"from\": [\"rig-play:out_4\", \"rig-play:out_5\"] } ],"
    " \"buses\": [ { \"id\": \"sub\", \"lanes\": 1 },"
    "   { \"id\": \"verb\", \"lanes\": 2 } ],"
    " \"master\": { \"lanes\": 2,"
    "   \"outputs\": [\"rig-rec:in_1\", \"rig-rec:in_2\"] } }";

static const char *const strips[] = { "ch/a", "ch/b", "ch/c", "ch/d", "bus/sub",
	"bus/verb", "master" };
#define STRIPS (sizeof strips / sizeof *strips)

struct scene {
	struct rig rig;
	struct rig_take *plain, *hostile;
	struct osc_client *other;
	jack_client_t *guest; /* a program that comes and plugs itself in */
	uint32_t seed;
};

/* --- what can be done --- */

static void
set(struct scene *scene, const char *strip, const char *name, double value)
{
	char address[80];

	snprintf(address, sizeof address, "/%s/%s", strip, name);
	osc_send(scene->rig.osc, address, "f", value);
}

static void
heard(struct scene *scene, unsigned ms)
{
	rig_settle(&scene->rig, ms);
}

static void
nothing(struct scene *scene)
{
	heard(scene, 300);
}

static void
gains(struct scene *scene)
{
	for (int i = 0; i < 20; i++) {
		for (size_t k = 0; k < STRIPS; k++) {
			double random = signal_random(&scene->seed);
			set(scene, strips[k], "fader", -60 + 70 * random);
			set(scene, strips[k], "trim", -20 + 30 * random);
			set(scene, strips[k], "pan", 2 * random - 1);
		}
		heard(scene, i % 2 ? 2 : 20);
	}
	for (size_t k = 0; k < STRIPS; k++) {
		set(scene, strips[k], "polarity", 1);
		set(scene, strips[k], "fader/position", 0);
	}
	heard(scene, 50);
	for (size_t k = 0; k < STRIPS; k++)
		set(scene, strips[k], "fader", -6);
	heard(scene, 50);
}

static void
mutes_and_solos(struct scene *scene)
{
	static const char *const name[] = { "mute", "solo" };

	for (int on = 1; on >= 0; on--)
		for (int i = 0; i < 2; i++)
			for (size_t k = 0; k < STRIPS; k++) {
				set(scene, strips[k], name[i], on);
				heard(scene, 5);
			}
}

static void
sends(struct scene *scene)
{
	static const char *const tap[] = { "pre", "post" };

	for (int i = 0; i < 4; i++) {
		osc_send(
		    scene->rig.osc, "/ch/*/send/verb/tap", "s", tap[i % 2]);
		osc_send(
		    scene->rig.osc, "/ch/*/send/verb/level", "f", -3.0 * i);
		osc_send(scene->rig.osc, "/ch/*/send/verb/pan", "f", 0.2 * i);
		heard(scene, 30);
	}
}

/* A strip's first delay is a new plan with memory of its own. */
static void
delays(struct scene *scene)
{
	static const double ms[] = { 1, 250, 7.3, 0 };

	for (size_t i = 0; i < sizeof ms / sizeof *ms; i++)
		for (size_t k = 0; k < STRIPS; k++) {
			set(scene, strips[k], "delay", ms[i]);
			heard(scene, i == 0 ? 30 : 10);
		}
	heard(scene, 300);
}

/* Overs, runs at the rail, NaN, Inf, denormals. */
static void
signals(struct scene *scene)
{
	rig_cut(&scene->rig);
	rig_roll(&scene->rig, scene->hostile);
	heard(scene, 200);
	rig_cut(&scene->rig);
	heard(scene, 100); /* silence */
	rig_roll(&scene->rig, scene->plain);
	heard(scene, 50);
}

static void
meters(struct scene *scene)
{
	struct osc_client *client = scene->other;

	osc_send(client, "/subscribe", "si", "meters", 50);
	osc_send(client, "/subscribe", "s", "events");
	osc_send(client, "/subscribe", "s", "state");
	osc_send(scene->rig.osc, "/subscribe", "si", "meters", 25);
	heard(scene, 300);
	osc_send(client, "/meter/*/*", NULL);
	osc_send(client, "/events", "h", (int64_t)0);
	heard(scene, 50);
	osc_send(client, "/unsubscribe", "s", "meters");
	osc_send(scene->rig.osc, "/unsubscribe", "s", "meters");
	osc_drain(client);
}

static int
stand_by(jack_nframes_t frames, void *arg)
{
	memset(jack_port_get_buffer(arg, frames), 0, frames * sizeof(float));
	return 0;
}

/* Direct outs are heard for the first time; inputs get a second source. JACK
 * has two tables with a page for each port, and reads them in our thread when
 * a cable is drawn: the guest's first cable lies there from the beginning. */
static void
cables(struct scene *scene)
{
	struct rig *rig = &scene->rig;
	jack_client_t *client = scene->guest;

	rig_connect_capture(rig, "headroom:a_out_1", 2);
	heard(scene, 30);
	rig_connect_capture(rig, "headroom:d_out_2", 3);
	heard(scene, 30);
	jack_connect(client, GUEST, "headroom:c_in_1");
	heard(scene, 30);
	jack_disconnect(client, "rig-play:out_3", "headroom:c_in_1");
	heard(scene, 30);
	jack_connect(client, "rig-play:out_3", "headroom:c_in_1");
	jack_disconnect(client, GUEST, "headroom:c_in_1");
	jack_disconnect(client, "headroom:a_out_1", "rig-rec:in_3");
	jack_disconnect(client, "headroom:d_out_2", "rig-rec:in_4");
	heard(scene, 30);
}

static void
periods(struct scene *scene)
{
	static const unsigned frames[] = { 256, 1024, 4096, 32, PERIOD };
	struct rig *rig = &scene->rig;

	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
		assert_int_equal(
		    jack_set_buffer_size(rig_client(rig), frames[i]), 0);
		rig->period = frames[i];
		heard(scene, 200);
	}
}

static void
freewheel(struct scene *scene)
{
	rig_freewheel(&scene->rig, true);
	rig_sleep(50);
	rig_freewheel(&scene->rig, false);
	heard(scene, 100);
}

static const struct scenario {
	const char *name;
	void (*run)(struct scene *scene);
	/* JACK's tables have a page for each port, which R reads when a cable
	 * is drawn: a port that it never met costs a fault, once. */
	unsigned long strangers;
} scenarios[] = {
	{ "nothing at all", nothing, 0 },
	{ "moving gains", gains, 0 },
	{ "mutes and solos", mutes_and_solos, 0 },
	{ "sends", sends, 0 },
	{ "delays switched on", delays, 0 },
	{ "hostile signals", signals, 0 },
	{ "meters subscribed", meters, 0 },
	{ "cables", cables, 1 },
	{ "another period", periods, 0 },
	{ "freewheeling", freewheel, 0 },
	{ "all of it again: delays", delays, 0 },
	{ "all of it again: cables", cables, 0 },
};
#define SCENARIOS (sizeof scenarios / sizeof *scenarios)

/* --- the scene --- */

static void
fill_hostile(struct rig_take *take)
{
	static const float odd[] = { 2, 1, 1, 1, 1, NAN, INFINITY, 1e-40F,
		-1.5F, 0 };

	for (int port = 0; port < PLAYS; port++)
		for (int i = 0; i < LENGTH; i++)
			take->play[port][i] =
			    i < 2000 ? odd[i % (port < 2 ? 10 : 5)] : 0.1F;
}

static void
open_guest(struct scene *scene)
{
	jack_client_t *client = jack_client_open("rig-guest",
	    JackNoStartServer | JackServerName, NULL, scene->rig.server);

	scene->guest = client;
	assert_non_null(client);
	jack_port_t *port = jack_port_register(
	    client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
	assert_non_null(port);
	jack_set_process_callback(client, stand_by, port);
	assert_int_equal(jack_activate(client), 0);
	jack_connect(client, GUEST, "headroom:a_in_1");
	/* JACK keeps two states of the graph and changes between them. */
	for (int i = 0; i < 2; i++) {
		heard(scene, 30);
		jack_connect(client, GUEST, "headroom:b_in_1");
		heard(scene, 30);
		jack_disconnect(client, GUEST, "headroom:b_in_1");
	}
}

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	*state = scene;
	assert_non_null(scene);
	scene->seed = 7;
	scene->plain = take_new(PLAYS, 0, LENGTH, UINT32_MAX / 4);
	scene->hostile = take_new(PLAYS, 0, LENGTH, UINT32_MAX / 4);
	scene->plain->loops = scene->hostile->loops = true;
	for (int i = 0; i < PLAYS; i++)
		signal_noise(
		    scene->plain->play[i], LENGTH, 0.3, (uint32_t)i + 1);
	fill_hostile(scene->hostile);
	rig_start(&scene->rig, RATE, PERIOD, desk);
	rig_join(&scene->rig, PLAYS, CAPTURES);
	rig_wait_connected(&scene->rig, "rig-play:out_5", "headroom:d_in_2");
	rig_wait_connected(
	    &scene->rig, "headroom:master_out_2", "rig-rec:in_2");
	open_guest(scene);
	scene->other = osc_open(scene->rig.udp_port);
	rig_roll(&scene->rig, scene->plain);
	heard(scene, 300);
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	if (scene->guest != NULL)
		jack_client_close(scene->guest);
	if (scene->other != NULL)
		osc_close(scene->other);
	rig_end(&scene->rig);
	take_free(scene->plain);
	take_free(scene->hostile);
	free(scene);
	return 0;
}

/* --- the thread --- */

static void
no_page_fault_whatever_is_done(void **state)
{
	struct scene *scene = *state;
	pid_t thread = rig_thread(&scene->rig);
	unsigned long before = rig_page_faults(&scene->rig, thread), bad = 0;

	for (size_t i = 0; i < SCENARIOS; i++) {
		scenarios[i].run(scene);
		unsigned long after = rig_page_faults(&scene->rig, thread);
		if (after != before)
			print_error("%s: %lu page faults\n", scenarios[i].name,
			    after - before);
		if (after - before > scenarios[i].strangers)
			bad += after - before;
		before = after;
	}
	if (!rig_sanitized())
		assert_int_equal(bad, 0);
}

/* --- system calls --- */

static pid_t
start_strace(const struct rig *rig, pid_t thread, const char *log)
{
	char id[16], line[256], task[16];
	const char *argv[] = { "strace", "-q", "-o", log, "-p", id, NULL };
	pid_t pid = fork();

	snprintf(id, sizeof id, "%d", (int)thread);
	snprintf(task, sizeof task, "%d", (int)thread);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	assert_true(pid > 0);
	for (int i = 0; i < 200; i++) {
		/* It has attached once it has written something. */
		FILE *file = fopen(log, "re");
		if (file != NULL) {
			bool some = fgets(line, sizeof line, file) != NULL;
			fclose(file);
			if (some)
				return pid;
		}
		rig_sleep(10);
	}
	rig_fail(rig, "strace does not attach to thread %s", task);
}

/* Counts lines that are a call of anything but futex; names each. */
static unsigned
count_calls(const char *log, unsigned *futexes)
{
	char line[512];
	unsigned calls = 0;
	FILE *file = fopen(log, "re");

	*futexes = 0;
	assert_non_null(file);
	while (fgets(line, sizeof line, file) != NULL) {
		if (strncmp(line, "futex(", 6) == 0)
			++*futexes;
		/* It was waiting in a futex when strace came. */
		else if (strncmp(line, "restart_syscall(", 16) != 0 &&
			 strncmp(line, "<... ", 5) != 0 &&
			 strncmp(line, "strace: ", 8) != 0) {
			calls++;
			print_error("  %s", line);
		}
	}
	fclose(file);
	return calls;
}

static void
no_system_call_but_futex_whatever_is_done(void **state)
{
	struct scene *scene = *state;
	char log[] = "/tmp/headroom-strace.XXXXXX";
	unsigned futexes;

	if (rig_sanitized())
		return;
	close(mkstemp(log));
	pid_t strace = start_strace(&scene->rig, rig_thread(&scene->rig), log);
	for (size_t i = 0; i < SCENARIOS; i++)
		scenarios[i].run(scene);
	/* Not SIGINT, which background programs ignore. */
	kill(strace, SIGTERM);
	waitpid(strace, NULL, 0);
	unsigned calls = count_calls(log, &futexes);
	unlink(log);
	assert_int_equal(calls, 0);
	assert_true(futexes > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    no_page_fault_whatever_is_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_system_call_but_futex_whatever_is_done, set_up,
		    tear_down),
	};

	cmocka_set_test_filter(getenv("HEADROOM_ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
