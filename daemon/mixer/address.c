#include "mixer/mixer.h"

#include "mixer/mixer_state.h"
#include "mixer/plugin.h"
#include "mixer/plugin_param.h"
#include "protocol/match.h"

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
	case SCOPE_METER:
		snprintf(text, ADDRESS_LONGEST, "/meter/%s/%s", name,
		    desk_stage_name(strip, address->sub));
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
	case SCOPE_DESK:
		snprintf(text, ADDRESS_LONGEST, "/%s", param->tail);
		break;
	}
}

/* --- the parts of an address --- */

#define PARTS 8

struct parts {
	const char *at[PARTS];
	size_t size[PARTS];
	size_t count; /* PARTS + 1 for more than that */
};

static struct parts
split(const char *text)
{
	struct parts parts = { .count = 0 };

	while (*text == '/' && parts.count < PARTS) {
		size_t size = strcspn(++text, "/");
		parts.at[parts.count] = text;
		parts.size[parts.count++] = size;
		text += size;
	}
	if (*text != '\0')
		parts.count = PARTS + 1;
	return parts;
}

static bool
part_is(const struct parts *parts, size_t index, const char *text)
{
	return index < parts->count && parts->size[index] == strlen(text) &&
	       memcmp(parts->at[index], text, parts->size[index]) == 0;
}

/* The strip that a part names by id or by place, or -1. */
static int
part_strip(const struct desk *desk, const struct parts *parts, size_t index,
    enum strip_kind kind, bool *by_place)
{
	char text[DESK_ID_LONGEST + 1];

	if (index >= parts->count || parts->size[index] >= sizeof text)
		return -1;
	memcpy(text, parts->at[index], parts->size[index]);
	text[parts->size[index]] = '\0';
	return desk_named(desk, kind, text, by_place);
}

/* --- plain addresses --- */

/* Reads "ch/kick" from part `*index` on and moves it behind. */
static bool
find_strip(const struct desk *desk, const struct parts *parts, size_t *index,
    struct address *address)
{
	for (int kind = 0; kind < STRIP_KINDS; kind++) {
		if (!part_is(
			parts, *index, schema_kind_name((enum strip_kind)kind)))
			continue;
		++*index;
		if (kind == STRIP_MASTER) {
			address->strip = (unsigned)desk->strips - 1;
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

static bool
strip_has(const struct desk *desk, const struct address *address)
{
	return address->param != NULL &&
	       (address->param->kinds &
		   KIND_BIT(desk->strip[address->strip].kind)) != 0;
}

static bool
find_send(const struct desk *desk, const struct parts *parts, size_t index,
    struct address *address)
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
			return strip_has(desk, address);
		}
	return false;
}

/* The number in a part, from 1, or 0 if it is none. */
static unsigned
part_number(const struct parts *parts, size_t index)
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
find_insert(const struct desk *desk, const struct parts *parts, size_t index,
    struct address *address)
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

static bool
find_meter(
    const struct desk *desk, const struct parts *parts, struct address *address)
{
	size_t index = 1;

	if (!find_strip(desk, parts, &index, address) || index >= parts->count)
		return false;
	const struct desk_strip *strip = &desk->strip[address->strip];
	for (unsigned stage = 0; stage < desk_stages(strip); stage++)
		if (strcmp(parts->at[index], desk_stage_name(strip, stage)) ==
		    0) {
			address->param = schema_param(PARAM_METER);
			address->sub = stage;
			return true;
		}
	return false;
}

static bool
find_loudness(
    const struct desk *desk, const struct parts *parts, struct address *address)
{
	size_t index = 1;

	if (!find_strip(desk, parts, &index, address) ||
	    index + 1 < parts->count)
		return false;
	if (index == parts->count)
		address->param = schema_param(PARAM_LOUDNESS);
	else if (part_is(parts, index, "reset"))
		address->param = schema_param(PARAM_LOUDNESS_RESET);
	return strip_has(desk, address);
}

static bool
find_status(const struct parts *parts, struct address *address)
{
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

static bool
find_plain(const struct mixer *mixer, const char *text, struct address *address)
{
	struct parts parts = split(text);
	size_t index = 0;

	*address = (struct address){ 0 };
	if (parts.count < 2 || parts.count > PARTS)
		return false;
	if (part_is(&parts, 0, "status"))
		return find_status(&parts, address);
	if (part_is(&parts, 0, "meter"))
		return find_meter(mixer->desk, &parts, address);
	if (part_is(&parts, 0, "loudness"))
		return find_loudness(mixer->desk, &parts, address);
	if (!find_strip(mixer->desk, &parts, &index, address) ||
	    index >= parts.count)
		return false;
	if (part_is(&parts, index, "send") && index + 1 < parts.count)
		return find_send(mixer->desk, &parts, index + 1, address);
	if (part_is(&parts, index, "insert"))
		return find_insert(mixer->desk, &parts, index + 1, address);
	address->param = schema_find(SCOPE_STRIP, parts.at[index]);
	return strip_has(mixer->desk, address);
}

/* --- patterns --- */

struct search {
	const struct mixer *mixer;
	const char *pattern;
	struct parts parts;
	bool deep;        /* there is "//" in it: parts prove nothing */
	unsigned *budget; /* addresses that may still be tried */
	void (*each)(void *arg, const struct address *address);
	void *arg;
	size_t found;
};

/* Tries the forms of an address, by id first. The master has no place. */
static void
try_address(struct search *search, struct address address, unsigned forms)
{
	char text[ADDRESS_LONGEST];

	if (search->mixer->desk->strip[address.strip].kind == STRIP_MASTER)
		forms &= ~BY_PLACE_STRIP;
	for (unsigned form = 0; form <= forms; form++) {
		if ((form & ~forms) != 0)
			continue;
		if (*search->budget == 0)
			return;
		--*search->budget;
		address.by_place = form;
		mixer_address_text(search->mixer, &address, text);
		if (match_address(search->pattern, text)) {
			search->found++;
			search->each(search->arg, &address);
			return;
		}
	}
}

static bool
may_be(const struct search *search, size_t index, const char *text)
{
	const struct parts *parts = &search->parts;

	return search->deep || (index < parts->count &&
				   match_part(parts->at[index],
				       parts->size[index], text, strlen(text)));
}

/* Can the parts from `index` on, and no more, be this tail of an address? */
static bool
may_end(const struct search *search, size_t index, const char *tail)
{
	char part[32];

	if (search->deep)
		return true;
	for (;;) {
		size_t size = strcspn(tail, "/");
		snprintf(part, sizeof part, "%.*s", (int)size, tail);
		if (!may_be(search, index++, part))
			return false;
		if (tail[size] == '\0')
			return index == search->parts.count;
		tail += size + 1;
	}
}

/* Can the parts from `index` on name this strip? Saves trying all below it. */
static bool
may_be_strip(
    const struct search *search, size_t index, const struct desk_strip *strip)
{
	char place[16];

	if (!may_be(search, index, schema_kind_name(strip->kind)))
		return false;
	snprintf(place, sizeof place, "%u", strip->place);
	return strip->kind == STRIP_MASTER ||
	       may_be(search, index + 1, strip->id) ||
	       may_be(search, index + 1, place);
}

/* The sends of a strip, whose name ends before part `at`. */
static void
search_sends(struct search *search, struct address address, size_t at)
{
	const struct desk *desk = search->mixer->desk;
	const struct desk_strip *strip = &desk->strip[address.strip];

	if (!may_be(search, at, "send") ||
	    !may_end(search, at + 2, address.param->tail))
		return;
	for (size_t i = 0; i < strip->sends; i++) {
		const struct desk_strip *bus = &desk->strip[strip->send[i].bus];
		char place[16];
		snprintf(place, sizeof place, "%u", bus->place);
		address.sub = (unsigned)i;
		if (may_be(search, at + 1, bus->id) ||
		    may_be(search, at + 1, place))
			try_address(
			    search, address, BY_PLACE_STRIP | BY_PLACE_BUS);
	}
}

static void
search_params(struct search *search, struct address address, size_t at,
    const struct plugin *plugin)
{
	if (!may_be(search, at, "param") ||
	    !(search->deep || search->parts.count == at + 2))
		return;
	for (size_t i = 0; i < plugin->params; i++) {
		address.item = (unsigned)i;
		address.param = &plugin->param[i].row;
		if (may_be(search, at + 1, address.param->tail))
			try_address(search, address, BY_PLACE_STRIP);
	}
}

/* The insert slots of a strip, whose name ends before part `at`. */
static void
search_inserts(struct search *search, struct address address, size_t at)
{
	const struct desk_strip *strip =
	    &search->mixer->desk->strip[address.strip];

	if (!may_be(search, at, "insert"))
		return;
	for (size_t i = 0; i < strip->inserts; i++) {
		char number[24];
		address.sub = (unsigned)i;
		snprintf(number, sizeof number, "%zu", i + 1);
		if (!may_be(search, at + 1, number))
			continue;
		for (int id = 0; id < PARAMS; id++) {
			address.param = schema_param((enum param)id);
			if (address.param->scope == SCOPE_INSERT &&
			    may_end(search, at + 2, address.param->tail))
				try_address(search, address, BY_PLACE_STRIP);
		}
		if (strip->insert[i].plugin != NULL)
			search_params(
			    search, address, at + 2, strip->insert[i].plugin);
	}
}

static void
search_strip(struct search *search, struct address address)
{
	enum strip_kind kind = search->mixer->desk->strip[address.strip].kind;
	bool master = kind == STRIP_MASTER;
	size_t at = master ? 1 : 2;

	for (int id = 0; id < PARAMS; id++) {
		address.param = schema_param((enum param)id);
		if ((address.param->kinds & KIND_BIT(kind)) == 0)
			continue;
		if (address.param->scope == SCOPE_SEND)
			search_sends(search, address, at);
		else if (address.param->scope == SCOPE_STRIP &&
			 may_end(search, at, address.param->tail))
			try_address(search, address, BY_PLACE_STRIP);
	}
	search_inserts(search, address, at);
}

static void
search_meters(struct search *search, struct address address)
{
	const struct desk_strip *strip =
	    &search->mixer->desk->strip[address.strip];
	bool master = strip->kind == STRIP_MASTER;

	address.param = schema_param(PARAM_METER);
	for (address.sub = 0; address.sub < desk_stages(strip); address.sub++)
		if (may_end(search, master ? 2 : 3,
			desk_stage_name(strip, address.sub)))
			try_address(search, address, BY_PLACE_STRIP);
}

/* A reset is not for a pattern that asks for everything: it must name it. */
static void
search_loudness(struct search *search, struct address address)
{
	const struct desk *desk = search->mixer->desk;
	enum strip_kind kind = desk->strip[address.strip].kind;
	size_t at = kind == STRIP_MASTER ? 2 : 3;
	const char *tail = strrchr(search->pattern, '/');

	address.param = schema_param(PARAM_LOUDNESS);
	if (!strip_has(desk, &address))
		return;
	if (search->deep || search->parts.count == at)
		try_address(search, address, BY_PLACE_STRIP);
	address.param = schema_param(PARAM_LOUDNESS_RESET);
	if (tail != NULL && strcmp(tail + 1, address.param->tail) == 0 &&
	    may_end(search, at, address.param->tail))
		try_address(search, address, BY_PLACE_STRIP);
}

static void
search_status(struct search *search)
{
	for (int id = 0; id < PARAMS; id++) {
		struct address address = { .param =
					       schema_param((enum param)id) };
		bool drops = id == PARAM_STATUS_DROPS;
		if (address.param->scope != SCOPE_STATUS)
			continue;
		for (; address.sub < (drops ? DROPS : 1); address.sub++) {
			char text[ADDRESS_LONGEST];
			mixer_address_text(search->mixer, &address, text);
			if (may_end(search, 0, text + 1))
				try_address(search, address, 0);
		}
	}
}

size_t
mixer_each(struct mixer *mixer, const char *pattern, unsigned *budget,
    void (*each)(void *arg, const struct address *address), void *arg)
{
	const struct desk *desk = mixer->desk;
	struct search search = { .mixer = mixer,
		.pattern = pattern,
		.budget = budget,
		.each = each,
		.arg = arg };

	if (!match_is_pattern(pattern)) {
		struct address address;
		if (!find_plain(mixer, pattern, &address))
			return 0;
		each(arg, &address);
		return 1;
	}
	if (!match_is_valid(pattern))
		return 0;
	search.parts = split(pattern);
	search.deep = strstr(pattern, "//") != NULL;
	bool meters = may_be(&search, 0, "meter");
	bool loudness = may_be(&search, 0, "loudness");
	for (unsigned i = 0; i < desk->strips; i++) {
		struct address address = { .strip = i };
		if (may_be_strip(&search, 0, &desk->strip[i]))
			search_strip(&search, address);
		if (meters && may_be_strip(&search, 1, &desk->strip[i]))
			search_meters(&search, address);
		if (loudness && may_be_strip(&search, 1, &desk->strip[i]))
			search_loudness(&search, address);
	}
	search_status(&search);
	return search.found;
}
