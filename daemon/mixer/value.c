#include "mixer/mixer.h"

#include "mixer/clip_guard.h"
#include "mixer/history.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/plugin.h"
#include "mixer/plugin_param.h"
#include "mixer/state.h"
#include "mixer/undo.h"
#include "protocol/level.h"

#include <stdio.h>
#include <string.h>

static struct desk_group *
group_of(const struct mixer *mixer, const struct address *address)
{
	enum group_kind kind = schema_scope_group(address->param->scope);

	return &mixer->desk->group[kind][address->sub];
}

static double *
group_value(struct desk_group *group, enum param id)
{
	if (id == PARAM_DCA_FADER)
		return &group->fader;
	return id == PARAM_DCA_MUTE || id == PARAM_MUTE_GROUP ? &group->mute
							      : NULL;
}

/* Where a name is kept, DESK_NAME_LONGEST + 1 bytes, or NULL for what is
 * none. */
static char *
name_of(const struct mixer *mixer, const struct address *address)
{
	switch (address->param->id) {
	case PARAM_NAME:
		return mixer->desk->strip[address->strip].name;
	case PARAM_DCA_NAME:
	case PARAM_MUTE_GROUP_NAME:
		return group_of(mixer, address)->name;
	default:
		return NULL;
	}
}

/* Where a number is kept, or NULL for what is no number of its own. */
static double *
value_of(const struct mixer *mixer, const struct address *address)
{
	enum param id = address->param->id;
	struct desk_strip *strip = &mixer->desk->strip[address->strip];

	if (address->param->scope == SCOPE_INSERT_PARAM)
		return &strip->insert[address->sub].param[address->item];
	if (address->param->scope == SCOPE_DCA ||
	    address->param->scope == SCOPE_MUTE_GROUP)
		return group_value(group_of(mixer, address), id);
	if (id < STRIP_VALUES)
		return &strip->value[id];
	if (id < SEND_END)
		return &strip->send[address->sub].value[SEND_VALUE(id)];
	if (id < TARGET_END)
		return &strip->target[TARGET_VALUE(id)];
	return NULL;
}

static double
status_number(const struct mixer *mixer, const struct address *address)
{
	const struct mixer_status *status = &mixer->status;

	switch (address->param->id) {
	case PARAM_STATUS_SAMPLE_RATE:
		return status->sample_rate;
	case PARAM_STATUS_PERIOD:
		return status->period;
	case PARAM_STATUS_DSP_LOAD:
		return status->dsp_load;
	case PARAM_STATUS_WORST_CYCLE:
		return status->worst_cycle;
	case PARAM_STATUS_XRUNS:
		return status->xruns;
	case PARAM_STATUS_JACK:
		return status->jack;
	case PARAM_STATUS_UPTIME:
		return mixer_seconds() - status->started;
	case PARAM_STATUS_SUBSCRIBERS:
		return status->subscribers;
	default:
		return status->drops[address->sub];
	}
}

/* What stands in an insert slot beside its parameters. */
static void
get_insert(const struct mixer *mixer, const struct address *address,
    struct schema_value *value)
{
	const struct desk_insert *insert =
	    &mixer->desk->strip[address->strip].insert[address->sub];
	enum insert_state state;

	switch (address->param->id) {
	case PARAM_INSERT_BYPASS:
		value->type = 'i';
		value->number = insert->bypass;
		break;
	case PARAM_INSERT_STATE:
		state = mixer_insert_shown(mixer, address->strip, address->sub);
		value->type = 's';
		value->text = address->param->choices[state];
		break;
	default:
		value->type = 's';
		value->text = mixer_insert_name(insert);
		break;
	}
}

/* What the slot took in the last second. */
static double
insert_time(const struct mixer *mixer, const struct address *address)
{
	if (mixer->live == NULL)
		return 0;
	const struct live_slot *slot =
	    mixer->live->strip[address->strip].slot[address->sub];
	return address->param->id == PARAM_STATUS_INSERT_MEAN ? slot->mean
							      : slot->worst;
}

void
mixer_get(struct mixer *mixer, const struct address *address,
    struct schema_value *value)
{
	const struct schema_param *param = address->param;
	const double *number = value_of(mixer, address);

	*value = (struct schema_value){ .type = 'f' };
	if (param->scope == SCOPE_INSERT) {
		get_insert(mixer, address, value);
		return;
	}
	if (param->scope == SCOPE_STATUS_INSERT) {
		value->number = insert_time(mixer, address);
		return;
	}
	if (param->type == SCHEMA_TEXT) {
		const char *name = name_of(mixer, address);
		value->type = 's';
		value->text = name != NULL ? name
			      : param->id == PARAM_SOURCE
				  ? mixer->desk->source_text
				  : VERSION;
		return;
	}
	if (schema_fader_of(param->id) != PARAMS) {
		struct address fader = *address;
		fader.param = schema_param(schema_fader_of(param->id));
		value->number = level_position(*value_of(mixer, &fader));
		return;
	}
	if (param->id == PARAM_GUARD_REDUCTION)
		value->number = mixer_guard_reduction(mixer, address->strip);
	else if (param->id == PARAM_SOLOED)
		value->number = mixer->solo.any;
	else
		value->number =
		    number != NULL ? *number : status_number(mixer, address);
	/* A plugin's whole numbers are floats to the wire: all of its
	 * parameters have one type. */
	if (param->type == SCHEMA_INT && param->scope != SCOPE_INSERT_PARAM) {
		value->type = 'i';
	} else if (param->type == SCHEMA_CHOICE) {
		value->type = 's';
		value->text = param->choices[(size_t)value->number];
	}
}

void
mixer_tell(struct mixer *mixer, const struct address *address, enum param id,
    const void *origin)
{
	struct address told = *address;

	if (id != PARAM_INSERT_PARAM)
		told.param = schema_param(id);
	mixer->changes += told.param->writable;
	if (mixer->changed == NULL)
		return;
	mixer->changed(mixer->changed_arg, &told, origin);
}

/* Who is heard has changed, not only how loud. The lamp is told to all, for no
 * one set it. */
static void
solo_changed(struct mixer *mixer)
{
	struct address monitor = { .strip = desk_monitor(mixer->desk) };
	bool any = mixer->solo.any;

	/* Out of memory the solo is heard at the next change of one. */
	route_solo_update(&mixer->solo, mixer->desk);
	if (mixer->align.in != NULL)
		align_solos(&mixer->align, mixer->desk, &mixer->solo);
	if (mixer->solo.any != any)
		mixer_tell(mixer, &monitor, PARAM_SOLOED, NULL);
}

static void
mark_stale(struct mixer *mixer, unsigned strip, enum param id)
{
	bool all = id == PARAM_SOLO || id == PARAM_SOLO_MODE ||
		   id == PARAM_SOURCE || id == PARAM_MONO;

	mixer->any_stale = true;
	mixer->stale[strip] = true;
	for (size_t i = 0; all && i < mixer->desk->strips; i++)
		mixer->stale[i] = true;
}

/* All strips of a group. */
static void
mark_group(struct mixer *mixer, const struct address *address)
{
	enum group_kind kind = schema_scope_group(address->param->scope);

	mixer->any_stale = true;
	for (size_t i = 0; i < mixer->desk->strips; i++)
		if ((mixer->desk->strip[i].groups[kind] >> address->sub & 1) !=
		    0)
			mixer->stale[i] = true;
}

/* One bound of a target moves the other, so that low is never above high. */
static void
push_target(struct mixer *mixer, const struct address *address, enum param id,
    const void *origin)
{
	double *target = mixer->desk->strip[address->strip].target;
	double *low = &target[TARGET_VALUE(PARAM_TARGET_LOW)];
	double *high = &target[TARGET_VALUE(PARAM_TARGET_HIGH)];

	if (*low <= *high)
		return;
	if (id == PARAM_TARGET_LOW) {
		*high = *low;
		mixer_tell(mixer, address, PARAM_TARGET_HIGH, origin);
	} else {
		*low = *high;
		mixer_tell(mixer, address, PARAM_TARGET_LOW, origin);
	}
}

static void
set_number(struct mixer *mixer, const struct address *address, double number,
    const void *origin)
{
	enum param id = address->param->id;
	struct address where = *address;

	if (schema_fader_of(id) != PARAMS) {
		id = schema_fader_of(id);
		where.param = schema_param(id);
		number = level_from_position(number);
	}
	double *value = value_of(mixer, &where);
	if (*value == number)
		return;
	*value = number;
	mixer_tell(mixer, &where, id, origin);
	if (id == PARAM_TARGET_LOW || id == PARAM_TARGET_HIGH)
		push_target(mixer, &where, id, origin);
	if (id >= PARAM_TARGET_LOW && id < TARGET_END)
		desk_aim_monitor(mixer->desk);
	if (address->param->scope == SCOPE_STRIP && id >= SEND_END)
		return;
	if (id == PARAM_SOLO || id == PARAM_SOLO_MODE)
		solo_changed(mixer);
	if (schema_scope_group(where.param->scope) != GROUP_KINDS)
		mark_group(mixer, &where);
	else
		mark_stale(mixer, where.strip, id);
	if (schema_position_of(id) != PARAMS)
		mixer_tell(mixer, &where, schema_position_of(id), origin);
}

static void
set_bypass(struct mixer *mixer, const struct address *address, bool bypass,
    const void *origin)
{
	struct desk_insert *insert =
	    &mixer->desk->strip[address->strip].insert[address->sub];
	enum insert_state before =
	    mixer_insert_shown(mixer, address->strip, address->sub);

	if (insert->bypass == bypass)
		return;
	insert->bypass = bypass;
	mark_stale(mixer, address->strip, PARAM_INSERT_BYPASS);
	mixer_tell(mixer, address, PARAM_INSERT_BYPASS, origin);
	if (mixer_insert_shown(mixer, address->strip, address->sub) != before)
		mixer_tell(mixer, address, PARAM_INSERT_STATE, origin);
}

static void
set_name(struct mixer *mixer, const struct address *address, const char *text,
    const void *origin)
{
	char *name = name_of(mixer, address);

	if (strcmp(name, text) == 0)
		return;
	snprintf(name, DESK_NAME_LONGEST + 1, "%s", text);
	mixer_tell(mixer, address, address->param->id, origin);
}

static void
set_source(struct mixer *mixer, const struct address *address, unsigned strip,
    const void *origin)
{
	if (mixer->state != NULL)
		state_forget(mixer->state, address);
	if (mixer->desk->source == strip)
		return;
	desk_set_source(mixer->desk, strip);
	mixer_tell(mixer, address, PARAM_SOURCE, origin);
	solo_changed(mixer);
	mark_stale(mixer, address->strip, PARAM_SOURCE);
	mixer->latency_version++;
}

/* What a strip has been up to now is no measure of what it will be. */
static bool
moves_levels(const struct address *address)
{
	return address->param->id == PARAM_TRIM ||
	       address->param->id == PARAM_INSERT_BYPASS ||
	       address->param->scope == SCOPE_INSERT_PARAM;
}

/* A text that names a strip becomes its number. */
static enum schema_verdict
accept_source(const struct mixer *mixer, struct schema_value *taken, char *why,
    size_t why_size)
{
	int strip = desk_source(mixer->desk, taken->text);

	if (strip < 0) {
		snprintf(why, why_size,
		    "found \"%s\"; allowed master, solo or a bus of this desk, "
		    "as in bus/<id>",
		    taken->text);
		return SCHEMA_CHOICE_UNKNOWN;
	}
	taken->number = strip;
	return SCHEMA_OK;
}

enum schema_verdict
mixer_accept(const struct mixer *mixer, const struct address *address,
    const struct schema_value *value, struct schema_value *taken, char *why,
    size_t why_size)
{
	if (address->param->scope != SCOPE_INSERT_PARAM) {
		enum schema_verdict verdict =
		    schema_accept(address->param, value, taken, why, why_size);
		return address->param->id == PARAM_SOURCE &&
			       verdict == SCHEMA_OK
			   ? accept_source(mixer, taken, why, why_size)
			   : verdict;
	}
	*taken = (struct schema_value){ .type = 'f' };
	return plugin_param_accept(mixer_insert_param(mixer, address), value,
	    &taken->number, why, why_size);
}

enum schema_verdict
mixer_set(struct mixer *mixer, const struct address *address,
    const struct schema_value *value, const void *origin, char *why,
    size_t why_size)
{
	struct schema_value taken;
	enum schema_verdict verdict =
	    mixer_accept(mixer, address, value, &taken, why, why_size);

	if (verdict != SCHEMA_OK && verdict != SCHEMA_CLAMPED)
		return verdict;
	undo_note(mixer, address);
	if (moves_levels(address))
		history_forget(meters_history(mixer->meters), address->strip);
	if (address->param->id == PARAM_INSERT_BYPASS)
		set_bypass(mixer, address, taken.number != 0, origin);
	else if (address->param->id == PARAM_SOURCE)
		set_source(mixer, address, (unsigned)taken.number, origin);
	else if (address->param->type == SCHEMA_TEXT)
		set_name(mixer, address, taken.text, origin);
	else
		set_number(mixer, address, taken.number, origin);
	return verdict;
}
