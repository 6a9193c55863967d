#include "engine/probe.h"

#include "engine/plan.h"
#include "engine/standing.h"

#define WINDOWS 100 /* of 10 ms that a look takes */

static void
look(struct probe_reading *reading, const float *left, const float *right,
    uint32_t n)
{
	float product = 0, squares[PROBE_LANES] = { 0 };
	float sum[PROBE_LANES] = { 0 };

	for (uint32_t i = 0; left != NULL && i < n; i++) {
		squares[0] += left[i] * left[i];
		sum[0] += left[i];
	}
	for (uint32_t i = 0; right != NULL && i < n; i++) {
		squares[1] += right[i] * right[i];
		sum[1] += right[i];
	}
	for (uint32_t i = 0; left != NULL && right != NULL && i < n; i++)
		product += left[i] * right[i];
	reading->product += (double)product;
	for (int lane = 0; lane < PROBE_LANES; lane++) {
		reading->squares[lane] += (double)squares[lane];
		reading->sum[lane] += (double)sum[lane];
	}
	reading->frames += n;
}

void
probe_run(struct plan *plan, const struct block *block)
{
	struct probe *probe = &plan->probe;
	struct probe_reading *open = &probe->open;

	if (probe->count == 0)
		return;
	const struct probed *probed = &probe->probed[probe->at];
	const struct plan_strip *strip = probed->stretch;
	look(open, standing_input(plan, block, strip, 0),
	    strip->lanes > 1 ? standing_input(plan, block, strip, 1) : NULL,
	    block->frames);
	if (open->frames < (double)plan->window * WINDOWS)
		return;
	/* Where C has not taken the last one, this one is lost. */
	if (!atomic_load_explicit(&probe->told, memory_order_acquire)) {
		probe->reading = *open;
		probe->reading.strip = probed->strip;
		atomic_store_explicit(&probe->told, true, memory_order_release);
	}
	*open = (struct probe_reading){ .frames = 0 };
	probe->at = (probe->at + 1) % probe->count;
}
