#include "fake_host.h"
#include "table.h"

#include "mixer/meters_fold.h"
#include "mixer/next_desk.h"
#include "mixer/state.h"
#include "mixer/undo.h"
#include "mixer/zones.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define RATE 48000
#define FRAMES TABLE_FRAMES
#define STRIPS 12

/*
 * Desks that follow one another while they play. Buffers go with the strips, by
 * their ids, whatever ports those have.
 */

struct lane {
	char strip[DESK_ID_LONGEST + 1];
	unsigned lane;
	float *in, *out;
};

struct play {
	struct mixer *mixer;
	struct fake_host host;
	uint64_t frame;
	struct lane lane[2 * STRIPS];
	size_t lanes;
};

static struct lane *
play_lane(struct play *play, const char *strip, unsigned lane)
{
	for (size_t i = 0; i < play->lanes; i++)
		if (strcmp(play->lane[i].strip, strip) == 0 &&
		    play->lane[i].lane == lane)
			return &play->lane[i];
	assert_true(play->lanes < 2 * STRIPS);
	struct lane *made = &play->lane[play->lanes++];
	snprintf(made->strip, sizeof made->strip, "%s", strip);
	made->lane = lane;
	made->in = calloc(FRAMES, sizeof(float));
	made->out = calloc(FRAMES, sizeof(float));
	return made;
}

static struct desk *
desk_of(struct play *play, const char *json)
{
	struct config_errors errors = { 0 };
	struct desk *desk =
	    config_parse(json, strlen(json), &play->host.host, &errors);

	config_print_errors(stderr, "desk", &errors);
	assert_non_null(desk);
	config_free_errors(&errors);
	return desk;
}

static void
play_open(struct play *play, const char *json)
{
	*play = (struct play){ 0 };
	fake_plugins();
	fake_host_init(&play->host);
	play->mixer = mixer_new(desk_of(play, json));
	assert_non_null(play->mixer);
	mixer_set_host(play->mixer, &play->host.host);
	assert_int_equal(mixer_set_rate(play->mixer, RATE), 0);
	mixer_status(play->mixer)->jack = JACK_RUNNING;
}

static void
play_close(struct play *play)
{
	mixer_free(play->mixer);
	fake_host_deliver(&play->host);
	assert_int_equal(play->host.unloads, play->host.loads);
	for (size_t i = 0; i < play->lanes; i++) {
		free(play->lane[i].in);
		free(play->lane[i].out);
	}
}

static void
play_cycle(struct play *play, uint32_t at, uint32_t frames)
{
	const struct desk *desk = mixer_desk(play->mixer);
	const float *in[2 * STRIPS];
	float *out[2 * STRIPS];
	size_t ins = 0, outs = 0;

	for (size_t i = 0; i < desk->strips; i++)
		for (unsigned k = 0; k < desk->strip[i].lanes; k++) {
			struct lane *lane =
			    play_lane(play, desk->strip[i].id, k);
			if (i < desk->channels)
				in[ins++] = lane->in + at;
			out[outs++] = lane->out + at;
		}
	engine_run(mixer_engine(play->mixer), play->frame, frames, in, out);
	play->frame += frames;
	mixer_tick(play->mixer, true);
}

static void
play_run(struct play *play, uint32_t from, uint32_t to)
{
	for (uint32_t at = from; at < to; at += 64)
		play_cycle(play, at, to - at < 64 ? to - at : 64);
}

#define LEAVES 1920 /* frames in which what goes has been faded out */

static int
take(struct play *play, struct desk *next)
{
	if (mixer_replace_prepare(play->mixer, next, NULL) < 0)
		return -1;
	mixer_replace(play->mixer);
	return 0;
}

/* Another desk, as a reload does it: between frames from…from + LEAVES what goes
 * is faded out. */
static void
play_replace(struct play *play, const char *json, uint32_t from)
{
	struct desk *next = desk_of(play, json);

	assert_in_range(mixer_replace_begin(play->mixer, next), 1, LEAVES / 48);
	play_run(play, from, from + LEAVES);
	assert_true(mixer_may_replace(play->mixer));
	assert_int_equal(take(play, next), 0);
	assert_ptr_equal(mixer_desk(play->mixer), next);
	assert_true(mixer_is_replacing(play->mixer));
}

static void
tone(float *x, double hz, double peak)
{
	for (int i = 0; i < FRAMES; i++)
		x[i] =
		    (float)(peak * sin(2 * 3.14159265358979 * hz * i / RATE));
}

/* Largest second difference of a part: a step of s shows as s. */
static double
roughness(const float *x, uint32_t from, uint32_t to)
{
	double most = 0;

	for (uint32_t i = from + 2; i < to; i++)
		most = fmax(most, fabs((double)x[i] - 2 * (double)x[i - 1] +
				       (double)x[i - 2]));
	return most;
}

static struct address
find(struct play *play, const char *text)
{
	struct address address;
	unsigned budget = 1000;

	assert_int_equal(
	    mixer_each(play->mixer, text, &budget, table_first, &address), 1);
	return address;
}

static void
set(struct play *play, const char *text, double number)
{
	struct schema_value value = { .type = 'f', .number = number };
	struct address address = find(play, text);
	char why[200];

	assert_int_equal(
	    mixer_set(play->mixer, &address, &value, NULL, why, sizeof why),
	    SCHEMA_OK);
	mixer_commit(play->mixer);
}

static double
get(struct play *play, const char *text)
{
	struct address address = find(play, text);
	struct schema_value value;

	mixer_get(play->mixer, &address, &value);
	return value.number;
}

/* --- */

static const char three[] =
    "{ \"version\": 1, \"channels\": ["
    "{ \"id\": \"a\", \"lanes\": 2, \"delay\": 5, \"trim\": -1 },"
    "{ \"id\": \"b\", \"to\": [\"sub\"],"
    "  \"sends\": { \"verb\": { \"level\": -12 } } },"
    "{ \"id\": \"c\", \"to\": [\"sub\"] } ],"
    "\"buses\": [ { \"id\": \"sub\" }, { \"id\": \"verb\" } ] }";

/* c is gone, d has come before all others, and the buses have changed places. */
static const char other[] =
    "{ \"version\": 1, \"channels\": ["
    "{ \"id\": \"d\", \"lanes\": 2, \"to\": [\"verb\"] },"
    "{ \"id\": \"b\", \"to\": [\"sub\"],"
    "  \"sends\": { \"verb\": { \"level\": -12 } } },"
    "{ \"id\": \"a\", \"lanes\": 2, \"delay\": 5, \"trim\": -1 } ],"
    "\"buses\": [ { \"id\": \"verb\" }, { \"id\": \"sub\" } ] }";

static void
noise_all(struct play *play)
{
	static const char *const id[] = { "a", "b", "c", "d" };

	for (unsigned i = 0; i < 4; i++)
		for (unsigned k = 0; k < 2; k++)
			table_noise(
			    play_lane(play, id[i], k)->in, 10 * i + k + 1);
}

static void
what_stays_is_the_same_sample_for_sample(void **state)
{
	struct play play, still;
	uint32_t at = 4800;

	(void)state;
	play_open(&play, three);
	play_open(&still, three);
	noise_all(&play);
	noise_all(&still);
	play_run(&play, 0, at);
	play_run(&still, 0, at);
	for (unsigned turn = 0; turn < 6; turn++, at += 9600) {
		/* Ramps and a crossfade of the delay go on across it. */
		for (int k = 0; k < 2; k++) {
			struct play *one = k == 0 ? &play : &still;
			set(one, "/ch/a/fader", -3.0 - turn);
			set(one, "/ch/b/trim", 1.0 + turn);
			set(one, "/ch/a/delay", 2 + turn);
		}
		play_replace(&play, turn % 2 == 0 ? other : three, at);
		set(&play, "/ch/b/fader", -2.0 - turn);
		play_run(&still, at, at + LEAVES);
		set(&still, "/ch/b/fader", -2.0 - turn);
		play_run(&play, at + LEAVES, at + 9600);
		play_run(&still, at + LEAVES, at + 9600);
		assert_false(mixer_is_replacing(play.mixer));
	}
	static const char *const strip[] = { "a", "b" };
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < 2 - i; k++)
			assert_memory_equal(play_lane(&play, strip[i], k)->out,
			    play_lane(&still, strip[i], k)->out,
			    at * sizeof(float));
	play_close(&play);
	play_close(&still);
}

static void
what_goes_and_what_comes_makes_no_click(void **state)
{
	struct play play;
	uint32_t at = 9600;

	(void)state;
	play_open(&play, three);
	tone(play_lane(&play, "c", 0)->in, 100, 0.5);
	tone(play_lane(&play, "d", 0)->in, 100, 0.5);
	tone(play_lane(&play, "d", 1)->in, 100, 0.5);
	play_run(&play, 0, at);
	play_replace(&play, other, at);
	play_run(&play, at + LEAVES, at + 9600);
	play_replace(&play, three, at + 9600);
	play_run(&play, at + 9600 + LEAVES, at + 19200);
	/* The tone itself has 0.5 (2π 100 / 48000)². */
	const struct lane *master = play_lane(&play, "master", 0);
	assert_true(
	    fabsf(master->out[at]) > 0 || fabsf(master->out[at - 100]) > 0.1F);
	assert_true(roughness(master->out, 2, at + 19200) < 3e-4);
	/* Both were heard. */
	double most[3] = { 0 };
	for (uint32_t i = 0; i < at; i++)
		for (int k = 0; k < 3; k++)
			most[k] = fmax(
			    most[k], fabs((double)master->out[9600 * k + i]));
	assert_true(most[0] > 0.3 && most[1] > 0.4 && most[2] > 0.3);
	play_close(&play);
}

static void
values_that_were_set_stay_unless_the_file_changes_them(void **state)
{
	struct play play;
	char label[UNDO_LABEL];

	(void)state;
	play_open(&play, three);
	play_run(&play, 0, 960);
	mixer_undo_begin(play.mixer, "test");
	set(&play, "/ch/a/fader", -7);
	mixer_undo_end(play.mixer);
	set(&play, "/ch/a/trim", -4);
	set(&play, "/ch/b/send/verb/level", -20);
	set(&play, "/ch/c/pan", 0.5);
	set(&play, "/bus/verb/mute", 1);
	static const char changed[] =
	    "{ \"version\": 1, \"channels\": ["
	    "{ \"id\": \"b\", \"to\": [\"sub\"], \"fader\": -2,"
	    "  \"sends\": { \"verb\": { \"level\": -12 } } },"
	    "{ \"id\": \"a\", \"lanes\": 2, \"delay\": 5, \"trim\": 3 } ],"
	    "\"buses\": [ { \"id\": \"sub\" }, { \"id\": \"verb\" } ] }";
	play_replace(&play, changed, 960);
	assert_true(get(&play, "/ch/a/fader") == -7);
	assert_true(get(&play, "/ch/a/trim") == 3);
	assert_true(get(&play, "/ch/b/fader") == -2);
	assert_true(get(&play, "/ch/b/send/verb/level") == -20);
	assert_true(get(&play, "/bus/verb/mute") == 1);
	/* What was set of c is kept for when it comes back. */
	char *text = state_print(mixer_state(play.mixer));
	assert_non_null(strstr(text, "/ch/c/pan"));
	assert_non_null(strstr(text, "/ch/a/fader"));
	assert_null(strstr(text, "/ch/a/trim"));
	free(text);
	play_run(&play, 2880, 4800);
	play_replace(&play, three, 4800);
	assert_true(get(&play, "/ch/c/pan") == 0.5);
	/* The file is as it was, so its trim is what it says. */
	assert_true(get(&play, "/ch/a/trim") == -1);
	assert_int_equal(mixer_undo(play.mixer, NULL, label), 1);
	assert_true(get(&play, "/ch/a/fader") == 0);
	play_close(&play);
}

/* What is touched is what differs from the configuration as it is by then. */
static void
a_configuration_that_is_saved_takes_nothing_back(void **state)
{
	static const char saved[] =
	    "{ \"version\": 1, \"channels\": ["
	    "{ \"id\": \"a\", \"fader\": -7 }, { \"id\": \"b\" } ] }";
	static const char before[] = "{ \"version\": 1, \"channels\": ["
				     "{ \"id\": \"a\" }, { \"id\": \"b\" } ] }";
	struct play play;
	unsigned changes;

	(void)state;
	play_open(&play, before);
	set(&play, "/ch/a/fader", -7);
	set(&play, "/ch/b/fader", -2);
	struct desk *desk = desk_of(&play, saved);
	changes = mixer_changes(play.mixer);
	assert_int_equal(state_configure(mixer_state(play.mixer), desk), 0);
	desk_free(desk);
	assert_true(mixer_changes(play.mixer) != changes);
	char *text = state_print(mixer_state(play.mixer));
	assert_null(strstr(text, "/ch/a/fader"));
	assert_non_null(strstr(text, "/ch/b/fader"));
	free(text);
	/* And it is not the file that is taken for changed behind it. */
	set(&play, "/ch/a/fader", -8);
	play_replace(&play, saved, 960);
	assert_true(get(&play, "/ch/a/fader") == -8);
	assert_true(get(&play, "/ch/b/fader") == -2);
	play_close(&play);
}

static void
what_was_measured_stays(void **state)
{
	struct play play;
	struct zones_reading before, after;
	struct loudness_reading loud;

	(void)state;
	play_open(&play, three);
	tone(play_lane(&play, "a", 0)->in, 1000, 0.5);
	tone(play_lane(&play, "a", 1)->in, 1000, 0.5);
	for (int i = 0; i < FRAMES; i += 4800)
		play_lane(&play, "b", 0)->in[i] = 1.5F;
	play_run(&play, 0, 24000);
	zones_read(meters_zones(mixer_meters(play.mixer)), 0, 1, &before);
	set(&play, "/ch/a/mute", 1);
	play_run(&play, 24000, 30000);
	play_replace(&play, other, 30000);
	zones_read(meters_zones(mixer_meters(play.mixer)),
	    find(&play, "/ch/a/mute").strip, 1, &after);
	assert_true(
	    before.headroom == after.headroom && before.zone == after.zone);
	assert_true(before.headroom > 6.9 && before.headroom < 7.1);
	meters_read_loudness(mixer_meters(play.mixer),
	    desk_master(mixer_desk(play.mixer)), &loud);
	assert_true(loud.momentary_most > -12 && loud.integrated > -20);
	play_run(&play, 31920, 62000);
	/* Each sample above full scale is in exactly one event. */
	const struct event_log *log = mixer_events(play.mixer);
	unsigned overs = 0;
	for (uint64_t i = 1; i <= event_log_newest(log); i++) {
		const struct event *event = event_log_at(log, i);
		if (strcmp(event->strip, "ch/b") == 0 &&
		    strcmp(event->stage, "fader") == 0 &&
		    event->kind == EVENT_OVER)
			overs += event->count;
	}
	assert_int_equal(overs, 13);
	play_close(&play);
}

/* --- insert slots --- */

#define FAKE(gain, late)                                              \
	"{ \"lv2\": \"" FAKE_LATE "\", \"params\": { \"gain\": " gain \
	", \"late\": " late " } }"
#define WITH_SLOTS(slots)                                                  \
	"{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"inserts\": " \
	"[" slots "] }, { \"id\": \"b\" } ] }"

static void
slots_that_stay_keep_their_instance(void **state)
{
	static const char one[] = WITH_SLOTS(FAKE("0.5", "0"));
	static const char two[] =
	    WITH_SLOTS("{ \"lv2\": \"" FAKE_MAKEUP "\" }," FAKE("0.5", "0"));
	struct play play;
	const float *in, *out;

	(void)state;
	play_open(&play, one);
	tone(play_lane(&play, "a", 0)->in, 100, 0.5);
	in = play_lane(&play, "a", 0)->in;
	out = play_lane(&play, "a", 0)->out;
	play_run(&play, 0, 64);
	fake_host_deliver(&play.host);
	set(&play, "/ch/a/insert/1/param/gain", 0.25);
	play_run(&play, 64, 4800);
	play_replace(&play, two, 4800);
	assert_true(get(&play, "/ch/a/insert/2/param/gain") == 0.25);
	assert_true(get(&play, "/ch/a/insert/2/bypass") == 0);
	play_run(&play, 6720, 7200);
	assert_int_equal(play.host.loads, 2);
	fake_host_deliver(&play.host);
	play_run(&play, 7200, 14400);
	for (int i = 4000; i < 7200; i++)
		assert_true(out[i] == 0.25F * in[i]);
	play_replace(&play, one, 14400);
	play_run(&play, 16320, 24000);
	for (int i = 17000; i < 24000; i++)
		assert_true(out[i] == 0.25F * in[i]);
	assert_int_equal(play.host.loads, 2);
	assert_int_equal(play.host.unloads, 1);
	assert_true(roughness(out, 2000, 24000) < 3e-4);
	play_close(&play);
}

static void
slots_that_change_places_are_faded(void **state)
{
	static const char one[] =
	    WITH_SLOTS("{ \"lv2\": \"" FAKE_MAKEUP "\" }," FAKE("0.5", "9"));
	static const char two[] =
	    WITH_SLOTS(FAKE("0.5", "9") ",{ \"lv2\": \"" FAKE_MAKEUP "\" }");
	struct play play;

	(void)state;
	play_open(&play, one);
	tone(play_lane(&play, "a", 0)->in, 100, 0.5);
	const float *in = play_lane(&play, "a", 0)->in;
	const float *out = play_lane(&play, "a", 0)->out;
	play_run(&play, 0, 64);
	fake_host_deliver(&play.host);
	play_run(&play, 64, 9600);
	play_replace(&play, two, 9600);
	play_run(&play, 9600 + LEAVES, 24000);
	assert_int_equal(play.host.loads, 2);
	assert_true(roughness(out, 4800, 24000) < 4e-4);
	for (int i = 20000; i < 24000; i++)
		assert_float_equal(out[i], 0.5F * in[i - 9], 1e-6);
	play_close(&play);
}

/* --- */

static void
it_waits_for_plans_that_are_on_their_way(void **state)
{
	struct play play;

	(void)state;
	play_open(&play, three);
	play_run(&play, 0, 640);
	struct desk *next = desk_of(&play, other);
	const struct desk *now = mixer_desk(play.mixer);
	set(&play, "/ch/b/delay", 3); /* needs a line, and so a plan */
	assert_false(mixer_may_replace(play.mixer));
	assert_int_equal(take(&play, next), -1);
	assert_ptr_equal(mixer_desk(play.mixer), now);
	play_run(&play, 640, 1280);
	assert_int_equal(take(&play, next), 0);
	assert_false(mixer_may_replace(play.mixer));
	play_run(&play, 1280, 1920);
	assert_true(mixer_may_replace(play.mixer));
	play_close(&play);
}

static void
what_was_faded_out_comes_back_if_nothing_comes_of_it(void **state)
{
	struct play play;

	(void)state;
	play_open(&play, three);
	for (int i = 0; i < FRAMES; i++)
		play_lane(&play, "c", 0)->in[i] = 0.5F;
	play_run(&play, 0, 4800);
	struct desk *next = desk_of(&play, other);
	const float *out = play_lane(&play, "sub", 0)->out;
	mixer_replace_begin(play.mixer, next);
	play_run(&play, 4800, 9600);
	assert_true(out[4799] != 0 && out[9599] == 0);
	mixer_replace_abort(play.mixer);
	play_run(&play, 9600, 14400);
	assert_true(out[14399] == out[4799]);
	desk_free(next);
	play_close(&play);
}

static void
without_a_server_it_is_replaced_at_once(void **state)
{
	struct play play;

	(void)state;
	play_open(&play, three);
	play_run(&play, 0, 640);
	mixer_status(play.mixer)->jack = JACK_WAITING;
	for (int turn = 0; turn < 4; turn++) {
		struct desk *next = desk_of(&play, turn % 2 ? three : other);
		assert_int_equal(mixer_replace_begin(play.mixer, next), 0);
		assert_int_equal(take(&play, next), 0);
		mixer_tick(play.mixer, false);
		assert_false(mixer_is_replacing(play.mixer));
	}
	play_close(&play);
}

static void
another_rate_may_come_before_the_plan_is_back(void **state)
{
	static const char one[] = WITH_SLOTS(FAKE("0.5", "0"));
	static const char two[] =
	    WITH_SLOTS("{ \"lv2\": \"" FAKE_MAKEUP "\" }," FAKE("0.5", "0"));
	struct play play;

	(void)state;
	play_open(&play, one);
	play_run(&play, 0, 64);
	fake_host_deliver(&play.host);
	play_run(&play, 64, 4800);
	play_replace(&play, two, 4800);
	assert_int_equal(mixer_set_rate(play.mixer, 44100), 0);
	play_run(&play, 6720, 7200);
	assert_int_equal(play.host.unloads, 1);
	fake_host_deliver(&play.host);
	play_run(&play, 7200, 9600);
	assert_false(mixer_is_replacing(play.mixer));
	play_close(&play);
}

/* What begins in the middle of a signal is no step of it. */
static void
a_new_stage_reads_no_more_than_there_is(void **state)
{
	static const char one[] = WITH_SLOTS("");
	static const char two[] = WITH_SLOTS(FAKE("1", "0"));
	struct play play;
	struct zones_reading reading;

	(void)state;
	for (uint32_t at = 4800; at < 4800 + 480; at += 60) {
		play_open(&play, one);
		tone(play_lane(&play, "a", 0)->in, 100, 0.98);
		play_run(&play, 0, at);
		play_replace(&play, two, at);
		play_run(&play, at + LEAVES, 24000);
		for (unsigned stage = 0; stage < 4; stage++) {
			zones_read(meters_zones(mixer_meters(play.mixer)), 0,
			    stage, &reading);
			assert_in_range(lrint(10 * reading.headroom), 0, 2);
		}
		play_close(&play);
	}
}

/* --- two threads --- */

struct duel {
	struct mixer *mixer;
	atomic_bool ends;
	atomic_uint cycles;
};

static void *
run_cycles(void *arg)
{
	static float buffer[2 * STRIPS][64];
	struct duel *duel = arg;
	const float *in[2 * STRIPS];
	float *out[2 * STRIPS];
	static float output[2 * STRIPS][64];

	for (unsigned i = 0; i < 2 * STRIPS; i++) {
		for (unsigned k = 0; k < 64; k++)
			buffer[i][k] = 0.3F;
		in[i] = buffer[i];
		out[i] = output[i];
	}
	for (uint64_t frame = 0; !atomic_load(&duel->ends); frame += 64) {
		engine_run(mixer_engine(duel->mixer), frame, 64, in, out);
		atomic_fetch_add(&duel->cycles, 1);
	}
	return NULL;
}

static void
wait_cycles(struct duel *duel, unsigned cycles)
{
	unsigned until = atomic_load(&duel->cycles) + cycles;

	while ((int)(atomic_load(&duel->cycles) - until) < 0)
		mixer_tick(duel->mixer, true);
}

static void
a_desk_may_follow_in_any_cycle(void **state)
{
	static const char *const json[] = {
		three, other, WITH_SLOTS(FAKE("0.5", "0")),
		WITH_SLOTS("{ \"lv2\": \"" FAKE_MAKEUP "\" }," FAKE("0.5", "0"))
	};
	struct play play;
	struct duel duel = { .mixer = NULL };
	pthread_t thread;

	(void)state;
	play_open(&play, three);
	duel.mixer = play.mixer;
	assert_int_equal(pthread_create(&thread, NULL, run_cycles, &duel), 0);
	for (unsigned turn = 0; turn < 300; turn++) {
		struct desk *next = desk_of(&play, json[turn * 7 % 11 % 4]);
		mixer_replace_begin(play.mixer, next);
		wait_cycles(&duel, turn % 5);
		fake_host_deliver(&play.host);
		while (!mixer_may_replace(play.mixer))
			wait_cycles(&duel, 1);
		assert_int_equal(take(&play, next), 0);
		wait_cycles(&duel, turn % 3);
	}
	atomic_store(&duel.ends, true);
	pthread_join(thread, NULL);
	play_close(&play);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_is_the_same_sample_for_sample),
		cmocka_unit_test(what_goes_and_what_comes_makes_no_click),
		cmocka_unit_test(
		    values_that_were_set_stay_unless_the_file_changes_them),
		cmocka_unit_test(
		    a_configuration_that_is_saved_takes_nothing_back),
		cmocka_unit_test(what_was_measured_stays),
		cmocka_unit_test(slots_that_stay_keep_their_instance),
		cmocka_unit_test(slots_that_change_places_are_faded),
		cmocka_unit_test(it_waits_for_plans_that_are_on_their_way),
		cmocka_unit_test(
		    what_was_faded_out_comes_back_if_nothing_comes_of_it),
		cmocka_unit_test(without_a_server_it_is_replaced_at_once),
		cmocka_unit_test(a_new_stage_reads_no_more_than_there_is),
		cmocka_unit_test(another_rate_may_come_before_the_plan_is_back),
		cmocka_unit_test(a_desk_may_follow_in_any_cycle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
