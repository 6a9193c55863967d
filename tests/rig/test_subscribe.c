#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Leases: who is told what, how often, and for how long.
 */

static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    "  { \"id\": \"kick\", \"sends\": { \"verb\": {} } },"
    "  { \"id\": \"snare\" }, { \"id\": \"wide\", \"lanes\": 2 } ],"
    "  \"buses\": [ { \"id\": \"verb\", \"lanes\": 2 } ] }";

struct scene {
	struct rig rig;
	struct osc_client *maker, *other, *third;
};

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	*state = scene;
	rig_start(&scene->rig, 48000, 256, desk);
	return 0;
}

static int
tear_down(void **state)
{
	return rig_tear_down(state);
}

static int
open_clients(void **state)
{
	struct scene *scene = *state;

	scene->maker = osc_open(scene->rig.udp_port);
	scene->other = osc_open(scene->rig.udp_port);
	scene->third = osc_open(scene->rig.udp_port);
	osc_send(scene->maker, "/ch/*/*", "i", 0);
	osc_send(scene->maker, "/bus/*/*", "i", 0);
	osc_get(scene->maker, "/ch/kick/fader");
	osc_drain(scene->maker);
	return 0;
}

static int
close_clients(void **state)
{
	struct scene *scene = *state;
	struct osc_client *client[] = { scene->maker, scene->other,
		scene->third };

	for (int i = 0; i < 3; i++) {
		osc_send(client[i], "/unsubscribe", "");
		osc_get(client[i], "/master/fader");
		osc_close(client[i]);
	}
	return 0;
}

static void
subscribe(
    struct osc_client *client, const char *topic, int rate, const char *prefix)
{
	osc_send(client, "/subscribe", "sis", topic, rate, prefix);
	osc_expect(client, "/subscribed", "sis", topic,
	    strcmp(topic, "state") == 0 || strcmp(topic, "events") == 0 ? 0
									: rate,
	    prefix);
}

/* --- state --- */

static void
a_change_goes_to_every_lease_but_its_makers(void **state)
{
	struct scene *scene = *state;

	subscribe(scene->maker, "state", 0, "");
	subscribe(scene->other, "state", 0, "");
	subscribe(scene->third, "state", 0, "");
	osc_send(scene->maker, "/ch/kick/pan", "f", 0.5);
	osc_expect(scene->other, "/ch/kick/pan", "f", 0.5);
	osc_expect(scene->third, "/ch/kick/pan", "f", 0.5);
	osc_send(scene->other, "/ch/1/send/verb/tap", "s", "pre");
	osc_expect(scene->maker, "/ch/kick/send/verb/tap", "s", "pre");
	osc_expect(scene->third, "/ch/kick/send/verb/tap", "s", "pre");
	osc_send(scene->third, "/master/name", "s", "Main");
	osc_expect(scene->maker, "/master/name", "s", "Main");
	osc_expect(scene->other, "/master/name", "s", "Main");
	osc_expect_nothing(scene->maker, 50);
	osc_expect_nothing(scene->other, 0);
	osc_expect_nothing(scene->third, 0);
}

static void
fader_and_position_are_both_told(void **state)
{
	struct scene *scene = *state;

	subscribe(scene->other, "state", 0, "");
	osc_send(scene->maker, "/ch/kick/fader", "f", -10.0);
	osc_expect(scene->other, "/ch/kick/fader", "f", -10.0);
	osc_expect(scene->other, "/ch/kick/fader/position", "f", 0.5);
	osc_send(scene->maker, "/ch/kick/fader/position", "f", 0.25);
	osc_expect(scene->other, "/ch/kick/fader", "f", -30.0);
	osc_expect(scene->other, "/ch/kick/fader/position", "f", 0.25);
	osc_expect_nothing(scene->other, 50);
	osc_expect_nothing(scene->maker, 0);
}

static void
a_clamped_value_is_told_as_it_was_taken(void **state)
{
	struct scene *scene = *state;

	subscribe(scene->maker, "state", 0, "");
	subscribe(scene->other, "state", 0, "");
	osc_send(scene->maker, "/ch/kick/trim", "f", 77.0);
	osc_expect(scene->maker, "/ch/kick/trim", "f", 40.0);
	osc_expect(scene->other, "/ch/kick/trim", "f", 40.0);
	osc_expect_nothing(scene->maker, 50);
	osc_expect_nothing(scene->other, 0);
}

static void
what_does_not_change_is_not_told(void **state)
{
	struct scene *scene = *state;

	subscribe(scene->other, "state", 0, "");
	osc_send(scene->maker, "/ch/kick/mute", "i", 0);
	osc_send(scene->maker, "/ch/kick/fader", "s", "loud");
	osc_expect_error(scene->maker, "/ch/kick/fader", "wrong-type");
	osc_expect_nothing(scene->other, 100);
}

static void
a_prefix_narrows_what_is_told(void **state)
{
	struct scene *scene = *state;

	subscribe(scene->other, "state", 0, "/ch/2");
	subscribe(scene->third, "state", 0, "/ch/kick");
	osc_send(scene->maker, "/ch/*/mute", "i", 1);
	osc_expect(scene->other, "/ch/2/mute", "i", 1);
	osc_expect(scene->third, "/ch/kick/mute", "i", 1);
	osc_send(scene->maker, "/ch/kick/send/verb/level", "f", -3.0);
	osc_expect(scene->third, "/ch/kick/send/verb/level", "f", -3.0);
	osc_expect_nothing(scene->other, 50);
	osc_expect_nothing(scene->third, 0);
}

/* --- what comes at a rate --- */

/* Messages of an address in a second. */
static unsigned
count_second(struct osc_client *client, const char *address)
{
	double end = rig_now() + 1;
	unsigned count = 0;

	while (rig_now() < end) {
		const struct osc_reply *reply = osc_next(client, 20);
		if (reply == NULL)
			continue;
		count += strcmp(reply->address, address) == 0;
		assert_true(reply->datagram <= 1400);
	}
	return count;
}

static void
meters_come_at_their_rate(void **state)
{
	struct scene *scene = *state;

	subscribe(scene->maker, "meters", 10, "");
	subscribe(scene->other, "meters", 50, "/ch/kick");
	assert_in_range(
	    count_second(scene->maker, "/meter/master/fader"), 8, 13);
	osc_drain(scene->other);
	assert_in_range(
	    count_second(scene->other, "/meter/ch/kick/in"), 40, 60);
	osc_drain(scene->maker);
	assert_in_range(
	    count_second(scene->maker, "/meter/ch/wide/trim"), 8, 13);
	/* Asking again changes the rate of the same lease. */
	osc_drain(scene->other);
	osc_send(scene->other, "/subscribe", "sis", "meters", 5, "/ch/kick");
	osc_wait(scene->other, "/subscribed");
	assert_in_range(count_second(scene->other, "/meter/ch/kick/in"), 4, 7);
}

static void
a_meter_prefix_may_be_short_or_by_place(void **state)
{
	struct scene *scene = *state;
	static const char *const prefix[] = { "/ch/3", "/meter/ch/3", "/ch",
		"/meter/ch/wide/trim" };
	static const char *const told[] = { "/meter/ch/3/", "/meter/ch/3/",
		"/meter/ch/", "/meter/ch/wide/trim" };

	for (int i = 0; i < 4; i++) {
		struct osc_client *client = osc_open(scene->rig.udp_port);
		subscribe(client, "meters", 50, prefix[i]);
		for (int k = 0; k < 30; k++) {
			const struct osc_reply *reply = osc_next(client, 500);
			assert_non_null(reply);
			assert_memory_equal(
			    reply->address, told[i], strlen(told[i]));
			assert_int_equal(
			    strspn(reply->types, "f"), strlen(reply->types));
		}
		osc_send(client, "/unsubscribe", "");
		osc_close(client);
	}
}

static void
status_comes_at_its_rate_and_at_once_with_news(void **state)
{
	struct scene *scene = *state;

	osc_send(scene->maker, "/subscribe", "si", "status", 4);
	osc_expect(scene->maker, "/subscribed", "sis", "status", 4, "");
	assert_in_range(
	    count_second(scene->maker, "/status/drops/malformed"), 3, 6);
	osc_send(scene->maker, "/unsubscribe", "ss", "status", "");
	osc_send(scene->other, "/subscribe", "ss", "events", "");
	osc_wait(scene->other, "/subscribed");
	osc_send(scene->other, "/subscribe", "s", "status");
	osc_wait(scene->other, "/subscribed");
	rig_join(&scene->rig, 1, 1);
	rig_freewheel(&scene->rig, true);
	osc_wait(scene->other, "/event/jack");
	rig_freewheel(&scene->rig, false);
	rig_leave(&scene->rig);
}

static void
rates_and_topics_are_checked(void **state)
{
	struct scene *scene = *state;

	osc_send(scene->maker, "/subscribe", "si", "status", 5000);
	osc_expect(scene->maker, "/subscribed", "sis", "status", 100, "");
	osc_send(scene->maker, "/unsubscribe", "");
	osc_get(scene->maker, "/master/fader");
	osc_drain(scene->maker);
	osc_send(scene->maker, "/subscribe", "si", "meters", -3);
	osc_expect(scene->maker, "/subscribed", "sis", "meters", 1, "");
	osc_send(scene->maker, "/unsubscribe", "");
	osc_get(scene->maker, "/master/fader");
	osc_send(scene->maker, "/subscribe", "s", "meters");
	osc_expect(scene->maker, "/subscribed", "sis", "meters", 20, "");
	osc_send(scene->other, "/subscribe", "s", "gossip");
	osc_expect_error(scene->other, "/subscribe", "bad-value");
	osc_send(scene->other, "/subscribe", "");
	osc_expect_error(scene->other, "/subscribe", "wrong-type");
	osc_send(scene->other, "/subscribe", "i", 3);
	osc_expect_error(scene->other, "/subscribe", "wrong-type");
	osc_expect_nothing(scene->other, 100);
}

/* --- leases --- */

static void
expect_renewed(struct scene *scene, int leases)
{
	const struct osc_reply *reply = osc_wait(scene->maker, "/renewed");

	assert_true(osc_number(reply, 0) == leases);
}

static void
leases_are_counted_renewed_and_ended(void **state)
{
	struct scene *scene = *state;

	assert_true(osc_get(scene->third, "/status/subscribers") == 0);
	subscribe(scene->maker, "state", 0, "");
	subscribe(scene->maker, "state", 0, "/ch/1");
	subscribe(scene->maker, "events", 0, "");
	subscribe(scene->other, "state", 0, "");
	osc_send(scene->maker, "/renew", "");
	expect_renewed(scene, 3);
	osc_send(scene->maker, "/unsubscribe", "ss", "state", "/ch/1");
	osc_send(scene->maker, "/renew", "");
	osc_wait(scene->maker, "/renewed");
	osc_send(scene->maker, "/renew", "");
	expect_renewed(scene, 2);
	osc_send(scene->maker, "/unsubscribe", "s", "state");
	osc_send(scene->third, "/ch/kick/mute", "i", 1);
	osc_expect(scene->other, "/ch/kick/mute", "i", 1);
	osc_expect_nothing(scene->maker, 50);
	osc_send(scene->maker, "/renew", "");
	expect_renewed(scene, 1);
	osc_send(scene->other, "/unsubscribe", "");
	osc_send(scene->maker, "/unsubscribe", "");
	osc_get(scene->maker, "/master/fader");
	assert_true(osc_get(scene->third, "/status/subscribers") == 0);
}

/* Whoever is silent for 10 s is forgotten; any packet keeps a lease. */
static void
a_lease_lasts_ten_seconds_from_the_last_packet(void **state)
{
	struct scene *scene = *state;
	double from = rig_now(), last = 0, now;
	int asked = 0;

	subscribe(scene->maker, "state", 0, "");
	subscribe(scene->other, "state", 0, "");
	for (int i = 0; (now = rig_now() - from) < 12.5; i++) {
		osc_send(scene->third, "/ch/kick/mute", "i", i % 2);
		if (now > 6 && asked++ == 0)
			osc_get(scene->other, "/status/period");
		if (osc_next(scene->maker, 20) != NULL)
			last = rig_now() - from;
		rig_sleep(80);
	}
	assert_true(last > 9 && last < 11.5);
	osc_drain(scene->other);
	osc_send(scene->third, "/ch/kick/pan", "f", 0.25);
	osc_wait(scene->other, "/ch/kick/pan");
	osc_send(scene->maker, "/renew", "");
	expect_renewed(scene, 0);
}

static void
leases_are_bounded_for_each_sender(void **state)
{
	struct scene *scene = *state;
	double refused = osc_get(scene->third, "/status/drops/leases");
	char prefix[32];
	int i;

	for (i = 0; i < 2000; i++) {
		snprintf(prefix, sizeof prefix, "/ch/kick/%d", i);
		osc_send(scene->maker, "/subscribe", "ss", "state", prefix);
		const struct osc_reply *reply = osc_next(scene->maker, 1000);
		assert_non_null(reply);
		if (strcmp(reply->address, "/error") == 0) {
			assert_string_equal(osc_text(reply, 1), "too-many");
			break;
		}
	}
	assert_in_range(i, 4, 1000);
	assert_true(
	    osc_get(scene->third, "/status/drops/leases") == refused + 1);
	/* One sender's greed is not another's loss. */
	subscribe(scene->other, "state", 0, "");
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, open_clients, close_clients)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_goes_to_every_lease_but_its_makers),
		TEST(fader_and_position_are_both_told),
		TEST(a_clamped_value_is_told_as_it_was_taken),
		TEST(what_does_not_change_is_not_told),
		TEST(a_prefix_narrows_what_is_told),
		TEST(meters_come_at_their_rate),
		TEST(a_meter_prefix_may_be_short_or_by_place),
		TEST(status_comes_at_its_rate_and_at_once_with_news),
		TEST(rates_and_topics_are_checked),
		TEST(leases_are_counted_renewed_and_ended),
		TEST(a_lease_lasts_ten_seconds_from_the_last_packet),
		TEST(leases_are_bounded_for_each_sender),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
