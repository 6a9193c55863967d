#include "mixer/config_diff.h"

#include "mixer/config.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH 160 /* bytes of the path of a value, terminator included */
#define VALUE 60 /* … and of what it is */
#define TEXT (PATH + 2 * VALUE + 40)

struct diff {
	void (*each)(void *arg, enum config_change change, const char *text);
	void *arg;
	unsigned *count;
};

const char *
config_change_name(enum config_change change)
{
	static const char *const name[CONFIG_CHANGES] = { "added", "removed",
		"moved", "changed" };

	return name[change];
}

static void
tell(struct diff *diff, enum config_change change, const char *text)
{
	diff->count[change]++;
	diff->each(diff->arg, change, text);
}

/* A desk as a tree of JSON; NULL without memory. */
static cJSON *
tree_of(const struct desk *desk)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	cJSON *tree = NULL;

	if (!out)
		return NULL;
	int error = config_print(out, desk);
	if (fclose(out) == 0 && error == 0)
		tree = cJSON_ParseWithLength(text, size);
	free(text);
	return tree;
}

/* --- values --- */

/* What a value is, in one line and cut where it is long. */
static void
value_text(const cJSON *item, char text[VALUE])
{
	char *whole = item ? cJSON_PrintUnformatted(item) : NULL;

	snprintf(text, VALUE, "%s", item ? whole ? whole : "?" : "nothing");
	if (whole && strlen(whole) >= VALUE) {
		size_t end = VALUE - 4;
		while (((unsigned char)text[end] & 0xc0) == 0x80)
			end--;
		snprintf(text + end, VALUE - end, "...");
	}
	cJSON_free(whole);
}

static void diff_values(struct diff *diff, const char *path,
    const cJSON *before, const cJSON *after);

static void
diff_leaf(struct diff *diff, const char *path, const cJSON *before,
    const cJSON *after)
{
	char from[VALUE], to[VALUE], text[TEXT];

	value_text(before, from);
	value_text(after, to);
	snprintf(text, sizeof text, "%s: from %s to %s", path, from, to);
	tell(diff, CONFIG_CHANGED, text);
}

/* By the keys of both. */
static void
diff_objects(struct diff *diff, const char *path, const cJSON *before,
    const cJSON *after)
{
	const char *join = strchr(path, ':') ? "." : ": ";
	const cJSON *item;
	char inner[PATH];

	cJSON_ArrayForEach(item, before)
	{
		snprintf(
		    inner, sizeof inner, "%s%s%s", path, join, item->string);
		diff_values(diff, inner, item,
		    cJSON_GetObjectItemCaseSensitive(after, item->string));
	}
	cJSON_ArrayForEach(item, after)
	{
		if (cJSON_GetObjectItemCaseSensitive(before, item->string))
			continue;
		snprintf(
		    inner, sizeof inner, "%s%s%s", path, join, item->string);
		diff_values(diff, inner, NULL, item);
	}
}

static void
diff_arrays(struct diff *diff, const char *path, const cJSON *before,
    const cJSON *after)
{
	char inner[PATH];

	for (int i = 0; i < cJSON_GetArraySize(before); i++) {
		snprintf(inner, sizeof inner, "%s[%d]", path, i);
		diff_values(diff, inner, cJSON_GetArrayItem(before, i),
		    cJSON_GetArrayItem(after, i));
	}
}

static void
diff_values(struct diff *diff, const char *path, const cJSON *before,
    const cJSON *after)
{
	if (before && after && cJSON_Compare(before, after, true))
		return;
	if (cJSON_IsObject(before) && cJSON_IsObject(after))
		diff_objects(diff, path, before, after);
	else if (cJSON_IsArray(before) && cJSON_IsArray(after) &&
		 cJSON_IsObject(cJSON_GetArrayItem(before, 0)) &&
		 cJSON_GetArraySize(before) == cJSON_GetArraySize(after))
		diff_arrays(diff, path, before, after);
	else
		diff_leaf(diff, path, before, after);
}

/* --- strips --- */

static const cJSON *
strip_in(const cJSON *root, enum strip_kind kind, unsigned place)
{
	const char *const key[STRIP_KINDS] = { [STRIP_CHANNEL] = "channels",
		[STRIP_BUS] = "buses",
		[STRIP_MASTER] = "master",
		[STRIP_MONITOR] = "monitor" };
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key[kind]);

	return schema_kind_is_one(kind)
		   ? item
		   : cJSON_GetArrayItem(item, (int)place - 1);
}

/* Of strips that both have, those that need not move: marks the longest row that
 * keeps its order. `from` has the index before of each, or -1. */
static void
mark_row(const int *from, size_t count, bool *stays, unsigned *length,
    ptrdiff_t *behind)
{
	ptrdiff_t last = -1;

	for (size_t i = 0; i < count; i++) {
		length[i] = from[i] >= 0;
		behind[i] = -1;
		stays[i] = false;
		for (size_t k = 0; from[i] >= 0 && k < i; k++)
			if (from[k] >= 0 && from[k] < from[i] &&
			    length[k] + 1 > length[i]) {
				length[i] = length[k] + 1;
				behind[i] = (ptrdiff_t)k;
			}
		if (from[i] >= 0 && (last < 0 || length[i] > length[last]))
			last = (ptrdiff_t)i;
	}
	for (; last >= 0; last = behind[last])
		stays[last] = true;
}

static void
diff_strip(struct diff *diff, const struct desk_strip *before,
    const struct desk_strip *after, bool stays, const cJSON *root_before,
    const cJSON *root_after)
{
	char name[DESK_STRIP_TEXT], text[TEXT];

	desk_strip_text(after, false, name);
	if (!before) {
		tell(diff, CONFIG_ADDED, name);
		return;
	}
	if (!stays) {
		snprintf(text, sizeof text, "%s: from place %u to %u", name,
		    before->place, after->place);
		tell(diff, CONFIG_MOVED, text);
	}
	diff_values(diff, name,
	    strip_in(root_before, before->kind, before->place),
	    strip_in(root_after, after->kind, after->place));
}

static int
diff_strips(struct diff *diff, const struct desk *before,
    const struct desk *after, const cJSON *root_before, const cJSON *root_after)
{
	size_t strips = after->strips;
	int *from = malloc(strips * sizeof *from);
	bool *stays = malloc(strips * sizeof *stays);
	unsigned *length = malloc(strips * sizeof *length);
	ptrdiff_t *behind = malloc(strips * sizeof *behind);
	char name[DESK_STRIP_TEXT];
	int error = -1;

	for (size_t i = 0; i < before->strips; i++) {
		const struct desk_strip *strip = &before->strip[i];
		desk_strip_text(strip, false, name);
		if (desk_find(after, strip->kind, strip->id) < 0)
			tell(diff, CONFIG_REMOVED, name);
	}
	if (from && stays && length && behind) {
		error = 0;
		for (size_t i = 0; i < strips; i++)
			from[i] = desk_find(
			    before, after->strip[i].kind, after->strip[i].id);
		/* Channels stand before all buses, on either side. */
		mark_row(from, strips, stays, length, behind);
		for (size_t i = 0; i < strips; i++)
			diff_strip(diff,
			    from[i] < 0 ? NULL : &before->strip[from[i]],
			    &after->strip[i], stays[i], root_before,
			    root_after);
	}
	free(from);
	free(stays);
	free(length);
	free(behind);
	return error;
}

static void
diff_desk(struct diff *diff, const cJSON *before, const cJSON *after)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, after)
	{
		const char *key = item->string;
		if (strcmp(key, "channels") != 0 && strcmp(key, "buses") != 0 &&
		    strcmp(key, "master") != 0 && strcmp(key, "monitor") != 0)
			diff_values(diff, key,
			    cJSON_GetObjectItemCaseSensitive(before, key),
			    item);
	}
}

int
config_diff(const struct desk *before, const struct desk *after,
    void (*each)(void *arg, enum config_change change, const char *text),
    void *arg, unsigned count[CONFIG_CHANGES])
{
	struct diff diff = { each, arg, count };
	cJSON *from = tree_of(before), *to = tree_of(after);
	int total = -1;

	memset(count, 0, CONFIG_CHANGES * sizeof *count);
	if (from && to) {
		diff_desk(&diff, from, to);
		if (diff_strips(&diff, before, after, from, to) == 0) {
			total = 0;
			for (int i = 0; i < CONFIG_CHANGES; i++)
				total += (int)count[i];
		}
	}
	cJSON_Delete(from);
	cJSON_Delete(to);
	return total;
}

void
config_summary(const unsigned count[CONFIG_CHANGES], char text[CONFIG_SUMMARY])
{
	size_t used = 0;

	snprintf(text, CONFIG_SUMMARY, "nothing changed");
	for (int i = 0; i < CONFIG_CHANGES; i++)
		if (count[i] != 0)
			used +=
			    (size_t)snprintf(text + used, CONFIG_SUMMARY - used,
				"%s%u %s", used > 0 ? ", " : "", count[i],
				config_change_name((enum config_change)i));
}
