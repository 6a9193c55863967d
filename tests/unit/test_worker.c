#include "edge/worker.h"

#include "edge/loop.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define JOBS 100

struct task {
	struct worker_job job; /* must be first */
	struct bench *bench;
	unsigned worked; /* its place in the order of work */
	unsigned told;   /* and of being told, from 1; 0: not yet */
	pthread_t worker, teller;
};

struct bench {
	struct loop *loop;
	struct worker *worker;
	unsigned worked, told, wanted;
	sem_t gate;
	struct task task[JOBS];
};

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void
work(struct worker_job *job)
{
	struct task *task = (struct task *)(void *)job;

	task->worked = ++task->bench->worked;
	task->worker = pthread_self();
}

static void
work_at_gate(struct worker_job *job)
{
	sem_wait(&((struct task *)(void *)job)->bench->gate);
	work(job);
}

static void
done(struct worker_job *job)
{
	struct task *task = (struct task *)(void *)job;
	struct bench *b = task->bench;

	task->told = ++b->told;
	task->teller = pthread_self();
	if (b->told == b->wanted)
		loop_stop(b->loop);
}

/* Asks for another one from inside its own end. */
static void
done_and_post(struct worker_job *job)
{
	struct bench *b = ((struct task *)(void *)job)->bench;

	done(job);
	worker_post(b->worker, &b->task[1].job);
}

static void
bench_start(struct bench *b)
{
	*b = (struct bench){ .loop = loop_new() };
	b->worker = worker_new(b->loop);
	assert_non_null(b->worker);
	sem_init(&b->gate, 0, 0);
	for (unsigned i = 0; i < JOBS; i++)
		b->task[i] =
		    (struct task){ .job = { .work = work, .done = done },
			    .bench = b };
}

static void
bench_end(struct bench *b)
{
	assert_true(worker_free(b->worker, 2000));
	loop_free(b->loop);
}

static void
jobs_run_on_another_thread_and_are_told_on_the_loop_in_order(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b);
	b.wanted = JOBS;
	for (unsigned i = 0; i < JOBS; i++)
		worker_post(b.worker, &b.task[i].job);
	assert_int_equal(loop_run(b.loop), 0);
	for (unsigned i = 0; i < JOBS; i++) {
		assert_int_equal(b.task[i].worked, i + 1);
		assert_int_equal(b.task[i].told, i + 1);
		assert_false(
		    pthread_equal(b.task[i].worker, pthread_self()) != 0);
		assert_true(
		    pthread_equal(b.task[i].teller, pthread_self()) != 0);
	}
	bench_end(&b);
}

static void
a_job_may_be_given_where_another_is_told(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b);
	b.wanted = 2;
	b.task[0].job.done = done_and_post;
	worker_post(b.worker, &b.task[0].job);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.task[1].told, 2);
	bench_end(&b);
}

static void
the_loop_goes_on_while_a_job_takes_its_time(void **state)
{
	static struct bench b;
	struct timespec nap = { 0, 20000000 };

	(void)state;
	bench_start(&b);
	b.task[0].job.work = work_at_gate;
	worker_post(b.worker, &b.task[0].job);
	nanosleep(&nap, NULL);
	assert_int_equal(b.task[0].told, 0);
	b.wanted = 1;
	sem_post(&b.gate);
	assert_int_equal(loop_run(b.loop), 0);
	assert_int_equal(b.task[0].told, 1);
	bench_end(&b);
}

static void
the_end_waits_for_all_that_was_given_and_tells_it(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b);
	for (unsigned i = 0; i < JOBS; i++)
		worker_post(b.worker, &b.task[i].job);
	assert_true(worker_free(b.worker, 2000));
	assert_int_equal(b.told, JOBS);
	loop_free(b.loop);
}

static void
a_stuck_job_holds_the_end_up_no_longer_than_allowed(void **state)
{
	static struct bench b;
	struct timespec nap = { 0, 50000000 };

	(void)state;
	bench_start(&b);
	b.task[1].job.work = work_at_gate;
	for (unsigned i = 0; i < 3; i++)
		worker_post(b.worker, &b.task[i].job);
	double start = seconds();
	assert_false(worker_free(b.worker, 100));
	assert_true(seconds() - start >= 0.099);
	assert_true(seconds() - start < 1);
	/* What was done before it is told, nothing else ever. */
	assert_int_equal(b.told, 1);
	sem_post(&b.gate);
	nanosleep(&nap, NULL);
	assert_int_equal(b.told, 1);
	assert_int_equal(b.task[2].worked, 0);
	loop_free(b.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    jobs_run_on_another_thread_and_are_told_on_the_loop_in_order),
		cmocka_unit_test(a_job_may_be_given_where_another_is_told),
		cmocka_unit_test(the_loop_goes_on_while_a_job_takes_its_time),
		cmocka_unit_test(
		    the_end_waits_for_all_that_was_given_and_tells_it),
		cmocka_unit_test(
		    a_stuck_job_holds_the_end_up_no_longer_than_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
