#include "edge/osc_internal.h"
#include "protocol/url.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 20) /* asked of the kernel, each way */

/* One bound socket, or -errno. One that is not `shared` finds out whether
 * somebody else has the address. */
static int
open_one(const struct addrinfo *info, bool shared)
{
	int fd, one = 1, bytes = BUFFER_BYTES, error;

	fd = socket(
	    info->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* The kernel grants what it allows; less is no failure. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (info->ai_family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (shared)
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

/* The OSC_PARTS sockets of an address. Returns 0 or -errno. */
static int
open_parts(const struct addrinfo *info, const struct access_list *list,
    int fd[OSC_PARTS])
{
	int probe = open_one(info, false);

	if (probe < 0)
		return probe;
	close(probe);
	for (int i = 0; i < OSC_PARTS; i++) {
		fd[i] = open_one(info, true);
		if (fd[i] >= 0)
			continue;
		int error = fd[i];
		while (i > 0)
			close(fd[--i]);
		return error;
	}
	osc_steer(fd[0], info->ai_family, list);
	return 0;
}

/* A name such as "localhost" may stand for an address of a family that this
 * machine does not run: that one may be missing, as long as another binds. */
static int
open_each(const struct addrinfo *info, const struct access_list *list, int fd[],
    size_t room, int *error)
{
	size_t opened = 0;

	*error = EMFILE;
	for (; info && opened + OSC_PARTS <= room; info = info->ai_next) {
		int one = open_parts(info, list, fd + opened);

		if (one == 0) {
			opened += OSC_PARTS;
			continue;
		}
		*error = -one;
		if (one == -EADDRNOTAVAIL || one == -EAFNOSUPPORT)
			continue;
		while (opened > 0)
			close(fd[--opened]);
		break;
	}
	return opened > 0 ? (int)opened : -1;
}

int
osc_open(const char *url, const struct access_list *list, int fd[], size_t room,
    char *why, size_t why_size)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *info;
	struct url parsed;
	int error, opened;

	if (url_parse(url, URL_PORT, &parsed) < 0 ||
	    parsed.transport != URL_UDP) {
		snprintf(why, why_size, "found %s; allowed: udp://HOST:PORT%s",
		    url, URL_ALLOWED);
		return -1;
	}
	error = getaddrinfo(parsed.host, parsed.port, &hints, &info);
	if (error) {
		snprintf(why, why_size, "%s: %s", url, gai_strerror(error));
		return -1;
	}
	opened = open_each(info, list, fd, room, &error);
	freeaddrinfo(info);
	if (opened < 0)
		snprintf(why, why_size, "%s: %s%s", url, strerror(error),
		    error == EADDRINUSE ? ": is another headroomd running?"
					: "");
	return opened;
}
