#include "edge/event_file.h"

#include "edge/event_store.h"
#include "edge/loop.h"
#include "mixer/mixer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LINE                                                         \
	"{\"time\":\"2026-11-22T23:04:05.678Z\",\"event\":\"xrun\"," \
	"\"sequence\":%u,\"frame\":5,\"xruns\":1}\n"

struct scene {
	char dir[64];
	struct event_store store;
	struct event_store_report report;
	struct event event[EVENT_HISTORY];
	size_t count;
};

/* --- a directory of its own --- */

static const char *
path_of(const struct scene *scene, const char *name)
{
	static char path[384];

	snprintf(path, sizeof path, "%s/%s", scene->dir, name);
	return path;
}

static int
scene_begin(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_non_null(scene);
	snprintf(scene->dir, sizeof scene->dir, "/tmp/headroom-events.XXXXXX");
	assert_non_null(mkdtemp(scene->dir));
	scene->store.dir = scene->store.fd = -1;
	*state = scene;
	return 0;
}

static int
scene_end(void **state)
{
	struct scene *scene = *state;
	DIR *dir = opendir(scene->dir);
	struct dirent *entry;

	event_store_close(&scene->store);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlink(path_of(scene, entry->d_name));
	closedir(dir);
	rmdir(scene->dir);
	free(scene);
	return 0;
}

static void
put(const struct scene *scene, const char *name, const char *text)
{
	FILE *file = fopen(path_of(scene, name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Text of a file; "" for none. */
static const char *
got(const struct scene *scene, const char *name)
{
	static char text[1 << 20];
	FILE *file = fopen(path_of(scene, name), "r");
	size_t size = 0;

	if (file != NULL) {
		size = fread(text, 1, sizeof text - 1, file);
		fclose(file);
	}
	text[size] = '\0';
	return text;
}

/* Lines with the sequence numbers first…last. */
static const char *
lines(unsigned first, unsigned last)
{
	static char text[1 << 20];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = first; i <= last; i++)
		used +=
		    (size_t)snprintf(text + used, sizeof text - used, LINE, i);
	return text;
}

static void
load(struct scene *scene, size_t file_bytes, unsigned files, size_t room)
{
	event_store_close(&scene->store);
	assert_int_equal(
	    event_store_open(&scene->store, scene->dir, file_bytes, files), 0);
	scene->count =
	    event_store_load(&scene->store, scene->event, room, &scene->report);
}

static void
append(struct scene *scene, unsigned first, unsigned last)
{
	const char *text = lines(first, last);

	assert_int_equal(
	    event_store_append(&scene->store, text, strlen(text)), 0);
}

static void
expect_events(const struct scene *scene, unsigned first, unsigned last)
{
	assert_int_equal(scene->count, last - first + 1);
	for (unsigned i = 0; i < scene->count; i++)
		assert_int_equal(scene->event[i].sequence, first + i);
}

/* --- the files --- */

static void
what_was_written_is_read_again(void **state)
{
	struct scene *scene = *state;

	load(scene, 10000, 3, 100);
	assert_int_equal(scene->count, 0);
	append(scene, 1, 2);
	append(scene, 3, 3);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 3));
	load(scene, 10000, 3, 100);
	expect_events(scene, 1, 3);
	assert_int_equal(scene->report.strange, 0);
	assert_int_equal(scene->event[2].time, 1795388645678);
	append(scene, 4, 4);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 4));
}

static void
files_are_put_aside_by_size_and_bounded_in_number(void **state)
{
	struct scene *scene = *state;
	const size_t line = strlen(lines(10, 10));

	put(scene, "events.3.jsonl", "an old one");
	put(scene, "events.7.jsonl", "an old one");
	load(scene, 4 * line, 3, 100);
	assert_string_equal(got(scene, "events.7.jsonl"), "");
	for (unsigned i = 10; i < 25; i++)
		append(scene, i, i);
	assert_string_equal(got(scene, "events.2.jsonl"), lines(14, 17));
	assert_string_equal(got(scene, "events.1.jsonl"), lines(18, 21));
	assert_string_equal(got(scene, "events.jsonl"), lines(22, 24));
	assert_string_equal(got(scene, "events.3.jsonl"), "");
	load(scene, 4 * line, 3, 100);
	expect_events(scene, 14, 24);
	load(scene, 4 * line, 3, 5);
	expect_events(scene, 20, 24);
	load(scene, 4 * line, 1, 100);
	expect_events(scene, 22, 24);
	append(scene, 25, 26);
	assert_string_equal(got(scene, "events.jsonl"), lines(25, 26));
	assert_string_equal(got(scene, "events.1.jsonl"), "");
}

static void
a_torn_last_line_is_cut_off_wherever_it_is_torn(void **state)
{
	struct scene *scene = *state;
	char text[1024];
	size_t line = strlen(lines(3, 3));

	for (size_t cut = 1; cut < line - 1; cut++) {
		snprintf(text, sizeof text, "%s", lines(1, 3));
		text[strlen(text) - line + cut] = '\0';
		put(scene, "events.jsonl", text);
		load(scene, 10000, 3, 100);
		expect_events(scene, 1, 2);
		assert_int_equal(scene->report.torn, cut);
		append(scene, 3, 3);
		assert_string_equal(got(scene, "events.jsonl"), lines(1, 3));
	}
}

static void
a_line_that_lacks_only_its_end_gets_one(void **state)
{
	struct scene *scene = *state;
	char text[1024];

	snprintf(text, sizeof text, "%s", lines(1, 2));
	text[strlen(text) - 1] = '\0';
	put(scene, "events.jsonl", text);
	load(scene, 10000, 3, 100);
	expect_events(scene, 1, 2);
	append(scene, 3, 3);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 3));
}

static void
strange_lines_are_passed_over(void **state)
{
	struct scene *scene = *state;
	char text[4096];

	snprintf(text, sizeof text, "\n\x01\x02{}\n%s[[[[\n", lines(5, 6));
	snprintf(text + strlen(text), 2048, "%snot one\n", lines(4, 8));
	put(scene, "events.jsonl", text);
	put(scene, "events.1.jsonl", "{\"time\":\n");
	load(scene, 10000, 3, 100);
	/* 4, 5, … 8 stand behind 5 and 6: those are passed over, too. */
	expect_events(scene, 4, 8);
	assert_int_equal(scene->report.strange, 5);
}

static void
a_file_that_somebody_deletes_is_begun_anew(void **state)
{
	struct scene *scene = *state;

	load(scene, 10000, 3, 100);
	append(scene, 1, 2);
	unlink(path_of(scene, "events.jsonl"));
	append(scene, 3, 3);
	assert_string_equal(got(scene, "events.jsonl"), lines(3, 3));
	put(scene, "events.jsonl", "");
	append(scene, 4, 4);
	assert_string_equal(got(scene, "events.jsonl"), lines(4, 4));
}

static void
a_directory_has_one_daemon(void **state)
{
	struct scene *scene = *state;
	struct event_store other;

	load(scene, 10000, 3, 100);
	assert_int_equal(
	    event_store_open(&other, scene->dir, 10000, 3), -EWOULDBLOCK);
	event_store_close(&scene->store);
	assert_int_equal(event_store_open(&other, scene->dir, 10000, 3), 0);
	event_store_close(&other);
}

/* A disk that is full: no file of this process may grow beyond this. */
static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_disk_that_is_full_tears_no_line(void **state)
{
	struct scene *scene = *state;
	const char *text;

	load(scene, 1000000, 3, 100);
	append(scene, 1, 2);
	limit_files(strlen(lines(1, 2)) + 50);
	text = lines(3, 3);
	assert_int_equal(
	    event_store_append(&scene->store, text, strlen(text)), -EFBIG);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 2));
	limit_files(RLIM_INFINITY);
	append(scene, 3, 4);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 4));
}

/* --- the daemon's side --- */

struct bench {
	struct loop *loop;
	struct mixer *mixer;
	struct event_file *file;
};

static struct bench
bench_begin(const struct scene *scene)
{
	struct bench bench = { .loop = loop_new(),
		.mixer = mixer_new(desk_new()) };

	assert_true(bench.loop && bench.mixer);
	bench.file = event_file_new(bench.mixer, bench.loop, scene->dir);
	return bench;
}

static void
bench_end(struct bench *bench)
{
	event_file_free(bench->file);
	mixer_free(bench->mixer);
	loop_free(bench->loop);
}

static void
stop(void *arg)
{
	loop_stop(arg);
}

static void
run_for(struct bench *bench, unsigned ms)
{
	int timer = loop_every(bench->loop, ms, stop, bench->loop);

	assert_int_equal(loop_run(bench->loop), 0);
	loop_end(bench->loop, timer);
}

static void
happen(struct bench *bench, unsigned times)
{
	struct event event = { .kind = EVENT_XRUN,
		.frame = 5,
		.count = 1,
		.time = 1795388645678 };

	while (times-- > 0)
		event_log_add(mixer_events(bench->mixer), &event);
}

static void
events_are_written_while_it_runs_and_go_on_after_a_restart(void **state)
{
	struct scene *scene = *state;
	struct bench bench = bench_begin(scene);
	const struct event_log *log;

	happen(&bench, 3);
	run_for(&bench, 100);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 3));
	happen(&bench, 900);
	bench_end(&bench);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 903));

	bench = bench_begin(scene);
	log = mixer_events(bench.mixer);
	assert_int_equal(event_log_newest(log), 903);
	assert_int_equal(event_log_at(log, 1)->count, 1);
	happen(&bench, 1);
	bench_end(&bench);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 904));
}

static void
events_that_a_full_disk_refuses_are_written_later(void **state)
{
	struct scene *scene = *state;
	struct bench bench = bench_begin(scene);
	const unsigned *drops = mixer_status(bench.mixer)->drops;

	limit_files(50);
	happen(&bench, 3);
	run_for(&bench, 100);
	assert_string_equal(got(scene, "events.jsonl"), "");
	limit_files(RLIM_INFINITY);
	run_for(&bench, 1200);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 3));
	assert_int_equal(drops[DROP_EVENTS], 0);

	limit_files(50);
	happen(&bench, EVENT_HISTORY + 10);
	run_for(&bench, 100);
	limit_files(RLIM_INFINITY);
	run_for(&bench, 2000);
	assert_int_equal(drops[DROP_EVENTS], 10);
	bench_end(&bench);
	size_t before = strlen(lines(1, 3));
	assert_string_equal(
	    got(scene, "events.jsonl") + before, lines(14, EVENT_HISTORY + 13));
}

static void
a_directory_that_another_daemon_has_is_left_alone(void **state)
{
	struct scene *scene = *state;
	struct bench first = bench_begin(scene), second;

	happen(&first, 1);
	second = bench_begin(scene);
	assert_null(second.file);
	happen(&second, 5);
	bench_end(&second);
	bench_end(&first);
	assert_string_equal(got(scene, "events.jsonl"), lines(1, 1));
}

#define WITH_SCENE(test) \
	cmocka_unit_test_setup_teardown(test, scene_begin, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCENE(what_was_written_is_read_again),
		WITH_SCENE(files_are_put_aside_by_size_and_bounded_in_number),
		WITH_SCENE(a_torn_last_line_is_cut_off_wherever_it_is_torn),
		WITH_SCENE(a_line_that_lacks_only_its_end_gets_one),
		WITH_SCENE(strange_lines_are_passed_over),
		WITH_SCENE(a_file_that_somebody_deletes_is_begun_anew),
		WITH_SCENE(a_directory_has_one_daemon),
		WITH_SCENE(a_disk_that_is_full_tears_no_line),
		WITH_SCENE(
		    events_are_written_while_it_runs_and_go_on_after_a_restart),
		WITH_SCENE(events_that_a_full_disk_refuses_are_written_later),
		WITH_SCENE(a_directory_that_another_daemon_has_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
