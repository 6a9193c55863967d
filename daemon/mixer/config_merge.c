#include "mixer/config_edit.h"

#include "mixer/config_text.h"
#include "mixer/mixer.h"
#include "mixer/values.h"
#include "protocol/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 8 /* of an address; no value has as many */

/* A value on its way into a text. */
struct merge {
	cJSON *root;
	const cJSON *item;         /* with its address as name */
	struct schema_value value; /* of the item */
	const char *part[PARTS];   /* of the address behind the strip's name */
	size_t parts;
	struct config_place place;
	bool failed; /* no memory */
};

static bool
is_part(const struct merge *merge, size_t index, const char *text)
{
	return index < merge->parts && strcmp(merge->part[index], text) == 0;
}

/* Does a value of this scope and tail stand under its own name in the strip's
 * kind? */
static const struct schema_param *
find_param(const struct merge *merge, enum schema_scope scope, const char *tail)
{
	const struct schema_param *param = schema_find(scope, tail);

	return param && param->writable &&
		       (param->kinds & KIND_BIT(merge->place.kind))
		   ? param
		   : NULL;
}

/* A float that came over the wire is the nearest to what was meant. */
static cJSON *
as_json(const struct schema_value *value)
{
	const double number = value->number;

	if (value->type == 's')
		return cJSON_CreateString(value->text);
	return cJSON_CreateNumber(
	    (double)(float)number == number ? number_shortest(number) : number);
}

static bool
put(struct merge *merge, cJSON *object, const char *key)
{
	const cJSON *before = cJSON_GetObjectItemCaseSensitive(object, key);
	cJSON *value = cJSON_IsBool(before) && merge->value.type != 's'
			   ? cJSON_CreateBool(merge->value.number != 0)
			   : as_json(&merge->value);

	if (!cJSON_IsObject(object)) {
		cJSON_Delete(value);
		return false;
	}
	if (!config_text_put(object, key, value))
		return true;
	merge->failed = true;
	return false;
}

/* The object under a key, made where there is none. */
static cJSON *
object_of(struct merge *merge, cJSON *object, const char *key)
{
	cJSON *inner = cJSON_GetObjectItemCaseSensitive(object, key);

	if (inner)
		return inner;
	inner = cJSON_AddObjectToObject(object, key);
	merge->failed |= !inner;
	return inner;
}

/* The strip; a master or monitor that the text leaves out is made. */
static cJSON *
strip_of(struct merge *merge)
{
	if (!merge->place.node)
		merge->place.node = object_of(
		    merge, merge->root, schema_kind_name(merge->place.kind));
	return merge->place.node;
}

static bool
merge_send(struct merge *merge)
{
	cJSON *sends =
	    cJSON_GetObjectItemCaseSensitive(merge->place.node, "sends");
	struct config_place bus;
	char name[DESK_STRIP_TEXT + 1];
	const char *id;

	if (merge->parts != 3 || !find_param(merge, SCOPE_SEND, merge->part[2]))
		return false;
	snprintf(name, sizeof(name), "bus/%s", merge->part[1]);
	if (config_text_find(merge->root, name, &bus))
		return false;
	id = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(bus.node, "id"));
	return id && put(merge, cJSON_GetObjectItemCaseSensitive(sends, id),
			 merge->part[2]);
}

static bool
merge_insert(struct merge *merge)
{
	const cJSON *inserts =
	    cJSON_GetObjectItemCaseSensitive(merge->place.node, "inserts");
	const int place = merge->parts > 2 ? atoi(merge->part[1]) : 0;
	cJSON *slot = cJSON_GetArrayItem(inserts, place - 1);
	const char *uri =
	    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(slot, "lv2"));
	const char *plugin = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(merge->item, "plugin"));

	if (!cJSON_IsObject(slot))
		return false;
	if (merge->parts == 3)
		return find_param(merge, SCOPE_INSERT, merge->part[2]) &&
		       put(merge, slot, merge->part[2]);
	if (merge->parts != 4 || !is_part(merge, 2, "param") || !uri ||
	    !plugin || strcmp(uri, plugin) != 0)
		return false;
	return put(merge, object_of(merge, slot, "params"), merge->part[3]);
}

/* Naming a guard switches it on: one that is named only now is to stay as the
 * desk's has it. */
static cJSON *
guard_of(struct merge *merge)
{
	cJSON *guard =
	    cJSON_GetObjectItemCaseSensitive(strip_of(merge), "guard");
	const cJSON *all =
	    cJSON_GetObjectItemCaseSensitive(merge->root, "guard");
	const cJSON *on = cJSON_GetObjectItemCaseSensitive(all, "on");
	const bool is_on =
	    all && (!on || cJSON_IsTrue(on) || (on->valuedouble != 0));

	if (guard)
		return guard;
	guard = object_of(merge, merge->place.node, "guard");
	if (guard && !cJSON_AddNumberToObject(guard, "on", is_on))
		merge->failed = true;
	return guard;
}

/* Is the source of a monitor there in this text? */
static bool
has_source(const struct merge *merge)
{
	struct config_place bus;
	const char *text = merge->value.text;

	return merge->value.type == 's' &&
	       (strcmp(text, "master") == 0 || strcmp(text, "solo") == 0 ||
		   (strncmp(text, "bus/", 4) == 0 &&
		       !config_text_find(merge->root, text, &bus)));
}

static bool
merge_strip(struct merge *merge)
{
	const struct schema_param *param;
	char tail[32];

	snprintf(tail, sizeof(tail), "%s%s%s", merge->part[0],
	    merge->parts > 1 ? "/" : "",
	    merge->parts > 1 ? merge->part[1] : "");
	param = merge->parts <= 2 ? find_param(merge, SCOPE_STRIP, tail) : NULL;
	if (!param || (param->id == PARAM_SOURCE && !has_source(merge)))
		return false;
	if (is_part(merge, 0, "guard"))
		return put(merge, guard_of(merge),
		    merge->parts > 1 ? merge->part[1] : "on");
	if (is_part(merge, 0, "target"))
		return put(merge, object_of(merge, strip_of(merge), "target"),
		    merge->part[1]);
	return param->in_config && put(merge, strip_of(merge), tail);
}

/* "/ch/kick/fader" into the strip and what stands behind it. */
static bool
split(struct merge *merge, char *address)
{
	char name[DESK_STRIP_TEXT], *rest = NULL;
	const char *kind = strtok_r(address, "/", &rest);
	const char *id = "";

	if (kind && strcmp(kind, "master") != 0 && strcmp(kind, "monitor") != 0)
		id = strtok_r(NULL, "/", &rest);
	if (!kind || !id)
		return false;
	snprintf(name, sizeof(name), "%s%s%s", kind, id[0] ? "/" : "", id);
	for (char *part; (part = strtok_r(NULL, "/", &rest));) {
		if (merge->parts == PARTS)
			return false;
		merge->part[merge->parts++] = part;
	}
	return merge->parts > 0 &&
	       !config_text_find(merge->root, name, &merge->place);
}

/* "/dca/drums/fader", "/mutegroup/band": the rest of such an address, or NULL
 * for another one. */
static char *
group_list(char *address, const char **list)
{
	static const char *const lists[GROUP_KINDS] = { "dcas", "mutegroups" };

	for (int kind = 0; kind < GROUP_KINDS; kind++) {
		const char *name = schema_group_name((enum group_kind)kind);
		size_t size = strlen(name);
		if (strncmp(address + 1, name, size) == 0 &&
		    address[size + 1] == '/') {
			*list = lists[kind];
			return address + size + 2;
		}
	}
	return NULL;
}

static bool
merge_group(struct merge *merge, const char *list, char *rest)
{
	char *id = strtok_r(rest, "/", &rest);
	const char *key = strtok_r(NULL, "", &rest);
	cJSON *groups = cJSON_GetObjectItemCaseSensitive(merge->root, list);
	cJSON *group;

	cJSON_ArrayForEach(group, groups)
	{
		const char *name = cJSON_GetStringValue(
		    cJSON_GetObjectItemCaseSensitive(group, "id"));
		/* A mute group is its mute. */
		if (name && id && strcmp(name, id) == 0)
			return put(merge, group, key ? key : "mute");
	}
	return false;
}

static bool
merge_item(struct merge *merge)
{
	char address[ADDRESS_LONGEST], *rest;
	const char *list;

	if (strlen(merge->item->string) >= sizeof(address) ||
	    !values_read(merge->item, &merge->value))
		return false;
	snprintf(address, sizeof(address), "%s", merge->item->string);
	rest = group_list(address, &list);
	if (rest)
		return merge_group(merge, list, rest);
	if (!split(merge, address))
		return false;
	if (is_part(merge, 0, "send"))
		return merge_send(merge);
	if (is_part(merge, 0, "insert"))
		return merge_insert(merge);
	return merge_strip(merge);
}

char *
config_merge(const char *text, const cJSON *values,
    struct config_merged *merged, char *why, size_t why_size)
{
	struct config_text edit = config_text_open(text, why, why_size);
	const cJSON *item;

	*merged = (struct config_merged){ 0 };
	cJSON_ArrayForEach(item, values)
	{
		struct merge merge = { .root = edit.root, .item = item };

		if (!edit.root)
			break;
		if (merge_item(&merge))
			merged->taken++;
		else
			merged->left++;
		if (merge.failed)
			config_text_fail(&edit, "found no memory left");
	}
	return config_text_close(&edit);
}
