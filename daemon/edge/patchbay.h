#ifndef EDGE_PATCHBAY_H
#define EDGE_PATCHBAY_H

#include "mixer/desk.h"

#include <jack/jack.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The connections that the configuration asks for. Made on the control
 * thread; the rest talks to the JACK server and runs on the worker thread,
 * one call at a time.
 */

struct patchbay;

/* One of our own ports, in the engine's order: inputs, then outputs. */
struct patchbay_port {
	unsigned strip; /* index into desk.strip */
	unsigned lane;  /* 0, 1 */
	bool input;
	char name[DESK_ID_LONGEST + 16]; /* "kick_in_1" */
};

/* Takes what it needs from the desk. NULL without memory. */
struct patchbay *patchbay_new(const struct desk *desk);
void patchbay_free(struct patchbay *patchbay);

/* Our ports: desk_input_count() inputs, then desk_output_count() outputs. */
const struct patchbay_port *patchbay_ports(const struct patchbay *patchbay);
size_t patchbay_count(const struct patchbay *patchbay);

/* Connects all that is wanted and there. Says in one line which exactly named
 * ports are not there. The client must be active. */
void patchbay_connect(struct patchbay *patchbay, jack_client_t *client);

/* Connects a port that has just appeared to whatever wants it. */
void patchbay_connect_new(
    struct patchbay *patchbay, jack_client_t *client, jack_port_id_t id);

#endif
