#include "edge/osc_internal.h"
#include "mixer/zones.h"

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
