#ifndef EDGE_OSC_H
#define EDGE_OSC_H

#include <stddef.h>

struct loop;
struct mixer;
struct osc;

/*
 * The OSC side: sockets, requests, subscriptions. Control thread.
 */

/* Opens a socket for each URL ("udp://ADDRESS:PORT", "osc.udp://…"). NULL on
 * failure, with the URL and the reason in `why`; errno is EADDRINUSE where
 * somebody else has an address. */
struct osc *osc_new(struct mixer *mixer, struct loop *loop,
    const char *const *urls, size_t count, char *why, size_t why_size);

/* Scenes are kept below this directory; without it they have no place. Returns
 * 0, or -1 without memory or thread. */
int osc_keep_scenes(struct osc *osc, const char *directory);

void osc_free(struct osc *osc);

#endif
