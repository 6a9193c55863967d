#ifndef EDGE_LV2_RING_H
#define EDGE_LV2_RING_H

#include "engine/realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Messages of any size from one thread to one other, without a lock. A message
 * lies in one piece, so that it is read where it is.
 */

struct lv2_ring {
	uint32_t size; /* bytes, a power of two */
	unsigned char *data;
	_Atomic uint32_t head; /* written so far */
	_Atomic uint32_t tail; /* read so far */
};

/* Returns 0 or -ENOMEM. `size` is a power of two. Before the threads. */
int lv2_ring_init(struct lv2_ring *ring, uint32_t size);

/* After the threads; also of one that is all zero. */
void lv2_ring_free(struct lv2_ring *ring);

/* Writer: copies a message; false if there is no room for it. */
REALTIME bool
lv2_ring_write(struct lv2_ring *ring, const void *message, uint32_t size);

/* Reader: the oldest message, aligned to 8 bytes, or NULL. */
REALTIME const void *lv2_ring_peek(struct lv2_ring *ring, uint32_t *size);

/* Reader: gives up the message that lv2_ring_peek() showed. */
REALTIME void lv2_ring_pop(struct lv2_ring *ring);

#endif
