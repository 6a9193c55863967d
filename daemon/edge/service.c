#include "edge/service.h"

#include "edge/log.h"
#include "edge/loop.h"
#include "mixer/mixer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define LOOK_MS 500 /* between two looks at how it stands */

struct service {
	struct mixer *mixer;
	struct loop *loop;
	int timer;
	bool watched;    /* the manager keeps a watchdog */
	unsigned cycles; /* as of the last look */
	char told[128];  /* the last STATUS */
};

/* Nothing that changes all the time: each line is kept by the manager. */
static void
tell_status(struct service *service)
{
	const struct mixer_status *status = mixer_status(service->mixer);
	char words[128];

	if (status->jack == JACK_WAITING)
		snprintf(words, sizeof words, "waiting for JACK%s",
		    status->jack_stuck     ? ": it does not answer"
		    : status->jack_refused ? ": it refuses the client"
					   : "");
	else
		snprintf(words, sizeof words, "%s: %u Hz, %u frames",
		    mixer_jack_name(status->jack), status->sample_rate,
		    status->period);
	if (strcmp(words, service->told) == 0)
		return;
	memcpy(service->told, words, sizeof words);
	sd_notifyf(0, "STATUS=%s", words);
}

/* This is called, so the loop turns; audio must, too, where there is any. Where
 * there is none, JACK must be able to bring it back. */
static void
feed_watchdog(struct service *service)
{
	const struct mixer_status *status = mixer_status(service->mixer);
	bool turns =
	    status->jack != JACK_RUNNING || status->cycles != service->cycles;

	if (status->jack == JACK_WAITING && status->jack_stuck)
		turns = false;
	service->cycles = status->cycles;
	if (service->watched && turns)
		sd_notify(0, "WATCHDOG=1");
}

static void
look(void *arg)
{
	tell_status(arg);
	feed_watchdog(arg);
}

struct service *
service_open(struct mixer *mixer, struct loop *loop)
{
	const char *socket = getenv("NOTIFY_SOCKET");
	struct service *service;
	uint64_t limit = 0;

	if (!socket || *socket == '\0')
		return NULL;
	service = calloc(1, sizeof *service);
	if (!service)
		return NULL;
	service->mixer = mixer;
	service->loop = loop;
	service->watched = sd_watchdog_enabled(0, &limit) > 0;
	if (service->watched && limit < 3000U * LOOK_MS)
		log_line("the service manager's watchdog is set to %u ms; "
			 "WatchdogSec= must be at least %u ms",
		    (unsigned)(limit / 1000), 3 * LOOK_MS);
	service->timer = loop_every(loop, LOOK_MS, look, service);
	if (service->timer < 0) {
		free(service);
		return NULL;
	}
	sd_notify(0, "READY=1");
	look(service);
	return service;
}

void
service_close(struct service *service)
{
	if (!service)
		return;
	sd_notify(0, "STOPPING=1");
	loop_end(service->loop, service->timer);
	free(service);
}
