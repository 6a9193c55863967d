#include "mixer/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* Needs the ones above. */
#include <cmocka.h>

static void
a_new_desk_has_every_default_and_a_stereo_master(void **state)
{
	struct desk *desk = desk_new();
	const struct desk_strip *master;

	(void)state;
	assert_non_null(desk);
	assert_string_equal(desk->name, "headroom");
	assert_string_equal(desk->jack_client, "headroom");
	assert_true(desk->pan_law == -3);
	assert_int_equal(desk->clip_samples, 3);
	assert_int_equal(desk->listens, 2);
	assert_string_equal(desk->listen[0], "udp://127.0.0.1:9018");
	assert_string_equal(desk->listen[1], "tcp://127.0.0.1:9018");
	assert_int_equal(desk->allows, 2);
	assert_string_equal(desk->allow[0].network, "127.0.0.0/8");
	assert_string_equal(desk->allow[1].network, "::1/128");
	for (size_t i = 0; i < desk->allows; i++) {
		assert_int_equal(desk->allow[i].role, ROLE_ADMIN);
		assert_true(desk->allow[i].trusted);
	}
	assert_int_equal(desk->strips, 2);
	assert_int_equal(desk_master(desk), 0);
	assert_int_equal(desk_monitor(desk), 1);
	assert_string_equal(desk->strip[1].id, "monitor");
	assert_int_equal(desk->strip[1].kind, STRIP_MONITOR);
	assert_int_equal(desk->strip[1].lanes, 2);
	assert_int_equal(desk->source, 0);
	assert_string_equal(desk->source_text, "master");
	assert_int_equal(desk->channels + desk->buses, 0);
	master = &desk->strip[0];
	assert_int_equal(master->kind, STRIP_MASTER);
	assert_int_equal(master->place, 1);
	assert_string_equal(master->id, "master");
	assert_int_equal(master->lanes, 2);
	assert_false(master->has_outputs);
	for (unsigned i = 0; i < STRIP_VALUES; i++)
		assert_true(
		    master->value[i] == schema_param((enum param)i)->def);
	desk_free(desk);
}

static void
freeing_nothing_is_fine(void **state)
{
	(void)state;
	desk_free(NULL);
}

/* A mono and a stereo channel, a stereo and a mono bus, the master. */
static struct desk *
small_desk(void)
{
	static const struct {
		enum strip_kind kind;
		unsigned place, lanes;
		const char *id;
	} wanted[] = {
		{ STRIP_CHANNEL, 1, 1, "kick" },
		{ STRIP_CHANNEL, 2, 2, "keys" },
		{ STRIP_BUS, 1, 2, "drums" },
		{ STRIP_BUS, 2, 1, "wedge" },
		{ STRIP_MASTER, 1, 2, "master" },
		{ STRIP_MONITOR, 1, 2, "monitor" },
	};
	struct desk *desk = desk_new();

	assert_non_null(desk);
	free(desk->strip);
	desk->strip = calloc(6, sizeof(*desk->strip));
	assert_non_null(desk->strip);
	desk->strips = 6;
	desk->channels = desk->buses = 2;
	for (size_t i = 0; i < 6; i++) {
		desk->strip[i].kind = wanted[i].kind;
		desk->strip[i].place = wanted[i].place;
		desk->strip[i].lanes = wanted[i].lanes;
		strncpy(desk->strip[i].id, wanted[i].id, DESK_ID_LONGEST);
	}
	return desk;
}

static void
strips_are_found_by_kind_and_id(void **state)
{
	struct desk *desk = small_desk();

	(void)state;
	assert_int_equal(desk_find(desk, STRIP_CHANNEL, "kick"), 0);
	assert_int_equal(desk_find(desk, STRIP_CHANNEL, "keys"), 1);
	assert_int_equal(desk_find(desk, STRIP_BUS, "drums"), 2);
	assert_int_equal(desk_find(desk, STRIP_BUS, "wedge"), 3);
	assert_int_equal(desk_find(desk, STRIP_MASTER, "master"), 4);
	assert_int_equal(desk_find(desk, STRIP_MONITOR, "monitor"), 5);
	assert_int_equal(desk_find(desk, STRIP_BUS, "kick"), -1);
	assert_int_equal(desk_find(desk, STRIP_CHANNEL, "drums"), -1);
	assert_int_equal(desk_find(desk, STRIP_CHANNEL, ""), -1);
	assert_int_equal(desk_find(desk, STRIP_KINDS, "kick"), -1);
	desk_free(desk);
}

static void
a_source_is_named_as_in_addresses(void **state)
{
	struct desk *desk = small_desk();

	(void)state;
	assert_int_equal(desk_source(desk, "master"), 4);
	assert_int_equal(desk_source(desk, "solo"), 5);
	assert_int_equal(desk_source(desk, "bus/drums"), 2);
	assert_int_equal(desk_source(desk, "bus/2"), 3);
	assert_int_equal(desk_source(desk, "wedge"), 3);
	assert_int_equal(desk_source(desk, "ch/kick"), -1);
	assert_int_equal(desk_source(desk, "kick"), -1);
	assert_int_equal(desk_source(desk, "bus/"), -1);
	assert_int_equal(desk_source(desk, "monitor"), -1);
	assert_int_equal(desk_source(desk, ""), -1);
	desk_set_source(desk, 3);
	assert_string_equal(desk->source_text, "bus/wedge");
	desk_set_source(desk, 5);
	assert_string_equal(desk->source_text, "solo");
	desk_free(desk);
}

static void
strips_are_found_by_place_within_their_kind(void **state)
{
	struct desk *desk = small_desk();

	(void)state;
	assert_int_equal(desk_at(desk, STRIP_CHANNEL, 1), 0);
	assert_int_equal(desk_at(desk, STRIP_CHANNEL, 2), 1);
	assert_int_equal(desk_at(desk, STRIP_CHANNEL, 3), -1);
	assert_int_equal(desk_at(desk, STRIP_CHANNEL, 0), -1);
	assert_int_equal(desk_at(desk, STRIP_BUS, 1), 2);
	assert_int_equal(desk_at(desk, STRIP_BUS, 3), -1);
	assert_int_equal(desk_at(desk, STRIP_MASTER, 1), 4);
	assert_int_equal(desk_at(desk, STRIP_MASTER, 2), -1);
	assert_int_equal(desk_at(desk, STRIP_MONITOR, 1), 5);
	assert_int_equal(desk_at(desk, STRIP_KINDS, 1), -1);
	desk_free(desk);
}

static void
inputs_are_the_lanes_of_channels_and_outputs_those_of_all(void **state)
{
	struct desk *desk = small_desk();

	(void)state;
	assert_int_equal(desk_input_count(desk), 3);
	assert_int_equal(desk_output_count(desk), 10);
	desk_free(desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_new_desk_has_every_default_and_a_stereo_master),
		cmocka_unit_test(freeing_nothing_is_fine),
		cmocka_unit_test(strips_are_found_by_kind_and_id),
		cmocka_unit_test(a_source_is_named_as_in_addresses),
		cmocka_unit_test(strips_are_found_by_place_within_their_kind),
		cmocka_unit_test(
		    inputs_are_the_lanes_of_channels_and_outputs_those_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
