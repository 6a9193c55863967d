#ifndef MIXER_LATENCY_H
#define MIXER_LATENCY_H

#include <stdint.h>

/*
 * How long a signal takes through the desk, for JACK's latency callbacks. A
 * snapshot that never changes; made on the control thread, read on any.
 */

struct align;
struct desk;
struct latency;
struct live;

struct latency_range {
	uint32_t min, max; /* frames */
};

/* The range of a port that nothing is connected to: no path at all. */
extern const struct latency_range latency_nothing;

/* Snapshot of the routes, delays and inserts of a live desk. */
struct latency *latency_new(const struct desk *desk, const struct live *live,
    const struct align *align);
void latency_free(struct latency *latency);

/* Capture latency of every output port from that of every input port (both in
 * the order of desk_input_count() and desk_output_count(); behind them the
 * sends are written, the returns not read). An output that no input reaches
 * gets 0…0. Returns 0, or -1 without memory. */
int latency_capture(const struct latency *latency,
    const struct latency_range *input, struct latency_range *output);

/* Playback latency of every input port from that of every output port; the
 * returns are written, the sends not read. */
int latency_playback(const struct latency *latency,
    const struct latency_range *output, struct latency_range *input);

#endif
