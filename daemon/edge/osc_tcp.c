#include "edge/log.h"
#include "edge/loop.h"
#include "edge/osc_internal.h"
#include "protocol/frame.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Connections: OSC over TCP, in either framing. Nobody is waited for: what a
 * peer does not take at once is queued, and a peer whose queue is full is left.
 */

#define STREAMS 128     /* connections at most, */
#define STREAMS_OPEN 64 /* of networks that are not trusted, */
#define STREAMS_EACH 64 /* of one address */
#define ACCEPTS 16      /* in one wake-up */
#define READ_BYTES 8192 /* in one wake-up: others of the loop want a turn */
#define QUEUE_BYTES (256 << 10)
#define FILLING_BYTES (32 << 10) /* above that only what may not be lost */
#define KERNEL_BYTES (256 << 10) /* asked of the kernel for sending */
#define IDLE_S 20                /* until a silent peer is asked for life, */
#define ASK_S 5                  /* how often, and */
#define ASKS 4                   /* how many times */

struct osc_stream {
	struct osc *osc;
	struct osc_stream *next;
	struct lease_peer peer;
	const struct osc_socket *through; /* that listened for it */
	bool trusted;
	bool ended; /* to be closed where nobody works with it */
	double seen;
	uint8_t *queue; /* QUEUE_BYTES, once there was need */
	size_t queued;
	struct frame frame;
};

/* --- out --- */

static void
end_slow(struct osc_stream *stream)
{
	struct guard_sender sender;

	stream->ended = true;
	if (guard_sender(
		(const struct sockaddr *)&stream->peer.address, true, &sender))
		osc_refused(stream->osc, &sender, DROP_SLOW,
		    "it does not read what it subscribed to; its connection "
		    "is closed");
}

/* What the kernel takes now; the stream ends if it takes no more ever. */
static size_t
push(struct osc_stream *stream, const uint8_t *bytes, size_t size)
{
	ssize_t sent;

	do
		sent = send(
		    stream->peer.fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return (size_t)sent;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		stream->ended = true;
	return 0;
}

void
osc_stream_send(struct osc_stream *stream, const void *packet, size_t size)
{
	uint8_t framed[FRAME_ROOM(PACKET_LARGEST)], *from = framed;
	size_t left;

	if (stream->ended || size > PACKET_LARGEST)
		return;
	left = frame_write(stream->frame.form, packet, size, framed);
	if (stream->queued == 0) {
		size_t sent = push(stream, from, left);
		from += sent;
		left -= sent;
	}
	if (left == 0 || stream->ended)
		return;
	if (!stream->queue)
		stream->queue = malloc(QUEUE_BYTES);
	if (!stream->queue || stream->queued + left > QUEUE_BYTES) {
		end_slow(stream);
		return;
	}
	memcpy(stream->queue + stream->queued, from, left);
	stream->queued += left;
}

bool
osc_is_filling(const struct lease_peer *peer)
{
	return peer->stream && peer->stream->queued > FILLING_BYTES;
}

static void
flush(struct osc_stream *stream)
{
	size_t sent;

	if (stream->queued == 0 || stream->ended)
		return;
	sent = push(stream, stream->queue, stream->queued);
	stream->queued -= sent;
	memmove(stream->queue, stream->queue + sent, stream->queued);
}

/* --- the end of one --- */

static void
stream_free(struct osc_stream *stream)
{
	struct osc *osc = stream->osc;
	struct osc_stream **at = &osc->stream;

	while (*at != stream)
		at = &(*at)->next;
	*at = stream->next;
	lease_forget(&osc->table, &stream->peer);
	osc_gone(osc, &stream->peer);
	loop_remove(osc->loop, stream->peer.fd);
	close(stream->peer.fd);
	free(stream->queue);
	free(stream);
}

void
osc_streams_tick(struct osc *osc)
{
	struct osc_stream *next;

	for (struct osc_stream *at = osc->stream; at; at = next) {
		next = at->next;
		flush(at);
		if (at->ended)
			stream_free(at);
	}
}

void
osc_streams_end(struct osc *osc)
{
	while (osc->stream)
		stream_free(osc->stream);
}

/* Nothing goes to it from now on; it is closed where nobody works with it. */
static void
end_now(struct osc_stream *stream)
{
	stream->ended = true;
	lease_forget(&stream->osc->table, &stream->peer);
}

void
osc_streams_end_through(struct osc *osc, const struct osc_socket *socket)
{
	for (struct osc_stream *at = osc->stream; at; at = at->next)
		if (at->through == socket)
			end_now(at);
}

void
osc_streams_take_desk(struct osc *osc)
{
	for (struct osc_stream *at = osc->stream; at; at = at->next) {
		const struct access_entry *network = access_find(
		    &osc->access, (const struct sockaddr *)&at->peer.address);

		if (network)
			at->trusted = network->desk->trusted;
		else
			end_now(at);
	}
}

/* --- in --- */

static void
stream_take(struct osc_stream *stream, const uint8_t *from, const uint8_t *end)
{
	enum frame_result result;

	stream->seen = mixer_seconds();
	while (!stream->ended && (result = frame_read(&stream->frame, &from,
				      end)) != FRAME_PART) {
		if (result == FRAME_WHOLE) {
			osc_take(stream->osc, &stream->peer, stream->frame.data,
			    stream->frame.size);
			continue;
		}
		mixer_status(stream->osc->mixer)->drops[DROP_MALFORMED]++;
		stream->ended = true;
	}
}

static void
stream_ready(void *arg)
{
	struct osc_stream *stream = arg;
	uint8_t bytes[READ_BYTES];
	ssize_t size =
	    recv(stream->peer.fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (size > 0)
		stream_take(stream, bytes, bytes + size);
	else if (size == 0 ||
		 (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		stream->ended = true;
	if (stream->ended)
		stream_free(stream);
}

/* --- new ones --- */

/* Of those that subscribe to nothing, the one that is silent for longest. */
static struct osc_stream *
find_idle(const struct osc *osc)
{
	struct osc_stream *idle = NULL;

	for (struct osc_stream *at = osc->stream; at; at = at->next) {
		if (lease_holds(&osc->table, &at->peer))
			continue;
		if (!idle || at->seen < idle->seen)
			idle = at;
	}
	return idle;
}

/* Is there room for one more, if need be that of an idle one? */
static bool
has_room(struct osc *osc, const struct guard_sender *sender, bool trusted)
{
	unsigned all = 0, open = 0, each = 0;

	for (struct osc_stream *at = osc->stream; at; at = at->next) {
		struct guard_sender other;

		all++;
		open += !at->trusted;
		each += guard_sender((const struct sockaddr *)&at->peer.address,
			    true, &other) &&
			guard_same_address(sender, &other);
	}
	if (each >= STREAMS_EACH || (!trusted && open >= STREAMS_OPEN))
		return false;
	if (all < STREAMS)
		return true;
	struct osc_stream *idle = find_idle(osc);
	if (idle)
		stream_free(idle);
	return idle != NULL;
}

/* A peer that went without a word is found out. */
static void
set_options(int fd)
{
	int one = 1, idle = IDLE_S, every = ASK_S, times = ASKS;
	int bytes = KERNEL_BYTES, patience = 1000 * (IDLE_S + ASK_S * ASKS);

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof(times));
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof(patience));
}

/* Returns false if it is not taken; then `fd` is for the caller to close. */
static bool
stream_open(
    const struct osc_socket *through, int fd, const struct lease_peer *peer)
{
	struct osc *osc = through->osc;
	const struct sockaddr *from = (const struct sockaddr *)&peer->address;
	const struct access_entry *network = access_find(&osc->access, from);
	struct guard_sender sender;
	struct osc_stream *stream;

	if (!guard_sender(from, true, &sender))
		return false;
	if (!network) {
		osc_refused(osc, &sender, DROP_DENIED,
		    "it is in no network of osc.allow");
		return false;
	}
	if (!has_room(osc, &sender, network->desk->trusted)) {
		osc_refused(osc, &sender, DROP_CONNECTIONS,
		    "there are as many connections as there may be");
		return false;
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return false;
	stream->osc = osc;
	stream->through = through;
	stream->trusted = network->desk->trusted;
	stream->seen = mixer_seconds();
	stream->peer = *peer;
	stream->peer.fd = fd;
	stream->peer.stream = stream;
	if (loop_add(osc->loop, fd, stream_ready, stream) < 0) {
		free(stream);
		return false;
	}
	set_options(fd);
	stream->next = osc->stream;
	osc->stream = stream;
	return true;
}

void
osc_accept(void *arg)
{
	struct osc_socket *from = arg;

	for (int i = 0; i < ACCEPTS; i++) {
		struct lease_peer peer = { .size = sizeof(peer.address) };
		int fd = accept4(from->fd, (struct sockaddr *)&peer.address,
		    &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		if (!stream_open(from, fd, &peer))
			close(fd);
	}
}
