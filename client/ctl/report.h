#ifndef CTL_REPORT_H
#define CTL_REPORT_H

#include "advice.h"
#include "roster.h"
#include "since.h"

#include "protocol/event_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What a report tells, and the page that tells it. Levels are dBFS, -200 for
 * silence. One thread.
 */

struct report_stage {
	double peak;   /* highest true peak since the reset */
	double rms;    /* now, over 300 ms, of the loudest lane */
	char zone[12]; /* as zone_name() has them */
};

struct report_strip {
	const struct roster_strip *roster;
	double trim, fader; /* dB */
	double low, high;   /* target */
	bool mute;
	bool heard; /* a stage was not silent */
	struct report_stage stage[ROSTER_STAGES];
	double loudness; /* integrated, in LUFS */
};

/* Overs, clips and silenced samples of one stage from one origin. */
struct report_over {
	enum event_kind kind;
	char strip[48], stage[24];
	char origin[80]; /* "" where none was told */
	char sum[120];   /* what mattered most to a sum that did it */
	unsigned times;
	double peak;  /* the highest, in dBFS */
	int64_t last; /* ms since 1970 */
};

#define REPORT_OVERS 512

struct report {
	const char *title, *url;
	int64_t now;        /* ms since 1970, UTC */
	struct since since; /* where events begin */
	struct roster desk;
	struct report_strip *strip; /* all but the monitor; the master last */
	size_t strips;
	struct advice_report advice;
	struct report_over over[REPORT_OVERS];
	size_t overs;
	unsigned events[EVENT_KINDS];
	unsigned left_out; /* that found no room in `over`, or are gone */
	bool whole;        /* all events came */
};

struct command;

/* Asks for the events behind `report->since` and sums them up. Returns 0, or an
 * -errno as link_receive(); `whole` is false where some were lost. */
int report_events(struct command *command, struct report *report);

/* Writes the page. */
void report_page(FILE *file, const struct report *report);

/* Writes the part of one strip; `index` makes its ids unlike others. */
void report_strip_part(FILE *file, const struct report *report, size_t index);

/* Writes what overs a strip had, or all strips (NULL), as a list. */
void
report_overs_part(FILE *file, const struct report *report, const char *strip);

/* Writes one finding as an item of a list. */
void report_finding_part(FILE *file, const struct advice_finding *finding);

/* Writes text that the wire brought, so that it is nothing but text. */
void report_text(FILE *file, const char *text);

/* Writes a level as "-12.3 dBFS", or "silent". */
void report_level(FILE *file, double level);

#endif
