#include "mixer/zones.h"

#include "mixer/desk_map.h"
#include "mixer/target.h"
#include "protocol/level.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BINS 15 /* of ZONES_SECONDS */

/* What a stage reached in a bin; its loudest lane. */
struct bin {
	float true_peak;
	bool rail; /* a clip at an input */
	double squares;
};

struct stage {
	float held; /* highest true peak since the reset */
	double headroom;
	enum zone zone;
	enum zone lower;    /* the highest it might fall to, while it might */
	uint64_t low_since; /* frames seen when that began; 0: it may not */
	uint64_t version;
	struct bin bin[BINS];
};

struct zones {
	const struct desk *desk;
	const size_t *first;
	struct event_log *log;
	unsigned rate;
	size_t *at; /* a strip: its first stage */
	size_t stages;
	struct stage *stage;
	size_t bin; /* that is being filled */
	uint32_t filled;
	uint32_t length[BINS]; /* frames */
	uint64_t seen;         /* frames, of all windows */
	uint64_t version;
};

struct zones *
zones_new(const struct desk *desk, const size_t *first, size_t count,
    struct event_log *log)
{
	struct zones *zones = calloc(1, sizeof *zones);

	if (zones == NULL)
		return NULL;
	zones->desk = desk;
	zones->first = first;
	zones->log = log;
	zones->at = calloc(desk->strips, sizeof *zones->at);
	zones->stage = calloc(count, sizeof *zones->stage);
	if (zones->at == NULL || zones->stage == NULL) {
		zones_free(zones);
		return NULL;
	}
	for (size_t i = 0; i < desk->strips; i++) {
		zones->at[i] = zones->stages;
		zones->stages += desk_stages(&desk->strip[i]);
	}
	for (size_t i = 0; i < zones->stages; i++)
		zones->stage[i].headroom = -LEVEL_SILENCE;
	return zones;
}

void
zones_free(struct zones *zones)
{
	if (zones == NULL)
		return;
	free(zones->at);
	free(zones->stage);
	free(zones);
}

void
zones_follow(
    struct zones *zones, const struct zones *before, const struct desk_map *map)
{
	const struct desk *desk = zones->desk;

	zones->rate = before->rate;
	zones->bin = before->bin;
	zones->filled = before->filled;
	memcpy(zones->length, before->length, sizeof zones->length);
	zones->seen = before->seen;
	zones->version = before->version;
	for (unsigned i = 0; i < desk->strips; i++)
		for (unsigned k = 0; k < desk_stages(&desk->strip[i]); k++) {
			struct stage *stage = &zones->stage[zones->at[i] + k];
			int from = desk_map_stage(map, i, k);
			if (from >= 0)
				*stage =
				    before->stage[before->at[map->strip[i]] +
						  (size_t)from];
			stage->version = ++zones->version;
		}
}

void
zones_set_rate(struct zones *zones, unsigned rate)
{
	zones->rate = rate;
	zones_rest(zones);
}

/* --- the zone of a level --- */

static bool
feeds_slot(const struct desk_strip *strip, unsigned stage)
{
	return stage >= 1 && stage <= strip->inserts;
}

/* Levels in dBFS. */
static enum zone
zone_at(const struct desk_strip *strip, unsigned stage, double peak, double rms)
{
	bool fader = stage == desk_stage_fader(strip);
	const double *bound = strip->target;
	struct zone_target target = zone_window(strip->kind, fader,
	    bound[TARGET_VALUE(PARAM_TARGET_LOW)],
	    bound[TARGET_VALUE(PARAM_TARGET_HIGH)]);
	double feed = bound[TARGET_VALUE(PARAM_TARGET_INSERT)];

	enum zone zone =
	    zone_of(&target, fader && desk_feeds_hardware(strip), peak);

	if (zone < ZONE_HOT && feeds_slot(strip, stage) &&
	    rms > feed + TARGET_INSERT_WINDOW)
		return ZONE_HOT;
	return zone;
}

static void
log_zone(const struct zones *zones, const struct desk_strip *strip,
    unsigned stage, enum zone from, enum zone to, uint64_t frame)
{
	bool quiet = (from == ZONE_SILENT && to < ZONE_HOT) ||
		     (to == ZONE_SILENT && from < ZONE_HOT);
	struct event event = {
		.kind = EVENT_ZONE,
		.frame = frame,
	};

	if (quiet || !desk_stage_is_told(strip, stage))
		return;
	desk_strip_text(strip, false, event.strip);
	snprintf(event.stage, sizeof event.stage, "%s",
	    desk_stage_name(strip, stage));
	snprintf(event.before, sizeof event.before, "%s", zone_name(from));
	snprintf(event.state, sizeof event.state, "%s", zone_name(to));
	event_log_add(zones->log, &event);
}

/* The zone that a stage falls to now, or the one that it keeps. */
static enum zone
fall(const struct zones *zones, struct stage *stage, enum zone lower)
{
	uint64_t dwell = (uint64_t)(ZONES_DWELL * zones->rate);

	if (lower >= stage->zone) {
		stage->low_since = 0;
		return stage->zone;
	}
	if (stage->low_since == 0) {
		stage->low_since = zones->seen;
		stage->lower = lower;
	}
	if (lower > stage->lower)
		stage->lower = lower;
	return zones->seen - stage->low_since >= dwell ? stage->lower
						       : stage->zone;
}

static void
judge(struct zones *zones, const struct desk_strip *strip, unsigned index,
    struct stage *stage, uint64_t frame)
{
	double squares = 0, frames = 0;
	float most = 0;
	bool rail = false;

	for (size_t i = 0; i < BINS; i++) {
		const struct bin *bin = &stage->bin[i];
		most = bin->true_peak > most ? bin->true_peak : most;
		rail |= bin->rail;
		squares += bin->squares;
		frames += zones->length[i];
	}
	double peak = level_db(most);
	double rms = level_power_db(frames > 0 ? squares / frames : 0);
	enum zone zone = rail ? ZONE_CLIP : zone_at(strip, index, peak, rms);
	enum zone lower = rail ? ZONE_CLIP
			       : zone_at(strip, index, peak + ZONES_HYSTERESIS,
				     rms + ZONES_HYSTERESIS);
	/* The highest levels fall to what they are, not to what they nearly
	 * are. */
	if (lower > zone && peak <= 0 && lower >= ZONE_OVER)
		lower = zone;
	if (zone <= stage->zone)
		zone = fall(zones, stage, lower);
	double headroom = floor(level_db(stage->held) * -10) / 10;
	if (zone == stage->zone && headroom == stage->headroom)
		return;
	if (zone != stage->zone) {
		log_zone(zones, strip, index, stage->zone, zone, frame);
		stage->low_since = 0;
	}
	stage->zone = zone;
	stage->headroom = headroom;
	stage->version = ++zones->version;
}

/* --- from windows --- */

static void
next_bin(struct zones *zones, uint64_t frame)
{
	const struct desk *desk = zones->desk;
	struct stage *stage = zones->stage;

	for (size_t i = 0; i < desk->strips; i++)
		for (unsigned k = 0; k < desk_stages(&desk->strip[i]); k++)
			judge(zones, &desk->strip[i], k, stage++, frame);
	zones->bin = (zones->bin + 1) % BINS;
	zones->filled = 0;
	zones->length[zones->bin] = 0;
	for (size_t i = 0; i < zones->stages; i++)
		zones->stage[i].bin[zones->bin] = (struct bin){ 0 };
}

static void
fold_stage(
    struct stage *stage, size_t at, const struct meter *meter, unsigned lanes)
{
	struct bin *bin = &stage->bin[at];
	double squares = 0;

	for (unsigned lane = 0; lane < lanes; lane++, meter++) {
		if (meter->true_peak > bin->true_peak)
			bin->true_peak = meter->true_peak;
		if (meter->squares > squares)
			squares = meter->squares;
		bin->rail |= meter->rails != 0;
	}
	bin->squares += squares;
	if (bin->true_peak > stage->held)
		stage->held = bin->true_peak;
}

void
zones_fold(struct zones *zones, const struct meter_window *window)
{
	const struct desk *desk = zones->desk;
	struct stage *stage = zones->stage;

	for (size_t i = 0; i < desk->strips; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		const struct meter *meter = window->meter + zones->first[i];
		for (unsigned k = 0; k < desk_stages(strip); k++) {
			fold_stage(stage++, zones->bin, meter, strip->lanes);
			meter += strip->lanes;
		}
	}
	zones->seen += window->frames;
	zones->filled += window->frames;
	zones->length[zones->bin] = zones->filled;
	if (zones->filled >= ZONES_SECONDS / BINS * zones->rate)
		next_bin(zones, window->frame + window->frames);
}

static void
silence(struct zones *zones, struct stage *stage)
{
	memset(stage->bin, 0, sizeof stage->bin);
	stage->low_since = 0;
	if (stage->zone != ZONE_SILENT)
		stage->version = ++zones->version;
	stage->zone = ZONE_SILENT;
}

void
zones_rest(struct zones *zones)
{
	for (size_t i = 0; i < zones->stages; i++)
		silence(zones, &zones->stage[i]);
}

void
zones_reset(struct zones *zones, unsigned strip)
{
	struct stage *stage = &zones->stage[zones->at[strip]];

	for (unsigned k = 0; k < desk_stages(&zones->desk->strip[strip]);
	     k++, stage++) {
		silence(zones, stage);
		stage->held = 0;
		stage->headroom = -LEVEL_SILENCE;
		stage->version = ++zones->version;
	}
}

void
zones_read(const struct zones *zones, unsigned strip, unsigned stage,
    struct zones_reading *reading)
{
	const struct stage *from = &zones->stage[zones->at[strip] + stage];

	*reading = (struct zones_reading){
		.headroom = floor(level_db(from->held) * -10) / 10,
		.zone = from->zone,
		.version = from->version,
	};
}

uint64_t
zones_version(const struct zones *zones)
{
	return zones->version;
}
