#include "edge/worker.h"

#include "edge/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct queue {
	struct worker_job *first;
	struct worker_job **end; /* where the next one is put */
};

struct worker {
	struct loop *loop;
	int ready; /* eventfd: something in `done` */
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t change;
	struct queue todo, done;
	bool stop; /* ends when nothing is left to do */
	bool ended;
	bool left; /* to itself: it frees what is left of this */
};

static void
queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void
queue_put(struct queue *queue, struct worker_job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

static struct worker_job *
queue_take(struct queue *queue)
{
	struct worker_job *job = queue->first;

	if (job == NULL)
		return NULL;
	queue->first = job->next;
	if (queue->first == NULL)
		queue->end = &queue->first;
	return job;
}

static void
worker_destroy(struct worker *worker)
{
	pthread_cond_destroy(&worker->change);
	pthread_mutex_destroy(&worker->lock);
	if (worker->ready >= 0)
		close(worker->ready);
	free(worker);
}

static void *
worker_run(void *arg)
{
	struct worker *worker = arg;
	struct worker_job *job;
	uint64_t one = 1;

	pthread_mutex_lock(&worker->lock);
	for (;;) {
		while (
		    (job = queue_take(&worker->todo)) == NULL && !worker->stop)
			pthread_cond_wait(&worker->change, &worker->lock);
		if (job == NULL || worker->left)
			break;
		pthread_mutex_unlock(&worker->lock);
		job->work(job);
		pthread_mutex_lock(&worker->lock);
		queue_put(&worker->done, job);
		/* Only a full counter refuses, and that wakes the loop too. */
		if (write(worker->ready, &one, sizeof one) < 0)
			continue;
	}
	worker->ended = true;
	bool left = worker->left;
	pthread_cond_broadcast(&worker->change);
	pthread_mutex_unlock(&worker->lock);
	if (left)
		worker_destroy(worker);
	return NULL;
}

/* Each time one job, since `done` may post others or take its time. */
static void
worker_tell(struct worker *worker)
{
	struct worker_job *job;

	for (;;) {
		pthread_mutex_lock(&worker->lock);
		job = queue_take(&worker->done);
		pthread_mutex_unlock(&worker->lock);
		if (job == NULL)
			return;
		job->done(job);
	}
}

static void
worker_ready(void *arg)
{
	struct worker *worker = arg;
	uint64_t count;

	if (read(worker->ready, &count, sizeof count) < 0 && errno != EAGAIN)
		return;
	worker_tell(worker);
}

static void
worker_init_change(struct worker *worker)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->change, &attr);
	pthread_condattr_destroy(&attr);
}

struct worker *
worker_new(struct loop *loop)
{
	struct worker *worker = calloc(1, sizeof *worker);

	if (worker == NULL)
		return NULL;
	worker->loop = loop;
	queue_init(&worker->todo);
	queue_init(&worker->done);
	pthread_mutex_init(&worker->lock, NULL);
	worker_init_change(worker);
	worker->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->ready < 0 ||
	    loop_add(loop, worker->ready, worker_ready, worker) < 0) {
		worker_destroy(worker);
		return NULL;
	}
	if (pthread_create(&worker->thread, NULL, worker_run, worker) != 0) {
		loop_remove(loop, worker->ready);
		worker_destroy(worker);
		return NULL;
	}
	return worker;
}

void
worker_post(struct worker *worker, struct worker_job *job)
{
	pthread_mutex_lock(&worker->lock);
	queue_put(&worker->todo, job);
	pthread_cond_broadcast(&worker->change);
	pthread_mutex_unlock(&worker->lock);
}

/* Returns whether the thread has ended. */
static bool
worker_stop(struct worker *worker, unsigned ms)
{
	struct timespec until;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_broadcast(&worker->change);
	while (!worker->ended && error == 0)
		error = pthread_cond_timedwait(
		    &worker->change, &worker->lock, &until);
	bool ended = worker->ended;
	pthread_mutex_unlock(&worker->lock);
	return ended;
}

bool
worker_free(struct worker *worker, unsigned ms)
{
	if (worker == NULL)
		return true;
	bool ended = worker_stop(worker, ms);
	loop_remove(worker->loop, worker->ready);
	if (ended)
		pthread_join(worker->thread, NULL);
	worker_tell(worker);
	if (ended) {
		worker_destroy(worker);
		return true;
	}
	pthread_detach(worker->thread);
	pthread_mutex_lock(&worker->lock);
	/* It may have ended just now. */
	bool late = worker->ended;
	worker->left = true;
	pthread_mutex_unlock(&worker->lock);
	if (late)
		worker_destroy(worker);
	return false;
}
