#include "texts.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_AGAIN 0.25 /* seconds: a datagram may be lost */

/* An answer on its way. */
struct hearing {
	const char *address, *about;
	struct texts *texts;
	char *text; /* parts of the one that is being told */
	size_t size;
	double next; /* the part that is due, from 1 */
	bool broken; /* a part is missing */
	bool complete;
	bool refused;
	bool failed; /* no memory */
};

/* The text is whole. */
static void
hearing_keep(struct hearing *hearing)
{
	struct texts *texts = hearing->texts;
	cJSON *json = cJSON_ParseWithLength(hearing->text, hearing->size);
	cJSON **grown =
	    realloc(texts->json, (texts->count + 1) * sizeof(struct cJSON *));

	hearing->broken = hearing->broken || !json;
	if (grown)
		texts->json = grown;
	if (!grown || !json) {
		hearing->failed = hearing->failed || !grown;
		cJSON_Delete(json);
		return;
	}
	grown[texts->count++] = json;
}

static void
hearing_part(struct hearing *hearing, const struct link_message *message)
{
	double part = message->value[1].number;
	double parts = message->value[2].number;
	size_t size = strlen(message->value[3].text);

	if (part == 1) {
		hearing->size = 0;
		hearing->next = 1;
	}
	if (part != hearing->next) {
		hearing->broken = true;
		return;
	}
	char *grown = realloc(hearing->text, hearing->size + size + 1);
	if (!grown) {
		hearing->failed = true;
		return;
	}
	hearing->text = grown;
	memcpy(grown + hearing->size, message->value[3].text, size + 1);
	hearing->size += size;
	hearing->next = part + 1;
	if (part == parts)
		hearing_keep(hearing);
}

static void
hearing_take(void *arg, const struct link_message *message)
{
	struct hearing *hearing = arg;
	const struct schema_value *value = message->value;
	size_t size = strlen(hearing->address);

	if (hearing->complete)
		return;
	if (link_is(message, "/error", "sss") &&
	    strcmp(value[0].text, hearing->address) == 0) {
		snprintf(hearing->texts->refused,
		    sizeof(hearing->texts->refused), "%s", value[2].text);
		hearing->refused = hearing->complete = true;
	} else if (link_is(message, hearing->address, "siis")) {
		hearing_part(hearing, message);
		/* A plugin is one text, and nothing tells its end. */
		if (strcmp(hearing->address, "/plugin") == 0)
			hearing->complete = hearing->texts->count == 1;
	} else if (strncmp(message->address, hearing->address, size) == 0 &&
		   link_is(message, message->address, "si") &&
		   strcmp(message->address + size, "/end") == 0) {
		if (strcmp(value[0].text, hearing->about) == 0 &&
		    value[1].number == (double)hearing->texts->count)
			hearing->complete = !hearing->broken;
	}
}

static void
hearing_ask(struct hearing *hearing, struct link *link)
{
	texts_free(hearing->texts);
	hearing->size = 0;
	hearing->next = 1;
	hearing->broken = false;
	osc_pack_print(&link->packer, hearing->address, "s", hearing->about);
	link_flush(link);
}

static enum status
hearing_run(struct hearing *hearing, struct command *command)
{
	struct link *link = &command->link;
	double heard = link_now(), asked = 0;

	while (!hearing->complete && !hearing->failed) {
		double now = link_now();
		if (now - heard >= command->timeout)
			return command_silent(command);
		if (now - asked >= ASK_AGAIN) {
			hearing_ask(hearing, link);
			asked = now;
		}
		int got =
		    link_receive(link, ASK_AGAIN / 4, hearing_take, hearing);
		if (got < 0) {
			link->fault = got;
			return command_silent(command);
		}
		/* What is broken is asked for again, but not for ever. */
		if (got > 0 && !hearing->broken)
			heard = asked = link_now();
	}
	if (!hearing->failed)
		return hearing->refused ? STATUS_REFUSED : STATUS_OK;
	command_warn("out of memory");
	return STATUS_LOST;
}

/* Puts the daemon's URL before its words. */
static void
texts_say_who(struct texts *texts, const char *url)
{
	char words[sizeof(texts->refused)];

	snprintf(words, sizeof(words), "%s", texts->refused);
	snprintf(texts->refused, sizeof(texts->refused), "%.99s: %.290s", url,
	    words);
}

enum status
texts_ask(struct command *command, const char *address, const char *about,
    struct texts *texts)
{
	struct hearing hearing = {
		.address = address, .about = about, .texts = texts
	};

	*texts = (struct texts){ 0 };
	enum status status = hearing_run(&hearing, command);
	free(hearing.text);
	if (status == STATUS_REFUSED)
		texts_say_who(texts, command->link.url);
	if (status != STATUS_OK)
		texts_free(texts);
	return status;
}

void
texts_free(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		cJSON_Delete(texts->json[i]);
	free(texts->json);
	texts->json = NULL;
	texts->count = 0;
}

double
texts_number(const cJSON *object, const char *key, double none)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(item) ? item->valuedouble : none;
}

const char *
texts_word(const cJSON *object, const char *key, const char *none)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(item) ? item->valuestring : none;
}

bool
texts_true(const cJSON *object, const char *key)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, key));
}
