#include "command.h"

#include "ask.h"

enum status
get_run(struct command *command, int count, char **argument)
{
	struct ask *ask = ask_new(command);
	enum status status = STATUS_OK;

	if (!ask) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	if (count < 1) {
		command_warn("get: an ADDRESS is missing");
		status = STATUS_USAGE;
	}
	for (int i = 0; status == STATUS_OK && i < count; i++)
		status = ask_add(ask, argument[i]);
	if (status == STATUS_OK) {
		status = ask_run(ask);
		ask_print(ask, command->out.form->answer);
	}
	ask_free(ask);
	return status;
}
