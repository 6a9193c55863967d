#include "export.h"

#include "texts.h"

#include <cjson/cJSON.h>
#include <string.h>

#define NUMBER_LONGEST 40

/* A field in quotes where it needs them. */
static void
table_field(FILE *file, const char *text, char end)
{
	if (strpbrk(text, ",\"\r\n")) {
		fputc('"', file);
		for (; *text; text++) {
			if (*text == '"')
				fputc('"', file);
			fputc(*text, file);
		}
		fputc('"', file);
	} else {
		fputs(text, file);
	}
	fputc(end, file);
}

/* A number or text of the description; nothing where there is none. */
static void
table_member(FILE *file, const cJSON *described, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(described, key);
	char number[NUMBER_LONGEST] = "";

	if (cJSON_IsNumber(item))
		snprintf(number, sizeof(number), "%.7g", item->valuedouble);
	table_field(
	    file, cJSON_IsString(item) ? item->valuestring : number, ',');
}

/* The type as OSC writes it. */
static const char *
table_type(const cJSON *described)
{
	static const char *const types[][2] = { { "float", "f" },
		{ "int", "i" }, { "text", "s" }, { "choice", "s" } };
	const char *type = texts_word(described, "type", "");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i][0], type) == 0)
			return types[i][1];
	return "";
}

/* "pre|post", or of a plugin "0=peak|4=true". */
static void
table_choices(FILE *file, const cJSON *described)
{
	const cJSON *choice,
	    *all = cJSON_GetObjectItemCaseSensitive(described, "choices");
	char text[1000] = "";
	size_t size = 0;

	cJSON_ArrayForEach(choice, all)
	{
		const char *bar = size ? "|" : "";
		if (cJSON_IsString(choice))
			size +=
			    (size_t)snprintf(text + size, sizeof(text) - size,
				"%s%s", bar, choice->valuestring);
		else
			size += (size_t)snprintf(text + size,
			    sizeof(text) - size, "%s%.7g=%s", bar,
			    texts_number(choice, "value", 0),
			    texts_word(choice, "label", ""));
		if (size >= sizeof(text))
			break;
	}
	table_field(file, text, ',');
}

static void
table_row(FILE *file, const cJSON *described)
{
	const char *name = texts_word(described, "name", "");

	table_member(file, described, "address");
	table_field(file, table_type(described), ',');
	table_member(file, described, "unit");
	table_member(file, described, "min");
	table_member(file, described, "max");
	table_member(file, described, "default");
	table_member(file, described, "access");
	table_choices(file, described);
	table_field(file, texts_word(described, "help", name), '\n');
}

static enum status
table_rows(struct command *command, const char *pattern, FILE *file)
{
	struct texts texts;
	enum status status = texts_ask(command, "/describe", pattern, &texts);

	if (status == STATUS_REFUSED)
		command_warn("%s", texts.refused);
	for (size_t i = 0; status == STATUS_OK && i < texts.count; i++)
		if (strcmp(texts_word(texts.json[i], "access", ""), "call") !=
		    0)
			table_row(file, texts.json[i]);
	texts_free(&texts);
	return status;
}

enum status
export_table(struct command *command, const struct roster *roster, FILE *file)
{
	static const char *const strip[] = { "/%s/*", "/%s/fader/*",
		"/%s/target/*", "/%s/guard/*", "/%s/send/*/*", "/%s/insert/*/*",
		"/%s/insert/*/param/*", "/meter/%s/*", "/meter/%s/insert/*",
		"/headroom/%s/*", "/headroom/%s/insert/*", "/loudness/%s*" };
	static const char *const desk[] = { "/dca/*/*", "/dca/*/*/*",
		"/mutegroup/*", "/mutegroup/*/*", "/status/*",
		"/status/drops/*" };
	enum status status = STATUS_OK;
	char pattern[100];

	fputs("address,type,unit,min,max,default,access,choices,"
	      "description\n",
	    file);
	for (size_t i = 0; i < roster->strips; i++)
		for (size_t s = 0;
		     status == STATUS_OK && s < sizeof(strip) / sizeof(*strip);
		     s++) {
			const char *tail = strchr(strip[s] + 1, '%');
			snprintf(pattern, sizeof(pattern), "%.*s%s%s",
			    (int)(tail - strip[s]), strip[s],
			    roster->strip[i].address, tail + 2);
			status = table_rows(command, pattern, file);
		}
	for (size_t i = 0;
	     status == STATUS_OK && i < sizeof(desk) / sizeof(*desk); i++)
		status = table_rows(command, desk[i], file);
	return status;
}
