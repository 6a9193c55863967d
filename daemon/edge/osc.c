#include "edge/osc.h"

#include "edge/loop.h"
#include "edge/osc_internal.h"
#include "protocol/match.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 16 /* datagrams of one system call */
#define WAKE 256 /* datagrams of one wake-up: others of the loop want a turn */
#define NTP_EPOCH 2208988800U /* seconds from 1900 to 1970 */

struct osc_inbox {
	struct mmsghdr header[BATCH];
	struct iovec part[BATCH];
	struct sockaddr_storage from[BATCH];
	uint8_t data[BATCH][PACKET_LARGEST];
};

static uint64_t
ntp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (((uint64_t)now.tv_sec + NTP_EPOCH) << 32) +
	       ((uint64_t)now.tv_nsec << 32) / 1000000000U;
}

void
osc_send(void *target, const void *packet, size_t size)
{
	const struct osc_target *to = target;
	const struct lease_peer *peer = to->peer;
	ssize_t sent;

	if (peer->stream) {
		osc_stream_send(peer->stream, packet, size);
		return;
	}
	do
		sent =
		    sendto(peer->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL,
			(const struct sockaddr *)&peer->address, peer->size);
	while (sent < 0 && errno == EINTR);
	/* Refused: the listener of an earlier packet is gone; its lease ends
	 * by itself. */
	if (sent < 0 && errno != ECONNREFUSED)
		mixer_status(to->osc->mixer)->drops[DROP_SEND]++;
}

/* --- one packet --- */

/* What can be said against a packet before any of it is done. */
struct review {
	uint64_t now;
	unsigned patterns;
	const char *future;  /* first address with a time tag later than now */
	const char *pattern; /* first address above OSC_PATTERNS */
};

static int
review_message(void *arg, const struct packet_message *message)
{
	struct review *review = arg;

	if (message->time != PACKET_NOW && message->time > review->now &&
	    !review->future)
		review->future = message->address;
	if (match_is_pattern(message->address) &&
	    ++review->patterns > OSC_PATTERNS && !review->pattern)
		review->pattern = message->address;
	return 0;
}

/* Only whole packets are refused: a bundle lands whole or not at all. */
static bool
review_passes(struct osc_request *request, const void *data, size_t size)
{
	struct review review = { .now = ntp_now() };
	char text[64];

	packet_each(data, size, review_message, &review);
	if (review.future) {
		osc_request_error(request, review.future, "bad-time", NULL,
		    "found a bundle's time tag in the future; allowed "
		    "immediately, or a time that has come");
		return false;
	}
	if (review.pattern) {
		snprintf(text, sizeof(text),
		    "found %u patterns in one datagram; allowed %d",
		    review.patterns, OSC_PATTERNS);
		osc_request_error(
		    request, review.pattern, "too-many", NULL, text);
		return false;
	}
	return true;
}

static int
handle_message(void *arg, const struct packet_message *message)
{
	osc_request_handle(arg, message);
	return 0;
}

/* The transaction: everything is set, then heard and told as one. */
static void
handle(struct osc *osc, const struct lease_peer *peer,
    const struct osc_pass *pass, const void *data, size_t size)
{
	struct osc_request request = { .osc = osc,
		.target = { .osc = osc, .peer = peer },
		.pass = *pass,
		.tries = OSC_TRIES,
		.now = mixer_seconds() };

	request.client = lease_seen(&osc->table, peer, request.now);
	if (request.client)
		request.target.peer = &request.client->to;
	osc_pack_start(&request.replies, osc_send, &request.target);
	osc_publish_changes(osc, NULL);
	if (review_passes(&request, data, size)) {
		packet_each(data, size, handle_message, &request);
		mixer_commit(osc->mixer);
	}
	mixer_status(osc->mixer)->subscribers =
	    (unsigned)lease_subscribers(&osc->table);
	osc_pack_flush(&request.replies);
	osc_publish_changes(osc, request.client);
	osc->deadline = request.now + OSC_SHARE;
	if (request.client && request.subscribed)
		osc_publish_due(osc, request.client, request.now, 0);
	if (request.client && request.replays)
		osc_publish_replay(osc, request.client);
	osc_worked(osc, pass, mixer_seconds() - request.now);
}

void
osc_take(struct osc *osc, const struct lease_peer *peer, const void *data,
    size_t size)
{
	struct osc_pass pass;

	if (osc_admit(osc, peer, data, size, &pass))
		handle(osc, peer, &pass, data, size);
}

/* --- datagrams --- */

static void
receive(struct osc_socket *from, const struct mmsghdr *header)
{
	struct osc *osc = from->osc;
	const struct msghdr *packet = &header->msg_hdr;
	struct lease_peer peer = { .fd = from->fd,
		.address = *(const struct sockaddr_storage *)packet->msg_name,
		.size = packet->msg_namelen };

	if (packet->msg_flags & MSG_TRUNC)
		mixer_status(osc->mixer)->drops[DROP_MALFORMED]++;
	else
		osc_take(
		    osc, &peer, packet->msg_iov->iov_base, header->msg_len);
}

void
osc_datagrams(void *arg)
{
	struct osc_socket *from = arg;
	struct osc_inbox *inbox = from->osc->inbox;
	int count;

	for (int left = WAKE; left > 0; left -= count) {
		for (size_t i = 0; i < BATCH; i++)
			inbox->header[i].msg_hdr.msg_namelen =
			    sizeof(inbox->from[i]);
		count = recvmmsg(
		    from->fd, inbox->header, BATCH, MSG_DONTWAIT, NULL);
		if (count <= 0)
			return;
		for (int i = 0; i < count; i++)
			receive(from, &inbox->header[i]);
		if (count < BATCH)
			return;
	}
}

/* --- start and stop --- */

static struct osc_inbox *
inbox_new(void)
{
	struct osc_inbox *inbox = calloc(1, sizeof(*inbox));

	for (size_t i = 0; inbox && i < BATCH; i++) {
		struct msghdr *packet = &inbox->header[i].msg_hdr;

		inbox->part[i].iov_base = inbox->data[i];
		inbox->part[i].iov_len = PACKET_LARGEST;
		packet->msg_iov = &inbox->part[i];
		packet->msg_iovlen = 1;
		packet->msg_name = &inbox->from[i];
	}
	return inbox;
}

static int
start(struct osc *osc, const char *const *urls, size_t count, char *why,
    size_t why_size)
{
	const struct desk *desk = mixer_desk(osc->mixer);

	osc->guard = guard_new(&desk->limits);
	if (!osc->guard) {
		snprintf(why, why_size, "no memory or randomness for OSC");
		return -1;
	}
	if (osc_prepare_desk(osc, desk, urls, count, why, why_size) < 0)
		return -1;
	osc->timer = loop_every(osc->loop, OSC_TICK_MS, osc_tick, osc);
	if (osc->timer < 0) {
		snprintf(
		    why, why_size, "no timer for OSC: error %d", -osc->timer);
		return -1;
	}
	osc_take_next(osc);
	return 0;
}

struct osc *
osc_new(struct mixer *mixer, struct loop *loop, const char *const *urls,
    size_t count, char *why, size_t why_size)
{
	struct osc *osc = calloc(1, sizeof(*osc));
	int error;

	errno = 0;
	if (!osc) {
		snprintf(why, why_size, "no memory for OSC");
		return NULL;
	}
	osc->mixer = mixer;
	osc->loop = loop;
	osc->timer = -1;
	osc->jack = mixer_status(mixer)->jack;
	osc->inbox = inbox_new();
	if (!osc->inbox)
		snprintf(why, why_size, "no memory for OSC");
	if (!osc->inbox || start(osc, urls, count, why, why_size)) {
		error = errno;
		osc_free(osc);
		errno = error;
		return NULL;
	}
	return osc;
}

void
osc_free(struct osc *osc)
{
	static const struct osc_listens none;

	if (!osc)
		return;
	mixer_listen(osc->mixer, NULL, NULL);
	event_log_listen(mixer_events(osc->mixer), NULL, NULL);
	osc_scene_end(osc);
	osc_reload_end(osc);
	if (osc->timer >= 0)
		loop_end(osc->loop, osc->timer);
	osc_abort_desk(osc);
	osc_streams_end(osc);
	osc_listen_take(osc, &none);
	lease_table_free(&osc->table);
	osc_blob_end(osc);
	guard_free(osc->guard);
	free(osc->changes.address);
	free(osc->inbox);
	free(osc);
}
