#ifndef EDGE_JACK_H
#define EDGE_JACK_H

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

#endif
