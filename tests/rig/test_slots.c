#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Insert slots as OSC shows them, with the real daemon.
 */

#define FIRST_SEARCH 20000 /* ms, on a busy machine */

static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    "  { \"id\": \"kick\", \"inserts\": ["
    "    { \"jack\": {} }, { \"jack\": {}, \"bypass\": true } ] },"
    "  { \"id\": \"keys\", \"lanes\": 2, \"inserts\": ["
    "    { \"lv2\": \"urn:headroom:none\", \"required\": false } ] } ],"
    "  \"master\": { \"inserts\": [ { \"jack\": {} } ] } }";

static int
set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);

	*state = rig;
	rig_start(rig, 48000, 64, desk);
	return 0;
}

static struct osc_client *
osc_of(void **state)
{
	struct rig *rig = *state;

	osc_drain(rig->osc);
	return rig->osc;
}

static void
list_names_every_slot(void **state)
{
	struct osc_client *osc = osc_of(state);

	osc_send(osc, "/list", "");
	const struct osc_reply *strip = osc_next(osc, 1000);
	assert_string_equal(strip->address, "/list");
	assert_string_equal(
	    osc_text(strip, 3), "in trim insert/1 insert/2 fader");
	const struct osc_reply *slot = osc_wait(osc, "/list/slot");
	assert_string_equal(slot->types, "sisssi");
	assert_string_equal(osc_text(slot, 0), "ch/kick");
	assert_string_equal(osc_text(slot, 2), "jack");
	assert_string_equal(osc_text(slot, 4), "unconnected");
	for (int i = 0; i < 3; i++)
		slot = osc_wait(osc, "/list/slot");
	assert_string_equal(osc_text(slot, 0), "master");
	osc_wait(osc, "/list/end");
	osc_send(osc, "/ch/keys/insert/1/state", "");
	osc_expect(osc, "/ch/keys/insert/1/state", "s", "failed");
	osc_send(osc, "/ch/keys/insert/1/name", "");
	osc_expect(osc, "/ch/keys/insert/1/name", "s", "urn:headroom:none");
}

static void
a_missing_plugin_is_warned_of_and_is_an_event(void **state)
{
	struct rig *rig = *state;
	struct osc_client *osc = osc_of(state);
	char *log = rig_daemon_log(rig);

	assert_non_null(
	    strstr(log, "warning: channels[1].inserts[0].lv2: found "
			"\"urn:headroom:none\""));
	free(log);
	osc_send(osc, "/events", "h", (int64_t)0);
	const struct osc_reply *event = osc_wait(osc, "/event/insert");
	assert_string_equal(event->types, "hhsissh");
	assert_string_equal(osc_text(event, 2), "ch/keys");
	assert_string_equal(osc_text(event, 4), "failed");
	osc_wait(osc, "/events");
}

static void
a_bypass_is_set_by_pattern_and_told_to_others(void **state)
{
	struct rig *rig = *state;
	struct osc_client *osc = osc_of(state);
	struct osc_client *other = osc_open(rig->udp_port);

	osc_send(other, "/subscribe", "ss", "state", "/ch/1");
	osc_wait(other, "/subscribed");
	osc_send(osc, "/ch/*/insert/1/bypass", "T");
	osc_expect(other, "/ch/1/insert/1/bypass", "i", 1);
	osc_expect_nothing(osc, 30);
	osc_send(osc, "/ch/1/insert/*/bypass", "");
	osc_expect(osc, "/ch/1/insert/1/bypass", "i", 1);
	osc_expect(osc, "/ch/1/insert/2/bypass", "i", 1);
	osc_send(osc, "/ch/1/insert/3/bypass", "");
	osc_expect_error(osc, "/ch/1/insert/3/bypass", "unknown-address");
	osc_close(other);
}

static void
meters_come_for_every_slot(void **state)
{
	struct osc_client *osc = osc_of(state);

	osc_send(osc, "/subscribe", "sis", "meters", 20, "/ch/kick/insert");
	osc_wait(osc, "/subscribed");
	osc_wait(osc, "/meter/ch/kick/insert/1");
	osc_wait(osc, "/meter/ch/kick/insert/2");
	osc_wait(osc, "/meter/ch/kick/insert/1");
	osc_send(osc, "/unsubscribe", "");
	osc_send(osc, "/meter/master/insert/1", NULL);
	const struct osc_reply *meter = osc_wait(osc, "/meter/master/insert/1");
	assert_string_equal(meter->types, "ffffff");
}

static void
descriptions_and_plugins_end(void **state)
{
	struct osc_client *osc = osc_of(state);

	osc_send(osc, "/describe", "s", "/ch/kick/insert/2/bypass");
	const struct osc_reply *text = osc_wait(osc, "/describe");
	assert_string_equal(text->types, "siis");
	assert_non_null(strstr(osc_text(text, 3), "\"value\":1"));
	osc_wait(osc, "/describe/end");
	osc_send(osc, "/plugins", "s", "no plugin has this in its name");
	/* The first search reads the descriptions of all plugins there are. */
	const struct osc_reply *end =
	    osc_wait_long(osc, "/plugins/end", FIRST_SEARCH);
	assert_int_equal(osc_number(end, 1), 0);
	osc_send(osc, "/plugin", "s", "urn:headroom:none");
	osc_expect_error(osc, "/plugin", "bad-value");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_names_every_slot),
		cmocka_unit_test(a_missing_plugin_is_warned_of_and_is_an_event),
		cmocka_unit_test(a_bypass_is_set_by_pattern_and_told_to_others),
		cmocka_unit_test(meters_come_for_every_slot),
		cmocka_unit_test(descriptions_and_plugins_end),
	};

	return cmocka_run_group_tests(tests, set_up, rig_tear_down);
}
