#include "edge/osc_scene.h"

#include <stdlib.h>
#include <string.h>

/*
 * Scenes hold places in a desk. From one desk to the next they go as text, which
 * names them: what the next desk has not is left out.
 */

/* The scene as text, which its holder frees; the scene is empty then. NULL
 * without memory. */
static char *
leave(struct osc *osc, struct scene *scene)
{
	char *text = scene_print(scene, osc->mixer, "");

	scene_free(scene);
	return text;
}

/* Frees the text, which may be NULL. Returns 0, or -1 if there is no scene of
 * it. */
static int
take(struct osc *osc, struct scene *scene, char *text)
{
	char why[OSC_TEXT];
	int error = -1;

	if (text)
		error = scene_read(
		    scene, osc->mixer, text, strlen(text), why, sizeof(why));
	free(text);
	return error;
}

void
osc_scene_leave_desk(struct osc *osc)
{
	struct osc_scenes *scenes = osc->scenes;

	if (!scenes)
		return;
	if (scenes->name[0] != '\0')
		scenes->text = leave(osc, &scenes->current);
	for (struct osc_asking *at = scenes->asking; at; at = at->behind) {
		/* What was read from the disk is there as it was read. */
		if (at->order.verb == SCENE_LOAD)
			scene_free(&at->scene);
		else if (at->scene.values > 0)
			at->text = leave(osc, &at->scene);
	}
}

/* A long answer begins again; what was told of it is told anew. */
static void
tell_again(struct osc_asking *asking)
{
	struct scene_order *order = &asking->order;
	char why[OSC_TEXT];

	if (asking->command == PARAM_SCENE_LIST)
		return;
	scene_read(&asking->scene, asking->osc->mixer, order->text, order->size,
	    why, sizeof(why));
	asking->next = 0;
	asking->changes = asking->safe = asking->unknown = 0;
}

void
osc_scene_take_desk(struct osc *osc)
{
	struct osc_scenes *scenes = osc->scenes;

	if (!scenes)
		return;
	if (take(osc, &scenes->current, scenes->text) < 0)
		scenes->name[0] = '\0';
	scenes->text = NULL;
	for (struct osc_asking *at = scenes->asking; at; at = at->behind) {
		if (at->telling)
			tell_again(at);
		else if (at->text)
			take(osc, &at->scene, at->text);
		at->text = NULL;
	}
	osc_scene_publish(osc, mixer_seconds());
}
