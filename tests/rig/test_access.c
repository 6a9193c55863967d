#include "rig.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Who may do what, from outside: each refusal by the real daemon, headroomctl's
 * way through cookie and token, and a flood beside audio and a trusted client.
 * HEADROOM_FLOOD is for how many seconds, 3 unless set.
 */

static const char desk[] =
    "{ \"version\": 1, \"osc\": { \"allow\": ["
    "  { \"network\": \"127.0.0.1/32\", \"role\": \"admin\" },"
    "  { \"network\": \"127.0.0.2/32\", \"role\": \"view\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.0.3/32\", \"role\": \"mix\","
    "    \"trusted\": true, \"strips\": [\"bus/mon-*\"] },"
    "  { \"network\": \"127.0.0.5/32\", \"role\": \"mix\","
    "    \"trusted\": true, \"token\": \"battery-staple\" },"
    "  { \"network\": \"127.0.0.9/32\", \"role\": \"admin\","
    "    \"trusted\": true },"
    "  { \"network\": \"127.0.1.0/24\", \"role\": \"admin\" } ],"
    "  \"limits\": { \"packets\": 2000 } },"
    "  \"channels\": [ { \"id\": \"a\", \"sends\": { \"mon-1\": {},"
    "    \"verb\": {} } } ],"
    "  \"buses\": [ { \"id\": \"mon-1\", \"to\": [] },"
    "    { \"id\": \"verb\" } ] }";

/* A daemon that is listened to from 127.0.0.9. */
static void
start(struct rig *rig, const char *json)
{
	rig_init(rig, 48000, 256);
	rig->priority = rig_may_realtime() ? 60 : 0;
	rig_start_server(rig);
	rig_start_daemon(rig, json);
	osc_close(rig->osc);
	rig->osc = osc_open_from("127.0.0.9", rig->udp_port);
	rig_wait_state(rig, "running");
}

static double
dropped(struct rig *rig, const char *reason)
{
	char address[64];

	snprintf(address, sizeof address, "/status/drops/%s", reason);
	return osc_get(rig->osc, address);
}

/* --- refusals --- */

/* What is sent from where, what is answered, and as what it is counted. */
static const struct refusal {
	const char *from, *address, *types;
	double value;
	const char *code, *drop;
} refusal[] = {
	{ "127.0.0.2", "/ch/a/mute", "i", 1, "not-allowed", "role" },
	{ "127.0.0.2", "/ch/*/mute", "i", 1, "not-allowed", "role" },
	{ "127.0.0.2", "/loudness/master/reset", "", 0, "not-allowed", "role" },
	{ "127.0.0.3", "/ch/a/mute", "i", 1, "not-allowed", "role" },
	{ "127.0.0.3", "/master/mute", "i", 1, "not-allowed", "role" },
	{ "127.0.0.3", "/bus/mon-1/solo", "i", 1, "not-allowed", "role" },
	{ "127.0.0.3", "/ch/a/send/verb/mute", "i", 1, "not-allowed", "role" },
	{ "127.0.0.3", "/bus/*/mute", "i", 1, "not-allowed", "role" },
	{ "127.0.0.3", "/loudness/reset", "", 0, "not-allowed", "role" },
	{ "127.0.0.5", "/ch/a/mute", "i", 1, "not-allowed", "token" },
	{ "127.0.0.5", "/ch/a/mute", "", 0, "not-allowed", "token" },
	{ "127.0.0.4", "/ch/a/mute", "i", 1, NULL, "denied" },
	{ "127.0.0.1", "/ch/a/send/verb/mute", "i", 1, "cookie", "cookie" },
	{ "127.0.0.1", "/ch/a/mute", "", 0, NULL, "cookie" },
	{ "127.0.1.7", "/bus/verb/fader", "i", 1, "cookie", "cookie" },
};

static void
replay(struct rig *rig, const struct refusal *one)
{
	struct osc_client *osc = osc_open_from(one->from, rig->udp_port);
	double before = dropped(rig, one->drop);

	if (one->types[0] == 'i')
		osc_send(osc, one->address, "i", (int)one->value);
	else
		osc_send(osc, one->address, "");
	if (!one->code)
		osc_expect_nothing(osc, 50);
	else if (strcmp(one->code, "cookie") == 0)
		assert_string_equal(
		    osc_text(osc_wait(osc, "/cookie"), 0) ? "" : "none", "");
	else
		osc_expect_error(osc, one->address, one->code);
	if (dropped(rig, one->drop) != before + 1)
		fail_msg("%s %s was not counted as %s", one->from, one->address,
		    one->drop);
	osc_close(osc);
}

static void
every_refusal_is_counted_logged_and_changes_nothing(void **state)
{
	static const char *const mutes[] = { "/ch/a/mute", "/master/mute",
		"/bus/mon-1/mute", "/bus/verb/mute", "/bus/mon-1/solo",
		"/ch/a/send/verb/mute" };
	static const char *const logged[] = {
		"refused 127.0.0.2: its role does not allow it to set values",
		"refused 127.0.0.3: its role is narrowed to other strips",
		"refused 127.0.0.4: it is in no network of osc.allow",
		"refused 127.0.0.5: its network demands a token in osc.allow"
	};
	struct rig *rig = *state;
	struct osc_client *osc;
	char *log;

	start(rig, desk);
	for (size_t i = 0; i < sizeof refusal / sizeof *refusal; i++)
		replay(rig, &refusal[i]);
	osc = osc_open_from("127.0.0.5", rig->udp_port);
	osc_send(osc, "/auth", "s", "battery-stable");
	osc_expect_error(osc, "/auth", "not-allowed");
	osc_send(osc, "/auth", "s", "battery-staple");
	osc_expect(osc, "/auth", "ss", "mix", "");
	osc_close(osc);
	for (size_t i = 0; i < sizeof mutes / sizeof *mutes; i++)
		assert_true(osc_get(rig->osc, mutes[i]) == 0);
	log = rig_daemon_log(rig);
	for (size_t i = 0; i < sizeof logged / sizeof *logged; i++) {
		char *line = strstr(log, logged[i]);

		if (!line || strstr(line + 1, logged[i]))
			rig_fail(rig, "not logged once: %s", logged[i]);
	}
	assert_null(strstr(log, "battery"));
	free(log);
}

static void
a_sender_above_its_rate_is_dropped_and_others_are_not(void **state)
{
	struct rig *rig = *state;
	struct osc_client *osc;
	unsigned answers = 0;

	start(rig, desk);
	osc = osc_open_from("127.0.0.2", rig->udp_port);
	for (int i = 0; i < 4000; i++) {
		osc_send(osc, "/ch/a/mute", "");
		if (i % 200 == 199) {
			assert_true(osc_get(rig->osc, "/ch/a/mute") == 0);
			while (osc_next(osc, 0))
				answers++;
		}
	}
	while (osc_next(osc, 50))
		answers++;
	/* The burst of a second, and what came on top of it meanwhile. */
	assert_in_range(answers, 2000, 3900);
	assert_true(dropped(rig, "rate") == 4000 - answers);
	osc_close(osc);
}

/* --- headroomctl --- */

/* Runs headroomctl; what it printed, to both of its outputs, is in `text`. */
static int
ctl(struct rig *rig, const char *token, const char *words, char *text,
    size_t size)
{
	const char *build = getenv("HEADROOM_BUILD");
	char command[512];
	FILE *out;
	size_t used;

	if (token)
		setenv("HEADROOM_TOKEN", token, 1);
	else
		unsetenv("HEADROOM_TOKEN");
	snprintf(command, sizeof command,
	    "%s/headroomctl -u udp://127.0.0.1:%u %s 2>&1",
	    build && *build ? build : "build", rig->udp_port, words);
	out = popen(command, "r");
	assert_non_null(out);
	used = fread(text, 1, size - 1, out);
	text[used] = '\0';
	unsetenv("HEADROOM_TOKEN");
	return WEXITSTATUS(pclose(out));
}

static void
headroomctl_proves_its_address_by_itself(void **state)
{
	struct rig *rig = *state;
	char text[65536];

	start(rig, desk);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(
		    ctl(rig, NULL, "get /ch/a/mute", text, sizeof text), 0);
		assert_non_null(strstr(text, "/ch/a/mute"));
	}
	assert_int_equal(
	    ctl(rig, NULL, "set /ch/a/mute 1", text, sizeof text), 0);
	assert_true(osc_get(rig->osc, "/ch/a/mute") == 1);
	assert_int_equal(ctl(rig, NULL, "list", text, sizeof text), 0);
	assert_non_null(strstr(text, "mon-1"));
	assert_int_equal(ctl(rig, NULL, "status", text, sizeof text), 0);
	assert_int_equal(
	    ctl(rig, NULL, "get '/bus/*/*'", text, sizeof text), 0);
	assert_non_null(strstr(text, "/bus/verb/fader"));
	assert_true(dropped(rig, "rate") == 0);
}

static void
headroomctl_shows_its_token(void **state)
{
	static const char guarded[] =
	    "{ \"version\": 1, \"osc\": { \"allow\": ["
	    "  { \"network\": \"127.0.0.1/32\", \"role\": \"mix\","
	    "    \"token\": \"battery-staple\" },"
	    "  { \"network\": \"127.0.0.9/32\", \"role\": \"admin\","
	    "    \"trusted\": true } ] },"
	    "  \"channels\": [ { \"id\": \"a\" } ] }";
	struct rig *rig = *state;
	char text[65536];

	start(rig, guarded);
	assert_int_not_equal(
	    ctl(rig, NULL, "get /ch/a/mute", text, sizeof text), 0);
	assert_non_null(strstr(text, "allowed /auth with a token"));
	assert_int_not_equal(
	    ctl(rig, "wrong-token", "get /ch/a/mute", text, sizeof text), 0);
	assert_non_null(strstr(text, "HEADROOM_TOKEN: "));
	assert_null(strstr(text, "wrong-token"));
	assert_int_equal(
	    ctl(rig, "battery-staple", "set /ch/a/mute 1", text, sizeof text),
	    0);
	assert_true(osc_get(rig->osc, "/ch/a/mute") == 1);
}

/* --- a flood --- */

#define FLOOD_RATE 50000 /* datagrams a second */
#define FLOOD_SOCKETS 32
#define FLOOD_BATCH 50 /* of a millisecond */
#define FLOODS 12

struct flood {
	unsigned port;
	atomic_bool ends;
	atomic_uint sent;
	double worst; /* s that the trusted client waited */
	unsigned asked, late;
};

/* Half from a network that is listed and not trusted, half from strangers. */
static int
flood_socket(const struct flood *flood, int index)
{
	struct sockaddr_in own = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl((index % 2 ? 0x7f000100 : 0x7f000200) +
					 1 + (uint32_t)index) };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)flood->port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		abort();
	return fd;
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

/* Junk, or OSC that would be much work. */
static size_t
flood_packet(uint8_t *data, uint32_t *seed)
{
	static const char pattern[] = "//*\0,\0\0";
	static const char subscribe[] = "/subscribe\0\0,s\0\0meters\0";
	size_t size = next_random(seed) % 256;

	switch (next_random(seed) % 4) {
	case 0:
		memcpy(data, pattern, sizeof pattern);
		return sizeof pattern;
	case 1:
		memcpy(data, subscribe, sizeof subscribe);
		return sizeof subscribe;
	default:
		for (size_t i = 0; i < size; i++)
			data[i] = (uint8_t)next_random(seed);
		return size;
	}
}

static void *
flood_run(void *arg)
{
	struct flood *flood = arg;
	int fd[FLOOD_SOCKETS];
	uint32_t seed = 7;
	double begin = rig_now();

	for (int i = 0; i < FLOOD_SOCKETS; i++)
		fd[i] = flood_socket(flood, i);
	while (!atomic_load(&flood->ends)) {
		double due = (rig_now() - begin) * FLOOD_RATE;

		for (int i = 0;
		     i < 20 * FLOOD_BATCH && atomic_load(&flood->sent) < due;
		     i++) {
			uint8_t data[256];
			size_t size = flood_packet(data, &seed);

			(void)send(fd[next_random(&seed) % FLOOD_SOCKETS], data,
			    size, MSG_DONTWAIT);
			atomic_fetch_add(&flood->sent, 1);
		}
		usleep(1000);
	}
	for (int i = 0; i < FLOOD_SOCKETS; i++)
		close(fd[i]);
	return NULL;
}

static void *
ask_run(void *arg)
{
	struct flood *flood = arg;
	struct osc_client *osc = osc_open_from("127.0.0.9", flood->port);

	while (!atomic_load(&flood->ends)) {
		double asked = rig_now(), waited;
		bool answered;

		osc_send(osc, "/status/uptime", "");
		answered = osc_next(osc, 500) != NULL;
		waited = rig_now() - asked;
		flood->asked++;
		flood->late += !answered || waited > 0.1;
		flood->worst = fmax(flood->worst, waited);
		usleep(10000);
	}
	osc_close(osc);
	return NULL;
}

/* Frames that are not what was played. */
static uint32_t
gaps(const struct rig_take *take, double wanted)
{
	uint32_t wrong = 0;

	for (uint32_t i = 0; i < take->frames; i++)
		wrong += fabs((double)take->capture[0][i] - wanted) > 1e-6;
	return wrong;
}

/* Plays through a flood. Returns whether that was one, JACK kept time in it,
 * and the trusted client was answered within 100 ms every time. */
static bool
flood_once(struct rig *rig, struct rig_take *take)
{
	struct flood flood = { .port = rig->udp_port };
	pthread_t flooder, asker;
	double begin = rig_now(), rate;
	int lost;

	assert_int_equal(pthread_create(&flooder, NULL, flood_run, &flood), 0);
	assert_int_equal(pthread_create(&asker, NULL, ask_run, &flood), 0);
	rig_roll(rig, take);
	lost = rig_finish(rig);
	atomic_store(&flood.ends, true);
	pthread_join(flooder, NULL);
	pthread_join(asker, NULL);
	begin = rig_now() - begin;
	rate = atomic_load(&flood.sent) / begin;
	print_message("%.0f datagrams/s for %.1f s: worst answer %.1f ms of "
		      "%u, %u late; JACK %s time; denied %.0f, unproven %.0f, "
		      "malformed %.0f, rate %.0f\n",
	    rate, begin, 1e3 * flood.worst, flood.asked, flood.late,
	    lost ? "lost" : "kept", dropped(rig, "denied"),
	    dropped(rig, "cookie"), dropped(rig, "malformed"),
	    dropped(rig, "rate"));
	return lost == 0 && flood.late == 0 && flood.asked > 10 * begin &&
	       rate > 0.8 * FLOOD_RATE;
}

static void
a_flood_harms_neither_audio_nor_a_trusted_client(void **state)
{
	static const char plain[] =
	    "{ \"version\": 1, \"osc\": { \"allow\": ["
	    "  { \"network\": \"127.0.0.9/32\", \"role\": \"admin\","
	    "    \"trusted\": true },"
	    "  { \"network\": \"127.0.1.0/24\", \"role\": \"admin\" } ] },"
	    "  \"channels\": [ { \"id\": \"a\" } ],"
	    "  \"master\": { \"lanes\": 1 } }";
	const char *text = getenv("HEADROOM_FLOOD");
	unsigned seconds = text ? (unsigned)atoi(text) : 3, floods = 0;
	struct rig *rig = *state;
	struct rig_take *take;

	if (rig_sanitized()) {
		print_message("SKIPPED: a sanitizer is too slow for a flood\n");
		skip();
	}
	start(rig, plain);
	rig_join(rig, 1, 1);
	rig_connect_play(rig, 0, "headroom:a_in_1");
	rig_connect_capture(rig, "headroom:master_out_1", 0);
	take = take_new(1, 1, 64, seconds * rig->rate);
	signal_dc(take->play[0], 64, 0.25);
	take->loops = true;
	/* A machine that is busy with others may fail any one of them. */
	while (!flood_once(rig, take))
		if (++floods == FLOODS)
			rig_fail(rig,
			    "each of %d floods cost a cycle or an "
			    "answer, or was none",
			    FLOODS);
	assert_int_equal(gaps(take, 0.25), 0);
	/* It did come, and was seen for what it is. */
	assert_true(dropped(rig, "denied") > 0);
	assert_true(dropped(rig, "cookie") > 0);
	take_free(take);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(every_refusal_is_counted_logged_and_changes_nothing),
		RIG_TEST(a_sender_above_its_rate_is_dropped_and_others_are_not),
		RIG_TEST(headroomctl_proves_its_address_by_itself),
		RIG_TEST(headroomctl_shows_its_token),
		RIG_TEST(a_flood_harms_neither_audio_nor_a_trusted_client),
	};

	cmocka_set_test_filter(getenv("HEADROOM_ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
