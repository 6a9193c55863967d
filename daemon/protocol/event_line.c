#include "protocol/event_line.h"

#include "protocol/number.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEQUENCE 0 /* its place among the arguments */

/* The last year that four digits hold. */
#define TIME_MAX 253402300799999

static const struct event_form form[EVENT_KINDS] = {
	[EVENT_OVER] = { "over", "hhssihifssh",
	    (const char *const[]){ "sequence", "frame", "strip", "stage",
		"lane", "last_frame", "samples", "peak", "origin", "sum",
		"time", NULL } },
	[EVENT_CLIP] = { "clip", "hhssihifssh",
	    (const char *const[]){ "sequence", "frame", "strip", "stage",
		"lane", "last_frame", "samples", "peak", "origin", "sum",
		"time", NULL } },
	[EVENT_INVALID] = { "invalid", "hhssihih",
	    (const char *const[]){ "sequence", "frame", "strip", "stage",
		"lane", "last_frame", "samples", "time", NULL } },
	[EVENT_XRUN] = { "xrun", "hhih",
	    (const char *const[]){
		"sequence", "frame", "xruns", "time", NULL } },
	[EVENT_JACK] = { "jack", "hhsh",
	    (const char *const[]){
		"sequence", "frame", "state", "time", NULL } },
	[EVENT_INSERT] = { "insert", "hhsissh",
	    (const char *const[]){ "sequence", "frame", "strip", "slot",
		"state", "reason", "time", NULL } },
	[EVENT_ZONE] = { "zone", "hhssssh",
	    (const char *const[]){ "sequence", "frame", "strip", "stage",
		"from", "to", "time", NULL } },
	[EVENT_SCENE] = { "scene", "hhssh",
	    (const char *const[]){
		"sequence", "frame", "action", "scene", "time", NULL } },
	[EVENT_STATE] = { "state", "hhssh",
	    (const char *const[]){
		"sequence", "frame", "state", "reason", "time", NULL } },
	[EVENT_GUARD] = { "guard", "hhssffh",
	    (const char *const[]){ "sequence", "frame", "strip", "action", "by",
		"reduction", "time", NULL } },
	[EVENT_DESK] = { "desk", "hhssh",
	    (const char *const[]){
		"sequence", "frame", "action", "changes", "time", NULL } },
};

const struct event_form *
event_form(enum event_kind kind)
{
	return &form[kind];
}

enum event_kind
event_kind_find(const char *name)
{
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		if (strcmp(form[kind].name, name) == 0)
			return (enum event_kind)kind;
	return EVENT_KINDS;
}

static bool
is_sound(const struct schema_value *value, char type)
{
	if (value->type != type)
		return false;
	if (type == 's')
		return value->text != NULL;
	if (!isfinite(value->number))
		return false;
	return type == 'f' || (value->number == rint(value->number) &&
				  fabs(value->number) <= EVENT_NUMBER_MAX);
}

int
event_line_set(struct event_line *line, enum event_kind kind,
    const struct schema_value value[], size_t values)
{
	size_t used = 0;

	if (values != strlen(form[kind].types))
		return -1;
	for (size_t i = 0; i < values; i++) {
		size_t size = 0;
		if (!is_sound(&value[i], form[kind].types[i]))
			return -1;
		if (value[i].type == 's')
			size = strlen(value[i].text) + 1;
		if (size > sizeof line->text - used)
			return -1;
		line->value[i] = value[i];
		if (size > 0)
			line->value[i].text =
			    memcpy(line->text + used, value[i].text, size);
		used += size;
	}
	line->kind = kind;
	line->values = values;
	bool numbered = line->value[SEQUENCE].number >= 1;
	double time = line->value[values - 1].number;
	return numbered && time >= 0 && time <= TIME_MAX ? 0 : -1;
}

uint64_t
event_line_sequence(const struct event_line *line)
{
	return (uint64_t)line->value[SEQUENCE].number;
}

int64_t
event_line_time(const struct event_line *line)
{
	return (int64_t)line->value[line->values - 1].number;
}

/* --- times --- */

void
event_time_text(int64_t ms, char text[EVENT_TIME_TEXT])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm at;
	char date[24];

	gmtime_r(&seconds, &at);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &at);
	snprintf(text, EVENT_TIME_TEXT, "%s.%03dZ", date, (int)(ms % 1000));
}

int
event_time_read(const char *text, int64_t *ms)
{
	char again[EVENT_TIME_TEXT];
	struct tm at = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &at);
	int thousandths = 0, size = 0;

	if (end == NULL || sscanf(end, ".%3dZ%n", &thousandths, &size) != 1 ||
	    size != 5 || thousandths < 0)
		return -1;
	*ms = (int64_t)timegm(&at) * 1000 + thousandths;
	if (*ms < 0 || *ms > TIME_MAX)
		return -1;
	/* Only that one way to write it: no 31st of February. */
	event_time_text(*ms, again);
	return strcmp(again, text) == 0 ? 0 : -1;
}

/* --- lines --- */

static cJSON *
value_json(const struct schema_value *value)
{
	if (value->type == 's')
		return cJSON_CreateString(value->text);
	return cJSON_CreateNumber(value->type == 'f'
				      ? number_shortest(value->number)
				      : value->number);
}

int
event_line_write(const struct event_line *line, char *text, size_t size)
{
	const struct event_form *of = &form[line->kind];
	cJSON *object = cJSON_CreateObject();
	char time[EVENT_TIME_TEXT];
	int written = -1;

	event_time_text(event_line_time(line), time);
	bool whole = cJSON_AddStringToObject(object, "time", time) != NULL &&
		     cJSON_AddStringToObject(object, "event", of->name) != NULL;
	for (size_t i = 0; whole && i + 1 < line->values; i++)
		whole = cJSON_AddItemToObject(
		    object, of->fields[i], value_json(&line->value[i]));
	char *printed = whole ? cJSON_PrintUnformatted(object) : NULL;
	if (printed != NULL && strlen(printed) < size) {
		written = (int)strlen(printed);
		memcpy(text, printed, (size_t)written + 1);
	}
	cJSON_free(printed);
	cJSON_Delete(object);
	return written;
}

static int
read_value(const cJSON *object, const char *field, char type,
    struct schema_value *value)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, field);
	int64_t ms;

	*value = (struct schema_value){ .type = type };
	if (strcmp(field, "time") == 0) {
		if (!cJSON_IsString(node) ||
		    event_time_read(node->valuestring, &ms) < 0)
			return -1;
		value->number = (double)ms;
	} else if (type == 's') {
		value->text = cJSON_GetStringValue(node);
		return value->text != NULL ? 0 : -1;
	} else if (cJSON_IsNumber(node)) {
		value->number = node->valuedouble;
	} else {
		return -1;
	}
	return 0;
}

static int
read_object(struct event_line *line, const cJSON *object)
{
	const char *name = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(object, "event"));
	enum event_kind kind = name ? event_kind_find(name) : EVENT_KINDS;
	struct schema_value value[EVENT_VALUES];
	size_t values = 0;

	if (kind == EVENT_KINDS)
		return -1;
	for (; form[kind].fields[values] != NULL; values++)
		if (read_value(object, form[kind].fields[values],
			form[kind].types[values], &value[values]) < 0)
			return -1;
	return event_line_set(line, kind, value, values);
}

int
event_line_read(struct event_line *line, const char *text, size_t size)
{
	cJSON *object;
	int result = -1;

	if (size >= EVENT_LINE_LONGEST)
		return -1;
	object = cJSON_ParseWithLength(text, size);
	if (object != NULL)
		result = read_object(line, object);
	cJSON_Delete(object);
	return result;
}
