#include "rig.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * The band of `make run` on the example desk, as fast as the machine plays it:
 * each of the five classic mistakes is found, and one command mends them.
 */

#define RATE 48000
#define PERIOD 1024
#define SONG (65 * RATE) /* frames, rounded up */
#define JUDGED 31        /* seconds that push out all that was before */

static void
program(char path[256], const char *name)
{
	const char *build = getenv("HEADROOM_BUILD");

	snprintf(path, 256, "%s/%s", build ? build : "build", name);
}

static char *
read_file(const char *path)
{
	char *text = calloc(1, 1 << 16);
	FILE *file = fopen(path, "r");

	assert_non_null(text);
	assert_non_null(file);
	text[fread(text, 1, (1 << 16) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* What headroomctl prints; it must succeed. The caller frees it. */
static char *
ctl(const struct rig *rig, const char *arguments)
{
	char path[256], command[512];
	char *text = calloc(1, 1 << 16);
	FILE *out;

	program(path, "headroomctl");
	snprintf(command, sizeof command, "%s -u udp://127.0.0.1:%u %s", path,
	    rig->udp_port, arguments);
	assert_non_null(text);
	out = popen(command, "r");
	assert_non_null(out);
	text[fread(text, 1, (1 << 16) - 1, out)] = '\0';
	assert_int_equal(pclose(out), 0);
	return text;
}

static pid_t
begin(struct rig *rig)
{
	char path[256];

	program(path, "headroom-demo");
	const char *const band[] = { path, "-s", rig->server, NULL };
	rig_init(rig, RATE, PERIOD);
	rig->timeout = 500;
	rig->sync = true;
	rig_start_server(rig);
	char *desk = read_file("config/headroom.json");
	rig_start_daemon(rig, desk);
	free(desk);
	rig_wait_state(rig, "running");
	rig_join(rig, 1, 1);
	pid_t pid = rig_spawn(band);
	rig_wait_connected(rig, "band:voice", "headroom:voice_in_1");
	rig_wait_insert(rig, "ch/snare/insert/1", "active");
	return pid;
}

static void
assert_found(const char *advice, const char *code)
{
	char wanted[64];

	snprintf(wanted, sizeof wanted, "\"%s\"", code);
	if (strstr(advice, wanted) == NULL)
		fail_msg("no %s in %s", code, advice);
}

static void
assert_not_found(const char *advice, const char *word)
{
	if (strstr(advice, word) != NULL)
		fail_msg("%s in %s", word, advice);
}

static void
five_mistakes_are_found_and_mended(void **state)
{
	static const char *const codes[] = { "hot-source", "fader-as-trim",
		"insert-level", "bus-hot", "master-mend" };
	struct rig *rig = *state;
	pid_t band = begin(rig);

	rig_freewheel(rig, true);
	rig_wait_frames(rig, JUDGED * RATE);
	char *advice = ctl(rig, "advise --json");
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		assert_found(advice, codes[i]);
	free(advice);
	free(ctl(rig, "advise --all"));
	osc_send(rig->osc, "/headroom/reset", "");
	osc_wait(rig->osc, "/headroom/reset");
	rig_wait_frames(rig, SONG);
	osc_send(rig->osc, "/headroom/master/fader", NULL);
	double headroom =
	    osc_number(osc_wait(rig->osc, "/headroom/master/fader"), 0);
	advice = ctl(rig, "advise --json");
	assert_not_found(advice, "\"warning\"");
	assert_not_found(advice, "\"alarm\"");
	free(advice);
	if (headroom < 6 || headroom > 9)
		rig_fail(rig, "the master peaks at %.1f dBFS", -headroom);
	rig_freewheel(rig, false);
	assert_int_equal(rig_end_child(band, SIGTERM), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(five_mistakes_are_found_and_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
