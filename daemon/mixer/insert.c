#include "mixer/mixer.h"

#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/plugin.h"

#include <stdio.h>
#include <string.h>

void
mixer_set_host(struct mixer *mixer, struct plugin_host *host)
{
	mixer->host = host;
}

struct plugin_host *
mixer_host(const struct mixer *mixer)
{
	return mixer->host;
}

const char *
mixer_insert_name(const struct desk_insert *insert)
{
	if (insert->kind == INSERT_JACK)
		return "jack";
	return insert->plugin != NULL ? insert->plugin->name : insert->uri;
}

const struct plugin_param *
mixer_insert_param(const struct mixer *mixer, const struct address *address)
{
	const struct desk_strip *strip = &mixer->desk->strip[address->strip];

	return &strip->insert[address->sub].plugin->param[address->item];
}

enum insert_state
mixer_insert_shown(const struct mixer *mixer, unsigned strip, unsigned insert)
{
	enum insert_state state = mixer->insert[strip][insert];

	if (state == INSERT_ACTIVE &&
	    mixer->desk->strip[strip].insert[insert].bypass)
		return INSERT_BYPASSED;
	return state;
}

static void
log_state(struct mixer *mixer, unsigned strip, unsigned insert,
    enum insert_state state, const char *why)
{
	const struct desk_strip *desk = &mixer->desk->strip[strip];
	struct event event = {
		.kind = EVENT_INSERT,
		.frame = meters_frame(mixer->meters),
		.slot = insert + 1,
	};

	snprintf(event.state, sizeof event.state, "%s",
	    schema_param(PARAM_INSERT_STATE)->choices[state]);
	desk_strip_text(desk, false, event.strip);
	snprintf(event.stage, sizeof event.stage, "%s",
	    desk_stage_name(desk, 2 + insert));
	/* A reason that is too long is cut between two characters. */
	size_t size = strnlen(why, sizeof event.text);
	if (size == sizeof event.text)
		do
			size--;
		while (((unsigned char)why[size] & 0xc0) == 0x80);
	memcpy(event.text, why, size);
	event_log_add(mixer->events, &event);
}

void
mixer_insert_state(struct mixer *mixer, unsigned strip, unsigned insert,
    enum insert_state state, const char *why)
{
	const struct address address = { .strip = strip, .sub = insert };
	enum insert_state before = mixer->insert[strip][insert];
	enum insert_state shown = mixer_insert_shown(mixer, strip, insert);

	if (before == state && why[0] == '\0')
		return;
	mixer->insert[strip][insert] = state;
	if (mixer_insert_shown(mixer, strip, insert) != shown)
		mixer_tell(mixer, &address, PARAM_INSERT_STATE, NULL);
	log_state(mixer, strip, insert, state, why);
}

void
mixer_insert_begin(struct mixer *mixer, unsigned strip, unsigned slot)
{
	const struct desk_insert *insert =
	    &mixer->desk->strip[strip].insert[slot];

	mixer->insert[strip][slot] = INSERT_LOADING;
	if (insert->kind == INSERT_JACK)
		mixer->insert[strip][slot] = INSERT_UNCONNECTED;
	else if (insert->plugin == NULL)
		mixer_insert_state(mixer, strip, slot, INSERT_FAILED,
		    "the plugin is not installed");
}
