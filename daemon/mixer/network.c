#include "mixer/network.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* A length in bits without sign or leading zero, at most `most`; -1 if it is
 * none. */
static int
parse_bits(const char *text, int most)
{
	size_t digits = strspn(text, "0123456789");

	if (digits < 1 || digits > 3 || text[digits] != '\0' ||
	    (digits > 1 && text[0] == '0'))
		return -1;
	int bits = (int)strtol(text, NULL, 10);
	return bits <= most ? bits : -1;
}

int
network_parse(const char *text, struct network *network)
{
	char address[INET6_ADDRSTRLEN];
	size_t size = strcspn(text, "/");

	if (size >= sizeof address || text[size] != '/')
		return -1;
	memcpy(address, text, size);
	address[size] = '\0';
	*network = (struct network){
		.family = strchr(address, ':') ? AF_INET6 : AF_INET,
	};
	if (inet_pton(network->family, address, network->bytes) != 1)
		return -1;
	int bits =
	    parse_bits(text + size + 1, network->family == AF_INET ? 32 : 128);
	network->bits = bits < 0 ? 0 : (unsigned)bits;
	return bits < 0 ? -1 : 0;
}

bool
network_holds(const struct network *network, int family, const uint8_t *bytes)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;

	if (network->family != family ||
	    memcmp(network->bytes, bytes, whole) != 0)
		return false;
	return rest == 0 ||
	       ((network->bytes[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}
