#ifndef PROTOCOL_LEVEL_H
#define PROTOCOL_LEVEL_H

/*
 * Decibels, gains and the fader law. Pure functions, any thread.
 */

/* What stands for silence on the wire, in dB: never -inf, never NaN. */
#define LEVEL_SILENCE (-200.0)

/* Linear gain of a level in dB; 0 at LEVEL_SILENCE and below. */
double level_gain(double db);

/* Level in dB of a linear gain or amplitude, by its magnitude; LEVEL_SILENCE
 * where that is 0, below -200 dB or not a number. */
double level_db(double gain);

/* Level in dB of a mean square (a power); LEVEL_SILENCE as in level_db. */
double level_power_db(double mean_square);

/* Fader level in dB, LEVEL_SILENCE or -90…+10, at a position of 0…1 (clamped):
 * p >= .5: 40p-30; >= .25: 80p-50; >= .0625: 160p-70; else 480p-90; 0 is off. */
double level_from_position(double position);

/* Position 0…1 of a fader level in dB; 0 for -90 dB and below. */
double level_position(double db);

#endif
