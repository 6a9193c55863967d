#include "edge/event_file.h"
#include "edge/event_notice.h"
#include "edge/jack.h"
#include "edge/log.h"
#include "edge/loop.h"
#include "edge/lv2.h"
#include "edge/memory.h"
#include "edge/osc.h"
#include "edge/reload.h"
#include "edge/service.h"
#include "edge/state_dir.h"
#include "edge/state_file.h"
#include "edge/status_dump.h"
#include "engine/engine.h"
#include "mixer/config.h"
#include "mixer/desk.h"
#include "mixer/mixer.h"
#include "protocol/url.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define EXIT_TAKEN 3 /* another one has what it needs */
/* Options that have no letter. */
#define STATE 256
#define NO_RESTORE 257
#define LOG_LEVEL 258
#define DUMP_STATE 259

static const char usage_text[] =
    "usage: headroomd -c FILE [-n[v]] [-s JACK_SERVER] [-l OSC_URL]..."
    " [--state DIR] [--no-restore]"
    " [--log-level LEVEL]\n"
    "       headroomd -c FILE --dump-state [--state DIR]\n";

static const char help_text[] =
    "\n"
    "  -c, --config FILE    the desk, as in headroom.json(5); - reads\n"
    "                       standard input\n"
    "  -n, --check          check FILE and exit\n"
    "  -v, --verbose        with -n: print it back, with every value\n"
    "  -s, --server NAME    JACK server to play on\n"
    "      --state DIR      what is remembered between two starts is here\n"
    "      --no-restore     start with the values of FILE, not with those of\n"
    "                       the last run\n"
    "      --dump-state     print what the next start would restore, as JSON,\n"
    "                       and exit\n"
    "      --log-level LEVEL\n"
    "                       error, warning, notice (the default), info or\n"
    "                       debug: what is said\n"
    "  -l, --listen OSC_URL listen here, such as udp://127.0.0.1:9018 or\n"
    "                       tcp://eth0:9018, an interface;\n"
    "                       replaces osc.listen; may be repeated\n"
    "  -V, --version        print the version\n"
    "  -h, --help           print this\n"
    "\n"
    "It runs in the foreground until SIGINT or SIGTERM. See headroomd(8).\n";

struct options {
	const char *config;
	const char *server;
	const char *state;
	const char *listen[DESK_LISTENERS];
	size_t listens;
	enum log_level log_level;
	bool check, verbose, fresh, dump;
};

/* All that has to be ended again. */
struct daemon {
	struct mixer *mixer;
	struct loop *loop;
	struct plugin_host *plugins;
	char *state_dir; /* NULL: nothing is remembered */
	int state_lock;  /* -1: not taken */
	struct state_file *state;
	struct event_file *events;
	struct event_notice *notice;
	struct osc *osc;
	struct jack *jack;
	char *config; /* the text of the configuration */
	size_t config_size;
	struct reload *reload;
	struct service *service; /* NULL: no service manager */
	bool stopping;
	int signals;
};

/* --- options --- */

static int
usage_error(void)
{
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

static int
add_listener(struct options *options, const char *url)
{
	struct url parsed;

	if (options->listens == DESK_LISTENERS) {
		log_at(LOG_LEVEL_ERROR, "-l %s: at most %d addresses", url,
		    DESK_LISTENERS);
		return -1;
	}
	if (url_parse(url, URL_PORT, &parsed) < 0) {
		log_at(LOG_LEVEL_ERROR,
		    "-l: found %s; allowed: udp://HOST:PORT or "
		    "tcp://HOST:PORT%s",
		    url, URL_ALLOWED);
		return -1;
	}
	options->listen[options->listens++] = url;
	return 0;
}

static int
set_log_level(struct options *options, const char *name)
{
	int level = log_level_find(name);

	if (level < 0) {
		log_at(LOG_LEVEL_ERROR,
		    "--log-level: found %s; allowed: error, warning, notice, "
		    "info or debug",
		    name);
		return -1;
	}
	options->log_level = (enum log_level)level;
	return 0;
}

/* Returns -1 to go on, else the exit code. */
static int
parse_options(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'n' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "server", required_argument, NULL, 's' },
		{ "state", required_argument, NULL, STATE },
		{ "no-restore", no_argument, NULL, NO_RESTORE },
		{ "dump-state", no_argument, NULL, DUMP_STATE },
		{ "log-level", required_argument, NULL, LOG_LEVEL },
		{ "listen", required_argument, NULL, 'l' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:nvs:l:Vh", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 'n':
			options->check = true;
			break;
		case 'v':
			options->verbose = true;
			break;
		case 's':
			options->server = optarg;
			break;
		case STATE:
			options->state = optarg;
			break;
		case NO_RESTORE:
			options->fresh = true;
			break;
		case DUMP_STATE:
			options->dump = true;
			break;
		case LOG_LEVEL:
			if (set_log_level(options, optarg) < 0)
				return EXIT_USAGE;
			break;
		case 'l':
			if (add_listener(options, optarg) < 0)
				return EXIT_USAGE;
			break;
		case 'V':
			puts("headroomd " VERSION);
			return 0;
		case 'h':
			fputs(usage_text, stdout);
			fputs(help_text, stdout);
			return 0;
		default:
			return usage_error();
		}
	}
	return -1;
}

static int
check_options(const struct options *options, int argc, char **argv)
{
	if (optind < argc) {
		log_at(
		    LOG_LEVEL_ERROR, "\"%s\" is not an option", argv[optind]);
		return usage_error();
	}
	if (!options->config) {
		log_at(
		    LOG_LEVEL_ERROR, "no configuration: give one with -c FILE");
		return usage_error();
	}
	if (options->dump && options->check) {
		log_at(LOG_LEVEL_ERROR, "--dump-state does not go with -n");
		return usage_error();
	}
	if (options->verbose && !options->check) {
		log_at(LOG_LEVEL_ERROR, "-v goes with -n");
		return usage_error();
	}
	return -1;
}

/* --- configuration --- */

/* The text stays with the daemon. */
static struct desk *
read_desk(struct daemon *daemon, const struct options *options)
{
	struct config_errors errors = { 0 };
	struct desk *desk = NULL;

	daemon->config =
	    config_load(options->config, &daemon->config_size, &errors);
	if (daemon->config)
		desk = config_parse(daemon->config, daemon->config_size,
		    daemon->plugins, &errors);
	config_print_errors(stderr, options->config, &errors);
	config_free_errors(&errors);
	return desk;
}

static int
check_config(const struct options *options, const struct desk *desk)
{
	if (!options->verbose)
		return EXIT_SUCCESS;
	if (config_print(stdout, desk) < 0 || fflush(stdout) != 0) {
		log_at(LOG_LEVEL_ERROR, "cannot print the configuration: %s",
		    strerror(errno));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* Takes the desk over. Beside a daemon that runs: it takes and makes nothing. */
static int
dump_state(const struct options *options, struct plugin_host *plugins,
    struct desk *desk)
{
	char *directory = state_dir_name(options->state);
	struct mixer *mixer = mixer_new(desk);
	int error = -1;

	if (!directory)
		log_at(LOG_LEVEL_ERROR, "no state directory: give one with "
					"--state DIR");
	if (mixer)
		mixer_set_host(mixer, plugins);
	if (directory && mixer)
		error =
		    state_file_dump(mixer, directory, options->config, stdout);
	mixer_free(mixer);
	free(directory);
	return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The addresses to listen on: from the command line, else from the desk. */
static size_t
choose_listeners(
    const struct options *options, const struct desk *desk, const char **url)
{
	size_t count = 0;

	for (size_t i = 0; i < options->listens; i++)
		url[count++] = options->listen[i];
	if (count > 0)
		return count;
	for (size_t i = 0; i < desk->listens; i++)
		url[count++] = desk->listen[i];
	return count;
}

/* --- start and stop --- */

static void
stop_now(void *arg)
{
	loop_stop(((struct daemon *)arg)->loop);
}

/* What plays is faded out first. */
static void
stop_softly(struct daemon *daemon)
{
	unsigned ms;

	if (daemon->stopping)
		return;
	daemon->stopping = true;
	ms = daemon->mixer ? mixer_fade_out(daemon->mixer) : 0;
	if (ms == 0 || loop_every(daemon->loop, ms, stop_now, daemon) < 0)
		stop_now(daemon);
}

/* Who asked by a signal is told by the log. */
static void
log_change(void *arg, const char *kind, const char *text)
{
	bool error = strcmp(kind, "error") == 0;

	(void)arg;
	log_at(error ? LOG_LEVEL_ERROR : LOG_LEVEL_NOTICE, "reload: %s%s%s",
	    error ? "" : kind, error ? "" : " ", text);
}

static void
log_verdict(void *arg, enum reload_verdict verdict)
{
	(void)arg;
	if (verdict == RELOAD_REFUSED)
		log_at(LOG_LEVEL_ERROR, "reload: refused; nothing changed");
}

static void
reload_desk(struct daemon *daemon)
{
	const struct reload_asker log = { log_change, log_verdict, NULL };

	if (daemon->reload && !daemon->stopping)
		reload_file(daemon->reload, false, &log);
}

static void
signal_came(void *arg)
{
	struct daemon *daemon = arg;
	struct signalfd_siginfo info;

	if (read(daemon->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGUSR1)
		status_dump(daemon->mixer);
	else if (info.ssi_signo == SIGHUP)
		reload_desk(daemon);
	else
		stop_softly(daemon);
}

/* Before any thread is made, so that all of them leave signals to the loop. */
static int
open_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What comes before everything else: even a configuration is only read with
 * the plugins of this machine at hand. A mere check remembers nothing. Returns 0,
 * or the exit code. */
static int
daemon_open(struct daemon *daemon, const struct options *options)
{
	daemon->signals = open_signals();
	daemon->loop = loop_new();
	if (daemon->signals < 0 || !daemon->loop ||
	    loop_add(daemon->loop, daemon->signals, signal_came, daemon) < 0) {
		log_at(LOG_LEVEL_ERROR, "cannot start: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (!options->check && !options->dump)
		daemon->state_dir = state_dir_open(options->state);
	if (daemon->state_dir) {
		daemon->state_lock = state_dir_lock(daemon->state_dir);
		if (daemon->state_lock == -EWOULDBLOCK)
			return EXIT_TAKEN;
	}
	daemon->plugins = lv2_host_new(daemon->loop, daemon->state_dir);
	if (!daemon->plugins)
		log_at(LOG_LEVEL_ERROR,
		    "cannot host plugins: no memory or no thread");
	return daemon->plugins ? 0 : EXIT_FAILURE;
}

/* Returns 0, or the exit code. */
static int
daemon_start(struct daemon *daemon, const struct options *options)
{
	const char *url[DESK_LISTENERS];
	size_t urls = choose_listeners(options, mixer_desk(daemon->mixer), url);
	char why[256];

	if (urls == 0) {
		log_at(LOG_LEVEL_ERROR,
		    "nothing to listen on: osc.listen is empty, and "
		    "there is no -l");
		return EXIT_FAILURE;
	}
	daemon->osc =
	    osc_new(daemon->mixer, daemon->loop, url, urls, why, sizeof why);
	if (!daemon->osc) {
		int code = errno == EADDRINUSE ? EXIT_TAKEN : EXIT_FAILURE;
		log_at(LOG_LEVEL_ERROR, "%s", why);
		return code;
	}
	if (daemon->state_dir &&
	    osc_keep_scenes(daemon->osc, daemon->state_dir) < 0)
		log_line("scenes cannot be kept: no memory or no thread");
	memory_lock();
	memory_touch_program();
	daemon->jack = edge_jack_new(daemon->mixer, daemon->loop,
	    options->server, lv2_host_guard_thread);
	if (!daemon->jack) {
		log_at(LOG_LEVEL_ERROR,
		    "cannot start the JACK side: no memory or too many "
		    "open files");
		return EXIT_FAILURE;
	}
	return 0;
}

static void
daemon_stop(struct daemon *daemon)
{
	service_close(daemon->service);
	if (daemon->osc)
		osc_set_reload(daemon->osc, NULL);
	reload_free(daemon->reload);
	edge_jack_free(daemon->jack);
	event_notice_free(daemon->notice);
	osc_free(daemon->osc);
	event_file_free(daemon->events);
	state_file_close(daemon->state);
	mixer_free(daemon->mixer);
	lv2_host_free(daemon->plugins);
	if (daemon->state_lock >= 0)
		close(daemon->state_lock);
	free(daemon->config);
	free(daemon->state_dir);
	loop_free(daemon->loop);
	if (daemon->signals >= 0)
		close(daemon->signals);
}

/* The kernels that HEADROOM_ISA asks for, else the fastest. NULL, with a word
 * of why, if this machine has none such. */
static const struct kernels *
choose_kernels(void)
{
	const char *name = getenv("HEADROOM_ISA");
	const struct kernels *kernels;
	char all[64] = "";

	if (!name || *name == '\0')
		return kernel_at(0);
	kernels = kernel_named(name);
	if (kernels)
		return kernels;
	for (unsigned i = 0; (kernels = kernel_at(i)) != NULL; i++) {
		size_t used = strlen(all);
		snprintf(all + used, sizeof all - used, "%s%s",
		    i == 0 ? "" : ", ", kernels->name);
	}
	log_at(LOG_LEVEL_ERROR, "HEADROOM_ISA is \"%s\"; this machine has %s",
	    name, all);
	return NULL;
}

static void
allow_reload(struct daemon *daemon, const struct options *options)
{
	const struct reload_parts parts = {
		.mixer = daemon->mixer,
		.loop = daemon->loop,
		.plugins = daemon->plugins,
		.osc = daemon->osc,
		.jack = daemon->jack,
		.file = options->config,
		.listen = options->listen,
		.listens = options->listens,
	};

	daemon->reload =
	    reload_new(&parts, daemon->config, daemon->config_size);
	if (daemon->reload)
		osc_set_reload(daemon->osc, daemon->reload);
	else
		log_line("the desk cannot be changed: no memory or thread");
}

static int
daemon_run(
    struct daemon *daemon, const struct options *options, struct desk *desk)
{
	const struct kernels *kernels = choose_kernels();
	int error;

	if (!kernels) {
		desk_free(desk);
		return EXIT_FAILURE;
	}
	daemon->mixer = mixer_new(desk);
	if (!daemon->mixer) {
		log_at(LOG_LEVEL_ERROR, "cannot start: %s", strerror(ENOMEM));
		return EXIT_FAILURE;
	}
	mixer_set_host(daemon->mixer, daemon->plugins);
	engine_use(mixer_engine(daemon->mixer), kernels);
	if (daemon->state_dir)
		daemon->events = event_file_new(
		    daemon->mixer, daemon->loop, daemon->state_dir);
	if (daemon->state_dir)
		daemon->state = state_file_open(daemon->mixer, daemon->loop,
		    daemon->state_dir, options->config, !options->fresh);
	daemon->notice = event_notice_new(daemon->mixer, daemon->loop);
	error = daemon_start(daemon, options);
	if (error != 0)
		return error;
	allow_reload(daemon, options);
	daemon->service = service_open(daemon->mixer, daemon->loop);
	error = loop_run(daemon->loop);
	if (error < 0) {
		log_at(LOG_LEVEL_ERROR, "cannot go on: %s", strerror(-error));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct options options = { .log_level = LOG_LEVEL_NOTICE };
	struct daemon daemon = { .signals = -1, .state_lock = -1 };
	struct desk *desk;
	int code = parse_options(&options, argc, argv);

	if (code < 0)
		code = check_options(&options, argc, argv);
	if (code >= 0)
		return code;
	if (!options.check && !options.dump)
		log_open(options.log_level);
	code = daemon_open(&daemon, &options);
	if (code != 0) {
		daemon_stop(&daemon);
		return code;
	}
	desk = read_desk(&daemon, &options);
	if (!desk) {
		code = EXIT_FAILURE;
	} else if (options.check) {
		code = check_config(&options, desk);
		desk_free(desk);
	} else if (options.dump) {
		code = dump_state(&options, daemon.plugins, desk);
	} else {
		code = daemon_run(&daemon, &options, desk);
	}
	daemon_stop(&daemon);
	return code;
}
