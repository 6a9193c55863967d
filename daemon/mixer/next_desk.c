#include "mixer/next_desk.h"

#include "mixer/advise.h"
#include "mixer/desk_map.h"
#include "mixer/fade.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/slots.h"
#include "mixer/state.h"
#include "mixer/undo.h"

#include <math.h>
#include <string.h>

static void
all_stale(struct mixer *mixer)
{
	for (size_t i = 0; i < mixer->desk->strips; i++)
		mixer->stale[i] = true;
	mixer->any_stale = true;
}

/* --- before --- */

unsigned
mixer_replace_begin(struct mixer *mixer, const struct desk *next)
{
	struct desk_map map;

	if (mixer->live == NULL || mixer->faded_out ||
	    mixer->status.jack != JACK_RUNNING ||
	    desk_map_make(&map, mixer->desk, next) < 0)
		return 0;
	live_park(mixer->live, &map);
	desk_map_free(&map);
	all_stale(mixer);
	mixer_commit(mixer);
	return mixer_ms_until_heard(
	    mixer, (double)mixer->plan->plan.ramp / mixer->live->rate);
}

void
mixer_replace_abort(struct mixer *mixer)
{
	if (mixer->live == NULL)
		return;
	live_unpark(mixer->live);
	all_stale(mixer);
	mixer_commit(mixer);
}

bool
mixer_may_replace(const struct mixer *mixer)
{
	bool settled = !mixer->any_stale && mixer->plans_away == 0;

	return mixer->leaving.desk == NULL && !mixer->faded_out &&
	       (mixer->live == NULL || settled);
}

/* --- the sound --- */

/* Makes what sounds of the next desk, and posts its plan. */
static int
sound_follow(
    const struct mixer *mixer, struct mixer *next, const struct desk_map *map)
{
	if (mixer->live == NULL)
		return 0;
	next->live = live_follow(mixer->live, map, &next->solo);
	if (next->live == NULL ||
	    align_solve(&next->align, next->desk, next->live) < 0)
		return -1;
	next->plan_stale = true;
	return mixer_post(next, 0);
}

/* --- the slots --- */

static void
slot_follow(struct mixer *mixer, const struct mixer *before,
    const struct desk_map *map, unsigned strip, unsigned insert)
{
	int from = map->slot[strip][insert];
	struct live_job *job =
	    mixer->live != NULL ? mixer->live->strip[strip].slot[insert]->job
				: NULL;

	if (job != NULL)
		slots_move(job, strip, insert);
	if (from >= 0 && desk_map_sounds_on(map, strip))
		mixer->insert[strip][insert] =
		    before->insert[map->strip[strip]][from];
	else
		mixer_insert_begin(mixer, strip, insert);
}

/* --- the desk --- */

/* Frees a desk that is not taken. */
static void
next_free(struct mixer *next, struct desk_map *map)
{
	meter_places_free(next->leaving.places);
	live_free(next->live);
	next->desk = NULL;
	mixer_desk_free(next);
	desk_map_free(map);
}

/* What there is of each desk, from one to the other. */
static void
swap_desks(struct mixer *mixer, struct mixer *next)
{
	struct mixer before = *mixer;

	mixer->desk = next->desk;
	mixer->live = next->live;
	mixer->plan = next->plan;
	mixer->plans_away = next->plans_away;
	mixer->plan_stale = false;
	mixer->align = next->align;
	mixer->solo = next->solo;
	mixer->meters = next->meters;
	mixer->advise = next->advise;
	mixer->insert = next->insert;
	mixer->stale = next->stale;
	mixer->leaving = next->leaving;
	meters_set_solo(mixer->meters, &mixer->solo);

	next->desk = before.desk;
	next->live = before.live;
	next->plan = before.plan;
	next->align = before.align;
	next->solo = before.solo;
	next->meters = before.meters;
	next->advise = before.advise;
	next->insert = before.insert;
	next->stale = before.stale;
}

/* Everything is ready and nothing can fail any more; `before` gets the desk
 * before. */
static void
take(struct mixer *mixer, struct mixer *before, const struct desk_map *map)
{
	meters_follow(before->meters, mixer->meters, map);
	advise_follow(before->advise, mixer->advise);
	undo_follow(mixer->undo, map);
	fade_follow(mixer->fade, map);
	slots_leave(mixer, mixer->live, mixer->plan);
	swap_desks(mixer, before);
	for (unsigned i = 0; i < mixer->desk->strips; i++)
		for (unsigned k = 0; k < mixer->desk->strip[i].inserts; k++)
			slot_follow(mixer, before, map, i, k);
	if (mixer->live != NULL) {
		before->plan->retired = before->live;
		live_unpark(mixer->live);
		all_stale(mixer);
	}
	mixer->latency_version++;
	mixer->changes++;
	mixer->leaving.desk = before->desk;
	mixer->leaving.plan = before->plan;
	before->desk = NULL;
	mixer_desk_free(before);
	mixer_commit(mixer);
}

int
mixer_replace(struct mixer *mixer, struct desk *desk, struct state **state)
{
	struct mixer next = *mixer;
	struct state *follows = NULL;
	struct desk_map map;

	next.live = NULL;
	next.align = (struct align){ 0 };
	next.solo = (struct route_solo){ 0 };
	next.changed = NULL;
	if (!mixer_may_replace(mixer) ||
	    desk_map_make(&map, mixer->desk, desk) < 0)
		return -1;
	if (mixer_desk_init(&next, desk) < 0) {
		desk_map_free(&map);
		return -1;
	}
	next.leaving.places = meter_places_new(&map);
	if (next.leaving.places != NULL)
		follows = state_follow(*state, &next, &map);
	if (follows == NULL || sound_follow(mixer, &next, &map) < 0) {
		state_free(follows);
		next_free(&next, &map);
		return -1;
	}
	take(mixer, &next, &map);
	desk_map_free(&map);
	state_free(*state);
	state_adopt(follows, mixer);
	*state = follows;
	return 0;
}

/* --- behind --- */

bool
mixer_is_replacing(const struct mixer *mixer)
{
	return mixer->leaving.desk != NULL;
}

void
mixer_left(struct mixer *mixer)
{
	desk_free(mixer->leaving.desk);
	meter_places_free(mixer->leaving.places);
	mixer->leaving = (struct mixer_leaving){ NULL };
}
