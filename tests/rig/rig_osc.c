#include "rig.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define LARGEST 65536
#define MESSAGES 2048
#define PATIENCE 3000 /* ms for an answer */

struct osc_client {
	int fd;
	uint8_t sent[LARGEST];
	size_t sent_size;
	uint8_t packet[LARGEST];
	size_t packet_size;
	struct {
		size_t at, size;
	} message[MESSAGES]; /* of the packet */
	size_t messages, next;
	lo_message parsed;
	struct osc_reply reply;
};

struct osc_client *
osc_open(unsigned udp_port)
{
	return osc_open_from("127.0.0.1", udp_port);
}

struct osc_client *
osc_open_from(const char *source, unsigned udp_port)
{
	struct osc_client *client = calloc(1, sizeof *client);
	struct sockaddr_in own = { .sin_family = AF_INET };
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)udp_port) };
	int size = 4 << 20;

	assert_non_null(client);
	inet_pton(AF_INET, source, &own.sin_addr);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	assert_int_equal(
	    bind(client->fd, (struct sockaddr *)&own, sizeof own), 0);
	assert_int_equal(
	    connect(client->fd, (struct sockaddr *)&address, sizeof address),
	    0);
	return client;
}

void
osc_close(struct osc_client *client)
{
	if (client == NULL)
		return;
	close(client->fd);
	if (client->parsed != NULL)
		lo_message_free(client->parsed);
	free(client);
}

/* --- out --- */

void
osc_raw(struct osc_client *client, const void *data, size_t size)
{
	/* A port that was not open yet is told by an error on the next call. */
	if (send(client->fd, data, size, 0) < 0)
		send(client->fd, data, size, 0);
}

static void
put(struct osc_client *client, const void *data, size_t size)
{
	assert_true(client->sent_size + size + 4 <= LARGEST);
	memcpy(client->sent + client->sent_size, data, size);
	client->sent_size += size;
}

static void
put32(struct osc_client *client, uint32_t value)
{
	value = htobe32(value);
	put(client, &value, 4);
}

static void
put64(struct osc_client *client, uint64_t value)
{
	value = htobe64(value);
	put(client, &value, 8);
}

static void
put_text(struct osc_client *client, const char *text)
{
	static const char zeros[4];

	put(client, text, strlen(text));
	put(client, zeros, 4 - strlen(text) % 4);
}

static void
put_double(struct osc_client *client, char type, double value)
{
	union {
		float f;
		double d;
		uint32_t u32;
		uint64_t u64;
	} bits;

	if (type == 'f') {
		bits.f = (float)value;
		put32(client, bits.u32);
	} else {
		bits.d = value;
		put64(client, bits.u64);
	}
}

static void
put_message(struct osc_client *client, const char *address, const char *types,
    va_list arguments)
{
	char tag[64];

	put_text(client, address);
	if (types == NULL)
		return;
	snprintf(tag, sizeof tag, ",%s", types);
	put_text(client, tag);
	for (; *types != '\0'; types++) {
		if (*types == 'i')
			put32(client, (uint32_t)va_arg(arguments, int));
		else if (*types == 'h')
			put64(client, (uint64_t)va_arg(arguments, long long));
		else if (*types == 't')
			put64(client, va_arg(arguments, uint64_t));
		else if (*types == 's')
			put_text(client, va_arg(arguments, const char *));
		else if (*types == 'f' || *types == 'd')
			put_double(client, *types, va_arg(arguments, double));
		else
			assert_non_null(strchr("TFNI", *types));
	}
}

void
osc_send(struct osc_client *client, const char *address, const char *types, ...)
{
	va_list arguments;

	client->sent_size = 0;
	va_start(arguments, types);
	put_message(client, address, types, arguments);
	va_end(arguments);
	osc_raw(client, client->sent, client->sent_size);
}

void
osc_bundle(struct osc_client *client, uint64_t time)
{
	client->sent_size = 0;
	put_text(client, "#bundle");
	put64(client, time);
}

void
osc_add(struct osc_client *client, const char *address, const char *types, ...)
{
	va_list arguments;
	size_t at = client->sent_size;

	put32(client, 0);
	va_start(arguments, types);
	put_message(client, address, types, arguments);
	va_end(arguments);
	uint32_t size = htobe32((uint32_t)(client->sent_size - at - 4));
	memcpy(client->sent + at, &size, 4);
}

void
osc_flush(struct osc_client *client)
{
	osc_raw(client, client->sent, client->sent_size);
}

/* --- in --- */

/* Bytes of a padded string; fails where it is not one. */
static size_t
text_size(const uint8_t *data, size_t size)
{
	size_t length = strnlen((const char *)data, size);
	size_t whole = length / 4 * 4 + 4;

	if (whole > size)
		fail_msg("the daemon sent an unterminated string");
	for (size_t i = length; i < whole; i++)
		assert_int_equal(data[i], 0);
	return whole;
}

/* Bytes of a padded blob and its size; fails where it is not one. */
static size_t
blob_size(const uint8_t *data, size_t size)
{
	uint32_t length;

	assert_true(size >= 4);
	memcpy(&length, data, 4);
	length = be32toh(length);
	size_t whole = 4 + ((size_t)length + 3) / 4 * 4;
	assert_true(whole <= size);
	for (size_t i = 4 + length; i < whole; i++)
		assert_int_equal(data[i], 0);
	return whole;
}

static void
check_message(const uint8_t *data, size_t size)
{
	size_t at = text_size(data, size);

	assert_int_equal(data[0], '/');
	const char *types = (const char *)data + at;
	assert_true(at < size);
	assert_int_equal(types[0], ',');
	at += text_size(data + at, size - at);
	for (types++; *types != '\0'; types++) {
		if (*types == 'i' || *types == 'f')
			at += 4;
		else if (*types == 'h' || *types == 't')
			at += 8;
		else if (*types == 's')
			at += text_size(data + at, size - at);
		else if (*types == 'b')
			at += blob_size(data + at, size - at);
		else
			fail_msg("the daemon sent type '%c'", *types);
		assert_true(at <= size);
	}
	assert_int_equal(at, size);
}

static void
open_packet(struct osc_client *client, size_t at, size_t end)
{
	assert_true((end - at) % 4 == 0 && end > at);
	if (end - at < 16 || memcmp(client->packet + at, "#bundle", 8) != 0) {
		check_message(client->packet + at, end - at);
		assert_true(client->messages < MESSAGES);
		client->message[client->messages].at = at;
		client->message[client->messages++].size = end - at;
		return;
	}
	for (at += 16; at < end;) {
		uint32_t size;
		memcpy(&size, client->packet + at, 4);
		size = be32toh(size);
		at += 4;
		assert_true(size <= end - at);
		open_packet(client, at, at + size);
		at += size;
	}
}

static int
receive(struct osc_client *client, double until)
{
	for (;;) {
		double left = until - rig_now();
		struct pollfd poller = { .fd = client->fd, .events = POLLIN };
		if (poll(&poller, 1, left > 0 ? (int)ceil(left * 1000) : 0) <=
		    0)
			return -1;
		ssize_t size = recv(client->fd, client->packet, LARGEST, 0);
		if (size < 0)
			continue; /* refused: nobody listens there yet */
		client->packet_size = (size_t)size;
		client->messages = client->next = 0;
		open_packet(client, 0, client->packet_size);
		return 0;
	}
}

const struct osc_reply *
osc_next(struct osc_client *client, unsigned ms)
{
	double until = rig_now() + ms / 1000.0;

	while (client->next == client->messages)
		if (receive(client, until))
			return NULL;
	uint8_t *data = client->packet + client->message[client->next].at;
	size_t size = client->message[client->next++].size;
	if (client->parsed != NULL)
		lo_message_free(client->parsed);
	client->parsed = lo_message_deserialise(data, size, NULL);
	assert_non_null(client->parsed);
	client->reply = (struct osc_reply){
		.address = (const char *)data,
		.types = lo_message_get_types(client->parsed),
		.argv = lo_message_get_argv(client->parsed),
		.argc = lo_message_get_argc(client->parsed),
		.datagram = client->packet_size,
	};
	return &client->reply;
}

const struct osc_reply *
osc_wait(struct osc_client *client, const char *address)
{
	return osc_wait_long(client, address, PATIENCE);
}

const struct osc_reply *
osc_wait_long(struct osc_client *client, const char *address, unsigned ms)
{
	double until = rig_now() + ms / 1000.0;

	for (;;) {
		const struct osc_reply *reply = osc_next(client, 100);
		if (reply != NULL && strcmp(reply->address, address) == 0)
			return reply;
		if (rig_now() > until)
			fail_msg("no %s came", address);
	}
}

static void
print_reply(const struct osc_reply *reply, char *text, size_t size)
{
	int at = snprintf(text, size, "%s ,%s", reply->address, reply->types);

	for (int i = 0; i < reply->argc && at > 0 && (size_t)at < size; i++) {
		if (reply->types[i] == 's')
			at += snprintf(text + at, size - (size_t)at, " '%s'",
			    osc_text(reply, i));
		else
			at += snprintf(text + at, size - (size_t)at, " %.9g",
			    osc_number(reply, i));
	}
}

static bool
is_value(const struct osc_reply *reply, int i, va_list *arguments)
{
	char type = reply->types[i];

	if (type == 's')
		return strcmp(osc_text(reply, i),
			   va_arg(*arguments, const char *)) == 0;
	if (type == 'i')
		return osc_long(reply, i) == va_arg(*arguments, int);
	if (type == 'h')
		return osc_long(reply, i) == va_arg(*arguments, long long);
	double wanted = va_arg(*arguments, double);
	return fabs(osc_number(reply, i) - wanted) <=
	       1e-6 * fmax(1, fabs(wanted));
}

void
osc_expect(
    struct osc_client *client, const char *address, const char *types, ...)
{
	char text[512];
	va_list arguments;
	const struct osc_reply *reply = osc_next(client, PATIENCE);

	if (reply == NULL) {
		fail_msg("no %s came, nor anything else", address);
		return;
	}
	print_reply(reply, text, sizeof text);
	bool same = strcmp(reply->address, address) == 0 &&
		    strcmp(reply->types, types) == 0;
	va_start(arguments, types);
	for (int i = 0; same && i < reply->argc; i++)
		same = is_value(reply, i, &arguments);
	va_end(arguments);
	if (!same)
		fail_msg("wanted %s ,%s with other values, or else; got %s",
		    address, types, text);
}

void
osc_expect_error(
    struct osc_client *client, const char *address, const char *code)
{
	char text[512];
	const struct osc_reply *reply = osc_next(client, PATIENCE);

	if (reply == NULL) {
		fail_msg("no /error %s came", code);
		return;
	}
	print_reply(reply, text, sizeof text);
	if (strcmp(reply->address, "/error") != 0 ||
	    strcmp(reply->types, "sss") != 0 ||
	    (address != NULL && strcmp(osc_text(reply, 0), address) != 0) ||
	    strcmp(osc_text(reply, 1), code) != 0 ||
	    strlen(osc_text(reply, 2)) == 0)
		fail_msg("wanted /error '%s' '%s'; got %s",
		    address != NULL ? address : "(any)", code, text);
}

void
osc_expect_nothing(struct osc_client *client, unsigned ms)
{
	char text[512];
	const struct osc_reply *reply = osc_next(client, ms);

	if (reply == NULL)
		return;
	print_reply(reply, text, sizeof text);
	fail_msg("wanted silence, got %s", text);
}

void
osc_drain(struct osc_client *client)
{
	while (osc_next(client, 0) != NULL)
		;
}

double
osc_get(struct osc_client *client, const char *address)
{
	osc_send(client, address, "");
	const struct osc_reply *reply = osc_wait(client, address);
	if (reply->argc != 1 || strchr("ifh", reply->types[0]) == NULL)
		fail_msg("%s is ,%s", address, reply->types);
	return osc_number(reply, 0);
}

double
osc_number(const struct osc_reply *reply, int i)
{
	if (i >= reply->argc)
		fail_msg("%s has %d arguments", reply->address, reply->argc);
	if (reply->types[i] != 'f')
		return (double)osc_long(reply, i);
	float number;
	memcpy(&number, reply->argv[i], sizeof number);
	return (double)number;
}

int64_t
osc_long(const struct osc_reply *reply, int i)
{
	if (i >= reply->argc || strchr("ih", reply->types[i]) == NULL)
		fail_msg("%s ,%s has no whole number at %d", reply->address,
		    reply->types, i);
	/* OSC aligns to four bytes, a lo_arg wants eight. */
	int32_t narrow;
	int64_t wide;
	if (reply->types[i] == 'i') {
		memcpy(&narrow, reply->argv[i], sizeof narrow);
		return narrow;
	}
	memcpy(&wide, reply->argv[i], sizeof wide);
	return wide;
}

const char *
osc_text(const struct osc_reply *reply, int i)
{
	if (i >= reply->argc || reply->types[i] != 's')
		fail_msg("%s ,%s has no text at %d", reply->address,
		    reply->types, i);
	return (const char *)reply->argv[i];
}
