#include "mixer/walk.h"

#include "mixer/address.h"
#include "mixer/plugin.h"

/* The next slot that has a parameter `item`, from slot `sub` on. */
static bool
find_item(const struct desk_strip *strip, struct walk *walk)
{
	for (; walk->sub < strip->inserts; walk->sub++, walk->item = 0) {
		const struct plugin *plugin = strip->insert[walk->sub].plugin;
		if (plugin != NULL && walk->item < plugin->params)
			return true;
	}
	return false;
}

/* Is there another place for the row that the walk stands at? Then `address`
 * is it, and the walk stands behind it. */
static bool
take_place(
    const struct desk_strip *strip, struct walk *walk, struct address *address)
{
	bool found = false;

	switch (address->param->scope) {
	case SCOPE_STRIP:
		found = walk->sub == 0;
		break;
	case SCOPE_SEND:
		found = walk->sub < strip->sends;
		break;
	case SCOPE_INSERT:
		found = walk->sub < strip->inserts;
		break;
	case SCOPE_INSERT_PARAM:
		if (!find_item(strip, walk))
			return false;
		address->sub = walk->sub;
		address->item = walk->item++;
		address->param =
		    &strip->insert[walk->sub].plugin->param[address->item].row;
		return true;
	default:
		break;
	}
	if (found)
		address->sub = walk->sub++;
	return found;
}

/* The next parameter of a group. */
static bool
next_of_groups(
    const struct desk *desk, struct walk *walk, struct address *address)
{
	for (; walk->strip < desk->strips + GROUP_KINDS;
	     *walk = (struct walk){ .strip = walk->strip + 1 }) {
		enum group_kind kind =
		    (enum group_kind)(walk->strip - desk->strips);
		while (walk->sub < desk->groups[kind]) {
			if (walk->param == PARAMS) {
				walk->param = 0;
				walk->sub++;
				continue;
			}
			*address = (struct address){ .sub = walk->sub,
				.param =
				    schema_param((enum param)walk->param++) };
			if (address->param->scope == schema_group_scope(kind))
				return true;
		}
	}
	return false;
}

bool
walk_next(const struct mixer *mixer, struct walk *walk, struct address *address)
{
	const struct desk *desk = mixer_desk(mixer);

	while (walk->strip < desk->strips) {
		if (walk->param == PARAMS) {
			*walk = (struct walk){ .strip = walk->strip + 1 };
			continue;
		}
		*address = (struct address){ .strip = walk->strip,
			.param = schema_param((enum param)walk->param) };
		if (address->param->type != SCHEMA_COMMAND &&
		    address_strip_has(desk, address) &&
		    take_place(&desk->strip[walk->strip], walk, address))
			return true;
		*walk = (struct walk){ .strip = walk->strip,
			.param = walk->param + 1 };
	}
	return next_of_groups(desk, walk, address);
}
