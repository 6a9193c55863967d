#include "edge/replace.h"

#include "mixer/desk.h"
#include "mixer/mixer.h"
#include "mixer/state.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * The linker puts these before the file calls of replace.c (--wrap): the n-th
 * one fails, or is the last one before the power goes.
 */

int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *data, size_t size);
int __real_fsync(int fd);
int __real_close(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __wrap_fsync(int fd);
int __wrap_close(int fd);
int __wrap_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

static struct {
	bool armed;
	int calls;   /* since armed */
	int failing; /* the one that fails, from 1 */
	int error;
	bool power; /* nothing happens any more from that one on */
	bool dirty; /* the file written last is in the cache only */
} fault;

/* Does this call happen? */
static bool
happens(void)
{
	if (!fault.armed)
		return true;
	fault.calls++;
	if (fault.power ? fault.calls < fault.failing
			: fault.calls != fault.failing)
		return true;
	errno = fault.error;
	return false;
}

int
__wrap_open(const char *path, int flags, ...)
{
	va_list mode;

	va_start(mode, flags);
	int bits = flags & O_CREAT ? va_arg(mode, int) : 0;
	va_end(mode);
	return happens() ? __real_open(path, flags, bits) : -1;
}

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
	fault.dirty = true;
	if (happens())
		return __real_write(fd, data, size);
	/* A full disk takes some of it, and so does a power cut. */
	if (fault.failing % 2 == 0)
		__real_write(fd, data, size / 2);
	errno = fault.error;
	return -1;
}

int
__wrap_fsync(int fd)
{
	if (!happens())
		return -1;
	fault.dirty = false;
	return __real_fsync(fd);
}

/* It is closed in any case, as Linux does. */
int
__wrap_close(int fd)
{
	bool well = happens();
	int error = errno;

	__real_close(fd);
	errno = error;
	return well ? 0 : -1;
}

/* What is in the cache only may have its new name on the disk and nothing in
 * it. */
int
__wrap_rename(const char *from, const char *to)
{
	if (!happens())
		return -1;
	if (fault.power && fault.dirty && strstr(from, ".new") &&
	    truncate(from, 0) < 0)
		return -1;
	return __real_rename(from, to);
}

int
__wrap_unlink(const char *path)
{
	return happens() ? __real_unlink(path) : -1;
}

/* --- a directory of its own --- */

struct place {
	char directory[64], path[96], before[96];
};

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	snprintf(place->directory, sizeof place->directory,
	    "/tmp/headroom-replace-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->path, sizeof place->path, "%s/x", place->directory);
	snprintf(
	    place->before, sizeof place->before, "%s/x.1", place->directory);
	memset(&fault, 0, sizeof fault);
	*state = place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;
	char fresh[128];

	fault.armed = false;
	snprintf(fresh, sizeof fresh, "%s.new", place->path);
	unlink(place->path);
	unlink(place->before);
	unlink(fresh);
	rmdir(place->directory);
	free(place);
	return 0;
}

/* What a file holds; "" if it is not there. */
static const char *
content(const char *path)
{
	static char text[1024];
	FILE *in = fopen(path, "r");
	size_t size = 0;

	if (in) {
		size = fread(text, 1, sizeof text - 1, in);
		fclose(in);
	}
	text[size] = '\0';
	return text;
}

static int
replace(const struct place *place, const char *text)
{
	return replace_file(place->path, place->before, text, strlen(text));
}

/* --- tests --- */

static void
the_new_one_is_there_and_the_one_before_is_kept(void **state)
{
	struct place *place = *state;

	assert_int_equal(replace(place, "one"), 0);
	assert_string_equal(content(place->path), "one");
	assert_string_equal(content(place->before), "");
	assert_int_equal(replace(place, "two"), 0);
	assert_int_equal(replace(place, "three"), 0);
	assert_string_equal(content(place->path), "three");
	assert_string_equal(content(place->before), "two");
}

/* Calls of one replacement, so that none is left out below. */
static int
count_calls(const struct place *place)
{
	fault.armed = true;
	fault.failing = 0;
	fault.calls = 0;
	assert_int_equal(replace(place, "counted"), 0);
	fault.armed = false;
	return fault.calls;
}

static void
each_call_fails_once(struct place *place, int error)
{
	int calls = count_calls(place);

	assert_true(calls >= 8);
	for (int i = 1; i <= calls; i++) {
		assert_int_equal(replace(place, "old"), 0);
		fault.armed = true;
		fault.failing = i;
		fault.error = error;
		fault.calls = 0;
		int code = replace(place, "new");
		fault.armed = false;
		const char *now = content(place->path);
		/* The last close says nothing about what is on the disk. */
		if (code == 0)
			assert_string_equal(now, "new");
		else
			assert_int_equal(code, -error);
		assert_true(strcmp(now, "new") == 0 || strcmp(now, "old") == 0);
	}
}

static void
whatever_call_fails_the_old_or_the_new_one_is_there(void **state)
{
	each_call_fails_once(*state, EIO);
	each_call_fails_once(*state, ENOSPC);
	each_call_fails_once(*state, EROFS);
}

/* As the names stand at that moment; what the disk itself makes of them is up
 * to fsync(). */
static void
whenever_the_power_goes_one_of_the_two_is_whole(void **state)
{
	struct place *place = *state;
	int calls = count_calls(place);

	for (int i = 1; i <= calls; i++) {
		assert_int_equal(replace(place, "older"), 0);
		assert_int_equal(replace(place, "old"), 0);
		fault.armed = true;
		fault.power = true;
		fault.failing = i;
		fault.error = EIO;
		fault.calls = 0;
		replace(place, "new");
		fault.armed = false;
		fault.power = false;
		const char *now = content(place->path);
		if (*now == '\0')
			now = content(place->before);
		assert_true(strcmp(now, "new") == 0 || strcmp(now, "old") == 0);
	}
}

/* --- the state itself --- */

#define CUTS 60

static void
keep(void *arg, const struct address *address)
{
	*(struct address *)arg = *address;
}

static void
set_number(struct mixer *mixer, double number)
{
	const struct schema_value value = { .type = 'f', .number = number };
	struct address address;
	unsigned tries = 1;
	char why[128];

	assert_int_equal(
	    mixer_each(mixer, "/master/fader", &tries, keep, &address), 1);
	assert_int_equal(
	    mixer_set(mixer, &address, &value, NULL, why, sizeof why),
	    SCHEMA_OK);
}

/* The number in the state that the next start takes; 1 if there is none that is
 * sound. */
static double
read_number(const struct place *place)
{
	struct mixer *mixer = mixer_new(desk_new());
	struct state *state = state_new(mixer);
	const char *text = content(place->path);
	struct schema_value value = { 0 };
	struct state_count count;
	struct address address;
	unsigned tries = 1;
	char why[256];
	double number = 1;

	if (*text == '\0')
		text = content(place->before);
	if (state_read(state, text, strlen(text), &count, why, sizeof why) ==
	    STATE_TAKEN) {
		mixer_each(mixer, "/master/fader", &tries, keep, &address);
		mixer_get(mixer, &address, &value);
		number = value.number;
	}
	state_free(state);
	mixer_free(mixer);
	return number;
}

/* The power goes at each call in turn, and the next writing finds what that
 * left. */
static void
after_each_of_60_power_cuts_the_state_of_now_or_before_is_read(void **state)
{
	struct place *place = *state;
	struct mixer *mixer = mixer_new(desk_new());
	struct state *now = state_new(mixer);
	int calls = count_calls(place);
	double before = -1;

	for (int i = 0; i <= CUTS; i++) {
		double number = -1 - i / 4.0;
		set_number(mixer, number);
		char *text = state_print(now);
		assert_non_null(text);
		fault.armed = fault.power = i > 0;
		fault.failing = 1 + i % (calls + 1);
		fault.error = EIO;
		fault.calls = 0;
		replace(place, text);
		fault.armed = fault.power = false;
		free(text);
		double found = read_number(place);
		if (found != number && found != before)
			fail_msg("cut %d at call %d: %g, not %g or %g", i,
			    fault.failing, found, number, before);
		before = found;
	}
	state_free(now);
	mixer_free(mixer);
}

static void
a_directory_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(
	    replace_file("/tmp/no-such-directory/x", NULL, "a", 1), -ENOENT);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(the_new_one_is_there_and_the_one_before_is_kept),
		TEST(whatever_call_fails_the_old_or_the_new_one_is_there),
		TEST(whenever_the_power_goes_one_of_the_two_is_whole),
		TEST(
		    after_each_of_60_power_cuts_the_state_of_now_or_before_is_read),
		TEST(a_directory_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
