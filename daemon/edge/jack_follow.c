#include "edge/jack_internal.h"

#include "edge/log.h"
#include "mixer/event.h"
#include "mixer/latency.h"
#include "mixer/mixer.h"

#include <stdio.h>
#include <string.h>

static void
tell_event(
    struct jack *jack, enum event_kind kind, unsigned count, const char *state)
{
	struct event event = { .kind = kind, .count = count };

	event.frame = atomic_load(&jack->frame_now);
	snprintf(event.state, sizeof event.state, "%s", state);
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

static void
label_text(const struct desk_strip *strip, const struct patchbay_port *port,
    char *text, size_t size)
{
	const char *name = *strip->name ? strip->name : strip->id;
	char what[32] = "", lane[16] = "";

	if (port->insert != 0)
		snprintf(what, sizeof what, " insert %u %s", port->insert,
		    port->input ? "return" : "send");
	if (strip->lanes > 1)
		snprintf(lane, sizeof lane, " %u", port->lane + 1);
	snprintf(text, size, "%s%s%s", name, what, lane);
}

void
follow_names(struct jack *jack)
{
	const struct desk *desk = mixer_desk(jack->mixer);

	for (size_t i = 0; i < ports_count(jack->ports); i++) {
		const struct patchbay_port *port = &jack->ports->port[i];
		const struct desk_strip *strip = &desk->strip[port->strip];
		struct jack_label *label = &jack->ports->label[i];
		char pretty[sizeof label->pretty];

		label_text(strip, port, pretty, sizeof pretty);
		if (strcmp(pretty, label->pretty) != 0) {
			memcpy(label->pretty, pretty, sizeof pretty);
			label->stale = true;
		}
		jack->label_due |= label->stale;
	}
}

static uint32_t
capture_latency(jack_port_t *port)
{
	jack_latency_range_t range;

	jack_port_get_latency_range(port, JackCaptureLatency, &range);
	return range.max;
}

/* The send of a return, as a place in handle. */
static size_t
send_of(const struct jack *jack, size_t input)
{
	const struct patchbay_port *port = &jack->ports->port[input];
	size_t i = jack->ports->inputs;

	while (jack->ports->port[i].strip != port->strip ||
	       jack->ports->port[i].insert != port->insert ||
	       jack->ports->port[i].lane != port->lane)
		i++;
	return i;
}

/* Frames between a send and its return: what the program says of itself, or
 * a period where the return is that of the last one. */
static uint32_t
insert_latency(struct jack *jack, size_t input, enum insert_mode mode)
{
	uint32_t back = capture_latency(jack->ports->handle[input]);
	uint32_t sent =
	    capture_latency(jack->ports->handle[send_of(jack, input)]);

	if (mode == INSERT_LOOP)
		return atomic_load(&jack->period);
	return back > sent ? back - sent : 0;
}

/* A program that hears or plays half the lanes only is none. */
static bool
insert_connected(struct jack *jack, size_t input, unsigned lanes)
{
	size_t send = send_of(jack, input);

	for (unsigned lane = 0; lane < lanes; lane++)
		if (jack_port_connected(jack->ports->handle[input + lane]) ==
			0 ||
		    jack_port_connected(jack->ports->handle[send + lane]) == 0)
			return false;
	return true;
}

void
follow_inserts(struct jack *jack)
{
	const struct desk *desk = mixer_desk(jack->mixer);

	for (size_t i = 0; i < jack->ports->inputs; i++) {
		const struct patchbay_port *port = &jack->ports->port[i];
		const struct desk_strip *strip = &desk->strip[port->strip];

		if (port->insert == 0 || port->lane != 0 || hold_is(jack, i))
			continue;
		mixer_insert_connected(jack->mixer, port->strip,
		    port->insert - 1, insert_connected(jack, i, strip->lanes),
		    insert_latency(
			jack, i, strip->insert[port->insert - 1].mode));
	}
}

void
follow_connections(struct jack *jack)
{
	for (size_t i = 0; i < jack->ports->outputs; i++) {
		jack_port_t *port =
		    jack->ports->handle[jack->ports->inputs + i];

		if (jack->ports->optional[i])
			atomic_store_explicit(&jack->ports->wanted[i],
			    jack_port_connected(port) > 0,
			    memory_order_relaxed);
	}
}
