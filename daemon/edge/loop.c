#include "edge/loop.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define LOOP_EVENTS 16 /* taken from the kernel at a time */

struct watch {
	int fd;
	bool timer;
	bool gone; /* removed; freed when no fetched event can name it */
	void (*call)(void *arg);
	void *arg;
	struct watch *next;
};

struct loop {
	int epoll;
	int wake; /* eventfd behind loop_stop() */
	atomic_bool stop;
	struct watch *watch;
};

static void
loop_sweep(struct loop *loop)
{
	struct watch **at = &loop->watch;

	while (*at) {
		struct watch *watch = *at;

		if (watch->gone) {
			*at = watch->next;
			free(watch);
		} else {
			at = &watch->next;
		}
	}
}

static struct watch *
loop_find(struct loop *loop, int fd)
{
	for (struct watch *watch = loop->watch; watch; watch = watch->next)
		if (watch->fd == fd && !watch->gone)
			return watch;
	return NULL;
}

static int
loop_watch(
    struct loop *loop, int fd, bool timer, void (*call)(void *arg), void *arg)
{
	struct watch *watch = calloc(1, sizeof *watch);
	struct epoll_event event = { .events = EPOLLIN };

	if (!watch)
		return -ENOMEM;
	watch->fd = fd;
	watch->timer = timer;
	watch->call = call;
	watch->arg = arg;
	event.data.ptr = watch;
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		int error = -errno;

		free(watch);
		return error;
	}
	watch->next = loop->watch;
	loop->watch = watch;
	return 0;
}

static void
loop_woken(void *arg)
{
	struct loop *loop = arg;
	uint64_t count;

	/* Only there to end epoll_wait(); what counts is the flag. */
	if (read(loop->wake, &count, sizeof count) < 0)
		return;
}

struct loop *
loop_new(void)
{
	struct loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		return NULL;
	loop->wake = -1;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		goto fail;
	loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->wake < 0)
		goto fail;
	if (loop_add(loop, loop->wake, loop_woken, loop) < 0)
		goto fail;
	return loop;
fail:
	loop_free(loop);
	return NULL;
}

void
loop_free(struct loop *loop)
{
	if (!loop)
		return;
	for (struct watch *watch = loop->watch; watch; watch = watch->next) {
		if (watch->timer && !watch->gone)
			close(watch->fd);
		watch->gone = true;
	}
	loop_sweep(loop);
	if (loop->wake >= 0)
		close(loop->wake);
	if (loop->epoll >= 0)
		close(loop->epoll);
	free(loop);
}

int
loop_add(struct loop *loop, int fd, void (*ready)(void *arg), void *arg)
{
	return loop_watch(loop, fd, false, ready, arg);
}

void
loop_hold(struct loop *loop, int fd, bool held)
{
	struct epoll_event event = { .events = held ? 0 : EPOLLIN };

	event.data.ptr = loop_find(loop, fd);
	if (event.data.ptr)
		epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event);
}

void
loop_remove(struct loop *loop, int fd)
{
	struct watch *watch = loop_find(loop, fd);

	if (!watch)
		return;
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
	watch->gone = true;
}

int
loop_every(struct loop *loop, unsigned ms, void (*due)(void *arg), void *arg)
{
	struct itimerspec time = { 0 };
	int timer, error;

	if (ms == 0)
		return -EINVAL;
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer < 0)
		return -errno;
	time.it_interval.tv_sec = ms / 1000;
	time.it_interval.tv_nsec = (long)(ms % 1000) * 1000000;
	time.it_value = time.it_interval;
	if (timerfd_settime(timer, 0, &time, NULL) < 0)
		error = -errno;
	else
		error = loop_watch(loop, timer, true, due, arg);
	if (error < 0) {
		close(timer);
		return error;
	}
	return timer;
}

void
loop_end(struct loop *loop, int timer)
{
	struct watch *watch = loop_find(loop, timer);

	if (!watch || !watch->timer)
		return;
	loop_remove(loop, timer);
	close(timer);
}

static void
loop_call(struct watch *watch)
{
	uint64_t count;

	if (watch->gone)
		return;
	if (watch->timer && read(watch->fd, &count, sizeof count) < 0)
		return;
	watch->call(watch->arg);
}

int
loop_run(struct loop *loop)
{
	struct epoll_event event[LOOP_EVENTS];

	while (!atomic_exchange(&loop->stop, false)) {
		int n = epoll_wait(loop->epoll, event, LOOP_EVENTS, -1);

		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n; i++)
			loop_call(event[i].data.ptr);
		loop_sweep(loop);
	}
	return 0;
}

void
loop_stop(struct loop *loop)
{
	uint64_t one = 1;

	atomic_store(&loop->stop, true);
	/* A full counter wakes the loop as well. */
	if (write(loop->wake, &one, sizeof one) < 0)
		return;
}
