#ifndef EDGE_OSC_ACCESS_H
#define EDGE_OSC_ACCESS_H

#include "mixer/desk.h"
#include "mixer/network.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Who may do what: the networks of osc.allow and their roles. Control thread.
 */

struct sockaddr;

struct access_network {
	struct network network;
	enum desk_role role;
};

struct access_list {
	struct access_network network[DESK_NETWORKS];
	size_t count;
};

/* Adds a network as written in the configuration: "127.0.0.0/8", "::1/128".
 * Returns 0, or -1 when it is none or the list is full. */
int
access_add(struct access_list *list, const char *network, enum desk_role role);

/* The role of the smallest network that holds the sender, the first of equals;
 * ROLE_NONE where none does. An IPv4 address mapped into IPv6 counts as IPv4. */
enum desk_role
access_role(const struct access_list *list, const struct sockaddr *from);

#endif
