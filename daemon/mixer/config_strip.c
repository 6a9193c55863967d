#include "mixer/config_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY (KIND_BIT(STRIP_CHANNEL) | KIND_BIT(STRIP_BUS))
#define MIX (ANY | KIND_BIT(STRIP_MASTER))
#define ALL (MIX | KIND_BIT(STRIP_MONITOR))
#define KEYS_MOST 32

static void
blank_strip(struct desk_strip *strip, enum strip_kind kind, size_t place)
{
	strip->kind = kind;
	strip->place = (unsigned)place;
	strip->lanes = kind == STRIP_CHANNEL ? 1 : 2;
	strip->align = true;
	for (unsigned i = 0; i < STRIP_VALUES; i++)
		strip->value[i] = schema_param((enum param)i)->def;
	config_blank_target(strip->target);
	if (kind != STRIP_CHANNEL)
		config_blank_guard(strip);
}

/* Ids, lanes and names are known before anything that depends on them, in
 * whatever order the file has them. A wrong id is kept where it fits, so that
 * what refers to it is not wrong too; wrong lanes are 0 for the same end. */
static void
prepare_strip(struct desk_strip *strip, const cJSON *node)
{
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(node, "id");
	const cJSON *lanes = cJSON_GetObjectItemCaseSensitive(node, "lanes");

	if (cJSON_IsString(id) && strlen(id->valuestring) <= DESK_ID_LONGEST) {
		snprintf(strip->id, sizeof(strip->id), "%s", id->valuestring);
		snprintf(strip->name, sizeof(strip->name), "%s", strip->id);
	}
	if (cJSON_IsNumber(lanes) &&
	    (lanes->valuedouble == 1 || lanes->valuedouble == 2))
		strip->lanes = (unsigned)lanes->valuedouble;
	else if (lanes)
		strip->lanes = 0;
}

/* One of the two that every desk has, and whose ids are given. */
static void
prepare_one(struct config_reader *reader, struct desk_strip *strip)
{
	const char *name = schema_kind_name(strip->kind);
	const cJSON *node =
	    cJSON_GetObjectItemCaseSensitive(reader->root, name);

	config_blank_target(strip->target);
	if (strip->kind == STRIP_MASTER)
		config_blank_guard(strip);
	if (!cJSON_IsObject(node))
		return;
	prepare_strip(strip, node);
	snprintf(strip->id, sizeof(strip->id), "%s", name);
	snprintf(strip->name, sizeof(strip->name), "%s", name);
}

static size_t
count_strips(const cJSON *list, size_t most)
{
	size_t count = (size_t)cJSON_GetArraySize(list);

	if (!cJSON_IsArray(list) || count > most)
		return 0;
	return count;
}

static void
prepare_kind(struct config_reader *reader, enum strip_kind kind,
    const cJSON *list, size_t first, size_t count)
{
	const cJSON *node = count ? list->child : NULL;

	for (size_t i = 0; i < count; i++, node = node->next) {
		struct desk_strip *strip = &reader->desk->strip[first + i];

		blank_strip(strip, kind, i + 1);
		prepare_strip(strip, node);
	}
}

void
config_prepare_strips(struct config_reader *reader)
{
	struct desk *desk = reader->desk;
	const cJSON *channel_list =
	    cJSON_GetObjectItemCaseSensitive(reader->root, "channels");
	const cJSON *bus_list =
	    cJSON_GetObjectItemCaseSensitive(reader->root, "buses");
	size_t channels = count_strips(channel_list, DESK_CHANNELS);
	size_t buses = count_strips(bus_list, DESK_BUSES);
	struct desk_strip *strip = calloc(channels + buses + 2, sizeof(*strip));

	if (!strip) {
		reader->no_memory = true;
		return;
	}
	memcpy(&strip[channels + buses], desk->strip, 2 * sizeof(*strip));
	free(desk->strip);
	desk->strip = strip;
	desk->channels = channels;
	desk->buses = buses;
	desk->strips = channels + buses + 2;
	desk_set_source(desk, desk_master(desk));
	prepare_kind(reader, STRIP_CHANNEL, channel_list, 0, channels);
	prepare_kind(reader, STRIP_BUS, bus_list, channels, buses);
	prepare_one(reader, &desk->strip[desk_master(desk)]);
	prepare_one(reader, &desk->strip[desk_monitor(desk)]);
	for (int i = 0; i < STRIP_KINDS; i++)
		config_blank_target(desk->target[i]);
}

static bool
id_is_valid(const char *id)
{
	const size_t size = strlen(id);

	return size >= 1 && size <= DESK_ID_LONGEST &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") == size &&
	       strspn(id, "0123456789") != size && strcmp(id, "master") != 0 &&
	       strcmp(id, "monitor") != 0;
}

/* JACK ports are named after ids, so no two strips share one, whatever their
 * kind. */
static void
check_id_is_its_own(struct config_reader *reader,
    const struct config_item *item, const struct desk_strip *strip)
{
	const struct desk_strip *other = reader->desk->strip;
	char allowed[160];

	while (other < strip && strcmp(other->id, strip->id) != 0)
		other++;
	if (other == strip)
		return;
	snprintf(allowed, sizeof(allowed),
	    "an id of its own (%s[%u] has this one)",
	    other->kind == STRIP_CHANNEL ? "channels" : "buses",
	    other->place - 1);
	config_fail_value(reader, item->node, item->path, allowed);
}

const char *
config_shown_id(const struct desk_strip *strip)
{
	return schema_kind_is_one(strip->kind) || id_is_valid(strip->id)
		   ? strip->id
		   : "?";
}

bool
config_id(struct config_reader *reader, const struct config_item *item)
{
	const char *id = cJSON_GetStringValue(item->node);

	if (!id)
		config_fail_type(
		    reader, item->node, item->path, CONFIG_ID_ALLOWED);
	else if (!id_is_valid(id))
		config_fail_value(
		    reader, item->node, item->path, CONFIG_ID_ALLOWED);
	else
		return true;
	return false;
}

static void
read_id(struct config_reader *reader, const struct config_item *item)
{
	if (config_id(reader, item))
		check_id_is_its_own(reader, item, item->into);
}

/* config_prepare_strips() has stored them, or 0. */
static void
read_lanes(struct config_reader *reader, const struct config_item *item)
{
	const struct desk_strip *strip = item->into;

	if (!cJSON_IsNumber(item->node))
		config_fail_type(reader, item->node, item->path, "1 or 2");
	else if (!strip->lanes)
		config_fail_value(reader, item->node, item->path, "1 or 2");
}

static void
read_name(struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;

	config_name(reader, item->node, item->path, strip->name, NULL);
}

static void
read_value(struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;

	config_param(reader, item, &strip->value[item->key->param->id]);
}

static void
read_align(struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;

	if (cJSON_IsBool(item->node))
		strip->align = cJSON_IsTrue(item->node);
	else
		config_fail_type(
		    reader, item->node, item->path, "true or false");
}

static void
read_source(struct config_reader *reader, const struct config_item *item)
{
	const char *allowed = "\"master\", \"solo\" or the id of a bus";
	const char *text = cJSON_GetStringValue(item->node);
	struct desk *desk = reader->desk;
	int strip;

	if (!text) {
		config_fail_type(reader, item->node, item->path, allowed);
		return;
	}
	strip = desk_source(desk, text);
	/* A place may become another bus's. */
	if (strip < 0 || (strncmp(text, "bus/", 4) == 0 && text[4] != '\0' &&
			     text[4 + strspn(&text[4], "0123456789")] == '\0'))
		config_fail_value(reader, item->node, item->path, allowed);
	else
		desk_set_source(desk, (unsigned)strip);
}

/* The keys of a strip in the order of headroom.json(5): the schema says which
 * values there are. Returns how many. */
static size_t
strip_keys(struct config_key key[KEYS_MOST])
{
	size_t count = 0;

	key[count++] =
	    (struct config_key){ "id", read_id, ANY, CONFIG_ID_ALLOWED, NULL };
	key[count++] =
	    (struct config_key){ "name", read_name, ALL, NULL, NULL };
	key[count++] =
	    (struct config_key){ "lanes", read_lanes, ALL, NULL, NULL };
	key[count++] = (struct config_key){ "from", config_read_ports,
		KIND_BIT(STRIP_CHANNEL), NULL, NULL };
	for (unsigned i = 0; i < STRIP_VALUES; i++) {
		const struct schema_param *param = schema_param((enum param)i);

		if (param->in_config)
			key[count++] = (struct config_key){ param->tail,
				read_value, param->kinds, NULL, param };
	}
	key[count++] = (struct config_key){ "source", read_source,
		KIND_BIT(STRIP_MONITOR), NULL, NULL };
	key[count++] = (struct config_key){ "inserts", config_read_inserts, MIX,
		NULL, NULL };
	key[count++] =
	    (struct config_key){ "align", read_align, ANY, NULL, NULL };
	key[count++] =
	    (struct config_key){ "to", config_read_to, ANY, NULL, NULL };
	key[count++] =
	    (struct config_key){ "sends", config_read_sends, ANY, NULL, NULL };
	key[count++] =
	    (struct config_key){ "dcas", config_read_members, ANY, NULL, NULL };
	key[count++] = (struct config_key){ "mutegroups", config_read_members,
		ANY, NULL, NULL };
	key[count++] = (struct config_key){ "target", config_read_target, MIX,
		NULL, NULL };
	key[count++] = (struct config_key){ "guard", config_read_guard,
		MIX & ~KIND_BIT(STRIP_CHANNEL), NULL, NULL };
	key[count++] = (struct config_key){ "outputs", config_read_ports, ALL,
		NULL, NULL };
	return count;
}

/* Without "to" a strip goes to the master. */
static void
default_to(
    struct config_reader *reader, struct desk_strip *strip, const cJSON *node)
{
	if (cJSON_GetObjectItemCaseSensitive(node, "to"))
		return;
	strip->to = malloc(sizeof(*strip->to));
	if (!strip->to) {
		reader->no_memory = true;
		return;
	}
	strip->to[0] = desk_master(reader->desk);
	strip->tos = 1;
}

void
config_read_strips(struct config_reader *reader, const struct config_item *item)
{
	struct config_key key[KEYS_MOST];
	const bool bus = !strcmp(item->key->name, "buses");
	struct desk_strip *strip = reader->desk->strip;
	struct config_keys keys = { key, strip_keys(key),
		KIND_BIT(bus ? STRIP_BUS : STRIP_CHANNEL) };
	struct config_path step = { item->path, NULL, 0 };
	char allowed[64];

	snprintf(allowed, sizeof(allowed), "an array of at most %d %s",
	    bus ? DESK_BUSES : DESK_CHANNELS, item->key->name);
	if (!config_array(reader, item->node, item->path,
		bus ? DESK_BUSES : DESK_CHANNELS, allowed))
		return;
	strip += bus ? reader->desk->channels : 0;
	for (const cJSON *node = item->node->child; node; node = node->next) {
		config_object(reader, node, &step, &keys, strip);
		default_to(reader, strip, node);
		step.index++;
		strip++;
	}
}

void
config_read_one(struct config_reader *reader, const struct config_item *item)
{
	struct desk *desk = reader->desk;
	enum strip_kind kind = strcmp(item->key->name, "master") == 0
				   ? STRIP_MASTER
				   : STRIP_MONITOR;
	struct config_key key[KEYS_MOST];
	struct config_keys keys = { key, strip_keys(key), KIND_BIT(kind) };

	/* It needs no id. */
	config_object(reader, item->node, item->path, &keys,
	    &desk->strip[desk_at(desk, kind, 1)]);
}
