#ifndef MIXER_UNDO_H
#define MIXER_UNDO_H

#include "mixer/mixer.h"

#include <stdbool.h>

/*
 * Steps that can be taken back: what mixer_set() changes between begin and end
 * is one step, such as the fix of a finding or the recall of a scene. Control
 * thread.
 */

#define UNDO_STEPS 16 /* that are kept */
#define UNDO_LABEL 80 /* bytes, terminator included */

struct desk_map;
struct undo;

/* NULL without memory. */
struct undo *undo_new(void);
void undo_free(struct undo *undo);

/* The desk is another one: forgets what it does not have. */
void undo_follow(struct undo *undo, const struct desk_map *map);

/* What is set from now on is one step. The label says what it was, for people.
 * A step in which nothing changes is none. */
void mixer_undo_begin(struct mixer *mixer, const char *label);
void mixer_undo_end(struct mixer *mixer);

/* Calls `each` with what mixer_undo() would set. */
void mixer_undo_each(const struct mixer *mixer,
    void (*each)(void *arg, const struct address *address), void *arg);

/* Takes the newest step back: each value that it changed is as it was before,
 * also if it was moved since, and a fade that goes on ends. `origin` as for
 * mixer_set(); what the step was into `label`. Returns how many values were set,
 * 0 if there is no step. */
unsigned
mixer_undo(struct mixer *mixer, const void *origin, char label[UNDO_LABEL]);

/* For mixer_set(), and for what will be set step by step: remembers how an
 * address stands before it is set. */
void undo_note(struct mixer *mixer, const struct address *address);

#endif
