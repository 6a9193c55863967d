#include "output_scene.h"

#include "value.h"

#include "protocol/event_line.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <time.h>

static const cJSON *
member(const cJSON *answer, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(answer, key);
}

static int
number(const cJSON *answer, const char *key)
{
	const cJSON *item = member(answer, key);

	return cJSON_IsNumber(item) ? item->valueint : 0;
}

/* A value as it may be shown in a terminal. */
static const char *
shown(const cJSON *value, char text[VALUE_LONGEST])
{
	struct schema_value of = { .type = 'f' };

	if (cJSON_IsString(value)) {
		of.type = 's';
		of.text = value->valuestring;
	} else if (cJSON_IsNumber(value)) {
		of.number = value->valuedouble;
	}
	value_text(&of, text, VALUE_LONGEST);
	return text;
}

static const char *
word(const cJSON *answer, const char *key, char text[VALUE_LONGEST])
{
	return shown(member(answer, key), text);
}

/* "1 value", "3 values". */
static void
print_values(FILE *file, int count)
{
	fprintf(file, "%d value%s", count, count == 1 ? "" : "s");
}

static void
print_rows(FILE *file, const cJSON *rows)
{
	char name[VALUE_LONGEST], problem[VALUE_LONGEST], when[32];
	const cJSON *row;

	fprintf(file, "%-32s %6s  %s\n", "NAME", "VALUES", "SAVED");
	cJSON_ArrayForEach(row, rows)
	{
		int64_t ms = 0;
		time_t at;
		struct tm local;

		event_time_read(word(row, "saved", name), &ms);
		at = (time_t)(ms / 1000);
		localtime_r(&at, &local);
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &local);
		word(row, "name", name);
		word(row, "problem", problem);
		fprintf(file, "%-32s %6d  %s%s%s\n", name,
		    number(row, "values"), when, problem[0] ? "  " : "",
		    problem);
	}
}

/* Left out of a recall: because its strip is safe, because it is not here. */
static void
print_left(FILE *file, int safe, int unknown)
{
	if (safe) {
		fprintf(file, "; safe, and left alone: ");
		print_values(file, safe);
	}
	if (unknown) {
		fprintf(file, "; not of this desk: ");
		print_values(file, unknown);
	}
	fputs(".\n", file);
}

static void
print_addresses(FILE *file, const cJSON *addresses, const char *what)
{
	char text[VALUE_LONGEST];
	const cJSON *address;

	cJSON_ArrayForEach(address, addresses)
	{
		fprintf(file, "%s  %s\n", shown(address, text), what);
	}
}

static void
print_preview(FILE *file, const cJSON *answer)
{
	char address[VALUE_LONGEST], now[VALUE_LONGEST], then[VALUE_LONGEST];
	const cJSON *changes = member(answer, "changes"), *change;

	cJSON_ArrayForEach(change, changes)
	{
		fprintf(file, "%s  %s -> %s\n",
		    word(change, "address", address), word(change, "now", now),
		    word(change, "then", then));
	}
	print_addresses(file, member(answer, "safe"), "is safe");
	print_addresses(file, member(answer, "unknown"), "is not of this desk");
	fputs("Would change: ", file);
	print_values(file, cJSON_GetArraySize(changes));
	print_left(file, cJSON_GetArraySize(member(answer, "safe")),
	    cJSON_GetArraySize(member(answer, "unknown")));
}

/* Lines that `headroomctl set -` reads. */
static void
print_show(FILE *file, const cJSON *answer)
{
	char text[VALUE_LONGEST];
	const cJSON *item;

	cJSON_ArrayForEach(item, member(answer, "values"))
	{
		fprintf(file, "%s %s\n", item->string, shown(item, text));
	}
	cJSON_ArrayForEach(item, member(answer, "unknown"))
	{
		fprintf(file, "# not of this desk: %s\n", shown(item, text));
	}
}

static void
print_current(FILE *file, const cJSON *answer)
{
	const cJSON *left = member(answer, "fade");
	char name[VALUE_LONGEST];

	if (!word(answer, "name", name)[0]) {
		fputs("No scene was recalled or saved yet.\n", file);
		return;
	}
	fprintf(file, "%s%s", name,
	    cJSON_IsTrue(member(answer, "changed")) ? ", changed since" : "");
	if (left && left->valuedouble > 0)
		fprintf(file, ", fading for %.1f s more", left->valuedouble);
	fputc('\n', file);
}

void
text_scene(struct output *out, const char *action, const cJSON *answer)
{
	FILE *file = out->file;
	char name[VALUE_LONGEST], other[VALUE_LONGEST];

	word(answer, "name", name);
	if (strcmp(action, "list") == 0) {
		print_rows(file, member(answer, "scenes"));
	} else if (strcmp(action, "preview") == 0) {
		print_preview(file, answer);
	} else if (strcmp(action, "show") == 0) {
		print_show(file, answer);
	} else if (strcmp(action, "current") == 0) {
		print_current(file, answer);
	} else if (strcmp(action, "save") == 0) {
		fprintf(file, "Saved %s: ", name);
		print_values(file, number(answer, "values"));
		fputs(".\n", file);
	} else if (strcmp(action, "recall") == 0) {
		fprintf(file, "Recalled %s; changed: ", name);
		print_values(file, number(answer, "changes"));
		print_left(
		    file, number(answer, "safe"), number(answer, "unknown"));
	} else if (strcmp(action, "rename") == 0) {
		fprintf(file, "Renamed %s to %s.\n", name,
		    word(answer, "to", other));
	} else if (strcmp(action, "delete") == 0) {
		fprintf(file, "Deleted %s.\n", name);
	} else {
		fputs("Held: ", file);
		print_values(file, number(answer, "values"));
		fputs(".\n", file);
	}
}

void
json_scene(struct output *out, const char *action, const cJSON *answer)
{
	char *text = cJSON_Print(answer);

	(void)action;
	if (text)
		fprintf(out->file, "%s\n", text);
	cJSON_free(text);
}
