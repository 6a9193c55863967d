#include "protocol/event_line.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/*
 * A line of a file of events: it is none, or an event whose own line reads as
 * the same event.
 */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char once[EVENT_LINE_LONGEST], twice[EVENT_LINE_LONGEST];
	struct event_line line, again;

	if (event_line_read(&line, (const char *)data, size) < 0)
		return 0;
	FUZZ_HOLDS(event_line_sequence(&line) > 0);
	FUZZ_HOLDS(event_line_time(&line) >= 0);
	/* Control characters take six bytes each: not all fit. */
	int written = event_line_write(&line, once, sizeof once);
	if (written < 0)
		return 0;
	FUZZ_HOLDS(event_line_read(&again, once, (size_t)written) == 0);
	FUZZ_HOLDS(event_line_write(&again, twice, sizeof twice) == written);
	FUZZ_HOLDS(strcmp(once, twice) == 0);
	return 0;
}
