#include "rig.h"
#include "rig_proxy.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * What the daemon remembers of events, and what its client makes of them on a
 * bad network; and the desk as a whole.
 */

#define RATE 48000
/* Frames from one over to the next; what is nearer may be one event, as C takes
 * windows of any length while JACK freewheels. */
#define BURST 9600

struct scene {
	struct rig rig;
	char dir[48];
	struct rig_take *take;
	struct rig_proxy *proxy;
	pid_t client;
};

static const char json[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"loud\", \"trim\": 12,"
    " \"from\": [\"rig-play:out_1\"] } ], \"master\": { \"outputs\":"
    " [\"rig-rec:in_1\", \"rig-rec:in_2\"] } }";

/* --- set-up --- */

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_non_null(scene);
	*state = scene;
	snprintf(scene->dir, sizeof scene->dir, "/tmp/headroom-rig.XXXXXX");
	assert_non_null(mkdtemp(scene->dir));
	scene->rig.state_dir = NULL;
	return 0;
}

static void
start(struct scene *scene)
{
	rig_init(&scene->rig, RATE, 256);
	scene->rig.state_dir = scene->dir;
	rig_start_server(&scene->rig);
	rig_start_daemon(&scene->rig, json);
	rig_wait_state(&scene->rig, "running");
	rig_join(&scene->rig, 1, 2);
	rig_wait_connected(&scene->rig, "rig-play:out_1", "headroom:loud_in_1");
	rig_freewheel(&scene->rig, true);
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;
	char command[128];

	if (scene->client != 0)
		rig_end_child(scene->client, SIGTERM);
	if (scene->proxy != NULL)
		rig_proxy_close(scene->proxy);
	rig_end(&scene->rig);
	if (scene->take != NULL)
		take_free(scene->take);
	snprintf(command, sizeof command, "rm -rf '%s'", scene->dir);
	if (system(command) != 0)
		print_error("%s is left\n", scene->dir);
	free(scene);
	return 0;
}

/* Plays so many overs, each of which is heard at several stages. */
static void
play_overs(struct scene *scene, unsigned overs)
{
	if (scene->take != NULL)
		take_free(scene->take);
	scene->take = take_new(1, 2, overs * BURST, overs * BURST + RATE);
	for (unsigned i = 0; i < overs; i++)
		scene->take->play[0][i * BURST + 100] = 0.9F;
	rig_roll(&scene->rig, scene->take);
	rig_finish(&scene->rig);
}

/* --- programs and their files --- */

static const char *
path_of(const struct scene *scene, const char *name)
{
	static char path[96];

	snprintf(path, sizeof path, "%s/%s", scene->dir, name);
	return path;
}

/* All of a file; the caller frees it. */
static char *
text_of(const struct scene *scene, const char *name)
{
	char *text = NULL;
	size_t room = 0;
	FILE *file = fopen(path_of(scene, name), "r");

	if (file == NULL)
		return strdup("");
	if (getdelim(&text, &room, '\0', file) < 0)
		*text = '\0';
	fclose(file);
	return text;
}

static size_t
lines_of(const char *text)
{
	size_t lines = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		lines++;
	return lines;
}

/* headroomctl with these arguments, its output to a file of the scene. */
static pid_t
spawn_ctl(
    struct scene *scene, unsigned port, const char *arguments, const char *name)
{
	const char *build = getenv("HEADROOM_BUILD");
	char command[512];
	const char *const argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof command,
	    "exec %s/headroomctl -u udp://127.0.0.1:%u %s >%s ",
	    build != NULL && build[0] != '\0' ? build : "build", port,
	    arguments, path_of(scene, name));
	return rig_spawn(argv);
}

static void
run_ctl(
    struct scene *scene, unsigned port, const char *arguments, const char *name)
{
	pid_t pid = spawn_ctl(scene, port, arguments, name);

	/* Signal 0 ends nothing: it is waited for. */
	assert_int_equal(rig_end_child(pid, 0), 0);
}

/* Waits until two files are the same, and fails if they do not become so. */
static void
wait_same(const struct scene *scene, const char *one, const char *other)
{
	double until = rig_now() + 20;

	for (;;) {
		char *first = text_of(scene, one);
		char *second = text_of(scene, other);
		bool same = strcmp(first, second) == 0 && *first != '\0';
		size_t lines[2] = { lines_of(first), lines_of(second) };

		free(first);
		free(second);
		if (same)
			return;
		if (rig_now() > until)
			rig_fail(&scene->rig, "%s has %zu lines, %s %zu", one,
			    lines[0], other, lines[1]);
		rig_sleep(100);
	}
}

/* --- promises --- */

static void
events_outlive_a_daemon_that_is_killed(void **state)
{
	struct scene *scene = *state;
	const struct osc_reply *reply;
	int64_t newest, killed;

	start(scene);
	play_overs(scene, 20);
	rig_freewheel(&scene->rig, false);
	rig_sleep(200);
	osc_send(scene->rig.osc, "/events", "");
	killed = osc_long(osc_wait(scene->rig.osc, "/events"), 0);
	assert_true(killed >= 20);
	assert_int_equal(rig_end_child(scene->rig.daemon, SIGKILL), 128 + 9);
	char *kept = text_of(scene, "events.jsonl");
	assert_int_equal(lines_of(kept), killed);
	assert_non_null(strstr(kept, "\"event\":\"over\""));
	assert_non_null(strstr(kept, "\"origin\":\"ch/loud/trim\""));
	free(kept);

	/* It was torn while it wrote. */
	FILE *file = fopen(path_of(scene, "events.jsonl"), "a");
	fputs("{\"time\":\"2026-11", file);
	fclose(file);
	scene->rig.daemon = 0;
	osc_close(scene->rig.osc);
	scene->rig.osc = NULL;
	rig_start_daemon(&scene->rig, json);
	rig_wait_state(&scene->rig, "running");
	osc_send(scene->rig.osc, "/events", "h", 0LL);
	for (int64_t next = 1; next <= killed; next++) {
		reply = osc_next(scene->rig.osc, 1000);
		assert_non_null(reply);
		assert_memory_equal(reply->address, "/event/", 7);
		assert_int_equal(osc_long(reply, 0), next);
	}
	newest = osc_long(osc_wait(scene->rig.osc, "/events"), 0);
	assert_true(newest > killed); /* JACK was found again */
	char *log = rig_daemon_log(&scene->rig);
	assert_non_null(strstr(log, "cut off 16 bytes"));
	free(log);
}

static void
a_following_client_has_every_event_once_on_a_bad_network(void **state)
{
	struct scene *scene = *state;

	start(scene);
	play_overs(scene, 60);
	scene->proxy = rig_proxy_open(scene->rig.udp_port, 20, 30, 7);
	scene->client = spawn_ctl(scene, rig_proxy_port(scene->proxy),
	    "-t 30 events --follow --json", "heard");
	/* What was before comes by a replay, what comes now live. */
	for (int i = 0; i < 4; i++) {
		play_overs(scene, 60);
		rig_sleep(300);
	}
	double begin = rig_now();
	wait_same(scene, "heard", "events.jsonl");
	assert_true(rig_proxy_lost(scene->proxy) > 20);
	char *heard = text_of(scene, "heard");
	print_message("%zu events, %u datagrams lost: all there after %.1f s\n",
	    lines_of(heard), rig_proxy_lost(scene->proxy), rig_now() - begin);
	assert_true(lines_of(heard) >= 5 * 60);
	free(heard);

	/* Over a restart, too. */
	rig_freewheel(&scene->rig, false);
	assert_int_equal(rig_stop_daemon(&scene->rig), 0);
	rig_start_daemon(&scene->rig, json);
	rig_wait_state(&scene->rig, "running");
	rig_wait_connected(&scene->rig, "rig-play:out_1", "headroom:loud_in_1");
	rig_freewheel(&scene->rig, true);
	play_overs(scene, 5);
	wait_same(scene, "heard", "events.jsonl");
}

/* --- the whole desk --- */

#define STRIPS 128

static char *
large_desk(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (int i = 1; i < STRIPS - 4; i++)
		fprintf(out,
		    "%s{ \"id\": \"c%d\", \"name\": \"Channel %d\", "
		    "\"sends\": { \"b1\": {}, \"b2\": {}, \"b3\": {}, "
		    "\"b4\": {} }, \"inserts\": [ { \"jack\": { \"mode\": "
		    "\"loop\" } }, { \"jack\": { \"mode\": \"loop\" } } ] }",
		    i > 1 ? "," : "", i, i);
	fprintf(out, "], \"buses\": [ { \"id\": \"b1\" }, { \"id\": \"b2\" }, "
		     "{ \"id\": \"b3\" }, { \"id\": \"b4\" } ], "
		     "\"master\": {} }");
	fclose(out);
	return text;
}

/* Asks for all and returns how many parameters came. */
static int64_t
take_dump(struct osc_client *osc, double *seconds)
{
	const struct osc_reply *reply;
	double begin = rig_now();
	int64_t count = 0;

	osc_send(osc, "/dump", "");
	osc_wait(osc, "/dump");
	while ((reply = osc_next(osc, 1000)) != NULL &&
	       strcmp(reply->address, "/dump/end") != 0) {
		assert_true(reply->datagram <= 1472);
		count++;
	}
	assert_non_null(reply);
	assert_int_equal(osc_long(reply, 1), count);
	*seconds = rig_now() - begin;
	return count;
}

static void
a_client_is_in_step_with_128_strips_in_no_time(void **state)
{
	struct scene *scene = *state;
	double best = 1e9, seconds;
	int64_t count = 0;
	char *desk = large_desk();

	rig_init(&scene->rig, RATE, 1024);
	scene->rig.port_max = 2048;
	rig_start_server(&scene->rig);
	rig_start_daemon(&scene->rig, desk);
	free(desk);
	rig_wait_state(&scene->rig, "running");
	osc_drain(scene->rig.osc);
	for (int i = 0; i < 5; i++) {
		count = take_dump(scene->rig.osc, &seconds);
		best = seconds < best ? seconds : best;
	}
	assert_true(count > STRIPS * 30);
	print_message("%d parameters of %d strips in %.0f ms\n", (int)count,
	    STRIPS, best * 1e3);
	assert_true(best < 0.5);

	unsigned port = scene->rig.udp_port;
	run_ctl(scene, port, "dump --json", "all");
	char *all = text_of(scene, "all");
	assert_int_equal(lines_of(all), count);
	free(all);

	/* The same on a bad network, if in another order. */
	scene->proxy = rig_proxy_open(port, 20, 30, 3);
	run_ctl(scene, rig_proxy_port(scene->proxy), "-t 5 dump --json | sort",
	    "lossy");
	run_ctl(scene, port, "dump --json | sort", "whole");
	wait_same(scene, "lossy", "whole");

	/* What is printed can be set again. */
	run_ctl(scene, port, "dump", "first");
	char command[128];
	snprintf(
	    command, sizeof command, "-t 5 set - <%s", path_of(scene, "first"));
	run_ctl(scene, port, command, "set");
	run_ctl(scene, port, "dump", "second");
	wait_same(scene, "first", "second");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    events_outlive_a_daemon_that_is_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_following_client_has_every_event_once_on_a_bad_network,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_client_is_in_step_with_128_strips_in_no_time, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
