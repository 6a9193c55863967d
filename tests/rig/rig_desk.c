#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- making one --- */

void
ref_init(struct ref_desk *desk, double pan_law)
{
	memset(desk, 0, sizeof *desk);
	desk->pan_law = pan_law;
}

static int
add_strip(
    struct ref_desk *desk, enum ref_kind kind, const char *id, unsigned lanes)
{
	struct ref_strip *strip = &desk->strip[desk->strips];

	assert_true(desk->strips < REF_STRIPS);
	strip->kind = kind;
	snprintf(strip->id, sizeof strip->id, "%s", id);
	strip->lanes = lanes;
	strip->direct = true;
	return (int)desk->strips++;
}

int
ref_channel(struct ref_desk *desk, const char *id, unsigned lanes)
{
	return add_strip(desk, REF_CHANNEL, id, lanes);
}

int
ref_bus(struct ref_desk *desk, const char *id, unsigned lanes)
{
	return add_strip(desk, REF_BUS, id, lanes);
}

struct ref_send *
ref_send(struct ref_desk *desk, int from, int bus, double level, bool pre)
{
	struct ref_strip *strip = &desk->strip[from];

	assert_true(strip->sends < REF_LINKS);
	struct ref_send *send = &strip->send[strip->sends++];
	*send = (struct ref_send){ .bus = bus, .level = level, .pre = pre };
	return send;
}

void
ref_to(struct ref_desk *desk, int from, int to)
{
	struct ref_strip *strip = &desk->strip[from];

	assert_true(strip->tos < REF_LINKS);
	strip->to[strip->tos++] = to;
}

int
ref_master(struct ref_desk *desk, unsigned lanes)
{
	return add_strip(desk, REF_MASTER, "master", lanes);
}

/* --- as a configuration --- */

static void
print_sends(FILE *out, const struct ref_desk *desk, const struct ref_strip *s)
{
	fprintf(out, ", \"sends\": {");
	for (unsigned i = 0; i < s->sends; i++)
		fprintf(out,
		    "%s \"%s\": { \"level\": %.9g, \"tap\": \"%s\", "
		    "\"pan\": %.9g, \"mute\": %d }",
		    i > 0 ? "," : "", desk->strip[s->send[i].bus].id,
		    s->send[i].level, s->send[i].pre ? "pre" : "post",
		    s->send[i].pan, s->send[i].mute);
	fprintf(out, " }, \"to\": [");
	for (unsigned i = 0; i < s->tos; i++)
		fprintf(out, "%s\"%s\"", i > 0 ? ", " : "",
		    desk->strip[s->to[i]].id);
	fprintf(out, "]");
}

static void
print_strip(FILE *out, const struct ref_desk *desk, const struct ref_strip *s)
{
	fprintf(out, "{ ");
	if (s->kind != REF_MASTER)
		fprintf(out, "\"id\": \"%s\", \"pan\": %.9g, ", s->id, s->pan);
	fprintf(out,
	    "\"lanes\": %u, \"trim\": %.9g, \"polarity\": %d, "
	    "\"delay\": %.9g, \"fader\": %.9g, \"mute\": %d",
	    s->lanes, s->trim, s->polarity, s->delay, s->fader, s->mute);
	if (s->direct)
		fprintf(out, ", \"outputs\": []");
	if (s->kind != REF_MASTER)
		print_sends(out, desk, s);
	fprintf(out, " }");
}

static void
print_kind(FILE *out, const struct ref_desk *desk, enum ref_kind kind)
{
	const char *comma = "";

	for (unsigned i = 0; i < desk->strips; i++) {
		if (desk->strip[i].kind != kind)
			continue;
		fprintf(out, "%s\n    ", comma);
		print_strip(out, desk, &desk->strip[i]);
		comma = ",";
	}
}

char *
ref_json(const struct ref_desk *desk)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fprintf(out, "{ \"version\": 1, \"name\": \"rig\", \"pan_law\": %g,\n",
	    desk->pan_law);
	fprintf(out, "  \"channels\": [");
	print_kind(out, desk, REF_CHANNEL);
	fprintf(out, " ],\n  \"buses\": [");
	print_kind(out, desk, REF_BUS);
	fprintf(out, " ],\n  \"master\": ");
	print_strip(out, desk, &desk->strip[desk->strips - 1]);
	fprintf(out, " }\n");
	fclose(out);
	return text;
}

/* --- over OSC --- */

void
ref_address(const struct ref_desk *desk, int strip, char text[64])
{
	static const char *const kind[] = { "ch/", "bus/", "" };

	snprintf(text, 64, "%s%s", kind[desk->strip[strip].kind],
	    desk->strip[strip].id);
}

static const char *
tail(char text[128], const char *strip, const char *name)
{
	snprintf(text, 128, "/%s/%s", strip, name);
	return text;
}

static void
push_send(struct osc_client *osc, const struct ref_desk *desk,
    const char *strip, const struct ref_send *send)
{
	char stem[112], text[128];

	snprintf(stem, sizeof stem, "%.40s/send/%.32s", strip,
	    desk->strip[send->bus].id);
	osc_add(osc, tail(text, stem, "level"), "f", send->level);
	osc_add(osc, tail(text, stem, "pan"), "f", send->pan);
	osc_add(osc, tail(text, stem, "mute"), "i", (int)send->mute);
	osc_add(osc, tail(text, stem, "tap"), "s", send->pre ? "pre" : "post");
}

void
ref_push(struct rig *rig, const struct ref_desk *desk)
{
	char strip[64], text[128];
	double longest = 0;

	for (unsigned i = 0; i < desk->strips; i++) {
		const struct ref_strip *s = &desk->strip[i];
		ref_address(desk, (int)i, strip);
		osc_bundle(rig->osc, 1);
		osc_add(rig->osc, tail(text, strip, "trim"), "f", s->trim);
		osc_add(rig->osc, tail(text, strip, "polarity"), "i",
		    (int)s->polarity);
		osc_add(rig->osc, tail(text, strip, "delay"), "f", s->delay);
		osc_add(rig->osc, tail(text, strip, "fader"), "f", s->fader);
		osc_add(rig->osc, tail(text, strip, "mute"), "i", (int)s->mute);
		if (s->kind != REF_MASTER) {
			osc_add(
			    rig->osc, tail(text, strip, "pan"), "f", s->pan);
			osc_add(rig->osc, tail(text, strip, "solo"), "i",
			    (int)s->solo);
		}
		for (unsigned k = 0; k < s->sends; k++)
			push_send(rig->osc, desk, strip, &s->send[k]);
		osc_flush(rig->osc);
		if (s->delay > longest)
			longest = s->delay;
	}
	rig_settle(rig, 110 + 2 * (unsigned)longest);
}

/* --- patching --- */

unsigned
ref_plays(const struct ref_desk *desk)
{
	unsigned count = 0;

	for (unsigned i = 0; i < desk->strips; i++)
		if (desk->strip[i].kind == REF_CHANNEL)
			count += desk->strip[i].lanes;
	return count;
}

unsigned
ref_captures(const struct ref_desk *desk)
{
	unsigned count = 0;

	for (unsigned i = 0; i < desk->strips; i++)
		if (desk->strip[i].direct)
			count += desk->strip[i].lanes;
	return count;
}

void
ref_patch(struct rig *rig, const struct ref_desk *desk)
{
	unsigned play = 0, capture = 0;
	char name[128];

	for (unsigned i = 0; i < desk->strips; i++) {
		const struct ref_strip *s = &desk->strip[i];
		for (unsigned lane = 1; lane <= s->lanes; lane++) {
			snprintf(name, sizeof name, "headroom:%s_in_%u", s->id,
			    lane);
			if (s->kind == REF_CHANNEL)
				rig_connect_play(rig, play++, name);
			snprintf(name, sizeof name, "headroom:%s_out_%u", s->id,
			    lane);
			if (s->direct)
				rig_connect_capture(rig, name, capture++);
		}
	}
}
