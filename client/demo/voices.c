#include "voices.h"

#include <math.h>
#include <string.h>

#define TAU 6.28318530718F
#define INAUDIBLE 1e-5F

/* These set the peak of each source to what band.h promises; the unit test
 * holds them. */
#define KICK_OUTPUT 1.221F
#define SNARE_OUTPUT 0.1896F
#define BASS_OUTPUT 0.0204F
#define KEYS_OUTPUT 0.0405F
#define VOICE_OUTPUT 1.66F

/* The sine of a phase of 0…1 turns, -60 dB from a true one. */
static float
sine(float turns)
{
	const float t = turns < 0.5F ? turns : turns - 1.0F;
	const float y = 8.0F * t * (1.0F - 2.0F * fabsf(t));

	return y + 0.225F * y * (fabsf(y) - 1.0F);
}

static float
wrap(float turns)
{
	return turns >= 1.0F ? turns - 1.0F : turns;
}

/* White, -1…1. */
static float
noise_next(struct noise *noise)
{
	noise->state = noise->state * 1664525U + 1013904223U;
	return (float)(int32_t)noise->state * 0x1p-31F;
}

/* The factor a sample that falls to 1/e in a time. */
static float
decay_of(float seconds, float rate)
{
	return expf(-1.0F / (seconds * rate));
}

/* The part of the way to its goal that a level goes in a sample. */
static float
approach_of(float seconds, float rate)
{
	return 1.0F - decay_of(seconds, rate);
}

void
kick_init(struct kick *kick, float rate)
{
	memset(kick, 0, sizeof(*kick));
	kick->per_sample = 1.0F / rate;
	kick->sweep_decay = decay_of(0.018F, rate);
	kick->body_decay = decay_of(0.09F, rate);
	kick->click_decay = decay_of(0.002F, rate);
}

void
kick_hit(struct kick *kick, float force)
{
	kick->phase = 0;
	kick->sweep = 1;
	kick->body = force;
	kick->click = 0.3F * force;
	kick->noise.state = 1;
}

void
kick_run(struct kick *kick, float *out, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && kick->body >= INAUDIBLE; i++) {
		const float hz = 47.0F + 190.0F * kick->sweep;

		out[i] =
		    KICK_OUTPUT * (kick->body * sine(kick->phase) +
				      kick->click * noise_next(&kick->noise));
		kick->phase = wrap(kick->phase + hz * kick->per_sample);
		kick->sweep *= kick->sweep_decay;
		kick->body *= kick->body_decay;
		kick->click *= kick->click_decay;
	}
	memset(out + i, 0, (n - i) * sizeof(*out));
}

void
snare_init(struct snare *snare, float rate)
{
	memset(snare, 0, sizeof(*snare));
	snare->low_step = 186.0F / rate;
	snare->high_step = 331.0F / rate;
	snare->shell_decay = decay_of(0.045F, rate);
	snare->wires_decay = decay_of(0.075F, rate);
}

void
snare_hit(struct snare *snare, float force)
{
	snare->low = 0;
	snare->high = 0;
	snare->shell = 0.6F * force;
	snare->wires = 0.45F * force;
	snare->noise.state = 3;
}

void
snare_run(struct snare *snare, float *out, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && snare->wires >= INAUDIBLE; i++) {
		const float white = noise_next(&snare->noise);
		const float shell = sine(snare->low) + 0.6F * sine(snare->high);

		/* Less of its lows, as wires have. */
		out[i] = SNARE_OUTPUT *
			 (snare->shell * shell +
			     snare->wires * (white - 0.7F * snare->last));
		snare->last = white;
		snare->low = wrap(snare->low + snare->low_step);
		snare->high = wrap(snare->high + snare->high_step);
		snare->shell *= snare->shell_decay;
		snare->wires *= snare->wires_decay;
	}
	memset(out + i, 0, (n - i) * sizeof(*out));
}

void
bass_init(struct bass *bass, float rate)
{
	memset(bass, 0, sizeof(*bass));
	bass->per_sample = 1.0F / rate;
	bass->attack = approach_of(0.004F, rate);
	bass->release = approach_of(0.02F, rate);
	bass->bright_decay = decay_of(0.15F, rate);
}

void
bass_play(struct bass *bass, float hz)
{
	bass->step = hz * bass->per_sample;
	bass->gate = 1;
	bass->bright = 1;
}

void
bass_rest(struct bass *bass)
{
	bass->gate = 0;
}

void
bass_run(struct bass *bass, float *out, uint32_t n)
{
	const float speed = bass->gate > 0 ? bass->attack : bass->release;
	const float end = bass->gate > 0 ? 0 : INAUDIBLE;
	uint32_t i;

	for (i = 0; i < n && bass->level >= end; i++) {
		const float saw = 2.0F * bass->phase - 1.0F;
		/* A one-pole's cutoff, small against the rate. */
		const float open =
		    TAU * bass->per_sample * (220.0F + 900.0F * bass->bright);

		bass->pole[0] += open * (saw - bass->pole[0]);
		bass->pole[1] += open * (bass->pole[0] - bass->pole[1]);
		bass->level += speed * (bass->gate - bass->level);
		out[i] = BASS_OUTPUT * bass->level * bass->pole[1];
		bass->bright *= bass->bright_decay;
		bass->phase = wrap(bass->phase + bass->step);
	}
	memset(out + i, 0, (n - i) * sizeof(*out));
}

void
guitar_init(struct guitar *guitar, float rate, float drive, float output)
{
	memset(guitar, 0, sizeof(*guitar));
	guitar->rate = rate;
	guitar->drive = drive;
	guitar->output = output;
	guitar->pick = approach_of(1.0F / (TAU * 3900.0F), rate);
	guitar->tone = approach_of(1.0F / (TAU * 3800.0F), rate);
	guitar->noise.state = 5;
	for (unsigned s = 0; s < GUITAR_STRINGS; s++)
		guitar->string[s].length = 1;
}

/* Fills the line with one period of a soft burst without a mean. */
static void
string_pluck(struct string *string, struct guitar *guitar)
{
	const float period =
	    fminf(guitar->rate / string->next_hz - 0.5F, STRING_LONGEST);
	const uint32_t length = (uint32_t)(period - 0.1F);
	const float fraction = period - (float)length;
	float mean = 0, soft = 0;

	string->length = length;
	string->at = 0;
	string->tune = (1.0F - fraction) / (1.0F + fraction);
	string->tune_x = string->tune_y = string->last = 0;
	string->loss = powf(10.0F, -3.0F / (string->next_hz * 2.5F));
	for (uint32_t i = 0; i < length; i++) {
		const float white = noise_next(&guitar->noise);

		soft += guitar->pick * (string->next_force * white - soft);
		string->line[i] = soft;
		mean += soft;
	}
	mean /= (float)length;
	for (uint32_t i = 0; i < length; i++)
		string->line[i] -= mean;
	string->next_hz = 0;
}

static void
string_add(struct string *string, float *out, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const float y = string->line[string->at];
		const float soft = 0.5F * (y + string->last);
		const float tuned =
		    string->tune * (soft - string->tune_y) + string->tune_x;

		out[i] += y;
		string->last = y;
		string->tune_x = soft;
		string->tune_y = tuned;
		string->line[string->at] = string->loss * tuned;
		if (++string->at == string->length)
			string->at = 0;
	}
}

static void
string_run(struct string *string, struct guitar *guitar, float *out, uint32_t n)
{
	uint32_t before = 0;

	if (string->next_hz > 0) {
		before = string->wait < n ? string->wait : n;
		string->wait -= before;
		string_add(string, out, before);
		if (before == n)
			return;
		string_pluck(string, guitar);
	}
	string_add(string, out + before, n - before);
}

void
guitar_pick(struct guitar *guitar, unsigned string, float hz, float force)
{
	guitar->string[string].wait = 0;
	guitar->string[string].next_hz = hz;
	guitar->string[string].next_force = force;
}

void
guitar_strum(
    struct guitar *guitar, const float hz[GUITAR_STRINGS], bool up, float force)
{
	for (unsigned s = 0; s < GUITAR_STRINGS; s++) {
		const unsigned place = up ? GUITAR_STRINGS - 1 - s : s;

		guitar_pick(guitar, s, hz[s], force);
		guitar->string[s].wait =
		    (uint32_t)((float)place * 0.007F * guitar->rate);
	}
}

void
guitar_damp(struct guitar *guitar)
{
	for (unsigned s = 0; s < GUITAR_STRINGS; s++) {
		guitar->string[s].loss *= 0.8F;
		guitar->string[s].next_hz = 0;
	}
}

/* Clips softly: odd, slope 1 at 0, flat at ±1 from ±3 on. */
static float
soft_clip(float x)
{
	const float y = x < -3.0F ? -3.0F : x > 3.0F ? 3.0F : x;

	return y * (27.0F + y * y) / (27.0F + 9.0F * y * y);
}

void
guitar_run(struct guitar *guitar, float *out, uint32_t n)
{
	memset(out, 0, n * sizeof(*out));
	for (unsigned s = 0; s < GUITAR_STRINGS; s++)
		string_run(&guitar->string[s], guitar, out, n);
	for (uint32_t i = 0; i < n; i++) {
		const float driven = soft_clip(guitar->drive * out[i]);

		guitar->pole[0] += guitar->tone * (driven - guitar->pole[0]);
		guitar->pole[1] +=
		    guitar->tone * (guitar->pole[0] - guitar->pole[1]);
		out[i] = guitar->output * guitar->pole[1];
	}
}

void
keys_init(struct keys *keys, float rate)
{
	memset(keys, 0, sizeof(*keys));
	keys->per_sample = 1.0F / rate;
	keys->attack = approach_of(0.003F, rate);
	keys->decay = decay_of(1.4F, rate);
	keys->bright_decay = decay_of(0.3F, rate);
	keys->pan_step = 3.9F / rate;
}

void
keys_play(struct keys *keys, const float hz[KEYS_NOTES], float force)
{
	for (unsigned k = 0; k < KEYS_NOTES; k++) {
		keys->key[k].step = hz[k] * keys->per_sample;
		keys->key[k].goal = force;
		keys->key[k].bright = force;
	}
}

/* An electric piano: a sine whose phase the same sine bends, less and less. */
static void
key_add(struct key *key, const struct keys *keys, float *out, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const float bend = 0.18F * key->bright * sine(key->phase);
		const float turns = key->phase + bend;

		key->level += keys->attack * (key->goal - key->level);
		out[i] +=
		    key->level * sine(turns < 0 ? turns + 1.0F : wrap(turns));
		key->goal *= keys->decay;
		key->bright *= keys->bright_decay;
		key->phase = wrap(key->phase + key->step);
	}
}

void
keys_run(struct keys *keys, float *left, float *right, uint32_t n)
{
	memset(left, 0, n * sizeof(*left));
	for (unsigned k = 0; k < KEYS_NOTES; k++)
		key_add(&keys->key[k], keys, left, n);
	for (uint32_t i = 0; i < n; i++) {
		const float both = KEYS_OUTPUT * left[i];
		const float side = 0.3F * sine(keys->pan);

		left[i] = both * (1.0F + side);
		right[i] = both * (1.0F - side);
		keys->pan = wrap(keys->pan + keys->pan_step);
	}
}

/* A resonance of gain 1 at its peak. */
static struct resonance
resonance_at(float hz, float width, float gain, float rate)
{
	const float r = expf(-0.5F * TAU * width / rate);
	const float angle = TAU * hz / rate;
	struct resonance resonance;

	resonance.a1 = 2.0F * r * cosf(angle);
	resonance.a2 = -r * r;
	resonance.b = gain * (1.0F - r) *
		      sqrtf(1.0F - 2.0F * r * cosf(2.0F * angle) + r * r);
	return resonance;
}

void
voice_init(struct voice *voice, float rate)
{
	/* Peterson and Barney, JASA 24, 1952; gains even out the vowels. */
	static const struct {
		float hz[FORMANTS];
		float gain;
	} vowel[VOWELS] = {
		[VOWEL_A] = { { 730, 1090, 2440 }, 1.0F },
		[VOWEL_E] = { { 530, 1840, 2480 }, 1.0F },
		[VOWEL_I] = { { 330, 2290, 3010 }, 0.8F },
		[VOWEL_O] = { { 570, 840, 2410 }, 0.9F },
		[VOWEL_U] = { { 360, 870, 2240 }, 0.8F },
	};
	static const float gain[FORMANTS] = { 1.0F, -0.6F, 0.35F };
	static const float width[FORMANTS] = { 110, 120, 170 };

	memset(voice, 0, sizeof(*voice));
	voice->per_sample = 1.0F / rate;
	voice->attack = approach_of(0.03F, rate);
	voice->glide = approach_of(0.025F, rate);
	voice->deepen = approach_of(0.35F, rate);
	voice->breath.state = 7;
	for (unsigned v = 0; v < VOWELS; v++)
		for (unsigned f = 0; f < FORMANTS; f++)
			voice->vowel[v][f] =
			    resonance_at(fminf(vowel[v].hz[f], 0.4F * rate),
				width[f], vowel[v].gain * gain[f], rate);
	memcpy(voice->now, voice->vowel[VOWEL_A], sizeof(voice->now));
}

void
voice_sing(struct voice *voice, float hz, enum vowel vowel, float loudness)
{
	voice->next_step = hz * voice->per_sample;
	/* From silence there is no note to glide from. */
	if (voice->level < INAUDIBLE)
		voice->step = voice->next_step;
	voice->shape = vowel;
	voice->depth = 0;
	voice->gate = loudness;
}

void
voice_rest(struct voice *voice)
{
	voice->gate = 0;
}

/* The flow of the vocal folds, differentiated (Rosenberg, JASA 49, 1971):
 * open for two fifths of a turn, closing in one, then shut. */
static float
folds(float turns)
{
	const float opening = turns * 2.5F;

	if (turns < 0.4F)
		return 1.5F * opening * (1.0F - opening);
	return turns < 0.6F ? -5.0F * (turns - 0.4F) : 0;
}

/* On its way between two vowels a resonance stays stable: the coefficients
 * move along a line, and the stable ones are a triangle. */
static void
resonance_glide(
    struct resonance *now, const struct resonance *goal, float speed)
{
	now->b += speed * (goal->b - now->b);
	now->a1 += speed * (goal->a1 - now->a1);
	now->a2 += speed * (goal->a2 - now->a2);
}

void
voice_run(struct voice *voice, float *out, uint32_t n)
{
	const struct resonance *goal = voice->vowel[voice->shape];

	for (uint32_t i = 0; i < n; i++) {
		const float bend =
		    1.0F + 0.012F * voice->depth * sine(voice->vibrato);
		const float x =
		    voice->level *
		    (folds(voice->phase) + 0.02F * noise_next(&voice->breath));
		float sum = 0;

		for (unsigned f = 0; f < FORMANTS; f++) {
			struct resonance *now = &voice->now[f];
			const float y = now->b * x + now->a1 * voice->y[f][0] +
					now->a2 * voice->y[f][1];

			voice->y[f][1] = voice->y[f][0];
			voice->y[f][0] = y;
			sum += y;
			resonance_glide(now, &goal[f], voice->glide);
		}
		out[i] = VOICE_OUTPUT * sum;
		voice->level += voice->attack * (voice->gate - voice->level);
		voice->step += voice->glide * (voice->next_step - voice->step);
		voice->depth += voice->deepen * (1.0F - voice->depth);
		voice->phase = wrap(voice->phase + voice->step * bend);
		voice->vibrato =
		    wrap(voice->vibrato + 5.2F * voice->per_sample);
	}
}
