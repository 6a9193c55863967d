#include "edge/osc_internal.h"
#include "protocol/url.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* Could the socket send there? It must be of that family, and one that is bound
 * to the loopback reaches nobody else. */
static bool
socket_reaches(int fd, const struct addrinfo *to)
{
	const struct sockaddr_in *to_four = (const void *)to->ai_addr;
	const struct sockaddr_in6 *to_six = (const void *)to->ai_addr;
	struct sockaddr_in four = { .sin_family = AF_UNSPEC };
	struct sockaddr_in6 six = { .sin6_family = AF_UNSPEC };
	socklen_t size = sizeof(four);

	if (to->ai_family == AF_INET)
		return getsockname(fd, (struct sockaddr *)&four, &size) == 0 &&
		       four.sin_family == AF_INET &&
		       (ntohl(four.sin_addr.s_addr) >> 24 != 127 ||
			   ntohl(to_four->sin_addr.s_addr) >> 24 == 127);
	size = sizeof(six);
	return getsockname(fd, (struct sockaddr *)&six, &size) == 0 &&
	       six.sin6_family == AF_INET6 &&
	       (!IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) ||
		   IN6_IS_ADDR_LOOPBACK(&to_six->sin6_addr));
}

/* Where a subscriber is, and the socket that reaches it. Its address is
 * numeric, so that nobody is asked and nothing waits. */
static int
find_peer(const struct osc_listens *listens, const char *text,
    struct lease_peer *peer, char *why, size_t why_size)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *to;
	struct url url;
	int error;

	if (url_parse(text, NULL, &url) < 0) {
		snprintf(why, why_size, "%s is no URL", text);
		return -1;
	}
	error = getaddrinfo(url.host, url.port, &hints, &to);
	if (error) {
		snprintf(why, why_size, "%s: %s", text, gai_strerror(error));
		return -1;
	}
	*peer = (struct lease_peer){ .fd = -1, .size = to->ai_addrlen };
	memcpy(&peer->address, to->ai_addr, to->ai_addrlen);
	for (size_t i = 0; i < listens->count && peer->fd < 0; i++) {
		const struct osc_socket *socket = listens->at[i].socket;

		if (socket->transport == URL_UDP &&
		    socket_reaches(socket->fd, to))
			peer->fd = socket->fd;
	}
	freeaddrinfo(to);
	if (peer->fd < 0)
		snprintf(why, why_size,
		    "found %s, which no address that is listened on reaches; "
		    "allowed others, or one more in osc.listen",
		    text);
	return peer->fd < 0 ? -1 : 0;
}

static int
stand_one(const struct osc_listens *listens,
    const struct desk_subscriber *subscriber, struct lease_table *table,
    char *why, size_t why_size)
{
	char prefix[ADDRESS_LONGEST];
	struct lease_client *client;
	struct lease_peer peer;
	double now = mixer_seconds();

	if (find_peer(listens, subscriber->url, &peer, why, why_size) < 0)
		return -1;
	client = lease_seen(table, &peer, now);
	if (!client ||
	    lease_prefix(subscriber->prefix ? subscriber->prefix : "", prefix) <
		0) {
		snprintf(why, why_size, "%s: no memory", subscriber->url);
		return -1;
	}
	for (size_t i = 0; i < subscriber->topics; i++) {
		enum lease_topic topic = lease_topic_find(subscriber->topic[i]);
		struct lease *lease = lease_take(client, topic, prefix,
		    osc_topic_rate(topic, subscriber->rate), now);

		if (!lease) {
			snprintf(why, why_size,
			    "%s: found more than %d topics for one address; "
			    "allowed %d",
			    subscriber->url, LEASE_EACH, LEASE_EACH);
			return -1;
		}
		lease->standing = true;
	}
	return 0;
}

int
osc_stand(const struct osc_listens *listens, const struct desk *desk,
    struct lease_table *table, char *why, size_t why_size)
{
	char text[200];

	for (size_t i = 0; i < desk->subscribers; i++) {
		if (stand_one(listens, &desk->subscriber[i], table, text,
			sizeof(text)) == 0)
			continue;
		snprintf(why, why_size, "osc.subscribers[%zu]: %s", i, text);
		return -1;
	}
	return 0;
}
