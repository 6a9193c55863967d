#include "rig.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * A desk at work for a long time: 64 strips, plugins, subscribers of every kind
 * and values that move all the while. HEADROOM_SOAK is how many minutes; without
 * it some seconds, in which memory has no time to grow.
 */

#define RATE 48000
#define PERIOD 64
#define CHANNELS 55
#define BUSES 8
#define PLUGINS 16 /* of the channels, in their only slot */
#define PLAYERS 8
#define SUBSCRIBERS 8
#define SHORT 0.1        /* minutes */
#define SET_EVERY 0.02   /* s */
#define RENEW_EVERY 3.0  /* s */
#define CHECK_EVERY 60.0 /* s */
#define CYCLE_EVERY 5.0  /* s; a long cycle is told for 10 */
#define LOOKS 5          /* … and so for as many of them */
#define NOISE 30000      /* frames, again and again */
#define MOST_GROWTH 1.0  /* percent of the resident memory */
#define CONTROLS 512

/* Something that is moved, and where it must be. */
struct control {
	char address[64];
	double low, high;
	bool whole;
	double value;
	double told[SUBSCRIBERS]; /* as a state subscriber heard it last */
};

struct soak {
	struct rig rig;
	char directory[64], config[96];
	struct osc_client *subscriber[SUBSCRIBERS];
	struct control control[CONTROLS];
	size_t controls;
	uint32_t seed;
	unsigned sets, lost, untold;
	unsigned events, gaps;
	int64_t sequence;   /* of the last event */
	double longest;     /* percent of a period */
	double longest_own; /* … while nobody took the processor away */
	unsigned long taken[LOOKS]; /* as of the last looks */
	unsigned looks;
	unsigned xruns, own_xruns;
	double seen_xruns;
	long resident; /* kB */
	unsigned descriptors;
};

/* Topic and rate of each; both state subscribers must hear the same. */
static const struct {
	const char *topic;
	int rate;
} topics[SUBSCRIBERS] = {
	{ "state", 0 },
	{ "state", 0 },
	{ "events", 0 },
	{ "meters/blob", 30 },
	{ "meters/blob", 10 },
	{ "meters", 10 },
	{ "headroom", 5 },
	{ "status", 1 },
};

/* --- desk --- */

static char *
make_json(void)
{
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);

	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (int i = 1; i <= CHANNELS; i++)
		fprintf(out,
		    "%s{ \"id\": \"c%d\", \"from\": [\"rig-play:out_%d\"],"
		    " \"trim\": -12, \"to\": [\"b%d\"],"
		    " \"sends\": { \"b%d\": { \"level\": -20 } }%s }",
		    i > 1 ? "," : "", i, i % PLAYERS + 1, i % (BUSES - 1) + 1,
		    BUSES,
		    i > PLUGINS ? ""
				: ", \"inserts\": [ { \"lv2\": "
				  "\"" RIG_TEST_PLUGIN "mono\" } ]");
	fprintf(out, "], \"buses\": [");
	for (int i = 1; i <= BUSES; i++)
		fprintf(out, "%s{ \"id\": \"b%d\", \"fader\": -12 }",
		    i > 1 ? "," : "", i);
	fprintf(out, "] }");
	fclose(out);
	return json;
}

static void add_control(struct soak *soak, double low, double high, bool whole,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

static void
add_control(struct soak *soak, double low, double high, bool whole,
    const char *format, ...)
{
	struct control *control = &soak->control[soak->controls];
	va_list arguments;

	assert_true(soak->controls < CONTROLS);
	*control = (struct control){ .low = low, .high = high, .whole = whole };
	va_start(arguments, format);
	vsnprintf(control->address, sizeof control->address, format, arguments);
	va_end(arguments);
	soak->controls++;
}

static void
add_controls(struct soak *soak)
{
	for (int i = 1; i <= CHANNELS; i++) {
		add_control(soak, -60, 6, false, "/ch/c%d/fader", i);
		add_control(soak, -18, 0, false, "/ch/c%d/trim", i);
		add_control(soak, -1, 1, false, "/ch/c%d/pan", i);
		add_control(soak, 0, 1, true, "/ch/c%d/mute", i);
		add_control(
		    soak, -60, 0, false, "/ch/c%d/send/b%d/level", i, BUSES);
	}
	for (int i = 1; i <= PLUGINS; i++) {
		add_control(soak, 0, 1, true, "/ch/c%d/insert/1/bypass", i);
		add_control(
		    soak, -20, 0, false, "/ch/c%d/insert/1/param/gain", i);
	}
	for (int i = 1; i <= BUSES; i++)
		add_control(soak, -60, 0, false, "/bus/b%d/fader", i);
}

/* --- what is done to it --- */

static void
move(struct soak *soak, struct control *control)
{
	double place = signal_random(&soak->seed);
	double value = control->low + place * (control->high - control->low);

	control->value = control->whole ? round(value) : (double)(float)value;
	if (control->whole)
		osc_send(
		    soak->rig.osc, control->address, "i", (int)control->value);
	else
		osc_send(soak->rig.osc, control->address, "f", control->value);
	soak->sets++;
}

static void
subscribe(struct soak *soak)
{
	for (int i = 0; i < SUBSCRIBERS; i++)
		osc_send(soak->subscriber[i], "/subscribe", "si",
		    topics[i].topic, topics[i].rate);
}

static void
take_event(struct soak *soak, const struct osc_reply *reply)
{
	int64_t sequence = osc_long(reply, 0);

	if (soak->sequence != 0 && sequence != soak->sequence + 1)
		soak->gaps++;
	soak->sequence = sequence;
	soak->events++;
}

static void
take_state(struct soak *soak, int subscriber, const struct osc_reply *reply)
{
	for (size_t i = 0; i < soak->controls; i++)
		if (strcmp(soak->control[i].address, reply->address) == 0)
			soak->control[i].told[subscriber] =
			    osc_number(reply, 0);
}

/* Hears all subscribers out. */
static void
hear(struct soak *soak)
{
	const struct osc_reply *reply;

	for (int i = 0; i < SUBSCRIBERS; i++)
		while ((reply = osc_next(soak->subscriber[i], 0)) != NULL)
			if (strcmp(topics[i].topic, "state") == 0 &&
			    reply->argc == 1)
				take_state(soak, i, reply);
			else if (strncmp(reply->address, "/event/", 7) == 0)
				take_event(soak, reply);
}

/* --- what is found --- */

static void
look_at_cycles(struct soak *soak)
{
	double longest = osc_get(soak->rig.osc, "/status/worst_cycle");
	double xruns = osc_get(soak->rig.osc, "/status/xruns");
	unsigned more = (unsigned)(xruns - soak->seen_xruns);

	/* What was told of the last cycles reaches over so many looks. */
	unsigned long taken =
	    rig_taken_away(&soak->rig, rig_thread(&soak->rig));
	unsigned long before = soak->taken[soak->looks % LOOKS];
	bool undisturbed = soak->looks >= LOOKS && taken == before;

	soak->taken[soak->looks++ % LOOKS] = taken;
	soak->longest = fmax(soak->longest, longest);
	if (undisturbed)
		soak->longest_own = fmax(soak->longest_own, longest);
	soak->xruns += more;
	if (undisturbed && longest > 100)
		soak->own_xruns += more;
	soak->seen_xruns = xruns;
}

/* Counts the values that are not what was set, and what subscribers missed. */
static void
look_at_values(struct soak *soak)
{
	rig_sleep(300);
	hear(soak);
	for (size_t i = 0; i < soak->controls; i++) {
		struct control *control = &soak->control[i];
		double value = osc_get(soak->rig.osc, control->address);

		soak->lost += fabs(value - control->value) > 1e-4;
		for (int k = 0; k < SUBSCRIBERS; k++)
			soak->untold +=
			    strcmp(topics[k].topic, "state") == 0 &&
			    fabs(control->told[k] - control->value) > 1e-4;
	}
}

/* --- the run --- */

static int
set_up(void **state)
{
	struct soak *soak = calloc(1, sizeof *soak);

	assert_non_null(soak);
	soak->seed = 1;
	snprintf(soak->directory, sizeof soak->directory,
	    "/tmp/headroom-soak-XXXXXX");
	assert_non_null(mkdtemp(soak->directory));
	rig_init(&soak->rig, RATE, PERIOD);
	snprintf(
	    soak->config, sizeof soak->config, "%s/soak.json", soak->directory);
	soak->rig.config = soak->config;
	soak->rig.state_dir = soak->directory;
	soak->rig.port_max = 1024;
	soak->rig.priority = rig_may_realtime() ? 70 : 0;
	*state = soak;
	return 0;
}

static int
tear_down(void **state)
{
	struct soak *soak = *state;
	char command[128];

	for (int i = 0; i < SUBSCRIBERS; i++)
		if (soak->subscriber[i])
			osc_close(soak->subscriber[i]);
	rig_end(&soak->rig);
	snprintf(command, sizeof command, "rm -rf '%s'", soak->directory);
	int code = system(command); // NOLINT(cert-env33-c): a path of our own
	free(soak);
	return code;
}

static void
start(struct soak *soak, const struct rig_take *take, const char *json)
{
	char last[32];

	rig_start_server(&soak->rig);
	rig_start_daemon(&soak->rig, json);
	rig_wait_state(&soak->rig, "running");
	rig_join(&soak->rig, PLAYERS, 1);
	snprintf(last, sizeof last, "headroom:c%d_in_1", CHANNELS);
	rig_wait_connected(&soak->rig,
	    (const char *[]){ "rig-play:out_1", "rig-play:out_2",
		"rig-play:out_3", "rig-play:out_4", "rig-play:out_5",
		"rig-play:out_6", "rig-play:out_7",
		"rig-play:out_8" }[CHANNELS % PLAYERS],
	    last);
	snprintf(last, sizeof last, "ch/c%d/insert/1", PLUGINS);
	rig_wait_insert(&soak->rig, last, "active");
	rig_roll(&soak->rig, (struct rig_take *)take);
	for (int i = 0; i < SUBSCRIBERS; i++)
		soak->subscriber[i] = osc_open(soak->rig.udp_port);
	subscribe(soak);
	for (size_t i = 0; i < soak->controls; i++) {
		move(soak, &soak->control[i]);
		if (i % 32 == 0)
			rig_sleep(5);
	}
	soak->seen_xruns = osc_get(soak->rig.osc, "/status/xruns");
}

static void
run(struct soak *soak, double seconds)
{
	double begin = rig_now(), now, renewed = begin, cycle = begin;
	double checked = begin, late = begin;

	while ((now = rig_now()) < begin + seconds) {
		while (late < now) {
			size_t any = (size_t)(signal_random(&soak->seed) *
					      (double)soak->controls);
			move(soak, &soak->control[any]);
			late += SET_EVERY;
		}
		hear(soak);
		if (now - renewed > RENEW_EVERY) {
			renewed = now;
			for (int i = 0; i < SUBSCRIBERS; i++)
				osc_send(soak->subscriber[i], "/renew", "");
		}
		if (now - cycle > CYCLE_EVERY) {
			cycle = now;
			look_at_cycles(soak);
		}
		if (now - checked > CHECK_EVERY) {
			look_at_values(soak);
			checked = late = rig_now();
		}
		/* Everything that can grow has been used by then. */
		if (soak->resident == 0 && now - begin > seconds / 6) {
			soak->resident = rig_resident(&soak->rig);
			soak->descriptors = rig_descriptors(&soak->rig);
		}
		rig_sleep(10);
	}
	look_at_cycles(soak);
	look_at_values(soak);
}

/* Values that a restart loses. */
static unsigned
restart(struct soak *soak, const char *json)
{
	unsigned lost = 0;

	assert_int_equal(rig_stop_daemon(&soak->rig), 0);
	rig_start_daemon(&soak->rig, json);
	rig_wait_state(&soak->rig, "running");
	for (size_t i = 0; i < soak->controls; i++)
		lost += fabs(osc_get(soak->rig.osc, soak->control[i].address) -
			     soak->control[i].value) > 1e-4;
	return lost;
}

static double
minutes(bool *is_long)
{
	const char *asked = getenv("HEADROOM_SOAK");

	*is_long = asked && *asked;
	return *is_long ? strtod(asked, NULL) : SHORT;
}

static void
nothing_is_lost_and_nothing_grows(void **state)
{
	struct soak *soak = *state;
	struct rig_take *take = take_new(PLAYERS, 0, NOISE, UINT32_MAX);
	char *json = make_json();
	bool is_long;
	double time = minutes(&is_long);

	take->loops = true;
	for (uint32_t i = 0; i < PLAYERS; i++)
		signal_noise(take->play[i], NOISE, 0.2, i + 1);
	add_controls(soak);
	start(soak, take, json);
	run(soak, 60 * time);
	long end = rig_resident(&soak->rig);
	unsigned open = rig_descriptors(&soak->rig);
	double growth =
	    100.0 * (double)(end - soak->resident) / (double)soak->resident;
	rig_cut(&soak->rig);
	unsigned forgotten = restart(soak, json);
	print_message("soak: %.1f minutes of %d Hz in periods of %d frames, %d "
		      "strips, %d plugins, %d subscribers\n",
	    time, RATE, PERIOD, CHANNELS + BUSES + 1, PLUGINS, SUBSCRIBERS);
	print_message("sets: %u; lost: %u; not told to subscribers: %u; lost "
		      "by a restart: %u\n",
	    soak->sets, soak->lost, soak->untold, forgotten);
	print_message("events: %u; gaps: %u\n", soak->events, soak->gaps);
	print_message("resident memory: %ld kB, then %ld kB: %+.2f %%; "
		      "descriptors: %u, then %u\n",
	    soak->resident, end, growth, soak->descriptors, open);
	print_message("xruns: %u, of which %u with a cycle of the mixer "
		      "longer than the period though nothing took its "
		      "processor away; longest such cycle: %.1f %% of a "
		      "period; longest of all: %.1f %%\n",
	    soak->xruns, soak->own_xruns, soak->longest_own, soak->longest);
	assert_int_equal(soak->lost + soak->untold + forgotten, 0);
	assert_int_equal(soak->gaps, 0);
	assert_true(open <= soak->descriptors);
	if (is_long) {
		assert_true(growth < MOST_GROWTH);
		assert_int_equal(soak->own_xruns, 0);
	}
	free(json);
	take_free(take);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(
	    nothing_is_lost_and_nothing_grows, set_up, tear_down) };

	return cmocka_run_group_tests(tests, rig_find_plugins, NULL);
}
