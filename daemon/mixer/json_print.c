#include "mixer/json_print.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define COLUMNS 80
#define STEP 2 /* blanks a level */

struct printer {
	FILE *out;
	bool failed; /* no memory */
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
	fputs(keys ? "{ " : "[", printer->out);
	for (const cJSON *node = value->child; node; node = node->next) {
		if (keys)
			print_key(printer, node);
		print_flat(printer, node);
		if (node->next)
			fputs(", ", printer->out);
	}
	fputs(keys ? " }" : "]", printer->out);
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
		if (!holds_more(node) ||
		    (size_t)inner + flat_size(printer, node, keys) + comma <=
			COLUMNS)
			print_flat(printer, node);
		else
			print_members(printer, node, inner);
		fputs(comma ? ",\n" : "\n", printer->out);
	}
	fprintf(printer->out, "%*s%c", indent, "", keys ? '}' : ']');
}

char *
json_print(const cJSON *value)
{
	char *text = NULL;
	size_t size = 0;
	struct printer printer = { .out = open_memstream(&text, &size) };

	if (!printer.out)
		return NULL;
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
