#include "osc_bench.h"

#include "edge/osc_lease.h"

/*
 * Every refusal, and what is let through beside it, from senders at addresses
 * of their own: all of 127.0.0.0/8 is this machine.
 */

static const char desk[] =
    "{ \"version\": 1, \"osc\": { \"allow\": ["
    "  { \"network\": \"127.0.0.1/32\", \"role\": \"admin\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.0.2/32\", \"role\": \"view\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.0.3/32\", \"role\": \"mix\","
    "    \"trusted\": true, \"strips\": [\"bus/mon-*\"] },"
    "  { \"network\": \"127.0.0.4/32\", \"role\": \"admin\" },"
    "  { \"network\": \"127.0.0.5/32\", \"role\": \"mix\","
    "    \"trusted\": true, \"token\": \"battery-staple\" },"
    "  { \"network\": \"127.0.0.6/32\", \"role\": \"view\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.0.6/32\", \"role\": \"admin\","
    "    \"trusted\": true, \"token\": \"front-of-house\" },"
    "  { \"network\": \"127.0.0.7/32\", \"role\": \"mix\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.0.8/32\", \"role\": \"view\","
    "    \"token\": \"battery-staple\" } ],"
    "  \"limits\": { \"packets\": 200, \"leases\": 4 },"
    "  \"subscribers\": [ { \"url\": \"udp://127.0.0.1:%u\","
    "    \"topics\": [\"state\", \"meters\"], \"rate\": 50,"
    "    \"prefix\": \"/bus\" } ] },"
    "  \"channels\": [ { \"id\": \"voice\", \"sends\": { \"verb\": {},"
    "    \"mon-1\": { \"level\": -6 }, \"mon-2\": {} } } ],"
    "  \"buses\": [ { \"id\": \"mon-1\", \"inserts\": [ { \"jack\": {} } ] },"
    "    { \"id\": \"mon-2\" }, { \"id\": \"verb\" } ] }";

#define ADMIN 1
#define VIEW 2
#define NARROWED 3
#define UNPROVEN 4
#define TOKEN 5
#define STEPS_UP 6
#define MIX 7
#define TOKEN_UNPROVEN 8

static unsigned counted[DROPS]; /* refusals of this bench, so far */

static int
open_bench(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	char text[sizeof(desk) + 16];
	struct sockaddr_in standing;
	int fd = client_open(&standing);

	assert_non_null(b);
	memset(counted, 0, sizeof(counted));
	snprintf(text, sizeof(text), desk, ntohs(standing.sin_port));
	bench_start_desk(b, text, NULL);
	close(b->client[1]);
	b->client[1] = fd; /* the standing subscriber */
	*state = b;
	return 0;
}

/* From now on client 0 speaks from 127.0.0.`host`, at a new port. */
static void
be(struct bench *b, unsigned host)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000000 + host) };

	close(b->client[0]);
	b->client[0] =
	    socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(
	    bind(b->client[0], (struct sockaddr *)&address, sizeof(address)),
	    0);
}

static unsigned
drops(struct bench *b, enum mixer_drop drop)
{
	return mixer_status(b->mixer)->drops[drop];
}

/* What an admin is told of an address. */
static const char *
look(struct bench *b, const char *address)
{
	struct sockaddr_in any;
	int own = b->client[0];

	b->client[0] = client_open(&any);
	ask(b, 0, address, "");
	close(b->client[0]);
	b->client[0] = own;
	return b->heard;
}

static void
refuses(
    struct bench *b, const char *heard, enum mixer_drop drop, const char *part)
{
	assert_error(heard, "not-allowed", part);
	if (drops(b, drop) != counted[drop] + 1)
		fail_msg("not counted as %s", mixer_drop_name(drop));
	counted[drop]++;
}

/* --- roles --- */

static void
view_reads_and_subscribes_only(void **state)
{
	struct bench *b = *state;

	be(b, VIEW);
	refuses(b, ask(b, 0, "/ch/1/mute", "i", 1), DROP_ROLE,
	    "found a set from network 127.0.0.2/32, whose role in osc.allow is "
	    "\"view\"; allowed gets and subscriptions");
	refuses(b, ask(b, 0, "/ch/*/mute", "i", 1), DROP_ROLE, "\"view\"");
	refuses(
	    b, ask(b, 0, "/loudness/master/reset", ""), DROP_ROLE, "\"view\"");
	refuses(b, ask(b, 0, "/loudness/reset", ""), DROP_ROLE, "\"view\"");
	assert_string_equal(ask(b, 0, "/ch/1/mute", ""), "/ch/1/mute i 0\n");
	assert_string_equal(ask(b, 0, "/auth", ""), "/auth ss view \n");
	assert_string_equal(ask(b, 0, "/subscribe", "s", "state"),
	    "/subscribed sis state 0 \n");
}

static void
mix_sets_and_leaves_the_whole_desk_to_admin(void **state)
{
	struct bench *b = *state;

	be(b, MIX);
	ask(b, 0, "/ch/1/mute", "i", 1);
	assert_string_equal(look(b, "/ch/1/mute"), "/ch/1/mute i 1\n");
	ask(b, 0, "/ch/1/solo", "i", 1);
	assert_string_equal(look(b, "/ch/1/solo"), "/ch/1/solo i 1\n");
	assert_string_equal(ask(b, 0, "/loudness/master/reset", ""),
	    "/loudness/master/reset i 1\n");
	assert_string_equal(ask(b, 0, "/headroom/master/reset", ""),
	    "/headroom/master/reset i 1\n");
	refuses(b, ask(b, 0, "/headroom/reset", ""), DROP_ROLE, "\"admin\"");
	refuses(b, ask(b, 0, "/loudness/reset", ""), DROP_ROLE,
	    "network 127.0.0.7/32, whose role in osc.allow is \"mix\"; allowed "
	    "for the role \"admin\"");
	be(b, ADMIN);
	assert_string_equal(
	    ask(b, 0, "/loudness/reset", ""), "/loudness/reset i 5\n");
	assert_string_equal(
	    ask(b, 0, "/headroom/reset", ""), "/headroom/reset i 6\n");
}

/* --- narrowed to strips --- */

static void
a_narrowed_sender_sets_its_strips_their_inserts_and_sends_into_them(
    void **state)
{
	static const struct {
		const char *address, *types;
		double value;
	} own[] = {
		{ "/bus/mon-1/fader", "f", -3 },
		{ "/bus/1/trim", "f", -2 },
		{ "/bus/mon-2/mute", "i", 1 },
		{ "/bus/mon-1/insert/1/bypass", "i", 1 },
		{ "/ch/voice/send/mon-1/level", "f", -9 },
		{ "/ch/1/send/2/mute", "i", 1 },
	};
	struct bench *b = *state;
	char expected[80];

	be(b, NARROWED);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (own[i].types[0] == 'f')
			ask(b, 0, own[i].address, "f", own[i].value);
		else
			ask(b, 0, own[i].address, "i", (int)own[i].value);
		snprintf(expected, sizeof(expected), "%s %s %g\n",
		    own[i].address, own[i].types, own[i].value);
		assert_string_equal(look(b, own[i].address), expected);
	}
	assert_string_equal(ask(b, 0, "/loudness/bus/mon-1/reset", ""),
	    "/loudness/bus/mon-1/reset i 1\n");
	assert_string_equal(ask(b, 0, "/headroom/bus/1/reset", ""),
	    "/headroom/bus/1/reset i 1\n");
	assert_string_equal(ask(b, 0, "/auth", ""), "/auth ss mix bus/mon-*\n");
}

static void
a_narrowed_sender_sets_nothing_else(void **state)
{
	static const char *const others[] = { "/bus/verb/mute", "/bus/3/mute",
		"/ch/voice/mute", "/ch/voice/send/verb/mute",
		"/ch/1/send/3/mute", "/master/mute", "/bus/mon-1/solo",
		/* Some of these are its own: none is set. */
		"/bus/*/mute", "/ch/voice/send/*/mute", "//mute" };
	struct bench *b = *state;
	char *before, *after;

	be(b, NARROWED);
	before = strdup(look(b, "//*"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		refuses(b, ask(b, 0, others[i], "i", 1), DROP_ROLE,
		    "found a set from network 127.0.0.3/32, whose role \"mix\" "
		    "in osc.allow is narrowed; allowed what belongs to "
		    "bus/mon-*");
	refuses(
	    b, ask(b, 0, "/loudness/master/reset", ""), DROP_ROLE, "bus/mon-*");
	refuses(
	    b, ask(b, 0, "/loudness/*/*/reset", ""), DROP_ROLE, "bus/mon-*");
	refuses(b, ask(b, 0, "/loudness/reset", ""), DROP_ROLE, "admin");
	refuses(
	    b, ask(b, 0, "/headroom/bus/*/reset", ""), DROP_ROLE, "bus/mon-*");
	after = strdup(look(b, "//*"));
	/* Up to the status, which goes on. */
	*strstr(before, "/status") = *strstr(after, "/status") = '\0';
	assert_string_equal(before, after);
	free(before);
	free(after);
	/* Reading is not narrowed. */
	assert_string_equal(
	    ask(b, 0, "/bus/verb/mute", ""), "/bus/verb/mute i 0\n");
}

/* The mode of solos silences others, as a solo does. */
static void
who_may_only_listen_does_not_silence_the_mix(void **state)
{
	static const char text[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ], \"osc\": {"
	    " \"allow\": [ { \"network\": \"127.0.0.0/8\", \"role\": \"mix\","
	    " \"trusted\": true, \"strips\": [\"monitor\"] } ] } }";
	struct bench b = { 0 };

	(void)state;
	bench_start_desk(&b, text, NULL);
	assert_string_equal(ask(&b, 0, "/monitor/level", "f", -3.0), "");
	assert_string_equal(
	    ask(&b, 0, "/monitor/level", ""), "/monitor/level f -3\n");
	assert_error(ask(&b, 0, "/monitor/solo_mode", "s", "afl"),
	    "not-allowed", "monitor");
	assert_error(
	    ask(&b, 0, "/ch/a/mute", "i", 1), "not-allowed", "monitor");
	bench_end(&b);
}

static void
in_a_bundle_each_message_is_judged(void **state)
{
	struct bench *b = *state;
	struct bundle bundle = bundle_at(0);

	be(b, NARROWED);
	bundle_add(&bundle, "/bus/verb/mute", "i", 1);
	bundle_add(&bundle, "/bus/mon-1/mute", "i", 1);
	send_bundle(b, 0, &bundle);
	assert_error(hear(b, 0), "not-allowed", "/bus/verb/mute");
	assert_string_equal(look(b, "/bus/verb/mute"), "/bus/verb/mute i 0\n");
	assert_string_equal(
	    look(b, "/bus/mon-1/mute"), "/bus/mon-1/mute i 1\n");
}

/* --- tokens --- */

static void
without_its_token_a_network_gets_only_to_show_one(void **state)
{
	static const char wanted[] =
	    "found no token, and no role without one in network 127.0.0.5/32 "
	    "of osc.allow; allowed /auth with a token";
	struct bench *b = *state;

	be(b, TOKEN);
	refuses(b, ask(b, 0, "/ch/1/mute", ""), DROP_TOKEN, wanted);
	refuses(b, ask(b, 0, "/ch/1/mute", "i", 1), DROP_TOKEN, wanted);
	refuses(b, ask(b, 0, "/list", ""), DROP_TOKEN, wanted);
	refuses(b, ask(b, 0, "/subscribe", "s", "meters"), DROP_TOKEN, wanted);
	assert_string_equal(ask(b, 0, "/auth", ""), "/auth ss none \n");
	refuses(b, ask(b, 0, "/auth", "s", "front-of-house"), DROP_TOKEN,
	    "found a token that no entry of osc.allow for this network has");
	assert_null(strstr(b->heard, "battery"));
	assert_null(strstr(b->heard, "front"));
	run_for(b, 30);
	assert_string_equal(hear(b, 0), "");
	assert_string_equal(
	    ask(b, 0, "/auth", "s", "battery-staple"), "/auth ss mix \n");
	ask(b, 0, "/ch/1/mute", "i", 1);
	assert_string_equal(look(b, "/ch/1/mute"), "/ch/1/mute i 1\n");
	be(b, TOKEN); /* another port */
	refuses(b, ask(b, 0, "/ch/1/mute", ""), DROP_TOKEN, wanted);
}

static void
a_token_may_raise_what_everybody_may(void **state)
{
	struct bench *b = *state;

	be(b, STEPS_UP);
	assert_string_equal(ask(b, 0, "/auth", ""), "/auth ss view \n");
	refuses(b, ask(b, 0, "/ch/1/mute", "i", 1), DROP_ROLE, "\"view\"");
	assert_string_equal(
	    ask(b, 0, "/auth", "s", "front-of-house"), "/auth ss admin \n");
	assert_string_equal(
	    ask(b, 0, "/loudness/reset", ""), "/loudness/reset i 5\n");
	assert_string_equal(
	    ask(b, 0, "/headroom/reset", ""), "/headroom/reset i 6\n");
}

static void
wrong_tokens_end_even_the_right_one_for_a_while(void **state)
{
	struct bench *b = *state;

	be(b, TOKEN);
	for (int i = 0; i < 5; i++)
		refuses(b, ask(b, 0, "/auth", "s", "wrong-token"), DROP_TOKEN,
		    "no entry");
	refuses(b, ask(b, 0, "/auth", "s", "battery-staple"), DROP_TOKEN,
	    "found too many wrong tokens from this address");
	be(b, STEPS_UP); /* others have tries of their own */
	assert_string_equal(
	    ask(b, 0, "/auth", "s", "front-of-house"), "/auth ss admin \n");
}

/* --- cookies --- */

/* Bytes and packets that have come; nothing is read out of them. */
static size_t
bytes_heard(struct bench *b)
{
	char packet[65536];
	size_t bytes = 0;
	ssize_t size;

	while ((size = recv(b->client[0], packet, sizeof(packet), 0)) >= 0)
		bytes += (size_t)size;
	return bytes;
}

static void
unproven_at_most_once_answered(struct bench *b, const void *data, size_t size)
{
	size_t heard;

	be(b, UNPROVEN);
	send_packet(b, 0, data, size);
	run_for(b, 2);
	heard = bytes_heard(b);
	if (heard > size)
		fail_msg("%zu bytes answer %zu: %s", heard, size,
		    (const char *)data);
}

static void
an_unproven_sender_is_never_sent_more_than_it_sent(void **state)
{
	static const struct {
		const char *address, *types, *text;
	} request[] = {
		{ "/a", "", NULL },
		{ "/renew", "", NULL },
		{ "//*", "", NULL },
		{ "/ch/1/fader", "", NULL },
		{ "/ch/*/*", "", NULL },
		{ "/status/*", "", NULL },
		{ "/no/such/address", "", NULL },
		{ "/ch/voice/name", "s", "another name" },
		{ "/list", "", NULL },
		{ "/plugins", "", NULL },
		{ "/plugin", "s", "urn:none" },
		{ "/describe", "s", "//*" },
		{ "/events", "", NULL },
		{ "/subscribe", "s", "meters" },
		{ "/subscribe", "s", "state" },
		{ "/subscribe", "s", "status" },
		{ "/subscribe", "s", "events" },
		{ "/subscribe", "s", "loudness" },
		{ "/unsubscribe", "", NULL },
		{ "/loudness/reset", "", NULL },
		{ "/cookie", "", NULL },
		{ "/cookie", "s", "" },
		{ "/cookie", "s", "AAAAAAAAAAA" },
		{ "/auth", "", NULL },
		{ "/auth", "s", "battery-staple" },
	};
	struct bench *b = *state;
	struct bundle bundle = bundle_at(0), future = bundle_at(4000000000);
	uint8_t packet[256];

	for (size_t i = 0; i < sizeof(request) / sizeof(request[0]); i++) {
		int size = osc_print(packet, sizeof(packet), request[i].address,
		    request[i].types, request[i].text);

		assert_true(size > 0);
		unproven_at_most_once_answered(b, packet, (size_t)size);
		bundle_add(&bundle, request[i].address, request[i].types,
		    request[i].text);
	}
	bundle_add(&future, "/list", "");
	unproven_at_most_once_answered(b, bundle.data, bundle.size);
	unproven_at_most_once_answered(b, future.data, future.size);
	unproven_at_most_once_answered(b, "", 0);
	unproven_at_most_once_answered(b, "/ch", 3);
	unproven_at_most_once_answered(b, "/ch/1/fader\0", 12);
	unproven_at_most_once_answered(b, "#bundle\0\0\0\0\0\0\0\0\1", 16);
	assert_int_equal(b->osc != NULL, 1);
	assert_true(drops(b, DROP_COOKIE) >= 28);
	assert_string_equal(
	    look(b, "/ch/voice/name"), "/ch/voice/name s voice\n");
	/* The standing one is all. */
	assert_int_equal(mixer_status(b->mixer)->subscribers, 1);
}

/* A burst within what osc.limits allows: it is the sum that counts. */
static void
nor_in_sum_nor_later(void **state)
{
	struct bench *b = *state;
	size_t sent = 0, heard = 0;
	uint8_t packet[64];
	int size;

	be(b, UNPROVEN);
	size = osc_print(
	    packet, sizeof(packet), "/subscribe", "sis", "meters", 100, "");
	for (int i = 0; i < 150; i++) {
		send_packet(b, 0, packet, (size_t)size);
		sent += (size_t)size;
		run_for(b, 1);
		heard += bytes_heard(b);
	}
	run_for(b, 200);
	heard += bytes_heard(b);
	assert_true(heard > 0);
	assert_true(heard <= sent);
}

static void
prove(struct bench *b, const char *heard)
{
	char cookie[32];

	assert_int_equal(sscanf(heard, "/cookie s %31s\n", cookie), 1);
	ask(b, 0, "/cookie", "s", cookie);
}

static void
who_echoes_the_cookie_is_let_in(void **state)
{
	struct bench *b = *state;

	be(b, UNPROVEN);
	prove(b, ask(b, 0, "/ch/voice/mute", "i", 1));
	assert_string_equal(b->heard, "/proven i 600\n");
	assert_string_equal(look(b, "/ch/1/mute"), "/ch/1/mute i 0\n");
	ask(b, 0, "/ch/voice/mute", "i", 1);
	assert_string_equal(look(b, "/ch/1/mute"), "/ch/1/mute i 1\n");
	assert_string_equal(ask(b, 0, "/auth", ""), "/auth ss admin \n");
	assert_string_equal(ask(b, 0, "/subscribe", "ss", "state", "/ch/voice"),
	    "/subscribed sis state 0 /ch/voice\n");
	be(b, UNPROVEN); /* another port */
	ask(b, 0, "/ch/voice/mute", "i", 0);
	assert_string_equal(look(b, "/ch/1/mute"), "/ch/1/mute i 1\n");
}

static void
a_cookie_may_lead_a_bundle(void **state)
{
	struct bundle bundle = bundle_at(0), wrong = bundle_at(0);
	struct bench *b = *state;
	char cookie[32];

	be(b, UNPROVEN);
	assert_int_equal(sscanf(ask(b, 0, "/cookie", "s", "AAAAAAAAAAA"),
			     "/cookie s %31s\n", cookie),
	    1);
	bundle_add(&wrong, "/ch/1/mute", "i", 1);
	bundle_add(&wrong, "/cookie", "s", cookie);
	send_bundle(b, 0, &wrong);
	assert_string_equal(look(b, "/ch/1/mute"), "/ch/1/mute i 0\n");
	hear(b, 0);
	bundle_add(&bundle, "/cookie", "s", cookie);
	bundle_add(&bundle, "/ch/1/mute", "i", 1);
	bundle_add(&bundle, "/ch/1/mute", "");
	send_bundle(b, 0, &bundle);
	assert_string_equal(hear(b, 0), "/proven i 600\n/ch/1/mute i 1\n");
}

static void
a_token_goes_on_top_of_the_cookie(void **state)
{
	struct bench *b = *state;

	be(b, TOKEN_UNPROVEN);
	prove(b, ask(b, 0, "/auth", "s", "battery-staple"));
	refuses(b, ask(b, 0, "/ch/1/mute", ""), DROP_TOKEN, "found no token");
	assert_string_equal(
	    ask(b, 0, "/auth", "s", "battery-staple"), "/auth ss view \n");
	assert_string_equal(ask(b, 0, "/ch/1/mute", ""), "/ch/1/mute i 0\n");
}

static void
who_is_trusted_needs_no_cookie(void **state)
{
	struct bench *b = *state;

	be(b, VIEW);
	assert_string_equal(ask(b, 0, "/cookie", ""), "/proven i 0\n");
	assert_string_equal(
	    ask(b, 0, "/cookie", "s", "AAAAAAAAAAA"), "/proven i 0\n");
}

/* --- how much --- */

static void
above_its_rate_a_sender_is_not_heard(void **state)
{
	struct bench *b = *state;
	uint8_t packet[64];
	int size = osc_print(packet, sizeof(packet), "/ch/1/mute", "");
	unsigned answered;

	be(b, MIX);
	for (int i = 0; i < 300; i++) {
		send_packet(b, 0, packet, (size_t)size);
		if (i % 50 == 0)
			run_for(b, 1);
	}
	run_for(b, 5);
	hear(b, 0);
	answered = (unsigned)b->messages;
	assert_in_range(answered, 200, 290);
	assert_int_equal(drops(b, DROP_RATE), 300 - answered);
	/* Others are heard as before. */
	assert_string_equal(look(b, "/ch/1/mute"), "/ch/1/mute i 0\n");
}

/* What asks for much counts for many, unless its sender is trusted. */
static void
a_sender_gets_its_share_of_time(void **state)
{
	struct bench *b = *state;
	struct bundle bundle = bundle_at(0);

	for (int i = 0; i < 60; i++)
		bundle_add(&bundle, "//*", "");
	be(b, VIEW);
	for (int i = 0; i < 50; i++)
		send_bundle(b, 0, &bundle);
	assert_int_equal(drops(b, DROP_RATE), 0);
	be(b, UNPROVEN);
	prove(b, ask(b, 0, "/subscribe", "s", "state"));
	for (int i = 0; i < 50; i++)
		send_bundle(b, 0, &bundle);
	assert_true(drops(b, DROP_RATE) > 10);
}

/* More than any socket keeps, before the daemon looks at the first of them. */
static void
a_flood_does_not_crowd_out_a_trusted_sender(void **state)
{
	static const unsigned flooders[] = { UNPROVEN, 99 };
	struct bench *b = *state;
	int trusted;

	be(b, VIEW);
	trusted = b->client[0];
	for (int i = 0; i < 2; i++) {
		b->client[0] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		be(b, flooders[i]);
		for (int n = 0; n < 20000; n++)
			(void)sendto(b->client[0], "/ch/1/mute\0\0", 12,
			    MSG_DONTWAIT, (struct sockaddr *)&b->daemon,
			    sizeof(b->daemon));
		close(b->client[0]);
	}
	b->client[0] = trusted;
	assert_string_equal(ask(b, 0, "/auth", ""), "/auth ss view \n");
	run_for(b, 50);
	assert_true(drops(b, DROP_COOKIE) + drops(b, DROP_DENIED) < 30000);
}

static void
leases_of_an_address_are_few_unless_it_is_trusted(void **state)
{
	static const char *const prefix[] = { "/a", "/b", "/c", "/d", "/e" };
	struct bench *b = *state;

	be(b, UNPROVEN);
	prove(b, ask(b, 0, "/subscribe", "s", "state"));
	for (int i = 0; i < 3; i++)
		ask(b, 0, "/subscribe", "ss", "state", prefix[i]);
	be(b, UNPROVEN); /* another port of the same address */
	prove(b, ask(b, 0, "/subscribe", "s", "state"));
	assert_string_equal(ask(b, 0, "/subscribe", "ss", "state", "/d"),
	    "/subscribed sis state 0 /d\n");
	assert_error(ask(b, 0, "/subscribe", "ss", "state", "/e"), "too-many",
	    "found 4 subscriptions of this address already; allowed 4 "
	    "(osc.limits.leases)");
	assert_int_equal(drops(b, DROP_LEASES), 1);
	/* One that it has is no new one. */
	assert_string_equal(ask(b, 0, "/subscribe", "ss", "state", "/d"),
	    "/subscribed sis state 0 /d\n");
	be(b, VIEW);
	for (int i = 0; i < 5; i++)
		assert_non_null(
		    strstr(ask(b, 0, "/subscribe", "ss", "state", prefix[i]),
			"/subscribed"));
}

/* --- standing subscribers --- */

static void
a_standing_subscriber_is_told_without_asking(void **state)
{
	struct bench *b = *state;

	be(b, ADMIN);
	run_for(b, 60);
	hear(b, 1);
	assert_in_range(b->packets, 2, 5);
	assert_non_null(strstr(b->heard, "/meter/bus/mon-1/in ffffff -200"));
	assert_null(strstr(b->heard, "/meter/ch"));
	ask(b, 0, "/bus/verb/mute", "i", 1);
	ask(b, 0, "/ch/voice/mute", "i", 1);
	hear(b, 1);
	assert_non_null(strstr(b->heard, "/bus/verb/mute i 1\n"));
	assert_null(strstr(b->heard, "/ch/voice"));
}

static void
a_subscriber_that_no_socket_reaches_is_an_error_at_the_start(void **state)
{
	static const char text[] =
	    "{ \"version\": 1, \"osc\": { \"allow\": [ {"
	    "\"network\": \"10.0.0.0/8\", \"role\": \"view\","
	    "\"trusted\": true } ], \"subscribers\": [ {"
	    "\"url\": \"udp://10.0.0.1:9000\", \"topics\": [\"state\"]"
	    "} ] } }";
	struct config_errors errors = { 0 };
	struct loop *loop = loop_new();
	struct mixer *mixer =
	    mixer_new(config_parse(text, strlen(text), NULL, &errors));
	struct sockaddr_in at;
	char own[40], why[256] = "";
	const char *const urls[] = { own };

	(void)state;
	close(client_open(&at));
	snprintf(own, sizeof(own), "udp://127.0.0.1:%u", ntohs(at.sin_port));
	assert_null(osc_new(mixer, loop, urls, 1, why, sizeof(why)));
	assert_string_equal(why,
	    "osc.subscribers[0]: found udp://10.0.0.1:9000, which no address "
	    "that is listened on reaches; allowed others, or one more in "
	    "osc.listen");
	mixer_free(mixer);
	loop_free(loop);
}

static void
a_standing_subscriber_comes_and_goes_without_fuss(void **state)
{
	struct bench *b = *state;
	struct sockaddr_in at;
	socklen_t size = sizeof(at);

	assert_int_equal(
	    getsockname(b->client[1], (struct sockaddr *)&at, &size), 0);
	close(b->client[1]);
	run_for(b, 100);
	assert_int_equal(drops(b, DROP_SEND), 0);
	b->client[1] =
	    socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(
	    bind(b->client[1], (struct sockaddr *)&at, sizeof(at)), 0);
	run_for(b, 60);
	assert_non_null(strstr(hear(b, 1), "/meter/bus/mon-1/in"));
}

static void
a_standing_lease_is_not_its_holders_to_end_or_change(void **state)
{
	struct bench *b = *state;

	ask(b, 1, "/unsubscribe", "");
	assert_non_null(strstr(ask(b, 1, "/renew", ""), "/renewed ih 2 "));
	assert_non_null(
	    strstr(ask(b, 1, "/subscribe", "sis", "meters", 10, "/bus"),
		"/subscribed sis meters 50 /bus\n"));
	ask(b, 1, "/subscribe", "sis", "meters", 10, "/ch");
	assert_non_null(strstr(ask(b, 1, "/renew", ""), "/renewed ih 3 "));
	ask(b, 1, "/unsubscribe", "");
	assert_non_null(strstr(ask(b, 1, "/renew", ""), "/renewed ih 2 "));
}

/* What can be subscribed to can stand in the configuration. */
static void
every_topic_can_be_had_without_asking(void **state)
{
	(void)state;
	for (enum lease_topic topic = 0; topic < LEASE_TOPICS; topic++) {
		struct config_errors errors = { 0 };
		char text[256];
		struct desk *parsed;

		snprintf(text, sizeof(text),
		    "{ \"version\": 1, \"osc\": { \"subscribers\": [ {"
		    "\"url\": \"udp://127.0.0.1:9\", \"topics\": [\"%s\"]"
		    "} ] } }",
		    lease_topic_name(topic));
		parsed = config_parse(text, strlen(text), NULL, &errors);
		config_print_errors(stderr, "topics", &errors);
		config_free_errors(&errors);
		assert_non_null(parsed);
		desk_free(parsed);
	}
}

#define WITH_DESK(test) \
	cmocka_unit_test_setup_teardown(test, open_bench, bench_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DESK(view_reads_and_subscribes_only),
		WITH_DESK(mix_sets_and_leaves_the_whole_desk_to_admin),
		WITH_DESK(
		    a_narrowed_sender_sets_its_strips_their_inserts_and_sends_into_them),
		WITH_DESK(a_narrowed_sender_sets_nothing_else),
		cmocka_unit_test(who_may_only_listen_does_not_silence_the_mix),
		WITH_DESK(in_a_bundle_each_message_is_judged),
		WITH_DESK(without_its_token_a_network_gets_only_to_show_one),
		WITH_DESK(a_token_may_raise_what_everybody_may),
		WITH_DESK(wrong_tokens_end_even_the_right_one_for_a_while),
		WITH_DESK(an_unproven_sender_is_never_sent_more_than_it_sent),
		WITH_DESK(nor_in_sum_nor_later),
		WITH_DESK(who_echoes_the_cookie_is_let_in),
		WITH_DESK(a_cookie_may_lead_a_bundle),
		WITH_DESK(a_token_goes_on_top_of_the_cookie),
		WITH_DESK(who_is_trusted_needs_no_cookie),
		WITH_DESK(above_its_rate_a_sender_is_not_heard),
		WITH_DESK(a_sender_gets_its_share_of_time),
		WITH_DESK(a_flood_does_not_crowd_out_a_trusted_sender),
		WITH_DESK(leases_of_an_address_are_few_unless_it_is_trusted),
		WITH_DESK(a_standing_subscriber_is_told_without_asking),
		cmocka_unit_test(
		    a_subscriber_that_no_socket_reaches_is_an_error_at_the_start),
		WITH_DESK(a_standing_subscriber_comes_and_goes_without_fuss),
		cmocka_unit_test(every_topic_can_be_had_without_asking),
		WITH_DESK(a_standing_lease_is_not_its_holders_to_end_or_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
