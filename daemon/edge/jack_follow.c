#include "edge/jack_internal.h"

#include "edge/log.h"
#include "mixer/event.h"
#include "mixer/latency.h"
#include "mixer/mixer.h"

#include <stdio.h>
#include <string.h>

static void
tell_event(
    struct jack *jack, enum event_kind kind, unsigned count, const char *text)
{
	struct event event = { .kind = kind, .count = count };

	event.frame = atomic_load(&jack->frame_now);
	snprintf(event.text, sizeof event.text, "%s", text);
	event_log_add(mixer_events(jack->mixer), &event);
}

void
follow_state(struct jack *jack, enum mixer_jack state)
{
	struct mixer_status *status = mixer_status(jack->mixer);

	if (status->jack == state)
		return;
	status->jack = state;
	tell_event(jack, EVENT_JACK, 0, mixer_jack_name(state));
}

void
follow_xruns(struct jack *jack)
{
	struct mixer_status *status = mixer_status(jack->mixer);
	unsigned xruns = atomic_load(&jack->xruns);

	for (; jack->xruns_seen != xruns; jack->xruns_seen++)
		tell_event(jack, EVENT_XRUN, ++status->xruns, "");
}

void
follow_latency(struct jack *jack)
{
	struct latency *latency = mixer_latency(jack->mixer), *old;

	jack->latency_version = mixer_latency_version(jack->mixer);
	if (!latency)
		return;
	pthread_mutex_lock(&jack->latency_lock);
	old = jack->latency;
	jack->latency = latency;
	pthread_mutex_unlock(&jack->latency_lock);
	latency_free(old);
	jack->latency_due = true;
}

int
follow_rate(struct jack *jack)
{
	struct mixer_status *status = mixer_status(jack->mixer);
	unsigned rate = atomic_load(&jack->rate);

	if (mixer_set_rate(jack->mixer, rate) < 0) {
		log_line("the desk cannot be made ready for %u Hz yet", rate);
		return -1;
	}
	status->period = atomic_load(&jack->period);
	follow_latency(jack);
	return 0;
}

void
follow_names(struct jack *jack)
{
	const struct desk *desk = mixer_desk(jack->mixer);

	for (size_t i = 0; i < jack->inputs + jack->outputs; i++) {
		const struct patchbay_port *port = &jack->port[i];
		const struct desk_strip *strip = &desk->strip[port->strip];
		const char *name = *strip->name ? strip->name : strip->id;
		struct jack_label *label = &jack->label[i];
		char pretty[sizeof label->pretty];

		if (strip->lanes > 1)
			snprintf(pretty, sizeof pretty, "%s %u", name,
			    port->lane + 1);
		else
			snprintf(pretty, sizeof pretty, "%s", name);
		if (strcmp(pretty, label->pretty) != 0) {
			memcpy(label->pretty, pretty, sizeof pretty);
			label->stale = true;
		}
		jack->label_due |= label->stale;
	}
}

void
follow_connections(struct jack *jack)
{
	for (size_t i = 0; i < jack->outputs; i++) {
		jack_port_t *port = jack->handle[jack->inputs + i];

		if (jack->optional[i])
			atomic_store_explicit(&jack->wanted[i],
			    jack_port_connected(port) > 0,
			    memory_order_relaxed);
	}
}
