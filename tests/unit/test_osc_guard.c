#include "edge/osc_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define START 1000.0

static const struct desk_limits limits = { .packets = 10,
	.bytes = 1000,
	.leases = 4,
	.all_packets = 25,
	.all_bytes = 100000 };

static struct guard_sender
sender_at(const char *address, unsigned port)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port) };
	struct guard_sender sender;

	if (strchr(address, ':')) {
		assert_int_equal(
		    inet_pton(AF_INET6, address, &six.sin6_addr), 1);
		assert_true(guard_sender(
		    (const struct sockaddr *)&six, false, &sender));
	} else {
		assert_int_equal(
		    inet_pton(AF_INET, address, &four.sin_addr), 1);
		assert_true(guard_sender(
		    (const struct sockaddr *)&four, false, &sender));
	}
	return sender;
}

static int
set_up(void **state)
{
	*state = guard_new(&limits);
	return *state ? 0 : -1;
}

static int
tear_down(void **state)
{
	guard_free(*state);
	return 0;
}

/* Packets of 4 bytes that pass, out of many. */
static unsigned
passes(struct guard *guard, struct guard_sender from, bool trusted, double now)
{
	unsigned passed = 0;

	for (int i = 0; i < 100; i++)
		passed += guard_packet(guard, &from, trusted, 4, now);
	return passed;
}

static void
an_address_may_send_its_rate_at_once_and_then_by_time(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1);

	assert_int_equal(passes(*state, from, true, START), 10);
	assert_int_equal(passes(*state, from, true, START + 0.5), 5);
	assert_int_equal(passes(*state, from, true, START + 100), 10);
}

static void
ports_of_an_address_share_and_addresses_do_not(void **state)
{
	assert_int_equal(
	    passes(*state, sender_at("10.0.0.1", 1), true, START), 10);
	assert_int_equal(
	    passes(*state, sender_at("10.0.0.1", 2), true, START), 0);
	assert_int_equal(
	    passes(*state, sender_at("10.0.0.2", 1), true, START), 10);
	assert_int_equal(
	    passes(*state, sender_at("2001:db8::1", 1), true, START), 10);
	assert_int_equal(
	    passes(*state, sender_at("2001:db8::ffff:1", 1), true, START), 0);
	assert_int_equal(
	    passes(*state, sender_at("2001:db8:0:1::1", 1), true, START), 10);
	/* Hosts of one site. */
	assert_int_equal(
	    passes(*state, sender_at("fd00::1", 1), true, START), 10);
	assert_int_equal(
	    passes(*state, sender_at("fd00::2", 1), true, START), 10);
	assert_int_equal(
	    passes(*state, sender_at("fe80::1", 1), true, START), 10);
	assert_int_equal(
	    passes(*state, sender_at("fe80::2", 1), true, START), 10);
	assert_int_equal(
	    passes(*state, sender_at("::ffff:10.0.0.2", 1), true, START), 0);
}

static void
bytes_are_bounded_and_the_largest_packet_passes(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1);

	assert_true(guard_packet(*state, &from, true, 65536, START));
	assert_false(guard_packet(*state, &from, true, 1, START));
	assert_true(guard_packet(*state, &from, true, 900, START + 1));
	assert_false(guard_packet(*state, &from, true, 900, START + 1));
}

static void
all_that_are_not_trusted_share_and_cannot_starve_a_trusted_one(void **state)
{
	char address[20];
	unsigned passed = 0;

	for (int i = 0; i < 200; i++) {
		snprintf(address, sizeof(address), "10.0.1.%d", i);
		passed += passes(*state, sender_at(address, 1), false, START);
	}
	assert_int_equal(passed, 25);
	assert_int_equal(
	    passes(*state, sender_at("10.9.9.9", 1), true, START), 10);
}

static void
time_that_packets_take_is_bounded(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1);
	struct guard_sender other = sender_at("10.0.0.2", 1);

	assert_true(guard_packet(*state, &from, false, 4, START));
	guard_worked(*state, &from, 0.04, START);
	assert_false(guard_packet(*state, &from, false, 4, START));
	assert_true(guard_packet(*state, &other, true, 4, START));
	assert_true(guard_packet(*state, &from, false, 4, START + 0.1));
}

/* Half a million senders that nobody has seen before. */
static void
a_flood_of_addresses_forgets_no_proof(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1);
	char text[GUARD_COOKIE];

	guard_cookie(*state, &from, START, text);
	assert_true(guard_echo(*state, &from, text, START));
	for (uint32_t i = 0; i < 500000; i++) {
		struct guard_sender flood = { .family = AF_INET, .port = 7 };
		uint32_t address = i * 2654435761U;

		memcpy(flood.address, &address, 4);
		guard_packet(*state, &flood, false, 4, START + 1);
		assert_true(guard_proven(*state, &flood, START + 1) == 0);
	}
	assert_true(guard_proven(*state, &from, START + 1) > 0);
}

static void
a_cookie_proves_the_address_and_port_that_it_was_made_for(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1000);
	struct guard_sender port = sender_at("10.0.0.1", 1001);
	struct guard_sender host = sender_at("10.0.0.2", 1000);
	struct guard_sender stream = from;
	char text[GUARD_COOKIE], wrong[GUARD_COOKIE];

	stream.stream = 1;
	guard_cookie(*state, &from, START, text);
	assert_int_equal(strlen(text), GUARD_COOKIE - 1);
	assert_false(guard_echo(*state, &port, text, START));
	assert_false(guard_echo(*state, &host, text, START));
	assert_false(guard_echo(*state, &stream, text, START));
	assert_false(guard_echo(*state, &from, "", START));
	assert_false(guard_echo(*state, &from, "AAAAAAAAAAA", START));
	memcpy(wrong, text, sizeof(wrong));
	wrong[10] = wrong[10] == 'A' ? 'B' : 'A';
	assert_false(guard_echo(*state, &from, wrong, START));
	assert_true(guard_proven(*state, &from, START) == 0);
	assert_true(guard_echo(*state, &from, text, START));
	assert_true(guard_proven(*state, &from, START) == GUARD_PROOF_LASTS);
	assert_true(guard_proven(*state, &port, START) == 0);
}

static void
cookies_and_proofs_expire(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1000);
	char text[GUARD_COOKIE];

	guard_cookie(*state, &from, START, text);
	assert_false(guard_echo(
	    *state, &from, text, START + 2 * GUARD_COOKIE_LASTS + 1));
	assert_true(
	    guard_echo(*state, &from, text, START + GUARD_COOKIE_LASTS));
	assert_true(
	    guard_proven(*state, &from,
		START + GUARD_COOKIE_LASTS + GUARD_PROOF_LASTS - 1) > 0);
	/* Packets do not make it longer: they might be somebody else's. */
	assert_true(guard_proven(*state, &from,
			START + GUARD_COOKIE_LASTS + GUARD_PROOF_LASTS) == 0);
}

static void
an_aged_proof_is_asked_for_now_and_then(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1000);
	double half = START + GUARD_PROOF_LASTS - GUARD_PROOF_AGED;
	char text[GUARD_COOKIE];

	guard_cookie(*state, &from, START, text);
	guard_echo(*state, &from, text, START);
	assert_false(guard_aged(*state, &from, half - 1));
	assert_true(guard_aged(*state, &from, half));
	assert_false(guard_aged(*state, &from, half + 1));
	assert_true(guard_aged(*state, &from, half + 10));
}

static void
another_boot_knows_no_cookie_of_this_one(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1000);
	struct guard *other = guard_new(&limits);
	char text[GUARD_COOKIE];

	guard_cookie(*state, &from, START, text);
	assert_false(guard_echo(other, &from, text, START));
	guard_free(other);
}

static void
an_address_keeps_so_many_ports_and_forgets_its_own_eldest(void **state)
{
	struct guard_sender first = sender_at("10.0.0.1", 1);
	struct guard_sender other = sender_at("10.0.0.2", 1);
	char text[GUARD_COOKIE];

	guard_authorize(*state, &other, 3, START);
	for (unsigned port = 1; port <= 1000; port++) {
		struct guard_sender from = sender_at("10.0.0.1", port);

		guard_cookie(*state, &from, START + port, text);
		assert_true(guard_echo(*state, &from, text, START + port));
	}
	assert_true(guard_proven(*state, &first, START + 2) == 0);
	for (unsigned i = 0; i < GUARD_PEER_PORTS; i++) {
		struct guard_sender from = sender_at("10.0.0.1", 1000 - i);

		assert_true(guard_proven(*state, &from, START + 1001) > 0);
	}
	assert_int_equal(guard_authorized(*state, &other, START + 1001), 3);
}

static void
a_token_lasts_while_its_sender_speaks(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1);
	double now = START;

	assert_int_equal(guard_authorized(*state, &from, now), -1);
	guard_authorize(*state, &from, 2, now);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    guard_authorized(*state, &from, now += 3000), 2);
	assert_int_equal(guard_authorized(*state, &from, now + 3601), -1);
	guard_authorize(*state, &from, 2, now);
	guard_forget(*state, &from);
	assert_int_equal(guard_authorized(*state, &from, now), -1);
}

static void
wrong_tokens_are_few(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1);
	unsigned tries = 0;

	for (int i = 0; i < 100; i++)
		tries += guard_may_try(*state, &from, START);
	assert_int_equal(tries, 5);
	assert_true(guard_may_try(*state, &from, START + 11));
	assert_false(guard_may_try(*state, &from, START + 11));
	for (int i = 0; i < 100; i++) {
		guard_tried_well(*state, &from, START + 11);
		assert_true(guard_may_try(*state, &from, START + 11));
	}
}

static void
challenges_are_few(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1);
	unsigned sent = 0;

	for (int i = 0; i < 100; i++)
		sent += guard_may_challenge(*state, &from, START);
	assert_int_equal(sent, 10);
}

static void
the_log_names_an_address_once_a_minute_and_64_at_most(void **state)
{
	struct guard_sender from = sender_at("10.0.0.1", 1);
	struct guard_sender port = sender_at("10.0.0.1", 2);
	unsigned named = 1, crowds = 0;
	char address[20];

	assert_int_equal(guard_name(*state, &from, START), GUARD_NAME);
	assert_int_equal(guard_name(*state, &port, START + 59), GUARD_QUIET);
	for (int i = 0; i < 250; i++) {
		struct guard_sender more;

		snprintf(address, sizeof(address), "10.0.1.%d", i);
		more = sender_at(address, 1);
		switch (guard_name(*state, &more, START + 59)) {
		case GUARD_NAME:
			named++;
			break;
		case GUARD_CROWD:
			crowds++;
			break;
		default:
			break;
		}
	}
	assert_int_equal(named, GUARD_LOGGED);
	assert_int_equal(crowds, 1);
	assert_int_equal(guard_name(*state, &port, START + 60), GUARD_NAME);
}

#define WITH_GUARD(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void
tokens_follow_their_entries_to_another_desk(void **state)
{
	static const int moved[] = { 2, -1 };
	const struct desk_limits wide = { .packets = 50,
		.bytes = 1000,
		.all_packets = 50,
		.all_bytes = 1000 };
	struct guard_sender one = sender_at("10.0.0.1", 1);
	struct guard_sender other = sender_at("10.0.0.2", 1);
	struct guard_sender third = sender_at("10.0.0.3", 1);

	guard_authorize(*state, &one, 0, START);
	guard_authorize(*state, &other, 1, START);
	guard_authorize(*state, &third, 2, START);
	guard_renew(*state, &wide, moved, 2);
	assert_int_equal(guard_authorized(*state, &one, START), 2);
	assert_int_equal(guard_authorized(*state, &other, START), -1);
	assert_int_equal(guard_authorized(*state, &third, START), -1);
	assert_int_equal(passes(*state, one, true, START), 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_GUARD(
		    an_address_may_send_its_rate_at_once_and_then_by_time),
		WITH_GUARD(ports_of_an_address_share_and_addresses_do_not),
		WITH_GUARD(bytes_are_bounded_and_the_largest_packet_passes),
		WITH_GUARD(
		    all_that_are_not_trusted_share_and_cannot_starve_a_trusted_one),
		WITH_GUARD(time_that_packets_take_is_bounded),
		WITH_GUARD(a_flood_of_addresses_forgets_no_proof),
		WITH_GUARD(
		    a_cookie_proves_the_address_and_port_that_it_was_made_for),
		WITH_GUARD(cookies_and_proofs_expire),
		WITH_GUARD(an_aged_proof_is_asked_for_now_and_then),
		WITH_GUARD(another_boot_knows_no_cookie_of_this_one),
		WITH_GUARD(
		    an_address_keeps_so_many_ports_and_forgets_its_own_eldest),
		WITH_GUARD(a_token_lasts_while_its_sender_speaks),
		WITH_GUARD(wrong_tokens_are_few),
		WITH_GUARD(tokens_follow_their_entries_to_another_desk),
		WITH_GUARD(challenges_are_few),
		WITH_GUARD(
		    the_log_names_an_address_once_a_minute_and_64_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
