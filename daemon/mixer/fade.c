#include "mixer/fade.h"

#include "mixer/desk_map.h"
#include "mixer/mixer_state.h"
#include "mixer/plugin_param.h"
#include "protocol/level.h"

#include <math.h>
#include <stdlib.h>

#define FOOT (-90.0) /* dB: the lowest of the fader law that is not off */

enum law { LAW_EVEN, LAW_LEVEL, LAW_LOGARITHMIC };

struct item {
	struct address address;
	enum law law;
	double from, to;
	double stands; /* as it was set last */
};

struct fade {
	struct item *item;
	size_t items, room;
	double began, seconds;
};

struct fade *
fade_new(void)
{
	return calloc(1, sizeof(struct fade));
}

void
fade_free(struct fade *fade)
{
	if (fade == NULL)
		return;
	free(fade->item);
	free(fade);
}

void
fade_follow(struct fade *fade, const struct desk_map *map)
{
	size_t kept = 0;

	for (size_t i = 0; i < fade->items; i++)
		if (desk_map_address(map, &fade->item[i].address))
			fade->item[kept++] = fade->item[i];
	fade->items = kept;
}

void
fade_begin(struct fade *fade, double seconds, double now)
{
	fade->items = 0;
	fade->began = now;
	fade->seconds = seconds;
}

static double
number_of(struct mixer *mixer, const struct address *address)
{
	struct schema_value value;

	mixer_get(mixer, address, &value);
	return value.number;
}

/* Only what is heard, and has values between two others. */
static bool
can_fade(const struct mixer *mixer, const struct address *address)
{
	const struct schema_param *row = address->param;

	if (row->scope == SCOPE_INSERT_PARAM) {
		const struct plugin_param *param =
		    mixer_insert_param(mixer, address);
		return !param->whole && !param->toggle && !param->only_choices;
	}
	return row->type == SCHEMA_FLOAT &&
	       (row->id < STRIP_VALUES || row->scope == SCOPE_SEND ||
		   row->id == PARAM_DCA_FADER);
}

static enum law
law_of(const struct mixer *mixer, const struct item *item)
{
	const struct schema_param *row = item->address.param;

	if (row->scope == SCOPE_INSERT_PARAM)
		return mixer_insert_param(mixer, &item->address)->logarithmic &&
			       item->from > 0 && item->to > 0
			   ? LAW_LOGARITHMIC
			   : LAW_EVEN;
	return row->min == LEVEL_SILENCE ? LAW_LEVEL : LAW_EVEN;
}

bool
fade_add(struct fade *fade, struct mixer *mixer, const struct address *address,
    double to)
{
	double from = number_of(mixer, address);

	if (!can_fade(mixer, address))
		return false;
	if (fade->items == fade->room) {
		size_t room = fade->room * 2 + 64;
		struct item *more = realloc(fade->item, room * sizeof *more);
		if (more == NULL)
			return false;
		fade->item = more;
		fade->room = room;
	}
	struct item *item = &fade->item[fade->items++];
	*item = (struct item){
		.address = *address, .from = from, .to = to, .stands = from
	};
	item->law = law_of(mixer, item);
	return true;
}

/* Between the ends, 0 < part < 1. */
static double
between(const struct item *item, double part)
{
	double from = item->from, to = item->to;

	if (item->law == LAW_LOGARITHMIC)
		return from * pow(to / from, part);
	if (item->law == LAW_LEVEL) {
		from = fmax(from, FOOT);
		to = fmax(to, FOOT);
	}
	return from + (to - from) * part;
}

void
mixer_fade_step(struct mixer *mixer, double now, const void *origin)
{
	struct fade *fade = mixer->fade;
	double part = (now - fade->began) / fade->seconds;
	char why[64];

	for (size_t i = fade->items; i-- > 0;) {
		struct item *item = &fade->item[i];
		struct schema_value value = { .type = 'd', .number = item->to };

		if (number_of(mixer, &item->address) != item->stands) {
			fade->item[i] = fade->item[--fade->items];
			continue;
		}
		if (part < 1)
			value.number = between(item, fmax(part, 0));
		mixer_set(
		    mixer, &item->address, &value, origin, why, sizeof why);
		item->stands = number_of(mixer, &item->address);
	}
	if (!(part < 1))
		fade->items = 0;
}

size_t
mixer_fade_values(const struct mixer *mixer)
{
	return mixer->fade->items;
}

double
mixer_fade_left(const struct mixer *mixer, double now)
{
	const struct fade *fade = mixer->fade;

	if (fade->items == 0)
		return 0;
	return fmax(0, fade->began + fade->seconds - now);
}

const struct address *
mixer_fade_at(const struct mixer *mixer, size_t index)
{
	return &mixer->fade->item[index].address;
}

size_t
mixer_fade_stop(struct mixer *mixer)
{
	size_t items = mixer->fade->items;

	mixer->fade->items = 0;
	return items;
}
