#include "mixer/desk.h"

#include "mixer/target.h"
#include "protocol/level.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
free_ports(struct desk_ports *ports)
{
	for (size_t i = 0; i < ports->count; i++)
		free(ports->port[i].text);
	free(ports->port);
}

static void
free_insert(struct desk_insert *insert)
{
	for (unsigned lane = 0; lane < DESK_LANES; lane++) {
		free_ports(&insert->send[lane]);
		free_ports(&insert->back[lane]);
	}
	free(insert->uri);
	free(insert->preset);
	free(insert->param);
	free(insert->unread);
}

static void
free_strip(struct desk_strip *strip)
{
	for (size_t i = 0; i < strip->inserts; i++)
		free_insert(&strip->insert[i]);
	free(strip->insert);
	for (unsigned lane = 0; lane < DESK_LANES; lane++) {
		free_ports(&strip->from[lane]);
		free_ports(&strip->outputs[lane]);
	}
	free(strip->to);
	free(strip->send);
}

const char *
desk_role_name(enum desk_role role)
{
	static const char *const name[] = { "none", "view", "mix", "admin" };

	return name[role];
}

void
desk_free_network(struct desk_network *network)
{
	if (network->token)
		explicit_bzero(network->token, strlen(network->token));
	free(network->token);
	free(network->token_file);
	free(network->network);
	for (size_t i = 0; i < network->strips; i++)
		free(network->strip[i]);
}

static int
default_net(struct desk *desk)
{
	static const char *const loopback[] = { "127.0.0.0/8", "::1/128" };

	desk->listen[0] = strdup("udp://127.0.0.1:9018");
	desk->listen[1] = strdup("tcp://127.0.0.1:9018");
	desk->listens = 2;
	if (!desk->listen[0] || !desk->listen[1])
		return -1;
	desk->limits = (struct desk_limits){ .packets = 20000,
		.bytes = 20000000,
		.leases = 64,
		.all_packets = 20000,
		.all_bytes = 20000000 };
	for (size_t i = 0; i < 2; i++) {
		desk->allow[i].network = strdup(loopback[i]);
		if (!desk->allow[i].network)
			return -1;
		desk->allow[i].role = ROLE_ADMIN;
		desk->allow[i].trusted = true;
		desk->allows = i + 1;
	}
	return 0;
}

static void
default_strip(struct desk *desk, struct desk_strip *strip, enum strip_kind kind)
{
	const char *name = schema_kind_name(kind);

	strip->kind = kind;
	strip->place = 1;
	snprintf(strip->id, sizeof(strip->id), "%s", name);
	snprintf(strip->name, sizeof(strip->name), "%s", name);
	strip->lanes = 2;
	strip->align = true;
	for (unsigned i = 0; i < STRIP_VALUES; i++)
		strip->value[i] = schema_param((enum param)i)->def;
	memcpy(strip->target, desk->target[kind], sizeof(strip->target));
}

static int
default_strips(struct desk *desk)
{
	desk->strip = calloc(2, sizeof(*desk->strip));
	if (!desk->strip)
		return -1;
	desk->strips = 2;
	default_strip(desk, &desk->strip[0], STRIP_MASTER);
	default_strip(desk, &desk->strip[1], STRIP_MONITOR);
	desk_set_source(desk, 0);
	return 0;
}

struct desk *
desk_new(void)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	if (!desk)
		return NULL;
	strcpy(desk->name, "headroom");
	desk->pan_law = -3;
	desk->clip_samples = 3;
	desk->insert_share = 50;
	for (int i = 0; i < STRIP_KINDS; i++)
		target_defaults(
		    TARGET_LIVE, (enum strip_kind)i, desk->target[i]);
	for (int i = 0; i < GUARD_VALUES; i++)
		desk->guard[i] =
		    schema_param((enum param)(PARAM_GUARD + i))->def;
	desk->event_bytes = 4000000;
	desk->event_files = 8;
	desk->jack_client = strdup("headroom");
	if (!desk->jack_client || default_net(desk) || default_strips(desk)) {
		desk_free(desk);
		return NULL;
	}
	return desk;
}

void
desk_free(struct desk *desk)
{
	if (!desk)
		return;
	for (size_t i = 0; i < desk->strips; i++)
		free_strip(&desk->strip[i]);
	free(desk->strip);
	for (int i = 0; i < GROUP_KINDS; i++)
		free(desk->group[i]);
	for (size_t i = 0; i < desk->listens; i++)
		free(desk->listen[i]);
	for (size_t i = 0; i < desk->allows; i++)
		desk_free_network(&desk->allow[i]);
	for (size_t i = 0; i < desk->subscribers; i++) {
		free(desk->subscriber[i].url);
		free(desk->subscriber[i].prefix);
	}
	free(desk->jack_client);
	free(desk);
}

unsigned
desk_master(const struct desk *desk)
{
	return (unsigned)(desk->channels + desk->buses);
}

unsigned
desk_monitor(const struct desk *desk)
{
	return desk_master(desk) + 1;
}

int
desk_source(const struct desk *desk, const char *text)
{
	bool by_place;

	if (strcmp(text, "solo") == 0)
		return (int)desk_monitor(desk);
	if (strcmp(text, "master") == 0)
		return (int)desk_master(desk);
	return strncmp(text, "bus/", 4) == 0
		   ? desk_named(desk, STRIP_BUS, text + 4, &by_place)
	       : text[0] != '\0' ? desk_find(desk, STRIP_BUS, text)
				 : -1;
}

void
desk_set_source(struct desk *desk, unsigned strip)
{
	desk->source = strip;
	if (strip == desk_monitor(desk))
		strcpy(desk->source_text, "solo");
	else
		desk_strip_text(&desk->strip[strip], false, desk->source_text);
}

void
desk_aim_monitor(struct desk *desk)
{
	struct desk_strip *monitor = &desk->strip[desk_monitor(desk)];

	memcpy(monitor->target, desk->strip[desk_master(desk)].target,
	    sizeof(monitor->target));
}

/* First index and count of the strips of a kind. */
static size_t
kind_range(const struct desk *desk, enum strip_kind kind, size_t *first)
{
	switch (kind) {
	case STRIP_CHANNEL:
		*first = 0;
		return desk->channels;
	case STRIP_BUS:
		*first = desk->channels;
		return desk->buses;
	case STRIP_MASTER:
		*first = desk_master(desk);
		return 1;
	case STRIP_MONITOR:
		*first = desk_monitor(desk);
		return 1;
	default:
		*first = 0;
		return 0;
	}
}

int
desk_find(const struct desk *desk, enum strip_kind kind, const char *id)
{
	size_t first, count = kind_range(desk, kind, &first);

	for (size_t i = first; i < first + count; i++)
		if (!strcmp(desk->strip[i].id, id))
			return (int)i;
	return -1;
}

int
desk_at(const struct desk *desk, enum strip_kind kind, unsigned place)
{
	size_t first, count = kind_range(desk, kind, &first);

	if (place < 1 || place > count)
		return -1;
	return (int)(first + place - 1);
}

/* The place that a name is, all of it digits without a zero in front: 0 for
 * none that there can be. False for an id. */
static bool
is_place(const char *name, unsigned *place)
{
	size_t digits = strspn(name, "0123456789");

	*place = 0;
	if (digits == 0 || name[digits] != '\0')
		return false;
	if (name[0] != '0' && digits <= 6)
		*place = (unsigned)strtoul(name, NULL, 10);
	return true;
}

int
desk_named(const struct desk *desk, enum strip_kind kind, const char *name,
    bool *by_place)
{
	unsigned place;

	*by_place = is_place(name, &place);
	return *by_place ? desk_at(desk, kind, place)
			 : desk_find(desk, kind, name);
}

int
desk_find_group(const struct desk *desk, enum group_kind kind, const char *id)
{
	for (size_t i = 0; i < desk->groups[kind]; i++)
		if (strcmp(desk->group[kind][i].id, id) == 0)
			return (int)i;
	return -1;
}

int
desk_named_group(const struct desk *desk, enum group_kind kind,
    const char *name, bool *by_place)
{
	unsigned place;

	*by_place = is_place(name, &place);
	if (!*by_place)
		return desk_find_group(desk, kind, name);
	return place <= desk->groups[kind] ? (int)place - 1 : -1;
}

double
desk_groups_gain(const struct desk *desk, const struct desk_strip *strip)
{
	double gain = 1;

	for (int kind = 0; kind < GROUP_KINDS; kind++)
		for (size_t i = 0; i < desk->groups[kind]; i++) {
			const struct desk_group *group = &desk->group[kind][i];
			if ((strip->groups[kind] >> i & 1) == 0)
				continue;
			gain *= group->mute != 0 ? 0 : level_gain(group->fader);
		}
	return gain;
}

bool
desk_feeds_hardware(const struct desk_strip *strip)
{
	return strip->has_outputs || strip->kind == STRIP_MASTER;
}

bool
desk_stage_is_told(const struct desk_strip *strip, unsigned stage)
{
	return strip->kind != STRIP_MONITOR ||
	       (desk_feeds_hardware(strip) && stage == desk_stage_fader(strip));
}

unsigned
desk_stages(const struct desk_strip *strip)
{
	return desk_stage_fader(strip) + 1;
}

unsigned
desk_stage_fader(const struct desk_strip *strip)
{
	return 2 + (unsigned)strip->inserts;
}

const char *
desk_stage_name(const struct desk_strip *strip, unsigned stage)
{
	static const char *const name[2 + DESK_INSERTS] = { "in", "trim",
		"insert/1", "insert/2", "insert/3", "insert/4", "insert/5",
		"insert/6", "insert/7", "insert/8", "insert/9", "insert/10",
		"insert/11", "insert/12", "insert/13", "insert/14", "insert/15",
		"insert/16" };

	return stage == desk_stage_fader(strip) ? "fader" : name[stage];
}

void
desk_strip_text(
    const struct desk_strip *strip, bool by_place, char text[DESK_STRIP_TEXT])
{
	const char *kind = schema_kind_name(strip->kind);

	if (schema_kind_is_one(strip->kind))
		snprintf(text, DESK_STRIP_TEXT, "%s", kind);
	else if (by_place)
		snprintf(text, DESK_STRIP_TEXT, "%s/%u", kind, strip->place);
	else
		snprintf(text, DESK_STRIP_TEXT, "%s/%s", kind, strip->id);
}

size_t
desk_input_count(const struct desk *desk)
{
	size_t lanes = 0;

	for (size_t i = 0; i < desk->channels; i++)
		lanes += desk->strip[i].lanes;
	return lanes;
}

size_t
desk_output_count(const struct desk *desk)
{
	size_t lanes = 0;

	for (size_t i = 0; i < desk->strips; i++)
		lanes += desk->strip[i].lanes;
	return lanes;
}

size_t
desk_send_count(const struct desk *desk)
{
	size_t lanes = 0;

	for (size_t i = 0; i < desk->strips; i++)
		for (size_t k = 0; k < desk->strip[i].inserts; k++)
			if (desk->strip[i].insert[k].kind == INSERT_JACK)
				lanes += desk->strip[i].lanes;
	return lanes;
}
