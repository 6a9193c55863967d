#include "mixer/slots.h"

#include "mixer/mixer_state.h"
#include "mixer/plugin.h"

#include <stdio.h>
#include <stdlib.h>

/* Ticks in a row in which a slot had blocks that were no numbers, after which
 * it is reset: a plugin may stay that way for good. */
#define BAD_TICKS 10
/* Ticks after which a fade that was posted has ended for certain. */
#define FADE_TICKS 10
/* Resets after which a slot is given up, and ticks after which they are
 * forgiven. */
#define RESETS 3
#define FORGIVEN 6000
/* Seconds between two words about the time that a slot takes. */
#define QUIET 10

/* Something asked of the host. It outlives the desk that asked. */
struct live_job {
	struct mixer *mixer;
	struct plugin_host *host;
	struct live_slot *slot; /* NULL: nobody wants it any more */
	unsigned strip, insert;
};

static void
unload(void *host, void *processor)
{
	struct plugin_host *plugins = host;

	plugins->unload(plugins, processor);
}

/* The next commit looks at every strip: a latency changes what others wait. */
static void
latency_changed(struct mixer *mixer)
{
	struct align align;

	if (align_solve(&align, mixer->desk, &mixer->solo, mixer->live) < 0)
		return;
	align_free(&mixer->align);
	mixer->align = align;
	for (size_t i = 0; i < mixer->desk->strips; i++)
		mixer->stale[i] = true;
	mixer->any_stale = true;
	mixer->latency_version++;
}

static void
strip_changed(struct mixer *mixer, unsigned strip)
{
	mixer->stale[strip] = true;
	mixer->any_stale = true;
}

static void
read_latency(struct mixer *mixer, struct live_slot *slot)
{
	uint32_t latency = atomic_load_explicit(
	    &slot->processor->latency, memory_order_relaxed);

	if (latency == slot->latency)
		return;
	slot->latency = latency;
	latency_changed(mixer);
}

/* --- asked of the host --- */

static void
came(void *arg, struct processor *processor, const char *why)
{
	struct live_job *job = arg;
	struct live_slot *slot = job->slot;

	if (slot == NULL) {
		if (processor != NULL)
			job->host->unload(job->host, processor);
		free(job);
		return;
	}
	slot->job = NULL;
	if (processor == NULL) {
		slot->phase = SLOT_FAILED;
		mixer_insert_state(
		    job->mixer, job->strip, job->insert, INSERT_FAILED, why);
	} else {
		slot->phase = SLOT_WORKS;
		slot->leaving = false;
		slot->processor = processor;
		slot->ticks = 0;
		job->mixer->plan_stale = true;
		read_latency(job->mixer, slot);
		strip_changed(job->mixer, job->strip);
		mixer_insert_state(
		    job->mixer, job->strip, job->insert, INSERT_ACTIVE, "");
	}
	free(job);
}

/* Nobody wants what was asked for it any more. */
static void
orphan(struct live_slot *slot)
{
	if (slot->job != NULL)
		slot->job->slot = NULL;
	slot->job = NULL;
}

static void
leave(struct live_slot *slot)
{
	orphan(slot);
	if (slot->processor != NULL)
		slot->host->unload(slot->host, slot->processor);
}

static struct live_job *
job_new(struct mixer *mixer, unsigned strip, unsigned insert)
{
	struct live_job *job = malloc(sizeof *job);
	struct live_slot *slot = mixer->live->strip[strip].slot[insert];

	if (job != NULL)
		*job = (struct live_job){ mixer, mixer->host, slot, strip,
			insert };
	slot->job = job;
	slot->host = mixer->host;
	slot->leave = leave;
	return job;
}

static void
ask_instance(struct mixer *mixer, unsigned strip, unsigned insert)
{
	const struct desk_strip *desk = &mixer->desk->strip[strip];
	const struct desk_insert *wanted = &desk->insert[insert];
	struct live_slot *slot = mixer->live->strip[strip].slot[insert];
	struct plugin_order order = {
		.uri = wanted->uri,
		.lanes = desk->lanes,
		.rate = mixer->live->rate,
		.preset = wanted->preset,
		.param = wanted->param,
	};
	struct live_job *job = job_new(mixer, strip, insert);

	if (job == NULL)
		return;
	slot->phase = SLOT_LOADING;
	mixer_insert_state(mixer, strip, insert, INSERT_LOADING, "");
	for (size_t i = 0; i < slot->params; i++)
		slot->param[i] = (float)wanted->param[i];
	mixer->host->load(mixer->host, &order, came, job);
}

static void
reset(void *arg, void *processor)
{
	struct live_job *job = arg;

	if (job->slot == NULL) {
		job->host->unload(job->host, processor);
		free(job);
	} else {
		job->host->reset(job->host, processor, came, job);
	}
}

void
slots_move(struct live_job *job, unsigned strip, unsigned insert)
{
	job->strip = strip;
	job->insert = insert;
}

/* --- a slot that works --- */

/* Takes stock of the last second; `ticks` of the slots' clock are a us. */
static void
take_time(struct mixer *mixer, unsigned strip, unsigned insert, double ticks)
{
	struct live_slot *slot = mixer->live->strip[strip].slot[insert];
	struct slot *state = &slot->state;
	uint64_t all =
	    atomic_load_explicit(&state->ticks, memory_order_relaxed);
	uint32_t runs =
	    atomic_load_explicit(&state->runs, memory_order_relaxed);
	uint32_t worst =
	    atomic_exchange_explicit(&state->worst, 0, memory_order_relaxed);
	double period = timing_period(mixer);
	char why[96];

	slot->mean = runs == slot->clock_runs
			 ? 0
			 : (double)(all - slot->clock_ticks) / ticks /
			       (runs - slot->clock_runs);
	slot->worst = worst / ticks;
	slot->clock_ticks = all;
	slot->clock_runs = runs;
	if (slot->quiet != 0) {
		slot->quiet--;
	} else if (period != 0 && mixer->status.jack == JACK_RUNNING &&
		   slot->worst > period * mixer->desk->insert_share / 100) {
		slot->quiet = QUIET;
		snprintf(why, sizeof why,
		    "it took %.0f us of a period of %.0f us", slot->worst,
		    period);
		mixer_insert_state(mixer, strip, insert, INSERT_ACTIVE, why);
	}
}

void
slots_take_times(struct mixer *mixer, double ticks)
{
	for (unsigned i = 0; i < mixer->desk->strips; i++)
		for (unsigned k = 0; k < mixer->live->strip[i].slots; k++)
			if (mixer->live->strip[i].slot[k]->processor != NULL)
				take_time(mixer, i, k, ticks);
}

/* What makes no numbers any more is faded out. */
static void
watch(struct mixer *mixer, unsigned strip, unsigned insert)
{
	struct live_slot *slot = mixer->live->strip[strip].slot[insert];
	uint32_t invalid =
	    atomic_load_explicit(&slot->state.invalid, memory_order_relaxed);

	if (!slot->allocates &&
	    atomic_load_explicit(
		&slot->processor->allocates, memory_order_relaxed)) {
		slot->allocates = true;
		mixer_insert_state(mixer, strip, insert, INSERT_ACTIVE,
		    "it allocates memory while it runs: dropouts may come "
		    "of it");
	}

	slot->bad = invalid != slot->invalid ? slot->bad + 1 : 0;
	slot->invalid = invalid;
	if (++slot->ticks > FORGIVEN)
		slot->resets = 0;
	if (slot->bad < BAD_TICKS)
		return;
	slot->bad = 0;
	slot->ticks = 0;
	slot->leaving = true;
	slot->phase = SLOT_LEAVING;
	strip_changed(mixer, strip);
}

/* Faded out: the next plan does without it, and when this one is back it is
 * reset, or ended if that has not helped. */
static void
take_out(struct mixer *mixer, unsigned strip, unsigned insert)
{
	struct live_slot *slot = mixer->live->strip[strip].slot[insert];
	struct processor *processor = slot->processor;
	bool again = slot->resets < RESETS;
	struct live_job *job = again ? job_new(mixer, strip, insert) : NULL;

	if ((again && job == NULL) ||
	    live_scrap(mixer->plan, again ? reset : unload,
		again ? (void *)job : mixer->host, processor) < 0) {
		free(job);
		slot->job = NULL;
		return;
	}
	slot->processor = NULL;
	slot->resets++;
	slot->phase = again ? SLOT_LOADING : SLOT_FAILED;
	mixer->plan_stale = true;
	strip_changed(mixer, strip);
	mixer_insert_state(mixer, strip, insert, INSERT_FAILED,
	    again ? "it makes NaN; it is reset"
		  : "it makes NaN again and again; it is left out");
}

void
mixer_insert_connected(struct mixer *mixer, unsigned strip, unsigned insert,
    bool connected, uint32_t latency)
{
	struct live_slot *slot;

	if (mixer->live == NULL)
		return;
	slot = mixer->live->strip[strip].slot[insert];
	if (connected && latency != slot->latency) {
		slot->latency = latency;
		latency_changed(mixer);
	}
	if (connected != slot->connected) {
		slot->connected = connected;
		strip_changed(mixer, strip);
	}
	mixer_insert_state(mixer, strip, insert,
	    connected ? INSERT_ACTIVE : INSERT_UNCONNECTED, "");
}

static void
slot_tick(struct mixer *mixer, unsigned strip, unsigned insert)
{
	const struct desk_insert *wanted =
	    &mixer->desk->strip[strip].insert[insert];
	struct live_slot *slot = mixer->live->strip[strip].slot[insert];

	switch (slot->phase) {
	case SLOT_EMPTY:
		if (wanted->plugin != NULL && mixer->host != NULL)
			ask_instance(mixer, strip, insert);
		break;
	case SLOT_WORKS:
		read_latency(mixer, slot);
		watch(mixer, strip, insert);
		break;
	case SLOT_LEAVING:
		if (++slot->ticks > FADE_TICKS && !mixer->stale[strip])
			take_out(mixer, strip, insert);
		break;
	case SLOT_LOADING:
	case SLOT_FAILED:
		break;
	}
}

void
slots_tick(struct mixer *mixer)
{
	if (mixer->live == NULL)
		return;
	for (unsigned i = 0; i < mixer->desk->strips; i++)
		for (unsigned k = 0; k < mixer->live->strip[i].slots; k++)
			slot_tick(mixer, i, k);
}

void
slots_orphan(const struct live *live, bool all)
{
	for (size_t i = 0; live != NULL && i < live->strips; i++)
		for (size_t k = 0; k < live->strip[i].slots; k++) {
			struct live_slot *slot = live->strip[i].slot[k];
			if (all || slot->users == 1)
				orphan(slot);
		}
}
