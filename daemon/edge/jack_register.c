#include "edge/jack_internal.h"

#include <jack/metadata.h>
#include <stdio.h>
#include <string.h>

/*
 * W: the ports of another desk, while those of the one before are there.
 */

#define LEAVING "headroom_leaving_%zu" /* a name that stands in nobody's way */

static jack_client_t *
client_of(const struct jack *jack, const struct jack_ports *ports, size_t port)
{
	return jack->segment[ports->port[port].segment].client;
}

/* Is a name of a port before one of another port after? */
static bool
is_in_the_way(const struct jack_change *change, size_t before)
{
	const struct patchbay_port *port = &change->before->port[before];
	ptrdiff_t to = change->to[before];

	for (size_t i = 0; i < ports_count(change->next); i++)
		if ((ptrdiff_t)i != to &&
		    change->next->port[i].segment == port->segment &&
		    strcmp(change->next->port[i].name, port->name) == 0)
			return true;
	return false;
}

/* Slots that change places take their ports with them, but these are called by
 * the place. First out of each other's way, then to where they go; the other
 * way round if it comes to nothing. */
static void
rename_ports(struct jack *jack, bool back)
{
	const struct jack_change *change = &jack->change;
	const struct jack_ports *before = change->before;

	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < ports_count(before); i++) {
			ptrdiff_t to = change->to[i];
			const char *name = before->port[i].name;
			char leaving[48];
			bool moves =
			    to >= 0 &&
			    strcmp(change->next->port[to].name, name) != 0;

			if (!before->handle[i] ||
			    (!moves && !is_in_the_way(change, i)))
				continue;
			snprintf(leaving, sizeof leaving, LEAVING, i);
			if (turn == 1 && !back)
				name = moves ? change->next->port[to].name
					     : leaving;
			jack_port_rename(client_of(jack, before, i),
			    before->handle[i], turn == 0 ? leaving : name);
		}
}

void
client_unregister(struct jack *jack)
{
	const struct jack_change *change = &jack->change;

	for (size_t i = 0; i < ports_count(change->next); i++) {
		jack_port_t **handle = &change->next->handle[i];

		if (*handle && !change->keeps[i])
			jack_port_unregister(
			    client_of(jack, change->next, i), *handle);
		*handle = NULL;
	}
	rename_ports(jack, true);
}

void
client_register(struct jack *jack)
{
	struct jack_change *change = &jack->change;
	struct jack_ports *next = change->next;

	change->registered = -1;
	rename_ports(jack, false);
	for (size_t i = 0; i < ports_count(next); i++) {
		const struct patchbay_port *port = &next->port[i];

		if (next->handle[i])
			continue;
		next->handle[i] = jack_port_register(client_of(jack, next, i),
		    port->name, JACK_DEFAULT_AUDIO_TYPE,
		    port->input ? JackPortIsInput : JackPortIsOutput, 0);
		if (next->handle[i])
			continue;
		client_unregister(jack);
		return;
	}
	pages_take_own(jack, next, change->keeps);
	change->registered = 0;
}

void
client_drop(struct jack *jack)
{
	const struct jack_change *change = &jack->change;
	const struct jack_ports *before = change->before;

	hold_let_go(jack);
	patchbay_disconnect(
	    jack->ports->patchbay, before->patchbay, change->to, jack->client);
	for (size_t i = 0; i < ports_count(before); i++) {
		jack_port_t *handle = before->handle[i];
		ptrdiff_t to = change->to[i];

		if (!handle || (to >= 0 && change->keeps[to]))
			continue;
		if (!before->label[i].stale)
			jack_remove_properties(
			    jack->client, jack_port_uuid(handle));
		atomic_fetch_add(&jack->labelled, 1);
		jack_port_unregister(client_of(jack, before, i), handle);
	}
}
