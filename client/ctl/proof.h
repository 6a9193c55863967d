#ifndef CTL_PROOF_H
#define CTL_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a daemon may want before it listens: that we send back its /cookie, and
 * the token in HEADROOM_TOKEN. Packets that were sent before the cookie was are
 * kept and sent again. One thread.
 */

#define PROOF_KEEPS 16384 /* bytes of packets */

struct link_message;

struct proof {
	void (*send)(void *arg, const void *packet, size_t size);
	void *arg;
	uint8_t kept[PROOF_KEEPS];
	size_t used;
	bool heard;        /* the daemon answers what we ask */
	double echoed;     /* when a cookie was last sent back */
	double shown;      /* when the token was last shown */
	unsigned awaited;  /* answers to that */
	const char *token; /* NULL: none */
};

/* Ready for a daemon; `send` sends one packet as it is. */
void proof_start(struct proof *proof,
    void (*send)(void *arg, const void *packet, size_t size), void *arg);

/* The way to the daemon is a new one: what was shown counts for nothing. */
void proof_anew(struct proof *proof);

/* Sends a packet, and what must go before it. */
void proof_send(struct proof *proof, const void *packet, size_t size);

/* A message from the daemon; true where it was meant for us alone. */
bool proof_take(struct proof *proof, const struct link_message *message);

#endif
