#ifndef EDGE_LOOP_H
#define EDGE_LOOP_H

#include <stdbool.h>

/*
 * The one epoll loop of the control thread: descriptors and timers. Control
 * thread, except loop_stop().
 */

struct loop;

struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Calls `ready` whenever `fd` can be read. Returns 0 or -errno. */
int loop_add(struct loop *loop, int fd, void (*ready)(void *arg), void *arg);

/* Lets what comes to a descriptor wait, resp. no longer. */
void loop_hold(struct loop *loop, int fd, bool held);

/* Forgets a descriptor; also from inside its own callback. Does not close. */
void loop_remove(struct loop *loop, int fd);

/* Calls `due` every `ms` milliseconds, late rather than twice. Returns a
 * descriptor to end it with loop_end(), or -errno. */
int
loop_every(struct loop *loop, unsigned ms, void (*due)(void *arg), void *arg);

/* Ends a timer and closes its descriptor. */
void loop_end(struct loop *loop, int timer);

/* Runs until loop_stop(). Returns 0 or -errno. */
int loop_run(struct loop *loop);

/* Makes loop_run() return. Also from a callback. */
void loop_stop(struct loop *loop);

#endif
