#include "engine/weighting.h"

#include <string.h>

/* A state below this, 300 dB under full scale, has rung out. */
#define RUNG_OUT 1e-15

/* Both lanes of a strip, side by side in one SIMD register. In double: the
 * high-pass has its poles so near to 1 that floats would be heard in it. */
typedef double pair __attribute__((vector_size(16)));

/* Transposed direct form II, rearranged so that a state waits for one
 * multiplication and one subtraction only: y = b0 x + s0,
 * s0' = c1 x + s1 - a1 s0, s1' = c2 x - a2 s0, where c = b - a b0. */
struct section {
	pair b0, c1, c2, a1, a2, s0, s1;
};

static pair
both(double value)
{
	return (pair){ value, value };
}

static struct section
section_load(const struct weighting_section *design, double gain,
    double (*state)[METER_LANES])
{
	return (struct section){
		.b0 = both(gain * design->b0),
		.c1 = both(gain * (design->b1 - design->a1 * design->b0)),
		.c2 = both(gain * (design->b2 - design->a2 * design->b0)),
		.a1 = both(design->a1),
		.a2 = both(design->a2),
		.s0 = { state[0][0], state[0][1] },
		.s1 = { state[1][0], state[1][1] },
	};
}

static void
section_store(const struct section *section, double (*state)[METER_LANES])
{
	for (int lane = 0; lane < METER_LANES; lane++) {
		state[0][lane] = section->s0[lane];
		state[1][lane] = section->s1[lane];
	}
}

static inline pair
section_step(struct section *section, pair x)
{
	pair y = section->b0 * x + section->s0;
	pair s0 = section->c1 * x + section->s1 - section->a1 * section->s0;

	section->s1 = section->c2 * x - section->a2 * section->s0;
	section->s0 = s0;
	return y;
}

static bool
rings(double (*state)[METER_LANES])
{
	for (int i = 0; i < 2; i++)
		for (int lane = 0; lane < METER_LANES; lane++)
			if (state[i][lane] > RUNG_OUT ||
			    state[i][lane] < -RUNG_OUT)
				return true;
	return false;
}

static void
settle(struct weighting *weighting)
{
	weighting->rings =
	    rings(weighting->shelf_state) || rings(weighting->high_pass_state);
	if (weighting->rings)
		return;
	memset(weighting->shelf_state, 0, sizeof weighting->shelf_state);
	memset(
	    weighting->high_pass_state, 0, sizeof weighting->high_pass_state);
}

void
weighting_run(struct weighting *weighting, const float *const *x,
    unsigned lanes, float gain, bool silent, uint32_t n,
    struct meter_program *program)
{
	const float *left = x[0], *right = lanes == 1 ? x[0] : x[1];
	pair weighted = both(0), sum = both(0), product = both(0);

	if (silent && !weighting->rings)
		return;
	struct section shelf =
	    section_load(&weighting->shelf, gain, weighting->shelf_state);
	struct section high =
	    section_load(&weighting->high_pass, 1, weighting->high_pass_state);
	for (uint32_t i = 0; i < n; i++) {
		pair in = both(0);
		if (!silent)
			in = (pair){ left[i], right[i] };
		pair y = section_step(&high, section_step(&shelf, in));
		weighted += y * y;
		sum += in;
		product += in * (pair){ in[1], in[0] };
	}
	section_store(&shelf, weighting->shelf_state);
	section_store(&high, weighting->high_pass_state);
	weighting->rings = true;
	if (silent)
		settle(weighting);
	for (int lane = 0; lane < METER_LANES; lane++) {
		program->weighted[lane] += weighted[lane];
		program->sum[lane] += (double)gain * sum[lane];
	}
	program->product += (double)gain * (double)gain * product[0];
}
