#include "edge/event_notice.h"

#include "edge/log.h"
#include "edge/loop.h"
#include "mixer/mixer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 200

struct event_notice {
	struct mixer *mixer;
	struct loop *loop;
	int timer;
	uint64_t told; /* sequence number of the last one */
	struct {
		double since;   /* when its time began, in seconds */
		unsigned lines; /* in it */
		unsigned more;  /* left out in it */
	} kind[EVENT_KINDS];
};

static enum log_level
level_of(const struct event *event)
{
	switch (event->kind) {
	case EVENT_CLIP:
	case EVENT_INVALID:
	case EVENT_XRUN:
	case EVENT_GUARD:
		return LOG_LEVEL_WARNING;
	case EVENT_INSERT:
		return strcmp(event->state, "failed") == 0 ? LOG_LEVEL_WARNING
							   : LOG_LEVEL_NOTICE;
	case EVENT_STATE:
		return strcmp(event->state, "unsaved") == 0 ||
			       strcmp(event->state, "set-aside") == 0
			   ? LOG_LEVEL_WARNING
			   : LOG_LEVEL_INFO;
	case EVENT_OVER:
	case EVENT_DESK:
		return LOG_LEVEL_NOTICE;
	case EVENT_ZONE:
		return LOG_LEVEL_DEBUG;
	default: /* whoever makes them says more of it */
		return LOG_LEVEL_INFO;
	}
}

static void
level_text(const struct event *event, char *text, size_t size)
{
	const char *name = event_form(event->kind)->name;
	int used = snprintf(text, size,
	    "%s: %s %s, lane %d, peak %+.1f dBFS, %u samples, from %s", name,
	    event->strip, event->stage, event->lane, event->peak, event->count,
	    event->origin);

	if (event->sum[0] != '\0' && used > 0 && (size_t)used < size)
		snprintf(text + used, size - (size_t)used, " (sum of %s)",
		    event->sum);
}

void
event_notice_text(const struct event *event, char *text, size_t size)
{
	switch (event->kind) {
	case EVENT_OVER:
	case EVENT_CLIP:
		level_text(event, text, size);
		break;
	case EVENT_INVALID:
		snprintf(text, size,
		    "NaN or Inf: %s %s, lane %d, %u samples, silenced",
		    event->strip, event->stage, event->lane, event->count);
		break;
	case EVENT_XRUN:
		snprintf(text, size, "xrun: %u since the start", event->count);
		break;
	case EVENT_INSERT:
		snprintf(text, size, "insert: %s insert/%u is %s%s%s",
		    event->strip, event->slot, event->state,
		    event->text[0] != '\0' ? ": " : "", event->text);
		break;
	case EVENT_ZONE:
		snprintf(text, size, "zone: %s %s was %s, is %s", event->strip,
		    event->stage, event->before, event->state);
		break;
	case EVENT_GUARD:
		snprintf(text, size,
		    "guard: %s %s, trim moved by %.1f dB, %.1f dB taken in all",
		    event->strip, event->state, event->peak, event->reduction);
		break;
	default:
		snprintf(text, size, "%s: %s%s%s",
		    event_form(event->kind)->name, event->state,
		    event->text[0] != '\0' ? ": " : "", event->text);
	}
}

static void
tell(const struct event *event)
{
	char field[LOG_FIELDS][128], text[512];
	const char *fields[LOG_FIELDS];
	size_t count = 0;

	snprintf(field[count++], sizeof field[0], "EVENT=%s",
	    event_form(event->kind)->name);
	snprintf(field[count++], sizeof field[0], "SEQUENCE=%" PRIu64,
	    event->sequence);
	if (event->strip[0] != '\0')
		snprintf(
		    field[count++], sizeof field[0], "STRIP=%s", event->strip);
	if (event->kind == EVENT_INSERT)
		snprintf(field[count++], sizeof field[0], "STAGE=insert/%u",
		    event->slot);
	else if (event->stage[0] != '\0')
		snprintf(
		    field[count++], sizeof field[0], "STAGE=%s", event->stage);
	for (size_t i = 0; i < count; i++)
		fields[i] = field[i];
	event_notice_text(event, text, sizeof text);
	log_fields(level_of(event), fields, count, text);
}

/* Where the time of a kind is over: how many lines it has not had. */
static void
begin_anew(struct event_notice *notice, double now)
{
	for (int i = 0; i < EVENT_KINDS; i++) {
		unsigned more = notice->kind[i].more;
		struct event like = { .kind = (enum event_kind)i };
		if (notice->kind[i].lines == 0 ||
		    now - notice->kind[i].since < EVENT_NOTICE_SECONDS)
			continue;
		notice->kind[i].lines = notice->kind[i].more = 0;
		if (more > 0)
			log_at(level_of(&like),
			    "%s: %u more in %d s; \"headroomctl events\" has "
			    "all of them",
			    event_form(like.kind)->name, more,
			    EVENT_NOTICE_SECONDS);
	}
}

void
event_notice_take(struct event_notice *notice, double now)
{
	const struct event_log *log = mixer_events(notice->mixer);
	uint64_t newest = event_log_newest(log);

	begin_anew(notice, now);
	while (notice->told < newest) {
		const struct event *event = event_log_at(log, ++notice->told);
		if (event == NULL)
			continue;
		enum event_kind kind = event->kind;
		if (notice->kind[kind].lines == 0)
			notice->kind[kind].since = now;
		if (notice->kind[kind].lines < EVENT_NOTICE_LINES) {
			notice->kind[kind].lines++;
			tell(event);
		} else {
			notice->kind[kind].more++;
		}
	}
}

static void
take(void *arg)
{
	event_notice_take(arg, mixer_seconds());
}

struct event_notice *
event_notice_new(struct mixer *mixer, struct loop *loop)
{
	struct event_notice *notice = calloc(1, sizeof *notice);

	if (notice == NULL)
		return NULL;
	notice->mixer = mixer;
	notice->loop = loop;
	notice->told = event_log_newest(mixer_events(mixer));
	notice->timer = loop_every(loop, TICK_MS, take, notice);
	if (notice->timer < 0) {
		free(notice);
		return NULL;
	}
	return notice;
}

void
event_notice_free(struct event_notice *notice)
{
	if (notice == NULL)
		return;
	take(notice);
	begin_anew(notice, mixer_seconds() + EVENT_NOTICE_SECONDS);
	loop_end(notice->loop, notice->timer);
	free(notice);
}
