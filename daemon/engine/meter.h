#ifndef ENGINE_METER_H
#define ENGINE_METER_H

#include "engine/realtime.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Meter windows on their way from the realtime thread (R) to control (C). A
 * window is a fixed number of samples, whatever the period. While C is late
 * and the ring is full the open window grows, so nothing measured is lost.
 */

/* What one lane of one stage measured in a window. Frames are counted from
 * the window's own first frame. */
struct meter {
	double squares;       /* sum of x² */
	float peak;           /* largest |x| */
	float true_peak;      /* never below peak */
	uint32_t overs;       /* samples with |x| > 1 */
	uint32_t first, last; /* first and last over */
	uint32_t rails;       /* samples in runs at the rail, inputs only */
	int32_t rail_first; /* may lie before the window: a run counts whole */
	uint32_t rail_last;
	uint32_t invalid; /* NaN, Inf or beyond KERNEL_LARGEST, replaced */
};

#define METER_LANES 2 /* most lanes of a strip */

/* What a bus or the master measured behind its fader in a window. */
struct meter_program {
	double weighted[METER_LANES]; /* sum of squares, K-weighted */
	double sum[METER_LANES];      /* sum of x */
	double product;               /* sum of left × right */
};

/* The programs of all buses and the master stand behind the meters. */
struct meter_window {
	uint64_t frame;  /* JACK frame of its first sample */
	uint32_t frames; /* samples in it */
	struct meter meter[];
};

struct meter_ring {
	_Alignas(64) _Atomic uint32_t head; /* the first that C may not take */
	_Alignas(
	    64) _Atomic uint32_t tail; /* the oldest that C has not taken */
	_Alignas(64) uint32_t open;    /* R's own: the one that is filled */
	uint32_t slots;                /* a power of two */
	size_t meters;                 /* in a window */
	size_t programs;               /* behind them */
	size_t stride;                 /* bytes from window to window */
	unsigned char *memory;         /* slots × stride, zeroed at first */
};

/* Bytes of a window with so many meters and programs, rounded up to a cache
 * line. */
size_t meter_stride(size_t meters, size_t programs);

/* Where the programs of a window with so many meters begin. */
REALTIME struct meter_program *
meter_programs(struct meter_window *window, size_t meters);
const struct meter_program *
meter_programs_const(const struct meter_window *window, size_t meters);

/* R: the window that is being filled. */
REALTIME struct meter_window *meter_open(const struct meter_ring *ring);

/* R: closes the open window if there is room for another. */
REALTIME void meter_close(struct meter_ring *ring);

/* R: hands over all that were closed. */
REALTIME void meter_publish(struct meter_ring *ring);

/* C: the oldest window that was handed over, or NULL. */
const struct meter_window *meter_oldest(const struct meter_ring *ring);

/* C: is done with the oldest closed window. */
void meter_done(struct meter_ring *ring);

#endif
