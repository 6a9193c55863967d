#include "table.h"

#include "fake_host.h"

#include <stdio.h>

/*
 * Where overs come from: on generated desks with one planted culprit, of which
 * every over downstream must tell. Signals are sines in phase, so that sums are
 * plain sums.
 */

#define RATE 48000
#define DESKS 260
#define DEPTH 6
#define LOUD 0.45 /* amplitude of what the culprit makes over */
#define SLOTS 3

enum culprit { SOURCE, TRIM, SLOT, FADER, SUM, CULPRITS };

/* A path of one channel through buses to the master, with bystanders. */
struct scene {
	uint32_t seed;
	unsigned depth;            /* buses on the path */
	unsigned slots[DEPTH + 1]; /* of the channel, then of each bus */
	enum culprit culprit;
	unsigned at; /* 0: the channel, 1…: that bus, depth + 1: the master */
	unsigned slot;        /* the slot that is too loud, from 1 */
	bool send[DEPTH + 1]; /* that strip feeds the next by a send */
	bool pre[DEPTH + 1];
	char expected[64];
	char parts[64]; /* who makes up the sum */
	char json[16384];
};

static unsigned
draw(struct scene *scene, unsigned bound)
{
	scene->seed = scene->seed * 1664525U + 1013904223U;
	return (scene->seed >> 8) % bound;
}

static bool
guilty(const struct scene *scene, enum culprit culprit, unsigned at)
{
	return scene->culprit == culprit && scene->at == at;
}

static void
write_slots(FILE *out, const struct scene *scene, unsigned at)
{
	fprintf(out, ", \"inserts\": [");
	for (unsigned i = 1; i <= scene->slots[at]; i++)
		fprintf(out,
		    "%s{ \"lv2\": \"" FAKE_LATE
		    "\", \"params\": { \"gain\": %g } }",
		    i > 1 ? ", " : "",
		    guilty(scene, SLOT, at) && scene->slot == i ? 3.0 : 1.0);
	fprintf(out, "]");
}

/* Trim, fader and where it goes on. */
static void
write_rest(FILE *out, const struct scene *scene, unsigned at)
{
	char next[16] = "master";

	if (at < scene->depth)
		snprintf(next, sizeof next, "b%u", at + 1);
	fprintf(out, ", \"trim\": %g, \"fader\": %g",
	    guilty(scene, TRIM, at) ? 9.0 : 0.0,
	    guilty(scene, FADER, at) ? 9.0 : 0.0);
	write_slots(out, scene, at);
	if (at < scene->depth && scene->send[at])
		fprintf(out,
		    ", \"to\": [], \"sends\": { \"%s\": { \"level\": 0, "
		    "\"tap\": \"%s\" } } }",
		    next, scene->pre[at] ? "pre" : "post");
	else
		fprintf(out, ", \"to\": [\"%s\"] }", next);
}

static void
write_desk(struct scene *scene)
{
	FILE *out = fmemopen(scene->json, sizeof scene->json, "w");
	char sum[16] = "master";

	if (scene->at <= scene->depth)
		snprintf(sum, sizeof sum, "b%u", scene->at);
	fprintf(out, "{ \"version\": 1, \"channels\": [ { \"id\": \"a\"");
	write_rest(out, scene, 0);
	/* The others of a sum, or bystanders who are soft. */
	for (unsigned i = 0; i < 2; i++)
		fprintf(out, ", { \"id\": \"x%u\", \"to\": [\"%s\"] }", i,
		    scene->culprit == SUM ? sum : "master");
	fprintf(out, ", { \"id\": \"soft\", \"fader\": -20 } ], \"buses\": [");
	for (unsigned i = 1; i <= scene->depth; i++) {
		fprintf(out, "%s{ \"id\": \"b%u\", \"lanes\": 1",
		    i > 1 ? ", " : "", i);
		write_rest(out, scene, i);
	}
	fprintf(out, "], \"master\": { \"lanes\": 1 } }");
	fclose(out);
}

static void
expect(struct scene *scene)
{
	static const char *const stage[CULPRITS] = { "in", "trim", "", "fader",
		"in" };
	char strip[16] = "ch/a", slot[16];

	if (scene->at > scene->depth)
		snprintf(strip, sizeof strip, "master");
	else if (scene->at > 0)
		snprintf(strip, sizeof strip, "bus/b%u", scene->at);
	snprintf(slot, sizeof slot, "insert/%u", scene->slot);
	snprintf(scene->expected, sizeof scene->expected, "%s/%s", strip,
	    scene->culprit == SLOT ? slot : stage[scene->culprit]);
	if (scene->culprit != SUM)
		return;
	/* 0.45, 0.4 and 0.35 of 1.2; the soft one adds 0.002 at the master. */
	snprintf(strip, sizeof strip, "ch/a");
	if (scene->at > 1)
		snprintf(strip, sizeof strip, "bus/b%u", scene->at - 1);
	snprintf(scene->parts, sizeof scene->parts,
	    "%s -8.5, ch/x0 -9.%d, ch/x1 -10.7", strip,
	    scene->at > scene->depth ? 6 : 5);
}

static void
generate(struct scene *scene, uint32_t seed)
{
	*scene = (struct scene){ .seed = seed * 2654435761U };
	scene->depth = 1 + draw(scene, DEPTH);
	for (unsigned i = 0; i <= scene->depth; i++) {
		scene->slots[i] = draw(scene, SLOTS + 1);
		scene->send[i] = draw(scene, 2);
		scene->pre[i] = draw(scene, 2);
	}
	scene->culprit = (enum culprit)draw(scene, CULPRITS);
	if (scene->culprit == SUM)
		scene->at = 1 + draw(scene, scene->depth + 1);
	else if (scene->culprit != SOURCE)
		scene->at = draw(scene, scene->depth + 1);
	if (scene->culprit == SLOT) {
		if (scene->slots[scene->at] == 0)
			scene->slots[scene->at] = 1;
		scene->slot = 1 + draw(scene, scene->slots[scene->at]);
	}
	write_desk(scene);
	expect(scene);
}

static void
sine(struct table *table, unsigned port, double amplitude)
{
	for (int i = 0; i < RATE / 10; i++)
		table->in[port][i] =
		    (float)(amplitude *
			    sin(2 * 3.14159265358979 * (i + 0.5) / 60));
}

/* Every over tells of the culprit, and there is at least one. */
static unsigned
check(const struct scene *scene, struct table *table)
{
	struct event_log *log = mixer_events(table->mixer);
	unsigned overs = 0;

	for (uint64_t i = 1; i <= event_log_newest(log); i++) {
		const struct event *event = event_log_at(log, i);
		if (event->kind != EVENT_OVER && event->kind != EVENT_CLIP)
			continue;
		overs++;
		if (strcmp(event->origin, scene->expected) != 0)
			fail_msg("%s %s: from %s, not %s, in %s", event->strip,
			    event->stage, event->origin, scene->expected,
			    scene->json);
		if (strcmp(event->sum, scene->parts) != 0)
			fail_msg("%s %s: sum \"%s\", not \"%s\", in %s",
			    event->strip, event->stage, event->sum,
			    scene->parts, scene->json);
	}
	return overs;
}

static unsigned
play(const struct scene *scene)
{
	struct fake_host host;
	struct table table;

	fake_host_init(&host);
	table_open_with(&table, scene->json, RATE, &host.host);
	table_run(&table, 0, RATE / 10, 256);
	fake_host_deliver(&host);
	table_run(&table, 0, RATE / 10, 256);
	sine(&table, 0, scene->culprit == SOURCE ? 1.4 : LOUD);
	sine(&table, 1, scene->culprit == SUM ? 0.4 : 0.02);
	sine(&table, 2, scene->culprit == SUM ? 0.35 : 0.02);
	sine(&table, 3, 0.02);
	table_run(&table, 0, RATE / 10, 256);
	for (int i = 0; i < 4; i++)
		memset(table.in[i], 0, RATE / 10 * sizeof(float));
	table_run(&table, 0, RATE / 10, 256);
	unsigned overs = check(scene, &table);
	table_close(&table);
	fake_host_deliver(&host);
	return overs;
}

static void
each_over_of_260_desks_names_its_culprit(void **state)
{
	struct scene *scene = malloc(sizeof *scene);
	unsigned planted[CULPRITS] = { 0 };
	(void)state;

	assert_non_null(scene);
	for (uint32_t seed = 1; seed <= DESKS; seed++) {
		generate(scene, seed);
		if (play(scene) == 0)
			fail_msg("no over in %s", scene->json);
		planted[scene->culprit]++;
	}
	for (int i = 0; i < CULPRITS; i++)
		assert_true(planted[i] > DESKS / 10);
	free(scene);
}

/* Of the first over or clip at this strip's input. */
static const struct event *
first_at(struct table *table, const char *strip, const char *stage)
{
	struct event_log *log = mixer_events(table->mixer);

	for (uint64_t i = 1; i <= event_log_newest(log); i++) {
		const struct event *event = event_log_at(log, i);
		if (event->kind <= EVENT_CLIP &&
		    strcmp(event->strip, strip) == 0 &&
		    strcmp(event->stage, stage) == 0)
			return event;
	}
	fail_msg("no over at %s %s", strip, stage);
	return NULL;
}

static const char three[] =
    "{ \"version\": 1, \"channels\": ["
    "{ \"id\": \"a\", \"trim\": 12, \"fader\": %s, \"to\": [\"sub\"],"
    "  \"sends\": { \"sub2\": { \"level\": %s, \"tap\": \"pre\" } } },"
    "{ \"id\": \"b\", \"to\": [\"sub2\"] },"
    "{ \"id\": \"c\", \"to\": [\"sub2\"] } ], \"buses\": ["
    "{ \"id\": \"sub\", \"lanes\": 1, \"to\": [] },"
    "{ \"id\": \"sub2\", \"lanes\": 1, \"to\": [] } ] }";

static void
play_three(struct table *table, const char *fader, const char *send)
{
	char json[1024];

	snprintf(json, sizeof json, three, fader, send);
	table_open(table, json, RATE);
	table_run(table, 0, RATE / 10, 256);
	sine(table, 0, 0.5);
	sine(table, 1, 0.6);
	sine(table, 2, 0.6);
	table_run(table, 0, RATE / 10, 256);
	for (int i = 0; i < 3; i++)
		memset(table->in[i], 0, RATE / 10 * sizeof(float));
	table_run(table, 0, RATE / 10, 256);
}

static void
who_brings_less_than_a_tenth_is_not_to_blame(void **state)
{
	struct table table;
	(void)state;

	play_three(&table, "-6", "-30");
	assert_string_equal(
	    first_at(&table, "bus/sub2", "in")->origin, "bus/sub2/in");
	assert_string_equal(
	    first_at(&table, "bus/sub2", "in")->sum, "ch/b -6.5, ch/c -6.5");
	table_close(&table);
	play_three(&table, "-6", "-6");
	assert_string_equal(
	    first_at(&table, "bus/sub2", "in")->origin, "ch/a/trim");
	assert_string_equal(first_at(&table, "bus/sub2", "in")->sum, "");
	table_close(&table);
}

static void
what_is_soloed_out_is_not_to_blame(void **state)
{
	static const char json[] =
	    "{ \"version\": 1, \"channels\": ["
	    "{ \"id\": \"a\", \"trim\": 12 }, { \"id\": \"b\" },"
	    "{ \"id\": \"c\" } ], \"master\": { \"lanes\": 1 } }";
	struct table table;
	(void)state;

	table_open(&table, json, RATE);
	table_set(&table, "/ch/b/solo", 1);
	table_set(&table, "/ch/c/solo", 1);
	mixer_commit(table.mixer);
	table_run(&table, 0, RATE / 10, 256);
	for (unsigned i = 0; i < 3; i++)
		sine(&table, i, 0.6);
	table_run(&table, 0, RATE / 10, 256);
	for (int i = 0; i < 3; i++)
		memset(table.in[i], 0, RATE / 10 * sizeof(float));
	table_run(&table, 0, RATE / 10, 256);
	assert_string_equal(
	    first_at(&table, "master", "in")->origin, "master/in");
	assert_string_equal(
	    first_at(&table, "master", "in")->sum, "ch/b -6.0, ch/c -6.0");
	table_close(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_over_of_260_desks_names_its_culprit),
		cmocka_unit_test(who_brings_less_than_a_tenth_is_not_to_blame),
		cmocka_unit_test(what_is_soloed_out_is_not_to_blame),
	};

	fake_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
