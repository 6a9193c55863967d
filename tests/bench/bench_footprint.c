#include "tests/rig/rig.h"

#include <jack/jack.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * What the daemon takes from the machine: resident memory and processor time
 * at rest with the example configuration, and the time from its start to the
 * first sample that it lets through; the latter also with a large desk.
 */

#define RATE 48000
#define PERIOD 64
#define LENGTH (3 * RATE)
#define REST_MS 5000

static const char through[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
    " \"from\": [\"rig-play:out_1\"] } ],"
    " \"master\": { \"lanes\": 1, \"outputs\": [\"rig-rec:in_1\"] } }";

static char *
read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 65536);

	assert_non_null(file);
	assert_non_null(text);
	size_t size = fread(text, 1, 65535, file);
	assert_true(size > 0);
	fclose(file);
	return text;
}

/* User and system time of a process so far, in seconds (proc(5), stat). */
static double
cpu_seconds(pid_t pid)
{
	char path[64];
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	int got = fscanf(file,
	    "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
	    &user, &system);
	fclose(file);
	assert_int_equal(got, 2);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Resident memory in megabytes (proc(5), statm). */
static double
resident(pid_t pid)
{
	char path[64];
	unsigned long pages = 0;

	snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static void
at_rest(void **state)
{
	struct rig rig;
	char *json = read_text("config/headroom.json");

	(void)state;
	rig_start(&rig, RATE, PERIOD, json);
	free(json);
	rig_sleep(1000);
	double before = cpu_seconds(rig.daemon);
	rig_sleep(REST_MS);
	double used = cpu_seconds(rig.daemon) - before;
	printf("memory: %.1f MB resident; allowed 20\n", resident(rig.daemon));
	printf("rest: %.2f %% of a core at %d frames; allowed 2\n",
	    100 * used / (REST_MS / 1000.0), PERIOD);
	rig_end(&rig);
}

/* Ms from the start of the daemon to the first sample; its memory then. */
static double
start_to_sound(const char *json, double *megabytes)
{
	static float dc[LENGTH], heard[LENGTH];
	struct rig_take take = { .frames = LENGTH, .played = LENGTH };
	struct rig rig;

	memset(heard, 0, sizeof heard);
	for (int i = 0; i < LENGTH; i++)
		dc[i] = 0.5F;
	take.play[0] = dc;
	take.capture[0] = heard;
	rig_init(&rig, RATE, PERIOD);
	rig.port_max = 0;
	rig.priority = rig_may_realtime() ? 70 : 0;
	rig_start_server(&rig);
	rig_join(&rig, 1, 1);
	rig_roll(&rig, &take);
	rig_sleep(50);
	uint32_t started = jack_frame_time(rig_client(&rig));
	rig_start_daemon(&rig, json);
	rig_finish(&rig);
	uint32_t first = 0;
	while (first < LENGTH && heard[first] == 0)
		first++;
	*megabytes = resident(rig.daemon);
	rig_end(&rig);
	return (double)(int32_t)(take.start + first - started) * 1000 / RATE;
}

static void
start_to_audio(void **state)
{
	double megabytes;

	(void)state;
	printf("start: %.0f ms to the first sample; allowed 500\n",
	    start_to_sound(through, &megabytes));
}

/* 512 channels, 32 stereo buses; the last channel is the one that is heard. */
static void
large_desk(void **state)
{
	char *json = NULL;
	size_t size = 0;
	double megabytes;
	FILE *out = open_memstream(&json, &size);

	(void)state;
	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (int i = 1; i <= 512; i++)
		fprintf(out, "%s{ \"id\": \"c%d\", \"to\": [\"b%d\"]%s }",
		    i > 1 ? "," : "", i, i % 32 + 1,
		    i < 512 ? "" : ", \"from\": [\"rig-play:out_1\"]");
	fprintf(out, "], \"buses\": [");
	for (int i = 1; i <= 32; i++)
		fprintf(out, "%s{ \"id\": \"b%d\", \"lanes\": 2 }",
		    i > 1 ? "," : "", i);
	fprintf(
	    out, "], \"master\": { \"outputs\": [\"rig-rec:in_1\", []] } }");
	fclose(out);
	double ms = start_to_sound(json, &megabytes);
	printf("512 channels, 1092 ports: %.0f ms to the first sample, %.1f MB "
	       "resident\n",
	    ms, megabytes);
	free(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_rest),
		cmocka_unit_test(start_to_audio),
		cmocka_unit_test(large_desk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
