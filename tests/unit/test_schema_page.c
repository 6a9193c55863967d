#include "protocol/schema.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Holds the tables of headroom-osc(7) to the schema. With the argument "print"
 * it writes them instead, for pasting into the page.
 */

#define PAGE "daemon/protocol/headroom-osc.7"
#define LARGEST 262144 /* bytes of the page */
#define COLUMNS 78

/* Where a table stands in the page: from the comment .\" schema NAME to the
 * comment .\" end. */
static const struct {
	const char *name;
	enum schema_scope scope;
} tables[] = {
	{ "strips", SCOPE_STRIP },
	{ "dcas", SCOPE_DCA },
	{ "mutegroups", SCOPE_MUTE_GROUP },
	{ "sends", SCOPE_SEND },
	{ "inserts", SCOPE_INSERT },
	{ "params", SCOPE_INSERT_PARAM },
	{ "meters", SCOPE_METER },
	{ "headroom", SCOPE_HEADROOM },
	{ "loudness", SCOPE_LOUDNESS },
	{ "status", SCOPE_STATUS },
	{ "times", SCOPE_STATUS_INSERT },
	{ "commands", SCOPE_DESK },
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static const char *
type_letters(const struct schema_param *param)
{
	switch (param->type) {
	case SCHEMA_FLOAT:
		return param->scope == SCOPE_METER      ? "fff per lane"
		       : param->scope == SCOPE_HEADROOM ? "fs"
		       : param->scope == SCOPE_LOUDNESS ? "fffffffff"
							: "f";
	case SCHEMA_INT:
		return "i";
	case SCHEMA_COMMAND:
		return NULL;
	default:
		return "s";
	}
}

/* Writes text as mdoc, filled, with minus signs before digits. */
static void
write_filled(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t size = strcspn(text, " ");

		if (column > 0 && column + 1 + size > COLUMNS) {
			fputc('\n', out);
			column = 0;
		}
		if (column > 0)
			column += (size_t)fprintf(out, " ");
		for (size_t i = 0; i < size; i++) {
			bool minus = text[i] == '-' &&
				     isdigit((unsigned char)text[i + 1]);

			column += (size_t)fprintf(
			    out, minus ? "\\%c" : "%c", text[i]);
		}
		text += size + strspn(text + size, " ");
	}
	fputc('\n', out);
}

static void
write_range(FILE *out, const struct schema_param *param)
{
	char allowed[128], text[256];
	bool writable = param->writable;

	if (isinf(param->min))
		return;
	schema_allowed(param, allowed, sizeof(allowed));
	if (writable && param->type == SCHEMA_TEXT)
		snprintf(text, sizeof(text), "%s.", allowed);
	else if (writable && param->type == SCHEMA_CHOICE)
		snprintf(text, sizeof(text), "One of %s; default %s.", allowed,
		    param->choices[(int)param->def]);
	else if (writable)
		snprintf(
		    text, sizeof(text), "%s; default %g.", allowed, param->def);
	else if (param->type == SCHEMA_CHOICE)
		snprintf(text, sizeof(text), "One of %s.", allowed);
	else if (param->unit[0])
		snprintf(text, sizeof(text), "In %s.", param->unit);
	else
		return;
	text[0] = (char)toupper((unsigned char)text[0]);
	write_filled(out, text);
}

static void
write_row(FILE *out, const struct schema_param *param)
{
	const char *types = type_letters(param);

	fprintf(out, ".It Ic %s", param->address);
	if (types)
		fprintf(out, " Pq %s", types);
	fputc('\n', out);
	if (param->type != SCHEMA_COMMAND)
		write_range(out, param);
	write_filled(out, param->help);
	if (param->kinds == KIND_BIT(STRIP_MONITOR))
		return;
	if (param->kinds && !(param->kinds & KIND_BIT(STRIP_MASTER)))
		fputs("Not on the master.\n", out);
	if (param->scope == SCOPE_STRIP &&
	    param->kinds & KIND_BIT(STRIP_MONITOR))
		fputs("Also on the monitor.\n", out);
}

static char *
table_text(enum schema_scope scope)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (enum param id = 0; id < PARAMS; id++) {
		if (schema_param(id)->scope == scope)
			write_row(out, schema_param(id));
	}
	fclose(out);
	return text;
}

static char *
page_text(void)
{
	FILE *in = fopen(PAGE, "r");
	char *text = calloc(1, LARGEST + 1);

	assert_non_null(text);
	if (!in)
		fail_msg("%s cannot be read; run this in the top folder", PAGE);
	assert_in_range(fread(text, 1, LARGEST, in), 1, LARGEST - 1);
	fclose(in);
	return text;
}

/* The table of this name in the page; the caller frees it. */
static char *
page_table(const char *page, const char *name)
{
	static const char last[] = ".\\\" end\n";
	const char *begin, *end;
	char first[64];

	snprintf(first, sizeof(first), ".\\\" schema %s\n", name);
	begin = strstr(page, first);
	end = begin ? strstr(begin, last) : NULL;
	if (!begin || !end) {
		fail_msg("the table \"%s\" does not begin or end", name);
		return NULL;
	}
	begin += strlen(first);
	return strndup(begin, (size_t)(end - begin));
}

static void
the_tables_of_the_page_are_those_of_the_schema(void **state)
{
	char *page = page_text();

	(void)state;
	for (size_t i = 0; i < TABLES; i++) {
		char *found = page_table(page, tables[i].name);
		char *wanted = table_text(tables[i].scope);

		assert_string_equal(found, wanted);
		free(found);
		free(wanted);
	}
	free(page);
}

static void
no_row_of_the_schema_is_left_out(void **state)
{
	char *page = page_text();
	char row[128];

	(void)state;
	for (enum param id = 0; id < PARAMS; id++) {
		snprintf(row, sizeof(row), "\n.It Ic %s%c",
		    schema_param(id)->address,
		    schema_param(id)->type == SCHEMA_COMMAND ? '\n' : ' ');
		if (!strstr(page, row))
			fail_msg("%s is missing", schema_param(id)->address);
	}
	free(page);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_tables_of_the_page_are_those_of_the_schema),
		cmocka_unit_test(no_row_of_the_schema_is_left_out),
	};

	if (argc < 2 || strcmp(argv[1], "print") != 0)
		return cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < TABLES; i++) {
		char *text = table_text(tables[i].scope);

		printf(".\\\" schema %s\n%s.\\\" end\n", tables[i].name, text);
		free(text);
	}
	return 0;
}
