#include "mixer/desk_map.h"

#include "mixer/mixer.h"
#include "mixer/route.h"

#include <stdlib.h>
#include <string.h>

/* --- insert slots --- */

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Would both run the same instance? */
static bool
same_insert(const struct desk_insert *a, const struct desk_insert *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == INSERT_JACK)
		return a->mode == b->mode;
	return a->plugin == b->plugin && same_text(a->uri, b->uri) &&
	       same_text(a->preset, b->preset);
}

/* The longest common subsequence stays where it is. */
static void
match_order(const struct desk_strip *a, const struct desk_strip *b, int *slot)
{
	unsigned longest[DESK_INSERTS + 1][DESK_INSERTS + 1] = { { 0 } };
	size_t i, k;

	for (i = a->inserts; i-- > 0;)
		for (k = b->inserts; k-- > 0;) {
			unsigned skip = longest[i + 1][k] > longest[i][k + 1]
					    ? longest[i + 1][k]
					    : longest[i][k + 1];
			longest[i][k] =
			    same_insert(&a->insert[i], &b->insert[k])
				? longest[i + 1][k + 1] + 1
				: skip;
		}
	for (i = k = 0; i < a->inserts && k < b->inserts;) {
		if (same_insert(&a->insert[i], &b->insert[k]))
			slot[k++] = (int)i++;
		else if (longest[i + 1][k] >= longest[i][k + 1])
			i++;
		else
			k++;
	}
}

static bool
is_taken(const int *slot, size_t slots, int place)
{
	for (size_t k = 0; k < slots; k++)
		if (slot[k] == place)
			return true;
	return false;
}

/* What is left over may have been moved. */
static void
match_moved(const struct desk_strip *a, const struct desk_strip *b, int *slot,
    bool *moved)
{
	for (size_t k = 0; k < b->inserts; k++)
		for (size_t i = 0; slot[k] < 0 && i < a->inserts; i++)
			if (same_insert(&a->insert[i], &b->insert[k]) &&
			    !is_taken(slot, b->inserts, (int)i)) {
				slot[k] = (int)i;
				moved[k] = true;
			}
}

/* --- strips --- */

int
desk_map_make(
    struct desk_map *map, const struct desk *before, const struct desk *after)
{
	*map = (struct desk_map){
		.before = before,
		.after = after,
		.strip = malloc(after->strips * sizeof *map->strip),
		.strip_after = malloc(before->strips * sizeof *map->strip),
		.slot = malloc(after->strips * sizeof *map->slot),
		.moved = calloc(after->strips, sizeof *map->moved),
	};
	if (map->strip == NULL || map->strip_after == NULL ||
	    map->slot == NULL || map->moved == NULL) {
		desk_map_free(map);
		return -1;
	}
	for (size_t i = 0; i < before->strips; i++)
		map->strip_after[i] = -1;
	for (size_t i = 0; i < after->strips; i++) {
		const struct desk_strip *strip = &after->strip[i];
		for (size_t k = 0; k < DESK_INSERTS; k++)
			map->slot[i][k] = -1;
		map->strip[i] = desk_find(before, strip->kind, strip->id);
		if (map->strip[i] < 0)
			continue;
		const struct desk_strip *old = &before->strip[map->strip[i]];
		map->strip_after[map->strip[i]] = (int)i;
		match_order(old, strip, map->slot[i]);
		match_moved(old, strip, map->slot[i], map->moved[i]);
	}
	return 0;
}

void
desk_map_free(struct desk_map *map)
{
	free(map->strip);
	free(map->strip_after);
	free(map->slot);
	free(map->moved);
	*map = (struct desk_map){ 0 };
}

bool
desk_map_sounds_on(const struct desk_map *map, unsigned strip)
{
	int before = map->strip[strip];

	return before >= 0 && map->before->strip[before].lanes ==
				  map->after->strip[strip].lanes;
}

int
desk_map_stage(const struct desk_map *map, unsigned strip, unsigned stage)
{
	const struct desk_strip *after = &map->after->strip[strip];

	if (!desk_map_sounds_on(map, strip))
		return -1;
	if (stage == desk_stage_fader(after))
		return (int)desk_stage_fader(
		    &map->before->strip[map->strip[strip]]);
	if (stage < 2)
		return (int)stage;
	int slot = map->slot[strip][stage - 2];
	return slot < 0 ? -1 : slot + 2;
}

int
desk_map_slot_after(
    const struct desk_map *map, unsigned strip_before, unsigned slot)
{
	int strip = map->strip_after[strip_before];

	for (unsigned k = 0; strip >= 0 && k < map->after->strip[strip].inserts;
	     k++)
		if (map->slot[strip][k] == (int)slot)
			return (int)k;
	return -1;
}

/* --- routes --- */

/* The way of a route by its place in live_targets(), and the route's own place
 * in it. False behind the last. */
static bool
way_of(const struct desk *desk, unsigned strip, size_t route,
    struct route_way *way, size_t *k)
{
	for (size_t i = 0; route_way(desk, strip, i, way); i++) {
		*k = route;
		if (route < way->count)
			return true;
		route -= way->count;
	}
	return false;
}

int
desk_map_route(const struct desk_map *map, unsigned strip, size_t route)
{
	struct route_way wanted, way;
	size_t k;
	int at = 0;

	if (!desk_map_sounds_on(map, strip) ||
	    !way_of(map->after, strip, route, &wanted, &k) ||
	    !desk_map_sounds_on(map, wanted.to))
		return -1;
	unsigned from = (unsigned)map->strip[strip];
	unsigned to = (unsigned)map->strip[wanted.to];
	for (size_t i = 0; route_way(map->before, from, i, &way); i++) {
		if (way.to == to && way.kind == wanted.kind &&
		    way.pre == wanted.pre)
			return at + (int)k;
		at += (int)way.count;
	}
	return -1;
}

/* --- addresses --- */

static bool
find_send(const struct desk_map *map, unsigned strip_before, unsigned strip,
    unsigned *sub)
{
	int bus =
	    map->strip_after[map->before->strip[strip_before].send[*sub].bus];
	const struct desk_strip *after = &map->after->strip[strip];

	for (unsigned k = 0; bus >= 0 && k < after->sends; k++)
		if (after->send[k].bus == (unsigned)bus) {
			*sub = k;
			return true;
		}
	return false;
}

static bool
find_slot(const struct desk_map *map, unsigned strip_before, unsigned *sub)
{
	int slot = desk_map_slot_after(map, strip_before, *sub);

	if (slot >= 0)
		*sub = (unsigned)slot;
	return slot >= 0;
}

static bool
find_group(const struct desk_map *map, enum group_kind kind, unsigned *sub)
{
	int group = desk_find_group(
	    map->after, kind, map->before->group[kind][*sub].id);

	if (group >= 0)
		*sub = (unsigned)group;
	return group >= 0;
}

bool
desk_map_address(const struct desk_map *map, struct address *address)
{
	enum group_kind kind = schema_scope_group(address->param->scope);

	if (kind != GROUP_KINDS)
		return find_group(map, kind, &address->sub);
	int strip = map->strip_after[address->strip];
	bool there = strip >= 0;

	if (!there)
		return false;
	switch (address->param->scope) {
	case SCOPE_SEND:
		there = find_send(
		    map, address->strip, (unsigned)strip, &address->sub);
		break;
	case SCOPE_INSERT:
	case SCOPE_INSERT_PARAM:
		there = find_slot(map, address->strip, &address->sub);
		break;
	default:
		break;
	}
	if (there)
		address->strip = (unsigned)strip;
	return there;
}
