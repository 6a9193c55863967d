#include "command.h"

#include "roster.h"
#include "texts.h"

#include <stdio.h>
#include <string.h>

static void
list_params(struct output *out)
{
	for (int i = 0; i < PARAMS; i++)
		out->form->param(out, schema_param((enum param)i));
}

/* Every address that this row of the schema has at this strip. */
static void
list_row(struct output *out, const struct roster_strip *strip,
    const struct schema_param *param)
{
	char text[160];

	if (!(param->kinds & KIND_BIT(strip->kind)))
		return;
	if (param->scope == SCOPE_STRIP) {
		snprintf(
		    text, sizeof(text), "/%s/%s", strip->address, param->tail);
		out->form->address(out, text);
	}
	if (param->scope == SCOPE_LOUDNESS && param->type != SCHEMA_COMMAND) {
		snprintf(text, sizeof(text), "/loudness/%s", strip->address);
		out->form->address(out, text);
	}
	for (size_t i = 0; param->scope == SCOPE_SEND && i < strip->sends;
	     i++) {
		snprintf(text, sizeof(text), "/%s/send/%s/%s", strip->address,
		    strip->send[i], param->tail);
		out->form->address(out, text);
	}
}

/* The symbols of parameters are the plugin's: the daemon tells them. */
static enum status
list_params_of(struct command *command, const struct roster_strip *strip,
    const struct roster_slot *slot)
{
	struct texts texts;
	char text[96];

	if (strcmp(slot->kind, "lv2") != 0)
		return STATUS_OK;
	snprintf(text, sizeof(text), "/%s/insert/%u/param/*", strip->address,
	    slot->number);
	enum status status = texts_ask(command, "/describe", text, &texts);
	if (status == STATUS_REFUSED)
		command_warn("%s", texts.refused);
	for (size_t i = 0; status == STATUS_OK && i < texts.count; i++)
		command->out.form->address(
		    &command->out, texts_word(texts.json[i], "address", ""));
	texts_free(&texts);
	return status;
}

static enum status
list_inserts(struct command *command, const struct roster_strip *strip)
{
	char text[160];
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < strip->slots; i++) {
		for (int p = 0; p < PARAMS; p++) {
			const struct schema_param *param =
			    schema_param((enum param)p);
			if (param->scope != SCOPE_INSERT)
				continue;
			snprintf(text, sizeof(text), "/%s/insert/%u/%s",
			    strip->address, strip->slot[i].number, param->tail);
			command->out.form->address(&command->out, text);
		}
		status = list_params_of(command, strip, &strip->slot[i]);
	}
	return status;
}

/* Every address of the DCAs and mute groups. */
static void
list_groups(struct output *out, const struct roster *roster)
{
	char text[160];

	for (size_t i = 0; i < roster->groups; i++)
		for (int p = 0; p < PARAMS; p++) {
			const struct roster_group *group = &roster->group[i];
			const struct schema_param *param =
			    schema_param((enum param)p);
			if (param->scope != schema_group_scope(group->kind))
				continue;
			snprintf(text, sizeof(text), "/%s/%s%s%s",
			    schema_group_name(group->kind), group->id,
			    param->tail[0] ? "/" : "", param->tail);
			out->form->address(out, text);
		}
}

static enum status
list_addresses(struct command *command, const struct roster *roster)
{
	struct output *out = &command->out;
	enum status status = STATUS_OK;
	char text[160];

	for (size_t i = 0; status == STATUS_OK && i < roster->strips; i++) {
		for (int p = 0; p < PARAMS; p++)
			list_row(out, &roster->strip[i],
			    schema_param((enum param)p));
		status = list_inserts(command, &roster->strip[i]);
	}
	list_groups(out, roster);
	for (size_t i = 0; i < roster->strips; i++)
		for (unsigned s = 0; s < roster->strip[i].stages; s++) {
			snprintf(text, sizeof(text), "/meter/%s/%s",
			    roster->strip[i].address,
			    roster->strip[i].stage[s].name);
			out->form->address(out, text);
			snprintf(text, sizeof(text), "/headroom/%s/%s",
			    roster->strip[i].address,
			    roster->strip[i].stage[s].name);
			out->form->address(out, text);
		}
	for (int p = 0; p < PARAMS; p++) {
		const struct schema_param *param = schema_param((enum param)p);
		if (param->scope != SCOPE_STATUS || strchr(param->address, '<'))
			continue;
		out->form->address(out, param->address);
	}
	return status;
}

enum status
list_run(struct command *command, int count, char **argument)
{
	struct output *out = &command->out;
	struct roster roster;
	enum status status = STATUS_OK;

	(void)argument;
	if (count) {
		command_warn("list: found an argument, allowed: none");
		return STATUS_USAGE;
	}
	if (command->parameters) {
		list_params(out);
		return STATUS_OK;
	}
	if (roster_load(&roster, &command->link, command->timeout) < 0)
		return command_silent(command);
	if (command->addresses)
		status = list_addresses(command, &roster);
	else
		out->form->strips(out, &roster);
	roster_free(&roster);
	return status;
}
