#ifndef CTL_LINK_H
#define CTL_LINK_H

#include "proof.h"

#include "protocol/osc.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/*
 * The way to the daemon: one connected UDP socket, or a TCP connection that is
 * made again when it was lost; packets checked and decoded on the way in, bundled
 * on the way out. One thread.
 */

#define LINK_DEFAULT "udp://127.0.0.1:9018"
#define LINK_URL_LONGEST 300

struct link_message {
	const char *address; /* valid during the call that hands it out */
	struct schema_value value[OSC_ARGUMENTS];
	size_t values;
	/* The same as it came, for blobs. */
	const struct packet_message *packet;
};

struct frame;

struct link {
	int fd; /* -1: no connection */
	struct sockaddr_storage to;
	socklen_t to_size;
	struct frame *frame; /* of TCP, else NULL */
	double tried;        /* when a connection was last tried */
	int fault;           /* -errno of the last send that failed, else 0 */
	char url[LINK_URL_LONGEST]; /* as people write it */
	struct proof proof;
	struct osc_packer packer; /* what is to go out with link_flush() */
};

/* Takes "udp://HOST:PORT" or "tcp://HOST:PORT", also with "osc." in front and
 * "/" behind, HOST an IPv6 address in brackets, ":PORT" left out for 9018.
 * Returns 0, or -1 with the reason in `why`; that nobody takes a connection
 * shows at the first packet. */
int link_open(struct link *link, const char *url, char *why, size_t why_size);

void link_close(struct link *link);

/* Sends what was collected in `link->packer`. Failures show in
 * `link->fault`. */
void link_flush(struct link *link);

/* Sends one message at once, which may be larger than what is collected may be.
 * Returns 0, or -1 for one of more than 64 KiB. Failures show in
 * `link->fault`. */
int link_send(struct link *link, const char *address,
    const struct schema_value values[], size_t count);

/* Waits up to `seconds` for packets, and hands out every message of all that
 * are there; malformed packets are passed over. Returns the number of packets,
 * 0 if none came or a signal did, -ECONNREFUSED if nobody listens there,
 * -ECONNRESET if the daemon closed the connection, or another -errno. */
int link_receive(struct link *link, double seconds,
    void (*each)(void *arg, const struct link_message *message), void *arg);

/* Has a message this address, and values of these types ("sif")? */
bool link_is(
    const struct link_message *message, const char *address, const char *types);

/* Seconds of a clock that never goes back. */
double link_now(void);

#endif
