#include "tests/unit/osc_bench.h"

#include "edge/osc_internal.h"
#include "mixer/desk_log.h"

/* --- subscriptions --- */

static void
a_change_is_told_to_everyone_but_its_maker(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "s", "state");
	ask(b, 1, "/subscribe", "ss", "state", "/ch/1");
	assert_string_equal(ask(b, 0, "/ch/kick/fader", "f", -30.0), "");
	assert_string_equal(
	    hear(b, 1), "/ch/1/fader f -30\n/ch/1/fader/position f 0.25\n");
	assert_int_equal(b->packets, 1);
	assert_string_equal(ask(b, 1, "/ch/1/fader/position", "f", 0.75), "");
	assert_string_equal(
	    hear(b, 0), "/ch/kick/fader f 0\n/ch/kick/fader/position f 0.75\n");
	ask(b, 0, "/ch/keys/mute", "i", 1);
	assert_string_equal(hear(b, 1), "");
}

static void
what_is_set_twice_in_a_bundle_is_told_once(void **state)
{
	struct bench *b = *state;
	struct bundle bundle = bundle_at(0);

	ask(b, 1, "/subscribe", "s", "state");
	bundle_add(&bundle, "/ch/1/trim", "f", 3.0);
	bundle_add(&bundle, "/ch/1/trim", "f", 2.0);
	send_bundle(b, 0, &bundle);
	assert_string_equal(hear(b, 1), "/ch/kick/trim f 2\n");
}

static void
subscribers_are_counted_and_can_leave(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "s", "state");
	ask(b, 0, "/subscribe", "s", "events");
	ask(b, 1, "/subscribe", "s", "events");
	assert_int_equal(mixer_status(b->mixer)->subscribers, 2);
	assert_non_null(strstr(ask(b, 0, "/renew", ""), "/renewed ih 2 "));
	assert_string_equal(ask(b, 0, "/unsubscribe", "s", "state"), "");
	assert_non_null(strstr(ask(b, 0, "/renew", ""), "/renewed ih 1 "));
	assert_string_equal(
	    ask(b, 0, "/unsubscribe", "ss", "events", "/ch"), "");
	assert_non_null(strstr(ask(b, 0, "/renew", ""), "/renewed ih 1 "));
	assert_string_equal(ask(b, 0, "/unsubscribe", ""), "");
	assert_int_equal(mixer_status(b->mixer)->subscribers, 1);
}

static void
what_cannot_be_subscribed_to_is_an_error(void **state)
{
	struct bench *b = *state;
	char prefix[16];

	assert_error(ask(b, 0, "/subscribe", ""), "wrong-type", "a topic");
	assert_error(ask(b, 0, "/subscribe", "s", "foo"), "bad-value",
	    "state, meters, meters/blob, headroom, loudness, events, advice or "
	    "status");
	assert_error(ask(b, 0, "/subscribe", "ss", "state", "/ch/*"),
	    "bad-value", "no pattern");
	assert_error(ask(b, 0, "/subscribe", "sf", "meters", (double)NAN),
	    "not-finite", "rate");
	for (int i = 0; i < 16; i++) {
		snprintf(prefix, sizeof(prefix), "/x%d", i);
		ask(b, 0, "/subscribe", "ss", "state", prefix);
	}
	assert_error(ask(b, 0, "/subscribe", "s", "state"), "too-many", "16");
	assert_int_equal(mixer_status(b->mixer)->drops[DROP_LEASES], 1);
}

static void
meters_come_for_every_stage_at_once_and_at_their_rate(void **state)
{
	struct bench *b = *state;

	say(b, 0, "/subscribe", "sis", "meters", 1000, "/ch/1");
	assert_string_equal(hear(b, 0),
	    "/subscribed sis meters 100 /ch/1\n"
	    "/meter/ch/1/in fff -200 -200 -200\n"
	    "/meter/ch/1/trim fff -200 -200 -200\n"
	    "/meter/ch/1/fader fff -200 -200 -200\n");
	say(b, 0, "/subscribe", "sis", "meters", 50, "/ch/1");
	hear(b, 0);
	run_for(b, 500);
	hear(b, 0);
	assert_in_range(b->messages, 3 * 22, 3 * 26);
	say(b, 1, "/subscribe", "s", "meters");
	hear(b, 1);
	assert_int_equal(b->messages, 1 + 3 * 5);
}

static void
loudness_comes_for_buses_and_the_master_ten_times_a_second(void **state)
{
	static const char silent[] =
	    "fffffffff -200 -200 -200 0 0 -200 0 -200 -200\n";
	struct bench *b = *state;
	char wanted[400];

	say(b, 0, "/subscribe", "s", "loudness");
	snprintf(wanted, sizeof(wanted),
	    "/subscribed sis loudness 10 \n/loudness/bus/verb %s"
	    "/loudness/master %s/loudness/monitor %s",
	    silent, silent, silent);
	assert_string_equal(hear(b, 0), wanted);
	run_for(b, 500);
	hear(b, 0);
	assert_in_range(b->messages, 3 * 4, 3 * 6);
	say(b, 1, "/subscribe", "ss", "loudness", "/bus/1");
	snprintf(wanted, sizeof(wanted),
	    "/subscribed sis loudness 10 /bus/1\n/loudness/bus/1 %s", silent);
	assert_string_equal(hear(b, 1), wanted);
}

static void
meters_there_is_no_time_for_are_left_out_and_counted(void **state)
{
	struct bench *b = *state;
	double now = mixer_seconds();

	say(b, 0, "/subscribe", "sis", "meters", 100, "/ch/1");
	hear(b, 0);
	b->osc->deadline = now - 1;
	osc_publish_due(b->osc, b->osc->table.client[0], now + 1, 0);
	assert_string_equal(hear(b, 0), "");
	assert_int_equal(mixer_status(b->mixer)->drops[DROP_METERS], 1);
}

static void
status_comes_at_once_and_when_jack_changes(void **state)
{
	struct bench *b = *state;

	say(b, 0, "/subscribe", "ss", "status", "/status/subscribers");
	assert_string_equal(hear(b, 0),
	    "/subscribed sis status 1 /status/subscribers\n"
	    "/status/subscribers i 1\n");
	run_for(b, 30);
	assert_string_equal(hear(b, 0), "");
	mixer_status(b->mixer)->jack = JACK_RUNNING;
	run_for(b, 30);
	assert_string_equal(hear(b, 0), "/status/subscribers i 1\n");
}

/* --- events --- */

static const struct event over = { .kind = EVENT_OVER,
	.time = 9,
	.frame = 100,
	.strip = "ch/kick",
	.stage = "fader",
	.lane = 1,
	.last = 110,
	.count = 3,
	.peak = 1.5,
	.origin = "ch/kick/trim" };

static void
add_event(struct bench *b, const struct event *event)
{
	struct event added = *event;

	event_log_add(mixer_events(b->mixer), &added);
}

static void
events_come_as_they_happen(void **state)
{
	struct bench *b = *state;
	const struct event jack = {
		.kind = EVENT_JACK, .time = 9, .state = "running"
	};
	const struct event xrun = { .kind = EVENT_XRUN, .time = 9, .count = 7 };
	struct event clip = over, invalid = over;

	clip.kind = EVENT_CLIP;
	invalid.kind = EVENT_INVALID;
	ask(b, 0, "/subscribe", "s", "events");
	add_event(b, &over);
	add_event(b, &clip);
	add_event(b, &invalid);
	add_event(b, &xrun);
	add_event(b, &jack);
	assert_string_equal(hear(b, 0),
	    "/event/over hhssihifssh 1 100 ch/kick fader 1 110 3 1.5 "
	    "ch/kick/trim  9\n"
	    "/event/clip hhssihifssh 2 100 ch/kick fader 1 110 3 1.5 "
	    "ch/kick/trim  9\n"
	    "/event/invalid hhssihih 3 100 ch/kick fader 1 110 3 9\n"
	    "/event/xrun hhih 4 0 7 9\n"
	    "/event/jack hhsh 5 0 running 9\n");
}

static void
another_desk_is_an_event(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "s", "events");
	ask(b, 1, "/subscribe", "ss", "events", "/event/desk");
	desk_log(b->mixer, "reload", "2 added, 1 removed");
	for (int i = 0; i < CLIENTS; i++)
		if (!strstr(hear(b, i),
			"/event/desk hhssh 1 0 reload 2 added, 1 removed "))
			fail_msg("client %d heard \"%s\"", i, b->heard);
}

static void
a_prefix_chooses_events_by_kind_or_by_strip(void **state)
{
	static const struct {
		const char *prefix;
		size_t heard;
	} cases[] = { { "/event", 1 }, { "/event/over", 1 },
		{ "/event/clip", 0 }, { "/ch", 1 }, { "/ch/kick", 1 },
		{ "/ch/1", 1 }, { "/ch/kick/fader", 1 }, { "/ch/kick/trim", 0 },
		{ "/ch/keys", 0 }, { "/ch/2", 0 }, { "/bus", 0 } };
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(b, 0, "/subscribe", "ss", "events", cases[i].prefix);
		add_event(b, &over);
		hear(b, 0);
		assert_int_equal(b->messages, cases[i].heard);
		ask(b, 0, "/unsubscribe", "");
	}
}

static void
every_kept_event_is_replayed_in_order(void **state)
{
	struct bench *b = *state;
	const char *at;
	char *end;

	for (int i = 0; i < 5000; i++)
		add_event(b, &over);
	assert_string_equal(ask(b, 0, "/events", ""), "/events h 5000\n");
	say(b, 0, "/events", "h", (int64_t)10);
	run_for(b, 400);
	at = hear(b, 0);
	assert_int_equal(b->messages, EVENT_HISTORY + 2);
	assert_memory_equal(at, "/events/gone hh 11 904\n", 23);
	at = strchr(at, '\n') + 1;
	for (long want = 5001 - EVENT_HISTORY; want <= 5000; want++) {
		at = strchr(strchr(at, ' ') + 1, ' ');
		assert_int_equal(strtol(at, &end, 10), want);
		at = strchr(end, '\n') + 1;
	}
	assert_string_equal(at, "/events h 5000\n");
	say(b, 0, "/events", "i", 4999);
	hear(b, 0);
	assert_int_equal(b->messages, 2);
}

static void
a_part_of_the_events_can_be_asked_for(void **state)
{
	struct bench *b = *state;
	struct event event = { .kind = EVENT_XRUN, .time = 9 };

	for (int i = 0; i < 20; i++)
		add_event(b, &event);
	assert_string_equal(ask(b, 0, "/events", "hh", (int64_t)3, (int64_t)5),
	    "/event/xrun hhih 4 0 0 9\n/event/xrun hhih 5 0 0 9\n"
	    "/events h 20\n");
	assert_string_equal(ask(b, 0, "/events", "hh", (int64_t)5, (int64_t)5),
	    "/events h 20\n");
	ask(b, 0, "/events", "hh", (int64_t)18, (int64_t)99);
	assert_int_equal(b->messages, 3);
	assert_error(
	    ask(b, 0, "/events", "hhh", (int64_t)1, (int64_t)1, (int64_t)1),
	    "wrong-type", "sequence numbers");
}

static void
what_a_replay_does_not_find_is_told_as_gone(void **state)
{
	struct bench *b = *state;
	const struct event old[] = {
		{ .kind = EVENT_XRUN, .sequence = 7, .time = 9 },
		{ .kind = EVENT_XRUN, .sequence = 10, .time = 9 },
	};

	event_log_restore(mixer_events(b->mixer), old, 2);
	assert_string_equal(ask(b, 0, "/events", "h", (int64_t)4),
	    "/events/gone hh 5 6\n/event/xrun hhih 7 0 0 9\n"
	    "/events/gone hh 8 9\n/event/xrun hhih 10 0 0 9\n"
	    "/events h 10\n");
	assert_string_equal(ask(b, 0, "/events", "hh", (int64_t)7, (int64_t)8),
	    "/events/gone hh 8 8\n/events h 10\n");
	ask(b, 0, "/events", "h", (int64_t)0);
	assert_memory_equal(b->heard, "/events/gone hh 1 6\n", 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(a_change_is_told_to_everyone_but_its_maker),
		WITH_BENCH(what_is_set_twice_in_a_bundle_is_told_once),
		WITH_BENCH(subscribers_are_counted_and_can_leave),
		WITH_BENCH(what_cannot_be_subscribed_to_is_an_error),
		WITH_BENCH(
		    meters_come_for_every_stage_at_once_and_at_their_rate),
		WITH_BENCH(
		    loudness_comes_for_buses_and_the_master_ten_times_a_second),
		WITH_BENCH(
		    meters_there_is_no_time_for_are_left_out_and_counted),
		WITH_BENCH(status_comes_at_once_and_when_jack_changes),
		WITH_BENCH(events_come_as_they_happen),
		WITH_BENCH(another_desk_is_an_event),
		WITH_BENCH(a_prefix_chooses_events_by_kind_or_by_strip),
		WITH_BENCH(every_kept_event_is_replayed_in_order),
		WITH_BENCH(a_part_of_the_events_can_be_asked_for),
		WITH_BENCH(what_a_replay_does_not_find_is_told_as_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
