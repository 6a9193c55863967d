#include "config_case.h"

#include <cjson/cJSON.h>

#define SCHEMA "config/headroom.schema.json"

/* The part of the JSON schema that describes a key, its "$ref" followed. */
static const cJSON *
schema_part(const cJSON *schema, const char *object, const char *key)
{
	const cJSON *defs = cJSON_GetObjectItemCaseSensitive(schema, "$defs");
	const cJSON *part = cJSON_GetObjectItemCaseSensitive(defs, object);
	const cJSON *ref;

	part = cJSON_GetObjectItemCaseSensitive(part, "properties");
	part = cJSON_GetObjectItemCaseSensitive(part, key);
	ref = cJSON_GetObjectItemCaseSensitive(part, "$ref");
	if (!ref)
		return part;
	return cJSON_GetObjectItemCaseSensitive(
	    defs, strrchr(ref->valuestring, '/') + 1);
}

static double
schema_number(const cJSON *part, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(part, key);

	assert_true(cJSON_IsNumber(item));
	return item->valuedouble;
}

static void
assert_part_is(const cJSON *part, const struct schema_param *param)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(part, "enum");
	const cJSON *def = cJSON_GetObjectItemCaseSensitive(part, "default");

	if (param->type == SCHEMA_TEXT) {
		assert_true(schema_number(part, "maxLength") == param->max);
		return;
	}
	if (param->type == SCHEMA_CHOICE) {
		for (int i = 0; param->choices[i]; i++)
			assert_string_equal(
			    cJSON_GetArrayItem(list, i)->valuestring,
			    param->choices[i]);
		assert_int_equal(cJSON_GetArraySize(list), (int)param->max + 1);
		assert_string_equal(
		    def->valuestring, param->choices[(int)param->def]);
		return;
	}
	assert_true(schema_number(part, "default") == param->def);
	if (param->type == SCHEMA_INT) {
		assert_true(list->child->valuedouble == param->min);
		assert_true(list->child->next->valuedouble == param->max);
		return;
	}
	assert_true(schema_number(part, "minimum") == param->min);
	assert_true(schema_number(part, "maximum") == param->max);
}

static void
the_json_schema_has_the_keys_ranges_and_defaults_of_the_table(void **state)
{
	static const char *const object[] = { "channel", "bus", "master",
		"monitor" };
	size_t size;
	char *text = config_slurp(SCHEMA, &size);
	cJSON *schema = cJSON_Parse(text);

	(void)state;
	assert_non_null(schema);
	for (unsigned i = 0; i < PARAMS; i++) {
		const struct schema_param *param = schema_param((enum param)i);

		if (param->scope == SCOPE_SEND) {
			assert_true(param->in_config);
			assert_part_is(
			    schema_part(schema, "send", param->tail), param);
			continue;
		}
		if (schema_scope_group(param->scope) != GROUP_KINDS) {
			const char *group =
			    param->scope == SCOPE_DCA ? "dca" : "mute_group";
			if (param->in_config)
				assert_part_is(
				    schema_part(schema, group, param->tail),
				    param);
			continue;
		}
		if (param->scope == SCOPE_INSERT) {
			if (!param->in_config)
				continue;
			assert_part_is(
			    schema_part(schema, "lv2_insert", param->tail),
			    param);
			assert_part_is(
			    schema_part(schema, "jack_insert", param->tail),
			    param);
			continue;
		}
		/* In the configuration this is an object of its own. */
		if (param->id == PARAM_GUARD)
			continue;
		for (unsigned kind = 0; kind < STRIP_KINDS; kind++) {
			const cJSON *part =
			    schema_part(schema, object[kind], param->tail);

			assert_int_equal(part != NULL,
			    param->in_config && param->kinds & KIND_BIT(kind));
			if (part)
				assert_part_is(part, param);
		}
	}
	cJSON_Delete(schema);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_json_schema_has_the_keys_ranges_and_defaults_of_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
