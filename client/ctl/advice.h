#ifndef CTL_ADVICE_H
#define CTL_ADVICE_H

#include <stddef.h>

/*
 * Findings of the advisor as they were told, for those who print them.
 */

struct advice_fix {
	char *address;
	double value;
};

struct advice_finding {
	int id;
	char *severity, *code, *strip, *stage, *unit, *words;
	double value, limit; /* what was found and what is allowed */
	int seconds;         /* over which */
	size_t wanted;       /* sets of its fix, as the daemon counts them */
	struct advice_fix *fix;
	size_t fixes;
};

struct advice_report {
	struct advice_finding *finding;
	size_t findings;
	int applied;             /* the number that was applied alone, else 0 */
	int mended, sets, steps; /* what was applied, in so many steps */
};

struct output;

/* Of output_form: a report, and what an undo took back. */
void text_advice(struct output *out, const struct advice_report *report);
void json_advice(struct output *out, const struct advice_report *report);

void text_undone(struct output *out, int sets, const char *step);
void json_undone(struct output *out, int sets, const char *step);

#endif
