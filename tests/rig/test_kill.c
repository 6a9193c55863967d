#include "rig.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * The daemon is killed again and again while values change, at moments that are
 * any: before, in and after the writing of its state. HEADROOM_KILLS is how
 * often; without it, so often that it takes less than a minute.
 */

#define KILLS 8
#define LATEST 2.5   /* s; the promise is 2, the rest is for a busy machine */
#define LONGEST 3.2  /* s from a start to the kill: two states are written */
#define VALUES 8000U /* then they begin anew */
#define STEP_MS 2

static const char desk[] = "{ \"version\": 1, \"channels\": ["
			   " { \"id\": \"a\", \"fader\": -6 } ] }";

struct place {
	struct rig rig;
	unsigned newest;   /* value that was set last */
	double at[VALUES]; /* when each was, by rig_now() */
};

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	assert_non_null(place);
	rig_init(&place->rig, 48000, 64);
	rig_take_place(&place->rig);
	*state = place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	rig_end(&place->rig);
	rig_remove(place->rig.place);
	free(place);
	return 0;
}

/* Files that were set aside, whatever for. */
static unsigned
count_aside(const struct place *place)
{
	DIR *directory = opendir(place->rig.place);
	unsigned count = 0;

	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
		count += strstr(entry->d_name, ".damaged-") != NULL ||
			 strstr(entry->d_name, ".unreadable-") != NULL ||
			 strstr(entry->d_name, ".newer-") != NULL;
	closedir(directory);
	return count;
}

static void
start(struct place *place)
{
	rig_start_daemon(&place->rig, desk);
	rig_wait_state(&place->rig, "waiting");
}

/* Two values that belong together, in one bundle. */
static void
set(struct place *place)
{
	struct osc_client *osc = place->rig.osc;

	place->newest = (place->newest + 1) % VALUES;
	place->at[place->newest] = rig_now();
	osc_bundle(osc, 1);
	osc_add(osc, "/ch/a/fader", "f", -0.01 * place->newest);
	osc_add(osc, "/ch/a/trim", "f", -0.001 * place->newest);
	osc_flush(osc);
}

/* What came back; fails where the two values are not of one moment. */
static unsigned
found(struct place *place)
{
	double fader = osc_get(place->rig.osc, "/ch/a/fader");
	double trim = osc_get(place->rig.osc, "/ch/a/trim");

	if (fabs(fader - 10 * trim) > 0.001)
		rig_fail(&place->rig,
		    "fader %g and trim %g are not of one "
		    "moment",
		    fader, trim);
	return (unsigned)lround(-100 * fader);
}

/* Kills it `after` so many seconds of changes, and looks at what the next one
 * has. Returns how old the oldest change is that was lost, in seconds. */
static double
kill_once(struct place *place, double after)
{
	double end = rig_now() + after, killed;
	unsigned back;

	while (rig_now() < end) {
		set(place);
		rig_sleep(STEP_MS);
	}
	killed = rig_now();
	rig_kill_daemon(&place->rig);
	start(place);
	back = found(place);
	if (count_aside(place) > 0)
		rig_fail(&place->rig, "a state could not be read");
	double lost =
	    back == place->newest ? 0 : killed - place->at[(back + 1) % VALUES];
	/* What was lost is lost once: the next round goes on from here. */
	place->newest = back;
	return lost;
}

static void
no_state_is_unreadable_and_none_older_than_2_s(void **state)
{
	struct place *place = *state;
	const char *wanted = getenv("HEADROOM_KILLS");
	int kills = wanted != NULL ? atoi(wanted) : KILLS;
	uint32_t seed = (uint32_t)(wanted != NULL ? getpid() : 7);
	double worst = 0;

	assert_in_range(kills, 1, 100000);
	start(place);
	set(place);
	rig_sleep((unsigned)(LATEST * 1000));
	for (int i = 0; i < kills; i++) {
		double lost = kill_once(place, LONGEST * signal_random(&seed));
		worst = fmax(worst, lost);
		if (lost > LATEST)
			rig_fail(&place->rig,
			    "kill %d lost a change that was %.2f s old", i + 1,
			    lost);
	}
	print_message("%d kills, no state unreadable, the oldest change lost "
		      "was %.2f s old\n",
	    kills, worst);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    no_state_is_unreadable_and_none_older_than_2_s, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
