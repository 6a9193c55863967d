#ifndef MIXER_METERS_H
#define MIXER_METERS_H

#include "mixer/loudness.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Meter windows from the engine, folded into what each reader wants to know:
 * peaks since its own last reading, RMS over the last 300 ms. Control thread.
 */

/* What one lane of one stage reads, in dBFS, -200 for silence. */
struct meters_reading {
	double peak, rms, true_peak;
};

struct meters;
struct zones;
struct meters_reader;

/* A reader of its own "since last". Its first reading of a stage shows the
 * last 300 ms. NULL without memory. */
struct meters_reader *meters_reader_new(struct meters *meters);
void meters_reader_free(struct meters_reader *reader);

/* Reads all lanes of a stage into `lane` (DESK_LANES long) and starts this
 * reader's next "since last" there. `reader` NULL reads the last 300 ms.
 * Returns the number of lanes. */
unsigned meters_read(struct meters *meters, struct meters_reader *reader,
    unsigned strip, unsigned stage, struct meters_reading *lane);

/* The same, but "since last" goes on: the next reading tells it again. */
unsigned meters_peek(struct meters *meters, const struct meters_reader *reader,
    unsigned strip, unsigned stage, struct meters_reading *lane);

/* Zones and headroom of the stages, for zones.h. */
struct zones *meters_zones(const struct meters *meters);

/* Loudness of a bus or the master, and its reset. */
void meters_read_loudness(const struct meters *meters, unsigned strip,
    struct loudness_reading *reading);
void meters_reset_loudness(struct meters *meters, unsigned strip);

#endif
