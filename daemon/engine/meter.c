#include "engine/meter.h"

#include <string.h>

#define CACHE_LINE 64

size_t
meter_stride(size_t meters, size_t programs)
{
	size_t size = sizeof(struct meter_window) +
		      meters * sizeof(struct meter) +
		      programs * sizeof(struct meter_program);

	return (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

struct meter_program *
meter_programs(struct meter_window *window, size_t meters)
{
	return (struct meter_program *)(void *)(window->meter + meters);
}

const struct meter_program *
meter_programs_const(const struct meter_window *window, size_t meters)
{
	return (
	    const struct meter_program *)(const void *)(window->meter + meters);
}

static struct meter_window *
meter_slot(const struct meter_ring *ring, uint32_t index)
{
	return (struct meter_window *)(void *)(ring->memory +
					       (index & (ring->slots - 1)) *
						   ring->stride);
}

struct meter_window *
meter_open(const struct meter_ring *ring)
{
	return meter_slot(ring, ring->open);
}

void
meter_close(struct meter_ring *ring)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);

	if (ring->open + 1 - tail >= ring->slots)
		return;
	ring->open++;
	memset(meter_slot(ring, ring->open), 0, ring->stride);
}

void
meter_publish(struct meter_ring *ring)
{
	if (ring->open !=
	    atomic_load_explicit(&ring->head, memory_order_relaxed))
		atomic_store_explicit(
		    &ring->head, ring->open, memory_order_release);
}

const struct meter_window *
meter_oldest(const struct meter_ring *ring)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);

	return head == tail ? NULL : meter_slot(ring, tail);
}

void
meter_done(struct meter_ring *ring)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
}
