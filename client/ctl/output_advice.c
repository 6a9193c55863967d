#include "advice.h"

#include "output.h"

#include <cjson/cJSON.h>
#include <string.h>

#define COLUMNS 76
#define SHOWN 6 /* sets that are shown of a fix */

/* Text in lines of COLUMNS, all indented by as much. */
static void
print_filled(FILE *file, const char *text, int indent)
{
	size_t column = 0;

	while (*text) {
		size_t size = strcspn(text, " ");

		if (column > 0 &&
		    column + 1 + size > (size_t)(COLUMNS - indent)) {
			fputc('\n', file);
			column = 0;
		}
		column += (size_t)fprintf(file, "%*s%.*s",
			      column > 0 ? 1 : indent, "", (int)size, text) -
			  (column > 0 ? 0 : (size_t)indent);
		text += size + strspn(text + size, " ");
	}
	fputc('\n', file);
}

static void
print_finding(FILE *file, const struct advice_finding *finding)
{
	fprintf(file, "%-8s %s %s   (%s, no. %d)\n", finding->severity,
	    finding->strip, finding->stage, finding->code, finding->id);
	print_filled(file, finding->words, 4);
	for (size_t i = 0; i < finding->fixes && i < SHOWN; i++)
		fprintf(file, "      %s %g\n", finding->fix[i].address,
		    finding->fix[i].value);
	if (finding->fixes > SHOWN)
		fprintf(file, "      and %zu more\n", finding->fixes - SHOWN);
	fputc('\n', file);
}

static void
print_applied(FILE *file, const struct advice_report *report)
{
	if (report->applied)
		fprintf(file,
		    "Applied no. %d: %d values set. Take it back with "
		    "`headroomctl advise --undo`.\n",
		    report->applied, report->sets);
	else if (report->steps)
		fprintf(file,
		    "Applied %d finding%s: %d values set in %d step%s. Take "
		    "a step back with `headroomctl advise --undo`.\n",
		    report->mended, report->mended == 1 ? "" : "s",
		    report->sets, report->steps, report->steps == 1 ? "" : "s");
}

void
text_advice(struct output *out, const struct advice_report *report)
{
	FILE *file = out->file;
	size_t mendable = 0;

	if (report->applied) {
		print_applied(file, report);
		return;
	}
	for (size_t i = 0; i < report->findings; i++) {
		print_finding(file, &report->finding[i]);
		mendable += report->finding[i].fixes > 0;
	}
	print_applied(file, report);
	if (!report->findings)
		fprintf(file,
		    "Nothing to mend in what was heard in the last half "
		    "minute.\n");
	else if (mendable)
		fprintf(file,
		    "%zu finding%s, of which the desk can mend %zu: "
		    "`headroomctl advise --apply NUMBER`, or `--all`.\n",
		    report->findings, report->findings == 1 ? "" : "s",
		    mendable);
	else
		fprintf(file,
		    "%zu finding%s, to be mended by hand: the desk cannot do "
		    "it.\n",
		    report->findings, report->findings == 1 ? "" : "s");
}

static cJSON *
finding_json(const struct advice_finding *finding)
{
	cJSON *item = cJSON_CreateObject();
	cJSON *fixes;

	cJSON_AddNumberToObject(item, "id", finding->id);
	cJSON_AddStringToObject(item, "severity", finding->severity);
	cJSON_AddStringToObject(item, "code", finding->code);
	cJSON_AddStringToObject(item, "strip", finding->strip);
	cJSON_AddStringToObject(item, "stage", finding->stage);
	cJSON_AddNumberToObject(item, "value", finding->value);
	cJSON_AddNumberToObject(item, "limit", finding->limit);
	cJSON_AddStringToObject(item, "unit", finding->unit);
	cJSON_AddNumberToObject(item, "seconds", finding->seconds);
	cJSON_AddStringToObject(item, "words", finding->words);
	fixes = cJSON_AddArrayToObject(item, "fix");
	for (size_t i = 0; i < finding->fixes; i++) {
		cJSON *fix = cJSON_CreateObject();

		cJSON_AddStringToObject(
		    fix, "address", finding->fix[i].address);
		cJSON_AddNumberToObject(fix, "value", finding->fix[i].value);
		cJSON_AddItemToArray(fixes, fix);
	}
	return item;
}

void
json_advice(struct output *out, const struct advice_report *report)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *findings = cJSON_AddArrayToObject(root, "findings");
	char *text;

	for (size_t i = 0; i < report->findings; i++)
		cJSON_AddItemToArray(
		    findings, finding_json(&report->finding[i]));
	cJSON_AddNumberToObject(root, "mended", report->mended);
	cJSON_AddNumberToObject(root, "sets", report->sets);
	cJSON_AddNumberToObject(root, "steps", report->steps);
	text = cJSON_Print(root);
	if (text)
		fprintf(out->file, "%s\n", text);
	cJSON_free(text);
	cJSON_Delete(root);
}

void
text_undone(struct output *out, int sets, const char *step)
{
	if (sets)
		fprintf(out->file, "Took back: %s, %d value%s.\n", step, sets,
		    sets == 1 ? "" : "s");
	else
		fprintf(out->file, "There is no step to take back.\n");
}

void
json_undone(struct output *out, int sets, const char *step)
{
	cJSON *root = cJSON_CreateObject();
	char *text;

	cJSON_AddNumberToObject(root, "undone", sets);
	cJSON_AddStringToObject(root, "step", step);
	text = cJSON_Print(root);
	if (text)
		fprintf(out->file, "%s\n", text);
	cJSON_free(text);
	cJSON_Delete(root);
}
