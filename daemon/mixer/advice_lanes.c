#include "mixer/advice_internal.h"

#include <math.h>

/*
 * What levels do not show: DC, and lanes that work against each other.
 */

#define DC_MOST (-40.0) /* dBFS */
#define OPPOSED (-0.5)  /* correlation */

/* Channels are looked at where they come in, sums where they leave. */
static unsigned
measured_at(const struct desk_strip *strip)
{
	return strip->kind == STRIP_CHANNEL ? 0 : desk_stage_fader(strip);
}

static bool
has_dc(const struct advisor *advisor, unsigned strip)
{
	const struct advice_strip *known = &advisor->in->strip[strip];

	return known->stage[0].sounding >= ADVICE_LEAST &&
	       known->program.dc > DC_MOST;
}

void
advisor_dc(struct advisor *advisor, unsigned strip)
{
	const struct advice_strip *known = &advisor->in->strip[strip];
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	char text[DESK_STRIP_TEXT];

	if (!has_dc(advisor, strip))
		return;
	/* It is told where it comes in, not all the way down. */
	for (unsigned i = 0; i < strip; i++)
		if (has_dc(advisor, i) && advisor_reaches(advisor, i, strip))
			return;
	desk_strip_text(desk, false, text);
	struct finding *finding = advisor_find(
	    advisor, ADVICE_DC, ADVICE_WARNING, strip, measured_at(desk));
	advisor_evidence(finding, known->program.dc, DC_MOST, "dBFS",
	    known->stage[0].sounding);
	advisor_say(finding,
	    "There is DC of %.0f dBFS in %s, %.0f dB above %.0f: it eats "
	    "headroom and clicks when muted. %s",
	    known->program.dc, text, known->program.dc - DC_MOST, DC_MOST,
	    desk->kind == STRIP_CHANNEL
		? "Put a high-pass into it, or mend its source."
		: "Mute one plugin after the other to find its source, and put "
		  "a high-pass behind that one.");
}

/* Two mono strips that feed a bus from opposite sides are all that does; the
 * one on the right. */
static int
opposite_feeder(const struct advisor *advisor, unsigned bus)
{
	int side[2] = { -1, -1 };
	unsigned found = 0;

	for (unsigned i = 0; i < advisor->desk->strips; i++) {
		const struct desk_strip *from = &advisor->desk->strip[i];
		if (!advisor_reaches(advisor, i, bus))
			continue;
		double pan = from->value[PARAM_PAN];
		if (from->lanes == 1 && fabs(pan) >= 0.5)
			side[pan > 0] = (int)i;
		found++;
	}
	return found == 2 && side[0] >= 0 ? side[1] : -1;
}

static bool
opposed(const struct advisor *advisor, unsigned strip)
{
	const struct advice_strip *known = &advisor->in->strip[strip];

	return advisor->desk->strip[strip].lanes == 2 &&
	       known->stage[0].sounding >= ADVICE_LEAST &&
	       known->program.correlation < OPPOSED;
}

void
advisor_polarity(struct advisor *advisor, unsigned strip)
{
	const struct desk_strip *desk = &advisor->desk->strip[strip];
	const struct advice_strip *known = &advisor->in->strip[strip];
	char text[DESK_STRIP_TEXT], other[DESK_STRIP_TEXT] = "";

	if (!opposed(advisor, strip))
		return;
	for (unsigned i = 0; i < strip; i++)
		if (opposed(advisor, i) && advisor_reaches(advisor, i, strip))
			return;
	desk_strip_text(desk, false, text);
	struct finding *finding = advisor_find(
	    advisor, ADVICE_POLARITY, ADVICE_WARNING, strip, measured_at(desk));
	advisor_evidence(finding, known->program.correlation, OPPOSED, "",
	    known->stage[0].sounding);
	int right =
	    desk->kind == STRIP_CHANNEL ? -1 : opposite_feeder(advisor, strip);
	if (right >= 0) {
		const struct desk_strip *from = &advisor->desk->strip[right];
		desk_strip_text(from, false, other);
		advisor_put(advisor, (unsigned)right, PARAM_POLARITY, 0,
		    from->value[PARAM_POLARITY] == 0);
	}
	advisor_say(finding,
	    "Left and right of %s work against each other: their correlation "
	    "is %.2f, below %.1f, so in mono they cancel. %s%s%s.",
	    text, known->program.correlation, OPPOSED,
	    right >= 0 ? "Invert the polarity of "
	    : desk->kind == STRIP_CHANNEL
		? "Swap the wires of one lane, or invert it at its source"
		: "Look for a stereo source with one lane inverted, and swap "
		  "its wires",
	    other, right >= 0 ? "" : " or its plugin's switch");
}
