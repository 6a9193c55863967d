#include "mixer/soundcheck.h"

#include "mixer/history.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/undo.h"
#include "protocol/level.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCKS_A_SECOND 10
#define RAIL (32767.0F / 32768) /* of a converter */
#define STEP 0.5                /* dB: trims are proposed in these */
#define DENSE 3.0  /* dB that RMS may be above what slots are to be fed with */
#define SPARSE 6.0 /* dB that it may be below, before peaks go to the edge */
#define EDGE 0.5   /* dB below the upper end of the window */

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
		heard->clipped |= meter[lane].peak >= RAIL;
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

/* RMS of the loudest passage. */
static double
loudest_passage(const struct soundcheck *check, const struct heard *heard)
{
	size_t size = (size_t)(SOUNDCHECK_PASSAGE * BLOCKS_A_SECOND);
	double sum = 0, most = 0;

	if (size > check->blocks)
		size = check->blocks;
	for (size_t i = 0; i < check->blocks; i++) {
		sum += (double)heard->block[i].power;
		if (i >= size)
			sum -= (double)heard->block[i - size].power;
		most = fmax(most, sum);
	}
	return level_power_db(size != 0 ? most / (double)size : 0);
}

/* Seconds that are no bleed. */
static double
sounded(const struct soundcheck *check, const struct heard *heard, double peak)
{
	float gate =
	    (float)level_gain(fmax(SOUNDCHECK_GATE, peak - SOUNDCHECK_BELOW));
	unsigned blocks = 0;

	for (size_t i = 0; i < check->blocks; i++)
		blocks += heard->block[i].peak >= gate;
	return (double)blocks / BLOCKS_A_SECOND;
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
	return floor(trim / STEP) * STEP;
}

static void
say_move(struct soundcheck_finding *finding, double from)
{
	double by = finding->trim - from;

	snprintf(finding->words, sizeof finding->words,
	    "peaks at %.1f dBFS: trim %s by %.1f dB, to %+.1f dB, puts its "
	    "peaks "
	    "at %.1f dBFS",
	    finding->peak, by < 0 ? "down" : "up", fabs(by), finding->trim,
	    finding->peak + finding->trim);
}

static void
judge_trim(const struct desk_strip *strip, struct soundcheck_finding *finding)
{
	const struct schema_param *param = schema_param(PARAM_TRIM);
	const double *target = strip->target;
	double low = target[TARGET_VALUE(PARAM_TARGET_LOW)];
	double high = target[TARGET_VALUE(PARAM_TARGET_HIGH)];
	double now = strip->value[PARAM_TRIM];
	double at = finding->peak + now;

	if (finding->peak + param->max < low) {
		finding->verdict = VERDICT_QUIET;
		snprintf(finding->words, sizeof finding->words,
		    "peaks at %.1f dBFS, more than the trim can make up for: "
		    "turn the preamp up by %.0f dB, then listen again",
		    finding->peak, ceil(low - param->max - finding->peak + 6));
	} else if (finding->peak + param->min > high) {
		finding->verdict = VERDICT_LOUD;
		snprintf(finding->words, sizeof finding->words,
		    "peaks at %.1f dBFS, more than the trim can take away: "
		    "turn "
		    "the source down by %.0f dB, then listen again",
		    finding->peak, ceil(finding->peak + param->min - high));
	} else if (at >= low && at <= high) {
		finding->verdict = VERDICT_RIGHT;
		snprintf(finding->words, sizeof finding->words,
		    "peaks at %.1f dBFS behind its trim, within %g to %g: "
		    "leave "
		    "it",
		    at, low, high);
	} else {
		finding->verdict = VERDICT_MOVE;
		finding->trim =
		    fmin(fmax(wanted_trim(target, finding->peak, finding->loud),
			     param->min),
			param->max);
		say_move(finding, now);
	}
}

static void
judge(const struct soundcheck *check, unsigned strip,
    struct soundcheck_finding *finding)
{
	const struct heard *heard = &check->heard[strip];
	const struct desk_strip *at = &check->desk->strip[strip];
	double peak = loudest_peak(check, heard);

	*finding = (struct soundcheck_finding){
		.peak = peak,
		.loud = loudest_passage(check, heard),
		.sounded = sounded(check, heard, peak),
		.trim = at->value[PARAM_TRIM],
	};
	if (peak < SOUNDCHECK_GATE) {
		finding->verdict = VERDICT_SILENT;
		snprintf(finding->words, sizeof finding->words,
		    "nothing above %g dBFS: play it, or look at its cable, "
		    "mute "
		    "and preamp",
		    SOUNDCHECK_GATE);
	} else if (heard->clipped) {
		finding->verdict = VERDICT_CLIPPED;
		snprintf(finding->words, sizeof finding->words,
		    "clips at the input, which no trim mends: turn the preamp "
		    "down by 10 dB, then listen again");
	} else if (finding->sounded < SOUNDCHECK_LEAST) {
		finding->verdict = VERDICT_SHORT;
		snprintf(finding->words, sizeof finding->words,
		    "heard for %.1f s only: play its loudest passage for %.1f "
		    "s "
		    "at least",
		    finding->sounded, SOUNDCHECK_LEAST);
	} else {
		judge_trim(at, finding);
	}
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
