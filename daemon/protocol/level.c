#include "protocol/level.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

/* The fader law in straight pieces, from the top: at and above `position`
 * (and `db`) it is slope * position + offset. */
static const struct piece {
	double position, db, slope, offset;
} law[] = {
	{ 0.5, -10, 40, -30 },
	{ 0.25, -30, 80, -50 },
	{ 0.0625, -60, 160, -70 },
	{ 0, -90, 480, -90 },
};
#define PIECES (sizeof law / sizeof law[0])

double
level_gain(double db)
{
	return db > LEVEL_SILENCE ? pow(10, db / 20) : 0;
}

double
level_db(double gain)
{
	double magnitude = fabs(gain);

	/* False for NaN too. */
	if (!(magnitude > 0))
		return LEVEL_SILENCE;
	return fmax(20 * log10(fmin(magnitude, DBL_MAX)), LEVEL_SILENCE);
}

double
level_power_db(double mean_square)
{
	if (!(mean_square > 0))
		return LEVEL_SILENCE;
	return fmax(10 * log10(fmin(mean_square, DBL_MAX)), LEVEL_SILENCE);
}

double
level_from_position(double position)
{
	size_t i = 0;

	if (!(position > 0))
		return LEVEL_SILENCE;
	position = fmin(position, 1);
	while (i < PIECES - 1 && position < law[i].position)
		i++;
	return law[i].slope * position + law[i].offset;
}

double
level_position(double db)
{
	size_t i = 0;

	if (!(db > law[PIECES - 1].db))
		return 0;
	while (i < PIECES - 1 && db < law[i].db)
		i++;
	return fmin((db - law[i].offset) / law[i].slope, 1);
}
