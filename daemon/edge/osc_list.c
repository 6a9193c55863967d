#include "edge/osc_internal.h"

#include <stdio.h>

static void
list_strip(struct osc_request *request, unsigned index)
{
	const struct mixer *mixer = request->osc->mixer;
	const struct desk_strip *strip = &mixer_desk(mixer)->strip[index];
	char part[DESK_STRIP_TEXT], stages[16 * (DESK_INSERTS + 3)];
	size_t used = 0;

	stages[0] = '\0';
	for (unsigned i = 0; i < mixer_stages(mixer, index); i++) {
		if (used >= sizeof(stages))
			break;
		used += (size_t)snprintf(stages + used, sizeof(stages) - used,
		    "%s%s", i > 0 ? " " : "",
		    mixer_stage_name(mixer, index, i));
	}
	desk_strip_text(strip, false, part);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/list", "ssisi", part,
		    strip->name, (int)strip->lanes, stages,
		    desk_feeds_hardware(strip) ? 1 : 0);
}

static void
list_sends(struct osc_request *request, unsigned index)
{
	const struct desk *desk = mixer_desk(request->osc->mixer);
	const struct desk_strip *strip = &desk->strip[index];
	char part[ADDRESS_LONGEST];

	desk_strip_text(strip, false, part);
	for (size_t i = 0; i < strip->sends; i++) {
		if (osc_request_answers(request))
			osc_pack_print(&request->replies, "/list/send", "ss",
			    part, desk->strip[strip->send[i].bus].id);
	}
}

static void
list_target(struct osc_request *request, unsigned index)
{
	const struct desk *desk = mixer_desk(request->osc->mixer);
	const struct desk_strip *strip = &desk->strip[index];
	char part[DESK_STRIP_TEXT];

	desk_strip_text(strip, false, part);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/list/target", "sff", part,
		    strip->target[TARGET_VALUE(PARAM_TARGET_LOW)],
		    strip->target[TARGET_VALUE(PARAM_TARGET_HIGH)]);
}

static void
list_slots(struct osc_request *request, unsigned index)
{
	struct mixer *mixer = request->osc->mixer;
	const struct desk_strip *strip = &mixer_desk(mixer)->strip[index];
	struct address address = { .param = schema_param(PARAM_INSERT_STATE),
		.strip = index };
	struct schema_value state;
	char part[DESK_STRIP_TEXT];

	desk_strip_text(strip, false, part);
	for (unsigned i = 0; i < strip->inserts; i++) {
		const struct desk_insert *insert = &strip->insert[i];

		address.sub = i;
		mixer_get(mixer, &address, &state);
		if (osc_request_answers(request))
			osc_pack_print(&request->replies, "/list/slot",
			    "sisssi", part, (int)i + 1,
			    insert->kind == INSERT_JACK ? "jack" : "lv2",
			    mixer_insert_name(insert), state.text,
			    (int)strip->lanes);
	}
}

/* Who is in a group, as many as fit into each answer. */
static void
list_members(struct osc_request *request, enum group_kind kind, size_t index)
{
	const struct desk *desk = mixer_desk(request->osc->mixer);
	char part[DESK_STRIP_TEXT], address[40], text[OSC_TEXT];
	size_t used = 0;

	snprintf(address, sizeof(address), "/list/%s/strips",
	    schema_group_name(kind));
	for (size_t i = 0; i <= desk->strips; i++) {
		bool ends = i == desk->strips;
		if (!ends && (desk->strip[i].groups[kind] >> index & 1) == 0)
			continue;
		if (used > 0 &&
		    (ends || used + DESK_STRIP_TEXT + 1 > sizeof(text))) {
			if (osc_request_answers(request))
				osc_pack_print(&request->replies, address, "ss",
				    desk->group[kind][index].id, text);
			used = 0;
		}
		if (ends)
			break;
		desk_strip_text(&desk->strip[i], false, part);
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s", used > 0 ? " " : "", part);
	}
}

/* Each group, then who is in it. */
static void
list_groups(struct osc_request *request, enum group_kind kind)
{
	const struct desk *desk = mixer_desk(request->osc->mixer);
	char address[40];

	snprintf(address, sizeof(address), "/list/%s", schema_group_name(kind));
	for (size_t i = 0; i < desk->groups[kind]; i++) {
		const struct desk_group *group = &desk->group[kind][i];
		int members = 0;
		for (size_t k = 0; k < desk->strips; k++)
			members += desk->strip[k].groups[kind] >> i & 1;
		if (osc_request_answers(request))
			osc_pack_print(&request->replies, address, "ssi",
			    group->id, group->name, members);
		list_members(request, kind, i);
	}
}

void
osc_list(struct osc_request *request)
{
	const struct desk *desk = mixer_desk(request->osc->mixer);
	size_t strips = desk->strips;

	for (unsigned i = 0; i < strips; i++)
		list_strip(request, i);
	for (unsigned i = 0; i < strips; i++)
		list_sends(request, i);
	for (unsigned i = 0; i < strips; i++)
		list_slots(request, i);
	for (unsigned i = 0; i < strips; i++)
		list_target(request, i);
	for (int kind = 0; kind < GROUP_KINDS; kind++)
		list_groups(request, (enum group_kind)kind);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/list/end", "iii",
		    (int)strips, (int)desk->groups[GROUP_DCA],
		    (int)desk->groups[GROUP_MUTE]);
}
