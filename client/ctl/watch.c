#include "command.h"

#include "follow.h"

#include <stdio.h>

static void
watch_change(void *arg, const struct link_message *message)
{
	struct command *command = arg;

	if (message->values && message->address[1]) {
		command->out.form->change(&command->out, message);
		fflush(command->out.file);
	}
}

enum status
watch_run(struct command *command, int count, char **argument)
{
	struct follow_topic topic = { "state", 0, count ? argument[0] : "" };
	struct follow follow;

	if (count > 1) {
		command_warn(
		    "watch: found %d arguments, allowed: one PREFIX", count);
		return STATUS_USAGE;
	}
	follow_start(&follow, &command->link, &topic, 1, watch_change, command);
	return command_explain(command, &follow,
	    command_loop(command, &follow, false, 1, NULL, NULL));
}
