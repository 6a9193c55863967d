#include "edge/lv2_guard.h"
#include "edge/lv2_internal.h"
#include "engine/kernel.h"

#include <math.h>

/*
 * What the realtime thread does of the LV2 host.
 */

/* No delay line reaches further, whatever a plugin says. */
#define LATEST 0x1p24F

REALTIME static void
set_controls(struct lv2_instance *instance)
{
	const float *param = instance->processor.param;

	for (size_t i = 0; i < instance->plugin->plugin.params; i++) {
		struct lv2_control *control = &instance->control[i];
		float value = fmaxf(param[i], control->low);

		value = fminf(value, control->high);
		control->value = control->whole ? rintf(value) : value;
	}
}

REALTIME static void
connect(struct lv2_copy *copy, struct lv2_audio *audio, const float *data)
{
	if (audio->now == data)
		return;
	audio->now = data;
	/* LV2 has one function for ports that are read and written. */
	copy->connect(copy->handle, audio->port, (void *)(uintptr_t)data);
}

/* An input without events, an output with room for them. */
REALTIME static void
set_events(const struct lv2_copy *copy, const struct lv2_host_shared *shared)
{
	for (uint32_t i = 0; i < copy->event_ports; i++) {
		const struct lv2_events *events = &copy->events[i];
		LV2_Atom *atom = &events->sequence->atom;

		atom->type = events->out ? shared->chunk : shared->sequence;
		atom->size = events->out
				 ? events->bytes - (uint32_t)sizeof *atom
				 : (uint32_t)sizeof events->sequence->body;
		events->sequence->body = (LV2_Atom_Sequence_Body){ 0, 0 };
	}
}

/* What W has answered. */
REALTIME static void
deliver(struct lv2_work *work)
{
	const void *response;
	uint32_t size;

	if (work->interface == NULL)
		return;
	while ((response = lv2_ring_peek(&work->responses, &size)) != NULL) {
		work->response(work->handle, size, response);
		lv2_ring_pop(&work->responses);
	}
	if (work->end_run)
		work->end_run(work->handle);
}

REALTIME static float
run_copy(struct lv2_instance *instance, unsigned index, uint32_t frames)
{
	struct lv2_copy *copy = &instance->copy[index];

	set_events(copy, instance->shared);
	copy->run(copy->handle, frames);
	deliver(&copy->work);
	return copy->latency != NULL ? *copy->latency : 0;
}

void
lv2_run(struct processor *processor, const float *const *in, float *const *out,
    uint32_t frames)
{
	struct lv2_instance *instance =
	    (struct lv2_instance *)(void *)processor;
	unsigned lanes = instance->lanes / instance->copies;
	float latency = 0;
	struct lv2_guard before =
	    lv2_guard_enter(instance->plugin->plugin.uri, true);

	set_controls(instance);
	for (unsigned i = 0; i < instance->copies; i++) {
		struct lv2_copy *copy = &instance->copy[i];
		for (unsigned lane = 0; lane < lanes; lane++) {
			unsigned at = i * lanes + lane;
			connect(copy, &copy->in[lane], in[at]);
			connect(copy, &copy->out[lane], out[at]);
		}
		/* The larger one; NaN never is. */
		float its = run_copy(instance, i, frames);
		if (its > latency)
			latency = its < LATEST ? its : LATEST;
	}
	if (lv2_guard_leave(before))
		atomic_store_explicit(
		    &processor->allocates, true, memory_order_relaxed);
	atomic_store_explicit(
	    &processor->latency, (uint32_t)latency, memory_order_relaxed);
	kernel_flush_denormals();
}
