#include "command.h"

#include "ask.h"
#include "wish.h"

#include <string.h>

static enum status
set_gather(struct wishes *wishes, int count, char **argument)
{
	enum status status = STATUS_OK;

	if (count == 1 && strcmp(argument[0], "-") == 0) {
		wishes->name = "standard input";
		return wishes_read(wishes, stdin, false);
	}
	if (count < 2 || count % 2) {
		command_warn("set: %s, allowed: ADDRESS VALUE [ADDRESS "
			     "VALUE]..., or - to read lines of them",
		    count ? "a VALUE is missing" : "nothing to set");
		return STATUS_USAGE;
	}
	for (int i = 0; status == STATUS_OK && i < count; i += 2)
		status =
		    ask_is_address(argument[i])
			? wishes_add(wishes, argument[i], argument[i + 1], 0)
			: STATUS_USAGE;
	return status;
}

enum status
set_run(struct command *command, int count, char **argument)
{
	struct wishes wishes = { .name = "" };
	enum status status = set_gather(&wishes, count, argument);

	if (status == STATUS_OK)
		status = wishes_fit(command, &wishes);
	if (status == STATUS_OK && wishes.count)
		status = wishes_run(command, &wishes);
	wishes_free(&wishes);
	return status;
}
