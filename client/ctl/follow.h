#ifndef CTL_FOLLOW_H
#define CTL_FOLLOW_H

#include "link.h"

#include <stddef.h>

/*
 * Subscriptions that last: leases are renewed, and asked for again when the
 * daemon has been away. One thread.
 */

enum follow_state {
	FOLLOW_ASKING, /* no answer yet */
	FOLLOW_LIVE,
	FOLLOW_LOST /* there was an answer once, now there is none */
};

struct follow_topic {
	const char *topic;
	int rate; /* Hz; 0 where things come as they happen */
	const char *prefix;
};

struct follow {
	struct link *link;
	const struct follow_topic *topic;
	size_t topics;
	/* Gets every message but the answers to our own subscribing. */
	void (*each)(void *arg, const struct link_message *message);
	void *arg;
	enum follow_state state;
	unsigned times;    /* how often the daemon was found */
	double desk;       /* how many changes the daemon counts, -1: unknown */
	double heard;      /* time of the last packet, or of the start */
	double asked;      /* time of the last request */
	char refused[200]; /* why the daemon would not, else "" */
};

/* Begins to follow `topics` topics; nothing is sent before follow_step(). */
void follow_start(struct follow *follow, struct link *link,
    const struct follow_topic *topic, size_t topics,
    void (*each)(void *arg, const struct link_message *message), void *arg);

/* Sends what is due, waits up to `seconds` for packets and hands their
 * messages on. Returns the number of packets, or -EACCES when the daemon has
 * refused a subscription. */
int follow_step(struct follow *follow, double seconds);

/* Seconds since the daemon was last heard of. */
double follow_silence(const struct follow *follow);

/* Ends all subscriptions. */
void follow_stop(struct follow *follow);

#endif
