#ifndef RIG_PROXY_H
#define RIG_PROXY_H

#include <stdint.h>

/*
 * A bad network between clients and the daemon: a UDP proxy on 127.0.0.1 with a
 * thread of its own that loses datagrams and lets others overtake them, both
 * ways. What it does to the n-th datagram follows from the seed.
 */

struct rig_proxy;

/* Forwards to a UDP port, for up to 16 clients. Of 100 datagrams `loss` are
 * lost, and `late` come up to 20 ms later than they would. */
struct rig_proxy *
rig_proxy_open(unsigned udp_port, unsigned loss, unsigned late, uint32_t seed);

/* Where clients send to. */
unsigned rig_proxy_port(const struct rig_proxy *proxy);

/* Changes what is lost and late from now on. */
void rig_proxy_set(struct rig_proxy *proxy, unsigned loss, unsigned late);

/* Datagrams that were lost so far. */
unsigned rig_proxy_lost(const struct rig_proxy *proxy);

void rig_proxy_close(struct rig_proxy *proxy);

#endif
