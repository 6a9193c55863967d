#include "osc_bench.h"

#include "edge/osc_internal.h"
#include "mixer/desk_log.h"
#include "mixer/next_desk.h"

/*
 * From one desk to another while clients listen.
 */

#define ADMIN                                                   \
	"{ \"network\": \"127.0.0.1/32\", \"role\": \"admin\"," \
	"  \"trusted\": true }"
#define KICK "{ \"id\": \"kick\", \"fader\": -6 }"
#define KEYS "{ \"id\": \"keys\", \"lanes\": 2 }"
#define VOX "{ \"id\": \"vox\" }"

/* A desk's text: osc.allow, the rest of osc, channels. */
#define DESK(allow, osc, channels)                                        \
	"{ \"version\": 1, \"osc\": { \"allow\": [ " allow " ]" osc " }," \
	"  \"channels\": [ " channels " ], \"master\": {} }"

static const char before[] = DESK(ADMIN, "", KICK ", " KEYS);
static const char moved[] = DESK(ADMIN, "", VOX ", " KEYS ", " KICK);

static int
open_bench(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	bench_start_desk(b, before, NULL);
	*state = b;
	return 0;
}

/* Where the bench listens, by another name of its host or not. */
static const char *
url_of(const struct bench *b, const char *scheme, const char *host)
{
	static char text[4][64];
	static unsigned turn;
	char *url = text[turn++ % 4];

	snprintf(url, sizeof(text[0]), "%s://%s:%u", scheme, host,
	    ntohs(b->daemon.sin_port));
	return url;
}

/* Another desk with these URLs, NULL behind the last; false with `why`. */
static bool
prepare(
    struct bench *b, struct mixer *next, const char *const *urls, char why[256])
{
	size_t count = 0;

	while (urls[count])
		count++;
	return osc_prepare_desk(
		   b->osc, mixer_desk(next), urls, count, why, 256) == 0;
}

static void
replace_at(struct bench *b, const char *text, const char *const *urls)
{
	struct mixer *next = bench_mixer(text);
	char why[256];

	if (!prepare(b, next, urls, why))
		fail_msg("%s", why);
	bench_put(b, next);
}

/* The answer to a get from a client that nobody knows yet, at this host of
 * 127.0.0.0/8; "" for none. */
static const char *
answer_at(struct bench *b, in_addr_t to, unsigned host)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000000 + host) };
	struct sockaddr_in daemon = b->daemon;
	int own = b->client[1];

	b->client[1] =
	    socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(
	    bind(b->client[1], (struct sockaddr *)&from, sizeof(from)), 0);
	b->daemon.sin_addr.s_addr = htonl(to);
	ask(b, 1, "/ch/keys/mute", "");
	b->daemon = daemon;
	close(b->client[1]);
	b->client[1] = own;
	return b->heard;
}

#define assert_heard(heard, line)                                 \
	do {                                                      \
		const char *all_ = (heard);                       \
		if (!strstr(all_, line))                          \
			fail_msg("no \"%s\" in: %s", line, all_); \
	} while (0)

/* --- leases --- */

static void
a_state_lease_tells_the_strip_that_it_names_now(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "ss", "state", "/ch/kick");
	ask(b, 0, "/subscribe", "ss", "state", "/ch/1");
	bench_replace(b, moved);
	assert_string_equal(hear(b, 0), "");
	ask(b, 1, "/ch/kick/mute", "i", 1);
	assert_string_equal(hear(b, 0), "/ch/kick/mute i 1\n");
	ask(b, 1, "/ch/vox/mute", "i", 1);
	assert_string_equal(hear(b, 0), "/ch/1/mute i 1\n");
	assert_heard(ask(b, 0, "/renew", ""), "/renewed ih 2 ");
}

static void
what_changed_before_is_told_by_its_old_address(void **state)
{
	struct bench *b = *state;
	struct address address = { .param = schema_param(PARAM_MUTE) };

	ask(b, 0, "/subscribe", "s", "state");
	osc_changed(b->osc, &address, NULL);
	bench_replace(b, moved);
	assert_string_equal(hear(b, 0), "/ch/kick/mute i 0\n");
}

/* Whoever reads the count with a renewal reads the desk again. */
static void
another_desk_counts_as_a_change(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "s", "state");
	assert_heard(ask(b, 0, "/renew", ""), "/renewed ih 1 0\n");
	bench_replace(b, moved);
	assert_heard(ask(b, 0, "/renew", ""), "/renewed ih 1 1\n");
}

static void
meters_go_on_with_the_strips_that_are_there(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "si", "meters", 100);
	assert_heard(ask(b, 0, "/meter/ch/kick/in", ""), "/meter/ch/kick/in");
	bench_replace(b, moved);
	run_for(b, 30);
	hear(b, 0);
	assert_heard(b->heard, "/meter/ch/vox/in fff ");
	assert_heard(b->heard, "/meter/ch/keys/fader ffffff ");
	assert_heard(ask(b, 0, "/meter/ch/vox/in", ""), "/meter/ch/vox/in");
}

static unsigned
blob_layout(const struct bench *b)
{
	uint8_t packet[OSC_PACKET];
	uint32_t number = 0;
	ssize_t size;

	while ((size = recv(b->client[0], packet, sizeof(packet), 0)) >= 0)
		if (size > 24 && strcmp((char *)packet, "/meters/blob") == 0)
			memcpy(&number, packet + 24, sizeof(number));
	return ntohl(number);
}

static void
blobs_go_on_with_another_layout_number(void **state)
{
	struct bench *b = *state;
	unsigned old, new;

	say(b, 0, "/subscribe", "si", "meters/blob", 100);
	run_for(b, 30);
	old = blob_layout(b);
	bench_replace(b, moved);
	run_for(b, 30);
	new = blob_layout(b);
	assert_int_not_equal(old, 0);
	assert_int_not_equal(new, 0);
	assert_int_not_equal(old, new);
}

static void
headroom_is_told_anew(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "si", "headroom", 100);
	run_for(b, 30);
	hear(b, 0);
	bench_replace(b, moved);
	run_for(b, 30);
	assert_heard(hear(b, 0), "/headroom/ch/vox/in ");
	assert_heard(b->heard, "/headroom/ch/kick/fader ");
}

/* --- long answers --- */

static void
a_dump_under_way_begins_again_and_is_whole(void **state)
{
	struct bench *b = *state;
	const char *again;
	int counted = 0, told = 0;

	for (int i = 0; i < 100; i++) {
		say(b, 0, "/dump", "");
		if (b->osc->table.client[0]->dump.going)
			break;
		hear(b, 0);
	}
	assert_true(b->osc->table.client[0]->dump.going);
	b->osc->table.client[0]->dump.walk.strip = 1;
	b->osc->table.client[0]->dump.count = 30;
	bench_replace(b, moved);
	run_for(b, 40);
	hear(b, 0);
	assert_memory_equal(b->heard, "/dump sh  0\n", 12);
	again = strstr(b->heard, "\n/dump sh  1\n/ch/vox/");
	assert_non_null(again);
	assert_heard(again, "\n/ch/kick/fader f -6\n");
	for (again++; (again = strchr(again, '\n')); again++)
		told++;
	assert_int_equal(sscanf(strstr(b->heard, "/dump/end"),
			     "/dump/end sih  %d 1\n", &counted),
	    1);
	assert_int_equal(counted, told - 2);
}

/* --- who may do what --- */

#define TOKENS(kept, role)                                         \
	"{ \"network\": \"127.0.0.2/32\", \"role\": \"" role "\"," \
	"  \"trusted\": true, \"token\": \"" kept "\" },"

static void
a_token_stays_shown_while_it_is_in_the_file(void **state)
{
	static const char with[] =
	    DESK(ADMIN ", " TOKENS("battery-staple", "view") ADMIN, "",
		KICK ", " KEYS);
	static const char other_place[] =
	    DESK(TOKENS("front-of-house", "view")
		     TOKENS("battery-staple", "mix") ADMIN,
		"", KEYS);
	static const char without[] =
	    DESK(TOKENS("front-of-house", "view") ADMIN, "", KEYS);
	struct bench *b = *state;
	struct sockaddr_in two = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000002) };

	bench_replace(b, with);
	close(b->client[1]);
	b->client[1] =
	    socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(
	    bind(b->client[1], (struct sockaddr *)&two, sizeof(two)), 0);
	assert_error(ask(b, 1, "/ch/keys/mute", ""), "not-allowed", "token");
	assert_heard(
	    ask(b, 1, "/auth", "s", "battery-staple"), "/auth ss view");
	ask(b, 1, "/subscribe", "s", "state");
	bench_replace(b, other_place);
	assert_heard(ask(b, 1, "/auth", ""), "/auth ss mix");
	ask(b, 0, "/ch/keys/mute", "i", 1);
	assert_string_equal(hear(b, 1), "/ch/keys/mute i 1\n");
	bench_replace(b, without);
	ask(b, 0, "/ch/keys/mute", "i", 0);
	assert_string_equal(hear(b, 1), "");
	assert_error(ask(b, 1, "/ch/keys/mute", ""), "not-allowed", "token");
	bench_replace(b, other_place);
	assert_error(ask(b, 1, "/ch/keys/mute", ""), "not-allowed", "token");
}

/* The smallest network decides, so also about who showed a token for a larger
 * one. */
static void
a_token_of_a_larger_network_ends_where_a_smaller_one_is_listed(void **state)
{
	static const char large[] =
	    DESK("{ \"network\": \"127.0.0.0/8\", \"role\": \"admin\","
		 "  \"trusted\": true, \"token\": \"battery-staple\" }",
		"", KEYS);
	static const char small[] =
	    DESK("{ \"network\": \"127.0.0.0/8\", \"role\": \"admin\","
		 "  \"trusted\": true, \"token\": \"battery-staple\" },"
		 "{ \"network\": \"127.0.0.1/32\", \"role\": \"view\","
		 "  \"trusted\": true }",
		"", KEYS);
	struct bench *b = *state;

	bench_replace(b, large);
	assert_heard(
	    ask(b, 0, "/auth", "s", "battery-staple"), "/auth ss admin");
	bench_replace(b, small);
	assert_heard(ask(b, 0, "/auth", ""), "/auth ss view");
}

static void
who_is_listed_no_more_is_told_no_more(void **state)
{
	static const char both[] =
	    DESK("{ \"network\": \"127.0.0.0/8\", \"role\": \"view\","
		 "  \"trusted\": true }",
		"", KEYS);
	struct bench *b = *state;

	bench_replace(b, both);
	assert_heard(answer_at(b, INADDR_LOOPBACK, 9), "/ch/keys/mute i 0\n");
	ask(b, 1, "/subscribe", "si", "status", 100);
	run_for(b, 30);
	assert_heard(hear(b, 1), "/status/");
	bench_replace(
	    b, DESK("{ \"network\": \"127.0.0.9/32\", \"role\": \"view\","
		    "  \"trusted\": true }",
		   "", KEYS));
	run_for(b, 30);
	assert_string_equal(hear(b, 1), "");
	assert_heard(answer_at(b, INADDR_LOOPBACK, 9), "/ch/keys/mute i 0\n");
	assert_string_equal(answer_at(b, INADDR_LOOPBACK, 1), "");
}

/* Else the daemon would send more to it than it sent. */
static void
who_is_trusted_no_more_has_to_prove_its_address(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "si", "status", 100);
	bench_replace(
	    b, DESK("{ \"network\": \"127.0.0.1/32\", \"role\": \"admin\" }",
		   "", KEYS));
	hear(b, 0);
	run_for(b, 30);
	assert_string_equal(hear(b, 0), "");
	assert_heard(
	    ask(b, 0, "/subscribe", "si", "status", 100), "/cookie s ");
}

static void
limits_are_those_of_the_new_desk(void **state)
{
	struct bench *b = *state;
	unsigned passed = 0;

	bench_replace(
	    b, DESK(ADMIN, ", \"limits\": { \"packets\": 5 }", KICK ", " KEYS));
	for (int i = 0; i < 20; i++)
		passed += ask(b, 0, "/ch/keys/mute", "")[0] != '\0';
	assert_in_range(passed, 5, 8);
}

/* --- subscribers of the file --- */

static void
subscribe(struct bench *b, const char *topics)
{
	struct sockaddr_in at = { 0 };
	socklen_t size = sizeof(at);
	char text[1024];

	assert_int_equal(
	    getsockname(b->client[1], (struct sockaddr *)&at, &size), 0);
	snprintf(text, sizeof(text),
	    DESK(ADMIN,
		", \"subscribers\": [ { \"url\": \"udp://127.0.0.1:%u\","
		"  \"topics\": [ %s ], \"rate\": 100 } ]",
		KEYS),
	    ntohs(at.sin_port), topics);
	bench_replace(b, text);
}

static void
a_subscriber_gets_the_topics_that_the_file_has_now(void **state)
{
	struct bench *b = *state;

	subscribe(b, "\"status\", \"state\"");
	run_for(b, 30);
	assert_heard(hear(b, 1), "/status/");
	ask(b, 0, "/ch/keys/mute", "i", 1);
	assert_heard(hear(b, 1), "/ch/keys/mute i 1\n");
	subscribe(b, "\"state\"");
	hear(b, 1);
	run_for(b, 30);
	assert_string_equal(hear(b, 1), "");
	ask(b, 0, "/ch/keys/mute", "i", 1);
	assert_heard(hear(b, 1), "/ch/keys/mute i 1\n");
	bench_replace(b, DESK(ADMIN, "", KEYS));
	ask(b, 0, "/ch/keys/mute", "i", 1);
	assert_string_equal(hear(b, 1), "");
	assert_int_equal(lease_subscribers(&b->osc->table), 0);
}

static void
a_subscriber_that_nothing_reaches_is_an_error_that_changes_nothing(void **state)
{
	const char *const urls[] = { url_of(*state, "udp", "127.0.0.1"), NULL };
	struct bench *b = *state;
	struct mixer *next = bench_mixer(
	    DESK(ADMIN ", { \"network\": \"10.0.0.0/8\", \"role\": \"view\","
		       "  \"trusted\": true }",
		", \"subscribers\": [ { \"url\": \"udp://127.0.0.1:9\","
		"  \"topics\": [\"state\"] },"
		"{ \"url\": \"udp://10.0.0.1:9\", \"topics\": [\"state\"] } ]",
		KEYS));
	char why[256];

	assert_false(prepare(b, next, urls, why));
	assert_memory_equal(
	    why, "osc.subscribers[1]: found udp://10.0.0.1:9,", 43);
	assert_null(b->osc->next);
	assert_int_equal(b->osc->table.clients, 0);
	mixer_free(next);
}

/* --- where it listens --- */

/* A connection; its first bytes say that packets come behind their length. */
static int
connect_to(const struct bench *b, in_addr_t host)
{
	struct sockaddr_in to = b->daemon;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(host);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Is a get through the connection answered? It is closed if not. */
static bool
stream_answers(struct bench *b, int fd)
{
	uint8_t packet[OSC_PACKET] = { 0 }, answer[OSC_PACKET];
	int size =
	    osc_print(packet + 4, sizeof(packet) - 4, "/ch/keys/mute", "");

	packet[3] = (uint8_t)size;
	if (send(fd, packet, (size_t)size + 4, MSG_NOSIGNAL) != size + 4)
		return false;
	run_for(b, 20);
	return recv(fd, answer, sizeof(answer), MSG_DONTWAIT) > 0;
}

static void
a_new_address_answers_and_one_that_is_gone_does_not(void **state)
{
	struct bench *b = *state;
	const char *const both[] = { url_of(b, "udp", "127.0.0.1"),
		url_of(b, "udp", "127.0.0.2"), NULL };
	const char *const second[] = { url_of(b, "udp", "127.0.0.2"), NULL };
	int fd = b->osc->listens.at[0].socket->fd;

	ask(b, 0, "/subscribe", "s", "state");
	replace_at(b, before, both);
	assert_int_equal(b->osc->listens.at[0].socket->fd, fd);
	assert_heard(answer_at(b, 0x7f000001, 1), "/ch/keys/mute i 0\n");
	assert_heard(answer_at(b, 0x7f000002, 1), "/ch/keys/mute i 0\n");
	assert_heard(ask(b, 0, "/renew", ""), "/renewed ih 1 ");
	replace_at(b, before, second);
	assert_string_equal(answer_at(b, 0x7f000001, 1), "");
	assert_heard(answer_at(b, 0x7f000002, 1), "/ch/keys/mute i 0\n");
	assert_int_equal(lease_subscribers(&b->osc->table), 0);
}

/* It answers by what the new desk allows, and only then. */
static void
a_new_address_waits_until_the_desk_is_there(void **state)
{
	struct bench *b = *state;
	const char *const both[] = { url_of(b, "udp", "127.0.0.1"),
		url_of(b, "udp", "127.0.0.2"), NULL };
	struct mixer *next = bench_mixer(moved);
	struct sockaddr_in daemon = b->daemon;
	char why[256];

	assert_true(prepare(b, next, both, why));
	b->daemon.sin_addr.s_addr = htonl(0x7f000002);
	assert_string_equal(ask(b, 0, "/ch/1/name", ""), "");
	b->daemon = daemon;
	bench_put(b, next);
	run_for(b, 5);
	assert_string_equal(hear(b, 0), "/ch/1/name s vox\n");
}

static void
an_abort_leaves_everything_as_it_was(void **state)
{
	struct bench *b = *state;
	const char *const second[] = { url_of(b, "udp", "127.0.0.2"),
		url_of(b, "tcp", "127.0.0.2"), NULL };
	struct mixer *next = bench_mixer(DESK("", "", KEYS));
	char why[256];

	ask(b, 0, "/subscribe", "s", "state");
	assert_true(prepare(b, next, second, why));
	osc_abort_desk(b->osc);
	mixer_free(next);
	assert_string_equal(answer_at(b, 0x7f000002, 1), "");
	assert_int_equal(connect_to(b, 0x7f000002), -1);
	ask(b, 1, "/ch/kick/mute", "i", 1);
	assert_string_equal(hear(b, 0), "/ch/kick/mute i 1\n");
}

static void
an_address_that_is_taken_is_an_error_that_names_it(void **state)
{
	struct bench *b = *state;
	struct sockaddr_in at;
	int other = client_open(&at);
	char url[64], why[256];
	const char *const urls[] = { url, NULL };
	struct mixer *next = bench_mixer(before);

	snprintf(url, sizeof(url), "udp://127.0.0.1:%u", ntohs(at.sin_port));
	assert_false(prepare(b, next, urls, why));
	if (strncmp(why, url, strlen(url)) != 0 ||
	    !strstr(why, "another headroomd"))
		fail_msg("%s", why);
	mixer_free(next);
	close(other);
	assert_heard(answer_at(b, 0x7f000001, 1), "/ch/keys/mute i 0\n");
}

/* From the loopback to all of the machine and back, on the same port. */
static void
all_addresses_may_follow_one_and_one_all(void **state)
{
	struct bench *b = *state;
	const char *const one[] = { url_of(b, "udp", "127.0.0.1"),
		url_of(b, "tcp", "127.0.0.1"), NULL };
	const char *const all[] = { url_of(b, "udp", "0.0.0.0"),
		url_of(b, "tcp", "0.0.0.0"), NULL };
	struct mixer *next;
	char why[256];
	int fd;

	replace_at(b, before, one);
	next = bench_mixer(before);
	assert_true(prepare(b, next, all, why));
	osc_abort_desk(b->osc);
	mixer_free(next);
	for (int i = 0; i < 2; i++) {
		replace_at(b, before, all);
		assert_heard(
		    answer_at(b, 0x7f000002, 1), "/ch/keys/mute i 0\n");
		fd = connect_to(b, 0x7f000002);
		assert_true(stream_answers(b, fd));
		replace_at(b, before, one);
		assert_string_equal(answer_at(b, 0x7f000002, 1), "");
		assert_heard(
		    answer_at(b, 0x7f000001, 1), "/ch/keys/mute i 0\n");
		assert_false(stream_answers(b, fd));
		close(fd);
		fd = connect_to(b, 0x7f000001);
		assert_true(stream_answers(b, fd));
		close(fd);
	}
}

/* Another daemon finds the port taken, as before. */
static void
nobody_else_gets_the_address(void **state)
{
	struct bench *b = *state;
	const char *const one[] = { url_of(b, "tcp", "127.0.0.1"), NULL };
	const char *const all[] = { url_of(b, "tcp", "0.0.0.0"), NULL };
	struct mixer *mixer = bench_mixer(before);
	char why[256];

	replace_at(b, before, one);
	replace_at(b, before, all);
	assert_null(osc_new(mixer, b->loop, all, 1, why, sizeof(why)));
	assert_non_null(strstr(why, "another headroomd"));
	assert_null(osc_new(mixer, b->loop, one, 1, why, sizeof(why)));
	assert_non_null(strstr(why, "another headroomd"));
	mixer_free(mixer);
}

static void
the_same_address_by_another_name_is_left_alone(void **state)
{
	struct bench *b = *state;
	const char *const named[] = { url_of(b, "udp", "localhost"), NULL };
	const struct osc_socket *socket = b->osc->listens.at[0].socket;

	ask(b, 0, "/subscribe", "s", "state");
	replace_at(b, before, named);
	assert_true(osc_listens_have(&b->osc->listens, socket));
	bench_replace(b, before);
	assert_true(osc_listens_have(&b->osc->listens, socket));
	assert_int_equal(b->osc->listens.count, OSC_PARTS);
	assert_heard(ask(b, 0, "/renew", ""), "/renewed ih 1 ");
}

static void
connections_end_with_what_let_them_in(void **state)
{
	struct bench *b = *state;
	const char *const urls[] = { url_of(b, "udp", "127.0.0.1"),
		url_of(b, "tcp", "127.0.0.1"), NULL };
	int first, fd;

	replace_at(b, before, urls);
	first = connect_to(b, INADDR_LOOPBACK);
	assert_true(stream_answers(b, first));
	replace_at(b, moved, urls);
	assert_true(stream_answers(b, first));
	replace_at(b,
	    DESK("{ \"network\": \"10.0.0.0/8\", \"role\": \"view\" }", "",
		KEYS),
	    urls);
	run_for(b, 20);
	assert_false(stream_answers(b, first));
	close(first);
	replace_at(b, before, urls);
	fd = connect_to(b, INADDR_LOOPBACK);
	assert_true(stream_answers(b, fd));
	bench_replace(b, before);
	run_for(b, 20);
	assert_false(stream_answers(b, fd));
	assert_null(b->osc->stream);
	close(fd);
}

/* --- with the mixer --- */

/* The mixer itself goes on, with what was set in it. */
static void
replace_within(struct bench *b, const char *text)
{
	const char *const urls[] = { url_of(b, "udp", "127.0.0.1") };
	struct config_errors errors = { .count = 0 };
	struct desk *next = config_parse(text, strlen(text), NULL, &errors);
	char why[256];

	assert_non_null(next);
	assert_int_equal(
	    osc_prepare_desk(b->osc, next, urls, 1, why, sizeof(why)), 0);
	assert_int_equal(mixer_replace_prepare(b->mixer, next, NULL), 0);
	osc_leave_desk(b->osc);
	mixer_replace(b->mixer);
	osc_take_desk(b->osc);
	mixer_tick(b->mixer, false);
	desk_log(b->mixer, "reload", "1 added, 2 moved");
}

static void
clients_follow_the_mixer(void **state)
{
	struct bench *b = *state;

	ask(b, 0, "/subscribe", "s", "events");
	ask(b, 0, "/subscribe", "ss", "state", "/ch/kick");
	ask(b, 0, "/subscribe", "sis", "meters", 100, "/ch/kick/fader");
	ask(b, 1, "/ch/kick/fader", "f", -20.0);
	hear(b, 0);
	for (int i = 1; i <= 3; i++) {
		char event[64];

		replace_within(b, i % 2 ? moved : before);
		run_for(b, 30);
		snprintf(event, sizeof(event),
		    "/event/desk hhssh %d 0 reload 1 added, 2 moved ", i);
		assert_heard(hear(b, 0), event);
		assert_heard(b->heard, "/meter/ch/kick/fader fff ");
		assert_heard(
		    ask(b, 1, "/ch/kick/fader", ""), "/ch/kick/fader f -20\n");
		ask(b, 1, "/ch/kick/mute", "i", i % 2);
		assert_heard(hear(b, 0), "/ch/kick/mute i ");
	}
	assert_heard(ask(b, 0, "/renew", ""), "/renewed ih 3 ");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, bench_stop)
	const struct CMUnitTest tests[] = {
		TEST(a_state_lease_tells_the_strip_that_it_names_now),
		TEST(what_changed_before_is_told_by_its_old_address),
		TEST(another_desk_counts_as_a_change),
		TEST(meters_go_on_with_the_strips_that_are_there),
		TEST(blobs_go_on_with_another_layout_number),
		TEST(headroom_is_told_anew),
		TEST(a_dump_under_way_begins_again_and_is_whole),
		TEST(a_token_stays_shown_while_it_is_in_the_file),
		TEST(
		    a_token_of_a_larger_network_ends_where_a_smaller_one_is_listed),
		TEST(who_is_listed_no_more_is_told_no_more),
		TEST(who_is_trusted_no_more_has_to_prove_its_address),
		TEST(limits_are_those_of_the_new_desk),
		TEST(a_subscriber_gets_the_topics_that_the_file_has_now),
		TEST(
		    a_subscriber_that_nothing_reaches_is_an_error_that_changes_nothing),
		TEST(a_new_address_answers_and_one_that_is_gone_does_not),
		TEST(a_new_address_waits_until_the_desk_is_there),
		TEST(an_abort_leaves_everything_as_it_was),
		TEST(an_address_that_is_taken_is_an_error_that_names_it),
		TEST(all_addresses_may_follow_one_and_one_all),
		TEST(nobody_else_gets_the_address),
		TEST(the_same_address_by_another_name_is_left_alone),
		TEST(connections_end_with_what_let_them_in),
		TEST(clients_follow_the_mixer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
