#include "link.h"

#include "protocol/frame.h"
#include "protocol/packet.h"
#include "protocol/url.h"

#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A whole desk's answers may arrive before we look. */
#define RECEIVE_BUFFER (4 << 20)

#define CONNECT_MS 1000 /* for a connection to be made, */
#define AGAIN 0.25      /* s from one try to the next */
#define SEND_MS 2000    /* for the daemon to take a packet */

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

/* --- a connection --- */

static void
link_lose(struct link *link, int error)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	link->fault = error;
}

/* Waits until the socket has `events`; its error if it has one. */
static int
link_await(const struct link *link, short events, int ms)
{
	struct pollfd ready = { .fd = link->fd, .events = events };
	int error = 0;
	socklen_t size = sizeof(error);

	if (poll(&ready, 1, ms) <= 0)
		return -ETIMEDOUT;
	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

/* Returns 0, or -errno without a connection. */
static int
link_connect(struct link *link)
{
	int one = 1, error = 0;

	link->tried = link_now();
	link->fd = socket(
	    link->to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (link->fd < 0)
		return -errno;
	setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(link->fd, (struct sockaddr *)&link->to, link->to_size) < 0)
		error = errno == EINPROGRESS
			    ? link_await(link, POLLOUT, CONNECT_MS)
			    : -errno;
	if (error) {
		link_lose(link, error);
		return error;
	}
	memset(link->frame, 0, offsetof(struct frame, data));
	link->frame->form = FRAME_LENGTH;
	proof_anew(&link->proof);
	return 0;
}

/* All of it, or the connection is lost. */
static void
link_stream(struct link *link, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(link->fd, bytes, size, MSG_NOSIGNAL);

		if (sent < 0 && errno != EAGAIN && errno != EINTR) {
			link_lose(link, -errno);
			return;
		}
		if (sent < 0 && link_await(link, POLLOUT, SEND_MS) < 0) {
			link_lose(link, -ETIMEDOUT);
			return;
		}
		if (sent > 0) {
			bytes += sent;
			size -= (size_t)sent;
		}
	}
}

static void
link_transmit(void *arg, const void *packet, size_t size)
{
	struct link *link = arg;
	uint8_t framed[FRAME_ROOM(PACKET_LARGEST)];

	if (link->frame) {
		if (link->fd < 0) {
			link->fault = -ECONNREFUSED;
			return;
		}
		link_stream(link, framed,
		    frame_write(FRAME_LENGTH, packet, size, framed));
		return;
	}
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

/* Where the URL leads. Returns 0, or -1 with the reason in `why`. */
static int
link_resolve(
    struct link *link, const struct url *url, char *why, size_t why_size)
{
	bool tcp = url->transport == URL_TCP;
	struct addrinfo hints = { .ai_socktype =
				      tcp ? SOCK_STREAM : SOCK_DGRAM },
			*list = NULL;
	int error;

	snprintf(link->url, sizeof(link->url),
	    strchr(url->host, ':') ? "%s://[%s]:%s" : "%s://%s:%s",
	    tcp ? "tcp" : "udp", url->host, url->port);
	error = getaddrinfo(url->host, url->port, &hints, &list);
	if (error) {
		snprintf(
		    why, why_size, "%s: %s", link->url, gai_strerror(error));
		return -1;
	}
	const struct addrinfo *to = link_choose(list);
	memcpy(&link->to, to->ai_addr, to->ai_addrlen);
	link->to_size = to->ai_addrlen;
	freeaddrinfo(list);
	return 0;
}

static int
link_open_datagrams(struct link *link)
{
	int size = RECEIVE_BUFFER;

	link->fd = socket(
	    link->to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (link->fd < 0)
		return -1;
	setsockopt(link->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return connect(link->fd, (struct sockaddr *)&link->to, link->to_size);
}

int
link_open(struct link *link, const char *url, char *why, size_t why_size)
{
	struct url parsed;

	link->fault = 0;
	link->fd = -1;
	link->frame = NULL;
	link->tried = -AGAIN;
	proof_start(&link->proof, link_transmit, link);
	osc_pack_start(&link->packer, link_pack, link);
	if (url_parse(url, URL_PORT, &parsed) < 0) {
		snprintf(why, why_size,
		    "found URL \"%s\", allowed: udp://HOST:PORT or "
		    "tcp://HOST:PORT%s",
		    url, URL_ALLOWED);
		return -1;
	}
	if (link_resolve(link, &parsed, why, why_size) < 0)
		return -1;
	if (parsed.transport == URL_TCP)
		link->frame = calloc(1, sizeof(*link->frame));
	if (parsed.transport == URL_TCP ? link->frame != NULL
					: link_open_datagrams(link) == 0)
		return 0;
	snprintf(why, why_size, "%s: %s", link->url, strerror(errno));
	link_close(link);
	return -1;
}

void
link_close(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	free(link->frame);
	link->frame = NULL;
}

void
link_flush(struct link *link)
{
	link->fault = 0;
	if (link->frame && link->fd < 0 && link_now() - link->tried >= AGAIN)
		link_connect(link);
	osc_pack_flush(&link->packer);
}

int
link_send(struct link *link, const char *address,
    const struct schema_value values[], size_t count)
{
	uint8_t packet[PACKET_LARGEST];
	int size = osc_write(packet, sizeof(packet), address, values, count);

	link_flush(link);
	if (size < 0)
		return -1;
	link->packer.send(link->packer.arg, packet, (size_t)size);
	return 0;
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

/* Bytes of a connection; returns the packets in them, or -errno. */
static int
link_hear(struct link *link, const uint8_t *from, const uint8_t *end,
    struct delivery *delivery)
{
	enum frame_result result;
	int packets = 0;

	while ((result = frame_read(link->frame, &from, end)) == FRAME_WHOLE) {
		const struct frame *frame = link->frame;

		packets++;
		if (packet_check(frame->data, frame->size) == PACKET_OK)
			packet_each(
			    frame->data, frame->size, link_deliver, delivery);
	}
	if (result == FRAME_PART)
		return packets;
	link_lose(link, -EPROTO);
	return -EPROTO;
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

	if (link->fd < 0)
		return link->fault ? link->fault : -ECONNREFUSED;
	if (seconds < 0)
		seconds = 0;
	if (poll(&ready, 1, (int)ceil(seconds * 1000)) < 0)
		return errno == EINTR ? 0 : -errno;
	while (packets < most && link->fd >= 0) {
		ssize_t size = recv(link->fd, packet, sizeof(packet), 0);
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (link->frame && size <= 0) {
			link_lose(link, -ECONNRESET);
			return packets ? packets : -ECONNRESET;
		}
		if (size < 0)
			return packets ? packets : -errno;
		if (link->frame) {
			int got =
			    link_hear(link, packet, packet + size, &delivery);
			if (got < 0)
				return packets ? packets : got;
			packets += got;
			continue;
		}
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

bool
link_is(
    const struct link_message *message, const char *address, const char *types)
{
	if (strcmp(message->address, address) != 0 ||
	    message->values != strlen(types))
		return false;
	for (size_t i = 0; i < message->values; i++)
		if (message->value[i].type != types[i])
			return false;
	return true;
}
