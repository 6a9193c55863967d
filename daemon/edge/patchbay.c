#include "edge/patchbay.h"

#include "edge/log.h"

#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_NAME_SIZE 512 /* above jack_port_name_size() of any server */

/* What one of our ports wants to be connected to. */
struct want {
	size_t port;
	char *name; /* exact port name, NULL for a pattern */
	regex_t pattern;
};

struct patchbay {
	struct patchbay_port *port;
	size_t ports;
	struct want *want;
	size_t wants;
};

/* --- from the desk --- */

static const struct desk_ports *
strip_wants(const struct desk_strip *strip, unsigned lane, bool input)
{
	return input ? &strip->from[lane] : &strip->outputs[lane];
}

static int
want_compile(struct want *want, const struct desk_port *port)
{
	if (port->pattern)
		return regcomp(&want->pattern, port->text, REG_EXTENDED) ? -1
									 : 0;
	want->name = strdup(port->text);
	return want->name ? 0 : -1;
}

static int
patchbay_want(struct patchbay *patchbay, const struct desk_ports *wanted)
{
	for (size_t i = 0; i < wanted->count; i++) {
		struct want *want = &patchbay->want[patchbay->wants];

		if (want_compile(want, &wanted->port[i]) < 0)
			return -1;
		want->port = patchbay->ports - 1;
		patchbay->wants++;
	}
	return 0;
}

static int
patchbay_add(struct patchbay *patchbay, const struct desk *desk, unsigned index,
    bool input)
{
	const struct desk_strip *strip = &desk->strip[index];

	for (unsigned lane = 0; lane < strip->lanes; lane++) {
		struct patchbay_port *port = &patchbay->port[patchbay->ports++];

		port->strip = index;
		port->lane = lane;
		port->input = input;
		snprintf(port->name, sizeof port->name, "%s_%s_%u", strip->id,
		    input ? "in" : "out", lane + 1);
		if (patchbay_want(patchbay, strip_wants(strip, lane, input)) <
		    0)
			return -1;
	}
	return 0;
}

static size_t
count_wants(const struct desk *desk)
{
	size_t count = 0;

	for (size_t i = 0; i < desk->strips; i++)
		for (unsigned lane = 0; lane < DESK_LANES; lane++)
			count += desk->strip[i].from[lane].count +
				 desk->strip[i].outputs[lane].count;
	return count;
}

struct patchbay *
patchbay_new(const struct desk *desk)
{
	struct patchbay *patchbay = calloc(1, sizeof *patchbay);

	if (!patchbay)
		return NULL;
	patchbay->port =
	    calloc(desk_input_count(desk) + desk_output_count(desk) + 1,
		sizeof *patchbay->port);
	patchbay->want = calloc(count_wants(desk) + 1, sizeof *patchbay->want);
	if (!patchbay->port || !patchbay->want)
		goto fail;
	for (unsigned i = 0; i < desk->strips; i++)
		if (desk->strip[i].kind == STRIP_CHANNEL &&
		    patchbay_add(patchbay, desk, i, true) < 0)
			goto fail;
	for (unsigned i = 0; i < desk->strips; i++)
		if (patchbay_add(patchbay, desk, i, false) < 0)
			goto fail;
	return patchbay;
fail:
	patchbay_free(patchbay);
	return NULL;
}

void
patchbay_free(struct patchbay *patchbay)
{
	if (!patchbay)
		return;
	for (size_t i = 0; i < patchbay->wants; i++) {
		struct want *want = &patchbay->want[i];

		if (want->name)
			free(want->name);
		else
			regfree(&want->pattern);
	}
	free(patchbay->want);
	free(patchbay->port);
	free(patchbay);
}

const struct patchbay_port *
patchbay_ports(const struct patchbay *patchbay)
{
	return patchbay->port;
}

size_t
patchbay_count(const struct patchbay *patchbay)
{
	return patchbay->ports;
}

/* --- with the server --- */

static bool
want_matches(const struct want *want, const char *name)
{
	regmatch_t all;

	if (want->name)
		return strcmp(want->name, name) == 0;
	/* POSIX finds the longest of the leftmost: if any match is the whole
	 * name, this one is. */
	return regexec(&want->pattern, name, 1, &all, 0) == 0 &&
	       all.rm_so == 0 && name[all.rm_eo] == '\0';
}

static bool
is_ours(jack_client_t *client, const char *name)
{
	const char *own = jack_get_client_name(client);
	size_t length = strlen(own);

	return strncmp(name, own, length) == 0 && name[length] == ':';
}

static void
connect_pair(const struct patchbay *patchbay, jack_client_t *client,
    const struct want *want, const char *other)
{
	const struct patchbay_port *port = &patchbay->port[want->port];
	char own[OWN_NAME_SIZE];

	snprintf(
	    own, sizeof own, "%s:%s", jack_get_client_name(client), port->name);
	/* Fails where it is connected already, or where the other program has
	 * not yet activated its client: then it is announced once it has. */
	if (port->input)
		jack_connect(client, other, own);
	else
		jack_connect(client, own, other);
}

/* Connects every want of one direction; unmet exact ones are counted, and the
 * first of them is returned. */
static const struct want *
connect_side(const struct patchbay *patchbay, jack_client_t *client, bool input,
    const char *const *name, size_t *unmet)
{
	const struct want *first = NULL;

	for (size_t i = 0; i < patchbay->wants; i++) {
		const struct want *want = &patchbay->want[i];
		bool met = !want->name;

		if (patchbay->port[want->port].input != input)
			continue;
		for (size_t k = 0; name && name[k]; k++) {
			if (is_ours(client, name[k]) ||
			    !want_matches(want, name[k]))
				continue;
			connect_pair(patchbay, client, want, name[k]);
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
		    first->name, patchbay->port[first->port].name);
	else if (unmet > 1)
		log_line("%zu wanted JACK ports are not there yet (\"%s\" for "
			 "%s is the first); they are connected when they come",
		    unmet, first->name, patchbay->port[first->port].name);
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
	    is_ours(client, name))
		return;
	/* What gives a signal goes to our inputs. */
	input = jack_port_flags(port) & JackPortIsOutput;
	for (size_t i = 0; i < patchbay->wants; i++)
		if (patchbay->port[patchbay->want[i].port].input == input &&
		    want_matches(&patchbay->want[i], name))
			connect_pair(
			    patchbay, client, &patchbay->want[i], name);
}
