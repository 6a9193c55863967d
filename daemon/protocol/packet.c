#include "protocol/packet.h"

#include <string.h>

#define BUNDLE_HEADER 16 /* "#bundle", its terminator and the time tag */
#define ELEMENT_HEADER 4 /* the size of an element */

static uint32_t
read_32(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 |
	       (uint32_t)data[2] << 8 | data[3];
}

static uint64_t
read_64(const uint8_t *data)
{
	return (uint64_t)read_32(data) << 32 | read_32(data + 4);
}

/* Bytes that `used` bytes take with their padding, or 0 where they end outside
 * of `size` or the padding is not zero. */
static size_t
padded_size(const uint8_t *data, size_t size, size_t used)
{
	size_t padded = (used + 3) & ~(size_t)3;

	if (padded > size)
		return 0;
	for (size_t i = used; i < padded; i++)
		if (data[i] != 0)
			return 0;
	return padded;
}

/* Bytes that the string in front takes with terminator and padding, or 0. */
static size_t
string_size(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;

	if (end == NULL)
		return 0;
	return padded_size(data, size, (size_t)(end - data) + 1);
}

static size_t
blob_size(const uint8_t *data, size_t size)
{
	uint32_t used;

	if (size < 4)
		return 0;
	used = read_32(data);
	if (used > size - 4)
		return 0;
	return padded_size(data, size, 4 + (size_t)used);
}

/* Checks the argument of this type that stands in front of `size` bytes and
 * tells how many it takes. */
static enum packet_fault
argument_check(char type, const uint8_t *data, size_t size, size_t *used)
{
	switch (type) {
	case 'T':
	case 'F':
	case 'N':
	case 'I':
		*used = 0;
		return PACKET_OK;
	case 'i':
	case 'f':
	case 'c':
	case 'm':
	case 'r':
		*used = 4;
		break;
	case 'h':
	case 'd':
	case 't':
		*used = 8;
		break;
	case 's':
	case 'S':
		*used = string_size(data, size);
		break;
	case 'b':
		*used = blob_size(data, size);
		break;
	default:
		return PACKET_TYPES;
	}
	return *used > 0 && *used <= size ? PACKET_OK : PACKET_ARGUMENTS;
}

/* Finds address and types of a message, and where its arguments begin. */
static enum packet_fault
message_open(const uint8_t *data, size_t size, struct packet_message *message,
    size_t *arguments)
{
	size_t address, types = 0;

	if (size == 0 || data[0] != '/')
		return PACKET_ADDRESS;
	address = string_size(data, size);
	if (address == 0)
		return PACKET_ADDRESS;
	message->tagged = address < size;
	if (message->tagged) {
		if (data[address] != ',')
			return PACKET_TYPES;
		types = string_size(data + address, size - address);
		if (types == 0)
			return PACKET_TYPES;
	}
	message->address = (const char *)data;
	message->types =
	    message->tagged ? (const char *)data + address + 1 : "";
	message->data = data;
	message->size = size;
	*arguments = address + types;
	return PACKET_OK;
}

static enum packet_fault
message_check(const uint8_t *data, size_t size)
{
	struct packet_message message;
	size_t at, used;
	enum packet_fault fault = message_open(data, size, &message, &at);

	if (fault != PACKET_OK)
		return fault;
	for (const char *type = message.types; *type != '\0'; type++) {
		fault = argument_check(*type, data + at, size - at, &used);
		if (fault != PACKET_OK)
			return fault;
		at += used;
	}
	return at == size ? PACKET_OK : PACKET_ARGUMENTS;
}

/* `depth` counts the bundles around this element. */
static enum packet_fault
element_check(const uint8_t *data, size_t size, unsigned depth)
{
	size_t at = BUNDLE_HEADER, element;
	enum packet_fault fault;

	if (size == 0 || data[0] != '#')
		return message_check(data, size);
	if (size < BUNDLE_HEADER || memcmp(data, "#bundle", 8) != 0 ||
	    depth == PACKET_DEEPEST)
		return PACKET_BUNDLE;
	while (at < size) {
		if (size - at < ELEMENT_HEADER)
			return PACKET_BUNDLE;
		element = read_32(data + at);
		at += ELEMENT_HEADER;
		if (element == 0 || element % 4 != 0 || element > size - at)
			return PACKET_BUNDLE;
		fault = element_check(data + at, element, depth + 1);
		if (fault != PACKET_OK)
			return fault;
		at += element;
	}
	return PACKET_OK;
}

enum packet_fault
packet_check(const void *data, size_t size)
{
	if (size == 0 || size > PACKET_LARGEST || size % 4 != 0)
		return PACKET_SIZE;
	return element_check(data, size, 0);
}

const char *
packet_reason(enum packet_fault fault)
{
	static const char *const reason[PACKET_FAULTS] = {
		[PACKET_OK] = "no fault",
		[PACKET_SIZE] = "bad size",
		[PACKET_ADDRESS] = "bad address",
		[PACKET_TYPES] = "bad type tag",
		[PACKET_ARGUMENTS] = "bad arguments",
		[PACKET_BUNDLE] = "bad bundle",
	};

	return reason[fault];
}

static int
element_each(const uint8_t *data, size_t size, uint64_t time,
    int (*each)(void *arg, const struct packet_message *message), void *arg)
{
	struct packet_message message;
	size_t at = BUNDLE_HEADER, element;
	uint64_t own;
	int stop = 0;

	if (data[0] != '#') {
		message_open(data, size, &message, &at);
		message.time = time;
		return each(arg, &message);
	}
	/* OSC 1.0: an enclosed bundle is never due before the one around it. */
	own = read_64(data + 8);
	if (own > time)
		time = own;
	while (stop == 0 && at < size) {
		element = read_32(data + at);
		at += ELEMENT_HEADER;
		stop = element_each(data + at, element, time, each, arg);
		at += element;
	}
	return stop;
}

int
packet_each(const void *data, size_t size,
    int (*each)(void *arg, const struct packet_message *message), void *arg)
{
	return element_each(data, size, PACKET_NOW, each, arg);
}
