#include "mixer/config_text.h"

#include "mixer/json_print.h"
#include "mixer/json_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
config_text_fail(struct config_text *edit, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(edit->why, edit->why_size, format, values);
	va_end(values);
	cJSON_Delete(edit->root);
	edit->root = NULL;
	return -1;
}

struct config_text
config_text_open(const char *text, char *why, size_t why_size)
{
	struct config_text edit = {
		.text = text, .why = why, .why_size = why_size
	};
	struct json_fault fault;

	edit.root = json_text_parse(text, strlen(text), &fault);
	if (!edit.root)
		config_text_fail(&edit,
		    "line %u of the configuration: found %s; allowed: %s",
		    json_text_line(text, 0, 1, fault.offset), fault.found,
		    fault.allowed);
	else if (!cJSON_IsObject(edit.root))
		config_text_fail(&edit,
		    "found a configuration that is no object; allowed: one as "
		    "headroom.json(5) has it");
	return edit;
}

char *
config_text_close(struct config_text *edit)
{
	char *text = edit->root ? json_print(edit->root, edit->text) : NULL;

	if (edit->root && !text)
		config_text_fail(edit, "found no memory left");
	cJSON_Delete(edit->root);
	edit->root = NULL;
	return text;
}

/* Index of the strip that is named by its id or its place; -1 if none is. */
static int
find_named(const cJSON *list, const char *name)
{
	int index = 0;
	const cJSON *node;

	if (name[0] && strspn(name, "0123456789") == strlen(name)) {
		const unsigned long place = strtoul(name, NULL, 10);

		return place >= 1 && place <= (unsigned)cJSON_GetArraySize(list)
			   ? (int)place - 1
			   : -1;
	}
	cJSON_ArrayForEach(node, list)
	{
		const char *id = cJSON_GetStringValue(
		    cJSON_GetObjectItemCaseSensitive(node, "id"));

		if (id && strcmp(id, name) == 0)
			return index;
		index++;
	}
	return -1;
}

int
config_text_find(
    const cJSON *root, const char *name, struct config_place *place)
{
	const char *slash = strchr(name, '/');

	for (int i = 0; i < STRIP_KINDS; i++) {
		enum strip_kind kind = (enum strip_kind)i;
		*place = (struct config_place){ .kind = kind };
		if (!schema_kind_is_one(kind) ||
		    strcmp(name, schema_kind_name(kind)) != 0)
			continue;
		place->node = cJSON_GetObjectItemCaseSensitive(root, name);
		return 0;
	}
	if (strncmp(name, "ch/", 3) == 0)
		place->kind = STRIP_CHANNEL;
	else if (strncmp(name, "bus/", 4) == 0)
		place->kind = STRIP_BUS;
	else
		return -1;
	place->list = cJSON_GetObjectItemCaseSensitive(
	    root, place->kind == STRIP_BUS ? "buses" : "channels");
	if (!cJSON_IsArray(place->list))
		return -1;
	place->index = find_named(place->list, slash + 1);
	place->node = cJSON_GetArrayItem(place->list, place->index);
	return cJSON_IsObject(place->node) ? 0 : -1;
}

int
config_text_put(cJSON *object, const char *key, cJSON *value)
{
	if (!value)
		return -1;
	if (cJSON_GetObjectItemCaseSensitive(object, key)
		? cJSON_ReplaceItemInObjectCaseSensitive(object, key, value)
		: cJSON_AddItemToObject(object, key, value))
		return 0;
	cJSON_Delete(value);
	return -1;
}
