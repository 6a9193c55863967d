#include "notice.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PREFIX "/event/"

bool
notice_take(const struct link_message *message, struct event_line *line)
{
	enum event_kind kind;

	if (strncmp(message->address, PREFIX, strlen(PREFIX)) != 0)
		return false;
	kind = event_kind_find(message->address + strlen(PREFIX));
	return kind != EVENT_KINDS &&
	       event_line_set(line, kind, message->value, message->values) == 0;
}

void
notice_message(const struct event_line *line, char address[NOTICE_ADDRESS],
    struct link_message *message)
{
	snprintf(
	    address, NOTICE_ADDRESS, PREFIX "%s", event_form(line->kind)->name);
	message->address = address;
	message->values = line->values;
	memcpy(
	    message->value, line->value, line->values * sizeof(line->value[0]));
}

/* The argument with this name, or NULL. */
static const struct schema_value *
notice_value(const struct event_line *line, const char *field)
{
	const struct event_form *form = event_form(line->kind);

	for (size_t i = 0; i < line->values; i++)
		if (strcmp(form->fields[i], field) == 0)
			return &line->value[i];
	return NULL;
}

static double
notice_number(const struct event_line *line, const char *field)
{
	const struct schema_value *value = notice_value(line, field);

	return value ? value->number : 0;
}

static const char *
notice_word(const struct event_line *line, const char *field)
{
	const struct schema_value *value = notice_value(line, field);

	return value && value->text ? value->text : "";
}

/* What to do about an over, by its origin, such as "ch/kick/insert/1". */
static const char *
notice_remedy(const char *origin)
{
	bool channel = strncmp(origin, "ch/", 3) == 0;
	const char *stage = strrchr(origin, '/');

	if (!stage)
		return "";
	if (strstr(origin, "/insert/"))
		return ": turn the output of this insert down";
	if (strcmp(stage, "/trim") == 0)
		return ": turn its trim down";
	if (strcmp(stage, "/fader") == 0)
		return ": turn its fader down";
	return channel ? ": turn the source down" : ": turn down what feeds it";
}

/* Over, clip and invalid: where, how much, how long, where from, what to do. */
static void
notice_signal(const struct event_line *line, char *text, size_t size)
{
	double samples = notice_number(line, "samples");
	const char *from = notice_word(line, "origin");
	const char *of = notice_word(line, "sum");
	char peak[32] = "", origin[EVENT_TEXT] = "", sum[EVENT_TEXT] = "";

	if (notice_value(line, "peak"))
		snprintf(peak, sizeof(peak), ", peak %+.1f dBFS",
		    notice_number(line, "peak"));
	if (from[0])
		snprintf(origin, sizeof(origin), ", from %s", from);
	if (of[0])
		snprintf(sum, sizeof(sum), ", the sum of %s dB", of);
	const char *todo = line->kind == EVENT_INVALID
			       ? ", NaN or infinity, silenced: stop what sends "
				 "it"
			       : notice_remedy(from);
	snprintf(text, size, "%s at %s %s, lane %.0f%s, %.0f sample%s%s%s%s",
	    event_form(line->kind)->name, notice_word(line, "strip"),
	    notice_word(line, "stage"), notice_number(line, "lane"), peak,
	    samples, samples == 1 ? "" : "s", origin, sum, todo);
}

static void
notice_insert(const struct event_line *line, char *text, size_t size)
{
	const char *reason = notice_word(line, "reason");

	snprintf(text, size, "insert %.0f of %s %s%s%s",
	    notice_number(line, "slot"), notice_word(line, "strip"),
	    notice_word(line, "state"), reason[0] ? ": " : "", reason);
}

static void
notice_jack(const struct event_line *line, char *text, size_t size)
{
	const char *state = notice_word(line, "state");

	snprintf(text, size, "jack %s%s", state,
	    strcmp(state, "waiting") == 0
		? ": start the JACK server; ports and values come back with it"
		: "");
}

static void
notice_guard(const struct event_line *line, char *text, size_t size)
{
	const char *strip = notice_word(line, "strip");
	const char *action = notice_word(line, "action");
	double reduction = notice_number(line, "reduction");

	if (strcmp(action, "pulled") == 0)
		snprintf(text, size,
		    "guard of %s: it clipped, trim down by %.1f dB, %.1f dB in "
		    "all: turn down what feeds it, then release the guard",
		    strip, notice_number(line, "by"), reduction);
	else if (strcmp(action, "limit") == 0)
		snprintf(text, size,
		    "guard of %s: it clips, and %.1f dB are all that the guard "
		    "may take: turn down what feeds it",
		    strip, reduction);
	else
		snprintf(text, size, "guard of %s released: trim up by %.1f dB",
		    strip, notice_number(line, "by"));
}

static void
notice_happened(const struct event_line *line, char *text, size_t size)
{
	switch (line->kind) {
	case EVENT_INSERT:
		notice_insert(line, text, size);
		break;
	case EVENT_ZONE:
		snprintf(text, size, "%s %s is %s, was %s",
		    notice_word(line, "strip"), notice_word(line, "stage"),
		    notice_word(line, "to"), notice_word(line, "from"));
		break;
	case EVENT_SCENE:
		snprintf(text, size, "scene \"%s\" %s",
		    notice_word(line, "scene"), notice_word(line, "action"));
		break;
	case EVENT_DESK:
		snprintf(text, size, "desk %s: %s", notice_word(line, "action"),
		    notice_word(line, "changes"));
		break;
	case EVENT_GUARD:
		notice_guard(line, text, size);
		break;
	case EVENT_JACK:
		notice_jack(line, text, size);
		break;
	case EVENT_STATE:
		snprintf(text, size, "state %s: %s", notice_word(line, "state"),
		    notice_word(line, "reason"));
		break;
	case EVENT_XRUN:
		snprintf(text, size,
		    "xrun, %.0f so far: where there are many, a longer period "
		    "helps",
		    notice_number(line, "xruns"));
		break;
	default:
		notice_signal(line, text, size);
		break;
	}
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			*c = '?';
}

bool
notice_short(const struct link_message *message, char *text, size_t size)
{
	struct event_line line;

	if (!notice_take(message, &line))
		return false;
	notice_happened(&line, text, size);
	return true;
}

bool
notice_text(const struct link_message *message, char *text, size_t size)
{
	char happened[NOTICE_LONGEST], date[24];
	struct event_line line;
	struct tm at;
	time_t seconds;

	if (!notice_take(message, &line))
		return false;
	seconds = (time_t)(event_line_time(&line) / 1000);
	localtime_r(&seconds, &at);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &at);
	notice_happened(&line, happened, sizeof(happened));
	snprintf(text, size, "%.0f  %s.%03d  frame %.0f  %s",
	    notice_number(&line, "sequence"), date,
	    (int)(event_line_time(&line) % 1000), notice_number(&line, "frame"),
	    happened);
	return true;
}
