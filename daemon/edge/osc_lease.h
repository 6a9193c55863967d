#ifndef EDGE_OSC_LEASE_H
#define EDGE_OSC_LEASE_H

#include "mixer/mixer.h"
#include "mixer/walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * Who speaks to us and what they subscribed to: clients, keyed by address and
 * port, and their leases. Bounded; knows no socket and is told the time, in
 * seconds of any clock that never goes back. Control thread.
 */

#define LEASE_CLIENTS 256 /* clients at most */
#define LEASE_EACH 16     /* leases of one client at most */
#define LEASE_LASTS 10.0  /* seconds from the last packet */
#define LEASE_KNOWN 60.0  /* seconds that a client without lease is known */
#define LEASE_FASTEST 100 /* Hz */

enum lease_topic {
	LEASE_STATE,
	LEASE_METERS,
	LEASE_BLOB,
	LEASE_HEADROOM,
	LEASE_LOUDNESS,
	LEASE_EVENTS,
	LEASE_ADVICE,
	LEASE_STATUS,
	LEASE_TOPICS
};

struct lease {
	enum lease_topic topic;
	unsigned rate; /* Hz; 0 for what is sent as it happens */
	char
	    prefix[ADDRESS_LONGEST]; /* "" or an address without slash behind */
	unsigned by_place; /* BY_PLACE_ bits: how the prefix names things */
	bool standing;     /* has no end, and the rate that it has */
	double due;        /* when the next packet is sent */
	struct meters_reader *reader; /* its own "since last"; may be NULL */
	struct osc_blob *blob; /* of LEASE_BLOB: its group; may be NULL */
	/* headroom, advice: version it was told, and one; 0: nothing was */
	uint64_t told;
};

struct osc_stream;

/* Where answers go: the sender, through the socket that heard it last, or
 * through its connection. */
struct lease_peer {
	int fd;
	struct osc_stream *stream; /* of TCP, else NULL */
	struct sockaddr_storage address;
	socklen_t size;
};

/* A search for plugins that a client has begun. */
struct lease_search {
	bool going;
	char filter[64]; /* part of a name or URI; "" for all */
	size_t next;     /* plugin to look at */
	unsigned found;
};

/* A read of the whole desk, or of a part of it, that a client has begun. */
struct lease_dump {
	bool going;
	struct lease cover; /* what is asked for, by its prefix */
	struct walk walk;
	unsigned count; /* parameters told so far */
};

struct lease_client {
	struct lease_peer peer;
	struct lease_peer to;         /* the same, or its port for answers */
	double seen;                  /* when its last packet came */
	struct meters_reader *reader; /* for meter gets; may be NULL */
	bool replaying;               /* a replay goes on */
	uint64_t replay;     /* the event it has come to; 0: none yet */
	uint64_t replay_end; /* the last one that is wanted */
	struct lease_search search;
	struct lease_dump dump;
	struct lease lease[LEASE_EACH];
	size_t leases;
};

/* Zeroed to begin with. Clients stay where they are while they are known. */
struct lease_table {
	struct lease_client *client[LEASE_CLIENTS];
	size_t clients;
};

void lease_table_free(struct lease_table *table);

/* The client of a packet that came in now; its leases live on. A new one takes
 * the room of the one without leases that is silent for longest. NULL when
 * every client holds a lease, or without memory. */
struct lease_client *lease_seen(
    struct lease_table *table, const struct lease_peer *peer, double now);

/* Ends what was not renewed in time, forgets clients. */
void lease_expire(struct lease_table *table, double now);

/* From now on answers go to this port of the sender; 0: to the one that it sends
 * from. Of UDP only. */
void lease_reply_to(struct lease_client *client, uint16_t port);

/* Forgets a client whose connection has ended, with its leases. */
void lease_forget(struct lease_table *table, const struct lease_peer *peer);

/* The client at the other end; NULL if it is not known any more. */
struct lease_client *
lease_known(const struct lease_table *table, const struct lease_peer *peer);

/* Forgets the clients that were last heard through this socket of UDP. */
void lease_forget_through(struct lease_table *table, int fd);

/* Forgets what belongs to the desk that was there until now: readers, groups,
 * what was told. The leases go on. */
void lease_leave_desk(struct lease_table *table);

/* Those leases that stand in `wanted` do so in `table`, and no others; what is
 * not new goes on. Returns how many found no room. */
size_t lease_stand(
    struct lease_table *table, const struct lease_table *wanted, double now);

/* Does the client at the other end hold a lease? */
bool
lease_holds(const struct lease_table *table, const struct lease_peer *peer);

/* Clients that hold a lease. */
size_t lease_subscribers(const struct lease_table *table);

/* The client's lease with this topic and prefix (as lease_prefix() made it),
 * now at `rate`, a new one due at once. NULL when there are LEASE_EACH. */
struct lease *lease_take(struct lease_client *client, enum lease_topic topic,
    const char *prefix, unsigned rate, double now);

/* Makes a lease that is due now; the prefix as above. */
void lease_init(struct lease *lease, enum lease_topic topic, const char *prefix,
    unsigned rate, double now);

/* Ends the leases of a topic (LEASE_TOPICS: of any) and prefix (NULL: any), but
 * not those that stand; returns how many. */
size_t lease_end(
    struct lease_client *client, enum lease_topic topic, const char *prefix);

/* Is it time? Then the next time is set: no drift, no catching up. `slack` in
 * seconds is how much too early is early enough. */
bool lease_due(struct lease *lease, double now, double slack);

/* Does the prefix cover this address? At the borders of path parts only; for
 * meters "/meter", for headroom "/headroom", for loudness "/loudness" in front
 * counts for nothing, on either side. */
bool lease_covers(const struct lease *lease, const char *address);

/* Makes a usable prefix of what was asked for, without slashes behind. Returns
 * 0, or -1 for what no address can begin with (patterns, no slash in front). */
int lease_prefix(const char *asked, char prefix[ADDRESS_LONGEST]);

/* "state", "meters", "meters/blob", "headroom", "loudness", "events", "advice",
 * "status", and the way back (LEASE_TOPICS for any other word). */
const char *lease_topic_name(enum lease_topic topic);
enum lease_topic lease_topic_find(const char *name);

#endif
