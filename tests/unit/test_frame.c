#include "protocol/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* What comes out of a stream that is handed over in pieces of `piece` bytes:
 * packets, each with "|" behind it, then "!" if it broke. */
static const char *
hear(const uint8_t *bytes, size_t size, size_t piece)
{
	static struct frame frame;
	static char heard[4096];
	size_t used = 0;

	frame = (struct frame){ 0 };
	heard[0] = '\0';
	for (size_t at = 0; at < size; at += piece) {
		const uint8_t *from = bytes + at;
		const uint8_t *end =
		    at + piece < size ? from + piece : bytes + size;
		enum frame_result result;
		while (
		    (result = frame_read(&frame, &from, end)) == FRAME_WHOLE) {
			memcpy(heard + used, frame.data, frame.size);
			used += frame.size;
			heard[used++] = '|';
			heard[used] = '\0';
		}
		if (result == FRAME_BROKEN) {
			heard[used++] = '!';
			heard[used] = '\0';
			return heard;
		}
		assert_ptr_equal(from, end);
	}
	return heard;
}

static void
expect(const uint8_t *bytes, size_t size, const char *wanted)
{
	for (size_t piece = 1; piece <= size; piece++)
		assert_string_equal(hear(bytes, size, piece), wanted);
}

static void
lengths_are_told_by_their_first_byte(void **state)
{
	(void)state;
	expect(BYTES("\0\0\0\4/abc\0\0\0\1x\0\0\0\2yz"), "/abc|x|yz|");
}

static void
slip_is_told_by_its_first_byte(void **state)
{
	(void)state;
	expect(BYTES("\xc0/abc\xc0\xc0x\xc0\xc0yz\xc0"), "/abc|x|yz|");
	/* One END between packets, and none in front, is in use, too. */
	expect(BYTES("/abc\xc0#bun\xc0"), "/abc|#bun|");
	expect(BYTES("#bun\xc0"), "#bun|");
}

static void
slip_escapes_what_it_needs_for_itself(void **state)
{
	(void)state;
	expect(BYTES("\xc0"
		     "a\xdb\xdc"
		     "b\xdb\xdd"
		     "c\xc0"),
	    "a\xc0"
	    "b\xdb"
	    "c|");
}

static void
ends_alone_are_nothing(void **state)
{
	uint8_t storm[1000];

	(void)state;
	memset(storm, 0xc0, sizeof storm);
	assert_string_equal(hear(storm, sizeof storm, 7), "");
}

static void
what_makes_no_sense_breaks_the_stream(void **state)
{
	(void)state;
	expect(BYTES("GET / HTTP/1.1\r\n"), "!");
	expect(BYTES("\xff\0\0\1x"), "!");
	expect(BYTES("\0\0\0\0"), "!");
	expect(BYTES("\0\1\0\1"), "!"); /* 65537 bytes */
	expect(BYTES("\0\0\0\1x\x7f\0\0\0"), "x|!");
	expect(BYTES("\xc0/a\xdbz"), "!");
}

static void
the_largest_packet_passes_and_a_larger_one_does_not(void **state)
{
	static uint8_t bytes[PACKET_LARGEST + 8];
	static struct frame frame;
	const uint8_t *from = bytes;

	(void)state;
	memset(bytes, 'x', sizeof bytes);
	bytes[0] = 0xc0;
	bytes[PACKET_LARGEST + 1] = 0xc0;
	frame = (struct frame){ 0 };
	assert_int_equal(
	    frame_read(&frame, &from, bytes + PACKET_LARGEST + 2), FRAME_WHOLE);
	assert_int_equal(frame.size, PACKET_LARGEST);
	bytes[PACKET_LARGEST + 1] = 'x';
	frame = (struct frame){ 0 };
	from = bytes;
	assert_int_equal(
	    frame_read(&frame, &from, bytes + sizeof bytes), FRAME_BROKEN);
	bytes[0] = bytes[2] = bytes[3] = 0;
	bytes[1] = 1;
	frame = (struct frame){ 0 };
	from = bytes;
	assert_int_equal(
	    frame_read(&frame, &from, bytes + sizeof bytes), FRAME_WHOLE);
	assert_int_equal(frame.size, PACKET_LARGEST);
}

static void
what_is_written_reads_the_same_in_both_forms(void **state)
{
	static struct frame frame;
	uint8_t packet[256], stream[FRAME_ROOM(sizeof packet)];

	(void)state;
	for (unsigned i = 0; i < sizeof packet; i++)
		packet[i] = (uint8_t)i;
	for (enum frame_form form = FRAME_LENGTH; form <= FRAME_SLIP; form++) {
		size_t size = frame_write(form, packet, sizeof packet, stream);
		const uint8_t *from = stream;

		assert_true(size <= sizeof stream);
		frame = (struct frame){ 0 };
		assert_int_equal(
		    frame_read(&frame, &from, stream + size), FRAME_WHOLE);
		assert_int_equal(frame.form, form);
		assert_int_equal(frame.size, sizeof packet);
		assert_memory_equal(frame.data, packet, sizeof packet);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_are_told_by_their_first_byte),
		cmocka_unit_test(slip_is_told_by_its_first_byte),
		cmocka_unit_test(slip_escapes_what_it_needs_for_itself),
		cmocka_unit_test(ends_alone_are_nothing),
		cmocka_unit_test(what_makes_no_sense_breaks_the_stream),
		cmocka_unit_test(
		    the_largest_packet_passes_and_a_larger_one_does_not),
		cmocka_unit_test(what_is_written_reads_the_same_in_both_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
