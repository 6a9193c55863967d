#include "edge/osc_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * The kernel puts what trusted senders send into a socket of its own, and
 * agrees with access_find() on who they are.
 */

#define T true
#define O false

struct entry {
	const char *network;
	bool trusted;
};

/* A free port; the address is that of the loopback. */
static unsigned
free_port(int family, struct sockaddr_storage *at, socklen_t *size)
{
	struct sockaddr_in *four = (void *)at;
	struct sockaddr_in6 *six = (void *)at;
	int fd = socket(family, SOCK_DGRAM, 0);

	memset(at, 0, sizeof(*at));
	if (family == AF_INET) {
		*four = (struct sockaddr_in){ .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		*size = sizeof(*four);
	} else {
		*six = (struct sockaddr_in6){ .sin6_family = AF_INET6,
			.sin6_addr = IN6ADDR_LOOPBACK_INIT };
		*size = sizeof(*six);
	}
	if (fd < 0 || bind(fd, (struct sockaddr *)at, *size) < 0) {
		print_message("SKIPPED: this machine has no IPv6\n");
		skip();
	}
	getsockname(fd, (struct sockaddr *)at, size);
	close(fd);
	return ntohs(family == AF_INET ? four->sin_port : six->sin6_port);
}

static void
send_from(const char *from, const struct sockaddr_storage *to, socklen_t size)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	bool is_four = inet_pton(AF_INET, from, &four.sin_addr) == 1;
	int fd = socket(to->ss_family, SOCK_DGRAM, 0);

	if (!is_four)
		assert_int_equal(inet_pton(AF_INET6, from, &six.sin6_addr), 1);
	assert_int_equal(
	    bind(fd, is_four ? (void *)&four : (void *)&six, size), 0);
	assert_int_equal(
	    sendto(fd, "/x\0", 4, 0, (const struct sockaddr *)to, size), 4);
	close(fd);
}

static const struct osc_listens none;

/* In which of the sockets does it wait? */
static int
heard_by(const struct osc_listens *listens)
{
	const int fd[OSC_PARTS] = { listens->at[OSC_TRUSTED].socket->fd,
		listens->at[OSC_OTHERS].socket->fd };
	struct pollfd ready[OSC_PARTS] = { { fd[0], POLLIN, 0 },
		{ fd[1], POLLIN, 0 } };
	char data[8];

	assert_int_equal(listens->count, OSC_PARTS);
	assert_int_equal(poll(ready, OSC_PARTS, 1000), 1);
	int which = ready[0].revents ? 0 : 1;
	assert_int_equal(recv(fd[which], data, sizeof(data), 0), 4);
	return which;
}

static void
end(const struct osc_listens *listens)
{
	for (size_t i = 0; i < listens->count; i++) {
		close(listens->at[i].socket->fd);
		free(listens->at[i].socket);
	}
}

/* Senders one by one, and what access_find() says of each. */
static void
steers(const struct entry *entries, size_t count, const char *const *from,
    size_t froms)
{
	static struct desk_network network[8];
	struct access_list list = { .count = 0 };
	struct sockaddr_storage at;
	socklen_t size;
	char url[64], why[256];
	struct url parsed;
	struct osc_listens listens = { .count = 0 };
	int family = strchr(from[0], ':') ? AF_INET6 : AF_INET;

	for (size_t i = 0; i < count; i++) {
		network[i] =
		    (struct desk_network){ .network =
					       (char *)entries[i].network,
			    .trusted = entries[i].trusted };
		assert_int_equal(
		    access_add(&list, &network[i], why, sizeof(why)), 0);
	}
	snprintf(url, sizeof(url),
	    family == AF_INET ? "udp://127.0.0.1:%u" : "udp://[::1]:%u",
	    free_port(family, &at, &size));
	assert_int_equal(url_parse(url, NULL, &parsed), 0);
	assert_int_equal(
	    osc_open(&parsed, &list, &none, &listens, why, sizeof(why)), 0);
	for (size_t i = 0; i < froms; i++) {
		struct sockaddr_in four = { .sin_family = AF_INET };
		struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
		const struct access_entry *entry;
		int wanted;

		inet_pton(AF_INET, from[i], &four.sin_addr);
		inet_pton(AF_INET6, from[i], &six.sin6_addr);
		entry = access_find(&list, family == AF_INET
					       ? (const struct sockaddr *)&four
					       : (const struct sockaddr *)&six);
		wanted =
		    entry && entry->desk->trusted ? OSC_TRUSTED : OSC_OTHERS;
		send_from(from[i], &at, size);
		if (heard_by(&listens) != wanted)
			fail_msg(
			    "%s does not wait in socket %d", from[i], wanted);
	}
	end(&listens);
}

static void
the_smallest_network_decides(void **state)
{
	static const char *const from[] = { "127.0.0.1", "127.0.0.2",
		"127.0.0.3", "127.0.0.4", "127.0.0.127", "127.0.0.128",
		"127.0.1.1", "127.1.0.1", "127.200.0.1" };
	static const struct entry desk[][4] = {
		{ { "127.0.0.1/32", T }, { "127.0.0.3/32", T },
		    { "127.0.0.0/8", O }, { "127.0.0.0/25", T } },
		{ { "0.0.0.0/0", T }, { "127.0.0.0/25", O },
		    { "127.0.0.2/31", T }, { "127.0.0.2/32", O } },
		{ { "127.0.0.0/8", O }, { "127.0.0.0/8", T },
		    { "10.0.0.0/8", T }, { "::/0", T } },
		{ { "127.0.0.0/8", T }, { "127.0.0.0/8", O },
		    { "127.128.0.0/9", O }, { "::/0", O } },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		steers(desk[i], 4, from, sizeof(from) / sizeof(from[0]));
}

static void
ipv6_networks_are_compared_to_their_last_bit(void **state)
{
	static const char *const from[] = { "::1" };
	static const struct entry desk[][2] = {
		{ { "::1/128", T }, { "::/0", O } },
		{ { "::1/128", O }, { "::/0", T } },
		{ { "::/127", T }, { "::/128", O } },
		{ { "::2/127", T }, { "fd00::/8", T } },
		{ { "::/1", T }, { "::1:0:0:0/64", O } },
		{ { "0:0:0:1::/64", T }, { "::/63", O } },
		{ { "127.0.0.0/8", T }, { "::/96", T } },
		{ { "127.0.0.0/8", T }, { "0:0:0:0:0:0:1::/96", T } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(desk) / sizeof(desk[0]); i++)
		steers(desk[i], 2, from, 1);
}

static void
as_many_networks_as_the_configuration_takes(void **state)
{
	static struct desk_network network[DESK_NETWORKS];
	static char text[DESK_NETWORKS][40];
	struct access_list list = { .count = 0 };
	struct sockaddr_storage at;
	socklen_t size;
	char url[64], why[256];
	struct url parsed;
	struct osc_listens listens = { .count = 0 };

	(void)state;
	for (unsigned i = 0; i < DESK_NETWORKS; i++) {
		snprintf(text[i], sizeof(text[i]), "%s%x/128",
		    "::", DESK_NETWORKS - i);
		network[i] = (struct desk_network){ .network = text[i],
			.trusted = true };
		assert_int_equal(
		    access_add(&list, &network[i], why, sizeof(why)), 0);
	}
	snprintf(url, sizeof(url), "udp://[::1]:%u",
	    free_port(AF_INET6, &at, &size));
	assert_int_equal(url_parse(url, NULL, &parsed), 0);
	assert_int_equal(
	    osc_open(&parsed, &list, &none, &listens, why, sizeof(why)), 0);
	send_from("::1", &at, size);
	assert_int_equal(heard_by(&listens), OSC_TRUSTED);
	end(&listens);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_network_decides),
		cmocka_unit_test(ipv6_networks_are_compared_to_their_last_bit),
		cmocka_unit_test(as_many_networks_as_the_configuration_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
