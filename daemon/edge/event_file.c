#include "edge/event_file.h"

#include "edge/event_store.h"
#include "edge/log.h"
#include "edge/loop.h"
#include "edge/worker.h"
#include "mixer/mixer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 20
#define BATCH 256      /* events written at once at most */
#define RETRY 1.0      /* seconds */
#define SYNC_EVERY 1.0 /* seconds */
#define STUCK_MS 5000U /* longest wait for the disk at the end */
#define LAST_TRIES 2   /* failures at the end until it gives up */

struct event_file {
	struct worker_job job; /* first, so that a job is its file */
	struct mixer *mixer;
	struct loop *loop;
	struct worker *worker;
	int timer;
	bool busy; /* W has the job; all below is its own then */
	struct event_store store;
	struct event event[BATCH];
	size_t count;
	int error; /* -errno of the last batch */
	char text[BATCH * EVENT_LINE_LONGEST];
	/* C's own */
	uint64_t written; /* sequence number */
	uint64_t last;    /* … of the batch at work */
	bool failing;     /* told in the log */
	unsigned lost;    /* since it fails */
	double next;      /* when it is tried again */
	double synced;
};

/* --- on W --- */

static size_t
print_event(const struct event *event, char *text)
{
	struct schema_value value[EVENT_VALUES];
	struct event_line line;
	int size;

	if (event_line_set(
		&line, event->kind, value, event_values(event, value)) < 0)
		return 0;
	size = event_line_write(&line, text, EVENT_LINE_LONGEST - 1);
	if (size < 0)
		return 0;
	text[size] = '\n';
	return (size_t)size + 1;
}

static void
write_batch(struct worker_job *job)
{
	struct event_file *file = (struct event_file *)job;
	size_t size = 0;

	file->error = 0;
	for (size_t i = 0; i < file->count; i++)
		size += print_event(&file->event[i], file->text + size);
	if (size > 0)
		file->error =
		    event_store_append(&file->store, file->text, size);
	if (file->error == 0 && file->count == 0)
		file->error = event_store_sync(&file->store);
}

/* --- on C --- */

/* Events that left the history before they could be written. */
static void
count_lost(struct event_file *file, uint64_t lost)
{
	mixer_status(file->mixer)->drops[DROP_EVENTS] += (unsigned)lost;
	file->lost += (unsigned)lost;
}

static void
take_batch(struct event_file *file)
{
	const struct event_log *log = mixer_events(file->mixer);
	uint64_t newest = event_log_newest(log), at = file->written;

	if (newest - at > EVENT_HISTORY) {
		count_lost(file, newest - EVENT_HISTORY - at);
		at = file->written = newest - EVENT_HISTORY;
	}
	file->count = 0;
	while (at < newest && file->count < BATCH) {
		const struct event *event = event_log_at(log, ++at);
		if (event != NULL)
			file->event[file->count++] = *event;
	}
	file->last = at;
}

static void
tell_trouble(struct event_file *file)
{
	if (file->error < 0 && !file->failing)
		log_at(LOG_LEVEL_ERROR,
		    "%s/events.jsonl: %s; the last %d events are kept in "
		    "memory, and writing is tried every second",
		    file->store.path, strerror(-file->error), EVENT_HISTORY);
	if (file->error == 0 && file->failing) {
		log_line("%s/events.jsonl: events are written again, %u were "
			 "lost",
		    file->store.path, file->lost);
		file->lost = 0;
	}
	file->failing = file->error < 0;
}

static void
batch_done(struct worker_job *job)
{
	struct event_file *file = (struct event_file *)job;

	file->busy = false;
	tell_trouble(file);
	if (file->error < 0)
		file->next = mixer_seconds() + RETRY;
	else
		file->written = file->last;
}

static void
event_file_tick(void *arg)
{
	struct event_file *file = arg;
	double now = mixer_seconds();

	if (file->busy || now < file->next)
		return;
	take_batch(file);
	if (file->count == 0) {
		if (!file->store.dirty || now - file->synced < SYNC_EVERY)
			return;
		file->synced = now;
	}
	file->busy = true;
	worker_post(file->worker, &file->job);
}

/* --- start and stop --- */

static int
restore(struct event_file *file)
{
	struct event_store_report report;
	struct event *older = calloc(EVENT_HISTORY, sizeof *older);
	size_t count;

	if (older == NULL)
		return -ENOMEM;
	count = event_store_load(&file->store, older, EVENT_HISTORY, &report);
	event_log_restore(mixer_events(file->mixer), older, count);
	if (count > 0)
		file->written = older[count - 1].sequence;
	free(older);
	if (report.error < 0)
		log_at(LOG_LEVEL_WARNING,
		    "%s/%s: %s; what is in it stays as it is", file->store.path,
		    report.file, strerror(-report.error));
	if (report.blind)
		return report.error;
	if (report.torn > 0)
		log_at(LOG_LEVEL_WARNING,
		    "%s/events.jsonl: cut off %zu bytes of a line that a "
		    "crash left without its end",
		    file->store.path, report.torn);
	if (report.strange > 0)
		log_at(LOG_LEVEL_WARNING,
		    "%s/events.jsonl: passed over %zu lines that hold no "
		    "event",
		    file->store.path, report.strange);
	return 0;
}

static int
start(struct event_file *file, const char *directory)
{
	const struct desk *desk = mixer_desk(file->mixer);
	int error = event_store_open(&file->store, directory,
	    (size_t)desk->event_bytes, desk->event_files);

	if (error == 0)
		error = restore(file);
	if (error < 0)
		return error;
	file->worker = worker_new(file->loop);
	file->timer = loop_every(file->loop, TICK_MS, event_file_tick, file);
	return file->worker != NULL && file->timer >= 0 ? 0 : -EMFILE;
}

struct event_file *
event_file_new(struct mixer *mixer, struct loop *loop, const char *directory)
{
	struct event_file *file = calloc(1, sizeof *file);
	int error;

	if (file == NULL) {
		log_at(LOG_LEVEL_ERROR, "no memory to write events to files");
		return NULL;
	}
	file->job =
	    (struct worker_job){ .work = write_batch, .done = batch_done };
	file->mixer = mixer;
	file->loop = loop;
	file->timer = -1;
	error = start(file, directory);
	if (error == 0)
		return file;
	log_at(LOG_LEVEL_ERROR, "%s: %s; events are not written to files",
	    directory,
	    error == -EWOULDBLOCK ? "another headroomd keeps its events there"
				  : strerror(-error));
	event_file_free(file);
	return NULL;
}

/* What fails is tried again, as no other time comes. */
static void
write_rest(struct event_file *file)
{
	int failures = 0;

	while (failures < LAST_TRIES) {
		take_batch(file);
		write_batch(&file->job);
		batch_done(&file->job);
		if (file->error < 0)
			failures++;
		else if (file->count == 0)
			return;
	}
}

void
event_file_free(struct event_file *file)
{
	if (file == NULL)
		return;
	if (file->timer >= 0)
		loop_end(file->loop, file->timer);
	if (!worker_free(file->worker, STUCK_MS)) {
		log_at(LOG_LEVEL_ERROR,
		    "%s/events.jsonl: the disk does not answer; the last "
		    "events are lost",
		    file->store.path);
		return;
	}
	if (file->worker != NULL)
		write_rest(file);
	event_store_close(&file->store);
	free(file);
}
