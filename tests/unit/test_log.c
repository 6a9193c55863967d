#include "edge/log.h"

#include "edge/event_notice.h"
#include "edge/loop.h"
#include "mixer/desk.h"
#include "mixer/desk_log.h"
#include "mixer/mixer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Lines of the log, with a file for standard error and, by the linker's --wrap,
 * a text for the journal.
 */

int __wrap_sd_journal_sendv(const struct iovec *vector, int count);

static char journal[65536]; /* "MESSAGE=…|PRIORITY=…|…\n" a line */

int
__wrap_sd_journal_sendv(const struct iovec *vector, int count)
{
	for (int i = 0; i < count; i++) {
		size_t used = strlen(journal);
		snprintf(journal + used, sizeof journal - used, "%.*s%s",
		    (int)vector[i].iov_len, (const char *)vector[i].iov_base,
		    i + 1 < count ? "|" : "\n");
	}
	return 0;
}

struct stage {
	int kept, file; /* standard error, and what stands for it */
	struct loop *loop;
	struct mixer *mixer;
	struct event_notice *notice;
};

static int
set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof *stage);

	assert_non_null(stage);
	stage->loop = loop_new();
	stage->mixer = mixer_new(desk_new());
	stage->notice = event_notice_new(stage->mixer, stage->loop);
	assert_non_null(stage->notice);
	stage->file = memfd_create("stderr", MFD_CLOEXEC);
	fflush(stderr);
	stage->kept = dup(STDERR_FILENO);
	dup2(stage->file, STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	journal[0] = '\0';
	log_open(LOG_LEVEL_NOTICE);
	*state = stage;
	return 0;
}

static int
tear_down(void **state)
{
	struct stage *stage = *state;

	event_notice_free(stage->notice);
	mixer_free(stage->mixer);
	loop_free(stage->loop);
	dup2(stage->kept, STDERR_FILENO);
	close(stage->kept);
	close(stage->file);
	free(stage);
	return 0;
}

static const char *
printed(const struct stage *stage)
{
	static char text[65536];
	ssize_t size;

	fflush(stderr);
	size = pread(stage->file, text, sizeof text - 1, 0);
	text[size > 0 ? size : 0] = '\0';
	return text;
}

static unsigned
count_lines(const char *text)
{
	unsigned count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* Says, as systemd does, that standard error is the journal. */
static void
be_journal(const struct stage *stage, unsigned long other)
{
	struct stat info;
	char text[64];

	assert_int_equal(fstat(stage->file, &info), 0);
	snprintf(text, sizeof text, "%lu:%lu", (unsigned long)info.st_dev,
	    (unsigned long)info.st_ino + other);
	setenv("JOURNAL_STREAM", text, 1);
}

static void
add_over(const struct stage *stage, const char *strip)
{
	struct event event = {
		.kind = EVENT_OVER, .lane = 1, .count = 12, .peak = 3.25
	};

	snprintf(event.strip, sizeof event.strip, "%s", strip);
	snprintf(event.stage, sizeof event.stage, "trim");
	snprintf(event.origin, sizeof event.origin, "%s/in", strip);
	event_log_add(mixer_events(stage->mixer), &event);
}

static void
warnings_say_that_they_are(void **state)
{
	log_at(LOG_LEVEL_WARNING, "%d of them", 3);
	log_line("so it is");
	assert_string_equal(printed(*state),
	    "headroomd: warning: 3 of them\nheadroomd: so it is\n");
}

static void
what_is_above_the_level_is_left_out(void **state)
{
	log_at(LOG_LEVEL_INFO, "usual");
	assert_string_equal(printed(*state), "");
	log_open(LOG_LEVEL_ERROR);
	log_line("worth knowing");
	assert_string_equal(printed(*state), "");
	log_open(LOG_LEVEL_DEBUG);
	log_at(LOG_LEVEL_DEBUG, "all");
	assert_string_equal(printed(*state), "headroomd: all\n");
}

static void
levels_have_names(void **state)
{
	(void)state;
	assert_int_equal(log_level_find("error"), LOG_LEVEL_ERROR);
	assert_int_equal(log_level_find("debug"), LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_find("loud"), -1);
	assert_int_equal(log_level_find(""), -1);
}

static void
the_journal_gets_level_and_fields_and_standard_error_nothing(void **state)
{
	struct stage *stage = *state;

	be_journal(stage, 0);
	add_over(stage, "ch/kick");
	event_notice_take(stage->notice, 1);
	assert_string_equal(printed(stage), "");
	assert_string_equal(journal,
	    "MESSAGE=over: ch/kick trim, lane 1, peak +3.2 dBFS, 12 samples, "
	    "from ch/kick/in|PRIORITY=5|SYSLOG_IDENTIFIER=headroomd|EVENT=over|"
	    "SEQUENCE=1|STRIP=ch/kick|STAGE=trim\n");
}

/* A JOURNAL_STREAM that was inherited by a shell whose output is elsewhere. */
static void
another_journal_is_none(void **state)
{
	be_journal(*state, 1);
	log_line("here");
	assert_string_equal(printed(*state), "headroomd: here\n");
	assert_string_equal(journal, "");
}

static void
a_storm_of_overs_is_ten_lines_and_a_count(void **state)
{
	struct stage *stage = *state;
	double now = 100;

	for (int i = 0; i < 4000; i++) {
		add_over(stage, "ch/a");
		event_notice_take(stage->notice, now += 0.002);
	}
	assert_int_equal(count_lines(printed(stage)), EVENT_NOTICE_LINES);
	event_notice_take(stage->notice, 100 + EVENT_NOTICE_SECONDS + 1);
	assert_int_equal(count_lines(printed(stage)), EVENT_NOTICE_LINES + 1);
	assert_non_null(strstr(printed(stage), "over: 3990 more in 10 s"));
	add_over(stage, "ch/b");
	event_notice_take(stage->notice, 120);
	assert_non_null(strstr(printed(stage), "over: ch/b trim"));
}

/* One kind does not take the lines of another. */
static void
a_storm_does_not_hide_another_kind(void **state)
{
	struct stage *stage = *state;
	struct event insert = { .kind = EVENT_INSERT, .slot = 2 };

	for (int i = 0; i < 100; i++)
		add_over(stage, "ch/a");
	snprintf(insert.strip, sizeof insert.strip, "ch/b");
	snprintf(insert.state, sizeof insert.state, "failed");
	snprintf(insert.text, sizeof insert.text, "it crashed");
	event_log_add(mixer_events(stage->mixer), &insert);
	event_notice_take(stage->notice, 1);
	assert_non_null(
	    strstr(printed(stage), "headroomd: warning: insert: ch/b insert/2 "
				   "is failed: it crashed\n"));
}

/* At the level that is said without asking. */
static void
another_desk_is_a_line(void **state)
{
	struct stage *stage = *state;

	desk_log(stage->mixer, "reload", "2 added, 1 removed");
	event_notice_take(stage->notice, 1);
	assert_string_equal(
	    printed(stage), "headroomd: desk: reload: 2 added, 1 removed\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(warnings_say_that_they_are),
		TEST(what_is_above_the_level_is_left_out),
		TEST(levels_have_names),
		TEST(
		    the_journal_gets_level_and_fields_and_standard_error_nothing),
		TEST(another_journal_is_none),
		TEST(a_storm_of_overs_is_ten_lines_and_a_count),
		TEST(a_storm_does_not_hide_another_kind),
		TEST(another_desk_is_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
