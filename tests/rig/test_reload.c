#include "rig.h"

#include <dirent.h>
#include <jack/jack.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Other configurations for a daemon at work. What both have is compared sample
 * by sample, ports and connections by name.
 */

#define RATE 48000
#define PERIOD 64

static int
set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);

	assert_non_null(rig);
	rig_init(rig, RATE, PERIOD);
	rig->sync = true;
	rig_take_place(rig);
	*state = rig;
	return 0;
}

static int
tear_down(void **state)
{
	struct rig *rig = *state;

	rig_end(rig);
	rig_remove(rig->place);
	free(rig);
	return 0;
}

/* --- what is asked --- */

static char *
read_text(const char *path)
{
	static char text[65536];
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	return text;
}

/* Waits until it is so, or is not. */
static void
wait_connected(struct rig *rig, const char *from, const char *to, bool wanted)
{
	double end = rig_now() + 5;

	while (rig_is_connected(rig, from, to) != wanted) {
		if (rig_now() > end)
			rig_fail(rig, "%s is %sconnected to %s", from,
			    wanted ? "not " : "", to);
		rig_sleep(10);
	}
}

static void
begin(struct rig *rig, const char *json)
{

	rig_start_server(rig);
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "running");
}

/* --- what stays --- */

#define NOISE 6400  /* frames, again and again */
#define BEGINS 1024 /* frames in which the first of it arrives */

#define STAYS                                                            \
	"{ \"id\": \"stays\", \"lanes\": 2, \"trim\": -6, \"delay\": 3," \
	"  \"from\": [[\"rig-play:out_1\", \"rig-play:out_2\"],"         \
	"    \"rig-play:out_2\"],"                                       \
	"  \"inserts\": [ { \"lv2\": \"" RIG_TEST_PLUGIN "mono\" } ],"   \
	"  \"outputs\": [\"rig-rec:in_1\", \"rig-rec:in_2\"] }"

static const char small[] =
    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" }, \"channels\": ["
    "{ \"id\": \"goes\", \"from\": [\"rig-play:out_1\"] }," STAYS ","
    "{ \"id\": \"changes\", \"from\": [\"rig-play:out_2\"],"
    "  \"to\": [\"one\"] } ],"
    "\"buses\": [ { \"id\": \"one\" }, { \"id\": \"two\" } ] }";
static const char large[] =
    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" }, \"channels\": ["
    "{ \"id\": \"changes\", \"from\": [\"rig-play:out_2\"],"
    "  \"to\": [\"two\", \"one\"], \"sends\": { \"three\": {} },"
    "  \"inserts\": [ { \"jack\": { \"mode\": \"loop\" } } ] },"
    "{ \"id\": \"comes\", \"lanes\": 2, \"to\": [\"three\"],"
    "  \"from\": [\"rig-play:out_1\", \"rig-play:out_2\"] }," STAYS " ],"
    "\"buses\": [ { \"id\": \"two\" }, { \"id\": \"three\" },"
    "{ \"id\": \"one\", \"inserts\": [ { \"lv2\": \"" RIG_TEST_PLUGIN
    "mono\" } ] } ] }";

/* How many times; HEADROOM_RELOADS for the long form. */
static unsigned
times(void)
{
	const char *text = getenv("HEADROOM_RELOADS");

	return text && atoi(text) > 0 ? (unsigned)atoi(text) : 60;
}

/* How many samples in a row are those of the loop from frame `from` on. */
static uint32_t
same_from(const float *heard, uint32_t count, const float *loop, uint32_t from)
{
	uint32_t i = 0;

	while (i < count && heard[i] == loop[(from + i) % NOISE])
		i++;
	return i;
}

/* … from wherever most are. */
static uint32_t
same_somewhere(const float *heard, uint32_t count, const float *loop)
{
	uint32_t most = 0;

	for (uint32_t from = 0; most < count && from < NOISE; from++) {
		uint32_t same = same_from(heard, count, loop, from);
		most = same > most ? same : most;
	}
	return most;
}

static bool
is_silent(const float *heard)
{
	for (uint32_t i = 0; i < PERIOD; i++)
		if (heard[i] != 0)
			return false;
	return true;
}

/* How the periods of a take were heard. JACK itself loses cycles whenever ports
 * come and go: then nothing is heard, or an older period again, or the ends of
 * two, as the plugin is late; but never anything else. */
struct heard {
	unsigned on_time, late, lost;
	long other; /* a frame of a period that is none of the loop, or -1 */
};

static struct heard
hear(const struct rig_take *take, unsigned lane, const float *loop)
{
	struct heard heard = { .other = -1 };

	for (uint32_t at = BEGINS; at + PERIOD <= take->frames; at += PERIOD) {
		const float *period = take->capture[lane] + at;
		if (same_from(period, PERIOD, loop, at) == PERIOD) {
			heard.on_time++;
			continue;
		}
		if (is_silent(period)) {
			heard.lost++;
			continue;
		}
		heard.late++;
		uint32_t first = same_somewhere(period, PERIOD, loop);
		uint32_t rest = PERIOD - first;
		if (heard.other < 0 &&
		    same_somewhere(period + first, rest, loop) != rest)
			heard.other = (long)at;
	}
	return heard;
}

/* A take of what stays, and the loop as it is heard before all reloads. */
static struct rig_take *
take_what_stays(struct rig *rig, float loop[2][NOISE])
{
	struct rig_take *quiet = take_new(2, 2, NOISE, 3 * NOISE);
	struct rig_take *take = take_new(2, 2, NOISE, 2 * RATE);

	quiet->loops = take->loops = true;
	for (unsigned i = 0; i < 2; i++) {
		signal_noise(take->play[i], NOISE, 0.25, i + 1);
		memcpy(quiet->play[i], take->play[i], sizeof loop[0]);
	}
	rig_settle(rig, 100);
	rig_run(rig, quiet);
	for (unsigned i = 0; i < 2; i++) {
		memcpy(loop[i], quiet->capture[i] + NOISE, sizeof loop[0]);
		assert_int_equal(hear(quiet, i, loop[i]).other, -1);
		assert_true(loop[i][0] != 0);
	}
	take_free(quiet);
	return take;
}

/* Reloads as long as a take lasts. Returns how many times. */
static unsigned
reload_for_a_take(struct rig *rig, struct rig_take *take, float loop[2][NOISE],
    struct heard *all)
{
	unsigned done = 0;

	for (unsigned i = 0; i < 2; i++)
		memset(take->capture[i], 0, take->frames * sizeof(float));
	rig_roll(rig, take);
	while (rig_rolled(rig) + RATE / 5 < take->frames || done % 2 != 0)
		rig_reload(rig, done++ % 2 == 0 ? large : small);
	rig_finish(rig);
	for (unsigned i = 0; i < 2; i++) {
		struct heard heard = hear(take, i, loop[i]);
		if (heard.other >= 0)
			rig_fail(rig,
			    "what is heard at frame %ld was never played",
			    heard.other);
		all->on_time += heard.on_time;
		all->late += heard.late;
		all->lost += heard.lost;
	}
	return done;
}

static void
what_stays_is_the_same_sample_for_sample(void **state)
{
	struct rig *rig = *state;
	static float loop[2][NOISE];
	struct heard all = { .other = -1 };
	unsigned count = times(), done = 0;

	begin(rig, small);
	rig_join(rig, 2, 2);
	rig_wait_connected(rig, "rig-play:out_2", "desk:stays_in_2");
	rig_wait_connected(rig, "desk:stays_out_2", "rig-rec:in_2");
	rig_wait_insert(rig, "ch/stays/insert/1", "active");
	osc_send(rig->osc, "/ch/stays/fader", "f", -3.0);
	struct rig_take *take = take_what_stays(rig, loop);
	done += reload_for_a_take(rig, take, loop, &all);
	long before = rig_resident(rig);
	unsigned files = rig_descriptors(rig);
	while (done < count)
		done += reload_for_a_take(rig, take, loop, &all);
	print_message("%u reloads, %u xruns; periods: %u on time, %u late, %u "
		      "lost; longest cycle lately: %.1f %% of one; resident: "
		      "%ld kB, then %ld kB\n",
	    done, rig_xruns(rig), all.on_time, all.late, all.lost,
	    osc_get(rig->osc, "/status/worst_cycle"), before,
	    rig_resident(rig));
	assert_true(all.on_time > 20 * (all.late + all.lost));
	assert_true(osc_get(rig->osc, "/ch/stays/fader") == -3);
	assert_in_range(rig_descriptors(rig), 1, files);
	if (!rig_sanitized())
		assert_true(rig_resident(rig) <= before + before / 50);
	take_free(take);
}

/* --- ports and cables --- */

static void
ports_and_cables_follow(void **state)
{
	static const char one[] =
	    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" },"
	    "\"channels\": [ { \"id\": \"a\", \"from\": [\"rig-play:out_1\"] },"
	    "{ \"id\": \"b\", \"from\": [\"rig-play:out_2\"] } ] }";
	static const char two[] =
	    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" },"
	    "\"channels\": [ { \"id\": \"c\", \"lanes\": 2,"
	    "\"from\": [\"rig-play:out_1\", \"rig-play:out_2\"] },"
	    "{ \"id\": \"a\", \"from\": [\"rig-play:out_2\"] } ],"
	    "\"master\": { \"outputs\": [\"rig-rec:in_1\", []] } }";
	struct rig *rig = *state;

	begin(rig, one);
	rig_join(rig, 2, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
	rig_wait_connected(rig, "rig-play:out_2", "desk:b_in_1");
	/* By hand. */
	rig_connect_capture(rig, "desk:a_out_1", 1);
	rig_sleep(300);
	jack_uuid_t uuid =
	    jack_port_uuid(jack_port_by_name(rig_client(rig), "desk:a_in_1"));
	rig_reload(rig, two);
	assert_false(rig_has_port(rig, "desk:b_in_1"));
	assert_false(rig_has_port(rig, "desk:b_out_1"));
	wait_connected(rig, "rig-play:out_1", "desk:c_in_1", true);
	wait_connected(rig, "rig-play:out_2", "desk:c_in_2", true);
	wait_connected(rig, "rig-play:out_2", "desk:a_in_1", true);
	wait_connected(rig, "desk:master_out_1", "rig-rec:in_1", true);
	/* The file does not ask for it any more. */
	wait_connected(rig, "rig-play:out_1", "desk:a_in_1", false);
	assert_true(rig_is_connected(rig, "desk:a_out_1", "rig-rec:in_2"));
	assert_true(uuid == jack_port_uuid(jack_port_by_name(
				rig_client(rig), "desk:a_in_1")));
	rig_reload(rig, one);
	assert_false(rig_has_port(rig, "desk:c_in_1"));
	wait_connected(rig, "rig-play:out_2", "desk:b_in_1", true);
	wait_connected(rig, "rig-play:out_1", "desk:a_in_1", true);
	wait_connected(rig, "rig-play:out_2", "desk:a_in_1", false);
	wait_connected(rig, "desk:master_out_1", "rig-rec:in_1", false);
	assert_true(rig_is_connected(rig, "desk:a_out_1", "rig-rec:in_2"));
}

#define LOOPS(slots)                                            \
	"{ \"version\": 1, \"jack\": { \"client\": \"desk\" }," \
	"\"channels\": [ { \"id\": \"a\", \"inserts\": [" slots "] } ] }"
#define LOOP "{ \"jack\": { \"mode\": \"loop\" } }"
#define PLUGIN "{ \"lv2\": \"" RIG_TEST_PLUGIN "mono\" }"

/* Their ports are called by their places. */
static void
slots_take_their_cables_along(void **state)
{
	struct rig *rig = *state;

	begin(rig, LOOPS(LOOP));
	rig_join(rig, 1, 1);
	rig_connect_capture(rig, "desk:a_insert1_send_1", 0);
	rig_connect_play(rig, 0, "desk:a_insert1_return_1");
	rig_wait_insert(rig, "ch/a/insert/1", "active");
	rig_reload(rig, LOOPS(PLUGIN "," LOOP));
	assert_true(
	    rig_is_connected(rig, "desk:a_insert2_send_1", "rig-rec:in_1"));
	assert_true(
	    rig_is_connected(rig, "rig-play:out_1", "desk:a_insert2_return_1"));
	assert_false(rig_has_port(rig, "desk:a_insert1_send_1"));
	rig_wait_insert(rig, "ch/a/insert/2", "active");
	rig_reload(rig, LOOPS(LOOP "," PLUGIN "," LOOP));
	rig_reload(rig, LOOPS(LOOP));
	assert_false(rig_has_port(rig, "desk:a_insert2_send_1"));
	assert_false(rig_has_port(rig, "desk:a_insert3_send_1"));
	assert_true(rig_has_port(rig, "desk:a_insert1_send_1"));
}

static void
other_clients_are_joined_anew(void **state)
{
	static const char json[] =
	    "{ \"version\": 1, \"jack\": { \"client\": \"%s\" },"
	    "\"channels\": [ { \"id\": \"a\", \"from\": [\"rig-play:out_1\"],"
	    "\"inserts\": [%s] } ],"
	    "\"master\": { \"outputs\": [\"rig-rec:in_1\", []] } }";
	struct rig *rig = *state;
	char text[1024];

	snprintf(text, sizeof text, json, "desk", "");
	begin(rig, text);
	rig_join(rig, 1, 2);
	rig_wait_connected(rig, "desk:master_out_1", "rig-rec:in_1");
	rig_connect_capture(rig, "desk:a_out_1", 1);
	rig_sleep(300);
	snprintf(text, sizeof text, json, "desk", "{ \"jack\": {} }");
	rig_reload(rig, text);
	rig_wait_state(rig, "running");
	wait_connected(rig, "rig-play:out_1", "desk:a_in_1", true);
	wait_connected(rig, "desk.2:master_out_1", "rig-rec:in_1", true);
	wait_connected(rig, "desk.2:a_out_1", "rig-rec:in_2", true);
	snprintf(text, sizeof text, json, "other", "");
	rig_reload(rig, text);
	rig_wait_state(rig, "running");
	wait_connected(rig, "rig-play:out_1", "other:a_in_1", true);
	wait_connected(rig, "other:a_out_1", "rig-rec:in_2", true);
	assert_false(rig_has_port(rig, "desk:a_in_1"));
}

/* --- what is wrong --- */

static void
what_is_wrong_is_told_and_changes_nothing(void **state)
{
	struct rig *rig = *state;
	char lines[RIG_LINES];

	begin(rig, small);
	rig_join(rig, 2, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:goes_in_1");
	rig_configure(rig, "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
			   " \"fader\": \"loud\", \"to\": [\"nowhere\"] } ] }");
	osc_send(rig->osc, "/reload", "");
	assert_false(rig_was_done(rig, "/reload", lines));
	assert_non_null(strstr(lines, "channels[0].fader: found \"loud\""));
	assert_non_null(strstr(lines, "channels[0].to[0]: found \"nowhere\""));
	assert_true(rig_is_connected(rig, "rig-play:out_1", "desk:goes_in_1"));
	unlink(rig->config);
	osc_send(rig->osc, "/reload", "");
	assert_false(rig_was_done(rig, "/reload", lines));
	assert_non_null(strstr(lines, "No such file"));
	rig_configure(
	    rig, "{ \"version\": 1, \"channels\": [ { \"id\": \"a\" } ] }");
	osc_send(rig->osc, "/reload/check", "");
	assert_true(rig_was_done(rig, "/reload/check", lines));
	assert_non_null(strstr(lines, "removed ch/goes\n"));
	assert_non_null(strstr(lines, "added ch/a\n"));
	assert_true(osc_get(rig->osc, "/ch/goes/fader") == 0);
	assert_true(rig_has_port(rig, "desk:goes_in_1"));
	rig_reload(rig, large);
	wait_connected(rig, "rig-play:out_1", "desk:comes_in_1", true);
}

static void
more_ports_than_the_server_has_are_refused(void **state)
{
	struct rig *rig = *state;
	char lines[RIG_LINES];
	FILE *out;

	begin(rig, small);
	rig_join(rig, 2, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:goes_in_1");
	out = fopen(rig->config, "w");
	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"jack\": { \"client\": \"desk\" },"
		     "\"channels\": [");
	for (int i = 0; i < 1000; i++)
		fprintf(out, "%s{ \"id\": \"c%d\", \"lanes\": 2 }",
		    i > 0 ? "," : "", i);
	fprintf(out, "] }");
	fclose(out);
	osc_send(rig->osc, "/reload", "");
	assert_false(rig_was_done(rig, "/reload", lines));
	assert_true(rig_is_connected(rig, "rig-play:out_1", "desk:goes_in_1"));
	assert_false(rig_has_port(rig, "desk:c0_in_1"));
	rig_reload(rig, large);
	wait_connected(rig, "rig-play:out_1", "desk:comes_in_1", true);
}

static void
without_a_server_it_is_taken_at_once(void **state)
{
	struct rig *rig = *state;

	rig_start_daemon(rig, small);
	rig_wait_state(rig, "waiting");
	rig_reload(rig, large);
	osc_send(rig->osc, "/ch/comes/fader", "f", -9.0);
	osc_get(rig->osc, "/ch/comes/fader");
	rig_start_server(rig);
	rig_wait_state(rig, "running");
	rig_join(rig, 2, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:comes_in_1");
	rig_stop_server(rig, SIGKILL);
	rig_wait_state(rig, "waiting");
	rig_leave(rig);
	rig_reload(rig, small);
	rig_start_server(rig);
	rig_wait_state(rig, "running");
	rig_join(rig, 2, 2);
	rig_wait_connected(rig, "rig-play:out_1", "desk:goes_in_1");
	assert_false(rig_has_port(rig, "desk:comes_in_1"));
	/* What was set of a strip that is gone waits for it. */
	rig_reload(rig, large);
	assert_true(osc_get(rig->osc, "/ch/comes/fader") == -9);
}

static void
a_signal_is_as_good(void **state)
{
	struct rig *rig = *state;

	begin(rig, small);
	osc_send(rig->osc, "/subscribe", "s", "events");
	osc_wait(rig->osc, "/subscribed");
	rig_configure(rig, large);
	kill(rig->daemon, SIGHUP);
	osc_wait_long(rig->osc, "/event/desk", 5000);
	assert_true(osc_get(rig->osc, "/ch/comes/fader") == 0);
	/* One that comes while another goes on is not forgotten. */
	rig_sleep(300);
	rig_configure(rig, small);
	kill(rig->daemon, SIGHUP);
	rig_sleep(15);
	rig_configure(rig, large);
	kill(rig->daemon, SIGHUP);
	osc_wait_long(rig->osc, "/event/desk", 5000);
	osc_wait_long(rig->osc, "/event/desk", 5000);
	assert_true(osc_get(rig->osc, "/ch/comes/fader") == 0);
	rig_configure(rig, "nonsense");
	kill(rig->daemon, SIGHUP);
	for (double end = rig_now() + 5;;) {
		char *log = rig_daemon_log(rig);
		bool told = strstr(log, "refused; nothing changed") != NULL;
		free(log);
		if (told)
			break;
		assert_true(rig_now() < end);
		rig_sleep(20);
	}
	assert_true(osc_get(rig->osc, "/ch/comes/fader") == 0);
}

/* --- by hand --- */

/* Asks for it, which is done or refused, and expects `line` among the lines of
 * the answer; NULL: there is none. */
#define ask(rig, done, line, command, ...)                                \
	do {                                                              \
		char lines[RIG_LINES];                                    \
		const char *wanted = line;                                \
		osc_send((rig)->osc, command, __VA_ARGS__);               \
		if (rig_was_done(rig, command, lines) != (done) ||        \
		    (wanted ? !strstr(lines, wanted) : lines[0] != '\0')) \
			rig_fail(rig, "%s:\n%s", command, lines);         \
	} while (0)

static void
strips_and_slots_come_and_go_by_hand(void **state)
{
	struct rig *rig = *state;

	begin(rig, small);
	ask(rig, true, "added ch/new\n", "/add", "s",
	    "{ \"channel\": { \"id\": \"new\", \"to\": [\"two\"] }, \"at\": 1 "
	    "}");
	rig_join(rig, 2, 2);
	assert_true(rig_has_port(rig, "desk:new_in_1"));
	ask(rig, true, "changed ch/new: inserts", "/add", "ss", "ch/new/insert",
	    "{ \"lv2\": \"" RIG_TEST_PLUGIN "mono\" }");
	rig_wait_insert(rig, "ch/new/insert/1", "active");
	ask(rig, true, "", "/add", "ss", "ch/new/insert/1",
	    "{ \"jack\": { \"mode\": \"loop\" } }");
	rig_wait_insert(rig, "ch/new/insert/2", "active");
	ask(rig, true, "", "/move", "si", "ch/new/insert/2", 1);
	rig_wait_insert(rig, "ch/new/insert/1", "active");
	ask(rig, true, "moved ch/", "/move", "si", "ch/stays", 1);
	ask(rig, true, "removed bus/one\n", "/remove", "s", "bus/one");
	ask(rig, true, "", "/remove", "s", "ch/new/insert/2");
	ask(rig, false, "ch/none", "/remove", "s", "ch/none");
	ask(rig, false, "the desk after it:", "/add", "s",
	    "{ \"channel\": { \"id\": \"new\" } }");
	rig_wait_insert(rig, "ch/new/insert/1", "active");
	/* The file knows nothing of that. */
	assert_string_equal(read_text(rig->config), small);
}

static void
what_stands_is_saved(void **state)
{
	struct rig *rig = *state;
	char before[128];

	begin(rig, small);
	ask(rig, true, "", "/add", "s", "{ \"channel\": { \"id\": \"new\" } }");
	osc_send(rig->osc, "/ch/new/fader", "f", -4.5);
	osc_send(rig->osc, "/ch/stays/insert/1/param/gain", "f", 0.5);
	assert_true(osc_get(rig->osc, "/ch/new/fader") == -4.5);
	ask(rig, true, "saved ", "/config/save", "");
	snprintf(before, sizeof before, "%s~", rig->config);
	assert_string_equal(read_text(before), small);
	/* The file says what stands now. */
	ask(rig, true, NULL, "/reload/check", "");
	char *saved = strdup(read_text(rig->config));
	rig->fresh = true;
	assert_int_equal(rig_stop_daemon(rig), 0);
	rig_start_daemon(rig, saved);
	free(saved);
	rig_wait_state(rig, "running");
	assert_true(osc_get(rig->osc, "/ch/new/fader") == -4.5);
	assert_true(osc_get(rig->osc, "/ch/stays/insert/1/param/gain") == 0.5);
	assert_true(osc_get(rig->osc, "/ch/stays/trim") == -6);
}

/* Neither by the file nor by what is remembered beside it. */
static void
a_save_that_fails_loses_nothing(void **state)
{
	struct rig *rig = *state;
	char fresh[128];

	rig_start_daemon(rig, small);
	rig_wait_state(rig, "waiting");
	osc_send(rig->osc, "/ch/stays/fader", "f", -4.5);
	assert_true(osc_get(rig->osc, "/ch/stays/fader") == -4.5);
	snprintf(fresh, sizeof fresh, "%s.new", rig->config);
	assert_int_equal(mkdir(fresh, 0755), 0);
	ask(rig, false, "Is a directory", "/config/save", "");
	assert_string_equal(read_text(rig->config), small);
	assert_int_equal(rig_stop_daemon(rig), 0);
	rig_start_daemon(rig, small);
	rig_wait_state(rig, "waiting");
	assert_true(osc_get(rig->osc, "/ch/stays/fader") == -4.5);
	rmdir(fresh);
	ask(rig, true, "saved ", "/config/save", "");
	osc_send(rig->osc, "/ch/stays/fader", "f", -5.5);
	ask(rig, true, NULL, "/reload", "");
	assert_true(osc_get(rig->osc, "/ch/stays/fader") == -5.5);
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_stays_is_the_same_sample_for_sample),
		TEST(ports_and_cables_follow),
		TEST(slots_take_their_cables_along),
		TEST(other_clients_are_joined_anew),
		TEST(what_is_wrong_is_told_and_changes_nothing),
		TEST(without_a_server_it_is_taken_at_once),
		TEST(a_signal_is_as_good),
		TEST(more_ports_than_the_server_has_are_refused),
		TEST(strips_and_slots_come_and_go_by_hand),
		TEST(what_stands_is_saved),
		TEST(a_save_that_fails_loses_nothing),
	};

	return cmocka_run_group_tests(tests, rig_find_plugins, NULL);
}
