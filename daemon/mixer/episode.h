#ifndef MIXER_EPISODE_H
#define MIXER_EPISODE_H

#include "engine/meter.h"
#include "mixer/desk.h"
#include "mixer/event.h"
#include "mixer/origin.h"

#include <stddef.h>

/*
 * Overs, clips and invalid samples gathered from meter windows into events:
 * one event from the first sample to the last, ended by 50 ms without any or
 * after a second. Every sample is counted in exactly one event. Control
 * thread.
 */

struct episodes;

/* For `count` meters, those of strip i from first[i] on. NULL without
 * memory. */
struct episodes *episodes_new(const struct desk *desk, const size_t *first,
    size_t count, struct event_log *log);
void episodes_free(struct episodes *episodes);

/* Ends all that go on: the windows to come are of another desk. */
void episodes_end(struct episodes *episodes);

/* Which routes are open; NULL, as at first: all. It must outlive them. */
void
episodes_set_solo(struct episodes *episodes, const struct route_solo *solo);

/* The sample rate of the windows to come, in Hz. */
void episodes_set_rate(struct episodes *episodes, unsigned rate);

/* Looks through a window; adds the events that ended. */
void
episodes_fold(struct episodes *episodes, const struct meter_window *window);

#endif
