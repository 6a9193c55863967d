#include "fault_walk.h"

#include "edge/event_file.h"
#include "edge/loop.h"
#include "mixer/desk.h"
#include "mixer/mixer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINE                                                         \
	"{\"time\":\"2026-11-22T23:04:05.678Z\",\"event\":\"xrun\"," \
	"\"sequence\":%u,\"frame\":5,\"xruns\":1}\n"

/* Lines with the sequence numbers first…last. */
static const char *
lines(unsigned first, unsigned last)
{
	static char text[1 << 14];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = first; i <= last; i++)
		used +=
		    (size_t)snprintf(text + used, sizeof text - used, LINE, i);
	return text;
}

static unsigned file_bytes; /* of a file of events */

/* Goes on after 8 events, and has one more. */
static int
one_more_event(struct place *place)
{
	struct event event = { .kind = EVENT_XRUN,
		.frame = 5,
		.count = 1,
		.time = 1795388645678 };
	struct desk *desk = desk_new();
	struct loop *loop = loop_new();

	assert_true(desk != NULL && loop != NULL);
	desk->event_bytes = file_bytes;
	struct mixer *mixer = mixer_new(desk);
	assert_non_null(mixer);
	arm(place);
	struct event_file *file = event_file_new(mixer, loop, place->directory);
	event_log_add(mixer_events(mixer), &event);
	event_file_free(file);
	faults_disarm();
	mixer_free(mixer);
	loop_free(loop);
	return file != NULL ? 0 : -place->error;
}

/* Some of what is there, oldest first: nothing is lost, and no number is given
 * twice. A disk that is dead at the end keeps that from the last ones. */
static void
check_events(struct place *place, int code)
{
	static char all[1 << 16];
	size_t used = 0;
	unsigned last = 8;

	for (int i = 8; i >= 0; i--) {
		char name[32] = "events.jsonl";
		if (i > 0)
			snprintf(name, sizeof name, "events.%d.jsonl", i);
		used += (size_t)snprintf(all + used, sizeof all - used, "%s",
		    content(path_of(place, name)));
		assert_true(used < sizeof all);
	}
	if (strncmp(all, lines(1, 8), strlen(lines(1, 8)) - 1) != 0)
		fail_msg("call %d, %s: events are lost: %s", place->failing,
		    faults.which, all);
	while (last < 10 && strcmp(all, lines(1, last)) != 0)
		last++;
	if (code == 0 && !place->for_good && place->failing > 0 && last != 9)
		fail_msg("call %d, %s: there is no ninth event: %s",
		    place->failing, faults.which, all);
	if (place->failing == 0 && strcmp(all, lines(1, last)) != 0)
		fail_msg("call %d, %s: after that: %s", place->failing,
		    faults.which, all);
}

static void
prepare_events(struct place *place)
{
	put(place, "events.1.jsonl", lines(1, 4));
	put(place, "events.jsonl", lines(5, 8));
	file_bytes = 1000000;
}

static void
prepare_full_file(struct place *place)
{
	prepare_events(place);
	put(place, "events.9.jsonl", "too many");
	file_bytes = (unsigned)strlen(lines(5, 8));
}

static void
prepare_torn_end(struct place *place)
{
	char text[2048];

	prepare_events(place);
	snprintf(text, sizeof text, "%s{\"time\":\"2026", lines(5, 8));
	put(place, "events.jsonl", text);
}

static void
prepare_missing_end(struct place *place)
{
	char text[2048];

	prepare_events(place);
	snprintf(text, sizeof text, "%s", lines(5, 8));
	text[strlen(text) - 1] = '\0';
	put(place, "events.jsonl", text);
}

static void
events_go_on(void **state)
{
	static const struct operation as_they_are = { "events", "",
		prepare_events, one_more_event, check_events },
				      full = { "new file of events", "",
					      prepare_full_file, one_more_event,
					      check_events },
				      torn = { "torn event", "",
					      prepare_torn_end, one_more_event,
					      check_events },
				      missing = { "end of an event", "",
					      prepare_missing_end,
					      one_more_event, check_events };

	walk(state, &as_they_are, 12);
	walk(state, &full, 20);
	walk(state, &torn, 13);
	walk(state, &missing, 13);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		FAULT_TEST(events_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
