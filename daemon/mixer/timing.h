#ifndef MIXER_TIMING_H
#define MIXER_TIMING_H

#include <stdint.h>

/*
 * How long things take on R, whose clock costs nothing to read and has no
 * known rate: here it is held against that of the system. Control thread.
 */

struct mixer;

struct timing {
	uint64_t clock; /* both as of the last look */
	double seconds;
	double
	    longest[2]; /* us: of a cycle, in the stretch before and in this */
	unsigned looks; /* of this stretch */
};

/* Once a second takes stock of the cycles and of the slots; every tick. */
void timing_tick(struct mixer *mixer);

/* Us that a period lasts; 0 before the first server. */
double timing_period(const struct mixer *mixer);

#endif
