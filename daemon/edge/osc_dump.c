#include "edge/osc_internal.h"

#include <stdio.h>
#include <string.h>

#define GLANCE 32 /* addresses between two looks at the clock */

void
osc_dump(struct osc_request *request, const char *prefix)
{
	struct lease_dump *dump = &request->client->dump;

	*dump = (struct lease_dump){ .going = true };
	lease_init(&dump->cover, LEASE_STATE, prefix, 0, 0);
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/dump", "sh", prefix,
		    (int64_t)request->osc->state);
}

/* Tells the next address, if it is one that is asked for. */
static void
dump_address(struct osc *osc, struct lease_dump *dump, struct address *address,
    struct osc_packer *packer)
{
	char text[ADDRESS_LONGEST];

	address->by_place = dump->cover.by_place;
	mixer_address_text(osc->mixer, address, text);
	if (!lease_covers(&dump->cover, text))
		return;
	osc_pack_value(packer, osc->mixer, address);
	dump->count++;
}

/* Whoever asked sees by the second beginning that the count is anew. */
void
osc_dump_again(struct osc *osc)
{
	for (size_t i = 0; i < osc->table.clients; i++) {
		struct lease_client *client = osc->table.client[i];
		struct lease_dump *dump = &client->dump;
		struct osc_target target = { osc, &client->to };
		struct osc_packer packer;

		if (!dump->going)
			continue;
		dump->walk = (struct walk){ 0 };
		dump->count = 0;
		osc_pack_start(&packer, osc_send, &target);
		osc_pack_print(&packer, "/dump", "sh", dump->cover.prefix,
		    (int64_t)osc->state);
		osc_pack_flush(&packer);
	}
}

void
osc_publish_dump(struct osc *osc, struct lease_client *client, double end)
{
	struct lease_dump *dump = &client->dump;
	struct osc_target target = { osc, &client->to };
	struct osc_packer packer;
	struct address address;
	unsigned before = dump->count;

	if (!dump->going || osc_is_filling(&client->peer))
		return;
	osc_pack_start(&packer, osc_send, &target);
	for (unsigned i = 1; dump->count - before < OSC_DUMP; i++) {
		if (!walk_next(osc->mixer, &dump->walk, &address)) {
			osc_pack_print(&packer, "/dump/end", "sih",
			    dump->cover.prefix, (int)dump->count,
			    (int64_t)osc->state);
			dump->going = false;
			break;
		}
		dump_address(osc, dump, &address, &packer);
		if (i % GLANCE == 0 && mixer_seconds() > end)
			break;
	}
	osc_pack_flush(&packer);
}
