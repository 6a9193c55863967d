#include "protocol/blob.h"

#include "protocol/level.h"

#include <math.h>
#include <string.h>

/* The address, the type tag and the size of the blob: all before the header. */
static const char preface[] = BLOB_ADDRESS "\0\0\0\0,b\0";

_Static_assert(sizeof preface % 4 == 0 && sizeof preface + 4 + BLOB_HEADER +
						  BLOB_ENTRIES * BLOB_ENTRY <=
					      BLOB_PACKET,
    "a full packet fits");

int16_t
blob_level(double db)
{
	if (!(db > LEVEL_SILENCE))
		return BLOB_SILENCE;
	return (int16_t)fmin(round(100 * db), INT16_MAX);
}

double
blob_db(int16_t level)
{
	return level / 100.0;
}

size_t
blob_packets(size_t entries)
{
	return (entries + BLOB_ENTRIES - 1) / BLOB_ENTRIES;
}

static uint8_t *
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *
put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

size_t
blob_write(uint8_t to[BLOB_PACKET], const struct blob_header *header,
    const struct blob_entry *entry, size_t entries)
{
	uint8_t *at = to;

	memcpy(at, preface, sizeof preface);
	at += sizeof preface;
	at = put32(at, (uint32_t)(BLOB_HEADER + entries * BLOB_ENTRY));
	at = put32(at, header->layout);
	at = put32(at, header->tick);
	at = put16(at, header->packet);
	at = put16(at, header->packets);
	at = put32(at, header->first);
	for (size_t i = 0; i < entries; i++) {
		at = put16(at, (uint16_t)entry[i].peak);
		at = put16(at, (uint16_t)entry[i].rms);
		at = put16(at, (uint16_t)entry[i].true_peak);
	}
	while ((at - to) % 4 != 0)
		*at++ = 0;
	return (size_t)(at - to);
}

static uint16_t
get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

int
blob_read(const struct packet_message *message, struct blob_header *header,
    const uint8_t **entries)
{
	const uint8_t *at = message->data + sizeof preface;
	size_t size;

	if (strcmp(message->address, BLOB_ADDRESS) != 0 ||
	    strcmp(message->types, "b") != 0)
		return -1;
	/* The guard saw to it that the blob is inside of the message. */
	size = get32(at);
	if (size < BLOB_HEADER || (size - BLOB_HEADER) % BLOB_ENTRY != 0)
		return -1;
	at += 4;
	header->layout = get32(at);
	header->tick = get32(at + 4);
	header->packet = get16(at + 8);
	header->packets = get16(at + 10);
	header->first = get32(at + 12);
	if (header->packet >= header->packets)
		return -1;
	*entries = at + BLOB_HEADER;
	return (int)((size - BLOB_HEADER) / BLOB_ENTRY);
}

/* Two's complement, whatever the machine's own form is. */
static int16_t
get_level(const uint8_t *at)
{
	int value = get16(at);

	return (int16_t)(value < 0x8000 ? value : value - 0x10000);
}

struct blob_entry
blob_entry_at(const uint8_t *entries, size_t index)
{
	const uint8_t *at = entries + index * BLOB_ENTRY;

	return (struct blob_entry){ .peak = get_level(at),
		.rms = get_level(at + 2),
		.true_peak = get_level(at + 4) };
}
