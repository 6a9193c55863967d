#include "edge/osc_lease.h"

#include "protocol/match.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const topic_names[LEASE_TOPICS] = {
	[LEASE_STATE] = "state",
	[LEASE_METERS] = "meters",
	[LEASE_BLOB] = "meters/blob",
	[LEASE_HEADROOM] = "headroom",
	[LEASE_LOUDNESS] = "loudness",
	[LEASE_EVENTS] = "events",
	[LEASE_ADVICE] = "advice",
	[LEASE_STATUS] = "status",
};

const char *
lease_topic_name(enum lease_topic topic)
{
	return topic_names[topic];
}

enum lease_topic
lease_topic_find(const char *name)
{
	enum lease_topic topic = 0;

	while (topic < LEASE_TOPICS && strcmp(topic_names[topic], name) != 0)
		topic++;
	return topic;
}

/* --- clients --- */

static bool
same_sender(const struct lease_peer *a, const struct lease_peer *b)
{
	const struct sockaddr_in *a4, *b4;
	const struct sockaddr_in6 *a6, *b6;

	if (a->stream || b->stream)
		return a->stream == b->stream;
	if (a->address.ss_family != b->address.ss_family)
		return false;
	if (a->address.ss_family == AF_INET) {
		a4 = (const void *)&a->address;
		b4 = (const void *)&b->address;
		return a4->sin_port == b4->sin_port &&
		       a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	}
	a6 = (const void *)&a->address;
	b6 = (const void *)&b->address;
	return a6->sin6_port == b6->sin6_port &&
	       a6->sin6_scope_id == b6->sin6_scope_id &&
	       IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr);
}

static void
client_free(struct lease_client *client)
{
	for (size_t i = 0; i < client->leases; i++)
		meters_reader_free(client->lease[i].reader);
	meters_reader_free(client->reader);
	free(client);
}

static void
client_remove(struct lease_table *table, size_t index)
{
	client_free(table->client[index]);
	table->client[index] = table->client[--table->clients];
}

void
lease_table_free(struct lease_table *table)
{
	while (table->clients > 0)
		client_remove(table, table->clients - 1);
}

static bool
make_room(struct lease_table *table)
{
	size_t longest = LEASE_CLIENTS;

	if (table->clients < LEASE_CLIENTS)
		return true;
	for (size_t i = 0; i < table->clients; i++) {
		if (table->client[i]->leases == 0 &&
		    (longest == LEASE_CLIENTS ||
			table->client[i]->seen < table->client[longest]->seen))
			longest = i;
	}
	if (longest == LEASE_CLIENTS)
		return false;
	client_remove(table, longest);
	return true;
}

struct lease_client *
lease_seen(struct lease_table *table, const struct lease_peer *peer, double now)
{
	struct lease_client *client;

	for (size_t i = 0; i < table->clients; i++) {
		client = table->client[i];
		if (!same_sender(&client->peer, peer))
			continue;
		if (now - client->seen >= LEASE_LASTS)
			lease_end(client, LEASE_TOPICS, NULL);
		client->peer.fd = client->to.fd = peer->fd;
		client->seen = now;
		return client;
	}
	if (!make_room(table))
		return NULL;
	client = calloc(1, sizeof(*client));
	if (!client)
		return NULL;
	client->peer = client->to = *peer;
	client->seen = now;
	table->client[table->clients++] = client;
	return client;
}

void
lease_expire(struct lease_table *table, double now)
{
	for (size_t i = table->clients; i-- > 0;) {
		struct lease_client *client = table->client[i];

		if (now - client->seen >= LEASE_LASTS)
			lease_end(client, LEASE_TOPICS, NULL);
		if (now - client->seen >= LEASE_KNOWN && client->leases == 0)
			client_remove(table, i);
	}
}

void
lease_reply_to(struct lease_client *client, uint16_t port)
{
	client->to = client->peer;
	if (port == 0)
		return;
	if (client->to.address.ss_family == AF_INET)
		((struct sockaddr_in *)&client->to.address)->sin_port =
		    htons(port);
	else
		((struct sockaddr_in6 *)&client->to.address)->sin6_port =
		    htons(port);
}

void
lease_forget(struct lease_table *table, const struct lease_peer *peer)
{
	for (size_t i = table->clients; i-- > 0;)
		if (same_sender(&table->client[i]->peer, peer))
			client_remove(table, i);
}

void
lease_forget_through(struct lease_table *table, int fd)
{
	for (size_t i = table->clients; i-- > 0;)
		if (!table->client[i]->peer.stream &&
		    table->client[i]->peer.fd == fd)
			client_remove(table, i);
}

struct lease_client *
lease_known(const struct lease_table *table, const struct lease_peer *peer)
{
	for (size_t i = 0; i < table->clients; i++)
		if (same_sender(&table->client[i]->peer, peer))
			return table->client[i];
	return NULL;
}

bool
lease_holds(const struct lease_table *table, const struct lease_peer *peer)
{
	const struct lease_client *client = lease_known(table, peer);

	return client && client->leases > 0;
}

size_t
lease_subscribers(const struct lease_table *table)
{
	size_t subscribers = 0;

	for (size_t i = 0; i < table->clients; i++)
		subscribers += table->client[i]->leases > 0;
	return subscribers;
}

/* --- leases --- */

/* The address without `root` in front, if that is a part of its own. */
static const char *
without(const char *root, const char *address)
{
	size_t size = strlen(root);

	if (strncmp(address, root, size) == 0 &&
	    (address[size] == '/' || address[size] == '\0'))
		return address + size;
	return address;
}

/* Is the next part of the address digits only? */
static bool
part_is_place(const char *part)
{
	size_t digits = strspn(part, "0123456789");

	return digits > 0 && (part[digits] == '\0' || part[digits] == '/');
}

static unsigned
prefix_by_place(const char *prefix)
{
	const char *send = strstr(prefix, "/send/");
	unsigned forms = 0;

	prefix = without(
	    "/headroom", without("/loudness", without("/meter", prefix)));
	if (strncmp(prefix, "/ch/", 4) == 0 && part_is_place(prefix + 4))
		forms |= BY_PLACE_STRIP;
	if (strncmp(prefix, "/bus/", 5) == 0 && part_is_place(prefix + 5))
		forms |= BY_PLACE_STRIP;
	for (int kind = 0; kind < GROUP_KINDS; kind++) {
		const char *name = schema_group_name((enum group_kind)kind);
		size_t size = strlen(name);

		if (strncmp(prefix + 1, name, size) == 0 &&
		    prefix[size + 1] == '/' && part_is_place(prefix + size + 2))
			forms |= BY_PLACE_STRIP;
	}
	if (send && part_is_place(send + 6))
		forms |= BY_PLACE_BUS;
	return forms;
}

int
lease_prefix(const char *asked, char prefix[ADDRESS_LONGEST])
{
	size_t size = strlen(asked);

	if (size > 0 && (asked[0] != '/' || match_is_pattern(asked)))
		return -1;
	while (size > 0 && asked[size - 1] == '/')
		size--;
	if (size >= ADDRESS_LONGEST)
		return -1;
	memcpy(prefix, asked, size);
	prefix[size] = '\0';
	return 0;
}

void
lease_init(struct lease *lease, enum lease_topic topic, const char *prefix,
    unsigned rate, double now)
{
	*lease = (struct lease){ .topic = topic, .rate = rate, .due = now };
	snprintf(lease->prefix, sizeof(lease->prefix), "%s", prefix);
	lease->by_place = prefix_by_place(prefix);
}

/* The place of the client's lease with this topic and prefix, from 1 on; 0 for
 * none. */
static size_t
lease_find(const struct lease_client *client, enum lease_topic topic,
    const char *prefix)
{
	for (size_t i = 0; i < client->leases; i++)
		if (client->lease[i].topic == topic &&
		    strcmp(client->lease[i].prefix, prefix) == 0)
			return i + 1;
	return 0;
}

struct lease *
lease_take(struct lease_client *client, enum lease_topic topic,
    const char *prefix, unsigned rate, double now)
{
	size_t place = lease_find(client, topic, prefix);
	struct lease *lease;

	if (place > 0) {
		lease = &client->lease[place - 1];
		if (lease->standing)
			return lease;
		lease->rate = rate;
		if (rate > 0 && lease->due > now + 1.0 / rate)
			lease->due = now + 1.0 / rate;
		return lease;
	}
	if (client->leases == LEASE_EACH)
		return NULL;
	lease = &client->lease[client->leases++];
	lease_init(lease, topic, prefix, rate, now);
	return lease;
}

size_t
lease_end(
    struct lease_client *client, enum lease_topic topic, const char *prefix)
{
	size_t kept = 0, ended;

	for (size_t i = 0; i < client->leases; i++) {
		struct lease *lease = &client->lease[i];

		if (!lease->standing &&
		    (topic == LEASE_TOPICS || lease->topic == topic) &&
		    (!prefix || strcmp(lease->prefix, prefix) == 0))
			meters_reader_free(lease->reader);
		else
			client->lease[kept++] = *lease;
	}
	ended = client->leases - kept;
	client->leases = kept;
	return ended;
}

/* --- another desk --- */

void
lease_leave_desk(struct lease_table *table)
{
	for (size_t i = 0; i < table->clients; i++) {
		struct lease_client *client = table->client[i];

		meters_reader_free(client->reader);
		client->reader = NULL;
		for (size_t j = 0; j < client->leases; j++) {
			struct lease *lease = &client->lease[j];

			meters_reader_free(lease->reader);
			lease->reader = NULL;
			lease->blob = NULL;
			lease->told = 0;
		}
	}
}

/* Those that no longer stand fall. */
static void
fall(struct lease_client *client, const struct lease_client *wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < client->leases; i++) {
		struct lease *lease = &client->lease[i];

		if (!lease->standing ||
		    (wanted && lease_find(wanted, lease->topic, lease->prefix)))
			client->lease[kept++] = *lease;
		else
			meters_reader_free(lease->reader);
	}
	client->leases = kept;
}

size_t
lease_stand(
    struct lease_table *table, const struct lease_table *wanted, double now)
{
	size_t missed = 0;

	for (size_t i = 0; i < table->clients; i++)
		fall(table->client[i],
		    lease_known(wanted, &table->client[i]->peer));
	for (size_t i = 0; i < wanted->clients; i++) {
		const struct lease_client *from = wanted->client[i];
		struct lease_client *client = lease_known(table, &from->peer);

		if (!client)
			client = lease_seen(table, &from->peer, now);
		for (size_t j = 0; j < from->leases; j++) {
			const struct lease *lease = &from->lease[j];
			struct lease *stands = NULL;

			if (client)
				stands = lease_take(client, lease->topic,
				    lease->prefix, lease->rate, now);
			if (stands) {
				stands->rate = lease->rate;
				stands->standing = true;
			}
			missed += !stands;
		}
	}
	return missed;
}

/* --- in the course of time --- */

bool
lease_due(struct lease *lease, double now, double slack)
{
	double period;

	if (lease->rate == 0 || now + slack < lease->due)
		return false;
	period = 1.0 / lease->rate;
	lease->due += period;
	if (lease->due <= now)
		lease->due = now + period;
	return true;
}

bool
lease_covers(const struct lease *lease, const char *address)
{
	const char *prefix = lease->prefix;
	size_t size;

	const char *root = lease->topic == LEASE_METERS     ? "/meter"
			   : lease->topic == LEASE_BLOB     ? "/meter"
			   : lease->topic == LEASE_HEADROOM ? "/headroom"
			   : lease->topic == LEASE_LOUDNESS ? "/loudness"
							    : NULL;

	if (root) {
		prefix = without(root, prefix);
		address = without(root, address);
	}
	size = strlen(prefix);
	return strncmp(address, prefix, size) == 0 &&
	       (address[size] == '/' || address[size] == '\0');
}
