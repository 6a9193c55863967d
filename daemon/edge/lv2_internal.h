#ifndef EDGE_LV2_INTERNAL_H
#define EDGE_LV2_INTERNAL_H

#include "edge/lv2_ring.h"
#include "engine/plan.h"
#include "mixer/plugin.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/resize-port/resize-port.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the files of the LV2 host share. C is the control thread, W the worker
 * thread, R whichever thread runs an instance. C and W have a lilv world each,
 * because lilv's are not for two threads; what C has found out about a plugin
 * never changes after that, and W and R read it.
 */

/* --- numbers of URIs --- */

struct urid;

struct urids {
	LV2_URID_Map map;
	LV2_URID_Unmap unmap;
	pthread_mutex_t lock; /* of those who add */
	struct urid *_Atomic *bucket;
	struct urid *_Atomic *of; /* by number, from 1 */
	_Atomic uint32_t count;
};

/* Any thread, but to begin and end. Finding what is there takes no lock. */
int urids_init(struct urids *urids);
void urids_free(struct urids *urids);
LV2_URID urids_number(struct urids *urids, const char *uri);

/* --- what a plugin is --- */

enum lv2_role {
	ROLE_NONE, /* left unconnected */
	ROLE_MAIN_IN,
	ROLE_MAIN_OUT,
	ROLE_SIDE_IN,   /* gets silence */
	ROLE_SPARE_OUT, /* nobody hears it */
	ROLE_PARAM,
	ROLE_HELD,  /* a control input that stays at `value` */
	ROLE_METER, /* a control output */
	ROLE_LATENCY,
	ROLE_EVENTS_IN,
	ROLE_EVENTS_OUT
};

struct lv2_port {
	enum lv2_role role;
	uint32_t index; /* lane, or parameter */
	uint32_t bytes; /* of an event port */
	float value;
};

struct lv2_plugin {
	struct plugin plugin; /* must be first */
	struct lv2_port *port;
	uint32_t ports;
	bool *per_rate; /* by parameter: its bounds go with the rate */
	bool has_default_state;
	char why[256]; /* no slot can hold it; empty if one can */
};

/* The rate at which bounds that go with it are shown. */
#define LV2_SHOWN_RATE 48000.0

/* C: reads all about a plugin. NULL without memory. */
struct lv2_plugin *lv2_describe(LilvWorld *world, const LilvPlugin *plugin);
void lv2_description_free(struct lv2_plugin *plugin);

/* The parts of it that lv2_describe() puts together. */
int lv2_describe_params(
    LilvWorld *world, const LilvPlugin *plugin, struct lv2_plugin *out);
int lv2_describe_presets(
    LilvWorld *world, const LilvPlugin *plugin, struct plugin *out);

/* Why a plugin that requires something cannot be had; empty if it can. */
void lv2_features_missing(const LilvPlugin *plugin, char *why, size_t why_size);

/* --- presets and states --- */

/* C or W, each with its own world: a preset by its URI, or a state by the path
 * of its file. NULL and why, also if it is one of another plugin. */
LilvState *lv2_state_read(LilvWorld *world, struct urids *urids,
    const char *uri, const char *preset, char *why, size_t why_size);

/* Values of its ports into `param`. */
void lv2_state_values(const LilvState *state, struct urids *urids,
    const struct plugin *plugin, double *param);

/* --- instances --- */

struct lv2_host_shared {
	struct urids urids;
	LV2_URID sequence, chunk;
	LV2_URID as_int, as_float;
	LV2_URID rate, least, most, nominal, sequence_size;
	LV2_URID error, warning, trace;
};

/* LV2's worker extension. While `now`, all is on one thread, and work is done
 * where it is asked for. */
struct lv2_work {
	LV2_Worker_Schedule schedule;
	const LV2_Worker_Interface *interface; /* NULL: none */
	LV2_Handle handle;
	REALTIME LV2_Worker_Status (*response)(
	    LV2_Handle handle, uint32_t size, const void *data);
	REALTIME LV2_Worker_Status (*end_run)(LV2_Handle handle); /* or NULL */
	struct lv2_ring requests;                                 /* R to W */
	struct lv2_ring responses;                                /* W to R */
	bool now;
};

struct lv2_log {
	const char *uri;
	struct lv2_host_shared *shared;
	struct lv2_ring lines;   /* from R */
	_Atomic uint32_t missed; /* had no room */
};

#define LV2_OPTIONS 6
#define LV2_FEATURES 18

struct lv2_features {
	LV2_Feature feature[LV2_FEATURES];
	const LV2_Feature *list[LV2_FEATURES + 1];
	LV2_Options_Option option[LV2_OPTIONS];
	float rate;
	int32_t least, most, nominal, sequence_size;
	LV2_Log_Log log;
	LV2_Resize_Port_Resize resize;
};

struct lv2_audio {
	uint32_t port;
	const float *now; /* where it is connected */
};

struct lv2_events {
	LV2_Atom_Sequence *sequence;
	uint32_t bytes;
	bool out;
};

/* A plugin that works. A mono one has two in a stereo slot. */
struct lv2_copy {
	LilvInstance *instance;
	LV2_Handle handle;
	const char *uri;
	REALTIME void (*run)(LV2_Handle handle, uint32_t frames);
	REALTIME void (*connect)(LV2_Handle handle, uint32_t port, void *data);
	struct lv2_audio in[PLAN_LANES], out[PLAN_LANES];
	const float *latency; /* or NULL */
	struct lv2_events *events;
	uint32_t event_ports;
	float *meter;    /* by port */
	float *spare;    /* PLAN_BLOCK for each port that needs one */
	uint32_t *bytes; /* of each event port, by port */
	uint32_t ports;
	struct lv2_work work;
	struct lv2_log log;
	struct lv2_features features;
};

struct lv2_control {
	float value; /* where the ports are connected */
	float low, high;
	bool whole;
};

struct lv2_instance {
	struct processor processor; /* must be first */
	const struct lv2_plugin *plugin;
	struct lv2_host_shared *shared;
	unsigned lanes, copies;
	unsigned rate;
	char *preset;
	struct lv2_copy copy[PLAN_LANES];
	struct lv2_control *control; /* by parameter */
	float *held;                 /* by port */
};

/* W. Makes, warms up, resets and ends. NULL or false: why says so. */
struct lv2_instance *lv2_instance_new(LilvWorld *world,
    struct lv2_host_shared *shared, const struct lv2_plugin *plugin,
    const struct plugin_order *order, char *why, size_t why_size);
bool lv2_instance_reset(LilvWorld *world, struct lv2_instance *instance,
    char *why, size_t why_size);
void lv2_instance_free(struct lv2_instance *instance);

/* W: the handle of LV2's own calls with what the host provides. */
int lv2_features_init(struct lv2_copy *copy, struct lv2_host_shared *shared,
    const struct lv2_plugin *plugin, unsigned rate);

/* R, or W while it warms up. */
REALTIME void lv2_run(struct processor *processor, const float *const *in,
    float *const *out, uint32_t frames);

/* --- the worker extension --- */

LV2_Worker_Status lv2_work_schedule(
    LV2_Worker_Schedule_Handle handle, uint32_t size, const void *data);
/* C: is something asked for? W: does it. */
bool lv2_work_waits(const struct lv2_work *work);
void lv2_work_do(struct lv2_work *work, const char *uri);

/* --- what plugins say --- */

int lv2_log_vprintf(LV2_Log_Handle handle, LV2_URID type, const char *format,
    va_list args) __attribute__((format(printf, 3, 0)));
int lv2_log_printf(LV2_Log_Handle handle, LV2_URID type, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* C: prints at most `lines` of what R has written. */
void lv2_log_drain(struct lv2_log *log, unsigned lines);

#endif
