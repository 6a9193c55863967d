#ifndef CTL_EXPORT_WIDGET_H
#define CTL_EXPORT_WIDGET_H

#include "roster.h"

#include "protocol/schema.h"

#include <cjson/cJSON.h>

/*
 * The widgets of a session of Open Stage Control, each added to a page. Their
 * addresses are /STRIP/TAIL. One thread.
 */

/* Where widgets are added, and what they have in common. */
struct page {
	cJSON *widgets;
	const char *target; /* HOST:PORT */
	const char *name;   /* begins the ids of its widgets */
};

/* A widget of a type with an id that no other has, which belongs to no page yet:
 * widgets of one id would be one. */
cJSON *widget_new(
    const char *type, const char *page, const char *address, const char *tail);

/* A container whose widgets stand below ("vertical") or beside ("horizontal")
 * each other. */
struct page widget_panel(const struct page *page, const char *strip,
    const char *tail, const char *layout, cJSON **panel);

/* Shows a value, or `text` until there is one. */
void widget_text(const struct page *page, const char *strip, const char *tail,
    const char *text);

/* 1 while it is on, else 0. */
void widget_button(const struct page *page, const char *strip, const char *tail,
    const char *label, const char *colour);

/* Is lit at 1. */
void widget_lamp(const struct page *page, const char *strip, const char *tail,
    const char *colour);

/* Buttons, or with "dropdown" a menu, one of which is chosen; takes `values`, an
 * array of texts. */
void widget_choice(const struct page *page, const char *type, const char *strip,
    const char *tail, cJSON *values);

void widget_knob(const struct page *page, const char *strip, const char *tail,
    enum param id);

/* A fader in dB, whose scale is the fader law but for its foot. */
void widget_fader(const struct page *page, const char *strip, const char *tail,
    enum param id);

/* The peak of a stage, or the higher one of two lanes. */
void widget_meter(const struct page *page, const struct roster_strip *strip,
    const char *stage);

#endif
