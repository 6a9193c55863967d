#include "protocol/zone.h"

#include <string.h>

struct zone_target
zone_target(enum strip_kind kind, const char *stage)
{
	static const struct zone_target channel = { -60, -18, -10 };
	static const struct zone_target sum = { -60, -30, -6 };

	static const struct zone_target balance = { -60, -60, -10 };

	if (kind != STRIP_CHANNEL)
		return sum;
	return strcmp(stage, "fader") == 0 ? balance : channel;
}

enum zone
zone_of(enum strip_kind kind, const char *stage, bool outputs, double peak)
{
	struct zone_target target = zone_target(kind, stage);

	if (peak > 0)
		return outputs && strcmp(stage, "fader") == 0 ? ZONE_CLIP
							      : ZONE_OVER;
	if (peak > target.high)
		return ZONE_HOT;
	if (peak >= target.low)
		return ZONE_NOMINAL;
	/* Written so that NaN, too, is silence. */
	return peak >= target.silence ? ZONE_LOW : ZONE_SILENT;
}

const char *
zone_name(enum zone zone)
{
	static const char *const names[ZONES] = { "silent", "low", "nominal",
		"hot", "over", "clip" };

	return names[zone];
}
