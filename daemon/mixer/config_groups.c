#include "mixer/config_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * DCAs and mute groups, and who is in them.
 */

#define GROUPS_TEXT 400 /* bytes of the list of groups in an error */

static const char *const lists[GROUP_KINDS] = {
	[GROUP_DCA] = "dcas", [GROUP_MUTE] = "mutegroups"
};

static enum group_kind
kind_of(const struct config_item *item)
{
	return strcmp(item->key->name, lists[GROUP_DCA]) == 0 ? GROUP_DCA
							      : GROUP_MUTE;
}

static void
prepare_kind(struct config_reader *reader, enum group_kind kind)
{
	const cJSON *list =
	    cJSON_GetObjectItemCaseSensitive(reader->root, lists[kind]);
	size_t count = (size_t)cJSON_GetArraySize(list);
	struct desk *desk = reader->desk;

	if (!cJSON_IsArray(list) || count == 0 || count > DESK_GROUPS)
		return;
	desk->group[kind] = calloc(count, sizeof(*desk->group[kind]));
	if (!desk->group[kind]) {
		reader->no_memory = true;
		return;
	}
	desk->groups[kind] = count;
	for (size_t i = 0; i < count; i++) {
		struct desk_group *group = &desk->group[kind][i];
		const char *id =
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
			cJSON_GetArrayItem(list, (int)i), "id"));

		group->fader = schema_param(PARAM_DCA_FADER)->def;
		group->mute = schema_param(PARAM_DCA_MUTE)->def;
		if (!id || strlen(id) > DESK_ID_LONGEST)
			continue;
		snprintf(group->id, sizeof(group->id), "%s", id);
		snprintf(group->name, sizeof(group->name), "%s", id);
	}
}

void
config_prepare_groups(struct config_reader *reader)
{
	for (int kind = 0; kind < GROUP_KINDS; kind++)
		prepare_kind(reader, (enum group_kind)kind);
}

/* --- groups --- */

/* What a group is read into: its list, and its place there. */
struct reading {
	enum group_kind kind;
	size_t index;
};

static struct desk_group *
group_of(const struct config_reader *reader, const struct config_item *item)
{
	const struct reading *reading = item->into;

	return &reader->desk->group[reading->kind][reading->index];
}

static void
read_id(struct config_reader *reader, const struct config_item *item)
{
	const struct reading *reading = item->into;
	char allowed[160];

	if (!config_id(reader, item))
		return;
	int first = desk_find_group(
	    reader->desk, reading->kind, item->node->valuestring);
	if (first < 0 || (size_t)first == reading->index)
		return;
	snprintf(allowed, sizeof(allowed),
	    "an id of its own (%s[%d] has this one)", lists[reading->kind],
	    first);
	config_fail_value(reader, item->node, item->path, allowed);
}

static void
read_name(struct config_reader *reader, const struct config_item *item)
{
	config_name(
	    reader, item->node, item->path, group_of(reader, item)->name, NULL);
}

static void
read_fader(struct config_reader *reader, const struct config_item *item)
{
	config_param(reader, item, &group_of(reader, item)->fader);
}

static void
read_mute(struct config_reader *reader, const struct config_item *item)
{
	config_param(reader, item, &group_of(reader, item)->mute);
}

void
config_read_groups(struct config_reader *reader, const struct config_item *item)
{
	/* A mute group has no fader. */
	const struct config_key key[] = {
		{ "id", read_id, 0, CONFIG_ID_ALLOWED, NULL },
		{ "name", read_name, 0, NULL, NULL },
		{ "mute", read_mute, 0, NULL, schema_param(PARAM_DCA_MUTE) },
		{ "fader", read_fader, 0, NULL, schema_param(PARAM_DCA_FADER) },
	};
	struct reading reading = { kind_of(item), 0 };
	struct config_keys keys = { key, reading.kind == GROUP_DCA ? 4 : 3, 0 };
	struct config_path step = { item->path, NULL, 0 };
	char allowed[64];

	snprintf(allowed, sizeof(allowed), "an array of at most %d %s",
	    DESK_GROUPS, item->key->name);
	if (!config_array(reader, item->node, item->path, DESK_GROUPS, allowed))
		return;
	for (const cJSON *node = item->node->child; node; node = node->next) {
		config_object(reader, node, &step, &keys, &reading);
		step.index++;
		reading.index++;
	}
}

/* --- who is in them --- */

static void
list_groups(
    const struct desk *desk, enum group_kind kind, char text[GROUPS_TEXT])
{
	text[0] = '\0';
	for (size_t i = 0; i < desk->groups[kind]; i++) {
		const char *id = desk->group[kind][i].id;

		if (id[0] && !config_list(text, GROUPS_TEXT, id))
			return;
	}
	if (!text[0])
		snprintf(
		    text, GROUPS_TEXT, "none, as there are no %s", lists[kind]);
}

void
config_read_members(
    struct config_reader *reader, const struct config_item *item)
{
	enum group_kind kind = kind_of(item);
	struct desk_strip *strip = item->into;
	struct config_path step = { item->path, NULL, 0 };
	char allowed[GROUPS_TEXT];

	if (!config_array(reader, item->node, item->path, DESK_GROUPS,
		"an array of ids of groups"))
		return;
	list_groups(reader->desk, kind, allowed);
	for (const cJSON *node = item->node->child; node;
	     node = node->next, step.index++) {
		const char *id = cJSON_GetStringValue(node);
		int group =
		    id && id[0] ? desk_find_group(reader->desk, kind, id) : -1;

		if (!id)
			config_fail_type(reader, node, &step, allowed);
		else if (group < 0)
			config_fail_value(reader, node, &step, allowed);
		else if (strip->groups[kind] >> group & 1)
			config_fail_value(
			    reader, node, &step, "each group once");
		else
			strip->groups[kind] |= UINT64_C(1) << group;
	}
}
