#include "rig.h"

#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * The daemon under PipeWire's JACK, with a headless PipeWire of our own that
 * listens under the name of the rig's server. Rig and daemon load its libjack
 * in place of JACK2's.
 */

#define LIBRARY "/usr/lib/*/pipewire-0.3/jack"
#define PIPEWIRE "/usr/bin/pipewire"
#define RETURNS 4
#define GAIN 0.5 /* of the desk: -6.02 dB */

static const char desk[] =
    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" }, \"channels\": ["
    "  { \"id\": \"a\", \"from\": [\"rig-play:out_1\"],"
    "    \"fader\": -6.0206, \"outputs\": [] } ],"
    "  \"master\": { \"lanes\": 1, \"outputs\": [ \"rig-rec:in_1\" ] } }";

static const char settings[] =
    "context.properties = {\n"
    " core.daemon = true core.name = %s support.dbus = false\n"
    " default.clock.rate = 48000 default.clock.quantum = 256\n"
    " default.clock.min-quantum = 256 default.clock.max-quantum = 256\n"
    "}\n"
    "context.spa-libs = { support.* = support/libspa-support }\n"
    "context.modules = [\n"
    " { name = libpipewire-module-protocol-native }\n"
    " { name = libpipewire-module-metadata }\n"
    " { name = libpipewire-module-spa-node-factory }\n"
    " { name = libpipewire-module-client-node }\n"
    " { name = libpipewire-module-access }\n"
    " { name = libpipewire-module-link-factory }\n"
    "]\n"
    "context.objects = [\n"
    " { factory = metadata args = { metadata.name = default } }\n"
    " { factory = spa-node-factory args = {\n"
    "   factory.name = support.node.driver node.name = Dummy-Driver\n"
    "   node.group = pipewire.dummy priority.driver = 20000 } }\n"
    "]\n";

/* Socket and settings. */
static char place[] = "/tmp/headroom-pipewire.XXXXXX";
static pid_t pipewire;

static const char *
in_place(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", place, name);
	return path;
}

static void
start_pipewire(const struct rig *rig)
{
	char path[128], socket[128];
	const char *argv[] = { PIPEWIRE, "-c", in_place(path, "conf"), NULL };
	double until = rig_now() + 5;
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file, settings, rig->server);
	fclose(file);
	unlink(in_place(socket, rig->server));
	pipewire = rig_spawn(argv);
	while (access(socket, F_OK) != 0) {
		if (rig_now() > until)
			fail_msg("PipeWire does not start");
		rig_sleep(5);
	}
}

static void
stop_pipewire(int sig)
{
	if (pipewire != 0)
		rig_end_child(pipewire, sig);
	pipewire = 0;
}

/* SIGSTOP only makes it stand still. */
static void
end_pipewire(int sig)
{
	if (sig == SIGSTOP)
		kill(pipewire, sig);
	else
		stop_pipewire(sig);
}

/* Patches by hand what is to be there again the next time. */
static void
expect_sound(struct rig *rig, uint32_t seed, bool patched)
{
	struct rig_take *take = take_new(1, 1, 6000, 8000);

	rig_join(rig, 1, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
	rig_wait_connected(rig, "desk:master_out_1", "rig-rec:in_1");
	if (!patched)
		rig_connect_capture(rig, "desk:a_out_1", 1);
	rig_wait_connected(rig, "desk:a_out_1", "rig-rec:in_2");
	rig_settle(rig, 150);
	signal_noise(take->play[0], 6000, 0.3, seed);
	rig_run(rig, take);
	for (uint32_t i = 0; i < take->played; i++) {
		float wanted = (float)GAIN * take->play[0][i];
		float off = take->capture[0][i] - wanted;
		if (off > 1e-5F || off < -1e-5F)
			rig_fail(rig, "frame %u is %g, not %g", i,
			    (double)take->capture[0][i], (double)wanted);
	}
	take_free(take);
}

static void
it_mixes_under_pipewire_and_survives_its_death(void **state)
{
	struct rig *rig = *state;
	static const int sig[RETURNS] = { SIGTERM, SIGKILL, SIGSTOP, SIGTERM };

	rig_init(rig, 48000, 256);
	start_pipewire(rig);
	rig_start_daemon(rig, desk);
	rig_wait_state(rig, "running");
	assert_true(osc_get(rig->osc, "/status/sample_rate") == 48000);
	assert_true(osc_get(rig->osc, "/status/period") == 256);
	expect_sound(rig, 1, false);
	for (unsigned i = 0; i < RETURNS; i++) {
		rig_leave(rig);
		end_pipewire(sig[i]);
		rig_wait_state(rig, "waiting");
		stop_pipewire(SIGKILL);
		start_pipewire(rig);
		rig_wait_state(rig, "running");
		expect_sound(rig, 2 + i, true);
	}
	rig_leave(rig);
	assert_int_equal(rig_stop_daemon(rig), 0);
}

/* The daemon goes while its server is there still. */
static int
tear_down(void **state)
{
	struct rig *rig = *state;
	char path[128], lock[64];

	rig_end(rig);
	stop_pipewire(SIGTERM);
	snprintf(lock, sizeof lock, "%s.lock", rig->server);
	unlink(in_place(path, rig->server));
	unlink(in_place(path, lock));
	unlink(in_place(path, "conf"));
	free(rig);
	return 0;
}

static void
it_cannot_be_tested_here(void **state)
{
	(void)state;
	print_message("SKIPPED: the Debian packages pipewire and "
		      "pipewire-jack are not installed\n");
	skip();
}

/* A library's path is read once, when a program starts. */
static void
start_anew(char *argv[])
{
	glob_t found;

	if (access(PIPEWIRE, X_OK) != 0 || glob(LIBRARY, 0, NULL, &found) != 0)
		return;
	setenv("LD_LIBRARY_PATH", found.gl_pathv[0], 1);
	setenv("HEADROOM_PIPEWIRE", "1", 1);
	globfree(&found);
	execv("/proc/self/exe", argv);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest none[] = {
		cmocka_unit_test(it_cannot_be_tested_here),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    it_mixes_under_pipewire_and_survives_its_death, rig_set_up,
		    tear_down),
	};
	int failed;

	(void)argc;
	if (getenv("HEADROOM_PIPEWIRE") == NULL)
		start_anew(argv);
	if (getenv("HEADROOM_PIPEWIRE") == NULL)
		return cmocka_run_group_tests(none, NULL, NULL);
	if (mkdtemp(place) == NULL)
		return 1;
	setenv("XDG_RUNTIME_DIR", place, 1);
	/* PipeWire's library forgets the ports of a server that went. */
	if (rig_sanitized())
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(place);
	return failed;
}
