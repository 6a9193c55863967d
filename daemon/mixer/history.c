#include "mixer/history.h"

#include "mixer/desk_map.h"
#include "protocol/level.h"
#include "protocol/zone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SKIP_SECONDS 0.25
#define LOUD 0.01 /* of the power of the loudest second */

/* A lane of a stage in one second. */
struct bin {
	float true_peak;
	float power; /* mean square; the sum of squares while it is filled */
};

struct program_bin {
	double product, power[METER_LANES], sum[METER_LANES];
	double frames;
};

struct lane {
	struct bin bin[HISTORY_SECONDS];
};

struct program {
	struct program_bin bin[HISTORY_SECONDS];
};

struct strip {
	unsigned bins;    /* closed ones that hold */
	uint32_t skip;    /* frames that are left out */
	uint32_t counted; /* frames of the bin that is filled */
};

struct history {
	const struct desk *desk;
	const size_t *first;
	size_t count;
	unsigned rate;
	struct strip *strip;
	struct lane *lane;            /* a meter */
	struct program *program;      /* a bus, and the master */
	struct probe_reading *probed; /* a channel: what it was lately */
	size_t at;                    /* the bin that is filled */
	uint32_t filled;              /* frames */
	uint64_t version;
};

struct history *
history_new(const struct desk *desk, const size_t *first, size_t count)
{
	struct history *history = calloc(1, sizeof *history);

	if (history == NULL)
		return NULL;
	history->desk = desk;
	history->first = first;
	history->count = count;
	history->strip = calloc(desk->strips, sizeof *history->strip);
	history->lane = calloc(count, sizeof *history->lane);
	history->program =
	    calloc(desk->strips - desk->channels, sizeof *history->program);
	history->probed = calloc(desk->channels + 1, sizeof *history->probed);
	if (history->strip == NULL || history->lane == NULL ||
	    history->program == NULL || history->probed == NULL) {
		history_free(history);
		return NULL;
	}
	return history;
}

void
history_free(struct history *history)
{
	if (history == NULL)
		return;
	free(history->strip);
	free(history->lane);
	free(history->program);
	free(history->probed);
	free(history);
}

void
history_set_rate(struct history *history, unsigned rate)
{
	history->rate = rate;
	history_forget_all(history);
}

static size_t
meters_of(const struct desk_strip *strip)
{
	return (size_t)desk_stages(strip) * strip->lanes;
}

/* The bin that is filled begins anew. */
static void
clear_bin(struct history *history, unsigned index)
{
	const struct desk_strip *strip = &history->desk->strip[index];
	struct lane *lane = &history->lane[history->first[index]];

	for (size_t i = 0; i < meters_of(strip); i++)
		lane[i].bin[history->at] = (struct bin){ 0 };
	if (strip->kind != STRIP_CHANNEL)
		history->program[index - history->desk->channels]
		    .bin[history->at] = (struct program_bin){ 0 };
	history->strip[index].counted = 0;
}

void
history_forget(struct history *history, unsigned strip)
{
	history->strip[strip].bins = 0;
	history->strip[strip].skip = (uint32_t)(SKIP_SECONDS * history->rate);
	clear_bin(history, strip);
	if (history->desk->strip[strip].kind == STRIP_CHANNEL)
		history->probed[strip] = (struct probe_reading){ .frames = 0 };
	history->version++;
}

/* Has every stage of a strip been there before? */
static bool
stages_stay(const struct desk_map *map, unsigned strip)
{
	unsigned stages = desk_stages(&map->after->strip[strip]);

	for (unsigned k = 0; k < stages; k++)
		if (desk_map_stage(map, strip, k) < 0)
			return false;
	return true;
}

static void
strip_follow(struct history *history, const struct history *before,
    const struct desk_map *map, unsigned index)
{
	const struct desk_strip *strip = &history->desk->strip[index];
	unsigned from = (unsigned)map->strip[index];
	unsigned lanes = strip->lanes;

	for (unsigned k = 0; k < desk_stages(strip); k++)
		memcpy(
		    &history->lane[history->first[index] + (size_t)k * lanes],
		    &before
			 ->lane[before->first[from] +
				(size_t)desk_map_stage(map, index, k) * lanes],
		    lanes * sizeof *history->lane);
	history->strip[index] = before->strip[from];
	if (strip->kind == STRIP_CHANNEL)
		history->probed[index] = before->probed[from];
	else
		history->program[index - history->desk->channels] =
		    before->program[from - before->desk->channels];
}

void
history_follow(struct history *history, const struct history *before,
    const struct desk_map *map)
{
	history->rate = before->rate;
	history->at = before->at;
	history->filled = before->filled;
	history->version = before->version + 1;
	for (unsigned i = 0; i < history->desk->strips; i++)
		if (stages_stay(map, i))
			strip_follow(history, before, map, i);
		else
			history_forget(history, i);
}

/* Older looks count for less and less. */
void
history_probe(struct history *history, const struct probe_reading *reading)
{
	struct probe_reading *at = &history->probed[reading->strip];

	/* NaN or infinity came in: that is told elsewhere. */
	if (!isfinite(reading->squares[0] + reading->squares[1]))
		return;
	at->frames = at->frames / 2 + reading->frames;
	at->product = at->product / 2 + reading->product;
	for (int lane = 0; lane < PROBE_LANES; lane++) {
		at->squares[lane] =
		    at->squares[lane] / 2 + reading->squares[lane];
		at->sum[lane] = at->sum[lane] / 2 + reading->sum[lane];
	}
}

void
history_forget_all(struct history *history)
{
	for (unsigned i = 0; i < history->desk->strips; i++)
		history_forget(history, i);
}

static void
close_bin(struct history *history)
{
	for (unsigned i = 0; i < history->desk->strips; i++) {
		struct strip *strip = &history->strip[i];
		struct lane *lane = &history->lane[history->first[i]];
		float share =
		    strip->counted != 0 ? 1 / (float)strip->counted : 0;
		for (size_t k = 0; k < meters_of(&history->desk->strip[i]); k++)
			lane[k].bin[history->at].power *= share;
		/* One of which most was left out is none. */
		if (strip->counted * 2 >= history->filled &&
		    strip->bins < HISTORY_SECONDS - 1)
			strip->bins++;
		else if (strip->counted * 2 < history->filled)
			strip->bins = 0;
	}
	history->at = (history->at + 1) % HISTORY_SECONDS;
	history->filled = 0;
	history->version++;
	for (unsigned i = 0; i < history->desk->strips; i++)
		clear_bin(history, i);
}

static void
fold_program(struct program_bin *bin, const struct meter_program *program,
    const struct meter *fader, unsigned lanes, uint32_t frames)
{
	bin->product += program->product;
	bin->frames += frames;
	for (unsigned lane = 0; lane < METER_LANES; lane++) {
		bin->power[lane] += fader[lane % lanes].squares;
		bin->sum[lane] += program->sum[lane];
	}
}

static void
fold_strip(
    struct history *history, const struct meter_window *window, unsigned index)
{
	const struct desk *desk = history->desk;
	const struct desk_strip *strip = &desk->strip[index];
	const struct meter *meter = &window->meter[history->first[index]];
	struct lane *lane = &history->lane[history->first[index]];
	struct strip *state = &history->strip[index];

	if (state->skip != 0) {
		state->skip -=
		    state->skip < window->frames ? state->skip : window->frames;
		return;
	}
	state->counted += window->frames;
	for (size_t i = 0; i < meters_of(strip); i++) {
		struct bin *bin = &lane[i].bin[history->at];
		bin->power += (float)meter[i].squares;
		if (meter[i].true_peak > bin->true_peak)
			bin->true_peak = meter[i].true_peak;
	}
	if (strip->kind == STRIP_CHANNEL)
		return;
	size_t at = index - desk->channels;
	fold_program(&history->program[at].bin[history->at],
	    &meter_programs_const(window, history->count)[at],
	    &meter[(size_t)desk_stage_fader(strip) * strip->lanes],
	    strip->lanes, window->frames);
}

void
history_fold(struct history *history, const struct meter_window *window)
{
	for (unsigned i = 0; i < history->desk->strips; i++)
		fold_strip(history, window, i);
	history->filled += window->frames;
	if (history->filled >= history->rate)
		close_bin(history);
}

/* The closed bin that is `back` (1, 2, …) old. */
static size_t
bin_at(const struct history *history, unsigned back)
{
	return (history->at + HISTORY_SECONDS - back) % HISTORY_SECONDS;
}

/* What a lane has been, linear. */
struct found {
	float peak, loud, quiet; /* the last two are powers */
	double sum;              /* of loud bins */
	unsigned bins, sounding;
};

static void
look(const struct history *history, const struct lane *lane, unsigned bins,
    struct found *found)
{
	const float silence = (float)level_gain(ZONE_SILENCE);

	*found = (struct found){ .quiet = INFINITY };
	for (unsigned i = 1; i <= bins; i++) {
		const struct bin *bin = &lane->bin[bin_at(history, i)];
		found->peak =
		    bin->true_peak > found->peak ? bin->true_peak : found->peak;
		found->loud =
		    bin->power > found->loud ? bin->power : found->loud;
		found->quiet =
		    bin->power < found->quiet ? bin->power : found->quiet;
		found->sounding += bin->true_peak > silence;
	}
	for (unsigned i = 1; i <= bins; i++) {
		float power = lane->bin[bin_at(history, i)].power;
		if (power > 0 && power >= (float)LOUD * found->loud) {
			found->sum += (double)power;
			found->bins++;
		}
	}
}

void
history_read(const struct history *history, unsigned strip, unsigned stage,
    struct history_levels *levels)
{
	unsigned lanes = history->desk->strip[strip].lanes;
	const struct lane *lane =
	    &history->lane[history->first[strip] + (size_t)stage * lanes];
	unsigned bins = history->strip[strip].bins;
	double most = -1;

	*levels = (struct history_levels){ LEVEL_SILENCE,
		{ LEVEL_SILENCE, LEVEL_SILENCE }, LEVEL_SILENCE, LEVEL_SILENCE,
		0 };
	for (unsigned i = 0; bins != 0 && i < lanes; i++) {
		struct found found;
		look(history, &lane[i], bins, &found);
		levels->lane_peak[i] = level_db(found.peak);
		if (levels->lane_peak[i] > levels->peak)
			levels->peak = levels->lane_peak[i];
		if (found.sounding > levels->sounding)
			levels->sounding = found.sounding;
		double mean = found.bins != 0 ? found.sum / found.bins : 0;
		if (mean <= most)
			continue;
		most = mean;
		levels->rms = level_power_db(mean);
		levels->floor = level_power_db(found.quiet);
	}
}

static void
tell_program(const struct program_bin *all, struct history_program *program)
{
	double power = sqrt(all->power[0] * all->power[1]);
	double dc = fmax(fabs(all->sum[0]), fabs(all->sum[1]));

	program->correlation = power > 0 ? all->product / power : 0;
	program->dc = level_db(all->frames > 0 ? dc / all->frames : 0);
}

void
history_read_program(const struct history *history, unsigned strip,
    struct history_program *program)
{
	struct program_bin all = { 0 };

	if (strip < history->desk->channels) {
		const struct probe_reading *from = &history->probed[strip];
		tell_program(&(struct program_bin){ from->product,
				 { from->squares[0], from->squares[1] },
				 { from->sum[0], from->sum[1] }, from->frames },
		    program);
		return;
	}
	const struct program *from =
	    &history->program[strip - history->desk->channels];
	for (unsigned i = 1; i <= history->strip[strip].bins; i++) {
		const struct program_bin *bin = &from->bin[bin_at(history, i)];
		all.product += bin->product;
		all.frames += bin->frames;
		for (int lane = 0; lane < METER_LANES; lane++) {
			all.power[lane] += bin->power[lane];
			all.sum[lane] += bin->sum[lane];
		}
	}
	tell_program(&all, program);
}

uint64_t
history_version(const struct history *history)
{
	return history->version;
}
