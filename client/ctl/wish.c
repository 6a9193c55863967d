#include "wish.h"

#include "texts.h"
#include "value.h"

#include "protocol/match.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum status
wishes_add(
    struct wishes *wishes, const char *address, const char *text, unsigned line)
{
	struct wish *grown =
	    realloc(wishes->wish, (wishes->count + 1) * sizeof(*grown));

	if (!grown) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	wishes->wish = grown;
	struct wish *wish = &grown[wishes->count++];
	*wish = (struct wish){ .address = strdup(address),
		.pattern = match_is_pattern(address),
		.text = strdup(text),
		.line = line,
		.param = value_param(address) };
	if (!wish->address || !wish->text) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	value_parse(wish->param, wish->text, &wish->value);
	return STATUS_OK;
}

void
wishes_free(struct wishes *wishes)
{
	for (size_t i = 0; i < wishes->count; i++) {
		free(wishes->wish[i].address);
		free(wishes->wish[i].text);
	}
	free(wishes->wish);
}

/* Takes one line apart and adds it. */
static enum status
wish_read_line(struct wishes *wishes, char *line, unsigned number, bool strict)
{
	char why[300], *text = line + strcspn(line, " \t");

	if (line[0] != '/' || !*text) {
		command_warn("%s:%u: found \"%.200s\", allowed: lines of "
			     "ADDRESS VALUE",
		    wishes->name, number, line);
		return STATUS_USAGE;
	}
	*text++ = '\0';
	text += strspn(text, " \t");
	if (!match_is_valid(line)) {
		command_warn("%s:%u: found \"%.200s\", allowed: an address "
			     "such as /ch/kick/fader, or a pattern of them",
		    wishes->name, number, line);
		return STATUS_USAGE;
	}
	enum status status = wishes_add(wishes, line, text, number);
	if (status != STATUS_OK || !strict)
		return status;
	const struct wish *wish = &wishes->wish[wishes->count - 1];
	struct schema_value due;
	/* A plugin has words and units of its own. */
	if (!wish->param || wish->param->scope == SCOPE_INSERT_PARAM)
		return STATUS_OK;
	enum schema_verdict verdict =
	    schema_accept(wish->param, &wish->value, &due, why, sizeof(why));
	if (verdict == SCHEMA_OK || verdict == SCHEMA_CLAMPED)
		return STATUS_OK;
	command_warn("%s:%u: %s: %s", wishes->name, number, wish->address, why);
	return STATUS_USAGE;
}

enum status
wishes_read(struct wishes *wishes, FILE *file, bool strict)
{
	enum status status = STATUS_OK;
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;

	while (status != STATUS_LOST && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\r\n")] = '\0';
		char *begin = line + strspn(line, " \t");
		if (!*begin || *begin == '#')
			continue;
		enum status one = wish_read_line(wishes, begin, number, strict);
		if (one != STATUS_OK)
			status = one;
	}
	free(line);
	if (ferror(file)) {
		command_warn("%s: %s", wishes->name, strerror(errno));
		return STATUS_USAGE;
	}
	return status;
}

/* Where a wish stands, for messages about it. */
static const char *
wish_place(const struct wishes *wishes, const struct wish *wish, char *text,
    size_t size)
{
	text[0] = '\0';
	if (wish->line)
		snprintf(text, size, "%.200s:%u: ", wishes->name, wish->line);
	return text;
}

/* A value with its unit, such as "-12dB" or "2 kHz", for one parameter. */
static enum status
wish_fit_one(
    const struct wishes *wishes, struct wish *wish, const cJSON *described)
{
	const char *unit = texts_word(described, "unit", "");
	const cJSON *choice;
	char place[240];
	double number;

	cJSON_ArrayForEach(
	    choice, cJSON_GetObjectItemCaseSensitive(described, "choices"))
	{
		if (strcmp(texts_word(choice, "label", ""), wish->text) == 0)
			return STATUS_OK;
	}
	if (value_in_unit(unit, wish->text, &number)) {
		wish->value =
		    (struct schema_value){ .type = 'f', .number = number };
		return STATUS_OK;
	}
	command_warn("%s%s: found \"%s\", allowed: %g to %g%s%s",
	    wish_place(wishes, wish, place, sizeof(place)), wish->address,
	    wish->text, texts_number(described, "min", 0),
	    texts_number(described, "max", 0), unit[0] ? " " : "", unit);
	return STATUS_REFUSED;
}

enum status
wishes_fit(struct command *command, struct wishes *wishes)
{
	enum status status = STATUS_OK, one;
	struct texts texts;

	for (size_t i = 0; i < wishes->count; i++) {
		struct wish *wish = &wishes->wish[i];
		if (!wish->param || wish->param->scope != SCOPE_INSERT_PARAM ||
		    wish->value.type != 's')
			continue;
		one = texts_ask(command, "/describe", wish->address, &texts);
		if (one == STATUS_REFUSED)
			command_warn("%s", texts.refused);
		for (size_t t = 0; one == STATUS_OK && t < texts.count; t++)
			one = wish_fit_one(wishes, wish, texts.json[t]);
		texts_free(&texts);
		if (one != STATUS_OK)
			status = one;
		if (one == STATUS_SILENT)
			return one;
	}
	return status;
}

static enum status
wish_ask_all(const struct wishes *wishes, struct ask *ask)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < wishes->count; i++)
		status = ask_add(ask, wishes->wish[i].address);
	return status == STATUS_OK ? ask_run(ask) : status;
}

enum status
wishes_probe(struct command *command, const struct wishes *wishes)
{
	struct ask *ask = ask_new(command);
	char place[240];

	if (!ask) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	enum status status = wish_ask_all(wishes, ask);
	for (size_t i = 0; status == STATUS_REFUSED && i < wishes->count; i++) {
		const struct ask_item *item = ask_item(ask, i);
		if (item->refused || !item->answered)
			command_warn("%s%s is not there",
			    wish_place(
				wishes, &wishes->wish[i], place, sizeof(place)),
			    wishes->wish[i].address);
	}
	ask_free(ask);
	return status;
}

static enum status
wish_send(struct command *command, const struct wishes *wishes)
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
	return STATUS_OK;
}

enum status
wishes_run(struct command *command, struct wishes *wishes)
{
	struct ask *ask = ask_new(command);

	if (!ask) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	enum status status = wish_send(command, wishes);
	if (status == STATUS_OK) {
		status = wish_ask_all(wishes, ask);
		ask_print(ask, command->out.form->answer);
		enum status checked = wishes_check(command, wishes, ask);
		if (status == STATUS_OK)
			status = checked;
	}
	ask_free(ask);
	return status;
}
