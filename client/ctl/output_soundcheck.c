#include "bar.h"
#include "output.h"
#include "soundcheck.h"

#include "protocol/level.h"

#include <cjson/cJSON.h>
#include <langinfo.h>
#include <math.h>
#include <string.h>

#define NAME_LEAST 8
#define FIGURES 31 /* columns behind a bar */
#define BAR_LEAST 10
#define BAR_MOST 50

static int
name_width(const struct soundcheck_report *report)
{
	size_t width = NAME_LEAST;

	for (size_t i = 0; i < report->rows; i++)
		if (strlen(report->row[i].strip) > width)
			width = strlen(report->row[i].strip);
	return (int)width;
}

/* "-12.3", or "-" for silence. */
static const char *
level_text(double level, char text[16])
{
	if (level > LEVEL_SILENCE)
		snprintf(text, 16, "%.1f", level);
	else
		snprintf(text, 16, "-");
	return text;
}

/* --- while it listens --- */

static void
draw_bar(FILE *file, const struct soundcheck_row *row, int width)
{
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	int lit = (int)lround(bar_position(row->level) * width);
	int mark = (int)lround(bar_position(row->peak) * width) - 1;

	for (int i = 0; i < width; i++) {
		if (i == mark && i >= lit)
			fputs(utf8 ? "┃" : "|", file);
		else if (i < lit)
			fputs(utf8 ? "█" : "#", file);
		else
			fputs(utf8 ? "·" : ".", file);
	}
}

static void
draw_row(FILE *file, const struct soundcheck_row *row, int name, int width)
{
	char text[16];

	fprintf(file, "\033[2K%-*s ", name, row->strip);
	draw_bar(file, row, width);
	fprintf(file, " peak %6s dBFS, %4.0f s heard\n",
	    level_text(row->peak, text), row->sounded);
}

int
soundcheck_draw(FILE *file, const struct soundcheck_report *report, int columns,
    int lines, int drawn)
{
	int name = name_width(report);
	int width = columns - name - 2 - FIGURES;
	int rows = (int)report->rows, room = lines - 3;
	int now = 1;

	if (width > BAR_MOST)
		width = BAR_MOST;
	if (width < BAR_LEAST)
		width = 0;
	if (drawn > 0)
		fprintf(file, "\033[%dA", drawn);
	fprintf(file, "\r\033[2KPlay the loudest passages: %.0f s to go.\n",
	    ceil(report->seconds - report->heard));
	for (int i = 0; i < rows && i < room; i++, now++)
		draw_row(file, &report->row[i], name, width);
	if (rows > room && room >= 0) {
		fprintf(file, "\033[2Kand %d more\n", rows - room);
		now++;
	}
	fputs("\033[J", file);
	fflush(file);
	return now;
}

void
soundcheck_erase(FILE *file, int drawn)
{
	if (drawn > 0)
		fprintf(file, "\033[%dA\r\033[J", drawn);
	fflush(file);
}

void
soundcheck_tell(FILE *file, const struct soundcheck_report *report)
{
	char text[16];

	fprintf(file, "%.0f of %.0f s:", report->heard, report->seconds);
	for (size_t i = 0; i < report->rows; i++)
		fprintf(file, "%s %s %s", i ? "," : "", report->row[i].strip,
		    level_text(report->row[i].peak, text));
	fputc('\n', file);
	fflush(file);
}

/* --- what came of it --- */

bool
soundcheck_moves(const struct soundcheck_row *row)
{
	return strcmp(row->verdict, "move") == 0;
}

/* The verdict as people say it. */
static const char *
verdict_words(const struct soundcheck_row *row)
{
	static const struct {
		const char *verdict, *words;
	} known[] = { { "silent", "nothing heard" }, { "short", "too short" },
		{ "clipped", "clips: preamp down" },
		{ "quiet", "too quiet to judge" }, { "loud", "too loud" },
		{ "right", "right" } };

	if (soundcheck_moves(row))
		return row->proposed < row->trim ? "too hot: trim down"
						 : "too soft: trim up";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].verdict, row->verdict) == 0)
			return known[i].words;
	return row->verdict;
}

static void
print_row(FILE *file, const struct soundcheck_row *row, int name)
{
	char peak[16], rms[16], proposed[16] = "";

	if (soundcheck_moves(row))
		snprintf(proposed, sizeof(proposed), "%+.1f", row->proposed);
	fprintf(file, "%-*s %6s %6s %6.1f %+6.1f %6s  %s\n", name, row->strip,
	    level_text(row->peak, peak), level_text(row->rms, rms),
	    row->sounded, row->trim, proposed, verdict_words(row));
}

static void
print_summary(FILE *file, const struct soundcheck_report *report, size_t moves)
{
	if (report->applied > 0)
		fprintf(file,
		    "Moved %d trim%s%s. Take that back with `headroomctl "
		    "advise --undo`.\n",
		    report->applied, report->applied == 1 ? "" : "s",
		    report->balance ? ", and faders against them" : "");
	else if (moves == 0)
		fprintf(file, "There is no trim to move.\n");
	else
		fprintf(file, "Nothing was moved. To move %s, add --apply.\n",
		    moves == 1 ? "this trim" : "these trims");
}

void
soundcheck_table(FILE *file, const struct soundcheck_report *report)
{
	int name = name_width(report);

	fprintf(file, "%-*s %6s %6s %6s %6s %6s\n", name, "STRIP", "PEAK",
	    "RMS", "HEARD", "TRIM", "NEW");
	for (size_t i = 0; i < report->rows; i++)
		print_row(file, &report->row[i], name);
	fputc('\n', file);
	for (size_t i = 0; i < report->rows; i++)
		fprintf(file, "%s %s.\n", report->row[i].strip,
		    report->row[i].words);
	fputc('\n', file);
}

void
text_soundcheck(struct output *out, const struct soundcheck_report *report)
{
	size_t moves = 0;

	for (size_t i = 0; i < report->rows; i++)
		moves += soundcheck_moves(&report->row[i]);
	if (!report->told)
		soundcheck_table(out->file, report);
	print_summary(out->file, report, moves);
}

static cJSON *
row_json(const struct soundcheck_row *row)
{
	cJSON *item = cJSON_CreateObject();

	cJSON_AddStringToObject(item, "strip", row->strip);
	cJSON_AddStringToObject(item, "verdict", row->verdict);
	cJSON_AddNumberToObject(item, "peak", row->peak);
	cJSON_AddNumberToObject(item, "rms", row->rms);
	cJSON_AddNumberToObject(item, "heard", row->sounded);
	cJSON_AddNumberToObject(item, "trim", row->trim);
	cJSON_AddNumberToObject(item, "proposed", row->proposed);
	cJSON_AddStringToObject(item, "words", row->words);
	return item;
}

void
json_soundcheck(struct output *out, const struct soundcheck_report *report)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *strips;
	char *text;

	cJSON_AddNumberToObject(root, "seconds", report->seconds);
	strips = cJSON_AddArrayToObject(root, "strips");
	for (size_t i = 0; i < report->rows; i++)
		cJSON_AddItemToArray(strips, row_json(&report->row[i]));
	cJSON_AddNumberToObject(root, "applied", report->applied);
	cJSON_AddBoolToObject(root, "balance", report->balance);
	text = cJSON_Print(root);
	if (text)
		fprintf(out->file, "%s\n", text);
	cJSON_free(text);
	cJSON_Delete(root);
}
