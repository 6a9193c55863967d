#include "mixer/episode.h"

#include "protocol/level.h"

#include <stdio.h>
#include <stdlib.h>

#define QUIET_SECONDS 0.05
#define LONGEST_SECONDS 1.0

enum mishap { MISHAP_OVER, MISHAP_RAIL, MISHAP_INVALID, MISHAPS };

struct episode {
	unsigned count; /* samples; 0: none is going on */
	uint64_t first, last;
	float peak;
	struct origin origin;
};

struct episodes {
	const struct desk *desk;
	const size_t *first;
	size_t count;
	struct event_log *log;
	unsigned rate;
	struct episode (*episode)[MISHAPS]; /* a meter */
};

/* Whose meter it is. */
struct place {
	unsigned strip, stage, lane;
	size_t meter;
};

struct episodes *
episodes_new(const struct desk *desk, const size_t *first, size_t count,
    struct event_log *log)
{
	struct episodes *episodes = calloc(1, sizeof *episodes);

	if (episodes == NULL)
		return NULL;
	*episodes = (struct episodes){
		.desk = desk,
		.first = first,
		.count = count,
		.log = log,
		.episode = calloc(count, sizeof *episodes->episode),
	};
	if (episodes->episode == NULL) {
		free(episodes);
		return NULL;
	}
	return episodes;
}

void
episodes_free(struct episodes *episodes)
{
	if (episodes == NULL)
		return;
	free(episodes->episode);
	free(episodes);
}

void
episodes_set_rate(struct episodes *episodes, unsigned rate)
{
	episodes->rate = rate;
}

/* --- where an over came from --- */

static const struct meter *
stage_meters(const struct episodes *episodes, const struct meter_window *window,
    unsigned strip, unsigned stage)
{
	return &window
		    ->meter[episodes->first[strip] +
			    (size_t)stage * episodes->desk->strip[strip].lanes];
}

/* The loudest peak of the lanes whose overs overlap first…last; 0 for none. */
static float
overlap(const struct episodes *episodes, const struct meter_window *window,
    struct origin at, const struct meter *span)
{
	const struct meter *meter =
	    stage_meters(episodes, window, at.strip, at.stage);
	float peak = 0;

	for (unsigned lane = 0; lane < episodes->desk->strip[at.strip].lanes;
	     lane++, meter++)
		if (meter->overs != 0 && meter->first <= span->last &&
		    meter->last >= span->first && meter->peak > peak)
			peak = meter->peak;
	return peak;
}

static bool
send_is_heard(const struct desk_send *send)
{
	return send->value[SEND_VALUE(PARAM_SEND_MUTE)] == 0 &&
	       send->value[SEND_VALUE(PARAM_SEND_LEVEL)] > LEVEL_SILENCE;
}

/* The stage at which a strip is tapped for another. False if it does not feed
 * it. */
static bool
tap_stage(const struct desk_strip *from, unsigned to, unsigned *stage)
{
	*stage = desk_stage_fader(from);
	for (size_t i = 0; i < from->tos; i++)
		if (from->to[i] == to)
			return true;
	for (size_t i = 0; i < from->sends; i++) {
		const struct desk_send *send = &from->send[i];
		if (send->bus != to || !send_is_heard(send))
			continue;
		if (send->value[SEND_VALUE(PARAM_SEND_TAP)] == TAP_PRE)
			--*stage;
		return true;
	}
	return false;
}

/* One step upstream: the loudest of the stages before that was over too. */
static bool
step_up(const struct episodes *episodes, const struct meter_window *window,
    const struct meter *span, struct origin *at)
{
	const struct desk *desk = episodes->desk;
	struct origin best = *at;
	float most = 0;

	if (at->stage != 0) {
		struct origin before = { at->strip, at->stage - 1 };
		if (overlap(episodes, window, before, span) == 0)
			return false;
		*at = before;
		return true;
	}
	for (unsigned i = 0; i < desk->strips; i++) {
		struct origin source = { .strip = i };
		if (!tap_stage(&desk->strip[i], at->strip, &source.stage))
			continue;
		float peak = overlap(episodes, window, source, span);
		if (peak > most) {
			most = peak;
			best = source;
		}
	}
	*at = best;
	return most > 0;
}

struct origin
episodes_origin(const struct episodes *episodes,
    const struct meter_window *window, unsigned strip, unsigned stage)
{
	struct origin at = { strip, stage };
	struct meter span = { .first = UINT32_MAX };
	const struct meter *meter =
	    stage_meters(episodes, window, strip, stage);

	for (unsigned lane = 0; lane < episodes->desk->strip[strip].lanes;
	     lane++, meter++) {
		if (meter->overs == 0)
			continue;
		span.first =
		    meter->first < span.first ? meter->first : span.first;
		span.last = meter->last > span.last ? meter->last : span.last;
	}
	while (step_up(episodes, window, &span, &at))
		;
	return at;
}

/* --- from windows to events --- */

static enum event_kind
event_kind_of(
    const struct desk_strip *strip, enum mishap mishap, unsigned stage)
{
	if (mishap == MISHAP_INVALID)
		return EVENT_INVALID;
	if (mishap == MISHAP_RAIL)
		return EVENT_CLIP;
	if (stage == desk_stage_fader(strip) && desk_feeds_hardware(strip))
		return EVENT_CLIP;
	return EVENT_OVER;
}

static void
episode_end(struct episodes *episodes, struct episode *episode,
    enum mishap mishap, const struct place *place)
{
	const struct desk *desk = episodes->desk;
	const struct desk_strip *strip = &desk->strip[place->strip];
	struct event event = {
		.kind = event_kind_of(strip, mishap, place->stage),
		.frame = episode->first,
		.last = episode->last,
		.lane = (int)place->lane + 1,
		.count = episode->count,
		.peak = level_db(episode->peak),
	};
	char origin[DESK_STRIP_TEXT];

	desk_strip_text(strip, false, event.strip);
	snprintf(event.stage, sizeof event.stage, "%s",
	    desk_stage_name(strip, place->stage));
	strip = &desk->strip[episode->origin.strip];
	desk_strip_text(strip, false, origin);
	snprintf(event.origin, sizeof event.origin, "%s/%s", origin,
	    desk_stage_name(strip, episode->origin.stage));
	episode->count = 0;
	event_log_add(episodes->log, &event);
}

/* What a window adds to one kind of mishap at one meter. */
static struct episode
window_mishap(const struct meter_window *window, const struct meter *meter,
    enum mishap mishap)
{
	struct episode found = { .peak = meter->peak };

	switch (mishap) {
	case MISHAP_OVER:
		found.count = meter->overs;
		found.first = window->frame + meter->first;
		found.last = window->frame + meter->last;
		break;
	case MISHAP_RAIL:
		found.count = meter->rails;
		found.first =
		    window->frame + (uint64_t)(int64_t)meter->rail_first;
		found.last = window->frame + meter->rail_last;
		break;
	default:
		found.count = meter->invalid;
		found.first = window->frame;
		found.last = window->frame + window->frames - 1;
		break;
	}
	return found;
}

static void
episode_fold(struct episodes *episodes, const struct meter_window *window,
    enum mishap mishap, const struct place *place)
{
	struct episode *episode = &episodes->episode[place->meter][mishap];
	struct episode found =
	    window_mishap(window, &window->meter[place->meter], mishap);
	uint64_t now = window->frame + window->frames;

	if (found.count != 0 && episode->count == 0) {
		*episode = found;
		episode->origin = episodes_origin(
		    episodes, window, place->strip, place->stage);
	} else if (found.count != 0) {
		episode->count += found.count;
		episode->last = found.last;
		if (found.peak > episode->peak)
			episode->peak = found.peak;
	}
	if (episode->count == 0)
		return;
	bool quiet = now - episode->last > QUIET_SECONDS * episodes->rate;
	bool jumped = now < episode->first;
	bool longest = now - episode->first >= LONGEST_SECONDS * episodes->rate;
	if (quiet || jumped || longest)
		episode_end(episodes, episode, mishap, place);
}

void
episodes_fold(struct episodes *episodes, const struct meter_window *window)
{
	const struct desk *desk = episodes->desk;
	struct place place = { 0 };

	for (; place.strip < desk->strips; place.strip++) {
		const struct desk_strip *strip = &desk->strip[place.strip];
		unsigned lanes = strip->lanes;
		for (unsigned k = 0; k < desk_stages(strip) * lanes; k++) {
			place.stage = k / lanes;
			place.lane = k % lanes;
			for (int m = 0; m < MISHAPS; m++)
				episode_fold(
				    episodes, window, (enum mishap)m, &place);
			place.meter++;
		}
	}
}
