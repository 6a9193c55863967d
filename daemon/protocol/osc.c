#include "protocol/osc.h"

#include <lo/lo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BUNDLE_HEADER 16 /* "#bundle", its terminator and the time tag */
#define ELEMENT_HEADER 4
#define FIRST (BUNDLE_HEADER + ELEMENT_HEADER) /* where the first message is */

/* The nearest whole number from `low` to `high`; 0 for NaN. */
static int64_t
whole(double number, double low, double high)
{
	/* The largest double below 2^63: the nearest one to INT64_MAX is not in
	 * range. */
	high = fmin(high, 9223372036854774784.0);
	if (isnan(number))
		return 0;
	return (int64_t)fmin(fmax(round(number), low), high);
}

static int
add_value(lo_message message, const struct schema_value *value)
{
	switch (value->type) {
	case 'i':
		return lo_message_add_int32(message,
		    (int32_t)whole(value->number, INT32_MIN, INT32_MAX));
	case 'h':
		return lo_message_add_int64(
		    message, whole(value->number, (double)INT64_MIN, INFINITY));
	case 'f':
		return lo_message_add_float(message, (float)value->number);
	case 's':
		return lo_message_add_string(message, value->text);
	default:
		return -1;
	}
}

static int
add_list(lo_message message, const char *types, va_list values)
{
	int error = 0;

	for (; error == 0 && *types != '\0'; types++)
		switch (*types) {
		case 'i':
			error = lo_message_add_int32(
			    message, va_arg(values, int32_t));
			break;
		case 'h':
			error = lo_message_add_int64(
			    message, va_arg(values, int64_t));
			break;
		case 'f':
			error = lo_message_add_float(
			    message, (float)va_arg(values, double));
			break;
		case 's':
			error = lo_message_add_string(
			    message, va_arg(values, const char *));
			break;
		default:
			error = -1;
		}
	return error;
}

/* Serialises a message and frees it. `error` is what came of filling it. */
static int
finish(
    lo_message message, int error, void *to, size_t size, const char *address)
{
	size_t length = lo_message_length(message, address);

	if (error == 0 && length <= size && length <= PACKET_LARGEST)
		lo_message_serialise(message, address, to, &length);
	else
		error = -1;
	lo_message_free(message);
	return error == 0 ? (int)length : -1;
}

int
osc_write(void *to, size_t size, const char *address,
    const struct schema_value values[], size_t count)
{
	lo_message message = lo_message_new();
	int error = 0;

	if (message == NULL)
		return -1;
	for (size_t i = 0; error == 0 && i < count; i++)
		error = add_value(message, &values[i]);
	return finish(message, error, to, size, address);
}

int
osc_vprint(void *to, size_t size, const char *address, const char *types,
    va_list values)
{
	lo_message message = lo_message_new();

	if (message == NULL)
		return -1;
	return finish(
	    message, add_list(message, types, values), to, size, address);
}

int
osc_print(void *to, size_t size, const char *address, const char *types, ...)
{
	va_list values;
	int length;

	va_start(values, types);
	length = osc_vprint(to, size, address, types, values);
	va_end(values);
	return length;
}

void
osc_pack_start(struct osc_packer *packer,
    void (*send)(void *arg, const void *packet, size_t size), void *arg)
{
	static const char header[] = "#bundle\0\0\0\0\0\0\0\0\1";

	packer->send = send;
	packer->arg = arg;
	packer->count = 0;
	packer->size = BUNDLE_HEADER;
	memcpy(packer->data, header, BUNDLE_HEADER);
}

void
osc_pack_flush(struct osc_packer *packer)
{
	if (packer->count == 1)
		packer->send(
		    packer->arg, packer->data + FIRST, packer->size - FIRST);
	else if (packer->count > 1)
		packer->send(packer->arg, packer->data, packer->size);
	packer->count = 0;
	packer->size = BUNDLE_HEADER;
}

/* Where the next message is written; there is always room for OSC_PACKET
 * bytes, because a message alone may fill a whole packet. */
static uint8_t *
next_message(struct osc_packer *packer)
{
	_Static_assert(sizeof packer->data >=
			   FIRST + OSC_PACKET + ELEMENT_HEADER + OSC_PACKET,
	    "room for a full packet and one more message");

	return packer->data + packer->size + ELEMENT_HEADER;
}

/* Takes in the message of `length` bytes that was written as the next one. */
static int
take_message(struct osc_packer *packer, int length)
{
	const uint8_t *message = next_message(packer);
	uint8_t *header;

	if (length < 0)
		return -1;
	if (packer->count > 0 &&
	    packer->size + ELEMENT_HEADER + (size_t)length > OSC_PACKET) {
		osc_pack_flush(packer);
		memmove(packer->data + FIRST, message, (size_t)length);
	}
	header = packer->data + packer->size;
	header[0] = 0;
	header[1] = 0;
	header[2] = (uint8_t)(length >> 8);
	header[3] = (uint8_t)length;
	packer->size += ELEMENT_HEADER + (size_t)length;
	packer->count++;
	return 0;
}

int
osc_pack(struct osc_packer *packer, const char *address,
    const struct schema_value values[], size_t count)
{
	return take_message(packer, osc_write(next_message(packer), OSC_PACKET,
					address, values, count));
}

int
osc_pack_print(
    struct osc_packer *packer, const char *address, const char *types, ...)
{
	va_list values;
	int length;

	va_start(values, types);
	length = osc_vprint(
	    next_message(packer), OSC_PACKET, address, types, values);
	va_end(values);
	return take_message(packer, length);
}

/* Arguments lie at multiples of 4 only, so wider ones are copied out. */
static double
argument_number(char type, const void *argument)
{
	int32_t i;
	int64_t h;
	float f;
	double d;

	switch (type) {
	case 'i':
		memcpy(&i, argument, sizeof i);
		return i;
	case 'h':
		memcpy(&h, argument, sizeof h);
		return (double)h;
	case 'f':
		memcpy(&f, argument, sizeof f);
		return (double)f;
	case 'd':
		memcpy(&d, argument, sizeof d);
		return d;
	default:
		return type == 'T';
	}
}

/* The arguments in liblo's copy lie as they do in the packet, so a text is as
 * far from the first of them there as here. */
static void
read_arguments(const struct packet_message *message, const void *const *argv,
    struct schema_value values[], size_t count)
{
	const char *types = message->types, *copy = NULL;
	const char *here = types + ((count + 1) / 4 + 1) * 4 - 1;

	for (size_t i = 0; i < count; i++) {
		const char *argument = argv[i];

		if (copy == NULL)
			copy = argument;
		values[i].type = types[i];
		values[i].number = argument_number(types[i], argument);
		values[i].text = types[i] == 's' || types[i] == 'S'
				     ? here + (argument - copy)
				     : NULL;
	}
}

/* liblo's own form of a checked message. liblo knows no colour ('r'), which is
 * four bytes like an int and of no use to anyone here. */
static lo_message
deserialise(const struct packet_message *message)
{
	size_t types = (size_t)(message->types - message->address);
	uint8_t *bytes;
	lo_message copy;

	/* Declared without const, but liblo only copies from it. */
	if (strchr(message->types, 'r') == NULL)
		return lo_message_deserialise(
		    (void *)message->data, message->size, NULL);
	bytes = malloc(message->size);
	if (bytes == NULL)
		return NULL;
	memcpy(bytes, message->data, message->size);
	for (uint8_t *type = bytes + types; *type != '\0'; type++)
		if (*type == 'r')
			*type = 'i';
	copy = lo_message_deserialise(bytes, message->size, NULL);
	free(bytes);
	return copy;
}

int
osc_arguments(const struct packet_message *message,
    struct schema_value values[], size_t max)
{
	size_t count = strlen(message->types);
	lo_message copy;

	if (count > max)
		return -1;
	if (count == 0)
		return 0;
	copy = deserialise(message);
	if (copy == NULL)
		return -1;
	read_arguments(message, (const void *const *)lo_message_get_argv(copy),
	    values, count);
	lo_message_free(copy);
	return (int)count;
}
