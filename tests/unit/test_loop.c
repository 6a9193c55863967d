#include "edge/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A pipe, a loop, and what the callbacks saw. */
struct bench {
	struct loop *loop;
	int in[2], out[2]; /* two watched pipes, writing ends in `out` */
	unsigned called[2];
	unsigned due;
	unsigned wanted; /* timer calls after which the loop stops */
	int timer;
	bool drop_other; /* the first callback removes the other pipe */
};

static void
bench_start(struct bench *b)
{
	*b = (struct bench){ .loop = loop_new() };
	assert_non_null(b->loop);
	for (int i = 0; i < 2; i++) {
		int fd[2];

		assert_int_equal(pipe2(fd, O_CLOEXEC | O_NONBLOCK), 0);
		b->in[i] = fd[0];
		b->out[i] = fd[1];
	}
}

static void
bench_end(struct bench *b)
{
	loop_free(b->loop);
	for (int i = 0; i < 2; i++) {
		close(b->in[i]);
		close(b->out[i]);
	}
}

static void
bench_write(const struct bench *b, int i)
{
	assert_int_equal(write(b->out[i], "x", 1), 1);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void
ready(struct bench *b, int i)
{
	char byte;

	b->called[i]++;
	assert_int_equal(read(b->in[i], &byte, 1), 1);
	if (b->drop_other)
		loop_remove(b->loop, b->in[!i]);
}

static void
first_ready(void *arg)
{
	ready(arg, 0);
}

static void
second_ready(void *arg)
{
	ready(arg, 1);
}

static void
due(void *arg)
{
	struct bench *b = arg;

	if (++b->due == b->wanted)
		loop_stop(b->loop);
}

static void
due_and_end(void *arg)
{
	struct bench *b = arg;

	b->due++;
	loop_end(b->loop, b->timer);
}

static void
due_late(void *arg)
{
	/* Longer than three of its own periods. */
	if (((struct bench *)arg)->due == 0)
		usleep(35000);
	due(arg);
}

static void
stop(void *arg)
{
	loop_stop(((struct bench *)arg)->loop);
}

static void
a_descriptor_that_can_be_read_is_called_once_for_each_time(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	assert_int_equal(loop_add(b.loop, b.in[0], first_ready, &b), 0);
	assert_int_equal(loop_add(b.loop, b.in[1], second_ready, &b), 0);
	bench_write(&b, 0);
	bench_write(&b, 0);
	bench_write(&b, 1);
	assert_true(loop_every(b.loop, 60, stop, &b) >= 0);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.called[0], 2);
	assert_int_equal(b.called[1], 1);
	bench_end(&b);
}

static void
a_removed_descriptor_is_never_called_again(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	assert_int_equal(loop_add(b.loop, b.in[0], first_ready, &b), 0);
	loop_remove(b.loop, b.in[0]);
	bench_write(&b, 0);
	assert_true(loop_every(b.loop, 60, stop, &b) >= 0);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.called[0], 0);

	assert_int_equal(loop_add(b.loop, b.in[0], first_ready, &b), 0);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.called[0], 1);
	bench_end(&b);
}

static void
a_callback_may_remove_one_that_is_ready_in_the_same_round(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.drop_other = true;
	assert_int_equal(loop_add(b.loop, b.in[0], first_ready, &b), 0);
	assert_int_equal(loop_add(b.loop, b.in[1], second_ready, &b), 0);
	bench_write(&b, 0);
	bench_write(&b, 1);
	assert_true(loop_every(b.loop, 60, stop, &b) >= 0);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.called[0] + b.called[1], 1);
	bench_end(&b);
}

static void
what_comes_to_a_held_descriptor_waits(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	assert_int_equal(loop_add(b.loop, b.in[0], first_ready, &b), 0);
	loop_hold(b.loop, b.in[0], true);
	bench_write(&b, 0);
	assert_true(loop_every(b.loop, 60, stop, &b) >= 0);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.called[0], 0);
	loop_hold(b.loop, b.in[0], false);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.called[0], 1);
	bench_end(&b);
}

static void
a_timer_is_due_every_period_and_never_early(void **state)
{
	struct bench b;
	double start = seconds();

	(void)state;
	bench_start(&b);
	b.wanted = 5;
	assert_true(loop_every(b.loop, 10, due, &b) >= 0);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.due, 5);
	assert_true(seconds() - start >= 0.049);
	bench_end(&b);
}

static void
a_late_timer_is_called_once_not_twice(void **state)
{
	struct bench b;
	double start = seconds();

	(void)state;
	bench_start(&b);
	b.wanted = 3;
	assert_true(loop_every(b.loop, 10, due_late, &b) >= 0);
	assert_int_equal(loop_run(b.loop), 0);
	/* 10, then 45 held up: one call for those at 20, 30 and 40, and the
	 * next one at 50. Calls made up for would end it at 45. */
	assert_true(seconds() - start >= 0.049);
	bench_end(&b);
}

static void
a_timer_may_end_itself(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	b.timer = loop_every(b.loop, 5, due_and_end, &b);
	assert_true(b.timer >= 0);
	assert_true(loop_every(b.loop, 40, stop, &b) >= 0);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.due, 1);
	errno = 0;
	assert_int_equal(fcntl(b.timer, F_GETFD), -1);
	assert_int_equal(errno, EBADF);
	bench_end(&b);
}

static void *
stop_from_a_thread(void *arg)
{
	usleep(20000);
	loop_stop(arg);
	return NULL;
}

static void
another_thread_can_stop_an_idle_loop(void **state)
{
	struct loop *loop = loop_new();
	pthread_t thread;

	(void)state;
	assert_non_null(loop);
	assert_int_equal(
	    pthread_create(&thread, NULL, stop_from_a_thread, loop), 0);
	assert_int_equal(loop_run(loop), 0);
	pthread_join(thread, NULL);
	loop_free(loop);
}

static void
a_stopped_loop_can_run_again(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	loop_stop(b.loop);
	assert_int_equal(loop_run(b.loop), 0);
	b.wanted = 1;
	assert_true(loop_every(b.loop, 5, due, &b) >= 0);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.due, 1);
	bench_end(&b);
}

static void
what_cannot_be_watched_is_an_error(void **state)
{
	struct bench b;

	(void)state;
	bench_start(&b);
	assert_int_equal(loop_add(b.loop, -1, first_ready, &b), -EBADF);
	assert_int_equal(loop_add(b.loop, b.in[0], first_ready, &b), 0);
	assert_int_equal(loop_add(b.loop, b.in[0], first_ready, &b), -EEXIST);
	assert_int_equal(loop_every(b.loop, 0, due, &b), -EINVAL);
	bench_end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_descriptor_that_can_be_read_is_called_once_for_each_time),
		cmocka_unit_test(a_removed_descriptor_is_never_called_again),
		cmocka_unit_test(what_comes_to_a_held_descriptor_waits),
		cmocka_unit_test(
		    a_callback_may_remove_one_that_is_ready_in_the_same_round),
		cmocka_unit_test(a_timer_is_due_every_period_and_never_early),
		cmocka_unit_test(a_late_timer_is_called_once_not_twice),
		cmocka_unit_test(a_timer_may_end_itself),
		cmocka_unit_test(another_thread_can_stop_an_idle_loop),
		cmocka_unit_test(a_stopped_loop_can_run_again),
		cmocka_unit_test(what_cannot_be_watched_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
