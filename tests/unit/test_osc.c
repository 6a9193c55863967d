#include "protocol/osc.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW "\0\0\0\0\0\0\0\1"

static void
assert_bytes(
    const void *found, int size, const char *wanted, size_t wanted_size)
{
	assert_int_equal(size, wanted_size);
	assert_memory_equal(found, wanted, wanted_size);
}

#define ASSERT_BYTES(found, size, wanted) \
	assert_bytes(found, size, wanted, sizeof(wanted) - 1)

static void
values_are_written_as_osc(void **state)
{
	const struct schema_value values[] = {
		{ .type = 'i', .number = -2 },
		{ .type = 'h', .number = 4294967296 },
		{ .type = 's', .text = "abcd" },
		{ .type = 'f', .number = -6.5 },
	};
	uint8_t data[64];
	int size = osc_write(data, sizeof data, "/x/y", values, 4);

	(void)state;
	ASSERT_BYTES(data, size,
	    "/x/y\0\0\0\0,ihsf\0\0\0"
	    "\xff\xff\xff\xfe\0\0\0\1\0\0\0\0"
	    "abcd\0\0\0\0\xc0\xd0\0\0");
}

static void
a_format_writes_the_same(void **state)
{
	uint8_t data[64];
	int size = osc_print(data, sizeof data, "/x/y", "ihsf", (int32_t)-2,
	    (int64_t)4294967296, "abcd", -6.5);

	(void)state;
	ASSERT_BYTES(data, size,
	    "/x/y\0\0\0\0,ihsf\0\0\0"
	    "\xff\xff\xff\xfe\0\0\0\1\0\0\0\0"
	    "abcd\0\0\0\0\xc0\xd0\0\0");
	size = osc_print(data, sizeof data, "/x", "h", INT64_MIN + 1);
	ASSERT_BYTES(data, size, "/x\0\0,h\0\0\x80\0\0\0\0\0\0\1");
}

static void
a_get_has_an_empty_type_tag(void **state)
{
	uint8_t data[16];

	(void)state;
	ASSERT_BYTES(
	    data, osc_print(data, sizeof data, "/a", ""), "/a\0\0,\0\0\0");
	ASSERT_BYTES(
	    data, osc_write(data, sizeof data, "/a", NULL, 0), "/a\0\0,\0\0\0");
}

static void
whole_numbers_stop_at_their_bounds(void **state)
{
	const struct schema_value values[] = {
		{ .type = 'i', .number = 1e10 },
		{ .type = 'i', .number = -INFINITY },
		{ .type = 'i', .number = NAN },
		{ .type = 'i', .number = 1.6 },
		{ .type = 'h', .number = -1e30 },
		{ .type = 'h', .number = 1e30 },
	};
	uint8_t data[64];
	int size = osc_write(data, sizeof data, "/a", values, 6);

	(void)state;
	ASSERT_BYTES(data, size,
	    "/a\0\0,iiiihh\0\x7f\xff\xff\xff\x80\0\0\0\0\0\0\0\0\0\0\2"
	    "\x80\0\0\0\0\0\0\0\x7f\xff\xff\xff\xff\xff\xfc\0");
}

static void
what_does_not_fit_is_refused_and_nothing_written(void **state)
{
	const struct schema_value blob = { .type = 'b' };
	uint8_t data[16], before[16];

	(void)state;
	memset(data, 0xaa, sizeof data);
	memcpy(before, data, sizeof data);
	assert_int_equal(osc_print(data, 11, "/a", "i", 1), -1);
	assert_int_equal(osc_print(data, 16, "/a", "d", 1.0), -1);
	assert_int_equal(osc_write(data, 16, "/a", &blob, 1), -1);
	assert_memory_equal(data, before, sizeof data);
	assert_int_equal(osc_print(data, 12, "/a", "i", 1), 12);
}

/* Packets that a packer sent, one after the other. */
struct sent {
	unsigned packets, messages, wrong;
	size_t largest;
	uint8_t last[OSC_PACKET];
	size_t last_size;
};

/* Each message must be "/m ,i N" with N counting up, or the walk stops. */
static int
count_message(void *arg, const struct packet_message *message)
{
	struct schema_value value;
	struct sent *sent = arg;

	if (osc_arguments(message, &value, 1) == 1 &&
	    value.number != sent->messages)
		sent->wrong++;
	sent->messages++;
	return 0;
}

static void
keep(void *arg, const void *packet, size_t size)
{
	struct sent *sent = arg;

	assert_int_equal(packet_check(packet, size), PACKET_OK);
	assert_true(size <= OSC_PACKET);
	sent->packets++;
	if (size > sent->largest)
		sent->largest = size;
	memcpy(sent->last, packet, size);
	sent->last_size = size;
	packet_each(packet, size, count_message, sent);
}

static void
one_message_goes_out_plain(void **state)
{
	struct sent sent = { 0 };
	struct osc_packer packer;

	(void)state;
	osc_pack_start(&packer, keep, &sent);
	assert_int_equal(osc_pack_print(&packer, "/a", "i", 0), 0);
	assert_int_equal(sent.packets, 0);
	osc_pack_flush(&packer);
	assert_int_equal(sent.packets, 1);
	ASSERT_BYTES(sent.last, (int)sent.last_size, "/a\0\0,i\0\0\0\0\0\0");
	osc_pack_flush(&packer);
	assert_int_equal(sent.packets, 1);
}

static void
more_messages_go_out_as_a_bundle_for_now(void **state)
{
	const struct schema_value one = { .type = 'i', .number = 1 };
	struct sent sent = { 0 };
	struct osc_packer packer;

	(void)state;
	osc_pack_start(&packer, keep, &sent);
	osc_pack_print(&packer, "/a", "i", 0);
	assert_int_equal(osc_pack(&packer, "/b", &one, 1), 0);
	osc_pack_flush(&packer);
	assert_int_equal(sent.packets, 1);
	ASSERT_BYTES(sent.last, (int)sent.last_size,
	    "#bundle\0" NOW "\0\0\0\xc/a\0\0,i\0\0\0\0\0\0"
	    "\0\0\0\xc/b\0\0,i\0\0\0\0\0\1");
}

static void
many_messages_fill_packets_in_order_without_loss(void **state)
{
	struct sent sent = { 0 };
	struct osc_packer packer;

	(void)state;
	osc_pack_start(&packer, keep, &sent);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(osc_pack_print(&packer, "/m", "i", i), 0);
	osc_pack_flush(&packer);
	assert_int_equal(sent.messages, 10000);
	assert_int_equal(sent.wrong, 0);
	/* 86 messages of 4 + 12 bytes behind 16 bytes of header. */
	assert_int_equal(sent.packets, (10000 + 85) / 86);
	assert_int_equal(sent.largest, 16 + 86 * 16);
}

static void
every_size_of_message_fits_beside_every_other(void **state)
{
	static char text[OSC_PACKET + 1];
	struct sent sent = { 0 };
	struct osc_packer packer;
	unsigned taken = 0;
	uint32_t seed = 3;

	(void)state;
	osc_pack_start(&packer, keep, &sent);
	for (unsigned i = 0; i < 20000; i++) {
		size_t size;

		seed = seed * 1664525 + 1013904223;
		size = (seed >> 8) % (OSC_PACKET + 1) >> (seed >> 30);
		memset(text, 'x', size);
		text[size] = '\0';
		if (osc_pack_print(&packer, "/t", "s", text) == 0)
			taken++;
		else
			assert_true(8 + size + 1 > OSC_PACKET);
	}
	osc_pack_flush(&packer);
	assert_int_equal(sent.messages, taken);
	assert_int_equal(sent.largest, OSC_PACKET);
}

static void
a_message_too_large_leaves_the_packer_as_it_was(void **state)
{
	static char text[OSC_PACKET];
	struct sent sent = { 0 };
	struct osc_packer packer;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	osc_pack_start(&packer, keep, &sent);
	osc_pack_print(&packer, "/m", "i", 0);
	assert_int_equal(osc_pack_print(&packer, "/t", "s", text), -1);
	assert_int_equal(osc_pack_print(&packer, "/t", "b", text), -1);
	osc_pack_print(&packer, "/m", "i", 1);
	osc_pack_flush(&packer);
	assert_int_equal(sent.packets, 1);
	assert_int_equal(sent.messages, 2);
	assert_int_equal(sent.wrong, 0);
}

struct arguments {
	int count;
	size_t max;
	struct schema_value values[OSC_ARGUMENTS];
};

static int
take_arguments(void *arg, const struct packet_message *message)
{
	struct arguments *arguments = arg;

	arguments->count =
	    osc_arguments(message, arguments->values, arguments->max);
	return 0;
}

static void
read_packet(struct arguments *arguments, const void *data, size_t size)
{
	assert_int_equal(packet_check(data, size), PACKET_OK);
	packet_each(data, size, take_arguments, arguments);
}

static void
arguments_of_every_type_are_read(void **state)
{
	static const char data[] = "/ch/1/x\0,ifdhsSbTFNItcmr\0\0\0\0"
				   "\xff\xff\xff\xfe"
				   "\x3f\x80\0\0"
				   "\x3f\xf8\0\0\0\0\0\0"
				   "\0\0\0\1\0\0\0\0"
				   "abc\0"
				   "abcd\0\0\0\0"
				   "\0\0\0\5abcde\0\0\0"
				   "\0\0\0\0\0\0\0\1"
				   "\0\0\0x"
				   "\0\x90\x40\x7f"
				   "\xff\0\0\xff";
	static const char types[] = "ifdhsSbTFNItcmr";
	static const double numbers[15] = { -2, 1, 1.5, 4294967296, 0, 0, 0,
		1 };
	struct arguments found = { .max = OSC_ARGUMENTS };

	(void)state;
	read_packet(&found, data, sizeof data - 1);
	assert_int_equal(found.count, 15);
	for (unsigned i = 0; i < 15; i++) {
		assert_int_equal(found.values[i].type, types[i]);
		assert_true(found.values[i].number == numbers[i]);
		if (i != 4 && i != 5)
			assert_null(found.values[i].text);
	}
	/* Texts are the packet's own bytes. */
	assert_ptr_equal(found.values[4].text, data + 52);
	assert_string_equal(found.values[4].text, "abc");
	assert_ptr_equal(found.values[5].text, data + 56);
	assert_string_equal(found.values[5].text, "abcd");
}

static void
texts_are_found_behind_type_tags_of_every_length(void **state)
{
	struct schema_value values[OSC_ARGUMENTS];
	char text[OSC_ARGUMENTS][8];
	struct arguments found = { .max = OSC_ARGUMENTS };
	uint8_t data[512];

	(void)state;
	for (size_t count = 1; count <= OSC_ARGUMENTS; count++) {
		int size;

		for (size_t i = 0; i < count; i++) {
			snprintf(text[i], sizeof text[i], "%.*s%zu",
			    (int)(i % 5), "abcde", i);
			values[i] = (struct schema_value){ .type = 's',
				.text = text[i] };
		}
		size = osc_write(data, sizeof data, "/abc", values, count);
		assert_true(size > 0);
		read_packet(&found, data, (size_t)size);
		assert_int_equal(found.count, count);
		for (size_t i = 0; i < count; i++)
			assert_string_equal(found.values[i].text, text[i]);
	}
}

static void
flags_before_a_text_do_not_move_it(void **state)
{
	static const char data[] = "/a\0\0,TNsi\0\0\0hey\0\0\0\0\7";
	struct arguments found = { .max = 4 };

	(void)state;
	read_packet(&found, data, sizeof data - 1);
	assert_int_equal(found.count, 4);
	assert_string_equal(found.values[2].text, "hey");
	assert_true(found.values[3].number == 7);
}

static void
not_a_number_is_read_as_it_came(void **state)
{
	static const char data[] = "/a\0\0,fd\0\x7f\xc0\0\0"
				   "\x7f\xf0\0\0\0\0\0\0";
	struct arguments found = { .max = 2 };

	(void)state;
	read_packet(&found, data, sizeof data - 1);
	assert_int_equal(found.count, 2);
	assert_true(isnan(found.values[0].number));
	assert_true(isinf(found.values[1].number));
}

static void
no_type_tag_is_no_argument(void **state)
{
	struct arguments found = { .count = 7, .max = 1 };

	(void)state;
	read_packet(&found, "/info\0\0", 8);
	assert_int_equal(found.count, 0);
	found.count = 7;
	read_packet(&found, "/a\0\0,\0\0", 8);
	assert_int_equal(found.count, 0);
}

static void
more_arguments_than_wanted_are_refused(void **state)
{
	struct arguments found = { .max = 1 };

	(void)state;
	found.values[0].type = found.values[1].type = '?';
	read_packet(&found, "/a\0\0,ii\0\0\0\0\1\0\0\0\2", 16);
	assert_int_equal(found.count, -1);
	assert_int_equal(found.values[1].type, '?');
}

static void
an_unaligned_packet_is_read_too(void **state)
{
	static const char data[] = "?/a\0\0,dsh\0\0\0\0\x3f\xf8\0\0\0\0\0\0"
				   "hey\0\0\0\0\0\0\0\0\x9";
	struct arguments found = { .max = 3 };

	(void)state;
	read_packet(&found, data + 1, sizeof data - 2);
	assert_int_equal(found.count, 3);
	assert_true(found.values[0].number == 1.5);
	assert_ptr_equal(found.values[1].text, data + 21);
	assert_true(found.values[2].number == 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_written_as_osc),
		cmocka_unit_test(a_format_writes_the_same),
		cmocka_unit_test(a_get_has_an_empty_type_tag),
		cmocka_unit_test(whole_numbers_stop_at_their_bounds),
		cmocka_unit_test(
		    what_does_not_fit_is_refused_and_nothing_written),
		cmocka_unit_test(one_message_goes_out_plain),
		cmocka_unit_test(more_messages_go_out_as_a_bundle_for_now),
		cmocka_unit_test(
		    many_messages_fill_packets_in_order_without_loss),
		cmocka_unit_test(every_size_of_message_fits_beside_every_other),
		cmocka_unit_test(
		    a_message_too_large_leaves_the_packer_as_it_was),
		cmocka_unit_test(arguments_of_every_type_are_read),
		cmocka_unit_test(
		    texts_are_found_behind_type_tags_of_every_length),
		cmocka_unit_test(flags_before_a_text_do_not_move_it),
		cmocka_unit_test(not_a_number_is_read_as_it_came),
		cmocka_unit_test(no_type_tag_is_no_argument),
		cmocka_unit_test(more_arguments_than_wanted_are_refused),
		cmocka_unit_test(an_unaligned_packet_is_read_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
