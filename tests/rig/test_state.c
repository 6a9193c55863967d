#include "rig.h"

#include <dirent.h>
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
 * Live values over restarts and deaths of the daemon. No JACK server is needed
 * to set them.
 */

#define LATEST 2.5 /* s; the promise is 2, the rest is for a busy machine */

static const char desk[] = "{ \"version\": 1, \"channels\": ["
			   " { \"id\": \"a\", \"fader\": -6 } ] }";

struct place {
	struct rig rig;
};

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	rig_init(&place->rig, 48000, 64);
	rig_take_place(&place->rig);
	*state = place;
	return 0;
}

/* Calls `each` for the files whose names hold `part`; returns how many. */
static unsigned
each_file(
    const struct place *place, const char *part, void (*each)(const char *path))
{
	DIR *directory = opendir(place->rig.place);
	unsigned count = 0;
	char path[512];

	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		if (entry->d_name[0] == '.' || !strstr(entry->d_name, part))
			continue;
		snprintf(path, sizeof path, "%s/%s", place->rig.place,
		    entry->d_name);
		count++;
		if (each)
			each(path);
	}
	closedir(directory);
	return count;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	rig_end(&place->rig);
	rig_remove(place->rig.place);
	free(place);
	return 0;
}

static void
start(struct place *place)
{
	rig_start_daemon(&place->rig, desk);
	rig_wait_state(&place->rig, "waiting");
}

static void
set_fader(struct rig *rig, double db)
{
	osc_send(rig->osc, "/ch/a/fader", "f", db);
}

static double
fader(struct rig *rig)
{
	return osc_get(rig->osc, "/ch/a/fader");
}

/* The newest generation: the others have something behind ".json". */
static void
damage(const char *path)
{
	FILE *file;

	if (strcmp(path + strlen(path) - 5, ".json") != 0)
		return;
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, 40, SEEK_SET), 0);
	fputc('#', file);
	fclose(file);
}

static void
expect_log(struct rig *rig, const char *words)
{
	char *log = rig_daemon_log(rig);

	if (strstr(log, words) == NULL)
		rig_fail(rig, "the daemon did not say \"%s\"", words);
	free(log);
}

static void
values_survive_a_stop(void **state)
{
	struct place *place = *state;
	struct rig *rig = &place->rig;

	start(place);
	assert_float_equal(fader(rig), -6, 1e-6);
	set_fader(rig, -12.5);
	assert_float_equal(fader(rig), -12.5, 1e-6);
	start(place);
	assert_float_equal(fader(rig), -12.5, 1e-6);
	expect_log(rig, "1 values are as they were left");
	start(place);
	assert_float_equal(fader(rig), -12.5, 1e-6);
}

static void
values_survive_a_kill_2_s_after_the_last_change(void **state)
{
	struct place *place = *state;
	struct rig *rig = &place->rig;

	start(place);
	set_fader(rig, -30);
	rig_sleep((unsigned)(LATEST * 1000));
	rig_kill_daemon(rig);
	start(place);
	assert_float_equal(fader(rig), -30, 1e-6);
}

static void
a_damaged_file_is_set_aside_and_the_one_before_is_taken(void **state)
{
	struct place *place = *state;
	struct rig *rig = &place->rig;

	start(place);
	set_fader(rig, -20);
	start(place);
	set_fader(rig, -21);
	assert_int_equal(rig_stop_daemon(rig), 0);
	assert_int_equal(each_file(place, ".state.json", damage), 2);
	start(place);
	assert_float_equal(fader(rig), -20, 1e-6);
	assert_int_equal(each_file(place, ".damaged-", NULL), 1);
	expect_log(rig, "it is set aside as ");
}

/* Changes the fader every 2 ms for so long, a hundredth of a dB each; when it
 * did what is left in `at`. Returns how often. */
static unsigned
turn(struct rig *rig, double seconds, double at[], unsigned room)
{
	double end = rig_now() + seconds;
	unsigned count = 0;

	for (; count < room && rig_now() < end; count++) {
		at[count] = rig_now();
		set_fader(rig, -(double)count / 100);
		rig_sleep(2);
	}
	return count;
}

/* A kill at any moment, most of all while it is written. */
static void
nothing_older_than_2_s_is_lost_by_a_kill_at_any_moment(void **state)
{
	struct place *place = *state;
	struct rig *rig = &place->rig;
	const char *turns = getenv("HEADROOM_TURNS");
	static double at[4096];
	unsigned seed = 1;

	start(place);
	for (int i = turns ? atoi(turns) : 5; i > 0; i--) {
		seed = seed * 1664525U + 1013904223U;
		unsigned count = turn(
		    rig, LATEST + 0.5 * (seed >> 8) / 16777216.0, at, 4096);
		double killed = rig_now();
		rig_kill_daemon(rig);
		start(place);
		assert_int_equal(each_file(place, ".damaged-", NULL), 0);
		unsigned found = (unsigned)(-fader(rig) * 100 + 0.5);
		assert_in_range(found, 1, count - 1);
		/* The next one was never saved, so it was young enough. */
		assert_true(
		    found == count - 1 || at[found + 1] > killed - LATEST);
	}
}

static void
without_a_restore_the_configuration_counts(void **state)
{
	struct place *place = *state;
	struct rig *rig = &place->rig;

	start(place);
	set_fader(rig, -20);
	rig->fresh = true;
	start(place);
	assert_float_equal(fader(rig), -6, 1e-6);
	rig->fresh = false;
	start(place);
	assert_float_equal(fader(rig), -20, 1e-6);
}

static void
each_value_is_dumped_with_the_file_it_comes_from(void **state)
{
	struct place *place = *state;
	const char *build = getenv("HEADROOM_BUILD");
	char command[1024], words[4096];
	const char *damaged[] = { "\"refused\":\t[]", "checksum" };
	const char *value[] = { "\"/ch/a/fader\":\t-21",
		"\"/ch/a/fader\":\t-20" };

	start(place);
	set_fader(&place->rig, -20);
	start(place);
	set_fader(&place->rig, -21);
	assert_int_equal(rig_stop_daemon(&place->rig), 0);
	for (int i = 0; i < 2; i++) {
		unsigned files = each_file(place, "", NULL);
		snprintf(command, sizeof command,
		    "timeout 20 %s/headroomd -c %s --state %s --dump-state",
		    build != NULL && build[0] != '\0' ? build : "build",
		    place->rig.place_config, place->rig.place);
		FILE *out = popen(command, "r");
		assert_non_null(out);
		words[fread(words, 1, sizeof words - 1, out)] = '\0';
		assert_int_equal(pclose(out), 0);
		if (!strstr(words, value[i]) || !strstr(words, damaged[i]) ||
		    !strstr(words, i == 0 ? ".state.json\"" : ".json.1\""))
			fail_msg("dumped %s", words);
		/* It was looked at, no more. */
		assert_int_equal(each_file(place, "", NULL), files);
		each_file(place, ".state.json", damage);
	}
}

static void
sigusr1_tells_how_it_stands(void **state)
{
	struct place *place = *state;

	start(place);
	kill(place->rig.daemon, SIGUSR1);
	assert_float_equal(fader(&place->rig), -6, 1e-6);
	rig_sleep(100);
	expect_log(&place->rig, "headroomd: status: headroomd ");
	expect_log(&place->rig, "status: JACK is waiting");
	expect_log(&place->rig, " 0 xruns");
	/* And it goes on. */
	assert_float_equal(fader(&place->rig), -6, 1e-6);
}

/* Starts a second daemon beside the first; returns its exit status. What it says
 * is left in `words`. */
static int
start_second(
    struct place *place, const char *state_dir, unsigned port, char words[2048])
{
	const char *build = getenv("HEADROOM_BUILD");
	char command[1024];
	size_t size;
	FILE *out;

	snprintf(command, sizeof command,
	    "timeout 20 %s/headroomd -c %s -s headroom-nowhere --state '%s' "
	    "-l udp://127.0.0.1:%u 2>&1",
	    build != NULL && build[0] != '\0' ? build : "build",
	    place->rig.place_config, state_dir, port);
	out = popen(command, "r");
	assert_non_null(out);
	size = fread(words, 1, 2047, out);
	words[size] = '\0';
	return WEXITSTATUS(pclose(out));
}

static void
a_second_one_with_the_same_directory_says_who_has_it(void **state)
{
	struct place *place = *state;
	char words[2048], who[64];

	start(place);
	set_fader(&place->rig, -12);
	assert_int_equal(start_second(place, place->rig.place,
			     place->rig.udp_port + 1, words),
	    3);
	snprintf(who, sizeof who, "(process %d)", (int)place->rig.daemon);
	assert_non_null(strstr(words, place->rig.place));
	assert_non_null(strstr(words, who));
	assert_non_null(strstr(words, "--state"));
	/* The first one has noticed nothing, and leaves nothing behind. */
	assert_float_equal(fader(&place->rig), -12, 1e-6);
	rig_kill_daemon(&place->rig);
	start(place);
}

static void
a_second_one_with_the_same_address_says_so(void **state)
{
	struct place *place = *state;
	char words[2048], url[64];

	start(place);
	assert_int_equal(
	    start_second(place, "", place->rig.udp_port, words), 3);
	snprintf(url, sizeof url, "udp://127.0.0.1:%u: Address already in use",
	    place->rig.udp_port);
	assert_non_null(strstr(words, url));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(values_survive_a_stop),
		TEST(values_survive_a_kill_2_s_after_the_last_change),
		TEST(a_damaged_file_is_set_aside_and_the_one_before_is_taken),
		TEST(nothing_older_than_2_s_is_lost_by_a_kill_at_any_moment),
		TEST(a_second_one_with_the_same_directory_says_who_has_it),
		TEST(a_second_one_with_the_same_address_says_so),
		TEST(each_value_is_dumped_with_the_file_it_comes_from),
		TEST(sigusr1_tells_how_it_stands),
		TEST(without_a_restore_the_configuration_counts),
	};

	cmocka_set_test_filter(getenv("HEADROOM_ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
