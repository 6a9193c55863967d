#include "tests/unit/osc_bench.h"

/* --- get and set --- */

static void
a_get_is_answered_in_the_form_that_was_asked(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f -6\n");
	assert_string_equal(ask(b, 0, "/ch/1/fader", ""), "/ch/1/fader f -6\n");
	assert_string_equal(
	    ask(b, 0, "/ch/1/send/1/tap", ""), "/ch/1/send/1/tap s post\n");
	assert_string_equal(hear(b, 1), "");
}

static void
a_get_needs_no_type_tag(void **state)
{
	struct bench *b = *state;

	send_packet(b, 0, "/ch/kick/pan\0\0\0", 16);
	run_for(b, 2);
	assert_string_equal(hear(b, 0), "/ch/kick/pan f 0\n");
}

static void
a_meter_get_answers_three_numbers_a_lane(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/meter/ch/kick/in", ""),
	    "/meter/ch/kick/in fff -200 -200 -200\n");
	assert_string_equal(ask(b, 0, "/meter/ch/2/trim", ""),
	    "/meter/ch/2/trim ffffff -200 -200 -200 -200 -200 -200\n");
}

static void
a_set_has_no_echo_unless_it_was_clamped(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/ch/kick/fader", "f", -9.0), "");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f -9\n");
	assert_string_equal(
	    ask(b, 0, "/ch/1/fader", "f", 11.0), "/ch/1/fader f 10\n");
}

static void
a_pattern_sets_what_can_be_set(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/*/*/mute", "i", 1), "");
	assert_string_equal(ask(b, 0, "/{ch,bus}/*/mute", ""),
	    "/ch/kick/mute i 1\n/ch/keys/mute i 1\n/bus/verb/mute i 1\n");
	assert_error(ask(b, 0, "/status/*", "i", 1), "read-only", "/status");
}

static void
what_cannot_be_done_is_an_error_that_says_why(void **state)
{
	struct bench *b = *state;

	assert_error(ask(b, 0, "/ch/kik/fader", ""), "unknown-address",
	    "found no channel \"kik\"; allowed kick, keys");
	assert_error(ask(b, 0, "/ch/3/fader", ""), "unknown-address",
	    "found no channel at place 3");
	assert_error(ask(b, 0, "/ch/kick/send/fx/level", "f", 0.0),
	    "unknown-address", "to \"fx\"; allowed verb");
	assert_error(ask(b, 0, "/meter/master/foo", ""), "unknown-address",
	    "found no stage \"foo\" in \"master\"; allowed in, trim, fader");
	assert_error(ask(b, 0, "/master/pan", "f", 0.0), "unknown-address",
	    "found no \"pan\" in \"master\"");
	assert_error(ask(b, 0, "/ch/x*/mute", "i", 1), "unknown-address",
	    "nothing that this pattern matches");
	assert_error(ask(b, 0, "/ch/[x/mute", "i", 1), "bad-pattern", "[");
	assert_error(ask(b, 0, "/ch/kick/fader", "s", "loud"), "wrong-type",
	    "-200 to 10 dB");
	assert_error(ask(b, 0, "/ch/kick/fader", "ff", 0.0, 0.0), "wrong-type",
	    "\"ff\"");
	assert_error(
	    ask(b, 0, "/ch/kick/fader", "f", (double)NAN), "not-finite", "NaN");
	assert_error(ask(b, 0, "/status/xruns", "i", 1), "read-only", "read");
	assert_error(
	    ask(b, 0, "/meter/ch/kick/in", "f", 0.0), "read-only", "read");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f -6\n");
}

static void
a_bundle_from_the_future_changes_nothing(void **state)
{
	struct bench *b = *state;
	struct bundle bundle = bundle_at(UINT32_MAX);

	bundle_add(&bundle, "/master/mute", "i", 1);
	send_bundle(b, 0, &bundle);
	assert_error(hear(b, 0), "bad-time", "/master/mute");
	assert_string_equal(
	    ask(b, 0, "/master/mute", ""), "/master/mute i 0\n");
	bundle = bundle_at(1);
	bundle_add(&bundle, "/master/mute", "i", 1);
	send_bundle(b, 0, &bundle);
	assert_string_equal(
	    ask(b, 0, "/master/mute", ""), "/master/mute i 1\n");
}

static void
answers_to_one_datagram_come_in_bundles_and_in_order(void **state)
{
	struct bench *b = *state;
	struct bundle bundle = bundle_at(0);

	bundle_add(&bundle, "/master/mute", "");
	bundle_add(&bundle, "/ch/1/trim", "f", 99.0);
	bundle_add(&bundle, "/master/trim", "");
	send_bundle(b, 0, &bundle);
	assert_string_equal(hear(b, 0),
	    "/master/mute i 0\n/ch/1/trim f 40\n/master/trim f 0\n");
	assert_int_equal(b->packets, 1);
}

static void
one_datagram_asks_for_4096_answers_at_most(void **state)
{
	struct bench *b = *state;
	struct bundle bundle = bundle_at(0);

	for (int i = 0; i < 30; i++)
		bundle_add(&bundle, "//*", "");
	for (int i = 0; i < 1400; i++)
		bundle_add(&bundle, "/ch/1/pan", "");
	send_bundle(b, 0, &bundle);
	assert_error(strstr(hear(b, 0), "/error"), "too-many",
	    "/ch/1/pan: found more answers");
	assert_int_equal(b->messages, 4097);
	assert_in_range(b->largest, 1200, OSC_PACKET);
}

static void
one_datagram_holds_64_patterns_at_most(void **state)
{
	struct bench *b = *state;
	struct bundle bundle = bundle_at(0);

	bundle_add(&bundle, "/master/mute", "i", 1);
	for (int i = 0; i < 65; i++)
		bundle_add(&bundle, "/x*", "");
	send_bundle(b, 0, &bundle);
	assert_error(hear(b, 0), "too-many", "65");
	assert_string_equal(
	    ask(b, 0, "/master/mute", ""), "/master/mute i 0\n");
}

/* --- who may --- */

static void
a_view_role_may_read_and_not_set(void **state)
{
	struct bench b = { .loop = NULL };

	(void)state;
	bench_start_as(&b, "127.0.0.1/32", "view");
	assert_error(ask(&b, 0, "/ch/1/mute", "i", 1), "not-allowed", "view");
	assert_string_equal(ask(&b, 0, "/ch/1/mute", ""), "/ch/1/mute i 0\n");
	assert_string_equal(ask(&b, 0, "/subscribe", "s", "state"),
	    "/subscribed sis state 0 \n");
	assert_error(ask(&b, 0, "/loudness/reset", ""), "not-allowed", "view");
	assert_error(
	    ask(&b, 0, "/loudness/*/reset", ""), "not-allowed", "view");
	bench_end(&b);
}

static void
who_is_not_listed_hears_nothing_and_is_counted(void **state)
{
	struct bench b = { .loop = NULL };

	(void)state;
	bench_start_as(&b, "10.0.0.0/8", "admin");
	assert_string_equal(ask(&b, 0, "/ch/1/mute", ""), "");
	assert_string_equal(ask(&b, 0, "/ch/1/mute", "i", 1), "");
	assert_int_equal(mixer_status(b.mixer)->drops[DROP_DENIED], 2);
	assert_true(mixer_desk(b.mixer)->strip[0].value[PARAM_MUTE] == 0);
	bench_end(&b);
}

static void
malformed_datagrams_are_counted_and_not_answered(void **state)
{
	struct bench *b = *state;

	send_packet(b, 0, "", 0);
	send_packet(b, 0, "/ch/1/mute\0\0,i\0\0", 16);
	send_packet(b, 0, "abc", 3);
	run_for(b, 2);
	assert_string_equal(hear(b, 0), "");
	assert_int_equal(mixer_status(b->mixer)->drops[DROP_MALFORMED], 3);
}

static void
list_names_strips_and_sends(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/list", ""),
	    "/list ssisi ch/kick kick 1 in trim fader 0\n"
	    "/list ssisi ch/keys keys 2 in trim fader 1\n"
	    "/list ssisi bus/verb verb 2 in trim fader 0\n"
	    "/list ssisi master master 2 in trim fader 1\n"
	    "/list ssisi monitor monitor 2 in trim fader 0\n"
	    "/list/send ss ch/kick verb\n"
	    "/list/target sff ch/kick -18 -10\n"
	    "/list/target sff ch/keys -18 -10\n"
	    "/list/target sff bus/verb -30 -6\n"
	    "/list/target sff master -30 -6\n"
	    "/list/target sff monitor -30 -6\n"
	    "/list/end iii 5 0 0\n");
}

static void
list_names_groups_and_who_is_in_them(void **state)
{
	static const char text[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\","
	    " \"dcas\": [\"one\", \"two\"], \"mutegroups\": [\"all\"] },"
	    " { \"id\": \"b\", \"dcas\": [\"two\"] } ],"
	    " \"dcas\": [ { \"id\": \"one\", \"name\": \"One\" },"
	    " { \"id\": \"two\" } ], \"mutegroups\": [ { \"id\": \"all\" } ] }";
	struct bench b = { 0 };

	(void)state;
	bench_start_desk(&b, text, NULL);
	assert_non_null(strstr(ask(&b, 0, "/list", ""),
	    "/list/dca ssi one One 1\n"
	    "/list/dca/strips ss one ch/a\n"
	    "/list/dca ssi two two 2\n"
	    "/list/dca/strips ss two ch/a ch/b\n"
	    "/list/mutegroup ssi all all 1\n"
	    "/list/mutegroup/strips ss all ch/a\n"
	    "/list/end iii 4 2 1\n"));
	/* A prefix may name a group by its place, too. */
	say(&b, 0, "/dump", "s", "/dca/2/mute");
	run_for(&b, 40);
	assert_non_null(strstr(hear(&b, 0), "\n/dca/2/mute i 0\n"));
	say(&b, 0, "/dump", "s", "/mutegroup/1/name");
	run_for(&b, 40);
	assert_non_null(strstr(hear(&b, 0), "\n/mutegroup/1/name s all\n"));
	assert_string_equal(ask(&b, 0, "/dca/*/mute", ""),
	    "/dca/one/mute i 0\n/dca/two/mute i 0\n");
	assert_string_equal(
	    ask(&b, 0, "/mutegroup/1", ""), "/mutegroup/1 i 0\n");
	assert_error(ask(&b, 0, "/dca/tree/mute", ""), "unknown-address",
	    "found no DCA \"tree\"; allowed one, two");
	assert_error(ask(&b, 0, "/dca/one/trim", ""), "unknown-address",
	    "allowed fader, fader/position, mute, name");
	assert_error(ask(&b, 0, "/mutegroup/none", ""), "unknown-address",
	    "found no mute group \"none\"; allowed all");
	assert_error(ask(&b, 0, "/dca/one/fader", "s", "loud"), "wrong-type",
	    "-200 to 10 dB");
	bench_end(&b);
}

/* --- addresses to listen on --- */

static void
an_address_in_use_is_named(void **state)
{
	struct bench *b = *state;
	char url[64], why[256] = "", want[128];
	const char *urls[] = { url };

	snprintf(
	    url, sizeof(url), "udp://127.0.0.1:%u", ntohs(b->daemon.sin_port));
	snprintf(want, sizeof(want),
	    "%s: Address already in use: is another headroomd running?", url);
	assert_null(osc_new(b->mixer, b->loop, urls, 1, why, sizeof(why)));
	assert_string_equal(why, want);
}

static void
loudness_is_of_buses_and_the_master(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/loudness/master", ""),
	    "/loudness/master fffffffff -200 -200 -200 0 0 -200 0 -200 -200\n");
	assert_string_equal(ask(b, 0, "/loudness/bus/1", ""),
	    "/loudness/bus/1 fffffffff -200 -200 -200 0 0 -200 0 -200 -200\n");
	assert_error(ask(b, 0, "/loudness/ch/kick", ""), "unknown-address",
	    "a bus, the master or the monitor");
	assert_error(ask(b, 0, "/loudness/bus/verb/foo", ""), "unknown-address",
	    "allowed reset");
	assert_error(ask(b, 0, "/loudness/foo", ""), "unknown-address",
	    "allowed bus, master, monitor, reset");
	assert_error(
	    ask(b, 0, "/loudness/master", "f", 0.0), "read-only", "read");
}

static void
loudness_is_reset_by_name_only(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, 0, "/loudness/bus/verb/reset", ""),
	    "/loudness/bus/verb/reset i 1\n");
	assert_string_equal(
	    ask(b, 0, "/loudness/reset", ""), "/loudness/reset i 3\n");
	assert_string_equal(ask(b, 0, "/loudness/bus/*/reset", ""),
	    "/loudness/bus/verb/reset i 1\n");
	assert_null(strstr(ask(b, 0, "//*", ""), "reset"));
	assert_null(strstr(ask(b, 0, "/loudness//*", ""), "reset"));
	assert_error(ask(b, 0, "/loudness/master/reset", "i", 1), "wrong-type",
	    "no arguments");
	assert_error(
	    ask(b, 0, "/loudness/reset", "i", 1), "wrong-type", "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(a_get_is_answered_in_the_form_that_was_asked),
		WITH_BENCH(a_get_needs_no_type_tag),
		WITH_BENCH(a_meter_get_answers_three_numbers_a_lane),
		WITH_BENCH(loudness_is_of_buses_and_the_master),
		cmocka_unit_test(list_names_groups_and_who_is_in_them),
		WITH_BENCH(loudness_is_reset_by_name_only),
		WITH_BENCH(a_set_has_no_echo_unless_it_was_clamped),
		WITH_BENCH(a_pattern_sets_what_can_be_set),
		WITH_BENCH(what_cannot_be_done_is_an_error_that_says_why),
		WITH_BENCH(a_bundle_from_the_future_changes_nothing),
		WITH_BENCH(
		    answers_to_one_datagram_come_in_bundles_and_in_order),
		WITH_BENCH(one_datagram_asks_for_4096_answers_at_most),
		WITH_BENCH(one_datagram_holds_64_patterns_at_most),
		cmocka_unit_test(a_view_role_may_read_and_not_set),
		cmocka_unit_test(
		    who_is_not_listed_hears_nothing_and_is_counted),
		WITH_BENCH(malformed_datagrams_are_counted_and_not_answered),
		WITH_BENCH(list_names_strips_and_sends),
		WITH_BENCH(an_address_in_use_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
