#include "mixer/timing.h"

#include "mixer/mixer_state.h"
#include "mixer/slots.h"

#include <math.h>

#define STRETCH 10 /* seconds for which a long cycle is told at least */

double
timing_period(const struct mixer *mixer)
{
	const struct mixer_status *status = &mixer->status;

	return status->sample_rate == 0
		   ? 0
		   : 1e6 * status->period / status->sample_rate;
}

static void
take_cycles(struct mixer *mixer, double ticks)
{
	struct timing *timing = &mixer->timing;
	double period = timing_period(mixer);
	double longest = (double)atomic_exchange_explicit(
			     &mixer->engine->worst, 0, memory_order_relaxed) /
			 ticks;

	if (timing->looks++ == STRETCH) {
		timing->longest[0] = timing->longest[1];
		timing->longest[1] = 0;
		timing->looks = 1;
	}
	timing->longest[1] = fmax(timing->longest[1], longest);
	mixer->status.worst_cycle =
	    period > 0
		? 100 * fmax(timing->longest[0], timing->longest[1]) / period
		: 0;
}

void
timing_tick(struct mixer *mixer)
{
	struct timing *timing = &mixer->timing;
	double now = mixer_seconds(), passed = now - timing->seconds;
	uint64_t clock = slot_clock();
	double ticks = (double)(clock - timing->clock) / passed / 1e6;

	if (passed < 1)
		return;
	if (timing->seconds != 0 && ticks > 0) {
		take_cycles(mixer, ticks);
		slots_take_times(mixer, ticks);
	}
	timing->seconds = now;
	timing->clock = clock;
}
