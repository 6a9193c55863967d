#include "edge/osc.h"
#include "edge/osc_internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 20) /* asked of the kernel, each way */
#define HOST_LONGEST 256

struct url {
	char host[HOST_LONGEST];
	char port[8];
};

static int
refuse(const char *found, char *why, size_t why_size)
{
	snprintf(why, why_size,
	    "found %s; allowed: udp://ADDRESS:PORT, such as "
	    "udp://127.0.0.1:9018 or udp://[::1]:9018",
	    found);
	return -1;
}

/* Takes the address off the front of "ADDRESS:PORT"; what is left begins with
 * the ":". NULL when there is no address. */
static const char *
take_host(const char *text, char host[HOST_LONGEST])
{
	bool bracket = text[0] == '[';
	size_t length;

	text += bracket;
	length = strcspn(text, bracket ? "]" : ":/[]");
	if (length == 0 || length >= HOST_LONGEST)
		return NULL;
	memcpy(host, text, length);
	host[length] = '\0';
	text += length;
	if (bracket && *text++ != ']')
		return NULL;
	return text;
}

static int
parse(const char *text, struct url *url, char *why, size_t why_size)
{
	const char *rest = strstr(text, "://");
	size_t digits;
	unsigned long port;

	if (!rest)
		return refuse("no protocol", why, why_size);
	if (strncmp(text, "udp://", 6) != 0 &&
	    strncmp(text, "osc.udp://", 10) != 0)
		return refuse("another protocol", why, why_size);
	rest = take_host(rest + 3, url->host);
	if (!rest)
		return refuse("no address", why, why_size);
	if (*rest != ':')
		return refuse("no port", why, why_size);
	digits = strspn(++rest, "0123456789");
	port = digits > 0 && digits < 6 ? strtoul(rest, NULL, 10) : 0;
	if (port < 1 || port > 65535)
		return refuse("no port of 1 to 65535", why, why_size);
	snprintf(url->port, sizeof(url->port), "%lu", port);
	rest += digits;
	if (strcmp(rest, "") != 0 && strcmp(rest, "/") != 0)
		return refuse("something behind the port", why, why_size);
	return 0;
}

int
osc_check_url(const char *url, char *why, size_t why_size)
{
	struct url parsed;

	return parse(url, &parsed, why, why_size);
}

/* One bound socket, or -errno. */
static int
open_one(const struct addrinfo *info)
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
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

/* A name such as "localhost" may stand for an address of a family that this
 * machine does not run: that one may be missing, as long as another binds. */
static int
open_each(const struct addrinfo *info, int fd[], size_t room, int *error)
{
	size_t opened = 0;

	*error = EMFILE;
	for (; info && opened < room; info = info->ai_next) {
		int one = open_one(info);

		if (one >= 0) {
			fd[opened++] = one;
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
osc_open(const char *url, int fd[], size_t room, char *why, size_t why_size)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *info;
	struct url parsed;
	char reason[160];
	int error, opened;

	if (parse(url, &parsed, reason, sizeof(reason))) {
		snprintf(why, why_size, "%s: %s", url, reason);
		return -1;
	}
	error = getaddrinfo(parsed.host, parsed.port, &hints, &info);
	if (error) {
		snprintf(why, why_size, "%s: %s", url, gai_strerror(error));
		return -1;
	}
	opened = open_each(info, fd, room, &error);
	freeaddrinfo(info);
	if (opened < 0)
		snprintf(why, why_size, "%s: %s%s", url, strerror(error),
		    error == EADDRINUSE ? ": is another headroomd running?"
					: "");
	return opened;
}
