#include "edge/jack_internal.h"

#include "mixer/latency.h"

#include <stdlib.h>

/* Shares the ports out to the segments. */
static int
parts_allocate(struct jack_ports *ports)
{
	ports->segments = patchbay_segments(ports->patchbay);
	for (unsigned i = 0; i < ports->segments; i++) {
		struct jack_part *part = &ports->part[i];

		part->input = calloc(ports_count(ports) + 1, sizeof(size_t));
		if (!part->input)
			return -1;
		part->output = part->input + ports->inputs;
	}
	for (size_t i = 0; i < ports_count(ports); i++) {
		struct jack_part *part = &ports->part[ports->port[i].segment];

		if (ports->port[i].input)
			part->input[part->inputs++] = i;
		else
			part->output[part->outputs++] = i - ports->inputs;
	}
	return 0;
}

static int
ports_allocate(struct jack_ports *ports, const struct desk *desk)
{
	size_t count;

	ports->patchbay = patchbay_new(desk);
	if (!ports->patchbay)
		return -1;
	ports->port = patchbay_ports(ports->patchbay);
	ports->inputs = patchbay_count(ports->patchbay, true);
	ports->outputs = patchbay_count(ports->patchbay, false);
	count = ports_count(ports);
	ports->optional = calloc(ports->outputs + 1, sizeof *ports->optional);
	ports->wanted = calloc(ports->outputs + 1, sizeof *ports->wanted);
	ports->silent = calloc(ports->outputs + 1, sizeof *ports->silent);
	ports->label = calloc(count + 1, sizeof *ports->label);
	ports->handle = calloc(count + 1, sizeof(jack_port_t *));
	ports->in = calloc(ports->inputs + 1, sizeof *ports->in);
	ports->out = calloc(ports->outputs + 1, sizeof *ports->out);
	ports->input_range =
	    calloc(ports->inputs + 1, sizeof *ports->input_range);
	ports->output_range =
	    calloc(ports->outputs + 1, sizeof *ports->output_range);
	if (!ports->optional || !ports->wanted || !ports->silent ||
	    !ports->label || !ports->handle || !ports->in || !ports->out ||
	    !ports->input_range || !ports->output_range ||
	    hold_allocate(ports, desk) < 0)
		return -1;
	for (size_t i = 0; i < ports->outputs; i++) {
		const struct patchbay_port *port =
		    &ports->port[ports->inputs + i];

		ports->optional[i] =
		    port->insert != 0 ||
		    !desk_feeds_hardware(&desk->strip[port->strip]);
		atomic_store(&ports->wanted[i], !ports->optional[i]);
	}
	return parts_allocate(ports);
}

struct jack_ports *
ports_new(const struct desk *desk)
{
	struct jack_ports *ports = calloc(1, sizeof *ports);

	if (ports && ports_allocate(ports, desk) < 0) {
		ports_free(ports);
		return NULL;
	}
	return ports;
}

void
ports_free(struct jack_ports *ports)
{
	if (!ports)
		return;
	hold_forget(ports);
	patchbay_free(ports->patchbay);
	for (unsigned i = 0; i < ports->segments; i++)
		free(ports->part[i].input);
	free(ports->hold);
	free(ports->optional);
	free(ports->wanted);
	free(ports->silent);
	free(ports->label);
	free(ports->handle);
	free(ports->in);
	free(ports->out);
	free(ports->input_range);
	free(ports->output_range);
	free(ports);
}

size_t
ports_count(const struct jack_ports *ports)
{
	return ports->inputs + ports->outputs;
}
