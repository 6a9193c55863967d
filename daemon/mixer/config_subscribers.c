#include "mixer/config_reader.h"

#include "mixer/network.h"
#include "protocol/match.h"
#include "protocol/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define URL_WANTED                                                            \
	"udp://ADDRESS:PORT with an IPv4 address or an [IPv6] address, port " \
	"1 to 65535"
#define TOPICS_WANTED "an array of 1 to 8 topics, each once"
#define PREFIX_LONGEST 159 /* bytes; no address is longer */

/* As osc_lease.h has them. */
static const char *const topics[] = { "state", "meters", "meters/blob",
	"headroom", "loudness", "events", "advice", "status" };
#define TOPICS (sizeof(topics) / sizeof(topics[0]))

/* The numeric address of a host, without its zone; false for a name. */
static bool
parse_host(const char *host, int *family, uint8_t bytes[16])
{
	char plain[URL_HOST];

	snprintf(plain, sizeof(plain), "%s", host);
	plain[strcspn(plain, "%")] = '\0';
	*family = strchr(plain, ':') ? AF_INET6 : AF_INET;
	return inet_pton(*family, plain, bytes) == 1;
}

static void
read_url(struct config_reader *reader, const struct config_item *item)
{
	struct desk_subscriber *subscriber = item->into;
	uint8_t bytes[16];
	struct url url;
	int family;

	if (!cJSON_IsString(item->node))
		config_fail_type(reader, item->node, item->path, URL_WANTED);
	else if (url_parse(item->node->valuestring, NULL, &url) < 0 ||
		 url.transport != URL_UDP ||
		 !parse_host(url.host, &family, bytes))
		config_fail_value(reader, item->node, item->path, URL_WANTED);
	else
		subscriber->url = config_copy(reader, item->node->valuestring);
}

static void
read_topic(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, struct desk_subscriber *subscriber)
{
	char allowed[128] = "";
	size_t topic = 0;

	for (size_t i = 0; i < TOPICS; i++)
		config_list(allowed, sizeof(allowed), topics[i]);
	if (!cJSON_IsString(node)) {
		config_fail_type(reader, node, path, allowed);
		return;
	}
	while (topic < TOPICS && strcmp(topics[topic], node->valuestring) != 0)
		topic++;
	if (topic == TOPICS) {
		config_fail_value(reader, node, path, allowed);
		return;
	}
	for (size_t i = 0; i < subscriber->topics; i++) {
		if (subscriber->topic[i] != topics[topic])
			continue;
		config_fail_value(reader, node, path, "each topic once");
		return;
	}
	subscriber->topic[subscriber->topics++] = topics[topic];
}

static void
read_topics(struct config_reader *reader, const struct config_item *item)
{
	struct config_path step = { item->path, NULL, 0 };

	if (!config_array(
		reader, item->node, item->path, DESK_TOPICS, TOPICS_WANTED))
		return;
	if (!item->node->child)
		config_fail_value(
		    reader, item->node, item->path, TOPICS_WANTED);
	for (const cJSON *node = item->node->child; node; node = node->next) {
		read_topic(reader, node, &step, item->into);
		step.index++;
	}
}

static void
read_rate(struct config_reader *reader, const struct config_item *item)
{
	struct desk_subscriber *subscriber = item->into;

	config_whole(reader, item, 1, 100, &subscriber->rate);
}

static void
read_prefix(struct config_reader *reader, const struct config_item *item)
{
	static const char allowed[] =
	    "\"\" or the beginning of an address in whole parts, such as "
	    "/ch/kick";
	struct desk_subscriber *subscriber = item->into;
	const char *prefix = item->node->valuestring;

	if (!cJSON_IsString(item->node))
		config_fail_type(reader, item->node, item->path, allowed);
	else if (prefix[0] != '\0' &&
		 (prefix[0] != '/' || !match_is_valid(prefix) ||
		     match_is_pattern(prefix) ||
		     strlen(prefix) > PREFIX_LONGEST))
		config_fail_value(reader, item->node, item->path, allowed);
	else
		subscriber->prefix = config_copy(reader, prefix);
}

void
config_read_subscribers(
    struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "url", read_url, 0, URL_WANTED, NULL },
		{ "topics", read_topics, 0, TOPICS_WANTED, NULL },
		{ "rate", read_rate, 0, NULL, NULL },
		{ "prefix", read_prefix, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 4, 0 };
	struct desk *desk = reader->desk;
	struct config_path step = { item->path, NULL, 0 };

	if (!config_array(reader, item->node, item->path, DESK_SUBSCRIBERS,
		"an array of at most 32 subscribers"))
		return;
	for (const cJSON *node = item->node->child; node; node = node->next) {
		config_object(reader, node, &step, &keys,
		    &desk->subscriber[desk->subscribers++]);
		step.index++;
	}
}

/* Is the smallest network that holds the address a trusted one? */
static bool
is_trusted(const struct desk *desk, int family, const uint8_t bytes[16])
{
	bool trusted = false;
	int best = -1;

	for (size_t i = 0; i < desk->allows; i++) {
		struct network network;

		if (!desk->allow[i].network ||
		    network_parse(desk->allow[i].network, &network) < 0 ||
		    (int)network.bits <= best ||
		    !network_holds(&network, family, bytes))
			continue;
		best = (int)network.bits;
		trusted = desk->allow[i].trusted;
	}
	return trusted;
}

void
config_check_subscribers(
    struct config_reader *reader, const struct config_item *osc)
{
	const cJSON *list =
	    cJSON_GetObjectItemCaseSensitive(osc->node, "subscribers");
	struct config_path all = { osc->path, "subscribers", 0 };
	struct config_path step = { &all, NULL, 0 };
	const struct config_path path = { &step, "url", 0 };

	for (size_t i = 0; i < reader->desk->subscribers; i++) {
		const char *text = reader->desk->subscriber[i].url;
		const cJSON *node = cJSON_GetObjectItemCaseSensitive(
		    cJSON_GetArrayItem(list, (int)i), "url");
		uint8_t bytes[16];
		struct url url;
		int family;

		step.index = i;
		if (!text || !node || url_parse(text, NULL, &url) < 0 ||
		    !parse_host(url.host, &family, bytes) ||
		    is_trusted(reader->desk, family, bytes))
			continue;
		config_fail_value(reader, node, &path,
		    "an address in a network of osc.allow that is trusted");
	}
}
