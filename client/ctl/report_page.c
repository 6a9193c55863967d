#include "report.h"

#include "protocol/level.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define WORST 3

static const char style[] =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1b1d21;--soft:#5c6370;"
    "--line:#d5d9e0;--card:#f6f7f9;--rail:#e6e8ec;--target:#b9dfc4;"
    "--silent:#8b93a1;--low:#4a7fb5;--nominal:#2c8a4b;--hot:#c77700;"
    "--over:#c62828;--clip:#c62828}\n"
    "@media (prefers-color-scheme:dark){:root{--paper:#14161a;--ink:#e8eaee;"
    "--soft:#a3abb8;--line:#3a4049;--card:#1d2026;--rail:#2b3038;"
    "--target:#24513a;--silent:#7b8494;--low:#6ea8e0;--nominal:#4fbf77;"
    "--hot:#f0a030;--over:#ff6b60;--clip:#ff6b60}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:16px;max-width:1400px;background:var(--paper);"
    "color:var(--ink);font:16px/1.45 system-ui,sans-serif;"
    "overflow-wrap:anywhere}\n"
    "h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:1.6em 0 .5em}"
    "h3{font-size:1rem;margin:0 0 .6em}h2,h3{break-after:avoid}p{margin:.4em "
    "0}\n"
    ".soft,.id,small{color:var(--soft);font-weight:400;font-size:.85rem}\n"
    ".verdict{font-size:1.15rem;font-weight:600;margin:.8em 0;padding:.7em 1em;"
    "background:var(--card);border-left:6px solid var(--nominal)}"
    ".verdict.warning{border-color:var(--hot)}"
    ".verdict.alarm{border-color:var(--over)}\n"
    "code{font-family:ui-monospace,monospace;font-size:.9em;"
    "background:var(--rail);padding:.1em .3em;border-radius:3px}"
    "code span{white-space:nowrap}\n"
    ".strips{display:grid;gap:16px;align-items:start;"
    "grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}\n"
    "article{background:var(--card);border:1px solid var(--line);"
    "border-radius:8px;padding:12px;min-width:0;break-inside:avoid}\n"
    "svg{display:block;width:100%;max-width:460px;height:auto;"
    "font:12px system-ui,sans-serif}svg text{fill:var(--ink)}\n"
    "svg .tick,svg .between{fill:var(--soft);font-size:11px}"
    "svg .tick{text-anchor:middle}svg .level{text-anchor:end;"
    "font-variant-numeric:tabular-nums;font-weight:600}\n"
    ".rail{fill:var(--rail)}.target{fill:var(--target)}"
    ".grid{stroke:var(--line);stroke-dasharray:2 3}"
    ".zero{stroke:var(--over);stroke-width:1.2}"
    ".rms{stroke:var(--ink);stroke-width:2.5}"
    ".peak{fill:var(--silent)}.peak.low{fill:var(--low)}"
    ".peak.nominal{fill:var(--nominal)}.peak.hot{fill:var(--hot)}"
    ".peak.over,.peak.clip{fill:var(--over)}\n"
    ".badge{font-size:.75rem;font-weight:600;padding:.1em .5em;"
    "border-radius:9px;border:1.5px solid var(--silent)}"
    ".badge.low{border-color:var(--low)}"
    ".badge.nominal,.badge.note{border-color:var(--nominal)}"
    ".badge.hot,.badge.warning{border-color:var(--hot)}"
    ".badge.over,.badge.clip,.badge.alarm{border-color:var(--over)}\n"
    "ul,ol{padding-left:1.2em;margin:.5em 0}li{margin:.45em 0}"
    "ul.sets{font-size:.9rem;list-style:none;padding:0}"
    "ul.sets li{display:inline-block;margin:.15em .3em .15em 0}"
    ".overs{font-size:.9rem}a{color:inherit}\n"
    "@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;"
    "--card:#fff;--rail:#eee;--target:#c9e6d1;--low:#4a7fb5;--nominal:#2c8a4b;"
    "--hot:#c77700;--over:#c62828;--clip:#c62828}"
    "body{padding:0;font-size:10.5pt}*{print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}"
    ".strips{grid-template-columns:1fr 1fr}}\n";

void
report_text(FILE *file, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '&')
			fputs("&amp;", file);
		else if (c == '<')
			fputs("&lt;", file);
		else if (c == '>')
			fputs("&gt;", file);
		else if (c == '"')
			fputs("&quot;", file);
		else if (c == '\'')
			fputs("&#39;", file);
		else
			fputc(c < ' ' || c == 0x7f ? '?' : c, file);
	}
}

void
report_level(FILE *file, double level)
{
	if (level > LEVEL_SILENCE)
		fprintf(file, "%+.1f dBFS", level);
	else
		fprintf(file, "silent");
}

static void
print_time(FILE *file, int64_t ms, bool date)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm at;
	char text[40];

	localtime_r(&seconds, &at);
	if (date)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &at);
	else
		strftime(text, sizeof(text), "%H:%M:%S", &at);
	fputs(text, file);
}

/* --- findings --- */

static int
severity_of(const struct advice_finding *finding)
{
	if (strcmp(finding->severity, "alarm") == 0)
		return 2;
	return strcmp(finding->severity, "warning") == 0;
}

static const char *const severity_name[] = { "note", "warning", "alarm" };

/* The daemon's words, which name strips by id, and what mends it. */
void
report_finding_part(FILE *file, const struct advice_finding *finding)
{
	const char *severity = severity_name[severity_of(finding)];

	fprintf(file, "<li><span class=\"badge %s\">%s</span> ", severity,
	    severity);
	report_text(file, finding->words);
	if (finding->fixes) {
		fprintf(file,
		    " <small>Balance kept: <code>headroomctl advise "
		    "<span>--apply %d</span></code></small>\n<ul "
		    "class=\"sets\">",
		    finding->id);
		for (size_t i = 0; i < finding->fixes && i < 6; i++) {
			fprintf(file, "<li><code>");
			report_text(file, finding->fix[i].address);
			fprintf(file, " %g</code></li>", finding->fix[i].value);
		}
		if (finding->fixes > 6)
			fprintf(
			    file, "<li>and %zu more</li>", finding->fixes - 6);
		fprintf(file, "</ul>");
	}
	fprintf(file, "</li>\n");
}

/* By severity, then by how far it is off, then in the order of the signal. */
static bool
is_worse(const struct advice_finding *one, const struct advice_finding *other)
{
	double by =
	    fabs(one->value - one->limit) - fabs(other->value - other->limit);

	if (severity_of(one) != severity_of(other))
		return severity_of(one) > severity_of(other);
	return by != 0 ? by > 0 : one < other;
}

/* The worst of those that are not as bad as `last`; NULL: of all. */
static const struct advice_finding *
next_worst(
    const struct advice_report *advice, const struct advice_finding *last)
{
	const struct advice_finding *next = NULL;

	for (size_t i = 0; i < advice->findings; i++) {
		const struct advice_finding *finding = &advice->finding[i];

		if ((!last || is_worse(last, finding)) &&
		    (!next || is_worse(finding, next)))
			next = finding;
	}
	return next;
}

static void
print_worst(FILE *file, const struct report *report)
{
	const struct advice_finding *finding =
	    next_worst(&report->advice, NULL);

	if (!finding)
		return;
	fprintf(file, "<h2>What is worst</h2>\n<ol>\n");
	for (int i = 0; i < WORST && finding; i++) {
		report_finding_part(file, finding);
		finding = next_worst(&report->advice, finding);
	}
	fprintf(file, "</ol>\n");
}

/* The first of the most severe ones in the order of the signal: what is mended
 * there may mend what follows. */
static void
print_first(FILE *file, const struct advice_report *advice)
{
	const struct advice_finding *first = NULL;
	size_t mendable = 0;

	for (size_t i = 0; i < advice->findings; i++) {
		const struct advice_finding *finding = &advice->finding[i];

		mendable += finding->fixes > 0;
		if (!first || severity_of(finding) > severity_of(first))
			first = finding;
	}
	if (!first)
		return;
	fprintf(file, "<p><b>What to do first:</b> mend ");
	report_text(file, first->strip);
	fprintf(file, " at its ");
	report_text(
	    file, strcmp(first->stage, "in") == 0 ? "input" : first->stage);
	if (first->fixes)
		fprintf(file, ", by <code>headroomctl advise --apply %d</code>",
		    first->id);
	else
		fprintf(file, ", by hand");
	if (mendable)
		fprintf(file,
		    ". The desk can mend %zu of %zu by itself, balance kept, "
		    "by <code>headroomctl advise --all</code>",
		    mendable, advice->findings);
	fprintf(file, ".</p>\n");
}

/* --- overs --- */

static void
print_over(FILE *file, const struct report_over *over)
{
	fprintf(file, "<li>%s at ", event_form(over->kind)->name);
	report_text(file, over->strip);
	fputc(' ', file);
	report_text(file, over->stage);
	fprintf(file, ", %u time%s", over->times, over->times == 1 ? "" : "s");
	if (over->kind != EVENT_INVALID)
		fprintf(file, ", up to %+.1f dBFS", over->peak);
	fprintf(file, ", last at ");
	print_time(file, over->last, false);
	if (over->origin[0]) {
		fprintf(file, ", from ");
		report_text(file, over->origin);
	}
	if (over->sum[0]) {
		fprintf(file, ", the sum of ");
		report_text(file, over->sum);
		fprintf(file, " dB");
	}
	fprintf(file, ".</li>\n");
}

void
report_overs_part(FILE *file, const struct report *report, const char *strip)
{
	bool any = false;

	for (size_t i = 0; i < report->overs; i++) {
		const struct report_over *over = &report->over[i];

		if (strip && strcmp(over->strip, strip) != 0)
			continue;
		fprintf(file, "%s", any ? "" : "<ul class=\"overs\">\n");
		any = true;
		print_over(file, over);
	}
	fprintf(file, "%s", any ? "</ul>\n" : "");
}

static void
print_events(FILE *file, const struct report *report)
{
	bool any = false;

	fprintf(file, "<h2>Events since ");
	if (report->since.by_time)
		print_time(file, report->since.time, true);
	else
		fprintf(file, "no. %" PRIu64, report->since.sequence);
	fprintf(file, "</h2>\n<p>");
	for (int kind = 0; kind < EVENT_KINDS; kind++) {
		if (!report->events[kind])
			continue;
		fprintf(file, "%s%s %u", any ? ", " : "",
		    event_form((enum event_kind)kind)->name,
		    report->events[kind]);
		any = true;
	}
	fprintf(file, "%s</p>\n", any ? "." : "There were none.");
	if (!report->whole)
		fprintf(file, "<p>The network lost some of them: make the "
			      "report again.</p>\n");
	if (report->left_out)
		fprintf(file,
		    "<p>%u more overs and clips are not listed.</p>\n",
		    report->left_out);
	report_overs_part(file, report, NULL);
}

/* --- all of it --- */

static void
print_verdict(FILE *file, const struct report *report)
{
	const struct report_strip *master = &report->strip[report->strips - 1];
	unsigned count[3] = { 0 };
	int worst = 0;

	for (size_t i = 0; i < report->advice.findings; i++) {
		int severity = severity_of(&report->advice.finding[i]);

		count[severity]++;
		worst = severity > worst ? severity : worst;
	}
	fprintf(file, "<p class=\"verdict %s\">",
	    report->advice.findings ? severity_name[worst] : "none");
	if (!report->advice.findings && !master->heard)
		fprintf(file, "Nothing was heard at the master.");
	else if (!report->advice.findings)
		fprintf(file, "The levels are sound: there is nothing to "
			      "mend.");
	else
		fprintf(file, "%s %u alarm%s, %u warning%s, %u note%s.",
		    worst == 2   ? "Something is over full scale:"
		    : worst == 1 ? "The levels need mending:"
				 : "The levels are sound, but for details:",
		    count[2], count[2] == 1 ? "" : "s", count[1],
		    count[1] == 1 ? "" : "s", count[0],
		    count[0] == 1 ? "" : "s");
	fprintf(file, "</p>\n");
	if (!master->heard)
		return;
	double peak = master->stage[master->roster->stages - 1].peak;
	fprintf(file, "<p>The master peaks at ");
	report_level(file, peak);
	fprintf(file, " true peak since the reset; it should not exceed %g.",
	    master->high);
	if (master->loudness > LEVEL_SILENCE)
		fprintf(file, " Its integrated loudness is %.1f LUFS.",
		    master->loudness);
	fprintf(file, "</p>\n");
}

static void
print_strips(FILE *file, const struct report *report)
{
	static const char *const title[] = { [STRIP_CHANNEL] = "Channels",
		[STRIP_BUS] = "Buses",
		[STRIP_MASTER] = "Master" };

	for (int kind = STRIP_MASTER; kind >= 0; kind--) {
		bool silent = false;

		fprintf(file, "<section><h2>%s</h2>\n<div class=\"strips\">\n",
		    title[kind]);
		for (size_t i = 0; i < report->strips; i++)
			if ((int)report->desk.strip[i].kind == kind &&
			    report->strip[i].heard)
				report_strip_part(file, report, i);
		fprintf(file, "</div>\n");
		for (size_t i = 0; i < report->strips; i++) {
			if ((int)report->desk.strip[i].kind != kind ||
			    report->strip[i].heard)
				continue;
			fprintf(file, silent ? ", " : "<p>Silent: ");
			report_text(file, report->desk.strip[i].name);
			silent = true;
		}
		fprintf(file, "%s</section>\n", silent ? ".</p>\n" : "");
	}
}

void
report_page(FILE *file, const struct report *report)
{
	fprintf(file,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width,initial-scale=1\">\n<title>");
	report_text(file, report->title);
	fprintf(
	    file, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", style);
	fprintf(file, "<header><h1>");
	report_text(file, report->title);
	fprintf(file, "</h1>\n<p class=\"soft\">");
	print_time(file, report->now, true);
	fprintf(file, ", ");
	report_text(file, report->url);
	fprintf(
	    file, "</p></header>\n<main>\n<section aria-label=\"Summary\">\n");
	print_verdict(file, report);
	print_first(file, &report->advice);
	print_worst(file, report);
	fprintf(file,
	    "</section>\n<p class=\"soft\">How to read the pictures: a bar is "
	    "the highest true peak since the reset, the dark line the RMS now, "
	    "the green field the target, the red line 0 dBFS; above each bar "
	    "stands what is between it and the stage before. Findings are of "
	    "the last half minute.</p>\n");
	print_strips(file, report);
	fprintf(file, "<section>\n");
	print_events(file, report);
	fprintf(file, "</section>\n</main>\n</body>\n</html>\n");
}
