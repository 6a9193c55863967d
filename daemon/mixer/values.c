#include "mixer/values.h"

#include "mixer/address.h"
#include "mixer/walk.h"

#include <cjson/cJSON.h>
#include <string.h>

void
values_each(const struct mixer *mixer,
    void (*each)(void *arg, const struct address *address), void *arg)
{
	struct walk walk = { 0 };
	struct address address;

	while (walk_next(mixer, &walk, &address)) {
		if (address.param->writable &&
		    schema_fader_of(address.param->id) == PARAMS)
			each(arg, &address);
	}
}

static const char *
plugin_of(const struct mixer *mixer, const struct address *address)
{
	return mixer_desk(mixer)
	    ->strip[address->strip]
	    .insert[address->sub]
	    .uri;
}

/* A plugin's values go with the plugin: "/ch/kick/insert/1/param/gain" is of
 * another one once the slots have changed. */
static cJSON *
as_json(const struct mixer *mixer, const struct address *address,
    const struct schema_value *value)
{
	cJSON *plain = value->type == 's' ? cJSON_CreateString(value->text)
					  : cJSON_CreateNumber(value->number);
	cJSON *whole;

	if (address->param->scope != SCOPE_INSERT_PARAM)
		return plain;
	whole = cJSON_CreateObject();
	cJSON_AddItemToObject(whole, "value", plain);
	cJSON_AddStringToObject(whole, "plugin", plugin_of(mixer, address));
	return whole;
}

int
values_add(cJSON *values, const struct mixer *mixer,
    const struct address *address, const struct schema_value *value)
{
	char text[ADDRESS_LONGEST];

	mixer_address_text(mixer, address, text);
	return cJSON_AddItemToObject(
		   values, text, as_json(mixer, address, value))
		   ? 0
		   : -1;
}

bool
values_find(
    const struct mixer *mixer, const cJSON *item, struct address *address)
{
	const cJSON *plugin = cJSON_GetObjectItemCaseSensitive(item, "plugin");

	if (item->string[0] != '/' ||
	    !address_find(mixer, item->string, address) ||
	    !address->param->writable)
		return false;
	if (address->param->scope != SCOPE_INSERT_PARAM)
		return !cJSON_IsObject(item);
	const char *uri = plugin_of(mixer, address);
	return cJSON_IsString(plugin) && uri &&
	       strcmp(plugin->valuestring, uri) == 0;
}

bool
values_read(const cJSON *item, struct schema_value *value)
{
	const cJSON *plain =
	    cJSON_IsObject(item)
		? cJSON_GetObjectItemCaseSensitive(item, "value")
		: item;

	*value = (struct schema_value){ .type = 'd' };
	if (cJSON_IsString(plain)) {
		value->type = 's';
		value->text = plain->valuestring;
	} else if (cJSON_IsNumber(plain)) {
		value->number = plain->valuedouble;
	} else {
		return false;
	}
	return true;
}
