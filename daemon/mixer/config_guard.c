#include "mixer/config_reader.h"

#include <math.h>

/* What is left out stays as it is; naming a guard switches it on. */
static void
read_guard_value(struct config_reader *reader, const struct config_item *item)
{
	double *value = item->into;

	config_param(reader, item, &value[item->key->param->id - PARAM_GUARD]);
}

static void
read_guard(
    struct config_reader *reader, const struct config_item *item, double *value)
{
	static const char *const name[] = { "on", "after", "most" };
	struct config_key key[GUARD_VALUES];
	const struct config_keys keys = { key, GUARD_VALUES, 0 };

	for (int i = 0; i < GUARD_VALUES; i++)
		key[i] = (struct config_key){ name[i], read_guard_value, 0,
			NULL, schema_param((enum param)(PARAM_GUARD + i)) };
	value[0] = 1;
	config_object(reader, item->node, item->path, &keys, value);
}

void
config_read_guard(struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;

	read_guard(reader, item, &strip->value[PARAM_GUARD]);
}

void
config_read_guards(struct config_reader *reader, const struct config_item *item)
{
	read_guard(reader, item, reader->desk->guard);
}

void
config_blank_guard(struct desk_strip *strip)
{
	for (int i = PARAM_GUARD; i <= PARAM_GUARD_MOST; i++)
		strip->value[i] = (double)NAN;
}

void
config_resolve_guards(struct desk *desk)
{
	for (size_t i = desk->channels; i < desk->strips; i++) {
		double *value = &desk->strip[i].value[PARAM_GUARD];
		for (int k = 0; k < GUARD_VALUES; k++)
			if (isnan(value[k]))
				value[k] = desk->guard[k];
	}
}
