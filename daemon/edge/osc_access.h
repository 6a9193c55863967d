#ifndef EDGE_OSC_ACCESS_H
#define EDGE_OSC_ACCESS_H

#include "mixer/desk.h"
#include "mixer/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Who may do what: the entries of osc.allow. The smallest network that holds a
 * sender decides; where it is listed more than once, its entries without a
 * token say what anybody there may do, and those with a token what whoever
 * shows that may do. Control thread.
 */

#define ACCESS_DIGEST 32 /* bytes */

struct sockaddr;

struct access_entry {
	struct network network;
	const struct desk_network *desk; /* as the configuration has it */
	bool demands;                    /* a token, of which this is known: */
	uint8_t digest[ACCESS_DIGEST];
};

/* Zeroed to begin with. */
struct access_list {
	struct access_entry entry[DESK_NETWORKS];
	size_t count;
	bool keyed;
	uint8_t key[ACCESS_DIGEST]; /* of the digests */
};

/* Begins a list whose tokens can be compared with those of another. */
void access_begin(struct access_list *list, const struct access_list *other);

/* Adds an entry, which must outlive the list, and reads its token_file.
 * Returns 0, or -1 with what was found and is allowed in `why`. */
int access_add(struct access_list *list, const struct desk_network *network,
    char *why, size_t why_size);

/* The first entry of the smallest network that holds the sender; NULL where
 * none does. It says whether the network is trusted. An IPv4 address mapped
 * into IPv6 counts as IPv4. */
const struct access_entry *
access_find(const struct access_list *list, const struct sockaddr *from);

/* Of the entries with the same network: the first without a token, resp. the
 * first with this one, compared in constant time; NULL: none. */
const struct access_entry *
access_open(const struct access_list *list, const struct access_entry *entry);
const struct access_entry *access_token(const struct access_list *list,
    const struct access_entry *entry, const char *token);

/* Have both the same network, however it is written? */
bool
access_same_network(const struct access_entry *a, const struct access_entry *b);

/* What an entry of the list from which access_begin() began this one has become:
 * the first entry with the same network and the same token, or both without
 * one; NULL: it is gone. */
const struct access_entry *
access_same(const struct access_list *list, const struct access_entry *entry);

/* May whoever has this entry set values of the strip ("ch/kick")? */
bool access_strip(const struct desk_network *network, const char *strip);

#endif
