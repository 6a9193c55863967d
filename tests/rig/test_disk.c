#include "rig.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Disks that are full or may not be written, and files that cannot be read: words
 * that say so, a desk that goes on, and values that are there again. The disk is
 * a tmpfs of 64 KiB in a mount namespace of our own, which ends with the test.
 */

static const char desk[] = "{ \"version\": 1, \"channels\": ["
			   " { \"id\": \"a\", \"fader\": -6 } ] }";

struct place {
	struct rig rig;
	char root[64], disk[96], config[96], filler[128];
};

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	snprintf(place->root, sizeof place->root, "/tmp/headroom-disk-XXXXXX");
	assert_non_null(mkdtemp(place->root));
	snprintf(place->disk, sizeof place->disk, "%s/disk", place->root);
	snprintf(
	    place->config, sizeof place->config, "%s/club.json", place->root);
	snprintf(place->filler, sizeof place->filler, "%s/filler", place->disk);
	assert_int_equal(mkdir(place->disk, 0755), 0);
	rig_init(&place->rig, 48000, 64);
	place->rig.state_dir = place->disk;
	place->rig.config = place->config;
	*state = place;
	return 0;
}

static void
delete_all(const char *path)
{
	DIR *directory = opendir(path);
	char name[512];

	for (struct dirent *entry;
	     directory != NULL && (entry = readdir(directory)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (unlink(name) < 0)
			rmdir(name);
	}
	if (directory != NULL)
		closedir(directory);
	rmdir(path);
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	rig_end(&place->rig);
	umount2(place->disk, MNT_DETACH);
	delete_all(place->disk);
	delete_all(place->root);
	free(place);
	return 0;
}

/* Only root may, and not in every container. */
static void
mount_disk(const struct place *place, unsigned long flags)
{
	if (unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("headroom", place->disk, "tmpfs", flags, "size=64k") == 0)
		return;
	print_message(
	    "SKIPPED: a disk cannot be mounted here: %s\n", strerror(errno));
	skip();
}

static void
fill(const struct place *place)
{
	static const char block[4096];
	FILE *file = fopen(place->filler, "w");

	assert_non_null(file);
	setvbuf(file, NULL, _IONBF, 0);
	while (fwrite(block, 1, sizeof block, file) == sizeof block)
		;
	assert_int_equal(errno, ENOSPC);
	fclose(file);
}

static void
start(struct place *place)
{
	rig_start_daemon(&place->rig, desk);
	rig_wait_state(&place->rig, "waiting");
}

static void
set_fader(struct place *place, double db)
{
	osc_send(place->rig.osc, "/ch/a/fader", "f", db);
}

static void
expect_fader(struct place *place, double db)
{
	assert_float_equal(osc_get(place->rig.osc, "/ch/a/fader"), db, 1e-6);
}

/* Waits until the log says it. */
static void
wait_log(struct place *place, const char *words)
{
	double until = rig_now() + 15;

	for (;;) {
		char *log = rig_daemon_log(&place->rig);
		bool said = strstr(log, words) != NULL;
		free(log);
		if (said)
			return;
		if (rig_now() > until)
			rig_fail(&place->rig, "it never said \"%s\"", words);
		rig_sleep(50);
	}
}

/* The history has an event of the state that says so. */
static void
expect_event(struct place *place, const char *what, const char *reason)
{
	struct osc_client *osc = place->rig.osc;
	const struct osc_reply *reply;
	bool found = false;

	osc_drain(osc);
	osc_send(osc, "/events", "h", (int64_t)0);
	while ((reply = osc_next(osc, 300)) != NULL)
		found |= strcmp(reply->address, "/event/state") == 0 &&
			 strcmp(reply->types, "hhssh") == 0 &&
			 strcmp(osc_text(reply, 2), what) == 0 &&
			 strstr(osc_text(reply, 3), ".state.json") != NULL &&
			 strstr(osc_text(reply, 3), reason) != NULL;
	if (!found)
		rig_fail(
		    &place->rig, "no event \"%s\" with \"%s\"", what, reason);
}

/* The file of the state, in `path`. */
static void
find_state(const struct place *place, char path[512])
{
	DIR *directory = opendir(place->disk);
	struct dirent *entry;
	size_t size;

	assert_non_null(directory);
	path[0] = '\0';
	while ((entry = readdir(directory)) != NULL) {
		size = strlen(entry->d_name);
		if (size > 11 &&
		    strcmp(entry->d_name + size - 11, ".state.json") == 0)
			snprintf(
			    path, 512, "%s/%s", place->disk, entry->d_name);
	}
	closedir(directory);
	assert_true(path[0] != '\0');
}

static void
a_full_disk_is_told_and_the_state_is_written_once_there_is_room(void **state)
{
	struct place *place = *state;

	mount_disk(place, 0);
	start(place);
	set_fader(place, -20);
	rig_sleep(2500);
	fill(place);
	set_fader(place, -21);
	wait_log(place, "cannot be written: No space left on device");
	wait_log(place, "mixing goes on");
	expect_fader(place, -21);
	/* What was there is there. */
	rig_kill_daemon(&place->rig);
	start(place);
	expect_fader(place, -20);
	set_fader(place, -22);
	wait_log(place, "cannot be written: No space left on device");
	unlink(place->filler);
	wait_log(place, ".state.json: written again");
	rig_kill_daemon(&place->rig);
	start(place);
	expect_fader(place, -22);
}

static void
a_full_disk_at_the_end_leaves_the_state_before(void **state)
{
	struct place *place = *state;

	mount_disk(place, 0);
	start(place);
	set_fader(place, -20);
	start(place);
	fill(place);
	set_fader(place, -21);
	expect_fader(place, -21);
	assert_int_equal(rig_stop_daemon(&place->rig), 0);
	wait_log(place, "No space left on device");
	unlink(place->filler);
	start(place);
	expect_fader(place, -20);
}

static void
a_directory_that_may_not_be_written_is_told_and_the_desk_works(void **state)
{
	struct place *place = *state;

	mount_disk(place, MS_RDONLY);
	start(place);
	wait_log(place, "Read-only file system; nothing is remembered");
	set_fader(place, -21);
	expect_fader(place, -21);
}

static void
a_directory_that_goes_away_is_told_and_used_again(void **state)
{
	struct place *place = *state;
	char aside[128];

	snprintf(aside, sizeof aside, "%s/aside", place->root);
	start(place);
	assert_int_equal(rename(place->disk, aside), 0);
	set_fader(place, -21);
	wait_log(place, "cannot be written: No such file or directory");
	expect_fader(place, -21);
	assert_int_equal(rename(aside, place->disk), 0);
	wait_log(place, ".state.json: written again");
	expect_event(place, "unsaved", "No such file");
	expect_event(place, "saved", "");
	rig_kill_daemon(&place->rig);
	start(place);
	expect_event(place, "restored", "1 values");
	expect_fader(place, -21);
}

/* Who is root may read any file, but not a directory as one. */
static void
a_file_that_cannot_be_read_is_set_aside_and_the_one_before_taken(void **state)
{
	struct place *place = *state;
	char path[512];

	start(place);
	set_fader(place, -20);
	start(place);
	set_fader(place, -21);
	assert_int_equal(rig_stop_daemon(&place->rig), 0);
	find_state(place, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	start(place);
	wait_log(place, "it is set aside as ");
	wait_log(place, ".unreadable-");
	expect_event(place, "set-aside", "");
	expect_fader(place, -20);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(
		    a_full_disk_is_told_and_the_state_is_written_once_there_is_room),
		TEST(a_full_disk_at_the_end_leaves_the_state_before),
		TEST(
		    a_directory_that_may_not_be_written_is_told_and_the_desk_works),
		TEST(a_directory_that_goes_away_is_told_and_used_again),
		TEST(
		    a_file_that_cannot_be_read_is_set_aside_and_the_one_before_taken),
	};

	cmocka_set_test_filter(getenv("HEADROOM_ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
