#include "change.h"

#include "value.h"

#include <cjson/cJSON.h>
#include <string.h>

#define PATIENCE 10.0 /* seconds: the daemon may wait for JACK */
#define AGAIN 3       /* times that is asked again what changes nothing */

/* What was answered so far. */
struct answer {
	const struct change *change;
	cJSON *json; /* {"verdict": …, "lines": [{"kind": …, "text": …}]} */
	double heard; /* time of the last message */
	bool complete, refused;
	int lost; /* lines that did not come */
};

/* --- in --- */

static void
warn_line(const char *text)
{
	const struct schema_value value = { .type = 's', .text = text };
	char shown[OSC_PACKET];

	value_text(&value, shown, sizeof(shown));
	command_warn("%s", shown);
}

static cJSON *
lines_of(const struct answer *answer)
{
	return cJSON_GetObjectItemCaseSensitive(answer->json, "lines");
}

static void
take_line(struct answer *answer, const struct schema_value *value)
{
	cJSON *line = cJSON_CreateObject();

	cJSON_AddStringToObject(line, "kind", value[0].text);
	cJSON_AddStringToObject(line, "text", value[1].text);
	cJSON_AddItemToArray(lines_of(answer), line);
}

static void
take_end(struct answer *answer, const struct schema_value *value)
{
	cJSON_AddStringToObject(answer->json, "verdict", value[1].text);
	answer->refused = strcmp(value[1].text, "refused") == 0;
	answer->lost =
	    (int)value[2].number - cJSON_GetArraySize(lines_of(answer));
	answer->complete = true;
}

static void
take(void *arg, const struct link_message *message)
{
	struct answer *answer = arg;
	const struct schema_value *value = message->value;

	if (answer->complete)
		return;
	answer->heard = link_now();
	if (link_is(message, "/error", "sss") &&
	    strcmp(value[0].text, answer->change->address) == 0) {
		warn_line(value[2].text);
		answer->refused = answer->complete = true;
	} else if (link_is(message, "/reload/line", "ss")) {
		take_line(answer, value);
	} else if (link_is(message, "/reload/end", "ssi") &&
		   strcmp(value[0].text, answer->change->address) == 0) {
		take_end(answer, value);
	}
}

/* --- out --- */

static enum status
send_and_wait(struct command *command, struct answer *answer)
{
	const struct change *change = answer->change;

	if (link_send(&command->link, change->address, change->value,
		change->values) < 0) {
		command_warn("found more JSON than fits one packet; allowed: "
			     "60,000 bytes; put it into the file, and reload");
		return STATUS_USAGE;
	}
	answer->heard = link_now();
	while (!answer->complete && !command->link.fault &&
	       link_now() - answer->heard < command->timeout) {
		int got = link_receive(
		    &command->link, command->timeout / 4, take, answer);
		if (got < 0)
			command->link.fault = got;
	}
	return answer->complete ? STATUS_OK : STATUS_SILENT;
}

static void
print_answer(struct command *command, const struct answer *answer)
{
	const cJSON *line;

	cJSON_ArrayForEach(line, lines_of(answer))
	{
		const char *kind = cJSON_GetStringValue(
		    cJSON_GetObjectItemCaseSensitive(line, "kind"));

		if (kind && strcmp(kind, "error") == 0)
			warn_line(cJSON_GetStringValue(
			    cJSON_GetObjectItemCaseSensitive(line, "text")));
	}
	if (cJSON_GetObjectItemCaseSensitive(answer->json, "verdict"))
		command->out.form->reload(&command->out, answer->json);
	if (answer->lost > 0)
		command_warn("%d line%s of the answer lost on the way",
		    answer->lost, answer->lost == 1 ? "" : "s");
}

enum status
change_ask(struct command *command, const struct change *change)
{
	struct answer answer = { 0 };
	enum status status = STATUS_SILENT;
	const int tries = change->changes ? 1 : 1 + AGAIN;

	if (command->patient)
		command->timeout = PATIENCE;
	for (int i = 0; i < tries; i++) {
		cJSON_Delete(answer.json);
		answer = (struct answer){ .change = change,
			.json = cJSON_CreateObject() };
		cJSON_AddArrayToObject(answer.json, "lines");
		status = send_and_wait(command, &answer);
		if (status != STATUS_OK || answer.lost <= 0)
			break;
	}
	if (status == STATUS_OK)
		print_answer(command, &answer);
	else if (status == STATUS_SILENT)
		command_silent(command);
	if (status == STATUS_OK && answer.refused)
		status = STATUS_REFUSED;
	cJSON_Delete(answer.json);
	return status;
}
