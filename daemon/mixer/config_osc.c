#include "mixer/config_reader.h"

#include "mixer/network.h"
#include "protocol/url.h"

#include <stdlib.h>
#include <string.h>

#define LISTEN_ALLOWED "udp://HOST:PORT or tcp://HOST:PORT" URL_ALLOWED
#define NETWORK_ALLOWED \
	"an address and a prefix length, such as 10.0.0.0/8 or fd00::/8"

#define ROLES_ALLOWED "view, mix or admin"

static const char *const roles[] = { "", "view", "mix", "admin" };

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
	struct url url;

	if (!cJSON_IsString(node)) {
		config_fail_type(reader, node, path, LISTEN_ALLOWED);
		return;
	}
	if (url_parse(node->valuestring, NULL, &url) < 0) {
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
	struct network parsed;

	if (!cJSON_IsString(item->node)) {
		config_fail_type(
		    reader, item->node, item->path, NETWORK_ALLOWED);
		return;
	}
	if (network_parse(item->node->valuestring, &parsed) < 0) {
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
