#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Meter blobs of the real daemon, read by the manual and nothing else.
 */

#define CHANNELS 80           /* mono; the master is stereo */
#define STRIPS (CHANNELS + 2) /* with master and monitor */
#define ENTRIES (3 * CHANNELS + 12)
#define PACKETS 2 /* of 226 entries at most */
#define TOLERANCE 0.01
#define SILENCE (-20000)
#define PEAKS 8
#define TRIES 40

struct entry {
	int peak, rms, true_peak;
};

/* One reading, as it comes together. */
struct blob {
	uint32_t layout, tick;
	unsigned packets; /* that have come */
	struct entry entry[ENTRIES];
};

static char *
make_json(void)
{
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);

	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (int i = 1; i <= CHANNELS; i++)
		fprintf(out, "%s{ \"id\": \"c%d\", \"trim\": %g }",
		    i > 1 ? "," : "", i, -6.3 + 0.1 * i);
	fprintf(out, "] }");
	fclose(out);
	return json;
}

/* Three channels are played to, two are recorded. */
static void
start(struct rig *rig)
{
	char *json = make_json(), port[64];

	rig_start(rig, 48000, 256, json);
	free(json);
	rig_join(rig, 3, 1);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(port, sizeof port, "headroom:c%u_in_1", i + 1);
		rig_connect_play(rig, i, port);
	}
	rig_connect_capture(rig, "headroom:c1_out_1", 0);
	rig_settle(rig, 150);
}

/* --- readings --- */

static uint32_t
number(const uint8_t *at, int bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *at++;
	return value;
}

static int
level(const uint8_t *at)
{
	return (int16_t)number(at, 2);
}

/* Puts a packet in. */
static void
take_packet(struct blob *blob, const struct osc_reply *reply)
{
	lo_blob whole = (lo_blob)reply->argv[0];
	const uint8_t *data = lo_blob_dataptr(whole);
	uint32_t size = lo_blob_datasize(whole);

	assert_string_equal(reply->types, "b");
	assert_true(reply->datagram < 1400);
	assert_true(size >= 16 && (size - 16) % 6 == 0);
	if (number(data + 4, 4) != blob->tick)
		blob->packets = 0;
	blob->layout = number(data, 4);
	blob->tick = number(data + 4, 4);
	assert_int_equal(number(data + 8, 2), blob->packets);
	assert_int_equal(number(data + 10, 2), PACKETS);
	uint32_t first = number(data + 12, 4), count = (size - 16) / 6;
	assert_int_equal(first, blob->packets * 226);
	assert_true(first + count <= ENTRIES);
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *at = data + 16 + 6 * i;
		blob->entry[first + i] =
		    (struct entry){ level(at), level(at + 2), level(at + 4) };
	}
	blob->packets++;
}

/* The next whole reading that comes within `ms`. */
static bool
next_blob(struct osc_client *client, struct blob *blob, unsigned ms)
{
	double until = rig_now() + ms / 1000.0;

	for (;;) {
		double left = 1000 * (until - rig_now());
		const struct osc_reply *reply =
		    osc_next(client, left > 0 ? (unsigned)left : 0);
		if (reply == NULL)
			return false;
		if (strcmp(reply->address, "/meters/blob") != 0)
			continue;
		take_packet(blob, reply);
		if (blob->packets == PACKETS)
			return true;
	}
}

static bool
is_near(int hundredths, double db)
{
	return fabs(hundredths / 100.0 - db) < TOLERANCE;
}

/* --- the promises --- */

struct told {
	char strip[48];
	int entry, lanes;
};

/* Asks for the layout; its entries come without gaps. */
static void
read_layout(struct osc_client *osc, uint32_t layout, struct told *told)
{
	int entry = 0;

	osc_send(osc, "/meters/layout", "");
	for (int i = 0; i < STRIPS; i++) {
		const struct osc_reply *reply = osc_wait(osc, "/meters/layout");
		assert_int_equal(osc_long(reply, 1), layout);
		assert_int_equal(osc_long(reply, 3), entry);
		assert_string_equal(osc_text(reply, 5), "in trim fader");
		snprintf(told[i].strip, sizeof told[i].strip, "%s",
		    osc_text(reply, 2));
		told[i].entry = entry;
		told[i].lanes = (int)osc_long(reply, 4);
		entry += 3 * told[i].lanes;
	}
	assert_int_equal(entry, ENTRIES);
	osc_expect(osc, "/meters/layout/end", "siii", "", (int)layout, STRIPS,
	    ENTRIES);
}

/* Compares the entries of a strip with gets; says in `why` what differs. */
static bool
strip_agrees(struct osc_client *osc, const struct blob *blob,
    const struct told *told, char why[128])
{
	static const char *const stage[] = { "in", "trim", "fader" };
	const struct entry *e = &blob->entry[told->entry];
	char address[80];

	for (int i = 0; i < 3; i++) {
		snprintf(address, sizeof address, "/meter/%.47s/%s",
		    told->strip, stage[i]);
		osc_send(osc, address, "");
		const struct osc_reply *get = osc_wait(osc, address);
		assert_int_equal(get->argc, 3 * told->lanes);
		for (int k = 0; k < told->lanes; k++, e++) {
			if (is_near(e->peak, osc_number(get, 3 * k)) &&
			    is_near(e->rms, osc_number(get, 3 * k + 1)) &&
			    is_near(e->true_peak, osc_number(get, 3 * k + 2)))
				continue;
			snprintf(why, 128, "%s, lane %d: %d %d %d", address, k,
			    e->peak, e->rms, e->true_peak);
			return false;
		}
	}
	return true;
}

static bool
all_agree(struct rig *rig, const struct blob *blob, const struct told *told,
    char why[128])
{
	struct osc_client *osc = osc_open(rig->udp_port);
	bool agree = true;

	for (int i = 0; agree && i < STRIPS; i++)
		agree = strip_agrees(osc, blob, &told[i], why);
	osc_close(osc);
	return agree;
}

static void
blobs_read_what_gets_read(void **state)
{
	struct rig *rig = *state;
	struct rig_take *take = take_new(3, 0, 48000, UINT32_MAX / 2);
	struct told told[STRIPS];
	struct blob blob = { 0 };
	bool agree = false;
	char why[128] = "";

	start(rig);
	take->loops = true;
	/* Each window of 10 ms is like any other. */
	for (int i = 0; i < 3; i++)
		signal_sine(take->play[i], 48000, 0.9 / (1 + i), 1.0 / 48);
	rig_roll(rig, take);
	struct osc_client *other = osc_open(rig->udp_port);
	osc_send(rig->osc, "/subscribe", "si", "meters/blob", 50);
	assert_true(next_blob(rig->osc, &blob, 1000));
	read_layout(other, blob.layout, told);
	osc_close(other);
	/* Again where JACK lost time: the tone has a gap then. */
	for (int i = 0; !agree && i < TRIES; i++) {
		osc_send(rig->osc, "/renew", "");
		rig_wait_frames(rig, 24000);
		while (next_blob(rig->osc, &blob, 0))
			;
		assert_true(next_blob(rig->osc, &blob, 1000));
		agree = is_near(blob.entry[0].peak, ref_db(0.9)) &&
			is_near(blob.entry[0].rms, ref_db(0.9) - 3.0103) &&
			is_near(blob.entry[1].peak, ref_db(0.9) - 6.2) &&
			all_agree(rig, &blob, told, why);
	}
	if (!agree)
		fail_msg("no reading agrees; %s", why);
	rig_cut(rig);
	take_free(take);
	rig_end(rig);
}

/* What the blobs of a client had at the first entry. */
struct heard {
	struct osc_client *osc;
	struct blob blob;
	unsigned blobs, lost;
	uint32_t tick; /* of the last whole one */
	unsigned times[PEAKS];
};

/* Peaks are 0.02, 0.04 and so on. */
static void
hear(struct heard *heard)
{
	while (next_blob(heard->osc, &heard->blob, 0)) {
		if (heard->blobs++ > 0)
			heard->lost += heard->blob.tick - heard->tick - 1;
		heard->tick = heard->blob.tick;
		for (int i = 0; i < PEAKS; i++)
			heard->times[i] += is_near(
			    heard->blob.entry[0].peak, ref_db(0.02 * (i + 1)));
	}
}

static void
no_peak_is_lost_at_1_or_at_100_hz(void **state)
{
	struct rig *rig = *state;
	uint32_t seed = 5, at[PEAKS], frames = 10 * 48000;
	struct rig_take *take = take_new(1, 1, frames, frames);
	struct heard slow = { 0 }, fast = { 0 };

	start(rig);
	slow.osc = osc_open(rig->udp_port);
	fast.osc = osc_open(rig->udp_port);
	signal_sine(take->play[0], frames, 0.001, 0.01);
	/* More than a second apart: no peak hides another. */
	for (int i = 0; i < PEAKS; i++) {
		at[i] =
		    (uint32_t)((0.2 + 1.2 * i + 0.15 * signal_random(&seed)) *
			       48000);
		take->play[0][at[i]] =
		    (i % 2 ? -0.02F : 0.02F) * (float)(i + 1);
	}
	osc_send(slow.osc, "/subscribe", "si", "meters/blob", 1);
	osc_send(fast.osc, "/subscribe", "si", "meters/blob", 100);
	rig_roll(rig, take);
	for (double end = rig_now() + 12; rig_now() < end;) {
		hear(&slow);
		hear(&fast);
		osc_send(slow.osc, "/renew", "");
		osc_send(fast.osc, "/renew", "");
		rig_sleep(20);
	}
	rig_finish(rig);
	assert_int_equal(slow.lost + fast.lost, 0);
	assert_in_range(slow.blobs, 6, 14);
	assert_in_range(fast.blobs, 100, 1300);
	for (int i = 0; i < PEAKS; i++) {
		/* JACK may skip a cycle, and then nobody heard it. */
		if (take->capture[0][at[i]] == 0)
			continue;
		if (slow.times[i] == 0 || fast.times[i] == 0)
			fail_msg("peak %d was told %u and %u times", i,
			    slow.times[i], fast.times[i]);
	}
	osc_close(slow.osc);
	osc_close(fast.osc);
	take_free(take);
	rig_end(rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(blobs_read_what_gets_read),
		RIG_TEST(no_peak_is_lost_at_1_or_at_100_hz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
