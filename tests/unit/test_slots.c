#include "table.h"

#include "fake_host.h"
#include "mixer/latency.h"

#include <stdio.h>

/* Strips a and b into the master, c into it by a bus. */
static const char json[] =
    "{ \"version\": 1, \"channels\": [ { \"id\": \"a\", \"lanes\": 2 },\n"
    "{ \"id\": \"b\", \"lanes\": 2, \"polarity\": 1 },\n"
    "{ \"id\": \"c\", \"lanes\": 2, \"to\": [\"sub\"] } ],\n"
    "\"buses\": [ { \"id\": \"sub\" } ] }";

enum { A, B, C, SUB, MASTER };
enum { IN_A = 0, IN_B = 2, IN_C = 4, OUT_MASTER = 8 };

#define SETTLE 24000 /* frames in which everything has landed */

struct rig {
	struct table table;
	struct fake_host host;
	struct desk *desk;
};

/* Sets up slots of strips before the mixer takes the desk over. */
static void
rig_slot(struct rig *rig, unsigned index, double gain, double late)
{
	struct desk_strip *strip = &rig->desk->strip[index];
	struct desk_insert *insert;

	strip->insert =
	    realloc(strip->insert, (strip->inserts + 1) * sizeof *insert);
	insert = &strip->insert[strip->inserts++];
	*insert = (struct desk_insert){ .kind = INSERT_LV2,
		.uri = strdup(FAKE_LATE),
		.plugin = fake_find(NULL, FAKE_LATE, NULL, 0),
		.param = calloc(2, sizeof *insert->param) };
	insert->param[0] = gain;
	insert->param[1] = late;
}

static void
rig_begin(struct rig *rig)
{
	struct config_errors errors = { 0 };

	*rig = (struct rig){ 0 };
	fake_host_init(&rig->host);
	rig->desk = config_parse(json, strlen(json), NULL, &errors);
	config_print_errors(stderr, "rig", &errors);
	assert_non_null(rig->desk);
	config_free_errors(&errors);
	for (int i = 0; i < TABLE_PORTS; i++) {
		rig->table.in[i] = calloc(TABLE_FRAMES, sizeof(float));
		rig->table.out[i] = calloc(TABLE_FRAMES, sizeof(float));
	}
}

static void
rig_start(struct rig *rig)
{
	rig->table.mixer = mixer_new(rig->desk);
	assert_non_null(rig->table.mixer);
	mixer_set_host(rig->table.mixer, &rig->host.host);
	assert_int_equal(mixer_set_rate(rig->table.mixer, 48000), 0);
	mixer_tick(rig->table.mixer, true);
}

/* Everything that was made is ended once. */
static void
rig_end(struct rig *rig)
{
	table_close(&rig->table);
	fake_host_deliver(&rig->host);
	assert_int_equal(rig->host.unloads, rig->host.loads);
}

static void
tone(float *x, double hz)
{
	for (int i = 0; i < TABLE_FRAMES; i++)
		x[i] =
		    (float)(0.5 * sin(2 * 3.14159265358979 * hz * i / 48000));
}

/* Largest second difference of a part: a step of s shows as s. */
static double
roughness(const float *x, uint32_t from, uint32_t to)
{
	double most = 0;

	for (uint32_t i = from + 2; i < to; i++)
		most = fmax(most, fabs((double)x[i] - 2 * (double)x[i - 1] +
				       (double)x[i - 2]));
	return most;
}

static void
an_instance_fades_in_and_is_exact(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig);
	rig_slot(&rig, A, 0.5, 0);
	rig_start(&rig);
	struct table *table = &rig.table;
	const float *out = table->out[OUT_MASTER];
	tone(table->in[IN_A], 100);
	table_run(table, 0, 4800, 64);
	for (int i = 0; i < 4800; i++)
		assert_true(out[i] == table->in[IN_A][i]);
	fake_host_deliver(&rig.host);
	table_run(table, 4800, SETTLE, 64);
	for (int i = 9600; i < SETTLE; i++)
		assert_true(out[i] == 0.5F * table->in[IN_A][i]);
	assert_true(roughness(out, 4000, SETTLE) < 2e-4);
	rig_end(&rig);
}

static void
bypass_crossfades(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig);
	rig_slot(&rig, A, 0.25, 100);
	rig_start(&rig);
	struct table *table = &rig.table;
	const float *x = table->in[IN_A], *out = table->out[OUT_MASTER];
	fake_host_deliver(&rig.host);
	tone(table->in[IN_A], 100);
	table_run(table, 0, SETTLE, 64);
	for (int i = 9600; i < SETTLE; i++)
		assert_true(out[i] == 0.25F * x[i - 100]);
	struct desk_insert *insert = rig.desk->strip[A].insert;
	for (int turn = 0; turn < 2; turn++) {
		uint32_t at = SETTLE + 9600 * (uint32_t)turn;
		insert->bypass = !insert->bypass;
		table_set(table, "/ch/a/fader", turn == 0 ? -1e-6 : 0);
		mixer_commit(table->mixer);
		table_run(table, at, at + 9600, 64);
		for (uint32_t i = at + 4800; i < at + 9600; i++)
			assert_float_equal(
			    out[i], (turn == 0 ? 1 : 0.25F) * x[i - 100], 1e-6);
	}
	assert_true(roughness(out, 9600, SETTLE + 19200) < 2e-4);
	rig_end(&rig);
}

/* What is late in a, and in the bus of c, is waited for by all that they meet:
 * the same signal in b, inverted, leaves nothing. */
static void
what_meets_in_a_sum_arrives_together(void **state)
{
	static const struct {
		unsigned in_a, in_sub, in_c;
	} late[] = { { 0, 0, 0 }, { 64, 0, 0 }, { 1, 0, 0 }, { 0, 500, 0 },
		{ 300, 0, 200 }, { 77, 1000, 333 }, { 3000, 10, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
		struct rig rig;
		rig_begin(&rig);
		rig_slot(&rig, A, 1, late[i].in_a);
		rig_slot(&rig, C, 1, late[i].in_c);
		rig_slot(&rig, SUB, 1, late[i].in_sub);
		rig_start(&rig);
		fake_host_deliver(&rig.host);
		struct table *table = &rig.table;
		unsigned by_bus = late[i].in_c + late[i].in_sub;
		unsigned total = by_bus > late[i].in_a ? by_bus : late[i].in_a;
		table_noise(table->in[IN_A], 1);
		table_noise(table->in[IN_C], 2);
		for (int k = 0; k < TABLE_FRAMES; k++)
			table->in[IN_B][k] =
			    table->in[IN_A][k] + table->in[IN_C][k];
		table_run(table, 0, SETTLE, i % 2 == 0 ? 64 : 441);
		for (int k = SETTLE / 2; k < SETTLE; k++)
			assert_float_equal(table->out[OUT_MASTER][k], 0, 1e-6);
		table_set(table, "/ch/b/mute", 1);
		table_set(table, "/ch/c/mute", 1);
		mixer_commit(table->mixer);
		table_run(table, SETTLE, 2 * SETTLE, 64);
		for (int k = SETTLE + 9600; k < 2 * SETTLE; k++)
			assert_true(table->out[OUT_MASTER][k] ==
				    table->in[IN_A][k - (int)total]);
		rig_end(&rig);
	}
}

static void
who_opts_out_is_not_waited_for(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig);
	rig_slot(&rig, A, 1, 200);
	rig.desk->strip[A].align = false;
	rig_start(&rig);
	fake_host_deliver(&rig.host);
	struct table *table = &rig.table;
	table_noise(table->in[IN_C], 3);
	table_run(table, 0, SETTLE, 64);
	for (int k = SETTLE / 2; k < SETTLE; k++)
		assert_true(table->out[OUT_MASTER][k] == table->in[IN_C][k]);
	rig_end(&rig);
}

static void
latency_that_changes_is_followed(void **state)
{
	struct rig rig;
	struct latency_range in[6] = { { 0, 0 } }, out[12];

	(void)state;
	rig_begin(&rig);
	rig_slot(&rig, A, 1, 10);
	rig_start(&rig);
	fake_host_deliver(&rig.host);
	struct table *table = &rig.table;
	unsigned version = mixer_latency_version(table->mixer);
	table_noise(table->in[IN_A], 1);
	memcpy(table->in[IN_B], table->in[IN_A], TABLE_FRAMES * sizeof(float));
	table_run(table, 0, 9600, 64);
	rig.desk->strip[A].insert->param[1] = 700;
	table_set(table, "/ch/a/delay", 0);
	table_set(table, "/ch/a/trim", 0.001);
	table_set(table, "/ch/a/trim", 0);
	mixer_commit(table->mixer);
	table_run(table, 9600, 2 * SETTLE, 64);
	for (int k = SETTLE; k < 2 * SETTLE; k++)
		assert_float_equal(table->out[OUT_MASTER][k], 0, 1e-6);
	assert_int_not_equal(mixer_latency_version(table->mixer), version);
	struct latency *latency = mixer_latency(table->mixer);
	assert_int_equal(latency_capture(latency, in, out), 0);
	assert_int_equal(out[OUT_MASTER].min, 700);
	assert_int_equal(out[OUT_MASTER].max, 700);
	latency_free(latency);
	rig_end(&rig);
}

/* Whether the fader stands or moves: at least the quieter of the two, and never
 * a hole. */
static void
nan_is_replaced_by_the_dry_signal_and_a_reset_heals(void **state)
{
	(void)state;
	for (int heals = 0; heals < 2; heals++) {
		struct rig rig;
		rig_begin(&rig);
		rig_slot(&rig, A, 0.5, 0);
		rig_start(&rig);
		fake_host_deliver(&rig.host);
		struct table *table = &rig.table;
		const float *out = table->out[OUT_MASTER];
		tone(table->in[IN_A], 100);
		table_run(table, 0, 4800, 64);
		rig.host.sick = true;
		rig.host.heals = heals != 0;
		for (uint32_t at = 4800; at < TABLE_FRAMES - 4800; at += 480) {
			if (at < 48000)
				table_set(table, "/ch/a/fader",
				    at / 480 % 2 == 0 ? -0.5 : 0);
			table_run(table, at, at + 480, 64);
			fake_host_deliver(&rig.host);
		}
		float gain = heals ? 0.5F : 1;
		for (int i = 4800; i < TABLE_FRAMES - 4800; i++) {
			float x = fabsf(table->in[IN_A][i]);
			assert_true(fabsf(out[i]) >= 0.47F * x - 1e-6F);
			assert_true(fabsf(out[i]) <= x + 1e-6F);
		}
		for (int i = 57600; i < 60000; i++)
			assert_float_equal(
			    out[i], gain * table->in[IN_A][i], 1e-6);
		assert_int_equal(rig.host.resets, heals ? 1 : 3);
		assert_int_equal(rig.host.unloads, heals ? 0 : 1);
		rig_end(&rig);
	}
}

static void
what_cannot_be_made_passes_dry(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig);
	rig_slot(&rig, MASTER, 0.5, 0);
	rig.host.refuses = true;
	rig_start(&rig);
	fake_host_deliver(&rig.host);
	tone(rig.table.in[IN_A], 100);
	table_run(&rig.table, 0, 4800, 64);
	for (int i = 0; i < 4800; i++)
		assert_true(
		    rig.table.out[OUT_MASTER][i] == rig.table.in[IN_A][i]);
	rig.host.loads = 0;
	rig_end(&rig);
}

static void
another_rate_makes_new_instances(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig);
	rig_slot(&rig, A, 0.5, 0);
	rig_slot(&rig, SUB, 0.5, 0);
	rig_start(&rig);
	fake_host_deliver(&rig.host);
	table_run(&rig.table, 0, 480, 64);
	assert_int_equal(mixer_set_rate(rig.table.mixer, 96000), 0);
	table_run(&rig.table, 480, 960, 64);
	assert_int_equal(rig.host.loads, 4);
	assert_int_equal(rig.host.unloads, 2);
	/* Once more before those have come. */
	assert_int_equal(mixer_set_rate(rig.table.mixer, 44100), 0);
	table_run(&rig.table, 960, 1440, 64);
	fake_host_deliver(&rig.host);
	table_run(&rig.table, 1440, 1920, 64);
	rig_end(&rig);
}

static void
several_slots_run_in_order(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig);
	for (int i = 0; i < 16; i++)
		rig_slot(&rig, A, i % 2 == 0 ? 0.5 : 2, i);
	rig_start(&rig);
	fake_host_deliver(&rig.host);
	table_noise(rig.table.in[IN_A], 1);
	table_run(&rig.table, 0, SETTLE, 97);
	for (int i = SETTLE / 2; i < SETTLE; i++)
		assert_true(rig.table.out[OUT_MASTER][i] ==
			    rig.table.in[IN_A][i - 120]);
	rig_end(&rig);
}

static double
number(struct table *table, const char *text)
{
	struct address address = table_find(table, text);
	struct schema_value value;

	mixer_get(table->mixer, &address, &value);
	return value.number;
}

/* The time of a slot is known once a second, and told where it is much. */
static void
a_slow_slot_is_told(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig);
	rig_slot(&rig, A, 1, 0);
	rig_start(&rig);
	fake_host_deliver(&rig.host);
	struct mixer_status *status = mixer_status(rig.table.mixer);
	status->sample_rate = 48000;
	status->period = 64;
	status->jack = JACK_RUNNING;
	rig.desk->insert_share = 20;
	rig.host.slow = true;
	double begin = fake_us();
	uint64_t last = event_log_newest(mixer_events(rig.table.mixer));
	while (fake_us() - begin < 2.2e6)
		table_run(&rig.table, 0, 64, 64);
	assert_true(number(&rig.table, "/status/insert/ch/a/1/mean") >=
		    0.9 * FAKE_SLOW);
	assert_true(number(&rig.table, "/status/insert/ch/a/1/worst") >=
		    number(&rig.table, "/status/insert/ch/a/1/mean"));
	assert_int_equal(
	    event_log_newest(mixer_events(rig.table.mixer)), last + 1);
	rig_end(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_fades_in_and_is_exact),
		cmocka_unit_test(bypass_crossfades),
		cmocka_unit_test(what_meets_in_a_sum_arrives_together),
		cmocka_unit_test(who_opts_out_is_not_waited_for),
		cmocka_unit_test(latency_that_changes_is_followed),
		cmocka_unit_test(
		    nan_is_replaced_by_the_dry_signal_and_a_reset_heals),
		cmocka_unit_test(what_cannot_be_made_passes_dry),
		cmocka_unit_test(another_rate_makes_new_instances),
		cmocka_unit_test(a_slow_slot_is_told),
		cmocka_unit_test(several_slots_run_in_order),
	};

	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
