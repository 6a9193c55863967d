#ifndef MIXER_NETWORK_H
#define MIXER_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Networks as osc.allow writes them. Pure functions, any thread.
 */

struct network {
	int family;        /* AF_INET or AF_INET6 */
	uint8_t bytes[16]; /* network order; 4 or all 16 of them count */
	unsigned bits;     /* how many leading bits must agree */
};

/* Reads "10.0.0.0/8" or "fd00::/8". Returns 0, or -1 when it is none. */
int network_parse(const char *text, struct network *network);

/* Does it hold the address of this family, in network order? */
bool
network_holds(const struct network *network, int family, const uint8_t *bytes);

#endif
