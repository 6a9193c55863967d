#include "edge/jack.h"

#include "edge/jack_internal.h"
#include "edge/log.h"
#include "edge/loop.h"
#include "engine/engine.h"
#include "mixer/latency.h"
#include "mixer/mixer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TICK_MS 10
#define RETRY_FIRST 0.1   /* s between two looks for the server … */
#define RETRY_LONGEST 1.0 /* … growing to this */
#define RETRY_GROWTH 1.25
#define SLOW_EVERY 1.0 /* s between two looks at what changes seldom */
#define NOTE_AGAIN 0.1 /* s until a cable that is gone is looked at again */
#define NO_CYCLE 0.5   /* s without a cycle: the server is as good as gone */
#define QUIET_WAIT 0.1 /* s in which R must have left the engine */
#define END_WAIT 3.0   /* s for the server to let go at the end */
#define STUCK 10.0     /* s after which a call may never return */

static const char *
server_name(const struct jack *jack)
{
	const char *name = getenv("JACK_DEFAULT_SERVER");

	if (jack->server)
		return jack->server;
	return name && *name ? name : "default";
}

/* --- worker --- */

static void *
worker_run(void *arg)
{
	struct jack *jack = arg;

	for (;;) {
		while (sem_wait(&jack->work) < 0)
			continue;
		if (!jack->job)
			return NULL;
		jack->job(jack);
		atomic_store(&jack->working, false);
	}
}

void
worker_give(struct jack *jack, void (*job)(struct jack *jack))
{
	jack->job = job;
	jack->moved_at = mixer_seconds();
	atomic_store(&jack->working, true);
	sem_post(&jack->work);
}

/* A server that was never joined may stand still for as long as it likes; with
 * one that was, it may be libjack in this process that does. */
static void
worker_watch(struct jack *jack, double now)
{
	bool *stuck = &mixer_status(jack->mixer)->jack_stuck;
	unsigned labelled = atomic_load(&jack->labelled);

	if (!atomic_load(&jack->working)) {
		if (jack->late)
			log_line("JACK server \"%s\" answers again",
			    server_name(jack));
		jack->late = *stuck = false;
		return;
	}
	/* Many labels take their time. */
	if (labelled != jack->labelled_seen) {
		jack->labelled_seen = labelled;
		jack->moved_at = now;
	}
	if (jack->late || now - jack->moved_at < STUCK)
		return;
	jack->late = true;
	*stuck = jack->joined || jack->job != client_open;
	log_at(LOG_LEVEL_ERROR,
	    "JACK server \"%s\" has not answered for %.0f s: it stands still, "
	    "or headroomd must be started anew",
	    server_name(jack), STUCK);
}

/* --- phases --- */

void
phase_leave(struct jack *jack)
{
	atomic_store(&jack->stopped, true);
	jack->phase = PHASE_LEAVING;
	jack->closing = false;
	jack->left_at = mixer_seconds();
	mixer_status(jack->mixer)->dsp_load = 0;
	follow_state(jack, JACK_WAITING);
}

static void
phase_away(struct jack *jack)
{
	double now = mixer_seconds();

	if (jack->ending || now < jack->retry_at || change_needs_worker(jack))
		return;
	callback_reset(jack);
	jack->phase = PHASE_OPENING;
	worker_give(jack, client_open);
}

static void
tell_unopened(struct jack *jack)
{
	const char *server = server_name(jack);
	enum jack_reason reason = REASON_REFUSED;

	if (jack->status & JackServerFailed)
		reason = REASON_SERVER;
	mixer_status(jack->mixer)->jack_refused = reason == REASON_REFUSED;
	if (reason == jack->told)
		return;
	jack->told = reason;
	if (reason == REASON_SERVER)
		log_line("no JACK server \"%s\"; waiting for it", server);
	else
		/* JACK2 says no more than "server error" of a name in use. */
		log_line("JACK server \"%s\" refuses client \"%s\": most "
			 "likely another client there has that name, and "
			 "jack.client must give another (status 0x%x); "
			 "trying again",
		    server, jack->refused, (unsigned)jack->status);
}

static void
retry_later(struct jack *jack)
{
	jack->phase = PHASE_AWAY;
	jack->retry_at = mixer_seconds() + jack->retry_wait;
	jack->retry_wait *= RETRY_GROWTH;
	if (jack->retry_wait > RETRY_LONGEST)
		jack->retry_wait = RETRY_LONGEST;
}

static void
phase_opened(struct jack *jack)
{
	jack->started = -1;
	if (!jack->client) {
		tell_unopened(jack);
		retry_later(jack);
	} else if (jack->ending || follow_rate(jack) < 0) {
		phase_leave(jack);
	} else {
		follow_names(jack);
		jack->phase = PHASE_STARTING;
		worker_give(jack, client_start);
	}
}

static void
phase_started(struct jack *jack)
{
	const struct mixer_status *status = mixer_status(jack->mixer);
	double now = mixer_seconds();

	if (jack->ending || jack->started < 0) {
		if (!jack->ending && jack->told != REASON_REFUSED)
			log_line("JACK server \"%s\" refuses %zu ports (its "
				 "--port-max may be too low); trying again",
			    server_name(jack), ports_count(jack->ports));
		jack->told = REASON_REFUSED;
		mixer_status(jack->mixer)->jack_refused = !jack->ending;
		phase_leave(jack);
		return;
	}
	jack->phase = PHASE_UP;
	jack->joined = true;
	jack->told = REASON_NONE;
	mixer_status(jack->mixer)->jack_refused = false;
	jack->retry_wait = RETRY_FIRST;
	jack->connect_due = jack->label_due = true;
	jack->doubt = jack->note_due = false;
	jack->cycles_seen = atomic_load(&jack->cycles);
	jack->cycles_at = jack->slow_at = now;
	jack->running = true;
	atomic_store(&jack->stopped, false);
	log_line("JACK server \"%s\": %u Hz, %u frames; %zu inputs, %zu "
		 "outputs",
	    server_name(jack), status->sample_rate, status->period,
	    jack->ports->inputs, jack->ports->outputs);
}

/* Some servers go without a word; then cycles just stop. */
static bool
cycles_stopped(struct jack *jack, double now)
{
	uint32_t cycles = atomic_load(&jack->cycles);
	double period =
	    4.0 * atomic_load(&jack->period) / (atomic_load(&jack->rate) + 1.0);

	if (cycles != jack->cycles_seen || atomic_load(&jack->freewheel)) {
		jack->cycles_seen = cycles;
		jack->cycles_at = now;
		mixer_status(jack->mixer)->cycles = cycles;
	}
	return now - jack->cycles_at > (period > NO_CYCLE ? period : NO_CYCLE);
}

static void
up_notes(struct jack *jack)
{
	struct mixer_status *status = mixer_status(jack->mixer);
	unsigned period = atomic_load(&jack->period);

	follow_state(jack,
	    atomic_load(&jack->freewheel) ? JACK_FREEWHEELING : JACK_RUNNING);
	follow_xruns(jack);
	if (atomic_load(&jack->rate) != status->sample_rate ||
	    period != status->period) {
		if (atomic_load(&jack->rate) == status->sample_rate)
			status->period = period;
		else if (follow_rate(jack) < 0)
			return;
		follow_inserts(jack);
		log_line("JACK server \"%s\": %u Hz, %u frames",
		    server_name(jack), status->sample_rate, status->period);
	}
	if (mixer_latency_version(jack->mixer) != jack->latency_version)
		follow_latency(jack);
	if (atomic_exchange(&jack->rewired, false)) {
		jack->note_due = true;
		follow_connections(jack);
		follow_inserts(jack);
	}
}

static bool
take_due(bool *due)
{
	bool was = *due;

	*due = false;
	return was;
}

static bool
note_again(struct jack *jack, double now)
{
	bool again = jack->doubt && now - jack->noted_at >= NOTE_AGAIN;

	/* What vanishes as a server does is not the user's doing. */
	if (now - jack->cycles_at > NO_CYCLE / 2)
		return false;
	if (!take_due(&jack->note_due) && !again)
		return false;
	jack->noted_at = now;
	return true;
}

static void
up_work(struct jack *jack, double now)
{
	if (now - jack->slow_at >= SLOW_EVERY) {
		jack->slow_at = now;
		mixer_status(jack->mixer)->dsp_load =
		    (double)jack_cpu_load(jack->client);
		follow_names(jack);
	}
	if (change_needs_worker(jack))
		return;
	void (*held)(struct jack * jack) = hold_step(jack, now);
	if (held) {
		worker_give(jack, held);
		return;
	}
	if (change_holds_cables(jack))
		return;
	if (take_due(&jack->connect_due))
		worker_give(jack, client_connect);
	else if (atomic_load(&jack->ports_head) !=
		     atomic_load(&jack->ports_tail) ||
		 atomic_load(&jack->ports_lost))
		worker_give(jack, client_connect_new);
	else if (note_again(jack, now))
		worker_give(jack, client_note);
	else if (!hold_any(jack) && take_due(&jack->latency_due))
		worker_give(jack, client_recompute);
	else if (take_due(&jack->label_due))
		worker_give(jack, client_label);
}

static void
phase_up(struct jack *jack)
{
	double now = mixer_seconds();
	bool gone = atomic_load(&jack->gone);
	bool stopped = cycles_stopped(jack, now);

	if (jack->ending || gone || stopped) {
		if (gone)
			log_line("JACK server \"%s\" is gone; waiting for it",
			    server_name(jack));
		else if (stopped && !jack->ending)
			log_line("JACK server \"%s\" runs no cycles; leaving "
				 "it and waiting for it",
			    server_name(jack));
		jack->told = REASON_SERVER;
		jack->retry_wait = RETRY_FIRST;
		phase_leave(jack);
		return;
	}
	up_notes(jack);
	if (!atomic_load(&jack->working))
		up_work(jack, now);
}

static void
phase_leaving(struct jack *jack)
{
	if (jack->running && !atomic_load(&jack->busy))
		jack->running = false;
	if (atomic_load(&jack->working))
		return;
	if (jack->closing) {
		/* Closing has ended R, wherever it was. */
		jack->running = false;
		engine_reset_turns(jack->engine);
		change_forget(jack);
		retry_later(jack);
	} else if (!jack->running ||
		   mixer_seconds() - jack->left_at > QUIET_WAIT) {
		jack->closing = true;
		worker_give(jack, client_close);
	}
}

static void
jack_step(struct jack *jack)
{
	bool working = atomic_load(&jack->working);

	switch (jack->phase) {
	case PHASE_AWAY:
		phase_away(jack);
		break;
	case PHASE_OPENING:
		if (!working)
			phase_opened(jack);
		break;
	case PHASE_STARTING:
		if (!working)
			phase_started(jack);
		break;
	case PHASE_UP:
		phase_up(jack);
		break;
	case PHASE_LEAVING:
		phase_leaving(jack);
		break;
	}
}

static void
jack_tick(void *arg)
{
	struct jack *jack = arg;

	worker_watch(jack, mixer_seconds());
	jack_step(jack);
	change_step(jack, mixer_seconds());
	mixer_tick(jack->mixer, jack->running);
}

/* --- making and ending --- */

/* libjack writes to standard error by itself; jack.c says what matters. Also
 * called inside jack_client_close(), so it must not lock. */
static void
jack_hush(const char *text)
{
	(void)text;
}

void
segments_name(struct jack *jack)
{
	jack->segments = jack->ports->segments;
	for (unsigned i = 0; i < jack->segments; i++) {
		struct jack_segment *segment = &jack->segment[i];

		segment->jack = jack;
		segment->index = i;
		patchbay_client(jack->ports->patchbay, i, segment->name);
	}
}

static void
jack_release(struct jack *jack)
{
	latency_free(jack->latency);
	change_release(jack);
	ports_free(jack->ports);
	free(jack->server);
	sem_destroy(&jack->work);
	pthread_mutex_destroy(&jack->latency_lock);
	free(jack);
}

struct jack *
edge_jack_new(struct mixer *mixer, struct loop *loop, const char *server,
    void (*begin)(void))
{
	struct jack *jack = calloc(1, sizeof *jack);

	if (!jack)
		return NULL;
	jack->mixer = mixer;
	jack->engine = mixer_engine(mixer);
	jack->loop = loop;
	jack->begin = begin;
	jack->retry_wait = RETRY_FIRST;
	sem_init(&jack->work, 0, 0);
	pthread_mutex_init(&jack->latency_lock, NULL);
	jack->ports = ports_new(mixer_desk(mixer));
	if ((server && !(jack->server = strdup(server))) || !jack->ports)
		goto fail;
	segments_name(jack);
	atomic_store(&jack->now, jack->ports);
	mixer_set_ports(mixer, jack->ports);
	jack->timer = loop_every(loop, TICK_MS, jack_tick, jack);
	if (jack->timer < 0)
		goto fail;
	if (pthread_create(&jack->worker, NULL, worker_run, jack) != 0) {
		loop_end(loop, jack->timer);
		goto fail;
	}
	jack_set_error_function(jack_hush);
	jack_set_info_function(jack_hush);
	jack_step(jack);
	return jack;
fail:
	jack_release(jack);
	return NULL;
}

void
edge_jack_free(struct jack *jack)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	double end = mixer_seconds() + END_WAIT;
	unsigned labelled = 0;

	if (!jack)
		return;
	loop_end(jack->loop, jack->timer);
	jack->ending = true;
	while (jack->phase != PHASE_AWAY && mixer_seconds() < end) {
		jack_step(jack);
		nanosleep(&pause, NULL);
		/* Who ends while it writes JACK's metadata leaves a lock there
		 * that stops every client of every server of this user. */
		if (atomic_load(&jack->labelled) != labelled) {
			labelled = atomic_load(&jack->labelled);
			end = mixer_seconds() + END_WAIT;
		}
	}
	if (jack->phase != PHASE_AWAY) {
		/* The worker may still come back to it: it is left as it is. */
		log_line("JACK server \"%s\" does not answer; leaving anyway",
		    server_name(jack));
		pthread_detach(jack->worker);
		return;
	}
	jack->job = NULL;
	sem_post(&jack->work);
	pthread_join(jack->worker, NULL);
	jack_release(jack);
}
