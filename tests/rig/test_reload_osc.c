#include "rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * What clients notice of a daemon that reads its configuration again: SIGHUP,
 * from outside, while they listen.
 */

#define PATIENCE_MS 10000
#define AGAIN_MS 2000
#define WIDE 96 /* channels of a desk whose dump takes a while */
#define DUMPS 12

#define ADMIN                                                   \
	"{ \"network\": \"127.0.0.1/32\", \"role\": \"admin\"," \
	"  \"trusted\": true }"
#define TOKEN                                                 \
	"{ \"network\": \"127.0.0.2/32\", \"role\": \"mix\"," \
	"  \"trusted\": true, \"token\": \"battery-staple\" }"
#define KICK "{ \"id\": \"kick\", \"fader\": -6 }"
#define KEYS "{ \"id\": \"keys\", \"lanes\": 2 }"
#define VOX "{ \"id\": \"vox\" }"

struct place {
	struct rig rig;
	struct osc_client *ear; /* hears of each desk */
};

/* A configuration in parts; what is NULL has a default. */
struct parts {
	const char *allow, *listen, *more, *channels;
};

static char *
json_of(const struct rig *rig, const struct parts *parts)
{
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);

	assert_non_null(out);
	fprintf(out,
	    "{ \"version\": 1, \"osc\": { \"allow\": [ %s ],"
	    "  \"listen\": [ \"udp://127.0.0.1:%u\"%s%s ]%s },"
	    "  \"channels\": [ %s ] }\n",
	    parts->allow ? parts->allow : ADMIN, rig->udp_port,
	    parts->listen ? ", " : "", parts->listen ? parts->listen : "",
	    parts->more ? parts->more : "",
	    parts->channels ? parts->channels : KICK ", " KEYS);
	fclose(out);
	return json;
}

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	rig_init(&place->rig, 48000, 256);
	rig_take_place(&place->rig);
	place->rig.listens = true;
	*state = place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	osc_close(place->ear);
	rig_end(&place->rig);
	rig_remove(place->rig.place);
	free(place);
	return 0;
}

static void
start(struct place *place, const struct parts *parts)
{
	char *json = json_of(&place->rig, parts);

	rig_start_server(&place->rig);
	rig_start_daemon(&place->rig, json);
	free(json);
	rig_wait_state(&place->rig, "running");
	place->ear = osc_open(place->rig.udp_port);
}

static void
ask_to_reload(struct place *place, const struct parts *parts)
{
	char *json = json_of(&place->rig, parts);

	rig_configure(&place->rig, json);
	free(json);
	osc_send(place->ear, "/subscribe", "ss", "events", "/event/desk");
	osc_wait(place->ear, "/subscribed");
	kill(place->rig.daemon, SIGHUP);
}

/* The event of another desk, asked for again where the desk before had not
 * settled yet. */
static const struct osc_reply *
wait_for_desk(struct place *place)
{
	const struct osc_reply *reply;

	for (int i = 0; i < PATIENCE_MS / AGAIN_MS; i++) {
		double until = rig_now() + 1e-3 * AGAIN_MS;

		while (rig_now() < until)
			if ((reply = osc_next(place->ear, 100)) &&
			    strcmp(reply->address, "/event/desk") == 0)
				return reply;
		osc_send(place->ear, "/renew", "");
		kill(place->rig.daemon, SIGHUP);
	}
	rig_fail(&place->rig, "no other desk came");
}

/* Has the daemon take another configuration, and waits for it. */
static void
reload(struct place *place, const struct parts *parts)
{
	const struct osc_reply *event;

	ask_to_reload(place, parts);
	event = wait_for_desk(place);
	assert_string_equal(event->types, "hhssh");
	assert_string_equal(osc_text(event, 2), "reload");
}

/* Is there an answer from this address of the loopback at this port? */
static bool
answers(const char *from, unsigned port)
{
	struct osc_client *osc = osc_open_from(from, port);
	bool any = false;

	/* The first may only tell that nobody is there. */
	for (int i = 0; i < 3 && !any; i++) {
		osc_send(osc, "/ch/keys/mute", "");
		any = osc_next(osc, 150) != NULL;
	}
	osc_close(osc);
	return any;
}

static unsigned
free_port(int *held)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	if (held)
		*held = fd;
	else
		close(fd);
	return ntohs(at.sin_port);
}

/* --- leases --- */

static void
a_lease_goes_on_with_the_strip_that_it_names(void **state)
{
	struct place *place = *state;
	const struct parts moved = { .channels = VOX ", " KEYS ", " KICK };
	struct osc_client *by_id, *by_place;

	start(place, &(struct parts){ 0 });
	by_id = osc_open(place->rig.udp_port);
	by_place = osc_open(place->rig.udp_port);
	osc_send(by_id, "/subscribe", "ss", "state", "/ch/kick");
	osc_wait(by_id, "/subscribed");
	osc_send(by_place, "/subscribe", "ss", "state", "/ch/1");
	osc_wait(by_place, "/subscribed");
	osc_send(place->rig.osc, "/ch/kick/fader", "f", -20.0);
	osc_expect(by_id, "/ch/kick/fader", "f", -20.0);
	reload(place, &moved);
	osc_drain(by_id);
	osc_drain(by_place);
	osc_send(place->rig.osc, "/ch/kick/mute", "i", 1);
	osc_expect(by_id, "/ch/kick/mute", "i", 1);
	osc_expect_nothing(by_place, 50);
	osc_send(place->rig.osc, "/ch/vox/mute", "i", 1);
	osc_expect(by_place, "/ch/1/mute", "i", 1);
	osc_expect_nothing(by_id, 50);
	assert_true(osc_get(place->rig.osc, "/ch/kick/fader") == -20);
	osc_close(by_id);
	osc_close(by_place);
}

static uint32_t
blob_layout(struct osc_client *osc)
{
	const struct osc_reply *reply = osc_wait(osc, "/meters/blob");
	const uint8_t *data = (const uint8_t *)reply->argv[0] + 4;

	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 |
	       (uint32_t)data[2] << 8 | data[3];
}

/* The number by which blobs of the whole desk are read. */
static uint32_t
layout(struct osc_client *osc)
{
	osc_send(osc, "/meters/layout", "");
	return (uint32_t)osc_number(osc_wait(osc, "/meters/layout/end"), 1);
}

static void
blobs_say_that_their_layout_is_another(void **state)
{
	struct place *place = *state;
	const struct parts moved = { .channels = VOX ", " KEYS ", " KICK };
	struct osc_client *osc;
	uint32_t before;

	start(place, &(struct parts){ 0 });
	osc = osc_open(place->rig.udp_port);
	before = layout(place->rig.osc);
	osc_send(osc, "/subscribe", "si", "meters/blob", 50);
	assert_int_equal(blob_layout(osc), before);
	reload(place, &moved);
	osc_drain(osc);
	assert_int_not_equal(blob_layout(osc), before);
	assert_int_equal(blob_layout(osc), layout(place->rig.osc));
	osc_close(osc);
}

/* Whoever the file tells has not asked. */
static void
a_subscriber_of_the_file_gets_its_topics(void **state)
{
	struct place *place = *state;
	int fd;
	unsigned port = free_port(&fd);
	char more[128], packet[2048];
	const struct parts with = { .more = more };

	snprintf(more, sizeof more,
	    ", \"subscribers\": [ { \"url\": \"udp://127.0.0.1:%u\","
	    "  \"topics\": [\"status\"], \"rate\": 50 } ]",
	    port);
	start(place, &(struct parts){ 0 });
	reload(place, &with);
	rig_sleep(200);
	assert_true(recv(fd, packet, sizeof packet, MSG_DONTWAIT) > 0);
	reload(place, &(struct parts){ 0 });
	while (recv(fd, packet, sizeof packet, MSG_DONTWAIT) > 0)
		;
	rig_sleep(200);
	assert_true(recv(fd, packet, sizeof packet, MSG_DONTWAIT) < 0);
	close(fd);
}

/* --- who may do what, and where --- */

static void
a_token_counts_while_it_is_in_the_file(void **state)
{
	struct place *place = *state;
	const struct parts with = { .allow = ADMIN ", " TOKEN },
			   before = { .allow = TOKEN ", " ADMIN,
				   .channels = VOX ", " KEYS },
			   other = { .allow = ADMIN
				     ", { \"network\": \"127.0.0.2/32\","
				     "  \"role\": \"mix\", \"trusted\": true,"
				     "  \"token\": \"front-of-house\" }" };
	struct osc_client *osc;

	start(place, &with);
	osc = osc_open_from("127.0.0.2", place->rig.udp_port);
	osc_send(osc, "/auth", "s", "battery-staple");
	osc_expect(osc, "/auth", "ss", "mix", "");
	reload(place, &before);
	osc_send(osc, "/ch/keys/mute", "");
	osc_expect(osc, "/ch/keys/mute", "i", 0);
	reload(place, &other);
	osc_send(osc, "/ch/keys/mute", "i", 1);
	osc_expect_error(osc, "/ch/keys/mute", "not-allowed");
	osc_send(osc, "/auth", "s", "battery-staple");
	osc_expect_error(osc, "/auth", "not-allowed");
	osc_send(osc, "/auth", "s", "front-of-house");
	osc_expect(osc, "/auth", "ss", "mix", "");
	reload(place, &(struct parts){ 0 });
	osc_send(osc, "/ch/keys/mute", "");
	osc_expect_nothing(osc, 100);
	osc_close(osc);
}

static void
addresses_come_and_go(void **state)
{
	struct place *place = *state;
	unsigned port = free_port(NULL);
	char listen[64];
	const struct parts both = { .listen = listen };

	snprintf(listen, sizeof listen, "\"udp://127.0.0.1:%u\"", port);
	start(place, &(struct parts){ 0 });
	assert_false(answers("127.0.0.1", port));
	reload(place, &both);
	assert_true(answers("127.0.0.1", port));
	assert_true(answers("127.0.0.1", place->rig.udp_port));
	reload(place, &(struct parts){ 0 });
	assert_false(answers("127.0.0.1", port));
	assert_true(answers("127.0.0.1", place->rig.udp_port));
}

static void
an_address_that_is_taken_changes_nothing(void **state)
{
	struct place *place = *state;
	int fd;
	unsigned port = free_port(&fd);
	char listen[64], *log;
	const struct parts taken = { .listen = listen,
		.channels = VOX ", " KEYS };
	bool named = false;

	snprintf(listen, sizeof listen, "\"udp://127.0.0.1:%u\"", port);
	start(place, &(struct parts){ 0 });
	ask_to_reload(place, &taken);
	for (int i = 0; i < 100 && !named; i++) {
		char url[64];

		snprintf(url, sizeof url, "udp://127.0.0.1:%u: ", port);
		rig_sleep(50);
		log = rig_daemon_log(&place->rig);
		named = strstr(log, url) != NULL;
		free(log);
	}
	assert_true(named);
	osc_expect_nothing(place->ear, 100);
	osc_send(place->rig.osc, "/ch/1/name", "");
	osc_expect(place->rig.osc, "/ch/1/name", "s", "kick");
	close(fd);
}

/* --- long answers and scenes --- */

static char *
wide(const char *more)
{
	char *channels = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&channels, &size);

	assert_non_null(out);
	for (int i = 0; i < WIDE; i++)
		fprintf(out, "{ \"id\": \"c%d\" }, ", i);
	fprintf(out, "%s", more);
	fclose(out);
	return channels;
}

/* A dump tells at its end how many values it has told since its beginning, and
 * its values are those of one desk. */
static void
expect_whole(struct osc_client *osc)
{
	const struct osc_reply *reply;
	int count = 0, kicks = 0, voxes = 0;

	while ((reply = osc_next(osc, 2000)) &&
	       strcmp(reply->address, "/dump/end") != 0) {
		if (strcmp(reply->address, "/dump") == 0) {
			count = kicks = voxes = 0;
			continue;
		}
		count++;
		kicks += strncmp(reply->address, "/ch/kick/", 9) == 0;
		voxes += strncmp(reply->address, "/ch/vox/", 8) == 0;
	}
	assert_non_null(reply);
	assert_int_equal(count, osc_number(reply, 1));
	assert_true(count > WIDE * 10);
	assert_true((kicks == 0) != (voxes == 0));
}

static void
dumps_under_way_end_complete(void **state)
{
	struct place *place = *state;
	char *first = wide(KICK), *second = wide(VOX);
	struct osc_client *osc[DUMPS];

	start(place, &(struct parts){ .channels = first });
	for (int i = 0; i < DUMPS; i++)
		osc[i] = osc_open(place->rig.udp_port);
	ask_to_reload(place, &(struct parts){ .channels = second });
	for (int i = 0; i < DUMPS; i++) {
		osc_send(osc[i], "/dump", "");
		rig_sleep(15);
	}
	wait_for_desk(place);
	for (int i = 0; i < DUMPS; i++) {
		expect_whole(osc[i]);
		osc_close(osc[i]);
	}
	free(first);
	free(second);
}

static void
the_current_scene_stays_so(void **state)
{
	struct place *place = *state;
	const struct parts moved = { .channels = VOX ", " KICK };
	struct osc_client *osc;

	start(place, &(struct parts){ 0 });
	osc = place->rig.osc;
	osc_send(osc, "/ch/kick/fader", "f", -12.5);
	osc_send(osc, "/scene/save", "ss", "verse", "/ch/*/fader");
	osc_wait(osc, "/scene/save");
	reload(place, &moved);
	osc_send(osc, "/scene/current", "");
	osc_expect(osc, "/scene/current", "sif", "verse", 0, 0.0);
	osc_send(osc, "/ch/kick/fader", "f", -3.0);
	osc_send(osc, "/scene/current", "");
	osc_expect(osc, "/scene/current", "sif", "verse", 1, 0.0);
	osc_send(osc, "/scene/recall", "s", "verse");
	osc_expect(osc, "/scene/recall", "siiif", "verse", 1, 0, 1, 0.0);
	assert_true(osc_get(osc, "/ch/kick/fader") == -12.5);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_lease_goes_on_with_the_strip_that_it_names),
		TEST(blobs_say_that_their_layout_is_another),
		TEST(a_subscriber_of_the_file_gets_its_topics),
		TEST(a_token_counts_while_it_is_in_the_file),
		TEST(addresses_come_and_go),
		TEST(an_address_that_is_taken_changes_nothing),
		TEST(dumps_under_way_end_complete),
		TEST(the_current_scene_stays_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
