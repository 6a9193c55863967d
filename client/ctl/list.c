#include "command.h"

#include "roster.h"

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

static void
list_addresses(struct output *out, const struct roster *roster)
{
	char text[160];

	for (size_t i = 0; i < roster->strips; i++)
		for (int p = 0; p < PARAMS; p++)
			list_row(out, &roster->strip[i],
			    schema_param((enum param)p));
	for (size_t i = 0; i < roster->strips; i++)
		for (unsigned s = 0; s < roster->strip[i].stages; s++) {
			snprintf(text, sizeof(text), "/meter/%s/%s",
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
}

enum status
list_run(struct command *command, int count, char **argument)
{
	struct output *out = &command->out;
	struct roster roster;

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
		list_addresses(out, &roster);
	else
		out->form->strips(out, &roster);
	roster_free(&roster);
	return STATUS_OK;
}
