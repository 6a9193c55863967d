#include "edge/log.h"
#include "edge/osc_internal.h"

#include <arpa/inet.h>
#include <string.h>

/*
 * Who gets in. In this order, the cheapest first, because a flood passes here:
 * is the sender listed, may it send so much, is that OSC, is its address its
 * own. To a sender who has not proven that goes nothing but a challenge, and
 * that only where it is no larger than what came.
 */

void
osc_refused(struct osc *osc, const struct guard_sender *sender,
    enum mixer_drop drop, const char *why)
{
	char text[INET6_ADDRSTRLEN] = "?";

	mixer_status(osc->mixer)->drops[drop]++;
	switch (guard_name(osc->guard, sender, mixer_seconds())) {
	case GUARD_NAME:
		inet_ntop(sender->family, sender->address, text, sizeof(text));
		log_line("refused %s: %s", text, why);
		break;
	case GUARD_CROWD:
		log_line("refused more senders than are named here; "
			 "/status/drops counts them");
		break;
	case GUARD_QUIET:
		break;
	}
}

/* What is sent: 24 bytes, as many as come back. */
static void
send_challenge(struct osc *osc, const struct lease_peer *peer,
    const struct guard_sender *sender, size_t room, double now)
{
	struct osc_target target = { osc, peer };
	char text[GUARD_COOKIE];
	uint8_t packet[64];
	int size;

	guard_cookie(osc->guard, sender, now, text);
	size = osc_print(packet, sizeof(packet), "/cookie", "s", text);
	if (size > 0 && (size_t)size <= room)
		osc_send(&target, packet, (size_t)size);
}

struct echo {
	struct osc *osc;
	const struct guard_sender *sender;
	double now;
};

/* Only the first message of a packet is looked at. */
static int
first_echoes(void *arg, const struct packet_message *message)
{
	const struct echo *echo = arg;
	struct schema_value value[2];

	return strcmp(message->address, "/cookie") == 0 &&
		       osc_arguments(message, value, 2) == 1 && value[0].text &&
		       guard_echo(echo->osc->guard, echo->sender, value[0].text,
			   echo->now)
		   ? 1
		   : -1;
}

/* Has the sender proven its address, if only by this packet? */
static bool
is_proven(struct osc *osc, const struct lease_peer *peer,
    const struct guard_sender *sender, const void *data, size_t size,
    double now)
{
	struct guard *guard = osc->guard;
	struct echo echo = { osc, sender, now };

	if (guard_proven(guard, sender, now) > 0) {
		if (guard_aged(guard, sender, now))
			send_challenge(osc, peer, sender, SIZE_MAX, now);
		return true;
	}
	if (packet_each(data, size, first_echoes, &echo) == 1)
		return true;
	mixer_status(osc->mixer)->drops[DROP_COOKIE]++;
	if (guard_may_challenge(guard, sender, now))
		send_challenge(osc, peer, sender, size, now);
	return false;
}

/* The entry whose role a sender has: that of the token which it has shown for
 * this network, else the one that needs none; NULL: none. */
static const struct access_entry *
find_entry(struct osc *osc, const struct access_entry *network,
    const struct guard_sender *sender, double now)
{
	int shown = guard_authorized(osc->guard, sender, now);

	if (shown >= 0 &&
	    access_same_network(network, &osc->access.entry[shown]))
		return &osc->access.entry[shown];
	return access_open(&osc->access, network);
}

bool
osc_is_welcome(struct osc *osc, const struct lease_client *client, double now)
{
	const struct lease_peer *peer = &client->peer;
	const struct sockaddr *from = (const struct sockaddr *)&peer->address;
	bool stream = peer->stream != NULL;
	const struct access_entry *network = access_find(&osc->access, from);
	struct guard_sender sender;

	return guard_sender(from, stream, &sender) && network &&
	       (network->desk->trusted || stream ||
		   guard_proven(osc->guard, &sender, now) > 0) &&
	       find_entry(osc, network, &sender, now);
}

bool
osc_admit(struct osc *osc, const struct lease_peer *peer, const void *data,
    size_t size, struct osc_pass *pass)
{
	const struct sockaddr *from = (const struct sockaddr *)&peer->address;
	struct guard_sender *sender = &pass->sender;
	bool stream = peer->stream != NULL, trusted;
	double now = mixer_seconds();

	if (!guard_sender(from, stream, sender) ||
	    !(pass->network = access_find(&osc->access, from))) {
		osc_refused(osc, sender, DROP_DENIED,
		    "it is in no network of osc.allow");
		return false;
	}
	trusted = pass->network->desk->trusted;
	if (!guard_packet(osc->guard, sender, trusted, size, now)) {
		osc_refused(osc, sender, DROP_RATE,
		    "it, or all that are not trusted, sent more than "
		    "osc.limits allows");
		return false;
	}
	if (packet_check(data, size) != PACKET_OK) {
		mixer_status(osc->mixer)->drops[DROP_MALFORMED]++;
		return false;
	}
	if (!trusted && !stream &&
	    !is_proven(osc, peer, sender, data, size, now))
		return false;
	pass->entry = find_entry(osc, pass->network, sender, now);
	return true;
}

void
osc_worked(struct osc *osc, const struct osc_pass *pass, double seconds)
{
	if (!pass->network->desk->trusted)
		guard_worked(
		    osc->guard, &pass->sender, seconds, mixer_seconds());
}

void
osc_gone(struct osc *osc, const struct lease_peer *peer)
{
	struct guard_sender sender;

	if (guard_sender(
		(const struct sockaddr *)&peer->address, true, &sender))
		guard_forget(osc->guard, &sender);
}
