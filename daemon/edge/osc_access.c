#include "edge/osc_access.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

int
access_add(struct access_list *list, const char *network, enum desk_role role)
{
	struct access_network *add = &list->network[list->count];

	if (list->count == DESK_NETWORKS ||
	    network_parse(network, &add->network) < 0)
		return -1;
	add->role = role;
	list->count++;
	return 0;
}

static bool
bits_agree(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, bytes) != 0)
		return false;
	return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

/* Finds family and address bytes of a sender; NULL for other families. */
static const uint8_t *
sender_bytes(const struct sockaddr *from, int *family)
{
	const struct in6_addr *six;

	*family = from->sa_family;
	if (from->sa_family == AF_INET)
		return (const uint8_t *)&(
		    (const struct sockaddr_in *)(const void *)from)
		    ->sin_addr;
	if (from->sa_family != AF_INET6)
		return NULL;
	six = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
	if (IN6_IS_ADDR_V4MAPPED(six)) {
		*family = AF_INET;
		return six->s6_addr + 12;
	}
	return six->s6_addr;
}

enum desk_role
access_role(const struct access_list *list, const struct sockaddr *from)
{
	enum desk_role role = ROLE_NONE;
	const uint8_t *bytes;
	int best = -1, family;

	bytes = sender_bytes(from, &family);
	if (!bytes)
		return ROLE_NONE;
	for (size_t i = 0; i < list->count; i++) {
		const struct network *network = &list->network[i].network;

		if (network->family != family || (int)network->bits <= best ||
		    !bits_agree(network->bytes, bytes, network->bits))
			continue;
		best = (int)network->bits;
		role = list->network[i].role;
	}
	return role;
}
