#include "rig.h"

#include <jack/jack.h>
#include <jack/metadata.h>
#include <jack/uuid.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * How the daemon behaves as a client of JACK: ports, connections, latency,
 * and servers that change, are late, or go.
 */

#define PATIENCE 10.0

static const char desk[] =
    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" }, \"channels\": ["
    "  { \"id\": \"kick\", \"name\": \"Bass Drum\","
    "    \"from\": [\"rig-play:out_1\"] },"
    "  { \"id\": \"wide\", \"lanes\": 2, \"delay\": 10,"
    "    \"from\": [ [\"rig-play:out_2\", \"rig-play:out_3\"],"
    "      \"/(r)ig-pl.*:out_(3|4)/\" ], \"outputs\": [] } ],"
    "  \"buses\": [ { \"id\": \"sub\", \"lanes\": 1 } ],"
    "  \"master\": { \"lanes\": 2,"
    "    \"outputs\": [ \"rig-rec:in_1\", \"/rig-rec:in_[23]/\" ] } }";

/* --- ports --- */

static void
expect_port(const struct rig *rig, const char *name, unsigned long flags)
{
	jack_port_t *port = jack_port_by_name(rig_client(rig), name);

	if (port == NULL)
		rig_fail(rig, "no port %s", name);
	assert_int_equal(
	    jack_port_flags(port) & (JackPortIsInput | JackPortIsOutput),
	    flags);
	assert_string_equal(jack_port_type(port), JACK_DEFAULT_AUDIO_TYPE);
}

static void
ports_are_named_after_the_strips(void **state)
{
	struct rig *rig = *state;
	static const char *const in[] = { "desk:kick_in_1", "desk:wide_in_1",
		"desk:wide_in_2" };
	static const char *const out[] = { "desk:wide_out_1", "desk:wide_out_2",
		"desk:master_out_1", "desk:master_out_2" };
	size_t count = 0;

	rig_start(rig, 48000, 256, desk);
	rig_join(rig, 4, 4);
	for (size_t i = 0; i < sizeof in / sizeof *in; i++)
		expect_port(rig, in[i], JackPortIsInput);
	for (size_t i = 0; i < sizeof out / sizeof *out; i++)
		expect_port(rig, out[i], JackPortIsOutput);
	const char **port =
	    jack_get_ports(rig_client(rig), "^desk:", NULL, JackPortIsInput);
	while (port != NULL && port[count] != NULL)
		count++;
	jack_free(port);
	assert_int_equal(count, 3);
}

static void
expect_property(const struct rig *rig, const char *port_name, const char *key,
    const char *wanted)
{
	double until = rig_now() + PATIENCE;
	jack_port_t *port = jack_port_by_name(rig_client(rig), port_name);
	char *value = NULL, *type = NULL;

	assert_non_null(port);
	for (;;) {
		if (jack_get_property(
			jack_port_uuid(port), key, &value, &type) == 0) {
			bool same = strcmp(value, wanted) == 0;
			jack_free(value);
			jack_free(type);
			if (same)
				return;
		}
		if (rig_now() > until)
			rig_fail(rig, "%s of %s never became '%s'", key,
			    port_name, wanted);
		rig_sleep(50);
	}
}

static void
names_and_order_are_metadata(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, 48000, 256, desk);
	rig_join(rig, 1, 1);
	expect_property(
	    rig, "desk:kick_in_1", JACK_METADATA_PRETTY_NAME, "Bass Drum");
	expect_property(
	    rig, "desk:wide_in_2", JACK_METADATA_PRETTY_NAME, "wide 2");
	expect_property(rig, "desk:kick_in_1", JACK_METADATA_ORDER, "1");
	expect_property(rig, "desk:wide_in_2", JACK_METADATA_ORDER, "3");
	osc_send(rig->osc, "/ch/kick/name", "s", "Thump");
	expect_property(
	    rig, "desk:kick_in_1", JACK_METADATA_PRETTY_NAME, "Thump");
}

/* --- connections --- */

static void
expect_all_connected(struct rig *rig)
{
	rig_wait_connected(rig, "rig-play:out_1", "desk:kick_in_1");
	rig_wait_connected(rig, "rig-play:out_2", "desk:wide_in_1");
	rig_wait_connected(rig, "rig-play:out_3", "desk:wide_in_1");
	rig_wait_connected(rig, "rig-play:out_3", "desk:wide_in_2");
	rig_wait_connected(rig, "rig-play:out_4", "desk:wide_in_2");
	rig_wait_connected(rig, "desk:master_out_1", "rig-rec:in_1");
	rig_wait_connected(rig, "desk:master_out_2", "rig-rec:in_2");
	rig_wait_connected(rig, "desk:master_out_2", "rig-rec:in_3");
}

static unsigned
connections(const struct rig *rig, const char *name)
{
	jack_port_t *port = jack_port_by_name(rig_client(rig), name);
	const char **other =
	    jack_port_get_all_connections(rig_client(rig), port);
	unsigned count = 0;

	while (other != NULL && other[count] != NULL)
		count++;
	jack_free(other);
	return count;
}

static void
connections_are_made_also_to_late_ports(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, 48000, 256, desk);
	rig_join(rig, 4, 4);
	expect_all_connected(rig);
	assert_int_equal(connections(rig, "desk:kick_in_1"), 1);
	assert_int_equal(connections(rig, "desk:wide_in_1"), 2);
	assert_int_equal(connections(rig, "desk:wide_in_2"), 2);
	assert_int_equal(connections(rig, "desk:master_out_1"), 1);
	assert_int_equal(connections(rig, "desk:master_out_2"), 2);
	/* They went and came again; the desk was there all the time. */
	rig_leave(rig);
	rig_sleep(100);
	rig_join(rig, 4, 4);
	expect_all_connected(rig);
	/* And the other way round. */
	rig_stop_daemon(rig);
	rig_start_daemon(rig, desk);
	rig_wait_state(rig, "running");
	expect_all_connected(rig);
}

/* --- latency --- */

static void
expect_latency(const struct rig *rig, const char *name,
    jack_latency_callback_mode_t mode, uint32_t min, uint32_t max)
{
	jack_port_t *port = jack_port_by_name(rig_client(rig), name);
	jack_latency_range_t range = { 0, 0 };
	double until = rig_now() + 3;

	assert_non_null(port);
	do {
		jack_port_get_latency_range(port, mode, &range);
		if (range.min == min && range.max == max)
			return;
		rig_sleep(20);
	} while (rig_now() < until);
	rig_fail(rig, "%s latency of %s: %u to %u, wanted %u to %u",
	    mode == JackCaptureLatency ? "capture" : "playback", name,
	    range.min, range.max, min, max);
}

static void
latency_tells_the_ways_through_the_desk(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, 48000, 256, desk);
	rig_join(rig, 4, 4);
	expect_all_connected(rig);
	rig_pretend_latency(rig, 0, 100, 200);
	rig_pretend_latency(rig, 1, 30, 40);
	rig_pretend_latency(rig, 2, 35, 50);
	rig_pretend_latency(rig, 3, 35, 45);
	/* WIDE is 10 ms late, and feeds the master like KICK. */
	expect_latency(rig, "desk:wide_out_1", JackCaptureLatency, 510, 530);
	expect_latency(rig, "desk:wide_out_2", JackCaptureLatency, 515, 530);
	expect_latency(rig, "desk:master_out_1", JackCaptureLatency, 100, 530);
	rig_pretend_playback(rig, 0, 60, 70);
	rig_pretend_playback(rig, 1, 60, 80);
	rig_pretend_playback(rig, 2, 65, 75);
	expect_latency(rig, "desk:kick_in_1", JackPlaybackLatency, 60, 80);
	osc_send(rig->osc, "/ch/wide/delay", "f", 20.0);
	expect_latency(rig, "desk:wide_out_1", JackCaptureLatency, 990, 1010);
	osc_send(rig->osc, "/master/delay", "f", 1.0);
	expect_latency(rig, "desk:master_out_1", JackCaptureLatency, 148, 1058);
	expect_latency(rig, "desk:kick_in_1", JackPlaybackLatency, 108, 128);
}

/* --- a server that changes --- */

static void
make_small(struct ref_desk *small)
{
	ref_init(small, -3);
	ref_channel(small, "a", 1);
	ref_channel(small, "b", 2);
	ref_bus(small, "sub", 2);
	ref_master(small, 2);
	ref_to(small, 0, 2);
	ref_to(small, 1, 3);
	ref_to(small, 2, 3);
	ref_send(small, 1, 2, -9, true);
	small->strip[0].delay = 3;
	small->strip[0].pan = 0.4;
	small->strip[1].trim = -3;
	small->strip[2].fader = -5;
}

static void
start_small(struct rig *rig, const struct ref_desk *small)
{
	char *json = ref_json(small);

	rig_start(rig, 48000, 256, json);
	free(json);
	rig_join(rig, ref_plays(small), ref_captures(small));
	ref_patch(rig, small);
	rig_settle(rig, 150);
}

static void
expect_exact(struct rig *rig, const struct ref_desk *small)
{
	unsigned plays = ref_plays(small);
	struct rig_take *take =
	    take_new(plays, ref_captures(small), 6000, 8000);

	for (unsigned i = 0; i < plays; i++)
		signal_noise(take->play[i], 6000, 0.3, 5 + i);
	rig_run(rig, take);
	struct ref_sound *sound = ref_run(small, rig->rate, take);
	ref_compare(rig, small, sound, take, 1e-6);
	ref_free(sound);
	take_free(take);
}

static void
the_period_may_change_under_audio(void **state)
{
	struct rig *rig = *state;
	struct ref_desk small;
	struct rig_take *take = take_new(3, 0, 48000, UINT32_MAX / 2);
	static const unsigned period[] = { 1024, 64, 333, 4096, 256 };

	make_small(&small);
	start_small(rig, &small);
	take->loops = true;
	for (unsigned i = 0; i < 3; i++)
		signal_noise(take->play[i], 48000, 0.3, 5 + i);
	for (size_t i = 0; i < sizeof period / sizeof *period; i++) {
		rig_roll(rig, take);
		rig_sleep(50);
		jack_set_buffer_size(rig_client(rig), period[i]);
		rig->period = period[i];
		rig_sleep(50);
		rig_cut(rig);
		rig_settle(rig, 100);
		assert_true(osc_get(rig->osc, "/status/period") == period[i]);
		expect_exact(rig, &small);
	}
	take_free(take);
}

static void
the_daemon_waits_for_a_server_that_is_late(void **state)
{
	struct rig *rig = *state;
	struct ref_desk small;
	char *json;

	make_small(&small);
	json = ref_json(&small);
	rig_init(rig, 48000, 256);
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "waiting");
	osc_send(rig->osc, "/ch/a/fader", "f", -2.0);
	assert_true(osc_get(rig->osc, "/ch/a/fader") == -2);
	small.strip[0].fader = -2;
	rig_sleep(300);
	char *log = rig_daemon_log(rig);
	if (strstr(log, "JACK") == NULL || strstr(log, "wait") == NULL ||
	    strstr(log, rig->server) == NULL)
		fail_msg("waiting is not said clearly: %s", log);
	free(log);
	rig_start_server(rig);
	rig_wait_state(rig, "running");
	rig_join(rig, ref_plays(&small), ref_captures(&small));
	ref_patch(rig, &small);
	rig_settle(rig, 100);
	expect_exact(rig, &small);
	free(json);
}

static void
xruns_are_counted_and_told(void **state)
{
	struct rig *rig = *state;
	struct ref_desk small;
	double before, after, until;

	make_small(&small);
	start_small(rig, &small);
	struct osc_client *osc = osc_open(rig->udp_port);
	osc_send(osc, "/subscribe", "s", "events");
	osc_wait(osc, "/subscribed");
	before = osc_get(rig->osc, "/status/xruns");
	kill(rig->jackd, SIGSTOP);
	rig_sleep(300);
	kill(rig->jackd, SIGCONT);
	until = rig_now() + 3;
	do {
		rig_sleep(50);
		after = osc_get(rig->osc, "/status/xruns");
	} while (after == before && rig_now() < until);
	assert_true(after > before);
	const struct osc_reply *reply = osc_wait(osc, "/event/xrun");
	assert_string_equal(reply->types, "hhih");
	assert_true(osc_long(reply, 2) > (int64_t)before);
	osc_close(osc);
	rig_settle(rig, 200);
	expect_exact(rig, &small);
}

/* --- a server that goes --- */

static void
lose_server(struct rig *rig, int sig)
{
	struct osc_client *osc = osc_open(rig->udp_port);

	osc_send(osc, "/subscribe", "s", "events");
	osc_wait(osc, "/subscribed");
	rig_stop_server(rig, sig);
	rig_leave(rig);
	osc_wait(osc, "/event/jack");
	rig_wait_state(rig, "waiting");
	osc_close(osc);
}

static void
a_server_that_comes_back_finds_all_as_it_was(void **state)
{
	struct rig *rig = *state;
	static const int sig[] = { SIGTERM, SIGKILL };

	rig_start(rig, 48000, 256, desk);
	for (int i = 0; i < 2; i++) {
		rig_join(rig, 4, 4);
		expect_all_connected(rig);
		osc_send(rig->osc, "/ch/kick/fader", "f", -7.5 - i);
		osc_get(rig->osc, "/ch/kick/fader");
		lose_server(rig, sig[i]);
		osc_send(rig->osc, "/ch/wide/fader", "f", -1.5 - i);
		rig_start_server(rig);
		rig_wait_state(rig, "running");
		rig_join(rig, 4, 4);
		expect_all_connected(rig);
		assert_true(osc_get(rig->osc, "/ch/kick/fader") == -7.5 - i);
		assert_true(osc_get(rig->osc, "/ch/wide/fader") == -1.5 - i);
		expect_property(rig, "desk:kick_in_1",
		    JACK_METADATA_PRETTY_NAME, "Bass Drum");
		rig_leave(rig);
	}
}

static void
a_server_may_come_back_at_another_rate(void **state)
{
	struct rig *rig = *state;
	struct ref_desk small;

	make_small(&small);
	start_small(rig, &small);
	small.strip[1].fader = -4.5;
	small.strip[0].delay = 7;
	ref_push(rig, &small);
	expect_exact(rig, &small);
	lose_server(rig, SIGTERM);
	rig->rate = 44100;
	rig->period = 441;
	rig_start_server(rig);
	rig_wait_state(rig, "running");
	assert_true(osc_get(rig->osc, "/status/sample_rate") == 44100);
	assert_true(osc_get(rig->osc, "/status/period") == 441);
	rig_join(rig, ref_plays(&small), ref_captures(&small));
	ref_patch(rig, &small);
	rig_settle(rig, 100);
	expect_exact(rig, &small);
}

static void
the_daemon_leaves_nothing_behind(void **state)
{
	struct rig *rig = *state;

	rig_start(rig, 48000, 256, desk);
	rig_join(rig, 4, 4);
	expect_all_connected(rig);
	assert_int_equal(rig_stop_daemon(rig), 0);
	assert_null(jack_get_ports(rig_client(rig), "^desk:", NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(ports_are_named_after_the_strips),
		RIG_TEST(names_and_order_are_metadata),
		RIG_TEST(connections_are_made_also_to_late_ports),
		RIG_TEST(latency_tells_the_ways_through_the_desk),
		RIG_TEST(the_period_may_change_under_audio),
		RIG_TEST(the_daemon_waits_for_a_server_that_is_late),
		RIG_TEST(xruns_are_counted_and_told),
		RIG_TEST(a_server_that_comes_back_finds_all_as_it_was),
		RIG_TEST(a_server_may_come_back_at_another_rate),
		RIG_TEST(the_daemon_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
