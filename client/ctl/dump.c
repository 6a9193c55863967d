#include "command.h"

#include "ask.h"
#include "value.h"

#include <string.h>

#define QUIET 0.15 /* seconds of silence: what ends a dump was lost */

struct dump {
	struct command *command;
	struct ask *ask; /* keeps one answer for each address */
	const char *prefix;
	bool begun, ended, refused;
	size_t total; /* as the end of a dump told; 0: not yet */
	double heard, grown;
};

static void
dump_take(void *arg, const struct link_message *message)
{
	struct dump *dump = arg;
	const struct schema_value *value = message->value;
	size_t before = ask_answers(dump->ask);

	dump->heard = link_now();
	if (strcmp(message->address, "/dump") == 0) {
		dump->begun = true;
	} else if (strcmp(message->address, "/dump/end") == 0 &&
		   message->values == 3) {
		dump->begun = dump->ended = true;
		dump->total = (size_t)value[1].number;
	} else if (strcmp(message->address, "/error") == 0) {
		if (message->values < 3 || !value[0].text || !value[2].text ||
		    strcmp(value[0].text, "/dump") != 0)
			return;
		dump->refused = true;
		command_warn("%s", value[2].text);
	} else if (message->values == 1) {
		ask_keep(dump->ask, message);
		if (ask_answers(dump->ask) > before)
			dump->grown = dump->heard;
	}
}

/* What packets that were lost held is in the next dump. */
static void
dump_ask(struct dump *dump)
{
	struct link *link = &dump->command->link;

	dump->ended = false;
	osc_pack_print(&link->packer, "/dump", "s", dump->prefix);
	link_flush(link);
	dump->heard = link_now();
}

static bool
dump_is_whole(const struct dump *dump)
{
	return dump->ended && ask_answers(dump->ask) >= dump->total;
}

static enum status
dump_run_all(struct dump *dump)
{
	struct command *command = dump->command;

	dump->grown = link_now();
	dump_ask(dump);
	while (!dump_is_whole(dump) && !dump->refused) {
		double now = link_now();
		if (now - dump->grown > command->timeout)
			break;
		if (dump->ended || now - dump->heard > QUIET)
			dump_ask(dump);
		int got =
		    link_receive(&command->link, QUIET / 3, dump_take, dump);
		if (got < 0) {
			command->link.fault = got;
			break;
		}
	}
	if (dump->refused)
		return STATUS_REFUSED;
	if (dump_is_whole(dump))
		return STATUS_OK;
	if (!dump->begun && ask_answers(dump->ask) == 0)
		return command_silent(command);
	command_warn("%s: not all parameters came", command->link.url);
	return STATUS_LOST;
}

/* What `set` takes: nothing that can only be read, and the fader once. */
static bool
dump_is_set(const char *address)
{
	const struct schema_param *param = value_param(address);

	return param && param->writable && schema_fader_of(param->id) == PARAMS;
}

static void
dump_print(const struct dump *dump)
{
	struct output *out = &dump->command->out;

	for (size_t i = 0; i < ask_answers(dump->ask); i++) {
		const struct link_message *answer = ask_answer(dump->ask, i);
		if (dump->command->json)
			out->form->change(out, answer);
		else if (dump_is_set(answer->address))
			out->form->answer(out, answer);
	}
}

enum status
dump_run(struct command *command, int count, char **argument)
{
	struct dump dump = { .command = command,
		.prefix = count ? argument[0] : "",
		.ask = ask_new(command) };
	enum status status = STATUS_LOST;

	if (count > 1) {
		command_warn(
		    "dump: found %d arguments, allowed: one PREFIX", count);
		status = STATUS_USAGE;
	} else if (!dump.ask) {
		command_warn("out of memory");
	} else {
		status = dump_run_all(&dump);
		if (status == STATUS_OK)
			dump_print(&dump);
	}
	ask_free(dump.ask);
	return status;
}
