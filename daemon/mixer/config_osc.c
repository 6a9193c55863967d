#include "mixer/config_reader.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define URL_LONGEST 280 /* bytes: a host name of 253, scheme and port */
#define LABEL_LONGEST 63

#define LISTEN_ALLOWED                                                     \
	"udp://HOST:PORT or tcp://HOST:PORT with a name, an IPv4 address " \
	"or an [IPv6] address, port 1 to 65535"
#define NETWORK_ALLOWED \
	"an address and a prefix length, such as 10.0.0.0/8 or fd00::/8"

#define ROLES_ALLOWED "view, mix or admin"

static const char *const roles[] = { "", "view", "mix", "admin" };
static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char digits[] = "0123456789";

/* A whole number without sign or leading zero; -1 if it is none. */
static long
plain_number(const char *text, size_t size, long most)
{
	long number = 0;

	if (size < 1 || size > 5 || (size > 1 && text[0] == '0') ||
	    strspn(text, digits) < size)
		return -1;
	for (size_t i = 0; i < size; i++)
		number = 10 * number + (text[i] - '0');
	return number <= most ? number : -1;
}

/* Letters, digits and "-" within, as RFC 1123 has it. The last label of a name
 * begins with a letter, so that 10.0.0.300 is not one. */
static bool
is_host_name(const char *host)
{
	const char *label = host;

	for (;;) {
		size_t size = strcspn(label, ".");
		const bool last = label[size] == '\0';

		if (size < 1 || size > LABEL_LONGEST || label[0] == '-' ||
		    label[size - 1] == '-')
			return false;
		for (size_t i = 0; i < size; i++)
			if (!strchr(letters, label[i]) &&
			    !strchr(digits, label[i]) && label[i] != '-')
				return false;
		if (last)
			return strchr(letters, label[0]) != NULL;
		label += size + 1;
	}
}

static bool
is_host(char *host)
{
	unsigned char address[sizeof(struct in6_addr)];
	const size_t size = strlen(host);

	if (host[0] == '[' && host[size - 1] == ']') {
		host[size - 1] = '\0';
		return inet_pton(AF_INET6, &host[1], address) == 1;
	}
	return inet_pton(AF_INET, host, address) == 1 || is_host_name(host);
}

bool
config_url_is_valid(const char *url)
{
	char host[URL_LONGEST + 1];
	const char *at = url, *colon;
	size_t port_size;

	if (strlen(url) > URL_LONGEST)
		return false;
	if (!strncmp(at, "osc.", 4))
		at += 4;
	if (strncmp(at, "udp://", 6) != 0 && strncmp(at, "tcp://", 6) != 0)
		return false;
	at += 6;
	colon = strrchr(at, ':');
	if (!colon || colon == at)
		return false;
	memcpy(host, at, (size_t)(colon - at));
	host[colon - at] = '\0';
	port_size = strcspn(colon + 1, "/");
	if (strcmp(&colon[1 + port_size], "/") != 0 && colon[1 + port_size])
		return false;
	return plain_number(colon + 1, port_size, 65535) >= 1 && is_host(host);
}

bool
config_network_is_valid(const char *network)
{
	const char *slash = strchr(network, '/');
	unsigned char address[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];
	bool ip6;

	if (!slash || (size_t)(slash - network) >= sizeof(text))
		return false;
	memcpy(text, network, (size_t)(slash - network));
	text[slash - network] = '\0';
	ip6 = strchr(text, ':') != NULL;
	return inet_pton(ip6 ? AF_INET6 : AF_INET, text, address) == 1 &&
	       plain_number(slash + 1, strlen(slash + 1), ip6 ? 128 : 32) >= 0;
}

const char *
config_role_name(enum desk_role role)
{
	return roles[role];
}

static void
read_url(struct config_reader *reader, const cJSON *node,
    const struct config_path *path)
{
	struct desk *desk = reader->desk;

	if (!cJSON_IsString(node)) {
		config_fail_type(reader, node, path, LISTEN_ALLOWED);
		return;
	}
	if (!config_url_is_valid(node->valuestring)) {
		config_fail_value(reader, node, path, LISTEN_ALLOWED);
		return;
	}
	for (size_t i = 0; i < desk->listens; i++) {
		if (strcmp(desk->listen[i], node->valuestring) != 0)
			continue;
		config_fail_value(reader, node, path, "each address once");
		return;
	}
	desk->listen[desk->listens] = config_copy(reader, node->valuestring);
	desk->listens += desk->listen[desk->listens] != NULL;
}

static void
read_listen(struct config_reader *reader, const struct config_item *item)
{
	struct desk *desk = reader->desk;
	struct config_path step = { item->path, NULL, 0 };

	if (!config_array(reader, item->node, item->path, DESK_LISTENERS,
		"an array of at most 16 addresses to listen on"))
		return;
	while (desk->listens > 0)
		free(desk->listen[--desk->listens]);
	for (const cJSON *node = item->node->child; node; node = node->next) {
		read_url(reader, node, &step);
		step.index++;
	}
}

static void
read_network(struct config_reader *reader, const struct config_item *item)
{
	struct desk_network *network = item->into;

	if (!cJSON_IsString(item->node)) {
		config_fail_type(
		    reader, item->node, item->path, NETWORK_ALLOWED);
		return;
	}
	if (!config_network_is_valid(item->node->valuestring)) {
		config_fail_value(
		    reader, item->node, item->path, NETWORK_ALLOWED);
		return;
	}
	network->network = config_copy(reader, item->node->valuestring);
}

static void
read_role(struct config_reader *reader, const struct config_item *item)
{
	struct desk_network *network = item->into;

	if (!cJSON_IsString(item->node)) {
		config_fail_type(reader, item->node, item->path, ROLES_ALLOWED);
		return;
	}
	for (unsigned i = ROLE_VIEW; i <= ROLE_ADMIN; i++)
		if (!strcmp(item->node->valuestring, roles[i]))
			network->role = (enum desk_role)i;
	if (network->role == ROLE_NONE)
		config_fail_value(
		    reader, item->node, item->path, ROLES_ALLOWED);
}

static void
read_trusted(struct config_reader *reader, const struct config_item *item)
{
	struct desk_network *network = item->into;

	if (cJSON_IsBool(item->node))
		network->trusted = cJSON_IsTrue(item->node);
	else
		config_fail_type(
		    reader, item->node, item->path, "true or false");
}

static void
read_allow(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "network", read_network, 0, NETWORK_ALLOWED, NULL },
		{ "role", read_role, 0, ROLES_ALLOWED, NULL },
		{ "trusted", read_trusted, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 3, 0 };
	struct desk *desk = reader->desk;
	struct config_path step = { item->path, NULL, 0 };

	if (!config_array(reader, item->node, item->path, DESK_NETWORKS,
		"an array of at most 64 networks"))
		return;
	while (desk->allows > 0)
		free(desk->allow[--desk->allows].network);
	memset(desk->allow, 0, sizeof(desk->allow));
	for (const cJSON *node = item->node->child; node; node = node->next) {
		config_object(
		    reader, node, &step, &keys, &desk->allow[desk->allows++]);
		step.index++;
	}
}

void
config_read_osc(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "listen", read_listen, 0, NULL, NULL },
		{ "allow", read_allow, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 2, 0 };

	config_object(reader, item->node, item->path, &keys, reader->desk);
}
