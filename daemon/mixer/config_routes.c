#include "mixer/config_reader.h"

#include "mixer/json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSES_TEXT 400 /* bytes of the list of buses in an error */
/* Bytes of the longest loop that is spelled out, with its arrows. */
#define LOOP_TEXT ((DESK_BUSES + 1) * (DESK_ID_LONGEST + 4) + 1)

/* "master, drums, verb", or without the master. */
static void
list_buses(const struct desk *desk, bool master, char text[BUSES_TEXT])
{
	text[0] = '\0';
	if (master)
		config_list(text, BUSES_TEXT, "master");
	for (size_t i = desk->channels; i < desk_master(desk); i++) {
		const char *id = desk->strip[i].id;

		if (id[0] && !config_list(text, BUSES_TEXT, id))
			return;
	}
	if (!text[0])
		snprintf(text, BUSES_TEXT, "none, as there are no buses");
}

static void
add_edge(struct config_reader *reader, struct config_edge edge)
{
	const struct desk *desk = reader->desk;

	if (desk->strip[edge.from].kind != STRIP_BUS ||
	    desk->strip[edge.to].kind != STRIP_BUS)
		return;
	if (reader->edges == reader->edge_room) {
		size_t room = reader->edge_room ? 2 * reader->edge_room : 16;
		void *more = realloc(reader->edge, room * sizeof(edge));

		if (!more) {
			reader->no_memory = true;
			return;
		}
		reader->edge = more;
		reader->edge_room = room;
	}
	reader->edge[reader->edges++] = edge;
}

/* Index of the strip that an element of "to" names, or -1 after an error. */
static int
read_target(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const struct desk_strip *strip)
{
	const struct desk *desk = reader->desk;
	char allowed[BUSES_TEXT];
	int target = -1;

	list_buses(desk, true, allowed);
	if (!cJSON_IsString(node)) {
		config_fail_type(reader, node, path, allowed);
		return -1;
	}
	if (!strcmp(node->valuestring, "master"))
		target = (int)desk_master(desk);
	else if (node->valuestring[0])
		target = desk_find(desk, STRIP_BUS, node->valuestring);
	if (target < 0) {
		config_fail_value(reader, node, path, allowed);
		return -1;
	}
	for (size_t i = 0; i < strip->tos; i++) {
		if (strip->to[i] != (unsigned)target)
			continue;
		config_fail_value(reader, node, path, "each target once");
		return -1;
	}
	return target;
}

void
config_read_to(struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;
	const size_t count = (size_t)cJSON_GetArraySize(item->node);
	struct config_path step = { item->path, NULL, 0 };

	if (!config_array(reader, item->node, item->path, count,
		"an array of bus ids and \"master\", or [] for nowhere"))
		return;
	strip->to = calloc(count + 1, sizeof(*strip->to));
	if (!strip->to) {
		reader->no_memory = true;
		return;
	}
	for (const cJSON *node = item->node->child; node; node = node->next) {
		int target = read_target(reader, node, &step, strip);

		if (target >= 0) {
			strip->to[strip->tos++] = (unsigned)target;
			add_edge(reader,
			    (struct config_edge){
				(unsigned)(strip - reader->desk->strip),
				(unsigned)target, node, false, step.index });
		}
		step.index++;
	}
}

static void
read_send_value(struct config_reader *reader, const struct config_item *item)
{
	struct desk_send *send = item->into;

	config_param(
	    reader, item, &send->value[SEND_VALUE(item->key->param->id)]);
}

static size_t
send_keys(struct config_key key[SEND_VALUES])
{
	size_t count = 0;

	for (unsigned i = PARAM_SEND_LEVEL; i < SEND_END; i++) {
		const struct schema_param *param = schema_param((enum param)i);

		if (param->in_config)
			key[count++] = (struct config_key){ param->tail,
				read_send_value, param->kinds, NULL, param };
	}
	return count;
}

static bool
has_send(const struct desk_strip *strip, unsigned bus)
{
	for (size_t i = 0; i < strip->sends; i++)
		if (strip->send[i].bus == bus)
			return true;
	return false;
}

/* Index of the bus that a key of "sends" names, or -1 after an error. */
static int
read_send_bus(struct config_reader *reader, const cJSON *node,
    const struct config_item *item)
{
	const struct desk_strip *strip = item->into;
	const size_t at = json_text_key(reader->text, node);
	const bool fits = strlen(node->string) <= DESK_ID_LONGEST;
	char allowed[BUSES_TEXT], found[DESK_ID_LONGEST + 16];
	int bus = -1;

	snprintf(found, sizeof(found), "\"%.*s%s\"", DESK_ID_LONGEST,
	    node->string, fits ? "" : "...");
	if (node->string[0])
		bus = desk_find(reader->desk, STRIP_BUS, node->string);
	if (bus < 0) {
		for (char *c = found; *c; c++)
			if ((unsigned char)*c < ' ' ||
			    (unsigned char)*c >= 0x7f)
				*c = '?';
		list_buses(reader->desk, false, allowed);
		config_fail(reader, at, item->path, found, allowed);
		return -1;
	}
	if (has_send(strip, (unsigned)bus)) {
		config_fail(reader, at, item->path, found, "each bus once");
		return -1;
	}
	return bus;
}

void
config_read_sends(struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;
	struct config_key key[SEND_VALUES];
	struct config_keys keys = { key, send_keys(key),
		KIND_BIT(strip->kind) };
	const size_t count = (size_t)cJSON_GetArraySize(item->node);

	if (!cJSON_IsObject(item->node)) {
		config_fail_type(reader, item->node, item->path,
		    "an object of bus ids: { \"verb\": { \"level\": -12 } }");
		return;
	}
	strip->send = calloc(count + 1, sizeof(*strip->send));
	if (!strip->send) {
		reader->no_memory = true;
		return;
	}
	for (const cJSON *node = item->node->child; node; node = node->next) {
		struct config_path step = { item->path, node->string, 0 };
		int bus = read_send_bus(reader, node, item);
		struct desk_send *send = &strip->send[strip->sends];

		if (bus < 0)
			continue;
		strip->sends++;
		send->bus = (unsigned)bus;
		for (unsigned i = 0; i < SEND_VALUES; i++)
			send->value[i] =
			    schema_param((enum param)(PARAM_SEND_LEVEL + i))
				->def;
		add_edge(reader, (struct config_edge){
				     (unsigned)(strip - reader->desk->strip),
				     (unsigned)bus, node, true, 0 });
		config_object(reader, node, &step, &keys, send);
	}
}

/* The buses on the way from where the search began. */
struct trail {
	unsigned bus[DESK_BUSES];
	size_t count;
	enum { UNSEEN, ON_TRAIL, DONE } state[DESK_BUSES];
	bool loops; /* it came back to one of them */
};

static void
fail_loop(struct config_reader *reader, const struct trail *trail,
    const struct config_edge *edge)
{
	const struct desk *desk = reader->desk;
	const struct config_path list = { NULL, "buses", 0 };
	const struct config_path bus = { &list, NULL,
		desk->strip[edge->from].place - 1 };
	const struct config_path key = { &bus, edge->send ? "sends" : "to", 0 };
	const struct config_path last = { &key,
		edge->send ? edge->node->string : NULL, edge->index };
	char found[LOOP_TEXT];
	size_t first = 0, at = 0;

	while (trail->bus[first] != edge->to)
		first++;
	for (size_t i = first; i < trail->count; i++)
		at += (size_t)sprintf(&found[at], "%s -> ",
		    config_shown_id(&desk->strip[trail->bus[i]]));
	sprintf(&found[at], "%s", config_shown_id(&desk->strip[edge->to]));
	config_fail(reader, (size_t)edge->node->valueint, &last, found,
	    "routes that never lead back to the same bus");
}

/* Follows every route of the last bus on the trail. */
static void
follow(struct config_reader *reader, struct trail *trail)
{
	const size_t first = reader->desk->channels;
	const unsigned from = trail->bus[trail->count - 1];

	trail->state[from - first] = ON_TRAIL;
	for (size_t i = 0; i < reader->edges; i++) {
		const struct config_edge *edge = &reader->edge[i];

		if (edge->from != from ||
		    trail->state[edge->to - first] == DONE)
			continue;
		if (trail->state[edge->to - first] == ON_TRAIL) {
			fail_loop(reader, trail, edge);
			trail->loops = true;
			continue;
		}
		trail->bus[trail->count++] = edge->to;
		follow(reader, trail);
		trail->count--;
	}
	trail->state[from - first] = DONE;
}

bool
config_check_loops(struct config_reader *reader)
{
	const struct desk *desk = reader->desk;
	struct trail trail = { .count = 0 };

	for (size_t i = 0; i < desk->buses; i++) {
		if (trail.state[i] != UNSEEN)
			continue;
		trail.bus[0] = (unsigned)(desk->channels + i);
		trail.count = 1;
		follow(reader, &trail);
	}
	return !trail.loops;
}
