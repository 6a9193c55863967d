#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "link.h"
#include "output.h"

#include <stdbool.h>

/*
 * What main() hands to a command: its options, the open link and the output.
 * Each command is a function that takes the arguments behind its name and
 * returns an exit status.
 */

enum status {
	STATUS_OK,
	STATUS_REFUSED, /* the daemon said no, and why */
	STATUS_USAGE,
	STATUS_SILENT, /* no answer */
	STATUS_LOST    /* there was an answer, then there was none */
};

#define COMMAND_PATTERNS 8 /* of a scope, as the daemon takes them */

struct command {
	struct link link;
	struct output out;
	double timeout; /* seconds */
	bool patient;   /* no timeout was asked for */
	bool json, once, plain, parameters, addresses, all, undo;
	int apply;          /* number of a finding, -1 where none was */
	bool history;       /* events that were before, then those that come */
	double rate;        /* Hz, 0 where none was asked for */
	const char *since;  /* where events begin, NULL where not told */
	const char *file;   /* of events, NULL for the daemon's own word */
	const char *output; /* file to write to, NULL where none was named */
	const char *title;  /* of a report, NULL where none was given */
	double seconds;     /* that a report looks back, or a sound check
			       listens; 0 where not told */
	bool agreed, balance; /* of a sound check: apply it, faders as well */
	double fade;          /* seconds of a recall */
	const char *only[COMMAND_PATTERNS]; /* scope of a scene */
	size_t onlys;
	bool dry; /* of a reload: only tell what it would change */
};

enum status get_run(struct command *command, int count, char **argument);
enum status set_run(struct command *command, int count, char **argument);
enum status dump_run(struct command *command, int count, char **argument);
enum status batch_run(struct command *command, int count, char **argument);
enum status export_run(struct command *command, int count, char **argument);
enum status watch_run(struct command *command, int count, char **argument);
enum status meters_run(struct command *command, int count, char **argument);
enum status events_run(struct command *command, int count, char **argument);
enum status status_run(struct command *command, int count, char **argument);
enum status list_run(struct command *command, int count, char **argument);
enum status inserts_run(struct command *command, int count, char **argument);
enum status advise_run(struct command *command, int count, char **argument);
enum status report_run(struct command *command, int count, char **argument);
enum status soundcheck_run(struct command *command, int count, char **argument);
enum status scene_run(struct command *command, int count, char **argument);
enum status plugins_run(struct command *command, int count, char **argument);
enum status reload_run(struct command *command, int count, char **argument);
enum status add_run(struct command *command, int count, char **argument);
enum status remove_run(struct command *command, int count, char **argument);
enum status move_run(struct command *command, int count, char **argument);
enum status insert_run(struct command *command, int count, char **argument);
enum status config_run(struct command *command, int count, char **argument);

/* Prints "headroomctl: " and a message on standard error. */
void
command_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says that no answer came, and what to do about it. */
enum status command_silent(const struct command *command);

struct follow;

/* Runs a subscription until the user stops it, the output fails, `due` (which
 * is called about `rate` times a second, and may be NULL) returns false, or
 * the daemon is away for longer than the user is patient. Unless `quiet`, says
 * when the daemon goes and comes. */
enum status command_loop(struct command *command, struct follow *follow,
    bool quiet, double rate, bool (*due)(void *arg), void *arg);

/* Says why command_loop() has ended. Returns `status`. */
enum status command_explain(const struct command *command,
    const struct follow *follow, enum status status);

#endif
