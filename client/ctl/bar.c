#include "bar.h"

#include "protocol/level.h"

#define KNOTS (sizeof(scale) / sizeof(scale[0]))
#define SLOPE_ABOVE_FULL_SCALE 2.5 /* percent per dB */

static const struct {
	double db, percent;
} scale[] = { { -70, 0 }, { -60, 2.5 }, { -50, 7.5 }, { -40, 15 }, { -30, 30 },
	{ -20, 50 }, { 0, 100 } };

void
bar_reset(struct bar *bar, double now)
{
	*bar = (struct bar){ .level = LEVEL_SILENCE,
		.moved = now,
		.held = LEVEL_SILENCE,
		.since = now };
}

void
bar_feed(struct bar *bar, double peak, double now)
{
	bar_fall(bar, now);
	if (peak > bar->level)
		bar->level = peak;
	if (peak >= bar->held) {
		bar->held = peak;
		bar->since = now;
	}
}

bool
bar_fall(struct bar *bar, double now)
{
	bool moved = false;

	if (bar->level > LEVEL_SILENCE && now > bar->moved) {
		bar->level -= BAR_FALL * (now - bar->moved);
		/* Below the foot of the scale nothing can be seen to fall. */
		if (bar->level < scale[0].db)
			bar->level = LEVEL_SILENCE;
		moved = true;
	}
	bar->moved = now;
	if (bar->held > bar->level && now - bar->since > BAR_HOLD) {
		bar->held = bar->level;
		bar->since = now;
		moved = true;
	}
	return moved;
}

double
bar_deflection(double db)
{
	if (!(db > scale[0].db))
		return 0;
	for (unsigned i = 1; i < KNOTS; i++)
		if (db < scale[i].db)
			return scale[i - 1].percent +
			       (db - scale[i - 1].db) *
				   (scale[i].percent - scale[i - 1].percent) /
				   (scale[i].db - scale[i - 1].db);
	return 100 + SLOPE_ABOVE_FULL_SCALE * db;
}

double
bar_position(double db)
{
	double position = bar_deflection(db) / bar_deflection(BAR_TOP);

	return position > 1 ? 1 : position;
}

double
bar_level(double position)
{
	double percent = position * bar_deflection(BAR_TOP);

	for (unsigned i = 1; i < KNOTS; i++)
		if (percent < scale[i].percent)
			return scale[i - 1].db +
			       (percent - scale[i - 1].percent) *
				   (scale[i].db - scale[i - 1].db) /
				   (scale[i].percent - scale[i - 1].percent);
	return (percent - 100) / SLOPE_ABOVE_FULL_SCALE;
}
