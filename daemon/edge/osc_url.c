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

/* The OSC_PARTS sockets of an address. Returns 0 or -errno. */
static int
open_parts(const struct place *place, const struct access_list *list,
    int fd[OSC_PARTS])
{
	int probe = open_one(place, SOCK_DGRAM, false);

	if (probe < 0)
		return probe;
	close(probe);
	for (int i = 0; i < OSC_PARTS; i++) {
		fd[i] = open_one(place, SOCK_DGRAM, true);
		if (fd[i] >= 0)
			continue;
		int error = fd[i];
		while (i > 0)
			close(fd[--i]);
		return error;
	}
	osc_steer(fd[0], place->address.ss_family, list);
	return 0;
}

/* The sockets of one address into `fd`. Returns 0 or -errno. */
static int
open_place(enum url_transport transport, const struct place *place,
    const struct access_list *list, int fd[])
{
	if (transport == URL_UDP)
		return open_parts(place, list, fd);
	fd[0] = open_one(place, SOCK_STREAM, false);
	return fd[0] < 0 ? fd[0] : 0;
}

/* A name such as "localhost" may stand for an address of a family that this
 * machine does not run: that one may be missing, as long as another binds.
 * Returns how many sockets, or -errno. */
static int
open_each(enum url_transport transport, const struct place place[], int places,
    const struct access_list *list, int fd[], size_t room)
{
	size_t opened = 0, parts = transport == URL_UDP ? OSC_PARTS : 1;
	int error = EMFILE;

	for (int i = 0; i < places && opened + parts <= room; i++) {
		int one = open_place(transport, &place[i], list, fd + opened);

		if (one == 0) {
			opened += parts;
			continue;
		}
		error = -one;
		if (one == -EADDRNOTAVAIL || one == -EAFNOSUPPORT)
			continue;
		while (opened > 0)
			close(fd[--opened]);
		break;
	}
	return opened > 0 ? (int)opened : -error;
}

int
osc_open(const struct url *url, const struct access_list *list, int fd[],
    size_t room, char *why, size_t why_size)
{
	const char *scheme = url->transport == URL_TCP ? "tcp" : "udp";
	struct place place[PLACES] = { 0 };
	char reason[128];
	int places, opened;

	if (if_nametoindex(url->host) != 0)
		places = find_interface(url, place, reason, sizeof(reason));
	else
		places = find_host(url, place, reason, sizeof(reason));
	if (places < 0) {
		snprintf(why, why_size, "%s://%s:%s: %s", scheme, url->host,
		    url->port, reason);
		return -1;
	}
	opened = open_each(url->transport, place, places, list, fd, room);
	if (opened < 0)
		snprintf(why, why_size, "%s://%s:%s: %s%s", scheme, url->host,
		    url->port, strerror(-opened),
		    opened == -EADDRINUSE ? ": is another headroomd running?"
					  : "");
	errno = opened < 0 ? -opened : 0;
	return opened < 0 ? -1 : opened;
}
