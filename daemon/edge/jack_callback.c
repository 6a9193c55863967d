#include "edge/jack_internal.h"

#include "engine/engine.h"
#include "engine/realtime.h"
#include "mixer/latency.h"

#include <string.h>

#define STACK_TOUCHED 65536 /* bytes; the engine needs far less */

/* What JACK documents as safe in the process callback, and one that reads a
 * count in shared memory, as the others do.
 * NOLINTBEGIN(readability-redundant-declaration) */
REALTIME void *jack_port_get_buffer(jack_port_t *port, jack_nframes_t frames);
REALTIME jack_nframes_t jack_last_frame_time(const jack_client_t *client);
REALTIME int jack_port_connected(const jack_port_t *port);
/* NOLINTEND(readability-redundant-declaration) */

/* --- R --- */

/* JACK counts frames in 32 bits. Here they go on in 64, with the same low
 * bits, and never backwards, whatever the server does. */
static uint64_t
frame_extend(struct jack *jack, uint32_t now)
{
	uint32_t step = now - (uint32_t)jack->frame;

	if (jack->framed && step > INT32_MAX)
		step = jack->frames;
	jack->framed = true;
	jack->frame += step;
	return jack->frame;
}

/* What comes back from a program that is gone is not silence, but nothing. */
static const float *
input_buffer(const struct jack_ports *ports, size_t i, jack_nframes_t frames)
{
	jack_port_t *port = ports->handle[i];

	if (ports->port[i].insert != 0 && jack_port_connected(port) == 0)
		return NULL;
	return jack_port_get_buffer(port, frames);
}

static float *
output_buffer(struct jack_ports *ports, size_t i, jack_nframes_t frames)
{
	jack_port_t *port = ports->handle[ports->inputs + i];
	float *buffer;

	if (atomic_load_explicit(&ports->wanted[i], memory_order_relaxed)) {
		ports->silent[i] = 0;
		return jack_port_get_buffer(port, frames);
	}
	/* Whoever connects to it hears silence until the note of that has
	 * come round, not what was in the buffer. */
	if (ports->silent[i] < frames) {
		buffer = jack_port_get_buffer(port, frames);
		if (buffer)
			memset(buffer, 0, frames * sizeof *buffer);
		ports->silent[i] = frames;
	}
	return NULL;
}

static void
process_silence(struct jack_segment *segment, jack_nframes_t frames)
{
	const struct jack_ports *ports = atomic_load(&segment->jack->now);
	const struct jack_part *part = &ports->part[segment->index];

	for (size_t i = 0; i < part->outputs; i++) {
		size_t port = ports->inputs + part->output[i];
		float *buffer =
		    jack_port_get_buffer(ports->handle[port], frames);

		if (buffer)
			memset(buffer, 0, frames * sizeof *buffer);
	}
}

static bool
process_engine(struct jack_segment *segment, jack_nframes_t frames)
{
	struct jack *jack = segment->jack;
	uint64_t frame = 0;

	if (segment->index == 0) {
		frame = frame_extend(jack, jack_last_frame_time(jack->client));
		jack->frames = frames;
		atomic_store_explicit(
		    &jack->frame_now, frame, memory_order_relaxed);
	}
	if (!engine_begin(jack->engine, segment->index, frame, frames))
		return false;
	struct jack_ports *ports = jack->engine->plan->ports;
	const struct jack_part *part = &ports->part[segment->index];
	for (size_t i = 0; i < part->inputs; i++) {
		size_t port = part->input[i];
		ports->in[port] = input_buffer(ports, port, frames);
	}
	for (size_t i = 0; i < part->outputs; i++) {
		size_t port = part->output[i];
		ports->out[port] = output_buffer(ports, port, frames);
	}
	engine_run_segment(jack->engine, segment->index, ports->in, ports->out);
	return true;
}

REALTIME static int
process(jack_nframes_t frames, void *arg)
{
	struct jack_segment *segment = arg;
	struct jack *jack = segment->jack;

	/* In this order, and C in the other: either R sees `stopped`, or C
	 * sees `busy`. */
	atomic_fetch_add(&jack->busy, 1);
	if (atomic_load(&jack->stopped) || !process_engine(segment, frames))
		process_silence(segment, frames);
	if (segment->index == 0)
		atomic_fetch_add_explicit(
		    &jack->cycles, 1, memory_order_relaxed);
	atomic_fetch_add(&segment->runs, 1);
	atomic_fetch_sub(&jack->busy, 1);
	return 0;
}

static void
thread_begin(struct jack *jack)
{
	unsigned char stack[STACK_TOUCHED];
	volatile unsigned char *touch = stack;

	jack->begin();
	/* Memory is locked when it is first touched: touch it now. */
	for (size_t i = 0; i < sizeof stack; i += 1024)
		touch[i] = 0;
}

/* R's whole life. It runs its cycles by itself because a callback for when a
 * thread begins is none to ask JACK for: libjack 1.9.21 may wait for ever for
 * its thread of messages to have called that, too. */
static void *
thread_run(void *arg)
{
	struct jack_segment *segment = arg;
	jack_nframes_t frames;

	thread_begin(segment->jack);
	while ((frames = jack_cycle_wait(segment->client)) != 0)
		jack_cycle_signal(segment->client, process(frames, segment));
	return NULL;
}

/* R of the probe. */
REALTIME static int
probe_process(jack_nframes_t frames, void *arg)
{
	struct jack *jack = arg;

	(void)frames;
	atomic_fetch_add_explicit(&jack->probe_cycles, 1, memory_order_relaxed);
	return 0;
}

/* --- N, or whichever thread JACK calls on: notes only --- */

REALTIME static int
period_changed(jack_nframes_t frames, void *arg)
{
	struct jack *jack = arg;

	/* R stands still while this is called. */
	pages_touch(jack, frames);
	atomic_store(&jack->period, frames);
	return 0;
}

static int
rate_changed(jack_nframes_t rate, void *arg)
{
	atomic_store(&((struct jack *)arg)->rate, rate);
	return 0;
}

static int
xrun_happened(void *arg)
{
	atomic_fetch_add(&((struct jack *)arg)->xruns, 1);
	return 0;
}

static void
freewheel_changed(int starting, void *arg)
{
	atomic_store(&((struct jack *)arg)->freewheel, starting != 0);
}

static void
server_gone(void *arg)
{
	atomic_store(&((struct jack *)arg)->gone, true);
}

static void
port_registered(jack_port_id_t port, int is_new, void *arg)
{
	struct jack *jack = arg;
	unsigned head =
	    atomic_load_explicit(&jack->ports_head, memory_order_relaxed);

	if (!is_new)
		return;
	if (head - atomic_load(&jack->ports_tail) >= JACK_NEW_PORTS) {
		atomic_store(&jack->ports_lost, true);
		return;
	}
	jack->new_port[head % JACK_NEW_PORTS] = port;
	atomic_store(&jack->ports_head, head + 1);
}

static void
ports_connected(jack_port_id_t a, jack_port_id_t b, int connected, void *arg)
{
	(void)a;
	(void)b;
	(void)connected;
	atomic_store(&((struct jack *)arg)->rewired, true);
}

static void
range_get(jack_port_t **port, size_t count, jack_latency_callback_mode_t mode,
    struct latency_range *range)
{
	for (size_t i = 0; i < count; i++) {
		jack_latency_range_t got;

		jack_port_get_latency_range(port[i], mode, &got);
		range[i].min = got.min;
		range[i].max = got.max;
		/* JACK says 0 of a port that nothing is connected to. It must
		 * not pull a minimum down. */
		if (jack_port_connected(port[i]) == 0)
			range[i] = latency_nothing;
	}
}

/* Of the ports of one segment. */
static void
range_set(jack_port_t **port, const size_t *which, size_t count,
    jack_latency_callback_mode_t mode, const struct latency_range *range)
{
	for (size_t i = 0; i < count; i++) {
		const struct latency_range *of = &range[which[i]];
		jack_latency_range_t set = { .min = of->min, .max = of->max };

		jack_port_set_latency_range(port[which[i]], mode, &set);
	}
}

static void
latency_capture_asked(struct jack *jack, const struct jack_part *part)
{
	struct jack_ports *ports = jack->ports;

	range_get(ports->handle, ports->inputs, JackCaptureLatency,
	    ports->input_range);
	if (latency_capture(
		jack->latency, ports->input_range, ports->output_range) == 0)
		range_set(ports->handle + ports->inputs, part->output,
		    part->outputs, JackCaptureLatency, ports->output_range);
}

static void
latency_playback_asked(struct jack *jack, const struct jack_part *part)
{
	struct jack_ports *ports = jack->ports;

	range_get(ports->handle + ports->inputs, ports->outputs,
	    JackPlaybackLatency, ports->output_range);
	if (latency_playback(
		jack->latency, ports->output_range, ports->input_range) == 0)
		range_set(ports->handle, part->input, part->inputs,
		    JackPlaybackLatency, ports->input_range);
}

static void
latency_asked(jack_latency_callback_mode_t mode, void *arg)
{
	struct jack_segment *segment = arg;
	struct jack *jack = segment->jack;

	pthread_mutex_lock(&jack->latency_lock);
	const struct jack_part *part = &jack->ports->part[segment->index];
	if (jack->latency && mode == JackCaptureLatency)
		latency_capture_asked(jack, part);
	else if (jack->latency)
		latency_playback_asked(jack, part);
	pthread_mutex_unlock(&jack->latency_lock);
	/* What programs in inserts say of themselves may have changed. */
	atomic_store(&jack->rewired, true);
}

/* --- C and W --- */

int
callback_set(struct jack_segment *segment)
{
	struct jack *jack = segment->jack;
	jack_client_t *client = segment->client;

	if (jack_set_process_thread(client, thread_run, segment) != 0 ||
	    jack_set_latency_callback(client, latency_asked, segment) != 0)
		return -1;
	if (segment->index != 0)
		return 0;
	jack_on_shutdown(client, server_gone, jack);
	if (jack_set_buffer_size_callback(client, period_changed, jack) != 0 ||
	    jack_set_sample_rate_callback(client, rate_changed, jack) != 0 ||
	    jack_set_xrun_callback(client, xrun_happened, jack) != 0 ||
	    jack_set_freewheel_callback(client, freewheel_changed, jack) != 0 ||
	    jack_set_port_connect_callback(client, ports_connected, jack) !=
		0 ||
	    jack_set_port_registration_callback(
		client, port_registered, jack) != 0)
		return -1;
	return 0;
}

int
callback_set_probe(struct jack *jack)
{
	return jack_set_process_callback(jack->probe, probe_process, jack);
}

void
callback_reset(struct jack *jack)
{
	atomic_store(&jack->stopped, true);
	atomic_store(&jack->busy, 0);
	atomic_store(&jack->gone, false);
	atomic_store(&jack->freewheel, false);
	atomic_store(&jack->rewired, false);
	atomic_store(&jack->ports_lost, false);
	atomic_store(&jack->ports_tail, atomic_load(&jack->ports_head));
	atomic_store(&jack->buffers, 0);
	engine_reset_turns(jack->engine);
	hold_reset(jack);
	jack->framed = false;
	for (size_t i = 0; i < jack->ports->outputs; i++) {
		atomic_store(
		    &jack->ports->wanted[i], !jack->ports->optional[i]);
		jack->ports->silent[i] = 0;
	}
}
