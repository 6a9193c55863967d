#include "export_widget.h"

#include "protocol/level.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define METER_WIDTH 14
#define METER_FLOOR (-60) /* dBFS at the foot of a meter */
#define METER_TOP 6
#define ID_LONGEST 120

cJSON *
widget_new(
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
widget_add(const struct page *page, const char *type, const char *strip,
    const char *tail)
{
	cJSON *widget = widget_new(type, page->name, strip, tail);
	char address[3 * ID_LONGEST];

	snprintf(address, sizeof(address), "/%s/%s", strip, tail);
	cJSON_AddStringToObject(widget, "address", address);
	cJSON_AddStringToObject(widget, "target", page->target);
	cJSON_AddItemToArray(page->widgets, widget);
	return widget;
}

struct page
widget_panel(const struct page *page, const char *strip, const char *tail,
    const char *layout, cJSON **panel)
{
	struct page inner = *page;

	*panel = widget_new("panel", page->name, strip, tail);
	cJSON_AddStringToObject(*panel, "layout", layout);
	cJSON_AddBoolToObject(*panel, "scroll", false);
	cJSON_AddBoolToObject(*panel, "innerPadding", false);
	inner.widgets = cJSON_AddArrayToObject(*panel, "widgets");
	cJSON_AddItemToArray(page->widgets, *panel);
	return inner;
}

void
widget_text(const struct page *page, const char *strip, const char *tail,
    const char *text)
{
	cJSON *widget = widget_add(page, "text", strip, tail);

	cJSON_AddStringToObject(widget, "default", text);
	cJSON_AddNumberToObject(widget, "height", 24);
	cJSON_AddNumberToObject(widget, "decimals", 1);
}

void
widget_button(const struct page *page, const char *strip, const char *tail,
    const char *label, const char *colour)
{
	cJSON *widget = widget_add(page, "button", strip, tail);

	cJSON_AddStringToObject(widget, "label", label);
	cJSON_AddStringToObject(widget, "colorWidget", colour);
	cJSON_AddStringToObject(widget, "mode", "toggle");
	cJSON_AddNumberToObject(widget, "on", 1);
	cJSON_AddNumberToObject(widget, "off", 0);
	cJSON_AddStringToObject(widget, "typeTags", "i");
	cJSON_AddNumberToObject(widget, "height", 32);
}

void
widget_lamp(const struct page *page, const char *strip, const char *tail,
    const char *colour)
{
	cJSON *widget = widget_add(page, "led", strip, tail);

	cJSON_AddStringToObject(widget, "colorWidget", colour);
	cJSON_AddNumberToObject(widget, "height", 24);
}

void
widget_choice(const struct page *page, const char *type, const char *strip,
    const char *tail, cJSON *values)
{
	cJSON *widget = widget_add(page, type, strip, tail);

	cJSON_AddItemToObject(widget, "values", values);
	cJSON_AddStringToObject(widget, "typeTags", "s");
	cJSON_AddNumberToObject(widget, "height",
	    strcmp(type, "dropdown") == 0 ? 32
					  : 32 * cJSON_GetArraySize(values));
}

void
widget_knob(
    const struct page *page, const char *strip, const char *tail, enum param id)
{
	const struct schema_param *param = schema_param(id);
	cJSON *widget = widget_add(page, "knob", strip, tail);
	cJSON *range = cJSON_AddObjectToObject(widget, "range");

	cJSON_AddNumberToObject(range, "min", param->min);
	cJSON_AddNumberToObject(range, "max", param->max);
	cJSON_AddNumberToObject(widget, "origin", param->def);
	cJSON_AddNumberToObject(widget, "default", param->def);
	cJSON_AddNumberToObject(widget, "height", 56);
}

/* A point of a scale with a label of its own. */
static void
widget_mark(cJSON *range, const char *key, const char *label, double value)
{
	cJSON_AddNumberToObject(
	    cJSON_AddObjectToObject(range, key), label, value);
}

void
widget_fader(
    const struct page *page, const char *strip, const char *tail, enum param id)
{
	static const struct {
		const char *key, *label;
		double position;
	} marks[] = { { "6.25%", "-60", 0.0625 }, { "25%", "-30", 0.25 },
		{ "50%", "-10", 0.5 }, { "75%", "0", 0.75 } };
	const struct schema_param *param = schema_param(id);
	cJSON *widget = widget_add(page, "fader", strip, tail);
	cJSON *range = cJSON_AddObjectToObject(widget, "range");

	widget_mark(range, "min", "off", param->min);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		widget_mark(range, marks[i].key, marks[i].label,
		    round(level_from_position(marks[i].position)));
	widget_mark(range, "max", "+10", param->max);
	cJSON_AddBoolToObject(widget, "expand", true);
	cJSON_AddBoolToObject(widget, "pips", true);
	cJSON_AddNumberToObject(widget, "decimals", 1);
}

/* A meter: the readings of a stage come as a list, of which the peak, or the
 * higher one of two lanes, goes to a bar. */
void
widget_meter(const struct page *page, const struct roster_strip *strip,
    const char *stage)
{
	struct page reader = *page;
	char address[ID_LONGEST], script[2 * ID_LONGEST + 120];
	cJSON *range, *bar;

	snprintf(address, sizeof(address), "bar/%s", strip->address);
	bar = widget_new("fader", page->name, address, stage);
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
	cJSON *reading = widget_add(&reader, "variable", address, stage);
	snprintf(script, sizeof(script),
	    "var v = [].concat(value)\n"
	    "set('%s', v.length > 3 ? Math.max(v[0], v[3]) : v[0], "
	    "{send: false})",
	    cJSON_GetObjectItem(bar, "id")->valuestring);
	cJSON_AddStringToObject(reading, "onValue", script);
}
