#include "link.h"

#include "protocol/packet.h"
#include "protocol/url.h"

#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A whole desk's answers may arrive before we look. */
#define RECEIVE_BUFFER (4 << 20)

struct delivery {
	struct link *link;
	void (*each)(void *arg, const struct link_message *message);
	void *arg;
};

/* A name may stand for both families, and the daemon listens on IPv4 unless
 * told otherwise. */
static const struct addrinfo *
link_choose(const struct addrinfo *list)
{
	for (const struct addrinfo *at = list; at; at = at->ai_next)
		if (at->ai_family == AF_INET)
			return at;
	return list;
}

static void
link_transmit(void *arg, const void *packet, size_t size)
{
	struct link *link = arg;

	/* An error that an earlier packet left on the socket is reported by
	 * the next send instead of sending: hence a second try. */
	for (int try = 0; try < 2; try++)
		if (send(link->fd, packet, size, 0) >= 0)
			return;
	link->fault = -errno;
}

static void
link_pack(void *arg, const void *packet, size_t size)
{
	struct link *link = arg;

	proof_send(&link->proof, packet, size);
}

int
link_open(struct link *link, const char *url, char *why, size_t why_size)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list = NULL;
	struct url parsed;
	int size = RECEIVE_BUFFER;

	link->fault = 0;
	link->fd = -1;
	proof_start(&link->proof, link_transmit, link);
	osc_pack_start(&link->packer, link_pack, link);
	if (url_parse(url, URL_PORT, &parsed) < 0 ||
	    parsed.transport != URL_UDP) {
		snprintf(why, why_size,
		    "found URL \"%s\", allowed: udp://HOST:PORT%s", url,
		    URL_ALLOWED);
		return -1;
	}
	snprintf(link->url, sizeof(link->url),
	    strchr(parsed.host, ':') ? "udp://[%s]:%s" : "udp://%s:%s",
	    parsed.host, parsed.port);
	int error = getaddrinfo(parsed.host, parsed.port, &hints, &list);
	if (error) {
		snprintf(
		    why, why_size, "%s: %s", link->url, gai_strerror(error));
		return -1;
	}
	const struct addrinfo *to = link_choose(list);
	link->fd =
	    socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (link->fd >= 0)
		setsockopt(
		    link->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (link->fd < 0 ||
	    connect(link->fd, to->ai_addr, to->ai_addrlen) < 0) {
		snprintf(why, why_size, "%s: %s", link->url, strerror(errno));
		link_close(link);
	}
	freeaddrinfo(list);
	return link->fd < 0 ? -1 : 0;
}

void
link_close(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

void
link_flush(struct link *link)
{
	link->fault = 0;
	osc_pack_flush(&link->packer);
}

static int
link_deliver(void *arg, const struct packet_message *message)
{
	const struct delivery *delivery = arg;
	struct link_message out = { .address = message->address,
		.packet = message };
	int values = osc_arguments(message, out.value, OSC_ARGUMENTS);

	if (values >= 0) {
		out.values = (size_t)values;
		if (!proof_take(&delivery->link->proof, &out))
			delivery->each(delivery->arg, &out);
	}
	return 0;
}

int
link_receive(struct link *link, double seconds,
    void (*each)(void *arg, const struct link_message *message), void *arg)
{
	struct delivery delivery = { link, each, arg };
	struct pollfd ready = { .fd = link->fd, .events = POLLIN };
	static const int most = 256; /* a flood must not keep us here */
	_Alignas(8) uint8_t packet[PACKET_LARGEST];
	int packets = 0;

	if (seconds < 0)
		seconds = 0;
	if (poll(&ready, 1, (int)ceil(seconds * 1000)) < 0)
		return errno == EINTR ? 0 : -errno;
	while (packets < most) {
		ssize_t size = recv(link->fd, packet, sizeof(packet), 0);
		if (size < 0)
			return packets || errno == EAGAIN || errno == EINTR
				   ? packets
				   : -errno;
		packets++;
		if (packet_check(packet, (size_t)size) == PACKET_OK)
			packet_each(
			    packet, (size_t)size, link_deliver, &delivery);
	}
	return packets;
}

double
link_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
