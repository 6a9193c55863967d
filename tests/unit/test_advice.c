#include "table.h"

#include "fake_host.h"
#include "mixer/advise.h"
#include "mixer/undo.h"

#include <stdio.h>

/*
 * The advisor on scenes: a desk and signals through the engine, the findings
 * that are due, and what is left of them when all that can be mended was. The
 * balance at the master is measured before and after.
 */

#define RATE 48000
#define BLOCK 4800 /* a tenth of a second */
#define SECONDS 6
#define PLAYED 6 /* ports at most */

enum sound {
	NONE,
	SINE,
	SQUARE,  /* peak and RMS are the same */
	HITS,    /* a decaying hit twice a second */
	OPPOSED, /* a sine, upside down on odd ports */
	ALIKE,   /* the same sine on every port */
	OFFSET,  /* a sine on DC of a tenth of full scale */
	PAUSES   /* a sine for two seconds, then hiss 44 dB below for two */
};

struct played {
	enum sound sound;
	double level; /* peak in dBFS */
};

struct scene {
	const char *name;
	const char *strips; /* of the configuration */
	struct played port[PLAYED];
	const char *due;  /* "code strip stage, …" */
	const char *left; /* when all was mended; NULL: nothing */
};

struct stage_rig {
	struct table table;
	struct fake_host host;
	uint64_t played; /* frames */
	const struct scene *scene;
};

/* --- signals --- */

static double
sample(const struct played *played, unsigned port, uint64_t frame)
{
	double gain = pow(10, played->level / 20);
	double second = (double)frame / RATE;
	double hz = 310 + 170.0 * port;
	double wave = sin(2 * 3.14159265358979 * hz * second);
	double same = sin(2 * 3.14159265358979 * 480 * second);

	switch (played->sound) {
	case SINE:
		return gain * wave;
	case SQUARE:
		/* Seven harmonics, so that true and sample peak are near. */
		return gain * tanh(4 * wave);
	case HITS:
		return gain * wave * exp(-fmod(second, 0.5) * 12);
	case OPPOSED:
		return gain * same * (port % 2 != 0 ? -1 : 1);
	case ALIKE:
		return gain * same;
	case OFFSET:
		return gain * wave + 0.1;
	case PAUSES:
		return gain * wave * (fmod(second, 4) < 2 ? 1 : 0.006);
	default:
		return 0;
	}
}

static void
play(struct stage_rig *rig, double seconds)
{
	for (int i = 0; i < (int)lrint(seconds * 10); i++) {
		for (unsigned port = 0; port < PLAYED; port++)
			for (int k = 0; k < BLOCK; k++)
				rig->table.in[port][k] =
				    (float)sample(&rig->scene->port[port], port,
					rig->played + (uint64_t)k);
		rig->played += BLOCK;
		table_run(&rig->table, 0, BLOCK, 960);
	}
}

static void
rig_open(struct stage_rig *rig, const struct scene *scene)
{
	char json[4096];

	*rig = (struct stage_rig){ .scene = scene };
	fake_host_init(&rig->host);
	snprintf(json, sizeof json, "{ \"version\": 1, %s }", scene->strips);
	table_open_with(&rig->table, json, RATE, &rig->host.host);
	table_run(&rig->table, 0, BLOCK, 960);
	fake_host_deliver(&rig->host);
	table_run(&rig->table, 0, BLOCK, 960);
}

static void
rig_close(struct stage_rig *rig)
{
	table_close(&rig->table);
	fake_host_deliver(&rig->host);
}

/* --- findings --- */

static void
list(struct stage_rig *rig, char *text, size_t size)
{
	const struct advice *advice = mixer_advice(rig->table.mixer);
	const struct desk *desk = mixer_desk(rig->table.mixer);
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < advice->findings && used < size; i++) {
		const struct finding *finding = &advice->finding[i];
		char strip[DESK_STRIP_TEXT];
		desk_strip_text(&desk->strip[finding->strip], false, strip);
		used += (size_t)snprintf(text + used, size - used, "%s%s %s %s",
		    i > 0 ? ", " : "", advice_code_name(finding->code), strip,
		    desk_stage_name(
			&desk->strip[finding->strip], finding->stage));
	}
}

/* What is wrong, where, by how much, what to do. */
static void
check_words(struct stage_rig *rig)
{
	const struct advice *advice = mixer_advice(rig->table.mixer);
	const struct desk *desk = mixer_desk(rig->table.mixer);

	for (size_t i = 0; i < advice->findings; i++) {
		const struct finding *finding = &advice->finding[i];
		const struct desk_strip *strip = &desk->strip[finding->strip];
		const char *words = finding->words;
		char name[DESK_STRIP_TEXT];
		desk_strip_text(strip, false, name);
		size_t size = strlen(words);
		if (strstr(words, strip->kind == STRIP_MASTER ? "master"
							      : name) == NULL ||
		    strpbrk(words, "0123456789") == NULL ||
		    strpbrk(words, ".:") == NULL || size < 60 ||
		    size > ADVICE_WORDS - 2 || words[size - 1] != '.' ||
		    finding->seconds == 0)
			fail_msg("%s: %s", rig->scene->name, words);
	}
}

/* --- balance --- */

/* Levels of each port alone at the master, in dB; -200 where nothing comes. */
static void
measure(struct stage_rig *rig, double level[PLAYED])
{
	const struct desk *desk = mixer_desk(rig->table.mixer);
	size_t out = desk_output_count(desk) -
		     desk->strip[desk_master(desk)].lanes -
		     desk->strip[desk_monitor(desk)].lanes;

	for (unsigned port = 0; port < PLAYED; port++) {
		double power = 0;
		level[port] = -200;
		if (rig->scene->port[port].sound == NONE)
			continue;
		for (unsigned i = 0; i < PLAYED; i++)
			for (int k = 0; k < BLOCK; k++)
				rig->table.in[i][k] =
				    (float)(i == port
						? 0.01 * sin(k * 0.0785398)
						: 0);
		table_run(&rig->table, 0, BLOCK, 960);
		table_run(&rig->table, 0, BLOCK, 960);
		for (int k = 0; k < BLOCK; k++)
			power += pow((double)rig->table.out[out][k], 2);
		if (power > 0)
			level[port] = 10 * log10(power / BLOCK);
	}
}

static void
check_balance(
    const struct scene *scene, const double *before, const double *after)
{
	double least = INFINITY, most = -INFINITY;

	for (unsigned i = 0; i < PLAYED; i++) {
		if (before[i] <= -190 || after[i] <= -190)
			continue;
		double change = after[i] - before[i];
		least = change < least ? change : least;
		most = change > most ? change : most;
	}
	if (most - least > 0.1)
		fail_msg("%s: the balance moves by %.2f dB", scene->name,
		    most - least);
}

static void
act(const struct scene *scene)
{
	struct stage_rig rig;
	double before[PLAYED], after[PLAYED];
	char text[1024];
	unsigned sets;

	rig_open(&rig, scene);
	play(&rig, SECONDS);
	list(&rig, text, sizeof text);
	if (strcmp(text, scene->due) != 0)
		fail_msg(
		    "%s: \"%s\", due \"%s\"", scene->name, text, scene->due);
	check_words(&rig);
	/* Measured before it is measured anew. */
	const struct advice *advice = mixer_advice(rig.table.mixer);
	bool mends = advice->sets != 0;
	if (mends) {
		measure(&rig, before);
		play(&rig, SECONDS);
		for (int rounds = 0; rounds < 3; rounds++) {
			if (mixer_advice_apply(
				rig.table.mixer, 0, NULL, &sets) == 0)
				break;
			mixer_commit(rig.table.mixer);
			play(&rig, SECONDS);
		}
		list(&rig, text, sizeof text);
		if (strcmp(text, scene->left != NULL ? scene->left : "") != 0)
			fail_msg("%s: \"%s\" is left", scene->name, text);
		measure(&rig, after);
		check_balance(scene, before, after);
	}
	rig_close(&rig);
}

/* --- the scenes --- */

#define ONE(rest) "\"channels\": [ { \"id\": \"a\"" rest " } ]"
#define TWO(a, b) \
	"\"channels\": [ { \"id\": \"a\"" a " }, { \"id\": \"b\"" b " } ]"
#define SLOT(gain)                                                    \
	", \"inserts\": [ { \"lv2\": \"urn:fake:late\", \"params\": " \
	"{ \"gain\": " gain " } } ]"
#define DB_SLOT(gain)                                                   \
	", \"inserts\": [ { \"lv2\": \"urn:fake:makeup\", \"params\": " \
	"{ \"makeup\": " gain " } } ]"
#define BUS(rest) ", \"buses\": [ { \"id\": \"sub\"" rest " } ]"
#define MASTER(rest) ", \"master\": { " rest " }"

static const struct scene healthy[] = {
	{ "a sine in the middle", ONE(""), { { SINE, -14 } }, "", NULL },
	{ "at the low end", ONE(""), { { SINE, -17.9 } }, "", NULL },
	{ "at the high end", ONE(""), { { SINE, -10.1 } }, "", NULL },
	{ "hits", ONE(""), { { HITS, -11 } }, "", NULL },
	{ "silence", ONE(""), { { NONE, 0 } }, "", NULL },
	{ "noise floor only", ONE(""), { { SINE, -70 } }, "", NULL },
	{ "a hot source, trimmed", ONE(", \"trim\": -14"), { { SINE, 0 } }, "",
	    NULL },
	{ "a soft source, trimmed", ONE(", \"trim\": 18"), { { SINE, -32 } },
	    "", NULL },
	{ "a low fader", ONE(", \"fader\": -20"), { { SINE, -14 } }, "", NULL },
	{ "a fader up a little", ONE(", \"fader\": 2"), { { SINE, -14 } }, "",
	    NULL },
	{ "a muted channel", ONE(", \"mute\": 1"), { { SINE, -14 } }, "",
	    NULL },
	{ "a stereo channel", ONE(", \"lanes\": 2"),
	    { { ALIKE, -14 }, { ALIKE, -14 } }, "", NULL },
	{ "a wide stereo channel", ONE(", \"lanes\": 2"),
	    { { SINE, -14 }, { SINE, -16 } }, "", NULL },
	{ "a slot at unity", ONE(SLOT("1")), { { SINE, -14 } }, "", NULL },
	{ "a slot 2 dB down", ONE(SLOT("0.8")), { { SINE, -13 } }, "", NULL },
	{ "a slot fed with hits", ONE(SLOT("1")), { { HITS, -11 } }, "", NULL },
	{ "two into a bus",
	    TWO(", \"to\": [\"sub\"]", ", \"to\": [\"sub\"]") BUS(""),
	    { { SINE, -14 }, { SINE, -14 } }, "", NULL },
	{ "a wedge before a closed fader",
	    ONE(", \"fader\": -200, \"sends\": { \"sub\": { \"tap\": "
		"\"pre\" } }") BUS(", \"to\": []"),
	    { { SINE, -14 } }, "", NULL },
	{ "a wedge before a mute",
	    ONE(", \"mute\": 1, \"sends\": { \"sub\": { \"tap\": \"pre\" "
		"} }") BUS(", \"to\": []"),
	    { { SINE, -14 } }, "", NULL },
	{ "a master 6 dB down with a sum that is well",
	    TWO("", "") MASTER("\"fader\": -6"),
	    { { SINE, -14 }, { SINE, -14 } }, "", NULL },
	{ "a panned pair", TWO(", \"pan\": -1", ", \"pan\": 1"),
	    { { ALIKE, -14 }, { ALIKE, -14 } }, "", NULL },
	{ "an inverted pair that was mended",
	    TWO(", \"pan\": -1", ", \"pan\": 1, \"polarity\": 1"),
	    { { OPPOSED, -14 }, { OPPOSED, -14 } }, "", NULL },
	{ "another target",
	    ONE(", \"target\": { \"low\": -30, \"high\": -20 }"),
	    { { SINE, -25 } }, "", NULL },
	{ "a muted bus", ONE(", \"to\": [\"sub\"]") BUS(", \"mute\": 1"),
	    { { SINE, -14 } }, "", NULL },
	{ "pauses at a small trim", ONE(", \"trim\": 6"), { { PAUSES, -20 } },
	    "", NULL },
	{ "hiss that is soft", ONE(", \"trim\": 32"), { { PAUSES, -46 } }, "",
	    NULL },
};

static const struct scene sick[] = {
	{ "hot", ONE(""), { { SINE, -6 } }, "hot-source ch/a trim", NULL },
	{ "a little hot", ONE(""), { { SINE, -9 } }, "hot-source ch/a trim",
	    NULL },
	{ "very hot", ONE(", \"fader\": -10"), { { SINE, -2 } },
	    "hot-source ch/a trim", NULL },
	{ "a trim too far up", ONE(", \"trim\": 10, \"fader\": -6"),
	    { { SINE, -14 } }, "hot-source ch/a trim", NULL },
	{ "hot hits", ONE(", \"fader\": -8"), { { HITS, -3 } },
	    "hot-source ch/a trim", NULL },
	{ "hot beside one that is well", TWO(", \"fader\": -8", ""),
	    { { SINE, -4 }, { SINE, -14 } }, "hot-source ch/a trim", NULL },
	{ "hot with a send before the fader",
	    ONE(", \"fader\": -8, \"sends\": { \"sub\": { \"level\": -12, "
		"\"tap\": \"pre\" } }") BUS(""),
	    { { SINE, -4 } }, "hot-source ch/a trim", NULL },
	{ "hot with a send after the fader",
	    ONE(", \"fader\": -8, \"sends\": { \"sub\": { \"level\": -12 } "
		"}") BUS(""),
	    { { SINE, -4 } }, "hot-source ch/a trim", NULL },
	{ "hot into a slot at unity", ONE(", \"fader\": -8" SLOT("1")),
	    { { SINE, -4 } }, "hot-source ch/a trim", NULL },
	{ "hot stereo", ONE(", \"fader\": -8, \"lanes\": 2"),
	    { { SINE, -4 }, { SINE, -7 } }, "hot-source ch/a trim", NULL },
	{ "hot and the fader has no room", ONE(", \"fader\": 9"),
	    { { SINE, -5 } }, "hot-source ch/a trim, master-hot master in",
	    NULL },
	{ "soft", ONE(""), { { SINE, -30 } }, "low-source ch/a trim", NULL },
	{ "a little soft", ONE(""), { { SINE, -19 } }, "low-source ch/a trim",
	    NULL },
	{ "very soft", ONE(""), { { SINE, -50 } }, "low-source ch/a trim",
	    NULL },
	{ "soft hits", ONE(""), { { HITS, -25 } }, "low-source ch/a trim",
	    NULL },
	{ "soft by the trim", ONE(", \"trim\": -15"), { { SINE, -12 } },
	    "low-source ch/a trim", NULL },
	{ "too soft for any trim", ONE(", \"trim\": 25"), { { SINE, -58 } },
	    "low-source ch/a trim", NULL },
	{ "soft with a send before the fader",
	    ONE(", \"sends\": { \"sub\": { \"level\": -3, \"tap\": \"pre\" } "
		"}") BUS(", \"to\": []"),
	    { { SINE, -28 } }, "low-source ch/a trim", NULL },
	{ "two soft", TWO("", ""), { { SINE, -30 }, { SINE, -26 } },
	    "low-source ch/a trim, low-source ch/b trim", NULL },
	{ "the fader makes up", ONE(", \"fader\": 8"), { { SINE, -30 } },
	    "fader-as-trim ch/a trim", NULL },
	{ "the fader makes up for hits", ONE(", \"fader\": 10"),
	    { { HITS, -28 } }, "fader-as-trim ch/a trim", NULL },
	{ "the fader holds down", ONE(", \"fader\": -18"), { { SINE, -4 } },
	    "fader-as-trim ch/a trim", NULL },
	{ "the fader makes up beside one that is well",
	    TWO(", \"fader\": 6", ", \"fader\": -3"),
	    { { SINE, -26 }, { SINE, -14 } }, "fader-as-trim ch/a trim", NULL },
	{ "a slot too loud", ONE(SLOT("2") ", \"fader\": -6"),
	    { { SINE, -16 } }, "insert-level ch/a insert/1", NULL },
	{ "a slot too soft", ONE(SLOT("0.3")), { { SINE, -14 } },
	    "insert-level ch/a insert/1", NULL },
	{ "a slot too loud, with a make-up",
	    ONE(DB_SLOT("7") ", \"fader\": -6"), { { SINE, -16 } },
	    "insert-level ch/a insert/1", NULL },
	{ "a slot too soft, with a make-up", ONE(DB_SLOT("-9")),
	    { { SINE, -14 } }, "insert-level ch/a insert/1", NULL },
	{ "a make-up and a send before the fader",
	    ONE(DB_SLOT("8") ", \"fader\": -6, \"sends\": { \"sub\": { "
			     "\"level\": -10, \"tap\": \"pre\" } }") BUS(""),
	    { { SINE, -16 } }, "insert-level ch/a insert/1", NULL },
	{ "a slot fed too densely", ONE(SLOT("1") ", \"fader\": -8"),
	    { { SQUARE, -10.5 } }, "insert-feed ch/a trim", NULL },
	{ "a slot fed for K-20",
	    "\"targets\": { \"preset\": \"k20\" }, " ONE(
		SLOT("1") ", \"fader\": -8"),
	    { { SQUARE, -12.5 } }, "insert-feed ch/a trim", NULL },
	{ "slots that lose level together",
	    ONE(", \"inserts\": [ "
		"{ \"lv2\": \"urn:fake:late\", \"params\": { \"gain\": 0.72 } "
		"},"
		"{ \"lv2\": \"urn:fake:late\", \"params\": { \"gain\": 0.72 } "
		"},"
		"{ \"lv2\": \"urn:fake:late\" } ]"),
	    { { SINE, -16.5 } }, "insert-feed ch/a insert/2", NULL },
	{ "a hot sum in a bus",
	    TWO(", \"to\": [\"sub\"]", ", \"to\": [\"sub\"]")
		BUS(", \"lanes\": 1, \"fader\": -10"),
	    { { ALIKE, -11 }, { ALIKE, -11 } }, "bus-hot bus/sub in", NULL },
	{ "a hot sum of sends in a bus",
	    TWO(", \"sends\": { \"sub\": { \"level\": 3 } }",
		", \"fader\": -10, \"sends\": { \"sub\": { \"level\": 10 } }")
		BUS(", \"lanes\": 1, \"fader\": -20"),
	    { { ALIKE, -11 }, { ALIKE, -11 } }, "bus-hot bus/sub in", NULL },
	{ "a hot trim in a bus",
	    ONE(", \"to\": [\"sub\"]")
		BUS(", \"lanes\": 1, \"trim\": 10, \"fader\": -10"),
	    { { SINE, -14 } }, "bus-hot bus/sub trim", NULL },
	{ "a hot fader in a bus",
	    ONE(", \"to\": [\"sub\"]") BUS(", \"lanes\": 1, \"fader\": 9")
		MASTER("\"fader\": -9"),
	    { { SINE, -13 } }, "bus-hot bus/sub fader", NULL },
	{ "a hot wedge",
	    ONE(", \"sends\": { \"sub\": { \"tap\": \"pre\" } }")
		BUS(", \"lanes\": 1, \"fader\": 9, \"to\": []"),
	    { { SINE, -13 } }, "bus-hot bus/sub fader", NULL },
	{ "a master close to 0", TWO("", "") MASTER("\"lanes\": 1"),
	    { { ALIKE, -10.5 }, { ALIKE, -10.5 } }, "master-hot master in",
	    NULL },
	{ "a master that clips",
	    TWO(", \"fader\": 6", ", \"fader\": 6") MASTER("\"lanes\": 1"),
	    { { ALIKE, -11 }, { ALIKE, -11 } }, "master-hot master in", NULL },
	{ "a master with its fader up",
	    ONE("") MASTER("\"lanes\": 1, \"fader\": 8"), { { SINE, -12 } },
	    "master-hot master fader", NULL },
	{ "a master close to 0 with an effect",
	    TWO(", \"fader\": 3, \"sends\": { \"sub\": { \"level\": -6 } }",
		", \"fader\": 3, \"sends\": { \"sub\": { \"level\": -9, "
		"\"tap\": \"pre\" } }") BUS(", \"lanes\": 1")
		MASTER("\"lanes\": 1"),
	    { { ALIKE, -11 }, { ALIKE, -11 } }, "master-hot master in", NULL },
	{ "mended at the master",
	    TWO(", \"fader\": 3", ", \"fader\": 5")
		MASTER("\"lanes\": 1, \"fader\": -9"),
	    { { ALIKE, -11 }, { ALIKE, -11 } }, "master-mend master in", NULL },
	{ "mended at the master's trim",
	    TWO(", \"fader\": 3", ", \"fader\": 5")
		MASTER("\"lanes\": 1, \"trim\": -9"),
	    { { ALIKE, -11 }, { ALIKE, -11 } }, "master-mend master in", NULL },
	{ "muted and heard",
	    TWO(", \"mute\": 1, \"sends\": { \"sub\": { \"tap\": \"pre\" } }",
		"") BUS(""),
	    { { SINE, -14 }, { SINE, -14 } }, "muted-feed ch/a trim", NULL },
	{ "faded out and heard",
	    TWO(", \"fader\": -200, \"sends\": { \"sub\": { \"level\": -10, "
		"\"tap\": \"pre\" } }",
		"") BUS(""),
	    { { SINE, -14 }, { SINE, -14 } }, "muted-feed ch/a trim", NULL },
	{ "DC", ONE(""), { { OFFSET, -15 } }, "dc ch/a in", NULL },
	{ "an inverted pair", TWO(", \"pan\": -1", ", \"pan\": 1"),
	    { { OPPOSED, -14 }, { OPPOSED, -14 } }, "polarity master fader",
	    NULL },
	{ "an inverted pair in a bus",
	    TWO(", \"pan\": -1, \"to\": [\"sub\"]",
		", \"pan\": 1, \"to\": [\"sub\"]") BUS(""),
	    { { OPPOSED, -14 }, { OPPOSED, -14 } }, "polarity bus/sub fader",
	    NULL },
	{ "an inverted stereo source", ONE(", \"lanes\": 2"),
	    { { OPPOSED, -14 }, { OPPOSED, -14 } }, "polarity ch/a in", NULL },
	{ "an inverted stereo source under a louder one",
	    TWO(", \"lanes\": 2, \"fader\": -20", ""),
	    { { OPPOSED, -14 }, { OPPOSED, -14 }, { SINE, -14 } },
	    "polarity ch/a in", NULL },
	{ "DC under louder ones", TWO(", \"fader\": -30", ""),
	    { { OFFSET, -15 }, { SINE, -14 } }, "dc ch/a in", NULL },
	{ "a dead lane", ONE(", \"lanes\": 2"), { { SINE, -14 } },
	    "dead-lane ch/a in", NULL },
	{ "the other dead lane", ONE(", \"lanes\": 2"),
	    { { NONE, 0 }, { SINE, -14 } }, "dead-lane ch/a in", NULL },
	{ "hiss that is loud", ONE(", \"trim\": 36, \"fader\": -6"),
	    { { PAUSES, -47 } }, "trim-noise ch/a trim", NULL },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
healthy_desks_are_left_alone(void **state)
{
	(void)state;
	assert_true(COUNT(healthy) >= 20);
	for (size_t i = 0; i < COUNT(healthy); i++) {
		assert_string_equal(healthy[i].due, "");
		act(&healthy[i]);
	}
}

static void
each_mistake_is_found_and_mended_and_the_balance_stays(void **state)
{
	(void)state;
	assert_true(COUNT(healthy) + COUNT(sick) >= 60);
	for (size_t i = 0; i < COUNT(sick); i++)
		act(&sick[i]);
}

static void
an_undo_takes_a_fix_back_as_one_step(void **state)
{
	struct stage_rig rig;
	char label[UNDO_LABEL];
	unsigned sets;
	(void)state;

	rig_open(&rig, &sick[6]);
	play(&rig, SECONDS);
	const struct desk *desk = mixer_desk(rig.table.mixer);
	const double *value = desk->strip[0].value;
	const double *send = desk->strip[0].send[0].value;
	unsigned id = mixer_advice(rig.table.mixer)->finding[0].id;
	assert_int_equal(
	    mixer_advice_apply(rig.table.mixer, id, NULL, &sets), 1);
	assert_int_equal(sets, 3);
	assert_true(fabs(value[PARAM_TRIM] + 10) < 0.05);
	assert_true(fabs(value[PARAM_FADER] - 2) < 0.05);
	assert_true(fabs(send[SEND_VALUE(PARAM_SEND_LEVEL)] + 2) < 0.05);
	assert_int_equal(mixer_undo(rig.table.mixer, NULL, label), 3);
	assert_true(value[PARAM_TRIM] == 0 && value[PARAM_FADER] == -8);
	assert_true(send[SEND_VALUE(PARAM_SEND_LEVEL)] == -12);
	assert_int_equal(mixer_undo(rig.table.mixer, NULL, label), 0);
	rig_close(&rig);
}

static void
a_finding_keeps_its_number_while_it_stands(void **state)
{
	struct stage_rig rig;
	(void)state;

	rig_open(&rig, &sick[0]);
	play(&rig, SECONDS);
	unsigned id = mixer_advice(rig.table.mixer)->finding[0].id;
	uint64_t version = mixer_advice_version(rig.table.mixer);
	play(&rig, 2);
	assert_int_equal(mixer_advice(rig.table.mixer)->finding[0].id, id);
	assert_true(mixer_advice_version(rig.table.mixer) == version);
	assert_ptr_equal(mixer_advice_find(rig.table.mixer, id),
	    &mixer_advice(rig.table.mixer)->finding[0]);
	assert_null(mixer_advice_find(rig.table.mixer, id + 1));
	rig_close(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_desks_are_left_alone),
		cmocka_unit_test(
		    each_mistake_is_found_and_mended_and_the_balance_stays),
		cmocka_unit_test(an_undo_takes_a_fix_back_as_one_step),
		cmocka_unit_test(a_finding_keeps_its_number_while_it_stands),
	};

	fake_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
