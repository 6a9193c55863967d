#include "tests/unit/osc_bench.h"

#include "edge/osc_internal.h"
#include "engine/engine.h"
#include "protocol/blob.h"

#define RATE 48000
#define PORTS 64
#define WINDOW 480 /* frames of a meter window */
#define SOME 2048  /* blobs that a client has heard at most */

/* Entries of the bench's desk: three stages of a lane each, of two where the
 * strip is not the kick. */
enum { KICK_IN, ENTRIES = 27 };

/* One blob put together, and the last packet as it came. */
struct blob {
	struct blob_header header;
	struct blob_entry entry[1000];
	size_t entries;
	uint8_t packet[BLOB_PACKET];
	size_t size;
};

/* --- what clients hear --- */

static int
take_blob(void *arg, const struct packet_message *message)
{
	struct blob *blob = arg;
	const uint8_t *entries;
	int count = blob_read(message, &blob->header, &entries);

	if (count < 0)
		return 1;
	assert_int_equal(blob->header.first, blob->entries);
	for (int i = 0; i < count; i++)
		blob->entry[blob->entries++] =
		    blob_entry_at(entries, (size_t)i);
	return 0;
}

/* The next whole blob that came to a client; false when there is none. */
static bool
next_blob(struct bench *b, int client, struct blob *blob)
{
	uint8_t packet[2048];
	ssize_t size;

	blob->entries = 0;
	while (
	    (size = recv(b->client[client], packet, sizeof(packet), 0)) >= 0) {
		assert_int_equal(packet_check(packet, (size_t)size), PACKET_OK);
		if (packet_each(packet, (size_t)size, take_blob, blob) != 0)
			continue; /* an answer */
		assert_true(size < 1400);
		blob->size = (size_t)size;
		memcpy(blob->packet, packet, blob->size);
		if (blob->header.packet + 1 == blob->header.packets)
			return true;
	}
	return false;
}

/* The highest peak of an entry in all blobs that came; -20000 if none did. */
static int
highest(struct bench *b, int client, size_t entry)
{
	struct blob blob;
	int most = BLOB_SILENCE;

	while (next_blob(b, client, &blob)) {
		assert_true(entry < blob.entries);
		if (blob.entry[entry].peak > most)
			most = blob.entry[entry].peak;
	}
	return most;
}

struct layout_end {
	int number, entries;
};

static int
take_layout_end(void *arg, const struct packet_message *message)
{
	struct layout_end *end = arg;
	struct schema_value value[OSC_ARGUMENTS];

	if (strcmp(message->address, "/meters/layout/end") != 0)
		return 0;
	assert_int_equal(osc_arguments(message, value, OSC_ARGUMENTS), 4);
	end->number = (int)value[1].number;
	end->entries = (int)value[3].number;
	return 0;
}

/* The number and the entries that /meters/layout/end tells. */
static int
layout_number(struct bench *b, const char *prefix, int *entries)
{
	struct layout_end end = { 0, -1 };
	uint8_t packet[2048];
	ssize_t size;

	say(b, 0, "/meters/layout", "s", prefix);
	while ((size = recv(b->client[0], packet, sizeof(packet), 0)) >= 0)
		packet_each(packet, (size_t)size, take_layout_end, &end);
	assert_true(end.entries >= 0);
	*entries = end.entries;
	return end.number;
}

/* A meter window in which the first input has this one peak. */
static void
play(struct bench *b, float peak)
{
	static float in[PORTS][WINDOW], out[PORTS][WINDOW];
	const float *ins[PORTS];
	float *outs[PORTS];
	struct engine *engine = mixer_engine(b->mixer);

	for (int i = 0; i < PORTS; i++) {
		ins[i] = in[i];
		outs[i] = out[i];
	}
	in[0][WINDOW / 2] = peak;
	for (int i = 0; i < 3; i++) {
		engine_run(engine, engine->frame, WINDOW, ins, outs);
		in[0][WINDOW / 2] = 0;
		mixer_tick(b->mixer, true);
	}
}

static int
start_running(void **state)
{
	bench_start(state);
	struct bench *b = *state;
	return mixer_set_rate(b->mixer, RATE);
}

#define RUNNING(test) \
	cmocka_unit_test_setup_teardown(test, start_running, bench_stop)

/* --- layouts --- */

static void
a_layout_names_strips_stages_and_lanes_in_desk_order(void **state)
{
	struct bench *b = *state;
	char wanted[600];
	int entries, number = layout_number(b, "", &entries);

	snprintf(wanted, sizeof(wanted),
	    "/meters/layout sisiis  %g ch/kick 0 1 in trim fader\n"
	    "/meters/layout sisiis  %g ch/keys 3 2 in trim fader\n"
	    "/meters/layout sisiis  %g bus/verb 9 2 in trim fader\n"
	    "/meters/layout sisiis  %g master 15 2 in trim fader\n"
	    "/meters/layout sisiis  %g monitor 21 2 in trim fader\n"
	    "/meters/layout/end siii  %g 5 27\n",
	    (double)number, (double)number, (double)number, (double)number,
	    (double)number, (double)number);
	assert_int_equal(entries, ENTRIES);
	assert_true(number > 0);
	say(b, 0, "/meters/layout", "");
	assert_string_equal(hear(b, 0), wanted);
}

static void
a_prefix_has_a_layout_of_its_own(void **state)
{
	struct bench *b = *state;
	int entries, all = layout_number(b, "", &entries);
	int keys = layout_number(b, "/ch/keys", &entries);

	assert_int_equal(entries, 6);
	assert_int_not_equal(keys, all);
	assert_int_not_equal(layout_number(b, "/ch/2/trim", &entries), keys);
	assert_int_equal(entries, 2);
	assert_non_null(
	    strstr(ask(b, 0, "/meters/layout", "s", "/meter/ch/2/trim/"),
		"ch/keys 0 2 trim\n"));
	layout_number(b, "/ch/none", &entries);
	assert_int_equal(entries, 0);
	assert_error(ask(b, 0, "/meters/layout", "s", "/ch/*"), "bad-value",
	    "no pattern");
	assert_error(
	    ask(b, 0, "/meters/layout", "i", 1), "wrong-type", "prefix");
}

static void
the_layout_number_changes_with_the_desk_and_not_without(void **state)
{
	static const char *const desks[] = {
		"{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ] }",
		"{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ] }",
		"{ \"version\": 1, \"channels\": [ { \"id\": \"b\" } ] }",
		"{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
		" \"lanes\": 2 } ] }",
		"{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
		" \"inserts\": [ { \"jack\": {} } ] } ] }",
	};
	int number[5], entries;

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct bench b = { 0 };

		bench_start_desk(&b, desks[i], NULL);
		number[i] = layout_number(&b, "", &entries);
		bench_end(&b);
	}
	assert_int_equal(number[0], number[1]);
	for (int i = 2; i < 5; i++)
		for (int j = 0; j < i; j++)
			if (number[i] == number[j])
				fail_msg("desks %d and %d", i, j);
}

/* --- groups --- */

static void
members_of_a_group_are_sent_the_same_bytes(void **state)
{
	struct bench *b = *state;
	struct blob mine, other;
	int blobs = 0;

	ask(b, 0, "/subscribe", "si", "meters/blob", 50);
	assert_string_equal(ask(b, 1, "/subscribe", "si", "meters/blob", 50),
	    "/subscribed sis meters/blob 50 \n");
	run_for(b, 30);
	while (next_blob(b, 0, &mine) || next_blob(b, 1, &mine))
		;
	for (int i = 0; i < 10; i++) {
		play(b, 0.5F / (float)(1 + i));
		run_for(b, 30);
	}
	while (next_blob(b, 0, &mine)) {
		assert_true(next_blob(b, 1, &other));
		assert_int_equal(mine.size, other.size);
		assert_memory_equal(mine.packet, other.packet, mine.size);
		blobs++;
	}
	assert_false(next_blob(b, 1, &other));
	assert_in_range(blobs, 12, 18);
	assert_ptr_equal(b->osc->table.client[0]->lease[0].blob,
	    b->osc->table.client[1]->lease[0].blob);
}

static void
ticks_count_up_and_the_layout_number_is_that_of_the_answer(void **state)
{
	struct bench *b = *state;
	struct blob blob;
	uint32_t tick = 0;
	int entries, number = layout_number(b, "/ch/kick", &entries);

	say(b, 0, "/subscribe", "sis", "meters/blob", 100, "/ch/kick");
	run_for(b, 100);
	while (next_blob(b, 0, &blob)) {
		assert_int_equal(blob.header.layout, number);
		assert_int_equal(blob.header.tick, tick++);
		assert_int_equal(blob.header.packets, 1);
		assert_int_equal(blob.entries, 3);
	}
	assert_in_range(tick, 8, 12);
}

static void
each_rate_has_its_own_since_last(void **state)
{
	struct bench *b = *state;

	say(b, 0, "/subscribe", "si", "meters/blob", 100);
	say(b, 1, "/subscribe", "si", "meters/blob", 2);
	run_for(b, 30);
	assert_int_equal(highest(b, 0, KICK_IN), BLOB_SILENCE);
	highest(b, 1, KICK_IN);
	play(b, 0.5F);
	run_for(b, 30);
	assert_int_equal(highest(b, 0, KICK_IN), -602);
	run_for(b, 50);
	assert_int_equal(highest(b, 0, KICK_IN), BLOB_SILENCE);
	run_for(b, 450);
	assert_int_equal(highest(b, 1, KICK_IN), -602);
	run_for(b, 500);
	assert_int_equal(highest(b, 1, KICK_IN), BLOB_SILENCE);
}

static void
another_rate_loses_no_peak(void **state)
{
	struct bench *b = *state;

	say(b, 0, "/subscribe", "si", "meters/blob", 1);
	say(b, 1, "/subscribe", "si", "meters/blob", 100);
	run_for(b, 30);
	highest(b, 0, KICK_IN);
	play(b, 0.5F);
	run_for(b, 30);
	/* The group that it joins has told this peak already. */
	say(b, 0, "/subscribe", "si", "meters/blob", 100);
	run_for(b, 30);
	assert_int_equal(highest(b, 0, KICK_IN), -602);
	assert_ptr_equal(b->osc->table.client[0]->lease[0].blob,
	    b->osc->table.client[1]->lease[0].blob);
}

static void
a_newcomer_misses_nothing_from_its_coming_on(void **state)
{
	struct bench *b = *state;

	say(b, 1, "/subscribe", "si", "meters/blob", 2);
	run_for(b, 30);
	highest(b, 1, KICK_IN);
	say(b, 0, "/subscribe", "si", "meters/blob", 2);
	run_for(b, 30);
	play(b, 0.25F);
	run_for(b, 500);
	assert_int_equal(highest(b, 0, KICK_IN), -1204);
}

static void
readings_there_is_no_time_for_are_counted_and_told_later(void **state)
{
	struct bench *b = *state;
	struct mixer_status *status = mixer_status(b->mixer);

	say(b, 0, "/subscribe", "si", "meters/blob", 1);
	say(b, 1, "/subscribe", "si", "meters/blob", 1);
	run_for(b, 30);
	highest(b, 0, KICK_IN);
	play(b, 0.5F);
	b->osc->deadline = mixer_seconds() - 1;
	osc_blob_publish(b->osc, mixer_seconds() + 2, 0);
	assert_int_equal(highest(b, 0, KICK_IN), BLOB_SILENCE);
	assert_int_equal(status->drops[DROP_METERS], 2);
	b->osc->deadline = mixer_seconds() + 1;
	osc_blob_publish(b->osc, mixer_seconds() + 4, 0);
	assert_int_equal(highest(b, 0, KICK_IN), -602);
}

static void
a_group_ends_with_its_last_member(void **state)
{
	struct bench *b = *state;
	struct blob blob;

	say(b, 0, "/subscribe", "si", "meters/blob", 100);
	say(b, 1, "/subscribe", "sis", "meters/blob", 50, "/master");
	run_for(b, 30);
	assert_non_null(b->osc->blobs);
	say(b, 0, "/unsubscribe", "s", "meters/blob");
	say(b, 1, "/unsubscribe", "");
	run_for(b, 30);
	assert_null(b->osc->blobs);
	while (next_blob(b, 0, &blob))
		;
	run_for(b, 30);
	assert_false(next_blob(b, 0, &blob));
}

static void
a_large_desk_comes_in_several_packets(void **state)
{
	struct bench b = { 0 };
	char text[8192] = "{ \"version\": 1, \"channels\": [";
	size_t used = strlen(text);
	struct blob blob;
	int entries;

	(void)state;
	for (int i = 0; i < 200; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s{ \"id\": \"c%d\" }", i > 0 ? "," : "", i);
	snprintf(text + used, sizeof(text) - used, "] }");
	bench_start_desk(&b, text, NULL);
	layout_number(&b, "", &entries);
	assert_int_equal(entries, 612);
	say(&b, 0, "/subscribe", "si", "meters/blob", 100);
	run_for(&b, 30);
	assert_true(next_blob(&b, 0, &blob));
	assert_int_equal(blob.header.packets, 3);
	assert_int_equal(blob.entries, 612);
	for (int i = 0; i < entries; i++)
		assert_int_equal(blob.entry[i].rms, BLOB_SILENCE);
	bench_end(&b);
}

/* A desk as large as they come, all of it wanted by everyone there is room
 * for. */
static void
a_reading_that_takes_too_long_is_cut_short(void **state)
{
	static const char slot[] = "{ \"jack\": {} }";
	struct bench b = { 0 };
	struct lease_peer peer = { .size = sizeof(struct sockaddr_in) };
	struct sockaddr_in *to = (void *)&peer.address;
	struct mixer_status *status;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (int i = 0; i < DESK_CHANNELS; i++) {
		fprintf(out, "%s{ \"id\": \"c%d\", \"lanes\": 2,",
		    i > 0 ? "," : "", i);
		fprintf(out, " \"inserts\": [ %s, %s, %s, %s, %s, %s, %s ] }",
		    slot, slot, slot, slot, slot, slot, slot);
	}
	fprintf(out, "] }");
	fclose(out);
	bench_start_desk(&b, text, NULL);
	free(text);
	status = mixer_status(b.mixer);
	peer.fd = b.osc->listens.at[0].socket->fd;
	*to = b.daemon;
	for (int i = 0; i < LEASE_CLIENTS; i++) {
		to->sin_addr.s_addr = htonl(INADDR_LOOPBACK + 2 + i);
		lease_take(lease_seen(&b.osc->table, &peer, mixer_seconds()),
		    LEASE_BLOB, "", 1, mixer_seconds());
	}
	b.osc->deadline = mixer_seconds() + 60;
	osc_blob_publish(b.osc, mixer_seconds(), 0);
	assert_int_equal(status->drops[DROP_METERS], 0);
	/* All have joined, and the reader has been read once. */
	b.osc->deadline = mixer_seconds() + OSC_SHARE;
	osc_blob_publish(b.osc, mixer_seconds() + 1, 0);
	assert_in_range(status->drops[DROP_METERS], 1, LEASE_CLIENTS);
	bench_end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(
		    a_layout_names_strips_stages_and_lanes_in_desk_order),
		WITH_BENCH(a_prefix_has_a_layout_of_its_own),
		cmocka_unit_test(
		    the_layout_number_changes_with_the_desk_and_not_without),
		RUNNING(members_of_a_group_are_sent_the_same_bytes),
		WITH_BENCH(
		    ticks_count_up_and_the_layout_number_is_that_of_the_answer),
		RUNNING(each_rate_has_its_own_since_last),
		RUNNING(another_rate_loses_no_peak),
		RUNNING(a_newcomer_misses_nothing_from_its_coming_on),
		RUNNING(
		    readings_there_is_no_time_for_are_counted_and_told_later),
		WITH_BENCH(a_group_ends_with_its_last_member),
		cmocka_unit_test(a_large_desk_comes_in_several_packets),
		cmocka_unit_test(a_reading_that_takes_too_long_is_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
