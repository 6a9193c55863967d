#include "edge/osc_internal.h"
#include "mixer/advise.h"
#include "mixer/undo.h"

#include <stdio.h>

/* Where a set goes, as an address. */
static void
set_text(const struct mixer *mixer, const struct advice_set *set,
    unsigned by_place, char text[ADDRESS_LONGEST])
{
	struct address address = { .strip = set->strip,
		.sub = set->sub,
		.item = set->item,
		.by_place = by_place };

	mixer_advice_param(mixer, set, &address);
	mixer_address_text(mixer, &address, text);
}

static void
pack_finding(struct osc_packer *packer, const struct mixer *mixer,
    const struct finding *finding)
{
	const struct desk_strip *strip =
	    &mixer_desk(mixer)->strip[finding->strip];
	char name[DESK_STRIP_TEXT];

	desk_strip_text(strip, false, name);
	osc_pack_print(packer, "/advice", "issssffsiis", (int)finding->id,
	    advice_severity_name(finding->severity),
	    advice_code_name(finding->code), name,
	    mixer_stage_name(mixer, finding->strip, finding->stage),
	    finding->value, finding->limit, finding->unit,
	    (int)finding->seconds, (int)finding->sets, finding->words);
}

/* All findings that a prefix covers, each with its fix behind it. */
static void
pack_advice(struct osc_packer *packer, struct mixer *mixer,
    struct osc_request *request, const struct lease *lease)
{
	const struct advice *advice = mixer_advice(mixer);
	char text[ADDRESS_LONGEST];
	int count = 0;

	for (size_t i = 0; i < advice->findings; i++) {
		const struct finding *finding = &advice->finding[i];
		char name[DESK_STRIP_TEXT];
		desk_strip_text(&mixer_desk(mixer)->strip[finding->strip],
		    lease && lease->by_place, name);
		snprintf(text, sizeof(text), "/%s/%s", name,
		    mixer_stage_name(mixer, finding->strip, finding->stage));
		if ((lease && !lease_covers(lease, text)) ||
		    (request && !osc_request_answers(request)))
			continue;
		count++;
		pack_finding(packer, mixer, finding);
		for (size_t k = 0; k < finding->sets; k++) {
			const struct advice_set *set =
			    &advice->set[finding->set + k];
			if (request && !osc_request_answers(request))
				break;
			set_text(mixer, set, 0, text);
			osc_pack_print(packer, "/advice/fix", "isf",
			    (int)finding->id, text, set->value);
		}
	}
	osc_pack_print(packer, "/advice/end", "i", count);
}

void
osc_advice(struct osc_request *request)
{
	pack_advice(&request->replies, request->osc->mixer, request, NULL);
}

void
osc_publish_advice(
    struct osc *osc, const struct lease_client *client, struct lease *lease)
{
	struct osc_target target = { osc, &client->to };
	struct osc_packer packer;

	mixer_advice(osc->mixer);
	if (lease->told == mixer_advice_version(osc->mixer) + 1)
		return;
	lease->told = mixer_advice_version(osc->mixer) + 1;
	osc_pack_start(&packer, osc_send, &target);
	pack_advice(&packer, osc->mixer, NULL, lease);
	osc_pack_flush(&packer);
}

/* What a step would change, against what its sender may. */
struct check {
	struct osc_request *request;
	struct address
	    refused; /* the first that it may not; param NULL: none */
};

static void
check_each(void *arg, const struct address *address)
{
	struct check *check = arg;

	if (!check->refused.param && !osc_may_change(check->request, address))
		check->refused = *address;
}

/* May the sender change all of it? If not, it is told. */
static bool
is_allowed(const struct check *check)
{
	if (check->refused.param)
		osc_refuse_change(check->request, &check->refused);
	return !check->refused.param;
}

void
osc_advice_apply(struct osc_request *request, unsigned id)
{
	struct mixer *mixer = request->osc->mixer;
	struct check check = { .request = request };
	const struct finding *finding;
	char text[OSC_TEXT];
	unsigned mended, sets;

	if (!osc_request_may_set(request))
		return;
	mixer_advice(mixer);
	finding = mixer_advice_find(mixer, id);
	if (id != 0 && (!finding || finding->sets == 0)) {
		snprintf(text, sizeof(text),
		    finding ? "found finding %u, which the desk cannot mend: "
			      "its words say what to do; allowed one with a "
			      "fix, or 0 for all"
			    : "found no finding %u; allowed one that /advice "
			      "tells now, or 0 for all",
		    id);
		osc_request_error(
		    request, request->asked, "bad-value", NULL, text);
		return;
	}
	mixer_advice_each(mixer, id, check_each, &check);
	if (!is_allowed(&check))
		return;
	mended = mixer_advice_apply(mixer, id, request->client, &sets);
	/* Its maker knows the number only, not each value. */
	osc_publish_changes(request->osc, NULL);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/advice/apply", "iii",
		    (int)id, (int)mended, (int)sets);
}

void
osc_undo(struct osc_request *request)
{
	struct check check = { .request = request };
	char label[UNDO_LABEL];
	unsigned count;

	if (!osc_request_may_set(request))
		return;
	mixer_undo_each(request->osc->mixer, check_each, &check);
	if (!is_allowed(&check))
		return;
	osc_scene_touch(request->osc);
	count = mixer_undo(request->osc->mixer, request->client, label);
	osc_publish_changes(request->osc, NULL);
	if (osc_request_answers(request))
		osc_pack_print(
		    &request->replies, "/undo", "is", (int)count, label);
}
