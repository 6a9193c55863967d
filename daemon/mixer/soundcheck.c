#include "mixer/soundcheck.h"

#include "mixer/desk_map.h"
#include "mixer/history.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/undo.h"
#include "protocol/level.h"
#include "protocol/zone.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCKS_A_SECOND 10
#define STEP 0.5   /* dB: trims are proposed in these */
#define DENSE 3.0  /* dB that RMS may be above what slots are to be fed with */
#define SPARSE 6.0 /* dB that it may be below, before peaks go to the edge */
#define EDGE 0.5   /* dB below the upper end of the window */
#define SLACK 0.05 /* dB beside the window that nobody hears */
#define NOISY 20.0 /* dB of trim that lift the noise of a preamp, too */

/* A stretch of 1 / BLOCKS_A_SECOND s of a strip's input. */
struct passage {
	float peak;  /* true peak of the louder lane */
	float power; /* mean square of the louder lane */
};

struct heard {
	struct passage *block; /* NULL: nobody listens to it */
	double squares[DESK_LANES];
	float peak;
	bool clipped;
};

struct soundcheck {
	const struct desk *desk;
	const size_t *first;
	unsigned rate;
	enum soundcheck_state state;
	double seconds;
	size_t blocks, most; /* heard, and to be heard */
	uint32_t filled;     /* frames of the block that is filled */
	struct heard *heard; /* of each strip */
};

struct soundcheck *
soundcheck_new(const struct desk *desk, const size_t *first)
{
	struct soundcheck *check = calloc(1, sizeof *check);

	if (check == NULL)
		return NULL;
	check->desk = desk;
	check->first = first;
	check->heard = calloc(desk->strips, sizeof *check->heard);
	if (check->heard == NULL) {
		soundcheck_free(check);
		return NULL;
	}
	return check;
}

static void
forget(struct soundcheck *check)
{
	for (size_t i = 0; i < check->desk->strips; i++) {
		free(check->heard[i].block);
		check->heard[i] = (struct heard){ .block = NULL };
	}
	check->state = SOUNDCHECK_IDLE;
	check->blocks = 0;
	check->filled = 0;
	check->seconds = 0;
}

void
soundcheck_free(struct soundcheck *check)
{
	if (check == NULL)
		return;
	if (check->heard != NULL)
		forget(check);
	free(check->heard);
	free(check);
}

void
soundcheck_follow(struct soundcheck *check, struct soundcheck *before,
    const struct desk_map *map)
{
	bool any = false;

	check->rate = before->rate;
	for (unsigned i = 0; i < check->desk->strips; i++) {
		if (!desk_map_sounds_on(map, i))
			continue;
		struct heard *from = &before->heard[map->strip[i]];
		check->heard[i] = *from;
		from->block = NULL;
		any |= check->heard[i].block != NULL;
	}
	if (!any)
		return;
	check->state = before->state;
	check->seconds = before->seconds;
	check->blocks = before->blocks;
	check->most = before->most;
	check->filled = before->filled;
}

void
soundcheck_set_rate(struct soundcheck *check, unsigned rate)
{
	check->rate = rate;
	if (check->state == SOUNDCHECK_LISTENING)
		forget(check);
}

/* --- listening --- */

static void
listen(struct heard *heard, const struct meter *meter, unsigned lanes)
{
	for (unsigned lane = 0; lane < lanes; lane++) {
		heard->squares[lane] += meter[lane].squares;
		heard->peak = fmaxf(heard->peak, meter[lane].true_peak);
		heard->clipped |= meter[lane].rails != 0;
	}
}

static void
close_block(struct soundcheck *check, struct heard *heard)
{
	double most = fmax(heard->squares[0], heard->squares[1]);

	heard->block[check->blocks] = (struct passage){ .peak = heard->peak,
		.power = (float)(most / check->filled) };
	heard->squares[0] = heard->squares[1] = 0;
	heard->peak = 0;
}

void
soundcheck_fold(struct soundcheck *check, const struct meter_window *window)
{
	const struct desk *desk = check->desk;

	if (check->state != SOUNDCHECK_LISTENING)
		return;
	for (size_t i = 0; i < desk->strips; i++)
		if (check->heard[i].block != NULL)
			listen(&check->heard[i],
			    window->meter + check->first[i],
			    desk->strip[i].lanes);
	check->filled += window->frames;
	if (check->filled < check->rate / BLOCKS_A_SECOND)
		return;
	for (size_t i = 0; i < desk->strips; i++)
		if (check->heard[i].block != NULL)
			close_block(check, &check->heard[i]);
	check->filled = 0;
	if (++check->blocks == check->most)
		check->state = SOUNDCHECK_DONE;
}

/* --- judging --- */

static double
loudest_peak(const struct soundcheck *check, const struct heard *heard)
{
	float peak = 0;

	for (size_t i = 0; i < check->blocks; i++)
		peak = fmaxf(peak, heard->block[i].peak);
	return level_db((double)peak);
}

/* What sounded of it and is no bleed: in s, and the RMS of its loudest passage,
 * pauses left out. */
static void
judge_passages(const struct soundcheck *check, const struct heard *heard,
    struct soundcheck_finding *finding)
{
	double gate = fmax(SOUNDCHECK_GATE, finding->peak - SOUNDCHECK_BELOW);
	float least = (float)level_gain(gate);
	float power[SOUNDCHECK_PASSAGE * BLOCKS_A_SECOND] = { 0 };
	const size_t size = sizeof power / sizeof power[0];
	double sum = 0, most = 0;
	size_t blocks = 0;

	for (size_t i = 0; i < check->blocks; i++) {
		if (heard->block[i].peak < least)
			continue;
		/* A ring, whose oldest makes room. */
		sum += (double)heard->block[i].power -
		       (double)power[blocks % size];
		power[blocks % size] = heard->block[i].power;
		blocks++;
		if (blocks >= size)
			most = fmax(most, sum / (double)size);
	}
	if (blocks != 0 && blocks < size)
		most = sum / (double)blocks;
	finding->loud = level_power_db(most);
	finding->sounded = (double)blocks / BLOCKS_A_SECOND;
}

/* The trim that puts peak and RMS where they should be: peaks into the upper
 * half of the window; lower in it where the RMS were far above what slots are
 * to be fed with, up to its edge where it were far below. */
static double
wanted_trim(const double *target, double peak, double loud)
{
	double low = target[TARGET_VALUE(PARAM_TARGET_LOW)];
	double high = target[TARGET_VALUE(PARAM_TARGET_HIGH)];
	double feed = target[TARGET_VALUE(PARAM_TARGET_INSERT)];
	double trim = high - (high - low) / 4 - peak;

	if (loud + trim > feed + DENSE)
		trim = fmax(feed + DENSE - loud, low - peak);
	else if (loud + trim < feed - SPARSE)
		trim = fmax(trim, fmin(high - EDGE - peak, feed - loud));
	trim = round(trim / STEP) * STEP;
	if (peak + trim < low)
		trim = ceil((low - peak) / STEP) * STEP;
	return fmin(trim, high - peak);
}

static void
say(struct soundcheck_finding *finding, enum soundcheck_verdict verdict,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
say(struct soundcheck_finding *finding, enum soundcheck_verdict verdict,
    const char *format, ...)
{
	va_list list;

	finding->verdict = verdict;
	va_start(list, format);
	vsnprintf(finding->words, sizeof finding->words, format, list);
	va_end(list);
}

/* By how much a preamp is to be turned for a peak without a trim, in whole dB. */
static double
preamp(const double *target, double peak)
{
	double low = target[TARGET_VALUE(PARAM_TARGET_LOW)];
	double high = target[TARGET_VALUE(PARAM_TARGET_HIGH)];

	return fmax(ceil(fabs((low + high) / 2 - peak) - SLACK), 1);
}

static void
judge_move(const struct desk_strip *strip, struct soundcheck_finding *finding)
{
	const struct schema_param *param = schema_param(PARAM_TRIM);
	double wanted =
	    wanted_trim(strip->target, finding->peak, finding->loud);
	double by;
	char more[64] = "";

	finding->trim = fmin(fmax(wanted, param->min), param->max);
	by = finding->trim - strip->value[PARAM_TRIM];
	if (finding->trim > NOISY)
		snprintf(more, sizeof more,
		    ". Better: its preamp up by %.0f dB",
		    preamp(strip->target, finding->peak));
	say(finding, VERDICT_MOVE,
	    "peaks at %.1f dBFS: trim %s by %.1f dB, to %+.1f dB, makes that "
	    "%.1f%s",
	    finding->peak, by < 0 ? "down" : "up", fabs(by), finding->trim,
	    finding->peak + finding->trim, more);
}

static void
judge_trim(const struct desk_strip *strip, struct soundcheck_finding *finding)
{
	const struct schema_param *param = schema_param(PARAM_TRIM);
	double low = strip->target[TARGET_VALUE(PARAM_TARGET_LOW)];
	double high = strip->target[TARGET_VALUE(PARAM_TARGET_HIGH)];
	double at = finding->peak + strip->value[PARAM_TRIM];

	if (finding->peak + param->max < low)
		say(finding, VERDICT_QUIET,
		    "peaks at %.1f dBFS, more than the trim can make up for: "
		    "turn its preamp up by %.0f dB, then listen again",
		    finding->peak, preamp(strip->target, finding->peak));
	else if (finding->peak + param->min > high)
		say(finding, VERDICT_LOUD,
		    "peaks at %.1f dBFS, more than the trim can take away: "
		    "turn its source down by %.0f dB, then listen again",
		    finding->peak, preamp(strip->target, finding->peak));
	else if (at >= low - SLACK && at <= high + SLACK)
		say(finding, VERDICT_RIGHT,
		    "peaks at %.1f dBFS behind its trim, within %g to %g: "
		    "leave it",
		    at, low, high);
	else
		judge_move(strip, finding);
}

static void
judge(const struct soundcheck *check, unsigned strip,
    struct soundcheck_finding *finding)
{
	const struct heard *heard = &check->heard[strip];
	const struct desk_strip *at = &check->desk->strip[strip];

	*finding = (struct soundcheck_finding){
		.peak = loudest_peak(check, heard),
		.trim = at->value[PARAM_TRIM],
	};
	judge_passages(check, heard, finding);
	if (finding->peak < ZONE_SILENCE)
		say(finding, VERDICT_SILENT,
		    "nothing above %g dBFS: play it, or look at its cable, "
		    "its JACK connection and its preamp",
		    ZONE_SILENCE);
	else if (heard->clipped)
		say(finding, VERDICT_CLIPPED,
		    "clips at the input, which no trim mends: turn its preamp "
		    "down by %.0f dB, then listen again",
		    preamp(at->target, finding->peak));
	else if (finding->peak < SOUNDCHECK_GATE)
		say(finding, VERDICT_QUIET,
		    "too quiet to judge, %.1f dBFS may be bleed: play it, or "
		    "turn its preamp up by %.0f dB, then listen again",
		    finding->peak, preamp(at->target, finding->peak));
	else if (finding->sounded < SOUNDCHECK_LEAST)
		say(finding, VERDICT_SHORT,
		    "heard for %.1f s only: play its loudest passage for %.1f "
		    "s at least",
		    finding->sounded, SOUNDCHECK_LEAST);
	else
		judge_trim(at, finding);
}

/* --- for the mixer --- */

int
mixer_soundcheck_start(struct mixer *mixer, const bool *marked, double seconds)
{
	struct soundcheck *check = meters_soundcheck(mixer->meters);

	forget(check);
	check->seconds = seconds;
	check->most = (size_t)ceil(seconds * BLOCKS_A_SECOND);
	for (size_t i = 0; i < check->desk->strips; i++) {
		if (!marked[i])
			continue;
		check->heard[i].block =
		    calloc(check->most, sizeof *check->heard[i].block);
		if (check->heard[i].block == NULL) {
			forget(check);
			return -1;
		}
	}
	check->state = SOUNDCHECK_LISTENING;
	return 0;
}

void
mixer_soundcheck_cancel(struct mixer *mixer)
{
	forget(meters_soundcheck(mixer->meters));
}

enum soundcheck_state
mixer_soundcheck_state(
    const struct mixer *mixer, double *heard, double *seconds)
{
	const struct soundcheck *check = meters_soundcheck(mixer->meters);

	*heard = fmin((double)check->blocks / BLOCKS_A_SECOND, check->seconds);
	*seconds = check->seconds;
	return check->state;
}

bool
mixer_soundcheck_read(const struct mixer *mixer, unsigned strip,
    struct soundcheck_finding *finding)
{
	const struct soundcheck *check = meters_soundcheck(mixer->meters);

	if (check->heard[strip].block == NULL)
		return false;
	judge(check, strip, finding);
	return true;
}

static void
set_db(struct mixer *mixer, unsigned strip, enum param param, double db,
    const void *origin)
{
	struct address address = { .param = schema_param(param),
		.strip = strip };
	struct schema_value value = { .type = 'f', .number = db };
	char why[200];

	mixer_set(mixer, &address, &value, origin, why, sizeof why);
}

unsigned
mixer_soundcheck_apply(
    struct mixer *mixer, const bool *marked, bool balance, const void *origin)
{
	const struct desk *desk = mixer->desk;
	struct soundcheck_finding finding;
	unsigned moved = 0;

	mixer_undo_begin(mixer, "sound check");
	for (unsigned i = 0; i < desk->strips; i++) {
		const double *value = desk->strip[i].value;
		if (!marked[i] || !mixer_soundcheck_read(mixer, i, &finding) ||
		    finding.verdict != VERDICT_MOVE)
			continue;
		double by = finding.trim - value[PARAM_TRIM];
		set_db(mixer, i, PARAM_TRIM, finding.trim, origin);
		if (balance && value[PARAM_FADER] > LEVEL_SILENCE)
			set_db(mixer, i, PARAM_FADER, value[PARAM_FADER] - by,
			    origin);
		moved++;
	}
	mixer_undo_end(mixer);
	if (moved != 0)
		history_forget_all(meters_history(mixer->meters));
	return moved;
}

const char *
soundcheck_state_name(enum soundcheck_state state)
{
	static const char *const name[SOUNDCHECK_STATES] = { "idle",
		"listening", "done" };

	return name[state];
}

const char *
soundcheck_verdict_name(enum soundcheck_verdict verdict)
{
	static const char *const name[VERDICTS] = { "silent", "short",
		"clipped", "quiet", "loud", "right", "move" };

	return name[verdict];
}
