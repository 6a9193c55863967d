#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Datagrams that are not OSC change nothing, are not answered, are counted,
 * and leave the daemon as it was.
 */

static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    "  { \"id\": \"kick\", \"fader\": -6, \"sends\": { \"verb\": {} } },"
    "  { \"id\": \"snare\" } ], \"buses\": [ { \"id\": \"verb\" } ] }";

#define BYTES(text)                    \
	{                              \
		text, sizeof(text) - 1 \
	}
#define FADER "/ch/kick/fader\0\0"
#define BUNDLE "#bundle\0\0\0\0\0\0\0\0\1"
#define MUTE "\0\0\0\x18/ch/kick/mute\0\0\0,i\0\0\0\0\0\1"

static const struct bytes {
	const char *data;
	size_t size;
} malformed[] = {
	/* sizes */
	BYTES(""),
	BYTES("/"),
	BYTES("/ch"),
	BYTES("\0"),
	BYTES("\0\0\0\0"),
	BYTES(FADER ",f\0\0\0\0\0"),
	BYTES(FADER ",f\0\0\0\0\0\0\0"),
	BYTES(FADER ",f\0\0\0"),
	BYTES("#bundl"),
	/* addresses */
	BYTES("abcdefgh"),
	BYTES("ch/kick/fader\0\0\0,f\0\0\0\0\0\0"),
	BYTES("/ch/kick/fader//"),
	BYTES("/ch/kick/fader\0x,f\0\0\0\0\0\0"),
	BYTES("/abc"),
	BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"),
	BYTES(" /ch/kick/fader\0,f\0\0\0\0\0\0"),
	BYTES("#bundlf\0\0\0\0\0\0\0\0\1"),
	/* type tags */
	BYTES(FADER "f\0\0\0\0\0\0\0"),
	BYTES(FADER ",fff"),
	BYTES(FADER ",x\0\0\0\0\0\0"),
	BYTES(FADER ",f\0x\0\0\0\0"),
	BYTES(FADER ",[f]\0\0\0\0\0\0\0\0"),
	BYTES(FADER ",[\0\0"),
	BYTES(FADER ",\x01\0\0"),
	/* arguments that are not there, or are more than was said */
	BYTES(FADER ",f\0\0"),
	BYTES(FADER ",i\0\0"),
	BYTES(FADER ",ff\0\0\0\0\0"),
	BYTES(FADER ",d\0\0\0\0\0\0"),
	BYTES(FADER ",h\0\0\0\0\0\0"),
	BYTES(FADER ",t\0\0\0\0\0\0"),
	BYTES(FADER ",f\0\0\0\0\0\0\0\0\0\0"),
	BYTES(FADER ",\0\0\0\0\0\0\0"),
	BYTES(FADER ",T\0\0\0\0\0\0"),
	/* strings and blobs past the end, or badly padded */
	BYTES(FADER ",s\0\0abcd"),
	BYTES(FADER ",s\0\0"),
	BYTES(FADER ",s\0\0a\0x\0"),
	BYTES(FADER ",sf\0abc\0"),
	BYTES(FADER ",b\0\0\0\0\0\x08xxxx"),
	BYTES(FADER ",b\0\0\xff\xff\xff\xffxxxx"),
	BYTES(FADER ",b\0\0\x7f\xff\xff\xfcxxxx"),
	BYTES(FADER ",b\0\0"),
	BYTES("/b\0\0,bd\0\0\0\0\0"),
	/* bundles, each with a good message that must not be taken */
	BYTES("#bundle\0"),
	BYTES("#bundle\0\0\0\0\0"),
	BYTES(BUNDLE MUTE "\0\0\0"),
	BYTES(BUNDLE MUTE "\0\0\0\x08"),
	BYTES(BUNDLE MUTE "\0\0\0\x08/a\0\0"),
	BYTES(BUNDLE MUTE "\0\0\0\0"),
	BYTES(BUNDLE MUTE "\xff\xff\xff\xff/a\0\0,\0\0\0"),
	BYTES(BUNDLE MUTE "\0\0\0\x05/a\0\0,\0\0\0"),
	BYTES(BUNDLE MUTE "\0\0\0\x07/a\0\0,\0\0\0"),
	BYTES(BUNDLE MUTE "\0\0\0\x08xa\0\0,\0\0\0"),
	BYTES(BUNDLE MUTE "\0\0\0\x08/a\0\0,f\0\0"),
	BYTES(BUNDLE MUTE "\0\0\0\x14" BUNDLE "\0\0\0\1"),
	BYTES(BUNDLE "\0\0\0\x0c#bundle\0\0\0\0\0"),
};

#define MALFORMED (sizeof malformed / sizeof *malformed)

static int
set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);

	*state = rig;
	rig_start(rig, 48000, 256, desk);
	return 0;
}

/* Every value of the desk, as text; the caller frees it. */
static char *
snapshot(struct osc_client *osc)
{
	static const char *const pattern[] = { "/ch/*/*", "/ch/*/send/*/*",
		"/ch/*/fader/*", "/bus/*/*", "/master/*" };
	const struct osc_reply *reply;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < sizeof pattern / sizeof *pattern; i++)
		osc_send(osc, pattern[i], "");
	while ((reply = osc_next(osc, 200)) != NULL) {
		fprintf(out, "%s", reply->address);
		for (int i = 0; i < reply->argc; i++)
			if (reply->types[i] == 's')
				fprintf(out, " %s", osc_text(reply, i));
			else
				fprintf(out, " %.9g", osc_number(reply, i));
		fprintf(out, "\n");
	}
	fclose(out);
	return text;
}

static void
malformed_datagrams_change_nothing(void **state)
{
	struct rig *rig = *state;
	char *before = snapshot(rig->osc);
	double dropped = osc_get(rig->osc, "/status/drops/malformed");

	assert_non_null(strstr(before, "/ch/kick/fader -6\n"));
	assert_non_null(strstr(before, "/ch/kick/send/verb/tap post\n"));
	for (size_t i = 0; i < MALFORMED; i++) {
		osc_raw(rig->osc, malformed[i].data, malformed[i].size);
		double now = osc_get(rig->osc, "/status/drops/malformed");
		if (now != dropped + 1)
			fail_msg("datagram %zu of %zu bytes was not counted", i,
			    malformed[i].size);
		dropped = now;
		osc_expect_nothing(rig->osc, 0);
	}
	char *after = snapshot(rig->osc);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
bundles_nest_only_so_deep(void **state)
{
	struct rig *rig = *state;
	unsigned char packet[1024];
	double dropped = osc_get(rig->osc, "/status/drops/malformed");

	for (unsigned depth = 1; depth <= 40; depth++) {
		size_t size = 16 * depth + 4 * (depth - 1);
		for (unsigned i = 0; i < depth; i++) {
			unsigned char *at = packet + (size_t)20 * i;
			memcpy(at, BUNDLE, 16);
			size_t left = size - (size_t)20 * i - 20;
			memcpy(at + 16,
			    (unsigned char[]){ 0, 0, (unsigned char)(left >> 8),
				(unsigned char)left },
			    4);
		}
		osc_raw(rig->osc, packet, size);
	}
	assert_true(
	    osc_get(rig->osc, "/status/drops/malformed") - dropped == 40 - 8);
}

static void
a_flood_of_damaged_messages_is_survived(void **state)
{
	struct rig *rig = *state;
	static const struct bytes good[] = { BYTES(FADER ",f\0\0\xc0\xc0\0\0"),
		BYTES(BUNDLE MUTE MUTE),
		BYTES("/subscribe\0\0,sis\0\0\0\0meters"
		      "\0\0\0\0\0\5/ch\0"),
		BYTES("/ch/{kick,sn*}/[a-z]*\0\0\0,T\0\0"),
		BYTES("/events\0,h\0\0\0\0\0\0\0\0\0\0"),
		BYTES("/ch/kick/name\0\0\0,s\0\0Kick\0\0\0\0") };
	uint32_t seed = 20231;

	for (int i = 0; i < 6000; i++) {
		const struct bytes *from = &good[i % 6];
		char bad[128];
		memcpy(bad, from->data, from->size);
		size_t size = from->size;
		for (int k = 0; k < 1 + i % 4; k++)
			bad[(size_t)(signal_random(&seed) * (double)size)] =
			    (char)(int)(signal_random(&seed) * 256);
		if (i % 5 == 0)
			size = (size_t)(signal_random(&seed) * (double)size);
		osc_raw(rig->osc, bad, size);
		if (i % 50 == 0)
			osc_drain(rig->osc);
	}
	osc_send(rig->osc, "/unsubscribe", "");
	assert_true(osc_get(rig->osc, "/status/uptime") > 0);
	osc_drain(rig->osc);
	rig_wait_state(rig, "running");
	assert_int_equal(rig_stop_daemon(rig), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_datagrams_change_nothing),
		cmocka_unit_test(bundles_nest_only_so_deep),
		cmocka_unit_test(a_flood_of_damaged_messages_is_survived),
	};

	return cmocka_run_group_tests(tests, set_up, rig_tear_down);
}
