#include "command.h"

#include "follow.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#define IDLE 0.25 /* seconds until a signal is seen at the latest */

static volatile sig_atomic_t stopped;

static void
command_stop(int number)
{
	(void)number;
	stopped = 1;
}

void
command_warn(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fputs("headroomctl: ", stderr);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
}

enum status
command_silent(const struct command *command)
{
	int fault = command->link.fault;
	char within[40] = " (nothing listens there)";

	if (fault && fault != -ECONNREFUSED) {
		command_warn(
		    "cannot reach %s: %s", command->link.url, strerror(-fault));
		return STATUS_SILENT;
	}
	if (!fault)
		snprintf(
		    within, sizeof(within), " within %g s", command->timeout);
	command_warn("no answer from %s%s: is headroomd running? (start it "
		     "with `headroomd -c FILE`)",
	    command->link.url, within);
	return STATUS_SILENT;
}

/* STATUS_OK while there is hope. */
static enum status
command_check(const struct command *command, const struct follow *follow)
{
	bool late = follow_silence(follow) > command->timeout;

	if (follow->state == FOLLOW_ASKING && late)
		return STATUS_SILENT;
	if (follow->state == FOLLOW_LOST && late && !command->patient)
		return STATUS_LOST;
	return STATUS_OK;
}

static void
command_tell(const struct command *command, enum follow_state before,
    enum follow_state after)
{
	if (after == FOLLOW_LOST && before == FOLLOW_LIVE)
		command_warn(
		    "lost %s, waiting for its return", command->link.url);
	if (after == FOLLOW_LIVE && before == FOLLOW_LOST)
		command_warn("%s is back", command->link.url);
}

enum status
command_loop(struct command *command, struct follow *follow, bool quiet,
    double rate, bool (*due)(void *arg), void *arg)
{
	struct sigaction action = { .sa_handler = command_stop };
	enum status status = STATUS_OK;
	double next = link_now();

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!stopped && status == STATUS_OK && !ferror(command->out.file)) {
		double now = link_now();
		if (due && now >= next) {
			if (!due(arg))
				break;
			next = now + 1 / rate;
		}
		double wait = due ? next - now : IDLE;
		enum follow_state before = follow->state;
		int got = follow_step(follow, wait < IDLE ? wait : IDLE);
		if (!quiet)
			command_tell(command, before, follow->state);
		status =
		    got < 0 ? STATUS_REFUSED : command_check(command, follow);
	}
	if (follow->state == FOLLOW_LIVE)
		follow_stop(follow);
	return status;
}

enum status
command_explain(const struct command *command, const struct follow *follow,
    enum status status)
{
	if (status == STATUS_REFUSED)
		command_warn("%s: %s", command->link.url, follow->refused);
	else if (status == STATUS_SILENT)
		command_silent(command);
	else if (status == STATUS_LOST)
		command_warn("lost %s for more than %g s", command->link.url,
		    command->timeout);
	return status;
}
