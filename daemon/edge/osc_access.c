#include "edge/osc_access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static unsigned
family_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

/* The length behind the slash, or -1: digits only, at most `most`. */
static int
parse_bits(const char *text, unsigned most)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long bits;

	if (digits == 0 || digits > 3 || text[digits] != '\0')
		return -1;
	bits = strtoul(text, NULL, 10);
	return bits <= most ? (int)bits : -1;
}

int
access_add(struct access_list *list, const char *network, enum desk_role role)
{
	struct access_network add = { .role = role };
	char address[INET6_ADDRSTRLEN];
	size_t length = strcspn(network, "/");
	int bits;

	if (list->count == DESK_NETWORKS || length >= sizeof(address))
		return -1;
	memcpy(address, network, length);
	address[length] = '\0';
	add.family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(add.family, address, add.bytes) != 1)
		return -1;
	bits = (int)family_bits(add.family);
	if (network[length] == '/')
		bits =
		    parse_bits(network + length + 1, family_bits(add.family));
	if (bits < 0)
		return -1;
	add.bits = (unsigned)bits;
	list->network[list->count++] = add;
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
		const struct access_network *network = &list->network[i];

		if (network->family != family || (int)network->bits <= best ||
		    !bits_agree(network->bytes, bytes, network->bits))
			continue;
		best = (int)network->bits;
		role = network->role;
	}
	return role;
}
