#include "mixer/desk_log.h"

#include "mixer/meters_fold.h"
#include "mixer/mixer.h"

#include <stdio.h>

void
desk_log(struct mixer *mixer, const char *action, const char *changes)
{
	struct event event = {
		.kind = EVENT_DESK,
		.frame = meters_frame(mixer_meters(mixer)),
	};

	snprintf(event.state, sizeof event.state, "%s", action);
	snprintf(event.text, sizeof event.text, "%s", changes);
	event_log_add(mixer_events(mixer), &event);
}
