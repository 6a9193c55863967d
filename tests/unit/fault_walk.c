#include "fault_walk.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define MOST 200 /* calls of an operation, more than any has */

/* --- a directory of its own --- */

const char *
path_of(const struct place *place, const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s", place->directory, name);
	return path;
}

static void
remove_below(const char *path)
{
	DIR *directory = opendir(path);
	char name[512];

	for (struct dirent *entry;
	     directory != NULL && (entry = readdir(directory)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (unlink(name) < 0) {
			remove_below(name);
			rmdir(name);
		}
	}
	if (directory != NULL)
		closedir(directory);
}

int
fault_set_up(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	snprintf(place->directory, sizeof place->directory,
	    "/tmp/headroom-faults-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(
	    place->config, sizeof place->config, "%s.json", place->directory);
	place->log = memfd_create("log", MFD_CLOEXEC);
	*state = place;
	return 0;
}

int
fault_tear_down(void **state)
{
	struct place *place = *state;

	faults_disarm();
	faults.halves = false;
	remove_below(place->directory);
	rmdir(place->directory);
	unlink(place->config);
	close(place->log);
	free(place);
	return 0;
}

void
put(const struct place *place, const char *name, const char *text)
{
	FILE *out = fopen(path_of(place, name), "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

const char *
content(const char *path)
{
	static char text[1 << 16];
	FILE *in = fopen(path, "r");
	size_t size = 0;

	if (in != NULL) {
		size = fread(text, 1, sizeof text - 1, in);
		fclose(in);
	}
	text[size] = '\0';
	return text;
}

bool
exists(const struct place *place, const char *name)
{
	return access(path_of(place, name), F_OK) == 0;
}

static unsigned
descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

void
arm(const struct place *place)
{
	faults_arm(place->failing, place->for_good, place->error);
}

int
hide_log(const struct place *place)
{
	int shown = dup(STDERR_FILENO);

	dup2(place->log, STDERR_FILENO);
	return shown;
}

void
show_log(int shown)
{
	dup2(shown, STDERR_FILENO);
	close(shown);
}

/* --- the walk --- */

/* Its return, and what it says in the place of standard error. */
static int
work_and_listen(
    struct place *place, const struct operation *operation, char log[4096])
{
	assert_int_equal(ftruncate(place->log, 0), 0);
	lseek(place->log, 0, SEEK_SET);
	int shown = hide_log(place);
	int code = operation->work(place);
	faults_disarm();
	show_log(shown);
	ssize_t size = pread(place->log, log, 4095, 0);
	log[size > 0 ? size : 0] = '\0';
	return code;
}

/* Nothing is lost where these fail. */
static bool
is_harmless(const char *which)
{
	static const char *const harmless[] = { "close", "fstatat", "rmdir" };

	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (strcmp(which, harmless[i]) == 0)
			return true;
	return false;
}

/* Returns false once no call failed. */
static bool
fail_once(struct place *place, const struct operation *operation)
{
	char log[4096];

	remove_below(place->directory);
	if (operation->prepare != NULL)
		operation->prepare(place);
	unsigned open = descriptors();
	int code = work_and_listen(place, operation, log);
	const char *which = faults.which;
	const char *reason = strerror(place->error);
	if (which != NULL && code < 0 && code != -place->error)
		fail_msg("%s: call %d, %s: returned %s", operation->name,
		    place->failing, which, strerror(-code));
	if (which != NULL && operation->file != NULL &&
	    (code < 0 || !is_harmless(which)) &&
	    (strstr(log, operation->file) == NULL ||
		strstr(log, reason) == NULL))
		fail_msg("%s: call %d, %s: no \"%s\" and \"%s\" in: %s",
		    operation->name, place->failing, which, operation->file,
		    reason, log);
	if (which == NULL && code < 0)
		fail_msg("%s: %s without a fault: %s", operation->name,
		    strerror(-code), log);
	operation->check(place, code);
	if (descriptors() != open)
		fail_msg("%s: call %d, %s: a descriptor is left",
		    operation->name, place->failing, which);
	return which != NULL;
}

static void
walk_calls(struct place *place, const struct operation *operation, int least)
{
	char log[4096];
	int calls = 0;

	for (place->failing = 1; fail_once(place, operation); calls++) {
		const char *which = faults.which;
		int failed = place->failing;
		place->failing = 0;
		int code = work_and_listen(place, operation, log);
		if (code < 0)
			fail_msg("%s: after call %d, %s: %s: %s",
			    operation->name, failed, which, strerror(-code),
			    log);
		operation->check(place, code);
		place->failing = failed + 1;
		assert_true(calls < MOST);
	}
	if (calls < least)
		fail_msg("%s: %d calls, not %d", operation->name, calls, least);
}

void
walk(void **state, const struct operation *operation, int least)
{
	static const int error[] = { EIO, ENOSPC };
	struct place *place = *state;

	for (int i = 0; i < 4; i++) {
		place->error = error[i % 2];
		place->for_good = i >= 2;
		walk_calls(place, operation, least);
	}
	place->failing = 0;
	faults.halves = true;
	assert_false(fail_once(place, operation));
	faults.halves = false;
}
