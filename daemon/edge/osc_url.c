#include "edge/osc_internal.h"
#include "protocol/url.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 20) /* asked of the kernel, each way */
#define PLACES 32              /* addresses of one URL */
#define BACKLOG 64             /* connections that wait for us */

/* An address to bind. */
struct place {
	struct sockaddr_storage address;
	socklen_t size;
};

/* --- where --- */

static void
set_port(struct place *place, const char *port)
{
	in_port_t number = htons((uint16_t)strtoul(port, NULL, 10));

	if (place->address.ss_family == AF_INET)
		((struct sockaddr_in *)&place->address)->sin_port = number;
	else
		((struct sockaddr_in6 *)&place->address)->sin6_port = number;
}

/* The addresses that an interface has now. */
static int
find_interface(const struct url *url, struct place place[PLACES], char *why,
    size_t why_size)
{
	struct ifaddrs *list;
	int count = 0;

	if (getifaddrs(&list) < 0) {
		snprintf(why, why_size, "%s", strerror(errno));
		return -1;
	}
	for (const struct ifaddrs *at = list; at && count < PLACES;
	     at = at->ifa_next) {
		int family = at->ifa_addr ? at->ifa_addr->sa_family : AF_UNSPEC;

		if (strcmp(at->ifa_name, url->host) != 0 ||
		    (family != AF_INET && family != AF_INET6))
			continue;
		place[count].size = family == AF_INET
					? sizeof(struct sockaddr_in)
					: sizeof(struct sockaddr_in6);
		memcpy(&place[count].address, at->ifa_addr, place[count].size);
		set_port(&place[count++], url->port);
	}
	freeifaddrs(list);
	if (count > 0)
		return count;
	snprintf(why, why_size, "the interface has no address");
	return -1;
}

static int
find_host(const struct url *url, struct place place[PLACES], char *why,
    size_t why_size)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *info;
	int error = getaddrinfo(url->host, url->port, &hints, &info);
	int count = 0;

	if (error) {
		snprintf(why, why_size, "%s", gai_strerror(error));
		return -1;
	}
	for (const struct addrinfo *at = info; at && count < PLACES;
	     at = at->ai_next) {
		memcpy(&place[count].address, at->ai_addr, at->ai_addrlen);
		place[count++].size = at->ai_addrlen;
	}
	freeaddrinfo(info);
	return count;
}

/* --- sockets --- */

static void
set_options(int fd, const struct place *place, int type, bool shared)
{
	int one = 1, bytes = BUFFER_BYTES;

	/* The kernel grants what it allows; less is no failure. */
	if (type == SOCK_DGRAM) {
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	} else {
		/* Not in the way: connections of the last run that linger. */
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	}
	if (place->address.ss_family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (shared)
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
}

/* One bound socket, or -errno. One that is not `shared` finds out whether
 * somebody else has the address. */
static int
open_one(const struct place *place, int type, bool shared)
{
	int fd = socket(
	    place->address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	set_options(fd, place, type, shared);
	if (bind(fd, (const struct sockaddr *)&place->address, place->size) ==
		0 &&
	    (type == SOCK_DGRAM || listen(fd, BACKLOG) == 0))
		return fd;
	error = errno;
	close(fd);
	return -error;
}

/* --- beside those that are there --- */

bool
osc_listens_have(
    const struct osc_listens *listens, const struct osc_socket *socket)
{
	for (size_t i = 0; i < listens->count; i++)
		if (listens->at[i].socket == socket)
			return true;
	return false;
}

static bool
is_any(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;
	const struct in_addr any = { htonl(INADDR_ANY) };

	return address->ss_family == AF_INET
		   ? memcmp(&four->sin_addr, &any, sizeof(any)) == 0
		   : memcmp(&six->sin6_addr, &in6addr_any,
			 sizeof(in6addr_any)) == 0;
}

static bool
same_port(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;

	/* It stands at the same place in a sockaddr_in6. */
	return a->ss_family == b->ss_family &&
	       memcmp(&a4->sin_port, &b4->sin_port, sizeof(a4->sin_port)) == 0;
}

static bool
same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;

	if (!same_port(a, b))
		return false;
	if (a->ss_family == AF_INET)
		return memcmp(&a4->sin_addr, &b4->sin_addr,
			   sizeof(a4->sin_addr)) == 0;
	return memcmp(&a6->sin6_scope_id, &b6->sin6_scope_id,
		   sizeof(a6->sin6_scope_id)) == 0 &&
	       memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) ==
		   0;
}

/* What one URL is opened with. */
struct opening {
	const struct url *url;
	const struct access_list *list;
	const struct osc_listens *old;
	struct osc_listens *into;
};

/* The next socket of `old` that is left, from `*i` on, and its address. */
static struct osc_socket *
next_left(
    const struct opening *opening, size_t *i, struct sockaddr_storage *address)
{
	while (*i < opening->old->count) {
		struct osc_socket *socket = opening->old->at[(*i)++].socket;
		socklen_t size = sizeof(*address);

		if (socket->transport == opening->url->transport &&
		    !osc_listens_have(opening->into, socket) &&
		    getsockname(
			socket->fd, (struct sockaddr *)address, &size) == 0)
			return socket;
	}
	return NULL;
}

static void
push(const struct opening *opening, struct osc_socket *socket)
{
	struct osc_listens *into = opening->into;

	into->at[into->count].url = *opening->url;
	into->at[into->count++].socket = socket;
}

/* Takes the sockets that have the address already. */
static bool
keep(const struct opening *opening, const struct place *place)
{
	struct sockaddr_storage address = { 0 };
	struct osc_socket *socket;
	bool any = false;

	for (size_t i = 0; opening->into->count < OSC_SOCKETS &&
			   (socket = next_left(opening, &i, &address));)
		if (same_address(&address, &place->address)) {
			push(opening, socket);
			any = true;
		}
	return any;
}

/* Is a socket in the way that is about to be closed: here all addresses of this
 * machine are asked for, there one of them, or the other way round? Then it lets
 * others of ours in, as those of UDP do at any time; a daemon that starts does
 * not ask for that. */
static bool
own_is_in_the_way(const struct opening *opening, const struct place *place)
{
	struct sockaddr_storage address = { 0 };
	const struct osc_socket *socket;
	bool any = false;
	int one = 1;

	for (size_t i = 0; (socket = next_left(opening, &i, &address));) {
		if (!same_port(&address, &place->address) ||
		    is_any(&address) == is_any(&place->address))
			continue;
		(void)setsockopt(
		    socket->fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
		any = true;
	}
	return any;
}

/* --- all of a URL --- */

/* Opens one more socket. Returns 0 or -errno. */
static int
add(const struct opening *opening, const struct place *place, bool shared)
{
	enum url_transport transport = opening->url->transport;
	struct osc_socket *socket = calloc(1, sizeof(*socket));

	if (!socket)
		return -ENOMEM;
	socket->transport = transport;
	socket->fd = open_one(
	    place, transport == URL_TCP ? SOCK_STREAM : SOCK_DGRAM, shared);
	if (socket->fd < 0) {
		int error = socket->fd;
		free(socket);
		return error;
	}
	push(opening, socket);
	return 0;
}

/* The OSC_PARTS sockets of an address. Returns 0 or -errno. */
static int
open_parts(const struct opening *opening, const struct place *place)
{
	const struct osc_listens *into = opening->into;
	int probe = open_one(place, SOCK_DGRAM, false), error = 0;

	if (probe >= 0)
		close(probe);
	else if (probe != -EADDRINUSE || !own_is_in_the_way(opening, place))
		return probe;
	for (int i = 0; error == 0 && i < OSC_PARTS; i++)
		error = add(opening, place, true);
	if (error == 0)
		osc_steer(into->at[into->count - 1].socket->fd,
		    place->address.ss_family, opening->list);
	return error;
}

/* The sockets of one address. Returns 0 or -errno. */
static int
open_place(const struct opening *opening, const struct place *place)
{
	int error;

	if (keep(opening, place))
		return 0;
	if (opening->url->transport == URL_UDP)
		return open_parts(opening, place);
	error = add(opening, place, false);
	if (error == -EADDRINUSE && own_is_in_the_way(opening, place))
		error = add(opening, place, true);
	return error;
}

/* A name such as "localhost" may stand for an address of a family that this
 * machine does not run: that one may be missing, as long as another binds.
 * Returns 0 or -errno. */
static int
open_each(const struct opening *opening, const struct place place[], int places)
{
	size_t parts = opening->url->transport == URL_UDP ? OSC_PARTS : 1;
	size_t before = opening->into->count;
	int error = -EMFILE;

	for (int i = 0;
	     i < places && opening->into->count + parts <= OSC_SOCKETS; i++) {
		int one = open_place(opening, &place[i]);

		if (one == 0)
			continue;
		error = one;
		if (one != -EADDRNOTAVAIL && one != -EAFNOSUPPORT)
			return error;
	}
	return opening->into->count > before ? 0 : error;
}

int
osc_open(const struct url *url, const struct access_list *list,
    const struct osc_listens *old, struct osc_listens *into, char *why,
    size_t why_size)
{
	const struct opening opening = { url, list, old, into };
	const char *scheme = url->transport == URL_TCP ? "tcp" : "udp";
	struct place place[PLACES] = { 0 };
	char reason[128];
	int places, error;

	if (if_nametoindex(url->host) != 0)
		places = find_interface(url, place, reason, sizeof(reason));
	else
		places = find_host(url, place, reason, sizeof(reason));
	if (places < 0) {
		snprintf(why, why_size, "%s://%s:%s: %s", scheme, url->host,
		    url->port, reason);
		return -1;
	}
	error = open_each(&opening, place, places);
	if (error < 0)
		snprintf(why, why_size, "%s://%s:%s: %s%s", scheme, url->host,
		    url->port, strerror(-error),
		    error == -EADDRINUSE ? ": is another headroomd running?"
					 : "");
	errno = -error;
	return error < 0 ? -1 : 0;
}
