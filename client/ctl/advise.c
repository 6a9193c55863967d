#include "advise.h"

#include "value.h"

#include <stdlib.h>
#include <string.h>

#define AGAIN 2    /* times that is asked again where a part was lost */
#define ROUNDS 8   /* of listening and mending, of --all */
#define LISTEN 5.0 /* seconds of music that the daemon wants to judge */
#define HEARD 10   /* of which there should be some before --all begins */

/* An answer that comes in many messages. */
struct answer {
	struct advice_report *report;
	bool complete, failed, refused;
	char refusal[400];
	int mended, sets; /* of /advice/apply */
	char undone[80];  /* of /undo: what the step was */
	const char *wanted;
};

static char *
copy(struct answer *answer, const struct schema_value *value)
{
	char *text = strdup(value->text ? value->text : "");

	answer->failed |= !text;
	return text;
}

static void
take_finding(struct answer *answer, const struct schema_value *value)
{
	struct advice_report *report = answer->report;
	struct advice_finding *more =
	    realloc(report->finding, (report->findings + 1) * sizeof(*more));

	if (!more) {
		answer->failed = true;
		return;
	}
	report->finding = more;
	more[report->findings++] =
	    (struct advice_finding){ .id = (int)value[0].number,
		    .severity = copy(answer, &value[1]),
		    .code = copy(answer, &value[2]),
		    .strip = copy(answer, &value[3]),
		    .stage = copy(answer, &value[4]),
		    .value = value_number(&value[5]),
		    .limit = value_number(&value[6]),
		    .unit = copy(answer, &value[7]),
		    .seconds = (int)value[8].number,
		    .wanted = (size_t)value[9].number,
		    .words = copy(answer, &value[10]) };
}

static void
take_fix(struct answer *answer, const struct schema_value *value)
{
	struct advice_report *report = answer->report;
	struct advice_finding *finding =
	    report->findings ? &report->finding[report->findings - 1] : NULL;
	struct advice_fix *more;

	if (!finding || finding->id != (int)value[0].number)
		return;
	more = realloc(finding->fix, (finding->fixes + 1) * sizeof(*more));
	if (!more) {
		answer->failed = true;
		return;
	}
	finding->fix = more;
	more[finding->fixes++] =
	    (struct advice_fix){ .address = copy(answer, &value[1]),
		    .value = value_number(&value[2]) };
}

/* Did every finding come, and every set? */
static bool
is_whole(const struct advice_report *report, double findings)
{
	for (size_t i = 0; i < report->findings; i++)
		if (report->finding[i].fixes != report->finding[i].wanted)
			return false;
	return (double)report->findings == findings;
}

static void
take(void *arg, const struct link_message *message)
{
	struct answer *answer = arg;
	const struct schema_value *value = message->value;
	const char *address = message->address;

	if (answer->complete)
		return;
	if (strcmp(address, "/advice") == 0 && message->values == 11) {
		take_finding(answer, value);
	} else if (strcmp(address, "/advice/fix") == 0 &&
		   message->values == 3) {
		take_fix(answer, value);
	} else if (strcmp(address, "/advice/end") == 0 &&
		   message->values == 1 && answer->report) {
		answer->complete = is_whole(answer->report, value[0].number);
	} else if (strcmp(address, "/advice/apply") == 0 &&
		   message->values == 3) {
		answer->mended = (int)value[1].number;
		answer->sets = (int)value[2].number;
		answer->complete = !answer->report;
	} else if (strcmp(address, "/undo") == 0 && message->values == 2 &&
		   value[1].text) {
		answer->sets = (int)value[0].number;
		snprintf(answer->undone, sizeof(answer->undone), "%s",
		    value[1].text);
		answer->complete = !answer->report;
	} else if (strcmp(address, "/error") == 0 && message->values == 3 &&
		   value[0].text && value[2].text &&
		   strcmp(value[0].text, answer->wanted) == 0) {
		snprintf(answer->refusal, sizeof(answer->refusal), "%s",
		    value[2].text);
		answer->refused = answer->complete = true;
	}
}

void
advise_forget(struct advice_report *report)
{
	for (size_t i = 0; i < report->findings; i++) {
		struct advice_finding *finding = &report->finding[i];

		for (size_t k = 0; k < finding->fixes; k++)
			free(finding->fix[k].address);
		free(finding->fix);
		free(finding->severity);
		free(finding->code);
		free(finding->strip);
		free(finding->stage);
		free(finding->unit);
		free(finding->words);
	}
	free(report->finding);
	*report = (struct advice_report){ 0 };
}

static enum status
wait_for(struct command *command, struct answer *answer)
{
	struct link *link = &command->link;
	double end = link_now() + command->timeout;

	link_flush(link);
	while (!answer->complete && !answer->failed && link_now() < end) {
		int got = link_receive(link, end - link_now(), take, answer);

		if (got < 0) {
			link->fault = got;
			return command_silent(command);
		}
	}
	if (answer->failed) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	if (answer->refused) {
		command_warn("%s", answer->refusal);
		return STATUS_REFUSED;
	}
	return answer->complete ? STATUS_OK : STATUS_SILENT;
}

enum status
advise_ask(struct command *command, struct advice_report *report)
{
	enum status status = STATUS_SILENT;

	for (int i = 0; i <= AGAIN && status == STATUS_SILENT; i++) {
		struct answer answer = { .report = report,
			.wanted = "/advice" };

		advise_forget(report);
		osc_pack_print(&command->link.packer, "/advice", "");
		status = wait_for(command, &answer);
		if (command->link.fault)
			return status;
	}
	return status == STATUS_SILENT ? command_silent(command) : status;
}

/* Not asked again: it may have been done, and only its answer been lost. */
static enum status
apply(struct command *command, int id, int *mended, int *sets)
{
	struct answer answer = { .wanted = "/advice/apply" };
	enum status status;

	osc_pack_print(&command->link.packer, "/advice/apply", "i", id);
	status = wait_for(command, &answer);
	*mended = answer.mended;
	*sets = answer.sets;
	if (status == STATUS_SILENT && !command->link.fault)
		return command_silent(command);
	return status;
}

static enum status
undo(struct command *command)
{
	struct answer answer = { .wanted = "/undo" };
	enum status status;

	osc_pack_print(&command->link.packer, "/undo", "");
	status = wait_for(command, &answer);
	if (status == STATUS_SILENT && !command->link.fault)
		return command_silent(command);
	if (status == STATUS_OK)
		command->out.form->undone(
		    &command->out, answer.sets, answer.undone);
	return status;
}

/* Lets the daemon hear what came of it. */
static enum status
hear(struct command *command, struct advice_report *report)
{
	double end = link_now() + LISTEN;
	struct answer nothing = { .complete = true };

	while (link_now() < end)
		if (link_receive(
			&command->link, end - link_now(), take, &nothing) < 0)
			break;
	return advise_ask(command, report);
}

/* Whether any of it was judged by so much music that its loud parts will have
 * been among it. */
static bool
was_heard(const struct advice_report *report)
{
	int seconds = report->findings ? 0 : HEARD;

	for (size_t i = 0; i < report->findings; i++)
		if (report->finding[i].seconds > seconds)
			seconds = report->finding[i].seconds;
	return seconds >= HEARD;
}

static enum status
apply_all(struct command *command, struct advice_report *report)
{
	enum status status = STATUS_OK;
	int mended = 1, sets;

	for (int i = 0;
	     i < HEARD / LISTEN && status == STATUS_OK && !was_heard(report);
	     i++)
		status = hear(command, report);
	for (int i = 0; i < ROUNDS && status == STATUS_OK; i++) {
		status = apply(command, 0, &mended, &sets);
		if (status != STATUS_OK || mended == 0)
			break;
		report->mended += mended;
		report->sets += sets;
		report->steps++;
		int findings = report->mended, all = report->sets;
		int steps = report->steps;
		status = hear(command, report);
		report->mended = findings;
		report->sets = all;
		report->steps = steps;
	}
	return status;
}

enum status
advise_run(struct command *command, int count, char **argument)
{
	struct advice_report report = { 0 };
	enum status status;

	(void)argument;
	if (count || command->all + command->undo + (command->apply >= 0) > 1) {
		command_warn("advise: found %s, allowed: one of --apply ID, "
			     "--all and --undo, or none",
		    count ? "an argument" : "more than one of its options");
		return STATUS_USAGE;
	}
	if (command->undo)
		return undo(command);
	status = advise_ask(command, &report);
	if (status == STATUS_OK && command->all)
		status = apply_all(command, &report);
	else if (status == STATUS_OK && command->apply >= 0) {
		status = apply(
		    command, command->apply, &report.mended, &report.sets);
		report.applied = command->apply;
		report.steps = report.mended;
	}
	if (status == STATUS_OK)
		command->out.form->advice(&command->out, &report);
	advise_forget(&report);
	return status;
}
