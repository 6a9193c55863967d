#include "edge/osc_internal.h"
#include "mixer/soundcheck.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The strips that a request names. */
struct choice {
	struct osc_request *request;
	bool *marked; /* desk.strips long */
	int count;
	bool checked;           /* of them only those that are listened to */
	bool balance;           /* their faders are meant, too */
	struct address refused; /* the first that the sender may not change;
				   param NULL: none */
};

static void
choose_one(void *arg, const struct address *address)
{
	struct choice *choice = arg;
	struct soundcheck_finding finding;
	struct address fader = *address;

	if (choice->checked &&
	    !mixer_soundcheck_read(
		choice->request->osc->mixer, address->strip, &finding))
		return;
	choice->count += !choice->marked[address->strip];
	choice->marked[address->strip] = true;
	fader.param = schema_param(PARAM_FADER);
	if (!choice->refused.param && !osc_may_change(choice->request, address))
		choice->refused = *address;
	else if (!choice->refused.param && choice->balance &&
		 !osc_may_change(choice->request, &fader))
		choice->refused = fader;
}

/* "ch/kick", "ch/dr*", "master": where none is named, all that `all` matches. */
static bool
choose(struct choice *choice, const struct schema_value *value, size_t count,
    const char *all)
{
	struct osc_request *request = choice->request;
	struct mixer *mixer = request->osc->mixer;
	char pattern[ADDRESS_LONGEST], text[OSC_TEXT];
	size_t names = 0;

	for (size_t i = 0; i < count; i++) {
		int before = choice->count;
		if (!value[i].text)
			continue;
		names++;
		snprintf(pattern, sizeof(pattern), "/%s/trim",
		    value[i].text + (value[i].text[0] == '/'));
		mixer_each(mixer, pattern, &request->tries, choose_one, choice);
		if (choice->count != before)
			continue;
		snprintf(text, sizeof(text),
		    "found \"%.64s\"; allowed a strip%s, such as ch/kick or "
		    "ch/dr*, each once",
		    value[i].text,
		    choice->checked ? " of the sound check" : "");
		osc_request_error(
		    request, request->asked, "bad-value", NULL, text);
		return false;
	}
	if (names == 0)
		mixer_each(mixer, all, &request->tries, choose_one, choice);
	return true;
}

/* The number among the arguments, which is one at most. */
static const struct schema_value *
number_of(const struct schema_value *value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!value[i].text)
			return &value[i];
	return NULL;
}

static bool
has_types(struct osc_request *request, const struct schema_value *value,
    size_t count, bool takes, const char *allowed)
{
	size_t numbers = 0;
	bool other = false;
	char text[OSC_TEXT];

	for (size_t i = 0; i < count; i++) {
		numbers += !value[i].text;
		other |= !value[i].text &&
			 (value[i].type == 'N' || value[i].type == 'I');
	}
	if (!other && numbers <= 1 && (takes || count == 0))
		return true;
	snprintf(
	    text, sizeof(text), "found other arguments; allowed %s", allowed);
	osc_request_error(request, request->asked, "wrong-type", NULL, text);
	return false;
}

static void
start(struct osc_request *request, struct choice *choice,
    const struct schema_value *value, size_t count)
{
	struct mixer *mixer = request->osc->mixer;
	const struct schema_value *asked = number_of(value, count);
	double seconds = asked ? asked->number : SOUNDCHECK_SECONDS;
	double heard, all;
	char text[OSC_TEXT];

	if (mixer_soundcheck_state(mixer, &heard, &all) ==
	    SOUNDCHECK_LISTENING) {
		snprintf(text, sizeof(text),
		    "found a sound check with %.0f s to go; allowed when it is "
		    "done, or after /soundcheck/cancel",
		    all - heard);
		osc_request_error(request, request->asked, "busy", NULL, text);
		return;
	}
	if (!(seconds >= SOUNDCHECK_SHORTEST &&
		seconds <= SOUNDCHECK_LONGEST)) {
		snprintf(text, sizeof(text), "found %g s; allowed %g to %g s",
		    seconds, SOUNDCHECK_SHORTEST, SOUNDCHECK_LONGEST);
		osc_request_error(
		    request, request->asked, "bad-value", NULL, text);
		return;
	}
	if (!choose(choice, value, count, "/ch/*/trim"))
		return;
	if (choice->refused.param)
		osc_refuse_change(request, &choice->refused);
	else if (mixer_soundcheck_start(mixer, choice->marked, seconds) < 0)
		osc_request_error(request, request->asked, "too-many", NULL,
		    "found no memory for it");
	else if (osc_request_answers(request))
		osc_pack_print(&request->replies, request->asked, "fi", seconds,
		    choice->count);
}

static void
status(struct osc_request *request)
{
	struct mixer *mixer = request->osc->mixer;
	const struct desk *desk = mixer_desk(mixer);
	double heard, seconds;
	enum soundcheck_state state =
	    mixer_soundcheck_state(mixer, &heard, &seconds);
	struct soundcheck_finding finding;
	char name[DESK_STRIP_TEXT];
	int count = 0;

	if (osc_request_answers(request))
		osc_pack_print(&request->replies, request->asked, "sff",
		    soundcheck_state_name(state), heard, seconds);
	for (unsigned i = 0; i < desk->strips; i++) {
		if (!mixer_soundcheck_read(mixer, i, &finding) ||
		    !osc_request_answers(request))
			continue;
		count++;
		desk_strip_text(&desk->strip[i], false, name);
		osc_pack_print(&request->replies, "/soundcheck/strip",
		    "ssfffffs", name, soundcheck_verdict_name(finding.verdict),
		    finding.peak, finding.loud, finding.sounded,
		    desk->strip[i].value[PARAM_TRIM], finding.trim,
		    finding.words);
	}
	if (osc_request_answers(request))
		osc_pack_print(
		    &request->replies, "/soundcheck/end", "i", count);
}

static void
apply(struct osc_request *request, struct choice *choice,
    const struct schema_value *value, size_t count)
{
	struct mixer *mixer = request->osc->mixer;
	const struct schema_value *balance = number_of(value, count);
	double heard, seconds;

	if (mixer_soundcheck_state(mixer, &heard, &seconds) !=
	    SOUNDCHECK_DONE) {
		osc_request_error(request, request->asked, "bad-value", NULL,
		    "found no sound check that is done; allowed after one");
		return;
	}
	choice->checked = true;
	choice->balance = balance && balance->number != 0;
	if (!choose(choice, value, count, "//trim"))
		return;
	if (choice->refused.param) {
		osc_refuse_change(request, &choice->refused);
		return;
	}
	unsigned moved = mixer_soundcheck_apply(
	    mixer, choice->marked, choice->balance, request->client);
	osc_publish_changes(request->osc, NULL);
	if (osc_request_answers(request))
		osc_pack_print(
		    &request->replies, request->asked, "i", (int)moved);
}

static void
cancel(struct osc_request *request)
{
	struct mixer *mixer = request->osc->mixer;
	double heard, seconds;
	bool is_idle =
	    mixer_soundcheck_state(mixer, &heard, &seconds) == SOUNDCHECK_IDLE;

	mixer_soundcheck_cancel(mixer);
	if (osc_request_answers(request))
		osc_pack_print(
		    &request->replies, request->asked, "i", is_idle ? 0 : 1);
}

void
osc_soundcheck(struct osc_request *request, enum param command,
    const struct schema_value *value, size_t count)
{
	struct choice choice = { .request = request };
	bool takes = command == PARAM_SOUNDCHECK_START ||
		     command == PARAM_SOUNDCHECK_APPLY;

	if (!has_types(request, value, count, takes,
		!takes ? "none"
		: command == PARAM_SOUNDCHECK_START
		    ? "seconds and strips, or nothing"
		    : "1 for keeping the balance and strips, or nothing"))
		return;
	if (command == PARAM_SOUNDCHECK_STATUS) {
		status(request);
		return;
	}
	if (!osc_request_may_set(request))
		return;
	choice.marked =
	    calloc(mixer_desk(request->osc->mixer)->strips, sizeof(bool));
	if (!choice.marked)
		return;
	if (command == PARAM_SOUNDCHECK_START)
		start(request, &choice, value, count);
	else if (command == PARAM_SOUNDCHECK_APPLY)
		apply(request, &choice, value, count);
	else
		cancel(request);
	free(choice.marked);
}
