#ifndef MIXER_SLOTS_H
#define MIXER_SLOTS_H

/*
 * What becomes of the insert slots of the live desk: instances are asked of
 * the host, put into the plan when they come, taken out and reset when they
 * make no numbers any more, and given up when that does not help. Control
 * thread.
 */

#include <stdbool.h>

struct live;
struct live_job;
struct mixer;

/* Looks after all slots; every tick. */
void slots_tick(struct mixer *mixer);

/* Takes stock of the times of all slots since the last time; a us has so many
 * ticks of slot_clock(). */
void slots_take_times(struct mixer *mixer, double ticks);

/* What was asked of the host is for a slot that is here now. */
void slots_move(struct live_job *job, unsigned strip, unsigned insert);

/* A live desk goes: instances that are on their way to its slots end when they
 * come, but for slots that another one shares, unless it is `all` of them. Those
 * that are there end with the plan that used them last. */
void slots_orphan(const struct live *live, bool all);

#endif
