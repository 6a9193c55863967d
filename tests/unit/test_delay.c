#include "engine/delay.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SIZE 4096
#define RAMP 480
#define BLOCK 64
#define LENGTH 6400

static float memory[2 * SIZE];

static void
start(struct delay *delay, uint32_t frames)
{
	float *const lines[DELAY_LANES] = { memory, memory + SIZE };

	memset(memory, 0, sizeof memory);
	delay_init(delay, lines, SIZE, frames);
}

/* Runs samples from…to of `x` in blocks of BLOCK. */
static void
run(struct delay *delay, const float *x, float *out, uint32_t from, uint32_t to)
{
	float weight[BLOCK];

	for (uint32_t at = from; at < to; at += BLOCK) {
		const float *in[] = { x + at };
		float *const to_lane[] = { out + at };
		delay_run(delay, 1, in, 1, to_lane, BLOCK, RAMP, weight);
	}
}

static void
sine(float *x)
{
	for (int i = 0; i < LENGTH; i++)
		x[i] = sinf((float)i * 0.013F);
}

static void
is_exact_when_it_stands(void **state)
{
	static float x[LENGTH], out[LENGTH];
	struct delay delay;

	(void)state;
	sine(x);
	start(&delay, 1000);
	run(&delay, x, out, 0, LENGTH);
	for (int i = 0; i < LENGTH; i++)
		assert_true(out[i] == (i < 1000 ? 0 : x[i - 1000]));
}

static void
changes_without_a_jump_and_lands_exactly(void **state)
{
	static float x[LENGTH], out[LENGTH];
	struct delay delay;

	(void)state;
	sine(x);
	start(&delay, 100);
	run(&delay, x, out, 0, 1280);
	delay_set(&delay, 777);
	run(&delay, x, out, 1280, LENGTH);
	for (int i = 102; i < LENGTH; i++)
		assert_true(fabsf(out[i] - out[i - 1]) < 0.02F);
	for (int i = 1280 + RAMP + BLOCK; i < LENGTH; i++)
		assert_true(out[i] == x[i - 777]);
}

static void
waits_until_the_line_holds_enough(void **state)
{
	static float x[LENGTH], out[LENGTH];
	struct delay delay;

	(void)state;
	for (int i = 0; i < LENGTH; i++)
		x[i] = 1;
	start(&delay, 0);
	delay_set(&delay, 1500);
	assert_false(delay_rests(&delay));
	run(&delay, x, out, 0, LENGTH);
	/* A steady signal stays steady: no hole of silence is faded in. */
	for (int i = 0; i < LENGTH; i++)
		assert_true(fabsf(out[i] - 1) < 1e-6F);
	assert_int_equal(delay.tap, 1500);
	delay_set(&delay, 0);
	run(&delay, x, out, 0, 1280);
	assert_true(delay_rests(&delay));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_exact_when_it_stands),
		cmocka_unit_test(changes_without_a_jump_and_lands_exactly),
		cmocka_unit_test(waits_until_the_line_holds_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
