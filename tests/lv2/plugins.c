#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Plugins that do what a test asks them to. `make tests` builds them into
 * BUILD/lv2/headroom-test.lv2; with LV2_PATH=/…/BUILD/lv2:/usr/lib/lv2
 * (whole paths only) they are installed beside the others. plugins.ttl
 * describes them:
 *
 *   urn:headroom:test:mono      1 channel
 *   urn:headroom:test:stereo    2 channels, the same otherwise
 *   urn:headroom:test:sidechain 1 channel and a sidechain, which is added
 *   urn:headroom:test:worker    1 channel: what comes out is how often W has
 *                               answered; asks for work when `ask` changes
 *   urn:headroom:test:cv, :feature, :split, :silent
 *                               what no slot can hold: a control-voltage port,
 *                               a feature that nobody provides, 2 channels of
 *                               1, no audio
 *
 * Parameters of the first three (symbol, range, default):
 *
 *   gain    -90…24 dB, 0
 *   late    0…4800 frames, 0; delays by as much and reports it as latency
 *   invert  0 or 1
 *   fault   of enum fault below, by name or number: "none", "nan", …
 *   corner  0…0.5 of the sample rate, so 0…24000 Hz at 48 kHz; logarithmic;
 *           does nothing
 *
 * A state has the property urn:headroom:test:offset, a float that is added to
 * the output. The preset urn:headroom:test:quarter ("Quarter") of mono is a
 * gain of -12 dB and an offset of 0.25.
 */

#define TEST "urn:headroom:test:"
#define OFFSET TEST "offset"
#define LATEST 4800
#define LINE 8192 /* frames, a power of two */
#define CHANNELS 2

enum fault {
	FAULT_NONE,
	FAULT_NAN,      /* while it is set */
	FAULT_STAYS,    /* NaN until the next activation */
	FAULT_FOR_GOOD, /* NaN as long as the instance lives */
	FAULT_ALLOCATE, /* in each run */
	FAULT_SEGV,
	FAULT_DIVIDE, /* SIGFPE */
	FAULT_ABORT,
	FAULT_LOG,  /* says a line in each run */
	FAULT_STACK /* uses up its stack */
};

/* In the order of plugins.ttl; with one channel the second ones are absent. */
enum control {
	CONTROL_GAIN,
	CONTROL_LATE,
	CONTROL_INVERT,
	CONTROL_FAULT,
	CONTROL_CORNER,
	CONTROL_ENABLED,
	CONTROL_FREEWHEEL,
	CONTROL_LATENCY,
	CONTROLS
};

struct test {
	unsigned channels;
	bool has_sidechain;
	float *control[CONTROLS];
	const float *in[CHANNELS], *side;
	float *out[CHANNELS];
	float line[CHANNELS][LINE];
	uint32_t at;
	bool sick, sick_for_good;
	float offset;
	LV2_URID offset_key, as_float, error;
	const LV2_Log_Log *log;
};

static const void *
feature(const LV2_Feature *const *features, const char *uri)
{
	for (; *features != NULL; features++)
		if (strcmp((*features)->URI, uri) == 0)
			return (*features)->data;
	return NULL;
}

static LV2_Handle
test_instantiate(const LV2_Descriptor *descriptor, double rate,
    const char *bundle, const LV2_Feature *const *features)
{
	const LV2_URID_Map *map = feature(features, LV2_URID__map);
	struct test *test = calloc(1, sizeof *test);

	(void)rate;
	(void)bundle;
	if (test == NULL || map == NULL) {
		free(test);
		return NULL;
	}
	test->channels = strcmp(descriptor->URI, TEST "stereo") == 0 ? 2 : 1;
	test->has_sidechain = strcmp(descriptor->URI, TEST "sidechain") == 0;
	test->offset_key = map->map(map->handle, OFFSET);
	test->as_float = map->map(map->handle, LV2_ATOM__Float);
	test->error = map->map(map->handle, LV2_LOG__Error);
	test->log = feature(features, LV2_LOG__log);
	return test;
}

static void
test_connect(LV2_Handle handle, uint32_t port, void *data)
{
	struct test *test = handle;

	if (port < CONTROLS)
		test->control[port] = data;
	else if (port < CONTROLS + test->channels)
		test->in[port - CONTROLS] = data;
	else if (port < CONTROLS + 2 * test->channels)
		test->out[port - CONTROLS - test->channels] = data;
	else
		test->side = data;
}

static void
test_activate(LV2_Handle handle)
{
	struct test *test = handle;

	memset(test->line, 0, sizeof test->line);
	test->at = 0;
	test->sick = false;
}

static int
overflow(volatile char *above)
{
	volatile char here[4096];

	/* It never is; the compiler cannot know. */
	if (*above == 0)
		return 0;
	here[0] = *above;
	return overflow(here) + here[0];
}

static void
do_fault(struct test *test, enum fault fault)
{
	volatile int zero = 0;
	volatile int *volatile nowhere = NULL;
	void *volatile memory;

	switch (fault) {
	case FAULT_STAYS:
		test->sick = true;
		break;
	case FAULT_FOR_GOOD:
		test->sick_for_good = true;
		break;
	case FAULT_ALLOCATE:
		memory = malloc(100);
		free(memory);
		break;
	case FAULT_SEGV:
		*nowhere = 1; /* NOLINT: the fault itself */
		break;
	case FAULT_DIVIDE:
		zero = 100 / zero; /* NOLINT: the fault itself */
		break;
	case FAULT_ABORT:
		abort();
	case FAULT_LOG:
		if (test->log != NULL)
			test->log->printf(test->log->handle, test->error,
			    "the fault is %d\n", (int)fault);
		break;
	case FAULT_STACK:
		overflow(&(volatile char){ 1 });
		break;
	case FAULT_NONE:
	case FAULT_NAN:
		break;
	}
}

static void
test_run(LV2_Handle handle, uint32_t frames)
{
	struct test *test = handle;
	enum fault fault = (enum fault) * test->control[CONTROL_FAULT];
	uint32_t late = (uint32_t)*test->control[CONTROL_LATE];
	bool on = *test->control[CONTROL_ENABLED] > 0;
	float gain = powf(10, *test->control[CONTROL_GAIN] / 20);

	do_fault(test, fault);
	if (*test->control[CONTROL_INVERT] > 0)
		gain = -gain;
	for (uint32_t i = 0; i < frames; i++, test->at++)
		for (unsigned k = 0; k < test->channels; k++) {
			float *line = test->line[k];
			float x = test->in[k][i];
			if (test->has_sidechain)
				x += test->side[i];
			line[test->at % LINE] = x;
			float y = line[(test->at - late) % LINE];
			if (on)
				y = gain * y + test->offset;
			test->out[k][i] = fault == FAULT_NAN || test->sick ||
						  test->sick_for_good
					      ? NAN
					      : y;
		}
	*test->control[CONTROL_LATENCY] = (float)late;
}

static LV2_State_Status
test_save(LV2_Handle handle, LV2_State_Store_Function store,
    LV2_State_Handle state, uint32_t flags, const LV2_Feature *const *features)
{
	struct test *test = handle;

	(void)flags;
	(void)features;
	return store(state, test->offset_key, &test->offset, sizeof(float),
	    test->as_float, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
}

static LV2_State_Status
test_restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve,
    LV2_State_Handle state, uint32_t flags, const LV2_Feature *const *features)
{
	struct test *test = handle;
	uint32_t type, its_flags;
	size_t size;
	const float *offset =
	    retrieve(state, test->offset_key, &size, &type, &its_flags);

	(void)flags;
	(void)features;
	if (offset == NULL || type != test->as_float)
		return LV2_STATE_ERR_NO_PROPERTY;
	test->offset = *offset;
	return LV2_STATE_SUCCESS;
}

static const void *
test_extension(const char *uri)
{
	static const LV2_State_Interface state = { test_save, test_restore };

	return strcmp(uri, LV2_STATE__interface) == 0 ? &state : NULL;
}

static void
cleanup(LV2_Handle handle)
{
	free(handle);
}

/* --- the one with a worker --- */

struct busy {
	const float *ask, *in;
	float *out;
	float asked;
	uint32_t answers;
	const LV2_Worker_Schedule *schedule;
};

static LV2_Handle
busy_instantiate(const LV2_Descriptor *descriptor, double rate,
    const char *bundle, const LV2_Feature *const *features)
{
	struct busy *busy = calloc(1, sizeof *busy);

	(void)descriptor;
	(void)rate;
	(void)bundle;
	if (busy != NULL)
		busy->schedule = feature(features, LV2_WORKER__schedule);
	if (busy == NULL || busy->schedule == NULL) {
		free(busy);
		return NULL;
	}
	return busy;
}

static void
busy_connect(LV2_Handle handle, uint32_t port, void *data)
{
	struct busy *busy = handle;

	if (port == 0)
		busy->ask = data;
	else if (port == 1)
		busy->in = data;
	else
		busy->out = data;
}

static void
busy_run(LV2_Handle handle, uint32_t frames)
{
	struct busy *busy = handle;

	if (*busy->ask != busy->asked &&
	    busy->schedule->schedule_work(busy->schedule->handle,
		sizeof *busy->ask, busy->ask) == LV2_WORKER_SUCCESS)
		busy->asked = *busy->ask;
	for (uint32_t i = 0; i < frames; i++)
		busy->out[i] = (float)busy->answers;
}

/* Answers as many times as it was asked to. */
static LV2_Worker_Status
busy_work(LV2_Handle handle, LV2_Worker_Respond_Function respond,
    LV2_Worker_Respond_Handle to, uint32_t size, const void *data)
{
	float times;

	(void)handle;
	if (size != sizeof times)
		return LV2_WORKER_ERR_UNKNOWN;
	memcpy(&times, data, sizeof times);
	for (unsigned i = 0; i < (unsigned)times; i++)
		respond(to, sizeof i, &i);
	return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
busy_response(LV2_Handle handle, uint32_t size, const void *data)
{
	struct busy *busy = handle;

	(void)data;
	if (size == sizeof(unsigned))
		busy->answers++;
	return LV2_WORKER_SUCCESS;
}

static const void *
busy_extension(const char *uri)
{
	static const LV2_Worker_Interface worker = { busy_work, busy_response,
		NULL };

	return strcmp(uri, LV2_WORKER__interface) == 0 ? &worker : NULL;
}

LV2_SYMBOL_EXPORT const LV2_Descriptor *
lv2_descriptor(uint32_t index)
{
	static const LV2_Descriptor descriptor[] = {
		{ TEST "mono", test_instantiate, test_connect, test_activate,
		    test_run, NULL, cleanup, test_extension },
		{ TEST "stereo", test_instantiate, test_connect, test_activate,
		    test_run, NULL, cleanup, test_extension },
		{ TEST "sidechain", test_instantiate, test_connect,
		    test_activate, test_run, NULL, cleanup, test_extension },
		{ TEST "worker", busy_instantiate, busy_connect, NULL, busy_run,
		    NULL, cleanup, busy_extension },
	};

	return index < sizeof descriptor / sizeof *descriptor
		   ? &descriptor[index]
		   : NULL;
}
