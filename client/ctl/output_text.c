#include "output_reload.h"
#include "output_scene.h"

#include "advice.h"
#include "notice.h"
#include "output_plugin.h"
#include "soundcheck.h"
#include "value.h"

#include "protocol/level.h"
#include "protocol/zone.h"

#include <string.h>

/* "/ch/kick/fader -6": what `headroomctl set` takes. */
static void
text_answer(struct output *out, const struct link_message *message)
{
	char text[VALUE_LONGEST];

	fputs(message->address, out->file);
	for (size_t i = 0; i < message->values; i++) {
		value_text(&message->value[i], text, sizeof(text));
		fprintf(out->file, " %s", text);
	}
	fputc('\n', out->file);
}

static void
text_status(struct output *out, const struct link_message *message)
{
	const char *tail = message->address + strlen("/status/");
	const struct schema_param *param = schema_find(SCOPE_STATUS, tail);
	char text[VALUE_LONGEST];

	if (!message->values)
		return;
	if (message->value[0].type == 'f')
		snprintf(text, sizeof(text), "%.1f", message->value[0].number);
	else
		value_text(&message->value[0], text, sizeof(text));
	fprintf(out->file, "%-16s %s%s%s\n", tail, text,
	    param && param->unit[0] ? " " : "", param ? param->unit : "");
}

static void
text_event(struct output *out, const struct link_message *message)
{
	char text[NOTICE_LONGEST];

	if (notice_text(message, text, sizeof(text)))
		fprintf(out->file, "%s\n", text);
}

/* A level in a column of seven; silence has no number. */
static void
text_level(struct output *out, double level)
{
	if (level <= LEVEL_SILENCE)
		fprintf(out->file, "%8s", "-");
	else
		fprintf(out->file, "%+8.1f", level);
}

static void
text_stage(struct output *out, const struct roster_strip *strip,
    const struct roster_stage *stage)
{
	for (unsigned l = 0; l < strip->lanes; l++) {
		const struct roster_lane *lane = &stage->lane[l];
		fprintf(out->file, "%-16s %-10s %4s", strip->address,
		    stage->name,
		    strip->lanes == 1 ? ""
		    : l == 0          ? "L"
				      : "R");
		text_level(out, lane->peak);
		text_level(out, lane->rms);
		if (lane->highest > LEVEL_SILENCE)
			fprintf(out->file, "%9.1f", roster_headroom(lane));
		else
			fprintf(out->file, "%9s", "-");
		fprintf(out->file, "  %s\n",
		    zone_name(roster_zone(strip, stage, lane->peak)));
	}
}

/* Only a range, a correlation and a crest factor may be plain zeros. */
static void
text_loudness(struct output *out, const struct roster_strip *strip)
{
	fprintf(out->file, "%-16s", strip->address);
	for (size_t i = 0; i < LOUDNESSES; i++) {
		double number = strip->loudness[i];
		if (number <= LEVEL_SILENCE)
			fprintf(out->file, "%8s", "-");
		else if (i == LOUDNESS_CORRELATION)
			fprintf(out->file, "%+8.2f", number);
		else if (i == LOUDNESS_RANGE || i == LOUDNESS_CREST)
			fprintf(out->file, "%8.1f", number);
		else
			fprintf(out->file, "%+8.1f", number);
	}
	fputc('\n', out->file);
}

static void
text_loudnesses(struct output *out, const struct roster *roster)
{
	bool any = false;

	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		if (!strip->has_loudness || !strip->loudness_read)
			continue;
		if (!any)
			fprintf(out->file,
			    "\n%-16s%8s%8s%8s%8s%8s%8s%8s%8s%8s\n", "LOUDNESS",
			    "M", "S", "I", "LRA", "CORR", "DC", "CREST",
			    "MAX M", "MAX S");
		any = true;
		text_loudness(out, strip);
	}
}

static void
text_meters(struct output *out, const struct roster *roster)
{
	if (out->printed++)
		fputc('\n', out->file);
	fprintf(out->file, "%-16s %-10s %4s%8s%8s%9s  %s\n", "STRIP", "STAGE",
	    "LANE", "PEAK", "RMS", "HEADROOM", "ZONE");
	for (size_t i = 0; i < roster->strips; i++)
		for (unsigned s = 0; s < roster->strip[i].stages; s++)
			if (roster->strip[i].stage[s].shown)
				text_stage(out, &roster->strip[i],
				    &roster->strip[i].stage[s]);
	text_loudnesses(out, roster);
	fflush(out->file);
}

static void
text_words(struct output *out, const struct roster_strip *strip, int width)
{
	for (unsigned i = 0; i < strip->stages; i++)
		width -= fprintf(
		    out->file, "%s%s", i ? " " : "", strip->stage[i].name);
	if (strip->sends)
		fprintf(out->file, "%*s", width > 1 ? width : 1, "");
	for (size_t i = 0; i < strip->sends; i++)
		fprintf(out->file, "%s%s", i ? " " : "", strip->send[i]);
	fputc('\n', out->file);
}

static void
text_groups(struct output *out, const struct roster *roster)
{
	if (roster->groups > 0)
		fprintf(out->file, "\n%-24s  %-20s %s\n", "GROUP", "NAME",
		    "STRIPS");
	for (size_t i = 0; i < roster->groups; i++) {
		const struct roster_group *group = &roster->group[i];
		struct schema_value name = { .type = 's', .text = group->name };
		char text[VALUE_LONGEST], address[60];
		snprintf(address, sizeof(address), "%s/%s",
		    schema_group_name(group->kind), group->id);
		value_text(&name, text, sizeof(text));
		fprintf(out->file, "%-24s  %-20s", address, text);
		for (size_t k = 0; k < group->strips; k++)
			fprintf(out->file, " %s", group->strip[k]);
		fputc('\n', out->file);
	}
}

static void
text_strips(struct output *out, const struct roster *roster)
{
	fprintf(out->file, "%-16s %5s  %-20s %-6s  %-18s%s\n", "STRIP", "PLACE",
	    "NAME", "LANES", "STAGES", "SENDS");
	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		struct schema_value name = { .type = 's', .text = strip->name };
		char text[VALUE_LONGEST];
		value_text(&name, text, sizeof(text));
		fprintf(out->file, "%-16s %5u  %-20s %-6s  ", strip->address,
		    strip->place, text, strip->lanes == 1 ? "mono" : "stereo");
		text_words(out, strip, 18);
		for (size_t k = 0; k < strip->slots; k++) {
			const struct roster_slot *slot = &strip->slot[k];
			struct schema_value of = { .type = 's',
				.text = slot->name };
			value_text(&of, text, sizeof(text));
			fprintf(out->file, "  insert/%-2u %s %s: %s\n",
			    slot->number, slot->kind, text, slot->state);
		}
	}
	text_groups(out, roster);
}

static void
text_address(struct output *out, const char *address)
{
	fprintf(out->file, "%s\n", address);
}

static void
text_param(struct output *out, const struct schema_param *param)
{
	char allowed[120] = "";

	if (!out->printed++)
		fprintf(out->file, "%-28s %-8s %-30s %s\n", "ADDRESS", "ACCESS",
		    "VALUE", "MEANING");
	if (param->type != SCHEMA_COMMAND && param->writable)
		schema_allowed(param, allowed, sizeof(allowed));
	else if (param->type != SCHEMA_COMMAND)
		snprintf(allowed, sizeof(allowed), "%s", param->unit);
	fprintf(out->file, "%-28s %-8s %-30s %s\n", param->address,
	    param->type == SCHEMA_COMMAND ? "command"
	    : param->writable             ? "get, set"
					  : "get",
	    allowed, param->help);
}

static void
text_close(struct output *out)
{
	fflush(out->file);
}

const struct output_form output_text = {
	.answer = text_answer,
	.change = text_answer,
	.status = text_status,
	.event = text_event,
	.meters = text_meters,
	.strips = text_strips,
	.slots = text_slots,
	.slot = text_slot,
	.plugins = text_plugins,
	.plugin = text_plugin,
	.advice = text_advice,
	.undone = text_undone,
	.soundcheck = text_soundcheck,
	.scene = text_scene,
	.reload = text_reload,
	.address = text_address,
	.param = text_param,
	.close = text_close,
};
