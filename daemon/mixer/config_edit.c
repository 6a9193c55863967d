#include "mixer/config_edit.h"

#include "mixer/config_reader.h"
#include "mixer/config_text.h"
#include "mixer/json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 64        /* bytes of a name in an error */
#define STRIPS_TEXT 300 /* bytes of the list of strips in an error */

/* --- what is meant --- */

/* A name as it may be shown: it came from somewhere else. */
static void
show(const char *name, char text[SHOWN])
{
	snprintf(text, SHOWN, "%s", name);
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

static void
list_strips(const cJSON *root, enum strip_kind kind, char list[STRIPS_TEXT])
{
	const cJSON *strips = cJSON_GetObjectItemCaseSensitive(
	    root, kind == STRIP_BUS ? "buses" : "channels");
	const cJSON *strip;

	cJSON_ArrayForEach(strip, strips)
	{
		const char *id = cJSON_GetStringValue(
		    cJSON_GetObjectItemCaseSensitive(strip, "id"));
		char name[DESK_STRIP_TEXT];

		snprintf(name, sizeof(name), "%s/%s", schema_kind_name(kind),
		    id ? id : "?");
		if (!config_list(list, STRIPS_TEXT, name))
			return;
	}
}

/* The strip of this name: a channel or a bus, or for inserts the master. */
static int
find(struct config_text *edit, const char *name, bool master,
    struct config_place *place)
{
	char shown[SHOWN], list[STRIPS_TEXT] = "";

	if (!edit->root)
		return -1;
	if (!config_text_find(edit->root, name, place) &&
	    (place->list || (master && place->kind == STRIP_MASTER)))
		return 0;
	if (master)
		config_list(list, sizeof(list), "master");
	list_strips(edit->root, STRIP_BUS, list);
	list_strips(edit->root, STRIP_CHANNEL, list);
	show(name, shown);
	return config_text_fail(edit, "found strip \"%s\"; allowed: %s", shown,
	    list[0] ? list : "none, as there are none");
}

static int
check_place(struct config_text *edit, const char *what, int place, int most)
{
	if (place >= 1 && place <= most)
		return 0;
	if (most == 0)
		return config_text_fail(edit,
		    "found %s %d; allowed: none, as there are none", what,
		    place);
	return config_text_fail(
	    edit, "found %s %d; allowed: 1 to %d", what, place, most);
}

/* It has no place in the text that is changed. */
static void
forget_places(cJSON *tree)
{
	cJSON *node;

	tree->valueint = 0;
	cJSON_ArrayForEach(node, tree)
	{
		forget_places(node);
	}
}

/* The tree of an argument; the caller deletes it. */
static cJSON *
read_json(struct config_text *edit, const char *json, const char *allowed)
{
	struct json_fault fault;
	cJSON *tree;

	if (!edit->root)
		return NULL;
	tree = json_text_parse(json, strlen(json), &fault);
	if (tree)
		forget_places(tree);
	if (cJSON_IsObject(tree))
		return tree;
	if (tree)
		config_text_fail(edit, "found no object; allowed: %s", allowed);
	else
		config_text_fail(edit,
		    "byte %zu of the JSON: found %s; allowed: %s",
		    fault.offset + 1, fault.found, fault.allowed);
	cJSON_Delete(tree);
	return NULL;
}

/* --- arrays --- */

/* Puts an item at a place, from 1. cJSON 1.7.17 and what has its patches refuse
 * to insert one that was never in an array before; so that it goes last, and
 * those behind its place follow it. */
static int
insert(struct config_text *edit, cJSON *array, cJSON *item, int place)
{
	const int behind = cJSON_GetArraySize(array) - (place - 1);

	if (!cJSON_AddItemToArray(array, item)) {
		cJSON_Delete(item);
		return config_text_fail(edit, "found no memory left");
	}
	for (int i = 0; i < behind; i++)
		cJSON_AddItemToArray(
		    array, cJSON_DetachItemFromArray(array, place - 1));
	return 0;
}

static int
move(struct config_text *edit, cJSON *array, int from, int to)
{
	cJSON *item = cJSON_DetachItemFromArray(array, from - 1);

	return insert(edit, array, item, to);
}

/* The array under a key, made where there is none. */
static cJSON *
array_of(struct config_text *edit, cJSON *object, const char *key)
{
	cJSON *array = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!array)
		array = cJSON_AddArrayToObject(object, key);
	if (cJSON_IsArray(array))
		return array;
	config_text_fail(
	    edit, "found \"%s\" that is no array; allowed: one", key);
	return NULL;
}

/* --- strips --- */

#define STRIP_ALLOWED                                                     \
	"{ \"channel\": { \"id\": \"kick\" } } or { \"bus\": { ... } }, " \
	"and \"at\", its place"

/* What is to be added: a channel or a bus, and where. */
static int
read_strip(struct config_text *edit, cJSON *tree, enum strip_kind *kind,
    const cJSON **at)
{
	int strips = 0;

	*at = NULL;
	for (const cJSON *node = tree->child; node; node = node->next) {
		if (strcmp(node->string, "channel") == 0)
			*kind = STRIP_CHANNEL;
		else if (strcmp(node->string, "bus") == 0)
			*kind = STRIP_BUS;
		else if (strcmp(node->string, "at") == 0 && !*at)
			*at = node;
		else
			return config_text_fail(edit,
			    "found another key than those; allowed: "
			    "%s",
			    STRIP_ALLOWED);
		if (node == *at)
			continue;
		if (!cJSON_IsObject(node))
			return config_text_fail(edit,
			    "found a \"%s\" that is no object; allowed: %s",
			    node->string, STRIP_ALLOWED);
		strips++;
	}
	if (strips == 1)
		return 0;
	return config_text_fail(edit, "found %s strip; allowed: %s",
	    strips ? "more than one" : "no", STRIP_ALLOWED);
}

static int
add_strip(struct config_text *edit, cJSON *tree)
{
	enum strip_kind kind = STRIP_CHANNEL;
	const cJSON *at;
	cJSON *list;

	if (read_strip(edit, tree, &kind, &at))
		return -1;
	list = array_of(
	    edit, edit->root, kind == STRIP_BUS ? "buses" : "channels");
	if (!list)
		return -1;
	const int most = cJSON_GetArraySize(list) + 1;
	const double place = at ? cJSON_GetNumberValue(at) : most;

	if (!(place >= 1 && place <= most) || place != (int)place)
		return config_text_fail(edit,
		    "found another \"at\"; allowed: a whole number from 1 to "
		    "%d",
		    most);
	return insert(edit, list,
	    cJSON_DetachItemFromObjectCaseSensitive(
		tree, kind == STRIP_BUS ? "bus" : "channel"),
	    (int)place);
}

char *
config_add_strip(const char *text, const char *json, char *why, size_t why_size)
{
	struct config_text edit = config_text_open(text, why, why_size);
	cJSON *tree = read_json(&edit, json, STRIP_ALLOWED);

	if (tree)
		add_strip(&edit, tree);
	cJSON_Delete(tree);
	return config_text_close(&edit);
}

/* An absent "to" goes to the master, an empty one nowhere: what went to this
 * bus alone is to be heard still. */
static void
forget_to(cJSON *strip, const char *bus)
{
	cJSON *to = cJSON_GetObjectItemCaseSensitive(strip, "to");
	const int before = cJSON_GetArraySize(to);

	for (int i = before - 1; i >= 0; i--) {
		const char *id =
		    cJSON_GetStringValue(cJSON_GetArrayItem(to, i));

		if (id && strcmp(id, bus) == 0)
			cJSON_DeleteItemFromArray(to, i);
	}
	if (before > 0 && cJSON_GetArraySize(to) == 0)
		cJSON_DeleteItemFromObjectCaseSensitive(strip, "to");
}

/* What leads to a bus goes with it. */
static void
forget_bus(cJSON *root, const char *bus)
{
	static const char *const lists[] = { "channels", "buses" };
	cJSON *monitor = cJSON_GetObjectItemCaseSensitive(root, "monitor");
	const char *source = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(monitor, "source"));
	cJSON *strip;

	for (size_t i = 0; i < 2; i++) {
		cJSON *list = cJSON_GetObjectItemCaseSensitive(root, lists[i]);

		cJSON_ArrayForEach(strip, list)
		{
			forget_to(strip, bus);
			cJSON_DeleteItemFromObjectCaseSensitive(
			    cJSON_GetObjectItemCaseSensitive(strip, "sends"),
			    bus);
		}
	}
	/* "solo" alone is no bus. */
	if (source && strncmp(source, "bus/", 4) == 0)
		source += 4;
	else if (source && strcmp(source, "solo") == 0)
		source = NULL;
	if (source && strcmp(source, bus) == 0)
		cJSON_DeleteItemFromObjectCaseSensitive(monitor, "source");
}

char *
config_remove_strip(
    const char *text, const char *strip, char *why, size_t why_size)
{
	struct config_text edit = config_text_open(text, why, why_size);
	struct config_place place;

	if (!find(&edit, strip, false, &place)) {
		cJSON *gone =
		    cJSON_DetachItemFromArray(place.list, place.index);
		const char *id = cJSON_GetStringValue(
		    cJSON_GetObjectItemCaseSensitive(gone, "id"));

		if (id && place.kind == STRIP_BUS)
			forget_bus(edit.root, id);
		cJSON_Delete(gone);
	}
	return config_text_close(&edit);
}

char *
config_move_strip(
    const char *text, const char *strip, int place, char *why, size_t why_size)
{
	struct config_text edit = config_text_open(text, why, why_size);
	struct config_place at;

	if (!find(&edit, strip, false, &at) &&
	    !check_place(&edit, "place", place, cJSON_GetArraySize(at.list)))
		move(&edit, at.list, at.index + 1, place);
	return config_text_close(&edit);
}

/* --- insert slots --- */

#define INSERT_ALLOWED "{ \"lv2\": URI } or { \"jack\": {} }"

/* The slots of a strip; made, so as to add one, where there are none. */
static cJSON *
find_inserts(struct config_text *edit, const char *strip, bool make)
{
	struct config_place place;
	cJSON *list;

	if (find(edit, strip, true, &place))
		return NULL;
	if (!place.node)
		place.node = cJSON_AddObjectToObject(edit->root, "master");
	list = cJSON_GetObjectItemCaseSensitive(place.node, "inserts");
	if (list || make)
		return array_of(edit, place.node, "inserts");
	check_place(edit, "slot", 1, 0);
	return NULL;
}

char *
config_add_insert(const char *text, const char *strip, int place,
    const char *json, char *why, size_t why_size)
{
	struct config_text edit = config_text_open(text, why, why_size);
	cJSON *tree = read_json(&edit, json, INSERT_ALLOWED);
	cJSON *list = tree ? find_inserts(&edit, strip, true) : NULL;

	if (list) {
		const int most = cJSON_GetArraySize(list) + 1;

		if (place == 0)
			place = most;
		if (!check_place(&edit, "place", place, most)) {
			insert(&edit, list, tree, place);
			tree = NULL;
		}
	}
	cJSON_Delete(tree);
	return config_text_close(&edit);
}

char *
config_remove_insert(
    const char *text, const char *strip, int place, char *why, size_t why_size)
{
	struct config_text edit = config_text_open(text, why, why_size);
	cJSON *list = find_inserts(&edit, strip, false);

	if (list &&
	    !check_place(&edit, "slot", place, cJSON_GetArraySize(list)))
		cJSON_DeleteItemFromArray(list, place - 1);
	return config_text_close(&edit);
}

char *
config_move_insert(const char *text, const char *strip, int from, int to,
    char *why, size_t why_size)
{
	struct config_text edit = config_text_open(text, why, why_size);
	cJSON *list = find_inserts(&edit, strip, false);
	const int most = cJSON_GetArraySize(list);

	if (list && !check_place(&edit, "slot", from, most) &&
	    !check_place(&edit, "place", to, most))
		move(&edit, list, from, to);
	return config_text_close(&edit);
}
