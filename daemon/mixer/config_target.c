#include "mixer/config_reader.h"
#include "mixer/target.h"

#include <math.h>
#include <stdio.h>

static void
read_bound(struct config_reader *reader, const struct config_item *item)
{
	double *target = item->into;

	config_param(reader, item, &target[TARGET_VALUE(item->key->param->id)]);
}

static void
read_target(struct config_reader *reader, const struct config_item *item,
    enum strip_kind kind, double target[TARGET_VALUES])
{
	static const char *const name[] = { "low", "high", "insert",
		"loudness" };
	const double *low = &target[TARGET_VALUE(PARAM_TARGET_LOW)];
	const double *high = &target[TARGET_VALUE(PARAM_TARGET_HIGH)];
	struct config_key key[TARGET_VALUES];
	struct config_keys keys = { key, TARGET_VALUES, KIND_BIT(kind) };
	const struct config_path step = { item->path, "low", 0 };
	char allowed[64];

	for (int i = 0; i < TARGET_VALUES; i++) {
		const struct schema_param *param =
		    schema_param((enum param)(PARAM_TARGET_LOW + i));
		key[i] = (struct config_key){ name[i], read_bound, param->kinds,
			NULL, param };
	}
	config_object(reader, item->node, item->path, &keys, target);
	/* A NaN, which stands for what is left out, is above nothing. */
	if (!(*low > *high))
		return;
	snprintf(allowed, sizeof(allowed), "at most \"high\", which is %g dBFS",
	    *high);
	config_fail_value(reader,
	    cJSON_GetObjectItemCaseSensitive(item->node, "low"), &step,
	    allowed);
}

void
config_read_target(struct config_reader *reader, const struct config_item *item)
{
	struct desk_strip *strip = item->into;

	read_target(reader, item, strip->kind, strip->target);
}

static void
read_preset(struct config_reader *reader, const struct config_item *item)
{
	char allowed[64] = "";

	for (int i = 0; i < TARGET_PRESETS; i++)
		config_list(allowed, sizeof(allowed),
		    target_preset_name((enum target_preset)i));
	if (!cJSON_IsString(item->node)) {
		config_fail_type(reader, item->node, item->path, allowed);
		return;
	}
	enum target_preset preset = target_preset_find(item->node->valuestring);
	if (preset == TARGET_PRESETS)
		config_fail_value(reader, item->node, item->path, allowed);
	else
		reader->desk->preset = preset;
}

/* The kinds stand in the order of enum strip_kind behind the preset. */
static void
read_kind(struct config_reader *reader, const struct config_item *item)
{
	const struct config_key *first = item->into;
	enum strip_kind kind = (enum strip_kind)(item->key - first - 1);

	read_target(reader, item, kind, reader->desk->target[kind]);
}

void
config_read_targets(
    struct config_reader *reader, const struct config_item *item)
{
	struct config_key key[] = {
		{ "preset", read_preset, 0, NULL, NULL },
		{ "channel", read_kind, 0, NULL, NULL },
		{ "bus", read_kind, 0, NULL, NULL },
		{ "master", read_kind, 0, NULL, NULL },
	};
	const struct config_keys keys = { key, sizeof(key) / sizeof(key[0]),
		0 };

	config_object(reader, item->node, item->path, &keys, key);
}

void
config_blank_target(double target[TARGET_VALUES])
{
	for (int i = 0; i < TARGET_VALUES; i++)
		target[i] = (double)NAN;
}

/* Takes what was left out from elsewhere. Of low and high the one that was
 * given moves the other. */
static void
resolve(double target[TARGET_VALUES], const double from[TARGET_VALUES])
{
	double *low = &target[TARGET_VALUE(PARAM_TARGET_LOW)];
	double *high = &target[TARGET_VALUE(PARAM_TARGET_HIGH)];
	const bool low_given = !isnan(*low);

	for (int i = 0; i < TARGET_VALUES; i++)
		if (isnan(target[i]))
			target[i] = from[i];
	if (*low > *high && low_given)
		*high = *low;
	else if (*low > *high)
		*low = *high;
}

void
config_resolve_targets(struct desk *desk)
{
	for (int i = 0; i < STRIP_KINDS; i++) {
		double preset[TARGET_VALUES];

		target_defaults((enum target_preset)desk->preset,
		    (enum strip_kind)i, preset);
		resolve(desk->target[i], preset);
	}
	for (size_t i = 0; i < desk->strips; i++)
		resolve(
		    desk->strip[i].target, desk->target[desk->strip[i].kind]);
	desk_aim_monitor(desk);
}
