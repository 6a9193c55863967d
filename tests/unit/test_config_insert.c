#include "config_case.h"
#include "fake_plugins.h"

static char *
slot_text(const char *slot)
{
	char *text = NULL;

	assert_true(
	    asprintf(&text,
		"{ \"version\": 1, \"channels\": [\n"
		"  { \"id\": \"k\", \"lanes\": 2, \"inserts\": [ %s ] } "
		"] }",
		slot) > 0);
	return text;
}

static struct desk *
take_slot(const char *slot)
{
	char *text = slot_text(slot);
	struct desk *desk = config_take_with(fake_plugins(), text);

	free(text);
	return desk;
}

#define AT "desk.json:2: channels[0].inserts[0]"

static void
assert_slot_complaint(const char *slot, const char *expected)
{
	char *text = slot_text(slot);
	char *found =
	    config_complaints_with(fake_plugins(), text, strlen(text));

	assert_string_equal(found, expected);
	free(found);
	free(text);
}

static void
a_plugin_has_its_defaults_then_the_preset_then_the_params(void **state)
{
	struct desk *desk = take_slot("{ \"lv2\": \"urn:fake:comp\" }");
	const struct desk_insert *insert = &desk->strip[0].insert[0];

	(void)state;
	assert_int_equal(desk->strip[0].inserts, 1);
	assert_int_equal(insert->kind, INSERT_LV2);
	assert_string_equal(insert->plugin->uri, FAKE_COMP);
	assert_true(insert->required);
	assert_false(insert->bypass);
	assert_true(insert->param[COMP_THR] == -20);
	assert_true(insert->param[COMP_RAT] == 4);
	desk_free(desk);

	desk = take_slot("{ \"params\": { \"thr\": -6.5, \"mode\": \"rms\","
			 "  \"knee\": 3, \"look\": false, \"freq\": 0.1 },"
			 "  \"preset\": \"urn:fake:comp#hard\","
			 "  \"bypass\": true, \"lv2\": \"urn:fake:comp\" }");
	insert = &desk->strip[0].insert[0];
	assert_true(insert->bypass);
	assert_string_equal(insert->preset, FAKE_PRESET);
	assert_true(insert->param[COMP_THR] == -6.5);
	assert_true(insert->param[COMP_RAT] == 10);
	assert_true(insert->param[COMP_MODE] == 1);
	assert_true(insert->param[COMP_KNEE] == 3);
	assert_true(insert->param[COMP_LOOK] == 0);
	assert_true(insert->param[COMP_F] == (double)0.1F);
	desk_free(desk);
}

static void
a_jack_slot_names_ports_a_lane(void **state)
{
	struct desk *desk = take_slot(
	    "{ \"jack\": { \"mode\": \"loop\", \"send\": [\"a:l\", \"a:r\"],"
	    "  \"return\": [[], [\"b:r\", \"/c:.*/\"]] } }, { \"jack\": {} }");
	const struct desk_insert *insert = desk->strip[0].insert;

	(void)state;
	assert_int_equal(desk->strip[0].inserts, 2);
	assert_int_equal(insert[0].mode, INSERT_LOOP);
	assert_string_equal(insert[0].send[1].port[0].text, "a:r");
	assert_int_equal(insert[0].back[0].count, 0);
	assert_int_equal(insert[0].back[1].count, 2);
	assert_true(insert[0].back[1].port[1].pattern);
	assert_int_equal(insert[1].kind, INSERT_JACK);
	assert_int_equal(insert[1].mode, INSERT_DIRECT);
	assert_int_equal(insert[1].send[0].count, 0);
	desk_free(desk);
}

static void
what_a_plugin_cannot_take_is_an_error(void **state)
{
	(void)state;
	assert_slot_complaint("{ \"lv2\": \"urn:fake:none\" }",
	    AT ".lv2: found \"urn:fake:none\"; allowed: an installed plugin "
	       "(it is not installed)\n");
	assert_slot_complaint("{ \"lv2\": \"urn:fake:synth\" }",
	    AT ".lv2: found \"urn:fake:synth\"; allowed: an installed plugin "
	       "(it has no audio ports)\n");
	assert_slot_complaint("{ \"lv2\": \"urn:fake:wide\" }", AT
	    ".lv2: found \"urn:fake:wide\"; allowed: a plugin that fits the "
	    "lanes (it has 2 inputs and 6 outputs; a slot of 2 lanes holds 1 "
	    "and 1, or 2 and 2)\n");
	assert_slot_complaint("{ \"lv2\": \"urn:fake:comp\", \"params\": {"
			      " \"thrs\": 0, \"Ratio\": 1 } }",
	    AT
	    ".params: found the key \"thrs\"; allowed: thr, steps, rat, mode, "
	    "knee, look, ...\n" AT
	    ".params: found the key \"Ratio\"; allowed: rat, thr, mode, "
	    "knee, steps, look, ...\n");
	assert_slot_complaint(
	    "{ \"lv2\": \"urn:fake:comp\", \"params\": {"
	    " \"thr\": 1, \"rat\": \"loud\", \"steps\": 2.5,"
	    " \"mode\": 2, \"knee\": \"soft\", \"look\": 2 } }",
	    AT ".params.thr: found 1; allowed: -60 to 0 dB\n" AT
	       ".params.rat: found \"loud\", a string; allowed: 1 to 20\n" AT
	       ".params.steps: found 2.5; allowed: a whole number, 1 to 8\n" AT
	       ".params.mode: found 2; allowed: peak (0), RMS (1), true peak "
	       "(4)\n" AT ".params.knee: found \"soft\"; allowed: hard (0), or "
	       "0 to 12 dB\n" AT ".params.look: found 2; allowed: 0 or 1\n");
	assert_slot_complaint(
	    "{ \"lv2\": \"urn:fake:comp\", \"preset\": \"urn:x\" }",
	    AT ".preset: found \"urn:x\"; allowed: a path, or a preset of this "
	       "plugin (no such preset): urn:fake:comp#hard\n");
	assert_slot_complaint(
	    "{ \"lv2\": \"urn:fake:comp\", \"params\": { \"thr\": 0, \"thr\": "
	    "0 } }",
	    AT ".params: found the key \"thr\" again; allowed: each key "
	       "once\n");
}

static void
a_stereo_plugin_does_not_fit_a_mono_strip(void **state)
{
	static const char text[] =
	    "{ \"version\": 1, \"channels\": [ { \"id\": \"k\","
	    " \"inserts\": [ { \"lv2\": \"urn:fake:comp\" } ] } ] }";
	char *found =
	    config_complaints_with(fake_plugins(), text, strlen(text));

	(void)state;
	assert_string_equal(found,
	    "desk.json:1: channels[0].inserts[0].lv2: found \"urn:fake:comp\"; "
	    "allowed: a plugin that fits the lanes (it has 2 inputs and 2 "
	    "outputs; a slot of 1 lane holds 1 and 1)\n");
	free(found);
}

static void
a_missing_plugin_that_is_not_required_is_a_warning(void **state)
{
	static const char slot[] =
	    "{ \"lv2\": \"urn:fake:none\", \"required\": false,"
	    "  \"params\": { \"a\": 1.5, \"b\": \"x\" } }";
	struct desk *desk = take_slot(slot);

	(void)state;
	assert_null(desk->strip[0].insert[0].plugin);
	config_assert_prints_back_with(fake_plugins(), desk);
	char *text = config_text(desk);
	assert_non_null(strstr(text, "\"params\": {\"a\":1.5,\"b\":\"x\"}"));
	free(text);
	desk_free(desk);
	assert_slot_complaint(slot,
	    "desk.json:2: warning: channels[0].inserts[0].lv2: found "
	    "\"urn:fake:none\"; allowed: an installed plugin (it is not "
	    "installed)\n");
}

static void
without_a_host_there_is_no_plugin(void **state)
{
	char *text = slot_text("{ \"lv2\": \"urn:fake:comp\" }");

	(void)state;
	config_assert_complaint(text, strlen(text),
	    AT ".lv2: found \"urn:fake:comp\"; allowed: an installed plugin "
	       "(there is no plugin host here)\n");
	free(text);
}

static void
slots_are_printed_in_full_and_read_back(void **state)
{
	struct desk *desk = take_slot(
	    "{ \"lv2\": \"urn:fake:comp\", \"preset\": \"urn:fake:comp#hard\","
	    "  \"params\": { \"freq\": 0.3, \"mode\": \"true peak\" } },"
	    "{ \"jack\": { \"send\": [\"a:l\", [\"a:r\", \"/b/\"]] },"
	    "  \"bypass\": 1 }, { \"lv2\": \"urn:fake:gain\" }");
	char *text = config_text(desk);

	(void)state;
	assert_non_null(strstr(text,
	    "        { \"lv2\": \"urn:fake:comp\", \"preset\": "
	    "\"urn:fake:comp#hard\",\n"
	    "          \"params\": {\n"
	    "            \"thr\": -30,\n"
	    "            \"rat\": 10,\n"
	    "            \"mode\": 4,\n"
	    "            \"knee\": 6,\n"
	    "            \"steps\": 2,\n"
	    "            \"look\": 1,\n"
	    "            \"freq\": 0.3\n"
	    "          },\n"
	    "          \"bypass\": 0, \"required\": true },\n"
	    "        { \"jack\": { \"mode\": \"direct\", \"send\": [\"a:l\", "
	    "[\"a:r\", \"/b/\"]], \"return\": [] }, \"bypass\": 1 },\n"));
	free(text);
	config_assert_prints_back_with(fake_plugins(), desk);
	desk_free(desk);
}

static void
mutated_slots_are_refused_or_print_back(void **state)
{
	char *original = slot_text(
	    "{ \"lv2\": \"urn:fake:comp\", \"preset\": \"urn:fake:comp#hard\","
	    "  \"params\": { \"freq\": 0.3, \"mode\": \"rms\", \"thr\": -6,"
	    "    \"look\": true }, \"bypass\": 0, \"required\": true },"
	    "{ \"lv2\": \"urn:none\", \"required\": false,"
	    "  \"params\": { \"a\": 1.5, \"b\": \"x\", \"c\": false } },"
	    "{ \"jack\": { \"mode\": \"loop\", \"send\": [\"a:l\", [\"/b/\"]],"
	    "  \"return\": [] }, \"bypass\": true }");
	size_t original_size = strlen(original);
	uint32_t seed = 20261122;
	unsigned taken = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct config_errors errors = { 0 };
		char *text = malloc(original_size + 3 * CONFIG_GROWS);
		size_t size = original_size;

		assert_non_null(text);
		memcpy(text, original, size);
		for (uint32_t n = 1 + config_draw(&seed, 3); n > 0; n--)
			size = config_mutate(&seed, text, size);
		struct desk *desk =
		    config_parse(text, size, fake_plugins(), &errors);
		assert_int_equal(desk == NULL, errors.count > 0);
		if (desk) {
			config_assert_prints_back_with(fake_plugins(), desk);
			taken++;
		}
		desk_free(desk);
		config_free_errors(&errors);
		free(text);
	}
	assert_in_range(taken, 100, 19900);
	free(original);
}

static void
there_is_an_end_to_params(void **state)
{
	char *text = malloc(1 << 20);
	size_t used = (size_t)sprintf(text,
	    "{ \"version\": 1, \"master\": { \"inserts\": [ { \"lv2\": "
	    "\"urn:none\", \"required\": false, \"params\": { \"a\": 1");

	(void)state;
	for (int i = 0; i < 4096; i++)
		used += (size_t)sprintf(text + used, ", \"a%d\": 1", i);
	used += (size_t)sprintf(text + used, "} } ] } }");
	char *found = config_complaints_with(fake_plugins(), text, used);
	assert_non_null(strstr(found,
	    "params: found an object; allowed: an object of at most 4096 "
	    "symbols"));
	free(found);
	free(text);
}

/* So many direct JACK inserts. */
static char *
cuts_text(int count)
{
	static const char *const cut[] = { "{ \"jack\": {} }",
		", { \"jack\": {} }" };
	char *list = calloc(1, 1024);
	size_t used = 0;

	assert_non_null(list);
	for (int i = 0; i < count; i++)
		used += (size_t)snprintf(
		    &list[used], 1024 - used, "%s", cut[i > 0]);
	return list;
}

/* The channel feeds the bus, the bus the master, and each has its inserts. */
static char *
series_text(int channel, int bus, int master)
{
	char *in = cuts_text(channel), *of = cuts_text(bus),
	     *out = cuts_text(master), *text = NULL;

	assert_true(asprintf(&text,
			"{ \"version\": 1, \"channels\": [ { \"id\": \"k\","
			" \"to\": [\"b\"], \"inserts\": [ %s ] } ],\n"
			"\"buses\": [ { \"id\": \"b\", \"inserts\": [ %s ]"
			" } ],\n\"master\": { \"inserts\": [ %s ] } }",
			in, of, out) > 0);
	free(in);
	free(of);
	free(out);
	return text;
}

static void
direct_jack_inserts_in_series_have_an_end(void **state)
{
	static const struct {
		int channel, bus, master;
		const char *complaint;
	} desks[] = {
		{ 6, 4, 5, "" },
		{ 15, 0, 0, "" },
		{ 6, 4, 6,
		    "desk.json:3: master.inserts[5]: found direct JACK insert "
		    "16 in series: k -> b -> master; allowed: 15 in series, or "
		    "mode \"loop\" for the others\n" },
		/* Told where it is passed, not again behind that. */
		{ 15, 3, 3,
		    "desk.json:2: buses[0].inserts[0]: found direct JACK "
		    "insert 16 in series: k -> b; allowed: 15 in series, or "
		    "mode \"loop\" for the others\n" },
		{ 16, 0, 1,
		    "desk.json:1: channels[0].inserts[15]: found direct JACK "
		    "insert 16 in series: k; allowed: 15 in series, or mode "
		    "\"loop\" for the others\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(desks) / sizeof(desks[0]); i++) {
		char *text = series_text(
		    desks[i].channel, desks[i].bus, desks[i].master);

		config_assert_complaint(text, strlen(text), desks[i].complaint);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_plugin_has_its_defaults_then_the_preset_then_the_params),
		cmocka_unit_test(a_jack_slot_names_ports_a_lane),
		cmocka_unit_test(what_a_plugin_cannot_take_is_an_error),
		cmocka_unit_test(a_stereo_plugin_does_not_fit_a_mono_strip),
		cmocka_unit_test(
		    a_missing_plugin_that_is_not_required_is_a_warning),
		cmocka_unit_test(without_a_host_there_is_no_plugin),
		cmocka_unit_test(mutated_slots_are_refused_or_print_back),
		cmocka_unit_test(there_is_an_end_to_params),
		cmocka_unit_test(direct_jack_inserts_in_series_have_an_end),
		cmocka_unit_test(slots_are_printed_in_full_and_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
