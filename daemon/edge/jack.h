#ifndef EDGE_JACK_H
#define EDGE_JACK_H

#include <stdbool.h>

struct desk;
struct jack;
struct loop;
struct mixer;

/*
 * The JACK side: client, ports, connections, callbacks; waits for a server
 * that is not there and comes back after one that went. Control thread.
 */

/* Starts to look for the server (NULL: the default one) and drives
 * mixer_tick(). Each realtime thread calls `begin` before
 * anything else. NULL without memory or descriptors. (libjack has a jack_free()
 * of its own.) */
struct jack *edge_jack_new(struct mixer *mixer, struct loop *loop,
    const char *server, void (*begin)(void));

/* Leaves the server; waits for it, but not for ever. */
void edge_jack_free(struct jack *jack);

/* --- another desk --- */

/* Gets ready for the desk `next`: registers the ports that it has and the desk at
 * work has not. `ready` is called once, from the loop: `why` is NULL, or says
 * what went wrong, and nothing is left of it then. Once it is ready, either
 * edge_jack_abort() or edge_jack_commit() follows; the first may come before. */
void edge_jack_prepare(struct jack *jack, const struct desk *next,
    void (*ready)(void *arg, const char *why), void *arg);
void edge_jack_abort(struct jack *jack);

/* Has the desk before left nothing behind? Only then another may follow. */
bool edge_jack_is_idle(const struct jack *jack);

/* May it be committed in this moment? Once it is ready, soon. */
bool edge_jack_may_commit(const struct jack *jack);

/* The table of ports that plans of the next desk carry. */
void *edge_jack_table(const struct jack *jack);

/* The mixer has the next desk. */
void edge_jack_commit(struct jack *jack);

#endif
