#include "edge/jack_internal.h"

#include "edge/memory.h"

#include <jack/jack.h>
#include <stdlib.h>

/* Port buffers lie in JACK's shared memory, one of this length a port, whatever
 * the period. */
#define LONGEST_PERIOD 8192

static void
pages_add(struct jack *jack, const float *buffer)
{
	unsigned count =
	    atomic_load_explicit(&jack->buffers, memory_order_relaxed);

	if (!buffer || count == JACK_BUFFERS)
		return;
	/* Ports come and go; their places in memory are used again. */
	for (unsigned i = 0; i < count; i++)
		if (jack->buffer[i] == buffer)
			return;
	jack->buffer[count] = buffer;
	atomic_store_explicit(&jack->buffers, count + 1, memory_order_release);
}

void
pages_touch(struct jack *jack, jack_nframes_t frames)
{
	unsigned count =
	    atomic_load_explicit(&jack->buffers, memory_order_acquire);

	for (unsigned i = 0; i < count; i++)
		memory_touch(jack->buffer[i], frames * sizeof(float));
}

void
pages_take_own(
    struct jack *jack, const struct jack_ports *ports, const bool *keeps)
{
	jack_nframes_t period = atomic_load(&jack->period);

	for (size_t i = 0; i < ports_count(ports); i++)
		if (!keeps || !keeps[i])
			pages_add(jack,
			    jack_port_get_buffer(ports->handle[i], period));
	pages_touch(jack, period);
}

void
pages_take_other(struct jack *jack, jack_port_t *port)
{
	if (!port || !(jack_port_flags(port) & JackPortIsOutput) ||
	    jack_port_is_mine(jack->client, port))
		return;
	jack_nframes_t period = atomic_load(&jack->period);
	const float *buffer = jack_port_get_buffer(port, period);
	pages_add(jack, buffer);
	memory_touch(buffer, period * sizeof *buffer);
}

void
pages_take_others(struct jack *jack)
{
	const char **name = jack_get_ports(
	    jack->client, NULL, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);

	for (size_t i = 0; name && name[i]; i++)
		pages_take_other(
		    jack, jack_port_by_name(jack->client, name[i]));
	jack_free(name);
}

static int
by_address(const void *a, const void *b)
{
	const float *x = *(const float *const *)a;
	const float *y = *(const float *const *)b;

	return (x > y) - (x < y);
}

void
pages_trim(struct jack *jack)
{
	unsigned count = atomic_load(&jack->buffers);
	const void **keep = calloc(count + 1, sizeof *keep);

	if (!keep)
		return;
	for (unsigned i = 0; i < count; i++)
		keep[i] = jack->buffer[i];
	qsort(keep, count, sizeof *keep, by_address);
	memory_trim_jack(keep, count, LONGEST_PERIOD * sizeof(float));
	free(keep);
}
