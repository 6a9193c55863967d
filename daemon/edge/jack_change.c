#include "edge/jack.h"
#include "edge/jack_internal.h"
#include "edge/log.h"
#include "mixer/desk_map.h"
#include "mixer/latency.h"
#include "mixer/next_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * C: from the ports of one desk to those of the next. Those that both have stay,
 * with their connections; those that are new are registered before a plan names
 * them, and those that go are unregistered when none does any more.
 */

#define LONGEST_WAIT 5.0 /* s for a server that does not answer */
#define UNANSWERED                                                         \
	"found a JACK server that does not answer; allowed when it does, " \
	"or is gone"

/* --- what stays --- */

/* The port before of the next desk's port, or -1. */
static ptrdiff_t
port_before(const struct jack_ports *before, const struct desk_map *map,
    const struct patchbay_port *port)
{
	int strip = map->strip[port->strip], slot = -1;

	if (strip < 0)
		return -1;
	if (port->insert != 0)
		slot = map->slot[port->strip][port->insert - 1];
	if (port->insert != 0 && slot < 0)
		return -1;
	for (size_t i = 0; i < ports_count(before); i++) {
		const struct patchbay_port *old = &before->port[i];

		if (old->strip == (unsigned)strip && old->lane == port->lane &&
		    old->input == port->input &&
		    old->insert == (unsigned)(slot + 1))
			return (ptrdiff_t)i;
	}
	return -1;
}

static int
match_ports(struct jack *jack, const struct desk *desk)
{
	struct jack_change *change = &jack->change;
	size_t next = ports_count(change->next);
	size_t before = ports_count(change->before);
	struct desk_map map;

	change->from = malloc((next + 1) * sizeof *change->from);
	change->to = malloc((before + 1) * sizeof *change->to);
	change->keeps = calloc(next + 1, sizeof *change->keeps);
	if (!change->from || !change->to || !change->keeps ||
	    desk_map_make(&map, mixer_desk(jack->mixer), desk) < 0)
		return -1;
	for (size_t i = 0; i < before; i++)
		change->to[i] = -1;
	for (size_t i = 0; i < next; i++) {
		const struct patchbay_port *port = &change->next->port[i];
		ptrdiff_t from = port_before(change->before, &map, port);

		change->from[i] = from;
		if (from < 0)
			continue;
		change->to[from] = (ptrdiff_t)i;
		change->keeps[i] =
		    change->before->port[from].segment == port->segment;
	}
	desk_map_free(&map);
	return 0;
}

static void
take_handles(struct jack_change *change)
{
	for (size_t i = 0; i < ports_count(change->next); i++)
		change->next->handle[i] =
		    change->keeps[i] ? change->before->handle[change->from[i]]
				     : NULL;
}

/* Other clients than now: then all of them are opened anew. */
static bool
must_rejoin(const struct jack *jack)
{
	const struct jack_ports *next = jack->change.next;
	char name[PATCHBAY_CLIENT];

	patchbay_client(next->patchbay, 0, name);
	return next->segments != jack->segments ||
	       (next->holds == 0) != (jack->ports->holds == 0) ||
	       strcmp(name, jack->segment[0].name) != 0;
}

/* --- step by step --- */

static void
change_end(struct jack *jack)
{
	struct jack_change *change = &jack->change;

	free(change->from);
	free(change->to);
	free(change->keeps);
	*change = (struct jack_change){ .state = CHANGE_NONE };
}

static void
fail(struct jack *jack, const char *why)
{
	struct jack_change change = jack->change;

	ports_free(change.next);
	change_end(jack);
	if (!change.aborted)
		change.ready(change.arg, why);
}

static void
step_waiting(struct jack *jack, double now)
{
	struct jack_change *change = &jack->change;
	bool working = atomic_load(&jack->working);

	if (change->aborted) {
		fail(jack, NULL);
	} else if (jack->phase == PHASE_AWAY && !working) {
		change->state = CHANGE_READY;
		change->ready(change->arg, NULL);
	} else if (jack->phase == PHASE_UP && !working && must_rejoin(jack)) {
		log_line("another desk needs other JACK clients: leaving the "
			 "server, and coming back at once");
		phase_leave(jack);
	} else if (jack->phase == PHASE_UP && !working) {
		take_handles(change);
		change->state = CHANGE_REGISTERING;
		worker_give(jack, client_register);
	} else if (now - change->since > LONGEST_WAIT) {
		fail(jack, UNANSWERED);
	}
}

static void
step_registering(struct jack *jack, double now)
{
	struct jack_change *change = &jack->change;
	char why[160];

	if (atomic_load(&jack->working)) {
		if (!change->aborted && now - change->since > LONGEST_WAIT) {
			change->aborted = true;
			change->ready(change->arg, UNANSWERED);
		}
		return;
	}
	if (jack->phase != PHASE_UP || atomic_load(&jack->gone)) {
		change->state = CHANGE_WAITING;
	} else if (change->registered < 0) {
		snprintf(why, sizeof why,
		    "found a JACK server that refuses %zu ports (its "
		    "--port-max may be too low); allowed fewer",
		    ports_count(change->next));
		fail(jack, why);
	} else if (change->aborted) {
		change->state = CHANGE_UNDOING;
		worker_give(jack, client_unregister);
	} else {
		change->state = CHANGE_READY;
		change->ready(change->arg, NULL);
	}
}

/* Has every callback that may have seen the ports before come to its end? */
static bool
nobody_sees_before(const struct jack *jack)
{
	for (unsigned i = 0; i < jack->segments; i++)
		if (jack->change.runs[i] == atomic_load(&jack->segment[i].runs))
			return false;
	return true;
}

static void
step_taken(struct jack *jack)
{
	struct jack_change *change = &jack->change;

	if (atomic_load(&jack->working) || mixer_is_replacing(jack->mixer))
		return;
	if (jack->phase == PHASE_UP && nobody_sees_before(jack)) {
		change->state = CHANGE_DROPPING;
		worker_give(jack, client_drop);
	} else if (jack->phase == PHASE_AWAY) {
		ports_free(change->before);
		change_end(jack);
	}
}

static void
change_begin(struct jack *jack)
{
	struct jack_change *change = &jack->change;
	struct jack_request request = jack->request;

	jack->request = (struct jack_request){ 0 };
	*change = (struct jack_change){ .state = CHANGE_WAITING,
		.before = jack->ports,
		.next = ports_new(request.desk),
		.ready = request.ready,
		.arg = request.arg,
		.since = request.since };
	if (!change->next || match_ports(jack, request.desk) < 0)
		fail(jack, "found no memory for ports; allowed with more");
}

/* What came to nothing, or has come, may still have W at work. */
static void
step_request(struct jack *jack, double now)
{
	struct jack_request request = jack->request;

	if (!request.desk)
		return;
	if (jack->change.state == CHANGE_NONE) {
		change_begin(jack);
	} else if (now - request.since > LONGEST_WAIT) {
		jack->request = (struct jack_request){ 0 };
		request.ready(request.arg, UNANSWERED);
	}
}

void
change_step(struct jack *jack, double now)
{
	struct jack_change *change = &jack->change;
	bool working = atomic_load(&jack->working);

	step_request(jack, now);
	switch (change->state) {
	case CHANGE_NONE:
	case CHANGE_READY:
		break;
	case CHANGE_WAITING:
		step_waiting(jack, now);
		break;
	case CHANGE_REGISTERING:
		step_registering(jack, now);
		break;
	case CHANGE_UNDOING:
		if (!working)
			fail(jack, NULL);
		break;
	case CHANGE_TAKEN:
		step_taken(jack);
		break;
	case CHANGE_DROPPING:
		if (!working) {
			ports_free(change->before);
			change_end(jack);
		}
		break;
	}
}

bool
change_needs_worker(const struct jack *jack)
{
	switch (jack->change.state) {
	case CHANGE_WAITING:
	case CHANGE_REGISTERING:
	case CHANGE_READY:
	case CHANGE_UNDOING:
	case CHANGE_DROPPING:
		return true;
	default:
		return false;
	}
}

bool
change_holds_cables(const struct jack *jack)
{
	return jack->change.state == CHANGE_TAKEN;
}

static void
forget_handles(struct jack_ports *ports)
{
	for (size_t i = 0; ports && i < ports_count(ports); i++)
		ports->handle[i] = NULL;
}

void
change_forget(struct jack *jack)
{
	forget_handles(jack->change.next);
	forget_handles(jack->change.before);
}

void
change_release(struct jack *jack)
{
	struct jack_change *change = &jack->change;

	ports_free(change->next);
	if (change->before != jack->ports)
		ports_free(change->before);
	change_end(jack);
}

/* --- for whoever has another desk --- */

void
edge_jack_prepare(struct jack *jack, const struct desk *next,
    void (*ready)(void *arg, const char *why), void *arg)
{
	jack->request =
	    (struct jack_request){ next, ready, arg, mixer_seconds() };
}

void
edge_jack_abort(struct jack *jack)
{
	struct jack_change *change = &jack->change;

	if (jack->request.desk) {
		jack->request = (struct jack_request){ 0 };
		return;
	}
	if (change->state == CHANGE_TAKEN || change->state == CHANGE_DROPPING)
		return;
	change->aborted = true;
	if (change->state != CHANGE_READY)
		return;
	change->state = CHANGE_UNDOING;
	if (jack->phase == PHASE_UP && !atomic_load(&jack->working))
		worker_give(jack, client_unregister);
}

bool
edge_jack_is_idle(const struct jack *jack)
{
	return jack->change.state == CHANGE_NONE && !jack->request.desk;
}

bool
edge_jack_may_commit(const struct jack *jack)
{
	return jack->change.state == CHANGE_READY &&
	       (jack->phase == PHASE_UP || jack->phase == PHASE_AWAY) &&
	       !atomic_load(&jack->working);
}

void *
edge_jack_table(const struct jack *jack)
{
	return jack->change.next;
}

/* What is known of the ports that stay. */
static void
adopt(struct jack_ports *ports, struct jack_ports *before,
    const struct jack_change *change)
{
	for (size_t i = 0; i < ports_count(ports); i++) {
		ptrdiff_t from = change->from[i];

		ports->label[i].stale = true;
		if (!change->keeps[i])
			continue;
		/* Their places are told anew where they are others. */
		ports->label[i] = before->label[from];
		ports->label[i].stale |=
		    i - (i < ports->inputs ? 0 : ports->inputs) !=
		    (size_t)from - (i < ports->inputs ? 0 : before->inputs);
		if (i >= ports->inputs && ports->optional[i - ports->inputs])
			atomic_store(&ports->wanted[i - ports->inputs],
			    atomic_load(&before->wanted[(size_t)from -
							before->inputs]));
	}
	for (size_t i = 0; i < ports->holds; i++) {
		ptrdiff_t from = change->from[ports->hold[i].input];
		for (size_t k = 0; from >= 0 && k < before->holds; k++)
			if (before->hold[k].input == (size_t)from)
				hold_move(ports, i, before, k);
	}
	patchbay_follow(ports->patchbay, before->patchbay, change->from);
}

void
edge_jack_commit(struct jack *jack)
{
	struct jack_change *change = &jack->change;
	struct latency *latency;

	adopt(change->next, change->before, change);
	pthread_mutex_lock(&jack->latency_lock);
	latency = jack->latency;
	jack->latency = NULL;
	jack->ports = change->next;
	pthread_mutex_unlock(&jack->latency_lock);
	latency_free(latency);
	atomic_store(&jack->now, jack->ports);
	change->next = NULL;
	change->state = CHANGE_TAKEN;
	for (unsigned i = 0; i < PLAN_SEGMENTS; i++)
		change->runs[i] = atomic_load(&jack->segment[i].runs);
	jack->probing = false;
	jack->connect_due = jack->label_due = true;
	if (jack->phase == PHASE_AWAY) {
		segments_name(jack);
		jack->retry_at = 0;
		return;
	}
	follow_names(jack);
	follow_connections(jack);
	follow_inserts(jack);
}
