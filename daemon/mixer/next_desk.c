#include "mixer/next_desk.h"

#include "mixer/advise.h"
#include "mixer/desk_map.h"
#include "mixer/fade.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/slots.h"
#include "mixer/state.h"
#include "mixer/undo.h"

#include <stdlib.h>

/* A desk that is about to follow. */
struct mixer_next {
	struct mixer mixer; /* what there is of each desk; all else is shared */
	struct desk_map map;
};

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
	    align_solve(&next->align, next->desk, &next->solo, next->live) < 0)
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
	struct live_job *job = mixer->live != NULL
				   ? mixer->live->strip[strip].slot[insert]->job
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

/* Frees what was made for a desk, but not the desk. */
static void
next_free(struct mixer_next *next)
{
	meter_places_free(next->mixer.leaving.places);
	live_free(next->mixer.live);
	state_free(next->mixer.state);
	next->mixer.desk = NULL;
	mixer_desk_free(&next->mixer);
	desk_map_free(&next->map);
	free(next);
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
	mixer->ports = next->ports;
	mixer->align = next->align;
	mixer->solo = next->solo;
	mixer->meters = next->meters;
	mixer->advise = next->advise;
	mixer->insert = next->insert;
	mixer->stale = next->stale;
	mixer->state = next->state;
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
	next->state = before.state;
}

int
mixer_replace_prepare(struct mixer *mixer, struct desk *desk, void *ports)
{
	struct mixer_next *next = calloc(1, sizeof *next);
	bool made;

	if (next == NULL || !mixer_may_replace(mixer) ||
	    desk_map_make(&next->map, mixer->desk, desk) < 0) {
		free(next);
		return -1;
	}
	next->mixer = *mixer;
	next->mixer.live = NULL;
	next->mixer.align = (struct align){ 0 };
	next->mixer.solo = (struct route_solo){ 0 };
	next->mixer.state = NULL;
	next->mixer.changed = NULL;
	next->mixer.ports = ports;
	made = mixer_desk_init(&next->mixer, desk) == 0;
	if (made)
		next->mixer.leaving.places = meter_places_new(&next->map);
	if (next->mixer.leaving.places != NULL)
		next->mixer.state =
		    state_follow(mixer->state, &next->mixer, &next->map);
	if (next->mixer.state == NULL ||
	    sound_follow(mixer, &next->mixer, &next->map) < 0) {
		next_free(next);
		return -1;
	}
	mixer->next = next;
	return 0;
}

void
mixer_replace(struct mixer *mixer)
{
	struct mixer_next *next = mixer->next;
	struct mixer *before = &next->mixer;

	mixer->next = NULL;
	meters_follow(before->meters, mixer->meters, &next->map);
	advise_follow(before->advise, mixer->advise);
	undo_follow(mixer->undo, &next->map);
	fade_follow(mixer->fade, &next->map);
	slots_orphan(mixer->live, false);
	swap_desks(mixer, before);
	for (unsigned i = 0; i < mixer->desk->strips; i++)
		for (unsigned k = 0; k < mixer->desk->strip[i].inserts; k++)
			slot_follow(mixer, before, &next->map, i, k);
	mixer->leaving.desk = before->desk;
	mixer->leaving.plan = before->plan;
	if (mixer->live != NULL) {
		before->plan->retired = before->live;
		before->live = NULL;
		live_unpark(mixer->live);
		all_stale(mixer);
	}
	mixer->latency_version++;
	mixer->changes++;
	state_adopt(mixer->state, mixer);
	before->leaving = (struct mixer_leaving){ .desk = NULL };
	next_free(next);
	mixer_commit(mixer);
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
	mixer->leaving = (struct mixer_leaving){ .desk = NULL };
}
