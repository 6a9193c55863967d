#include "tests/bench/bench_time.h"
#include "tests/rig/rig.h"

#include <arpa/inet.h>
#include <lo/lo.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Meter blobs of a large desk to many: what they take of the control thread,
 * how many packets arrive, and how evenly. Times of arrival are the kernel's,
 * so that this program's own pace does not count.
 */

#define RATE 48000
#define PERIOD 256
#define STRIPS 128 /* the master is one of them */
#define STAGES 7   /* in, trim, four slots, fader */
#define CLIENTS 64
#define HERTZ 50
#define SECONDS 8
#define NOISE 30000                   /* frames, again and again */
#define BLOBS (HERTZ * (SECONDS + 2)) /* room for those of a client */
#define ENTRIES 226                   /* of a packet, as headroom-osc(7) says */
#define ALLOWED_CORE 12.0             /* percent */
#define ALLOWED_JITTER 5.0            /* ms */

struct subscriber {
	int fd;
	size_t packets;
	size_t blobs;
	double arrival[BLOBS]; /* ms, of the first packet of each */
};

static struct subscriber subscribers[CLIENTS];

/* Every stage has a signal. */
static char *
make_json(void)
{
	static const char inserts[] =
	    "\"inserts\": [ {\"jack\": {}}, {\"jack\": {}}, {\"jack\": {}},"
	    " {\"jack\": {}} ]";
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);

	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (int i = 1; i < STRIPS; i++)
		fprintf(out,
		    "%s{ \"id\": \"c%d\", \"trim\": -30,"
		    " \"from\": [\"rig-play:out_1\"], %s }",
		    i > 1 ? "," : "", i, inserts);
	fprintf(out, "], \"master\": { %s } }", inserts);
	fclose(out);
	return json;
}

/* --- subscribers --- */

static void
say(const struct subscriber *s, const char *address, int hertz)
{
	char packet[128];
	size_t size = sizeof packet;
	lo_message message = lo_message_new();

	if (hertz > 0) {
		lo_message_add_string(message, "meters/blob");
		lo_message_add_int32(message, hertz);
	}
	lo_message_serialise(message, address, packet, &size);
	lo_message_free(message);
	assert_int_equal(send(s->fd, packet, size, 0), size);
}

static void
subscriber_open(struct subscriber *s, unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1, room = 1 << 20;

	s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	assert_int_equal(
	    setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on), 0);
	assert_int_equal(connect(s->fd, (struct sockaddr *)&to, sizeof to), 0);
}

/* Ms at which the kernel took a packet in. */
static double
arrival(struct msghdr *header)
{
	struct timespec at = { 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL;
	     c = CMSG_NXTHDR(header, c))
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&at, CMSG_DATA(c), sizeof at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

/* Takes what has come; keeps it if it `counts`. */
static void
subscriber_take(struct subscriber *s, bool counts)
{
	unsigned char packet[2048], control[128];
	struct iovec part = { packet, sizeof packet };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };

	for (;;) {
		header.msg_control = control;
		header.msg_controllen = sizeof control;
		ssize_t size = recvmsg(s->fd, &header, MSG_DONTWAIT);
		if (size < 0)
			return;
		assert_true(size < 1400);
		if (!counts || memcmp(packet, "/meters/blob", 13) != 0)
			continue;
		s->packets++;
		/* The number of the packet within its blob. */
		if (packet[32] == 0 && packet[33] == 0 && s->blobs < BLOBS)
			s->arrival[s->blobs++] = arrival(&header);
	}
}

/* Listens for a while, and renews the leases. */
static void
listen_for(double seconds, bool counts)
{
	struct pollfd ready[CLIENTS];
	double end = rig_now() + seconds, renew = rig_now();

	for (int i = 0; i < CLIENTS; i++)
		ready[i] = (struct pollfd){ .fd = subscribers[i].fd,
			.events = POLLIN };
	while (rig_now() < end) {
		/* Seldom: this program shares the machine with the daemon. */
		rig_sleep(15);
		poll(ready, CLIENTS, 0);
		for (int i = 0; i < CLIENTS; i++)
			if (ready[i].revents != 0)
				subscriber_take(&subscribers[i], counts);
		if (rig_now() < renew)
			continue;
		renew += 3;
		for (int i = 0; i < CLIENTS; i++)
			say(&subscribers[i], "/renew", 0);
	}
}

/* --- figures --- */

struct figures {
	double core;     /* percent, of the control thread */
	double expected; /* packets */
	size_t packets;
	double p50, p99, worst; /* ms that two blobs are too near or too far */
	int xruns;
};

/* Seconds that the control thread, which is the first, has run (proc(5)). */
static double
control_seconds(pid_t pid)
{
	char path[64];
	unsigned long long ns = 0;

	snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", (int)pid,
	    (int)pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%llu", &ns), 1);
	fclose(file);
	return (double)ns / 1e9;
}

static void
figure_jitter(struct figures *figures)
{
	static double off[CLIENTS * BLOBS];
	size_t count = 0;

	for (int i = 0; i < CLIENTS; i++) {
		const struct subscriber *s = &subscribers[i];
		for (size_t k = 1; k < s->blobs; k++)
			off[count++] = fabs(
			    s->arrival[k] - s->arrival[k - 1] - 1000.0 / HERTZ);
	}
	assert_true(count > 0);
	qsort(off, count, sizeof *off, bench_by_size);
	figures->p50 = off[count / 2];
	figures->p99 = off[count * 99 / 100];
	figures->worst = off[count - 1];
}

static struct figures
measure(struct rig *rig)
{
	struct figures figures = { 0 };

	for (int i = 0; i < CLIENTS; i++)
		say(&subscribers[i], "/subscribe", HERTZ);
	listen_for(1, false);
	int xruns = (int)osc_get(rig->osc, "/status/xruns");
	double before = control_seconds(rig->daemon), start = rig_now();
	listen_for(SECONDS, true);
	double took = rig_now() - start;
	figures.core = 100 * (control_seconds(rig->daemon) - before) / took;
	figures.xruns = (int)osc_get(rig->osc, "/status/xruns") - xruns;
	/* The master has two lanes. */
	size_t entries = (STRIPS + 1) * STAGES;
	size_t packets = (entries + ENTRIES - 1) / ENTRIES;
	figures.expected = (double)packets * CLIENTS * HERTZ * took;
	for (int i = 0; i < CLIENTS; i++)
		figures.packets += subscribers[i].packets;
	figure_jitter(&figures);
	return figures;
}

/* Percent of a core of the control thread, and xruns, without subscribers. */
static struct figures
measure_rest(struct rig *rig)
{
	struct figures figures = { 0 };
	int xruns = (int)osc_get(rig->osc, "/status/xruns");
	double before = control_seconds(rig->daemon), start = rig_now();

	rig_sleep(SECONDS * 1000);
	figures.core =
	    100 * (control_seconds(rig->daemon) - before) / (rig_now() - start);
	figures.xruns = (int)osc_get(rig->osc, "/status/xruns") - xruns;
	return figures;
}

static void
print(const struct figures *f, const struct figures *rest)
{
	const char *name = getenv("BENCH_JSON");
	FILE *json = name != NULL ? fopen(name, "a") : NULL;

	printf("subscribers: %d at %d Hz, meter blobs of %d strips of %d "
	       "stages, %d s\n",
	    CLIENTS, HERTZ, STRIPS, STAGES, SECONDS);
	printf("control thread: %.2f %% of a core, %.2f without them; allowed "
	       "%.0f\n",
	    f->core, rest->core, ALLOWED_CORE);
	printf("packets: %zu of %.0f; xruns: %d, %d without them\n", f->packets,
	    f->expected, f->xruns, rest->xruns);
	printf("jitter of arrival: ms %.2f in the median, %.2f at 99 %%, %.2f "
	       "worst; allowed %.0f at 99 %%\n\n",
	    f->p50, f->p99, f->worst, ALLOWED_JITTER);
	if (json == NULL)
		return;
	fprintf(json,
	    "{ \"bench\": \"subscribers\", \"clients\": %d, \"hertz\": %d,"
	    " \"strips\": %d, \"stages\": %d, \"core_percent\": %.3f,"
	    " \"rest_percent\": %.3f, \"packets\": %zu, \"expected\": %.0f,"
	    " \"jitter_p50_ms\": %.3f, \"jitter_p99_ms\": %.3f,"
	    " \"xruns\": %d, \"rest_xruns\": %d }\n",
	    CLIENTS, HERTZ, STRIPS, STAGES, f->core, rest->core, f->packets,
	    f->expected, f->p50, f->p99, f->xruns, rest->xruns);
	fclose(json);
}

static void
blobs_to_many(void **state)
{
	struct figures figures, rest;
	struct rig_take *take = take_new(1, 0, NOISE, RATE * 60);
	char *json = make_json(), last[32];
	struct rig rig;

	(void)state;
	signal_noise(take->play[0], NOISE, 0.5, 1);
	take->loops = true;
	rig_init(&rig, RATE, PERIOD);
	rig.port_max = 0;
	rig.priority = rig_may_realtime() ? 70 : 0;
	rig_start_server(&rig);
	rig_start_daemon(&rig, json);
	free(json);
	rig_wait_state(&rig, "running");
	rig_join(&rig, 1, 1);
	snprintf(last, sizeof last, "headroom:c%d_in_1", STRIPS - 1);
	rig_wait_connected(&rig, "rig-play:out_1", last);
	rig_roll(&rig, take);
	for (int i = 0; i < CLIENTS; i++)
		subscriber_open(&subscribers[i], rig.udp_port);
	rig_sleep(1000);
	rest = measure_rest(&rig);
	figures = measure(&rig);
	print(&figures, &rest);
	for (int i = 0; i < CLIENTS; i++)
		close(subscribers[i].fd);
	rig_cut(&rig);
	rig_end(&rig);
	take_free(take);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(blobs_to_many) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
