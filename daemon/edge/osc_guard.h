#ifndef EDGE_OSC_GUARD_H
#define EDGE_OSC_GUARD_H

#include "mixer/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is remembered of senders, so that none of them harms another: how much
 * each sent lately, which proved its address, which showed a token, which was
 * named in the log. Bounded: the tables are of fixed size, and to be forgotten
 * costs a sender no more than to prove itself again. Knows no socket and is
 * told the time, in seconds of any clock that never goes back. Control thread.
 *
 * The /64 network of a global IPv6 address counts as one address: whoever has
 * one of those has all of it. In fe80::/10 and fc00::/7 hosts of one site share
 * such a network, and each counts for itself.
 */

#define GUARD_SETS 256      /* of the table of addresses, */
#define GUARD_WAYS 8        /* so many in each */
#define GUARD_PEER_SETS 64  /* of the table of those that proved themselves */
#define GUARD_PEER_WAYS 32  /* … of which one address may have */
#define GUARD_PEER_PORTS 16 /* so many */
#define GUARD_LOGGED 64     /* addresses named in the log in a minute */

#define GUARD_COOKIE 12        /* bytes of a cookie, terminator included */
#define GUARD_COOKIE_LASTS 60  /* s, and up to as many again */
#define GUARD_PROOF_LASTS 600  /* s from the echo of a cookie */
#define GUARD_PROOF_AGED 300   /* s that are left when another is wanted */
#define GUARD_TOKEN_LASTS 3600 /* s from the last packet */

struct sockaddr;

/* A sender: address and port, of UDP or (`stream`) of a TCP connection. No
 * padding, so that it can be hashed. */
struct guard_sender {
	uint8_t address[16]; /* IPv4 in the first four */
	uint32_t scope;
	uint16_t port;
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t stream;
};

struct guard_bucket {
	double left, at;
};

struct guard_address {
	struct guard_sender key; /* without port; family 0: free */
	double seen;
	struct guard_bucket packets, bytes, work, challenges, tries;
};

struct guard_peer {
	struct guard_sender key; /* family 0: free */
	double seen;
	double proven; /* until then */
	double asked;  /* when another proof was last asked for */
	bool authorized;
	size_t entry; /* of osc.allow, by its token */
};

struct guard_name {
	struct guard_sender key;
	double at; /* 0: free */
};

struct guard {
	struct desk_limits limits;
	uint8_t secret[16]; /* of this run of the daemon */
	struct guard_address address[GUARD_SETS][GUARD_WAYS];
	struct guard_peer peer[GUARD_PEER_SETS][GUARD_PEER_WAYS];
	struct guard_name name[GUARD_LOGGED];
	double crowded; /* when the log last was full */
	/* Of all that are not trusted. */
	struct guard_bucket packets, bytes, work, challenges;
};

/* Ready for its first sender. NULL without memory or randomness. */
struct guard *guard_new(const struct desk_limits *limits);
void guard_free(struct guard *guard);

/* Other limits, and other entries of osc.allow: the i-th of those before is the
 * entry[i]-th now, -1: gone, and its token shown in vain. */
void guard_renew(struct guard *guard, const struct desk_limits *limits,
    const int entry[], size_t entries);

/* The sender that a socket address names; false for another family. An IPv4
 * address mapped into IPv6 is that IPv4 address. */
bool guard_sender(
    const struct sockaddr *from, bool stream, struct guard_sender *sender);

/* Have both the same address, whatever their ports? */
bool
guard_same_address(const struct guard_sender *a, const struct guard_sender *b);

/* May a packet of so many bytes be looked at? Takes it from what its address
 * may send and, unless it is trusted, from what all may. */
bool guard_packet(struct guard *guard, const struct guard_sender *sender,
    bool trusted, size_t size, double now);

/* Takes the time that a packet of a sender who is not trusted took, from what
 * its address and all may: a packet that asks for much counts for many. */
void guard_worked(struct guard *guard, const struct guard_sender *sender,
    double seconds, double now);

/* May a challenge be sent, resp. a token be tried? Takes one. */
bool guard_may_challenge(
    struct guard *guard, const struct guard_sender *sender, double now);
bool guard_may_try(
    struct guard *guard, const struct guard_sender *sender, double now);

/* It was the right token: it costs nothing. */
void guard_tried_well(
    struct guard *guard, const struct guard_sender *sender, double now);

/* --- proof of address and port --- */

/* The cookie that this sender is to echo: a SipHash-2-4 of who it is, when, and
 * the secret, as RFC 9018 has it for DNS; nothing is kept. */
void guard_cookie(const struct guard *guard, const struct guard_sender *sender,
    double now, char text[GUARD_COOKIE]);

/* Is that the sender's cookie? Then it is proven from now on. */
bool guard_echo(struct guard *guard, const struct guard_sender *sender,
    const char *text, double now);

/* Seconds for which the sender is proven; 0: it is not. */
double guard_proven(
    struct guard *guard, const struct guard_sender *sender, double now);

/* Should a sender whose proof is aged be asked for another? Not every time. */
bool
guard_aged(struct guard *guard, const struct guard_sender *sender, double now);

/* --- tokens --- */

/* The sender has shown the token of this entry of osc.allow. */
void guard_authorize(struct guard *guard, const struct guard_sender *sender,
    size_t entry, double now);

/* The entry whose token it has shown; -1: none. Counts as a packet of it. */
int guard_authorized(
    struct guard *guard, const struct guard_sender *sender, double now);

/* Forgets proof and token: its connection has ended. */
void guard_forget(struct guard *guard, const struct guard_sender *sender);

/* --- the log --- */

enum guard_naming {
	GUARD_QUIET, /* it, or that there are too many, was told a minute ago */
	GUARD_NAME,
	GUARD_CROWD /* tell that more are refused than are named */
};

/* Should the log name a sender that is refused? Once a minute. */
enum guard_naming
guard_name(struct guard *guard, const struct guard_sender *sender, double now);

#endif
