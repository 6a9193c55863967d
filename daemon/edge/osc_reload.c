#include "edge/osc.h"
#include "edge/osc_internal.h"
#include "edge/reload.h"
#include "mixer/config_edit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Commands that make another desk of it. Each is answered line by line as it
 * goes on, which takes longer than a packet.
 */

#define ANSWERS 16 /* that are not told to the end, at most */

struct line {
	char kind[16];
	char *text;
};

/* What is told to whoever asked. */
struct osc_reload_answer {
	struct osc_reload_answer *behind;
	struct osc *osc;
	struct lease_peer peer;
	char asked[32];
	struct line *line;
	size_t lines, room, sent;
	bool ended;
	enum reload_verdict verdict;
};

static void
answer_free(struct osc_reload_answer *answer)
{
	for (size_t i = 0; i < answer->lines; i++)
		free(answer->line[i].text);
	free(answer->line);
	free(answer);
}

/* --- as it goes on --- */

static void
take_line(void *arg, const char *kind, const char *text)
{
	struct osc_reload_answer *answer = arg;

	if (answer->lines == answer->room) {
		size_t room = answer->room * 2 + 16;
		struct line *more = realloc(answer->line, room * sizeof(*more));
		if (!more)
			return;
		answer->line = more;
		answer->room = room;
	}
	struct line *line = &answer->line[answer->lines];
	snprintf(line->kind, sizeof(line->kind), "%s", kind);
	line->text = strdup(text);
	answer->lines += line->text != NULL;
}

static void
take_end(void *arg, enum reload_verdict verdict)
{
	struct osc_reload_answer *answer = arg;

	answer->ended = true;
	answer->verdict = verdict;
}

/* Tells the next stretch, and the end behind the last line. Returns false once
 * there is no more to tell, or nobody to tell it to. */
static bool
answer_tell(struct osc_reload_answer *answer)
{
	struct osc *osc = answer->osc;
	struct lease_client *client = lease_known(&osc->table, &answer->peer);
	struct osc_packer packer;
	unsigned told = 0;

	if (!client)
		return !answer->ended;
	if (osc_is_filling(&client->peer))
		return true;
	struct osc_target target = { osc, &client->to };
	osc_pack_start(&packer, osc_send, &target);
	for (; answer->sent < answer->lines && told < OSC_RELOAD; told++) {
		const struct line *line = &answer->line[answer->sent++];
		osc_pack_print(
		    &packer, "/reload/line", "ss", line->kind, line->text);
	}
	bool whole = answer->ended && answer->sent == answer->lines;
	if (whole)
		osc_pack_print(&packer, "/reload/end", "ssi", answer->asked,
		    reload_verdict_name(answer->verdict), (int)answer->lines);
	osc_pack_flush(&packer);
	return !whole;
}

void
osc_reload_tick(struct osc *osc)
{
	struct osc_reload_answer **at = &osc->reloads;

	while (*at) {
		struct osc_reload_answer *answer = *at;
		if (answer_tell(answer)) {
			at = &answer->behind;
			continue;
		}
		*at = answer->behind;
		answer_free(answer);
	}
}

void
osc_reload_end(struct osc *osc)
{
	while (osc->reloads) {
		struct osc_reload_answer *answer = osc->reloads;
		osc->reloads = answer->behind;
		answer_free(answer);
	}
}

void
osc_set_reload(struct osc *osc, struct reload *reload)
{
	osc->reload = reload;
}

/* --- what is asked --- */

static struct osc_reload_answer *
answer_new(struct osc_request *request)
{
	struct osc_reload_answer *answer, **end = &request->osc->reloads;
	size_t answers = 0;

	for (; *end; end = &(*end)->behind)
		answers++;
	answer = request->client && request->osc->reload && answers < ANSWERS
		     ? calloc(1, sizeof(*answer))
		     : NULL;
	if (!answer) {
		osc_request_error(request, request->asked, "too-many", NULL,
		    "found more senders, or changes of the desk, at once than "
		    "there is room for; allowed when some are answered");
		return NULL;
	}
	answer->osc = request->osc;
	answer->peer = request->client->peer;
	snprintf(answer->asked, sizeof(answer->asked), "%s", request->asked);
	*end = answer;
	return answer;
}

/* A strip, or one of its insert slots. */
struct spot {
	char strip[DESK_STRIP_TEXT + 16];
	bool is_slot;
	int place; /* of the slot, from 1 on; 0: none is named */
};

/* "ch/kick", "ch/kick/insert", "ch/kick/insert/2". */
static struct spot
spot_of(const char *text)
{
	struct spot spot = { .is_slot = false };
	const char *insert;
	char *end;

	text += text[0] == '/';
	snprintf(spot.strip, sizeof(spot.strip), "%s", text);
	insert = strchr(text, '/');
	if (insert && strncmp(text, "master/", 7) != 0)
		insert = strchr(insert + 1, '/');
	if (!insert || strncmp(insert, "/insert", 7) != 0 ||
	    (insert[7] != '\0' && insert[7] != '/'))
		return spot;
	snprintf(
	    spot.strip, sizeof(spot.strip), "%.*s", (int)(insert - text), text);
	spot.is_slot = true;
	if (insert[7] == '/') {
		long place = strtol(insert + 8, &end, 10);
		spot.place = *end == '\0' && place >= 1 && place <= DESK_INSERTS
				 ? (int)place
				 : -1;
	}
	return spot;
}

/* The arguments, if they are texts and, behind them, a whole number. */
struct arguments {
	size_t texts, numbers;
	const char *text[2]; /* "" where there is none */
	int number;
};

static struct arguments
take_arguments(const struct schema_value *value, size_t count)
{
	struct arguments taken = { .text = { "", "" } };

	for (size_t i = 0; i < count && i < 3; i++) {
		if (value[i].text && taken.texts < 2)
			taken.text[taken.texts++] = value[i].text;
		else if (!value[i].text && strchr("ihfd", value[i].type) &&
			 value[i].number >= 1 && value[i].number <= 9999 &&
			 value[i].number == floor(value[i].number)) {
			taken.number = (int)value[i].number;
			taken.numbers++;
		}
	}
	if (taken.texts + taken.numbers != count)
		taken.texts = taken.numbers = 9;
	return taken;
}

static void
refuse_arguments(struct osc_request *request,
    const struct packet_message *message, const char *allowed)
{
	char text[OSC_TEXT];

	snprintf(text, sizeof(text),
	    "found the arguments \"%.32s\"; allowed %s", message->types,
	    allowed);
	osc_request_error(request, request->asked, "wrong-type", NULL, text);
}

static const char *
allowed_arguments(enum param command)
{
	switch (command) {
	case PARAM_ADD:
		return "{\"channel\": {...}} or {\"bus\": {...}} as JSON; or "
		       "the place of a slot, such as ch/kick/insert/2, and "
		       "its JSON";
	case PARAM_REMOVE:
		return "a strip or a slot, such as ch/kick or "
		       "ch/kick/insert/2";
	case PARAM_MOVE:
		return "a strip or a slot, such as ch/kick, and the place, "
		       "from 1 on, that it goes to";
	default:
		return "none";
	}
}

static bool
has_arguments(enum param command, const struct arguments *got)
{
	switch (command) {
	case PARAM_ADD:
		return (got->texts == 1 || got->texts == 2) &&
		       got->numbers == 0;
	case PARAM_REMOVE:
		return got->texts == 1 && got->numbers == 0;
	case PARAM_MOVE:
		return got->texts == 1 && got->numbers == 1;
	default:
		return got->texts == 0 && got->numbers == 0;
	}
}

/* The configuration after a change; NULL and why, if that cannot be. */
static char *
edited(const struct reload *reload, enum param command,
    const struct arguments *got, char *why, size_t size)
{
	const char *text = reload_text(reload);
	struct spot spot;

	if (command == PARAM_ADD && got->texts == 1)
		return config_add_strip(text, got->text[0], why, size);
	spot = spot_of(got->text[0]);
	if (command == PARAM_ADD ? !spot.is_slot || spot.place < 0
				 : spot.is_slot && spot.place < 1) {
		snprintf(why, size,
		    "found \"%.80s\"; allowed the place of a slot, 1 to %d, "
		    "such as ch/kick/insert/2",
		    got->text[0], DESK_INSERTS);
		return NULL;
	}
	if (command == PARAM_ADD)
		return config_add_insert(
		    text, spot.strip, spot.place, got->text[1], why, size);
	if (command == PARAM_REMOVE)
		return spot.is_slot
			   ? config_remove_insert(
				 text, spot.strip, spot.place, why, size)
			   : config_remove_strip(text, spot.strip, why, size);
	return spot.is_slot ? config_move_insert(text, spot.strip, spot.place,
				  got->number, why, size)
			    : config_move_strip(
				  text, spot.strip, got->number, why, size);
}

/* What is not to be answered line by line. */
static bool
may_begin(struct osc_request *request, enum param command,
    const struct packet_message *message, const struct arguments *got)
{
	if (!osc_request_may_all(request))
		return false;
	if (has_arguments(command, got))
		return true;
	refuse_arguments(request, message, allowed_arguments(command));
	return false;
}

void
osc_reload(struct osc_request *request, enum param command,
    const struct packet_message *message, const struct schema_value *value,
    size_t count)
{
	const struct arguments got = take_arguments(value, count);
	struct reload *reload = request->osc->reload;
	struct osc_reload_answer *answer;
	char why[OSC_TEXT], *text;

	if (!may_begin(request, command, message, &got) ||
	    !(answer = answer_new(request)))
		return;
	const struct reload_asker asker = { take_line, take_end, answer };
	if (command == PARAM_CONFIG_SAVE) {
		reload_save(reload, &asker);
	} else if (command == PARAM_RELOAD || command == PARAM_RELOAD_CHECK) {
		reload_file(reload, command == PARAM_RELOAD_CHECK, &asker);
	} else {
		text = edited(reload, command, &got, why, sizeof(why));
		if (text) {
			reload_edit(reload, text, request->asked + 1, &asker);
			return;
		}
		take_line(answer, "error", why);
		take_end(answer, RELOAD_REFUSED);
	}
}
