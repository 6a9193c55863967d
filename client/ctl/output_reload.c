#include "output_reload.h"

#include "value.h"

#include <cjson/cJSON.h>
#include <string.h>

/* What stands in front of a line. */
static const char *
mark(const char *kind)
{
	static const struct {
		const char *kind, *mark;
	} marks[] = { { "added", "+" }, { "removed", "-" }, { "moved", "~" },
		{ "changed", "~" }, { "note", "note:" }, { "saved", "Saved" } };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strcmp(marks[i].kind, kind) == 0)
			return marks[i].mark;
	return kind;
}

static const char *
word(const cJSON *object, const char *key)
{
	const char *text =
	    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

	return text ? text : "";
}

/* A text as it may be shown in a terminal. */
static void
print_line(FILE *file, const char *front, const char *text)
{
	char shown[OSC_PACKET];
	const struct schema_value value = { .type = 's', .text = text };

	value_text(&value, shown, sizeof(shown));
	fprintf(file, "%s %s\n", front, shown);
}

/* Reasons for a refusal are told on standard error. */
void
text_reload(struct output *out, const cJSON *answer)
{
	const cJSON *lines = cJSON_GetObjectItemCaseSensitive(answer, "lines");
	const char *verdict = word(answer, "verdict");
	int changes = 0;
	const cJSON *line;

	cJSON_ArrayForEach(line, lines)
	{
		const char *kind = word(line, "kind");

		if (strcmp(kind, "error") == 0)
			continue;
		print_line(out->file, mark(kind), word(line, "text"));
		changes += strcmp(kind, "note") != 0;
	}
	if (changes == 0 && strcmp(verdict, "refused") != 0)
		fprintf(out->file, "Nothing %s.\n",
		    strcmp(verdict, "checked") == 0 ? "would change"
						    : "changed");
}

void
json_reload(struct output *out, const cJSON *answer)
{
	char *text = cJSON_Print(answer);

	if (text)
		fprintf(out->file, "%s\n", text);
	cJSON_free(text);
}
