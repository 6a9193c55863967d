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
	struct origin_share share[ORIGIN_SHARES];
	unsigned shares; /* 0: the origin is no sum */
};

struct episodes {
	const struct desk *desk;
	struct origin_view view;
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
		.view = { desk, first, NULL },
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
episodes_set_solo(struct episodes *episodes, const struct route_solo *solo)
{
	episodes->view.solo = solo;
}

void
episodes_set_rate(struct episodes *episodes, unsigned rate)
{
	episodes->rate = rate;
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

/* "ch/kick -4.1, ch/snare -9.0" */
static void
write_shares(const struct desk *desk, const struct episode *episode, char *text,
    size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; i < episode->shares && used < size; i++) {
		const struct origin_share *share = &episode->share[i];
		char strip[DESK_STRIP_TEXT];
		desk_strip_text(&desk->strip[share->strip], false, strip);
		used += (size_t)snprintf(text + used, size - used, "%s%s %.1f",
		    i > 0 ? ", " : "", strip, share->share);
	}
}

/* Looks for the origin; if that is a sum, for those who made it up. */
static void
episode_trace(const struct episodes *episodes,
    const struct meter_window *window, const struct place *place,
    struct episode *episode)
{
	const struct origin_view *view = &episodes->view;

	episode->origin = origin_find(view, window, place->strip, place->stage);
	if (episode->origin.stage == 0 &&
	    episodes->desk->strip[episode->origin.strip].kind != STRIP_CHANNEL)
		episode->shares = origin_shares(
		    view, window, episode->origin.strip, episode->share);
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
	write_shares(desk, episode, event.sum, sizeof event.sum);
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
		episode_trace(episodes, window, place, episode);
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

static void
each_meter(struct episodes *episodes,
    void (*each)(struct episodes *episodes, const struct meter_window *window,
	enum mishap mishap, const struct place *place),
    const struct meter_window *window)
{
	const struct desk *desk = episodes->desk;
	struct place place = { 0 };

	for (; place.strip < desk->strips; place.strip++) {
		const struct desk_strip *strip = &desk->strip[place.strip];
		unsigned lanes = strip->lanes;
		for (unsigned k = 0; k < desk_stages(strip) * lanes; k++) {
			place.stage = k / lanes;
			place.lane = k % lanes;
			bool told = desk_stage_is_told(strip, place.stage);
			for (int m = 0; told && m < MISHAPS; m++)
				each(episodes, window, (enum mishap)m, &place);
			place.meter++;
		}
	}
}

void
episodes_fold(struct episodes *episodes, const struct meter_window *window)
{
	each_meter(episodes, episode_fold, window);
}

static void
end_early(struct episodes *episodes, const struct meter_window *window,
    enum mishap mishap, const struct place *place)
{
	struct episode *episode = &episodes->episode[place->meter][mishap];

	(void)window;
	if (episode->count != 0)
		episode_end(episodes, episode, mishap, place);
}

void
episodes_end(struct episodes *episodes)
{
	each_meter(episodes, end_early, NULL);
}
