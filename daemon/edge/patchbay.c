#include "edge/patchbay.h"

#include "edge/cable.h"
#include "edge/log.h"
#include "mixer/port_pattern.h"
#include "mixer/segment.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_NAME_SIZE 512 /* above jack_port_name_size() of any server */

/* What one of our ports wants to be connected to. */
struct want {
	size_t port;
	char *text; /* a port's name, or the expression of a pattern */
	struct port_pattern *pattern; /* NULL: that name */
	bool given_up;                /* the pattern */
};

struct patchbay {
	char *client; /* the name of the first */
	unsigned segments;
	struct patchbay_port *port;
	bool *held; /* a port: it is not to be connected */
	size_t ports, inputs;
	struct want *want;
	size_t wants;
	struct cables cables;
};

/* --- from the desk --- */

static int
want_init(struct want *want, const struct desk_port *port)
{
	char why[PORT_PATTERN_WHY];

	want->text = strdup(port->text);
	if (port->pattern)
		want->pattern = port_pattern_new(port->text, why);
	return want->text && (want->pattern || !port->pattern) ? 0 : -1;
}

static int
patchbay_want(struct patchbay *patchbay, const struct desk_ports *wanted)
{
	for (size_t i = 0; i < wanted->count; i++) {
		struct want *want = &patchbay->want[patchbay->wants];

		patchbay->wants++;
		want->port = patchbay->ports - 1;
		if (want_init(want, &wanted->port[i]) < 0)
			return -1;
	}
	return 0;
}

/* Adds a port for each lane of a strip; `wanted` is what those want. */
static int
patchbay_add(struct patchbay *patchbay, const struct desk *desk,
    const struct patchbay_port *like, const char *what,
    const struct desk_ports *wanted)
{
	const struct desk_strip *strip = &desk->strip[like->strip];

	for (unsigned lane = 0; lane < strip->lanes; lane++) {
		struct patchbay_port *port = &patchbay->port[patchbay->ports++];

		*port = *like;
		port->lane = lane;
		if (like->insert)
			snprintf(port->name, sizeof port->name,
			    "%s_insert%u_%s_%u", strip->id, like->insert, what,
			    lane + 1);
		else
			snprintf(port->name, sizeof port->name, "%s_%s_%u",
			    strip->id, what, lane + 1);
		if (patchbay_want(patchbay, &wanted[lane]) < 0)
			return -1;
	}
	return 0;
}

/* The sends of all JACK inserts, or their returns. */
static int
patchbay_add_inserts(struct patchbay *patchbay, const struct desk *desk,
    const struct segments *segments, bool back)
{
	for (unsigned i = 0; i < desk->strips; i++)
		for (unsigned k = 0; k < desk->strip[i].inserts; k++) {
			const struct desk_insert *insert =
			    &desk->strip[i].insert[k];
			struct patchbay_port port = {
				.strip = i, .insert = k + 1, .input = back
			};

			if (insert->kind != INSERT_JACK)
				continue;
			port.segment = segment_of(segments, desk, i, k + back);
			if (patchbay_add(patchbay, desk, &port,
				back ? "return" : "send",
				back ? insert->back : insert->send) < 0)
				return -1;
		}
	return 0;
}

static int
patchbay_add_all(struct patchbay *patchbay, const struct desk *desk,
    const struct segments *segments)
{
	for (unsigned i = 0; i < desk->strips; i++) {
		const struct patchbay_port port = { .strip = i, .input = true };

		if (desk->strip[i].kind == STRIP_CHANNEL &&
		    patchbay_add(
			patchbay, desk, &port, "in", desk->strip[i].from) < 0)
			return -1;
	}
	if (patchbay_add_inserts(patchbay, desk, segments, true) < 0)
		return -1;
	patchbay->inputs = patchbay->ports;
	for (unsigned i = 0; i < desk->strips; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		const struct patchbay_port port = { .strip = i,
			.segment =
			    segment_of(segments, desk, i, strip->inserts) };

		if (patchbay_add(patchbay, desk, &port, "out", strip->outputs) <
		    0)
			return -1;
	}
	return patchbay_add_inserts(patchbay, desk, segments, false);
}

static size_t
count_wants(const struct desk *desk)
{
	size_t count = 0;

	for (size_t i = 0; i < desk->strips; i++)
		for (unsigned lane = 0; lane < DESK_LANES; lane++) {
			const struct desk_strip *strip = &desk->strip[i];
			count += strip->from[lane].count +
				 strip->outputs[lane].count;
			for (size_t k = 0; k < strip->inserts; k++)
				count += strip->insert[k].send[lane].count +
					 strip->insert[k].back[lane].count;
		}
	return count;
}

struct patchbay *
patchbay_new(const struct desk *desk)
{
	struct patchbay *patchbay = calloc(1, sizeof *patchbay);
	struct segments segments;

	if (!patchbay)
		return NULL;
	if (segments_solve(&segments, desk) < 0) {
		patchbay_free(patchbay);
		return NULL;
	}
	patchbay->segments = segments.count;
	patchbay->client = strdup(desk->jack_client);
	patchbay->port =
	    calloc(desk_input_count(desk) + desk_output_count(desk) +
		       2 * desk_send_count(desk) + 1,
		sizeof *patchbay->port);
	patchbay->want = calloc(count_wants(desk) + 1, sizeof *patchbay->want);
	if (!patchbay->client || !patchbay->port || !patchbay->want ||
	    patchbay_add_all(patchbay, desk, &segments) < 0 ||
	    !(patchbay->held = calloc(patchbay->ports + 1, sizeof(bool)))) {
		patchbay_free(patchbay);
		patchbay = NULL;
	}
	segments_free(&segments);
	return patchbay;
}

void
patchbay_free(struct patchbay *patchbay)
{
	if (!patchbay)
		return;
	for (size_t i = 0; i < patchbay->wants; i++) {
		free(patchbay->want[i].text);
		port_pattern_free(patchbay->want[i].pattern);
	}
	cables_free(&patchbay->cables);
	free(patchbay->want);
	free(patchbay->port);
	free(patchbay->held);
	free(patchbay->client);
	free(patchbay);
}

const struct patchbay_port *
patchbay_ports(const struct patchbay *patchbay)
{
	return patchbay->port;
}

size_t
patchbay_count(const struct patchbay *patchbay, bool input)
{
	return input ? patchbay->inputs : patchbay->ports - patchbay->inputs;
}

unsigned
patchbay_segments(const struct patchbay *patchbay)
{
	return patchbay->segments;
}

void
patchbay_client(const struct patchbay *patchbay, unsigned segment, char *name)
{
	if (segment == 0)
		snprintf(name, PATCHBAY_CLIENT, "%s", patchbay->client);
	else
		snprintf(name, PATCHBAY_CLIENT, "%s.%u", patchbay->client,
		    segment + 1);
}

/* --- with the server --- */

/* A pattern that took too long once is not tried again: names may be many. */
static bool
want_matches(struct want *want, const char *name)
{
	enum port_pattern_match match;

	if (!want->pattern)
		return strcmp(want->text, name) == 0;
	if (want->given_up)
		return false;
	match = port_pattern_match(want->pattern, name);
	if (match == PORT_PATTERN_GIVES_UP) {
		want->given_up = true;
		log_at(LOG_LEVEL_WARNING,
		    "/%s/ takes too many steps to tell whether it matches "
		    "the JACK port \"%s\"; it is given up",
		    want->text, name);
	}
	return match == PORT_PATTERN_MATCHES;
}

static bool
is_ours(const struct patchbay *patchbay, const char *name)
{
	char own[PATCHBAY_CLIENT];

	for (unsigned i = 0; i < patchbay->segments; i++) {
		patchbay_client(patchbay, i, own);
		size_t length = strlen(own);
		if (strncmp(name, own, length) == 0 && name[length] == ':')
			return true;
	}
	return false;
}

static void
port_name(
    const struct patchbay *patchbay, size_t index, char own[OWN_NAME_SIZE])
{
	const struct patchbay_port *port = &patchbay->port[index];
	char client[PATCHBAY_CLIENT];

	patchbay_client(patchbay, port->segment, client);
	snprintf(own, OWN_NAME_SIZE, "%s:%s", client, port->name);
}

static void
connect_ports(struct patchbay *patchbay, jack_client_t *client, size_t index,
    const char *other)
{
	const struct patchbay_port *port = &patchbay->port[index];
	char own[OWN_NAME_SIZE];

	if (patchbay->held[index])
		return;
	port_name(patchbay, index, own);
	/* Fails where it is connected already, or where the other program has
	 * not yet activated its client: then it is announced once it has. */
	if (jack_connect(client, port->input ? other : own,
		port->input ? own : other) == 0)
		/* At once: the user may take it out before the next look. */
		cables_see(&patchbay->cables, index, other);
}

/* What is remembered is for connect_again(), or was taken out. */
static void
connect_want(struct patchbay *patchbay, jack_client_t *client,
    const struct want *want, const char *other)
{
	if (!cables_find(&patchbay->cables, want->port, other))
		connect_ports(patchbay, client, want->port, other);
}

static bool
is_wanted(const struct patchbay *patchbay, size_t port, const char *other)
{
	for (size_t i = 0; i < patchbay->wants; i++)
		if (patchbay->want[i].port == port &&
		    want_matches(&patchbay->want[i], other))
			return true;
	return false;
}

/* Does only one of two configurations ask for it? */
static bool
asks_alone(const struct patchbay *patchbay, size_t port,
    const struct patchbay *other_one, size_t other_port, const char *other)
{
	return is_wanted(patchbay, port, other) &&
	       !is_wanted(other_one, other_port, other);
}

static void
cable_follow(struct patchbay *patchbay, size_t port,
    const struct patchbay *before, const struct cable *cable)
{
	struct cable copy = *cable;

	/* What was taken out by hand is there again if it is asked for anew. */
	if (cable->wanted
		? asks_alone(before, cable->port, patchbay, port, cable->other)
		: asks_alone(patchbay, port, before, cable->port, cable->other))
		return;
	/* A port of another client is another port: nobody has connected it
	 * yet. */
	if (patchbay->port[port].segment != before->port[cable->port].segment) {
		copy.seen = false;
		copy.since = 0;
	}
	cables_copy(&patchbay->cables, &copy, port);
}

void
patchbay_follow(
    struct patchbay *patchbay, struct patchbay *before, const ptrdiff_t *from)
{
	const struct cables *cables = &before->cables;

	for (size_t i = 0; i < patchbay->ports; i++)
		for (size_t k = 0; from[i] >= 0 && k < cables->count; k++)
			if (cables->cable[k].port == (size_t)from[i])
				cable_follow(
				    patchbay, i, before, &cables->cable[k]);
}

void
patchbay_disconnect(struct patchbay *patchbay, const struct patchbay *before,
    const ptrdiff_t *to, jack_client_t *client)
{
	for (size_t i = 0; i < before->cables.count; i++) {
		const struct cable *cable = &before->cables.cable[i];
		ptrdiff_t port = to[cable->port];
		char own[OWN_NAME_SIZE];

		if (port < 0 || !cable->wanted ||
		    !asks_alone(before, cable->port, patchbay, (size_t)port,
			cable->other))
			continue;
		port_name(patchbay, (size_t)port, own);
		if (patchbay->port[port].input)
			jack_disconnect(client, cable->other, own);
		else
			jack_disconnect(client, own, cable->other);
	}
}

void
patchbay_hold(struct patchbay *patchbay, size_t port, bool held)
{
	patchbay->held[port] = held;
}

void
patchbay_renew(struct patchbay *patchbay)
{
	cables_renew(&patchbay->cables, NULL);
}

/* Connects what was connected before: to port `other`, or to all (NULL). */
static void
connect_again(
    struct patchbay *patchbay, jack_client_t *client, const char *other)
{
	if (other)
		cables_renew(&patchbay->cables, other);
	for (size_t i = 0; i < patchbay->cables.count; i++) {
		const struct cable *cable = &patchbay->cables.cable[i];

		if (cable->wanted && cable->since == 0 &&
		    (other ? strcmp(cable->other, other) == 0
			   : jack_port_by_name(client, cable->other) != NULL))
			connect_ports(
			    patchbay, client, cable->port, cable->other);
	}
}

/* Connects every want of one direction; unmet exact ones are counted, and the
 * first of them is returned. */
static const struct want *
connect_side(struct patchbay *patchbay, jack_client_t *client, bool input,
    const char *const *name, size_t *unmet)
{
	const struct want *first = NULL;

	for (size_t i = 0; i < patchbay->wants; i++) {
		struct want *want = &patchbay->want[i];
		bool met = want->pattern != NULL;

		if (patchbay->port[want->port].input != input)
			continue;
		for (size_t k = 0; name && name[k]; k++) {
			if (is_ours(patchbay, name[k]) ||
			    !want_matches(want, name[k]))
				continue;
			connect_want(patchbay, client, want, name[k]);
			met = true;
		}
		if (!met && (*unmet)++ == 0)
			first = want;
	}
	return first;
}

void
patchbay_connect(struct patchbay *patchbay, jack_client_t *client)
{
	static const unsigned long flags[] = { JackPortIsInput,
		JackPortIsOutput };
	const struct want *first = NULL;
	size_t unmet = 0;

	connect_again(patchbay, client, NULL);
	for (int input = 1; input >= 0; input--) {
		const char **name = jack_get_ports(
		    client, NULL, JACK_DEFAULT_AUDIO_TYPE, flags[input]);
		const struct want *missed = connect_side(
		    patchbay, client, input, (const char *const *)name, &unmet);

		if (!first)
			first = missed;
		if (name)
			jack_free(name);
	}
	if (unmet == 1)
		log_line("JACK port \"%s\" is not there yet; it is connected "
			 "to %s when it comes",
		    first->text, patchbay->port[first->port].name);
	else if (unmet > 1)
		log_line("%zu wanted JACK ports are not there yet (\"%s\" for "
			 "%s is the first); they are connected when they come",
		    unmet, first->text, patchbay->port[first->port].name);
}

void
patchbay_connect_new(
    struct patchbay *patchbay, jack_client_t *client, jack_port_id_t id)
{
	jack_port_t *port = jack_port_by_id(client, id);
	const char *name = port ? jack_port_name(port) : NULL;
	const char *type = port ? jack_port_type(port) : NULL;
	bool input;

	if (!name || !type || strcmp(type, JACK_DEFAULT_AUDIO_TYPE) != 0 ||
	    is_ours(patchbay, name))
		return;
	connect_again(patchbay, client, name);
	/* What gives a signal goes to our inputs. */
	input = jack_port_flags(port) & JackPortIsOutput;
	for (size_t i = 0; i < patchbay->wants; i++)
		if (patchbay->port[patchbay->want[i].port].input == input &&
		    want_matches(&patchbay->want[i], name))
			connect_want(
			    patchbay, client, &patchbay->want[i], name);
}

static bool
is_among(const char *const *name, const char *wanted)
{
	while (name && *name && strcmp(*name, wanted) != 0)
		name++;
	return name && *name;
}

bool
patchbay_note(struct patchbay *patchbay, jack_client_t *client, size_t port,
    const jack_port_t *handle, double now)
{
	const char **name = jack_port_get_all_connections(client, handle);
	bool doubt = false;

	for (size_t i = 0; name && name[i]; i++)
		cables_see(&patchbay->cables, port, name[i]);
	for (size_t i = 0; i < patchbay->cables.count; i++) {
		struct cable *cable = &patchbay->cables.cable[i];

		if (cable->port != port || !cable->seen ||
		    is_among((const char *const *)name, cable->other))
			continue;
		if (jack_port_by_name(client, cable->other))
			doubt |= cable_miss(cable, now);
		else
			cables_renew(&patchbay->cables, cable->other);
	}
	jack_free(name);
	return doubt;
}
