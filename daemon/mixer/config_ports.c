#include "mixer/config_reader.h"
#include "mixer/port_pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_ALLOWED                                                         \
	"a JACK port name (client:port) or a /regular expression/, at most " \
	"320 bytes"
#define LANE_ALLOWED PORT_ALLOWED ", or a list of these"

/* The expression between the slashes. */
static bool
check_pattern(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const char *expression)
{
	char why[PORT_PATTERN_WHY], allowed[PORT_PATTERN_WHY + 32];
	struct port_pattern *pattern = port_pattern_new(expression, why);

	if (!pattern) {
		snprintf(
		    allowed, sizeof(allowed), "a regular expression (%s)", why);
		config_fail_value(reader, node, path, allowed);
	}
	port_pattern_free(pattern);
	return pattern != NULL;
}

/* What stands in the file without the slashes of a pattern; NULL after an
 * error. */
static char *
port_text(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, bool *pattern)
{
	const char *given = node->valuestring;
	size_t size = strlen(given);
	char *text;

	*pattern = size > 2 && given[0] == '/' && given[size - 1] == '/';
	if (size > CONFIG_PORT_LONGEST ||
	    (!*pattern && (given[0] == '/' || !strchr(given, ':')))) {
		config_fail_value(reader, node, path, PORT_ALLOWED);
		return NULL;
	}
	text = config_copy(reader, given);
	if (!text || !*pattern)
		return text;
	memmove(text, &text[1], size - 2);
	text[size - 2] = '\0';
	if (check_pattern(reader, node, path, text))
		return text;
	free(text);
	return NULL;
}

static void
read_port(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, struct desk_ports *ports)
{
	struct desk_port port;
	void *more;

	if (!cJSON_IsString(node)) {
		config_fail_type(reader, node, path, PORT_ALLOWED);
		return;
	}
	port.text = port_text(reader, node, path, &port.pattern);
	if (!port.text)
		return;
	more = realloc(ports->port, (ports->count + 1) * sizeof(port));
	if (!more) {
		free(port.text);
		reader->no_memory = true;
		return;
	}
	ports->port = more;
	ports->port[ports->count++] = port;
}

static void
read_lane(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, struct desk_ports *ports)
{
	struct config_path step = { path, NULL, 0 };

	if (cJSON_IsString(node)) {
		read_port(reader, node, path, ports);
		return;
	}
	if (!cJSON_IsArray(node)) {
		config_fail_type(reader, node, path, LANE_ALLOWED);
		return;
	}
	for (const cJSON *port = node->child; port; port = port->next) {
		read_port(reader, port, &step, ports);
		step.index++;
	}
}

bool
config_lanes(struct config_reader *reader, const struct config_item *item,
    unsigned lanes, struct desk_ports *ports)
{
	struct config_path step = { item->path, NULL, 0 };
	const char *allowed =
	    lanes == 1 ? "[] or an array of 1 entry, as there is 1 lane"
		       : "[] or an array of 2 entries, as there are 2 lanes";
	size_t count = (size_t)cJSON_GetArraySize(item->node);

	if (!config_array(reader, item->node, item->path, count, allowed))
		return false;
	if (count && lanes && count != lanes)
		config_fail_value(reader, item->node, item->path, allowed);
	for (const cJSON *lane = item->node->child; lane; lane = lane->next) {
		/* What is past the lanes is checked too, and goes last. */
		size_t into =
		    step.index < DESK_LANES ? step.index : DESK_LANES - 1;

		read_lane(reader, lane, &step, &ports[into]);
		step.index++;
	}
	return true;
}

void
config_read_ports(struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;
	const bool from = !strcmp(item->key->name, "from");

	/* Without right lanes nobody knows how many entries are due. */
	if (config_lanes(reader, item, strip->lanes,
		from ? strip->from : strip->outputs) &&
	    !from)
		strip->has_outputs = true;
}
