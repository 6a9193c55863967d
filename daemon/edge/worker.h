#ifndef EDGE_WORKER_H
#define EDGE_WORKER_H

#include <stdbool.h>

/*
 * The worker thread W: jobs that may block run there, one after the other in
 * the order in which they were given, and each is told to the control thread
 * when it is done. Control thread.
 */

struct loop;
struct worker;

/* A job is part of what it works on: whoever gives it keeps it until `done`. */
struct worker_job {
	void (*work)(struct worker_job *job); /* on W */
	void (*done)(struct worker_job *job); /* on the loop; may free it */
	struct worker_job *next;              /* the worker's own */
};

/* NULL if there is no thread or descriptor to be had. */
struct worker *worker_new(struct loop *loop);

/* Puts a job at the end of the queue. */
void worker_post(struct worker *worker, struct worker_job *job);

/* Waits at most `ms` milliseconds for all jobs to be done, and calls `done` of
 * those that are. Returns false if one is stuck: then its thread is left to
 * itself, and what that job and those behind it use must never be freed. */
bool worker_free(struct worker *worker, unsigned ms);

#endif
