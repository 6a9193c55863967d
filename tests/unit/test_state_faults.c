#include "fault_walk.h"

#include "edge/loop.h"
#include "edge/state_dir.h"
#include "edge/state_file.h"
#include "mixer/desk.h"
#include "mixer/mixer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the state directory --- */

static int
open_directory(struct place *place)
{
	char wanted[128];

	snprintf(wanted, sizeof wanted, "%s/rack/desk", place->directory);
	arm(place);
	char *got = state_dir_open(wanted);
	faults_disarm();
	int code = got != NULL ? 0 : -place->error;
	free(got);
	return code;
}

static void
check_directory(struct place *place, int code)
{
	if (code == 0)
		assert_true(exists(place, "rack/desk"));
}

static void
a_state_directory_is_made(void **state)
{
	static const struct operation operation = { "state directory", "rack",
		NULL, open_directory, check_directory };

	walk(state, &operation, 10);
}

static int
lock_directory(struct place *place)
{
	arm(place);
	int fd = state_dir_lock(place->directory);
	faults_disarm();
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : fd;
}

static void
check_lock(struct place *place, int code)
{
	(void)code;
	assert_true(!exists(place, "lock.new"));
}

/* Its number is for the words of the next one only. */
static void
a_state_directory_is_taken(void **state)
{
	static const struct operation operation = { "lock", NULL, NULL,
		lock_directory, check_lock };

	walk(state, &operation, 4);
}

/* --- the live state --- */

static void
keep(void *arg, const struct address *address)
{
	*(struct address *)arg = *address;
}

static struct address
fader(struct mixer *mixer)
{
	struct address address;
	unsigned tries = 1;

	assert_int_equal(
	    mixer_each(mixer, "/master/fader", &tries, keep, &address), 1);
	return address;
}

struct session {
	struct loop *loop;
	struct mixer *mixer;
	struct state_file *file;
};

static void
session_begin(struct session *session, const struct place *place)
{
	session->loop = loop_new();
	session->mixer = mixer_new(desk_new());
	assert_true(session->loop && session->mixer);
	session->file = state_file_open(session->mixer, session->loop,
	    place->directory, place->config, true);
}

static double
session_get(const struct session *session)
{
	struct address address = fader(session->mixer);
	struct schema_value value;

	mixer_get(session->mixer, &address, &value);
	return value.number;
}

static void
session_set(const struct session *session, double number)
{
	const struct schema_value value = { .type = 'f', .number = number };
	struct address address = fader(session->mixer);
	char why[128];

	assert_int_equal(
	    mixer_set(session->mixer, &address, &value, NULL, why, sizeof why),
	    SCHEMA_OK);
}

static void
session_end(const struct session *session)
{
	state_file_close(session->file);
	mixer_free(session->mixer);
	loop_free(session->loop);
}

static void
leave_state(const struct place *place, double number)
{
	struct session session;

	session_begin(&session, place);
	session_set(&session, number);
	session_end(&session);
}

/* Its lines are no part of what is tested. */
static void
prepare_state(struct place *place)
{
	FILE *out = fopen(place->config, "w");

	assert_non_null(out);
	fputs("{}", out);
	fclose(out);
	int shown = hide_log(place);
	leave_state(place, -1);
	leave_state(place, -2);
	show_log(shown);
}

/* What the next start takes. */
static double
next_start(struct place *place)
{
	struct session session;
	int shown = hide_log(place);

	session_begin(&session, place);
	double number = session_get(&session);
	session_end(&session);
	show_log(shown);
	return number;
}

static int
write_state(struct place *place)
{
	struct session session;

	session_begin(&session, place);
	session_set(&session, -3);
	arm(place);
	state_file_close(session.file);
	faults_disarm();
	mixer_free(session.mixer);
	loop_free(session.loop);
	return 0;
}

/* At the end there is no next try but at once. */
static void
check_written(struct place *place, int code)
{
	double number = next_start(place);

	(void)code;
	if (number != -3 && !(place->for_good && number == -2))
		fail_msg("call %d, %s: the state has %g", place->failing,
		    faults.which, number);
}

static void
the_state_is_written_at_the_end(void **state)
{
	static const struct operation operation = { "state out", ".state.json",
		prepare_state, write_state, check_written };

	walk(state, &operation, 9);
}

static int
read_state(struct place *place)
{
	struct session session;

	arm(place);
	session_begin(&session, place);
	faults_disarm();
	double number = session_get(&session);
	session_end(&session);
	assert_true(number == -2 || (place->for_good && place->failing > 0));
	return 0;
}

static void
check_read(struct place *place, int code)
{
	(void)code;
	assert_true(next_start(place) == -2);
}

static void
the_state_is_read_at_the_start(void **state)
{
	static const struct operation operation = { "state in", ".state.json",
		prepare_state, read_state, check_read };

	walk(state, &operation, 4);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		FAULT_TEST(a_state_directory_is_made),
		FAULT_TEST(a_state_directory_is_taken),
		FAULT_TEST(the_state_is_written_at_the_end),
		FAULT_TEST(the_state_is_read_at_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
