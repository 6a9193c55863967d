#include "tests/unit/lv2_bench.h"

#include "edge/lv2_ring.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(realtime_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum fault {
	FAULT_ALLOCATE = 4,
	FAULT_SEGV,
	FAULT_DIVIDE,
	FAULT_ABORT,
	FAULT_LOG,
	FAULT_STACK
};

static struct bench b;
static char dir[] = "/tmp/headroom-guard.XXXXXX";
static char crash_file[64];

static int
make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(crash_file, sizeof crash_file, "%s/crashed-plugins", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(crash_file);
	return rmdir(dir);
}

/* --- memory --- */

static void
a_plugin_that_allocates_in_its_run_is_found_out(void **state)
{
	(void)state;
	if (SANITIZED)
		skip();
	bench_start(&b, NULL);
	assert_true(bench_load(&b, TEST_URI "mono", 1, NULL));
	bench_run(&b, 256, 64);
	assert_false(atomic_load(&b.processor->allocates));
	bench_set(&b, "fault", FAULT_ALLOCATE);
	bench_run(&b, 64, 64);
	assert_true(atomic_load(&b.processor->allocates));
	/* It is not what others do in the meantime. */
	assert_true(bench_load(&b, TEST_URI "mono", 1, NULL));
	free(malloc(100));
	bench_run(&b, 64, 64);
	assert_false(atomic_load(&b.processor->allocates));
	bench_end(&b);
}

/* --- what plugins say --- */

/* Runs the loop for a while; what goes to standard error goes into `text`. */
static void
listen_to(unsigned ms, char *text, size_t size)
{
	char path[] = "/tmp/headroom-said.XXXXXX";
	int file = mkstemp(path), before = dup(STDERR_FILENO);

	fflush(stderr);
	dup2(file, STDERR_FILENO);
	bench_wait(&b, ms);
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	ssize_t got = pread(file, text, size - 1, 0);
	text[got > 0 ? got : 0] = '\0';
	close(before);
	close(file);
	unlink(path);
}

static void
what_a_plugin_says_in_its_run_is_printed_by_the_loop_and_not_for_ever(
    void **state)
{
	char text[4096];
	unsigned lines = 0;

	(void)state;
	bench_start(&b, NULL);
	assert_true(bench_load(&b, TEST_URI "mono", 1, NULL));
	bench_set(&b, "fault", FAULT_LOG);
	bench_run(&b, 4096, 1);
	bench_set(&b, "fault", 0);
	bench_run(&b, 64, 64);
	listen_to(1200, text, sizeof text);
	assert_non_null(strstr(
	    text, "headroomd: " TEST_URI "mono: error: the fault is 8\n"));
	assert_non_null(strstr(text, " lines are left out\n"));
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_in_range(lines, 5, 20);
	assert_false(atomic_load(&b.processor->allocates));
	bench_end(&b);
}

/* --- the process goes down --- */

static void *
run_as_realtime_does(void *arg)
{
	(void)arg;
	lv2_host_guard_thread();
	bench_run(&b, 64, 64);
	return NULL;
}

/* Returns the signal that ended a process whose plugin has this fault. */
static int
go_down(unsigned fault)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	pid_t pid = fork();
	pthread_t thread;
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		/* cmocka's handlers would go on with the test. */
		for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
			signal(fatal[i], SIG_DFL);
		alarm(30);
		bench_start(&b, dir);
		if (!bench_load(&b, TEST_URI "mono", 1, NULL))
			_exit(1);
		bench_set(&b, "fault", fault);
		pthread_create(&thread, NULL, run_as_realtime_does, NULL);
		pthread_join(thread, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
a_plugin_that_takes_the_process_down_is_remembered_and_refused(void **state)
{
	static const struct {
		unsigned fault;
		int signal;
	} known[] = {
		{ FAULT_SEGV, SIGSEGV },
		{ FAULT_DIVIDE, SIGFPE },
		{ FAULT_ABORT, SIGABRT },
		{ FAULT_STACK, SIGSEGV },
	};

	(void)state;
	if (SANITIZED)
		skip();
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		unlink(crash_file);
		assert_int_equal(go_down(known[i].fault), known[i].signal);
		bench_start(&b, dir);
		assert_false(bench_load(&b, TEST_URI "mono", 1, NULL));
		assert_non_null(strstr(b.why, "it took the daemon down at 20"));
		assert_non_null(strstr(b.why, crash_file));
		/* Others are not concerned. */
		assert_true(bench_load(&b, TEST_URI "stereo", 2, NULL));
		bench_end(&b);
	}
}

static void
one_that_is_forgiven_is_tried_again_and_no_other(void **state)
{
	FILE *file = fopen(crash_file, "w");

	(void)state;
	fputs(TEST_URI "mono @1700000000\n" TEST_URI
		       "monotony @1700000000\n" TEST_URI "stereo @1700000000\n",
	    file);
	fclose(file);
	bench_start(&b, dir);
	assert_int_equal(lv2_host_forgive(b.host, TEST_URI "mono"), 0);
	assert_true(bench_load(&b, TEST_URI "mono", 1, NULL));
	assert_false(bench_load(&b, TEST_URI "stereo", 2, NULL));
	assert_non_null(strstr(b.why, "at 2023-11-1"));
	assert_int_equal(lv2_host_forgive(b.host, TEST_URI "absent"), 0);
	bench_end(&b);
	unlink(crash_file);
	bench_start(&b, dir);
	assert_int_equal(lv2_host_forgive(b.host, TEST_URI "mono"), 0);
	assert_int_not_equal(access(crash_file, F_OK), 0);
	bench_end(&b);
}

static void
our_own_faults_are_no_plugins(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		bench_start(&b, dir);
		if (!bench_load(&b, TEST_URI "mono", 1, NULL))
			_exit(1);
		bench_run(&b, 64, 64);
		abort();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_int_not_equal(access(crash_file, F_OK), 0);
}

/* --- the ring --- */

#define MESSAGES 200000U

static void *
write_messages(void *arg)
{
	struct lv2_ring *ring = arg;
	unsigned char message[96];

	for (uint32_t i = 0; i < MESSAGES; i++) {
		memset(message, (int)(i % 251), sizeof message);
		while (!lv2_ring_write(ring, message, i % 97))
			continue;
	}
	return NULL;
}

static void
messages_come_whole_and_in_order_from_another_thread(void **state)
{
	struct lv2_ring ring = { 0 };
	pthread_t thread;

	(void)state;
	assert_int_equal(lv2_ring_init(&ring, 1024), 0);
	pthread_create(&thread, NULL, write_messages, &ring);
	for (uint32_t i = 0; i < MESSAGES; i++) {
		const unsigned char *message;
		uint32_t size = 0;

		while ((message = lv2_ring_peek(&ring, &size)) == NULL)
			continue;
		if (size != i % 97)
			fail_msg("message %u has %u bytes", i, size);
		for (uint32_t k = 0; k < size; k++)
			if (message[k] != i % 251)
				fail_msg("message %u is torn", i);
		lv2_ring_pop(&ring);
	}
	pthread_join(thread, NULL);
	lv2_ring_free(&ring);
}

static void
a_full_ring_refuses_and_loses_nothing(void **state)
{
	struct lv2_ring ring = { 0 };
	uint32_t written = 0, size;
	unsigned char message[64] = { 0 };

	(void)state;
	assert_int_equal(lv2_ring_init(&ring, 256), 0);
	assert_null(lv2_ring_peek(&ring, &size));
	assert_false(lv2_ring_write(&ring, message, 200));
	while (lv2_ring_write(&ring, &written, sizeof written))
		written++;
	assert_int_equal(written, 256 / 16);
	for (uint32_t i = 0; i < written; i++) {
		const uint32_t *at = lv2_ring_peek(&ring, &size);
		assert_int_equal(*at, i);
		lv2_ring_pop(&ring);
	}
	assert_null(lv2_ring_peek(&ring, &size));
	lv2_ring_free(&ring);
	assert_false(lv2_ring_write(&ring, message, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_plugin_that_allocates_in_its_run_is_found_out),
		cmocka_unit_test(
		    what_a_plugin_says_in_its_run_is_printed_by_the_loop_and_not_for_ever),
		cmocka_unit_test(
		    a_plugin_that_takes_the_process_down_is_remembered_and_refused),
		cmocka_unit_test(
		    one_that_is_forgiven_is_tried_again_and_no_other),
		cmocka_unit_test(our_own_faults_are_no_plugins),
		cmocka_unit_test(
		    messages_come_whole_and_in_order_from_another_thread),
		cmocka_unit_test(a_full_ring_refuses_and_loses_nothing),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
