#include "tests/unit/lv2_bench.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#define SWH "http://plugin.org.uk/swh-plugins/"
#define X42 "http://gareus.org/oss/lv2/"
#define LSP "http://lsp-plug.in/plugins/lv2/"

static struct bench b;

static int
start(void **state)
{
	(void)state;
	bench_start(&b, NULL);
	bench_noise(&b);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	bench_end(&b);
	return 0;
}

static uint32_t
latency(void)
{
	return atomic_load(&b.processor->latency);
}

/* --- what a plugin is --- */

static void
a_plugin_is_described(void **state)
{
	const struct plugin *plugin =
	    b.host->find(b.host, TEST_URI "stereo", b.why, sizeof b.why);

	(void)state;
	assert_non_null(plugin);
	assert_string_equal(plugin->uri, TEST_URI "stereo");
	assert_string_equal(plugin->name, "Headroom Test Stereo");
	assert_int_equal(plugin->inputs, 2);
	assert_int_equal(plugin->outputs, 2);
	assert_int_equal(plugin->sidechains, 0);
	assert_int_equal(plugin->params, 5);
	assert_true(plugin->hard_rt);
	/* It is the same the next time. */
	assert_ptr_equal(plugin, b.host->find(b.host, plugin->uri, b.why, 1));
}

static void
parameters_have_units_ranges_and_kinds(void **state)
{
	const struct plugin_param *param;

	(void)state;
	b.plugin = b.host->find(b.host, TEST_URI "mono", b.why, sizeof b.why);
	param = bench_param(&b, "gain");
	assert_string_equal(param->name, "Gain");
	assert_string_equal(param->unit, "dB");
	assert_true(param->min == -90 && param->max == 24 && param->def == 0);
	assert_false(param->whole || param->toggle || param->logarithmic);
	assert_int_equal(param->row.type, SCHEMA_FLOAT);
	assert_string_equal(param->row.tail, "gain");
	assert_true(param->row.max == 24);
	param = bench_param(&b, "late");
	assert_true(param->whole && param->max == 4800);
	assert_string_equal(param->unit, "frames");
	assert_int_equal(param->row.type, SCHEMA_INT);
	param = bench_param(&b, "invert");
	assert_true(param->toggle && param->whole);
	assert_true(param->min == 0 && param->max == 1 && param->def == 0);
	/* Bounds that go with the rate are those at 48 kHz. */
	param = bench_param(&b, "corner");
	assert_true(param->logarithmic);
	assert_string_equal(param->unit, "Hz");
	assert_true(param->max == 24000 && param->def == 12000);
	/* What the host holds is none. */
	assert_null(bench_param(&b, "enabled"));
	assert_null(bench_param(&b, "freewheel"));
	assert_null(bench_param(&b, "latency"));
}

static void
choices_come_in_the_order_of_their_values(void **state)
{
	const struct plugin_param *param;

	(void)state;
	b.plugin = b.host->find(b.host, TEST_URI "mono", b.why, sizeof b.why);
	param = bench_param(&b, "fault");
	assert_true(param->only_choices);
	assert_int_equal(param->choices, 10);
	for (size_t i = 0; i < param->choices; i++)
		assert_true(param->choice[i].value == (double)i);
	assert_string_equal(param->choice[1].label, "nan");
	assert_string_equal(param->choice[9].label, "stack");
}

static void
what_no_slot_can_hold_says_why(void **state)
{
	static const char *const bad[][2] = {
		{ TEST_URI "cv", "its port \"pitch\" is control voltage" },
		{ TEST_URI "feature",
		    "requires <urn:headroom:test:unknown>, which" },
		{ TEST_URI "split", "it makes 2 channels of 1" },
		{ TEST_URI "silent", "it has no audio" },
		{ TEST_URI "absent",
		    "no plugin <urn:headroom:test:absent> is installed" },
		{ "no URI", "no plugin <no URI> is installed" },
		{ SWH "xfade", "it makes 2 channels of 4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_null(
		    b.host->find(b.host, bad[i][0], b.why, sizeof b.why));
		assert_non_null(strstr(b.why, bad[i][1]));
		b.why[0] = '\0';
		assert_false(bench_load(&b, bad[i][0], 1, NULL));
		assert_non_null(strstr(b.why, bad[i][1]));
	}
}

static void
sidechains_are_told_from_main_inputs(void **state)
{
	static const struct {
		const char *uri;
		unsigned main, side;
	} known[] = {
		{ TEST_URI "sidechain", 1, 1 },
		{ SWH "sc3", 2, 1 },
		{ LSP "sc_compressor_stereo", 2, 2 },
		{ LSP "compressor_stereo", 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const struct plugin *plugin =
		    b.host->find(b.host, known[i].uri, b.why, sizeof b.why);
		assert_non_null(plugin);
		assert_int_equal(plugin->inputs, known[i].main);
		assert_int_equal(plugin->outputs, known[i].main);
		assert_int_equal(plugin->sidechains, known[i].side);
	}
}

static void
every_plugin_that_is_installed_is_listed(void **state)
{
	size_t own = 0;

	(void)state;
	assert_true(b.host->count(b.host) > 300);
	for (size_t i = 0; i < b.host->count(b.host); i++)
		own += strncmp(b.host->uri(b.host, i), TEST_URI,
			   strlen(TEST_URI)) == 0;
	assert_int_equal(own, 8);
	assert_null(b.host->uri(b.host, b.host->count(b.host)));
}

/* --- instances --- */

static void
done_comes_from_the_loop_and_never_from_load(void **state)
{
	struct plugin_order order = { TEST_URI "mono", 1, BENCH_RATE, NULL,
		NULL };

	(void)state;
	b.told = 0;
	b.host->load(b.host, &order, bench_came, &b);
	usleep(100000);
	assert_int_equal(b.told, 0);
	loop_run(b.loop);
	assert_int_equal(b.told, 1);
	assert_non_null(b.processor);
	bench_unload(&b);
	order.uri = TEST_URI "absent";
	b.host->load(b.host, &order, bench_came, &b);
	assert_int_equal(b.told, 1);
	loop_run(b.loop);
	assert_int_equal(b.told, 2);
	assert_null(b.processor);
}

static void
with_defaults_the_test_plugin_changes_no_sample(void **state)
{
	static const uint32_t block[] = { 256, 1, 3, 64, 255 };

	(void)state;
	assert_true(bench_load(&b, TEST_URI "stereo", 2, NULL));
	for (size_t i = 0; i < sizeof block / sizeof *block; i++) {
		memset(b.out, 0, sizeof b.out);
		bench_run(&b, BENCH_LONGEST, block[i]);
		assert_memory_equal(b.out, b.in, sizeof b.in);
	}
	assert_int_equal(latency(), 0);
	assert_false(atomic_load(&b.processor->allocates));
}

static void
values_go_in_clamped_and_rounded(void **state)
{
	(void)state;
	assert_true(bench_load(&b, TEST_URI "mono", 1, NULL));
	bench_set(&b, "late", 10.4);
	bench_run(&b, 256, 256);
	assert_int_equal(latency(), 10);
	bench_set(&b, "late", 1e9);
	bench_run(&b, 256, 256);
	assert_int_equal(latency(), 4800);
	bench_set(&b, "late", NAN);
	bench_run(&b, 256, 256);
	assert_int_equal(latency(), 0);
	bench_set(&b, "invert", 1);
	bench_set(&b, "gain", 20 * log10(0.5));
	bench_run(&b, 256, 256);
	for (unsigned i = 0; i < 256; i++)
		assert_float_equal(b.out[0][i], -0.5F * b.in[0][i], 1e-6);
}

static void
values_of_the_order_are_there_from_the_start(void **state)
{
	double value[] = { 0, 77, 0, 0, 1000 };
	struct plugin_order order = { TEST_URI "mono", 1, BENCH_RATE, NULL,
		value };

	(void)state;
	bench_unload(&b);
	b.host->load(b.host, &order, bench_came, &b);
	loop_run(b.loop);
	assert_non_null(b.processor);
	assert_int_equal(latency(), 77);
	assert_true(b.processor->param[1] == 77);
}

static void
a_mono_plugin_in_a_stereo_slot_is_two_with_one_set_of_values(void **state)
{
	(void)state;
	assert_true(bench_load(&b, TEST_URI "mono", 2, NULL));
	bench_set(&b, "late", 5);
	bench_run(&b, BENCH_LONGEST, 100);
	assert_int_equal(latency(), 5);
	for (unsigned lane = 0; lane < 2; lane++)
		assert_memory_equal(&b.out[lane][5], b.in[lane],
		    (BENCH_LONGEST - 5) * sizeof(float));
}

static void
a_stereo_plugin_does_not_go_into_a_mono_slot(void **state)
{
	(void)state;
	assert_false(bench_load(&b, TEST_URI "stereo", 1, NULL));
	assert_true(strlen(b.why) > 10);
}

static void
a_sidechain_gets_silence(void **state)
{
	(void)state;
	assert_true(bench_load(&b, TEST_URI "sidechain", 1, NULL));
	bench_run(&b, BENCH_LONGEST, 256);
	assert_memory_equal(b.out[0], b.in[0], sizeof b.in[0]);
}

/* --- work --- */

static void
work_is_done_beside_and_answered_in_a_later_run(void **state)
{
	(void)state;
	assert_true(bench_load(&b, TEST_URI "worker", 2, NULL));
	bench_run(&b, 64, 64);
	assert_true(b.out[0][0] == 0);
	bench_set(&b, "ask", 5);
	bench_run(&b, 64, 64);
	assert_true(b.out[0][0] == 0);
	bench_wait(&b, 100);
	bench_run(&b, 64, 32);
	/* Answers are taken at the end of a run. */
	assert_true(b.out[0][0] == 0);
	assert_true(b.out[0][32] == 5 && b.out[1][32] == 5);
}

static void
a_plugin_that_lives_of_its_worker_runs(void **state)
{
	(void)state;
	assert_true(bench_load(&b, LSP "impulse_reverb_stereo", 2, NULL));
	for (unsigned i = 0; i < 20; i++) {
		bench_run(&b, BENCH_LONGEST, 256);
		bench_wait(&b, 5);
	}
	for (unsigned i = 0; i < BENCH_LONGEST; i++)
		assert_true(isfinite(b.out[0][i]) && isfinite(b.out[1][i]));
	assert_false(atomic_load(&b.processor->allocates));
}

/* --- presets and states --- */

static void
a_preset_brings_values_and_what_is_beside_them(void **state)
{
	double value[] = { 0, 7, 0, 0, 1000 };
	const struct plugin *plugin =
	    b.host->find(b.host, TEST_URI "mono", b.why, sizeof b.why);

	(void)state;
	assert_int_equal(plugin->presets, 1);
	assert_string_equal(plugin->preset[0], TEST_URI "quarter");
	assert_string_equal(plugin->preset_name[0], "Quarter");
	assert_int_equal(b.host->preset(b.host, plugin, plugin->preset[0],
			     value, b.why, sizeof b.why),
	    0);
	assert_true(value[0] == -12 && value[1] == 7);
	assert_true(bench_load(&b, TEST_URI "mono", 2, TEST_URI "quarter"));
	bench_run(&b, 256, 256);
	for (unsigned i = 0; i < 256; i++)
		assert_float_equal(
		    b.out[1][i], powf(10, -0.6F) * b.in[1][i] + 0.25F, 1e-6);
}

static void
a_state_is_read_from_its_file(void **state)
{
	char path[] = "/tmp/headroom-state.XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	(void)state;
	fputs("@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
	      "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
	      "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"
	      "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
	      "<> a pset:Preset ; lv2:appliesTo <" TEST_URI "mono> ;\n"
	      "lv2:port [ lv2:symbol \"late\" ; pset:value 3 ] ;\n"
	      "state:state [ <" TEST_URI "offset> \"-1.0\"^^xsd:float ] .\n",
	    file);
	fclose(file);
	assert_true(bench_load(&b, TEST_URI "mono", 1, path));
	bench_run(&b, 256, 256);
	assert_int_equal(latency(), 3);
	for (unsigned i = 3; i < 256; i++)
		assert_true(b.out[0][i] == b.in[0][i - 3] - 1);
	unlink(path);
	assert_false(bench_load(&b, TEST_URI "mono", 1, path));
	assert_non_null(strstr(b.why, path));
}

static void
a_preset_that_is_not_its_own_is_refused(void **state)
{
	double value[8] = { 0 };
	const struct plugin *plugin =
	    b.host->find(b.host, TEST_URI "stereo", b.why, sizeof b.why);

	(void)state;
	assert_int_equal(b.host->preset(b.host, plugin, TEST_URI "quarter",
			     value, b.why, sizeof b.why),
	    -1);
	assert_non_null(strstr(b.why, "is of the plugin <" TEST_URI "mono>"));
	assert_int_equal(b.host->preset(b.host, plugin, TEST_URI "nothing",
			     value, b.why, sizeof b.why),
	    -1);
	assert_string_equal(b.why, "there is no preset <" TEST_URI "nothing>");
	assert_int_equal(b.host->preset(b.host, plugin, "not a preset", value,
			     b.why, sizeof b.why),
	    -1);
	assert_false(bench_load(&b, TEST_URI "stereo", 2, TEST_URI "quarter"));
}

static void
presets_of_an_installed_plugin_load(void **state)
{
	const struct plugin *plugin =
	    b.host->find(b.host, X42 "zeroconvolv#Mono", b.why, sizeof b.why);

	(void)state;
	assert_non_null(plugin);
	assert_true(plugin->presets > 0);
	assert_true(bench_load(&b, plugin->uri, 1, plugin->preset[0]));
	bench_run(&b, BENCH_LONGEST, 256);
	for (unsigned i = 0; i < BENCH_LONGEST; i++)
		assert_true(isfinite(b.out[0][i]));
}

/* --- reset --- */

static void
a_reset_heals_what_stays_no_number(void **state)
{
	static const unsigned fault[] = { 2, 3 }; /* "stays", "for-good" */

	(void)state;
	for (size_t i = 0; i < sizeof fault / sizeof *fault; i++) {
		assert_true(bench_load(&b, TEST_URI "stereo", 2, NULL));
		bench_set(&b, "late", 2);
		bench_set(&b, "fault", fault[i]);
		bench_run(&b, 64, 64);
		bench_set(&b, "fault", 0);
		bench_run(&b, 64, 64);
		assert_true(isnan(b.out[0][63]));
		struct processor *before = b.processor;
		assert_true(bench_reset(&b));
		assert_ptr_equal(b.processor, before);
		bench_run(&b, 64, 64);
		assert_true(b.out[0][63] == b.in[0][61]);
		assert_int_equal(latency(), 2);
	}
}

static void
a_reset_keeps_what_a_preset_brought(void **state)
{
	(void)state;
	assert_true(bench_load(&b, TEST_URI "mono", 1, TEST_URI "quarter"));
	bench_set(&b, "fault", 3);
	bench_run(&b, 64, 64);
	bench_set(&b, "fault", 0);
	assert_true(bench_reset(&b));
	bench_run(&b, 64, 64);
	assert_float_equal(
	    b.out[0][9], powf(10, -0.6F) * b.in[0][9] + 0.25F, 1e-6);
}

/* --- plugins that people use --- */

static double
rms(const float *x, unsigned from, unsigned to)
{
	double sum = 0;

	for (unsigned i = from; i < to; i++)
		sum += (double)x[i] * x[i];
	return sqrt(sum / (to - from));
}

static void
an_equaliser_does_what_its_gain_says(void **state)
{
	(void)state;
	assert_true(bench_load(&b, X42 "fil4#mono", 2, NULL));
	for (unsigned i = 0; i < BENCH_LONGEST; i++)
		b.in[0][i] = b.in[1][i] =
		    0.1F * sinf(2 * (float)M_PI * 1250 * (float)i / 48000);
	bench_set(&b, "gain3", 6);
	bench_run(&b, BENCH_LONGEST, 256);
	bench_run(&b, BENCH_LONGEST, 256);
	for (unsigned lane = 0; lane < 2; lane++)
		assert_float_equal(20 * log10(rms(b.out[lane], 4096, 8192) /
					      rms(b.in[lane], 4096, 8192)),
		    6, 0.1);
	bench_noise(&b);
}

static void
a_latency_is_reported_and_exact(void **state)
{
	(void)state;
	assert_true(bench_load(&b, SWH "artificialLatency", 1, NULL));
	bench_set(&b, "delay", 10);
	bench_run(&b, 256, 256);
	assert_int_equal(latency(), 480);
	assert_true(bench_load(&b, X42 "phaserotate#stereo", 2, NULL));
	bench_run(&b, BENCH_LONGEST, 256);
	assert_int_equal(latency(), 1792);
	for (unsigned i = 1792; i < BENCH_LONGEST; i++)
		assert_float_equal(b.out[1][i], b.in[1][i - 1792], 1e-3);
}

/* --- the end --- */

static void
the_end_waits_for_what_is_being_made_and_gives_none(void **state)
{
	static struct bench other;
	struct plugin_order order = { TEST_URI "mono", 1, BENCH_RATE, NULL,
		NULL };

	(void)state;
	bench_start(&other, NULL);
	assert_true(bench_load(&other, TEST_URI "stereo", 2, NULL));
	other.told = 0;
	for (unsigned i = 0; i < 3; i++)
		other.host->load(other.host, &order, bench_came, &other);
	lv2_host_free(other.host);
	assert_int_equal(other.told, 3);
	assert_null(other.processor);
	loop_free(other.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plugin_is_described),
		cmocka_unit_test(parameters_have_units_ranges_and_kinds),
		cmocka_unit_test(choices_come_in_the_order_of_their_values),
		cmocka_unit_test(what_no_slot_can_hold_says_why),
		cmocka_unit_test(sidechains_are_told_from_main_inputs),
		cmocka_unit_test(every_plugin_that_is_installed_is_listed),
		cmocka_unit_test(done_comes_from_the_loop_and_never_from_load),
		cmocka_unit_test(
		    with_defaults_the_test_plugin_changes_no_sample),
		cmocka_unit_test(values_go_in_clamped_and_rounded),
		cmocka_unit_test(values_of_the_order_are_there_from_the_start),
		cmocka_unit_test(
		    a_mono_plugin_in_a_stereo_slot_is_two_with_one_set_of_values),
		cmocka_unit_test(a_stereo_plugin_does_not_go_into_a_mono_slot),
		cmocka_unit_test(a_sidechain_gets_silence),
		cmocka_unit_test(
		    work_is_done_beside_and_answered_in_a_later_run),
		cmocka_unit_test(a_plugin_that_lives_of_its_worker_runs),
		cmocka_unit_test(
		    a_preset_brings_values_and_what_is_beside_them),
		cmocka_unit_test(a_state_is_read_from_its_file),
		cmocka_unit_test(a_preset_that_is_not_its_own_is_refused),
		cmocka_unit_test(presets_of_an_installed_plugin_load),
		cmocka_unit_test(a_reset_heals_what_stays_no_number),
		cmocka_unit_test(a_reset_keeps_what_a_preset_brought),
		cmocka_unit_test(an_equaliser_does_what_its_gain_says),
		cmocka_unit_test(a_latency_is_reported_and_exact),
		cmocka_unit_test(
		    the_end_waits_for_what_is_being_made_and_gives_none),
	};

	return cmocka_run_group_tests(tests, start, end);
}
