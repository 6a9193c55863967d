#include "mixer/config_reader.h"

#include "engine/plan.h"
#include "mixer/route.h"
#include "mixer/segment.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* The first segment has none before it. */
#define CUTS_MOST (PLAN_SEGMENTS - 1)
/* Bytes of the longest path that is spelled out: a channel, every bus and the
 * master, with the arrows. */
#define PATH_TEXT ((DESK_BUSES + 2) * (DESK_ID_LONGEST + 4) + 1)

#define NO_FEEDER UINT_MAX

struct cuts {
	const struct desk *desk;
	struct segments segments;
	unsigned *feeder; /* of a strip: one that makes it begin so late */
};

static void
note_feeder(struct cuts *cuts, unsigned from, unsigned to)
{
	unsigned end = segment_of(
	    &cuts->segments, cuts->desk, from, cuts->desk->strip[from].inserts);

	if (end > 0 && end == cuts->segments.in[to])
		cuts->feeder[to] = from;
}

static int
open_cuts(struct cuts *cuts)
{
	const struct desk *desk = cuts->desk;

	cuts->feeder = malloc(desk->strips * sizeof(*cuts->feeder));
	if (!cuts->feeder || segments_solve(&cuts->segments, desk) < 0)
		return -1;
	for (size_t i = 0; i < desk->strips; i++)
		cuts->feeder[i] = NO_FEEDER;
	for (unsigned i = 0; i < desk->strips; i++) {
		struct route_way way;

		for (size_t k = 0; route_way(desk, i, k, &way); k++)
			note_feeder(cuts, i, way.to);
	}
	return 0;
}

/* "kick -> drums -> master": where the inserts before the one at hand are. It
 * ends, as no bus feeds itself. */
static void
write_path(const struct cuts *cuts, unsigned strip, char text[PATH_TEXT])
{
	unsigned trail[DESK_BUSES + 2];
	size_t count = 0, at = 0;

	do {
		trail[count++] = strip;
		strip = cuts->feeder[strip];
	} while (strip != NO_FEEDER);
	while (count-- > 0) {
		const struct desk_strip *on = &cuts->desk->strip[trail[count]];

		at += (size_t)sprintf(&text[at], "%s%s", config_shown_id(on),
		    count > 0 ? " -> " : "");
	}
}

/* Of strip.inserts; it is there, as the desk has it from there. */
static const cJSON *
insert_node(const struct config_reader *reader, const struct desk_strip *strip,
    const char *list, size_t insert)
{
	const cJSON *node =
	    cJSON_GetObjectItemCaseSensitive(reader->root, list);

	if (!schema_kind_is_one(strip->kind))
		node = cJSON_GetArrayItem(node, (int)strip->place - 1);
	node = cJSON_GetObjectItemCaseSensitive(node, "inserts");
	return cJSON_GetArrayItem(node, (int)insert);
}

static void
fail_cut(struct config_reader *reader, const struct cuts *cuts, unsigned index,
    size_t insert)
{
	static const char *const list[] = { [STRIP_CHANNEL] = "channels",
		[STRIP_BUS] = "buses",
		[STRIP_MASTER] = "master",
		[STRIP_MONITOR] = "monitor" };
	const struct desk_strip *strip = &cuts->desk->strip[index];
	const char *name = list[strip->kind];
	const cJSON *node = insert_node(reader, strip, name, insert);
	const struct config_path top = { NULL, name, 0 };
	const struct config_path place = { &top, NULL, strip->place - 1 };
	const struct config_path key = {
		schema_kind_is_one(strip->kind) ? &top : &place, "inserts", 0
	};
	const struct config_path slot = { &key, NULL, insert };
	char way[PATH_TEXT], found[PATH_TEXT + 64], allowed[80];

	write_path(cuts, index, way);
	snprintf(found, sizeof(found), "direct JACK insert %d in series: %s",
	    PLAN_SEGMENTS, way);
	snprintf(allowed, sizeof(allowed),
	    "%d in series, or mode \"loop\" for the others", CUTS_MOST);
	config_fail(
	    reader, node ? (size_t)node->valueint : 0, &slot, found, allowed);
}

/* Once, in the strip in which the limit is passed: those that it feeds are
 * late because of it. */
static void
check_strip(struct config_reader *reader, const struct cuts *cuts, unsigned i)
{
	const struct desk_strip *strip = &cuts->desk->strip[i];
	unsigned before = cuts->segments.in[i];

	for (size_t k = 0; k < strip->inserts && before <= CUTS_MOST; k++) {
		before += segment_cut(&strip->insert[k]);
		if (before > CUTS_MOST)
			fail_cut(reader, cuts, i, k);
	}
}

void
config_check_cuts(struct config_reader *reader)
{
	struct cuts cuts = { .desk = reader->desk };

	if (open_cuts(&cuts) < 0)
		reader->no_memory = true;
	else
		for (unsigned i = 0; i < cuts.desk->strips; i++)
			check_strip(reader, &cuts, i);
	segments_free(&cuts.segments);
	free(cuts.feeder);
}
