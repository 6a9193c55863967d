#include "soundcheck.h"

#include "command.h"
#include "value.h"

#include "protocol/level.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECONDS 20.0  /* as the daemon listens, unless told otherwise */
#define POLL 0.2      /* s from one look at it to the next */
#define PATIENCE 10.0 /* s without an answer */
#define STALLED 5.0   /* s in which the mixer has heard nothing more */
#define TELL 5.0      /* s from line to line where there is no terminal */

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
	(void)number;
	stopped = 1;
}

/* What comes in. A report is taken once it is whole. */
struct talk {
	struct soundcheck_report fresh, report;
	const char *asked; /* the address whose answer is waited for */
	bool answered, refused, failed;
	int moved; /* of /soundcheck/apply */
	char refusal[400];
};

static struct soundcheck_row *
row_of(struct soundcheck_report *report, const char *strip)
{
	for (size_t i = 0; i < report->rows; i++)
		if (strcmp(report->row[i].strip, strip) == 0)
			return &report->row[i];
	return NULL;
}

static void
take_row(struct talk *talk, const struct schema_value *value)
{
	struct soundcheck_report *fresh = &talk->fresh;
	struct soundcheck_row *more =
	    realloc(fresh->row, (fresh->rows + 1) * sizeof(*more));

	if (!more) {
		talk->failed = true;
		return;
	}
	fresh->row = more;
	struct soundcheck_row *row = &more[fresh->rows++];
	*row = (struct soundcheck_row){ .peak = value_number(&value[2]),
		.rms = value_number(&value[3]),
		.sounded = value_number(&value[4]),
		.trim = value_number(&value[5]),
		.proposed = value_number(&value[6]) };
	value_text(&value[0], row->strip, sizeof(row->strip));
	value_text(&value[1], row->verdict, sizeof(row->verdict));
	value_text(&value[7], row->words, sizeof(row->words));
	const struct soundcheck_row *before = row_of(&talk->report, row->strip);
	row->level = before ? before->level : LEVEL_SILENCE;
}

/* "/meter/ch/kick/in": peak, RMS and true peak of each lane. */
static void
take_meter(struct talk *talk, const struct link_message *message)
{
	char strip[64];
	double level = LEVEL_SILENCE;
	int size =
	    (int)(strlen(message->address) - strlen("/meter/") - strlen("/in"));

	if (size < 1)
		return;
	snprintf(strip, sizeof(strip), "%.*s", size,
	    message->address + strlen("/meter/"));
	for (size_t i = 2; i < message->values; i += 3)
		level = fmax(level, message->value[i].number);
	struct soundcheck_row *row = row_of(&talk->report, strip);
	if (row)
		row->level = level;
}

static void
take_status(struct talk *talk, const struct schema_value *value)
{
	struct soundcheck_report *fresh = &talk->fresh;

	fresh->rows = 0;
	value_text(&value[0], fresh->state, sizeof(fresh->state));
	fresh->heard = value_number(&value[1]);
	fresh->seconds = value_number(&value[2]);
}

static void
take_end(struct talk *talk, double rows)
{
	struct soundcheck_report whole = talk->fresh;

	if ((double)whole.rows != rows)
		return;
	talk->fresh = talk->report;
	talk->report = whole;
	talk->answered |= strcmp(talk->asked, "/soundcheck/status") == 0;
}

static void
take(void *arg, const struct link_message *message)
{
	struct talk *talk = arg;
	const struct schema_value *value = message->value;

	if (link_is(message, "/soundcheck/status", "sff")) {
		take_status(talk, value);
	} else if (link_is(message, "/soundcheck/strip", "ssfffffs")) {
		take_row(talk, value);
	} else if (link_is(message, "/soundcheck/end", "i")) {
		take_end(talk, value[0].number);
	} else if (strncmp(message->address, "/meter/", 7) == 0) {
		take_meter(talk, message);
	} else if (link_is(message, "/error", "sss") &&
		   strcmp(value[0].text, talk->asked) == 0) {
		value_text(&value[2], talk->refusal, sizeof(talk->refusal));
		talk->refused = true;
	} else if (message->values > 0 &&
		   strcmp(message->address, talk->asked) == 0) {
		talk->moved = (int)value[message->values - 1].number;
		talk->answered = true;
	}
}

/* --- out --- */

/* Sends what was packed and waits for its answer. */
static enum status
ask(struct command *command, struct talk *talk, const char *address)
{
	struct link *link = &command->link;
	double end = link_now() + command->timeout;

	talk->asked = address;
	talk->answered = talk->refused = false;
	link_flush(link);
	while (!talk->answered && !talk->refused && !talk->failed &&
	       link_now() < end) {
		int got = link_receive(link, end - link_now(), take, talk);
		if (got < 0) {
			link->fault = got;
			break;
		}
	}
	if (talk->failed) {
		command_warn("out of memory");
		return STATUS_LOST;
	}
	if (talk->refused) {
		command_warn("%s", talk->refusal);
		return STATUS_REFUSED;
	}
	return talk->answered ? STATUS_OK : command_silent(command);
}

static enum status
start(struct command *command, struct talk *talk, int count, char **strip)
{
	struct schema_value value[OSC_ARGUMENTS];
	size_t values = 0;

	if (count > OSC_ARGUMENTS - 1) {
		command_warn("soundcheck: found %d strips, allowed: %d, or a "
			     "pattern such as 'ch/*'",
		    count, OSC_ARGUMENTS - 1);
		return STATUS_USAGE;
	}
	value[values++] = (struct schema_value){ .type = 'f',
		.number = command->seconds > 0 ? command->seconds : SECONDS };
	for (int i = 0; i < count; i++)
		value[values++] =
		    (struct schema_value){ .type = 's', .text = strip[i] };
	if (osc_pack(&command->link.packer, "/soundcheck/start", value,
		values) < 0) {
		command_warn("soundcheck: the names are too long");
		return STATUS_USAGE;
	}
	return ask(command, talk, "/soundcheck/start");
}

static void
cancel(struct command *command)
{
	osc_pack_print(&command->link.packer, "/soundcheck/cancel", "");
	link_flush(&command->link);
}

/* --- listening --- */

struct view {
	FILE *file;
	bool live;   /* bars on a terminal, else lines */
	bool silent; /* nothing at all */
	int drawn;   /* lines on the terminal */
	double told; /* s that the last line told of */
};

static void
show(struct view *view, const struct soundcheck_report *report)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	if (view->silent || report->rows == 0)
		return;
	if (view->live) {
		ioctl(fileno(view->file), TIOCGWINSZ, &size);
		view->drawn = soundcheck_draw(view->file, report,
		    size.ws_col ? size.ws_col : 80,
		    size.ws_row ? size.ws_row : 24, view->drawn);
	} else if (report->heard >= view->told + TELL &&
		   report->heard < report->seconds) {
		soundcheck_tell(view->file, report);
		view->told = report->heard;
	}
}

static void
look(struct command *command, const struct talk *talk, bool levels)
{
	struct osc_packer *packer = &command->link.packer;
	char address[80];

	osc_pack_print(packer, "/soundcheck/status", "");
	for (size_t i = 0; levels && i < talk->report.rows; i++) {
		snprintf(address, sizeof(address), "/meter/%s/in",
		    talk->report.row[i].strip);
		osc_pack_print(packer, address, "");
	}
	link_flush(&command->link);
}

/* Whether it is still the one that was begun; says why not. */
static enum status
check_same(const struct soundcheck_report *report, double seconds, size_t rows)
{
	if (strcmp(report->state, "idle") != 0 && report->rows == rows &&
	    fabs(report->seconds - seconds) < 1e-3)
		return STATUS_OK;
	command_warn("the sound check was ended from elsewhere: somebody has "
		     "cancelled it or begun another, or the desk or the "
		     "sample rate has changed; nothing was moved");
	return STATUS_LOST;
}

/* Looks at it until it is done. */
static enum status
hear(struct command *command, struct talk *talk, double seconds, size_t rows,
    struct view *view)
{
	struct link *link = &command->link;
	double patience = command->patient ? PATIENCE : command->timeout;
	double moved = link_now(), answered = moved, heard = -1;

	while (!stopped) {
		double next = link_now() + POLL;
		look(command, talk, view->live);
		talk->answered = false;
		while (!stopped && link_now() < next)
			if (link_receive(link, next - link_now(), take, talk) <
			    0)
				break;
		double now = link_now();
		answered = talk->answered ? now : answered;
		if (talk->failed || now - answered > patience) {
			command_warn("lost %s for more than %g s; nothing was "
				     "moved",
			    link->url, patience);
			return STATUS_LOST;
		}
		if (!talk->answered)
			continue;
		if (check_same(&talk->report, seconds, rows) != STATUS_OK)
			return STATUS_LOST;
		show(view, &talk->report);
		if (strcmp(talk->report.state, "done") == 0)
			return STATUS_OK;
		moved = talk->report.heard > heard ? now : moved;
		heard = talk->report.heard;
		if (now - moved > STALLED) {
			command_warn("the mixer hears nothing: is its JACK "
				     "server running? Nothing was moved");
			cancel(command);
			return STATUS_LOST;
		}
	}
	cancel(command);
	command_warn("interrupted; nothing was moved");
	return STATUS_REFUSED;
}

/* --- what comes of it --- */

static bool
has_moves(const struct soundcheck_report *report)
{
	for (size_t i = 0; i < report->rows; i++)
		if (soundcheck_moves(&report->row[i]))
			return true;
	return false;
}

static bool
is_wanted(struct command *command)
{
	char answer[16] = "";

	fprintf(command->out.file, "Move these trims%s? [y/N] ",
	    command->balance ? ", and the faders against them" : "");
	fflush(command->out.file);
	if (!fgets(answer, sizeof(answer), stdin)) {
		fputc('\n', command->out.file);
		return false;
	}
	return answer[0] == 'y' || answer[0] == 'Y';
}

/* Do both propose the same? */
static bool
same_moves(const struct soundcheck_report *a, const struct soundcheck_report *b)
{
	for (size_t i = 0; i < a->rows && i < b->rows; i++)
		if (strcmp(a->row[i].strip, b->row[i].strip) != 0 ||
		    soundcheck_moves(&a->row[i]) !=
			soundcheck_moves(&b->row[i]) ||
		    (soundcheck_moves(&a->row[i]) &&
			a->row[i].proposed != b->row[i].proposed))
			return false;
	return a->rows == b->rows;
}

/* Time has passed at the prompt: what is moved must be what was shown. Not asked
 * again: it may have been done, and only its answer been lost. */
static enum status
apply(
    struct command *command, struct talk *talk, struct soundcheck_report *shown)
{
	struct osc_packer *packer = &command->link.packer;
	enum status status;

	osc_pack_print(packer, "/soundcheck/status", "");
	status = ask(command, talk, "/soundcheck/status");
	if (status != STATUS_OK)
		return status;
	status = check_same(&talk->report, shown->seconds, shown->rows);
	if (status != STATUS_OK)
		return status;
	if (!same_moves(shown, &talk->report)) {
		command_warn("what is proposed has become something else; "
			     "nothing was moved");
		return STATUS_LOST;
	}
	if (command->balance)
		osc_pack_print(packer, "/soundcheck/apply", "i", 1);
	else
		osc_pack_print(packer, "/soundcheck/apply", "");
	status = ask(command, talk, "/soundcheck/apply");
	shown->applied = status == STATUS_OK ? talk->moved : 0;
	return status;
}

static enum status
finish(struct command *command, struct talk *talk)
{
	struct soundcheck_report shown = talk->report;
	enum status status = STATUS_OK;
	bool agreed = command->agreed;

	shown.balance = command->balance;
	talk->report = (struct soundcheck_report){ .row = NULL };
	if (!agreed && !command->json && has_moves(&shown) &&
	    isatty(STDIN_FILENO) && isatty(fileno(command->out.file))) {
		soundcheck_table(command->out.file, &shown);
		shown.told = true;
		agreed = is_wanted(command);
	}
	if (agreed && has_moves(&shown))
		status = apply(command, talk, &shown);
	command->out.form->soundcheck(&command->out, &shown);
	free(shown.row);
	return status;
}

/* A terminal that can move its cursor. */
static bool
is_live(const struct command *command)
{
	const char *term = getenv("TERM");

	return !command->plain && isatty(fileno(command->out.file)) && term &&
	       term[0] && strcmp(term, "dumb") != 0;
}

enum status
soundcheck_run(struct command *command, int count, char **argument)
{
	struct sigaction action = { .sa_handler = stop };
	struct talk talk = { .moved = 0 };
	struct view view = { .file = command->out.file,
		.live = is_live(command),
		.silent = command->json };
	double seconds = command->seconds > 0 ? command->seconds : SECONDS;
	enum status status = start(command, &talk, count, argument);

	if (status != STATUS_OK)
		return status;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!view.silent && !view.live)
		fprintf(view.file,
		    "Listening to %d strip%s for %g s: play the loudest "
		    "passages.\n",
		    talk.moved, talk.moved == 1 ? "" : "s", seconds);
	fflush(view.file);
	talk.asked = "/soundcheck/status";
	status = hear(command, &talk, seconds, (size_t)talk.moved, &view);
	soundcheck_erase(view.file, view.drawn);
	if (status == STATUS_OK)
		status = finish(command, &talk);
	free(talk.report.row);
	free(talk.fresh.row);
	return status;
}
