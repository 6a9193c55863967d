#include "edge/osc_lease.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

static struct lease_peer
peer_at(const char *address, unsigned port)
{
	struct lease_peer peer = { .fd = 3,
		.size = sizeof(struct sockaddr_in) };
	struct sockaddr_in *in = (void *)&peer.address;

	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	assert_int_equal(inet_pton(AF_INET, address, &in->sin_addr), 1);
	return peer;
}

/* A client on loopback at this port, seen now. */
static struct lease_client *
seen(struct lease_table *table, unsigned port, double now)
{
	struct lease_peer peer = peer_at("127.0.0.1", port);

	return lease_seen(table, &peer, now);
}

static bool
prefix_covers(enum lease_topic topic, const char *prefix, const char *address)
{
	struct lease lease = { .topic = topic };

	assert_int_equal(lease_prefix(prefix, lease.prefix), 0);
	return lease_covers(&lease, address);
}

/* --- clients --- */

static void
clients_are_told_apart_by_address_and_port(void **state)
{
	struct lease_peer other = peer_at("127.0.0.2", 5000);
	struct lease_table table = { .clients = 0 };
	struct lease_client *one = seen(&table, 5000, 0);

	(void)state;
	assert_ptr_equal(seen(&table, 5000, 1), one);
	assert_ptr_not_equal(seen(&table, 5001, 1), one);
	assert_ptr_not_equal(lease_seen(&table, &other, 1), one);
	assert_int_equal(table.clients, 3);
	lease_table_free(&table);
}

static void
ipv6_clients_are_told_apart_by_address_port_and_scope(void **state)
{
	struct lease_peer peer = { .fd = 3,
		.size = sizeof(struct sockaddr_in6) };
	struct sockaddr_in6 *in = (void *)&peer.address;
	struct lease_table table = { .clients = 0 };
	struct lease_client *one;

	(void)state;
	in->sin6_family = AF_INET6;
	in->sin6_addr = in6addr_loopback;
	one = lease_seen(&table, &peer, 0);
	in->sin6_flowinfo = 7;
	assert_ptr_equal(lease_seen(&table, &peer, 0), one);
	in->sin6_scope_id = 2;
	assert_ptr_not_equal(lease_seen(&table, &peer, 0), one);
	in->sin6_scope_id = 0;
	in->sin6_port = htons(1);
	assert_ptr_not_equal(lease_seen(&table, &peer, 0), one);
	lease_table_free(&table);
}

static void
answers_leave_by_the_socket_that_heard_the_last_packet(void **state)
{
	struct lease_peer peer = peer_at("127.0.0.1", 5000);
	struct lease_table table = { .clients = 0 };

	(void)state;
	lease_seen(&table, &peer, 0);
	peer.fd = 4;
	assert_int_equal(lease_seen(&table, &peer, 1)->peer.fd, 4);
	lease_table_free(&table);
}

static void
a_client_without_lease_is_known_for_60_seconds(void **state)
{
	struct lease_table table = { .clients = 0 };

	(void)state;
	seen(&table, 5000, 100);
	lease_expire(&table, 159.99);
	assert_int_equal(table.clients, 1);
	lease_expire(&table, 160);
	assert_int_equal(table.clients, 0);
}

static void
a_new_client_takes_the_room_of_the_one_silent_for_longest(void **state)
{
	struct lease_table table = { .clients = 0 };
	struct lease_client *holder = seen(&table, 1, 0);

	(void)state;
	assert_non_null(lease_take(holder, LEASE_STATE, "", 0, 0));
	for (unsigned i = 2; i <= LEASE_CLIENTS; i++)
		seen(&table, i, 1 + 0.001 * i);
	seen(&table, 2, 3);
	assert_non_null(seen(&table, 9000, 4));
	assert_int_equal(table.clients, LEASE_CLIENTS);
	for (size_t i = 0; i < table.clients; i++)
		assert_true(table.client[i]->seen != 1 + 0.001 * 3);
	assert_ptr_equal(seen(&table, 1, 4), holder);
	assert_int_equal(holder->leases, 1);
	lease_table_free(&table);
}

static void
nobody_who_holds_a_lease_makes_room(void **state)
{
	struct lease_table table = { .clients = 0 };

	(void)state;
	for (unsigned i = 1; i <= LEASE_CLIENTS; i++)
		lease_take(seen(&table, i, 0), LEASE_STATE, "", 0, 0);
	assert_null(seen(&table, 9000, 1));
	assert_int_equal(lease_subscribers(&table), LEASE_CLIENTS);
	lease_expire(&table, 10);
	assert_non_null(seen(&table, 9000, 10));
	lease_table_free(&table);
}

/* --- leases --- */

static void
a_lease_ends_10_seconds_after_the_last_packet(void **state)
{
	struct lease_table table = { .clients = 0 };
	struct lease_client *client = seen(&table, 5000, 0);

	(void)state;
	lease_take(client, LEASE_STATE, "", 0, 0);
	lease_expire(&table, 9.99);
	assert_int_equal(client->leases, 1);
	seen(&table, 5000, 9.99);
	lease_expire(&table, 19.98);
	assert_int_equal(client->leases, 1);
	assert_int_equal(lease_subscribers(&table), 1);
	lease_expire(&table, 20);
	assert_int_equal(client->leases, 0);
	assert_int_equal(lease_subscribers(&table), 0);
	lease_table_free(&table);
}

static void
a_packet_that_comes_too_late_revives_no_lease(void **state)
{
	struct lease_table table = { .clients = 0 };
	struct lease_client *client = seen(&table, 5000, 0);

	(void)state;
	lease_take(client, LEASE_STATE, "", 0, 0);
	assert_int_equal(seen(&table, 5000, 10)->leases, 0);
	lease_table_free(&table);
}

static void
subscribing_again_changes_the_rate_of_the_same_lease(void **state)
{
	struct lease_table table = { .clients = 0 };
	struct lease_client *client = seen(&table, 5000, 0);
	struct lease *lease = lease_take(client, LEASE_METERS, "/ch", 1, 0);

	(void)state;
	assert_true(lease_due(lease, 0, 0));
	assert_ptr_equal(lease_take(client, LEASE_METERS, "/ch", 50, 0), lease);
	assert_int_equal(client->leases, 1);
	assert_int_equal(lease->rate, 50);
	assert_false(lease_due(lease, 0.01, 0));
	assert_true(lease_due(lease, 0.02, 0));
	assert_ptr_not_equal(
	    lease_take(client, LEASE_METERS, "/bus", 50, 0), lease);
	assert_ptr_not_equal(
	    lease_take(client, LEASE_STATE, "/ch", 0, 0), lease);
	assert_int_equal(client->leases, 3);
	lease_table_free(&table);
}

static void
a_client_holds_16_leases_at_most(void **state)
{
	struct lease_table table = { .clients = 0 };
	struct lease_client *client = seen(&table, 5000, 0);
	char prefix[16];

	(void)state;
	for (int i = 0; i < LEASE_EACH; i++) {
		snprintf(prefix, sizeof(prefix), "/ch/%d", i);
		assert_non_null(lease_take(client, LEASE_STATE, prefix, 0, 0));
	}
	assert_null(lease_take(client, LEASE_STATE, "/more", 0, 0));
	assert_non_null(lease_take(client, LEASE_STATE, "/ch/3", 0, 0));
	lease_table_free(&table);
}

static void
leases_end_by_topic_and_prefix(void **state)
{
	struct lease_table table = { .clients = 0 };
	struct lease_client *client = seen(&table, 5000, 0);

	(void)state;
	lease_take(client, LEASE_STATE, "", 0, 0);
	lease_take(client, LEASE_METERS, "", 20, 0);
	lease_take(client, LEASE_METERS, "/ch", 20, 0);
	lease_take(client, LEASE_EVENTS, "", 0, 0);
	assert_int_equal(lease_end(client, LEASE_METERS, "/bus"), 0);
	assert_int_equal(lease_end(client, LEASE_METERS, "/ch"), 1);
	assert_int_equal(lease_end(client, LEASE_METERS, NULL), 1);
	assert_int_equal(client->leases, 2);
	assert_int_equal(client->lease[1].topic, LEASE_EVENTS);
	assert_int_equal(lease_end(client, LEASE_TOPICS, NULL), 2);
	lease_table_free(&table);
}

/* --- time --- */

static void
a_new_lease_is_due_at_once(void **state)
{
	struct lease_table table = { .clients = 0 };
	struct lease *lease =
	    lease_take(seen(&table, 5000, 7), LEASE_METERS, "", 20, 7);

	(void)state;
	assert_true(lease_due(lease, 7, 0));
	assert_false(lease_due(lease, 7, 0));
	lease_table_free(&table);
}

/* A timer of 10 ms whose calls come up to 4 ms late, for 100 s. */
static void
the_rate_does_not_drift_with_a_late_timer(void **state)
{
	struct lease lease = { .topic = LEASE_METERS, .rate = 30 };
	unsigned sent = 0;

	(void)state;
	srand(1);
	for (int tick = 0; tick < 10000; tick++) {
		double late = 0.004 * rand() / RAND_MAX;

		sent += lease_due(&lease, 0.01 * tick + late, 0.005);
	}
	assert_in_range(sent, 2999, 3001);
}

static void
the_fastest_rate_is_met_at_every_tick(void **state)
{
	struct lease lease = { .topic = LEASE_METERS, .rate = LEASE_FASTEST };

	(void)state;
	for (int tick = 0; tick < 1000; tick++)
		assert_true(lease_due(&lease, 0.01 * tick, 0.005));
}

static void
what_was_missed_is_not_caught_up(void **state)
{
	struct lease lease = { .topic = LEASE_METERS, .rate = 10 };

	(void)state;
	assert_true(lease_due(&lease, 5, 0));
	assert_false(lease_due(&lease, 5.09, 0));
	assert_true(lease_due(&lease, 5.1, 0));
}

static void
what_has_no_rate_is_never_due(void **state)
{
	struct lease lease = { .topic = LEASE_STATE };

	(void)state;
	assert_false(lease_due(&lease, 1e6, 1));
}

/* --- prefixes --- */

static void
a_prefix_ends_at_the_border_of_a_part(void **state)
{
	(void)state;
	assert_true(prefix_covers(LEASE_STATE, "/ch/1", "/ch/1/fader"));
	assert_true(prefix_covers(LEASE_STATE, "/ch/1/fader", "/ch/1/fader"));
	assert_true(
	    prefix_covers(LEASE_STATE, "/ch/1/fader", "/ch/1/fader/position"));
	assert_false(prefix_covers(LEASE_STATE, "/ch/1", "/ch/12/fader"));
	assert_false(prefix_covers(LEASE_STATE, "/ch/1/fader", "/ch/1"));
	assert_false(prefix_covers(LEASE_STATE, "/ch", "/bus/a/fader"));
}

static void
an_empty_prefix_covers_everything(void **state)
{
	(void)state;
	assert_true(prefix_covers(LEASE_STATE, "", "/master/fader"));
	assert_true(prefix_covers(LEASE_STATE, "/", "/master/fader"));
	assert_true(prefix_covers(LEASE_METERS, "/meter", "/meter/master/in"));
}

static void
a_prefix_of_meters_may_leave_out_meter(void **state)
{
	static const char address[] = "/meter/ch/kick/trim";

	(void)state;
	assert_true(prefix_covers(LEASE_METERS, "/ch", address));
	assert_true(prefix_covers(LEASE_METERS, "/ch/kick", address));
	assert_true(prefix_covers(LEASE_METERS, "/meter/ch/kick", address));
	assert_true(prefix_covers(LEASE_METERS, "/ch/kick/trim", address));
	assert_false(prefix_covers(LEASE_METERS, "/ch/kic", address));
	assert_false(prefix_covers(LEASE_METERS, "/meter/bus", address));
	assert_false(prefix_covers(LEASE_METERS, "/meters", address));
	assert_false(prefix_covers(LEASE_STATE, "/ch", address));
	assert_true(
	    prefix_covers(LEASE_LOUDNESS, "/bus", "/loudness/bus/verb"));
	assert_true(prefix_covers(
	    LEASE_LOUDNESS, "/loudness/bus", "/loudness/bus/verb"));
	assert_false(prefix_covers(LEASE_LOUDNESS, "/meter", "/loudness/bus"));
}

static void
a_prefix_by_place_is_noticed(void **state)
{
	static const struct {
		const char *prefix;
		unsigned by_place;
	} cases[] = {
		{ "", 0 },
		{ "/ch", 0 },
		{ "/ch/kick", 0 },
		{ "/ch/1a", 0 },
		{ "/ch/1", BY_PLACE_STRIP },
		{ "/bus/12/fader", BY_PLACE_STRIP },
		{ "/meter/ch/3/in", BY_PLACE_STRIP },
		{ "/loudness/bus/1", BY_PLACE_STRIP },
		{ "/ch/1/send/verb", BY_PLACE_STRIP },
		{ "/ch/kick/send/2", BY_PLACE_BUS },
		{ "/ch/1/send/2/level", BY_PLACE_STRIP | BY_PLACE_BUS },
	};
	struct lease_table table = { .clients = 0 };
	struct lease_client *client = seen(&table, 5000, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    lease_take(client, LEASE_METERS, cases[i].prefix, 20, 0)
			->by_place,
		    cases[i].by_place);
	lease_table_free(&table);
}

static void
slashes_behind_a_prefix_mean_nothing(void **state)
{
	char prefix[ADDRESS_LONGEST];

	(void)state;
	assert_int_equal(lease_prefix("/ch/kick/", prefix), 0);
	assert_string_equal(prefix, "/ch/kick");
	assert_int_equal(lease_prefix("/", prefix), 0);
	assert_string_equal(prefix, "");
}

static void
what_begins_no_address_is_no_prefix(void **state)
{
	static const char *const bad[] = { "ch", " /ch", "/ch/*", "/ch/[ab]",
		"/ch/{a,b}", "/ch/?" };
	char prefix[ADDRESS_LONGEST], longest[ADDRESS_LONGEST + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(lease_prefix(bad[i], prefix), -1);
	memset(longest, 'a', ADDRESS_LONGEST);
	longest[0] = '/';
	longest[ADDRESS_LONGEST] = '\0';
	assert_int_equal(lease_prefix(longest, prefix), -1);
	longest[ADDRESS_LONGEST - 1] = '\0';
	assert_int_equal(lease_prefix(longest, prefix), 0);
}

static void
topics_are_found_by_their_names(void **state)
{
	(void)state;
	for (enum lease_topic topic = 0; topic < LEASE_TOPICS; topic++)
		assert_int_equal(
		    lease_topic_find(lease_topic_name(topic)), topic);
	assert_int_equal(lease_topic_find("meter"), LEASE_TOPICS);
	assert_int_equal(lease_topic_find(""), LEASE_TOPICS);
}

static void
a_standing_lease_has_no_end_and_keeps_its_rate(void **state)
{
	struct lease_table table = { .clients = 0 };
	struct lease_client *client = seen(&table, 5000, 0);
	struct lease *lease = lease_take(client, LEASE_METERS, "", 50, 0);

	(void)state;
	lease->standing = true;
	lease_take(client, LEASE_STATE, "", 0, 0);
	lease_expire(&table, 1e6);
	assert_int_equal(table.clients, 1);
	assert_int_equal(client->leases, 1);
	assert_ptr_equal(seen(&table, 5000, 1e6), client);
	assert_int_equal(lease_end(client, LEASE_TOPICS, NULL), 0);
	assert_int_equal(
	    lease_take(client, LEASE_METERS, "", 1, 1e6)->rate, 50);
	assert_int_equal(lease_subscribers(&table), 1);
	lease_table_free(&table);
}

/* --- another desk --- */

static void
leases_stand_as_the_desk_has_it_now(void **state)
{
	struct lease_table table = { .clients = 0 }, wanted = { .clients = 0 };
	struct lease_client *one = seen(&table, 1, 0);
	struct lease_client *gone = seen(&table, 2, 0);
	struct lease_client *new;

	(void)state;
	lease_take(one, LEASE_STATE, "", 0, 0)->standing = true;
	lease_take(one, LEASE_METERS, "", 20, 0)->standing = true;
	lease_take(one, LEASE_EVENTS, "", 0, 0);
	lease_take(gone, LEASE_STATE, "", 0, 0)->standing = true;
	lease_take(seen(&wanted, 1, 0), LEASE_METERS, "", 50, 0);
	lease_take(seen(&wanted, 3, 0), LEASE_STATE, "/ch", 0, 0);
	assert_int_equal(lease_stand(&table, &wanted, 1), 0);
	assert_int_equal(gone->leases, 0);
	assert_int_equal(one->leases, 2);
	assert_int_equal(one->lease[0].topic, LEASE_METERS);
	assert_int_equal(one->lease[0].rate, 50);
	assert_true(one->lease[0].standing);
	assert_int_equal(one->lease[1].topic, LEASE_EVENTS);
	assert_false(one->lease[1].standing);
	new = seen(&table, 3, 1);
	assert_int_equal(new->leases, 1);
	assert_true(new->lease[0].standing);
	assert_string_equal(new->lease[0].prefix, "/ch");
	lease_table_free(&table);
	lease_table_free(&wanted);
}

static void
a_lease_that_finds_no_room_to_stand_is_counted(void **state)
{
	struct lease_table table = { .clients = 0 }, wanted = { .clients = 0 };
	struct lease_client *full = seen(&table, 1, 0);
	char prefix[ADDRESS_LONGEST];

	(void)state;
	for (int i = 0; i < LEASE_EACH; i++) {
		snprintf(prefix, sizeof(prefix), "/%d", i);
		lease_take(full, LEASE_STATE, prefix, 0, 0);
	}
	lease_take(seen(&wanted, 1, 0), LEASE_STATE, "", 0, 0);
	lease_take(seen(&wanted, 1, 0), LEASE_STATE, "/1", 0, 0);
	assert_int_equal(lease_stand(&table, &wanted, 0), 1);
	assert_int_equal(full->leases, LEASE_EACH);
	lease_table_free(&table);
	lease_table_free(&wanted);
}

static void
clients_are_forgotten_by_the_socket_that_heard_them(void **state)
{
	struct lease_peer peer = peer_at("127.0.0.1", 2);
	struct lease_table table = { .clients = 0 };

	(void)state;
	seen(&table, 1, 0);
	peer.fd = 4;
	lease_seen(&table, &peer, 0);
	lease_forget_through(&table, 3);
	assert_int_equal(table.clients, 1);
	assert_int_equal(table.client[0]->peer.fd, 4);
	lease_table_free(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_are_told_apart_by_address_and_port),
		cmocka_unit_test(
		    ipv6_clients_are_told_apart_by_address_port_and_scope),
		cmocka_unit_test(
		    answers_leave_by_the_socket_that_heard_the_last_packet),
		cmocka_unit_test(
		    a_client_without_lease_is_known_for_60_seconds),
		cmocka_unit_test(
		    a_new_client_takes_the_room_of_the_one_silent_for_longest),
		cmocka_unit_test(nobody_who_holds_a_lease_makes_room),
		cmocka_unit_test(a_lease_ends_10_seconds_after_the_last_packet),
		cmocka_unit_test(a_packet_that_comes_too_late_revives_no_lease),
		cmocka_unit_test(
		    subscribing_again_changes_the_rate_of_the_same_lease),
		cmocka_unit_test(a_client_holds_16_leases_at_most),
		cmocka_unit_test(leases_end_by_topic_and_prefix),
		cmocka_unit_test(a_new_lease_is_due_at_once),
		cmocka_unit_test(the_rate_does_not_drift_with_a_late_timer),
		cmocka_unit_test(the_fastest_rate_is_met_at_every_tick),
		cmocka_unit_test(what_was_missed_is_not_caught_up),
		cmocka_unit_test(what_has_no_rate_is_never_due),
		cmocka_unit_test(a_prefix_ends_at_the_border_of_a_part),
		cmocka_unit_test(an_empty_prefix_covers_everything),
		cmocka_unit_test(a_prefix_of_meters_may_leave_out_meter),
		cmocka_unit_test(a_prefix_by_place_is_noticed),
		cmocka_unit_test(slashes_behind_a_prefix_mean_nothing),
		cmocka_unit_test(what_begins_no_address_is_no_prefix),
		cmocka_unit_test(topics_are_found_by_their_names),
		cmocka_unit_test(
		    a_standing_lease_has_no_end_and_keeps_its_rate),
		cmocka_unit_test(leases_stand_as_the_desk_has_it_now),
		cmocka_unit_test(
		    a_lease_that_finds_no_room_to_stand_is_counted),
		cmocka_unit_test(
		    clients_are_forgotten_by_the_socket_that_heard_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
