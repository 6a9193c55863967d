#include "mixer/advice_internal.h"

#include "mixer/route.h"
#include "protocol/level.h"
#include "protocol/zone.h"

#include <math.h>
#include <stdio.h>

/*
 * What the advisor says of buses and the master, and of what feeds them.
 */

#define ROOM 1.5   /* dB that a fix leaves below the target */
#define PULLED 1.0 /* dB that a master is down when it mends */
#define LOUDNESS_OFF 1.0
#define PLACE_TEXT 32
#define HEARD (-50.0) /* dBFS that a send brings */

static bool
is_pre(const struct desk_send *send)
{
	return send->value[SEND_VALUE(PARAM_SEND_TAP)] == TAP_PRE;
}

static bool
to_master(const struct advisor *advisor, unsigned strip)
{
	return advisor->in->strip[strip].to_master;
}

/* --- the whole mix down --- */

/* One channel's part of it: everything of it that reaches the master is down
 * by so much, and nothing else is. */
static bool
lower_channel(struct advisor *advisor, unsigned strip, double down)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	bool fits = true;

	for (size_t i = 0; i < desk->tos; i++)
		fits = fits && to_master(advisor, desk->to[i]);
	fits = fits && advisor_change(advisor, strip, PARAM_FADER, 0, -down);
	for (unsigned i = 0; i < desk->sends; i++) {
		const struct desk_send *send = &desk->send[i];
		bool heard = to_master(advisor, send->bus);
		if (is_pre(send) && heard)
			fits = fits && advisor_change(advisor, strip,
					   PARAM_SEND_LEVEL, i, -down);
		else if (!is_pre(send) && !heard)
			fits = fits && advisor_change(advisor, strip,
					   PARAM_SEND_LEVEL, i, down);
	}
	return fits;
}

/* Every channel that is heard at the master. */
static bool
lower_mix(struct advisor *advisor, double down)
{
	struct advice *advice = advisor->advice;
	bool fits = true;

	if (advice->findings != 0)
		advice->finding[advice->findings - 1].mix = down;
	for (unsigned i = 0; fits && i < advisor->desk->channels; i++)
		if (to_master(advisor, i))
			fits = lower_channel(advisor, i, down);
	return fits;
}

/* --- one sum down, what leaves it as before --- */

/* A strip that feeds a bus: what it sends there is down by so much, what it
 * sends elsewhere is not. */
static bool
lower_feeder(struct advisor *advisor, unsigned strip, unsigned bus, double down)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	bool goes = false, fits = true;

	for (size_t i = 0; i < desk->tos; i++)
		goes |= desk->to[i] == bus;
	if (goes)
		fits = desk->tos == 1 && !desk_feeds_hardware(desk) &&
		       advisor_change(advisor, strip, PARAM_FADER, 0, -down);
	for (unsigned i = 0; i < desk->sends; i++) {
		const struct desk_send *send = &desk->send[i];
		bool here = send->bus == bus;
		bool follows = goes && !is_pre(send);
		if (here && !follows)
			fits = fits && advisor_change(advisor, strip,
					   PARAM_SEND_LEVEL, i, -down);
		else if (!here && follows)
			fits = fits && advisor_change(advisor, strip,
					   PARAM_SEND_LEVEL, i, down);
	}
	return fits;
}

bool
advisor_reaches(const struct advisor *advisor, unsigned strip, unsigned bus)
{
	struct route_way way;

	for (size_t i = 0; route_way(advisor->desk, strip, i, &way); i++)
		for (unsigned k = 0; way.to == bus && k < way.count; k++)
			if (route_gain(advisor->desk, NULL, &way, k) > 0)
				return true;
	return false;
}

static bool
lower_sum(struct advisor *advisor, unsigned bus, double down)
{
	const struct desk_strip *desk = &advisor->desk->strip[bus];
	bool fits = true;

	for (unsigned i = 0; fits && i < advisor->desk->strips; i++)
		if (advisor_reaches(advisor, i, bus))
			fits = lower_feeder(advisor, i, bus, down);
	fits = fits && advisor_change(advisor, bus, PARAM_FADER, 0, down);
	for (unsigned i = 0; i < desk->sends; i++)
		if (is_pre(&desk->send[i]))
			fits = fits && advisor_change(advisor, bus,
					   PARAM_SEND_LEVEL, i, down);
	return fits;
}

/* --- buses --- */

/* What is known of the levels of a sum. */
struct sum {
	double in, inner, out; /* peaks; inner: the highest between them */
	double high;           /* the target */
	unsigned worst;        /* stage of the highest */
	double most;
	unsigned sounding;
};

static struct sum
sum_levels(const struct advisor *advisor, unsigned strip)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	unsigned fader = desk_stage_fader(desk);
	struct sum sum = { .inner = LEVEL_SILENCE, .most = LEVEL_SILENCE };

	for (unsigned k = 0; k <= fader; k++) {
		double peak = advisor_levels(advisor, strip, k)->peak;
		if (peak > sum.most) {
			sum.most = peak;
			sum.worst = k;
		}
		if (k > 0 && k < fader && peak > sum.inner)
			sum.inner = peak;
	}
	sum.in = advisor_levels(advisor, strip, 0)->peak;
	sum.out = advisor_levels(advisor, strip, fader)->peak;
	sum.high = advisor_target(advisor, strip, PARAM_TARGET_HIGH);
	sum.sounding = advisor_levels(advisor, strip, 0)->sounding;
	return sum;
}

/* Tenths of a decibel that bring a peak to the target and a little below. */
static double
excess(const struct sum *sum, double peak)
{
	return ceil((peak - sum->high + ROOM) * 10) / 10;
}

/* Fixes a bus by what is above its target: the sum, what is between, or what
 * leaves it. */
static const char *
fix_bus(struct advisor *advisor, unsigned bus, const struct sum *sum)
{
	unsigned master = desk_master(advisor->desk);
	double limit = sum->high + ADVICE_MARGIN;
	double down = excess(sum, sum->most);
	bool fits;

	if (sum->out > limit && !to_master(advisor, bus)) {
		fits = advisor_change(
		    advisor, bus, PARAM_FADER, 0, -excess(sum, sum->out));
		if (!fits || sum->in > limit || sum->inner > limit)
			advisor_drop_fix(advisor);
		return "Turn its fader down";
	}
	if (sum->out > limit) {
		fits = lower_mix(advisor, down) &&
		       advisor_change(advisor, master, PARAM_FADER, 0, down);
		if (!fits)
			advisor_drop_fix(advisor);
		return "Turn every channel's fader down and the master up";
	}
	if (sum->in <= limit) {
		if (!advisor_move(advisor, bus, -down))
			advisor_drop_fix(advisor);
		return "Turn its trim down and its fader up";
	}
	if (!lower_sum(advisor, bus, down))
		advisor_drop_fix(advisor);
	return "Turn what feeds it down and its fader up";
}

/* "as it comes in", "behind its trim", …, as people say it. */
static const char *
stage_place(
    const struct desk_strip *strip, unsigned stage, char text[PLACE_TEXT])
{
	if (stage == 0)
		snprintf(text, PLACE_TEXT, "as it comes in,");
	else if (stage > 1 && stage < desk_stage_fader(strip))
		snprintf(text, PLACE_TEXT, "behind its insert %u", stage - 1);
	else
		snprintf(text, PLACE_TEXT, "behind its %s",
		    stage == 1 ? "trim" : "fader");
	return text;
}

static void
check_bus(struct advisor *advisor, unsigned bus)
{
	const struct desk_strip *desk = &advisor->desk->strip[bus];
	struct sum sum = sum_levels(advisor, bus);
	char text[DESK_STRIP_TEXT], place[PLACE_TEXT];

	if (sum.most <= sum.high + ADVICE_MARGIN)
		return;
	struct finding *finding = advisor_find(
	    advisor, ADVICE_BUS_HOT, ADVICE_WARNING, bus, sum.worst);
	desk_strip_text(desk, false, text);
	advisor_evidence(finding, sum.most, sum.high, "dBFS", sum.sounding);
	const char *todo = fix_bus(advisor, bus, &sum);
	advisor_say(finding,
	    "%s is %s: %s it peaks at %.1f dBFS, %.1f dB above its target of "
	    "%g. %s by %.1f dB.",
	    text, sum.most > 0 ? "over" : "close to 0 dBFS",
	    stage_place(desk, sum.worst, place), advisor_tenths(sum.most),
	    sum.most - sum.high, sum.high, todo, excess(&sum, sum.most));
}

/* --- the master --- */

static void
mend_master(struct advisor *advisor, unsigned master, const struct sum *sum,
    double pulled)
{
	double down = excess(sum, fmax(sum->in, sum->inner));
	/* As loud as now, if that is not above the target. */
	double up = fmin(down, sum->high - ROOM - (sum->out - down));
	up = floor(fmax(up, 0) * 10) / 10;
	struct finding *finding = advisor_find(
	    advisor, ADVICE_MASTER_MEND, ADVICE_WARNING, master, 0);

	advisor_evidence(finding, sum->in, sum->high, "dBFS", sum->sounding);
	advisor_say(finding,
	    "The mix is mended at the master: its sum peaks at %.1f dBFS, "
	    "%.1f dB above the target of %g, and the master pulls it down by "
	    "%.1f dB. Turn every channel's fader down by %.1f dB and the "
	    "master up by %.1f dB.",
	    advisor_tenths(sum->in), sum->in - sum->high, sum->high, pulled,
	    down, up);
	if (!lower_mix(advisor, down) ||
	    !advisor_change(advisor, master, PARAM_FADER, 0, up))
		advisor_drop_fix(advisor);
}

static void
check_master(struct advisor *advisor, unsigned master)
{
	const struct desk_strip *desk = &advisor->desk->strip[master];
	struct sum sum = sum_levels(advisor, master);
	double limit = sum.high + ADVICE_MARGIN;
	double pulled = -(desk->value[PARAM_TRIM] + desk->value[PARAM_FADER]);
	char place[PLACE_TEXT];

	if (sum.most <= limit)
		return;
	if (sum.in > limit && pulled >= PULLED &&
	    desk->value[PARAM_FADER] > ADVICE_OFF) {
		mend_master(advisor, master, &sum, pulled);
		return;
	}
	struct finding *finding = advisor_find(advisor, ADVICE_MASTER_HOT,
	    sum.out > 0 ? ADVICE_ALARM : ADVICE_WARNING, master, sum.worst);
	advisor_evidence(finding, sum.most, sum.high, "dBFS", sum.sounding);
	bool channels = sum.in > limit || sum.inner > limit;
	double down = excess(&sum, sum.most);
	advisor_say(finding,
	    "The master %s: %s it peaks at %.1f dBFS, %.1f dB above its "
	    "target of %g. Turn %s down by %.1f dB.",
	    sum.out > 0    ? "clips"
	    : sum.most > 0 ? "is over"
			   : "is close to 0 dBFS",
	    stage_place(desk, sum.worst, place), advisor_tenths(sum.most),
	    sum.most - sum.high, sum.high,
	    channels ? "every channel's fader" : "its fader", down);
	bool fits =
	    channels ? lower_mix(advisor, down)
		     : advisor_change(advisor, master, PARAM_FADER, 0, -down);
	if (!fits)
		advisor_drop_fix(advisor);
}

static void
check_loudness(struct advisor *advisor, unsigned master)
{
	double target = advisor_target(advisor, master, PARAM_TARGET_LOUDNESS);
	double loudness = advisor->in->strip[master].loudness;
	struct sum sum = sum_levels(advisor, master);
	double change = advisor_tenths(target - loudness);

	if (target <= LEVEL_SILENCE || loudness <= LEVEL_SILENCE ||
	    sum.sounding + 1 < HISTORY_SECONDS ||
	    fabs(change) <= LOUDNESS_OFF || sum.most > sum.high)
		return;
	struct finding *finding =
	    advisor_find(advisor, ADVICE_LOUDNESS, ADVICE_NOTE, master,
		desk_stage_fader(&advisor->desk->strip[master]));
	advisor_evidence(finding, loudness, target, "LUFS", sum.sounding);
	advisor_say(finding,
	    "The programme at the master is %.1f LU too %s: %.1f LUFS "
	    "integrated, where %g are wanted. Turn the master %s by %.1f dB "
	    "and reset the loudness.",
	    fabs(change), change < 0 ? "loud" : "soft", loudness, target,
	    change < 0 ? "down" : "up", fabs(change));
	if (sum.out + change > sum.high ||
	    !advisor_change(advisor, master, PARAM_FADER, 0, change))
		advisor_drop_fix(advisor);
}

void
advisor_sum(struct advisor *advisor, unsigned strip)
{
	bool master = advisor->desk->strip[strip].kind == STRIP_MASTER;

	if (advisor_levels(advisor, strip, 0)->sounding < ADVICE_LEAST)
		return;
	if (master) {
		check_master(advisor, strip);
		check_loudness(advisor, strip);
	} else {
		check_bus(advisor, strip);
	}
	/* Sums are fed as loud as they are: only the change counts. */
	advisor_slots(advisor, strip, true);
}

/* --- who seems off and is heard --- */

void
advisor_feeds(struct advisor *advisor, unsigned strip)
{
	const struct desk *desk = advisor->desk;
	const struct desk_strip *from = &desk->strip[strip];
	bool muted =
	    from->value[PARAM_MUTE] != 0 || desk_groups_gain(desk, from) == 0;
	const struct history_levels *tap =
	    advisor_levels(advisor, strip, desk_stage_fader(from) - 1);
	char text[DESK_STRIP_TEXT], bus[DESK_STRIP_TEXT];

	if ((!muted && from->value[PARAM_FADER] > ADVICE_OFF) ||
	    tap->sounding < ADVICE_LEAST)
		return;
	desk_strip_text(from, false, text);
	for (unsigned i = 0; i < from->sends; i++) {
		const struct desk_send *send = &from->send[i];
		double level =
		    tap->peak + send->value[SEND_VALUE(PARAM_SEND_LEVEL)];
		if (!is_pre(send) || level < HEARD ||
		    send->value[SEND_VALUE(PARAM_SEND_MUTE)] != 0 ||
		    !to_master(advisor, send->bus))
			continue;
		desk_strip_text(&desk->strip[send->bus], false, bus);
		struct finding *finding =
		    advisor_find(advisor, ADVICE_MUTED_FEED, ADVICE_WARNING,
			strip, desk_stage_fader(from) - 1);
		advisor_evidence(finding, level, HEARD, "dBFS", tap->sounding);
		advisor_say(finding,
		    "%s is %s, but its send to %s is taken before the fader "
		    "and brings it to the mix at %.1f dBFS, %.0f dB above the "
		    "%.0f that is heard. Mute the send, or take it after the "
		    "fader.",
		    text, muted ? "muted" : "faded out", bus, level,
		    level - HEARD, HEARD);
		advisor_put(advisor, strip, PARAM_SEND_MUTE, i, 1);
	}
}
