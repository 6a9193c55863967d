#include "edge/jack_internal.h"

#include <jack/metadata.h>
#include <jack/uuid.h>
#include <stdio.h>

#define RT_THREAD "headroom-rt" /* in top(1), ps(1) and the tests */
#define TYPE_TEXT "text/plain"
#define TYPE_INTEGER "http://www.w3.org/2001/XMLSchema#integer"

static jack_client_t *
segment_open(struct jack *jack, const char *name)
{
	jack_options_t options = JackNoStartServer | JackUseExactName;

	jack->status = 0;
	snprintf(jack->refused, sizeof jack->refused, "%s", name);
	if (jack->server)
		return jack_client_open(name, options | JackServerName,
		    &jack->status, jack->server);
	return jack_client_open(name, options, &jack->status);
}

static void
close_all(struct jack *jack)
{
	if (jack->probe)
		jack_client_close(jack->probe);
	jack->probe = NULL;
	for (unsigned i = jack->segments; i-- > 0;) {
		if (jack->segment[i].client)
			jack_client_close(jack->segment[i].client);
		jack->segment[i].client = NULL;
	}
	jack->client = NULL;
}

/* Whatever may stand still later must not be waited for then: the probe is
 * there from the beginning. */
static int
probe_open(struct jack *jack)
{
	char name[PATCHBAY_CLIENT + 8];

	if (jack->ports->holds == 0)
		return 0;
	snprintf(name, sizeof name, "%s.probe", jack->segment[0].name);
	jack->probe = segment_open(jack, name);
	return jack->probe ? 0 : -1;
}

void
client_open(struct jack *jack)
{
	for (unsigned i = 0; i < jack->segments; i++) {
		struct jack_segment *segment = &jack->segment[i];

		segment->client = segment_open(jack, segment->name);
		if (!segment->client) {
			close_all(jack);
			return;
		}
	}
	if (probe_open(jack) < 0) {
		close_all(jack);
		return;
	}
	jack->client = jack->segment[0].client;
	pages_trim(jack);
	atomic_store(&jack->rate, jack_get_sample_rate(jack->client));
	atomic_store(&jack->period, jack_get_buffer_size(jack->client));
}

static int
link_ports(struct jack *jack, struct jack_segment *segment)
{
	if (segment->index != 0) {
		segment->link_in = jack_port_register(segment->client,
		    "link_in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
		if (!segment->link_in)
			return -1;
	}
	if (segment->index + 1 < jack->segments) {
		segment->link_out = jack_port_register(segment->client,
		    "link_out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
		if (!segment->link_out)
			return -1;
	}
	return 0;
}

static int
probe_start(struct jack *jack)
{
	if (!jack->probe)
		return 0;
	jack->probe_in = jack_port_register(
	    jack->probe, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
	return jack->probe_in && callback_set_probe(jack) == 0 &&
		       jack_activate(jack->probe) == 0
		   ? 0
		   : -1;
}

static int
register_ports(struct jack *jack)
{
	for (size_t i = 0; i < ports_count(jack->ports); i++) {
		const struct patchbay_port *port = &jack->ports->port[i];

		jack->ports->handle[i] =
		    jack_port_register(jack->segment[port->segment].client,
			port->name, JACK_DEFAULT_AUDIO_TYPE,
			port->input ? JackPortIsInput : JackPortIsOutput, 0);
		if (!jack->ports->handle[i])
			return -1;
		jack->ports->label[i].stale = true;
	}
	return 0;
}

void
client_start(struct jack *jack)
{
	jack->started = -1;
	patchbay_renew(jack->ports->patchbay);
	for (unsigned i = 0; i < jack->segments; i++)
		if (callback_set(&jack->segment[i]) < 0 ||
		    link_ports(jack, &jack->segment[i]) < 0)
			return;
	if (register_ports(jack) < 0 || probe_start(jack) < 0)
		return;
	pages_take_own(jack, jack->ports, NULL);
	for (unsigned i = 0; i < jack->segments; i++) {
		struct jack_segment *segment = &jack->segment[i];

		if (jack_activate(segment->client) != 0)
			return;
		pthread_setname_np(
		    jack_client_thread_id(segment->client), RT_THREAD);
		if (i > 0 && jack_connect(jack->client,
				 jack_port_name(segment[-1].link_out),
				 jack_port_name(segment->link_in)) != 0)
			return;
	}
	jack->started = 0;
}

void
client_connect(struct jack *jack)
{
	/* First the pages, then the cables. */
	pages_take_others(jack);
	patchbay_connect(jack->ports->patchbay, jack->client);
	pages_trim(jack);
}

void
client_connect_new(struct jack *jack)
{
	unsigned tail = atomic_load(&jack->ports_tail);

	while (tail != atomic_load(&jack->ports_head)) {
		jack_port_id_t id = jack->new_port[tail % JACK_NEW_PORTS];

		pages_take_other(jack, jack_port_by_id(jack->client, id));
		patchbay_connect_new(jack->ports->patchbay, jack->client, id);
		atomic_store(&jack->ports_tail, ++tail);
	}
	if (atomic_exchange(&jack->ports_lost, false)) {
		patchbay_renew(jack->ports->patchbay);
		client_connect(jack);
	}
}

void
client_note(struct jack *jack)
{
	double now = mixer_seconds();

	jack->doubt = false;
	for (size_t i = 0; i < ports_count(jack->ports); i++)
		if (!hold_is(jack, i - jack->ports->port[i].lane))
			jack->doubt |= patchbay_note(jack->ports->patchbay,
			    jack->client, i, jack->ports->handle[i], now);
}

void
client_label(struct jack *jack)
{
	for (size_t i = 0; i < ports_count(jack->ports); i++) {
		jack_uuid_t uuid = jack_port_uuid(jack->ports->handle[i]);
		size_t place =
		    i < jack->ports->inputs ? i : i - jack->ports->inputs;
		char order[24];

		if (!jack->ports->label[i].stale || atomic_load(&jack->gone) ||
		    atomic_load(&jack->stopped))
			continue;
		jack->ports->label[i].stale = false;
		atomic_fetch_add(&jack->labelled, 1);
		snprintf(order, sizeof order, "%zu", place + 1);
		jack_set_property(jack->client, uuid, JACK_METADATA_PRETTY_NAME,
		    jack->ports->label[i].pretty, TYPE_TEXT);
		jack_set_property(jack->client, uuid, JACK_METADATA_ORDER,
		    order, TYPE_INTEGER);
	}
}

void
client_recompute(struct jack *jack)
{
	jack_recompute_total_latencies(jack->client);
}

void
client_close(struct jack *jack)
{
	bool there = !atomic_load(&jack->gone);

	/* The last segment first: none waits for one that is gone. */
	for (unsigned i = jack->segments; there && i-- > 0;)
		if (jack->started == 0)
			jack_deactivate(jack->segment[i].client);
	/* Port numbers are used again, by whoever comes next: what was said of
	 * ours must not stick to theirs. */
	for (size_t i = 0;
	     there && jack->started == 0 && i < ports_count(jack->ports); i++) {
		if (jack->ports->label[i].stale)
			continue;
		jack_remove_properties(
		    jack->client, jack_port_uuid(jack->ports->handle[i]));
		atomic_fetch_add(&jack->labelled, 1);
	}
	close_all(jack);
}
