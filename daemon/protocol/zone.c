#include "protocol/zone.h"

struct zone_target
zone_window(enum strip_kind kind, bool fader, double low, double high)
{
	bool balance = fader && kind == STRIP_CHANNEL;

	return (struct zone_target){ ZONE_SILENCE, balance ? ZONE_SILENCE : low,
		high };
}

enum zone
zone_of(const struct zone_target *target, bool hardware, double peak)
{
	if (peak > 0)
		return hardware ? ZONE_CLIP : ZONE_OVER;
	if (peak > target->high)
		return ZONE_HOT;
	if (peak >= target->low)
		return ZONE_NOMINAL;
	/* Written so that NaN, too, is silence. */
	return peak >= target->silence ? ZONE_LOW : ZONE_SILENT;
}

const char *
zone_name(enum zone zone)
{
	static const char *const names[ZONES] = { "silent", "low", "nominal",
		"hot", "over", "clip" };

	return names[zone];
}
