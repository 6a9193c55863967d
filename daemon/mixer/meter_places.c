#include "mixer/desk_map.h"
#include "mixer/meters_fold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct meter_places {
	size_t meters, programs; /* after */
	size_t meters_before;
	ptrdiff_t *meter, *program; /* after: where before, or -1 */
	struct meter_window *window;
};

/* The first meter of each strip; their number at the end. */
static size_t *
first_meters(const struct desk *desk)
{
	size_t *first = calloc(desk->strips + 1, sizeof *first);

	for (size_t i = 0; first != NULL && i < desk->strips; i++)
		first[i + 1] = first[i] + (size_t)desk_stages(&desk->strip[i]) *
					      desk->strip[i].lanes;
	return first;
}

static void
find_meters(struct meter_places *places, const struct desk_map *map,
    const size_t *first, const size_t *first_before)
{
	for (unsigned i = 0; i < map->after->strips; i++) {
		const struct desk_strip *strip = &map->after->strip[i];
		for (unsigned k = 0; k < desk_stages(strip) * strip->lanes;
		     k++) {
			int stage = desk_map_stage(map, i, k / strip->lanes);
			places->meter[first[i] + k] =
			    stage < 0
				? -1
				: (ptrdiff_t)(first_before[map->strip[i]] +
					      (size_t)stage * strip->lanes +
					      k % strip->lanes);
		}
	}
	for (unsigned i = 0; i < places->programs; i++) {
		unsigned strip = (unsigned)map->after->channels + i;
		places->program[i] =
		    desk_map_sounds_on(map, strip)
			? map->strip[strip] - (ptrdiff_t)map->before->channels
			: -1;
	}
}

struct meter_places *
meter_places_new(const struct desk_map *map)
{
	struct meter_places *places = calloc(1, sizeof *places);
	size_t *first = first_meters(map->after);
	size_t *first_before = first_meters(map->before);

	if (places != NULL && first != NULL && first_before != NULL) {
		places->meters = first[map->after->strips];
		places->meters_before = first_before[map->before->strips];
		places->programs = map->after->strips - map->after->channels;
		places->meter =
		    calloc(places->meters + 1, sizeof *places->meter);
		places->program =
		    calloc(places->programs + 1, sizeof *places->program);
		places->window =
		    calloc(1, meter_stride(places->meters, places->programs));
	}
	if (places != NULL && places->meter != NULL &&
	    places->program != NULL && places->window != NULL) {
		find_meters(places, map, first, first_before);
	} else {
		meter_places_free(places);
		places = NULL;
	}
	free(first);
	free(first_before);
	return places;
}

void
meter_places_free(struct meter_places *places)
{
	if (places == NULL)
		return;
	free(places->meter);
	free(places->program);
	free(places->window);
	free(places);
}

const struct meter_window *
meter_places_window(
    struct meter_places *places, const struct meter_window *window)
{
	struct meter_window *made = places->window;
	struct meter_program *program = meter_programs(made, places->meters);
	const struct meter_program *before =
	    meter_programs_const(window, places->meters_before);

	made->frame = window->frame;
	made->frames = window->frames;
	memset(made->meter, 0, places->meters * sizeof *made->meter);
	memset(program, 0, places->programs * sizeof *program);
	for (size_t i = 0; i < places->meters; i++)
		if (places->meter[i] >= 0)
			made->meter[i] = window->meter[places->meter[i]];
	for (size_t i = 0; i < places->programs; i++)
		if (places->program[i] >= 0)
			program[i] = before[places->program[i]];
	return made;
}
