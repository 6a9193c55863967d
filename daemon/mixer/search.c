#include "mixer/mixer.h"

#include "mixer/address.h"
#include "mixer/mixer_state.h"
#include "mixer/plugin.h"
#include "protocol/match.h"

#include <stdio.h>
#include <string.h>

struct search {
	const struct mixer *mixer;
	const char *pattern;
	struct address_parts parts;
	bool deep;        /* there is "//" in it: parts prove nothing */
	unsigned *budget; /* addresses that may still be tried */
	void (*each)(void *arg, const struct address *address);
	void *arg;
	size_t found;
};

/* Tries the forms of an address, by id first. Not every strip has a place. */
static void
try_address(struct search *search, struct address address, unsigned forms)
{
	char text[ADDRESS_LONGEST];

	if (schema_scope_group(address.param->scope) == GROUP_KINDS &&
	    schema_kind_is_one(search->mixer->desk->strip[address.strip].kind))
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
	const struct address_parts *parts = &search->parts;

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
	return schema_kind_is_one(strip->kind) ||
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
	size_t at = schema_kind_is_one(kind) ? 1 : 2;

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

/* `param` at each stage. */
static void
search_stages(struct search *search, struct address address, enum param param)
{
	const struct desk_strip *strip =
	    &search->mixer->desk->strip[address.strip];
	size_t at = schema_kind_is_one(strip->kind) ? 2 : 3;

	address.param = schema_param(param);
	for (address.sub = 0; address.sub < desk_stages(strip); address.sub++)
		if (may_end(search, at, desk_stage_name(strip, address.sub)))
			try_address(search, address, BY_PLACE_STRIP);
}

/* A reset is not for a pattern that asks for everything: it must name it. */
static void
search_reset(struct search *search, struct address address, enum param reset)
{
	const struct desk *desk = search->mixer->desk;
	enum strip_kind kind = desk->strip[address.strip].kind;
	const char *tail = strrchr(search->pattern, '/');

	address.param = schema_param(reset);
	if (tail != NULL && strcmp(tail + 1, address.param->tail) == 0 &&
	    may_end(
		search, schema_kind_is_one(kind) ? 2 : 3, address.param->tail))
		try_address(search, address, BY_PLACE_STRIP);
}

static void
search_loudness(struct search *search, struct address address)
{
	const struct desk *desk = search->mixer->desk;
	enum strip_kind kind = desk->strip[address.strip].kind;
	size_t at = schema_kind_is_one(kind) ? 2 : 3;

	address.param = schema_param(PARAM_LOUDNESS);
	if (!address_strip_has(desk, &address))
		return;
	if (search->deep || search->parts.count == at)
		try_address(search, address, BY_PLACE_STRIP);
	search_reset(search, address, PARAM_LOUDNESS_RESET);
}

static void
search_groups(struct search *search, enum group_kind kind)
{
	const struct desk *desk = search->mixer->desk;
	struct address address = { .sub = 0 };

	if (!may_be(search, 0, schema_group_name(kind)))
		return;
	for (; address.sub < desk->groups[kind]; address.sub++) {
		char place[16];
		snprintf(place, sizeof place, "%u", address.sub + 1);
		if (!may_be(search, 1, desk->group[kind][address.sub].id) &&
		    !may_be(search, 1, place))
			continue;
		for (int id = 0; id < PARAMS; id++) {
			address.param = schema_param((enum param)id);
			if (address.param->scope != schema_group_scope(kind))
				continue;
			if (address.param->tail[0] == '\0'
				? search->deep || search->parts.count == 2
				: may_end(search, 2, address.param->tail))
				try_address(search, address, BY_PLACE_STRIP);
		}
	}
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

/* The slots of a strip under /status/insert. */
static void
search_status_inserts(struct search *search, struct address address)
{
	const struct desk_strip *strip =
	    &search->mixer->desk->strip[address.strip];
	size_t at = schema_kind_is_one(strip->kind) ? 3 : 4;

	for (size_t i = 0; i < strip->inserts; i++) {
		char number[24];
		address.sub = (unsigned)i;
		snprintf(number, sizeof number, "%zu", i + 1);
		if (!may_be(search, at, number))
			continue;
		for (int id = 0; id < PARAMS; id++) {
			address.param = schema_param((enum param)id);
			if (address.param->scope == SCOPE_STATUS_INSERT &&
			    may_end(search, at + 1, address.param->tail))
				try_address(search, address, BY_PLACE_STRIP);
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
		if (!address_find(mixer, pattern, &address))
			return 0;
		each(arg, &address);
		return 1;
	}
	if (!match_is_valid(pattern))
		return 0;
	search.parts = address_split(pattern);
	search.deep = strstr(pattern, "//") != NULL;
	bool meters = may_be(&search, 0, "meter");
	bool headroom = may_be(&search, 0, "headroom");
	bool loudness = may_be(&search, 0, "loudness");
	bool status =
	    may_be(&search, 0, "status") && may_be(&search, 1, "insert");
	for (unsigned i = 0; i < desk->strips; i++) {
		struct address address = { .strip = i };
		if (may_be_strip(&search, 0, &desk->strip[i]))
			search_strip(&search, address);
		if (meters && may_be_strip(&search, 1, &desk->strip[i]))
			search_stages(&search, address, PARAM_METER);
		if (headroom && may_be_strip(&search, 1, &desk->strip[i])) {
			search_stages(&search, address, PARAM_HEADROOM);
			search_reset(&search, address, PARAM_HEADROOM_RESET);
		}
		if (loudness && may_be_strip(&search, 1, &desk->strip[i]))
			search_loudness(&search, address);
		if (status && may_be_strip(&search, 2, &desk->strip[i]))
			search_status_inserts(&search, address);
	}
	for (int kind = 0; kind < GROUP_KINDS; kind++)
		search_groups(&search, (enum group_kind)kind);
	search_status(&search);
	return search.found;
}
