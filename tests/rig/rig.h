#ifndef RIG_H
#define RIG_H

#include <lo/lo.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A rig to measure the daemon from outside: a JACK server with the dummy
 * driver, the daemon itself, a player before it and a recorder behind it, and
 * OSC by a socket of our own. Nothing of the daemon's code is used, so that
 * whatever agrees here agrees with the contract. What goes wrong fails the
 * running cmocka test. One thread, but for the two JACK callbacks.
 *
 * Servers and daemons end with the test process, however it ends, and leave
 * no files: configuration and logs are kept in memory.
 */

#define RIG_PORTS 64

/* Whether daemon and tests were built with a sanitizer, which is slow, and takes
 * memory and system calls of its own. */

struct rig_jack;
struct osc_client;

struct rig {
	char server[48];
	unsigned rate, period; /* Hz, frames */
	bool sync;             /* the server waits for its clients */
	unsigned timeout;      /* … in ms, before it goes on; 0: its own */
	unsigned port_max;     /* of the server; 0: its own default */
	unsigned priority;     /* of a realtime server; 0: it is none */
	const char *state_dir; /* of the daemon; NULL: it remembers nothing */
	bool fresh;            /* it does not restore values */
	const char *config;    /* file that it is given; NULL: none, a pipe */
	bool listens;          /* on what the configuration says */
	char place[64], place_config[96]; /* of rig_take_place() */
	pid_t jackd, daemon;              /* 0: does not run */
	int daemon_log; /* what the daemon wrote to stderr and stdout */
	unsigned udp_port;
	struct osc_client *osc;
	struct rig_jack *jack; /* NULL before rig_join() */
	pid_t apart;           /* 0: nothing is done in another process */
	int apart_fd;          /* to it */
};

/* --- rig_process.c: server and daemon --- */

/* Picks a server name of its own and a free UDP port; starts nothing. */
void rig_init(struct rig *rig, unsigned rate, unsigned period);

/* Starts the server, or starts it again under the same name, and waits until
 * it takes clients, and RIG_READY_MS more. */
#define RIG_READY_MS 20
void rig_start_server(struct rig *rig);

/* The two halves of that: the process, and the waiting. */
void rig_spawn_server(struct rig *rig);
void rig_await_server(const struct rig *rig);

/* Ends it with a signal and waits for that. */
void rig_stop_server(struct rig *rig, int sig);

/* Starts the daemon with a configuration; does not wait for JACK. */
void rig_start_daemon(struct rig *rig, const char *json);

/* Ends it with SIGTERM. Returns its exit status, 128 + n after signal n. */
int rig_stop_daemon(struct rig *rig);

/* Ends it with SIGKILL: it can do nothing more. */
void rig_kill_daemon(struct rig *rig);

/* Waits until /status/jack is `state`. */
void rig_wait_state(struct rig *rig, const char *state);

/* Waits until the state of an insert slot, such as "ch/a/insert/1", is `state`,
 * and all fades have ended. */
void rig_wait_insert(struct rig *rig, const char *slot, const char *state);

/* Server and daemon, running, with a player and a recorder. */
void
rig_start(struct rig *rig, unsigned rate, unsigned period, const char *json);

/* Ends everything that runs; fails the test if the daemon had not ended well. */
void rig_end(struct rig *rig);

/* A struct rig of its own for a cmocka test, and its end also when it fails. */
int rig_set_up(void **state);
int rig_tear_down(void **state);
#define RIG_TEST(test) \
	cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

/* Everything the daemon has printed so far; the caller frees it. */
char *rig_daemon_log(const struct rig *rig);

/* Is the daemon built with a sanitizer? HEADROOM_SANITIZED is set then. */
bool rig_sanitized(void);

/* Fails the test, with the daemon's log on stderr. */
_Noreturn void rig_fail(const struct rig *rig, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void rig_sleep(unsigned ms);

/* CLOCK_MONOTONIC in seconds. */
double rig_now(void);

/* Starts another program, which ends with the test; ends one, and returns its
 * exit status, 128 + n after signal n. */
pid_t rig_spawn(const char *const argv[]);
int rig_end_child(pid_t pid, int sig);

/* --- rig_apart.c: libjack in a process of its own --- */

/*
 * Under servers that die, libjack itself may hang for ever in a call of ours, and
 * with it each later call of the process. So it is asked in a child, which can be
 * ended. Nothing else of the process may have a JACK client then, or have had a
 * server die under it.
 */

/* Joins, looks and returns a number. What fails in it fails the test. */
typedef double (*rig_work)(struct rig *rig, void *arg);

/* Does that in a child, which keeps its clients afterwards. False if it does not
 * end within `ms`: then the child is killed, and the work may be tried again. */
bool rig_apart(
    struct rig *rig, rig_work work, void *arg, unsigned ms, double *result);

/* Lets the child close its clients and ends it. False if it hung in that. */
bool rig_apart_end(struct rig *rig);

/* --- rig_place.c: files, the daemon's process, other desks --- */

/* A new directory, which the daemon keeps its state in, and beside that a file
 * for its configuration. rig_remove() removes the directory. */
void rig_take_place(struct rig *rig);

/* Removes a directory with all that is in it. */
void rig_remove(const char *path);

/* Writes the file of the configuration. */
void rig_configure(const struct rig *rig, const char *json);

/* Memory of the daemon in kB, and its open files. */
long rig_resident(const struct rig *rig);
unsigned rig_descriptors(const struct rig *rig);

/* Waits for the answer of a command that makes another desk; its lines, as "kind
 * text", into `lines`. Returns false if it was refused. */
#define RIG_LINES 4096
bool rig_was_done(struct rig *rig, const char *command, char lines[RIG_LINES]);

/* Writes the file and has it read, which must be done. */
void rig_reload(struct rig *rig, const char *json);

/* --- rig_thread.c: the realtime thread --- */

/* The daemon's one thread that says by its name that it is realtime. */
pid_t rig_thread(const struct rig *rig);

/* Its page faults so far, minor and major. */
unsigned long rig_page_faults(const struct rig *rig, pid_t thread);

/* How often the thread was taken off its processor while it wanted to go on, or
 * the processor from the whole machine, so far. */
unsigned long rig_taken_away(const struct rig *rig, pid_t thread);

/* Whether this machine lets us have realtime priority (SCHED_FIFO), and this
 * build stands it: none with a sanitizer does. */
bool rig_may_realtime(void);

/* --- rig_jack.c: player and recorder --- */

/* One performance: `frames` are captured from the very frame at which `play`
 * starts; the player falls silent after `played` frames, or begins again if
 * `loops`. Ports without a buffer are silent, or not kept. */
struct rig_take {
	uint32_t frames, played;
	bool loops;
	float *play[RIG_PORTS];
	float *capture[RIG_PORTS];
	uint32_t start; /* JACK frame; set by rig_roll() */
	struct rig_take *next;
};

/* Opens "rig-play" with ports out_1… and "rig-rec" with ports in_1…: two
 * clients, because one on both sides of the desk would be a loop, and cost a
 * period. */
void rig_join(struct rig *rig, unsigned plays, unsigned captures);
void rig_leave(struct rig *rig);

/* Connects play port `play` (from 0) to a port of the daemon, waiting for that
 * port to appear; likewise a port of the daemon to capture port `capture`. */
void rig_connect_play(struct rig *rig, unsigned play, const char *port);
void rig_connect_capture(struct rig *rig, const char *port, unsigned capture);

/* Waits until two ports are connected. */
void rig_wait_connected(struct rig *rig, const char *from, const char *to);

/* Are they now? Is there a port? */
bool rig_is_connected(struct rig *rig, const char *from, const char *to);
bool rig_has_port(struct rig *rig, const char *name);

/* How many takes a test may try until it finds one in which JACK kept time. It
 * ends with rig_lost() if there was none: fails, or is skipped where a sanitizer
 * slows the daemon down: that judges, then. */
int rig_takes(void);
_Noreturn void rig_lost(const struct rig *rig);

/* Starts a take in the background; rig_finish() waits for its end and returns
 * 0, or -1 if JACK lost time in it. */
void rig_roll(struct rig *rig, struct rig_take *take);
int rig_finish(struct rig *rig);

/* Both, again if JACK lost time. */
void rig_run(struct rig *rig, struct rig_take *take);

/* Again also if there was an xrun: on a busy machine a client may miss a cycle,
 * and what is behind it then does, too; such a take says nothing. */
void rig_run_quietly(struct rig *rig, struct rig_take *take);

/* Ends the take that rolls before its time. */
void rig_cut(struct rig *rig);

/* Frames captured so far by the take that rolls. */
uint32_t rig_rolled(const struct rig *rig);

/* Freewheeling: as fast as the machine goes. Waits for the change. */
void rig_freewheel(struct rig *rig, bool on);

/* Waits until all that was sent over OSC has been heard for `ms` of audio. */
void rig_settle(struct rig *rig, unsigned ms);

/* Waits for so many frames to pass. */
void rig_wait_frames(struct rig *rig, uint32_t frames);

/* Xruns that the recorder was told of. */
unsigned rig_xruns(const struct rig *rig);

/* Latencies that player and recorder pretend to stand at, in frames. */
void rig_pretend_latency(
    struct rig *rig, unsigned play, uint32_t capture_min, uint32_t capture_max);
void rig_pretend_playback(
    struct rig *rig, unsigned capture, uint32_t min, uint32_t max);

/* The recorder's JACK client, for questions to the server. */
struct _jack_client *rig_client(const struct rig *rig);

/* --- rig_osc.c: OSC --- */

/* A message from the daemon; valid until the next is asked for. */
struct osc_reply {
	const char *address, *types; /* types without "," */
	lo_arg **argv;
	int argc;
	size_t datagram; /* bytes of the packet that it came in */
};

/* A socket of its own on 127.0.0.1, talking to a UDP port there. */
struct osc_client *osc_open(unsigned udp_port);

/* The same from another address of the loopback network. */
struct osc_client *osc_open_from(const char *source, unsigned udp_port);
void osc_close(struct osc_client *client);

/* Sends bytes as they are. */
void osc_raw(struct osc_client *client, const void *data, size_t size);

/* Sends a message. Types out of "ifdshtTFNI"; NULL: without a type tag. */
void osc_send(
    struct osc_client *client, const char *address, const char *types, ...);

/* The same in a bundle: begin (time 1: now), add each, send. */
void osc_bundle(struct osc_client *client, uint64_t time);
void
osc_add(struct osc_client *client, const char *address, const char *types, ...);
void osc_flush(struct osc_client *client);

/* The next message, bundles opened; NULL after `ms` without one. Every packet
 * is checked to be sound OSC of types i f s b h t. */
const struct osc_reply *osc_next(struct osc_client *client, unsigned ms);

/* The next message with this address, others passed over; fails without. */
const struct osc_reply *
osc_wait(struct osc_client *client, const char *address);

/* The same for what takes longer than an answer should: fails after `ms`. */
const struct osc_reply *
osc_wait_long(struct osc_client *client, const char *address, unsigned ms);

/* The next message must be this one: types, then the values to compare. */
void osc_expect(
    struct osc_client *client, const char *address, const char *types, ...);

/* The next message must be /error for an address with a code. */
void osc_expect_error(
    struct osc_client *client, const char *address, const char *code);

/* Fails if anything comes within `ms`. */
void osc_expect_nothing(struct osc_client *client, unsigned ms);

/* Throws away what has come. */
void osc_drain(struct osc_client *client);

/* Asks for an address and returns its one number. */
double osc_get(struct osc_client *client, const char *address);

/* Argument `i` as a number. */
double osc_number(const struct osc_reply *reply, int i);
int64_t osc_long(const struct osc_reply *reply, int i);
const char *osc_text(const struct osc_reply *reply, int i);

/* --- rig_reference.c: the desk in double precision --- */

#define REF_STRIPS 24
#define REF_LINKS 6
enum ref_kind { REF_CHANNEL, REF_BUS, REF_MASTER };
enum ref_stage { REF_IN, REF_TRIM, REF_FADER, REF_STAGES };

struct ref_send {
	int bus; /* index of the strip */
	double level, pan;
	bool mute, pre;
};

struct ref_strip {
	enum ref_kind kind;
	char id[33];
	unsigned lanes;
	double trim, delay, fader, pan; /* dB, ms, dB, -1…1 */
	bool polarity, mute, solo;
	int to[REF_LINKS]; /* indices of strips */
	unsigned tos;
	struct ref_send send[REF_LINKS];
	unsigned sends;
	bool direct; /* has a direct out */
};

/* The master must be the last one. */
struct ref_desk {
	double pan_law;
	struct ref_strip strip[REF_STRIPS];
	unsigned strips;
};

/* An empty desk; strips and sends are added in desk order. The strip goes to
 * the master unless `tos` is changed after ref_finish(). */
void ref_init(struct ref_desk *desk, double pan_law);
int ref_channel(struct ref_desk *desk, const char *id, unsigned lanes);
int ref_bus(struct ref_desk *desk, const char *id, unsigned lanes);
struct ref_send *
ref_send(struct ref_desk *desk, int from, int bus, double level, bool pre);
void ref_to(struct ref_desk *desk, int from, int to);
int ref_master(struct ref_desk *desk, unsigned lanes);

/* The configuration that makes such a desk, but for solo, which none can set;
 * the caller frees it. */
char *ref_json(const struct ref_desk *desk);

/* "ch/kick", "master". */
void ref_address(const struct ref_desk *desk, int strip, char text[64]);

/* Sends every value of the desk over OSC and lets it settle. */
void ref_push(struct rig *rig, const struct ref_desk *desk);

/* Number of play and capture ports that a desk needs, in desk order: lanes of
 * the channels; lanes of the strips with a direct out, then of the master. */
unsigned ref_plays(const struct ref_desk *desk);
unsigned ref_captures(const struct ref_desk *desk);

/* Connects all of them to player and recorder. */
void ref_patch(struct rig *rig, const struct ref_desk *desk);

/* What every stage and lane of a desk carries. */
struct ref_sound {
	uint32_t frames;
	double *lane[REF_STRIPS][REF_STAGES][2];
};

/* Runs the model over the play buffers of a take. */
struct ref_sound *ref_run(
    const struct ref_desk *desk, unsigned rate, const struct rig_take *take);
void ref_free(struct ref_sound *sound);

/* Compares all captured buffers; fails with strip, lane, frame and values on
 * the first that is off by more than `tolerance`. */
void ref_compare(const struct rig *rig, const struct ref_desk *desk,
    const struct ref_sound *sound, const struct rig_take *take,
    double tolerance);

double ref_gain(double db);
double ref_db(double gain);

/* --- rig_slots.c: plugins in insert slots --- */

#define RIG_TEST_PLUGIN "urn:headroom:test:" /* …mono, see tests/lv2 */
#define RIG_NOTHING 1e-6                     /* -120 dBFS */

/* A cmocka group's set-up: daemons find the plugins of tests/lv2. */
int rig_find_plugins(void **state);

/* A desk with player and recorder, 2 ports each, on a server that has priority
 * if it may: one stereo channel over two buses into the master: "wet" with
 * inserts and whatever else, and "dry", which is inverted. Waits for the first
 * insert. Inserts are JSON. */
void rig_start_pair(
    struct rig *rig, unsigned period, const char *inserts, const char *more);

/* Mono channels "a" and "b" with their inserts into the left and the right of
 * the master. A server that runs already stays, the daemon is started anew. */
void rig_start_channels(
    struct rig *rig, unsigned period, const char *a, const char *b);

/* A take of as many play as capture ports, with noise within ±0.25. */
struct rig_take *take_noise(unsigned ports, uint32_t frames);

/* What was captured at a port is gain × what was played there, so many frames
 * late. */
void take_expect(const struct rig *rig, const struct rig_take *take,
    unsigned port, double gain, uint32_t late);

/* --- rig_signal.c: things to play --- */

/* A take with buffers for so many ports; all frames zero. */
struct rig_take *
take_new(unsigned plays, unsigned captures, uint32_t played, uint32_t frames);
void take_free(struct rig_take *take);

/* White noise in ±amplitude; `seed` not 0. */
void signal_noise(float *x, uint32_t frames, double amplitude, uint32_t seed);
void signal_sine(float *x, uint32_t frames, double amplitude, double cycles);
void signal_dc(float *x, uint32_t frames, double value);

/* The next number of a fixed sequence, 0 ≤ x < 1. */
double signal_random(uint32_t *seed);

/* Largest magnitude of `x` above a frequency given in cycles a sample, by a
 * steep linear-phase high-pass; ignores what is within its length of the
 * ends. */
double signal_above(const float *x, uint32_t frames, double cycles);

#endif
