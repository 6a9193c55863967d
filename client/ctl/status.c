#include "command.h"

#include "ask.h"

enum status
status_run(struct command *command, int count, char **argument)
{
	struct ask *ask = ask_new(command);
	enum status status;

	(void)argument;
	if (count) {
		command_warn("status: found an argument, allowed: none");
		ask_free(ask);
		return STATUS_USAGE;
	}
	if (!ask || ask_add(ask, "/status/*") < 0 ||
	    ask_add(ask, "/status/drops/*") < 0) {
		command_warn("out of memory");
		ask_free(ask);
		return STATUS_LOST;
	}
	status = ask_run(ask);
	ask_print(ask, command->out.form->status);
	ask_free(ask);
	return status;
}
