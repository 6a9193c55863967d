#include "edge/osc_internal.h"
#include "mixer/clip_guard.h"
#include "mixer/zones.h"

#include <stdio.h>

void
osc_pack_headroom(struct osc_packer *packer, struct mixer *mixer,
    const struct address *address)
{
	struct zones_reading reading;
	char text[ADDRESS_LONGEST];

	zones_read(meters_zones(mixer_meters(mixer)), address->strip,
	    address->sub, &reading);
	mixer_address_text(mixer, address, text);
	osc_pack_print(
	    packer, text, "fs", reading.headroom, zone_name(reading.zone));
}

/* Of one strip; the version says what the lease has not been told. */
static void
publish_strip(struct osc *osc, struct osc_packer *packer,
    const struct lease *lease, struct address *address)
{
	const struct zones *zones = meters_zones(mixer_meters(osc->mixer));
	unsigned stages = mixer_stages(osc->mixer, address->strip);
	struct zones_reading reading;
	char text[ADDRESS_LONGEST];

	for (address->sub = 0; address->sub < stages; address->sub++) {
		zones_read(zones, address->strip, address->sub, &reading);
		if (lease->told != 0 && reading.version < lease->told)
			continue;
		mixer_address_text(osc->mixer, address, text);
		if (lease_covers(lease, text))
			osc_pack_headroom(packer, osc->mixer, address);
	}
}

void
osc_publish_headroom(
    struct osc *osc, const struct lease_client *client, struct lease *lease)
{
	const struct zones *zones = meters_zones(mixer_meters(osc->mixer));
	struct osc_target target = { osc, &client->to };
	struct address address = { .param = schema_param(PARAM_HEADROOM),
		.by_place = lease->by_place };
	struct osc_packer packer;

	osc_pack_start(&packer, osc_send, &target);
	for (size_t i = 0; i < mixer_desk(osc->mixer)->strips; i++) {
		address.strip = (unsigned)i;
		publish_strip(osc, &packer, lease, &address);
	}
	osc_pack_flush(&packer);
	lease->told = zones_version(zones) + 1;
}

void
osc_headroom_reset(struct osc_request *request, const char *address)
{
	struct mixer *mixer = request->osc->mixer;
	size_t strips = mixer_desk(mixer)->strips;

	if (!osc_request_may_all(request))
		return;
	for (size_t i = 0; i < strips; i++)
		zones_reset(meters_zones(mixer_meters(mixer)), (unsigned)i);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, address, "i", (int)strips);
}

struct release {
	struct osc_request *request;
	int released;
	bool refused;
	struct address first_refused;
};

static void
release_check(void *arg, const struct address *address)
{
	struct release *release = arg;

	if (!release->refused && !osc_may_change(release->request, address)) {
		release->refused = true;
		release->first_refused = *address;
	}
}

static void
release_one(void *arg, const struct address *address)
{
	struct release *release = arg;

	release->released += mixer_guard_release(release->request->osc->mixer,
	    address->strip, release->request->client);
}

void
osc_release_guards(struct osc_request *request, const char *strips)
{
	struct mixer *mixer = request->osc->mixer;
	struct release release = { .request = request };
	char pattern[ADDRESS_LONGEST], text[OSC_TEXT];

	if (!osc_request_may_set(request))
		return;
	if (strips)
		snprintf(pattern, sizeof(pattern), "/%s/guard",
		    strips + (*strips == '/'));
	else
		snprintf(pattern, sizeof(pattern), "//guard");
	if (mixer_each(mixer, pattern, &request->tries, release_check,
		&release) == 0 &&
	    strips) {
		snprintf(text, sizeof(text),
		    "found \"%.64s\"; allowed master, bus/<id> or a pattern "
		    "of buses, such as bus/*",
		    strips);
		osc_request_error(
		    request, request->asked, "bad-value", NULL, text);
		return;
	}
	if (release.refused) {
		osc_refuse_change(request, &release.first_refused);
		return;
	}
	mixer_each(mixer, pattern, &request->tries, release_one, &release);
	osc_publish_changes(request->osc, NULL);
	if (osc_request_answers(request))
		osc_pack_print(
		    &request->replies, request->asked, "i", release.released);
}
