#ifndef MIXER_DESK_MAP_H
#define MIXER_DESK_MAP_H

#include "mixer/desk.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What of a desk is still there in another one: strips by kind and id, insert
 * slots by what works in them and their order, sends by their bus. Pure
 * functions over two desks, any thread.
 */

struct desk_map {
	const struct desk *before, *after;
	int *strip;       /* a strip after: its index before, or -1 */
	int *strip_after; /* a strip before: its index after, or -1 */
	/* A slot of a strip after: its place before, or -1; and whether it has
	 * changed places with another one. */
	int (*slot)[DESK_INSERTS];
	bool (*moved)[DESK_INSERTS];
};

/* Zeroes and fills a map of two desks, which must outlive it. Returns 0, or -1
 * without memory. desk_map_free() frees what it holds. */
int desk_map_make(
    struct desk_map *map, const struct desk *before, const struct desk *after);
void desk_map_free(struct desk_map *map);

/* Is a strip after the same one as before to the ear: is it there, with as many
 * lanes? */
bool desk_map_sounds_on(const struct desk_map *map, unsigned strip);

/* The stage before of a stage after, or -1. */
int desk_map_stage(const struct desk_map *map, unsigned strip, unsigned stage);

/* The place after of a slot of a strip before, or -1. */
int desk_map_slot_after(
    const struct desk_map *map, unsigned strip_before, unsigned slot);

/* The place before of a route of a strip after, as live_targets() has them, or
 * -1. */
int desk_map_route(const struct desk_map *map, unsigned strip, size_t route);

struct address;

/* Makes the address of something before that of the same thing after. Returns
 * false, and leaves it alone, if that is there no more. */
bool desk_map_address(const struct desk_map *map, struct address *address);

#endif
