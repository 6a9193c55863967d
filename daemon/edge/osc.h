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
 * failure, with the URL and the reason in `why`. */
struct osc *osc_new(struct mixer *mixer, struct loop *loop,
    const char *const *urls, size_t count, char *why, size_t why_size);

void osc_free(struct osc *osc);

/* Is this a URL that osc_new can try? Otherwise `why` says what is wrong. */
int osc_check_url(const char *url, char *why, size_t why_size);

#endif
