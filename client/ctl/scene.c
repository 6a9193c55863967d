#include "command.h"

#include "value.h"

#include "protocol/event_line.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN 3 /* times that is asked again where a part was lost */

/* How an argument of an answer is kept. */
struct field {
	char type;
	const char *key;
};

/* What a command of scenes takes, and what ends its answer. */
struct action {
	const char *name, *address, *end;
	int names; /* arguments */
	bool fades, scoped;
	bool changes; /* not asked again: it may have been done */
	struct field field[OSC_ARGUMENTS]; /* of the end */
};

static const struct action actions[] = {
	{ "list", "/scene/list", "/scene/list/end", 0, false, false, false,
	    { { 'i', "scenes" } } },
	{ "save", "/scene/save", "/scene/save", 1, false, true, true,
	    { { 's', "name" }, { 'i', "values" } } },
	{ "recall", "/scene/recall", "/scene/recall", 1, true, true, true,
	    { { 's', "name" }, { 'i', "changes" }, { 'i', "safe" },
		{ 'i', "unknown" }, { 'f', "fade" } } },
	{ "preview", "/scene/preview", "/scene/preview/end", 1, true, true,
	    false,
	    { { 's', "name" }, { 'i', "changes" }, { 'i', "safe" },
		{ 'i', "unknown" } } },
	{ "show", "/scene/show", "/scene/show/end", 1, false, false, false,
	    { { 's', "name" }, { 'i', "values" }, { 'i', "unknown" } } },
	{ "current", "/scene/current", "/scene/current", 0, false, false, false,
	    { { 's', "name" }, { 'b', "changed" }, { 'f', "fade" } } },
	{ "rename", "/scene/rename", "/scene/rename", 2, false, false, true,
	    { { 's', "name" }, { 's', "to" } } },
	{ "delete", "/scene/delete", "/scene/delete", 1, false, false, true,
	    { { 's', "name" } } },
	{ "stop", "/scene/stop", "/scene/stop", 0, false, false, true,
	    { { 'i', "values" } } },
};
#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

struct answer {
	const struct action *action;
	cJSON *json;
	double heard; /* time of the last message */
	bool complete, refused;
	bool lost; /* its end came, but not all before it */
	char refusal[1200];
};

/* --- in --- */

static cJSON *
value_json(const struct schema_value *value)
{
	return value->text ? cJSON_CreateString(value->text)
			   : cJSON_CreateNumber(value_number(value));
}

static void
add_field(
    cJSON *to, const struct field *field, const struct schema_value *value)
{
	if (field->type == 'b')
		cJSON_AddBoolToObject(to, field->key, value->number != 0);
	else
		cJSON_AddItemToObject(to, field->key, value_json(value));
}

static void
add_part(cJSON *json, const char *key, cJSON *part)
{
	cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(json, key), part);
}

static void
take_row(cJSON *json, const struct schema_value *value)
{
	cJSON *row = cJSON_CreateObject();
	char saved[EVENT_TIME_TEXT];

	event_time_text((int64_t)value[1].number, saved);
	cJSON_AddItemToObject(row, "name", value_json(&value[0]));
	cJSON_AddStringToObject(row, "saved", saved);
	cJSON_AddItemToObject(row, "values", value_json(&value[2]));
	cJSON_AddItemToObject(row, "problem", value_json(&value[3]));
	add_part(json, "scenes", row);
}

static void
take_change(cJSON *json, const struct schema_value *value)
{
	static const struct field field[] = { { 's', "address" },
		{ 'v', "now" }, { 'v', "then" } };
	cJSON *change = cJSON_CreateObject();

	for (int i = 0; i < 3; i++)
		add_field(change, &field[i], &value[i]);
	add_part(json, "changes", change);
}

static void
take_value(cJSON *json, const struct schema_value *value)
{
	cJSON_AddItemToObject(cJSON_GetObjectItemCaseSensitive(json, "values"),
	    value[0].text, value_json(&value[1]));
}

/* One of the messages before the end. */
static bool
take_part(cJSON *json, const struct link_message *message)
{
	const struct schema_value *value = message->value;
	const char *name = message->address;

	if (message->values == 0 || !value[0].text)
		return false;
	if (link_is(message, "/scene/list", "shis"))
		take_row(json, value);
	else if (strcmp(name, "/scene/change") == 0 && message->values == 3)
		take_change(json, value);
	else if (strcmp(name, "/scene/value") == 0 && message->values == 2)
		take_value(json, value);
	else if (link_is(message, "/scene/safe", "s"))
		add_part(json, "safe", value_json(value));
	else if (link_is(message, "/scene/unknown", "s"))
		add_part(json, "unknown", value_json(value));
	else
		return false;
	return true;
}

/* Room for the parts that the end counts. */
static void
make_room(struct answer *answer)
{
	const struct action *action = answer->action;

	for (const struct field *field = action->field; field->key; field++) {
		if (field->type == 's' ||
		    strcmp(action->address, action->end) == 0)
			continue;
		if (strcmp(field->key, "values") == 0)
			cJSON_AddObjectToObject(answer->json, field->key);
		else
			cJSON_AddArrayToObject(answer->json, field->key);
	}
}

static void
take_end(struct answer *answer, const struct link_message *message)
{
	const struct action *action = answer->action;
	bool parts = strcmp(action->address, action->end) != 0, whole = true;

	for (size_t i = 0; i < message->values && action->field[i].key; i++) {
		const struct field *field = &action->field[i];
		const struct schema_value *value = &message->value[i];

		if (!parts || field->type == 's')
			add_field(answer->json, field, value);
		else
			whole &=
			    cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(
				answer->json, field->key)) ==
			    (int)value->number;
	}
	answer->complete = whole;
	answer->lost = !whole;
}

static void
take(void *arg, const struct link_message *message)
{
	struct answer *answer = arg;
	const struct schema_value *value = message->value;

	if (answer->complete || answer->lost)
		return;
	answer->heard = link_now();
	if (link_is(message, "/error", "sss")) {
		if (strcmp(value[0].text, answer->action->address) != 0)
			return;
		snprintf(answer->refusal, sizeof(answer->refusal), "%s",
		    value[2].text);
		answer->refused = answer->complete = true;
	} else if (strcmp(message->address, answer->action->end) == 0) {
		take_end(answer, message);
	} else {
		take_part(answer->json, message);
	}
}

/* --- out --- */

static enum status
send_question(struct command *command, const struct action *action, char **name)
{
	struct schema_value value[OSC_ARGUMENTS];
	size_t count = 0;

	for (int i = 0; i < action->names; i++)
		value[count++] =
		    (struct schema_value){ .type = 's', .text = name[i] };
	if (command->fade > 0)
		value[count++] = (struct schema_value){ .type = 'f',
			.number = command->fade };
	for (size_t i = 0; i < command->onlys; i++)
		value[count++] = (struct schema_value){ .type = 's',
			.text = command->only[i] };
	if (osc_pack(&command->link.packer, action->address, value, count) <
	    0) {
		command_warn("scene: the name or the scope is too long");
		return STATUS_USAGE;
	}
	link_flush(&command->link);
	return STATUS_OK;
}

/* Waits as long as anything comes. */
static enum status
wait_for(struct command *command, struct answer *answer)
{
	answer->heard = link_now();
	while (!answer->complete && !answer->lost &&
	       link_now() - answer->heard < command->timeout) {
		int got = link_receive(
		    &command->link, command->timeout / 4, take, answer);
		if (got < 0) {
			command->link.fault = got;
			return STATUS_SILENT;
		}
	}
	if (answer->refused) {
		command_warn("%s", answer->refusal);
		return STATUS_REFUSED;
	}
	return answer->complete ? STATUS_OK : STATUS_SILENT;
}

static enum status
ask(struct command *command, const struct action *action, char **name)
{
	enum status status = STATUS_SILENT;
	int tries = action->changes ? 1 : 1 + AGAIN;

	for (int i = 0; i < tries && status == STATUS_SILENT; i++) {
		struct answer answer = { .action = action,
			.json = cJSON_CreateObject() };

		make_room(&answer);
		status = send_question(command, action, name);
		if (status == STATUS_OK)
			status = wait_for(command, &answer);
		if (status == STATUS_OK)
			command->out.form->scene(
			    &command->out, action->name, answer.json);
		cJSON_Delete(answer.json);
		if (command->link.fault)
			break;
	}
	return status == STATUS_SILENT ? command_silent(command) : status;
}

static const struct action *
find_action(const char *name)
{
	for (size_t i = 0; name && i < ACTIONS; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	command_warn("scene: found %s%s%s, allowed: list, save, recall, "
		     "preview, show, current, rename, delete or stop",
	    name ? "\"" : "nothing", name ? name : "", name ? "\"" : "");
	return NULL;
}

enum status
scene_run(struct command *command, int count, char **argument)
{
	const struct action *action = find_action(count ? argument[0] : NULL);

	if (!action)
		return STATUS_USAGE;
	if (count - 1 != action->names) {
		command_warn("scene %s: found %d arguments, allowed: %s",
		    action->name, count - 1,
		    action->names == 2   ? "NAME and NEW-NAME"
		    : action->names == 1 ? "one NAME"
					 : "none");
		return STATUS_USAGE;
	}
	if ((command->fade > 0 && !action->fades) ||
	    (command->onlys > 0 && !action->scoped)) {
		command_warn("scene %s does not take --%s", action->name,
		    command->fade > 0 && !action->fades ? "fade" : "only");
		return STATUS_USAGE;
	}
	return ask(command, action, argument + 1);
}
