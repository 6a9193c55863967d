#ifndef MIXER_HISTORY_H
#define MIXER_HISTORY_H

#include "engine/meter.h"
#include "engine/probe.h"
#include "mixer/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Levels of the last half minute, in steps of a second, for whoever judges a
 * performance rather than a moment. Time is that of the windows. Control
 * thread.
 */

#define HISTORY_SECONDS 30

struct desk_map;
struct history;

/* What a stage has been. Levels in dBFS, -200 for silence. */
struct history_levels {
	double peak;                  /* highest true peak of any lane */
	double lane_peak[DESK_LANES]; /* of each */
	double rms;        /* of the loudest lane, in its loud seconds */
	double floor;      /* RMS of the quietest second, of that lane */
	unsigned sounding; /* seconds with a peak above -60 dBFS */
};

/* What left a bus or the master, or came into a channel. */
struct history_program {
	double correlation; /* of left and right, -1…1; 0 in silence */
	double dc;          /* dBFS, of the lane with more */
};

/* For `count` meters, those of strip i from first[i] on, which must outlive
 * it. NULL without memory. */
struct history *
history_new(const struct desk *desk, const size_t *first, size_t count);
void history_free(struct history *history);

/* Takes over what another desk's has kept of the strips that both have and whose
 * stages are the same. */
void history_follow(struct history *history, const struct history *before,
    const struct desk_map *map);

/* The sample rate of the windows to come, in Hz; begins anew. */
void history_set_rate(struct history *history, unsigned rate);

/* Takes a window in. */
void history_fold(struct history *history, const struct meter_window *window);

/* Takes a look at a channel's input in. */
void
history_probe(struct history *history, const struct probe_reading *reading);

/* Forgets what a strip has been, or all strips: what is measured within the next
 * quarter of a second may still be old, and is left out. */
void history_forget(struct history *history, unsigned strip);
void history_forget_all(struct history *history);

void history_read(const struct history *history, unsigned strip, unsigned stage,
    struct history_levels *levels);
void history_read_program(const struct history *history, unsigned strip,
    struct history_program *program);

/* Goes up whenever there is something new to judge: once a second. */
uint64_t history_version(const struct history *history);

#endif
