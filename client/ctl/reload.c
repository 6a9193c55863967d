#include "command.h"

#include "change.h"

#include "protocol/match.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define STRIP_LONGEST 64 /* bytes */
#define SLOT_TEXT (STRIP_LONGEST + 32)

/* --- what was typed --- */

static struct schema_value
text_value(const char *text)
{
	return (struct schema_value){ .type = 's', .text = text };
}

static enum status
refuse_count(const char *what, int count, const char *allowed)
{
	command_warn(
	    "%s: found %d arguments, allowed: %s", what, count, allowed);
	return STATUS_USAGE;
}

/* A strip that may stand in an address; "/ch/kick" is taken for "ch/kick". */
static const char *
read_strip(const char *what, const char *text)
{
	char address[STRIP_LONGEST + 2];
	const char *strip = text[0] == '/' ? text + 1 : text;

	snprintf(address, sizeof(address), "/%s", strip);
	if (strip[0] && strlen(strip) < STRIP_LONGEST &&
	    match_is_valid(address) && !match_is_pattern(address))
		return strip;
	command_warn(
	    "%s: found strip \"%s\", allowed: one such as ch/kick", what, text);
	return NULL;
}

static int
read_place(const char *what, const char *text, struct schema_value *value)
{
	char *end;
	const long place = strtol(text, &end, 10);

	*value = (struct schema_value){ .type = 'i', .number = (double)place };
	if (end != text && !*end && place >= 1 && place <= INT_MAX)
		return 0;
	command_warn("%s: found place \"%s\", allowed: a whole number from 1",
	    what, text);
	return -1;
}

static char *
read_input(void)
{
	char *text = malloc(CHANGE_LARGEST + 2);
	size_t size = text ? fread(text, 1, CHANGE_LARGEST + 1, stdin) : 0;

	if (text)
		text[size] = '\0';
	return text;
}

/* JSON with as few blanks as can be, so that much of it fits into a packet;
 * what is none goes as it is, so that the daemon says what is wrong. Freed by
 * the caller; NULL after a warning. */
static char *
read_json(const char *what, const char *argument)
{
	char *text =
	    strcmp(argument, "-") == 0 ? read_input() : strdup(argument);
	cJSON *tree = cJSON_Parse(text);
	char *less = cJSON_PrintUnformatted(tree);

	cJSON_Delete(tree);
	if (less) {
		free(text);
		text = less;
	}
	if (text && strlen(text) <= CHANGE_LARGEST)
		return text;
	command_warn("%s: found more than %d bytes of JSON, allowed: so many; "
		     "put it into the file, and reload",
	    what, CHANGE_LARGEST);
	free(text);
	return NULL;
}

/* A slot, or a plugin by its URI. */
static char *
read_slot(const char *argument)
{
	cJSON *slot;
	char *text;

	if (strcmp(argument, "-") == 0 || strchr(argument, '{'))
		return read_json("insert add", argument);
	slot = cJSON_CreateObject();
	cJSON_AddStringToObject(slot, "lv2", argument);
	text = cJSON_PrintUnformatted(slot);
	cJSON_Delete(slot);
	return text;
}

/* --- the commands --- */

enum status
reload_run(struct command *command, int count, char **argument)
{
	struct change change = { .address =
				     command->dry ? "/reload/check" : "/reload",
		.changes = !command->dry };

	(void)argument;
	if (count > 0)
		return refuse_count("reload", count, "none");
	return change_ask(command, &change);
}

enum status
add_run(struct command *command, int count, char **argument)
{
	struct change change = { .address = "/add", .changes = true };
	enum status status;
	char *json;

	if (count != 1)
		return refuse_count("add", count, "one JSON, or -");
	json = read_json("add", argument[0]);
	if (!json)
		return STATUS_USAGE;
	change.value[change.values++] = text_value(json);
	status = change_ask(command, &change);
	free(json);
	return status;
}

enum status
remove_run(struct command *command, int count, char **argument)
{
	struct change change = { .address = "/remove", .changes = true };
	const char *strip;

	if (count != 1)
		return refuse_count("remove", count, "one STRIP");
	strip = read_strip("remove", argument[0]);
	if (!strip)
		return STATUS_USAGE;
	change.value[change.values++] = text_value(strip);
	return change_ask(command, &change);
}

enum status
move_run(struct command *command, int count, char **argument)
{
	struct change change = {
		.address = "/move", .values = 2, .changes = true
	};
	const char *strip;

	if (count != 2)
		return refuse_count("move", count, "STRIP and PLACE");
	strip = read_strip("move", argument[0]);
	if (!strip || read_place("move", argument[1], &change.value[1]))
		return STATUS_USAGE;
	change.value[0] = text_value(strip);
	return change_ask(command, &change);
}

/* What is done to insert slots, and how many arguments that takes. */
static const struct action {
	const char *name;
	int least, most;
	int slot; /* 1: the last says what is to be in it */
	const char *allowed;
} actions[] = {
	{ "add", 2, 3, 1, "STRIP, a PLACE if wanted, and JSON or a URI" },
	{ "remove", 2, 2, 0, "STRIP and PLACE" },
	{ "move", 3, 3, 0, "STRIP, FROM and TO" },
};
#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static const struct action *
find_action(const char *name)
{
	for (size_t i = 0; name && i < ACTIONS; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	command_warn("insert: found %s%s%s, allowed: add, remove or move",
	    name ? "\"" : "nothing", name ? name : "", name ? "\"" : "");
	return NULL;
}

/* A slot to be, or one that there is, by its place: "ch/kick/insert/2". */
static enum status
insert_ask(struct command *command, const char *address, const char *slot,
    const char *json, struct schema_value to)
{
	struct change change = { .address = address,
		.value = { text_value(slot), json ? text_value(json) : to },
		.values = json || to.type ? 2 : 1,
		.changes = true };

	return change_ask(command, &change);
}

enum status
insert_run(struct command *command, int count, char **argument)
{
	const struct action *action = find_action(count ? argument[0] : NULL);
	struct schema_value place[2] = { { 0 } };
	char address[16], slot[SLOT_TEXT], what[32], *json = NULL;
	enum status status;
	const char *strip;

	if (!action)
		return STATUS_USAGE;
	count--;
	argument++;
	snprintf(what, sizeof(what), "insert %s", action->name);
	if (count < action->least || count > action->most)
		return refuse_count(what, count, action->allowed);
	strip = read_strip(what, argument[0]);
	if (!strip)
		return STATUS_USAGE;
	for (int i = 1; i < count - action->slot; i++)
		if (read_place(what, argument[i], &place[i - 1]))
			return STATUS_USAGE;
	if (action->slot && !(json = read_slot(argument[count - 1])))
		return STATUS_USAGE;
	snprintf(address, sizeof(address), "/%s", action->name);
	snprintf(slot, sizeof(slot),
	    place[0].type ? "%s/insert/%.0f" : "%s/insert", strip,
	    place[0].number);
	status = insert_ask(command, address, slot, json, place[1]);
	free(json);
	return status;
}

enum status
config_run(struct command *command, int count, char **argument)
{
	struct change change = { .address = "/config/save", .changes = true };

	if (count != 1 || strcmp(argument[0], "save") != 0) {
		command_warn("config: found %s%s%s, allowed: save",
		    count ? "\"" : "nothing", count ? argument[0] : "",
		    count ? "\"" : "");
		return STATUS_USAGE;
	}
	return change_ask(command, &change);
}
