#include "mixer/advice_internal.h"

#include "mixer/plugin.h"
#include "protocol/level.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *
advice_code_name(enum advice_code code)
{
	static const char *const name[ADVICE_CODES] = { "hot-source",
		"low-source", "fader-as-trim", "insert-level", "insert-feed",
		"bus-hot", "master-hot", "master-mend", "muted-feed", "dc",
		"polarity", "dead-lane", "trim-noise", "loudness" };

	return name[code];
}

const char *
advice_severity_name(enum advice_severity severity)
{
	static const char *const name[] = { "note", "warning", "alarm" };

	return name[severity];
}

void
advice_free(struct advice *advice)
{
	free(advice->finding);
	free(advice->set);
	*advice = (struct advice){ 0 };
}

double
advisor_target(const struct advisor *advisor, unsigned strip, enum param param)
{
	return advisor->desk->strip[strip].target[TARGET_VALUE(param)];
}

const struct history_levels *
advisor_levels(const struct advisor *advisor, unsigned strip, unsigned stage)
{
	return &advisor->in->strip[strip].stage[stage];
}

double
advisor_tenths(double db)
{
	/* No minus before a zero. */
	return round(db * 10) / 10 + 0.0;
}

/* --- findings --- */

struct finding *
advisor_find(struct advisor *advisor, enum advice_code code,
    enum advice_severity severity, unsigned strip, unsigned stage)
{
	struct advice *advice = advisor->advice;

	if (advice->findings == advice->finding_room) {
		size_t room = advice->finding_room * 2 + 32;
		struct finding *more =
		    realloc(advice->finding, room * sizeof *more);
		if (more == NULL) {
			advice->no_memory = true;
			return NULL;
		}
		advice->finding = more;
		advice->finding_room = room;
	}
	struct finding *finding = &advice->finding[advice->findings++];
	*finding = (struct finding){ .code = code,
		.severity = severity,
		.strip = strip,
		.stage = stage,
		.unit = "",
		.set = advice->sets };
	return finding;
}

void
advisor_evidence(struct finding *finding, double value, double limit,
    const char *unit, unsigned seconds)
{
	if (finding == NULL)
		return;
	finding->value = advisor_tenths(value);
	finding->limit = advisor_tenths(limit);
	finding->unit = unit;
	finding->seconds = seconds;
}

void
advisor_say(struct finding *finding, const char *format, ...)
{
	va_list list;

	if (finding == NULL)
		return;
	va_start(list, format);
	vsnprintf(finding->words, sizeof finding->words, format, list);
	va_end(list);
}

/* --- fixes --- */

static void
add_set(struct advisor *advisor, struct advice_set set)
{
	struct advice *advice = advisor->advice;

	if (advice->findings == 0)
		return;
	if (advice->sets == advice->set_room) {
		size_t room = advice->set_room * 2 + 64;
		struct advice_set *more =
		    realloc(advice->set, room * sizeof *more);
		if (more == NULL) {
			advice->no_memory = true;
			return;
		}
		advice->set = more;
		advice->set_room = room;
	}
	advice->set[advice->sets++] = set;
	advice->finding[advice->findings - 1].sets++;
}

void
advisor_drop_fix(struct advisor *advisor)
{
	struct advice *advice = advisor->advice;

	if (advice->findings == 0)
		return;
	struct finding *newest = &advice->finding[advice->findings - 1];
	advice->sets = newest->set;
	newest->sets = 0;
}

static double
value_now(const struct desk_strip *strip, enum param param, unsigned sub)
{
	if (param < STRIP_VALUES)
		return strip->value[param];
	return strip->send[sub].value[SEND_VALUE(param)];
}

bool
advisor_change(struct advisor *advisor, unsigned strip, enum param param,
    unsigned sub, double change)
{
	const struct schema_param *row = schema_param(param);
	double now = value_now(&advisor->desk->strip[strip], param, sub);
	double value = advisor_tenths((now + change) * 100) / 100;

	if (param != PARAM_TRIM && now <= ADVICE_OFF)
		return true;
	if (value < row->min || value > row->max ||
	    (param != PARAM_TRIM && value <= ADVICE_OFF))
		return false;
	add_set(advisor, (struct advice_set){ .param = param,
			     .strip = strip,
			     .sub = sub,
			     .relative = true,
			     .change = change,
			     .value = value });
	return true;
}

bool
advisor_change_param(struct advisor *advisor, unsigned strip, unsigned insert,
    unsigned item, double change)
{
	const struct desk_insert *slot =
	    &advisor->desk->strip[strip].insert[insert];
	double value = slot->param[item] + change;

	if (value < slot->plugin->param[item].min ||
	    value > slot->plugin->param[item].max)
		return false;
	add_set(advisor, (struct advice_set){ .param = PARAM_INSERT_PARAM,
			     .strip = strip,
			     .sub = insert,
			     .item = item,
			     .relative = true,
			     .change = change,
			     .value = value });
	return true;
}

void
advisor_put(struct advisor *advisor, unsigned strip, enum param param,
    unsigned sub, double value)
{
	add_set(advisor,
	    (struct advice_set){
		.param = param, .strip = strip, .sub = sub, .value = value });
}

bool
advisor_move(struct advisor *advisor, unsigned strip, double change)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	bool fits = advisor_change(advisor, strip, PARAM_TRIM, 0, change) &&
		    advisor_change(advisor, strip, PARAM_FADER, 0, -change);

	for (unsigned i = 0; i < desk->sends; i++)
		if (desk->send[i].value[SEND_VALUE(PARAM_SEND_TAP)] == TAP_PRE)
			fits = fits && advisor_change(advisor, strip,
					   PARAM_SEND_LEVEL, i, -change);
	return fits;
}

/* --- all of it --- */

void
advice_run(struct advice *advice, const struct advice_input *input)
{
	struct advisor advisor = { advice, input, input->desk };
	const struct desk *desk = input->desk;

	advice->findings = advice->sets = 0;
	advice->no_memory = false;
	/* The monitor is no part of the mix. */
	for (unsigned i = 0; i <= desk_master(desk); i++) {
		if (desk->strip[i].kind == STRIP_CHANNEL)
			advisor_channel(&advisor, i);
		else
			advisor_sum(&advisor, i);
		if (desk->strip[i].kind != STRIP_MASTER)
			advisor_feeds(&advisor, i);
		advisor_dc(&advisor, i);
		advisor_polarity(&advisor, i);
	}
}
