#include "proof.h"

#include "command.h"
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COOKIE_BYTES 24 /* of a challenge, which answers no smaller packet */
#define ECHO_EVERY 0.2  /* s: each packet of a burst is challenged */
#define SHOW_EVERY 3.0  /* s: another daemon may have taken the place */
#define BUNDLE_BYTES 20 /* of a bundle, before its one message */

void
proof_start(struct proof *proof,
    void (*send)(void *arg, const void *packet, size_t size), void *arg)
{
	const char *token = getenv("HEADROOM_TOKEN");

	*proof = (struct proof){ .send = send,
		.arg = arg,
		.echoed = -ECHO_EVERY,
		.shown = -SHOW_EVERY,
		.token = token && *token ? token : NULL };
}

void
proof_anew(struct proof *proof)
{
	proof->heard = false;
	proof->used = 0;
	proof->shown = -SHOW_EVERY;
}

/* Keeps a packet until it is known that the daemon listens. One that has no
 * room is lost, as datagrams are. */
static void
keep(struct proof *proof, const void *packet, size_t size)
{
	if (proof->heard || sizeof(size) + size > PROOF_KEEPS - proof->used)
		return;
	memcpy(proof->kept + proof->used, &size, sizeof(size));
	memcpy(proof->kept + proof->used + sizeof(size), packet, size);
	proof->used += sizeof(size) + size;
}

static void
send_again(struct proof *proof)
{
	size_t size;

	for (size_t at = 0; at < proof->used; at += size) {
		memcpy(&size, proof->kept + at, sizeof(size));
		at += sizeof(size);
		proof->send(proof->arg, proof->kept + at, size);
	}
}

static void
send_text(struct proof *proof, const char *address, const char *text)
{
	uint8_t packet[256];
	int size = osc_print(packet, sizeof(packet), address, "s", text);

	if (size > 0)
		proof->send(proof->arg, packet, (size_t)size);
}

static void
show_token(struct proof *proof)
{
	double now = link_now();

	if (!proof->token || now - proof->shown < SHOW_EVERY)
		return;
	proof->shown = now;
	proof->awaited++;
	send_text(proof, "/auth", proof->token);
}

void
proof_send(struct proof *proof, const void *packet, size_t size)
{
	/* A bundle with the time tag "immediately" and one message. */
	uint8_t bundle[BUNDLE_BYTES + COOKIE_BYTES] =
	    "#bundle\0\0\0\0\0\0\0\0\1";

	if (size < COOKIE_BYTES && !proof->heard) {
		bundle[BUNDLE_BYTES - 1] = (uint8_t)size;
		memcpy(bundle + BUNDLE_BYTES, packet, size);
		packet = bundle;
		size += BUNDLE_BYTES;
	}
	show_token(proof);
	keep(proof, packet, size);
	proof->send(proof->arg, packet, size);
}

/* Sends the cookie back, and what it kept from being heard. */
static void
echo(struct proof *proof, const char *cookie)
{
	double now = link_now();

	if (now - proof->echoed < ECHO_EVERY)
		return;
	proof->echoed = now;
	send_text(proof, "/cookie", cookie);
	if (proof->heard)
		return;
	proof->shown = -SHOW_EVERY;
	show_token(proof);
	send_again(proof);
}

bool
proof_take(struct proof *proof, const struct link_message *message)
{
	const struct schema_value *value = message->value;
	bool refused = strcmp(message->address, "/error") == 0 &&
		       message->values == 3 && value[0].text && value[2].text &&
		       strcmp(value[0].text, "/auth") == 0;

	if (strcmp(message->address, "/cookie") == 0) {
		if (message->values == 1 && value[0].text)
			echo(proof, value[0].text);
		return true;
	}
	if (strcmp(message->address, "/proven") == 0)
		return true;
	if (proof->awaited > 0 &&
	    (refused || strcmp(message->address, "/auth") == 0)) {
		proof->awaited--;
		if (refused)
			command_warn("HEADROOM_TOKEN: %s", value[2].text);
		return true;
	}
	proof->heard = true;
	proof->used = 0;
	return false;
}
