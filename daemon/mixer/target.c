#include "mixer/target.h"

#include "protocol/level.h"

#include <string.h>

/* Of channels, buses and the master, what each kind of target is; the monitor
 * has the master's. */
struct preset {
	const char *name;
	double low[STRIP_MONITOR], high[STRIP_MONITOR];
	double insert, loudness;
};

static const struct preset presets[TARGET_PRESETS] = {
	[TARGET_LIVE] = { "live", { -18, -30, -30 }, { -10, -6, -6 }, -18,
	    LEVEL_SILENCE },
	[TARGET_STUDIO] = { "studio", { -18, -30, -30 }, { -12, -9, -6 }, -18,
	    LEVEL_SILENCE },
	[TARGET_BROADCAST] = { "broadcast", { -18, -30, -30 }, { -9, -3, -1 },
	    -18, -23 },
	[TARGET_K20] = { "k20", { -20, -30, -30 }, { -12, -6, -3 }, -20, -20 },
	[TARGET_K14] = { "k14", { -14, -24, -24 }, { -6, -3, -1 }, -14, -14 },
};

void
target_defaults(enum target_preset preset, enum strip_kind kind,
    double target[TARGET_VALUES])
{
	const struct preset *from = &presets[preset];
	int like = kind == STRIP_MONITOR ? STRIP_MASTER : (int)kind;

	target[TARGET_VALUE(PARAM_TARGET_LOW)] = from->low[like];
	target[TARGET_VALUE(PARAM_TARGET_HIGH)] = from->high[like];
	target[TARGET_VALUE(PARAM_TARGET_INSERT)] = from->insert;
	target[TARGET_VALUE(PARAM_TARGET_LOUDNESS)] =
	    kind == STRIP_MASTER ? from->loudness : LEVEL_SILENCE;
}

const char *
target_preset_name(enum target_preset preset)
{
	return presets[preset].name;
}

enum target_preset
target_preset_find(const char *name)
{
	int preset = 0;

	while (
	    preset < TARGET_PRESETS && strcmp(presets[preset].name, name) != 0)
		preset++;
	return (enum target_preset)preset;
}
