#ifndef PROTOCOL_FRAME_H
#define PROTOCOL_FRAME_H

#include "protocol/packet.h"

#include <stddef.h>
#include <stdint.h>

/*
 * OSC packets on a byte stream: OSC 1.0, each behind its length as four bytes,
 * or OSC 1.1, between the END bytes of SLIP (RFC 1055). Which of the two it is
 * shows in the first byte. Reads bytes in whatever pieces they come; allocates
 * nothing. Any thread.
 */

enum frame_form {
	FRAME_UNKNOWN, /* nothing came yet */
	FRAME_LENGTH,
	FRAME_SLIP
};

/* Zeroed to begin with. */
struct frame {
	enum frame_form form;
	uint32_t wanted; /* LENGTH: bytes of the packet that comes, 0: its
			    length comes */
	bool escaped;    /* SLIP: an ESC came */
	bool whole;      /* `data` is a packet that was handed out */
	size_t size;     /* bytes of `data` that are there */
	uint8_t data[PACKET_LARGEST];
};

enum frame_result {
	FRAME_PART, /* all bytes are read, and the packet is not whole */
	FRAME_WHOLE,
	FRAME_BROKEN /* the stream makes no sense from here on */
};

/* Reads on from `*from`, at most to `end`, and leaves `*from` behind what it
 * read. On FRAME_WHOLE the packet is `frame->data`, `frame->size` bytes (at
 * least one), until the next call. */
enum frame_result
frame_read(struct frame *frame, const uint8_t **from, const uint8_t *end);

/* Bytes that a packet of `size` bytes takes at most in any form. */
#define FRAME_ROOM(size) (2 * (size) + 4)

/* Writes a packet in a form (FRAME_UNKNOWN: as FRAME_LENGTH) into `to`, which
 * has FRAME_ROOM. Returns how many bytes. */
size_t
frame_write(enum frame_form form, const void *packet, size_t size, uint8_t *to);

#endif
