#include "edge/osc_scene.h"

#include "edge/osc.h"
#include "mixer/fade.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKINGS 16   /* on their way at most */
#define TELL_EVERY 5 /* ticks: values of a fade are told 20 times a second */

static void
asking_free(struct osc_asking *asking)
{
	scene_order_clear(&asking->order);
	scene_free(&asking->scene);
	free(asking);
}

void
osc_scene_forget(struct osc_asking *asking)
{
	struct osc_scenes *scenes = asking->osc->scenes;
	struct osc_asking **at = &scenes->asking;

	while (*at != asking)
		at = &(*at)->behind;
	*at = asking->behind;
	scenes->askings--;
	asking_free(asking);
}

/* --- what was asked --- */

static const char *
allowed_arguments(enum param command)
{
	switch (command) {
	case PARAM_SCENE_SAVE:
		return "a name, then patterns of a scope or nothing";
	case PARAM_SCENE_RECALL:
	case PARAM_SCENE_PREVIEW:
		return "a name, then seconds of a fade and patterns of a scope "
		       "or nothing";
	case PARAM_SCENE_RENAME:
		return "the name of a scene, and another";
	case PARAM_SCENE_SHOW:
	case PARAM_SCENE_DELETE:
		return "the name of a scene";
	default:
		return "none";
	}
}

/* Takes a name, if there is one; false, and told, if it is none of a scene. */
static bool
take_name(struct osc_request *request, const char *name, char into[SCENE_NAME])
{
	char why[OSC_TEXT];

	if (!scene_name_is_valid(name, why, sizeof(why))) {
		osc_request_error(
		    request, request->asked, "bad-value", NULL, why);
		return false;
	}
	snprintf(into, SCENE_NAME, "%s", name);
	return true;
}

static bool
take_seconds(struct osc_request *request, struct osc_asking *asking,
    const struct schema_value *value)
{
	char text[OSC_TEXT];

	if (value->number >= 0 && value->number <= SCENE_FADE_LONGEST) {
		asking->seconds = value->number;
		return true;
	}
	snprintf(text, sizeof(text), "found a fade of %g s; allowed 0 to %g s",
	    value->number, SCENE_FADE_LONGEST);
	osc_request_error(request, request->asked,
	    isfinite(value->number) ? "bad-value" : "not-finite", NULL, text);
	return false;
}

/* Seconds and patterns, in any order. */
static bool
take_rest(struct osc_request *request, struct osc_asking *asking,
    const struct schema_value *value, size_t count)
{
	char why[OSC_TEXT];

	for (size_t i = 0; i < count; i++) {
		if (!value[i].text) {
			if (!take_seconds(request, asking, &value[i]))
				return false;
		} else if (scene_scope_add(&asking->scope, value[i].text, why,
			       sizeof(why)) < 0) {
			osc_request_error(
			    request, request->asked, "bad-pattern", NULL, why);
			return false;
		}
	}
	return true;
}

/* Are these the types of arguments that the command has? */
static bool
has_types(enum param command, const struct schema_value *value, size_t count)
{
	bool fades =
	    command == PARAM_SCENE_RECALL || command == PARAM_SCENE_PREVIEW;
	size_t numbers = 0, names;

	for (size_t i = 0; i < count; i++) {
		if (value[i].text)
			continue;
		if (!strchr("ihfd", value[i].type) || i == 0)
			return false;
		numbers++;
	}
	names = count - numbers;
	if (numbers > (fades ? 1 : 0))
		return false;
	if (fades || command == PARAM_SCENE_SAVE)
		return names >= 1;
	return names == (command == PARAM_SCENE_RENAME ? 2
			    : command == PARAM_SCENE_SHOW ||
				    command == PARAM_SCENE_DELETE
				? 1
				: 0);
}

static bool
take_arguments(struct osc_request *request, struct osc_asking *asking,
    const struct schema_value *value, size_t count)
{
	if (count == 0)
		return true;
	if (!take_name(request, value[0].text, asking->order.name))
		return false;
	if (asking->command == PARAM_SCENE_RENAME)
		return take_name(request, value[1].text, asking->order.other);
	return take_rest(request, asking, value + 1, count - 1);
}

/* The text of what stands now. */
static bool
print_now(struct osc_request *request, struct osc_asking *asking)
{
	struct mixer *mixer = asking->osc->mixer;
	struct scene_order *order = &asking->order;
	char text[OSC_TEXT];

	if (scene_capture(&asking->scene, mixer, &asking->scope) == 0)
		order->text = scene_print(&asking->scene, mixer, order->name);
	if (!order->text) {
		osc_request_error(request, request->asked, "too-many", NULL,
		    "found no memory for it");
		return false;
	}
	order->size = strlen(order->text);
	if (asking->scene.values > 0)
		return true;
	snprintf(text, sizeof(text),
	    "found a scope (\"%.80s\"%s) with nothing of this desk in it; "
	    "allowed one such as /ch/*/fader or ch/drum*",
	    asking->scope.pattern[0],
	    asking->scope.patterns > 1 ? ", ..." : "");
	osc_request_error(request, request->asked, "bad-value", NULL, text);
	return false;
}

static enum scene_verb
verb_of(enum param command)
{
	return command == PARAM_SCENE_SAVE     ? SCENE_SAVE
	       : command == PARAM_SCENE_DELETE ? SCENE_DELETE
	       : command == PARAM_SCENE_LIST   ? SCENE_ROWS
					       : SCENE_LOAD;
}

/* Is there a place for scenes, and room for one more command? */
static bool
is_ready(struct osc_request *request)
{
	const struct osc_scenes *scenes = request->osc->scenes;

	if (!scenes)
		osc_request_error(request, request->asked, "no-directory", NULL,
		    "found no state directory to keep scenes in; allowed with "
		    "one, see headroomd(8)");
	else if (scenes->askings >= ASKINGS || !request->client)
		osc_request_error(request, request->asked, "too-many", NULL,
		    "found more commands of scenes, or senders, at once than "
		    "there is room for; allowed when some are answered");
	return scenes && scenes->askings < ASKINGS && request->client;
}

static void
ask_disk(struct osc_request *request, enum param command,
    const struct schema_value *value, size_t count)
{
	struct osc_scenes *scenes = request->osc->scenes;
	struct osc_asking *asking, **end;

	if (!is_ready(request) || !(asking = calloc(1, sizeof(*asking))))
		return;
	asking->osc = request->osc;
	asking->command = command;
	asking->peer = request->client->peer;
	asking->order.verb = verb_of(command);
	asking->order.done = osc_scene_done;
	for (end = &scenes->asking; *end; end = &(*end)->behind)
		;
	*end = asking;
	scenes->askings++;
	if (take_arguments(request, asking, value, count) &&
	    (command != PARAM_SCENE_SAVE || print_now(request, asking)))
		scene_files_order(scenes->files, &asking->order);
	else
		osc_scene_forget(asking);
}

static void
stop(struct osc_request *request)
{
	struct osc *osc = request->osc;
	size_t values;

	osc_scene_touch(osc);
	values = mixer_fade_stop(osc->mixer);
	if (osc_request_answers(request))
		osc_pack_print(
		    &request->replies, "/scene/stop", "i", (int)values);
	osc_publish_changes(osc, NULL);
	if (values > 0)
		osc_scene_publish(osc, request->now);
}

void
osc_scene(struct osc_request *request, enum param command,
    const struct packet_message *message, const struct schema_value *values,
    size_t count)
{
	bool reads =
	    command == PARAM_SCENE_PREVIEW || command == PARAM_SCENE_SHOW ||
	    command == PARAM_SCENE_LIST || command == PARAM_SCENE_CURRENT;
	char text[OSC_TEXT];

	if (!reads && !osc_request_may_all(request))
		return;
	if (!has_types(command, values, count)) {
		snprintf(text, sizeof(text),
		    "found the arguments \"%.32s\"; allowed %s", message->types,
		    allowed_arguments(command));
		osc_request_error(
		    request, request->asked, "wrong-type", NULL, text);
	} else if (command == PARAM_SCENE_STOP) {
		stop(request);
	} else if (command != PARAM_SCENE_CURRENT) {
		ask_disk(request, command, values, count);
	} else if (osc_request_answers(request)) {
		osc_scene_pack(&request->replies, request->osc, request->now);
	}
}

/* --- in the course of time --- */

void
osc_scene_touch(struct osc *osc)
{
	for (size_t i = mixer_fade_values(osc->mixer); i-- > 0;) {
		struct address address = *mixer_fade_at(osc->mixer, i);

		osc_changed(osc, &address, NULL);
		if (schema_position_of(address.param->id) == PARAMS)
			continue;
		address.param =
		    schema_param(schema_position_of(address.param->id));
		osc_changed(osc, &address, NULL);
	}
}

static void
move_fade(struct osc *osc, double now)
{
	struct osc_scenes *scenes = osc->scenes;

	if (scenes->ticks++ % TELL_EVERY == 0 ||
	    mixer_fade_left(osc->mixer, now) <= 0)
		osc_scene_touch(osc);
	osc->hush = true;
	mixer_fade_step(osc->mixer, now, NULL);
	osc->hush = false;
	mixer_commit(osc->mixer);
	osc_publish_changes(osc, NULL);
	if (mixer_fade_values(osc->mixer) == 0)
		osc_scene_publish(osc, now);
}

void
osc_scene_tick(struct osc *osc, double now, double end)
{
	if (!osc->scenes)
		return;
	if (mixer_fade_values(osc->mixer) > 0)
		move_fade(osc, now);
	for (struct osc_asking *asking = osc->scenes->asking, *behind; asking;
	     asking = behind) {
		behind = asking->behind;
		if (asking->telling && !osc_scene_tell(asking, end))
			osc_scene_forget(asking);
	}
}

int
osc_keep_scenes(struct osc *osc, const char *directory)
{
	struct osc_scenes *scenes = calloc(1, sizeof(*scenes));

	if (scenes)
		scenes->files = scene_files_open(osc->loop, directory);
	if (!scenes || !scenes->files) {
		free(scenes);
		return -1;
	}
	osc->scenes = scenes;
	return 0;
}

void
osc_scene_end(struct osc *osc)
{
	struct osc_scenes *scenes = osc->scenes;

	/* Where the disk hangs, what it holds is left to it. */
	if (!scenes || !scene_files_close(scenes->files))
		return;
	for (struct osc_asking *asking = scenes->asking, *behind; asking;
	     asking = behind) {
		behind = asking->behind;
		asking_free(asking);
	}
	scene_free(&scenes->current);
	free(scenes);
	osc->scenes = NULL;
}
