#include "protocol/osc.h"
#include "protocol/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct packet_case {
	const char *name, *data;
	size_t size;
	enum packet_fault fault;
};

#define PACKET(bytes) (bytes), sizeof(bytes) - 1
#define NOW "\0\0\0\0\0\0\0\1"
#define BUNDLE "#bundle\0" NOW
#define GET "/a\0\0,\0\0\0"

static const struct packet_case valid[] = {
	{ "no type tag", PACKET("/info\0\0\0"), PACKET_OK },
	{ "shortest", PACKET("/\0\0\0"), PACKET_OK },
	{ "no arguments", PACKET(GET), PACKET_OK },
	{ "int", PACKET("/a\0\0,i\0\0\0\0\0\1"), PACKET_OK },
	{ "every type",
	    PACKET("/ch/1/x\0,ifdhsSbTFNItcmr\0\0\0\0"
		   "\0\0\0\1"
		   "\x3f\x80\0\0"
		   "\x3f\xf0\0\0\0\0\0\0"
		   "\0\0\0\0\0\0\0\2"
		   "abc\0"
		   "abcd\0\0\0\0"
		   "\0\0\0\5abcde\0\0\0"
		   "\0\0\0\0\0\0\0\1"
		   "\0\0\0x"
		   "\0\x90\x40\x7f"
		   "\xff\0\0\xff"),
	    PACKET_OK },
	{ "empty string", PACKET("/a\0\0,s\0\0\0\0\0\0"), PACKET_OK },
	{ "empty blob", PACKET("/a\0\0,b\0\0\0\0\0\0"), PACKET_OK },
	{ "empty bundle", PACKET(BUNDLE), PACKET_OK },
	{ "bundle",
	    PACKET(BUNDLE "\0\0\0\x8" GET "\0\0\0\xc"
			  "/a\0\0,f\0\0\x3f\x80\0\0"),
	    PACKET_OK },
	{ "bundle in bundle",
	    PACKET(BUNDLE "\0\0\0\x8" GET "\0\0\0\x1c#bundle\0\1\0\0\0\0\0\0\0"
			  "\0\0\0\x8" GET "\0\0\0\4/b\0\0"),
	    PACKET_OK },
};
#define VALIDS (sizeof valid / sizeof valid[0])

static const struct packet_case malformed[] = {
	{ "empty", PACKET(""), PACKET_SIZE },
	{ "1 byte", PACKET("/"), PACKET_SIZE },
	{ "3 bytes", PACKET("/a\0"), PACKET_SIZE },
	{ "5 bytes", PACKET("/a\0\0\0"), PACKET_SIZE },
	{ "no slash", PACKET("abc\0"), PACKET_ADDRESS },
	{ "zeros", PACKET("\0\0\0\0"), PACKET_ADDRESS },
	{ "type tag alone", PACKET(",i\0\0\0\0\0\1"), PACKET_ADDRESS },
	{ "open address", PACKET("/abc"), PACKET_ADDRESS },
	{ "long open address", PACKET("/abcdefghijklmn"), PACKET_SIZE },
	{ "dirty address padding", PACKET("/a\0x"), PACKET_ADDRESS },
	{ "address padding cut", PACKET("/abcd\0xx,\0\0\0"), PACKET_ADDRESS },
	{ "no comma", PACKET("/a\0\0i\0\0\0\0\0\0\1"), PACKET_TYPES },
	{ "zeros for a type tag", PACKET("/a\0\0\0\0\0\0"), PACKET_TYPES },
	{ "open type tag", PACKET("/a\0\0,iii"), PACKET_TYPES },
	{ "open empty type tag", PACKET("/a\0\0,TTT"), PACKET_TYPES },
	{ "dirty type padding", PACKET("/a\0\0,i\0x\0\0\0\1"), PACKET_TYPES },
	{ "unknown type", PACKET("/a\0\0,x\0\0\0\0\0\1"), PACKET_TYPES },
	{ "unknown type after known", PACKET("/a\0\0,iq\0\0\0\0\1"),
	    PACKET_TYPES },
	{ "comma as type", PACKET("/a\0\0,,\0\0"), PACKET_TYPES },
	{ "array", PACKET("/a\0\0,[i]\0\0\0\0\0\0\0\1"), PACKET_TYPES },
	{ "array end", PACKET("/a\0\0,]\0\0"), PACKET_TYPES },
	{ "high type", PACKET("/a\0\0,\xff\0\0"), PACKET_TYPES },
	{ "no int", PACKET("/a\0\0,i\0\0"), PACKET_ARGUMENTS },
	{ "no float", PACKET("/a\0\0,f\0\0"), PACKET_ARGUMENTS },
	{ "no character", PACKET("/a\0\0,c\0\0"), PACKET_ARGUMENTS },
	{ "no MIDI", PACKET("/a\0\0,m\0\0"), PACKET_ARGUMENTS },
	{ "no colour", PACKET("/a\0\0,r\0\0"), PACKET_ARGUMENTS },
	{ "one int of two", PACKET("/a\0\0,ii\0\0\0\0\1"), PACKET_ARGUMENTS },
	{ "half a double", PACKET("/a\0\0,d\0\0\x3f\xf0\0\0"),
	    PACKET_ARGUMENTS },
	{ "half a long", PACKET("/a\0\0,h\0\0\0\0\0\0"), PACKET_ARGUMENTS },
	{ "half a time tag", PACKET("/a\0\0,t\0\0\0\0\0\1"), PACKET_ARGUMENTS },
	{ "no string", PACKET("/a\0\0,s\0\0"), PACKET_ARGUMENTS },
	{ "no symbol", PACKET("/a\0\0,S\0\0"), PACKET_ARGUMENTS },
	{ "open string", PACKET("/a\0\0,s\0\0abcd"), PACKET_ARGUMENTS },
	{ "dirty string padding", PACKET("/a\0\0,s\0\0a\0\0b"),
	    PACKET_ARGUMENTS },
	{ "no blob", PACKET("/b\0\0,b\0\0"), PACKET_ARGUMENTS },
	{ "blob before a double", PACKET("/b\0\0,bd\0\0\0\0"), PACKET_SIZE },
	{ "blob and no double", PACKET("/b\0\0,bd\0\0\0\0\0"),
	    PACKET_ARGUMENTS },
	{ "blob past the end", PACKET("/b\0\0,b\0\0\0\0\0\5abcd"),
	    PACKET_ARGUMENTS },
	{ "blob of 4 GiB",
	    PACKET("/b\0\0,b\0\0\xff\xff\xff\xff"
		   "abcd"),
	    PACKET_ARGUMENTS },
	{ "blob of 2 GiB",
	    PACKET("/b\0\0,b\0\0\x80\0\0\0"
		   "abcd"),
	    PACKET_ARGUMENTS },
	{ "dirty blob padding", PACKET("/b\0\0,b\0\0\0\0\0\3abcd"),
	    PACKET_ARGUMENTS },
	{ "bytes left over", PACKET("/a\0\0,i\0\0\0\0\0\1\0\0\0\0"),
	    PACKET_ARGUMENTS },
	{ "bytes after no arguments", PACKET("/a\0\0,\0\0\0\0\0\0\0"),
	    PACKET_ARGUMENTS },
	{ "bytes after true", PACKET("/a\0\0,T\0\0\0\0\0\1"),
	    PACKET_ARGUMENTS },
	{ "hash alone", PACKET("#\0\0\0"), PACKET_BUNDLE },
	{ "other hash", PACKET("#bandle\0" NOW), PACKET_BUNDLE },
	{ "open bundle name", PACKET("#bundlex" NOW), PACKET_BUNDLE },
	{ "bundle without time tag", PACKET("#bundle\0"), PACKET_BUNDLE },
	{ "half a time tag in a bundle", PACKET("#bundle\0\0\0\0\0"),
	    PACKET_BUNDLE },
	{ "empty element", PACKET(BUNDLE "\0\0\0\0"), PACKET_BUNDLE },
	{ "empty element before a message",
	    PACKET(BUNDLE "\0\0\0\0\0\0\0\x8" GET), PACKET_BUNDLE },
	{ "element past the end", PACKET(BUNDLE "\0\0\0\xc" GET),
	    PACKET_BUNDLE },
	{ "element without content", PACKET(BUNDLE "\0\0\0\4"), PACKET_BUNDLE },
	{ "element of 4 GiB", PACKET(BUNDLE "\xff\xff\xff\xfc" GET),
	    PACKET_BUNDLE },
	{ "element of 2 GiB", PACKET(BUNDLE "\x80\0\0\0" GET), PACKET_BUNDLE },
	{ "uneven element", PACKET(BUNDLE "\0\0\0\7" GET), PACKET_BUNDLE },
	{ "bytes after an element", PACKET(BUNDLE "\0\0\0\4" GET),
	    PACKET_BUNDLE },
	{ "bad message in a bundle", PACKET(BUNDLE "\0\0\0\4abc\0"),
	    PACKET_ADDRESS },
	{ "bad second message",
	    PACKET(BUNDLE "\0\0\0\x8" GET "\0\0\0\x8/a\0\0,x\0\0"),
	    PACKET_TYPES },
	{ "short inner bundle", PACKET(BUNDLE "\0\0\0\x8#bundle\0"),
	    PACKET_BUNDLE },
	{ "inner element past the inner bundle",
	    PACKET(BUNDLE "\0\0\0\x18" BUNDLE "\0\0\0\xc/a\0\0" GET),
	    PACKET_BUNDLE },
};
#define MALFORMED (sizeof malformed / sizeof malformed[0])

static int
read_message(void *arg, const struct packet_message *message)
{
	struct schema_value values[OSC_ARGUMENTS];
	size_t *sum = arg;
	int count = osc_arguments(message, values, OSC_ARGUMENTS);

	/* The codec behind the guard knows all that the guard lets through. */
	if (strlen(message->types) <= OSC_ARGUMENTS)
		assert_int_equal(count, strlen(message->types));
	*sum += strlen(message->address) + 1;
	for (int i = 0; i < count; i++)
		if (values[i].text != NULL)
			*sum += strlen(values[i].text);
	return 0;
}

/* Checks bytes that end where their memory ends, so that a sanitizer sees a
 * read past them, and reads all that is in them if they pass. */
static enum packet_fault
check_exactly(const char *data, size_t size, size_t shift)
{
	uint8_t *memory = malloc(size + shift > 0 ? size + shift : 1);
	enum packet_fault fault;
	size_t sum = 0;

	assert_non_null(memory);
	memcpy(memory + shift, data, size);
	fault = packet_check(memory + shift, size);
	if (fault == PACKET_OK)
		assert_int_equal(
		    packet_each(memory + shift, size, read_message, &sum), 0);
	free(memory);
	return fault;
}

static void
check_table(const struct packet_case *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t shift = 0; shift < 4; shift++) {
			enum packet_fault fault =
			    check_exactly(rows[i].data, rows[i].size, shift);

			if (fault != rows[i].fault)
				fail_msg("%s: found %s; wanted %s",
				    rows[i].name, packet_reason(fault),
				    packet_reason(rows[i].fault));
		}
}

static void
valid_packets_pass(void **state)
{
	(void)state;
	check_table(valid, VALIDS);
}

static void
malformed_packets_are_refused_by_their_fault(void **state)
{
	(void)state;
	assert_true(MALFORMED >= 40);
	check_table(malformed, MALFORMED);
}

/* A cut at the border of two arguments or elements may leave a packet that is
 * whole, but only these may pass. */
static void
every_truncation_is_judged_within_its_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < VALIDS; i++)
		for (size_t size = 0; size < valid[i].size; size++) {
			enum packet_fault fault =
			    check_exactly(valid[i].data, size, 0);

			assert_true(size % 4 == 0 || fault == PACKET_SIZE);
			if (valid[i].data[0] == '/')
				assert_true(
				    fault != PACKET_OK ||
				    size == strlen(valid[i].data) / 4 * 4 + 4);
		}
}

static void
every_mutation_of_a_byte_is_judged_within_its_bytes(void **state)
{
	char data[256];
	size_t passed = 0, refused = 0;

	(void)state;
	for (size_t i = 0; i < VALIDS; i++)
		for (size_t at = 0; at < valid[i].size; at++)
			for (unsigned byte = 0; byte < 256; byte++) {
				assert_true(valid[i].size <= sizeof data);
				memcpy(data, valid[i].data, valid[i].size);
				data[at] = (char)byte;
				if (check_exactly(data, valid[i].size, 0) ==
				    PACKET_OK)
					passed++;
				else
					refused++;
			}
	assert_true(passed > 1000 && refused > 1000);
}

static void
random_bytes_behind_a_good_start_are_judged_within_their_bytes(void **state)
{
	static const char start[] = BUNDLE "\0\0\0\x20/ch/1/x\0,";
	static const char often[] = "\0\0\0\0,ifdhsSb/#\4\x8\xff";
	uint32_t seed = 7;
	char data[64];

	(void)state;
	memcpy(data, start, sizeof start);
	for (unsigned round = 0; round < 200000; round++) {
		size_t from = round % 2 == 0 ? 20 : sizeof start - 1;

		for (size_t i = from; i < sizeof data; i++) {
			seed = seed * 1664525 + 1013904223;
			data[i] = often[(seed >> 16) % (sizeof often - 1)];
		}
		data[from] = round % 2 == 0 ? '/' : 'b';
		check_exactly(data + (round % 2 == 0 ? 20 : 0),
		    round % 2 == 0 ? 32 : 52, 0);
	}
}

/* Bundles in one another, `depth` of them, with a message in the innermost. */
static size_t
nest(uint8_t *data, unsigned depth)
{
	static const char header[] = BUNDLE "\0\0\0";
	static const char get[8] = GET;
	size_t inner = sizeof get;

	memcpy(data, get, sizeof get);
	for (; depth > 0; depth--) {
		memmove(data + 20, data, inner);
		memcpy(data, header, sizeof header);
		data[19] = (uint8_t)inner;
		inner += 20;
	}
	return inner;
}

static void
bundles_nest_to_the_deepest_and_no_deeper(void **state)
{
	uint8_t data[8 + 20 * (PACKET_DEEPEST + 1)];
	size_t size, sum = 0;

	(void)state;
	size = nest(data, PACKET_DEEPEST);
	assert_int_equal(packet_check(data, size), PACKET_OK);
	packet_each(data, size, read_message, &sum);
	assert_int_equal(sum, 3);
	size = nest(data, PACKET_DEEPEST + 1);
	assert_int_equal(packet_check(data, size), PACKET_BUNDLE);
}

static void
packets_end_at_the_largest(void **state)
{
	uint8_t *data = calloc(1, PACKET_LARGEST + 4);

	(void)state;
	assert_non_null(data);
	memset(data, 'a', PACKET_LARGEST - 1);
	data[0] = '/';
	assert_int_equal(packet_check(data, PACKET_LARGEST), PACKET_OK);
	assert_int_equal(packet_check(data, PACKET_LARGEST + 4), PACKET_SIZE);
	free(data);
}

struct seen {
	unsigned count, stop_at;
	struct packet_message message[8];
};

static int
see(void *arg, const struct packet_message *message)
{
	struct seen *seen = arg;

	seen->message[seen->count++] = *message;
	return seen->count == seen->stop_at ? 42 : 0;
}

static void
a_message_is_shown_as_it_lies_in_the_packet(void **state)
{
	static const char data[] = "/ch/1/mute\0\0,iT\0\0\0\0\1";
	static const char untagged[] = "/info\0\0";
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(packet_each(data, 20, see, &seen), 0);
	assert_int_equal(packet_each(untagged, 8, see, &seen), 0);
	assert_int_equal(seen.count, 2);
	assert_ptr_equal(seen.message[0].address, data);
	assert_ptr_equal(seen.message[0].types, data + 13);
	assert_ptr_equal(seen.message[0].data, data);
	assert_int_equal(seen.message[0].size, 20);
	assert_true(seen.message[0].tagged);
	assert_true(seen.message[0].time == PACKET_NOW);
	assert_false(seen.message[1].tagged);
	assert_string_equal(seen.message[1].address, "/info");
	assert_string_equal(seen.message[1].types, "");
}

static void
messages_come_in_order_with_the_time_that_holds_for_them(void **state)
{
	static const char data[] = "#bundle\0\0\0\0\2\0\0\0\0"
				   "\0\0\0\4/a\0\0"
				   "\0\0\0\x18#bundle\0\0\0\0\3\0\0\0\4"
				   "\0\0\0\4/b\0\0"
				   "\0\0\0\x18" BUNDLE "\0\0\0\4/c\0\0"
				   "\0\0\0\4/d\0";
	static const char addresses[] = "abcd";
	static const uint64_t times[] = { UINT64_C(2) << 32,
		(UINT64_C(3) << 32) + 4, UINT64_C(2) << 32, UINT64_C(2) << 32 };
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(packet_check(data, sizeof data), PACKET_OK);
	assert_int_equal(packet_each(data, sizeof data, see, &seen), 0);
	assert_int_equal(seen.count, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(seen.message[i].address[1], addresses[i]);
		assert_true(seen.message[i].time == times[i]);
	}
}

static void
a_walk_stops_when_it_is_told(void **state)
{
	struct seen seen = { .stop_at = 2 };

	(void)state;
	assert_int_equal(packet_each(valid[VALIDS - 1].data,
			     valid[VALIDS - 1].size, see, &seen),
	    42);
	assert_int_equal(seen.count, 2);
}

static void
every_fault_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < PACKET_FAULTS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    packet_reason((enum packet_fault)i),
			    packet_reason((enum packet_fault)j));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_packets_pass),
		cmocka_unit_test(malformed_packets_are_refused_by_their_fault),
		cmocka_unit_test(every_truncation_is_judged_within_its_bytes),
		cmocka_unit_test(
		    every_mutation_of_a_byte_is_judged_within_its_bytes),
		cmocka_unit_test(
		    random_bytes_behind_a_good_start_are_judged_within_their_bytes),
		cmocka_unit_test(bundles_nest_to_the_deepest_and_no_deeper),
		cmocka_unit_test(packets_end_at_the_largest),
		cmocka_unit_test(a_message_is_shown_as_it_lies_in_the_packet),
		cmocka_unit_test(
		    messages_come_in_order_with_the_time_that_holds_for_them),
		cmocka_unit_test(a_walk_stops_when_it_is_told),
		cmocka_unit_test(every_fault_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
