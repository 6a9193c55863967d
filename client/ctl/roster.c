#include "roster_blob.h"

#include "protocol/blob.h"
#include "protocol/level.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_AGAIN 0.25 /* seconds */

/* A roster that is being told. */
struct telling {
	struct roster *roster;
	double now;
	bool complete;
	int error;
};

static enum strip_kind
roster_kind(const char *address)
{
	if (strncmp(address, "ch/", 3) == 0)
		return STRIP_CHANNEL;
	if (strcmp(address, "monitor") == 0)
		return STRIP_MONITOR;
	return strncmp(address, "bus/", 4) == 0 ? STRIP_BUS : STRIP_MASTER;
}

static int
roster_stages(struct roster_strip *strip, const char *names, double now)
{
	char name[sizeof(strip->stage->name)];
	int end = 0;

	strip->stage = calloc(ROSTER_STAGES, sizeof(*strip->stage));
	if (!strip->stage)
		return -ENOMEM;
	while (strip->stages < ROSTER_STAGES &&
	       sscanf(names, "%23s%n", name, &end) == 1) {
		struct roster_stage *stage = &strip->stage[strip->stages++];
		snprintf(stage->name, sizeof(stage->name), "%s", name);
		stage->shown = true;
		for (unsigned i = 0; i < ROSTER_LANES; i++) {
			struct roster_lane *lane = &stage->lane[i];
			bar_reset(&lane->bar, now);
			lane->peak = lane->true_peak = lane->rms =
			    lane->highest = LEVEL_SILENCE;
		}
		names += end;
	}
	return 0;
}

static int
roster_add(struct roster *roster, const struct schema_value *value, double now)
{
	struct roster_strip *grown =
	    realloc(roster->strip, (roster->strips + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	roster->strip = grown;
	struct roster_strip *strip = &grown[roster->strips++];
	*strip = (struct roster_strip){ .kind = roster_kind(value[0].text),
		.lanes = value[2].number < 2 ? 1 : ROSTER_LANES,
		.place = 1,
		.outputs = value[4].number != 0,
		.shown = true };
	snprintf(strip->address, sizeof(strip->address), "%s", value[0].text);
	snprintf(strip->name, sizeof(strip->name), "%s", value[1].text);
	for (size_t i = 0; i + 1 < roster->strips; i++)
		strip->place += grown[i].kind == strip->kind;
	return roster_stages(strip, value[3].text, now);
}

struct roster_strip *
roster_find(struct roster *roster, const char *address)
{
	for (size_t i = 0; i < roster->strips; i++)
		if (strcmp(roster->strip[i].address, address) == 0)
			return &roster->strip[i];
	return NULL;
}

static int
roster_add_send(struct roster *roster, const char *address, const char *bus)
{
	struct roster_strip *strip = roster_find(roster, address);

	if (!strip)
		return 0;
	char(*grown)[36] =
	    realloc(strip->send, (strip->sends + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	strip->send = grown;
	snprintf(grown[strip->sends++], sizeof(*grown), "%s", bus);
	return 0;
}

static int
roster_add_slot(struct roster *roster, const struct schema_value *value)
{
	struct roster_strip *strip = roster_find(roster, value[0].text);

	if (!strip)
		return 0;
	struct roster_slot *grown =
	    realloc(strip->slot, (strip->slots + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	strip->slot = grown;
	struct roster_slot *slot = &grown[strip->slots++];
	slot->number = (unsigned)value[1].number;
	snprintf(slot->kind, sizeof(slot->kind), "%s", value[2].text);
	snprintf(slot->name, sizeof(slot->name), "%s", value[3].text);
	snprintf(slot->state, sizeof(slot->state), "%s", value[4].text);
	return 0;
}

static int
roster_add_group(struct roster *roster, enum group_kind kind,
    const struct schema_value *value)
{
	struct roster_group *grown =
	    realloc(roster->group, (roster->groups + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	roster->group = grown;
	struct roster_group *group = &grown[roster->groups++];
	*group = (struct roster_group){ .kind = kind,
		.wanted = (size_t)value[2].number };
	snprintf(group->id, sizeof(group->id), "%s", value[0].text);
	snprintf(group->name, sizeof(group->name), "%s", value[1].text);
	return 0;
}

static int
roster_add_member(struct roster_group *group, const char *address, size_t size)
{
	char(*grown)[48] =
	    realloc(group->strip, (group->strips + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	group->strip = grown;
	snprintf(
	    grown[group->strips++], sizeof(*grown), "%.*s", (int)size, address);
	return 0;
}

/* They come behind their group, with blanks between them. */
static int
roster_add_members(struct roster *roster, const struct schema_value *value)
{
	const char *at = value[1].text;
	int error = 0;

	if (roster->groups == 0)
		return 0;
	struct roster_group *group = &roster->group[roster->groups - 1];
	if (strcmp(group->id, value[0].text) != 0)
		return 0;
	while (*at && !error) {
		size_t size = strcspn(at, " ");
		error = roster_add_member(group, at, size);
		at += size + (at[size] == ' ');
	}
	return error;
}

static void
roster_aim(struct roster *roster, const struct schema_value *value)
{
	struct roster_strip *strip = roster_find(roster, value[0].text);

	if (!strip)
		return;
	strip->low = value[1].number;
	strip->high = value[2].number;
	strip->aimed = true;
}

/* Has the target of every strip been told, every slot that is a stage, and every
 * strip of a group? */
static bool
roster_is_whole(const struct roster *roster)
{
	for (size_t i = 0; i < roster->strips; i++) {
		const struct roster_strip *strip = &roster->strip[i];
		size_t slots = 0;
		for (unsigned s = 0; s < strip->stages; s++)
			slots +=
			    strncmp(strip->stage[s].name, "insert/", 7) == 0;
		if (slots != strip->slots || !strip->aimed)
			return false;
	}
	for (size_t i = 0; i < roster->groups; i++)
		if (roster->group[i].strips != roster->group[i].wanted)
			return false;
	return true;
}

static void
roster_told(void *arg, const struct link_message *message)
{
	struct telling *telling = arg;
	struct roster *roster = telling->roster;
	const struct schema_value *value = message->value;
	int error = 0;

	if (telling->complete)
		return;
	if (link_is(message, "/list", "ssisi"))
		error = roster_add(roster, value, telling->now);
	else if (link_is(message, "/list/send", "ss"))
		error = roster_add_send(roster, value[0].text, value[1].text);
	else if (link_is(message, "/list/slot", "sisssi"))
		error = roster_add_slot(roster, value);
	else if (link_is(message, "/list/target", "sff"))
		roster_aim(roster, value);
	else if (link_is(message, "/list/dca", "ssi"))
		error = roster_add_group(roster, GROUP_DCA, value);
	else if (link_is(message, "/list/mutegroup", "ssi"))
		error = roster_add_group(roster, GROUP_MUTE, value);
	else if (link_is(message, "/list/dca/strips", "ss") ||
		 link_is(message, "/list/mutegroup/strips", "ss"))
		error = roster_add_members(roster, value);
	else if (link_is(message, "/list/end", "iii"))
		/* A number that differs means that a packet was lost. */
		telling->complete = value[0].number == (double)roster->strips &&
				    value[1].number + value[2].number ==
					(double)roster->groups &&
				    roster_is_whole(roster);
	if (error)
		telling->error = error;
}

int
roster_load(struct roster *roster, struct link *link, double seconds)
{
	struct telling telling = { .roster = roster, .now = link_now() };
	double asked = 0, end = telling.now + seconds;

	*roster = (struct roster){ 0 };
	while (!telling.complete) {
		double now = link_now();
		if (now >= end)
			telling.error = -ETIMEDOUT;
		if (telling.error) {
			roster_free(roster);
			return telling.error;
		}
		if (now - asked >= ASK_AGAIN) {
			roster_free(roster);
			osc_pack_print(&link->packer, "/list", "");
			link_flush(link);
			asked = now;
		}
		int got =
		    link_receive(link, ASK_AGAIN / 4, roster_told, &telling);
		if (got > 0)
			asked = link_now();
		else if (got < 0)
			link->fault = telling.error = got;
	}
	return 0;
}

void
roster_free(struct roster *roster)
{
	for (size_t i = 0; i < roster->strips; i++) {
		free(roster->strip[i].stage);
		free(roster->strip[i].send);
		free(roster->strip[i].slot);
	}
	for (size_t i = 0; i < roster->groups; i++)
		free(roster->group[i].strip);
	free(roster->group);
	free(roster->strip);
	free(roster->entry);
	*roster = (struct roster){ 0 };
}

/* Does `prefix` end where a part of `address` does? */
static bool
roster_under(const char *prefix, const char *address)
{
	size_t size = strlen(prefix);

	while (size && prefix[size - 1] == '/')
		size--;
	return strncmp(prefix, address, size) == 0 &&
	       (!size || !address[size] || address[size] == '/');
}

static bool
roster_stage_under(const char *prefix, const struct roster_strip *strip,
    const struct roster_stage *stage)
{
	char text[96];

	snprintf(text, sizeof(text), "%s/%s", strip->address, stage->name);
	if (roster_under(prefix, text))
		return true;
	if (schema_kind_is_one(strip->kind))
		return false;
	snprintf(text, sizeof(text), "%s/%u/%s", schema_kind_name(strip->kind),
	    strip->place, stage->name);
	return roster_under(prefix, text);
}

size_t
roster_narrow(struct roster *roster, const char *prefix)
{
	size_t shown = 0;

	prefix += *prefix == '/';
	if (roster_under("meter", prefix))
		prefix += strlen("meter");
	prefix += *prefix == '/';
	for (size_t i = 0; i < roster->strips; i++) {
		struct roster_strip *strip = &roster->strip[i];
		strip->shown = false;
		strip->has_loudness = strip->kind != STRIP_CHANNEL;
		for (unsigned s = 0; s < strip->stages; s++) {
			struct roster_stage *stage = &strip->stage[s];
			stage->shown = roster_stage_under(prefix, strip, stage);
			strip->shown = strip->shown || stage->shown;
			strip->has_loudness &= stage->shown;
			shown += stage->shown;
		}
	}
	return shown;
}

/* The stage that a meter address, its "/meter/" gone, leads to. */
static struct roster_stage *
roster_stage(struct roster_strip *strip, const char *address)
{
	size_t size = strlen(strip->address);

	if (strncmp(strip->address, address, size) != 0 || address[size] != '/')
		return NULL;
	for (unsigned i = 0; i < strip->stages; i++)
		if (strcmp(strip->stage[i].name, address + size + 1) == 0)
			return &strip->stage[i];
	return NULL;
}

/* Whatever comes, what is shown is a number. */
static double
roster_level(const struct schema_value *value)
{
	return value->number > LEVEL_SILENCE ? value->number : LEVEL_SILENCE;
}

void
roster_feed(struct roster_stage *stage, unsigned lanes, unsigned lane,
    const double level[3], double now)
{
	struct roster_lane *fed = &stage->lane[lane];
	double peak = level[0], true_peak = level[2];

	fed->rms = level[1];
	if (!fed->read || peak > fed->peak)
		fed->peak = peak;
	if (!fed->read || true_peak > fed->true_peak)
		fed->true_peak = true_peak;
	if (true_peak > fed->highest)
		fed->highest = true_peak;
	bar_feed(&fed->bar, peak, now);
	fed->read = true;
	stage->read = true;
	for (unsigned i = 0; i < lanes; i++)
		stage->read = stage->read && stage->lane[i].read;
}

static void
roster_take(struct roster_stage *stage, unsigned lanes,
    const struct link_message *message, double now)
{
	for (unsigned i = 0; i < ROSTER_LANES && 3 * i + 2 < message->values;
	     i++) {
		const double level[] = {
			roster_level(&message->value[3 * i]),
			roster_level(&message->value[3 * i + 1]),
			roster_level(&message->value[3 * i + 2]),
		};
		roster_feed(stage, lanes, i, level, now);
	}
}

static struct roster_strip *
roster_read_loudness(struct roster *roster, const struct link_message *message)
{
	struct roster_strip *strip =
	    roster_find(roster, message->address + strlen("/loudness/"));

	if (!strip || message->values != LOUDNESSES)
		return NULL;
	for (size_t i = 0; i < LOUDNESSES; i++)
		strip->loudness[i] = roster_level(&message->value[i]);
	strip->loudness_read = true;
	return strip;
}

/* A target that was moved. */
static struct roster_strip *
roster_read_target(struct roster *roster, const struct link_message *message)
{
	const char *tail = strstr(message->address, "/target/");
	char part[sizeof(roster->strip->address)];

	if (!tail || tail == message->address ||
	    !link_is(message, message->address, "f"))
		return NULL;
	snprintf(part, sizeof(part), "%.*s", (int)(tail - message->address - 1),
	    message->address + 1);
	struct roster_strip *strip = roster_find(roster, part);
	/* The monitor is judged as the master. */
	struct roster_strip *monitor = strip && strip->kind == STRIP_MASTER
					   ? roster_find(roster, "monitor")
					   : NULL;
	if (strip && strcmp(tail, "/target/low") == 0)
		strip->low = message->value[0].number;
	else if (strip && strcmp(tail, "/target/high") == 0)
		strip->high = message->value[0].number;
	else
		return NULL;
	if (monitor) {
		monitor->low = strip->low;
		monitor->high = strip->high;
	}
	return strip;
}

struct roster_strip *
roster_read(
    struct roster *roster, const struct link_message *message, double now)
{
	if (strncmp(message->address, "/loudness/", 10) == 0)
		return roster_read_loudness(roster, message);
	if (strcmp(message->address, BLOB_ADDRESS) == 0)
		return roster_read_blob(roster, message, now);
	if (strcmp(message->address, "/event/desk") == 0)
		roster->outdated = true;
	if (strncmp(message->address, "/meter/", 7) != 0)
		return roster_read_target(roster, message);
	/* Readings come in desk order: mostly the strip of the last one. */
	for (size_t i = 0; i < roster->strips; i++) {
		size_t at = (roster->next + i) % roster->strips;
		struct roster_stage *stage =
		    roster_stage(&roster->strip[at], message->address + 7);
		if (!stage)
			continue;
		roster->next = at;
		roster_take(stage, roster->strip[at].lanes, message, now);
		return &roster->strip[at];
	}
	return NULL;
}

void
roster_restart(struct roster *roster)
{
	for (size_t i = 0; i < roster->strips; i++)
		for (unsigned s = 0; s < roster->strip[i].stages; s++) {
			struct roster_stage *stage = &roster->strip[i].stage[s];
			stage->read = false;
			for (unsigned l = 0; l < ROSTER_LANES; l++)
				stage->lane[l].read = false;
		}
}

bool
roster_complete(const struct roster *roster)
{
	for (size_t i = 0; i < roster->strips; i++) {
		if (roster->strip[i].has_loudness &&
		    !roster->strip[i].loudness_read)
			return false;
		for (unsigned s = 0; s < roster->strip[i].stages; s++) {
			const struct roster_stage *stage =
			    &roster->strip[i].stage[s];
			if (stage->shown && !stage->read)
				return false;
		}
	}
	return true;
}

struct zone_target
roster_target(
    const struct roster_strip *strip, const struct roster_stage *stage)
{
	return zone_window(strip->kind, strcmp(stage->name, "fader") == 0,
	    strip->low, strip->high);
}

enum zone
roster_zone(const struct roster_strip *strip, const struct roster_stage *stage,
    double peak)
{
	struct zone_target target = roster_target(strip, stage);

	return zone_of(
	    &target, strip->outputs && strcmp(stage->name, "fader") == 0, peak);
}

double
roster_headroom(const struct roster_lane *lane)
{
	/* A float of -6.2 is a little more than that: what is lost on the
	 * wire is no reason to show a tenth less. */
	return floor((0 - lane->highest) * 10 + 1e-4) / 10;
}

void
roster_reset_highest(struct roster *roster)
{
	for (size_t i = 0; i < roster->strips; i++)
		for (unsigned s = 0; s < roster->strip[i].stages; s++)
			for (unsigned l = 0; l < ROSTER_LANES; l++)
				roster->strip[i].stage[s].lane[l].highest =
				    LEVEL_SILENCE;
}
