#include "notice.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "/event/"

static const struct {
	const char *kind, *types;
	const char *const *fields;
} notices[] = {
	{ "over", "hhssihifss",
	    (const char *const[]){ "sequence", "frame", "strip", "stage",
		"lane", "last_frame", "samples", "peak", "origin", "sum",
		NULL } },
	{ "clip", "hhssihifss",
	    (const char *const[]){ "sequence", "frame", "strip", "stage",
		"lane", "last_frame", "samples", "peak", "origin", "sum",
		NULL } },
	{ "invalid", "hhssihi",
	    (const char *const[]){ "sequence", "frame", "strip", "stage",
		"lane", "last_frame", "samples", NULL } },
	{ "xrun", "hhi",
	    (const char *const[]){ "sequence", "frame", "xruns", NULL } },
	{ "insert", "hhsiss",
	    (const char *const[]){ "sequence", "frame", "strip", "slot",
		"state", "reason", NULL } },
	{ "zone", "hhssss",
	    (const char *const[]){
		"sequence", "frame", "strip", "stage", "from", "to", NULL } },
	{ "jack", "hhs",
	    (const char *const[]){ "sequence", "frame", "state", NULL } },
};

const char *
notice_kind(const struct link_message *message)
{
	return message->address + strlen(PREFIX);
}

static bool
notice_has(const struct link_message *message, const char *types)
{
	if (message->values != strlen(types))
		return false;
	for (size_t i = 0; i < message->values; i++)
		if (message->value[i].type != types[i])
			return false;
	return true;
}

const char *const *
notice_fields(const struct link_message *message)
{
	if (strncmp(message->address, PREFIX, strlen(PREFIX)) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++)
		if (strcmp(notices[i].kind, notice_kind(message)) == 0 &&
		    notice_has(message, notices[i].types))
			return notices[i].fields;
	return NULL;
}

/* Over, clip and invalid: where, how much, how long, where from. */
static void
notice_signal(const struct link_message *message, char *text, size_t size)
{
	const struct schema_value *value = message->value;
	char peak[32] = "", origin[64] = "", sum[200] = "";

	if (message->values > 7)
		snprintf(
		    peak, sizeof(peak), ", peak %+.1f dBFS", value[7].number);
	if (message->values > 8)
		snprintf(origin, sizeof(origin), ", from %s", value[8].text);
	if (message->values > 9 && value[9].text[0])
		snprintf(sum, sizeof(sum), ", the sum of %s dB", value[9].text);
	snprintf(text, size, "%s at %s %s, lane %.0f%s, %.0f sample%s%s%s",
	    notice_kind(message), value[2].text, value[3].text, value[4].number,
	    peak, value[6].number, value[6].number == 1 ? "" : "s", origin,
	    sum);
}

static void
notice_insert(const struct link_message *message, char *text, size_t size)
{
	const struct schema_value *value = message->value;

	snprintf(text, size, "insert %.0f of %s %s%s%s", value[3].number,
	    value[2].text, value[4].text, value[5].text[0] ? ": " : "",
	    value[5].text);
}

bool
notice_short(const struct link_message *message, char *text, size_t size)
{
	const char *const *fields = notice_fields(message);
	const struct schema_value *value = message->value;

	if (!fields)
		return false;
	if (strcmp(notice_kind(message), "insert") == 0)
		notice_insert(message, text, size);
	else if (strcmp(notice_kind(message), "zone") == 0)
		snprintf(text, size, "%s %s is %s, was %s", value[2].text,
		    value[3].text, value[5].text, value[4].text);
	else if (message->values > 3)
		notice_signal(message, text, size);
	else if (value[2].text)
		snprintf(
		    text, size, "%s %s", notice_kind(message), value[2].text);
	else
		snprintf(text, size, "%s, %.0f so far", notice_kind(message),
		    value[2].number);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			*c = '?';
	return true;
}

bool
notice_text(const struct link_message *message, char *text, size_t size)
{
	char happened[NOTICE_LONGEST];

	if (!notice_short(message, happened, sizeof(happened)))
		return false;
	snprintf(text, size, "%.0f  frame %.0f  %s", message->value[0].number,
	    message->value[1].number, happened);
	return true;
}
