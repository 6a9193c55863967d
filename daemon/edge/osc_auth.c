#include "edge/osc_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
refuse(struct osc_request *request, const char *about, const char *text,
    enum mixer_drop drop, const char *why)
{
	osc_request_error(request, request->asked, "not-allowed", about, text);
	osc_refused(request->osc, &request->pass.sender, drop, why);
}

/* The network as the configuration has it. */
static const char *
network(const struct osc_request *request)
{
	return request->pass.network->desk->network;
}

static enum desk_role
role(const struct osc_request *request)
{
	return request->pass.entry ? request->pass.entry->desk->role
				   : ROLE_NONE;
}

/* The patterns of strips, as many as fit, "" for all strips. */
static void
list_strips(const struct osc_request *request, char *text, size_t size)
{
	const struct access_entry *entry = request->pass.entry;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; entry && i < entry->desk->strips; i++) {
		if (used + strlen(entry->desk->strip[i]) + 6 > size) {
			snprintf(text + used, size - used, " ...");
			return;
		}
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    i > 0 ? " " : "", entry->desk->strip[i]);
	}
}

bool
osc_request_may_ask(struct osc_request *request)
{
	char text[OSC_TEXT];

	if (request->pass.entry)
		return true;
	snprintf(text, sizeof(text),
	    "found no token, and no role without one in network %s of "
	    "osc.allow; allowed /auth with a token",
	    network(request));
	refuse(request, NULL, text, DROP_TOKEN,
	    "its network demands a token in osc.allow");
	return false;
}

bool
osc_request_may_set(struct osc_request *request)
{
	char text[OSC_TEXT];

	if (role(request) >= ROLE_MIX)
		return true;
	snprintf(text, sizeof(text),
	    "found a set from network %s, whose role in osc.allow is \"%s\"; "
	    "allowed gets and subscriptions",
	    network(request), desk_role_name(role(request)));
	refuse(request, NULL, text, DROP_ROLE,
	    "its role does not allow it to set values");
	return false;
}

bool
osc_request_may_all(struct osc_request *request)
{
	char text[OSC_TEXT];

	if (role(request) == ROLE_ADMIN)
		return true;
	snprintf(text, sizeof(text),
	    "found what concerns the whole desk from network %s, whose role "
	    "in osc.allow is \"%s\"; allowed for the role \"admin\"",
	    network(request), desk_role_name(role(request)));
	refuse(request, NULL, text, DROP_ROLE,
	    "only the role admin may do what concerns the whole desk");
	return false;
}

/* --- narrowed to strips --- */

/* The strip that an address belongs to, for whoever is narrowed to strips: a
 * send is the bus's that hears it, and a solo and its mode are nobody's, as they
 * silence all others. -1: none. */
static int
owner(const struct osc_request *request, const struct address *address)
{
	const struct desk *desk = mixer_desk(request->osc->mixer);
	const struct desk_strip *strip = &desk->strip[address->strip];

	switch (address->param->scope) {
	case SCOPE_SEND:
		return (int)strip->send[address->sub].bus;
	case SCOPE_STRIP:
		return address->param->id == PARAM_SOLO ||
			       address->param->id == PARAM_SOLO_MODE
			   ? -1
			   : (int)address->strip;
	case SCOPE_INSERT:
	case SCOPE_INSERT_PARAM:
	case SCOPE_HEADROOM:
	case SCOPE_LOUDNESS:
		return (int)address->strip;
	default:
		return -1;
	}
}

bool
osc_may_change(const struct osc_request *request, const struct address *address)
{
	const struct desk *desk = mixer_desk(request->osc->mixer);
	const struct desk_network *entry = request->pass.entry->desk;
	char name[DESK_STRIP_TEXT];
	int strip;

	if (entry->strips == 0)
		return true;
	strip = owner(request, address);
	if (strip < 0)
		return false;
	desk_strip_text(&desk->strip[strip], false, name);
	return access_strip(entry, name);
}

void
osc_refuse_change(struct osc_request *request, const struct address *address)
{
	char about[ADDRESS_LONGEST], strips[96], text[OSC_TEXT];

	list_strips(request, strips, sizeof(strips));
	mixer_address_text(request->osc->mixer, address, about);
	snprintf(text, sizeof(text),
	    "found a set from network %s, whose role \"%s\" in osc.allow is "
	    "narrowed; allowed what belongs to %s, but for solo",
	    network(request), desk_role_name(role(request)), strips);
	refuse(request, about, text, DROP_ROLE,
	    "its role is narrowed to other strips");
}

/* --- leases --- */

static bool
is_trusted(const struct osc *osc, const struct lease_client *client)
{
	const struct access_entry *entry = access_find(
	    &osc->access, (const struct sockaddr *)&client->peer.address);

	return entry && entry->desk->trusted;
}

bool
osc_leases_exceed(
    const struct osc_request *request, char *text, size_t text_size)
{
	const struct osc *osc = request->osc;
	size_t own = 0, clients = 0, most = osc->guard->limits.leases;

	if (request->pass.network->desk->trusted)
		return false;
	for (size_t i = 0; i < osc->table.clients; i++) {
		const struct lease_client *client = osc->table.client[i];
		struct guard_sender sender;

		if (client->leases == 0 || is_trusted(osc, client))
			continue;
		clients++;
		guard_sender((const struct sockaddr *)&client->peer.address,
		    false, &sender);
		if (guard_same_address(&sender, &request->pass.sender))
			own += client->leases;
	}
	if (own > most)
		snprintf(text, text_size,
		    "found %zu subscriptions of this address already; allowed "
		    "%zu (osc.limits.leases)",
		    own - 1, most);
	else if (clients > LEASE_CLIENTS / 2)
		snprintf(text, text_size,
		    "found %zu subscribers from networks that are not trusted "
		    "already; allowed %d",
		    clients - 1, LEASE_CLIENTS / 2);
	return own > most || clients > LEASE_CLIENTS / 2;
}

/* --- commands --- */

void
osc_cookie(struct osc_request *request, const char *text)
{
	struct guard *guard = request->osc->guard;
	const struct guard_sender *sender = &request->pass.sender;
	double now = request->now, left = 0;

	if (!request->pass.network->desk->trusted && !sender->stream) {
		if (text)
			(void)guard_echo(guard, sender, text, now);
		left = guard_proven(guard, sender, now);
	}
	if (osc_request_answers(request))
		osc_pack_print(
		    &request->replies, "/proven", "i", (int)ceil(left));
}

/* Takes the role of the entry that has the token. */
static bool
show_token(struct osc_request *request, const char *token)
{
	struct osc *osc = request->osc;
	const struct guard_sender *sender = &request->pass.sender;
	const struct access_entry *entry;

	if (!guard_may_try(osc->guard, sender, request->now)) {
		refuse(request, NULL,
		    "found too many wrong tokens from this address; allowed 5 "
		    "at once, then one in 10 s",
		    DROP_TOKEN, "it tried too many tokens");
		return false;
	}
	entry = access_token(&osc->access, request->pass.network, token);
	if (!entry) {
		refuse(request, NULL,
		    "found a token that no entry of osc.allow for this network "
		    "has; allowed the right one",
		    DROP_TOKEN, "it showed a wrong token");
		return false;
	}
	guard_tried_well(osc->guard, sender, request->now);
	guard_authorize(osc->guard, sender, (size_t)(entry - osc->access.entry),
	    request->now);
	request->pass.entry = entry;
	return true;
}

void
osc_auth(struct osc_request *request, const char *text)
{
	char strips[OSC_TEXT];

	if (text && !show_token(request, text))
		return;
	list_strips(request, strips, sizeof(strips));
	if (osc_request_answers(request))
		osc_pack_print(&request->replies, "/auth", "ss",
		    desk_role_name(role(request)), strips);
}
