#include "mixer/event.h"

#include "mixer/live.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct event_log {
	uint64_t newest;
	void (*added)(void *arg, const struct event *event);
	void *arg;
	struct event kept[EVENT_HISTORY]; /* at sequence % EVENT_HISTORY */
};

struct event_log *
event_log_new(void)
{
	/* All of it at once: a history that fills must not look like a leak. */
	return live_alloc(sizeof(struct event_log));
}

void
event_log_free(struct event_log *log)
{
	free(log);
}

static int64_t
wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
event_log_add(struct event_log *log, struct event *event)
{
	event->sequence = ++log->newest;
	if (event->time == 0)
		event->time = wall_clock();
	log->kept[event->sequence % EVENT_HISTORY] = *event;
	if (log->added != NULL)
		log->added(log->arg, event);
}

void
event_log_restore(
    struct event_log *log, const struct event *older, size_t count)
{
	struct event_log *before;

	if (count == 0)
		return;
	before = malloc(sizeof *before);
	if (before == NULL)
		return;
	*before = *log;
	*log = (struct event_log){ .added = before->added, .arg = before->arg };
	for (size_t i = 0; i < count; i++)
		log->kept[older[i].sequence % EVENT_HISTORY] = older[i];
	log->newest = older[count - 1].sequence;
	for (uint64_t i = 1; i <= before->newest; i++)
		if (event_log_at(before, i) != NULL)
			event_log_add(log, &before->kept[i % EVENT_HISTORY]);
	free(before);
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
	const struct event *kept = &log->kept[sequence % EVENT_HISTORY];

	if (sequence == 0 || sequence > log->newest ||
	    kept->sequence != sequence)
		return NULL;
	return kept;
}

uint64_t
event_log_newest(const struct event_log *log)
{
	return log->newest;
}

/* --- arguments --- */

/* Where an argument stands in a struct event. */
struct place {
	uint64_t *wide;
	int64_t *time;
	int *number;
	unsigned *count;
	double *level;
	char *text;
	size_t size; /* bytes of text */
};

static struct place
place_text(char *text, size_t size)
{
	return (struct place){ .text = text, .size = size };
}

static struct place
place_of(struct event *event, const char *field)
{
	const struct {
		const char *field;
		struct place place;
	} places[] = {
		{ "sequence", { .wide = &event->sequence } },
		{ "frame", { .wide = &event->frame } },
		{ "time", { .time = &event->time } },
		{ "strip", place_text(event->strip, sizeof event->strip) },
		{ "stage", place_text(event->stage, sizeof event->stage) },
		{ "lane", { .number = &event->lane } },
		{ "last_frame", { .wide = &event->last } },
		{ "samples", { .count = &event->count } },
		{ "xruns", { .count = &event->count } },
		{ "peak", { .level = &event->peak } },
		{ "by", { .level = &event->peak } },
		{ "reduction", { .level = &event->reduction } },
		{ "origin", place_text(event->origin, sizeof event->origin) },
		{ "sum", place_text(event->sum, sizeof event->sum) },
		{ "from", place_text(event->before, sizeof event->before) },
		{ "to", place_text(event->state, sizeof event->state) },
		{ "state", place_text(event->state, sizeof event->state) },
		{ "reason", place_text(event->text, sizeof event->text) },
		{ "action", place_text(event->state, sizeof event->state) },
		{ "scene", place_text(event->text, sizeof event->text) },
		{ "changes", place_text(event->text, sizeof event->text) },
		{ "slot", { .count = &event->slot } },
	};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strcmp(places[i].field, field) == 0)
			return places[i].place;
	return (struct place){ 0 };
}

size_t
event_values(const struct event *event, struct schema_value value[EVENT_VALUES])
{
	const struct event_form *form = event_form(event->kind);
	size_t count = 0;

	for (; form->fields[count] != NULL; count++) {
		/* Nothing is written there. */
		struct place place =
		    place_of((struct event *)event, form->fields[count]);
		double number = 0;
		if (place.wide != NULL)
			number = (double)*place.wide;
		else if (place.time != NULL)
			number = (double)*place.time;
		else if (place.number != NULL)
			number = *place.number;
		else if (place.count != NULL)
			number = *place.count;
		else if (place.level != NULL)
			number = *place.level;
		value[count] =
		    (struct schema_value){ .type = form->types[count],
			    .number = number,
			    .text = place.text };
	}
	return count;
}

/* Within 0…most, as a line may say anything. */
static double
bounded(double number, double most)
{
	return number < 0 ? 0 : number > most ? most : number;
}

void
event_from_line(struct event *event, const struct event_line *line)
{
	const struct event_form *form = event_form(line->kind);

	memset(event, 0, sizeof *event);
	event->kind = line->kind;
	for (size_t i = 0; i < line->values; i++) {
		const struct schema_value *value = &line->value[i];
		struct place place = place_of(event, form->fields[i]);
		if (place.wide != NULL)
			*place.wide =
			    (uint64_t)bounded(value->number, EVENT_NUMBER_MAX);
		else if (place.time != NULL)
			*place.time = (int64_t)value->number;
		else if (place.number != NULL)
			*place.number = (int)bounded(value->number, INT_MAX);
		else if (place.count != NULL)
			*place.count =
			    (unsigned)bounded(value->number, INT_MAX);
		else if (place.level != NULL)
			*place.level = value->number;
		else if (place.text != NULL)
			snprintf(place.text, place.size, "%s", value->text);
	}
}
