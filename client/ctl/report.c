#include "report.h"

#include "advise.h"
#include "ask.h"
#include "command.h"
#include "value.h"

#include "protocol/level.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_DEFAULT "headroom-report.html"
#define SECONDS_DEFAULT 300
#define QUESTIONS (8 + 2 * ROSTER_STAGES)
#define ADDRESS 96

/* --- what is asked --- */

/* The questions about one strip. */
struct questions {
	struct ask *ask;
	char address[QUESTIONS][ADDRESS];
	size_t count;
};

static enum status
question(struct questions *questions, const char *front,
    const struct roster_strip *strip, const char *tail)
{
	char *address = questions->address[questions->count++];

	snprintf(address, ADDRESS, "%s/%s%s%s", front, strip->address,
	    tail[0] ? "/" : "", tail);
	return ask_add(questions->ask, address);
}

static const struct link_message *
answer(const struct questions *questions, const char *front,
    const struct roster_strip *strip, const char *tail)
{
	char address[ADDRESS];

	snprintf(address, sizeof(address), "%s/%s%s%s", front, strip->address,
	    tail[0] ? "/" : "", tail);
	for (size_t i = 0; i < ask_answers(questions->ask); i++) {
		const struct link_message *message =
		    ask_answer(questions->ask, i);
		if (strcmp(message->address, address) == 0)
			return message;
	}
	return NULL;
}

static double
number(const struct questions *questions, const char *front,
    const struct roster_strip *strip, const char *tail, size_t index,
    double otherwise)
{
	const struct link_message *message =
	    answer(questions, front, strip, tail);

	return message && index < message->values
		   ? value_number(&message->value[index])
		   : otherwise;
}

static void
take_stage(const struct questions *questions, struct report_strip *strip,
    unsigned index)
{
	const struct roster_strip *roster = strip->roster;
	const char *name = roster->stage[index].name;
	struct report_stage *stage = &strip->stage[index];
	const struct link_message *headroom =
	    answer(questions, "/headroom", roster, name);

	double held =
	    number(questions, "/headroom", roster, name, 0, -LEVEL_SILENCE);
	/* No minus before a zero. */
	stage->peak = held == 0 ? 0 : -held;
	snprintf(stage->zone, sizeof(stage->zone), "%s",
	    headroom && headroom->values == 2 && headroom->value[1].text
		? headroom->value[1].text
		: zone_name(ZONE_SILENT));
	stage->rms = LEVEL_SILENCE;
	for (unsigned lane = 0; lane < roster->lanes; lane++)
		stage->rms =
		    fmax(stage->rms, number(questions, "/meter", roster, name,
					 3 * lane + 1, LEVEL_SILENCE));
	strip->heard |= stage->peak > ZONE_SILENCE;
}

static void
take_strip(const struct questions *questions, struct report_strip *strip)
{
	const struct roster_strip *roster = strip->roster;
	bool sum = roster->kind != STRIP_CHANNEL;

	strip->trim = number(questions, "", roster, "trim", 0, 0);
	strip->fader = number(questions, "", roster, "fader", 0, 0);
	strip->mute = number(questions, "", roster, "mute", 0, 0) != 0;
	strip->low = number(questions, "", roster, "target/low", 0, -18);
	strip->high = number(questions, "", roster, "target/high", 0, -10);
	strip->loudness = LEVEL_SILENCE;
	if (sum)
		strip->loudness = number(questions, "/loudness", roster, "",
		    LOUDNESS_INTEGRATED, LEVEL_SILENCE);
	for (unsigned i = 0; i < roster->stages; i++)
		take_stage(questions, strip, i);
}

static enum status
ask_strip(struct command *command, struct report_strip *strip)
{
	static const char *const tails[] = { "trim", "fader", "mute",
		"target/low", "target/high" };
	const struct roster_strip *roster = strip->roster;
	struct questions questions = { .ask = ask_new(command) };
	enum status status = questions.ask ? STATUS_OK : STATUS_LOST;

	if (!questions.ask)
		command_warn("out of memory");
	for (size_t i = 0;
	     status == STATUS_OK && i < sizeof(tails) / sizeof(tails[0]); i++)
		status = question(&questions, "", roster, tails[i]);
	if (status == STATUS_OK && roster->kind != STRIP_CHANNEL)
		status = question(&questions, "/loudness", roster, "");
	for (unsigned i = 0; status == STATUS_OK && i < roster->stages; i++) {
		const char *name = roster->stage[i].name;
		status = question(&questions, "/headroom", roster, name);
		if (status == STATUS_OK)
			status = question(&questions, "/meter", roster, name);
	}
	if (status == STATUS_OK)
		status = ask_run(questions.ask);
	if (status == STATUS_OK)
		take_strip(&questions, strip);
	ask_free(questions.ask);
	return status;
}

static enum status
gather(struct command *command, struct report *report)
{
	enum status status = STATUS_OK;

	if (roster_load(&report->desk, &command->link, command->timeout) < 0)
		return command_silent(command);
	/* The monitor is no part of the mix. It is the last, where there is
	 * one. */
	report->strips = report->desk.strips;
	if (report->strips > 0 &&
	    report->desk.strip[report->strips - 1].kind == STRIP_MONITOR)
		report->strips--;
	report->strip = calloc(report->strips + 1, sizeof(*report->strip));
	if (!report->strip) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	for (size_t i = 0; status == STATUS_OK && i < report->strips; i++) {
		report->strip[i].roster = &report->desk.strip[i];
		status = ask_strip(command, &report->strip[i]);
	}
	if (status == STATUS_OK)
		status = advise_ask(command, &report->advice);
	if (status != STATUS_OK)
		return status;
	int fault = report_events(command, report);
	if (fault < 0) {
		command->link.fault = fault;
		return command_silent(command);
	}
	return STATUS_OK;
}

/* --- where it goes --- */

static int
write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, text, size);

		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			text += done;
			size -= (size_t)done;
		}
	}
	return fsync(fd);
}

/* A reader finds the report of before or this one, and never a part of it. */
static int
replace(const char *path, const char *text, size_t size)
{
	char *beside;
	mode_t mask = umask(0);

	umask(mask);
	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		return -1;
	int fd = mkostemp(beside, O_CLOEXEC);
	int result = fd < 0 ? -1 : write_all(fd, text, size);
	if (result == 0)
		result = fchmod(fd, 0666 & ~mask);
	if (fd >= 0 && close(fd) < 0)
		result = -1;
	if (result == 0)
		result = rename(beside, path);
	if (result < 0 && fd >= 0) {
		int fault = errno;
		unlink(beside);
		errno = fault;
	}
	free(beside);
	return result;
}

static void
tell(struct command *command, const struct report *report, const char *path)
{
	FILE *file = command->out.file;

	if (!command->json) {
		fprintf(file, "Wrote %s: %zu strips, %zu finding%s.\n", path,
		    report->strips, report->advice.findings,
		    report->advice.findings == 1 ? "" : "s");
		return;
	}
	cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "file", path);
	cJSON_AddNumberToObject(root, "strips", (double)report->strips);
	cJSON_AddNumberToObject(
	    root, "findings", (double)report->advice.findings);
	char *text = cJSON_Print(root);
	if (text)
		fprintf(file, "%s\n", text);
	cJSON_free(text);
	cJSON_Delete(root);
}

static enum status
save(struct command *command, const struct report *report)
{
	const char *path = command->output ? command->output : FILE_DEFAULT;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	enum status status = STATUS_OK;

	if (file)
		report_page(file, report);
	if (!file || fclose(file) != 0) {
		command_warn("out of memory");
		status = STATUS_LOST;
	} else if (strcmp(path, "-") == 0) {
		fwrite(text, 1, size, command->out.file);
	} else if (replace(path, text, size) < 0) {
		command_warn("report: %s: %s", path, strerror(errno));
		status = STATUS_LOST;
	} else {
		tell(command, report, path);
	}
	free(text);
	return status;
}

/* --- the command --- */

static int
look_back(const struct command *command, int64_t now, struct since *since)
{
	double seconds =
	    command->seconds > 0 ? command->seconds : SECONDS_DEFAULT;
	char why[320];

	*since = (struct since){ .by_time = true,
		.time = now - (int64_t)(1000 * seconds) };
	if (!command->since)
		return 0;
	if (command->seconds > 0) {
		command_warn("report: found --since with --seconds, allowed: "
			     "one of them");
		return -1;
	}
	if (since_parse(command->since, now, since, why, sizeof(why)) == 0)
		return 0;
	command_warn("--since: %s", why);
	return -1;
}

enum status
report_run(struct command *command, int count, char **argument)
{
	struct report *report;
	struct since since;
	struct timespec time;

	if (count) {
		command_warn("report: found \"%s\", allowed: only options; "
			     "the file goes behind -o",
		    argument[0]);
		return STATUS_USAGE;
	}
	clock_gettime(CLOCK_REALTIME, &time);
	int64_t now = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
	if (look_back(command, now, &since) < 0)
		return STATUS_USAGE;
	report = calloc(1, sizeof(*report));
	if (!report) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	report->title = command->title ? command->title
				       : "Headroom: levels, stage by stage";
	report->url = command->link.url;
	report->now = now;
	report->since = since;
	enum status status = gather(command, report);
	if (status == STATUS_OK)
		status = save(command, report);
	advise_forget(&report->advice);
	roster_free(&report->desk);
	free(report->strip);
	free(report);
	return status;
}
