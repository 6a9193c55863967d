#include "band.h"

#include <jack/jack.h>

#include <getopt.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__SSE2__)
#include <pmmintrin.h>
#endif

#define STALLED 3         /* seconds without a cycle: the server is gone */
#define TRIES 4           /* to become a client */
#define RACK_GAIN 1.7783F /* 5 dB */
#define NAME_LONGEST 50   /* so that "-rack" fits, too */
#define RACK_NAME (NAME_LONGEST + sizeof("-rack"))

struct options {
	const char *server; /* NULL: the default one */
	const char *name;
	bool probe;
};

struct player {
	jack_client_t *client;
	jack_port_t *port[BAND_SOURCES];
	atomic_uint cycles;
	struct band band;
	/* What stands in an insert slot of the desk. A client of its own, so
	 * that it is no loop through the band. */
	jack_client_t *rack;
	jack_port_t *rack_in, *rack_out;
};

static const char usage[] =
    "Usage: headroom-demo [-s SERVER] [-n NAME]\n"
    "       headroom-demo --probe [-s SERVER]\n"
    "\n"
    "A band to mix: eight sources with the usual gain-staging mistakes, on\n"
    "the JACK ports NAME:kick, snare, bass, gtr-l, gtr-r, keys_1, keys_2 and\n"
    "voice; and NAME-rack:in and out, an effect for an insert slot, which is\n"
    "5 dB louder than it should be. It plays until Ctrl-C or until the JACK\n"
    "server ends.\n"
    "\n"
    "  -s SERVER  name of the JACK server (JACK's default server)\n"
    "  -n NAME    name of the JACK client (band)\n"
    "  --probe    only ask whether a JACK server runs: exit 0 if so, else 1\n"
    "  -h         this text\n";

/* The decaying tails of the band would be denormal numbers in the end, which
 * are slow. */
static void
flush_denormals(void *unused)
{
	(void)unused;
#if defined(__SSE2__)
	_MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
	_MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
#elif defined(__aarch64__)
	uint64_t fpcr;

	__asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
	__asm__ volatile("msr fpcr, %0" : : "r"(fpcr | (1U << 24)));
#endif
}

static int
process(jack_nframes_t frames, void *arg)
{
	struct player *player = arg;
	float *out[BAND_SOURCES];

	for (unsigned s = 0; s < BAND_SOURCES; s++)
		out[s] = jack_port_get_buffer(player->port[s], frames);
	band_run(&player->band, out, frames);
	atomic_fetch_add_explicit(&player->cycles, 1, memory_order_relaxed);
	return 0;
}

static int
process_rack(jack_nframes_t frames, void *arg)
{
	struct player *player = arg;
	const float *in = jack_port_get_buffer(player->rack_in, frames);
	float *out = jack_port_get_buffer(player->rack_out, frames);

	for (jack_nframes_t i = 0; i < frames; i++)
		out[i] = RACK_GAIN * in[i];
	return 0;
}

/* Runs in a thread of JACK's; the main thread takes the signal. */
static void
shut_down(void *unused)
{
	(void)unused;
	kill(getpid(), SIGUSR1);
}

/* What libjack says in passing is said once, and better, below. */
static void
keep_quiet(const char *unused)
{
	(void)unused;
}

static jack_client_t *
open_client(const char *server, const char *name)
{
	const jack_options_t how = JackNoStartServer | JackUseExactName;

	if (server)
		return jack_client_open(
		    name, how | JackServerName, NULL, server);
	return jack_client_open(name, how, NULL);
}

static bool
server_runs(const char *server)
{
	char name[32];
	jack_client_t *client;

	snprintf(name, sizeof(name), "probe-%ld", (long)getpid());
	client = open_client(server, name);
	if (!client)
		return false;
	jack_client_close(client);
	return true;
}

static void
explain_port(const char *name)
{
	fprintf(stderr,
	    "headroom-demo: the JACK server has no room for the port %s; see "
	    "--port-max of jackd\n",
	    name);
}

static void
explain_start(void)
{
	fprintf(stderr,
	    "headroom-demo: the JACK server does not let the client play\n");
}

static void
rack_name(char name[RACK_NAME], const char *band)
{
	snprintf(name, RACK_NAME, "%s-rack", band);
}

/* JACK's status does not tell a name that is taken from other failures. */
static void
explain_failure(const struct options *options)
{
	const char *server = options->server;

	if (server_runs(server))
		fprintf(stderr,
		    "headroom-demo: the JACK server has a client called "
		    "\"%s\" or \"%s-rack\" already; choose another name "
		    "with -n\n",
		    options->name, options->name);
	else if (server)
		fprintf(stderr,
		    "headroom-demo: no JACK server \"%s\" to connect to; "
		    "start one, for instance with: jackd -n %s -d dummy\n",
		    server, server);
	else
		fprintf(stderr,
		    "headroom-demo: no JACK server to connect to; start one, "
		    "for instance with: jackd -d dummy\n");
}

static int
start_rack(struct player *player)
{
	player->rack_in = jack_port_register(
	    player->rack, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
	player->rack_out = jack_port_register(
	    player->rack, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
	if (!player->rack_in || !player->rack_out) {
		explain_port("of the rack");
		return -1;
	}
	jack_set_thread_init_callback(player->rack, flush_denormals, NULL);
	jack_set_process_callback(player->rack, process_rack, player);
	if (jack_activate(player->rack) == 0)
		return 0;
	explain_start();
	return -1;
}

static int
start(struct player *player)
{
	const unsigned rate = jack_get_sample_rate(player->client);

	if (band_init(&player->band, rate) < 0) {
		fprintf(stderr,
		    "headroom-demo: the JACK server runs at %u Hz; allowed: "
		    "%d to %d Hz\n",
		    rate, BAND_RATE_LEAST, BAND_RATE_MOST);
		return -1;
	}
	for (unsigned s = 0; s < BAND_SOURCES; s++) {
		player->port[s] =
		    jack_port_register(player->client, band_source_name(s),
			JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
		if (!player->port[s]) {
			explain_port(band_source_name(s));
			return -1;
		}
	}
	jack_set_thread_init_callback(player->client, flush_denormals, NULL);
	jack_set_process_callback(player->client, process, player);
	jack_on_shutdown(player->client, shut_down, NULL);
	if (jack_activate(player->client) != 0) {
		explain_start();
		return -1;
	}
	return start_rack(player);
}

/* Not every server says goodbye: a standing cycle count tells, too. */
static int
wait_for_end(struct player *player, const sigset_t *signals)
{
	const struct timespec second = { 1, 0 };
	unsigned cycles, before = 0, stalled = 0;
	int caught;

	do {
		caught = sigtimedwait(signals, NULL, &second);
		cycles =
		    atomic_load_explicit(&player->cycles, memory_order_relaxed);
		stalled = cycles == before ? stalled + 1 : 0;
		before = cycles;
	} while (caught < 0 && stalled < STALLED);
	if (caught == SIGINT || caught == SIGTERM)
		return 0;
	fprintf(stderr, "headroom-demo: the JACK server has ended\n");
	return 1;
}

static void
leave(struct player *player)
{
	if (player->rack)
		jack_client_close(player->rack);
	if (player->client)
		jack_client_close(player->client);
	player->rack = player->client = NULL;
}

/* A server that others come to in the same moment may refuse one client. */
static int
join(struct player *player, const struct options *options)
{
	const struct timespec pause = { 0, 200000000 };
	char rack[RACK_NAME];

	rack_name(rack, options->name);
	for (int i = 0; i < TRIES; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		player->client = open_client(options->server, options->name);
		if (player->client)
			player->rack = open_client(options->server, rack);
		if (player->rack)
			return 0;
		leave(player);
	}
	return -1;
}

static int
play(const struct options *options)
{
	struct player *player = calloc(1, sizeof(*player));
	sigset_t signals;
	int code = 1;

	if (!player) {
		fprintf(stderr, "headroom-demo: out of memory\n");
		return 1;
	}
	/* Blocked before JACK's threads begin, so that none of them is hit. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (join(player, options) < 0)
		explain_failure(options);
	else if (start(player) == 0)
		code = wait_for_end(player, &signals);
	leave(player);
	free(player);
	return code;
}

/* Returns 0, or the exit code plus 1. */
static int
read_options(int argc, char **argv, struct options *options)
{
	static const struct option words[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "probe", no_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "s:n:h", words, NULL)) != -1) {
		switch (c) {
		case 's':
			options->server = optarg;
			break;
		case 'n':
			options->name = optarg;
			break;
		case 'p':
			options->probe = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 1;
		default:
			fputs(usage, stderr);
			return 3;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
		    "headroom-demo: found \"%s\", which is not an "
		    "option\n%s",
		    argv[optind], usage);
		return 3;
	}
	if (!*options->name || strlen(options->name) > NAME_LONGEST) {
		fprintf(stderr,
		    "headroom-demo: -n \"%s\"; allowed: 1 to %d bytes\n",
		    options->name, NAME_LONGEST);
		return 3;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct options options = { NULL, "band", false };
	const int done = read_options(argc, argv, &options);

	if (done)
		return done - 1;
	jack_set_error_function(keep_quiet);
	jack_set_info_function(keep_quiet);
	if (options.probe)
		return server_runs(options.server) ? 0 : 1;
	return play(&options);
}
