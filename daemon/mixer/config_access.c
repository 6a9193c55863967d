#include "mixer/config_reader.h"

#include "mixer/network.h"
#include "protocol/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETWORK_ALLOWED \
	"an address and a prefix length, such as 10.0.0.0/8 or fd00::/8"
#define ROLES_ALLOWED "view, mix or admin"
#define TOKEN_ALLOWED \
	"8 to 128 printable ASCII characters without blanks, or token_file"
#define STRIPS_ALLOWED "an array of 1 to 32 patterns of strips"

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
		if (!strcmp(item->node->valuestring,
			desk_role_name((enum desk_role)i)))
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

/* --- tokens, which no error may show --- */

static void
read_token(struct config_reader *reader, const struct config_item *item)
{
	struct desk_network *network = item->into;
	const char *token = item->node->valuestring;
	char found[64];
	bool good = cJSON_IsString(item->node);
	size_t size = good ? strlen(token) : 0;

	for (size_t i = 0; i < size; i++)
		good = good && token[i] > ' ' && token[i] <= '~';
	if (good && size >= DESK_TOKEN_SHORTEST && size <= DESK_TOKEN_LONGEST) {
		network->token = config_copy(reader, token);
		return;
	}
	if (!cJSON_IsString(item->node))
		snprintf(found, sizeof(found), "no text");
	else if (good)
		snprintf(found, sizeof(found), "a text of %zu bytes", size);
	else
		snprintf(found, sizeof(found), "a text with other characters");
	config_fail(reader, (size_t)item->node->valueint, item->path, found,
	    TOKEN_ALLOWED);
}

static void
read_token_file(struct config_reader *reader, const struct config_item *item)
{
	static const char allowed[] =
	    "the path of a file whose first line is the token, from / on";
	struct desk_network *network = item->into;

	if (!cJSON_IsString(item->node))
		config_fail_type(reader, item->node, item->path, allowed);
	else if (item->node->valuestring[0] != '/' ||
		 strlen(item->node->valuestring) > 1024)
		config_fail_value(reader, item->node, item->path, allowed);
	else
		network->token_file =
		    config_copy(reader, item->node->valuestring);
}

/* --- strips --- */

static bool
matches_any(const struct desk *desk, const char *pattern)
{
	char name[DESK_STRIP_TEXT + 1] = "/";

	for (size_t i = 0; i < desk->strips; i++) {
		desk_strip_text(&desk->strip[i], false, name + 1);
		if (match_address(pattern, name))
			return true;
	}
	return false;
}

static void
read_strip(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, struct desk_network *network)
{
	static const char allowed[] =
	    "a strip or a pattern that matches one, such as bus/mon-*";
	char pattern[MATCH_LONGEST + 2];

	if (!cJSON_IsString(node)) {
		config_fail_type(reader, node, path, allowed);
		return;
	}
	snprintf(pattern, sizeof(pattern), "/%s", node->valuestring);
	if (strlen(node->valuestring) >= MATCH_LONGEST ||
	    !match_is_valid(pattern) || !matches_any(reader->desk, pattern)) {
		config_fail_value(reader, node, path, allowed);
		return;
	}
	network->strip[network->strips] =
	    config_copy(reader, node->valuestring);
	network->strips += network->strip[network->strips] != NULL;
}

static void
read_strips(struct config_reader *reader, const struct config_item *item)
{
	struct config_path step = { item->path, NULL, 0 };

	if (!config_array(
		reader, item->node, item->path, DESK_PATTERNS, STRIPS_ALLOWED))
		return;
	if (!item->node->child)
		config_fail_value(
		    reader, item->node, item->path, STRIPS_ALLOWED);
	for (const cJSON *node = item->node->child; node; node = node->next) {
		read_strip(reader, node, &step, item->into);
		step.index++;
	}
}

/* --- osc.allow --- */

/* What no key can tell on its own. */
static void
check_network(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const struct desk_network *network)
{
	const cJSON *strips = cJSON_GetObjectItemCaseSensitive(node, "strips");
	const cJSON *file =
	    cJSON_GetObjectItemCaseSensitive(node, "token_file");

	if (strips && network->role != ROLE_MIX && network->role != ROLE_NONE)
		config_fail_key(
		    reader, strips, path, "", "strips with the role mix only");
	if (file && cJSON_GetObjectItemCaseSensitive(node, "token"))
		config_fail_key(
		    reader, file, path, " beside \"token\"", "one of the two");
}

void
config_read_allow(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "network", read_network, 0, NETWORK_ALLOWED, NULL },
		{ "role", read_role, 0, ROLES_ALLOWED, NULL },
		{ "trusted", read_trusted, 0, NULL, NULL },
		{ "token", read_token, 0, NULL, NULL },
		{ "token_file", read_token_file, 0, NULL, NULL },
		{ "strips", read_strips, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 6, 0 };
	struct desk *desk = reader->desk;
	struct config_path step = { item->path, NULL, 0 };

	if (!config_array(reader, item->node, item->path, DESK_NETWORKS,
		"an array of at most 64 networks"))
		return;
	while (desk->allows > 0)
		desk_free_network(&desk->allow[--desk->allows]);
	memset(desk->allow, 0, sizeof(desk->allow));
	for (const cJSON *node = item->node->child; node; node = node->next) {
		struct desk_network *network = &desk->allow[desk->allows++];

		config_object(reader, node, &step, &keys, network);
		check_network(reader, node, &step, network);
		step.index++;
	}
}

/* --- osc.limits --- */

#define PACKETS_MOST 1000000
#define BYTES_MOST 1000000000
#define LEASES_MOST 4096

static void
read_packets(struct config_reader *reader, const struct config_item *item)
{
	config_whole(
	    reader, item, 1, PACKETS_MOST, &reader->desk->limits.packets);
}

static void
read_bytes(struct config_reader *reader, const struct config_item *item)
{
	config_whole(reader, item, 1, BYTES_MOST, &reader->desk->limits.bytes);
}

static void
read_leases(struct config_reader *reader, const struct config_item *item)
{
	config_whole(
	    reader, item, 1, LEASES_MOST, &reader->desk->limits.leases);
}

static void
read_all_packets(struct config_reader *reader, const struct config_item *item)
{
	config_whole(
	    reader, item, 1, PACKETS_MOST, &reader->desk->limits.all_packets);
}

static void
read_all_bytes(struct config_reader *reader, const struct config_item *item)
{
	config_whole(
	    reader, item, 1, BYTES_MOST, &reader->desk->limits.all_bytes);
}

void
config_read_limits(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "packets", read_packets, 0, NULL, NULL },
		{ "bytes", read_bytes, 0, NULL, NULL },
		{ "leases", read_leases, 0, NULL, NULL },
		{ "all_packets", read_all_packets, 0, NULL, NULL },
		{ "all_bytes", read_all_bytes, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 5, 0 };

	config_object(reader, item->node, item->path, &keys, reader->desk);
}
