#include "mixer/advise.h"

#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/plugin.h"
#include "mixer/undo.h"
#include "protocol/level.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A finding that has a number. */
struct known {
	enum advice_code code;
	unsigned strip, stage, id;
};

struct advise {
	struct advice advice;
	struct advice_strip *strip;
	unsigned *order;     /* strips, each after all that feed it */
	struct known *known; /* of the findings before, in their order */
	size_t knowns, room;
	unsigned newest;   /* number given */
	uint64_t measured; /* history's version that it is made from */
	uint64_t version;
	double sum; /* of all values of fixes, to see them change */
};

struct advise *
advise_new(const struct desk *desk)
{
	struct advise *advise = calloc(1, sizeof *advise);

	if (advise == NULL)
		return NULL;
	advise->strip = calloc(desk->strips, sizeof *advise->strip);
	advise->order = calloc(desk->strips, sizeof *advise->order);
	if (advise->strip == NULL || advise->order == NULL) {
		advise_free(advise);
		return NULL;
	}
	return advise;
}

void
advise_free(struct advise *advise)
{
	if (advise == NULL)
		return;
	advice_free(&advise->advice);
	free(advise->strip);
	free(advise->order);
	free(advise->known);
	free(advise);
}

void
advise_follow(struct advise *advise, const struct advise *before)
{
	advise->newest = before->newest;
	advise->version = before->version + 1;
}

/* --- what the advisor is told --- */

static bool
feeds_master(const struct advise *advise, const struct desk_strip *strip)
{
	if (strip->kind == STRIP_MASTER)
		return true;
	for (size_t i = 0; i < strip->tos; i++)
		if (advise->strip[strip->to[i]].to_master)
			return true;
	for (size_t i = 0; i < strip->sends; i++)
		if (advise->strip[strip->send[i].bus].to_master)
			return true;
	return false;
}

static void
gather(const struct mixer *mixer, struct advise *advise)
{
	const struct desk *desk = mixer->desk;
	const struct history *history = meters_history(mixer->meters);
	size_t placed = route_order(desk, advise->order);

	for (unsigned i = 0; i < desk->strips; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		struct advice_strip *known = &advise->strip[i];
		for (unsigned k = 0; k < desk_stages(strip); k++)
			history_read(history, i, k, &known->stage[k]);
		known->loudness = LEVEL_SILENCE;
		history_read_program(history, i, &known->program);
		for (unsigned k = 0; k < strip->inserts; k++)
			known->works[k] =
			    mixer_insert_shown(mixer, i, k) == INSERT_ACTIVE;
	}
	for (size_t i = placed; i-- > 0;)
		advise->strip[advise->order[i]].to_master =
		    feeds_master(advise, &desk->strip[advise->order[i]]);
	struct loudness_reading loudness;
	meters_read_loudness(mixer->meters, desk_master(desk), &loudness);
	advise->strip[desk_master(desk)].loudness = loudness.integrated;
}

/* --- numbers --- */

static unsigned
number_of(const struct advise *advise, const struct finding *finding)
{
	for (size_t i = 0; i < advise->knowns; i++) {
		const struct known *known = &advise->known[i];
		if (known->code == finding->code &&
		    known->strip == finding->strip &&
		    known->stage == finding->stage)
			return known->id;
	}
	return 0;
}

static void
remember(struct advise *advise)
{
	const struct advice *advice = &advise->advice;

	if (advice->findings > advise->room) {
		struct known *more =
		    realloc(advise->known, advice->findings * sizeof *more);
		if (more == NULL)
			return;
		advise->known = more;
		advise->room = advice->findings;
	}
	advise->knowns = advice->findings;
	for (size_t i = 0; i < advice->findings; i++) {
		const struct finding *finding = &advice->finding[i];
		advise->known[i] = (struct known){ finding->code,
			finding->strip, finding->stage, finding->id };
	}
}

static void
number(struct advise *advise)
{
	struct advice *advice = &advise->advice;
	bool changed = advice->findings != advise->knowns;
	double sum = 0;

	for (size_t i = 0; i < advice->findings; i++) {
		struct finding *finding = &advice->finding[i];
		finding->id = number_of(advise, finding);
		if (finding->id == 0) {
			finding->id = ++advise->newest;
			changed = true;
		}
	}
	for (size_t i = 0; i < advice->sets; i++)
		sum += advice->set[i].value * (double)(i + 1);
	remember(advise);
	if (changed || sum != advise->sum)
		advise->version++;
	advise->sum = sum;
}

const struct advice *
mixer_advice(struct mixer *mixer)
{
	struct advise *advise = mixer->advise;
	const struct advice_input input = { mixer->desk, &mixer->solo,
		advise->strip };
	uint64_t measured = history_version(meters_history(mixer->meters));

	if (measured != advise->measured) {
		advise->measured = measured;
		gather(mixer, advise);
		advice_run(&advise->advice, &input);
		number(advise);
	}
	return &advise->advice;
}

uint64_t
mixer_advice_version(const struct mixer *mixer)
{
	return mixer->advise->version;
}

const struct finding *
mixer_advice_find(const struct mixer *mixer, unsigned id)
{
	const struct advice *advice = &mixer->advise->advice;

	for (size_t i = 0; i < advice->findings; i++)
		if (advice->finding[i].id == id)
			return &advice->finding[i];
	return NULL;
}

/* --- to the desk --- */

void
mixer_advice_param(const struct mixer *mixer, const struct advice_set *set,
    struct address *address)
{
	const struct desk_strip *strip = &mixer->desk->strip[set->strip];

	address->param = schema_param(set->param);
	if (set->param == PARAM_INSERT_PARAM)
		address->param =
		    &strip->insert[set->sub].plugin->param[set->item].row;
}

static struct address
set_address(const struct mixer *mixer, const struct advice_set *set)
{
	struct address address = {
		.strip = set->strip, .sub = set->sub, .item = set->item
	};

	mixer_advice_param(mixer, set, &address);
	return address;
}

static void
apply_set(struct mixer *mixer, const struct advice_set *set, const void *origin)
{
	struct address address = set_address(mixer, set);
	struct schema_value value;
	char why[200];

	mixer_get(mixer, &address, &value);
	/* To a thousandth: sums of tenths stay tenths. */
	value.number = set->relative
			   ? round((value.number + set->change) * 1000) / 1000
			   : set->value;
	mixer_set(mixer, &address, &value, origin, why, sizeof why);
}

/* The finding of those that turn the whole mix down that does it most. */
static const struct finding *
deepest(const struct advice *advice)
{
	const struct finding *most = NULL;

	for (size_t i = 0; i < advice->findings; i++) {
		const struct finding *finding = &advice->finding[i];
		if (finding->mix > 0 && finding->sets != 0 &&
		    (most == NULL || finding->mix > most->mix))
			most = finding;
	}
	return most;
}

/* Is the finding one of those that `id` mends? */
static bool
is_meant(const struct finding *finding, unsigned id, const struct finding *mix)
{
	if (finding->sets == 0)
		return false;
	return id != 0 ? finding->id == id
		       : finding->mix == 0 || finding == mix;
}

void
mixer_advice_each(struct mixer *mixer, unsigned id,
    void (*each)(void *arg, const struct address *address), void *arg)
{
	const struct advice *advice = mixer_advice(mixer);
	const struct finding *mix = deepest(advice);

	for (size_t i = 0; i < advice->findings; i++) {
		const struct finding *finding = &advice->finding[i];
		if (!is_meant(finding, id, mix))
			continue;
		for (size_t k = 0; k < finding->sets; k++) {
			struct address address =
			    set_address(mixer, &advice->set[finding->set + k]);
			each(arg, &address);
		}
	}
}

unsigned
mixer_advice_apply(
    struct mixer *mixer, unsigned id, const void *origin, unsigned *sets)
{
	const struct advice *advice = mixer_advice(mixer);
	const struct finding *mix = deepest(advice);
	char label[UNDO_LABEL] = "advice, all of it";
	unsigned mended = 0;

	*sets = 0;
	if (id != 0)
		snprintf(label, sizeof label, "advice %u", id);
	mixer_undo_begin(mixer, label);
	for (size_t i = 0; i < advice->findings; i++) {
		const struct finding *finding = &advice->finding[i];
		if (!is_meant(finding, id, mix))
			continue;
		for (size_t k = 0; k < finding->sets; k++)
			apply_set(
			    mixer, &advice->set[finding->set + k], origin);
		*sets += (unsigned)finding->sets;
		mended++;
	}
	mixer_undo_end(mixer);
	if (mended != 0)
		history_forget_all(meters_history(mixer->meters));
	return mended;
}
