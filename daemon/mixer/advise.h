#ifndef MIXER_ADVISE_H
#define MIXER_ADVISE_H

#include "mixer/advice.h"
#include "mixer/mixer.h"

#include <stdint.h>

/*
 * The advice of a desk at work: kept as fresh as its meters, each finding under
 * a number of its own for as long as it stands, and applied on demand. Control
 * thread.
 */

struct advise;

/* NULL without memory. */
struct advise *advise_new(const struct desk *desk);
void advise_free(struct advise *advise);

/* Numbers its findings on behind those of another desk. */
void advise_follow(struct advise *advise, const struct advise *before);

/* The findings as of the last second. */
const struct advice *mixer_advice(struct mixer *mixer);

/* Goes up whenever findings come or go, or a fix becomes another one. As of the
 * last mixer_advice(). */
uint64_t mixer_advice_version(const struct mixer *mixer);

/* The finding with this number, or NULL. */
const struct finding *mixer_advice_find(const struct mixer *mixer, unsigned id);

/* The parameter of a set, into address->param. */
void mixer_advice_param(const struct mixer *mixer, const struct advice_set *set,
    struct address *address);

/* Calls `each` with what mixer_advice_apply() with this number would set. */
void mixer_advice_each(struct mixer *mixer, unsigned id,
    void (*each)(void *arg, const struct address *address), void *arg);

/* Sets what mends one finding, as one step that mixer_undo() takes back;
 * measuring begins anew. `id` 0: all that can be mended at once; of those that
 * turn the whole mix down, the one that does it most. Heard from the next
 * mixer_commit() on. Returns how many findings were mended, 0 if there is none
 * or it has no fix; the sets into `sets`. */
unsigned mixer_advice_apply(
    struct mixer *mixer, unsigned id, const void *origin, unsigned *sets);

#endif
