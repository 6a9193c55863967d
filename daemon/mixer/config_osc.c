#include "mixer/config_reader.h"

#include "protocol/url.h"

#include <stdlib.h>
#include <string.h>

#define LISTEN_ALLOWED "udp://HOST:PORT or tcp://HOST:PORT" URL_ALLOWED

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

void
config_read_osc(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "listen", read_listen, 0, NULL, NULL },
		{ "allow", config_read_allow, 0, NULL, NULL },
		{ "limits", config_read_limits, 0, NULL, NULL },
		{ "subscribers", config_read_subscribers, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 4, 0 };

	config_object(reader, item->node, item->path, &keys, reader->desk);
	config_check_subscribers(reader, item);
}
