#include "edge/lv2_guard.h"
#include "edge/lv2_internal.h"

/*
 * LV2's worker extension: what a plugin asks for in its run() is done on W,
 * and the answers come back in a later run().
 */

#define ROUND 64 /* requests of one job */

static LV2_Worker_Status
respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void *data)
{
	struct lv2_work *work = handle;

	return lv2_ring_write(&work->responses, data, size)
		   ? LV2_WORKER_SUCCESS
		   : LV2_WORKER_ERR_NO_SPACE;
}

LV2_Worker_Status
lv2_work_schedule(
    LV2_Worker_Schedule_Handle handle, uint32_t size, const void *data)
{
	struct lv2_work *work = handle;

	if (work->interface == NULL)
		return LV2_WORKER_ERR_UNKNOWN;
	if (work->now)
		return work->interface->work(
		    work->handle, respond, work, size, data);
	return lv2_ring_write(&work->requests, data, size)
		   ? LV2_WORKER_SUCCESS
		   : LV2_WORKER_ERR_NO_SPACE;
}

bool
lv2_work_waits(const struct lv2_work *work)
{
	return atomic_load_explicit(
		   &work->requests.head, memory_order_acquire) !=
	       atomic_load_explicit(&work->requests.tail, memory_order_acquire);
}

void
lv2_work_do(struct lv2_work *work, const char *uri)
{
	const void *request;
	uint32_t size;

	if (work->interface == NULL)
		return;
	/* What comes in the meantime is another job, behind those of others. */
	for (unsigned i = 0; i < ROUND; i++) {
		request = lv2_ring_peek(&work->requests, &size);
		if (request == NULL)
			return;
		struct lv2_guard before = lv2_guard_enter(uri, false);

		work->interface->work(
		    work->handle, respond, work, size, request);
		lv2_guard_leave(before);
		lv2_ring_pop(&work->requests);
	}
}
