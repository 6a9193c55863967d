#ifndef ENGINE_WEIGHTING_H
#define ENGINE_WEIGHTING_H

#include "engine/meter.h"
#include "engine/realtime.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * K-weighting of BS.1770-5 annex 1, and the sums that loudness, correlation
 * and DC are read from. It only adds up: windows, gates and history are the
 * control thread's. R only.
 */

/* A second-order section, a0 = 1. */
struct weighting_section {
	double b0, b1, b2, a1, a2;
};

struct weighting {
	struct weighting_section shelf, high_pass; /* for the sample rate */
	double shelf_state[2][METER_LANES];
	double high_pass_state[2][METER_LANES];
	bool rings; /* a state is not zero */
};

/* Adds what `n` samples of gain × x make to the sums of a window; a mono strip
 * has the same in both lanes. `silent` says that the signal is: then only what
 * still rings is run, and x is not read. */
REALTIME void weighting_run(struct weighting *weighting, const float *const *x,
    unsigned lanes, float gain, bool silent, uint32_t n,
    struct meter_program *program);

#endif
