#ifndef TESTS_OSC_BENCH_H
#define TESTS_OSC_BENCH_H

#include "edge/loop.h"
#include "edge/osc.h"
#include "edge/osc_internal.h"
#include "mixer/config.h"
#include "mixer/mixer.h"
#include "protocol/osc.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * The OSC side over real sockets on loopback, in one process and without JACK:
 * what its tests share. Each of them starts with a bench of its own.
 */

#define CLIENTS 2
#define HEARD (1 << 20)

static const char desk_text[] =
    "{ \"version\": 1,"
    "  \"osc\": { \"allow\": [ { \"network\": \"%s\", \"role\": \"%s\","
    "    \"trusted\": true } ] },"
    "  \"channels\": ["
    "    { \"id\": \"kick\", \"fader\": -6,"
    "      \"sends\": { \"verb\": { \"level\": -12 } } },"
    "    { \"id\": \"keys\", \"lanes\": 2, \"outputs\": [] } ],"
    "  \"buses\": [ { \"id\": \"verb\" } ],"
    "  \"master\": {} }";

struct bench {
	struct loop *loop;
	struct mixer *mixer;
	struct osc *osc;
	struct sockaddr_in daemon;
	int client[CLIENTS];
	char *heard; /* a line for each message: "/address types arguments" */
	size_t messages; /* in `heard` */
	size_t packets;
	size_t largest; /* bytes of a packet */
};

/* --- sockets --- */

static inline int
client_open(struct sockaddr_in *address)
{
	socklen_t size = sizeof(*address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, &size), 0);
	return fd;
}

/* Could the address be had just now, on all of the machine? */
static inline bool
is_free(const struct sockaddr_in *address, int type)
{
	struct sockaddr_in all = *address;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	bool had;

	all.sin_addr.s_addr = htonl(INADDR_ANY);
	assert_true(fd >= 0);
	had = bind(fd, (struct sockaddr *)&all, sizeof(all)) == 0;
	close(fd);
	return had;
}

/* An address that is free for both, on a port that the system gives nobody
 * who does not ask for it. */
static inline void
find_address(struct sockaddr_in *address)
{
	static uint16_t next;

	if (next == 0)
		next = (uint16_t)getpid();
	do {
		*address = (struct sockaddr_in){ .sin_family = AF_INET,
			.sin_port = htons((uint16_t)(20000 + next % 12000)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		next = (uint16_t)(next + 7);
	} while (
	    !is_free(address, SOCK_DGRAM) || !is_free(address, SOCK_STREAM));
}

static inline int
hear_message(void *arg, const struct packet_message *message)
{
	struct bench *b = arg;
	struct schema_value value[OSC_ARGUMENTS];
	int count = osc_arguments(message, value, OSC_ARGUMENTS);
	size_t used = strlen(b->heard);
	FILE *out = fmemopen(b->heard + used, HEARD - used, "w");

	assert_non_null(out);
	assert_true(count >= 0);
	fprintf(out, "%s %s", message->address, message->types);
	for (int i = 0; i < count; i++) {
		if (value[i].text)
			fprintf(out, " %s", value[i].text);
		else
			fprintf(out, " %g", value[i].number);
	}
	fputc('\n', out);
	fclose(out);
	b->messages++;
	return 0;
}

/* Everything that has come to a client since it last was asked. */
static inline const char *
hear(struct bench *b, int client)
{
	static const size_t room = 65536;
	char *packet = malloc(room);
	ssize_t size;

	b->heard[0] = '\0';
	b->messages = b->packets = b->largest = 0;
	while ((size = recv(b->client[client], packet, room, 0)) >= 0) {
		assert_int_equal(packet_check(packet, (size_t)size), PACKET_OK);
		packet_each(packet, (size_t)size, hear_message, b);
		b->packets++;
		if ((size_t)size > b->largest)
			b->largest = (size_t)size;
	}
	free(packet);
	return b->heard;
}

static inline void
send_packet(struct bench *b, int client, const void *data, size_t size)
{
	assert_int_equal(sendto(b->client[client], data, size, 0,
			     (struct sockaddr *)&b->daemon, sizeof(b->daemon)),
	    size);
}

static inline void
stop(void *arg)
{
	loop_stop(arg);
}

static inline void
run_for(struct bench *b, unsigned ms)
{
	int timer = loop_every(b->loop, ms, stop, b->loop);

	assert_true(timer >= 0);
	assert_int_equal(loop_run(b->loop), 0);
	loop_end(b->loop, timer);
}

/* Sends one message and runs the loop until it is dealt with. */
static inline void
say(struct bench *b, int client, const char *address, const char *types, ...)
{
	uint8_t packet[OSC_PACKET];
	va_list values;
	int size;

	va_start(values, types);
	size = osc_vprint(packet, sizeof(packet), address, types, values);
	va_end(values);
	assert_true(size > 0);
	send_packet(b, client, packet, (size_t)size);
	run_for(b, 2);
}

/* A bundle in the making. */
struct bundle {
	uint8_t data[32768];
	size_t size;
};

static inline struct bundle
bundle_at(uint32_t seconds)
{
	struct bundle bundle = { .data = "#bundle", .size = 16 };
	uint32_t tag[2] = { htonl(seconds), htonl(seconds == 0) };

	memcpy(bundle.data + 8, tag, sizeof(tag));
	return bundle;
}

static inline void
bundle_add(struct bundle *bundle, const char *address, const char *types, ...)
{
	uint8_t *at = bundle->data + bundle->size;
	uint32_t size;
	va_list values;

	va_start(values, types);
	size = (uint32_t)osc_vprint(at + 4,
	    sizeof(bundle->data) - bundle->size - 4, address, types, values);
	va_end(values);
	bundle->size += 4 + size;
	size = htonl(size);
	memcpy(at, &size, 4);
}

static inline void
send_bundle(struct bench *b, int client, const struct bundle *bundle)
{
	send_packet(b, client, bundle->data, bundle->size);
	run_for(b, 2);
}

#define ask(b, client, ...) (say(b, client, __VA_ARGS__), hear(b, client))

/* --- a bench --- */

static inline struct mixer *
bench_mixer_hosted(const char *text, struct plugin_host *host)
{
	struct config_errors errors = { .count = 0 };
	struct desk *desk = config_parse(text, strlen(text), host, &errors);
	struct mixer *mixer;

	if (!desk)
		config_print_errors(stderr, "bench", &errors);
	config_free_errors(&errors);
	assert_non_null(desk);
	mixer = mixer_new(desk);
	assert_non_null(mixer);
	mixer_set_host(mixer, host);
	return mixer;
}

#define bench_mixer(text) bench_mixer_hosted(text, NULL)

static inline void
bench_start_desk(struct bench *b, const char *text, struct plugin_host *host)
{
	const char *urls[1];
	char url[64], why[256];

	b->mixer = bench_mixer_hosted(text, host);
	b->loop = loop_new();
	b->heard = calloc(1, HEARD);
	assert_true(b->loop && b->heard);
	find_address(&b->daemon);
	snprintf(
	    url, sizeof(url), "udp://127.0.0.1:%u", ntohs(b->daemon.sin_port));
	urls[0] = url;
	b->osc = osc_new(b->mixer, b->loop, urls, 1, why, sizeof(why));
	if (!b->osc)
		fail_msg("%s", why);
	for (int i = 0; i < CLIENTS; i++) {
		struct sockaddr_in address;
		int room = 1 << 20;

		b->client[i] = client_open(&address);
		setsockopt(
		    b->client[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	}
}

static inline void
bench_start_as(struct bench *b, const char *network, const char *role)
{
	char text[sizeof(desk_text) + 64];

	snprintf(text, sizeof(text), desk_text, network, role);
	bench_start_desk(b, text, NULL);
}

static inline int
bench_start(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	bench_start_as(b, "127.0.0.0/8", "admin");
	*state = b;
	return 0;
}

static inline void
bench_end(struct bench *b)
{
	osc_free(b->osc);
	mixer_free(b->mixer);
	loop_free(b->loop);
	free(b->heard);
	for (int i = 0; i < CLIENTS; i++)
		close(b->client[i]);
}

/* Has the mixer, for which the OSC side is prepared, take the place of the one
 * before: nothing of that can be meant by accident. */
static inline void
bench_put(struct bench *b, struct mixer *next)
{
	struct mixer *old = b->mixer;

	osc_leave_desk(b->osc);
	b->mixer = b->osc->mixer = next;
	mixer_free(old);
	osc_take_desk(b->osc);
}

/* Another desk at the same address. */
static inline void
bench_replace(struct bench *b, const char *text)
{
	struct mixer *next = bench_mixer(text);
	const char *urls[1];
	char url[64], why[256];

	snprintf(
	    url, sizeof(url), "udp://127.0.0.1:%u", ntohs(b->daemon.sin_port));
	urls[0] = url;
	if (osc_prepare_desk(
		b->osc, mixer_desk(next), urls, 1, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	bench_put(b, next);
}

static inline int
bench_stop(void **state)
{
	bench_end(*state);
	free(*state);
	return 0;
}

static inline void
assert_error(const char *heard, const char *code, const char *part)
{
	if (strncmp(heard, "/error sss ", 11) != 0 || !strstr(heard, code) ||
	    !strstr(heard, part))
		fail_msg("not a %s with \"%s\": %s", code, part, heard);
}

#define WITH_BENCH(test) \
	cmocka_unit_test_setup_teardown(test, bench_start, bench_stop)

#endif
