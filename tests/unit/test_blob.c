#include "protocol/blob.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The packet that headroom-osc(7) spells out. */
static const uint8_t example[] = "/meters/blob\0\0\0\0,b\0\0"
				 "\0\0\0\x1c"
				 "\x12\x34\x56\x78"
				 "\0\0\0\x2a"
				 "\0\1\0\2"
				 "\0\0\0\xe2"
				 "\xfb\x50\xf7\xf4\xfb\x64"
				 "\xb1\xe0\xb1\xe0\xb1\xe0";
#define EXAMPLE (sizeof example - 1)

static const struct blob_header example_header = { .layout = 0x12345678,
	.tick = 42,
	.packet = 1,
	.packets = 2,
	.first = 226 };

static void
a_level_is_the_nearest_hundredth_of_a_db(void **state)
{
	static const struct {
		double db;
		int level;
	} as[] = { { 0, 0 }, { -12.344, -1234 }, { -12.345001, -1235 },
		{ 0.0049, 0 }, { 0.005, 1 }, { -0.005, -1 }, { 1.234, 123 },
		{ -200, -20000 }, { -199.99, -19999 }, { -1e9, -20000 },
		{ (double)-INFINITY, -20000 }, { (double)NAN, -20000 },
		{ 327.67, 32767 }, { 327.68, 32767 },
		{ (double)INFINITY, 32767 } };

	(void)state;
	for (size_t i = 0; i < sizeof as / sizeof *as; i++)
		assert_int_equal(blob_level(as[i].db), as[i].level);
	assert_true(blob_db(-1234) == -12.34);
	assert_true(blob_db(BLOB_SILENCE) == -200);
}

static int
take_message(void *arg, const struct packet_message *message)
{
	*(struct packet_message *)arg = *message;
	return 0;
}

static bool
read_packet(void *data, size_t size, struct blob_header *header,
    const uint8_t **entries, int *count)
{
	struct packet_message message;

	if (packet_check(data, size) != PACKET_OK)
		return false;
	packet_each(data, size, take_message, &message);
	*count = blob_read(&message, header, entries);
	return *count >= 0;
}

static void
a_packet_has_the_bytes_that_the_manual_says(void **state)
{
	static const struct blob_entry entry[] = { { -1200, -2060, -1180 },
		{ BLOB_SILENCE, BLOB_SILENCE, BLOB_SILENCE } };
	uint8_t packet[BLOB_PACKET];

	(void)state;
	assert_int_equal(
	    blob_write(packet, &example_header, entry, 2), EXAMPLE);
	assert_memory_equal(packet, example, EXAMPLE);
}

static void
what_was_written_is_read(void **state)
{
	struct blob_entry entry[BLOB_ENTRIES];
	struct blob_header header;
	uint8_t packet[BLOB_PACKET];
	const uint8_t *entries;
	int count;

	(void)state;
	for (int i = 0; i < BLOB_ENTRIES; i++)
		entry[i] = (struct blob_entry){ (int16_t)(i * 145),
			(int16_t)(BLOB_SILENCE + i), (int16_t)-i };
	for (size_t n = 0; n <= BLOB_ENTRIES; n++) {
		size_t size = blob_write(packet, &example_header, entry, n);
		assert_true(size <= BLOB_PACKET && BLOB_PACKET < 1400);
		assert_true(
		    read_packet(packet, size, &header, &entries, &count));
		assert_int_equal(count, n);
		assert_memory_equal(&header, &example_header, sizeof header);
		for (size_t i = 0; i < n; i++) {
			struct blob_entry got = blob_entry_at(entries, i);
			assert_memory_equal(&got, &entry[i], sizeof got);
		}
	}
	assert_int_equal(blob_packets(0), 0);
	assert_int_equal(blob_packets(1), 1);
	assert_int_equal(blob_packets(226), 1);
	assert_int_equal(blob_packets(227), 2);
}

static void
what_is_no_meter_blob_is_not_read(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} broken[] = {
		{ 2, 'M' },  /* another address */
		{ 17, 's' }, /* another type */
		{ 23, 15 },  /* no room for the header */
		{ 23, 26 },  /* part of an entry */
		{ 33, 2 },   /* packet 2 of 0…1 */
	};
	struct blob_header header;
	const uint8_t *entries;
	uint8_t packet[EXAMPLE];
	int count;

	(void)state;
	memcpy(packet, example, EXAMPLE);
	assert_true(read_packet(packet, EXAMPLE, &header, &entries, &count));
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		memcpy(packet, example, EXAMPLE);
		packet[broken[i].at] = broken[i].byte;
		assert_false(
		    read_packet(packet, EXAMPLE, &header, &entries, &count));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_level_is_the_nearest_hundredth_of_a_db),
		cmocka_unit_test(a_packet_has_the_bytes_that_the_manual_says),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(what_is_no_meter_blob_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
