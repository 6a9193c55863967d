#ifndef DEMO_VOICES_H
#define DEMO_VOICES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The instruments of the demo band. Each is set up for a sample rate in Hz,
 * told what to play, and asked for samples; how many at once makes no
 * difference to the sound. Realtime thread, except the *_init functions.
 */

#define STRING_LONGEST 4096 /* samples; a low E at 192 kHz needs 2,330 */
#define GUITAR_STRINGS 4
#define KEYS_NOTES 4
#define FORMANTS 3

struct noise {
	uint32_t state;
};

struct kick {
	float per_sample; /* seconds */
	float phase;      /* turns */
	float sweep, sweep_decay;
	float body, body_decay;
	float click, click_decay;
	struct noise noise;
};

struct snare {
	float low_step, high_step; /* turns a sample */
	float low, high;           /* turns */
	float shell, shell_decay;
	float wires, wires_decay;
	float last; /* of the noise */
	struct noise noise;
};

struct bass {
	float per_sample;
	float phase, step; /* turns, turns a sample */
	float gate, level, attack, release;
	float bright, bright_decay;
	float pole[2];
};

/* Karplus and Strong's plucked string with Jaffe and Smith's tuning, Computer
 * Music Journal 7(2), 1983. */
struct string {
	float line[STRING_LONGEST];
	uint32_t length, at;
	float tune, tune_x, tune_y; /* all-pass: the fraction of a sample */
	float last, loss;
	uint32_t wait; /* samples until the pick reaches it */
	float next_hz; /* what it is picked as then; 0: nothing */
	float next_force;
};

struct guitar {
	float rate;
	struct string string[GUITAR_STRINGS];
	float pick;          /* how soft the pick is */
	float drive, output; /* of the pedal */
	float tone, pole[2]; /* of the cabinet */
	struct noise noise;
};

struct key {
	float phase, step; /* turns, turns a sample */
	float goal, level; /* what the level strives for, and where it is */
	float bright;
};

struct keys {
	float per_sample;
	struct key key[KEYS_NOTES];
	float attack, decay, bright_decay;
	float pan, pan_step; /* turns of the tremolo from side to side */
};

enum vowel { VOWEL_A, VOWEL_E, VOWEL_I, VOWEL_O, VOWEL_U, VOWELS };

/* y = b x + a1 y[-1] + a2 y[-2] */
struct resonance {
	float b, a1, a2;
};

struct voice {
	float per_sample;
	float phase, step, next_step; /* turns, turns a sample */
	float vibrato, depth;         /* turns; 0…1, comes in late */
	float gate, level;
	float attack, glide, deepen;
	struct resonance vowel[VOWELS][FORMANTS];
	struct resonance now[FORMANTS];
	float y[FORMANTS][2];
	enum vowel shape;
	struct noise breath;
};

void kick_init(struct kick *kick, float rate);
void kick_hit(struct kick *kick, float force);
void kick_run(struct kick *kick, float *out, uint32_t n);

void snare_init(struct snare *snare, float rate);
void snare_hit(struct snare *snare, float force);
void snare_run(struct snare *snare, float *out, uint32_t n);

void bass_init(struct bass *bass, float rate);
void bass_play(struct bass *bass, float hz);
void bass_rest(struct bass *bass);
void bass_run(struct bass *bass, float *out, uint32_t n);

/* `drive` is how hard it plays into its pedal, `output` the pedal's gain. */
void guitar_init(struct guitar *guitar, float rate, float drive, float output);
/* Plucks one string. */
void guitar_pick(struct guitar *guitar, unsigned string, float hz, float force);
/* Strikes all strings one after the other, the last first if `up`. */
void guitar_strum(struct guitar *guitar, const float hz[GUITAR_STRINGS],
    bool up, float force);
/* Lays a hand on the strings. */
void guitar_damp(struct guitar *guitar);
void guitar_run(struct guitar *guitar, float *out, uint32_t n);

void keys_init(struct keys *keys, float rate);
void keys_play(struct keys *keys, const float hz[KEYS_NOTES], float force);
void keys_run(struct keys *keys, float *left, float *right, uint32_t n);

void voice_init(struct voice *voice, float rate);
/* Goes over to a note; `loudness` 1 is full voice. */
void
voice_sing(struct voice *voice, float hz, enum vowel vowel, float loudness);
void voice_rest(struct voice *voice);
void voice_run(struct voice *voice, float *out, uint32_t n);

#endif
