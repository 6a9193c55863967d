#include "engine/moving.h"

#include "engine/engine.h"
#include "engine/kernel_body.h"
#include "engine/sum.h"

#include <math.h>
#include <string.h>

/* The lanes of a strip where they were looked at. */
struct signal {
	uint32_t lanes;
	enum plan_point point;
	const float *x[PLAN_LANES];
	struct kernel_scan scan[PLAN_LANES];
	/* The true peak if it is above `asked`, else that. */
	float asked[PLAN_LANES], true_peak[PLAN_LANES];
};

/* A signal and what is still to be applied to it, so that a chain of standing
 * gains costs one multiplication. */
struct tap {
	struct signal *signal;
	float gain;
};

/* --- meters --- */

static bool
is_silent(const struct signal *signal)
{
	for (uint32_t lane = 0; lane < signal->lanes; lane++)
		if (signal->scan[lane].peak != 0)
			return false;
	return true;
}

/* A signal that is made has not been asked for its true peak. */
static void
open_signal(struct signal *signal, uint32_t lanes, enum plan_point point)
{
	signal->lanes = lanes;
	signal->point = point;
	for (uint32_t lane = 0; lane < PLAN_LANES; lane++) {
		signal->asked[lane] = INFINITY;
		signal->true_peak[lane] = 0;
	}
}

/* The largest second difference that the filter meets: those of the block
 * before reach into this one. */
static float
reach_of(
    const struct plan_strip *strip, const struct signal *signal, uint32_t lane)
{
	float bend = signal->scan[lane].bend;
	float before = strip->state->bend[signal->point][lane];

	if (!strip->state->knows_last)
		return KERNEL_LARGEST;
	return bend > before ? bend : before;
}

/* Two stages that differ by a standing gain ask for the same, but for what
 * rounding makes of it. */
#define ASKED (1 - 1e-6F)

/* The true peak of a signal if it is above `ref`; else no more than that. */
static float
true_peak_above(struct engine *engine, const struct block *block,
    const struct plan_strip *strip, struct signal *signal, uint32_t lane,
    float ref)
{
	if (ref < ASKED * signal->asked[lane]) {
		float reach = reach_of(strip, signal, lane);
		signal->asked[lane] = ref;
		signal->true_peak[lane] = ref;
		if (kernel_may_peak(signal->scan[lane].level, reach, ref))
			signal->true_peak[lane] = engine->kernels->true_peak(
			    signal->x[lane], block->frames,
			    strip->state->history[signal->point][lane], reach,
			    ref, engine->plan->few_phases);
	}
	return signal->true_peak[lane] > signal->asked[lane]
		   ? signal->true_peak[lane]
		   : 0;
}

static void
measure(struct engine *engine, const struct block *block,
    const struct plan_strip *strip, enum plan_stage stage, struct tap tap)
{
	struct signal *signal = tap.signal;
	float gain = fabsf(tap.gain);

	if (strip->meter[stage] == PLAN_NONE)
		return;
	struct meter *meter = measure_meter(block, strip, stage, 0);
	for (uint32_t lane = 0; lane < signal->lanes; lane++, meter++) {
		const struct kernel_scan *scan = &signal->scan[lane];
		float peak = gain * scan->peak;
		if (peak > meter->peak)
			meter->peak = peak;
		meter->squares += (double)gain * (double)gain * scan->squares;
		if (peak > MEASURE_OVER)
			measure_overs(engine->kernels, block, meter,
			    signal->x[lane], tap.gain);
		if (peak > meter->true_peak)
			meter->true_peak = peak;
		if (gain == 0)
			continue;
		float top = gain * true_peak_above(engine, block, strip, signal,
				       lane, meter->true_peak / gain);
		if (top > meter->true_peak)
			meter->true_peak = top;
	}
}

/* What leaves a strip is its loudness. */
static void
measure_program(
    const struct block *block, const struct plan_strip *strip, struct tap tap)
{
	if (strip->weighting != NULL)
		weighting_run(strip->weighting, tap.signal->x,
		    tap.signal->lanes, tap.gain,
		    is_silent(tap.signal) || tap.gain == 0, block->frames,
		    block->program + strip->program);
}

/* --- the stages of a strip --- */

/* Before a block: what will be looked at, and what came before it there. */
static void
make_histories(const struct plan_strip *strip)
{
	struct plan_state *state = strip->state;
	enum plan_point before = POINT_IN;
	unsigned looked = 1U << POINT_IN;
	float gain = strip->trim->now;

	if (gain_moves(strip->trim)) {
		measure_make_history(state, POINT_TRIM, before, gain);
		before = POINT_TRIM;
		looked |= 1U << POINT_TRIM;
		gain = 1;
	}
	if (strip->delay != NULL && !delay_rests(strip->delay)) {
		measure_make_history(state, POINT_DELAY, before, gain);
		before = POINT_DELAY;
		looked |= 1U << POINT_DELAY;
		gain = 1;
	}
	if (gain_moves(strip->fader)) {
		measure_make_history(
		    state, POINT_FADER, before, gain * strip->fader->now);
		looked |= 1U << POINT_FADER;
	}
	state->looked = looked;
}

/* After a block: keeps the end of a signal for the true peak of the next. */
static void
keep_history(
    const struct plan_strip *strip, const struct signal *signal, uint32_t n)
{
	struct plan_state *state = strip->state;
	enum plan_point point = signal->point;

	for (uint32_t lane = 0; lane < signal->lanes; lane++) {
		measure_history(
		    state->history[point][lane], signal->x[lane], n);
		state->bend[point][lane] = signal->scan[lane].bend;
	}
}

/* The first look at a signal: what is no number is replaced before it gets any
 * further. */
static void
take_input(struct engine *engine, const struct block *block,
    const struct plan_strip *strip, struct signal *signal)
{
	struct meter *meter = measure_meter(block, strip, STAGE_IN, 0);

	open_signal(signal, strip->lanes, POINT_IN);
	for (uint32_t lane = 0; lane < strip->lanes; lane++, meter++) {
		const float *x =
		    standing_input(engine->plan, block, strip, lane);
		struct kernel_scan scan = { 0 };
		while (x != NULL) {
			scan = engine->kernels->scan(x, block->frames,
			    strip->state->history[POINT_IN][lane]);
			if (scan.peak <= KERNEL_LARGEST)
				break;
			x = measure_invalid(block, strip, lane, x);
			scan = (struct kernel_scan){ 0 };
		}
		signal->x[lane] = x != NULL ? x : measure_silence;
		signal->scan[lane] = scan;
		uint32_t *run = &strip->state->rail_run[lane];
		if (strip->port_input && scan.peak >= MEASURE_RAIL)
			measure_rail(block, meter, signal->x[lane], run,
			    engine->plan->rail_samples);
		else
			*run = 0;
	}
}

/* A standing gain is only remembered; a moving one is written out, as a signal
 * of its own. */
static struct tap
apply_gain(struct engine *engine, const struct plan_strip *strip,
    struct tap tap, enum plan_point point, struct signal *made, uint32_t n)
{
	struct gain *gain = point == POINT_TRIM ? strip->trim : strip->fader;
	float(*lanes)[PLAN_BLOCK] =
	    point == POINT_TRIM ? engine->trimmed : engine->faded;

	if (!gain_moves(gain))
		return (struct tap){ tap.signal, tap.gain * gain->now };
	gain_ramp_by(gain, engine->kernels, engine->ramp, n);
	open_signal(made, strip->lanes, point);
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		made->scan[lane] = engine->kernels->scale_ramp(lanes[lane],
		    tap.signal->x[lane], tap.gain, engine->ramp, n,
		    strip->state->history[point][lane]);
		made->x[lane] = lanes[lane];
	}
	return (struct tap){ made, 1 };
}

static struct tap
apply_delay(struct engine *engine, const struct plan_strip *strip,
    struct tap tap, struct signal *made, uint32_t n)
{
	struct delay *delay = strip->delay;
	float *const out[PLAN_LANES] = { engine->delayed[0],
		engine->delayed[1] };

	if (delay == NULL || delay_rests(delay))
		return tap;
	delay_run(delay, strip->lanes, tap.signal->x, tap.gain, out, n,
	    engine->plan->ramp, engine->ramp);
	open_signal(made, strip->lanes, POINT_DELAY);
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		const float *before = strip->state->history[POINT_DELAY][lane];
		made->scan[lane] =
		    engine->kernels->scan(engine->delayed[lane], n, before);
		made->x[lane] = engine->delayed[lane];
	}
	return (struct tap){ made, 1 };
}

static void
write_outputs(const struct engine *engine, const struct block *block,
    const struct plan_strip *strip, struct tap tap)
{
	for (uint32_t lane = 0; lane < strip->lanes; lane++) {
		float *out = standing_output(block, strip, lane);
		if (out == NULL)
			continue;
		if (tap.signal->scan[lane].peak == 0)
			memset(out, 0, block->frames * sizeof *out);
		else
			engine->kernels->scale(
			    out, tap.signal->x[lane], tap.gain, block->frames);
	}
}

static void
add_routes(struct engine *engine, const struct plan_strip *strip,
    struct tap pre, struct tap post, uint32_t n)
{
	for (size_t i = 0; i < strip->routes; i++) {
		const struct plan_route *route = &strip->route[i];
		struct tap from = route->pre ? pre : post;
		sum_route(engine, route, from.signal->x[route->lane], from.gain,
		    from.signal->scan[route->lane].peak == 0, n);
	}
}

void
moving_run(struct engine *engine, const struct block *block,
    const struct plan_strip *strip)
{
	uint32_t n = block->frames;
	struct signal at[PLAN_POINTS];
	struct tap in = { &at[POINT_IN], 1 }, trimmed, pre, post;

	make_histories(strip);
	take_input(engine, block, strip, in.signal);
	measure(engine, block, strip, STAGE_IN, in);
	trimmed = apply_gain(engine, strip, in, POINT_TRIM, &at[POINT_TRIM], n);
	measure(engine, block, strip, STAGE_TRIM, trimmed);
	pre = apply_delay(engine, strip, trimmed, &at[POINT_DELAY], n);
	post = apply_gain(engine, strip, pre, POINT_FADER, &at[POINT_FADER], n);
	measure(engine, block, strip, STAGE_FADER, post);
	measure_program(block, strip, post);
	add_routes(engine, strip, pre, post, n);
	write_outputs(engine, block, strip, post);
	for (int point = 0; point < PLAN_POINTS; point++)
		if ((strip->state->looked >> point & 1) != 0)
			keep_history(strip, &at[point], n);
	strip->state->knows_last = true;
}
