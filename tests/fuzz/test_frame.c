#include "protocol/frame.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/*
 * A byte stream: the same packets come out of it in whatever pieces it came,
 * and each reads the same when it is written again. The first byte says how
 * large the pieces are.
 */

struct heard {
	unsigned packets;
	uint32_t sum;
	enum frame_result end;
};

static void
write_again(const struct frame *frame)
{
	static uint8_t stream[FRAME_ROOM(PACKET_LARGEST)];
	static struct frame copy;
	const uint8_t *from = stream;
	size_t size =
	    frame_write(frame->form, frame->data, frame->size, stream);

	FUZZ_HOLDS(size <= FRAME_ROOM(frame->size));
	copy.form = FRAME_UNKNOWN;
	copy.wanted = 0;
	copy.escaped = copy.whole = false;
	copy.size = 0;
	FUZZ_HOLDS(frame_read(&copy, &from, stream + size) == FRAME_WHOLE);
	FUZZ_HOLDS(copy.size == frame->size &&
		   memcmp(copy.data, frame->data, copy.size) == 0);
}

static struct heard
hear(const uint8_t *data, size_t size, size_t piece)
{
	static struct frame frame;
	struct heard heard = { .end = FRAME_PART };

	frame.form = FRAME_UNKNOWN;
	frame.wanted = 0;
	frame.escaped = frame.whole = false;
	frame.size = 0;
	for (size_t at = 0; at < size; at += piece) {
		const uint8_t *from = data + at;
		const uint8_t *end =
		    data + (at + piece < size ? at + piece : size);

		while ((heard.end = frame_read(&frame, &from, end)) ==
		       FRAME_WHOLE) {
			FUZZ_HOLDS(frame.size > 0);
			FUZZ_HOLDS(frame.size <= PACKET_LARGEST);
			heard.packets++;
			for (size_t i = 0; i < frame.size; i++)
				heard.sum = heard.sum * 31 + frame.data[i];
			write_again(&frame);
		}
		if (heard.end == FRAME_BROKEN)
			break;
		FUZZ_HOLDS(from == end);
	}
	return heard;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard whole, parts;

	if (size == 0)
		return 0;
	whole = hear(data + 1, size - 1, size);
	parts = hear(data + 1, size - 1, data[0] + 1U);
	FUZZ_HOLDS(whole.packets == parts.packets && whole.sum == parts.sum &&
		   whole.end == parts.end);
	return 0;
}
