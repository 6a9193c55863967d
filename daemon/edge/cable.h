#ifndef EDGE_CABLE_H
#define EDGE_CABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What was ever seen connected to our own ports, so that it can be connected
 * again once a server or a program that went is back; and what the user took
 * out, so that it is not. Lives as long as the process. One thread at a time.
 */

#define CABLES_MOST 8192

struct cable {
	size_t port;  /* of our own, as in patchbay_ports() */
	char *other;  /* full name of the other one */
	bool wanted;  /* false: the user took it out */
	bool seen;    /* since server and program have been there */
	double since; /* s: seen, and not there any more; 0: it is */
};

struct cables {
	struct cable *cable;
	size_t count, room;
};

/* The cable between two ports, or NULL. */
struct cable *
cables_find(const struct cables *cables, size_t port, const char *other);

/* These two are connected. Without memory they are not remembered; nor are the
 * oldest without use, once there are CABLES_MOST. */
void cables_see(struct cables *cables, size_t port, const char *other);

/* Remembers of another port what is known of this cable. */
void cables_copy(struct cables *cables, const struct cable *cable, size_t port);

/* A cable that was seen is not there, though both ports are. It is the user's
 * doing if that stays so for CABLE_DOUBT s: a program that ends takes its
 * cables out before its ports, and so does a server. `now` in s, above 0.
 * Returns whether it is still in doubt. */
bool cable_miss(struct cable *cable, double now);
#define CABLE_DOUBT 0.5

/* Port `other` is new, or went; NULL: the whole server. */
void cables_renew(struct cables *cables, const char *other);

void cables_free(struct cables *cables);

#endif
