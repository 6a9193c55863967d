#ifndef MIXER_ZONES_H
#define MIXER_ZONES_H

#include "engine/meter.h"
#include "mixer/desk.h"
#include "mixer/event.h"
#include "protocol/zone.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Where each stage stands against its target, and its headroom since a reset,
 * kept from meter windows. A zone is that of the highest true peak, and before
 * an insert slot of the RMS, of the last ZONES_SECONDS. It rises at once; it
 * falls when the level has been ZONES_HYSTERESIS below the bound for
 * ZONES_DWELL. Time is that of the windows. Control thread.
 */

#define ZONES_SECONDS 3.0
#define ZONES_HYSTERESIS 2.0 /* dB */
#define ZONES_DWELL 10.0     /* s */

struct desk_map;
struct zones;

struct zones_reading {
	double headroom; /* dB since the reset, rounded down to tenths */
	enum zone zone;
	uint64_t version; /* of the last change, 1, 2, … over all stages */
};

/* For `count` meters, those of strip i from first[i] on, which must outlive
 * them. Changes of zone go into the log, but neither those from silence to a
 * level that is not hot nor those back. NULL without memory. */
struct zones *zones_new(const struct desk *desk, const size_t *first,
    size_t count, struct event_log *log);
void zones_free(struct zones *zones);

/* Takes over what another desk's have kept of the stages that both have, all of
 * it news. */
void zones_follow(struct zones *zones, const struct zones *before,
    const struct desk_map *map);

/* The sample rate of the windows to come, in Hz. */
void zones_set_rate(struct zones *zones, unsigned rate);

/* Takes a window in. */
void zones_fold(struct zones *zones, const struct meter_window *window);

/* Nothing runs: every zone is silent. The headroom stays. */
void zones_rest(struct zones *zones);

/* All stages of a strip begin anew. */
void zones_reset(struct zones *zones, unsigned strip);

void zones_read(const struct zones *zones, unsigned strip, unsigned stage,
    struct zones_reading *reading);

/* The version of the newest change; 0 before any. */
uint64_t zones_version(const struct zones *zones);

#endif
