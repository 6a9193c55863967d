#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

double
ref_gain(double db)
{
	return db <= -200 ? 0 : pow(10, db / 20);
}

double
ref_db(double gain)
{
	return gain > 1e-10 ? 20 * log10(gain) : -200;
}

/* --- solo in place --- */

static bool
feeds(const struct ref_desk *desk, int from, int to)
{
	const struct ref_strip *strip = &desk->strip[from];

	for (unsigned i = 0; i < strip->tos; i++)
		if (strip->to[i] == to)
			return true;
	for (unsigned i = 0; i < strip->sends; i++)
		if (strip->send[i].bus == to)
			return true;
	return false;
}

/* Is there a way of one or more steps? */
static bool
reaches(const struct ref_desk *desk, int from, int to)
{
	for (int via = 0; via < (int)desk->strips; via++)
		if (feeds(desk, from, via) &&
		    (via == to || reaches(desk, via, to)))
			return true;
	return false;
}

static bool
passes_solo(const struct ref_desk *desk, int from, int to)
{
	int master = (int)desk->strips - 1;
	bool any = false;

	for (int i = 0; i < master; i++)
		any |= desk->strip[i].solo;
	if (!any || (to != master && !reaches(desk, to, master)))
		return true;
	for (int i = 0; i < master; i++) {
		if (!desk->strip[i].solo)
			continue;
		if (i == from || reaches(desk, i, from) || i == to ||
		    (to != master && reaches(desk, to, i)))
			return true;
	}
	return false;
}

/* --- the sums --- */

struct matrix {
	double gain[2][2]; /* to lane, from lane */
};

static struct matrix
pan_matrix(double law, double pan, unsigned from, unsigned to)
{
	double x = (pan + 1) / 2;
	double cosine = cos(x * M_PI / 2), sine = sin(x * M_PI / 2);
	double left = law == -3   ? cosine
		      : law == -6 ? 1 - x
				  : sqrt(cosine * (1 - x));
	double right = law == -3 ? sine : law == -6 ? x : sqrt(sine * x);
	double near = fmin(1, 1 - pan), far = fmin(1, 1 + pan);

	if (from == 1 && to == 1)
		return (struct matrix){ { { 1, 0 }, { 0, 0 } } };
	if (from == 1)
		return (struct matrix){ { { left, 0 }, { right, 0 } } };
	if (to == 1)
		return (struct matrix){ { { near / 2, far / 2 }, { 0, 0 } } };
	return (struct matrix){ { { near, 0 }, { 0, far } } };
}

static void
add(struct ref_sound *sound, const struct ref_desk *desk, int from, int to,
    enum ref_stage tap, double gain, double pan)
{
	unsigned lanes = desk->strip[from].lanes;
	struct matrix matrix =
	    pan_matrix(desk->pan_law, pan, lanes, desk->strip[to].lanes);

	if (gain == 0 || !passes_solo(desk, from, to))
		return;
	for (unsigned t = 0; t < desk->strip[to].lanes; t++)
		for (unsigned f = 0; f < lanes; f++) {
			double g = gain * matrix.gain[t][f];
			double *sum = sound->lane[to][REF_IN][t];
			const double *x = sound->lane[from][tap][f];
			for (uint32_t i = 0; g != 0 && i < sound->frames; i++)
				sum[i] += g * x[i];
		}
}

/* Trim holds the signal after the delay too: that is where the fader and the
 * pre-fader sends take it. */
static void
run_strip(struct ref_sound *sound, const struct ref_desk *desk, int index,
    unsigned rate)
{
	const struct ref_strip *strip = &desk->strip[index];
	double trim = ref_gain(strip->trim) * (strip->polarity ? -1 : 1);
	double fader = strip->mute ? 0 : ref_gain(strip->fader);
	uint32_t late = (uint32_t)lround(strip->delay * rate / 1000);

	for (unsigned lane = 0; lane < strip->lanes; lane++) {
		double **stage[REF_STAGES];
		for (int s = 0; s < REF_STAGES; s++)
			stage[s] = &sound->lane[index][s][lane];
		for (uint32_t i = 0; i < sound->frames; i++) {
			double x = i >= late ? (*stage[REF_IN])[i - late] : 0;
			(*stage[REF_TRIM])[i] = trim * x;
			(*stage[REF_FADER])[i] = fader * trim * x;
		}
	}
	for (unsigned i = 0; i < strip->tos; i++)
		add(sound, desk, index, strip->to[i], REF_FADER, 1, strip->pan);
	for (unsigned i = 0; i < strip->sends; i++) {
		const struct ref_send *send = &strip->send[i];
		add(sound, desk, index, send->bus,
		    send->pre ? REF_TRIM : REF_FADER,
		    send->mute ? 0 : ref_gain(send->level), send->pan);
	}
}

static bool
is_ready(const struct ref_desk *desk, const bool *done, int strip)
{
	for (int i = 0; i < (int)desk->strips; i++)
		if (!done[i] && feeds(desk, i, strip))
			return false;
	return !done[strip];
}

struct ref_sound *
ref_run(const struct ref_desk *desk, unsigned rate, const struct rig_take *take)
{
	struct ref_sound *sound = calloc(1, sizeof *sound);
	bool done[REF_STRIPS] = { false };
	unsigned port = 0;

	assert_non_null(sound);
	sound->frames = take->frames;
	for (unsigned s = 0; s < desk->strips; s++)
		for (unsigned l = 0; l < desk->strip[s].lanes; l++) {
			for (int stage = 0; stage < REF_STAGES; stage++)
				sound->lane[s][stage][l] =
				    calloc(take->frames, sizeof(double));
			if (desk->strip[s].kind != REF_CHANNEL)
				continue;
			const float *x = take->play[port++];
			for (uint32_t i = 0; x != NULL && i < take->played; i++)
				sound->lane[s][REF_IN][l][i] = (double)x[i];
		}
	for (unsigned ran = 0; ran < desk->strips; ran++)
		for (int s = 0; s < (int)desk->strips; s++)
			if (is_ready(desk, done, s)) {
				run_strip(sound, desk, s, rate);
				done[s] = true;
			}
	return sound;
}

void
ref_free(struct ref_sound *sound)
{
	for (int s = 0; s < REF_STRIPS; s++)
		for (int stage = 0; stage < REF_STAGES; stage++)
			for (int lane = 0; lane < 2; lane++)
				free(sound->lane[s][stage][lane]);
	free(sound);
}

static void
compare_lane(const struct rig *rig, const char *strip, unsigned lane,
    const double *wanted, const float *got, uint32_t frames, double tolerance)
{
	double worst = 0;
	uint32_t at = 0, first = frames;

	for (uint32_t i = 0; i < frames; i++) {
		double off = fabs(wanted[i] - (double)got[i]);
		if (!(off <= tolerance) && first == frames)
			first = i;
		if (!(off <= worst)) {
			worst = off;
			at = i;
		}
	}
	if (first < frames)
		rig_fail(rig,
		    "%s lane %u, period %u: from frame %u on; worst at %u: "
		    "wanted %.9g, got %.9g",
		    strip, lane + 1, rig->period, first, at, wanted[at],
		    (double)got[at]);
}

void
ref_compare(const struct rig *rig, const struct ref_desk *desk,
    const struct ref_sound *sound, const struct rig_take *take,
    double tolerance)
{
	unsigned port = 0;
	char name[64];

	for (unsigned s = 0; s < desk->strips; s++) {
		const struct ref_strip *strip = &desk->strip[s];
		if (!strip->direct)
			continue;
		ref_address(desk, (int)s, name);
		for (unsigned l = 0; l < strip->lanes; l++, port++)
			compare_lane(rig, name, l, sound->lane[s][REF_FADER][l],
			    take->capture[port], take->frames, tolerance);
	}
}
