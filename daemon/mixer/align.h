#ifndef MIXER_ALIGN_H
#define MIXER_ALIGN_H

#include "mixer/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Latency compensation: what meets in a sum has gone through inserts of
 * different latency, and each route waits for the latest. A strip's own delay
 * is meant, and not compensated. Pure functions over a desk.
 */

struct live;
struct route_solo;
struct route_way;

struct align {
	uint32_t *in;  /* a strip: frames by which its input is late */
	uint32_t *out; /* … and what leaves its inserts */
	bool heard;    /* what is soloed meets on the monitor */
};

/* Works it out from the latencies of the slots (`live` NULL: there are none);
 * align_free() frees what it holds. Returns 0, or -1 without memory. */
int align_solve(struct align *align, const struct desk *desk,
    const struct route_solo *solo, const struct live *live);
void align_free(struct align *align);

/* After a solo; align_solve() does it, too. Without one the monitor hears one
 * source, as late as that is. */
void align_solos(struct align *align, const struct desk *desk,
    const struct route_solo *solo);

/* Frames that the routes of a way wait. */
uint32_t align_wait(const struct align *align, const struct desk *desk,
    const struct route_way *way);

#endif
