#include "command.h"

#include "roster.h"
#include "texts.h"

#include <stdio.h>
#include <string.h>

/* A slot's bypass, and what its parameters are and how they stand. */
static enum status
inserts_ask(struct command *command, const char *address, int *bypass,
    struct texts *params)
{
	struct texts own;
	char text[96];

	snprintf(text, sizeof(text), "%s/bypass", address);
	enum status status = texts_ask(command, "/describe", text, &own);
	if (status == STATUS_REFUSED)
		command_warn("%s", own.refused);
	if (status != STATUS_OK)
		return status;
	*bypass = own.count && texts_number(own.json[0], "value", 0) != 0;
	texts_free(&own);
	snprintf(text, sizeof(text), "%s/param/*", address);
	status = texts_ask(command, "/describe", text, params);
	if (status == STATUS_REFUSED)
		command_warn("%s", params->refused);
	return status;
}

static enum status
inserts_strip(struct command *command, const struct roster_strip *strip)
{
	struct output *out = &command->out;
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < strip->slots; i++) {
		const struct roster_slot *slot = &strip->slot[i];
		struct texts params;
		char address[80];
		int bypass = 0;

		snprintf(address, sizeof(address), "/%s/insert/%u",
		    strip->address, slot->number);
		status = inserts_ask(command, address, &bypass, &params);
		if (status != STATUS_OK)
			return status;
		out->form->slot(out, strip, slot, bypass != 0, &params);
		texts_free(&params);
	}
	return status;
}

enum status
inserts_run(struct command *command, int count, char **argument)
{
	struct roster roster;
	enum status status = STATUS_OK;

	if (count > 1) {
		command_warn(
		    "inserts: found %d arguments, allowed: one STRIP", count);
		return STATUS_USAGE;
	}
	if (roster_load(&roster, &command->link, command->timeout) < 0)
		return command_silent(command);
	if (count && roster_narrow(&roster, argument[0]) == 0) {
		command_warn("inserts: found strip \"%s\", allowed: those that "
			     "`headroomctl list` names",
		    argument[0]);
		status = STATUS_REFUSED;
	}
	if (status == STATUS_OK)
		command->out.form->slots(&command->out);
	for (size_t i = 0; status == STATUS_OK && i < roster.strips; i++)
		if (roster.strip[i].shown)
			status = inserts_strip(command, &roster.strip[i]);
	roster_free(&roster);
	return status;
}
