#include "rig.h"

#include <jack/jack.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* lilv takes whole paths only. */
int
rig_find_plugins(void **state)
{
	const char *build = getenv("HEADROOM_BUILD");
	char path[512], all[1024];

	(void)state;
	snprintf(path, sizeof path, "%s/lv2",
	    build != NULL && build[0] != '\0' ? build : "build");
	char *whole = realpath(path, NULL);
	if (whole == NULL)
		return -1;
	snprintf(all, sizeof all, "%s:/usr/lib/lv2", whole);
	free(whole);
	return setenv("LV2_PATH", all, 1);
}

/* Server, player and recorder, if they do not run yet, and the daemon anew. */
static void
start(struct rig *rig, unsigned period, const char *json)
{
	const char *state_dir = rig->state_dir;

	if (rig->jackd == 0) {
		rig_init(rig, 48000, period);
		rig->state_dir = state_dir;
		rig->priority = rig_may_realtime() ? 70 : 0;
		rig_start_server(rig);
		rig_join(rig, 2, 2);
	}
	rig_start_daemon(rig, json);
	rig_wait_state(rig, "running");
	rig_wait_connected(rig, "desk:master_out_1", "rig-rec:in_1");
	rig_wait_connected(rig, "desk:master_out_2", "rig-rec:in_2");
}

void
rig_start_pair(
    struct rig *rig, unsigned period, const char *inserts, const char *more)
{
	char json[1024];

	snprintf(json, sizeof json,
	    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" },"
	    " \"channels\": [ { \"id\": \"a\", \"lanes\": 2,"
	    " \"from\": [ \"rig-play:out_1\", \"rig-play:out_2\" ],"
	    " \"to\": [ \"wet\", \"dry\" ] } ],"
	    " \"buses\": [ { \"id\": \"wet\", \"inserts\": [ %s ]%s },"
	    " { \"id\": \"dry\", \"polarity\": true } ],"
	    " \"master\": {"
	    " \"outputs\": [ \"rig-rec:in_1\", \"rig-rec:in_2\" ] } }",
	    inserts, more);
	start(rig, period, json);
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
	rig_wait_connected(rig, "rig-play:out_2", "desk:a_in_2");
	rig_wait_insert(rig, "bus/wet/insert/1", "active");
	rig_settle(rig, 300);
}

void
rig_start_channels(
    struct rig *rig, unsigned period, const char *a, const char *b)
{
	char json[1024];

	snprintf(json, sizeof json,
	    "{ \"version\": 1, \"jack\": { \"client\": \"desk\" },"
	    " \"pan_law\": -6, \"channels\": ["
	    " { \"id\": \"a\", \"from\": [ \"rig-play:out_1\" ], \"pan\": -1,"
	    " \"inserts\": [ %s ] },"
	    " { \"id\": \"b\", \"from\": [ \"rig-play:out_2\" ], \"pan\": 1,"
	    " \"inserts\": [ %s ] } ], \"master\": {"
	    " \"outputs\": [ \"rig-rec:in_1\", \"rig-rec:in_2\" ] } }",
	    a, b);
	start(rig, period, json);
	rig_wait_connected(rig, "rig-play:out_1", "desk:a_in_1");
	rig_wait_connected(rig, "rig-play:out_2", "desk:b_in_1");
}

struct rig_take *
take_noise(unsigned ports, uint32_t frames)
{
	struct rig_take *take = take_new(ports, ports, frames, frames);

	for (unsigned port = 0; port < ports; port++)
		signal_noise(take->play[port], frames, 0.25, 1 + port);
	return take;
}

void
take_expect(const struct rig *rig, const struct rig_take *take, unsigned port,
    double gain, uint32_t late)
{
	for (uint32_t i = late; i < take->frames; i++) {
		double wanted = gain * (double)take->play[port][i - late];
		double is = (double)take->capture[port][i];
		if (!(fabs(is - wanted) < RIG_NOTHING))
			rig_fail(rig,
			    "port %u, frame %u, %u frames late: %g instead of "
			    "%g",
			    port, i, late, is, wanted);
	}
}
