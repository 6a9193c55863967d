#include "controls.h"

#include "protocol/level.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_EVERY 0.5 /* seconds */
#define SETTLE 0.3    /* seconds in which our own change stands */
#define FOOT (-90.0)  /* dB, the lowest that is not off */
#define LOW (-40.0)   /* dB, below which steps are large */

static const enum param params[CONTROLS] = { PARAM_FADER, PARAM_TRIM,
	PARAM_MUTE, PARAM_SOLO };

/* The monitor's fader is its level, which has the same range. */
static const struct schema_param *
control_param(const struct roster_strip *strip, enum control control)
{
	return schema_param(
	    strip->kind == STRIP_MONITOR && control == CONTROL_FADER
		? PARAM_LEVEL
		: params[control]);
}

int
controls_open(struct controls *controls, size_t strips)
{
	*controls = (struct controls){ .strip = calloc(strips + 1,
					   sizeof(*controls->strip)),
		.strips = strips,
		.asked = -ASK_EVERY };
	return controls->strip ? 0 : -ENOMEM;
}

void
controls_close(struct controls *controls)
{
	free(controls->strip);
	*controls = (struct controls){ 0 };
}

bool
controls_has(const struct roster_strip *strip, enum control control)
{
	return control_param(strip, control)->kinds & KIND_BIT(strip->kind);
}

/* The strip and control that an address leads to; false if to none. */
static bool
controls_find(const struct controls *controls, const struct roster *roster,
    const char *address, size_t *strip, int *control)
{
	for (size_t i = 0; i < controls->strips; i++) {
		const char *own = roster->strip[i].address;
		size_t size = strlen(own);
		if (address[0] != '/' || strncmp(address + 1, own, size) != 0 ||
		    address[size + 1] != '/')
			continue;
		*strip = i;
		for (*control = 0; *control < CONTROLS; ++*control)
			if (strcmp(address + size + 2,
				control_param(
				    &roster->strip[i], (enum control) * control)
				    ->tail) == 0)
				return true;
	}
	return false;
}

bool
controls_take(struct controls *controls, const struct roster *roster,
    const struct link_message *message, double now)
{
	size_t index;
	int c;

	if (message->values != 1 || message->value[0].text ||
	    !controls_find(controls, roster, message->address, &index, &c))
		return false;
	struct controls_strip *strip = &controls->strip[index];
	/* It may have been said before our change came. */
	if (strip->open[c] && now - strip->moved[c] < SETTLE)
		return true;
	strip->value[c] = message->value[0].number;
	strip->known[c] = true;
	strip->open[c] = strip->refused[c] = false;
	return true;
}

bool
controls_refuse(
    struct controls *controls, const struct roster *roster, const char *address)
{
	size_t index;
	int c;

	if (!controls_find(controls, roster, address, &index, &c))
		return false;
	struct controls_strip *strip = &controls->strip[index];
	if (!strip->open[c]) {
		strip->refused[c] = true;
		return false;
	}
	/* What stands there is to be asked for. */
	strip->open[c] = strip->known[c] = false;
	return true;
}

void
controls_ask(struct controls *controls, const struct roster *roster,
    struct link *link, double now)
{
	char address[80];
	bool asks = false;

	if (now - controls->asked < ASK_EVERY)
		return;
	for (size_t i = 0; i < controls->strips; i++)
		for (int c = 0; c < CONTROLS; c++) {
			const struct controls_strip *strip =
			    &controls->strip[i];
			bool fresh =
			    strip->open[c] && now - strip->moved[c] < SETTLE;
			if (fresh || strip->refused[c] ||
			    (strip->known[c] && !strip->open[c]) ||
			    !controls_has(&roster->strip[i], (enum control)c))
				continue;
			snprintf(address, sizeof(address), "/%.47s/%.24s",
			    roster->strip[i].address,
			    control_param(&roster->strip[i], (enum control)c)
				->tail);
			osc_pack_print(&link->packer, address, "");
			asks = true;
		}
	if (!asks)
		return;
	link_flush(link);
	controls->asked = now;
}

void
controls_set(struct controls *controls, const struct roster *roster,
    size_t index, enum control control, double value, struct link *link,
    double now)
{
	const struct schema_param *param;
	struct controls_strip *strip;
	char address[80];

	if (index >= controls->strips || !controls->strip[index].known[control])
		return;
	param = control_param(&roster->strip[index], control);
	strip = &controls->strip[index];
	snprintf(address, sizeof(address), "/%.47s/%.24s",
	    roster->strip[index].address, param->tail);
	if (param->type == SCHEMA_INT)
		osc_pack_print(&link->packer, address, "i", (int)value);
	else
		osc_pack_print(&link->packer, address, "f", value);
	link_flush(link);
	strip->value[control] = value;
	strip->open[control] = true;
	strip->moved[control] = now;
}

double
controls_step(enum control control, double value, bool up, bool fine)
{
	const struct schema_param *param = schema_param(params[control]);
	bool fader = control == CONTROL_FADER;
	double step = fine ? 0.1 : 1;

	if (fader && !fine && (value < LOW || (value <= LOW && !up)))
		step = 5;
	if (fader && value < FOOT)
		return up ? FOOT : LEVEL_SILENCE;
	value = round((value + (up ? step : -step)) * 10) / 10;
	if (fader && value < FOOT)
		return LEVEL_SILENCE;
	return fmin(fmax(value, param->min), param->max);
}
