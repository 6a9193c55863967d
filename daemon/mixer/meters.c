#include "mixer/meters.h"

#include "mixer/clip_guard.h"
#include "mixer/desk_map.h"
#include "mixer/episode.h"
#include "mixer/history.h"
#include "mixer/meters_fold.h"
#include "mixer/soundcheck.h"
#include "mixer/zones.h"
#include "protocol/level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows that are kept: more than 300 ms, also when some are cut short. */
#define HISTORY 128
#define RMS_SECONDS 0.3

/* Windows in which the true peak of a stage that begins in the middle of a signal
 * is that of the step from nothing to it. */
#define BEGINNING 2

/* What each meter measured in one window. */
struct past {
	uint32_t frames;
	double *squares;
	float *peak, *true_peak;
};

struct meters_reader {
	struct meters *meters;
	struct meters_reader *next;
	float *peak, *true_peak; /* a meter: since its last reading */
	bool *read;              /* a meter: it was read before */
};

struct meters {
	const struct desk *desk;
	size_t *first; /* a strip: its first meter */
	size_t count;  /* meters */
	unsigned rate;
	struct past past[HISTORY]; /* at windows % HISTORY */
	double *power;             /* a meter: mean square of the last 300 ms */
	bool power_known;          /* of what has been folded so far */
	uint64_t windows;          /* folded so far */
	uint64_t frame;            /* behind the last one */
	bool *begins;              /* a meter: it has no past */
	unsigned beginning;        /* windows left in which that counts */
	struct meter_window *settled; /* such a window without the step */
	struct meters_reader *readers;
	struct episodes *episodes;
	struct zones *zones;
	struct history *history;
	struct clip_guard *guard;
	struct soundcheck *soundcheck;
	struct loudness **loudness; /* a strip: NULL for channels */
};

static size_t
window_size(const struct meters *meters)
{
	const struct desk *desk = meters->desk;

	return meter_stride(meters->count, desk->strips - desk->channels);
}

static int
meters_alloc(struct meters *meters)
{
	const struct desk *desk = meters->desk;

	meters->first = calloc(desk->strips, sizeof *meters->first);
	meters->loudness = calloc(desk->strips, sizeof(struct loudness *));
	if (meters->first == NULL || meters->loudness == NULL)
		return -1;
	for (size_t i = desk->channels; i < desk->strips; i++) {
		meters->loudness[i] = loudness_new();
		if (meters->loudness[i] == NULL)
			return -1;
	}
	for (size_t i = 0; i < desk->strips; i++) {
		meters->first[i] = meters->count;
		meters->count +=
		    (size_t)desk_stages(&desk->strip[i]) * desk->strip[i].lanes;
	}
	meters->power = calloc(meters->count, sizeof *meters->power);
	meters->begins = calloc(meters->count, sizeof *meters->begins);
	meters->settled = calloc(1, window_size(meters));
	if (meters->power == NULL || meters->begins == NULL ||
	    meters->settled == NULL)
		return -1;
	for (size_t i = 0; i < HISTORY; i++) {
		struct past *past = &meters->past[i];
		past->squares = calloc(meters->count, sizeof *past->squares);
		past->peak = calloc(meters->count, sizeof *past->peak);
		past->true_peak =
		    calloc(meters->count, sizeof *past->true_peak);
		if (past->squares == NULL || past->peak == NULL ||
		    past->true_peak == NULL)
			return -1;
	}
	return 0;
}

struct meters *
meters_new(const struct desk *desk, struct event_log *log)
{
	struct meters *meters = calloc(1, sizeof *meters);

	if (meters == NULL)
		return NULL;
	meters->desk = desk;
	if (meters_alloc(meters) == 0)
		meters->episodes =
		    episodes_new(desk, meters->first, meters->count, log);
	if (meters->episodes != NULL)
		meters->zones =
		    zones_new(desk, meters->first, meters->count, log);
	if (meters->zones != NULL)
		meters->history =
		    history_new(desk, meters->first, meters->count);
	if (meters->history != NULL)
		meters->guard = clip_guard_new(desk, meters->first);
	if (meters->guard != NULL)
		meters->soundcheck = soundcheck_new(desk, meters->first);
	if (meters->soundcheck == NULL) {
		meters_free(meters);
		return NULL;
	}
	return meters;
}

/* The meters of the windows that are kept. */
static void
past_follow(struct meters *meters, const struct meters *before, size_t to,
    size_t from, unsigned lanes)
{
	for (size_t i = 0; i < HISTORY; i++) {
		struct past *past = &meters->past[i];
		const struct past *old = &before->past[i];
		past->frames = old->frames;
		memcpy(&past->squares[to], &old->squares[from],
		    lanes * sizeof *past->squares);
		memcpy(&past->peak[to], &old->peak[from],
		    lanes * sizeof *past->peak);
		memcpy(&past->true_peak[to], &old->true_peak[from],
		    lanes * sizeof *past->true_peak);
	}
}

static void
strip_follow(struct meters *meters, struct meters *before,
    const struct desk_map *map, unsigned index)
{
	const struct desk_strip *strip = &meters->desk->strip[index];
	unsigned lanes = strip->lanes;

	if (!desk_map_sounds_on(map, index))
		return;
	size_t old = (size_t)map->strip[index];
	for (unsigned k = 0; k < desk_stages(strip); k++) {
		int stage = desk_map_stage(map, index, k);
		size_t first = meters->first[index] + (size_t)k * lanes;
		/* The fader stands in the stretch behind the last slot. */
		bool last = k == desk_stage_fader(strip);
		for (unsigned lane = 0; lane < lanes; lane++)
			meters->begins[first + lane] =
			    desk_map_stage(map, index, last ? k - 1 : k) < 0;
		if (stage >= 0)
			past_follow(meters, before,
			    meters->first[index] + (size_t)k * lanes,
			    before->first[old] + (size_t)stage * lanes, lanes);
	}
	struct loudness *loudness = meters->loudness[index];
	meters->loudness[index] = before->loudness[old];
	before->loudness[old] = loudness;
}

void
meters_follow(
    struct meters *meters, struct meters *before, const struct desk_map *map)
{
	episodes_end(before->episodes);
	episodes_set_rate(meters->episodes, before->rate);
	meters->rate = before->rate;
	meters->windows = before->windows;
	meters->frame = before->frame;
	for (unsigned i = (unsigned)meters->desk->channels;
	     i < meters->desk->strips; i++)
		loudness_set_rate(meters->loudness[i], before->rate);
	for (unsigned i = 0; i < meters->desk->strips; i++)
		strip_follow(meters, before, map, i);
	zones_follow(meters->zones, before->zones, map);
	history_follow(meters->history, before->history, map);
	clip_guard_follow(meters->guard, before->guard, map);
	soundcheck_follow(meters->soundcheck, before->soundcheck, map);
}

static void
reader_free(struct meters_reader *reader)
{
	free(reader->peak);
	free(reader->true_peak);
	free(reader->read);
	free(reader);
}

void
meters_free(struct meters *meters)
{
	if (meters == NULL)
		return;
	for (struct meters_reader *reader = meters->readers, *next;
	     reader != NULL; reader = next) {
		next = reader->next;
		reader_free(reader);
	}
	for (size_t i = 0; i < HISTORY; i++) {
		free(meters->past[i].squares);
		free(meters->past[i].peak);
		free(meters->past[i].true_peak);
	}
	episodes_free(meters->episodes);
	zones_free(meters->zones);
	history_free(meters->history);
	clip_guard_free(meters->guard);
	soundcheck_free(meters->soundcheck);
	for (size_t i = 0; meters->loudness != NULL && i < meters->desk->strips;
	     i++)
		free(meters->loudness[i]);
	free(meters->loudness);
	free(meters->power);
	free(meters->begins);
	free(meters->settled);
	free(meters->first);
	free(meters);
}

void
meters_set_solo(struct meters *meters, const struct route_solo *solo)
{
	episodes_set_solo(meters->episodes, solo);
}

void
meters_set_rate(struct meters *meters, unsigned rate)
{
	const struct desk *desk = meters->desk;

	meters->rate = rate;
	meters->power_known = false;
	episodes_set_rate(meters->episodes, rate);
	zones_set_rate(meters->zones, rate);
	history_set_rate(meters->history, rate);
	clip_guard_set_rate(meters->guard, rate);
	soundcheck_set_rate(meters->soundcheck, rate);
	for (size_t i = desk->channels; i < desk->strips; i++)
		loudness_set_rate(meters->loudness[i], rate);
}

/* The engine numbers the programs of buses and the master in desk order. */
static void
fold_loudness(struct meters *meters, const struct meter_window *window)
{
	const struct desk *desk = meters->desk;
	const struct meter_program *program =
	    meter_programs_const(window, meters->count);

	for (size_t i = desk->channels; i < desk->strips; i++) {
		const struct desk_strip *strip = &desk->strip[i];
		unsigned lanes = strip->lanes;
		const struct meter *fader =
		    window->meter + meters->first[i] +
		    (size_t)desk_stage_fader(strip) * lanes;
		struct loudness_window part = { .program = program,
			.lanes = lanes,
			.frames = window->frames };
		for (unsigned lane = 0; lane < METER_LANES; lane++) {
			const struct meter *meter = &fader[lane % lanes];
			part.squares[lane] = meter->squares;
			part.peak[lane] = meter->peak;
		}
		loudness_fold(meters->loudness[i], &part);
		program++;
	}
}

/* most[i] = max(most[i], x[i]) */
static void
raise_all(float *most, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		most[i] = x[i] > most[i] ? x[i] : most[i];
}

void
meters_begin(struct meters *meters)
{
	meters->beginning = BEGINNING;
}

static const struct meter_window *
settle(struct meters *meters, const struct meter_window *window)
{
	if (meters->beginning == 0)
		return window;
	meters->beginning--;
	memcpy(meters->settled, window, window_size(meters));
	for (size_t i = 0; i < meters->count; i++)
		if (meters->begins[i])
			meters->settled->meter[i].true_peak =
			    window->meter[i].peak;
	return meters->settled;
}

void
meters_fold(struct meters *meters, const struct meter_window *window)
{
	struct past *past = &meters->past[meters->windows++ % HISTORY];

	window = settle(meters, window);
	meters->power_known = false;
	past->frames = window->frames;
	meters->frame = window->frame + window->frames;
	for (size_t i = 0; i < meters->count; i++) {
		past->squares[i] = window->meter[i].squares;
		past->peak[i] = window->meter[i].peak;
		past->true_peak[i] = window->meter[i].true_peak;
	}
	for (struct meters_reader *reader = meters->readers; reader != NULL;
	     reader = reader->next) {
		raise_all(reader->peak, past->peak, meters->count);
		raise_all(reader->true_peak, past->true_peak, meters->count);
	}
	episodes_fold(meters->episodes, window);
	zones_fold(meters->zones, window);
	history_fold(meters->history, window);
	clip_guard_fold(meters->guard, window);
	soundcheck_fold(meters->soundcheck, window);
	fold_loudness(meters, window);
}

uint64_t
meters_frame(const struct meters *meters)
{
	return meters->frame;
}

void
meters_rest(struct meters *meters)
{
	const struct desk *desk = meters->desk;

	if (meters->windows == 0)
		return;
	meters->windows = 0;
	meters->power_known = false;
	zones_rest(meters->zones);
	history_forget_all(meters->history);
	for (size_t i = desk->channels; i < desk->strips; i++)
		loudness_rest(meters->loudness[i]);
}

struct meters_reader *
meters_reader_new(struct meters *meters)
{
	struct meters_reader *reader = calloc(1, sizeof *reader);

	if (reader == NULL)
		return NULL;
	reader->peak = calloc(meters->count, sizeof *reader->peak);
	reader->true_peak = calloc(meters->count, sizeof *reader->true_peak);
	reader->read = calloc(meters->count, sizeof *reader->read);
	if (reader->peak == NULL || reader->true_peak == NULL ||
	    reader->read == NULL) {
		reader_free(reader);
		return NULL;
	}
	reader->meters = meters;
	reader->next = meters->readers;
	meters->readers = reader;
	return reader;
}

void
meters_reader_free(struct meters_reader *reader)
{
	if (reader == NULL)
		return;
	struct meters_reader **at = &reader->meters->readers;
	while (*at != reader)
		at = &(*at)->next;
	*at = reader->next;
	reader_free(reader);
}

/* How many windows make up the last 300 ms, or as much of them as there is, and
 * their frames. */
static unsigned
recent_windows(const struct meters *meters, uint64_t *frames)
{
	uint64_t wanted = (uint64_t)lrint(RMS_SECONDS * meters->rate);
	unsigned back = 0;

	for (*frames = 0;
	     back < meters->windows && back < HISTORY && *frames < wanted;
	     back++)
		*frames +=
		    meters->past[(meters->windows - back - 1) % HISTORY].frames;
	return back;
}

/* All meters at once, in the order in which they lie in memory, and once a
 * window, however many read them. */
static void
find_power(struct meters *meters)
{
	uint64_t frames;
	unsigned windows = recent_windows(meters, &frames);
	double *power = meters->power;

	memset(power, 0, meters->count * sizeof *power);
	for (unsigned back = 1; back <= windows; back++) {
		const double *squares =
		    meters->past[(meters->windows - back) % HISTORY].squares;
		for (size_t i = 0; i < meters->count; i++)
			power[i] += squares[i];
	}
	for (size_t i = 0; frames != 0 && i < meters->count; i++)
		power[i] /= (double)frames;
	meters->power_known = true;
}

static void
recent_peaks(
    const struct meters *meters, size_t index, float *peak, float *true_peak)
{
	uint64_t frames;
	unsigned windows = recent_windows(meters, &frames);

	*peak = *true_peak = 0;
	for (unsigned back = 1; back <= windows; back++) {
		const struct past *past =
		    &meters->past[(meters->windows - back) % HISTORY];
		raise_all(peak, &past->peak[index], 1);
		raise_all(true_peak, &past->true_peak[index], 1);
	}
}

unsigned
meters_peek(struct meters *meters, const struct meters_reader *reader,
    unsigned strip, unsigned stage, struct meters_reading *lane)
{
	unsigned lanes = meters->desk->strip[strip].lanes;
	size_t index = meters->first[strip] + (size_t)stage * lanes;

	if (!meters->power_known)
		find_power(meters);
	for (unsigned k = 0; k < lanes; k++, index++) {
		float peak, true_peak;
		if (reader != NULL && reader->read[index]) {
			peak = reader->peak[index];
			true_peak = reader->true_peak[index];
		} else {
			recent_peaks(meters, index, &peak, &true_peak);
		}
		lane[k].peak = level_db(peak);
		lane[k].rms = level_power_db(meters->power[index]);
		lane[k].true_peak = level_db(true_peak);
	}
	return lanes;
}

unsigned
meters_read(struct meters *meters, struct meters_reader *reader, unsigned strip,
    unsigned stage, struct meters_reading *lane)
{
	unsigned lanes = meters_peek(meters, reader, strip, stage, lane);
	size_t index = meters->first[strip] + (size_t)stage * lanes;

	for (unsigned k = 0; reader != NULL && k < lanes; k++, index++) {
		reader->read[index] = true;
		reader->peak[index] = reader->true_peak[index] = 0;
	}
	return lanes;
}

void
meters_read_loudness(const struct meters *meters, unsigned strip,
    struct loudness_reading *reading)
{
	loudness_read(meters->loudness[strip], reading);
}

void
meters_reset_loudness(struct meters *meters, unsigned strip)
{
	loudness_reset(meters->loudness[strip]);
}

struct zones *
meters_zones(const struct meters *meters)
{
	return meters->zones;
}

struct history *
meters_history(const struct meters *meters)
{
	return meters->history;
}

struct clip_guard *
meters_guard(const struct meters *meters)
{
	return meters->guard;
}

struct soundcheck *
meters_soundcheck(const struct meters *meters)
{
	return meters->soundcheck;
}
