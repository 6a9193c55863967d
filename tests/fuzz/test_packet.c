#include "protocol/blob.h"
#include "protocol/osc.h"
#include "protocol/packet.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <string.h>

/*
 * A datagram: what the guard lets through can be walked and decoded, and what
 * we can write ourselves reads the same when it is written again.
 */

static bool
is_inside(const struct packet_message *message, const char *text)
{
	const char *begin = (const char *)message->data;

	return text >= begin && text < begin + message->size &&
	       memchr(text, 0, (size_t)(begin + message->size - text)) != NULL;
}

static bool
same(const struct schema_value *a, const struct schema_value *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == 's')
		return strcmp(a->text, b->text) == 0;
	/* Doubles have no number between this one and 2^63, which is none. */
	if (a->type == 'h' && b->number > 9223372036854774784.0)
		return a->number == 9223372036854774784.0;
	return a->number == b->number || (isnan(a->number) && isnan(b->number));
}

struct echo {
	const struct schema_value *value;
	int count;
};

static int
hold_same(void *arg, const struct packet_message *message)
{
	struct schema_value value[OSC_ARGUMENTS];
	const struct echo *echo = arg;

	FUZZ_HOLDS(osc_arguments(message, value, OSC_ARGUMENTS) == echo->count);
	for (int i = 0; i < echo->count; i++)
		FUZZ_HOLDS(same(&value[i], &echo->value[i]));
	return 0;
}

static void
write_again(const char *address, const struct schema_value value[], int count)
{
	static uint8_t packet[PACKET_LARGEST];
	struct echo echo = { value, count };
	int size;

	for (int i = 0; i < count; i++) {
		if (strchr("ifsh", value[i].type) == NULL)
			return;
	}
	size = osc_write(packet, sizeof packet, address, value, (size_t)count);
	FUZZ_HOLDS(size > 0);
	FUZZ_HOLDS(packet_check(packet, (size_t)size) == PACKET_OK);
	packet_each(packet, (size_t)size, hold_same, &echo);
}

/* All entries of a meter blob lie inside, and one of ours is what we write. */
static void
read_blob(const struct packet_message *message)
{
	static struct blob_entry entry[BLOB_ENTRIES];
	uint8_t packet[BLOB_PACKET];
	struct blob_header header;
	const uint8_t *entries;
	int count = blob_read(message, &header, &entries);

	if (count < 0)
		return;
	FUZZ_HOLDS(entries + (size_t)count * BLOB_ENTRY <=
		   message->data + message->size);
	if (count > BLOB_ENTRIES)
		return;
	for (size_t i = 0; i < (size_t)count; i++)
		entry[i] = blob_entry_at(entries, i);
	size_t size = blob_write(packet, &header, entry, (size_t)count);
	FUZZ_HOLDS(size == message->size);
	FUZZ_HOLDS(memcmp(packet, message->data, size) == 0);
}

static int
read_message(void *arg, const struct packet_message *message)
{
	struct schema_value value[OSC_ARGUMENTS];
	int count = osc_arguments(message, value, OSC_ARGUMENTS);

	(void)arg;
	FUZZ_HOLDS(message->address[0] == '/');
	FUZZ_HOLDS(is_inside(message, message->address));
	FUZZ_HOLDS(count <= OSC_ARGUMENTS);
	FUZZ_HOLDS(count < 0 || (size_t)count == strlen(message->types));
	for (int i = 0; i < count; i++)
		FUZZ_HOLDS(!value[i].text || is_inside(message, value[i].text));
	read_blob(message);
	/* liblo writes a type tag, so what has none would not be the same. */
	if (count >= 0 && message->tagged)
		write_again(message->address, value, count);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum packet_fault fault = packet_check(data, size);

	FUZZ_HOLDS(packet_reason(fault) != NULL);
	if (fault == PACKET_OK)
		packet_each(data, size, read_message, NULL);
	return 0;
}
