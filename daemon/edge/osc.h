#ifndef EDGE_OSC_H
#define EDGE_OSC_H

#include <stddef.h>

struct desk;
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

/* --- another desk --- */

/* Who makes another desk of it when that is asked for; must outlive the OSC side,
 * or be taken back with NULL. */
struct reload;
void osc_set_reload(struct osc *osc, struct reload *reload);

/* Does all that can fail before the mixer has the desk `next`, with these URLs
 * to listen on: reads tokens, opens sockets. Nothing of it is seen until it is
 * taken. Returns 0, or -1 with what was found and is allowed in `why`, and
 * nothing kept. Once it is prepared, either osc_abort_desk() or osc_leave_desk()
 * follows. */
int osc_prepare_desk(struct osc *osc, const struct desk *next,
    const char *const *urls, size_t count, char *why, size_t why_size);
void osc_abort_desk(struct osc *osc);

/* Just before and just after the mixer has replaced its desk, without a return
 * to the loop in between, and never while a packet is handled: who sent it may
 * be forgotten by that. Values, leases, tokens that were shown and connections
 * go on as far as the new desk has a place for them. */
void osc_leave_desk(struct osc *osc);
void osc_take_desk(struct osc *osc);

#endif
