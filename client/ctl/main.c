#include "command.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* What a command takes: option letters beside those that every command has. */
struct entry {
	const char *name;
	const char *options;
	const char *synopsis;
	const char *help;
	const char *more;
	enum status (*run)(struct command *command, int count, char **argument);
};

enum {
	OPTION_ONCE = '1',
	OPTION_ADDRESSES = 'a',
	OPTION_PARAMETERS = 'P',
	OPTION_APPLY = 'A',
	OPTION_ALL = 'L',
	OPTION_UNDO = 'U',
	OPTION_SECONDS = 'S',
	OPTION_TITLE = 'T',
	OPTION_FADE = 'D',
	OPTION_ONLY = 'O',
	OPTION_KEEP = 'K',
	OPTION_DRY = 'n'
};

static const struct entry entries[] = {
	{ "get", "", "ADDRESS...", "print values",
	    "ADDRESS may be a pattern, such as '/ch/*/fader'. What is printed "
	    "is what `headroomctl set -` reads.\n",
	    get_run },
	{ "set", "", "ADDRESS VALUE [ADDRESS VALUE]...",
	    "set values, and print what then stands",
	    "ADDRESS may be a pattern. The values are heard from one audio "
	    "cycle on, as many as\nfit in 1,400 bytes. With - in place of the "
	    "arguments, lines of ADDRESS VALUE are\nread from standard "
	    "input.\n",
	    set_run },
	{ "dump", "", "[PREFIX]", "print all parameters and their values",
	    "PREFIX is the front of an address, such as /ch or /ch/kick. What "
	    "is printed is\nwhat `headroomctl set -` reads; with --json also "
	    "what can only be read.\n",
	    dump_run },
	{ "batch", "", "[FILE]", "set all values of a file, or none",
	    "FILE has lines of ADDRESS VALUE, as get prints them; - or none "
	    "is standard input.\nEmpty lines and those that begin with # are "
	    "passed over. The whole file is checked\nbefore anything is "
	    "set.\n",
	    batch_run },
	{ "export", "o", "open-stage-control|touchosc-table",
	    "write a control surface for this desk",
	    "  -o, --output FILE  write into FILE, not to standard output\n"
	    "open-stage-control is a session of that program, touchosc-table "
	    "all addresses as\nCSV with type, unit, range, default, access "
	    "and meaning.\n",
	    export_run },
	{ "watch", "", "[PREFIX]", "print every change that others make",
	    "PREFIX is the front of an address, such as /ch or /ch/kick.\n",
	    watch_run },
	{ "meters", "1pr", "[PREFIX]",
	    "show levels of every stage, and loudness",
	    "  -1, --once         print one table and exit\n"
	    "  -p, --plain        print tables, also in a terminal\n"
	    "  -r, --rate HZ      draw 1 to 100 times a second (30), or print "
	    "so many\n"
	    "                     tables a second (1; 0.01 and more)\n"
	    "Keys: ? tells them all, q quits.\n",
	    meters_run },
	{ "events", "1fFs", "", "print overs, clips, xruns and the like",
	    "  -1, --once         print what the daemon has kept and exit\n"
	    "  -f, --follow       print what it has kept, then what comes\n"
	    "  -F, --file PATH    print what is in a file or directory of "
	    "events; needs\n"
	    "                     no daemon\n"
	    "  -s, --since WHEN   begin behind an event's number (1200), at a "
	    "time (23:00,\n"
	    "                     2026-11-22T23:00) or some time ago (8h, "
	    "1d12h)\n",
	    events_run },
	{ "advise", "ALU", "",
	    "print what is wrong with the levels, and mend it",
	    "  -A, --apply ID     do what mends this finding, balance kept\n"
	    "  -L, --all          mend all that can be mended; listens "
	    "between steps\n"
	    "  -U, --undo         take the last step back\n",
	    advise_run },
	{ "soundcheck", "AKpS", "[STRIP]...",
	    "listen to inputs, and propose trims for them",
	    "STRIP is one such as ch/kick, or a pattern such as 'ch/dr*'; "
	    "without any, it is\nall channels.\n"
	    "  -A, --apply         move the trims without asking\n"
	    "  -K, --keep-balance  move the faders against them\n"
	    "  -p, --plain         print lines, also in a terminal\n"
	    "  -S, --seconds N     listen for N seconds (20)\n"
	    "Nothing is moved before you say so.\n",
	    soundcheck_run },
	{ "report", "osST", "", "write a page about the levels",
	    "  -o, --output FILE  write FILE (headroom-report.html), or - for "
	    "standard output\n"
	    "  -s, --since WHEN   tell of events since then, as `events` does\n"
	    "  -S, --seconds N    tell of events of the last N seconds (300)\n"
	    "  -T, --title TEXT   what stands above it\n"
	    "It is one HTML file that needs no network: levels of every stage, "
	    "overs, findings\nand what to do about them.\n",
	    report_run },
	{ "scene", "DO",
	    "list|save|recall|preview|show|current|rename|delete|stop "
	    "[NAME]...",
	    "save, compare and recall the desk's values",
	    "  list               print all scenes\n"
	    "  save NAME          save what stands now\n"
	    "  recall NAME        bring its values back, one step for advise "
	    "--undo\n"
	    "  preview NAME       print what a recall would change\n"
	    "  show NAME          print its values, as `headroomctl set -` "
	    "reads them\n"
	    "  current            print which was recalled or saved last\n"
	    "  rename NAME NEW    give it another name\n"
	    "  delete NAME        delete it\n"
	    "  stop               hold a fade where it is\n"
	    "  -D, --fade S       recall within so many seconds, levels even "
	    "in dB\n"
	    "  -O, --only PATTERN only what this matches, such as 'ch/drum*' "
	    "or\n"
	    "                     '/ch/*/fader'; may be repeated\n",
	    scene_run },
	{ "reload", "n", "", "take the configuration file as it is now",
	    "  -n, --dry-run  print what would change, and change nothing\n"
	    "What is printed is + for what comes, - for what goes, ~ for what "
	    "moves or becomes\nanother. The sound goes on.\n",
	    reload_run },
	{ "add", "", "JSON|-", "add a channel or a bus",
	    "JSON is {\"channel\": {...}} or {\"bus\": {...}}, such as\n"
	    "  {\"channel\": {\"id\": \"choir\", \"from\": "
	    "[\"system:capture_9\"]}, \"at\": 3}\n"
	    "where \"at\" is its place, if it is not to be the last. - reads "
	    "it from standard\ninput.\n",
	    add_run },
	{ "remove", "", "STRIP", "remove a channel or a bus",
	    "STRIP is one such as ch/kick. What goes to a bus alone goes to "
	    "the master then.\n",
	    remove_run },
	{ "move", "", "STRIP PLACE", "give a channel or a bus another place",
	    "Places are counted from 1, channels and buses each by "
	    "themselves.\n",
	    move_run },
	{ "insert", "",
	    "add STRIP [PLACE] JSON|URI | remove STRIP PLACE | move STRIP "
	    "FROM TO",
	    "add, remove and move insert slots",
	    "  add STRIP [PLACE] JSON|URI  add a plugin by its URI, or a slot "
	    "as it stands in\n"
	    "                              \"inserts\"; - reads that from "
	    "standard input\n"
	    "  remove STRIP PLACE          take the slot at this place out\n"
	    "  move STRIP FROM TO          bring it to another place\n"
	    "Places are counted from 1; without one, a slot comes last.\n",
	    insert_run },
	{ "config", "", "save", "write the configuration to its file",
	    "  save  write the configuration as it stands, all values that "
	    "were set since in it\n",
	    config_run },
	{ "status", "", "", "print the state of the daemon", "", status_run },
	{ "list", "aP", "", "print strips, their stages and sends",
	    "  -a, --addresses    print every address of this desk\n"
	    "  -P, --parameters   print every parameter with range and "
	    "meaning; needs no\n"
	    "                     daemon\n",
	    list_run },
	{ "inserts", "", "[STRIP]", "print insert slots with their parameters",
	    "STRIP is one that `headroomctl list` names, or a kind of them, "
	    "such as ch.\n",
	    inserts_run },
	{ "plugins", "", "[FILTER | URI]", "print plugins that are installed",
	    "FILTER is a part of a name or URI. Of a whole URI, parameters "
	    "and presets are\nprinted, too. The first search may take a few "
	    "seconds.\n",
	    plugins_run },
};
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const char letters[] = "u:t:jVh1pfF:r:s:aPo:A:LUS:T:D:O:Kn";

static const struct option options[] = {
	{ "url", required_argument, NULL, 'u' },
	{ "timeout", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "plain", no_argument, NULL, 'p' },
	{ "rate", required_argument, NULL, 'r' },
	{ "since", required_argument, NULL, 's' },
	{ "follow", no_argument, NULL, 'f' },
	{ "file", required_argument, NULL, 'F' },
	{ "addresses", no_argument, NULL, OPTION_ADDRESSES },
	{ "output", required_argument, NULL, 'o' },
	{ "parameters", no_argument, NULL, OPTION_PARAMETERS },
	{ "apply", required_argument, NULL, OPTION_APPLY },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "undo", no_argument, NULL, OPTION_UNDO },
	{ "seconds", required_argument, NULL, OPTION_SECONDS },
	{ "title", required_argument, NULL, OPTION_TITLE },
	{ "fade", required_argument, NULL, OPTION_FADE },
	{ "only", required_argument, NULL, OPTION_ONLY },
	{ "keep-balance", no_argument, NULL, OPTION_KEEP },
	{ "dry-run", no_argument, NULL, OPTION_DRY },
	{ 0 },
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

struct request {
	struct command command;
	const char *url;
	bool help, version;
	char given[sizeof(letters)]; /* letters of the options that came */
};

static const struct entry *
main_find(const char *name)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (strcmp(entries[i].name, name) == 0)
			return &entries[i];
	return NULL;
}

static void
main_usage(FILE *file)
{
	fprintf(file,
	    "usage: headroomctl [-jhV] [-t SECONDS] [-u URL] COMMAND [...]\n\n"
	    "Commands:\n");
	for (size_t i = 0; i < ENTRIES; i++)
		fprintf(file, "  %-10s %-34s %s\n", entries[i].name,
		    entries[i].synopsis, entries[i].help);
	fprintf(file,
	    "  %-10s %-34s %s\n\n"
	    "Options:\n"
	    "  -u, --url URL          the daemon, udp://HOST:PORT\n"
	    "                         (HEADROOM_OSC, or " LINK_DEFAULT ")\n"
	    "  -t, --timeout SECONDS  how long to wait for an answer (1)\n"
	    "  -j, --json             print JSON\n"
	    "  -V, --version          print the version\n"
	    "  -h, --help             print help, of the COMMAND if there is "
	    "one\n",
	    "help", "[COMMAND]", "print help");
}

static void
main_help(const struct entry *entry)
{
	if (!entry) {
		main_usage(stdout);
		return;
	}
	printf("usage: headroomctl %s%s%s%s\n\n%c%s.\n%s", entry->name,
	    entry->options[0] ? " [OPTION]..." : "",
	    entry->synopsis[0] ? " " : "", entry->synopsis,
	    toupper((unsigned char)entry->help[0]), entry->help + 1,
	    entry->more);
}

/* A number of an option, within bounds. */
static int
main_number(const char *option, const char *text, double min, double max,
    double *number)
{
	char *end;

	*number = strtod(text, &end);
	if (end != text && !*end && *number >= min && *number <= max)
		return 0;
	command_warn("--%s: found \"%s\", allowed: a number from %g to %g",
	    option, text, min, max);
	return -1;
}

/* The number of a finding, which is whole. */
static int
main_finding(const char *option, const char *text, int *id)
{
	double number;

	if (main_number(option, text, 1, 1e9, &number) < 0)
		return -1;
	*id = (int)number;
	if (*id == number)
		return 0;
	command_warn("--%s: found \"%s\", allowed: a whole number from 1 to "
		     "1e+09",
	    option, text);
	return -1;
}

/* What only scenes have. */
static int
main_scene(struct command *command, int letter)
{
	if (letter == OPTION_FADE)
		return main_number("fade", optarg, 0, 3600, &command->fade);
	if (letter != OPTION_ONLY)
		return -1;
	if (command->onlys == COMMAND_PATTERNS) {
		command_warn("--only: found more than %d, allowed: so many",
		    COMMAND_PATTERNS);
		return -1;
	}
	command->only[command->onlys++] = optarg;
	return 0;
}

/* An option without an argument that says how a command goes. */
static int
main_flag(struct command *command, int letter)
{
	switch (letter) {
	case OPTION_ONCE:
		command->once = true;
		break;
	case 'p':
		command->plain = true;
		break;
	case 'f':
		command->history = true;
		break;
	case OPTION_ADDRESSES:
		command->addresses = true;
		break;
	case OPTION_PARAMETERS:
		command->parameters = true;
		break;
	case OPTION_ALL:
		command->all = true;
		break;
	case OPTION_UNDO:
		command->undo = true;
		break;
	case OPTION_KEEP:
		command->balance = true;
		break;
	case OPTION_DRY:
		command->dry = true;
		break;
	default:
		return main_scene(command, letter);
	}
	return 0;
}

static int
main_option(struct request *request, int letter)
{
	struct command *command = &request->command;

	switch (letter) {
	case 'u':
		request->url = optarg;
		break;
	case 't':
		command->patient = false;
		return main_number(
		    "timeout", optarg, 0.01, 3600, &command->timeout);
	case 'j':
		command->json = true;
		command->out.form = &output_json;
		break;
	case 'V':
		request->version = true;
		break;
	case 'h':
		request->help = true;
		break;
	case 'r':
		return main_number("rate", optarg, 0.01, 100, &command->rate);
	case 's':
		command->since = optarg;
		break;
	case 'F':
		command->file = optarg;
		break;
	case 'o':
		command->output = optarg;
		break;
	case OPTION_APPLY:
		command->agreed = true;
		return optarg ? main_finding("apply", optarg, &command->apply)
			      : 0;
	case OPTION_SECONDS:
		return main_number(
		    "seconds", optarg, 1, 1e7, &command->seconds);
	case OPTION_TITLE:
		command->title = optarg;
		break;
	default:
		return main_flag(command, letter);
	}
	return 0;
}

/* A sound check is applied as a whole: its --apply has no number. */
static void
main_bare_apply(char *accepted, struct option own[OPTIONS])
{
	char *colon = strchr(accepted, OPTION_APPLY) + 1;

	memmove(colon, colon + 1, strlen(colon));
	for (size_t i = 0; own[i].name; i++)
		if (own[i].val == OPTION_APPLY)
			own[i].has_arg = no_argument;
}

/* Takes the options from optind on: of a command, or those before its name
 * (NULL). These end at the first argument, and so do those of `set`, because
 * what follows may look like an option: `set … -6`. */
static int
main_options(
    struct request *request, const char *name, int count, char **argument)
{
	bool first = !name || strcmp(name, "set") == 0;
	char accepted[sizeof(letters) + 1];
	struct option own[OPTIONS];
	int letter;

	snprintf(accepted, sizeof(accepted), "%s%s", first ? "+" : "", letters);
	memcpy(own, options, sizeof(options));
	if (name && strcmp(name, "soundcheck") == 0)
		main_bare_apply(accepted, own);
	while ((letter = getopt_long(count, argument, accepted, own, NULL)) !=
	       -1) {
		size_t given = strlen(request->given);
		if (main_option(request, letter) < 0)
			return -1;
		if (!strchr(request->given, letter) &&
		    given + 1 < sizeof(request->given))
			request->given[given] = (char)letter;
	}
	return 0;
}

static int
main_check_options(const struct request *request, const struct entry *entry)
{
	for (const char *given = request->given; *given; given++) {
		if (strchr("utjVh", *given) || strchr(entry->options, *given))
			continue;
		for (const struct option *o = options; o->name; o++)
			if (o->val == *given)
				command_warn("%s does not take --%s",
				    entry->name, o->name);
		return -1;
	}
	return 0;
}

static enum status
main_run(struct request *request, const struct entry *entry, int count,
    char **argument)
{
	struct command *command = &request->command;
	char why[400];

	if (link_open(&command->link, request->url, why, sizeof(why)) < 0) {
		command_warn("%s", why);
		return STATUS_USAGE;
	}
	enum status status = entry->run(command, count, argument);
	command->out.form->close(&command->out);
	link_close(&command->link);
	if (ferror(command->out.file) && status == STATUS_OK) {
		command_warn("cannot write: %s", strerror(errno));
		status = STATUS_LOST;
	}
	return status;
}

/* "get, set, …, ": what there is. */
static void
main_names(char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ENTRIES && used < size; i++)
		used += (size_t)snprintf(
		    text + used, size - used, "%s, ", entries[i].name);
}

/* `help` and the like; -1 for what is to be run. */
static int
main_inform(const struct request *request, const char *name, const char *about)
{
	bool help = name && strcmp(name, "help") == 0;
	const char *of = help ? about : name;

	if (request->version) {
		puts("headroomctl " VERSION);
		return STATUS_OK;
	}
	if ((help || name) && of && !main_find(of)) {
		char names[256];

		main_names(names, sizeof(names));
		command_warn(
		    "found command \"%s\", allowed: %shelp", of, names);
		return STATUS_USAGE;
	}
	if (help || request->help) {
		main_help(of ? main_find(of) : NULL);
		return STATUS_OK;
	}
	if (!name) {
		main_usage(stderr);
		return STATUS_USAGE;
	}
	return -1;
}

int
main(int count, char **argument)
{
	struct request request = { .url = getenv("HEADROOM_OSC"),
		.command = { .out = { .form = &output_text, .file = stdout },
		    .timeout = 1,
		    .patient = true,
		    .apply = -1 } };
	char *name;

	/* Text as the user's terminal has it, numbers as the wire has them. */
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	if (!request.url || !request.url[0])
		request.url = LINK_DEFAULT;
	if (main_options(&request, NULL, count, argument) < 0)
		return STATUS_USAGE;
	name = argument[optind];
	count -= optind;
	argument += optind;
	optind = 0;
	if (name && main_options(&request, name, count, argument) < 0)
		return STATUS_USAGE;
	int informed =
	    main_inform(&request, name, name ? argument[optind] : NULL);
	if (informed >= 0)
		return informed;
	const struct entry *entry = main_find(name);
	if (main_check_options(&request, entry) < 0)
		return STATUS_USAGE;
	return (int)main_run(
	    &request, entry, count - optind, argument + optind);
}
