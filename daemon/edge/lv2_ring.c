#include "edge/lv2_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Messages begin with their size, and lie 8 bytes apart or a multiple. */
#define HEAD 8U
/* The size of what only fills the ring up to its end. */
#define FILLER UINT32_MAX

int
lv2_ring_init(struct lv2_ring *ring, uint32_t size)
{
	ring->data = aligned_alloc(HEAD, size);
	if (ring->data == NULL)
		return -ENOMEM;
	memset(ring->data, 0, size);
	ring->size = size;
	atomic_init(&ring->head, 0);
	atomic_init(&ring->tail, 0);
	return 0;
}

void
lv2_ring_free(struct lv2_ring *ring)
{
	free(ring->data);
	ring->data = NULL;
	ring->size = 0;
}

REALTIME static uint32_t
span(uint32_t size)
{
	return HEAD + (size + HEAD - 1) / HEAD * HEAD;
}

bool
lv2_ring_write(struct lv2_ring *ring, const void *message, uint32_t size)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);

	/* An empty ring takes this much wherever it stands. */
	if (ring->size == 0 || size > ring->size / 2 - HEAD)
		return false;
	uint32_t at = head & (ring->size - 1);
	uint32_t rest = ring->size - at;
	uint32_t skip = rest < span(size) ? rest : 0;
	if (ring->size - (head - tail) < skip + span(size))
		return false;
	if (skip != 0) {
		memcpy(ring->data + at, &(uint32_t){ FILLER }, sizeof size);
		at = 0;
	}
	memcpy(ring->data + at, &size, sizeof size);
	if (size != 0)
		memcpy(ring->data + at + HEAD, message, size);
	atomic_store_explicit(
	    &ring->head, head + skip + span(size), memory_order_release);
	return true;
}

const void *
lv2_ring_peek(struct lv2_ring *ring, uint32_t *size)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);

	if (head == tail)
		return NULL;
	uint32_t at = tail & (ring->size - 1);
	memcpy(size, ring->data + at, sizeof *size);
	if (*size == FILLER) {
		tail += ring->size - at;
		atomic_store_explicit(&ring->tail, tail, memory_order_release);
		at = 0;
		memcpy(size, ring->data, sizeof *size);
	}
	return ring->data + at + HEAD;
}

void
lv2_ring_pop(struct lv2_ring *ring)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t size;

	memcpy(&size, ring->data + (tail & (ring->size - 1)), sizeof size);
	atomic_store_explicit(
	    &ring->tail, tail + span(size), memory_order_release);
}
