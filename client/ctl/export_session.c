#include "export.h"

#include "export_widget.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

/*
 * The format is that of Open Stage Control 1.25 and later, read off its
 * sources: a session is a tree of widgets, each an object of properties, and
 * what is left out has the program's default. Widgets that receive the same
 * address follow each other; scripts are JavaScript.
 */

#define SESSION_VERSION "1.25.0"
#define STRIP_WIDTH 96 /* pixels */
#define TAIL_LONGEST 60

static bool
session_has(const struct roster_strip *strip, enum param param)
{
	return schema_param(param)->kinds & KIND_BIT(strip->kind);
}

static void
session_strip(const struct page *page, const struct roster_strip *strip)
{
	cJSON *panel, *middle;
	struct page column =
	    widget_panel(page, strip->address, "strip", "vertical", &panel);

	cJSON_AddNumberToObject(panel, "width", STRIP_WIDTH);
	widget_text(&column, strip->address, "name", strip->name);
	if (session_has(strip, PARAM_PAN))
		widget_knob(&column, strip->address, "pan", PARAM_PAN);
	widget_knob(&column, strip->address, "trim", PARAM_TRIM);
	struct page row = widget_panel(
	    &column, strip->address, "travel", "horizontal", &middle);
	cJSON_AddBoolToObject(middle, "expand", true);
	widget_fader(&row, strip->address, "fader", PARAM_FADER);
	widget_meter(&row, strip, "in");
	widget_meter(&row, strip, "fader");
	widget_text(&column, strip->address, "fader", "");
	widget_button(&column, strip->address, "mute", "MUTE", "#d33");
	if (session_has(strip, PARAM_SOLO))
		widget_button(&column, strip->address, "solo", "SOLO", "#db3");
}

/* What one strip sends to a bus. */
static void
session_send(
    const struct page *page, const struct roster_strip *strip, const char *bus)
{
	cJSON *panel;
	char tail[TAIL_LONGEST];
	struct page column =
	    widget_panel(page, strip->address, "strip", "vertical", &panel);

	cJSON_AddNumberToObject(panel, "width", STRIP_WIDTH);
	widget_text(&column, strip->address, "name", strip->name);
	snprintf(tail, sizeof(tail), "send/%s/pan", bus);
	widget_knob(&column, strip->address, tail, PARAM_SEND_PAN);
	snprintf(tail, sizeof(tail), "send/%s/level", bus);
	widget_fader(&column, strip->address, tail, PARAM_SEND_LEVEL);
	snprintf(tail, sizeof(tail), "send/%s/mute", bus);
	widget_button(&column, strip->address, tail, "MUTE", "#d33");
}

static bool
session_sends(const struct roster_strip *strip, const char *bus)
{
	for (size_t i = 0; i < strip->sends; i++)
		if (strcmp(strip->send[i], bus) == 0)
			return true;
	return false;
}

/* A page whose strips stand beside each other. */
static struct page
session_page(
    cJSON *tabs, const char *target, const char *name, const char *label)
{
	cJSON *tab = widget_new("tab", "page", name, "tab");
	struct page page = { cJSON_CreateArray(), target, name };

	cJSON_AddStringToObject(tab, "label", label);
	cJSON_AddStringToObject(tab, "layout", "horizontal");
	cJSON_AddBoolToObject(tab, "contain", false);
	cJSON_AddItemToObject(tab, "widgets", page.widgets);
	cJSON_AddItemToArray(tabs, tab);
	return page;
}

static void
session_strips(
    const struct page *page, const struct roster *roster, enum strip_kind kind)
{
	for (size_t i = 0; i < roster->strips; i++)
		if (roster->strip[i].kind == kind ||
		    roster->strip[i].kind == STRIP_MASTER)
			session_strip(page, &roster->strip[i]);
}

static void
session_bus(cJSON *tabs, const struct roster *roster, const char *target,
    const struct roster_strip *bus)
{
	const char *id = bus->address + strlen("bus/");
	char label[120];
	bool any = false;

	for (size_t i = 0; i < roster->strips; i++)
		any = any || session_sends(&roster->strip[i], id);
	if (!any)
		return;
	snprintf(label, sizeof(label), "to %s", bus->name[0] ? bus->name : id);
	struct page page = session_page(tabs, target, bus->address, label);
	for (size_t i = 0; i < roster->strips; i++)
		if (session_sends(&roster->strip[i], id))
			session_send(&page, &roster->strip[i], id);
	session_strip(&page, bus);
}

/* What the monitor can hear. */
static cJSON *
session_sources(const struct roster *roster)
{
	cJSON *sources = cJSON_CreateArray();

	cJSON_AddItemToArray(sources, cJSON_CreateString("master"));
	for (size_t i = 0; i < roster->strips; i++)
		if (roster->strip[i].kind == STRIP_BUS)
			cJSON_AddItemToArray(sources,
			    cJSON_CreateString(roster->strip[i].address));
	cJSON_AddItemToArray(sources, cJSON_CreateString("solo"));
	return sources;
}

static cJSON *
session_solo_modes(void)
{
	const char *const *choice = schema_param(PARAM_SOLO_MODE)->choices;
	cJSON *modes = cJSON_CreateArray();

	while (*choice)
		cJSON_AddItemToArray(modes, cJSON_CreateString(*choice++));
	return modes;
}

/* What is heard to the left, how loud to the right. */
static void
session_monitor(const struct page *page, const struct roster *roster,
    const struct roster_strip *strip)
{
	const char *own = strip->address;
	cJSON *panel;
	struct page column =
	    widget_panel(page, own, "choices", "vertical", &panel);

	cJSON_AddNumberToObject(panel, "width", 2 * STRIP_WIDTH);
	widget_text(&column, own, "name", strip->name);
	widget_choice(
	    &column, "dropdown", own, "source", session_sources(roster));
	widget_choice(
	    &column, "switch", own, "solo_mode", session_solo_modes());
	widget_lamp(&column, own, "soloed", "#db3");
	widget_knob(&column, own, "dim_level", PARAM_DIM_LEVEL);
	column = widget_panel(page, own, "strip", "vertical", &panel);
	cJSON_AddNumberToObject(panel, "width", STRIP_WIDTH);
	struct page row =
	    widget_panel(&column, own, "travel", "horizontal", &panel);
	cJSON_AddBoolToObject(panel, "expand", true);
	widget_fader(&row, own, "level", PARAM_LEVEL);
	widget_meter(&row, strip, "fader");
	widget_text(&column, own, "level", "");
	widget_button(&column, own, "dim", "DIM", "#39d");
	widget_button(&column, own, "mono", "MONO", "#39d");
	widget_button(&column, own, "mute", "MUTE", "#d33");
}

static void
session_group(const struct page *page, const struct roster_group *group)
{
	const char *kind = schema_group_name(group->kind);
	cJSON *panel;
	char own[TAIL_LONGEST];

	snprintf(own, sizeof(own), "%s/%s", kind, group->id);
	struct page column =
	    widget_panel(page, own, "strip", "vertical", &panel);
	cJSON_AddNumberToObject(panel, "width", STRIP_WIDTH);
	widget_text(&column, own, "name", group->name);
	if (group->kind == GROUP_MUTE) {
		widget_button(&column, kind, group->id, "MUTE", "#d33");
		return;
	}
	widget_fader(&column, own, "fader", PARAM_DCA_FADER);
	widget_text(&column, own, "fader", "");
	widget_button(&column, own, "mute", "MUTE", "#d33");
}

/* The program does not subscribe by itself, nor ask for what stands. */
static void
session_start(cJSON *root, const char *target)
{
	static const char *const asked[] = { "/*/*/{name,trim,fader}",
		"/*/*/{pan,mute,solo}", "/master/{name,trim,fader,mute}",
		"/*/*/send/*/*", "/monitor/*", "/mutegroup/*" };
	char script[2000];
	int size = snprintf(script, sizeof(script),
	    "var daemon = '%s'\n"
	    "var subscribe = function() {\n"
	    "  send(daemon, '/subscribe', 'state')\n"
	    "  send(daemon, '/subscribe', 'meters', {type: 'i', value: 20})\n"
	    "}\n"
	    "subscribe()\n"
	    "setInterval('subscribe', subscribe, 5000)\n",
	    target);

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		size += snprintf(script + size, sizeof(script) - (size_t)size,
		    "send(daemon, '%s')\n", asked[i]);
	cJSON_AddStringToObject(root, "onCreate", script);
}

cJSON *
export_session(const struct roster *roster, const char *target)
{
	cJSON *session = cJSON_CreateObject();
	cJSON *root, *tabs;

	cJSON_AddStringToObject(session, "createdWith", "Open Stage Control");
	cJSON_AddStringToObject(session, "version", SESSION_VERSION);
	cJSON_AddStringToObject(session, "type", "session");
	root = cJSON_AddObjectToObject(session, "content");
	cJSON_AddStringToObject(root, "type", "root");
	cJSON_AddStringToObject(root, "id", "root");
	session_start(root, target);
	tabs = cJSON_AddArrayToObject(root, "tabs");
	struct page page = session_page(tabs, target, "ch", "Channels");
	session_strips(&page, roster, STRIP_CHANNEL);
	page = session_page(tabs, target, "buses", "Buses");
	session_strips(&page, roster, STRIP_BUS);
	for (size_t i = 0; i < roster->strips; i++)
		if (roster->strip[i].kind == STRIP_BUS)
			session_bus(tabs, roster, target, &roster->strip[i]);
	for (size_t i = 0; i < roster->strips; i++)
		if (roster->strip[i].kind == STRIP_MONITOR) {
			page = session_page(tabs, target, "monitor", "Monitor");
			session_monitor(&page, roster, &roster->strip[i]);
		}
	if (roster->groups != 0)
		page = session_page(tabs, target, "groups", "Groups");
	for (size_t i = 0; i < roster->groups; i++)
		session_group(&page, &roster->group[i]);
	return session;
}
