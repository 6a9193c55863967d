#include "command.h"

#include "ask.h"

enum status
get_run(struct command *command, int count, char **argument)
{
	struct ask *ask = ask_new(command);
	enum status status = STATUS_LOST;

	if (count < 1) {
		command_warn("get: an ADDRESS is missing");
		ask_free(ask);
		return STATUS_USAGE;
	}
	for (int i = 0; ask && i < count; i++)
		if (ask_add(ask, argument[i]) < 0) {
			ask_free(ask);
			ask = NULL;
		}
	if (!ask) {
		command_warn("out of memory");
		return status;
	}
	status = ask_run(ask);
	ask_print(ask, command->out.form->answer);
	ask_free(ask);
	return status;
}
