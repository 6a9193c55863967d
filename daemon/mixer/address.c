#include "mixer/address.h"

#include "mixer/mixer_state.h"
#include "mixer/plugin.h"
#include "mixer/plugin_param.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
bus_text(const struct desk_strip *bus, bool by_place, char *text, size_t size)
{
	if (by_place)
		snprintf(text, size, "%u", bus->place);
	else
		snprintf(text, size, "%s", bus->id);
}

static void
group_text(const struct desk *desk, const struct address *address,
    char text[ADDRESS_LONGEST])
{
	enum group_kind kind = schema_scope_group(address->param->scope);
	const char *tail = address->param->tail;
	char place[16];

	snprintf(place, sizeof place, "%u", address->sub + 1);
	snprintf(text, ADDRESS_LONGEST, "/%s/%s%s%s", schema_group_name(kind),
	    address->by_place & BY_PLACE_STRIP
		? place
		: desk->group[kind][address->sub].id,
	    tail[0] != '\0' ? "/" : "", tail);
}

void
mixer_address_text(const struct mixer *mixer, const struct address *address,
    char text[ADDRESS_LONGEST])
{
	const struct desk *desk = mixer->desk;
	const struct schema_param *param = address->param;
	const struct desk_strip *strip = &desk->strip[address->strip];
	char name[DESK_STRIP_TEXT], bus[DESK_STRIP_TEXT];

	desk_strip_text(strip, address->by_place & BY_PLACE_STRIP, name);
	switch (param->scope) {
	case SCOPE_STRIP:
		snprintf(text, ADDRESS_LONGEST, "/%s/%s", name, param->tail);
		break;
	case SCOPE_SEND:
		bus_text(&desk->strip[strip->send[address->sub].bus],
		    address->by_place & BY_PLACE_BUS, bus, sizeof bus);
		snprintf(text, ADDRESS_LONGEST, "/%s/send/%s/%s", name, bus,
		    param->tail);
		break;
	case SCOPE_INSERT:
		snprintf(text, ADDRESS_LONGEST, "/%s/insert/%u/%s", name,
		    address->sub + 1, param->tail);
		break;
	case SCOPE_INSERT_PARAM:
		snprintf(text, ADDRESS_LONGEST, "/%s/insert/%u/param/%s", name,
		    address->sub + 1, param->tail);
		break;
	case SCOPE_DCA:
	case SCOPE_MUTE_GROUP:
		group_text(desk, address, text);
		break;
	case SCOPE_METER:
		snprintf(text, ADDRESS_LONGEST, "/meter/%s/%s", name,
		    desk_stage_name(strip, address->sub));
		break;
	case SCOPE_HEADROOM:
		snprintf(text, ADDRESS_LONGEST, "/headroom/%s/%s", name,
		    param->tail[0] != '\0'
			? param->tail
			: desk_stage_name(strip, address->sub));
		break;
	case SCOPE_LOUDNESS:
		snprintf(text, ADDRESS_LONGEST, "/loudness/%s%s%s", name,
		    param->tail[0] != '\0' ? "/" : "", param->tail);
		break;
	case SCOPE_STATUS:
		if (param->id == PARAM_STATUS_DROPS)
			snprintf(text, ADDRESS_LONGEST, "/status/drops/%s",
			    mixer_drop_name((enum mixer_drop)address->sub));
		else
			snprintf(
			    text, ADDRESS_LONGEST, "/status/%s", param->tail);
		break;
	case SCOPE_STATUS_INSERT:
		snprintf(text, ADDRESS_LONGEST, "/status/insert/%s/%u/%s", name,
		    address->sub + 1, param->tail);
		break;
	case SCOPE_DESK:
		snprintf(text, ADDRESS_LONGEST, "/%s", param->tail);
		break;
	}
}

/* --- the parts of an address --- */

struct address_parts
address_split(const char *text)
{
	struct address_parts parts = { .count = 0 };

	while (*text == '/' && parts.count < ADDRESS_PARTS) {
		size_t size = strcspn(++text, "/");
		parts.at[parts.count] = text;
		parts.size[parts.count++] = size;
		text += size;
	}
	if (*text != '\0')
		parts.count = ADDRESS_PARTS + 1;
	return parts;
}

static bool
part_is(const struct address_parts *parts, size_t index, const char *text)
{
	return index < parts->count && parts->size[index] == strlen(text) &&
	       memcmp(parts->at[index], text, parts->size[index]) == 0;
}

/* A part as a text; false for one that is longer than any id. */
static bool
part_text(const struct address_parts *parts, size_t index,
    char text[DESK_ID_LONGEST + 1])
{
	if (index >= parts->count || parts->size[index] > DESK_ID_LONGEST)
		return false;
	memcpy(text, parts->at[index], parts->size[index]);
	text[parts->size[index]] = '\0';
	return true;
}

/* The strip that a part names by id or by place, or -1. */
static int
part_strip(const struct desk *desk, const struct address_parts *parts,
    size_t index, enum strip_kind kind, bool *by_place)
{
	char text[DESK_ID_LONGEST + 1];

	return part_text(parts, index, text)
		   ? desk_named(desk, kind, text, by_place)
		   : -1;
}

/* --- plain addresses --- */

/* Reads "ch/kick" from part `*index` on and moves it behind. */
static bool
find_strip(const struct desk *desk, const struct address_parts *parts,
    size_t *index, struct address *address)
{
	for (int kind = 0; kind < STRIP_KINDS; kind++) {
		if (!part_is(
			parts, *index, schema_kind_name((enum strip_kind)kind)))
			continue;
		++*index;
		if (schema_kind_is_one((enum strip_kind)kind)) {
			address->strip =
			    (unsigned)desk_at(desk, (enum strip_kind)kind, 1);
			return true;
		}
		bool by_place = false;
		int strip = part_strip(
		    desk, parts, *index, (enum strip_kind)kind, &by_place);
		if (strip < 0)
			return false;
		++*index;
		address->strip = (unsigned)strip;
		address->by_place = by_place ? BY_PLACE_STRIP : 0;
		return true;
	}
	return false;
}

bool
address_strip_has(const struct desk *desk, const struct address *address)
{
	return address->param != NULL &&
	       (address->param->kinds &
		   KIND_BIT(desk->strip[address->strip].kind)) != 0;
}

static bool
find_send(const struct desk *desk, const struct address_parts *parts,
    size_t index, struct address *address)
{
	const struct desk_strip *strip = &desk->strip[address->strip];
	bool by_place = false;
	int bus = part_strip(desk, parts, index, STRIP_BUS, &by_place);

	if (bus < 0 || index + 2 != parts->count)
		return false;
	for (size_t i = 0; i < strip->sends; i++)
		if (strip->send[i].bus == (unsigned)bus) {
			address->sub = (unsigned)i;
			address->by_place |= by_place ? BY_PLACE_BUS : 0;
			address->param =
			    schema_find(SCOPE_SEND, parts->at[index + 1]);
			return address_strip_has(desk, address);
		}
	return false;
}

/* The number in a part, from 1, or 0 if it is none. */
static unsigned
part_number(const struct address_parts *parts, size_t index)
{
	unsigned number = 0;

	if (index >= parts->count || parts->size[index] > 3 ||
	    parts->at[index][0] == '0')
		return 0;
	for (size_t i = 0; i < parts->size[index]; i++) {
		char digit = parts->at[index][i];
		if (digit < '0' || digit > '9')
			return 0;
		number = 10 * number + (unsigned)(digit - '0');
	}
	return number;
}

static bool
find_insert(const struct desk *desk, const struct address_parts *parts,
    size_t index, struct address *address)
{
	const struct desk_strip *strip = &desk->strip[address->strip];
	unsigned number = part_number(parts, index);

	if (number == 0 || number > strip->inserts || index + 1 >= parts->count)
		return false;
	const struct plugin *plugin = strip->insert[number - 1].plugin;
	address->sub = number - 1;
	address->param = schema_find(SCOPE_INSERT, parts->at[index + 1]);
	if (address->param != NULL)
		return true;
	if (!part_is(parts, index + 1, "param") || index + 3 != parts->count ||
	    plugin == NULL)
		return false;
	int item = plugin_param_find(plugin, parts->at[index + 2]);
	if (item < 0)
		return false;
	address->item = (unsigned)item;
	address->param = &plugin->param[item].row;
	return true;
}

/* /meter and /headroom: `param` of a stage, or the scope's command. */
static bool
find_stage(const struct desk *desk, const struct address_parts *parts,
    enum param param, struct address *address)
{
	size_t index = 1;

	if (!find_strip(desk, parts, &index, address) || index >= parts->count)
		return false;
	const struct desk_strip *strip = &desk->strip[address->strip];
	for (unsigned stage = 0; stage < desk_stages(strip); stage++)
		if (strcmp(parts->at[index], desk_stage_name(strip, stage)) ==
		    0) {
			address->param = schema_param(param);
			address->sub = stage;
			return true;
		}
	if (param != PARAM_HEADROOM || !part_is(parts, index, "reset") ||
	    index + 1 != parts->count)
		return false;
	address->param = schema_param(PARAM_HEADROOM_RESET);
	return true;
}

static bool
find_loudness(const struct desk *desk, const struct address_parts *parts,
    struct address *address)
{
	size_t index = 1;

	if (!find_strip(desk, parts, &index, address) ||
	    index + 1 < parts->count)
		return false;
	if (index == parts->count)
		address->param = schema_param(PARAM_LOUDNESS);
	else if (part_is(parts, index, "reset"))
		address->param = schema_param(PARAM_LOUDNESS_RESET);
	return address_strip_has(desk, address);
}

static bool
find_status_insert(const struct desk *desk, const struct address_parts *parts,
    struct address *address)
{
	size_t index = 2;

	if (!find_strip(desk, parts, &index, address) ||
	    index + 2 != parts->count)
		return false;
	unsigned number = part_number(parts, index);
	if (number == 0 || number > desk->strip[address->strip].inserts)
		return false;
	address->sub = number - 1;
	address->param = schema_find(SCOPE_STATUS_INSERT, parts->at[index + 1]);
	return address->param != NULL;
}

static bool
find_status(const struct desk *desk, const struct address_parts *parts,
    struct address *address)
{
	if (part_is(parts, 1, "insert"))
		return find_status_insert(desk, parts, address);
	if (parts->count == 2) {
		address->param = schema_find(SCOPE_STATUS, parts->at[1]);
		return address->param != NULL &&
		       address->param->id != PARAM_STATUS_DROPS;
	}
	if (parts->count != 3 || !part_is(parts, 1, "drops"))
		return false;
	address->param = schema_param(PARAM_STATUS_DROPS);
	for (unsigned i = 0; i < DROPS; i++)
		if (part_is(parts, 2, mixer_drop_name((enum mixer_drop)i))) {
			address->sub = i;
			return true;
		}
	return false;
}

/* /dca/<id>/TAIL, /mutegroup/<id> and /mutegroup/<id>/TAIL. */
static bool
find_group(const struct desk *desk, const struct address_parts *parts,
    enum group_kind kind, struct address *address)
{
	char text[DESK_ID_LONGEST + 1];
	bool by_place = false;
	int group = part_text(parts, 1, text)
			? desk_named_group(desk, kind, text, &by_place)
			: -1;

	if (group < 0)
		return false;
	address->sub = (unsigned)group;
	address->by_place = by_place ? BY_PLACE_STRIP : 0;
	address->param = schema_find(
	    schema_group_scope(kind), parts->count > 2 ? parts->at[2] : "");
	return address->param != NULL;
}

bool
address_find(
    const struct mixer *mixer, const char *text, struct address *address)
{
	struct address_parts parts = address_split(text);
	size_t index = 0;

	*address = (struct address){ 0 };
	if (parts.count < 2 || parts.count > ADDRESS_PARTS)
		return false;
	if (part_is(&parts, 0, "status"))
		return find_status(mixer->desk, &parts, address);
	if (part_is(&parts, 0, "meter"))
		return find_stage(mixer->desk, &parts, PARAM_METER, address);
	if (part_is(&parts, 0, "headroom"))
		return find_stage(mixer->desk, &parts, PARAM_HEADROOM, address);
	if (part_is(&parts, 0, "loudness"))
		return find_loudness(mixer->desk, &parts, address);
	for (int kind = 0; kind < GROUP_KINDS; kind++)
		if (part_is(
			&parts, 0, schema_group_name((enum group_kind)kind)))
			return find_group(mixer->desk, &parts,
			    (enum group_kind)kind, address);
	if (!find_strip(mixer->desk, &parts, &index, address) ||
	    index >= parts.count)
		return false;
	if (part_is(&parts, index, "send") && index + 1 < parts.count)
		return find_send(mixer->desk, &parts, index + 1, address);
	if (part_is(&parts, index, "insert"))
		return find_insert(mixer->desk, &parts, index + 1, address);
	address->param = schema_find(SCOPE_STRIP, parts.at[index]);
	return address_strip_has(mixer->desk, address);
}
