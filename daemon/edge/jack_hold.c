#include "edge/jack_internal.h"

#include "edge/log.h"
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

/*
 * A program in an insert slot that stands still would hold up all that comes
 * behind it. So the returns of a segment that lags are disconnected, and each
 * is given back once a client of its own, the probe, has seen that program
 * run: the probe may wait for it as long as it likes.
 */

#define LAG_CYCLES 3 /* a segment lags after so many cycles … */
#define LAG_S 0.01   /* … and so many seconds */
#define PROBE_S 0.1  /* that the probe listens to a program */
#define PROBE_RUNS 3 /* cycles in which it is seen to run */
#define REASON "its program does not answer; the signal is dry until it does"

/* --- W --- */

static void
forget_sources(struct jack_hold *hold)
{
	for (unsigned lane = 0; lane < DESK_LANES; lane++) {
		jack_free(hold->source[lane]);
		hold->source[lane] = NULL;
	}
}

/* What is held is not connected by anybody else meanwhile. */
static void
set_held(struct jack_ports *ports, struct jack_hold *hold, bool held)
{
	hold->held = held;
	for (unsigned lane = 0; lane < hold->lanes; lane++)
		patchbay_hold(ports->patchbay, hold->input + lane, held);
}

static bool
may_hold(const struct jack *jack, const struct jack_hold *hold)
{
	return !hold->held &&
	       jack->ports->port[hold->input].segment == jack->lagging &&
	       jack_port_connected(jack->ports->handle[hold->input]) > 0;
}

static void
hold_return(struct jack *jack, struct jack_hold *hold)
{
	jack_port_t **port = &jack->ports->handle[hold->input];

	for (unsigned lane = 0; lane < hold->lanes; lane++) {
		hold->source[lane] =
		    jack_port_get_all_connections(jack->client, port[lane]);
		jack_port_disconnect(jack->client, port[lane]);
	}
	set_held(jack->ports, hold, true);
	hold->told = false;
}

/* The server may sort the graph anew after it, and then wait for every client:
 * what is asked of it later may take until the program goes on. */
static void
hold_returns(struct jack *jack)
{
	for (size_t i = 0; i < jack->ports->holds; i++)
		if (may_hold(jack, &jack->ports->hold[i]))
			hold_return(jack, &jack->ports->hold[i]);
	/* They get time to catch up. */
	for (unsigned i = 0; i < jack->segments; i++)
		atomic_store(&jack->engine->missed[i], 0);
}

static void
probe_listen(struct jack *jack)
{
	struct jack_hold *hold = &jack->ports->hold[jack->ports->probed];
	const char *source = hold->source[0] ? hold->source[0][0] : NULL;

	/* A program that is gone is held no more: it will come anew. */
	if (!source || !jack_port_by_name(jack->client, source)) {
		set_held(jack->ports, hold, false);
		forget_sources(hold);
		atomic_store(&jack->rewired, true);
		return;
	}
	jack_connect(jack->client, source, jack_port_name(jack->probe_in));
}

static void
probe_leave(struct jack *jack)
{
	jack_port_disconnect(jack->client, jack->probe_in);
}

static void
give_back(struct jack *jack)
{
	struct jack_hold *hold = &jack->ports->hold[jack->ports->probed];

	probe_leave(jack);
	for (unsigned lane = 0; lane < hold->lanes; lane++) {
		const char *own =
		    jack_port_name(jack->ports->handle[hold->input + lane]);
		for (const char **source = hold->source[lane];
		     source && *source; source++)
			jack_connect(jack->client, *source, own);
	}
	set_held(jack->ports, hold, false);
	forget_sources(hold);
}

/* --- C --- */

static bool
segment_lags(const struct jack *jack, unsigned segment)
{
	double missed = atomic_load(&jack->engine->missed[segment]);
	double cycle = (double)atomic_load(&jack->period) /
		       (atomic_load(&jack->rate) + 1.0);

	return missed >= LAG_CYCLES && missed * cycle >= LAG_S;
}

static bool
any_to_hold(const struct jack *jack)
{
	for (size_t i = 0; i < jack->ports->holds; i++)
		if (may_hold(jack, &jack->ports->hold[i]))
			return true;
	return false;
}

static bool
next_held(struct jack *jack)
{
	for (size_t i = 0; i < jack->ports->holds; i++) {
		jack->ports->probed =
		    (jack->ports->probed + 1) % jack->ports->holds;
		if (jack->ports->hold[jack->ports->probed].held)
			return true;
	}
	return false;
}

static void
tell_held(struct jack *jack)
{
	for (size_t i = 0; i < jack->ports->holds; i++) {
		struct jack_hold *hold = &jack->ports->hold[i];
		const struct patchbay_port *port =
		    &jack->ports->port[hold->input];

		if (!hold->held || hold->told)
			continue;
		hold->told = true;
		mixer_insert_connected(
		    jack->mixer, port->strip, port->insert - 1, false, 0);
		mixer_insert_state(jack->mixer, port->strip, port->insert - 1,
		    INSERT_FAILED, REASON);
	}
}

bool
hold_is(const struct jack *jack, size_t input)
{
	for (size_t i = 0; i < jack->ports->holds; i++)
		if (jack->ports->hold[i].input == input)
			return jack->ports->hold[i].held;
	return false;
}

bool
hold_any(const struct jack *jack)
{
	for (size_t i = 0; i < jack->ports->holds; i++)
		if (jack->ports->hold[i].held)
			return true;
	return false;
}

void
hold_forget(struct jack_ports *ports)
{
	for (size_t i = 0; ports->hold && i < ports->holds; i++) {
		set_held(ports, &ports->hold[i], false);
		forget_sources(&ports->hold[i]);
	}
}

void
hold_move(
    struct jack_ports *ports, size_t to, struct jack_ports *before, size_t from)
{
	struct jack_hold *hold = &ports->hold[to], *old = &before->hold[from];

	hold->told = old->told;
	for (unsigned lane = 0; lane < DESK_LANES; lane++) {
		hold->source[lane] = old->source[lane];
		old->source[lane] = NULL;
	}
	set_held(ports, hold, old->held);
	old->held = false;
}

void
hold_let_go(struct jack *jack)
{
	if (jack->probe)
		probe_leave(jack);
}

void
hold_reset(struct jack *jack)
{
	hold_forget(jack->ports);
	jack->probing = false;
}

/* It runs on until the connection is made: only what comes then counts. */
static void (*probe_end(struct jack *jack, double now))(struct jack *jack)
{
	unsigned runs = atomic_load(&jack->probe_cycles);

	if (now - jack->probed_at < PROBE_S / 2)
		jack->probe_ran = runs;
	if (now - jack->probed_at < PROBE_S)
		return NULL;
	jack->probing = false;
	if (!jack->ports->hold[jack->ports->probed].held)
		return NULL;
	return runs - jack->probe_ran >= PROBE_RUNS ? give_back : probe_leave;
}

void (*hold_step(struct jack *jack, double now))(struct jack *jack)
{
	tell_held(jack);
	/* What comes behind a segment that lags waits for that one. */
	unsigned first = 1;
	while (first < jack->segments && !segment_lags(jack, first))
		first++;
	jack->lagging = first;
	if (first < jack->segments && any_to_hold(jack))
		return hold_returns;
	if (jack->probing)
		return probe_end(jack, now);
	if (!next_held(jack))
		return NULL;
	jack->probing = true;
	jack->probed_at = now;
	return probe_listen;
}

int
hold_allocate(struct jack_ports *ports, const struct desk *desk)
{
	ports->hold = calloc(ports->inputs + 1, sizeof *ports->hold);
	if (!ports->hold)
		return -1;
	for (size_t i = 0; i < ports->inputs; i++) {
		const struct patchbay_port *port = &ports->port[i];
		const struct desk_strip *strip = &desk->strip[port->strip];

		if (port->insert == 0 || port->lane != 0 ||
		    strip->insert[port->insert - 1].mode != INSERT_DIRECT)
			continue;
		ports->hold[ports->holds++] =
		    (struct jack_hold){ .input = i, .lanes = strip->lanes };
	}
	return 0;
}
