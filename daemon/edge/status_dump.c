#include "edge/status_dump.h"

#include "edge/log.h"
#include "mixer/desk.h"
#include "mixer/meters.h"
#include "mixer/mixer.h"
#include "mixer/zones.h"
#include "protocol/zone.h"

#include <stdio.h>

static void
dump_drops(const struct mixer_status *status)
{
	for (int i = 0; i < DROPS; i++)
		if (status->drops[i] > 0)
			log_line("status: drops: %s %u",
			    mixer_drop_name((enum mixer_drop)i),
			    status->drops[i]);
}

static void
dump_strip(struct mixer *mixer, unsigned strip)
{
	const struct desk *desk = mixer_desk(mixer);
	const struct zones *zones = meters_zones(mixer_meters(mixer));
	char name[DESK_STRIP_TEXT];

	desk_strip_text(&desk->strip[strip], false, name);
	for (unsigned i = 0; i < mixer_stages(mixer, strip); i++) {
		struct zones_reading reading;
		zones_read(zones, strip, i, &reading);
		if (reading.zone == ZONE_SILENT && reading.headroom >= 0)
			continue;
		log_line("status: %s %s: %s, headroom %.1f dB", name,
		    mixer_stage_name(mixer, strip, i), zone_name(reading.zone),
		    reading.headroom);
	}
}

void
status_dump(struct mixer *mixer)
{
	const struct mixer_status *status = mixer_status(mixer);
	const struct desk *desk = mixer_desk(mixer);

	log_line("status: headroomd " VERSION ", up %.0f s, %zu strips",
	    mixer_seconds() - status->started, desk->strips);
	log_line("status: JACK is %s, %u Hz, %u frames",
	    mixer_jack_name(status->jack), status->sample_rate, status->period);
	log_line("status: load %.1f %%, longest cycle %.1f %% of a period, "
		 "%u xruns",
	    status->dsp_load, status->worst_cycle, status->xruns);
	log_line("status: %u subscribers", status->subscribers);
	dump_drops(status);
	for (unsigned i = 0; i < desk->strips; i++)
		dump_strip(mixer, i);
}
