#ifndef EDGE_PATCHBAY_H
#define EDGE_PATCHBAY_H

#include "mixer/desk.h"

#include <jack/jack.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The connections that the configuration asks for, and those that were made and
 * taken out by hand since. Made on the control
 * thread; the rest talks to the JACK server and runs on the worker thread,
 * one call at a time.
 */

struct patchbay;

/* One of our own ports, in the engine's order: inputs and returns, then
 * outputs and sends. */
struct patchbay_port {
	unsigned strip;   /* index into desk.strip */
	unsigned lane;    /* 0, 1 */
	unsigned insert;  /* 1, 2, … for its send or return, else 0 */
	unsigned segment; /* whose client has it */
	bool input;
	char
	    name[DESK_ID_LONGEST + 32]; /* "kick_in_1", "kick_insert1_send_1" */
};

/* Takes what it needs from the desk. NULL without memory. */
struct patchbay *patchbay_new(const struct desk *desk);
void patchbay_free(struct patchbay *patchbay);

/* Our ports: the inputs, then the outputs. */
const struct patchbay_port *patchbay_ports(const struct patchbay *patchbay);
size_t patchbay_count(const struct patchbay *patchbay, bool input);

/* How many clients they are spread over, and how each is called: NAME, NAME.2,
 * … Room for PATCHBAY_CLIENT bytes. */
unsigned patchbay_segments(const struct patchbay *patchbay);
#define PATCHBAY_CLIENT 128
void
patchbay_client(const struct patchbay *patchbay, unsigned segment, char *name);

/* Takes over what is remembered of the ports that both have, but for what only
 * the configuration before asked for: `from` has the port before of each, or
 * -1. */
void patchbay_follow(
    struct patchbay *patchbay, struct patchbay *before, const ptrdiff_t *from);

/* A port that is held is not connected. */
void patchbay_hold(struct patchbay *patchbay, size_t port, bool held);

/* Takes out what the configuration before asked for and this one does not; `to`
 * has the port of this one of each before, or -1. The client must be active. */
void patchbay_disconnect(struct patchbay *patchbay,
    const struct patchbay *before, const ptrdiff_t *to, jack_client_t *client);

/* The server is a new one: that a cable is not there means nothing. */
void patchbay_renew(struct patchbay *patchbay);

/* Connects all that is wanted and there: what patchbay_note() saw before, and
 * what the configuration asks for, but nothing that the user took out, perhaps
 * just now. Says in one line which exactly named ports are not there. The client
 * must be active. */
void patchbay_connect(struct patchbay *patchbay, jack_client_t *client);

/* Connects a port that has just appeared to whatever wants it. */
void patchbay_connect_new(
    struct patchbay *patchbay, jack_client_t *client, jack_port_id_t id);

/* Remembers what is connected to our port number `port`, and what was and is no
 * more. Returns whether it must be asked again to tell a program that ends from
 * a cable taken out by hand. `now` in s. */
bool patchbay_note(struct patchbay *patchbay, jack_client_t *client,
    size_t port, const jack_port_t *handle, double now);

#endif
