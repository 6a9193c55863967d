#include "edge/jack_internal.h"

#include <jack/metadata.h>
#include <jack/uuid.h>
#include <stdio.h>

#define RT_THREAD "headroom-rt" /* in top(1), ps(1) and the tests */
#define TYPE_TEXT "text/plain"
#define TYPE_INTEGER "http://www.w3.org/2001/XMLSchema#integer"

static size_t
port_count(const struct jack *jack)
{
	return jack->inputs + jack->outputs;
}

void
client_open(struct jack *jack)
{
	jack_options_t options = JackNoStartServer | JackUseExactName;

	jack->status = 0;
	if (jack->server)
		jack->client = jack_client_open(jack->client_name,
		    options | JackServerName, &jack->status, jack->server);
	else
		jack->client =
		    jack_client_open(jack->client_name, options, &jack->status);
	if (!jack->client)
		return;
	pages_trim(jack);
	atomic_store(&jack->rate, jack_get_sample_rate(jack->client));
	atomic_store(&jack->period, jack_get_buffer_size(jack->client));
}

void
client_start(struct jack *jack)
{
	jack->started = -1;
	if (callback_set(jack) < 0)
		return;
	for (size_t i = 0; i < port_count(jack); i++) {
		const struct patchbay_port *port = &jack->port[i];

		jack->handle[i] = jack_port_register(jack->client, port->name,
		    JACK_DEFAULT_AUDIO_TYPE,
		    port->input ? JackPortIsInput : JackPortIsOutput, 0);
		if (!jack->handle[i])
			return;
		jack->label[i].stale = true;
	}
	pages_take_own(jack);
	if (jack_activate(jack->client) != 0)
		return;
	jack->started = 0;
	/* Not in thread_init(): JACK calls that on other threads, too. */
	pthread_setname_np(jack_client_thread_id(jack->client), RT_THREAD);
}

void
client_connect(struct jack *jack)
{
	/* First the pages, then the cables. */
	pages_take_others(jack);
	patchbay_connect(jack->patchbay, jack->client);
	pages_trim(jack);
}

void
client_connect_new(struct jack *jack)
{
	unsigned tail = atomic_load(&jack->ports_tail);

	while (tail != atomic_load(&jack->ports_head)) {
		jack_port_id_t id = jack->new_port[tail % JACK_NEW_PORTS];

		pages_take_other(jack, jack_port_by_id(jack->client, id));
		patchbay_connect_new(jack->patchbay, jack->client, id);
		atomic_store(&jack->ports_tail, ++tail);
	}
	if (atomic_exchange(&jack->ports_lost, false))
		client_connect(jack);
}

void
client_label(struct jack *jack)
{
	for (size_t i = 0; i < port_count(jack); i++) {
		jack_uuid_t uuid = jack_port_uuid(jack->handle[i]);
		size_t place = i < jack->inputs ? i : i - jack->inputs;
		char order[24];

		if (!jack->label[i].stale || atomic_load(&jack->gone) ||
		    atomic_load(&jack->stopped))
			continue;
		jack->label[i].stale = false;
		atomic_fetch_add(&jack->labelled, 1);
		snprintf(order, sizeof order, "%zu", place + 1);
		jack_set_property(jack->client, uuid, JACK_METADATA_PRETTY_NAME,
		    jack->label[i].pretty, TYPE_TEXT);
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
	if (!atomic_load(&jack->gone) && jack->started == 0) {
		jack_deactivate(jack->client);
		/* Port numbers are used again, by whoever comes next: what was
		 * said of ours must not stick to theirs. */
		for (size_t i = 0; i < port_count(jack); i++) {
			if (jack->label[i].stale)
				continue;
			jack_remove_properties(
			    jack->client, jack_port_uuid(jack->handle[i]));
			atomic_fetch_add(&jack->labelled, 1);
		}
	}
	jack_client_close(jack->client);
	jack->client = NULL;
}
