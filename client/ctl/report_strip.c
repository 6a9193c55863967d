#include "report.h"

#include "protocol/level.h"

#include <math.h>
#include <string.h>

/*
 * A strip of the report: its levels from stage to stage as a picture, what is
 * said of it, and its overs.
 */

/* The picture, in its own units. */
#define WIDTH 340
#define LEFT 56   /* of the scale */
#define SCALE 226 /* from LOWEST to HIGHEST */
#define LOWEST (-60.0)
#define HIGHEST 6.0
#define TOP 20 /* above the first stage, for the numbers of the scale */
#define ROW 40 /* from stage to stage */
#define BAR 14

static double
place(double level)
{
	double bound = fmin(fmax(level, LOWEST), HIGHEST);

	return LEFT + SCALE * (bound - LOWEST) / (HIGHEST - LOWEST);
}

static bool
is_fader(const struct report_strip *strip, unsigned stage)
{
	return stage + 1 == strip->roster->stages;
}

static bool
is_zone(const char *word)
{
	for (int zone = 0; zone < ZONES; zone++)
		if (strcmp(zone_name((enum zone)zone), word) == 0)
			return true;
	return false;
}

/* What stands between the stage before and this one. */
static void
print_between(FILE *file, const struct report_strip *strip, unsigned stage)
{
	const struct roster_strip *roster = strip->roster;

	if (is_fader(strip, stage)) {
		if (strip->fader <= LEVEL_SILENCE)
			fprintf(file, "fader closed");
		else
			fprintf(file, "fader %+.1f dB", strip->fader);
		if (strip->mute)
			fprintf(file, ", muted");
	} else if (stage == 1) {
		fprintf(file, "trim %+.1f dB", strip->trim);
	} else if (stage >= 2 && stage - 2 < roster->slots) {
		const struct roster_slot *slot = &roster->slot[stage - 2];

		/* The name last: the picture ends where there is no room. */
		report_text(file, slot->state);
		fprintf(file, ": ");
		report_text(file, slot->name);
	}
}

static void
print_mark(FILE *file, const struct report_strip *strip, int level)
{
	int bottom = TOP + ROW * (int)strip->roster->stages - 8;

	fprintf(file,
	    "<text class=\"tick\" x=\"%.1f\" y=\"10\">%d</text>"
	    "<path class=\"%s\" d=\"M%.1f 14V%d\"/>\n",
	    place(level), level, level == 0 ? "zero" : "grid", place(level),
	    bottom);
}

static void
print_stage(FILE *file, const struct report_strip *strip, unsigned index)
{
	const struct report_stage *stage = &strip->stage[index];
	double low = strip->low, y = TOP + 12 + (double)ROW * index;

	/* The fader of a channel sets the balance: nothing is too low there. */
	if (strip->roster->kind == STRIP_CHANNEL && is_fader(strip, index))
		low = LOWEST;
	fprintf(
	    file, "<text class=\"between\" x=\"%d\" y=\"%.1f\">", LEFT, y - 4);
	print_between(file, strip, index);
	fprintf(file,
	    "</text>\n<text class=\"stage\" x=\"0\" y=\"%.1f\">%s</text>"
	    "<rect class=\"rail\" x=\"%d\" y=\"%.1f\" width=\"%d\" "
	    "height=\"%d\"/><rect class=\"target\" x=\"%.1f\" y=\"%.1f\" "
	    "width=\"%.1f\" height=\"%d\"/>",
	    y + 11, strip->roster->stage[index].name, LEFT, y, SCALE, BAR,
	    place(low), y - 2, place(strip->high) - place(low), BAR + 4);
	if (stage->peak > LOWEST)
		fprintf(file,
		    "<rect class=\"peak %s\" x=\"%d\" y=\"%.1f\" "
		    "width=\"%.1f\" "
		    "height=\"%d\"/>",
		    stage->zone, LEFT, y + 3, place(stage->peak) - LEFT,
		    BAR - 6);
	if (stage->rms > LOWEST)
		fprintf(file, "<path class=\"rms\" d=\"M%.1f %.1fv%d\"/>",
		    place(stage->rms), y, BAR);
	fprintf(
	    file, "<text class=\"level\" x=\"%d\" y=\"%.1f\">", WIDTH, y + 11);
	if (stage->peak > LEVEL_SILENCE)
		fprintf(file, "%+.1f", stage->peak);
	else
		fprintf(file, "silent");
	fprintf(file, "</text>\n");
}

/* The same in words, for who does not see it. */
static void
print_words(FILE *file, const struct report_strip *strip)
{
	fprintf(file, "Target %g to %g dBFS.", strip->low, strip->high);
	for (unsigned i = 0; i < strip->roster->stages; i++) {
		const struct report_stage *stage = &strip->stage[i];

		fprintf(file, " ");
		if (i > 0) {
			print_between(file, strip, i);
			fprintf(file, "; then ");
		}
		fprintf(file, "%s: true peak ", strip->roster->stage[i].name);
		report_level(file, stage->peak);
		fprintf(file, ", RMS ");
		report_level(file, stage->rms);
		fprintf(file, ", %s.", stage->zone);
	}
}

static void
print_picture(FILE *file, const struct report_strip *strip, size_t index)
{
	static const int mark[] = { -60, -40, -20, -10 };
	int height = TOP + ROW * (int)strip->roster->stages;

	fprintf(file,
	    "<svg role=\"img\" viewBox=\"0 0 %d %d\" "
	    "aria-labelledby=\"t%zu d%zu\">\n<title id=\"t%zu\">Levels of ",
	    WIDTH, height, index, index, index);
	report_text(file, strip->roster->name);
	fprintf(file, "</title>\n<desc id=\"d%zu\">", index);
	print_words(file, strip);
	fprintf(file, "</desc>\n");
	for (size_t i = 0; i < sizeof(mark) / sizeof(mark[0]); i++)
		print_mark(file, strip, mark[i]);
	for (unsigned i = 0; i < strip->roster->stages; i++)
		print_stage(file, strip, i);
	/* The ceiling stands before everything else. */
	print_mark(file, strip, 0);
	fprintf(file, "</svg>\n");
}

/* The worst zone of all stages. */
static const char *
worst_zone(const struct report_strip *strip)
{
	int worst = 0;

	for (unsigned i = 0; i < strip->roster->stages; i++)
		for (int zone = worst + 1; zone < ZONES; zone++)
			if (strcmp(strip->stage[i].zone,
				zone_name((enum zone)zone)) == 0)
				worst = zone;
	return zone_name((enum zone)worst);
}

static void
print_findings(FILE *file, const struct report *report, const char *address)
{
	bool any = false;

	for (size_t i = 0; i < report->advice.findings; i++) {
		const struct advice_finding *finding =
		    &report->advice.finding[i];

		if (strcmp(finding->strip, address) != 0)
			continue;
		fprintf(file, "%s", any ? "" : "<ul class=\"findings\">\n");
		any = true;
		report_finding_part(file, finding);
	}
	fprintf(file, "%s", any ? "</ul>\n" : "");
}

void
report_strip_part(FILE *file, const struct report *report, size_t index)
{
	const struct report_strip *strip = &report->strip[index];
	const struct roster_strip *roster = strip->roster;
	const char *zone = worst_zone(strip);

	fprintf(file, "<article id=\"s%zu\"><h3>", index);
	report_text(file, roster->name[0] ? roster->name : roster->address);
	fprintf(file, " <span class=\"id\">");
	report_text(file, roster->address);
	fprintf(file, "</span> <span class=\"badge %s\">%s</span></h3>\n",
	    is_zone(zone) ? zone : "", zone);
	print_picture(file, strip, index);
	if (roster->has_loudness && strip->loudness > LEVEL_SILENCE)
		fprintf(file, "<p>Integrated loudness %.1f LUFS.</p>\n",
		    strip->loudness);
	print_findings(file, report, roster->address);
	report_overs_part(file, report, roster->address);
	fprintf(file, "</article>\n");
}
