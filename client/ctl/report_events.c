#include "report.h"

#include "command.h"
#include "notice.h"

#include <errno.h>
#include <string.h>

#define AGAIN 4       /* questions, where packets were lost */
#define PATIENCE 0.25 /* seconds of silence that end a replay */

/* A replay that is told in order; what is missing is asked for again. */
struct replay {
	struct report *report;
	const struct since *since;
	uint64_t last; /* taken last */
	uint64_t newest;
	bool ended;
};

static const struct schema_value *
field(const struct event_line *line, const char *name)
{
	const struct event_form *form = event_form(line->kind);
	static const struct schema_value none = { .text = "" };

	for (size_t i = 0; i < line->values; i++)
		if (strcmp(form->fields[i], name) == 0)
			return &line->value[i];
	return &none;
}

static const char *
word(const struct event_line *line, const char *name)
{
	const char *text = field(line, name)->text;

	return text ? text : "";
}

static struct report_over *
find_over(struct report *report, const struct event_line *line)
{
	for (size_t i = 0; i < report->overs; i++) {
		struct report_over *over = &report->over[i];
		if (over->kind == line->kind &&
		    strcmp(over->strip, word(line, "strip")) == 0 &&
		    strcmp(over->stage, word(line, "stage")) == 0 &&
		    strcmp(over->origin, word(line, "origin")) == 0)
			return over;
	}
	if (report->overs == REPORT_OVERS)
		return NULL;
	struct report_over *over = &report->over[report->overs++];
	*over = (struct report_over){ .kind = line->kind, .peak = -200 };
	snprintf(over->strip, sizeof(over->strip), "%s", word(line, "strip"));
	snprintf(over->stage, sizeof(over->stage), "%s", word(line, "stage"));
	snprintf(
	    over->origin, sizeof(over->origin), "%s", word(line, "origin"));
	return over;
}

static void
count(struct report *report, const struct event_line *line)
{
	double peak = field(line, "peak")->number;

	report->events[line->kind]++;
	if (line->kind != EVENT_OVER && line->kind != EVENT_CLIP &&
	    line->kind != EVENT_INVALID)
		return;
	struct report_over *over = find_over(report, line);
	if (!over) {
		report->left_out++;
		return;
	}
	over->times++;
	over->last = event_line_time(line);
	if (over->times == 1 || peak > over->peak) {
		over->peak = peak;
		snprintf(over->sum, sizeof(over->sum), "%s", word(line, "sum"));
	}
}

static void
take(void *arg, const struct link_message *message)
{
	struct replay *replay = arg;
	const struct schema_value *value = message->value;
	struct event_line line;

	if (strcmp(message->address, "/events") == 0 && message->values == 1) {
		replay->newest = (uint64_t)value[0].number;
		replay->ended = true;
	} else if (strcmp(message->address, "/events/gone") == 0 &&
		   message->values == 2) {
		if ((uint64_t)value[1].number > replay->last)
			replay->last = (uint64_t)value[1].number;
	} else if (notice_take(message, &line)) {
		uint64_t sequence = event_line_sequence(&line);
		/* One that is not the next is behind a gap. */
		if (sequence != replay->last + 1)
			return;
		replay->last = sequence;
		if (!replay->since->by_time ||
		    event_line_time(&line) >= replay->since->time)
			count(replay->report, &line);
	}
}

int
report_events(struct command *command, struct report *report)
{
	struct replay replay = { .report = report,
		.since = &report->since,
		.last = report->since.by_time ? 0 : report->since.sequence };
	struct link *link = &command->link;

	for (int i = 0; i < AGAIN; i++) {
		double heard = link_now();

		replay.ended = false;
		osc_pack_print(
		    &link->packer, "/events", "h", (int64_t)replay.last);
		link_flush(link);
		while (!replay.ended && link_now() - heard < PATIENCE) {
			int got = link_receive(link, PATIENCE, take, &replay);

			if (got < 0)
				return got;
			if (got > 0)
				heard = link_now();
		}
		report->whole = replay.ended && replay.last >= replay.newest;
		if (report->whole)
			return 0;
	}
	return 0;
}
