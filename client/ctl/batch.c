#include "command.h"

#include "wish.h"

#include <errno.h>
#include <string.h>

/* Reads the file, or standard input for "-". */
static enum status
batch_read(struct wishes *wishes, const char *name)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	wishes->name = file == stdin ? "standard input" : name;
	if (!file) {
		command_warn("batch: %s: %s", name, strerror(errno));
		return STATUS_USAGE;
	}
	enum status status = wishes_read(wishes, file, true);
	if (file != stdin)
		fclose(file);
	return status;
}

enum status
batch_run(struct command *command, int count, char **argument)
{
	struct wishes wishes = { .name = "" };

	if (count > 1) {
		command_warn(
		    "batch: found %d arguments, allowed: one FILE, or -",
		    count);
		return STATUS_USAGE;
	}
	enum status status = batch_read(&wishes, count ? argument[0] : "-");
	if (status == STATUS_OK && wishes.count)
		status = wishes_fit(command, &wishes);
	if (status == STATUS_OK && wishes.count)
		status = wishes_probe(command, &wishes);
	if (status != STATUS_OK)
		command_warn("batch: nothing was set");
	else if (wishes.count)
		status = wishes_run(command, &wishes);
	wishes_free(&wishes);
	return status;
}
