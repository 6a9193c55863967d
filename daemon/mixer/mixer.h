#ifndef MIXER_MIXER_H
#define MIXER_MIXER_H

#include "mixer/desk.h"
#include "mixer/event.h"
#include "mixer/meters.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The desk at work: every change goes through mixer_set(), and reaches the
 * engine as one batch at mixer_commit(). Control thread, all of it.
 */

struct mixer;
struct engine;
struct latency;
struct plugin_param;
struct state;

/* Takes the desk over. NULL without memory. */
struct mixer *mixer_new(struct desk *desk);
void mixer_free(struct mixer *mixer);

const struct desk *mixer_desk(const struct mixer *mixer);
struct event_log *mixer_events(struct mixer *mixer);
struct meters *mixer_meters(struct mixer *mixer);

/* What was set since the configuration, for state.h. */
struct state *mixer_state(const struct mixer *mixer);

/* --- addresses --- */

/* "/ch/1/…" instead of "/ch/kick/…", "…/send/1/…" instead of "…/send/verb/…" */
#define BY_PLACE_STRIP 1U
#define BY_PLACE_BUS 2U

/* One place in the OSC tree. */
struct address {
	const struct schema_param *param;
	unsigned strip;    /* index into desk.strip, for what is a strip's */
	unsigned sub;      /* send, insert or stage index, drop reason */
	unsigned item;     /* parameter index of an insert's plugin */
	unsigned by_place; /* BY_PLACE_ bits: how it was asked */
};

#define ADDRESS_LONGEST 160 /* bytes, terminator included */

/* Writes the address in the form that was asked. */
void mixer_address_text(const struct mixer *mixer,
    const struct address *address, char text[ADDRESS_LONGEST]);

/* Calls `each` for every address that the pattern (or plain address) matches,
 * in desk order, each once: by id where both forms match. A pattern takes one
 * from `budget` for each address that is tried and ends early at 0. Returns how
 * many matched. */
size_t mixer_each(struct mixer *mixer, const char *pattern, unsigned *budget,
    void (*each)(void *arg, const struct address *address), void *arg);

/* Number of stages of a strip ("in", "trim", "insert/1", …, "fader"), and their
 * names. */
unsigned mixer_stages(const struct mixer *mixer, unsigned strip);
const char *
mixer_stage_name(const struct mixer *mixer, unsigned strip, unsigned stage);

/* --- values --- */

/* The value as it goes onto the wire: 'f', 'i', 's' or 'h'; text is valid
 * until the next call into the mixer. Not for meters and commands: those have
 * more than one. */
void mixer_get(struct mixer *mixer, const struct address *address,
    struct schema_value *value);

/* The only way in: checks, converts, clamps and stores a value, and tells the
 * listener of every address that changed by it. `origin` is handed to the
 * listener, so that a change need not be told to its maker. It is heard from
 * the next mixer_commit() on. `why` as in schema_accept(). */
enum schema_verdict mixer_set(struct mixer *mixer,
    const struct address *address, const struct schema_value *value,
    const void *origin, char *why, size_t why_size);

/* What mixer_set() would make of a value: as it would be stored, a text still
 * that of `value`. Nothing is set. */
enum schema_verdict mixer_accept(const struct mixer *mixer,
    const struct address *address, const struct schema_value *value,
    struct schema_value *taken, char *why, size_t why_size);

/* Sends everything that was set to the engine as one batch: one audio cycle
 * takes all of it. */
void mixer_commit(struct mixer *mixer);

/* Moves on with every change of a value that can be set. */
unsigned mixer_changes(const struct mixer *mixer);

/* The one who is told of changes; NULL for nobody. */
void mixer_listen(struct mixer *mixer,
    void (*changed)(
	void *arg, const struct address *address, const void *origin),
    void *arg);

/* --- insert slots --- */

struct plugin_host;

/* The host that the desk's plugins come from; NULL: none. Before anything is
 * asked of it; it must outlive the mixer. */
void mixer_set_host(struct mixer *mixer, struct plugin_host *host);
struct plugin_host *mixer_host(const struct mixer *mixer);

/* What has become of a slot, told by whoever runs it: INSERT_BYPASSED is not for
 * it to tell, as that comes from the bypass of a slot that is active. Tells the
 * listener and logs an event with `why` ("" for no reason) if the state is a new
 * one, or an old one for a reason that is told. */
void mixer_insert_state(struct mixer *mixer, unsigned strip, unsigned insert,
    enum insert_state state, const char *why);

/* The parameter that an address of SCOPE_INSERT_PARAM leads to. */
const struct plugin_param *
mixer_insert_param(const struct mixer *mixer, const struct address *address);

/* Name of the plugin, its URI where it is missing, or "jack". */
const char *mixer_insert_name(const struct desk_insert *insert);

/* --- the audio side --- */

/* The engine to run on the realtime thread. */
struct engine *mixer_engine(struct mixer *mixer);

/* What plans to come carry in `ports`. */
void mixer_set_ports(struct mixer *mixer, void *ports);

/* Compiles the desk for a sample rate in Hz and hands the plan to the engine.
 * Before the first cycle, and at each change of the rate. Returns 0, or -1
 * without memory or while too many batches are on their way: nothing changed
 * then, and it may be tried again. */
int mixer_set_rate(struct mixer *mixer, unsigned rate);

/* Takes what the engine has sent since the last call: meter windows, overs,
 * spent batches. Every 10 ms or so. `running` is false while no realtime
 * thread runs the engine: then batches are taken here. */
void mixer_tick(struct mixer *mixer, bool running);

/* Fades out what leaves for hardware, and what feeds no other strip, for good:
 * whatever is set from now on is kept, but not heard. Returns the ms after which it is silent; 0 if nothing
 * plays now, or there is no room for it. */
unsigned mixer_fade_out(struct mixer *mixer);

/* A snapshot for latency questions; the taker frees it with latency_free().
 * NULL without memory or before a rate is set. */
struct latency *mixer_latency(const struct mixer *mixer);

/* Changes whenever mixer_latency() would give another answer. */
unsigned mixer_latency_version(const struct mixer *mixer);

/* A JACK slot's program: does it play into the return, and how many frames
 * late, on top of the cut or the loop? */
void mixer_insert_connected(struct mixer *mixer, unsigned strip,
    unsigned insert, bool connected, uint32_t latency);

/* --- status, written by the edges that know --- */

/* Seconds of CLOCK_MONOTONIC. Any thread. */
double mixer_seconds(void);

enum mixer_jack { JACK_WAITING, JACK_RUNNING, JACK_FREEWHEELING };

enum mixer_drop {
	DROP_MALFORMED,   /* packet guard */
	DROP_DENIED,      /* sender not in osc.allow */
	DROP_LEASES,      /* no room for another lease */
	DROP_METERS,      /* more meters asked for than there is time for */
	DROP_SEND,        /* socket would not take it */
	DROP_EVENTS,      /* events that no disk took in time */
	DROP_ROLE,        /* what the sender's role does not allow */
	DROP_TOKEN,       /* no token where one is demanded, or a wrong one */
	DROP_COOKIE,      /* sender has not proven its address */
	DROP_RATE,        /* more than the sender, or all, may send */
	DROP_SLOW,        /* connections that were not read from */
	DROP_CONNECTIONS, /* no room for another connection */
	DROPS
};

struct mixer_status {
	unsigned sample_rate; /* Hz, 0 before the first server */
	unsigned period;      /* frames */
	unsigned cycles;      /* of audio; wraps */
	double dsp_load;      /* percent */
	double worst_cycle;   /* percent of a period, lately */
	unsigned xruns;
	enum mixer_jack jack;
	bool jack_refused; /* the server will not have our client */
	bool jack_stuck;   /* a call into libjack may never return */
	double started;    /* CLOCK_MONOTONIC seconds */
	unsigned subscribers;
	unsigned drops[DROPS];
};

struct mixer_status *mixer_status(struct mixer *mixer);

/* "malformed", "denied", … : what stands after /status/drops/. */
const char *mixer_drop_name(enum mixer_drop drop);

/* "waiting", "running", "freewheeling". */
const char *mixer_jack_name(enum mixer_jack jack);

#endif
