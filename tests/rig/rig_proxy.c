#include "rig_proxy.h"

#include "rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define CLIENTS 16
#define LATE 256    /* datagrams held back at once */
#define LATEST 0.02 /* seconds */
#define LARGEST 65536
#define BUFFER (1 << 22) /* of a socket: only the proxy loses datagrams */

struct held {
	double due;
	int fd;
	struct sockaddr_in to;
	size_t size;
	void *data;
};

struct rig_proxy {
	int front;
	unsigned port;
	struct sockaddr_in daemon;
	struct sockaddr_in client[CLIENTS];
	int back[CLIENTS]; /* one socket for each client */
	unsigned clients;
	struct held held[LATE];
	uint32_t seed;
	atomic_uint loss, late, lost;
	atomic_bool stop;
	pthread_t thread;
};

static struct sockaddr_in
local(unsigned port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int
open_socket(void)
{
	struct sockaddr_in address = local(0);
	int room = BUFFER;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		abort();
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	return fd;
}

static void
deliver(int fd, const struct sockaddr_in *to, const void *data, size_t size)
{
	/* What nobody takes is lost, as on any network. */
	(void)!sendto(
	    fd, data, size, 0, (const struct sockaddr *)to, sizeof *to);
}

static bool
happens(struct rig_proxy *proxy, unsigned percent)
{
	return signal_random(&proxy->seed) * 100 < percent;
}

static bool
hold(struct rig_proxy *proxy, int fd, const struct sockaddr_in *to,
    const void *data, size_t size)
{
	for (size_t i = 0; i < LATE; i++) {
		struct held *held = &proxy->held[i];
		if (held->data != NULL)
			continue;
		held->data = malloc(size);
		if (held->data == NULL)
			return false;
		memcpy(held->data, data, size);
		held->size = size;
		held->fd = fd;
		held->to = *to;
		held->due = rig_now() + LATEST * signal_random(&proxy->seed);
		return true;
	}
	return false;
}

static void
pass_on(struct rig_proxy *proxy, int fd, const struct sockaddr_in *to,
    const void *data, size_t size)
{
	if (happens(proxy, atomic_load(&proxy->loss)))
		atomic_fetch_add(&proxy->lost, 1);
	else if (!happens(proxy, atomic_load(&proxy->late)) ||
		 !hold(proxy, fd, to, data, size))
		deliver(fd, to, data, size);
}

static void
release_due(struct rig_proxy *proxy, double now)
{
	for (size_t i = 0; i < LATE; i++) {
		struct held *held = &proxy->held[i];
		if (held->data == NULL || held->due > now)
			continue;
		deliver(held->fd, &held->to, held->data, held->size);
		free(held->data);
		held->data = NULL;
	}
}

/* The socket by which the daemon knows a client; -1 if there are too many. */
static int
back_of(struct rig_proxy *proxy, const struct sockaddr_in *client)
{
	for (unsigned i = 0; i < proxy->clients; i++)
		if (proxy->client[i].sin_port == client->sin_port)
			return proxy->back[i];
	if (proxy->clients == CLIENTS)
		return -1;
	proxy->client[proxy->clients] = *client;
	proxy->back[proxy->clients] = open_socket();
	return proxy->back[proxy->clients++];
}

static void
take_front(struct rig_proxy *proxy, char *data)
{
	struct sockaddr_in from = { 0 };
	socklen_t from_size = sizeof from;
	ssize_t size;

	while ((size = recvfrom(proxy->front, data, LARGEST, 0,
		    (struct sockaddr *)&from, &from_size)) >= 0) {
		int back = back_of(proxy, &from);
		if (back >= 0)
			pass_on(
			    proxy, back, &proxy->daemon, data, (size_t)size);
	}
}

static void
take_back(struct rig_proxy *proxy, unsigned client, char *data)
{
	ssize_t size;

	while ((size = recv(proxy->back[client], data, LARGEST, 0)) >= 0)
		pass_on(proxy, proxy->front, &proxy->client[client], data,
		    (size_t)size);
}

static void *
run(void *arg)
{
	struct rig_proxy *proxy = arg;
	char *data = malloc(LARGEST);

	while (data != NULL && !atomic_load(&proxy->stop)) {
		struct pollfd fd[CLIENTS + 1] = { { proxy->front, POLLIN, 0 } };
		for (unsigned i = 0; i < proxy->clients; i++)
			fd[i + 1] =
			    (struct pollfd){ proxy->back[i], POLLIN, 0 };
		poll(fd, proxy->clients + 1, 2);
		for (unsigned i = 0; i < proxy->clients; i++)
			take_back(proxy, i, data);
		take_front(proxy, data);
		release_due(proxy, rig_now());
	}
	free(data);
	return NULL;
}

struct rig_proxy *
rig_proxy_open(unsigned udp_port, unsigned loss, unsigned late, uint32_t seed)
{
	struct rig_proxy *proxy = calloc(1, sizeof *proxy);
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof address;

	assert_non_null(proxy);
	proxy->front = open_socket();
	getsockname(proxy->front, (struct sockaddr *)&address, &size);
	proxy->port = ntohs(address.sin_port);
	proxy->daemon = local(udp_port);
	proxy->seed = seed;
	rig_proxy_set(proxy, loss, late);
	assert_int_equal(pthread_create(&proxy->thread, NULL, run, proxy), 0);
	return proxy;
}

unsigned
rig_proxy_port(const struct rig_proxy *proxy)
{
	return proxy->port;
}

void
rig_proxy_set(struct rig_proxy *proxy, unsigned loss, unsigned late)
{
	atomic_store(&proxy->loss, loss);
	atomic_store(&proxy->late, late);
}

unsigned
rig_proxy_lost(const struct rig_proxy *proxy)
{
	return atomic_load(&proxy->lost);
}

void
rig_proxy_close(struct rig_proxy *proxy)
{
	atomic_store(&proxy->stop, true);
	pthread_join(proxy->thread, NULL);
	for (size_t i = 0; i < LATE; i++)
		free(proxy->held[i].data);
	for (unsigned i = 0; i < proxy->clients && i < CLIENTS; i++)
		close(proxy->back[i]);
	close(proxy->front);
	free(proxy);
}
