#ifndef CTL_SOUNDCHECK_H
#define CTL_SOUNDCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A sound check as it was told, for those who print it. Levels in dBFS, -200
 * for silence. One thread.
 */

struct soundcheck_row {
	char strip[48], verdict[16], words[200];
	double level;          /* true peak at its input just now */
	double peak, rms;      /* the highest so far; of the loudest passage */
	double sounded;        /* seconds that were no bleed */
	double trim, proposed; /* dB */
};

struct soundcheck_report {
	struct soundcheck_row *row;
	size_t rows;
	char state[16];
	double heard, seconds;
	bool balance; /* faders go against the trims */
	bool told;    /* the table was printed */
	int applied;  /* strips that were moved */
};

/* Whether the trim is to move. */
bool soundcheck_moves(const struct soundcheck_row *row);

/* --- output_soundcheck.c --- */

struct output;

/* Of output_form. */
void
text_soundcheck(struct output *out, const struct soundcheck_report *report);
void
json_soundcheck(struct output *out, const struct soundcheck_report *report);

/* The part of the text that tells of each strip. */
void soundcheck_table(FILE *file, const struct soundcheck_report *report);

/* Draws how far it is, over the `drawn` lines of the time before, on a terminal
 * of so many columns and lines. Returns how many lines it has drawn. */
int soundcheck_draw(FILE *file, const struct soundcheck_report *report,
    int columns, int lines, int drawn);

/* Takes away what was drawn. */
void soundcheck_erase(FILE *file, int drawn);

/* The same as one line, for what is no terminal. */
void soundcheck_tell(FILE *file, const struct soundcheck_report *report);

#endif
