#ifndef EDGE_JACK_INTERNAL_H
#define EDGE_JACK_INTERNAL_H

#include "edge/patchbay.h"
#include "engine/plan.h"
#include "engine/realtime.h"
#include "mixer/desk.h"
#include "mixer/mixer.h"

#include <jack/jack.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the files of the JACK side share. Threads: C the control thread (jack.c,
 * jack_follow.c), W the worker that makes every call that waits for the server
 * (jack_client.c), R the realtime thread and N JACK's notification thread
 * (jack_callback.c). C hands W one job at a time; while a job runs, what is
 * marked "W or C" belongs to it.
 */

struct engine;
struct latency;
struct latency_range;
struct loop;

#define JACK_BUFFERS 4096   /* as many ports as JACK can have at all */
#define JACK_NEW_PORTS 4096 /* announced and not yet looked at; power of two */

enum jack_phase {
	PHASE_AWAY,     /* no client */
	PHASE_OPENING,  /* W looks for the server */
	PHASE_STARTING, /* W registers ports and activates */
	PHASE_UP,       /* R runs the engine */
	PHASE_LEAVING   /* R is silent; W closes the client */
};

/* Why there is no client, so that each reason is told once. */
enum jack_reason { REASON_NONE, REASON_SERVER, REASON_REFUSED };

/* The metadata of one port. */
struct jack_label {
	char pretty[DESK_NAME_LONGEST + 16];
	bool stale; /* the server does not have it yet */
};

/* A segment of the engine and the client that runs it. */
struct jack_segment {
	struct jack *jack;
	uint32_t index;
	char name[PATCHBAY_CLIENT];
	atomic_uint runs; /* R to C: process callbacks that have ended; wraps */
	/* W or C */
	jack_client_t *client;
	jack_port_t *link_in, *link_out; /* make JACK run them in order */
};

/* The return of a direct JACK insert, which can be held back. */
struct jack_hold {
	size_t input; /* place of its first lane in handle */
	unsigned lanes;
	_Atomic bool held; /* W or C writes it, while the other does not */
	bool told;         /* W or C */
	const char **source[DESK_LANES]; /* what was connected to it */
};

/* The ports of a segment: places in handle, in and out. */
struct jack_part {
	size_t *input, *output;
	size_t inputs, outputs;
};

/*
 * The ports of a desk. R finds them in the plan that it runs, so that they
 * change with it; everybody else in struct jack.
 */
struct jack_ports {
	/* set once */
	struct patchbay *patchbay;
	const struct patchbay_port *port; /* inputs, then outputs */
	size_t inputs, outputs;
	struct jack_part part[PLAN_SEGMENTS];
	unsigned segments;
	bool *optional; /* an output: only written while connected */

	/* W or C */
	struct jack_hold *hold;
	size_t holds, probed; /* … and the one that is listened to */
	struct jack_label *label;

	/* W, then fixed while R may see them: inputs, then outputs */
	jack_port_t **handle;

	/* R */
	const float **in;
	float **out;
	uint32_t *silent; /* frames of an unwritten output that are zero */

	/* C to R */
	atomic_bool *wanted; /* an output: write it */

	/* N's scratch */
	struct latency_range *input_range, *output_range;
};

enum jack_change_state {
	CHANGE_NONE,
	CHANGE_WAITING,     /* for W, and for a phase that is on its way */
	CHANGE_REGISTERING, /* W registers what is new */
	CHANGE_READY,
	CHANGE_UNDOING,  /* W unregisters it again */
	CHANGE_TAKEN,    /* the plan before may still be run */
	CHANGE_DROPPING, /* W unregisters what goes */
};

/* Another desk. C; W in its jobs for it. */
struct jack_change {
	enum jack_change_state state;
	struct jack_ports *next, *before;
	ptrdiff_t *from; /* a port of the next desk: which it was, or -1 */
	ptrdiff_t *to;   /* a port before: which it will be, or -1 */
	bool *keeps;     /* a port of the next desk: it has its handle */
	void (*ready)(void *arg, const char *why);
	void *arg;
	bool aborted;
	int registered;               /* 0 or -1: client_register() */
	double since;                 /* s */
	unsigned runs[PLAN_SEGMENTS]; /* of the segments when it was taken */
};

/* Another desk that waits until the one before has left nothing behind. */
struct jack_request {
	const struct desk *desk; /* NULL: none */
	void (*ready)(void *arg, const char *why);
	void *arg;
	double since; /* s */
};

struct jack {
	/* set once */
	struct mixer *mixer;
	struct engine *engine; /* the mixer's */
	struct loop *loop;
	void (*begin)(void); /* what each realtime thread calls at first */
	char *server;        /* NULL: the default one */
	struct jack_segment segment[PLAN_SEGMENTS];
	int timer;

	/* C, while W is idle; N under latency_lock */
	struct jack_ports *ports;
	unsigned segments; /* clients */

	/* C */
	enum jack_phase phase;
	enum jack_reason told;
	bool running; /* R may be inside the engine */
	bool ending;  /* edge_jack_free() is on */
	bool closing; /* W is at the last job of this client */
	bool joined;  /* a server, once at least */
	bool late;    /* it was told that W gets no answer */
	bool connect_due, note_due, label_due, latency_due;
	unsigned latency_version;
	unsigned xruns_seen;
	uint32_t cycles_seen;
	double cycles_at; /* when `cycles_seen` last changed, s */
	double retry_at, retry_wait, left_at, slow_at, noted_at; /* s */
	double moved_at;        /* when W got its job, or moved on with it, s */
	unsigned labelled_seen; /* … then */
	struct jack_change change;
	struct jack_request request;

	/* W and its jobs */
	pthread_t worker;
	sem_t work;
	void (*job)(struct jack *jack); /* NULL ends the worker */
	atomic_bool working;

	/* W or C */
	jack_client_t *client; /* the first segment's */
	jack_client_t *probe;  /* only where there is something to hold */
	jack_port_t *probe_in;
	unsigned probe_ran; /* cycles of it when it began to listen */
	unsigned lagging;   /* segment */
	bool probing;
	double probed_at;                  /* s */
	jack_status_t status;              /* of the last attempt to open */
	char refused[PATCHBAY_CLIENT + 8]; /* … and whom */
	int started;                       /* 0 or -1: client_start() */
	bool doubt; /* a cable is gone, by the user's hand or not */

	/* W to C: ports labelled or unlabelled so far */
	atomic_uint labelled;

	/* W to N: buffers whose pages R finds in its memory */
	atomic_uint buffers;
	const float *buffer[JACK_BUFFERS];

	/* R */
	uint64_t frame;
	uint32_t frames; /* of the last cycle */
	bool framed;     /* `frame` belongs to this server */

	/* R to C */
	atomic_uint busy; /* segments inside the process callback */
	atomic_uint_least32_t cycles;
	atomic_uint probe_cycles;
	atomic_uint_least64_t frame_now;

	/* C to R */
	atomic_bool stopped;              /* leave the engine alone */
	_Atomic(struct jack_ports *) now; /* for whom no plan says which */

	/* N to C, and the ring of port numbers from N to W */
	atomic_bool gone;
	atomic_bool freewheel;
	atomic_bool rewired;
	atomic_uint xruns;
	atomic_uint rate;       /* Hz */
	atomic_uint period;     /* frames */
	atomic_bool ports_lost; /* the ring was full */
	atomic_uint ports_head, ports_tail;
	jack_port_id_t new_port[JACK_NEW_PORTS];

	/* N's questions; C replaces the snapshot */
	pthread_mutex_t latency_lock;
	struct latency *latency;
};

/* --- jack.c --- */

/* Gives W, which is idle, a job. */
void worker_give(struct jack *jack, void (*job)(struct jack *jack));

/* Names the clients as the ports have them. While none is open. */
void segments_name(struct jack *jack);

/* R is silent from now on; then W closes the client. */
void phase_leave(struct jack *jack);

/* --- jack_change.c --- */

/* Moves on with another desk; every tick. */
void change_step(struct jack *jack, double now);

/* Must W be left idle for another desk, and no client be opened? */
bool change_needs_worker(const struct jack *jack);

/* Are cables of the desk before still to be taken out? No others are made before
 * that. */
bool change_holds_cables(const struct jack *jack);

/* The client is gone, and its ports with it. */
void change_forget(struct jack *jack);

void change_release(struct jack *jack);

/* --- jack_register.c: jobs of W --- */

/* Registers what only the next desk has; `registered` says how it went. */
void client_register(struct jack *jack);

/* Undoes that. */
void client_unregister(struct jack *jack);

/* Unregisters what goes, and disconnects what only the configuration before
 * asked for. */
void client_drop(struct jack *jack);

/* --- jack_follow.c: the mixer follows the server, and the other way round;
 * while a client is open, unless told otherwise --- */

/* Sets /status/jack, with an event if that is a change. At any time. */
void follow_state(struct jack *jack, enum mixer_jack state);

/* Counts xruns, with an event each. */
void follow_xruns(struct jack *jack);

/* Compiles the desk for the server's rate. Returns 0 or -1. */
int follow_rate(struct jack *jack);

/* Takes a new answer to latency questions. */
void follow_latency(struct jack *jack);

/* Strips get new names at any time; their ports are called by them. While W
 * is idle. */
void follow_names(struct jack *jack);

/* A direct out that nobody listens to need not be written. */
void follow_connections(struct jack *jack);

/* Which inserts have a program, and how late it is. */
void follow_inserts(struct jack *jack);

/* --- jack_ports.c --- */

/* The ports of a desk. NULL without memory. */
struct jack_ports *ports_new(const struct desk *desk);
void ports_free(struct jack_ports *ports);

/* All of them, inputs and outputs. */
size_t ports_count(const struct jack_ports *ports);

/* --- jack_hold.c: programs that stand still --- */

/* Finds what can be held. Returns 0, or -1 without memory. */
int hold_allocate(struct jack_ports *ports, const struct desk *desk);

/* The next job for W, or NULL. While W is idle. */
void (*hold_step(struct jack *jack, double now))(struct jack *jack);

/* Is the return at this place held back? */
bool hold_is(const struct jack *jack, size_t input);

/* Is any? Then the server may wait for a program that stands still. */
bool hold_any(const struct jack *jack);

/* Holds nothing. While no client is open. */
void hold_reset(struct jack *jack);

/* What one return of a desk knows of its program, to one of the next. */
void hold_move(struct jack_ports *ports, size_t to, struct jack_ports *before,
    size_t from);

/* W: the probe listens to nobody. */
void hold_let_go(struct jack *jack);

/* Forgets what these ports were connected to while they are held. */
void hold_forget(struct jack_ports *ports);

/* --- jack_client.c: the jobs of W --- */

/* Opens `client`, or leaves it NULL with `status` set. */
void client_open(struct jack *jack);

/* Registers the ports and activates; `started` says how it went. */
void client_start(struct jack *jack);

/* Makes all connections of the configuration. */
void client_connect(struct jack *jack);

/* Connects the ports that were announced since. */
void client_connect_new(struct jack *jack);

/* Remembers what is connected to our ports. Sets `doubt`. */
void client_note(struct jack *jack);

/* Gives the server the stale labels. */
void client_label(struct jack *jack);

/* Lets JACK ask all clients for their latencies again. */
void client_recompute(struct jack *jack);

/* Deactivates and closes; `client` is NULL after it. */
void client_close(struct jack *jack);

/* --- jack_pages.c: R meets no page of JACK's shared memory that is not yet in
 * that of this process --- */

/* W: the buffers of our own ports but those that it keeps (NULL: none), before
 * R uses them: to ask JACK for the buffer of an input writes into it. */
void pages_take_own(
    struct jack *jack, const struct jack_ports *ports, const bool *keeps);

/* W: the buffers of all ports that may once be connected to ours, or of one of
 * them, if it is one. */
void pages_take_others(struct jack *jack);
void pages_take_other(struct jack *jack, jack_port_t *port);

/* Touches the first `frames` of all buffers that were taken. Any thread. */
REALTIME void pages_touch(struct jack *jack, jack_nframes_t frames);

/* W: gives back what walks through all ports have mapped, but none of these
 * buffers. */
void pages_trim(struct jack *jack);

/* --- jack_callback.c --- */

/* Hands JACK every callback of a segment's client. Before it is activated.
 * Returns 0 or -1. */
int callback_set(struct jack_segment *segment);

/* The same of the probe. */
int callback_set_probe(struct jack *jack);

/* Forgets what R and N noted. While no client is active. */
void callback_reset(struct jack *jack);

#endif
