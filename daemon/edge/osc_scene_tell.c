#include "edge/osc_scene.h"

#include "mixer/fade.h"

#include <stdio.h>
#include <string.h>

#define GLANCE 32 /* values between two looks at the clock */

/* --- to the asker --- */

static void
drop(void *target, const void *packet, size_t size)
{
	(void)target;
	(void)packet;
	(void)size;
}

void
osc_scene_reply(const struct osc_asking *asking, struct osc_scene_reply *reply)
{
	struct osc *osc = asking->osc;
	const struct lease_client *client =
	    lease_known(&osc->table, &asking->peer);

	reply->target = (struct osc_target){ osc, client ? &client->to : NULL };
	osc_pack_start(
	    &reply->packer, client ? osc_send : drop, &reply->target);
}

void
osc_scene_refuse(
    const struct osc_asking *asking, const char *code, const char *text)
{
	const char *asked = schema_param(asking->command)->address;
	struct osc_scene_reply reply;
	char full[OSC_PART];

	snprintf(full, sizeof(full), "%s: %s", asked, text);
	osc_scene_reply(asking, &reply);
	osc_pack_print(&reply.packer, "/error", "sss", asked, code, full);
	osc_pack_flush(&reply.packer);
}

/* --- the current scene --- */

void
osc_scene_pack(struct osc_packer *packer, struct osc *osc, double now)
{
	const struct osc_scenes *scenes = osc->scenes;
	bool any = scenes && scenes->name[0] != '\0';

	osc_pack_print(packer, "/scene/current", "sif", any ? scenes->name : "",
	    any && !scene_stands(osc->mixer, &scenes->current),
	    mixer_fade_left(osc->mixer, now));
}

void
osc_scene_publish(struct osc *osc, double now)
{
	for (size_t i = 0; i < osc->table.clients; i++) {
		const struct lease_client *client = osc->table.client[i];
		struct osc_target target = { osc, &client->to };
		struct osc_packer packer;

		osc_pack_start(&packer, osc_send, &target);
		for (size_t j = 0; j < client->leases; j++)
			if (client->lease[j].topic == LEASE_STATE &&
			    lease_covers(&client->lease[j], "/scene/current"))
				osc_scene_pack(&packer, osc, now);
		osc_pack_flush(&packer);
	}
}

/* --- answers of many messages --- */

static void
tell_preview(struct osc_asking *asking, const struct scene_value *value,
    struct osc_packer *packer)
{
	struct mixer *mixer = asking->osc->mixer;
	struct schema_value told[3] = { { .type = 's' } };
	char text[ADDRESS_LONGEST];
	enum scene_part part = scene_judge(mixer, &asking->scope, value);

	mixer_address_text(mixer, &value->address, text);
	if (part == SCENE_SAFE) {
		asking->safe++;
		osc_pack_print(packer, "/scene/safe", "s", text);
	} else if (part == SCENE_CHANGE) {
		asking->changes++;
		told[0].text = text;
		mixer_get(mixer, &value->address, &told[1]);
		told[2] = scene_value_of(value);
		osc_pack(packer, "/scene/change", told, 3);
	}
}

static void
tell_value(struct osc_asking *asking, const struct scene_value *value,
    struct osc_packer *packer)
{
	char text[ADDRESS_LONGEST];
	struct schema_value told[] = { { .type = 's', .text = text },
		scene_value_of(value) };

	mixer_address_text(asking->osc->mixer, &value->address, text);
	asking->changes++;
	osc_pack(packer, "/scene/value", told, 2);
}

static void
tell_unknown(
    struct osc_asking *asking, const char *address, struct osc_packer *packer)
{
	if (!scene_scope_names(&asking->scope, address))
		return;
	asking->unknown++;
	osc_pack_print(packer, "/scene/unknown", "s", address);
}

static void
tell_row(struct osc_asking *asking, const struct scene_row *row,
    struct osc_packer *packer)
{
	char problem[OSC_TEXT] = "";
	struct scene scene = { .value = NULL };

	if (row->misnamed)
		snprintf(problem, sizeof(problem),
		    "found a file name that no scene has; allowed letters, "
		    "digits, - _ . and %%XX for other bytes");
	else if (!row->text)
		snprintf(problem, sizeof(problem), "%s", strerror(-row->error));
	else
		scene_read(&scene, asking->osc->mixer, row->text, row->size,
		    problem, sizeof(problem));
	osc_pack_print(packer, "/scene/list", "shis", row->name, row->saved,
	    (int)(scene.values + scene.unknowns), problem);
	scene_free(&scene);
}

/* Tells the next one; false behind the last. */
static bool
tell_next(struct osc_asking *asking, struct osc_packer *packer)
{
	const struct scene *scene = &asking->scene;
	size_t at = asking->next++;

	if (asking->command == PARAM_SCENE_LIST) {
		if (at < asking->order.rows)
			tell_row(asking, &asking->order.row[at], packer);
		return at < asking->order.rows;
	}
	if (at >= scene->values + scene->unknowns)
		return false;
	if (at >= scene->values)
		tell_unknown(
		    asking, scene->unknown[at - scene->values], packer);
	else if (asking->command == PARAM_SCENE_PREVIEW)
		tell_preview(asking, &scene->value[at], packer);
	else
		tell_value(asking, &scene->value[at], packer);
	return true;
}

static void
tell_end(const struct osc_asking *asking, struct osc_packer *packer)
{
	if (asking->command == PARAM_SCENE_LIST)
		osc_pack_print(
		    packer, "/scene/list/end", "i", (int)asking->order.rows);
	else if (asking->command == PARAM_SCENE_PREVIEW)
		osc_pack_print(packer, "/scene/preview/end", "siii",
		    asking->order.name, (int)asking->changes, (int)asking->safe,
		    (int)asking->unknown);
	else
		osc_pack_print(packer, "/scene/show/end", "sii",
		    asking->order.name, (int)asking->changes,
		    (int)asking->unknown);
}

bool
osc_scene_tell(struct osc_asking *asking, double end)
{
	/* A row is a whole file to read. */
	unsigned glance = asking->command == PARAM_SCENE_LIST ? 1 : GLANCE;
	struct osc_scene_reply reply;
	bool more = true;

	osc_scene_reply(asking, &reply);
	if (!reply.target.peer)
		return false;
	if (osc_is_filling(reply.target.peer))
		return true;
	for (unsigned i = 1; more && i <= OSC_SCENE; i++) {
		more = tell_next(asking, &reply.packer);
		if (i % glance == 0 && mixer_seconds() > end)
			break;
	}
	if (!more)
		tell_end(asking, &reply.packer);
	osc_pack_flush(&reply.packer);
	return more;
}
