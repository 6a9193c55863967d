#include "edge/osc_scene.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
asking_fail(struct osc_asking *asking, const char *code, const char *text)
{
	osc_scene_refuse(asking, code, text);
	osc_scene_forget(asking);
}

/* What the disk said of it. */
static void
fail_on_disk(struct osc_asking *asking)
{
	const struct scene_order *order = &asking->order;
	char path[PATH_MAX], text[OSC_PART];

	scene_file_path(order->files, order->name, path, sizeof(path));
	if (order->error == -ENOENT) {
		snprintf(text, sizeof(text),
		    "found no scene \"%s\"; allowed one that /scene/list "
		    "names",
		    order->name);
		asking_fail(asking, "unknown-scene", text);
	} else if (order->error == -EEXIST) {
		snprintf(text, sizeof(text),
		    "found a scene \"%s\" already; allowed a name that none "
		    "has",
		    order->other);
		asking_fail(asking, "bad-value", text);
	} else {
		snprintf(text, sizeof(text),
		    "%s: %.800s; what is on the disk %s",
		    strerror(-order->error), path,
		    order->verb == SCENE_SAVE
			? "is whole, as it was or as it is now"
			: "stays as it is");
		asking_fail(asking, "disk", text);
	}
}

/* From now on the asking's scene is the current one. */
static void
make_current(struct osc_asking *asking)
{
	struct osc_scenes *scenes = asking->osc->scenes;

	scene_free(&scenes->current);
	scenes->current = asking->scene;
	asking->scene = (struct scene){ .value = NULL };
	memcpy(scenes->name, asking->order.name, sizeof(scenes->name));
}

/* Tells everybody, then the asker. */
static void
tell_all(struct osc_asking *asking, const char *name, const char *action)
{
	scene_log(asking->osc->mixer, name, action);
	osc_scene_publish(asking->osc, mixer_seconds());
}

static void
saved(struct osc_asking *asking)
{
	/* Another desk may have come since they were written. */
	int values = (int)(asking->scene.values + asking->scene.unknowns);
	struct osc_scene_reply reply;

	make_current(asking);
	tell_all(asking, asking->order.name, "saved");
	osc_scene_reply(asking, &reply);
	osc_pack_print(
	    &reply.packer, "/scene/save", "si", asking->order.name, values);
	osc_pack_flush(&reply.packer);
	osc_scene_forget(asking);
}

/* Is there anything in the scope? If not, that is said. */
static bool
scope_meets(struct osc_asking *asking)
{
	const struct scene *scene = &asking->scene;
	char text[OSC_TEXT];

	for (size_t i = 0; i < scene->values; i++)
		if (scene_judge(asking->osc->mixer, &asking->scope,
			&scene->value[i]) != SCENE_OUTSIDE)
			return true;
	if (asking->scope.patterns == 0)
		return true;
	snprintf(text, sizeof(text),
	    "found a scope (\"%.80s\"%s) with no value of scene \"%s\" in it; "
	    "allowed one such as /ch/*/fader or ch/drum*",
	    asking->scope.pattern[0], asking->scope.patterns > 1 ? ", ..." : "",
	    asking->order.name);
	asking_fail(asking, "bad-value", text);
	return false;
}

static unsigned
count_unknown(const struct osc_asking *asking)
{
	unsigned count = 0;

	for (size_t i = 0; i < asking->scene.unknowns; i++)
		count +=
		    scene_scope_names(&asking->scope, asking->scene.unknown[i]);
	return count;
}

static void
recall(struct osc_asking *asking)
{
	struct osc *osc = asking->osc;
	struct osc_scene_reply reply;
	double now = mixer_seconds();
	size_t safe, changes;

	osc_scene_touch(osc);
	safe = scene_narrow(&asking->scene, osc->mixer, &asking->scope);
	changes = scene_recall(osc->mixer, &asking->scene, asking->order.name,
	    asking->seconds, now, NULL);
	mixer_commit(osc->mixer);
	/* Its asker knows the name only, not each value. */
	osc_publish_changes(osc, NULL);
	osc_scene_reply(asking, &reply);
	osc_pack_print(&reply.packer, "/scene/recall", "siiif",
	    asking->order.name, (int)changes, (int)safe,
	    (int)count_unknown(asking), asking->seconds);
	make_current(asking);
	tell_all(asking, asking->order.name, "recalled");
	osc_pack_flush(&reply.packer);
	osc_scene_forget(asking);
}

/* The name in the text is another, then the file's. */
static void
rename_text(struct osc_asking *asking)
{
	struct scene_order *order = &asking->order;
	char *text = scene_rename(order->text, order->size, order->other);

	if (!text) {
		asking_fail(asking, "damaged",
		    "found no JSON object in its file; allowed what "
		    "/scene/save writes");
		return;
	}
	free(order->text);
	order->text = text;
	order->size = strlen(text);
	order->verb = SCENE_MOVE;
	scene_files_order(order->files, order);
}

static void
loaded(struct osc_asking *asking)
{
	struct scene_order *order = &asking->order;
	char why[OSC_TEXT], text[OSC_PART], path[PATH_MAX];

	if (asking->command == PARAM_SCENE_RENAME) {
		rename_text(asking);
		return;
	}
	if (scene_read(&asking->scene, asking->osc->mixer, order->text,
		order->size, why, sizeof(why)) < 0) {
		scene_file_path(order->files, order->name, path, sizeof(path));
		snprintf(text, sizeof(text), "%.400s: %s", path, why);
		asking_fail(asking, "damaged", text);
		return;
	}
	if (!scope_meets(asking))
		return;
	if (asking->command == PARAM_SCENE_RECALL)
		recall(asking);
	else
		asking->telling = true;
}

static void
deleted(struct osc_asking *asking)
{
	struct osc_scenes *scenes = asking->osc->scenes;
	struct osc_scene_reply reply;

	if (strcmp(scenes->name, asking->order.name) == 0) {
		scenes->name[0] = '\0';
		scene_free(&scenes->current);
	}
	tell_all(asking, asking->order.name, "deleted");
	osc_scene_reply(asking, &reply);
	osc_pack_print(&reply.packer, "/scene/delete", "s", asking->order.name);
	osc_pack_flush(&reply.packer);
	osc_scene_forget(asking);
}

static void
renamed(struct osc_asking *asking)
{
	struct osc_scenes *scenes = asking->osc->scenes;
	const struct scene_order *order = &asking->order;
	struct osc_scene_reply reply;

	if (strcmp(scenes->name, order->name) == 0)
		memcpy(scenes->name, order->other, sizeof(scenes->name));
	tell_all(asking, order->other, "renamed");
	osc_scene_reply(asking, &reply);
	osc_pack_print(
	    &reply.packer, "/scene/rename", "ss", order->name, order->other);
	osc_pack_flush(&reply.packer);
	osc_scene_forget(asking);
}

void
osc_scene_done(struct scene_order *order)
{
	struct osc_asking *asking = (struct osc_asking *)(void *)order;

	if (order->error < 0) {
		fail_on_disk(asking);
		return;
	}
	switch (order->verb) {
	case SCENE_SAVE:
		saved(asking);
		break;
	case SCENE_LOAD:
		loaded(asking);
		break;
	case SCENE_MOVE:
		renamed(asking);
		break;
	case SCENE_DELETE:
		deleted(asking);
		break;
	case SCENE_ROWS:
		asking->telling = true;
		break;
	}
}
