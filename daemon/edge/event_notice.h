#ifndef EDGE_EVENT_NOTICE_H
#define EDGE_EVENT_NOTICE_H

#include <stddef.h>

/*
 * Events as lines of the log, for who reads that and no OSC: in the journal with
 * the fields EVENT, STRIP, STAGE and SEQUENCE. A storm of one kind is a few lines
 * and then a count. Control thread.
 */

struct event;
struct event_notice;
struct loop;
struct mixer;

#define EVENT_NOTICE_LINES 10   /* of each kind … */
#define EVENT_NOTICE_SECONDS 10 /* … in so long */

/* Writes the events from now on. NULL without memory or timer. */
struct event_notice *event_notice_new(struct mixer *mixer, struct loop *loop);

/* Writes what is left and ends. */
void event_notice_free(struct event_notice *notice);

/* Writes the new events, at a time in seconds that never goes back. The timer
 * does so; for tests. */
void event_notice_take(struct event_notice *notice, double now);

/* What happened, in words. */
void event_notice_text(const struct event *event, char *text, size_t size);

#endif
