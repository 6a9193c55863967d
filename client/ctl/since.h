#ifndef CTL_SINCE_H
#define CTL_SINCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where events begin, as people say it. Pure, but for the time zone.
 */

struct since {
	bool by_time;
	uint64_t sequence; /* behind this event */
	int64_t time;      /* from this time on, in ms since 1970, UTC */
};

/* Takes a sequence number ("1200"), a time that has passed ("90s", "8h",
 * "1d12h") or a time of day or date, in the local zone unless there is a "Z"
 * behind it ("23:00" is the last time that it was so, "2026-11-22",
 * "2026-11-22T23:00:05.5Z"). `now` in ms since 1970. Returns 0, or -1 with the
 * reason in `why`. */
int since_parse(const char *text, int64_t now, struct since *since, char *why,
    size_t why_size);

#endif
