#include "mixer/json_print.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 80
#define STEP 2 /* blanks a level */

struct printer {
	FILE *out;
	const char *source; /* NULL: it says nothing of lines */
	bool failed;        /* no memory */
};

static void
print_scalar(struct printer *printer, const cJSON *value)
{
	char *text = cJSON_PrintUnformatted(value);

	if (text)
		fputs(text, printer->out);
	else
		printer->failed = true;
	cJSON_free(text);
}

static void
print_key(struct printer *printer, const cJSON *member)
{
	const cJSON key = { .type = cJSON_String,
		.valuestring = member->string };

	print_scalar(printer, &key);
	fputs(": ", printer->out);
}

static bool
holds_more(const cJSON *value)
{
	return (cJSON_IsObject(value) || cJSON_IsArray(value)) && value->child;
}

static void
print_flat(struct printer *printer, const cJSON *value)
{
	const bool keys = cJSON_IsObject(value);

	if (!holds_more(value)) {
		print_scalar(printer, value);
		return;
	}
	const bool roomy = keys || cJSON_IsObject(value->child);

	fputs(keys ? "{ " : roomy ? "[ " : "[", printer->out);
	for (const cJSON *node = value->child; node; node = node->next) {
		if (keys)
			print_key(printer, node);
		print_flat(printer, node);
		if (node->next)
			fputs(", ", printer->out);
	}
	fputs(keys ? " }" : roomy ? " ]" : "]", printer->out);
}

/* Bytes of a value, and its key, on one line. */
static size_t
flat_size(struct printer *printer, const cJSON *value, bool key)
{
	char *text = NULL;
	size_t size = 0;
	struct printer flat = { .out = open_memstream(&text, &size) };

	if (!flat.out) {
		printer->failed = true;
		return 0;
	}
	if (key)
		print_key(&flat, value);
	print_flat(&flat, value);
	printer->failed |= fclose(flat.out) != 0 || flat.failed;
	free(text);
	return size;
}

/* What stands behind the opening bracket of a value in the source, blanks
 * passed over; NULL where the source says nothing of the lines of it. */
static const char *
first_of(const struct printer *printer, const cJSON *value)
{
	const char *first;

	if (!printer->source || value->valueint == 0 || !holds_more(value))
		return NULL;
	first = &printer->source[value->valueint + 1];
	first += strspn(first, " \t\r");
	return first[strspn(first, "\n \t\r")] == ']' ||
		       first[strspn(first, "\n \t\r")] == '}'
		   ? NULL
		   : first;
}

/* Had the value lines of its own in the source? */
static bool
had_lines(const struct printer *printer, const cJSON *value)
{
	const char *first = first_of(printer, value);

	if (first && *first == '\n')
		return true;
	for (const cJSON *node = value->child; first && node; node = node->next)
		if (had_lines(printer, node))
			return true;
	return false;
}

/* Did it stand on a line of the source that is longer than ours? */
static bool
was_on_long_line(const struct printer *printer, const cJSON *value)
{
	const char *begin = &printer->source[value->valueint];
	const char *end = begin + strcspn(begin, "\n");

	while (begin > printer->source && begin[-1] != '\n')
		begin--;
	return end - begin > COLUMNS;
}

/* Is it to stand on one line, `column` of which are taken? */
static bool
is_flat(struct printer *printer, const cJSON *value, bool key, size_t column)
{
	const char *first = first_of(printer, value);

	if (!holds_more(value))
		return true;
	if (first && had_lines(printer, value))
		return false;
	return column + flat_size(printer, value, key) <= COLUMNS ||
	       (first && was_on_long_line(printer, value));
}

/* An array or object that holds something, one line for each member that fits
 * on one. */
static void
print_members(struct printer *printer, const cJSON *value, int indent)
{
	const bool keys = cJSON_IsObject(value);
	const int inner = indent + STEP;

	fputs(keys ? "{\n" : "[\n", printer->out);
	for (const cJSON *node = value->child; node; node = node->next) {
		const size_t comma = node->next != NULL;

		fprintf(printer->out, "%*s", inner, "");
		if (keys)
			print_key(printer, node);
		if (is_flat(printer, node, keys, (size_t)inner + comma))
			print_flat(printer, node);
		else
			print_members(printer, node, inner);
		fputs(comma ? ",\n" : "\n", printer->out);
	}
	fprintf(printer->out, "%*s%c", indent, "", keys ? '}' : ']');
}

/* Is a text more than one line? */
static bool
has_lines(const char *text)
{
	text += strcspn(text, "\n");
	return text[strspn(text, " \t\r\n")] != '\0';
}

char *
json_print(const cJSON *value, const char *source)
{
	char *text = NULL;
	size_t size = 0;
	struct printer printer = { .out = open_memstream(&text, &size) };

	if (!printer.out)
		return NULL;
	if (source && has_lines(&source[value->valueint]))
		printer.source = source;
	if (holds_more(value))
		print_members(&printer, value, 0);
	else
		print_flat(&printer, value);
	fputc('\n', printer.out);
	printer.failed |= fclose(printer.out) != 0;
	if (!printer.failed)
		return text;
	free(text);
	return NULL;
}
