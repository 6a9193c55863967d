#include "export.h"

#include "protocol/level.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

/*
 * The format is that of Open Stage Control 1.25 and later, read off its
 * sources: a session is a tree of widgets, each an object of properties, and
 * what is left out has the program's default. Widgets that receive the same
 * address follow each other; scripts are JavaScript.
 */

#define SESSION_VERSION "1.25.0"
#define STRIP_WIDTH 96 /* pixels */
#define METER_WIDTH 14
#define METER_FLOOR (-60) /* dBFS at the foot of a meter */
#define METER_TOP 6
#define ID_LONGEST 120

/* Where widgets are added, and what they have in common. */
struct page {
	cJSON *widgets;
	const char *target; /* HOST:PORT */
	const char *name;   /* begins the ids of its widgets */
};

/* An object with a type and an id that no other has: widgets of one id would
 * be one. */
static cJSON *
session_widget(
    const char *type, const char *page, const char *address, const char *tail)
{
	cJSON *widget = cJSON_CreateObject();
	char id[4 * ID_LONGEST];

	snprintf(id, sizeof(id), "%s_%s_%s_%s", page, type, address, tail);
	for (char *c = id; *c; c++)
		if (*c == '/')
			*c = '_';
	cJSON_AddStringToObject(widget, "type", type);
	cJSON_AddStringToObject(widget, "id", id);
	return widget;
}

static cJSON *
session_add(const struct page *page, const char *type, const char *strip,
    const char *tail)
{
	cJSON *widget = session_widget(type, page->name, strip, tail);
	char address[3 * ID_LONGEST];

	snprintf(address, sizeof(address), "/%s/%s", strip, tail);
	cJSON_AddStringToObject(widget, "address", address);
	cJSON_AddStringToObject(widget, "target", page->target);
	cJSON_AddItemToArray(page->widgets, widget);
	return widget;
}

/* A container whose widgets stand below or beside each other. */
static struct page
session_panel(const struct page *page, const char *strip, const char *tail,
    const char *layout, cJSON **panel)
{
	struct page inner = *page;

	*panel = session_widget("panel", page->name, strip, tail);
	cJSON_AddStringToObject(*panel, "layout", layout);
	cJSON_AddBoolToObject(*panel, "scroll", false);
	cJSON_AddBoolToObject(*panel, "innerPadding", false);
	inner.widgets = cJSON_AddArrayToObject(*panel, "widgets");
	cJSON_AddItemToArray(page->widgets, *panel);
	return inner;
}

static void
session_text(const struct page *page, const char *strip, const char *tail,
    const char *text)
{
	cJSON *widget = session_add(page, "text", strip, tail);

	cJSON_AddStringToObject(widget, "default", text);
	cJSON_AddNumberToObject(widget, "height", 24);
	cJSON_AddNumberToObject(widget, "decimals", 1);
}

static void
session_button(const struct page *page, const char *strip, const char *tail,
    const char *label, const char *colour)
{
	cJSON *widget = session_add(page, "button", strip, tail);

	cJSON_AddStringToObject(widget, "label", label);
	cJSON_AddStringToObject(widget, "colorWidget", colour);
	cJSON_AddStringToObject(widget, "mode", "toggle");
	cJSON_AddNumberToObject(widget, "on", 1);
	cJSON_AddNumberToObject(widget, "off", 0);
	cJSON_AddStringToObject(widget, "typeTags", "i");
	cJSON_AddNumberToObject(widget, "height", 32);
}

static void
session_knob(
    const struct page *page, const char *strip, const char *tail, enum param id)
{
	const struct schema_param *param = schema_param(id);
	cJSON *widget = session_add(page, "knob", strip, tail);
	cJSON *range = cJSON_AddObjectToObject(widget, "range");

	cJSON_AddNumberToObject(range, "min", param->min);
	cJSON_AddNumberToObject(range, "max", param->max);
	cJSON_AddNumberToObject(widget, "origin", param->def);
	cJSON_AddNumberToObject(widget, "default", param->def);
	cJSON_AddNumberToObject(widget, "height", 56);
}

/* A point of a scale with a label of its own. */
static void
session_mark(cJSON *range, const char *key, const char *label, double value)
{
	cJSON_AddNumberToObject(
	    cJSON_AddObjectToObject(range, key), label, value);
}

/* A fader in dB, whose scale is the fader law but for its foot. */
static void
session_fader(
    const struct page *page, const char *strip, const char *tail, enum param id)
{
	static const struct {
		const char *key, *label;
		double position;
	} marks[] = { { "6.25%", "-60", 0.0625 }, { "25%", "-30", 0.25 },
		{ "50%", "-10", 0.5 }, { "75%", "0", 0.75 } };
	const struct schema_param *param = schema_param(id);
	cJSON *widget = session_add(page, "fader", strip, tail);
	cJSON *range = cJSON_AddObjectToObject(widget, "range");

	session_mark(range, "min", "off", param->min);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		session_mark(range, marks[i].key, marks[i].label,
		    round(level_from_position(marks[i].position)));
	session_mark(range, "max", "+10", param->max);
	cJSON_AddBoolToObject(widget, "expand", true);
	cJSON_AddBoolToObject(widget, "pips", true);
	cJSON_AddNumberToObject(widget, "decimals", 1);
}

/* A meter: the readings of a stage come as a list, of which the peak, or the
 * higher one of two lanes, goes to a bar. */
static void
session_meter(
    const struct page *page, const struct roster_strip *strip, const char *name)
{
	struct page reader = *page;
	char address[ID_LONGEST], script[2 * ID_LONGEST + 120];
	cJSON *range, *bar;

	snprintf(address, sizeof(address), "bar/%s", strip->address);
	bar = session_widget("fader", page->name, address, name);
	range = cJSON_AddObjectToObject(bar, "range");
	cJSON_AddNumberToObject(range, "min", METER_FLOOR);
	cJSON_AddNumberToObject(range, "max", METER_TOP);
	cJSON_AddStringToObject(bar, "design", "compact");
	cJSON_AddBoolToObject(bar, "interaction", false);
	cJSON_AddBoolToObject(bar, "bypass", true);
	cJSON_AddNumberToObject(bar, "default", METER_FLOOR);
	cJSON_AddNumberToObject(bar, "width", METER_WIDTH);
	cJSON_AddItemToArray(page->widgets, bar);
	snprintf(address, sizeof(address), "meter/%s", strip->address);
	cJSON *reading = session_add(&reader, "variable", address, name);
	snprintf(script, sizeof(script),
	    "var v = [].concat(value)\n"
	    "set('%s', v.length > 3 ? Math.max(v[0], v[3]) : v[0], "
	    "{send: false})",
	    cJSON_GetObjectItem(bar, "id")->valuestring);
	cJSON_AddStringToObject(reading, "onValue", script);
}

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
	    session_panel(page, strip->address, "strip", "vertical", &panel);

	cJSON_AddNumberToObject(panel, "width", STRIP_WIDTH);
	session_text(&column, strip->address, "name", strip->name);
	if (session_has(strip, PARAM_PAN))
		session_knob(&column, strip->address, "pan", PARAM_PAN);
	session_knob(&column, strip->address, "trim", PARAM_TRIM);
	struct page row = session_panel(
	    &column, strip->address, "travel", "horizontal", &middle);
	cJSON_AddBoolToObject(middle, "expand", true);
	session_fader(&row, strip->address, "fader", PARAM_FADER);
	session_meter(&row, strip, "in");
	session_meter(&row, strip, "fader");
	session_text(&column, strip->address, "fader", "");
	session_button(&column, strip->address, "mute", "MUTE", "#d33");
	if (session_has(strip, PARAM_SOLO))
		session_button(&column, strip->address, "solo", "SOLO", "#db3");
}

/* What one strip sends to a bus. */
static void
session_send(
    const struct page *page, const struct roster_strip *strip, const char *bus)
{
	cJSON *panel;
	char tail[ID_LONGEST];
	struct page column =
	    session_panel(page, strip->address, "strip", "vertical", &panel);

	cJSON_AddNumberToObject(panel, "width", STRIP_WIDTH);
	session_text(&column, strip->address, "name", strip->name);
	snprintf(tail, sizeof(tail), "send/%s/pan", bus);
	session_knob(&column, strip->address, tail, PARAM_SEND_PAN);
	snprintf(tail, sizeof(tail), "send/%s/level", bus);
	session_fader(&column, strip->address, tail, PARAM_SEND_LEVEL);
	snprintf(tail, sizeof(tail), "send/%s/mute", bus);
	session_button(&column, strip->address, tail, "MUTE", "#d33");
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
	cJSON *tab = session_widget("tab", "page", name, "tab");
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

/* The program does not subscribe by itself, nor ask for what stands. */
static void
session_start(cJSON *root, const char *target)
{
	static const char *const asked[] = { "/*/*/{name,trim,fader}",
		"/*/*/{pan,mute,solo}", "/master/{name,trim,fader,mute}",
		"/*/*/send/*/*" };
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
	return session;
}
