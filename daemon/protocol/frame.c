#include "protocol/frame.h"

#include <string.h>

#define END 0xc0
#define ESC 0xdb
#define ESC_END 0xdc
#define ESC_ESC 0xdd

/* A length begins with 0, as no packet has 2^24 bytes; SLIP with END, or with
 * the packet itself where a sender saves that byte. */
static enum frame_form
form_of(uint8_t first)
{
	if (first == 0)
		return FRAME_LENGTH;
	return first == END || first == '/' || first == '#' ? FRAME_SLIP
							    : FRAME_UNKNOWN;
}

static enum frame_result
read_length(struct frame *frame, const uint8_t **from, const uint8_t *end)
{
	const uint8_t *d = frame->data;

	while (*from < end && frame->size < 4)
		frame->data[frame->size++] = *(*from)++;
	if (frame->size < 4)
		return FRAME_PART;
	frame->wanted = (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 |
			(uint32_t)d[2] << 8 | d[3];
	frame->size = 0;
	return frame->wanted == 0 || frame->wanted > PACKET_LARGEST
		   ? FRAME_BROKEN
		   : FRAME_PART;
}

static enum frame_result
read_counted(struct frame *frame, const uint8_t **from, const uint8_t *end)
{
	size_t some;

	if (frame->wanted == 0 && read_length(frame, from, end) == FRAME_BROKEN)
		return FRAME_BROKEN;
	if (frame->wanted == 0)
		return FRAME_PART;
	some = frame->wanted - frame->size;
	if (some > (size_t)(end - *from))
		some = (size_t)(end - *from);
	memcpy(frame->data + frame->size, *from, some);
	frame->size += some;
	*from += some;
	if (frame->size < frame->wanted)
		return FRAME_PART;
	frame->wanted = 0;
	return FRAME_WHOLE;
}

static enum frame_result
read_slip(struct frame *frame, const uint8_t **from, const uint8_t *end)
{
	while (*from < end) {
		uint8_t byte = *(*from)++;

		if (frame->escaped) {
			if (byte != ESC_END && byte != ESC_ESC)
				return FRAME_BROKEN;
			byte = byte == ESC_END ? END : ESC;
			frame->escaped = false;
		} else if (byte == ESC) {
			frame->escaped = true;
			continue;
		} else if (byte == END) {
			if (frame->size > 0)
				return FRAME_WHOLE;
			continue;
		}
		if (frame->size == PACKET_LARGEST)
			return FRAME_BROKEN;
		frame->data[frame->size++] = byte;
	}
	return FRAME_PART;
}

enum frame_result
frame_read(struct frame *frame, const uint8_t **from, const uint8_t *end)
{
	enum frame_result result;

	if (frame->whole)
		frame->size = 0;
	frame->whole = false;
	if (*from == end)
		return FRAME_PART;
	if (frame->form == FRAME_UNKNOWN)
		frame->form = form_of(**from);
	if (frame->form == FRAME_UNKNOWN)
		return FRAME_BROKEN;
	result = frame->form == FRAME_LENGTH ? read_counted(frame, from, end)
					     : read_slip(frame, from, end);
	frame->whole = result == FRAME_WHOLE;
	return result;
}

static size_t
write_slip(const uint8_t *packet, size_t size, uint8_t *to)
{
	uint8_t *at = to;

	*at++ = END;
	for (size_t i = 0; i < size; i++) {
		if (packet[i] != END && packet[i] != ESC) {
			*at++ = packet[i];
			continue;
		}
		*at++ = ESC;
		*at++ = packet[i] == END ? ESC_END : ESC_ESC;
	}
	*at++ = END;
	return (size_t)(at - to);
}

size_t
frame_write(enum frame_form form, const void *packet, size_t size, uint8_t *to)
{
	if (form == FRAME_SLIP)
		return write_slip(packet, size, to);
	to[0] = (uint8_t)(size >> 24);
	to[1] = (uint8_t)(size >> 16);
	to[2] = (uint8_t)(size >> 8);
	to[3] = (uint8_t)size;
	memcpy(to + 4, packet, size);
	return size + 4;
}
