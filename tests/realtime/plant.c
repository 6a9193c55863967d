#include "engine/engine.h"
#include "engine/meter.h"
#include "engine/realtime.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * Faults on purpose, so that each gate is seen to bite. Linked with the
 * linker's --wrap around four functions of the engine, and only into the
 * programs of BUILD/planted: no other program has a place for them.
 * HEADROOM_PLANT names the fault; without it all is as ever.
 */

#define SELDOM 500 /* cycles between two faults, where one would be too loud */
#define PAGE 4096
#define PAGES 4096
#define POISON 0xa5

struct engine_batch;

/* --- of the realtime thread --- */

REALTIME void __real_engine_run(struct engine *engine, uint64_t frame,
    uint32_t frames, const float *const *in, float *const *out);
REALTIME void __wrap_engine_run(struct engine *engine, uint64_t frame,
    uint32_t frames, const float *const *in, float *const *out);
REALTIME void __real_engine_run_segment(struct engine *engine, uint32_t segment,
    const float *const *in, float *const *out);
REALTIME void __wrap_engine_run_segment(struct engine *engine, uint32_t segment,
    const float *const *in, float *const *out);

REALTIME static void
fault_malloc(void)
{
	void *volatile memory = malloc(100);

	free(memory);
}

REALTIME static void
fault_lock(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

REALTIME static void
fault_print(void)
{
	printf("planted\n");
}

REALTIME static void
fault_sleep(void)
{
	nanosleep(&(struct timespec){ 0, 1000 }, NULL);
}

REALTIME static void
fault_call(void)
{
	syscall(SYS_getppid);
}

/* Neither the compiler nor the realtime sanitizer can see this one. */
REALTIME static void
fault_page(void)
{
	static volatile char memory[PAGES * PAGE];
	static size_t at;

	memory[at] = 1;
	at = (at + PAGE) % sizeof memory;
}

static const struct {
	const char *name;
	REALTIME void (*plant)(void);
	unsigned every; /* cycles */
} faults[] = {
	{ "malloc", fault_malloc, 1 },
	{ "lock", fault_lock, 1 },
	{ "print", fault_print, 1 },
	{ "sleep", fault_sleep, 1 },
	{ "call", fault_call, SELDOM },
	{ "page", fault_page, SELDOM },
};

static int
planted(const char *name)
{
	const char *wanted = getenv("HEADROOM_PLANT");

	return wanted != NULL && strcmp(wanted, name) == 0;
}

REALTIME static void
plant_any(void)
{
	static unsigned cycles;

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (planted(faults[i].name) && ++cycles % faults[i].every == 0)
			faults[i].plant();
}

void
__wrap_engine_run_segment(struct engine *engine, uint32_t segment,
    const float *const *in, float *const *out)
{
	plant_any();
	__real_engine_run_segment(engine, segment, in, out);
}

/* Without frames it is control that runs it. */
void
__wrap_engine_run(struct engine *engine, uint64_t frame, uint32_t frames,
    const float *const *in, float *const *out)
{
	if (frames != 0)
		plant_any();
	__real_engine_run(engine, frame, frames, in, out);
}

/* --- of the crossings --- */

void __real_meter_close(struct meter_ring *ring);
void __wrap_meter_close(struct meter_ring *ring);
int __real_engine_post(struct engine *engine, struct engine_batch *batch);
int __wrap_engine_post(struct engine *engine, struct engine_batch *batch);

/* "peak": while control is late, what was measured is lost. */
void
__wrap_meter_close(struct meter_ring *ring)
{
	struct meter_window *window = meter_open(ring);

	__real_meter_close(ring);
	if (planted("peak") && meter_open(ring) == window)
		memset(window, 0, ring->stride);
}

/* "torn": a batch arrives in part. "reuse": the memory of a plan is used for
 * something else before that plan has come back. "race": control still writes
 * to a batch that it has handed over. */
int
__wrap_engine_post(struct engine *engine, struct engine_batch *batch)
{
	static struct plan *before;
	struct plan *plan = batch->plan;
	size_t changes = batch->changes;

	if (planted("torn") && changes > 1)
		batch->changes--;
	if (planted("reuse") && plan != NULL && before != NULL)
		memset(before->strip, POISON,
		    before->strips * sizeof *before->strip);
	if (plan != NULL)
		before = plan;
	int posted = __real_engine_post(engine, batch);
	if (planted("race") && posted == 0)
		batch->changes = changes;
	return posted;
}
