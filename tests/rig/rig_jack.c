#include "rig.h"

#include <jack/jack.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATIENCE 10.0

enum stand { STAND_IDLE, STAND_ARMED, STAND_ROLLING, STAND_DONE };

struct rig_jack {
	jack_client_t *player, *recorder;
	jack_port_t *play[RIG_PORTS], *capture[RIG_PORTS];
	struct jack_range {
		_Atomic uint32_t min, max;
	} play_latency[RIG_PORTS], capture_latency[RIG_PORTS];
	unsigned plays, captures;

	struct rig_take *take;
	_Atomic int stand;
	_Atomic bool playing; /* the player may be reading the take */
	_Atomic uint32_t start;
	_Atomic uint32_t rolled;
	_Atomic bool broken;
	uint32_t player_next, recorder_next; /* frames they expect */
	_Atomic unsigned xruns;
	_Atomic bool freewheels;
	_Atomic uint64_t frames; /* that the recorder has seen */
};

/* --- the realtime callbacks --- */

static void
play_port(const struct rig_jack *jack, unsigned port, uint32_t at, uint32_t n)
{
	float *out = jack_port_get_buffer(jack->play[port], n);
	const struct rig_take *take = jack->take;
	const float *x = take->play[port];

	for (uint32_t i = 0; i < n; i++, at++) {
		bool heard = x != NULL && at < take->frames &&
			     (take->loops || at < take->played);
		out[i] = heard ? x[at % take->played] : 0;
	}
}

static void
play_cycle(struct rig_jack *jack, jack_nframes_t n)
{
	uint32_t now = jack_last_frame_time(jack->player);

	if (atomic_load(&jack->stand) == STAND_ARMED) {
		/* Late enough for the recorder to learn of it in time. */
		atomic_store(&jack->start, now + 2 * n);
		jack->player_next = now;
		atomic_store(&jack->stand, STAND_ROLLING);
	}
	if (atomic_load(&jack->stand) != STAND_ROLLING) {
		for (unsigned i = 0; i < jack->plays; i++)
			memset(jack_port_get_buffer(jack->play[i], n), 0,
			    n * sizeof(float));
		return;
	}
	if (now != jack->player_next)
		atomic_store(&jack->broken, true);
	jack->player_next = now + n;
	/* Before the start this is a huge number, and so silence. */
	uint32_t at = now - atomic_load(&jack->start);
	for (unsigned i = 0; i < jack->plays; i++)
		play_port(jack, i, at, n);
}

static int
play(jack_nframes_t n, void *arg)
{
	struct rig_jack *jack = arg;

	atomic_store(&jack->playing, true);
	play_cycle(jack, n);
	atomic_store(&jack->playing, false);
	return 0;
}

static int
record(jack_nframes_t n, void *arg)
{
	struct rig_jack *jack = arg;
	uint32_t now = jack_last_frame_time(jack->recorder);

	atomic_fetch_add(&jack->frames, n);
	if (atomic_load(&jack->stand) != STAND_ROLLING)
		return 0;
	uint32_t at = now - atomic_load(&jack->start);
	if (at > INT32_MAX)
		return 0;
	if (at != 0 && now != jack->recorder_next)
		atomic_store(&jack->broken, true);
	jack->recorder_next = now + n;
	struct rig_take *take = jack->take;
	uint32_t left = at < take->frames ? take->frames - at : 0;
	uint32_t some = n < left ? n : left;
	for (unsigned i = 0; i < jack->captures; i++)
		if (take->capture[i] != NULL && some != 0)
			memcpy(take->capture[i] + at,
			    jack_port_get_buffer(jack->capture[i], n),
			    some * sizeof(float));
	atomic_store(&jack->rolled, at + some);
	if (left <= n)
		atomic_store(&jack->stand, STAND_DONE);
	return 0;
}

static int
note_xrun(void *arg)
{
	struct rig_jack *jack = arg;

	atomic_fetch_add(&jack->xruns, 1);
	if (atomic_load(&jack->stand) == STAND_ROLLING)
		atomic_store(&jack->broken, true);
	return 0;
}

static void
note_freewheel(int on, void *arg)
{
	struct rig_jack *jack = arg;

	atomic_store(&jack->freewheels, on != 0);
}

static void
set_latency(jack_port_t *port, jack_latency_callback_mode_t mode,
    const struct jack_range *range)
{
	jack_latency_range_t latency = { atomic_load(&range->min),
		atomic_load(&range->max) };

	jack_port_set_latency_range(port, mode, &latency);
}

static void
play_latency(jack_latency_callback_mode_t mode, void *arg)
{
	struct rig_jack *jack = arg;

	for (unsigned i = 0; mode == JackCaptureLatency && i < jack->plays; i++)
		set_latency(jack->play[i], mode, &jack->play_latency[i]);
}

static void
record_latency(jack_latency_callback_mode_t mode, void *arg)
{
	struct rig_jack *jack = arg;

	for (unsigned i = 0; mode == JackPlaybackLatency && i < jack->captures;
	     i++)
		set_latency(jack->capture[i], mode, &jack->capture_latency[i]);
}

/* --- joining --- */

static jack_client_t *
open_client(const struct rig *rig, const char *name)
{
	jack_client_t *client = jack_client_open(name,
	    JackNoStartServer | JackServerName | JackUseExactName, NULL,
	    rig->server);

	if (client == NULL)
		rig_fail(rig, "cannot join JACK as %s", name);
	return client;
}

static void
open_ports(jack_client_t *client, jack_port_t **port, unsigned count,
    const char *stem, unsigned long flags)
{
	char name[32];

	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof name, "%s_%u", stem, i + 1);
		port[i] = jack_port_register(
		    client, name, JACK_DEFAULT_AUDIO_TYPE, flags, 0);
		assert_non_null(port[i]);
	}
}

void
rig_join(struct rig *rig, unsigned plays, unsigned captures)
{
	struct rig_jack *jack = calloc(1, sizeof *jack);

	rig_leave(rig);
	assert_non_null(jack);
	assert_true(plays <= RIG_PORTS && captures <= RIG_PORTS);
	rig->jack = jack;
	jack->plays = plays;
	jack->captures = captures;
	jack->player = open_client(rig, "rig-play");
	jack->recorder = open_client(rig, "rig-rec");
	open_ports(jack->player, jack->play, plays, "out", JackPortIsOutput);
	open_ports(
	    jack->recorder, jack->capture, captures, "in", JackPortIsInput);
	jack_set_process_callback(jack->player, play, jack);
	jack_set_process_callback(jack->recorder, record, jack);
	jack_set_xrun_callback(jack->recorder, note_xrun, jack);
	jack_set_freewheel_callback(jack->recorder, note_freewheel, jack);
	jack_set_latency_callback(jack->player, play_latency, jack);
	jack_set_latency_callback(jack->recorder, record_latency, jack);
	assert_int_equal(jack_activate(jack->player), 0);
	assert_int_equal(jack_activate(jack->recorder), 0);
}

void
rig_leave(struct rig *rig)
{
	struct rig_jack *jack = rig->jack;

	if (jack == NULL)
		return;
	if (jack->player != NULL)
		jack_client_close(jack->player);
	if (jack->recorder != NULL)
		jack_client_close(jack->recorder);
	free(jack);
	rig->jack = NULL;
}

struct _jack_client *
rig_client(const struct rig *rig)
{
	return rig->jack->recorder;
}

/* --- connections --- */

static void
connect_ports(struct rig *rig, const char *from, const char *to)
{
	jack_client_t *client = rig->jack->recorder;
	double until = rig_now() + PATIENCE;

	while (jack_port_by_name(client, from) == NULL ||
	       jack_port_by_name(client, to) == NULL) {
		if (rig_now() > until)
			rig_fail(rig, "no port %s or no port %s", from, to);
		rig_sleep(10);
	}
	jack_connect(client, from, to);
	rig_wait_connected(rig, from, to);
}

void
rig_connect_play(struct rig *rig, unsigned play_port_index, const char *port)
{
	connect_ports(
	    rig, jack_port_name(rig->jack->play[play_port_index]), port);
}

void
rig_connect_capture(struct rig *rig, const char *port, unsigned capture)
{
	connect_ports(rig, port, jack_port_name(rig->jack->capture[capture]));
}

bool
rig_is_connected(struct rig *rig, const char *from, const char *to)
{
	jack_port_t *port = jack_port_by_name(rig->jack->recorder, from);
	bool found = false;
	const char **name = port != NULL ? jack_port_get_all_connections(
					       rig->jack->recorder, port)
					 : NULL;

	for (size_t i = 0; name != NULL && name[i] != NULL; i++)
		found |= strcmp(name[i], to) == 0;
	jack_free(name);
	return found;
}

bool
rig_has_port(struct rig *rig, const char *name)
{
	return jack_port_by_name(rig->jack->recorder, name) != NULL;
}

void
rig_wait_connected(struct rig *rig, const char *from, const char *to)
{
	double until = rig_now() + PATIENCE;

	while (!rig_is_connected(rig, from, to)) {
		if (rig_now() > until)
			rig_fail(rig, "%s is not connected to %s", from, to);
		rig_sleep(10);
	}
}

/* --- takes --- */

void
rig_roll(struct rig *rig, struct rig_take *take)
{
	struct rig_jack *jack = rig->jack;
	double until = rig_now() + PATIENCE;

	jack->take = take;
	atomic_store(&jack->broken, false);
	atomic_store(&jack->rolled, 0);
	atomic_store(&jack->stand, STAND_ARMED);
	while (atomic_load(&jack->stand) == STAND_ARMED) {
		if (rig_now() > until)
			rig_fail(rig, "JACK does not run the player");
		rig_sleep(1);
	}
	take->start = atomic_load(&jack->start);
}

/* Nothing but the graph puts the player's cycle before the recorder's. */
static void
wait_player(const struct rig_jack *jack)
{
	while (atomic_load(&jack->playing))
		rig_sleep(1);
}

int
rig_finish(struct rig *rig)
{
	struct rig_jack *jack = rig->jack;
	uint32_t rolled = 0;
	double until = rig_now() + PATIENCE;

	while (atomic_load(&jack->stand) != STAND_DONE) {
		if (rig_rolled(rig) != rolled)
			until = rig_now() + PATIENCE;
		rolled = rig_rolled(rig);
		if (rig_now() > until)
			rig_fail(rig, "the recorder stands still at frame %u",
			    rolled);
		rig_sleep(1);
	}
	atomic_store(&jack->stand, STAND_IDLE);
	wait_player(jack);
	return atomic_load(&jack->broken) ? -1 : 0;
}

static void
run(struct rig *rig, struct rig_take *take, bool quietly)
{
	for (int attempt = 0; attempt < rig_takes(); attempt++) {
		unsigned xruns = rig_xruns(rig);
		rig_roll(rig, take);
		if (rig_finish(rig) == 0 &&
		    (!quietly || rig_xruns(rig) == xruns))
			return;
		rig_wait_frames(rig, rig->rate / 5);
	}
	rig_lost(rig);
}

void
rig_run(struct rig *rig, struct rig_take *take)
{
	run(rig, take, false);
}

void
rig_run_quietly(struct rig *rig, struct rig_take *take)
{
	run(rig, take, true);
}

void
rig_cut(struct rig *rig)
{
	/* The recorder holds the take until the end of its cycle. */
	atomic_store(&rig->jack->stand, STAND_IDLE);
	rig_wait_frames(rig, 2 * rig->period);
	wait_player(rig->jack);
}

uint32_t
rig_rolled(const struct rig *rig)
{
	return atomic_load(&rig->jack->rolled);
}

void
rig_freewheel(struct rig *rig, bool on)
{
	double until = rig_now() + PATIENCE;

	assert_int_equal(jack_set_freewheel(rig->jack->player, on), 0);
	while (atomic_load(&rig->jack->freewheels) != on) {
		if (rig_now() > until)
			rig_fail(rig, "freewheeling does not change");
		rig_sleep(5);
	}
	rig_wait_state(rig, on ? "freewheeling" : "running");
	rig_wait_frames(rig, 4 * rig->period);
}

void
rig_wait_frames(struct rig *rig, uint32_t frames)
{
	uint64_t wanted = atomic_load(&rig->jack->frames) + frames;
	double until = rig_now() + PATIENCE + frames / (double)rig->rate;

	while (atomic_load(&rig->jack->frames) < wanted) {
		if (rig_now() > until)
			rig_fail(rig, "JACK stands still");
		rig_sleep(2);
	}
}

void
rig_settle(struct rig *rig, unsigned ms)
{
	osc_drain(rig->osc);
	osc_get(rig->osc, "/status/period");
	/* The answer may overtake the batch to the audio thread. */
	rig_sleep(15);
	rig_wait_frames(
	    rig, (uint32_t)((uint64_t)rig->rate * ms / 1000) + 2 * rig->period);
}

unsigned
rig_xruns(const struct rig *rig)
{
	return atomic_load(&rig->jack->xruns);
}

void
rig_pretend_latency(struct rig *rig, unsigned play_port_index,
    uint32_t capture_min, uint32_t capture_max)
{
	struct jack_range *range = &rig->jack->play_latency[play_port_index];

	atomic_store(&range->min, capture_min);
	atomic_store(&range->max, capture_max);
	jack_recompute_total_latencies(rig->jack->player);
}

void
rig_pretend_playback(
    struct rig *rig, unsigned capture, uint32_t min, uint32_t max)
{
	struct jack_range *range = &rig->jack->capture_latency[capture];

	atomic_store(&range->min, min);
	atomic_store(&range->max, max);
	jack_recompute_total_latencies(rig->jack->recorder);
}
