#include "mixer/event.h"

#include <stdlib.h>

struct event_log {
	uint64_t newest;
	void (*added)(void *arg, const struct event *event);
	void *arg;
	struct event kept[EVENT_HISTORY]; /* at sequence % EVENT_HISTORY */
};

struct event_log *
event_log_new(void)
{
	return calloc(1, sizeof(struct event_log));
}

void
event_log_free(struct event_log *log)
{
	free(log);
}

void
event_log_add(struct event_log *log, struct event *event)
{
	event->sequence = ++log->newest;
	log->kept[event->sequence % EVENT_HISTORY] = *event;
	if (log->added != NULL)
		log->added(log->arg, event);
}

void
event_log_listen(struct event_log *log,
    void (*added)(void *arg, const struct event *event), void *arg)
{
	log->added = added;
	log->arg = arg;
}

const struct event *
event_log_at(const struct event_log *log, uint64_t sequence)
{
	if (sequence == 0 || sequence > log->newest ||
	    log->newest - sequence >= EVENT_HISTORY)
		return NULL;
	return &log->kept[sequence % EVENT_HISTORY];
}

uint64_t
event_log_newest(const struct event_log *log)
{
	return log->newest;
}

const char *
event_kind_name(enum event_kind kind)
{
	static const char *const name[EVENT_KINDS] = { "over", "clip",
		"invalid", "xrun", "jack", "insert", "zone" };

	return name[kind];
}
