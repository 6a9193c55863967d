#include "export.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static enum status
export_open_stage_control(
    struct command *command, const struct roster *roster, FILE *file)
{
	const char *host = strstr(command->link.url, "://");
	cJSON *session =
	    export_session(roster, host ? host + 3 : command->link.url);
	char *text = session ? cJSON_Print(session) : NULL;

	cJSON_Delete(session);
	if (!text) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	fprintf(file, "%s\n", text);
	free(text);
	return STATUS_OK;
}

static const struct {
	const char *name;
	enum status (*write)(
	    struct command *command, const struct roster *roster, FILE *file);
} forms[] = { { "open-stage-control", export_open_stage_control },
	{ "touchosc-table", export_table } };

/* The whole text is made before a file is touched, so that one that was there
 * is not lost to a daemon that is away. */
static enum status
export_save(struct command *command, const char *text, size_t size)
{
	FILE *file =
	    command->output ? fopen(command->output, "w") : command->out.file;

	if (!file) {
		command_warn(
		    "export: %s: %s", command->output, strerror(errno));
		return STATUS_LOST;
	}
	size_t written = fwrite(text, 1, size, file);
	if (file == command->out.file)
		return STATUS_OK;
	if (fclose(file) == 0 && written == size)
		return STATUS_OK;
	command_warn("export: %s: %s", command->output, strerror(errno));
	return STATUS_LOST;
}

enum status
export_run(struct command *command, int count, char **argument)
{
	struct roster roster;
	char *text = NULL;
	size_t form = 0, size = 0;

	while (count == 1 && form < sizeof(forms) / sizeof(forms[0]) &&
	       strcmp(forms[form].name, argument[0]) != 0)
		form++;
	if (count != 1 || form == sizeof(forms) / sizeof(forms[0])) {
		command_warn("export: found \"%s\", allowed: "
			     "open-stage-control or touchosc-table",
		    count ? argument[count - 1] : "");
		return STATUS_USAGE;
	}
	if (roster_load(&roster, &command->link, command->timeout) < 0)
		return command_silent(command);
	FILE *file = open_memstream(&text, &size);
	enum status status = STATUS_LOST;
	if (file) {
		status = forms[form].write(command, &roster, file);
		fclose(file);
	}
	if (status == STATUS_OK)
		status = export_save(command, text, size);
	free(text);
	roster_free(&roster);
	return status;
}
