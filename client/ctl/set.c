#include "command.h"

#include "ask.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

#define LINE_LONGEST 1024 /* bytes of a line of input */

/* One value on its way, and what will then stand there. */
struct wish {
	char *address;
	char *text; /* as typed */
	const struct schema_param *param;
	struct schema_value value;
};

struct wishes {
	struct wish *wish;
	size_t count;
};

static enum status
set_add(struct wishes *wishes, const char *address, const char *text)
{
	if (!ask_is_address(address))
		return STATUS_USAGE;
	struct wish *grown =
	    realloc(wishes->wish, (wishes->count + 1) * sizeof(*grown));
	if (!grown) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	wishes->wish = grown;
	struct wish *wish = &grown[wishes->count++];
	*wish = (struct wish){ .address = strdup(address),
		.text = strdup(text),
		.param = value_param(address) };
	if (!wish->address || !wish->text) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	value_parse(wish->param, wish->text, &wish->value);
	return STATUS_OK;
}

static void
set_free(struct wishes *wishes)
{
	for (size_t i = 0; i < wishes->count; i++) {
		free(wishes->wish[i].address);
		free(wishes->wish[i].text);
	}
	free(wishes->wish);
}

/* Lines as get prints them; a text value is the rest of its line. */
static enum status
set_read(struct wishes *wishes, FILE *file)
{
	char line[LINE_LONGEST];
	enum status status = STATUS_OK;

	while (status == STATUS_OK && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		char *text = strchr(line, ' ');
		if (!line[0] || line[0] == '#')
			continue;
		if (line[0] != '/' || !text) {
			command_warn("set: found \"%s\", allowed: lines of "
				     "ADDRESS VALUE",
			    line);
			return STATUS_USAGE;
		}
		*text++ = '\0';
		status = set_add(wishes, line, text);
	}
	return status;
}

static enum status
set_gather(struct wishes *wishes, int count, char **argument)
{
	enum status status = STATUS_OK;

	if (count == 1 && strcmp(argument[0], "-") == 0)
		return set_read(wishes, stdin);
	if (count < 2 || count % 2) {
		command_warn("set: %s, allowed: ADDRESS VALUE [ADDRESS "
			     "VALUE]..., or - to read lines of them",
		    count ? "a VALUE is missing" : "nothing to set");
		return STATUS_USAGE;
	}
	for (int i = 0; status == STATUS_OK && i < count; i += 2)
		status = set_add(wishes, argument[i], argument[i + 1]);
	return status;
}

static enum status
set_send(struct command *command, const struct wishes *wishes, struct ask *ask)
{
	for (size_t i = 0; i < wishes->count; i++) {
		const struct wish *wish = &wishes->wish[i];
		if (osc_pack(&command->link.packer, wish->address, &wish->value,
			1) < 0) {
			command_warn("%s: too long to send", wish->address);
			return STATUS_USAGE;
		}
	}
	link_flush(&command->link);
	for (size_t i = 0; i < wishes->count; i++) {
		enum status status = ask_add(ask, wishes->wish[i].address);
		if (status != STATUS_OK)
			return status;
	}
	return ask_run(ask);
}

/* Is the wish still ours to check, or is it set again further on? */
static bool
set_is_last(const struct wishes *wishes, size_t index)
{
	for (size_t i = index + 1; i < wishes->count; i++)
		if (strcmp(wishes->wish[i].address,
			wishes->wish[index].address) == 0)
			return false;
	return true;
}

/* Compares what stands with what was wished for: at a bound it is a remark,
 * anything else is a failure. */
static enum status
set_compare(const struct wish *wish, const struct link_message *answer)
{
	struct schema_value due;
	char why[200], found[VALUE_LONGEST];

	if (!wish->param || answer->values != 1)
		return STATUS_OK;
	enum schema_verdict verdict =
	    schema_accept(wish->param, &wish->value, &due, why, sizeof(why));
	if (verdict != SCHEMA_OK && verdict != SCHEMA_CLAMPED)
		return STATUS_OK;
	if (wish->param->type == SCHEMA_CHOICE)
		due = wish->value;
	value_text(&answer->value[0], found, sizeof(found));
	if (!value_equal(&due, &answer->value[0])) {
		command_warn("%s: stands at %s, not at %s: lost on the way, "
			     "or moved by someone else",
		    wish->address, found, wish->text);
		return STATUS_REFUSED;
	}
	if (verdict == SCHEMA_CLAMPED) {
		schema_allowed(wish->param, why, sizeof(why));
		command_warn(
		    "%s: set to %s, allowed: %s", wish->address, found, why);
	}
	return STATUS_OK;
}

static enum status
set_check(const struct wishes *wishes, const struct ask *ask)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < wishes->count; i++) {
		const struct wish *wish = &wishes->wish[i];
		const struct ask_item *item = ask_item(ask, i);
		const struct link_message *answer =
		    ask_answer(ask, wish->address);
		if (item->refused || !answer || !set_is_last(wishes, i))
			continue;
		if (set_compare(wish, answer) != STATUS_OK)
			status = STATUS_REFUSED;
	}
	return status;
}

enum status
set_run(struct command *command, int count, char **argument)
{
	struct wishes wishes = { 0 };
	struct ask *ask = ask_new(command);
	enum status status = set_gather(&wishes, count, argument);

	if (!ask) {
		command_warn("out of memory");
		status = STATUS_LOST;
	}
	if (status == STATUS_OK && wishes.count) {
		status = set_send(command, &wishes, ask);
		ask_print(ask, command->out.form->answer);
		enum status checked = set_check(&wishes, ask);
		if (status == STATUS_OK)
			status = checked;
	}
	ask_free(ask);
	set_free(&wishes);
	return status;
}
