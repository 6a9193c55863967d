#include "edge/osc_internal.h"

#include "mixer/plugin.h"
#include "mixer/plugin_param.h"
#include "protocol/match.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 8
#define FEW 12 /* strips that are named one by one */

struct text {
	char *at;
	size_t size, used;
};

/* An address taken apart. */
struct path {
	char copy[MATCH_LONGEST + 1];
	const char *part[PARTS]; /* "" behind the last one */
};

__attribute__((format(printf, 2, 3))) static void
text_add(struct text *text, const char *format, ...)
{
	va_list arguments;
	int more;

	va_start(arguments, format);
	more = vsnprintf(
	    text->at + text->used, text->size - text->used, format, arguments);
	va_end(arguments);
	text->used += more > 0 ? (size_t)more : 0;
	if (text->used >= text->size)
		text->used = text->size - 1;
}

static void
path_split(struct path *path, const char *address)
{
	size_t count = 0;
	char *at = path->copy;

	snprintf(path->copy, sizeof(path->copy), "%s", address + 1);
	while (count < PARTS) {
		path->part[count++] = at;
		at += strcspn(at, "/");
		if (*at == '/')
			*at++ = '\0';
	}
}

static const char *
kind_word(enum strip_kind kind, bool many)
{
	if (kind == STRIP_CHANNEL)
		return many ? "channels" : "channel";
	return many ? "buses" : "bus";
}

/* --- strips --- */

static void
say_strips(struct text *text, const struct desk *desk, enum strip_kind kind)
{
	size_t count = kind == STRIP_CHANNEL ? desk->channels : desk->buses;

	if (count == 0) {
		text_add(text, "; this desk has no %s", kind_word(kind, true));
		return;
	}
	text_add(text, "; allowed ");
	if (count > FEW) {
		text_add(text, "1 to %zu, or an id that /list names", count);
		return;
	}
	for (unsigned place = 1; place <= count; place++) {
		int index = desk_at(desk, kind, place);

		if (index >= 0)
			text_add(text, "%s%s", place > 1 ? ", " : "",
			    desk->strip[index].id);
	}
}

/* The strip that stands at `*at` in the path, which is moved behind it; -1
 * when there is none, after saying so. */
static int
find_strip(struct text *text, const struct desk *desk, const struct path *path,
    size_t *at)
{
	const char *part = path->part[*at], *id = path->part[*at + 1];
	enum strip_kind kind = STRIP_BUS;
	bool by_place;
	int index;

	for (int one = 0; one < STRIP_KINDS; one++)
		if (schema_kind_is_one((enum strip_kind)one) &&
		    strcmp(part, schema_kind_name((enum strip_kind)one)) == 0) {
			*at += 1;
			return desk_at(desk, (enum strip_kind)one, 1);
		}
	if (strcmp(part, schema_kind_name(STRIP_CHANNEL)) == 0)
		kind = STRIP_CHANNEL;
	*at += 2;
	index = desk_named(desk, kind, id, &by_place);
	if (index >= 0)
		return index;
	if (id[0] == '\0')
		text_add(text, "found nothing behind \"%s\"", part);
	else if (by_place)
		text_add(text, "found no %s at place %s",
		    kind_word(kind, false), id);
	else
		text_add(
		    text, "found no %s \"%s\"", kind_word(kind, false), id);
	say_strips(text, desk, kind);
	return -1;
}

static bool
names_strip(const char *part)
{
	for (enum strip_kind kind = 0; kind < STRIP_KINDS; kind++) {
		if (strcmp(part, schema_kind_name(kind)) == 0)
			return true;
	}
	return false;
}

static void
say_groups(struct text *text, const struct desk *desk, const struct path *path,
    enum group_kind kind)
{
	const char *name = kind == GROUP_DCA ? "DCA" : "mute group";
	size_t count = desk->groups[kind];
	bool by_place;

	if (desk_named_group(desk, kind, path->part[1], &by_place) >= 0) {
		text_add(text, "found no \"%s\" in a %s; allowed %s",
		    path->part[2], name,
		    kind == GROUP_DCA ? "fader, fader/position, mute, name"
				      : "name, or nothing");
		return;
	}
	text_add(text, "found no %s \"%s\"", name, path->part[1]);
	if (count == 0)
		text_add(text, "; this desk has no %ss", name);
	for (size_t i = 0; i < count && i < FEW; i++)
		text_add(text, "%s%s", i > 0 ? ", " : "; allowed ",
		    desk->group[kind][i].id);
	if (count > FEW)
		text_add(text, ", ... as /list names them");
}

/* --- what stands behind them --- */

static void
say_tails(struct text *text, enum schema_scope scope, unsigned kinds)
{
	const char *between = "";

	for (enum param id = 0; id < PARAMS; id++) {
		const struct schema_param *param = schema_param(id);

		if (param->scope != scope || (kinds && !(param->kinds & kinds)))
			continue;
		text_add(text, "%s%s", between, param->tail);
		between = ", ";
	}
}

static void
say_sends(struct text *text, const struct desk *desk, unsigned index,
    const struct path *path, size_t at)
{
	const struct desk_strip *strip = &desk->strip[index];
	const char *bus = path->part[at];
	bool by_place;
	int named = desk_named(desk, STRIP_BUS, bus, &by_place);

	for (size_t i = 0; i < strip->sends; i++) {
		if ((int)strip->send[i].bus != named)
			continue;
		text_add(text, "found no \"%s\" in a send; allowed ",
		    path->part[at + 1]);
		say_tails(text, SCOPE_SEND, KIND_BIT(strip->kind));
		return;
	}
	text_add(text, "found no send from \"%s\" to \"%s\"", strip->id, bus);
	if (strip->sends == 0)
		text_add(text, "; it has no sends");
	for (size_t i = 0; i < strip->sends; i++)
		text_add(text, "%s%s", i > 0 ? ", " : "; allowed ",
		    desk->strip[strip->send[i].bus].id);
}

/* `at` is the part behind "insert". */
static void
say_insert(struct text *text, const struct desk_strip *strip,
    const struct path *path, size_t at)
{
	unsigned long number = strtoul(path->part[at], NULL, 10);
	const struct plugin *plugin;
	char nearest[160];

	if (number < 1 || number > strip->inserts) {
		text_add(text, "found no insert slot \"%s\" in \"%s\"; ",
		    path->part[at], strip->id);
		if (strip->inserts == 0)
			text_add(text, "it has none");
		else
			text_add(text, "allowed 1 to %zu", strip->inserts);
		return;
	}
	plugin = strip->insert[number - 1].plugin;
	if (strcmp(path->part[at + 1], "param") != 0) {
		text_add(text, "found no \"%s\" in insert slot %lu; allowed ",
		    path->part[at + 1], number);
		say_tails(text, SCOPE_INSERT, 0);
		if (plugin)
			text_add(text, ", param/<symbol>");
		return;
	}
	if (!plugin) {
		text_add(text,
		    "found a parameter; insert slot %lu has no plugin that "
		    "runs here",
		    number);
		return;
	}
	plugin_param_nearest(
	    plugin, path->part[at + 2], nearest, sizeof(nearest));
	text_add(text, "found no parameter \"%s\" in \"%s\"; allowed %s",
	    path->part[at + 2], plugin->name, nearest);
}

static void
say_strip(struct text *text, const struct mixer *mixer, const struct path *path)
{
	const struct desk *desk = mixer_desk(mixer);
	size_t at = 0;
	int index = find_strip(text, desk, path, &at);
	const struct desk_strip *strip;

	if (index < 0)
		return;
	strip = &desk->strip[index];
	if (strcmp(path->part[at], "send") == 0 && path->part[at + 1][0]) {
		say_sends(text, desk, (unsigned)index, path, at + 1);
		return;
	}
	if (strcmp(path->part[at], "insert") == 0) {
		say_insert(text, strip, path, at + 1);
		return;
	}
	if (path->part[at][0] == '\0')
		text_add(
		    text, "found nothing behind \"%s\"; allowed ", strip->id);
	else
		text_add(text, "found no \"%s%s%s\" in \"%s\"; allowed ",
		    path->part[at], path->part[at + 1][0] ? "/" : "",
		    path->part[at + 1], strip->id);
	say_tails(text, SCOPE_STRIP, KIND_BIT(strip->kind));
	if (strip->sends > 0)
		text_add(text, ", send/<bus>/...");
	if (strip->inserts > 0)
		text_add(text, ", insert/<n>/...");
}

static void
say_meter(struct text *text, const struct mixer *mixer, const struct path *path)
{
	const struct desk *desk = mixer_desk(mixer);
	size_t at = 1;
	bool headroom = strcmp(path->part[0], "headroom") == 0;
	int index;

	if (!names_strip(path->part[at])) {
		text_add(text,
		    "found no strip \"%s\" behind /%s; allowed ch, bus, "
		    "master, monitor%s",
		    path->part[at], path->part[0], headroom ? ", reset" : "");
		return;
	}
	index = find_strip(text, desk, path, &at);
	if (index < 0)
		return;
	text_add(text, "found no stage \"%s%s%s\" in \"%s\"; allowed ",
	    path->part[at], path->part[at + 1][0] ? "/" : "",
	    path->part[at + 1], desk->strip[index].id);
	for (unsigned i = 0; i < mixer_stages(mixer, (unsigned)index); i++)
		text_add(text, "%s%s", i > 0 ? ", " : "",
		    mixer_stage_name(mixer, (unsigned)index, i));
	if (headroom)
		text_add(text, ", reset");
}

static void
say_loudness(
    struct text *text, const struct mixer *mixer, const struct path *path)
{
	const struct desk *desk = mixer_desk(mixer);
	size_t at = 1;
	int index;

	if (!names_strip(path->part[at])) {
		text_add(text,
		    "found no strip \"%s\" behind /loudness; allowed bus, "
		    "master, monitor, reset",
		    path->part[at]);
		return;
	}
	index = find_strip(text, desk, path, &at);
	if (index < 0)
		return;
	if (desk->strip[index].kind == STRIP_CHANNEL)
		text_add(text,
		    "found a channel; allowed a bus, the master or the "
		    "monitor: only what is summed up has a loudness");
	else
		text_add(text, "found no \"%s\" in it; allowed reset",
		    path->part[at]);
}

static void
say_status(struct text *text, const struct path *path)
{
	const char *drops = schema_param(PARAM_STATUS_DROPS)->tail;

	if (strcmp(path->part[1], drops) != 0) {
		text_add(text, "found no \"%s\" in /status; allowed ",
		    path->part[1]);
		say_tails(text, SCOPE_STATUS, 0);
		return;
	}
	text_add(text, "found no \"%s\" in /status/%s; allowed ", path->part[2],
	    drops);
	for (enum mixer_drop drop = 0; drop < DROPS; drop++)
		text_add(
		    text, "%s%s", drop > 0 ? ", " : "", mixer_drop_name(drop));
}

void
osc_unknown(
    const struct mixer *mixer, const char *address, char *why, size_t why_size)
{
	struct text text = { .at = why, .size = why_size };
	struct path path;

	path_split(&path, address);
	for (int kind = 0; kind < GROUP_KINDS; kind++)
		if (strcmp(path.part[0],
			schema_group_name((enum group_kind)kind)) == 0) {
			say_groups(&text, mixer_desk(mixer), &path,
			    (enum group_kind)kind);
			return;
		}
	if (names_strip(path.part[0])) {
		say_strip(&text, mixer, &path);
	} else if (strcmp(path.part[0], "meter") == 0 ||
		   strcmp(path.part[0], "headroom") == 0) {
		say_meter(&text, mixer, &path);
	} else if (strcmp(path.part[0], "loudness") == 0) {
		say_loudness(&text, mixer, &path);
	} else if (strcmp(path.part[0], "status") == 0) {
		say_status(&text, &path);
	} else {
		text_add(&text,
		    "found no \"/%s\"; allowed /ch, /bus, /master, /monitor, "
		    "/dca, /mutegroup, "
		    "/meter, /headroom, /loudness, /status, or a command: ",
		    path.part[0]);
		say_tails(&text, SCOPE_DESK, 0);
	}
}
