#include "mixer/advice_internal.h"

#include "mixer/plugin.h"
#include "mixer/target.h"
#include "protocol/level.h"
#include "protocol/zone.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/*
 * What the advisor says of a channel, and of the insert slots of any strip.
 */

#define STAGE_IN 0
#define STAGE_TRIM 1
#define MADE_UP 3.0      /* dB that a fader is up for a low source */
#define PULLED_DOWN 12.0 /* dB that it is down for a hot one */
#define NOISY_TRIM 20.0  /* dB */
#define NOISE (-60.0)    /* dBFS */
#define PAUSE 10.0 /* dB between the loud and the quiet, if there is one */
#define DEAD_SECONDS 5
#define DEAD_OTHER (-40.0) /* dBFS */

/* The change of the trim that puts a peak into the middle of its target, as far
 * as fader and pre-fader sends can go the other way. */
static double
trim_change(const struct advisor *advisor, unsigned strip, double peak)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	double low = advisor_target(advisor, strip, PARAM_TARGET_LOW);
	double high = advisor_target(advisor, strip, PARAM_TARGET_HIGH);
	double change = (low + high) / 2 - peak;
	double room = schema_param(PARAM_FADER)->max;

	if (desk->value[PARAM_FADER] > ADVICE_OFF)
		change = fmax(change, desk->value[PARAM_FADER] - room);
	for (unsigned i = 0; i < desk->sends; i++) {
		const double *send = desk->send[i].value;
		double level = send[SEND_VALUE(PARAM_SEND_LEVEL)];
		if (send[SEND_VALUE(PARAM_SEND_TAP)] == TAP_PRE &&
		    level > ADVICE_OFF)
			change = fmax(change, level - room);
	}
	const struct schema_param *trim = schema_param(PARAM_TRIM);
	double now = desk->value[PARAM_TRIM];
	change = fmin(fmax(change, trim->min - now), trim->max - now);
	/* Towards nothing, so that no bound is crossed by rounding. */
	change = trunc(change * 10) / 10;
	double after = peak + change;
	return after >= low && after <= high ? change : 0;
}

static void
fix_trim(struct advisor *advisor, unsigned strip, double change)
{
	if (change == 0 || !advisor_move(advisor, strip, change))
		advisor_drop_fix(advisor);
}

static void
say_trim(struct advisor *advisor, struct finding *finding, unsigned strip,
    double peak, double change)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	double low = advisor_target(advisor, strip, PARAM_TARGET_LOW);
	double high = advisor_target(advisor, strip, PARAM_TARGET_HIGH);
	bool hot = peak > high;
	double off = hot ? peak - high : low - peak;
	char text[DESK_STRIP_TEXT];

	desk_strip_text(desk, false, text);
	const char *todo = hot ? "Turn the trim down and the fader up"
			       : "Turn the trim up and the fader down";
	if (change == 0)
		advisor_say(finding,
		    "%s peaks at %.1f dBFS behind its trim, %.1f dB %s its "
		    "target of %g to %g. Turn the source %s by about %.0f dB: "
		    "trim and fader have no room for it.",
		    text, advisor_tenths(peak), off, hot ? "above" : "below",
		    low, high, hot ? "down" : "up", ceil(off + 2));
	else if (finding != NULL && finding->code == ADVICE_FADER_AS_TRIM)
		advisor_say(finding,
		    "The fader of %s, at %+.1f dB, does the work of the trim: "
		    "behind the trim it peaks at %.1f dBFS, %.1f dB %s its "
		    "target of %g to %g. %s by %.1f dB.",
		    text, desk->value[PARAM_FADER], advisor_tenths(peak), off,
		    hot ? "above" : "below", low, high, todo, fabs(change));
	else
		advisor_say(finding,
		    "%s is too %s: behind its trim it peaks at %.1f dBFS, "
		    "%.1f dB %s its target of %g to %g. %s by %.1f dB%s.",
		    text, hot ? "hot" : "soft", peak, off,
		    hot ? "above" : "below", low, high, todo, fabs(change),
		    advisor_levels(advisor, strip, STAGE_IN)->peak >= 0
			? "; it clips at the input, so turn the source down too"
			: "");
}

/* Is the level behind the trim wrong? */
static bool
check_trim(struct advisor *advisor, unsigned strip)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	const struct history_levels *trim =
	    advisor_levels(advisor, strip, STAGE_TRIM);
	double low = advisor_target(advisor, strip, PARAM_TARGET_LOW);
	double high = advisor_target(advisor, strip, PARAM_TARGET_HIGH);
	double fader = desk->value[PARAM_FADER];
	bool hot = trim->peak > high + ADVICE_MARGIN;
	bool soft = trim->peak < low - ADVICE_MARGIN;
	enum advice_code code = hot ? ADVICE_HOT_SOURCE : ADVICE_LOW_SOURCE;
	double off = hot ? trim->peak - high : low - trim->peak;
	enum advice_severity severity =
	    off > (hot ? 3 : 6) ? ADVICE_WARNING : ADVICE_NOTE;

	if (!hot && !soft)
		return false;
	if ((soft && fader >= MADE_UP) ||
	    (hot && fader <= -PULLED_DOWN && fader > ADVICE_OFF)) {
		code = ADVICE_FADER_AS_TRIM;
		severity = ADVICE_WARNING;
	}
	if (trim->peak > 0 ||
	    advisor_levels(advisor, strip, STAGE_IN)->peak > 0)
		severity = ADVICE_ALARM;
	double change = trim_change(advisor, strip, trim->peak);
	struct finding *finding =
	    advisor_find(advisor, code, severity, strip, STAGE_TRIM);
	advisor_evidence(
	    finding, trim->peak, hot ? high : low, "dBFS", trim->sounding);
	say_trim(advisor, finding, strip, trim->peak, change);
	fix_trim(advisor, strip, change);
	return true;
}

static void
check_lanes(struct advisor *advisor, unsigned strip)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	const struct history_levels *in =
	    advisor_levels(advisor, strip, STAGE_IN);
	char text[DESK_STRIP_TEXT];

	if (desk->lanes != 2 || in->sounding < DEAD_SECONDS)
		return;
	unsigned dead = in->lane_peak[0] < in->lane_peak[1] ? 0 : 1;
	if (in->lane_peak[dead] >= ZONE_SILENCE ||
	    in->lane_peak[1 - dead] < DEAD_OTHER)
		return;
	desk_strip_text(desk, false, text);
	struct finding *finding = advisor_find(
	    advisor, ADVICE_DEAD_LANE, ADVICE_WARNING, strip, STAGE_IN);
	advisor_evidence(
	    finding, in->lane_peak[dead], ZONE_SILENCE, "dBFS", in->sounding);
	advisor_say(finding,
	    "The %s lane of %s is dead: nothing above %.0f dBFS comes in, "
	    "while the %s peaks at %.1f. Look at its cable and its JACK "
	    "connection, or make the strip mono.",
	    dead == 0 ? "left" : "right", text,
	    fmax(in->lane_peak[dead], ZONE_SILENCE),
	    dead == 0 ? "right" : "left", in->lane_peak[1 - dead]);
}

static void
check_noise(struct advisor *advisor, unsigned strip)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	const struct history_levels *trim =
	    advisor_levels(advisor, strip, STAGE_TRIM);
	double gain = desk->value[PARAM_TRIM];
	char text[DESK_STRIP_TEXT];

	if (gain < NOISY_TRIM || trim->floor <= NOISE ||
	    trim->rms - trim->floor < PAUSE)
		return;
	desk_strip_text(desk, false, text);
	struct finding *finding = advisor_find(
	    advisor, ADVICE_TRIM_NOISE, ADVICE_NOTE, strip, STAGE_TRIM);
	advisor_evidence(
	    finding, trim->floor, NOISE, "dBFS RMS", trim->sounding);
	advisor_say(finding,
	    "%s hisses: its trim of %+.1f dB lifts the noise in pauses to "
	    "%.0f dBFS RMS, %.0f dB above %.0f. Turn the source or its "
	    "preamp up by %.0f dB and the trim down by as much.",
	    text, gain, trim->floor, trim->floor - NOISE, NOISE,
	    ceil(trim->floor - NOISE));
}

void
advisor_channel(struct advisor *advisor, unsigned strip)
{
	bool trimmed;

	if (advisor_levels(advisor, strip, STAGE_IN)->sounding < ADVICE_LEAST)
		return;
	trimmed = check_trim(advisor, strip);
	advisor_slots(advisor, strip, trimmed);
	check_lanes(advisor, strip);
	check_noise(advisor, strip);
}

/* --- insert slots --- */

/* The parameter that is a plugin's output level in dB, or -1. */
static int
find_makeup(const struct plugin *plugin)
{
	static const char *const word[] = { "makeup", "make-up", "make up",
		"make_up", "output", "out_gain", "gain_out", "gain" };

	for (size_t w = 0; plugin != NULL && w < sizeof word / sizeof *word;
	     w++)
		for (size_t i = 0; i < plugin->params; i++) {
			const struct plugin_param *param = &plugin->param[i];
			bool named =
			    w + 1 < sizeof word / sizeof *word
				? strcasestr(param->symbol, word[w]) != NULL ||
				      strcasestr(param->name, word[w]) != NULL
				: strcasecmp(param->symbol, word[w]) == 0;
			if (named && strcasecmp(param->unit, "dB") == 0)
				return (int)i;
		}
	return -1;
}

/* The make-up, and the fader and pre-fader sends the other way. */
static void
fix_makeup(struct advisor *advisor, unsigned strip, unsigned slot, int item,
    double makeup)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	bool fits = item >= 0 &&
		    advisor_change_param(
			advisor, strip, slot, (unsigned)item, makeup) &&
		    advisor_change(advisor, strip, PARAM_FADER, 0, -makeup);

	for (unsigned i = 0; i < desk->sends; i++)
		if (desk->send[i].value[SEND_VALUE(PARAM_SEND_TAP)] == TAP_PRE)
			fits = fits && advisor_change(advisor, strip,
					   PARAM_SEND_LEVEL, i, -makeup);
	if (!fits)
		advisor_drop_fix(advisor);
}

static bool
check_change(struct advisor *advisor, unsigned strip, unsigned slot)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	const struct history_levels *before =
	    advisor_levels(advisor, strip, 1 + slot);
	const struct history_levels *after =
	    advisor_levels(advisor, strip, 2 + slot);
	double change = after->rms - before->rms;
	const struct plugin *plugin = desk->insert[slot].plugin;
	int item = find_makeup(plugin);
	char text[DESK_STRIP_TEXT];

	if (fabs(change) <= TARGET_INSERT_CHANGE || after->rms < ZONE_SILENCE)
		return false;
	desk_strip_text(desk, false, text);
	double makeup = -advisor_tenths(change);
	struct finding *finding = advisor_find(advisor, ADVICE_INSERT_LEVEL,
	    fabs(change) > 6 ? ADVICE_WARNING : ADVICE_NOTE, strip, 2 + slot);
	advisor_evidence(
	    finding, change, TARGET_INSERT_CHANGE, "dB", after->sounding);
	advisor_say(finding,
	    "Insert %u of %s makes it %.1f dB %s, where %g are allowed: what "
	    "follows is fed wrong. Set its output, or make-up, %.1f dB %s"
	    "%s%s, and the fader %.1f dB %s.",
	    slot + 1, text, fabs(change), change > 0 ? "louder" : "softer",
	    TARGET_INSERT_CHANGE, fabs(makeup), makeup > 0 ? "up" : "down",
	    item >= 0 ? ", which is " : "",
	    item >= 0 ? plugin->param[item].name : "", fabs(makeup),
	    makeup > 0 ? "down" : "up");
	fix_makeup(advisor, strip, slot, item, makeup);
	return true;
}

/* What is fed too much is turned down a decibel into the window, if the peaks
 * stay in theirs; what is fed too little, with peaks that are low as well, has
 * lost it on the way. */
static void
check_feed(struct advisor *advisor, unsigned strip, unsigned slot)
{
	const struct history_levels *before =
	    advisor_levels(advisor, strip, 1 + slot);
	double feed = advisor_target(advisor, strip, PARAM_TARGET_INSERT);
	double low = advisor_target(advisor, strip, PARAM_TARGET_LOW);
	double off = before->rms - feed, limit = TARGET_INSERT_WINDOW;
	bool soft =
	    off < -limit - ADVICE_MARGIN && before->peak < low - ADVICE_MARGIN;
	char text[DESK_STRIP_TEXT];

	if (off <= limit + ADVICE_MARGIN && !soft)
		return;
	desk_strip_text(&advisor->desk->strip[strip], false, text);
	struct finding *finding = advisor_find(
	    advisor, ADVICE_INSERT_FEED, ADVICE_WARNING, strip, 1 + slot);
	advisor_evidence(
	    finding, before->rms, feed, "dBFS RMS", before->sounding);
	double change = advisor_tenths((soft ? 1 - limit : limit - 1) - off);
	if (soft) {
		advisor_say(finding,
		    "Insert %u of %s is fed with %.1f dBFS RMS, %.1f dB below "
		    "the %g that plugins expect, where %g are allowed. Make up "
		    "for it at the slots before, by %.1f dB.",
		    slot + 1, text, before->rms, -off, feed, limit, change);
		return;
	}
	advisor_say(finding,
	    "Insert %u of %s is fed with %.1f dBFS RMS, %.1f dB above the %g "
	    "that plugins expect, where %g are allowed. Turn the trim down "
	    "and the fader up by %.1f dB.",
	    slot + 1, text, before->rms, off, feed, limit, -change);
	double trimmed =
	    advisor_levels(advisor, strip, STAGE_TRIM)->peak + change;
	if (trimmed < low || !advisor_move(advisor, strip, change))
		advisor_drop_fix(advisor);
}

void
advisor_slots(struct advisor *advisor, unsigned strip, bool trimmed)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	bool blamed = trimmed;

	for (unsigned i = 0; i < desk->inserts; i++) {
		if (!advisor->in->strip[strip].works[i])
			continue;
		if (!blamed) {
			size_t before = advisor->advice->findings;
			check_feed(advisor, strip, i);
			blamed = advisor->advice->findings != before;
		}
		blamed |= check_change(advisor, strip, i);
	}
}
